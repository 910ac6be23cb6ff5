// Widgets: their frames were drawn when the site was built; a control's move picks one.
(function () {
  const { recall, keep, element } = window.course;
  const SVG = "http://www.w3.org/2000/svg";
  let count = 0;

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }

  // A layer is its pieces, and the steps from one's place to the next's, in tenths of a pixel.
  function drawing(data, layer) {
    const [pieces, right, down] = data.layers[layer];
    let out = "";
    let x = 0;
    let y = 0;
    pieces.forEach((piece, k) => {
      x += right[k];
      y += down[k];
      out += `<g transform="translate(${x / 10} ${y / 10})">${data.pieces[piece]}</g>`;
    });
    return out;
  }

  function stage([width, height]) {
    const svg = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) {
      svg.setAttribute(name, value);
    }
    svg.setAttribute("class", "lecture-lib-svg");
    svg.setAttribute("aria-hidden", "true");
    svg.style.setProperty("--natural", `${width}px`);
    const paper = `<rect width="${width}" height="${height}" class="f-paper"/>`;
    svg.innerHTML = `<defs></defs>${paper}<g class="back"></g><g class="front"></g>`;
    return svg;
  }

  // Room for the longest sentences, which nobody sees, so that nothing below moves while playing.
  function sentence(words, texts) {
    const room = texts.map((text) => element("div", { className: "room", textContent: text, ariaHidden: "true" }));
    return element("div", { className: "sentence" }, words, ...room);
  }

  // A sentence as it is read: the letter below a ∇ stands below.
  function say(words, text) {
    words.replaceChildren(...text.split(/(?<=∇)_(\w)/).map((part, k) => (k % 2 ? element("sub", { textContent: part }) : part)));
  }

  // Controls, an empty stage and a sentence, as large as they will be; what it returns fills them with frames.
  function ready(figure, head) {
    const svg = stage(head.size);
    const image = element("div", {}, svg);
    image.setAttribute("role", "img");
    image.setAttribute("aria-label", head.texts[0]);
    const words = element("figcaption", { className: "words" });
    say(words, head.texts[0]);
    words.setAttribute("aria-live", "polite");
    const inputs = [];
    let data = null;
    let background = null;

    function draw() {
      if (!data) return;
      let index = 0;
      head.controls.forEach((control, k) => {
        index = index * control.values.length + inputs[k].now();
      });
      const [back, front, text] = data.frames[index];
      if (back !== background) {
        svg.querySelector(".back").innerHTML = back < 0 ? "" : drawing(data, back);
        background = back;
      }
      svg.querySelector(".front").innerHTML = drawing(data, front);
      image.setAttribute("aria-label", data.texts[text]);
      say(words, data.texts[text]);
      follow();
    }

    function moved() {
      draw();
      const states = recall("widgets", {}, "sessionStorage");
      keep("widgets", { ...states, [place(figure)]: head.controls.map((control, k) => control.values[inputs[k].now()]) }, "sessionStorage");
    }

    // On a narrow page what is lit now may lie beyond the edge: the picture scrolls to it.
    function follow() {
      const box = image.parentElement;
      if (!box || box.scrollWidth <= box.clientWidth + 1) return;
      const lit = [...svg.querySelectorAll(".f-halo, .s-halo")].map((shape) => shape.getBoundingClientRect());
      if (!lit.length) return;
      const edge = box.getBoundingClientRect().left - box.scrollLeft;
      const left = Math.min(...lit.map((one) => one.left)) - edge;
      const right = Math.max(...lit.map((one) => one.right)) - edge;
      if (left < box.scrollLeft || right > box.scrollLeft + box.clientWidth) {
        box.scrollLeft = (left + right - box.clientWidth) / 2;
      }
    }

    const before = recall("widgets", {}, "sessionStorage")[place(figure)] ?? [];
    const controls = element("div", { className: "controls" });
    head.controls.forEach((control, k) => {
      const kept = control.values.indexOf(before[k]);
      const now = kept < 0 ? control.now : kept;
      const made = control.kind === "choice" ? choice(control, now, moved) : slider(control, now, moved);
      inputs.push(made);
      // A control with one value has nothing to move.
      if (control.values.length > 1) controls.append(made.row);
    });
    const box = element("div", { className: "live" }, controls, element("div", { className: "scroll" }, image), sentence(words, head.texts));
    if (head.fewer) {
      box.append(element("p", { className: "fewer", textContent: "In the notebook these controls offer more values." }));
    }
    figure.prepend(box);
    figure.classList.add("ready");

    return function (frames) {
      data = frames;
      const glyphs = Object.entries(data.glyphs).map(([id, d]) => `<path id="${id}" d="${d}"/>`);
      svg.querySelector("defs").innerHTML = glyphs.join("");
      draw();
      figure.dataset.live = "yes";
      dispatchEvent(new Event("widget"));
    };
  }

  // A widget's place in the course, by which its state is remembered.
  function place(figure) {
    const number = [...document.querySelectorAll("figure.widget")].indexOf(figure);
    return `${location.pathname.split("/").pop()} ${number}`;
  }

  function label(control) {
    const id = `control-${(count += 1)}`;
    return [id, element("label", { htmlFor: id, textContent: control.label })];
  }

  function choice(control, now, moved) {
    const [id, name] = label(control);
    const options = control.values.map((text, k) => element("option", { textContent: text, value: k }));
    const input = element("select", { id }, ...options);
    input.value = now;
    input.addEventListener("change", moved);
    return { row: element("div", { className: "control" }, name, input), now: () => Number(input.value) };
  }

  function slider(control, now, moved) {
    const [id, name] = label(control);
    const last = control.values.length - 1;
    const input = element("input", { type: "range", id, min: 0, max: last, step: 1 });
    const shown = element("output", {});
    shown.setAttribute("for", id);
    shown.setAttribute("aria-live", "off");
    // As wide as the longest value, so that nothing moves beside it.
    shown.style.minWidth = `${Math.max(...control.values.map((text) => text.length))}ch`;

    function tell() {
      shown.textContent = control.values[Number(input.value)];
      input.setAttribute("aria-valuetext", shown.textContent);
    }
    function go(value) {
      input.value = value;
      tell();
      moved();
    }

    input.value = now;
    tell();
    input.addEventListener("input", () => go(input.value));
    const row = element("div", { className: "control" }, name, input, shown);
    if (control.play) row.append(...player(input, last, go));
    return { row, now: () => Number(input.value) };
  }

  function player(input, last, go) {
    const button = (sign, words, act) => {
      const made = element("button", { type: "button", textContent: sign, onclick: act });
      made.setAttribute("aria-label", words);
      return made;
    };
    const step = (by) => go(Math.min(last, Math.max(0, Number(input.value) + by)));
    let timer = 0;
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = "Play";
    };
    const play = element("button", { type: "button", textContent: "Play", className: "play" });
    play.addEventListener("click", () => {
      if (timer) return stop();
      if (Number(input.value) === last) go(0);
      play.textContent = "Pause";
      timer = setInterval(() => {
        step(1);
        if (Number(input.value) === last) stop();
      }, 900);
    });
    return [button("◀", "One step back", () => step(-1)), button("▶", "One step on", () => step(1)), play];
  }

  // The frames of a widget are a script of their own, which hands its text over.
  const waiting = new Map();
  window.course.frames = (name, text) => waiting.get(name)(text);
  function fetched(name) {
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = element("script", { src: `assets/frames/${name}.js`, onerror: reject });
      document.head.append(script);
    });
  }

  // An old browser cannot unpack, and a file may be missing; the still picture stays.
  function still(figure) {
    figure.querySelector(".live")?.remove();
    figure.classList.add("still-only");
  }

  const begun = new Map();
  function begin(figure) {
    if (!begun.has(figure)) {
      begun.set(figure, fetched(figure.dataset.frames).then(unpack).then(filled.get(figure)).catch(() => still(figure)));
    }
    return begun.get(figure);
  }

  /* A widget that came with its frames, from a cell that ran in the page. */
  window.course.live = function (figure) {
    unpack(figure.querySelector("script").textContent)
      .then((data) => ready(figure, data)(data))
      .catch(() => still(figure));
  };

  // The first and those near the reader come at once; the others when the page is there.
  const filled = new Map();
  for (const figure of document.querySelectorAll("figure.widget[data-frames]")) {
    filled.set(figure, ready(figure, JSON.parse(figure.querySelector("script").textContent)));
  }
  const near = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => begin(entry.target)),
    { rootMargin: "100% 0px" },
  );
  for (const figure of filled.keys()) near.observe(figure);
  if (filled.size) begin(filled.keys().next().value);
  addEventListener("load", async () => {
    for (const figure of filled.keys()) await begin(figure);
  });
})();
