// The derivation on rails: a line at a time, with the edges of the graph that it uses; at the end three fronts become one δ.
(function () {
  const { element, finer } = window.course;
  const { svg, ink } = window.course.drawing;
  const SLIDE = 900;
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* The graph; `light(edges, named)` shows which edges a line uses, and whether δ stands at z. */
  function graph({ size: [width, height], edges, nodes, delta }) {
    const groups = Object.entries(edges).map(([key, parts]) =>
      svg("g", { class: "rails-edge", "data-edge": key }, ...Object.entries(parts).map(([part, markup]) => ink(markup, { class: `rails-${part}` }))));
    const signal = ink(delta, { class: "rails-signal" });
    const canvas = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "lecture-lib-svg", "aria-hidden": "true" }, signal, ...groups, ...Object.values(nodes).map((node) => ink(node)));
    function light(lit, named) {
      for (const group of groups) group.classList.toggle("lit", lit.includes(group.dataset.edge));
      signal.classList.toggle("lit", named);
    }
    return { canvas, light };
  }

  function formula({ tex, mathml }) {
    const place = element("span", { className: "math" });
    place.innerHTML = mathml;
    place.dataset.tex = tex;
    return place;
  }

  function factorOf(factor) {
    const made = element("span", { className: factor.shape ? "rails-factor" : "rails-sign" }, formula(factor));
    if (factor.shape) made.append(element("small", { textContent: factor.shape }));
    if (factor.edge) made.dataset.edge = factor.edge;
    return made;
  }

  /* A line; where it has a front, that and the δ that takes its place are both there, and one of them is seen. */
  function lineOf(line, delta) {
    const row = element("li", {});
    const front = line.factors.filter((factor) => factor.front);
    line.factors.forEach((factor) => {
      if (factor.front && factor !== front[0]) return;
      if (!factor.front) return row.append(factorOf(factor));
      const whole = element("span", { className: "rails-front" }, ...front.map(factorOf));
      row.append(element("span", { className: "rails-swap" }, whole, element("span", { className: "rails-delta" }, factorOf(delta))));
    });
    return row;
  }

  const grouped = (count) => count.toLocaleString("en-US");

  window.course.picture("rails", (box, data) => {
    const { lines, stage, delta, sizes } = data;
    const joint = lines.findIndex((line) => line.joins);
    const { canvas, light } = graph(stage);
    const rows = lines.map((line) => lineOf(line, delta));
    rows[joint].className = "rails-joint";
    const list = element("ol", { className: "rails-list", tabIndex: 0 }, ...rows);
    list.setAttribute("aria-label", "Lines of the derivation; arrow keys go on and back");
    const words = element("p", { className: "words" });
    words.setAttribute("aria-live", "polite");
    const count = element("b", {});
    const counter = element("p", { className: "rails-count" }, count, element("span", { textContent: "multiplications" }), element("span", { textContent: sizes }));
    const button = (text, act) => element("button", { type: "button", className: "tool", textContent: text, onclick: act });
    const back = button("◀ Back", () => go(now - 1));
    const on = button("Next ▶", () => go(now + 1));
    const buttons = element("div", { className: "rails-buttons" }, back, on);
    const side = element("div", { className: "rails-side" }, canvas, words, element("div", { className: "rails-bar" }, buttons, counter));
    box.classList.add("rails");
    box.append(side, list);
    finer(box);
    box.style.setProperty("--lines", lines.length);

    let now = 0;
    let frame = 0;
    const countAt = (k) => lines.slice(0, k + 1).findLast((line) => line.count !== null)?.count ?? 0;

    function fall(from, to) {
      cancelAnimationFrame(frame);
      if (still()) return (count.textContent = grouped(to));
      const begun = performance.now();
      const tick = (time) => {
        const share = Math.min(1, Math.max(0, (time - begun) / SLIDE));
        count.textContent = grouped(Math.round(from + (to - from) * share * share * (3 - 2 * share)));
        if (share < 1) frame = requestAnimationFrame(tick);
      };
      frame = requestAnimationFrame(tick);
    }

    // The fronts fly to the line of δ: copies, which are gone afterward.
    function slide() {
      if (still() || !box.isConnected) return;
      const goal = rows[joint].firstChild.getBoundingClientRect();
      for (const front of rows.slice(0, joint).map((row) => row.querySelector(".rails-front")).filter(Boolean)) {
        const from = front.getBoundingClientRect();
        const copy = front.cloneNode(true);
        copy.classList.add("rails-flying");
        const home = box.getBoundingClientRect();
        copy.style.cssText = `left:${from.left - home.left}px;top:${from.top - home.top}px`;
        box.append(copy);
        const to = `translate(${goal.left - from.left}px, ${goal.top - from.top}px)`;
        const motion = copy.animate([{ transform: "none", opacity: 1 }, { transform: to, opacity: 1, offset: 0.8 }, { transform: to, opacity: 0 }], { duration: SLIDE, easing: "ease-in-out" });
        motion.onfinish = motion.oncancel = () => copy.remove();
      }
    }

    function show() {
      rows.forEach((row, k) => {
        row.classList.toggle("later", k > now);
        if (k === now) row.setAttribute("aria-current", "step");
        else row.removeAttribute("aria-current");
      });
      box.classList.toggle("joined", now >= joint);
      box.classList.toggle("forward", now === 0);
      light(lines[now].edges, now >= joint);
      words.textContent = lines[now].words;
      // Not disabled, or the keyboard would lose its place.
      back.setAttribute("aria-disabled", now === 0);
      on.setAttribute("aria-disabled", now === lines.length - 1);
    }

    function go(k) {
      const next = Math.max(0, Math.min(lines.length - 1, k));
      if (next === now) return;
      const [from, to] = [countAt(now), countAt(next)];
      if (now < joint && next >= joint) slide();
      now = next;
      show();
      if (box.isConnected) rows[now].scrollIntoView({ block: "nearest" });
      if (to < from && now > 0) fall(from, to);
      else {
        cancelAnimationFrame(frame);
        count.textContent = grouped(to);
      }
    }

    box.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -99, End: 99 }[event.key];
      if (!by) return;
      event.preventDefault();
      go(now + by);
    });
    rows.forEach((row, k) => {
      row.addEventListener("click", () => go(k));
      for (const factor of row.querySelectorAll("[data-edge]")) {
        factor.addEventListener("pointerenter", () => k <= now && light([factor.dataset.edge], now >= joint));
        factor.addEventListener("pointerleave", () => light(lines[now].edges, now >= joint));
      }
    });
    count.textContent = "0";
    show();
  });
})();
