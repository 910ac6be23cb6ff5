// What a cell that ran in the page printed and showed.
(function () {
  const { element } = window.course;
  const FRAMES = "application/vnd.lecture-lib.frames";

  function typeset(box) {
    if (!window.katex) return;
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) if (walker.currentNode.data.includes("$")) texts.push(walker.currentNode);
    for (const text of texts) {
      const parts = text.data.split(/\$\$?([^$]+)\$\$?/);
      text.replaceWith(...parts.map((part, k) => (k % 2 ? formula(part) : part)));
    }
  }

  function formula(tex, block) {
    const place = element("span", { className: block ? "math block set" : "math set" });
    if (window.katex) katex.render(tex, place, { displayMode: Boolean(block), throwOnError: false, strict: false });
    else place.textContent = tex;
    return place;
  }

  // The library's pictures come as files; inside the page they take its colors.
  function inlined(box) {
    for (const image of box.querySelectorAll('img.lecture-lib[src^="data:image/svg+xml;base64,"]')) {
      const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0));
      const drawn = element("div", { innerHTML: new TextDecoder().decode(bytes) }).querySelector("svg");
      drawn.querySelector("style")?.remove();
      drawn.querySelector("title")?.remove();
      drawn.classList.add("lecture-lib-svg");
      drawn.setAttribute("role", "img");
      drawn.setAttribute("aria-label", image.alt);
      drawn.style.setProperty("--natural", `${drawn.getAttribute("width")}px`);
      image.replaceWith(element("div", { className: "scroll" }, drawn));
    }
  }

  function html(text) {
    const box = element("div", { className: "html", innerHTML: text });
    // A head without words heads nothing.
    for (const head of box.querySelectorAll("th:empty")) head.replaceWith(element("td", { style: head.style.cssText }));
    inlined(box);
    typeset(box);
    return box;
  }

  function widget(output) {
    const still = element("div", { className: "still" }, html(output.still));
    const figure = element("figure", { className: "picture widget" }, still);
    const packed = element("script", { type: FRAMES, textContent: output.data });
    figure.append(packed);
    window.course.live?.(figure);
    return figure;
  }

  window.course.shown = function (output) {
    const { kind, data } = output;
    if (kind === FRAMES) return widget(output);
    if (kind === "text/html") return html(data);
    if (kind === "text/latex") return formula(data.trim().replace(/^\$+|\$+$/g, ""), true);
    if (kind === "text/markdown") return element("pre", { textContent: output.words });
    if (kind === "image/svg+xml") return element("div", { className: "scroll", innerHTML: data });
    if (kind === "image/png") {
      const image = element("img", { className: "plot on-paper", src: `data:image/png;base64,${data}`, alt: "Plot of this cell" });
      image.style.setProperty("--natural", "40rem");
      return element("figure", { className: "picture" }, element("div", { className: "scroll" }, image));
    }
    return element("pre", { className: kind === "error" ? "error" : "", textContent: data });
  };
  window.course.typeset = typeset;
})();
