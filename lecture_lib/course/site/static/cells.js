// Cells that run: Check and Run, with what they need from above; Edit, Reset, Hint and Stop.
(function () {
  const { recall, keep, drop, element, python, editor, shown } = window.course;
  const cells = [...document.querySelectorAll(".cell:has(.source)")];
  const texts = new Map();
  const editors = new Map();
  // What ran in the present worker, by cell.
  let ran = new Map();
  let busy = false;

  for (const cell of cells) texts.set(cell, cell.querySelector(".source pre").textContent.replace(/\n$/, ""));
  const source = (cell) => editors.get(cell)?.value ?? texts.get(cell);
  const button = (cell, name) => cell.querySelector(`.runs .${name}`);

  function edit(cell) {
    if (editors.has(cell)) return editors.get(cell).focus();
    const area = editor(cell.querySelector(".source"), recall(`code-${cell.id}`, texts.get(cell)), () => run(cell));
    area.addEventListener("input", () => keep(`code-${cell.id}`, area.value));
    editors.set(cell, area);
    button(cell, "edit").hidden = true;
    button(cell, "reset").hidden = false;
    return area;
  }

  function reset(cell) {
    const area = editors.get(cell);
    area.value = texts.get(cell);
    area.dispatchEvent(new Event("input"));
    drop(`code-${cell.id}`);
    if (cell.dataset.exercise) return area.focus();
    area.remove();
    editors.delete(cell);
    cell.querySelector(".source .highlight").hidden = false;
    button(cell, "edit").hidden = false;
    button(cell, "reset").hidden = true;
    button(cell, "edit").focus();
  }

  // Hints stand below the cell; each press opens one more.
  function hint(cell) {
    let next = cell.nextElementSibling;
    while (next?.matches("details")) {
      if (!next.open && /^Hint/.test(next.querySelector("summary").textContent)) {
        next.open = true;
        next.querySelector("summary").focus();
        return;
      }
      next = next.nextElementSibling;
    }
    button(cell, "hint").disabled = true;
  }

  function tell(cell, words) {
    cell.querySelector(".runs [role=status]").textContent = words;
  }

  function show(cell, result) {
    const box = cell.querySelector(".outputs") ?? cell.appendChild(element("div", { className: "outputs" }));
    // A widget that nobody changed stays as it is.
    if (box.querySelector(".widget") && source(cell) === texts.get(cell) && !result.failed) return;
    box.replaceChildren(...result.outputs.map(shown));
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Output");
    dispatchEvent(new Event("widget"));
  }

  const above = (cell) => cells.slice(0, cells.indexOf(cell));

  // An exercise needs only the statements that make its names.
  async function beforeCheck(cell, said) {
    await python.prepare([], said);
    const text = await python.call("needed", above(cell).map(source), source(cell));
    await python.prepare([text, source(cell)], said);
    said("Running what it needs from above");
    await python.call("run", "above", text);
  }

  // Any other cell needs all those above, from the first that has not run as it stands.
  async function beforeRun(cell, said) {
    await python.prepare([...above(cell), cell].map(source), said);
    const first = above(cell).findIndex((one) => ran.get(one) !== source(one));
    const todo = first < 0 ? [] : above(cell).slice(first);
    for (const [k, one] of todo.entries()) {
      said(`Running what stands above: ${k + 1} of ${todo.length}`);
      const result = await runOne(one);
      if (result.failed && !one.dataset.exercise && !one.dataset.raises) {
        show(one, result);
        one.scrollIntoView({ block: "center" });
        throw new Error("A cell above failed.");
      }
      ran.set(one, source(one));
    }
  }

  async function runOne(cell) {
    const result = await python.call("run", cell.id, source(cell));
    if (result.failed) ran.delete(cell);
    else ran.set(cell, source(cell));
    for (const name of result.solved) dispatchEvent(new CustomEvent("solved", { detail: name }));
    return result;
  }

  async function run(cell) {
    if (busy) return;
    busy = true;
    cell.classList.add("running");
    button(cell, "stop").hidden = false;
    try {
      const said = (words) => tell(cell, words);
      await (cell.dataset.exercise ? beforeCheck : beforeRun)(cell, said);
      tell(cell, "Running");
      show(cell, await runOne(cell));
      tell(cell, "");
      const truth = cell.querySelector("details.truth");
      if (truth) truth.open = true;
    } catch (error) {
      tell(cell, error.message === "stopped" ? "Stopped. What you wrote is kept; the next Run starts afresh." : error.message);
    } finally {
      busy = false;
      cell.classList.remove("running");
      button(cell, "stop").hidden = true;
    }
  }

  async function readPaper(form) {
    const cell = form.closest(".cell");
    const said = form.querySelector(".verdict");
    try {
      await python.prepare(["matplotlib"], (words) => (said.textContent = words));
      const read = await python.call("read_paper", form.dataset.paper, form.querySelector("textarea").value);
      const margin = form.querySelector(".margin");
      margin.innerHTML = read.table;
      window.course.typeset(margin);
      said.textContent = read.words;
      said.dataset.state = read.right ? "right" : "open";
      if (read.right) dispatchEvent(new CustomEvent("solved", { detail: cell.dataset.exercise }));
    } catch (error) {
      said.textContent = error.message;
    }
  }

  for (const cell of cells) {
    if (button(cell, "hint")) button(cell, "hint").addEventListener("click", () => hint(cell));
  }
  if (!python) return;
  addEventListener("python-stopped", () => (ran = new Map()));
  for (const cell of cells) {
    button(cell, "run").addEventListener("click", () => run(cell));
    button(cell, "edit").addEventListener("click", () => edit(cell).focus());
    button(cell, "reset").addEventListener("click", () => reset(cell));
    button(cell, "stop").addEventListener("click", () => python.stop());
    const written = recall(`code-${cell.id}`, null) !== null;
    if ((cell.dataset.exercise && !cell.querySelector("form")) || written) edit(cell);
  }
  for (const form of document.querySelectorAll("form.paper")) {
    const area = form.querySelector("textarea");
    const cell = form.closest(".cell");
    area.value = recall(`code-${cell.id}`, "");
    let lines = 0;
    area.addEventListener("input", () => {
      keep(`code-${cell.id}`, area.value);
      // A line is read when it is finished.
      const now = area.value.split("\n").length;
      if (now !== lines) readPaper(form);
      lines = now;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      readPaper(form);
    });
  }
})();
