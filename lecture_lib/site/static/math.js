// Formulas: KaTeX replaces the TeX of every element of class "math".
(function () {
  for (const place of document.querySelectorAll(".math")) {
    const source = place.textContent;
    const style = place.classList.contains("display") ? `\\displaystyle ${source}` : source;
    katex.render(style, place, {
      displayMode: place.classList.contains("block"),
      throwOnError: false,
      strict: false,
    });
    place.classList.add("set");
  }
})();
