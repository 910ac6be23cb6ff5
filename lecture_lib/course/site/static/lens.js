// Symbols explain themselves: point at one, tap it, or press "s" for those in sight. Nothing is done before the first time.
(function () {
  const { element, finer, drawing: { svg } } = window.course;
  const source = document.getElementById("lens");
  const button = document.getElementById("open-symbols");
  if (!source || !button) return;
  const article = document.querySelector("article");
  // How long a pointer rests on a symbol before it is told, in milliseconds.
  const REST = 250;

  let known = null;
  let byName = null;
  let drawings = null;
  let transpose = "";
  function learn() {
    if (known) return;
    const read = JSON.parse(source.textContent);
    known = read.symbols;
    transpose = read.transpose;
    byName = new Map(known.flatMap(({ names }, k) => names.map((name) => [name, k])));
    drawings = known.map(({ drawn }, number) => ({ number, glyphs: drawn.split(" ").filter(Boolean) }))
      .filter(({ glyphs }) => glyphs.length).sort((a, b) => b.glyphs.length - a.glyphs.length);
  }

  // FNV-1a, as lecture_lib.course.site.symbols.digest.
  const digests = new Map();
  function digest(text) {
    if (!digests.has(text)) {
      let value = 0x811c9dc5;
      for (let k = 0; k < text.length; k++) value = Math.imul(value ^ text.charCodeAt(k), 0x01000193) >>> 0;
      digests.set(text, value.toString(16));
    }
    return digests.get(text);
  }
  window.course.digest = digest;

  /* The symbols in a text of the library's pictures, by the outlines of its glyphs: none that has another script. */
  function inText(group) {
    const uses = [...group.children].filter((child) => child.localName === "use");
    if (!uses.length) return [];
    const outlines = uses.map((use) => {
      const shape = document.getElementById(use.getAttribute("href").slice(1));
      return shape?.localName === "path" ? digest(shape.getAttribute("d")) : "";
    });
    const small = (k) => k < uses.length && /scale/.test(uses[k].getAttribute("transform") ?? "");
    const found = [];
    for (let k = 0; k < uses.length; k++) {
      const hit = small(k) ? null : drawings.find(({ glyphs }) => glyphs.every((glyph, n) => outlines[k + n] === glyph));
      if (!hit) continue;
      const end = k + hit.glyphs.length;
      if (small(end) && outlines[end] !== transpose) continue;
      found.push({ number: hit.number, places: uses.slice(k, end) });
      k = end - 1;
    }
    return found;
  }

  /* The symbol that is all of a text of a picture that answers. */
  function inWritten(text) {
    const number = known.findIndex(({ label }) => [...label].length === 1 && label === text.textContent.trim());
    return number < 0 ? [] : [{ number, places: [text] }];
  }

  /* The symbols in a picture: in its texts as the library draws them, or alone in a text of a picture that answers. */
  function inPicture(picture) {
    const drawn = [...picture.querySelectorAll("g:has(> use)")].flatMap(inText);
    return [...drawn, ...[...picture.querySelectorAll("text")].flatMap(inWritten)];
  }

  // A name after a dot belongs to something else, and one that a lambda binds may be anything.
  function inCode(place) {
    const number = byName.get(place.textContent);
    if (number === undefined || !place.matches(".n")) return number;
    let before = place.previousSibling;
    if (before?.textContent.endsWith(".")) return undefined;
    let line = "";
    for (; before && !line.includes("\n"); before = before.previousSibling) line = before.textContent + line;
    for (let after = place.nextSibling; after && !line.endsWith("\n"); after = after.nextSibling) {
      if (after.textContent.includes("\n")) break;
      line += after.textContent;
    }
    const bound = new RegExp(`\\blambda\\b[^:]*\\b${place.textContent}\\b`);
    return bound.test(line.split("\n").at(-1)) ? undefined : number;
  }

  const CODE = ".highlight .n, :not(pre) > code";
  const DRAWN = "svg.lecture-lib-svg";
  /* The place of a symbol at or around an element, and its number. */
  function at(target) {
    const place = target.closest?.(`.y, ${CODE}, ${DRAWN} :is(use, text)`);
    if (!place || !article.contains(place)) return null;
    learn();
    if (place.matches(".y")) return { place, number: Number(/\by(\d+)\b/.exec(place.getAttribute("class"))[1]) };
    const here = () => (place.localName === "use" ? inText(place.parentNode) : inWritten(place));
    const number = place.closest("svg") ? here().find(({ places }) => places.includes(place))?.number : inCode(place);
    return number === undefined ? null : { place, number };
  }

  // Every place of a symbol lights up, but for pictures that are not in sight.
  let lit = [];
  function light(number) {
    dark();
    if (number === null) return;
    for (const place of article.querySelectorAll(`.y${number}`)) lit.push(glow(place));
    for (const place of article.querySelectorAll(CODE)) if (byName.has(place.textContent) && inCode(place) === number) lit.push(glow(place));
    for (const picture of article.querySelectorAll(DRAWN)) {
      if (!seen(picture)) continue;
      for (const one of inPicture(picture)) if (one.number === number) lit.push(...one.places.map(ringed));
    }
  }
  function glow(place) {
    place.classList.add("lit");
    return () => place.classList.remove("lit");
  }
  function ringed(shape) {
    const { x, y, width, height } = shape.getBBox();
    const pad = 0.22 * height;
    const transform = shape.getAttribute("transform") ?? "";
    const halo = svg("rect", { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad, rx: pad, class: "lens-halo", transform });
    shape.parentNode.prepend(halo);
    return () => halo.remove();
  }
  function dark() {
    lit.forEach((undo) => undo());
    lit = [];
  }
  function seen(place) {
    const box = place.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight && box.width > 0;
  }

  /* What a symbol is, as a piece of the page. */
  function told(number) {
    const { symbol, meaning, shape, code, first } = known[number];
    const facts = [["shape here", shape], ["in code", code], ["first in", `<a href="${first[0]}">${first[1]}</a>`]];
    const list = facts.filter(([, text]) => text).flatMap(([name, text]) => [element("dt", { textContent: name }), element("dd", { innerHTML: text })]);
    const said = element("div", { className: "told" }, element("p", { innerHTML: `<b>${symbol}</b> ${meaning}` }), element("dl", {}, ...list));
    finer(said);
    return said;
  }

  // The card beside a symbol.
  const card = element("div", { id: "lens-card", hidden: true });
  card.setAttribute("role", "region");
  card.setAttribute("aria-label", "Symbol");
  let shown = null;
  let waiting = 0;
  function show({ place, number }) {
    close();
    shown = place;
    light(number);
    card.replaceChildren(told(number));
    card.hidden = false;
    const box = place.getBoundingClientRect();
    const below = box.bottom + 10 + card.offsetHeight < innerHeight;
    card.style.left = `${Math.max(8, Math.min(innerWidth - card.offsetWidth - 8, box.left - 24))}px`;
    card.style.top = `${below ? box.bottom + 10 : Math.max(8, box.top - 10 - card.offsetHeight)}px`;
  }
  function hide() {
    clearTimeout(waiting);
    if (!shown) return;
    shown = null;
    card.hidden = true;
    light(chosen());
  }
  document.body.append(card);

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType !== "mouse" || card.contains(target) || shown?.contains(target)) {
      if (card.contains(target)) clearTimeout(waiting);
      return;
    }
    clearTimeout(waiting);
    const found = panel.contains(target) ? null : at(target);
    if (found) waiting = setTimeout(() => show(found), REST);
    else if (shown) waiting = setTimeout(hide, REST);
  });
  document.addEventListener("click", ({ target }) => {
    if (card.contains(target) || panel.contains(target)) return;
    const found = target.closest("a, button, summary") ? null : at(target);
    if (found) show(found);
    else hide();
  });
  addEventListener("scroll", hide, { passive: true });

  // By keyboard: the symbols in sight, in a list that arrow keys walk.
  const list = element("div", { className: "list" });
  const detail = element("div", { className: "detail" });
  detail.setAttribute("aria-live", "polite");
  const shut = element("button", { type: "button", className: "tool", textContent: "Close", onclick: () => close(true) });
  const panel = element("div", { id: "symbols", hidden: true }, element("div", { className: "head" }, element("b", { textContent: "Symbols in sight" }), shut), list, detail);
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", "Symbols in sight");
  document.body.append(panel);

  function chosen() {
    const one = panel.hidden ? null : list.querySelector("[aria-current]");
    return one ? Number(one.dataset.number) : null;
  }
  function choose(one) {
    for (const other of list.children) {
      other.tabIndex = other === one ? 0 : -1;
      if (other === one) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    light(Number(one.dataset.number));
    detail.replaceChildren(told(Number(one.dataset.number)));
  }
  function inSight() {
    const found = new Set();
    for (const place of article.querySelectorAll(`.y, ${CODE}`)) {
      if (!seen(place)) continue;
      const here = at(place);
      if (here) found.add(here.number);
    }
    for (const picture of article.querySelectorAll(DRAWN)) {
      if (seen(picture)) inPicture(picture).forEach(({ number }) => found.add(number));
    }
    return [...found];
  }
  function open() {
    learn();
    hide();
    const numbers = inSight();
    list.replaceChildren(...numbers.map((number) => {
      const one = element("button", { type: "button", innerHTML: known[number].symbol, tabIndex: -1 });
      one.dataset.number = number;
      one.setAttribute("aria-label", known[number].label);
      one.addEventListener("focus", () => choose(one));
      one.addEventListener("click", () => choose(one));
      return one;
    }));
    finer(list);
    panel.hidden = false;
    detail.replaceChildren();
    if (numbers.length) list.firstChild.focus();
    else {
      detail.textContent = "None of this lesson's symbols is in sight.";
      shut.focus();
    }
  }
  function close(back) {
    if (panel.hidden) return;
    panel.hidden = true;
    dark();
    if (back) button.focus();
  }
  panel.addEventListener("keydown", (event) => {
    const items = [...list.children];
    const now = items.indexOf(document.activeElement);
    const go = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
    if (go === undefined || now < 0) return;
    event.preventDefault();
    items[(go + items.length) % items.length].focus();
  });
  button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
      if (!panel.hidden) close(true);
    }
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.target.isContentEditable;
    const dialog = document.getElementById("search");
    if (event.key === "s" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && !dialog?.open) {
      event.preventDefault();
      if (panel.hidden) open();
      else close(true);
    }
  });
})();
