// The graph that can be scrubbed: leaves are dragged, typed or moved by arrow keys; values and gradients follow at once.
(function () {
  const { element } = window.course;
  const { svg, ink, number, part } = window.course.drawing;
  const [VALUE, SMALL, SUM] = [17, 14, 15];
  const PER_STEP = 6;

  const tidy = (value, digits = 3) => number(Number(value.toPrecision(12)), digits);
  const signed = (value) => (value > 0 ? "+" : "") + tidy(value);
  const added = (parts, sum, digits) => `${parts.map((part) => tidy(part, digits)).join(" + ").replaceAll("+ −", "− ")} = ${tidy(sum, digits)}`;

  /* A text of digits in the pictures' own font: an element, and how wide it is. */
  function written(digits, text, size) {
    let at = 0;
    const glyphs = [...text.replace("undefined", "NaN")].map((sign) => {
      const [advance, outline] = digits[sign] ?? digits["N"];
      const drawn = svg("path", { d: outline, transform: `translate(${at} 0)` });
      at += advance;
      return drawn;
    });
    const scale = size / 100;
    return [svg("g", { transform: `scale(${scale} ${-scale})` }, ...glyphs), at * scale];
  }

  function write(place, digits, text, size, x, y, anchor) {
    const [drawn, width] = written(digits, text, size);
    const share = { start: 0, middle: 0.5, end: 1 }[anchor];
    place.setAttribute("transform", `translate(${x - share * width} ${y})`);
    place.replaceChildren(drawn);
  }

  const fraction = (above, below) =>
    element("span", { className: "scrub-over" }, element("span", { textContent: `∂${above}` }), element("span", { textContent: `∂${below}` }));

  /* The drawing of one layout. `act` says what the reader does; `show(state)` writes the numbers. */
  function drawing(data, layout, act) {
    const { digits, names } = data;
    const [width, height] = layout.size;
    const lines = layout.lines.map((line) => lineOf(data, line, layout.upright));
    const tools = svg("g", { role: "toolbar", "aria-label": "Lines of the graph" }, ...lines.map((line) => line.group));
    const vertices = layout.vertices.map((vertex) => vertexOf(data, vertex));
    const canvas = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "lecture-lib-svg", role: "group", "aria-label": `Graph of ${names.at(-1)}` },
      tools, svg("g", { "aria-hidden": "true" }, ...vertices.map((vertex) => vertex.group)));
    const fields = layout.vertices.filter((vertex) => vertex.kind === "leaf").map((vertex) => fieldOf(data, vertex, layout, act));
    const box = element("div", { className: `scrub-stage${layout.upright ? " upright" : ""}` }, canvas, ...fields.map((field) => field.box));

    lines.forEach((line, k) => {
      const { group } = line;
      group.addEventListener("pointerenter", () => act.look(k));
      group.addEventListener("focus", () => act.look(k));
      group.addEventListener("click", () => act.look(k));
      group.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        lines[(k + by + lines.length) % lines.length].group.focus();
      });
    });
    vertices.forEach((vertex, k) => vertex.group.addEventListener("click", () => act.choose(layout.vertices[k].node)));

    function show(state) {
      lines.forEach((line, k) => line.show(state, k === state.looked));
      lines.forEach((line, k) => line.group.setAttribute("tabindex", k === state.looked ? 0 : -1));
      vertices.forEach((vertex) => vertex.show(state));
      fields.forEach((field) => field.show(state));
    }
    return { box, show };
  }

  function lineOf({ digits, names, nodes }, line, upright) {
    const [x, y] = line.at;
    const places = Object.fromEntries(["value", "change", "back"].map((name) => [name, svg("g", { class: `scrub-${name}` })]));
    const end = line.user === null ? "the end" : names[line.user];
    const glow = svg("path", { class: "scrub-glow", d: line.middle });
    const group = svg("g", { class: "scrub-line", role: "button", tabindex: -1, "aria-pressed": "false" },
      svg("path", { class: "scrub-reach", d: line.middle }),
      glow,
      svg("path", { class: "scrub-forth s-forward", d: line.forward, fill: "none" }),
      svg("path", { class: "f-forward", d: line.tips[0] + "Z" }),
      svg("g", { class: "scrub-return" }, svg("path", { class: "s-backward", d: line.backward, fill: "none" }), svg("path", { class: "f-backward", d: line.tips[1] + "Z" })),
      places.value, places.change, places.back);

    function show(state, looked) {
      const { upstream, local, downstream } = shares(nodes, state, line);
      const value = tidy(state.values[line.node]);
      const moved = state.after[line.node] - state.values[line.node];
      const change = Math.abs(moved) < 1e-12 ? 0 : moved;
      if (upright) {
        write(places.value, digits, value, VALUE, x - 8, y + 6, "end");
        write(places.back, digits, tidy(downstream), VALUE, x + 8, y + 6, "start");
        write(places.change, digits, change ? signed(change) : "", SMALL, x - 8, y - 11, "end");
      } else {
        write(places.value, digits, value, VALUE, x, y - 8, "middle");
        write(places.back, digits, tidy(downstream), VALUE, x, y + 24, "middle");
        write(places.change, digits, change ? signed(change) : "", SMALL, x, y - 27, "middle");
      }
      if (line.user !== null && state.jumped.has(line.user)) flash(glow);
      group.classList.toggle("moving", Boolean(change));
      group.classList.toggle("idle", downstream === 0);
      group.classList.toggle("looked", looked);
      group.setAttribute("aria-pressed", looked);
      group.setAttribute("aria-label", `${names[line.node]} to ${end}: value ${value}; back, upstream ${tidy(upstream)} times local ${tidy(local)} is ${tidy(downstream)}`);
    }
    return { group, show };
  }

  /* A slope has jumped: its line lights for a moment. */
  function flash(glow) {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) glow.animate([{ stroke: "var(--backward)", strokeOpacity: 0.7 }, { strokeOpacity: 0 }], 800);
  }

  /* What comes back along a line: upstream times local is downstream. */
  function shares(nodes, state, { node, user, position }) {
    if (user === null) return { upstream: 1, local: 1, downstream: 1 };
    return { upstream: state.gradients[user], local: state.slopes[user][position], downstream: state.passed[user][position] };
  }

  function vertexOf({ digits, nodes }, vertex) {
    const [x, y] = vertex.at;
    const radius = vertex.kind === "operation" ? 22 : 9;
    const shape = svg("rect", {
      x: x - vertex.half, y: y - 22, width: 2 * vertex.half, height: 44, rx: radius, class: `scrub-shape ${vertex.kind === "operation" ? "f-paper" : "f-leaf"} s-ink`,
      "stroke-width": vertex.kind === "output" ? 3 : 1.6,
    });
    const group = svg("g", { class: `scrub-vertex ${vertex.kind}` }, shape, ink(vertex.ink));
    const head = vertex.sum && ink(vertex.sum.head);
    const tail = svg("g", { class: "f-backward" });
    if (head) group.append(head, tail);

    function show(state) {
      group.classList.toggle("nudged", Boolean(state.moved) && state.moved[0] === vertex.node && vertex.kind !== "output");
      if (!vertex.sum) return;
      const parts = [];
      nodes.forEach(({ args }, k) => args.forEach((a, i) => Array.isArray(a) && a[0] === vertex.node && parts.push(state.passed[k][i])));
      // A sum that is too long for its place says less of each number.
      const texts = [3, 2].map((count) => added(parts, state.gradients[vertex.node], count));
      const text = texts.find((one) => written(digits, one, SUM)[1] <= vertex.sum.most) ?? texts[1];
      const [, wide] = written(digits, text, SUM);
      const left = vertex.sum.at[0] - (wide + vertex.sum.room) / 2;
      head.setAttribute("transform", `translate(${left} ${vertex.sum.at[1]})`);
      write(tail, digits, text, SUM, left + vertex.sum.room, vertex.sum.at[1], "start");
    }
    return { group, show };
  }

  /* The number of a leaf: a field over the drawing that can be dragged to the side. */
  function fieldOf({ names, step, limit }, vertex, layout, act) {
    const [width, height] = layout.size;
    const [left, room] = vertex.field;
    const input = element("input", { type: "text", autocomplete: "off", spellcheck: false });
    const attributes = { role: "spinbutton", "aria-label": names[vertex.node], "aria-valuemin": -limit, "aria-valuemax": limit };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    const box = element("span", { className: "scrub-field" }, input);
    box.style.cssText = `left:${(100 * left) / width}%;top:${(100 * (vertex.at[1] - 17)) / height}%;width:${(100 * room) / width}%;height:${3400 / height}%;--size:${(1900 / width).toFixed(3)}cqw`;
    let now = 0;
    const go = (value) => act.move(vertex.node, Math.min(limit, Math.max(-limit, Number(value.toFixed(6)))));
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

    input.addEventListener("keydown", (event) => {
      if (event.key in steps) {
        event.preventDefault();
        go(now + steps[event.key] * step);
      } else if (event.key === "Enter") typed();
      else if (event.key === "Escape") input.value = tidy(now);
    });
    function typed() {
      const value = Number(input.value.trim().replace("−", "-").replace(",", "."));
      if (input.value.trim() && Number.isFinite(value)) go(value);
      input.value = tidy(now);
    }
    input.addEventListener("change", typed);

    let from = null;
    input.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, value: now, dragged: false };
      input.setPointerCapture(event.pointerId);
    });
    // A drag opens no keyboard: the field is entered when the pointer leaves it where it came.
    input.addEventListener("mousedown", (event) => document.activeElement !== input && event.preventDefault());
    input.addEventListener("pointermove", (event) => {
      if (!from) return;
      const by = Math.trunc((event.clientX - from.x) / PER_STEP);
      if (by) from.dragged = true;
      if (!from.dragged) return;
      document.getSelection()?.removeAllRanges();
      go(from.value + by * step);
    });
    input.addEventListener("pointerup", () => {
      if (from && !from.dragged && document.activeElement !== input) {
        input.focus();
        input.select();
      }
      from = null;
    });
    input.addEventListener("pointercancel", () => (from = null));

    function show(state) {
      now = state.values[vertex.node];
      if (document.activeElement !== input || input.value.trim() !== tidy(now)) input.value = tidy(now);
      input.setAttribute("aria-valuenow", now);
      input.setAttribute("aria-valuetext", tidy(now));
    }
    return { box, show };
  }

  /* "upstream × local = downstream", with the numbers of one line. */
  function equation({ names, nodes }, table) {
    const box = element("div", { className: "scrub-equation" });
    const part = (value, kind, words, ...over) =>
      element("span", { className: `scrub-part ${kind}` }, element("b", { textContent: tidy(value) }), element("span", { className: "scrub-name" }, words, ...over));
    const sign = (text) => element("span", { className: "scrub-sign", textContent: text });
    const last = names.at(-1);

    function show(state, line) {
      const { upstream, local, downstream } = shares(nodes, state, line);
      const here = names[line.node];
      const user = line.user === null ? last : names[line.user];
      const uses = nodes.flatMap(({ args }) => args).filter((a) => Array.isArray(a) && a[0] === line.node).length;
      const title = element("p", { textContent: line.user === null ? `The way back begins at ${last}` : `Back from ${user} to ${here}` });
      const end = part(downstream, "back", uses > 1 ? "share of" : "downstream", fraction(last, here));
      box.replaceChildren(title);
      if (line.user === null) box.append(end);
      else box.append(part(upstream, "back", "upstream", fraction(last, user)), sign("×"), part(local, "", "local", fraction(user, here)), sign("="), end);
      if (line.user !== null && table.tie(nodes, state.values, line.user)) {
        box.append(element("p", { textContent: "The slope jumps right here: its value is an agreement." }));
      }
    }
    return { box, show };
  }

  /* A node, how far it is nudged, and two bars: what its gradient foretells, and what happens. */
  function nudging({ names, nodes }, table, act) {
    const last = names.at(-1);
    const options = names.slice(0, -1).map((name, k) => element("option", { value: k, textContent: name }));
    const choice = element("select", {}, element("option", { value: "", textContent: "nothing" }), ...options);
    const range = element("input", { type: "range", min: -1, max: 1, step: 0.05, value: 0.5 });
    const shown = element("output", {});
    choice.setAttribute("aria-label", "Nudge");
    range.setAttribute("aria-label", "ε");
    choice.addEventListener("change", () => act.choose(choice.value === "" ? null : Number(choice.value), true));
    range.addEventListener("input", () => act.push(Number(range.value)));
    const bar = (kind) => element("span", { className: `scrub-bar ${kind}` }, element("i", {}));
    const bars = [bar("told"), bar("done")];
    const said = [0, 1].map(() => element("span", { className: "scrub-said" }));
    const rows = element("div", { className: "scrub-rows" },
      element("span", { textContent: "gradient · ε" }), bars[0], said[0], element("span", { textContent: `${last} moves by` }), bars[1], said[1]);
    const gap = element("p", { className: "scrub-gap" });
    const row = element("div", { className: "controls" }, element("label", { className: "control" }, "Nudge", choice), element("label", { className: "control" }, "by ε", range, shown));
    const box = element("div", { className: "scrub-nudge" }, row, rows, gap);

    const change = (state, node, by) => table.forward(nodes, state.leaves, [node, by]).at(-1) - state.values.at(-1);
    function show(state) {
      choice.value = state.moved ? state.moved[0] : "";
      range.value = state.by;
      range.setAttribute("aria-valuetext", tidy(state.by));
      shown.textContent = tidy(state.by);
      box.classList.toggle("off", !state.moved);
      if (!state.moved) {
        gap.textContent = `Choose a node: ε runs forward from it to ${last}.`;
        for (const place of said) place.textContent = "";
        return;
      }
      const [node, by] = state.moved;
      const slope = state.gradients[node];
      const found = [slope * by, change(state, node, by)];
      const size = Math.max(...[-1, 1].flatMap((end) => [Math.abs(slope), Math.abs(change(state, node, end))]).filter(Number.isFinite), 1e-9);
      found.forEach((amount, k) => {
        const share = Number.isFinite(amount) ? Math.max(-1, Math.min(1, amount / size)) * 50 : 0;
        bars[k].firstChild.style.cssText = `left:${50 + Math.min(share, 0)}%;width:${Math.abs(share)}%`;
      });
      said[0].textContent = `${tidy(slope)} · ${by < 0 ? `(${tidy(by)})` : tidy(by)} = ${tidy(found[0])}`;
      said[1].textContent = tidy(found[1]);
      const rest = Number((found[1] - found[0]).toPrecision(9));
      const none = Math.abs(rest) < 1e-9 * Math.max(1, Math.abs(found[1]));
      gap.textContent = none ? "The gradient foretold it exactly." : `Between them lies ${tidy(rest)}: what the gradient cannot see.`;
    }
    return { box, show };
  }

  /* The numbers in a sentence. */
  function sentence({ names, nodes }, state) {
    const leaves = names.filter((_, k) => !nodes[k].op);
    const values = leaves.map((name) => `${name} = ${tidy(state.values[names.indexOf(name)])}`);
    const back = leaves.map((name) => `${tidy(state.gradients[names.indexOf(name)] ?? 0)} for ${name}`);
    return `At ${values.join(", ")}: ${names.at(-1)} = ${tidy(state.values.at(-1))}. Gradients: ${back.join(", ")}.`;
  }

  // The address holds the leaves, and the node that is nudged: ?small=1,2,0,y,0.1; what else stands there stays.
  function inAddress(key) {
    const found = new URLSearchParams(location.search).get(key);
    return found === null ? null : found.split(",");
  }
  function toAddress(key, text, anchor) {
    const others = location.search.slice(1).split("&").filter((part) => part && !part.startsWith(`${key}=`));
    const query = [...others, ...(text ? [`${key}=${text}`] : [])].join("&");
    const hash = location.hash || (text && anchor ? `#${anchor}` : "");
    try {
      history.replaceState(history.state, "", `${location.pathname}${query ? `?${query}` : ""}${hash}`);
    } catch (error) {
      // Some browsers keep the address of a page from a disk as it is.
    }
  }

  window.course.picture("graph", async (box, data) => {
    const table = await part("graph_operations");
    const { key, names, nodes, start, limit } = data;
    const looked = data.stages[0].lines.findIndex(({ node, user }) => node === data.look[0] && user === data.look[1]);
    const state = { leaves: [...start], looked, chosen: null, by: 0.5 };

    const given = inAddress(key) ?? [];
    const numbers = given.slice(0, start.length).map(Number);
    if (numbers.length === start.length && numbers.every((value) => Math.abs(value) <= limit)) state.leaves = numbers;
    const chosen = names.slice(0, -1).indexOf(given[start.length]);
    if (chosen >= 0) state.chosen = chosen;
    if (chosen >= 0 && Math.abs(given[start.length + 1]) <= 1) state.by = Number(given[start.length + 1]);

    const act = {
      move: (node, value) => update(() => (state.leaves[nodes.slice(0, node).filter(({ op }) => !op).length] = value)),
      look: (line) => update(() => (state.looked = line)),
      choose: (node, firm) => update(() => (state.chosen = node === nodes.length - 1 || (node === state.chosen && !firm) ? null : node)),
      push: (by) => update(() => (state.by = by)),
    };
    const parts = [equation(data, table), nudging(data, table, act)];
    const words = element("p", { className: "words" });
    words.setAttribute("aria-live", "polite");
    const reset = element("button", { type: "button", className: "tool", textContent: "Start again" });
    reset.addEventListener("click", () => update(() => Object.assign(state, { leaves: [...start], looked, chosen: null, by: 0.5 })));
    const hint = element("p", { className: "scrub-hint" }, element("span", { textContent: `Drag a number to the side, or press ↑ and ↓ in it. Point at a line to see what comes back. ${data.hint}` }), reset);
    const place = element("div", { className: "scrub-place" });
    box.classList.add("scrub");
    data.stages.forEach(({ size: [width, height], upright }) => {
      box.style.setProperty(upright ? "--tall" : "--wide", `${width}px`);
      box.style.setProperty(upright ? "--tall-ratio" : "--wide-ratio", `${width}/${height}`);
    });
    box.append(hint, place, element("div", { className: "scrub-panels" }, ...parts.map((part) => part.box)), words);

    const narrow = matchMedia("(max-width: 40rem)");
    let drawn = null;
    function lay() {
      drawn = drawing(data, data.stages[narrow.matches ? 1 : 0], act);
      place.replaceChildren(drawn.box);
    }
    let later = 0;
    function settle() {
      words.textContent = sentence(data, state);
      const nudge = state.chosen === null ? [] : [names[state.chosen], state.by];
      const text = [...state.leaves, ...nudge].join(",");
      const anchor = box.closest(".cell")?.id;
      toAddress(key, text === start.join(",") ? "" : text, anchor);
    }
    function update(change) {
      change();
      const before = state.slopes;
      state.values = table.forward(nodes, state.leaves);
      Object.assign(state, table.backward(nodes, state.values));
      const jumps = (k) => table.operations[nodes[k].op]?.tie && before && before[k].some((slope, i) => slope !== state.slopes[k][i]);
      state.jumped = new Set([...nodes.keys()].filter(jumps));
      state.moved = state.chosen === null ? null : [state.chosen, state.by];
      state.after = state.moved ? table.forward(nodes, state.leaves, state.moved) : state.values;
      drawn.show(state);
      parts[0].show(state, data.stages[0].lines[state.looked]);
      parts[1].show(state);
      clearTimeout(later);
      if (box.isConnected) later = setTimeout(settle, 300);
    }
    narrow.addEventListener("change", () => {
      lay();
      update(() => {});
    });
    lay();
    update(() => {});
    words.textContent = sentence(data, state);
  });
})();
