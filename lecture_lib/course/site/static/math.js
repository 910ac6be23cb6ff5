// Formulas: KaTeX sets every element of class "math" finer than the MathML that stands in it.
(function () {
  // Symbols are marked by a class, and by nothing else that TeX could ask for.
  const MARKED = { macros: { "\\class": "\\htmlClass" }, trust: ({ command }) => command === "\\htmlClass" };

  // A comma after a formula, or a bracket before it, may not stand alone on another line.
  function hold(place) {
    const [before, after] = [place.previousSibling, place.nextSibling];
    const opening = before?.nodeType === Node.TEXT_NODE && /[([“"]+$/.exec(before.data);
    const closing = after?.nodeType === Node.TEXT_NODE && /^[.,;:?!)\]”"]+/.exec(after.data);
    if (!opening && !closing) return;
    const held = document.createElement("span");
    held.className = "held";
    place.replaceWith(held);
    held.append(opening ? before.splitText(opening.index) : "", place);
    // Inside, lines may still break, but not before the formula's last part.
    const whole = place.querySelector(".katex-html");
    const parts = document.createElement("span");
    parts.className = "parts";
    parts.append(...[...(whole?.children ?? [])].slice(0, -1));
    whole?.prepend(parts);
    if (closing) {
      after.splitText(closing[0].length);
      held.append(after);
    }
  }

  function typeset(place) {
    const source = place.dataset.tex;
    const style = place.classList.contains("display") ? `\\displaystyle ${source}` : source;
    katex.render(style, place, {
      displayMode: place.classList.contains("block"),
      throwOnError: false,
      strict: false,
      ...MARKED,
    });
    if (!place.classList.contains("block")) hold(place);
    place.classList.add("set");
  }

  /* Set the formulas in an element that came later. */
  window.course.finer = (box) => window.katex && box.querySelectorAll(".math[data-tex]:not(.set)").forEach(typeset);

  // Those near the reader first; the others a few at a time, when a slow machine has nothing else to do.
  const idle = (act) => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 300 }) : setTimeout(act, 0));
  function some(places) {
    const end = performance.now() + 40;
    while (places.length && performance.now() < end) typeset(places.shift());
    if (places.length) idle(() => some(places));
    else dispatchEvent(new Event("widget"));
  }

  function begin() {
    const places = [...document.querySelectorAll(".math[data-tex]")];
    const near = new IntersectionObserver((entries) => {
      near.disconnect();
      for (const { target } of entries.filter((entry) => entry.isIntersecting)) typeset(target);
      const rest = () => idle(() => some(places.filter((place) => !place.matches(".set"))));
      if (document.readyState === "complete") rest();
      else addEventListener("load", rest);
    }, { rootMargin: "100% 0px" });
    for (const place of places) near.observe(place);
  }

  // Without KaTeX the browser's own formulas stay.
  if (window.katex) begin();
  else document.getElementById("typesetter")?.addEventListener("load", begin);
})();
