// Formulas: KaTeX replaces the TeX of every element of class "math".
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

  for (const place of document.querySelectorAll(".math")) {
    const source = place.textContent;
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
