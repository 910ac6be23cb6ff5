// Answers that are a number, a shape, a name or a choice: judged from what the exercises say of them, without Python.
(function () {
  const { read, element } = window.course;
  const NUMBER = "One number is wanted, such as 12, 0.5 or 3/4.";
  const SHAPE = "A shape is wanted, such as (2, 3).";

  // The answer in the form of the solution; undefined where something is missing, a text where it cannot be read.
  function answered(form, data) {
    const inputs = [...form.elements.answer?.length ? form.elements.answer : [form.elements.answer]];
    if (data.form === "choice") return inputs.find((input) => input.checked)?.value;
    if (data.form === "names") {
      return inputs.filter((input) => input.checked).map((input) => input.value).sort();
    }
    const texts = inputs.map((input) => input.value.trim());
    if (texts.some((text) => text === "")) return undefined;
    if (data.form === "texts") return texts;
    if (data.form === "flags") return texts.map((text) => text === "true");
    const shapes = data.form.startsWith("shape");
    const values = texts.map(shapes ? read.shape : read.number);
    if (values.includes(null)) return shapes ? SHAPE : NUMBER;
    if (data.form === "shape" && /^\d+$/.test(texts[0])) return `A shape with one entry has a comma: (${texts[0]},).`;
    return data.form === "number" || data.form === "shape" ? values[0] : values;
  }

  function same(data, answer, other) {
    if (data.form === "number") return Math.abs(answer - other) <= data.tolerance * Math.abs(other) + 1e-10;
    return JSON.stringify(answer) === JSON.stringify(other);
  }

  function judged(form, data) {
    const answer = answered(form, data);
    if (answer === undefined) return ["open", "not done yet"];
    if (typeof answer === "string" && data.form !== "choice") return ["wrong", `not yet. ${answer}`];
    if (data.accepted.some((right) => same(data, answer, right))) return ["right", `right. ${data.lesson}`];
    const known = data.answers.find((one) => same(data, answer, one.answer));
    return ["wrong", known ? `${known.mistake}. ${known.text}` : `not yet. ${data.nudge}`];
  }

  for (const form of document.querySelectorAll("form.answer")) {
    const data = JSON.parse(form.querySelector("script").textContent);
    const said = element("p", { className: "verdict" });
    said.setAttribute("role", "status");
    form.append(said);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [state, words] = judged(form, data);
      said.dataset.state = state;
      said.textContent = `${data.id}: ${words}`;
      if (state === "right") dispatchEvent(new CustomEvent("solved", { detail: data.id }));
    });
  }
})();
