// The live window: a frame of five words slides over the reader's sentence; a label that is called right sends p - y back.
(function () {
  const { element, drawing } = window.course;
  const { svg, number, part } = drawing;
  const SHOWN = ["W", "b", "U", "c"];
  const WORDS = 60; // A sentence, not a book.
  const FAN = 16;
  let count = 0;

  const fixed = (value) => value.toFixed(3).replace(/^-(?=0\.000$)/, "").replace("-", "−");
  const button = (text, onclick, className = "tool") => element("button", { type: "button", className, onclick, textContent: text });
  const span = (className, text = "") => element("span", { className, textContent: text });
  const strip = (numbers) => {
    const limit = 2.5;
    const color = (v) => `color-mix(in srgb, var(--${v > 0 ? "forward" : "muted"}) ${Math.round(Math.min(1, Math.abs(v) / limit) * 100)}%, transparent)`;
    const stops = Array.from(numbers, (v, k) => `${color(v)} ${(100 * k) / numbers.length}% ${(100 * (k + 1)) / numbers.length}%`);
    return `linear-gradient(to right, ${stops.join(",")})`;
  };

  /* How wide a part may be, if all together shall fit into a room: the narrow ones leave their share to the wide ones. */
  function mostOf(widths, room) {
    let left = room;
    const sorted = [...widths].sort((a, b) => a - b);
    for (const [k, width] of sorted.entries()) {
      const share = left / (sorted.length - k);
      if (width > share) return share;
      left -= width;
    }
    return Infinity;
  }

  const curve = (x, y, toX, toY) => `M${x},${y}C${x},${0.45 * y + 0.55 * toY} ${toX},${0.55 * y + 0.45 * toY} ${toX},${toY}`;
  // A way back, as wide as what runs there; and the lines from one place to all of a row, of which some stand for all.
  const way = (x, y, toX, toY, wide) => svg("path", { class: "backward", d: curve(x, y, toX, toY), "stroke-width": wide });
  const fan = (x, y, left, right, toY) => Array.from({ length: FAN }, (_, k) => curve(x, y, left + ((k + 0.5) / FAN) * (right - left), toY)).join("");

  window.course.picture("window", async function (box, data) {
    const network = (await part("window-model"))(data);
    const names = data.classes.map(([name]) => name);
    const meant = (k) => (data.classes[k][1] === "no name" ? "O, no name" : `${names[k]}, ${/^[aeiou]/.test(data.classes[k][1]) ? "an" : "a"} ${data.classes[k][1]}`);
    const now = { tokens: [], ids: [], place: 0, right: null, run: null, back: null, before: null, steps: 0 };

    // The sentence, and the frame that slides over it.
    const id = `window-${(count += 1)}`;
    const field = element("input", { type: "text", id, maxLength: 160, autocomplete: "off", spellcheck: false });
    const tries = data.sentences.map(([text, place]) => button(text, () => read(text, place)));
    const frame = span("five");
    const line = element("div", { className: "line" });
    line.setAttribute("role", "radiogroup");
    line.setAttribute("aria-label", "The word in the middle of the window");
    const sentence = element("div", { className: "sentence-strip" }, line);
    let words = [];

    // What the words pass through, and the parameters that learn on the way back.
    const [above, below] = ["above", "below"].map((name) => svg("svg", { class: `wires ${name}`, "aria-hidden": "true" }));
    const chips = Object.fromEntries(SHOWN.map((name) => [name, element("span", { className: `chip ${name}` }, element("i", { textContent: name }), span("norm"))]));
    const cells = (name, length) => element("div", { className: `cells ${name}` }, ...Array.from({ length }, () => element("i")));
    const [delta, hidden] = [cells("delta", data.b.length), cells("hidden", data.b.length)];
    const classes = data.classes.map(([name, meaning], k) => {
      const label = button("", () => teach(now.right === k ? null : k), "label");
      label.append(element("b", { textContent: name }), " ", element("small", { textContent: meaning }));
      const parts = Object.fromEntries(["bar", "was", "slope", "aim"].map((part) => [part, element("i", { className: part })]));
      const chart = element("div", { className: "chart" }, ...Object.values(parts));
      return { label, chart, p: span("p"), slope: span("gap"), ...Object.fromEntries(Object.entries(parts).map(([part, made]) => [`${part}Mark`, made])) };
    });
    const row = (name, ...children) => element("div", { className: `row ${name}` }, ...children);
    const head = (text, className = "head") => span(className, text);
    const net = element(
      "div",
      { className: "net" },
      row("wires-row", element("div", { className: "wire-box" }, above, chips.W, chips.b)),
      row("back-row", head("δ", "head back"), delta),
      row("", head("h"), hidden),
      row("wires-row", element("div", { className: "wire-box" }, below, chips.U, chips.c)),
      row("charts", head(""), ...classes.map((one) => one.chart)),
      row("numbers", head("p"), ...classes.map((one) => one.p)),
      row("numbers", head("p − y", "head back"), ...classes.map((one) => one.slope)),
      row("labels", head("y", "head right"), ...classes.map((one) => one.label)),
    );

    const rate = element("select", { id: `${id}-rate` }, ...data.rates.map((value) => element("option", { value, textContent: String(value) })));
    rate.value = data.rate;
    const go = button("Take a step", takeStep, "tool go");
    const anew = button("Begin anew", begin);
    const acts = element("div", { className: "acts" }, element("label", { htmlFor: rate.id }, span("long", "learning "), "rate"), rate, go, anew);
    const said = element("p", { className: "words" });
    said.setAttribute("aria-live", "polite");

    // One after the other: a sentence is read, a place chosen, the network asked, a label taught, a step taken.
    function read(text, place) {
      if (field.value !== text) field.value = text;
      now.tokens = network.tokens(text).slice(0, WORDS);
      now.ids = now.tokens.map(network.id);
      const padding = () => element("span", { className: "word padding", textContent: "·", title: "padding: zeros" });
      words = now.tokens.map((token, k) => {
        const made = button("", () => move(k), "word");
        made.setAttribute("role", "radio");
        made.classList.toggle("unknown", now.ids[k] === network.UNKNOWN);
        made.append(span("token", token), span("tag"), span("vector"), span("norm-bar"), span("norm"));
        return made;
      });
      line.replaceChildren(frame, padding(), padding(), ...words, padding(), padding());
      tagWords();
      move(Math.min(place, Math.max(0, now.tokens.length - 1)));
    }

    function move(place) {
      now.place = place;
      now.right = now.before = null;
      now.steps = 0;
      ask();
      run("");
    }

    function teach(right) {
      now.right = right;
      now.before = null;
      now.steps = 0;
      ask();
      run(right === null ? "" : "running");
    }

    /* What runs once, from its beginning even where it ran before. */
    function run(name) {
      net.classList.remove("running", "moving");
      void net.offsetWidth;
      if (name) net.classList.add(name);
    }

    function takeStep() {
      if (!now.back) return;
      now.before = { p: now.run.p, loss: now.back.loss };
      network.step(now.run, now.back, Number(rate.value));
      now.steps += 1;
      tagWords();
      ask();
      run("moving");
    }

    function begin() {
      network.restore();
      tagWords();
      move(now.place);
    }

    // What is shown, all of it from the parameters of this moment.
    function ask() {
      const there = now.tokens.length > 0;
      now.run = there ? network.forward(network.around(now.ids, now.place)) : null;
      now.back = there && now.right !== null ? network.backward(now.run, now.right) : null;
      net.classList.toggle("taught", now.back !== null);
      net.classList.toggle("empty", !there);
      go.disabled = now.back === null;
      showWords();
      showNetwork();
      classes.forEach(showClass);
      said.textContent = sentenceOf();
      follow();
      wire();
    }

    /* What the network says of every word; it changes with the sentence and with the parameters. */
    function tagWords() {
      words.forEach((word, k) => {
        const { p } = network.forward(network.around(now.ids, k));
        const best = names[p.indexOf(Math.max(...p))];
        word.children[1].textContent = best;
        word.children[1].classList.toggle("name", best !== "O");
      });
    }

    function showWords() {
      words.forEach((word, k) => {
        const inside = Math.abs(k - now.place) <= 2;
        word.classList.toggle("inside", inside);
        word.setAttribute("aria-checked", String(k === now.place));
        word.tabIndex = k === now.place ? 0 : -1;
        const [, , vector, bar, text] = word.children;
        vector.style.background = inside ? strip(network.vector(now.ids[k])) : "";
        const norm = inside && now.back ? now.back.words[k - now.place + 2] : null;
        bar.style.setProperty("--norm", norm ?? 0);
        text.textContent = norm === null ? "" : fixed(norm);
      });
    }

    function showNetwork() {
      [...hidden.children].forEach((cell, i) => {
        const h = now.run ? now.run.h[i] : 0;
        cell.style.setProperty("--share", Math.abs(h));
        cell.classList.toggle("below-zero", h < 0);
      });
      [...delta.children].forEach((cell, i) => cell.style.setProperty("--share", now.back ? Math.min(1, Math.sqrt(Math.abs(now.back.delta[i]) / 0.3)) : 0));
      for (const name of SHOWN) chips[name].querySelector(".norm").textContent = now.back ? ` ${number(now.back.norms[name])}` : "";
    }

    function showClass({ label, chart, p, slope, barMark, slopeMark, aimMark, wasMark }, k) {
      const value = now.run ? now.run.p[k] : 0;
      const y = now.right === k ? 1 : 0;
      chart.style.setProperty("--p", value);
      chart.style.setProperty("--top", now.back ? now.back.top[k] : 0);
      barMark.style.height = `${100 * value}%`;
      slopeMark.style.cssText = `bottom:${100 * Math.min(value, y)}%;height:${100 * Math.abs(value - y)}%`;
      aimMark.style.bottom = `${100 * y}%`;
      wasMark.style.bottom = `${100 * (now.before?.p[k] ?? 0)}%`;
      wasMark.hidden = !now.before;
      p.textContent = now.run ? fixed(value) : "";
      slope.textContent = now.back ? fixed(now.back.top[k]) : "";
      label.setAttribute("aria-pressed", String(now.right === k));
      label.disabled = !now.run;
    }

    function sentenceOf() {
      if (!now.run) return "Type a sentence, or take one of those above.";
      const word = now.tokens[now.place];
      const best = now.run.p.indexOf(Math.max(...now.run.p));
      if (!now.back) return `“${word}”: the network says ${meant(best)}, with probability ${fixed(now.run.p[best])}. Which label is right? Choose it.`;
      const name = names[now.right];
      if (now.before) {
        const rises = `${name} went from ${fixed(now.before.p[now.right])} to ${fixed(now.run.p[now.right])}, and the loss −log p from ${number(now.before.loss)} to ${number(now.back.loss)}.`;
        return `Step ${now.steps}: ${rises} Every number moved against its gradient.`;
      }
      return `${name} is right: y is 1 there, 0 elsewhere, and p − y runs back. δ is computed once; W, b and the words take their gradients from it.`;
    }

    // The window: the line begins with the frame, then come the padded words.
    const framed = () => (words.length ? [...line.children].slice(now.place + 1, now.place + 6) : []);

    /* The lines between the parts, where these stand now. */
    function wire() {
      const inside = framed();
      frame.hidden = !inside.length;
      if (!inside.length) {
        above.replaceChildren();
        below.replaceChildren();
      }
      if (!inside.length || !box.isConnected) return;
      const [first, last] = [inside[0], inside[inside.length - 1]];
      frame.style.cssText = `left:${first.offsetLeft - 3}px;width:${last.offsetLeft + last.offsetWidth - first.offsetLeft + 6}px`;
      const here = above.getBoundingClientRect();
      const across = (part) => {
        const found = part.getBoundingClientRect();
        return [found.left - here.left, found.right - here.left];
      };
      const [left, right] = across(hidden);
      const hub = (left + right) / 2;
      const between = ([a, b]) => (a + b) / 2;
      const chip = (name) => between(across(chips[name]));

      const high = above.clientHeight;
      const known = inside.filter((word) => !word.classList.contains("padding"));
      const fans = inside.map((word) => svg("path", { class: known.includes(word) ? "fan" : "fan faint", d: fan(between(across(word)), 0, left, right, high) }));
      const places = known.map((word) => between(across(word)));
      const norms = now.back ? now.back.words.filter((_, k) => known.includes(inside[k])) : [];
      above.replaceChildren(
        ...fans,
        svg("g", { class: "ways" }, ...norms.map((norm, k) => way(hub, high, places[k], 2, 1 + 1.3 * Math.min(1.6, norm))), ...(now.back ? ["W", "b"].map((name) => way(hub, high, chip(name), 0.68 * high, 1)) : [])),
      );

      const low = below.clientHeight;
      const bars = classes.map((one) => between(across(one.barMark)));
      below.replaceChildren(
        ...bars.map((x) => svg("path", { class: "fan", d: fan(x, low, left, right, 0) })),
        svg("g", { class: "ways" }, ...(now.back ? classes.map((one, k) => way(between(across(one.aimMark)), low, hub, 1, 1 + 2.4 * Math.abs(now.back.top[k]))) : [])),
      );
    }

    /* The frame stays in sight, in the middle where that can be; where its words are too wide, they are cut. */
    function follow() {
      const inside = framed();
      line.style.removeProperty("--most");
      if (!sentence.clientWidth || !inside.length) return;
      const end = () => inside[4].offsetLeft + inside[4].offsetWidth;
      const widths = inside.map((word) => word.offsetWidth);
      const gaps = end() - inside[0].offsetLeft - widths.reduce((sum, width) => sum + width);
      const most = mostOf(widths, sentence.clientWidth - gaps - 10);
      if (most < Infinity) line.style.setProperty("--most", `${most}px`);
      sentence.scrollLeft = (inside[0].offsetLeft + end() - sentence.clientWidth) / 2;
    }

    field.addEventListener("input", () => read(field.value, now.place));
    line.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      if (!by) return;
      event.preventDefault();
      move(Math.max(0, Math.min(words.length - 1, now.place + by)));
      words[now.place].focus({ preventScroll: true });
    });
    sentence.addEventListener("scroll", wire, { passive: true });
    new ResizeObserver(() => {
      follow();
      wire();
    }).observe(net);

    box.classList.add("window");
    box.append(
      element("div", { className: "typed" }, element("label", { htmlFor: id, textContent: "Your sentence" }), field),
      element("div", { className: "tries scroll" }, ...tries),
      sentence,
      net,
      acts,
      said,
      element("p", { className: "fewer", textContent: "The plain network of notebook 01, which sees no spelling. Blue is above 0, gray below. A dotted word has no vector here and gets the mean of all." }),
    );
    read(...data.sentences[0]);
  });
})();
