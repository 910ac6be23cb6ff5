// Search: the index comes with the site and is loaded when the search opens for the first time.
(function () {
  const dialog = document.getElementById("search");
  if (!dialog) return;
  const query = document.getElementById("query");
  const list = document.getElementById("results");
  const found = document.getElementById("found");
  const MOST = 30;
  let index = null;

  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  function load() {
    if (index) return;
    index = [];
    const script = document.createElement("script");
    script.src = "assets/search-index.js";
    script.onload = () => {
      index = window.courseIndex.map(([page, anchor, title, heading, text]) => ({
        address: anchor ? `${page}#${anchor}` : page,
        title, heading, text, inTitle: fold(title), inHeading: fold(heading), inText: fold(text),
      }));
      show();
    };
    document.head.append(script);
  }

  // Every word of the question must occur; headings count more than text, whole headings most.
  function score(entry, terms) {
    let sum = 0;
    for (const term of terms) {
      const heading = entry.inHeading.includes(term);
      const title = entry.inTitle.includes(term);
      const times = entry.inText.split(term).length - 1;
      if (!heading && !title && !times) return 0;
      sum += (heading ? 12 : 0) + (entry.inHeading === term ? 20 : 0) + (title ? 3 : 0) + Math.min(times, 4);
    }
    return sum;
  }

  function excerpt(entry, terms) {
    const places = terms.map((term) => entry.inText.indexOf(term)).filter((place) => place >= 0);
    const start = Math.max(0, Math.min(...places, entry.text.length) - 40);
    const from = start === 0 || !places.length ? 0 : entry.text.indexOf(" ", start) + 1;
    return (from ? "… " : "") + entry.text.slice(from, from + 150) + (entry.text.length > from + 150 ? " …" : "");
  }

  function marked(text, terms) {
    const parts = document.createElement("span");
    const pattern = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    text.split(new RegExp(`(${pattern})`, "i")).forEach((piece, k) => {
      if (k % 2) {
        const mark = document.createElement("mark");
        mark.textContent = piece;
        parts.append(mark);
      } else parts.append(piece);
    });
    return parts;
  }

  function show() {
    const terms = fold(query.value).split(/\s+/).filter(Boolean);
    list.replaceChildren();
    found.textContent = "";
    if (!terms.length) return;
    const hits = index
      .map((entry, place) => ({ entry, place, points: score(entry, terms) }))
      .filter((hit) => hit.points)
      .sort((a, b) => b.points - a.points || a.place - b.place);
    for (const { entry } of hits.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = entry.address;
      const title = document.createElement("b");
      title.append(marked(entry.heading || entry.title, terms));
      const where = document.createElement("small");
      where.textContent = entry.heading === entry.title ? "" : entry.title;
      const text = document.createElement("p");
      text.append(marked(excerpt(entry, terms), terms));
      link.append(title, where, text);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    const number = hits.length === 1 ? "1 section" : `${hits.length} sections`;
    found.textContent = hits.length > MOST ? `${number}, the best ${MOST} below` : hits.length ? number : "Nothing found";
  }

  function open() {
    load();
    dialog.showModal();
    query.select();
  }

  document.getElementById("open-search").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "range";
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !dialog.open) {
      event.preventDefault();
      open();
    }
  });
  query.addEventListener("input", show);
  query.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    // A search box would only empty itself.
    if (event.key === "Escape") return dialog.close();
    const first = list.querySelector("a");
    if (first) first.click();
  });
  list.addEventListener("click", () => dialog.close());
  // A click beside the dialog closes it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
})();
