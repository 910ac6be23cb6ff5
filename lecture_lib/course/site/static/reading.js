// What a reader types, as a number or a shape; null where it is neither.
window.course.read = (function () {
  // Sums such as 2 * (30 * 250 + 30), 1/4 or 2^10: one function a level of binding.
  function calculated(text) {
    const tokens = text.match(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\*\*|[-+*/()]|\S/gi) ?? [];
    let at = 0;
    const take = (...signs) => (signs.includes(tokens[at]) ? tokens[at++] : null);
    function atom() {
      if (take("(")) {
        const inside = sum();
        return take(")") ? inside : NaN;
      }
      return /^[\d.]/.test(tokens[at] ?? "") ? Number(tokens[at++]) : NaN;
    }
    function power() {
      const base = atom();
      return take("**") ? base ** signed() : base;
    }
    function signed() {
      if (take("-")) return -signed();
      return take("+") ? signed() : power();
    }
    function product() {
      let value = signed();
      for (let sign = take("*", "/"); sign; sign = take("*", "/")) value = sign === "*" ? value * signed() : value / signed();
      return value;
    }
    function sum() {
      let value = product();
      for (let sign = take("+", "-"); sign; sign = take("+", "-")) value += sign === "+" ? product() : -product();
      return value;
    }
    const value = sum();
    return at === tokens.length && Number.isFinite(value) ? value : null;
  }

  function number(text) {
    const tidy = text.trim().replace(/[−–]/g, "-").replace(/[·×]/g, "*").replaceAll("^", "**")
      .replace(/(?<=\d)[, ](?=\d{3}(?!\d))/g, "").replace(/^\((.*),\)$/, "$1");
    const exact = calculated(tidy);
    if (exact !== null) return exact;
    // A unit, or a few words around it; a percentage says so.
    const said = /^[^\d.,-]*(-?[\d.]+(?:e-?\d+)?)\s*(%?)[^\d.,]*$/i.exec(tidy);
    const value = said ? calculated(said[1]) : null;
    return value !== null && said[2] ? value / 100 : value;
  }

  function shape(text) {
    const inside = text.trim().replace(/^[([]+|[)\]]+$/g, "").trim();
    if (inside === "" && text.trim()) return [];
    const parts = inside.split(/\s*(?:,|;|x|×|\*|\bby\b)\s*|\s+/i).filter(Boolean);
    return parts.length && parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : null;
  }

  return { number, shape };
})();
