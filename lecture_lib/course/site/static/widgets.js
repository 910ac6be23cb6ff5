// Widgets: their frames were drawn when the site was built; a control's move picks one.
(function () {
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

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function stage(data) {
    const [width, height] = data.size;
    const svg = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) {
      svg.setAttribute(name, value);
    }
    svg.setAttribute("class", "lecture-lib-svg");
    svg.setAttribute("aria-hidden", "true");
    svg.style.setProperty("--natural", `${width}px`);
    const glyphs = Object.entries(data.glyphs).map(([id, d]) => `<path id="${id}" d="${d}"/>`);
    const paper = `<rect width="${width}" height="${height}" class="f-paper"/>`;
    svg.innerHTML = `<defs>${glyphs.join("")}</defs>${paper}<g class="back"></g><g class="front"></g>`;
    return svg;
  }

  // Room for the longest sentence, so that nothing below moves while playing.
  function settled(words, texts) {
    const now = words.textContent;
    words.style.minHeight = "";
    const longest = [...texts].sort((a, b) => b.length - a.length).slice(0, 3);
    const heights = longest.map((text) => {
      words.textContent = text;
      return words.offsetHeight;
    });
    words.textContent = now;
    words.style.minHeight = `${Math.max(...heights)}px`;
  }

  function live(figure, data) {
    const svg = stage(data);
    const image = element("div", {}, svg);
    image.setAttribute("role", "img");
    const words = element("figcaption", { className: "words" });
    words.setAttribute("aria-live", "polite");
    const settle = () => settled(words, data.texts);
    const inputs = [];
    let background = null;

    function draw() {
      let index = 0;
      data.controls.forEach((control, k) => {
        index = index * control.values.length + inputs[k].now();
      });
      const [back, front, text] = data.frames[index];
      if (back !== background) {
        svg.querySelector(".back").innerHTML = back < 0 ? "" : drawing(data, back);
        background = back;
      }
      svg.querySelector(".front").innerHTML = drawing(data, front);
      image.setAttribute("aria-label", data.texts[text]);
      words.textContent = data.texts[text];
      follow();
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

    const controls = element("div", { className: "controls" });
    for (const control of data.controls) {
      const made = control.kind === "choice" ? choice(control, draw) : slider(control, draw);
      inputs.push(made);
      // A control with one value has nothing to move.
      if (control.values.length > 1) controls.append(made.row);
    }
    const box = element("div", { className: "live" }, controls, element("div", { className: "scroll" }, image), words);
    if (data.fewer) {
      box.append(element("p", { className: "fewer", textContent: "In the notebook these controls offer more values." }));
    }
    draw();
    figure.prepend(box);
    settle();
    addEventListener("resize", settle);
    follow();
    figure.dataset.live = "yes";
    dispatchEvent(new Event("widget"));
  }

  function label(control) {
    const id = `control-${(count += 1)}`;
    return [id, element("label", { htmlFor: id, textContent: control.label })];
  }

  function choice(control, draw) {
    const [id, name] = label(control);
    const options = control.values.map((text, k) => element("option", { textContent: text, value: k }));
    const input = element("select", { id }, ...options);
    input.value = control.now;
    input.addEventListener("change", draw);
    return { row: element("div", { className: "control" }, name, input), now: () => Number(input.value) };
  }

  function slider(control, draw) {
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
      input.style.setProperty("--filled", `${(100 * Number(input.value)) / Math.max(1, last)}%`);
    }
    function go(value) {
      input.value = value;
      tell();
      draw();
    }

    input.value = control.now;
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

  window.course.live = function (figure) {
    unpack(figure.querySelector("script").textContent)
      .then((data) => live(figure, data))
      // An old browser cannot unpack; the still picture stays.
      .catch(() => figure.classList.add("still-only"));
  };
  for (const figure of document.querySelectorAll("figure.widget")) window.course.live(figure);
})();
