// Descent by hand: a start to drag, a rate to turn, the path of the library's optimizers, and a factor for each direction.
(function () {
  const { element, drawing } = window.course;
  const { svg, label, point } = drawing;
  const ALL = "all";
  // A run that stood for so long, in milliseconds, stays as a ghost.
  const STOOD = 800;
  const GHOSTS = 6;
  const REACH = [3.2, 2.75];

  // What each optimizer does with a gradient: a function that remembers, entry by entry as in lecture_lib.train.optim.
  const RULES = {
    SGD({ momentum }) {
      const v = [0, 0];
      return (g, i) => (momentum ? (v[i] = v[i] * momentum + g) : g);
    },
    Nesterov({ momentum }) {
      const v = [0, 0];
      return (g, i) => (momentum ? g + momentum * (v[i] = v[i] * momentum + g) : g);
    },
    Adagrad() {
      const q = [0, 0];
      return (g, i) => g / (Math.sqrt((q[i] += g * g)) + 1e-10);
    },
    RMSprop() {
      const q = [0, 0];
      return (g, i) => g / (Math.sqrt((q[i] = q[i] * 0.99 + (1 - 0.99) * g * g)) + 1e-8);
    },
    Adam() {
      const [v, q] = [[0, 0], [0, 0]];
      return (g, i, lr, t) => {
        v[i] = v[i] * 0.9 + (1 - 0.9) * g;
        q[i] = q[i] * 0.999 + (1 - 0.999) * g * g;
        return v[i] / (1 - 0.9 ** t) / (Math.sqrt(q[i] / (1 - 0.999 ** t)) + 1e-8);
      };
    },
  };
  const SCHEDULES = {
    constant: (rate) => rate,
    "halve every 15": (rate, t) => rate * 0.5 ** Math.floor(t / 15),
    exponential: (rate, t) => rate * Math.exp(-0.05 * t),
    cosine: (rate, t, steps) => (rate * (1 + Math.cos((Math.PI * t) / steps))) / 2,
  };

  const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
  const loss = ({ X, y }, w) => X.reduce((sum, x, k) => sum + (dot(x, w) - y[k]) ** 2, 0) / (2 * y.length);

  function gradient({ X, y }, w, rows) {
    const g = [0, 0];
    for (const k of rows) for (const i of [0, 1]) g[i] += X[k][i] * (dot(X[k], w) - y[k]);
    return g.map((sum) => sum / rows.length);
  }

  /* Where the weights go; it ends early where they leave 10⁶. */
  function walk(data, state) {
    const every = data.y.map((_, k) => k);
    const move = RULES[state.optimizer](state);
    let w = state.start.map((s, i) => s + data.best[i]);
    const places = [w];
    for (let t = 0; t < data.steps; t++) {
      const lr = SCHEDULES[state.schedule](state.rate, t, data.steps);
      const g = gradient(data, w, state.batch === ALL ? every : data.batches[state.batch][t]);
      w = w.map((entry, i) => entry - lr * move(g[i], i, lr, t + 1));
      if (!(Math.max(...w.map(Math.abs)) < 1e6)) break;
      places.push(w);
    }
    return places;
  }

  /* A number as the library prints it in a caption. */
  function short(value, digits = 3) {
    const size = Math.abs(value);
    const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
    if (value === Math.trunc(value) && size < 1e6) return String(value).replace("-", "−");
    if (size >= 1e-3 && size < 1e5) return bare(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(size))))).replace("-", "−");
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    return `${bare(mantissa)}e${Number(power)}`.replaceAll("-", "−");
  }

  function takesBack(places) {
    const [a, b, c] = places.slice(-3);
    const [before, last] = [[b[0] - a[0], b[1] - a[1]], [c[0] - b[0], c[1] - b[1]]];
    return dot(before, last) < -0.9 * Math.hypot(...before) * Math.hypot(...last);
  }

  /* What happened, in the words of the lab in the notebook. */
  function words(data, state, places, losses) {
    const { steps, floor } = data;
    const last = losses.at(-1);
    const head = `${state.optimizer}, rate ${short(state.rate)}: the loss goes from ${short(losses[0])} to ${short(last)}`;
    if (losses.length <= steps || last > 2 * losses[0]) {
      const plain = state.optimizer === "SGD" && !state.momentum;
      const why = data.mark && plain && state.rate > data.limit
        ? `; above 2/λmax = ${short(data.limit)} every step overshoots by more than the last` : "";
      return `${head} and diverges after ${losses.length - 1} steps${why}.`;
    }
    const gap = (last - floor) / (losses[0] - floor);
    const jumps = state.batch === ALL && takesBack(places);
    if (gap > 0.02 && jumps && last > (1 - 1e-6) * losses.at(-3)) return `${head} in ${steps} steps: it jumps from side to side and comes no closer.`;
    if (gap > 0.5) {
      const slow = jumps ? "it jumps from side to side and comes closer only slowly" : "too slow to get anywhere";
      return `${head} in ${steps} steps: ${last <= losses[0] ? slow : "it does not settle"}.`;
    }
    if (gap > 0.02) return `${head} in ${steps} steps: on its way, ${short(100 * gap, 2)} % of the distance to the lowest loss is left.`;
    const recent = losses.slice(-10);
    const highest = Math.max(...recent);
    if (recent.some((one, k) => k && one > recent[k - 1]) && highest - Math.min(...recent) > 0.1 * floor) {
      return `${head} in ${steps} steps: it is near the lowest loss ${short(floor)} and has not settled; in the last 10 steps the loss was still up to ${short(highest)}.`;
    }
    return `${head} in ${steps} steps: it has arrived near the lowest loss ${short(floor)}.`;
  }

  /* By what a step multiplies the distance along a direction of curvature λ, in the long run: a root of z² - trace·z + product. */
  function factor({ optimizer, momentum, rate }, curvature) {
    if (!["SGD", "Nesterov"].includes(optimizer)) return null;
    const plain = 1 - rate * curvature;
    if (!momentum) return { size: plain, swings: false };
    const [trace, product] = optimizer === "SGD" ? [plain + momentum, momentum] : [(1 + momentum) * plain, momentum * plain];
    const under = trace ** 2 / 4 - product;
    if (under < 0) return { size: Math.sqrt(product), swings: true };
    return { size: trace / 2 + (trace < 0 ? -1 : 1) * Math.sqrt(under), swings: false };
  }

  /* The same in words. */
  function effect(found, flat) {
    if (!found) return "no fixed factor: it divides by a memory of its own";
    const { size, swings } = found;
    if (Math.abs(size) > 1 + 1e-9) return "jumps from side to side, further each time: diverges";
    if (Math.abs(size) > 1 - 1e-9) return "jumps from side to side, no closer";
    if (swings) return "swings past and back, closer each time";
    if (Math.abs(size) < 0.005) return "arrives in one step";
    if (size < 0) return "jumps from side to side, closer each time";
    if (size < 0.8) return "creeps in from one side";
    return flat ? "crawls along the valley" : "creeps in, slowly";
  }

  /* Two scales and a frame. */
  function axes(drawn, [left, top, width, height], [x0, x1], [y0, y1]) {
    drawn.append(svg("rect", { x: left, y: top, width, height, class: "plane f-paper s-line" }));
    const id = `clip-${Math.random().toString(36).slice(2)}`;
    drawn.append(svg("clipPath", { id }, svg("rect", { x: left, y: top, width, height })));
    const inside = drawn.appendChild(svg("g", { "clip-path": `url(#${id})` }));
    const px = (x) => left + (width * (x - x0)) / (x1 - x0);
    const py = (y) => top + height * (1 - (y - y0) / (y1 - y0));
    const back = ([x, y]) => [x0 + ((x - left) * (x1 - x0)) / width, y0 + (1 - (y - top) / height) * (y1 - y0)];
    const line = (points) => points.map(([x, y]) => `${px(x)},${py(y)}`).join(" ");
    return { inside, px, py, back, line };
  }

  const stage = (width, height, more = {}) => svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "lecture-lib-svg", ...more });

  /* The contours, the two directions, and room for paths. */
  function plane(data) {
    const drawn = stage(360, 322, { class: "lecture-lib-svg ground" });
    const [a, b] = data.best;
    const scale = axes(drawn, [34, 8, 320, 275], [a - REACH[0], a + REACH[0]], [b - REACH[1], b + REACH[1]]);
    const along = (k, size) => [0, 1].map((i) => data.best[i] + size * data.directions[k][i]);
    for (let level = 0; level < 9; level++) {
      const height = 0.05 * 800 ** (level / 8);
      const ring = Array.from({ length: 121 }, (_, k) => {
        const parts = [Math.cos, Math.sin].map((turn, i) => turn((Math.PI * k) / 60) * Math.sqrt((2 * height) / data.curvatures[i]));
        return [0, 1].map((i) => data.best[i] + parts[0] * data.directions[0][i] + parts[1] * data.directions[1][i]);
      });
      scale.inside.append(svg("polyline", { points: scale.line(ring), fill: "none", class: "s-line", "stroke-width": 1.3 }));
    }
    if (data.bars) {
      for (const [k, size, name] of [[0, 2.3, "flat"], [1, 1.9, "steep"]]) {
        scale.inside.append(svg("polyline", { points: scale.line([along(k, -9), along(k, 9)]), fill: "none", class: "s-third", "stroke-dasharray": "2 4" }));
        const [x, y] = along(k, data.directions[k][0] < 0 ? -size : size);
        scale.inside.append(label(name, scale.px(x) + 6, scale.py(y) + (k ? 12 : -6), { class: "f-third name" }));
      }
    }
    for (const k of [-2, 0, 2]) {
      drawn.append(label(short(k), scale.px(k), 299, { "text-anchor": "middle" }), label(short(k), 28, scale.py(k) + 4, { "text-anchor": "end" }));
    }
    drawn.append(label("θ₁", 194, 316, { "text-anchor": "middle", class: "f-ink" }), label("θ₂", 8, scale.py(1) + 4, { class: "f-ink" }));
    const [x, y] = [scale.px(a), scale.py(b)];
    scale.inside.append(svg("path", { d: `M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}`, class: "s-third", "stroke-width": 2 }));
    return { drawn, ...scale };
  }

  /* The loss after each step, on a logarithmic scale. */
  function chart(data, height) {
    const drawn = stage(360, height, { class: "lecture-lib-svg losses" });
    const ends = [Math.log10(data.floor / 3), Math.log10(data.highest)];
    const scale = axes(drawn, [44, 24, 300, height - 62], [0, data.steps], ends);
    for (const power of height > 200 ? [-1, 0, 1, 2] : [0, 2]) {
      drawn.append(label(short(10 ** power), 38, scale.py(power) + 4, { "text-anchor": "end" }));
    }
    for (const step of [0, 20, 40, 60]) drawn.append(label(String(step), scale.px(step), height - 22, { "text-anchor": "middle" }));
    drawn.append(label("loss of all examples", 44, 14, { class: "f-ink" }), label("step", 194, height - 6, { "text-anchor": "middle", class: "f-ink" }));
    const floor = scale.py(Math.log10(data.floor));
    scale.inside.append(svg("path", { d: `M44 ${floor}H344`, class: "s-third", "stroke-dasharray": "5 3", "stroke-width": 1.4 }));
    drawn.append(label("lowest", 340, floor + 14, { "text-anchor": "end", class: "f-third" }));
    return { drawn, ...scale };
  }

  /* A bar for each direction: closer between -1 and 1, further beyond. */
  function bars(data) {
    const drawn = stage(360, 178, { class: "lecture-lib-svg factors", role: "img" });
    const px = (size) => 180 + 120 * Math.max(-1.48, Math.min(1.48, size));
    const rows = [1, 0].map((k, row) => {
      const top = 14 + 84 * row;
      const bar = svg("rect", { y: top + 26, height: 16, rx: 2 });
      const [sum, told] = [label("", 354, top, { "text-anchor": "end" }), label("", 2, top + 16)];
      const name = k ? "steep" : "flat";
      drawn.append(
        label(name, 2, top, { class: "f-third name" }), label(`λ = ${short(data.curvatures[k])}`, 48, top), sum, told,
        svg("rect", { x: px(-1.48), y: top + 24, width: 2.96 * 120, height: 20, class: "f-shade", rx: 3 }),
        svg("rect", { x: px(-1), y: top + 24, width: 240, height: 20, class: "f-leaf s-line" }),
        bar, svg("path", { d: `M180 ${top + 21}v26`, class: "s-ink", "stroke-width": 1.5 }),
        ...[-1, 0, 1].map((size) => label(short(size), px(size), top + 58, { "text-anchor": "middle" })),
      );
      return { k, name, bar, sum, told };
    });
    function show(state) {
      const said = rows.map(({ k, name, bar, sum, told }) => {
        const found = factor(state, data.curvatures[k]);
        const far = found && Math.abs(found.size) > 1 + 1e-9;
        const ends = found ? [found.swings ? -found.size : 0, found.size].map(px) : [180, 180];
        bar.setAttribute("x", Math.min(...ends));
        bar.setAttribute("width", Math.abs(ends[1] - ends[0]));
        bar.setAttribute("class", far ? "f-wrong" : "f-backward");
        sum.setAttribute("class", far ? "f-wrong strong" : "f-ink strong");
        told.setAttribute("class", far ? "f-wrong" : "f-muted");
        const plain = found && !state.momentum;
        sum.textContent = found ? `${plain ? `1 − ${short(state.rate)} · ${short(data.curvatures[k])} =` : "factor"} ${found.swings ? "±" : ""}${short(found.size)}` : "";
        told.textContent = effect(found, !k);
        return `${name}: ${sum.textContent} ${told.textContent}`;
      });
      drawn.setAttribute("aria-label", `The factor of a step along each direction. ${said.join(". ")}.`);
    }
    return { drawn, show };
  }

  function choice(name, values, state, changed) {
    const input = element("select", {}, ...values.map((text) => element("option", { textContent: text })));
    input.value = state[name];
    input.addEventListener("change", () => changed({ [name]: name === "batch" && input.value !== ALL ? Number(input.value) : input.value }));
    return element("label", { className: "control" }, element("span", { textContent: name }), input);
  }

  function slider(name, text, values, state, changed, mark) {
    const input = element("input", { type: "range", min: 0, max: values.length - 1 });
    input.value = values.indexOf(state[name]);
    const shown = element("output", { ariaLive: "off" });
    shown.style.minWidth = "5.5em";
    const tell = () => {
      shown.textContent = short(values[input.value]);
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", () => {
      tell();
      changed({ [name]: values[input.value] });
    });
    tell();
    const track = element("span", { className: "track" }, input);
    if (mark) {
      const place = element("span", { className: "mark-at", textContent: "2/λmax", ariaHidden: "true" });
      place.style.setProperty("--at", Math.log(mark / values[0]) / Math.log(values.at(-1) / values[0]));
      track.append(place);
      track.classList.add("marked");
    }
    return element("label", { className: "control" }, element("span", { textContent: text }), track, shown);
  }

  window.course.picture("descent", (box, data) => {
    const state = { ...data.now, start: [...data.start] };
    const ghosts = [];
    const ground = plane(data);
    const fall = chart(data, data.bars ? 144 : 322);
    const factors = data.bars ? bars(data) : null;
    const caption = element("figcaption", { className: "words" });
    caption.setAttribute("aria-live", "polite");
    const clear = element("button", { type: "button", className: "tool", textContent: "Clear earlier runs", disabled: true });
    let now = null;
    let since = -Infinity;

    const old = ground.inside.appendChild(svg("g", { class: "ghosts" }));
    const path = ground.inside.appendChild(svg("polyline", { fill: "none", class: "path s-backward", "stroke-width": 1.8 }));
    const steps = ground.inside.appendChild(svg("g", { class: "f-backward" }));
    const oldLosses = fall.inside.appendChild(svg("g", { class: "ghosts" }));
    const curve = fall.inside.appendChild(svg("polyline", { fill: "none", class: "curve s-backward", "stroke-width": 2 }));
    const end = svg("circle", { r: 5.5, class: "f-backward s-ink" });
    const start = svg("g", { class: "start", tabindex: 0, role: "slider", "aria-label": "start, moved by the arrow keys" },
      svg("circle", { r: 18, class: "target" }), svg("circle", { r: 8, class: "f-paper s-ink", "stroke-width": 2 }), label("start", 13, -10, { class: "f-ink name" }));
    ground.inside.append(end, start);

    function draw() {
      const places = walk(data, state);
      const losses = places.map((w) => loss(data, w));
      now = { path: ground.line(places), curve: fall.line(losses.map((one, k) => [k, Math.log10(one)])) };
      path.setAttribute("points", now.path);
      curve.setAttribute("points", now.curve);
      const spots = places.map(([x, y]) => [ground.px(x), ground.py(y)]);
      steps.replaceChildren(...spots.slice(1, -1).map(([cx, cy]) => svg("circle", { cx, cy, r: 2.4 })));
      end.setAttribute("cx", spots.at(-1)[0]);
      end.setAttribute("cy", spots.at(-1)[1]);
      start.setAttribute("transform", `translate(${spots[0][0]} ${spots[0][1]})`);
      const [x, y] = places[0];
      start.setAttribute("aria-valuenow", short(x).replace("−", "-"));
      start.setAttribute("aria-valuetext", `θ₁ = ${short(x, 2)}, θ₂ = ${short(y, 2)}`);
      factors?.show(state);
      caption.textContent = words(data, state, places, losses);
    }

    function faded(run) {
      old.append(svg("polyline", { points: run.path, fill: "none", class: "s-muted" }));
      oldLosses.append(svg("polyline", { points: run.curve, fill: "none", class: "s-muted" }));
      if (old.children.length > GHOSTS) [old, oldLosses].forEach((group) => group.firstChild.remove());
      clear.disabled = false;
    }

    function changed(update) {
      const time = performance.now();
      if (time - since > STOOD) faded(now);
      since = time;
      Object.assign(state, update);
      draw();
    }

    const held = (w) => w.map((entry, i) => Math.max(-REACH[i] + 0.15, Math.min(REACH[i] - 0.15, entry)));
    const move = (w) => changed({ start: held(w) });
    const to = (event) => move(ground.back(point(event, ground.drawn)).map((entry, i) => entry - data.best[i]));
    const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    start.addEventListener("keydown", (event) => {
      const by = KEYS[event.key];
      if (!by) return;
      event.preventDefault();
      move(state.start.map((entry, i) => entry + by[i] * (event.shiftKey ? 0.5 : 0.1)));
    });
    start.addEventListener("pointerdown", (event) => {
      start.setPointerCapture(event.pointerId);
      start.focus({ focusVisible: false });
      event.preventDefault();
    });
    start.addEventListener("pointermove", (event) => start.hasPointerCapture(event.pointerId) && to(event));
    ground.drawn.addEventListener("click", (event) => !start.contains(event.target) && to(event));
    clear.addEventListener("click", () => {
      for (const group of [old, oldLosses]) group.replaceChildren();
      clear.disabled = true;
    });

    const { values } = data;
    const controls = element("div", { className: "controls" });
    for (const name of ["optimizer", "batch", "schedule", "momentum"].filter((one) => one in values)) {
      controls.append(name === "momentum" ? slider(name, name, values[name], state, changed) : choice(name, values[name], state, changed));
    }
    controls.append(slider("rate", "learning rate", values.rate, state, changed, data.mark && data.limit));
    const why = data.mark ? "above 2/λmax = 0.222 every step overshoots by more than the last" : "the step is near the lowest loss";
    const room = `Nesterov, rate 0.00126: the loss goes from 0.0517 to 1.23e12 and diverges after 12 steps; ${why}.`;
    const sentence = element("div", { className: "sentence" }, caption, element("div", { className: "room", textContent: room, ariaHidden: "true" }));
    const panels = element("div", { className: "panels" }, ground.drawn, ...(factors ? [factors.drawn] : []), fall.drawn);
    box.classList.add("descent");
    box.append(controls, panels, element("div", { className: "below" }, element("span", { textContent: "Drag the start, move it by the arrow keys, or tap where to begin." }), clear), sentence);
    draw();
  });
})();
