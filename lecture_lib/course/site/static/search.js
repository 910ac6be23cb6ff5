// Search: the index comes with the site and is loaded when the search opens for the first time.
(function () {
  const dialog = document.getElementById("search");
  if (!dialog) return;
  const query = document.getElementById("query");
  const list = document.getElementById("results");
  const found = document.getElementById("found");
  const MOST = 30;
  let index = null;

  // Without accents, and a gradient's sign right before its letter: ∇W for ∇_W.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/([∂∇])[_ ]+/g, "$1");
  const WORD = /[a-zα-ω∂∇][a-zα-ω0-9_]*/g;
  const GREEK = Object.fromEntries(
    [..."αβγδεηθλμρσ"].map((letter, k) => ["alpha beta gamma delta epsilon eta theta lambda mu rho sigma".split(" ")[k], letter]),
  );
  // How many sections hold a word, by its stem.
  const known = new Map();

  function load() {
    if (index) return;
    index = [];
    const script = document.createElement("script");
    script.src = "assets/search-index.js";
    script.onload = () => {
      index = window.courseIndex.map(([page, anchor, title, heading, text]) => {
        const [inTitle, inHeading, inText] = [title, heading, text].map(fold);
        const all = `${inTitle} ${inHeading} ${inText}`;
        for (const word of new Set((all.match(WORD) ?? []).map(stem))) known.set(word, (known.get(word) ?? 0) + 1);
        const kind = page.startsWith("library-") ? "entry" : heading === title ? "page" : "section";
        return { address: anchor ? `${page}#${anchor}` : page, title, heading, text, inTitle, inHeading, inText, all, kind };
      });
      show();
    };
    document.head.append(script);
  }

  const OTHER_NAMES = { autodiff: "automatic", backprop: "backpropagation", numerical: "numeric" };

  // A word without its ending, so that plurals, -ing and British spelling find the same.
  function stem(word) {
    const known = OTHER_NAMES[word] ?? word.replace(/is(ation|e|ing)/, "iz$1");
    if (known.length < 5) return known;
    const root = known.replace(/(?:ies|y|ing|ed|es|s|e)$/, "");
    return root.length < 4 ? known.replace(/[sd]$/, "") : root;
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

  // A word that stands nowhere is two words written as one, or the commonest word that is a letter away.
  function meant(word) {
    const term = stem(word);
    if (term.length < 4 || index.some((entry) => entry.all.includes(term))) return [term];
    for (let k = 3; k <= word.length - 3; k += 1) {
      const parts = [word.slice(0, k), word.slice(k)].map(stem);
      if (parts.every((part) => known.has(part))) return parts;
    }
    const [best] = [...known].filter(([other]) => other.length > 3 && near(term, other)).sort((a, b) => b[1] - a[1]);
    return [best ? best[0] : term];
  }

  // One word written as two is one again.
  function joined(words) {
    const made = [];
    for (const word of words) {
      const before = made.at(-1);
      if (before && known.has(stem(before + word))) made[made.length - 1] = before + word;
      else made.push(word);
    }
    return made;
  }

  function questions(text) {
    const words = fold(text).split(/[\s,;:?!"()]+|(?<=[a-z])-(?=[a-z])/).filter(Boolean);
    const telling = words.filter((word) => !/^(a|an|the|of|in|to|is|are|how|why|what|when|do|does|i|for|and|with)$/.test(word));
    return joined(telling.length ? telling : words).flatMap(meant);
  }

  // A rare word tells more than one that is everywhere; a heading more than text, a name most, and a word with an ending
  // more than a part of a longer word.
  function score(entry, terms) {
    let sum = 0;
    let hits = 0;
    for (const term of terms) {
      const spellings = GREEK[term] ? [term, GREEK[term]] : [term];
      const heading = spellings.some((one) => entry.inHeading.includes(one));
      const title = entry.inTitle.includes(term);
      const times = spellings.reduce((all, one) => all + entry.inText.split(one).length - 1, 0);
      if (!heading && !title && !times) continue;
      hits += 1;
      const rare = 1 + Math.log(index.length / (1 + (known.get(term) ?? 0)));
      const start = heading && spellings.some((one) => new RegExp(`(^|[^a-z])${quoted(one)}[a-z]{0,5}($|[^a-z])`).test(entry.inHeading));
      const page = entry.kind === "page" && start;
      sum += rare * ((heading ? 8 : 0) + (start ? 6 : 0) + (page ? 10 : 0) + (title ? 3 : 0) + Math.min(times, 6));
      // The name itself of a function, an operation or a symbol.
      if (stem(entry.inHeading.replace(/\(.*| .*(?=\()/, "")) === term) sum += 120;
    }
    if (terms.length > 1) {
      const phrase = terms.map(quoted).join("[a-z]*[ -]");
      sum += new RegExp(phrase).test(entry.inHeading) ? 40 : new RegExp(phrase).test(entry.inText) ? 20 : 0;
    }
    return { hits, points: entry.kind === "entry" ? 0.7 * sum : sum };
  }

  const quoted = (term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function excerpt(entry, terms) {
    const places = terms.map((term) => entry.inText.indexOf(term)).filter((place) => place >= 0);
    const start = Math.max(0, Math.min(...places, entry.text.length) - 40);
    const from = start === 0 || !places.length ? 0 : entry.text.indexOf(" ", start) + 1;
    return (from ? "… " : "") + entry.text.slice(from, from + 150) + (entry.text.length > from + 150 ? " …" : "");
  }

  function marked(text, terms) {
    const parts = document.createElement("span");
    const pattern = terms.map((term) => `${quoted(term)}[a-z]*`).join("|");
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
