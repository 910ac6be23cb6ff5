// Formulas: KaTeX sets every element of class "math" finer than the MathML that stands in it.
(function () {
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

  // Without KaTeX the browser's own formulas stay.
  for (const place of window.katex ? document.querySelectorAll(".math[data-tex]") : []) {
    const source = place.dataset.tex;
    const style = place.classList.contains("display") ? `\\displaystyle ${source}` : source;
    katex.render(style, place, {
      displayMode: place.classList.contains("block"),
      throwOnError: false,
      strict: false,
    });
    if (!place.classList.contains("block")) hold(place);
    place.classList.add("set");
  }
})();
