// Predictions that are drawn: a row of points on empty axes, and the truth over them once the reader has opened it.
(function () {
  const { element, recall, keep, drawing } = window.course;
  const { svg, label, number, point } = drawing;
  const PLACES = ["on the left", "in the middle", "on the right"];
  const and = (parts) => (parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0]);

  const apart = (line, guess, k) => (guess[k] === null || line.at[k] === null ? null : guess[k] - line.at[k]);
  const known = (values) => values.filter((value) => value !== null);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  /* On which side the line lies too high or too low. */
  function sides(line, guess, near) {
    const n = guess.length;
    const said = new Map();
    PLACES.forEach((place, third) => {
      const far = known(guess.map((_, k) => (Math.min(2, Math.floor((3 * k) / n)) === third ? apart(line, guess, k) : null)));
      if (!far.length) return;
      const by = mean(far);
      const wide = Math.max(...far.map(Math.abs)) > 3 * near;
      const much = Math.abs(by) > 3 * near ? "far too" : "too";
      const what = Math.abs(by) > near ? `${much} ${by > 0 ? "high" : "low"}` : wide ? "partly too high and partly too low" : "close to it";
      said.set(what, [...(said.get(what) ?? []), place]);
    });
    if (!said.size) return "";
    const parts = [...said].map(([what, places]) => `${what} ${places.length === 3 ? "from end to end" : and(places)}`);
    return `Your line is ${parts.join(", ").replace(/, (?=[^,]*$)/, ", and ")}.`;
  }

  /* Where the line turns or jumps, and where the curve does. */
  function turns({ turn, name }, guess, data) {
    const curve = name ? `the ${name} line` : "the curve";
    const drawn = known(guess);
    if (drawn.length < 3) return "";
    if (turn.kind === "jumps") return `Your line ${turn.x.map((x, k) => jump(x, k, guess, data)).join("; it ")}.`;
    const lowest = turn.kind === "lowest";
    const k = guess.indexOf(lowest ? Math.min(...drawn) : Math.max(...drawn));
    const [first, last] = [guess.findIndex((y) => y !== null), guess.findLastIndex((y) => y !== null)];
    const at = `${curve} is ${turn.kind} near ${turn.name}`;
    if (Math.max(...drawn) - Math.min(...drawn) < data.near) return `Your line is flat; ${at}.`;
    if (k === first || k === last) return `Your line has no turn, it is ${turn.kind} at its ${k === first ? "left" : "right"} end; ${at}.`;
    const off = data.points[k] - turn.x;
    if (Math.abs(off) <= (data.points[1] - data.points[0]) * 1.01) return `It turns where ${curve} does, near ${turn.name}.`;
    return `It turns near ${data.x.names[k]}, too far ${off > 0 ? "right" : "left"}: ${at}.`;
  }

  function jump(x, which, guess, { points, x: { names } }) {
    const sign = which ? -1 : 1;
    let best = null;
    for (let k = 1; k < points.length; k++) {
      if (guess[k] === null || guess[k - 1] === null) continue;
      const rise = sign * (guess[k] - guess[k - 1]);
      if (rise > 0.1 && (best === null || rise > best.rise)) best = { rise, k };
    }
    const [verb, leap] = which ? ["falls", "drops"] : ["rises", "jumps"];
    if (!best) return `never ${verb}, while the curve ${leap} at ${number(x)}`;
    const there = points[best.k - 1] <= x && x <= points[best.k];
    if (there) return `${verb} where the curve ${leap}, at ${number(x)}`;
    return `${verb} most between ${names[best.k - 1]} and ${names[best.k]}, while the curve ${leap} at ${number(x)}`;
  }

  /* How near the guess was, in words. */
  function judged(curve, guess, data) {
    if (!known(guess).length) return "You drew no line here.";
    const far = (line) => mean(known(guess.map((_, k) => apart(line, guess, k))).map(Math.abs));
    const line = curve.lines.reduce((best, one) => (far(one) < far(best) ? one : best));
    const which = curve.lines.length > 1 ? `It is nearest to the ${line.name} line.` : "";
    return [which, sides(line, guess, data.near), turns(line, guess, data)].filter(Boolean).join(" ");
  }

  window.course.picture("drawn", (box, data) => {
    const wide = innerWidth > 640;
    const [width, height] = wide ? [620, 330] : [340, 290];
    const [left, top, right, bottom] = [56, 12, 14, 52];
    const { x, y, points } = data;
    const inner = [width - left - right, height - top - bottom];
    const px = (value) => left + (inner[0] * (value - x.limits[0])) / (x.limits[1] - x.limits[0]);
    const py = (value) => top + inner[1] * (1 - (value - y.limits[0]) / (y.limits[1] - y.limits[0]));
    const held = (value) => Math.max(y.limits[0], Math.min(y.limits[1], value));
    const back = ([a, b]) => [x.limits[0] + ((a - left) * (x.limits[1] - x.limits[0])) / inner[0], held(y.limits[0] + (1 - (b - top) / inner[1]) * (y.limits[1] - y.limits[0]))];
    const middle = (y.limits[0] + y.limits[1]) / 2;

    const guesses = recall(`guess-${data.cell}`, {});
    let curve = data.curves[0];
    const guess = () => (guesses[curve.name] ??= points.map(() => null));

    const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "lecture-lib-svg", role: "group", "aria-label": `Axes to draw on: ${y.label} against ${x.label}` });
    // A stroke may begin a little outside.
    const pad = svg("rect", { x: left - 14, y: top - 10, width: inner[0] + 28, height: inner[1] + 20, class: "pad" });
    const clip = `clip-${data.cell}`;
    const frame = svg("rect", { x: left, y: top, width: inner[0], height: inner[1], class: "frame f-paper s-line" });
    drawn.append(frame, svg("clipPath", { id: clip }, svg("rect", { x: left, y: top, width: inner[0], height: inner[1] })));
    for (const [at, name] of x.ticks) drawn.append(svg("path", { d: `M${px(at)} ${top}v${inner[1]}`, class: "grid s-line" }), label(name, px(at), height - 34, { "text-anchor": "middle" }));
    for (const [at, name] of y.ticks) drawn.append(svg("path", { d: `M${left} ${py(at)}h${inner[0]}`, class: "grid s-line" }), label(name, left - 7, py(at) + 4, { "text-anchor": "end" }));
    drawn.append(label(x.label, left + inner[0] / 2, height - 10, { "text-anchor": "middle", class: "f-ink" }));
    drawn.append(label(y.label, 12, top + inner[1] / 2, { "text-anchor": "middle", class: "f-ink", transform: `rotate(-90 12 ${top + inner[1] / 2})` }));

    const truth = svg("g", { "clip-path": `url(#${clip})`, class: "over", "aria-hidden": "true" });
    const line = svg("polyline", { fill: "none", class: "mine s-backward", "stroke-width": 2.5, "stroke-dasharray": "7 4" });
    const dots = points.map((at, k) => {
      const dot = svg("g", { role: "slider", tabindex: k ? -1 : 0, "aria-orientation": "vertical", "aria-label": `${x.label} = ${x.names[k]}`, "aria-valuemin": y.limits[0], "aria-valuemax": y.limits[1] },
        svg("circle", { r: 13, class: "target" }), svg("circle", { r: 5, class: "dot" }));
      dot.addEventListener("keydown", (event) => key(event, k));
      return dot;
    });
    drawn.append(truth, line, pad, ...dots);

    const open = document.getElementById(data.cell)?.querySelector("details.truth");
    const said = element("figcaption", { className: "words" });
    said.setAttribute("aria-live", "polite");
    const hint = "Draw with a finger or the mouse. With keys: left and right go from point to point, up and down move it.";

    const named = (value) => (y.ticks.some(([, name]) => name.includes("⁻")) ? `10 to the ${number(value, 2)}` : number(value, 2));
    function show() {
      const now = guess();
      line.setAttribute("points", now.flatMap((value, k) => (value === null ? [] : [`${px(points[k])},${py(value)}`])).join(" "));
      dots.forEach((dot, k) => {
        const value = now[k] ?? middle;
        dot.setAttribute("transform", `translate(${px(points[k])} ${py(value)})`);
        dot.classList.toggle("none", now[k] === null);
        dot.setAttribute("aria-valuenow", Number(value.toFixed(3)));
        dot.setAttribute("aria-valuetext", now[k] === null ? "not drawn yet" : named(value));
      });
      truth.replaceChildren(...(open?.open ? curve.lines.flatMap(overlay) : []));
      said.textContent = open?.open ? `${judged(curve, now, data)} ${curve.words}` : hint;
      room.hidden = !open?.open;
      clear.disabled = now.every((value) => value === null);
    }

    function overlay({ run, name }, which) {
      const color = which ? "third" : "forward";
      const path = svg("polyline", { points: run.map(([a, b]) => `${px(a)},${py(b)}`).join(" "), fill: "none", class: `truth-line s-${color}`, "stroke-width": 2.5 });
      if (!name) return [path];
      // A name stands where its line is far from the other's.
      const [a, b] = run[Math.round(run.length * (which ? 0.78 : 0.7))];
      return [path, label(name, px(a) + (which ? -8 : 8), py(b) + (which ? -8 : 14), { class: `f-${color} name`, "text-anchor": which ? "end" : "start" })];
    }

    function changed() {
      keep(`guess-${data.cell}`, guesses);
      show();
    }
    function set(k, value) {
      guess()[k] = Number(held(value).toFixed(4));
    }

    function key(event, k) {
      const go = { ArrowLeft: k - 1, ArrowRight: k + 1, Home: 0, End: points.length - 1 }[event.key];
      const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
      if (go === undefined && by === undefined) return;
      event.preventDefault();
      if (go !== undefined) focus(Math.max(0, Math.min(points.length - 1, go)));
      else {
        set(k, (guess()[k] ?? middle) + by * data.step);
        changed();
      }
    }
    function focus(k) {
      dots.forEach((dot, other) => dot.setAttribute("tabindex", other === k ? 0 : -1));
      dots[k].focus();
    }

    // A stroke sets the points that it passes.
    let last = null;
    function stroke(event) {
      const now = back(point(event, drawn));
      const gap = points[1] - points[0];
      points.forEach((at, k) => {
        if (last && at !== last[0] && (at - last[0]) * (at - now[0]) <= 0 && now[0] !== last[0]) set(k, last[1] + ((now[1] - last[1]) * (at - last[0])) / (now[0] - last[0]));
        if (Math.abs(at - now[0]) <= gap * (last ? 0.25 : 0.5)) set(k, now[1]);
      });
      last = now;
      changed();
    }
    drawn.addEventListener("pointerdown", (event) => {
      if (event.target !== pad && !event.target.closest("[role=slider]")) return;
      drawn.setPointerCapture(event.pointerId);
      last = null;
      stroke(event);
      event.preventDefault();
    });
    drawn.addEventListener("pointermove", (event) => drawn.hasPointerCapture(event.pointerId) && stroke(event));

    const clear = element("button", { type: "button", className: "tool", textContent: "Clear" });
    clear.addEventListener("click", () => {
      guesses[curve.name] = points.map(() => null);
      changed();
    });
    const head = element("div", { className: "head" });
    if (data.curves.length > 1) {
      const choice = element("select", {}, ...data.curves.map(({ name }) => element("option", { textContent: name })));
      choice.addEventListener("change", () => {
        curve = data.curves[choice.selectedIndex];
        show();
      });
      head.append(element("label", {}, `Draw ${data.title} `, choice));
    } else head.append(element("span", { className: "ask", textContent: `Draw ${data.title}` }));
    head.append(clear);
    const longest = data.curves.map(({ words }) => words).reduce((a, b) => (a.length > b.length ? a : b));
    const most = data.curves[0].lines.length > 1 ? "It is nearest to the two-sided line. " : "";
    const fullest = `${most}Your line is far too high on the left, partly too high and partly too low in the middle, and far too low on the right. Your line has no turn, it is highest at its right end; the curve is highest near 0. `;
    box.classList.add("drawn");
    // Once the truth is there its sentence may become longer and shorter; nothing below moves.
    const room = element("div", { className: "room", textContent: `${fullest}${longest}`, ariaHidden: "true" });
    box.append(head, drawn, element("div", { className: "sentence" }, said, room));
    open?.addEventListener("toggle", show);
    for (const event of ["beforeprint", "afterprint"]) addEventListener(event, show);
    show();
  });
})();
