// Predictions: what happens stays closed until the reader opens it, and a guess stays beside it. "?open" opens all.
(function () {
  const { recall, keep } = window.course;
  const closed = () => document.querySelectorAll("details.truth:not([open])");

  if (new URLSearchParams(location.search).has("open")) {
    for (const truth of closed()) truth.open = true;
    for (const link of document.querySelectorAll('a[href*=".html"]:not([href*="://"])')) {
      const [file, anchor] = link.getAttribute("href").split("#");
      link.setAttribute("href", `${file}?open${anchor ? `#${anchor}` : ""}`);
    }
  }

  for (const place of document.querySelectorAll(".guess")) {
    const input = place.querySelector("input");
    const cell = place.closest(".cell");
    input.value = recall(`guess-${cell.id}`, "");
    input.addEventListener("input", () => keep(`guess-${cell.id}`, input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") cell.querySelector("details.truth").open = true;
    });
  }

  // A link into what is closed opens it.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...closed()];
    for (const truth of opened) truth.open = true;
  });
  addEventListener("afterprint", () => {
    for (const truth of opened) truth.open = false;
  });
})();
