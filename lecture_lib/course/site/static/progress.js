// What is solved, as `progress()` keeps it: ticks beside the notebooks, the way back, a file to take along.
(function () {
  const { recall, keep, drop, names, element } = window.course;
  // An entry for each exercise: two pages that write at the same time take nothing from each other.
  const solved = () => new Set(names("solved-"));
  const record = (more) => [...more].forEach((name) => keep(`solved-${name}`, true));

  function show() {
    const done = solved();
    for (const place of document.querySelectorAll("[data-exercises]")) {
      const ids = place.dataset.exercises.split(" ");
      const count = ids.filter((id) => done.has(id)).length;
      place.textContent = count === ids.length ? "✓" : count ? `${count}/${ids.length}` : "";
      place.title = count ? `${count} of ${ids.length} exercises solved` : "";
    }
    for (const cell of document.querySelectorAll("[data-exercise]")) {
      cell.classList.toggle("solved", done.has(cell.dataset.exercise));
    }
    const box = document.getElementById("progress");
    if (!box) return;
    const places = [...box.ownerDocument.querySelectorAll("[data-exercises]")];
    const all = [...new Set(places.flatMap((place) => place.dataset.exercises.split(" ")))];
    box.querySelector("output").textContent = `${all.filter((id) => done.has(id)).length} of ${all.length} exercises solved`;
  }

  addEventListener("solved", (event) => {
    record([event.detail]);
    show();
  });
  addEventListener("storage", show);
  addEventListener("pageshow", show);

  function settle() {
    const box = document.getElementById("progress");
    if (!box) return;
    const said = box.querySelector("[role=status]");
    box.querySelector(".save").addEventListener("click", () => {
      const text = `${JSON.stringify({ solved: [...solved()].sort() }, null, 1)}\n`;
      const link = element("a", { download: "progress.json", href: URL.createObjectURL(new Blob([text])) });
      link.click();
      said.textContent = "Saved as progress.json, which the notebooks read too.";
    });
    box.querySelector("input").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (!file) return;
      try {
        const found = JSON.parse(await file.text()).solved.filter((name) => typeof name === "string");
        record(found);
        said.textContent = `Read ${file.name}: ${found.length} solved exercises, added to yours.`;
      } catch (error) {
        said.textContent = `${file.name} is no file of progress; yours is as it was.`;
      }
      event.target.value = "";
      show();
    });
    box.querySelector(".forget").addEventListener("click", () => {
      if (!confirm("Forget every exercise that is solved?")) return;
      solved().forEach((name) => drop(`solved-${name}`));
      said.textContent = "Forgotten.";
      show();
    });
    const last = recall("here", null);
    const begin = document.querySelector(".begin");
    if (last && begin) {
      begin.parentElement.append(element("a", { className: "resume", href: last.address, textContent: `Resume at ${last.title}` }));
    }
  }

  // The section that was last in sight is where the reader goes on.
  function remember(anchor) {
    const lesson = document.body.dataset.lesson;
    if (lesson) keep("here", { address: `${location.pathname.split("/").pop()}${anchor}`, title: lesson });
  }
  addEventListener("pagehide", () => {
    const passed = [...document.querySelectorAll("article :is(h2, h3)[id]")].filter((h) => h.getBoundingClientRect().top < 200);
    remember(passed.length ? `#${encodeURIComponent(passed.at(-1).id)}` : "");
  });
  remember(location.hash);
  settle();
  show();
})();
