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
      index = window.courseIndex.map(([page, anchor, title, named, words]) => {
        const [heading, text] = [clean(named), clean(words)];
        const [inTitle, inHeading, inText] = [title, heading, text].map(fold);
        const all = `${inTitle} ${inHeading} ${inText}`;
        return { address: anchor ? `${page}#${anchor}` : page, title, heading, text, inTitle, inHeading, inText, all };
      });
      show();
    };
    document.head.append(script);
  }

  // What remains of TeX is read as one sees it: ∂s/∂W and not {∂ s}{∂ W}.
  const clean = (text) => text.replace(/\}\s*\{/g, "/").replace(/[{}]/g, "").replace(/([∂∇])\s+/g, "$1").replace(/\s+/g, " ");

  const OTHER_NAMES = { autodiff: "automatic", backprop: "backpropagation", softmaxes: "softmax", embeddings: "embedding" };

  // A word without its ending, so that plurals, -ing and British spelling find the same.
  function stem(word) {
    const known = OTHER_NAMES[word] ?? word.replace(/is(ation|e|ing)/, "iz$1");
    if (known.length < 5) return known;
    return known.replace(/ies$/, "y").replace(/(?:ing|ed|es|s|e)$/, "");
  }

  // One letter too many, too few, another one, or two that changed places.
  function near(word, other) {
    if (Math.abs(word.length - other.length) > 1) return false;
    let k = 0;
    while (k < word.length && word[k] === other[k]) k += 1;
    const [rest, left] = [word.slice(k), other.slice(k)];
    return rest.slice(1) === left || rest === left.slice(1) || rest.slice(1) === left.slice(1)
      || (rest[0] === left[1] && rest[1] === left[0] && rest.slice(2) === left.slice(2));
  }

  // A word that stands nowhere is read as the commonest one that is a letter away.
  function meant(term) {
    if (term.length < 4 || index.some((entry) => entry.all.includes(term))) return term;
    const counts = new Map();
    for (const entry of index) {
      for (const word of entry.all.match(/[a-z]{4,}/g) ?? []) if (near(term, stem(word))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    return best ? stem(best[0]) : term;
  }

  function questions(text) {
    const words = clean(fold(text)).split(/[\s,;:?!"()]+|(?<=[a-z])-(?=[a-z])/).filter(Boolean);
    const telling = words.filter((word) => !/^(a|an|the|of|in|to|is|how|what|do|i|for|and)$/.test(word));
    return (telling.length ? telling : words).map(stem).map(meant);
  }

  // Headings count more than text, whole headings most, and the start of a word more than its middle.
  function score(entry, terms) {
    let sum = 0;
    let hits = 0;
    const whole = entry.inHeading.includes(terms.join(" ")) ? 15 : 0;
    for (const term of terms) {
      const heading = entry.inHeading.includes(term);
      const title = entry.inTitle.includes(term);
      const times = entry.inText.split(term).length - 1;
      if (!heading && !title && !times) continue;
      hits += 1;
      const start = ` ${entry.inHeading}`.includes(` ${term}`) || entry.inHeading.startsWith(term);
      sum += (heading ? 12 : 0) + (start ? 6 : 0) + (stem(entry.inHeading) === term ? 20 : 0) + (title ? 3 : 0) + Math.min(times, 4);
    }
    return { hits, points: hits ? sum + whole : 0 };
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
    const terms = index.length ? questions(query.value) : [];
    list.replaceChildren();
    found.textContent = "";
    if (!terms.length) return;
    const matching = index
      .map((entry, place) => ({ entry, place, ...score(entry, terms) }))
      .filter((hit) => hit.points);
    // Where no section has every word, those with the most of them.
    const most = Math.max(0, ...matching.map((hit) => hit.hits));
    const hits = matching.filter((hit) => hit.hits === most).sort((a, b) => b.points - a.points || a.place - b.place);
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
    if (most < terms.length && hits.length) found.textContent += `, with ${most} of the ${terms.length} words`;
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
