// A cell's code in a plain text area: Tab indents, Escape lets Tab go on, Enter keeps the indent, Shift+Enter runs.
window.course.editor = function (source, text, run) {
  const { element } = window.course;
  const area = element("textarea", { className: "editor", spellcheck: false, value: text });
  area.setAttribute("aria-label", "Code. Tab indents; press Escape first to leave with Tab. Shift and Enter run it.");
  area.setAttribute("autocapitalize", "off");
  let leaving = false;

  const fit = () => (area.rows = Math.max(2, area.value.split("\n").length));

  // The browser's own command keeps the steps that Ctrl+Z undoes.
  function put(words) {
    if (!document.execCommand?.("insertText", false, words)) {
      area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    }
  }

  function indent(back) {
    const { selectionStart: from, selectionEnd: to, value } = area;
    if (from === to && !back) return put("    ");
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(start, to).split("\n");
    const moved = lines.map((line) => (back ? line.replace(/^ {1,4}/, "") : `    ${line}`)).join("\n");
    area.setSelectionRange(start, to);
    put(moved);
    area.setSelectionRange(from === to ? Math.max(start, to - value.slice(start, to).length + moved.length) : start, start + moved.length);
  }

  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !leaving) {
      event.preventDefault();
      indent(event.shiftKey);
    } else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const line = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
      put(`\n${/^ */.exec(line)[0]}${/:\s*$/.test(line) ? "    " : ""}`);
    }
    if (event.key !== "Escape" && event.key !== "Shift") leaving = leaving && event.key === "Tab";
  });
  area.addEventListener("blur", () => (leaving = false));
  area.addEventListener("input", fit);
  fit();
  source.querySelector(".highlight").hidden = true;
  source.append(area);
  return area;
};
