// Pictures that answer: the script that each needs, its numbers and its style come when the reader is near.
(function () {
  const { element } = window.course;
  const SVG = "http://www.w3.org/2000/svg";

  // A script hands over what it holds: how to draw a picture, its numbers, or a part that other scripts stand on.
  const given = new Map();
  window.course.picture = window.course.numbers = (name, what) => given.set(name, what);

  // A file is loaded once, by an element that asks for it.
  const asked = new Map();
  function once(file, kind, properties) {
    if (!asked.has(file)) {
      asked.set(file, new Promise((resolve, reject) => {
        document.head.append(element(kind, { ...properties(`assets/live/${file}`), onload: resolve, onerror: reject }));
      }));
    }
    return asked.get(file);
  }
  async function part(name) {
    await once(`${name}.js`, "script", (src) => ({ src }));
    if (!given.has(name)) throw new Error(name);
    return given.get(name);
  }
  const style = (name) => once(`${name}.css`, "link", (href) => ({ rel: "stylesheet", href }));

  /* An SVG element with its attributes and what is in it. */
  function svg(name, attributes = {}, ...children) {
    const drawn = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
    drawn.append(...children);
    return drawn;
  }

  /* A number as the course prints it: three digits that count, and a true minus. */
  function number(value, digits = 3) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "undefined" : value > 0 ? "∞" : "−∞";
    const text = Math.abs(value) >= 1e5 || (value && Math.abs(value) < 1e-3) ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
    return text.replace("-", "−").replace(/e\+?/, "e").replace("e-", "e−");
  }

  /* Where a pointer is, in the picture's own units. */
  function point(event, drawing) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  /* A group of what is drawn already. */
  function ink(markup, attributes = {}) {
    const place = svg("g", attributes);
    place.innerHTML = markup;
    return place;
  }

  const label = (text, x, y, more = {}) => svg("text", { x, y, class: "f-muted", ...more }, text);

  window.course.drawing = { svg, ink, label, number, point, part };

  // `draw(figure, numbers)` returns the live element; the still picture stays where that fails.
  async function begin(figure) {
    const { picture, numbers } = figure.dataset;
    try {
      const [draw, data] = await Promise.all([part(picture), part(numbers), style(picture)]);
      const box = element("div", { className: "live" });
      await draw(box, data);
      figure.prepend(box);
      figure.classList.add("ready");
      figure.dataset.live = "yes";
      dispatchEvent(new Event("widget"));
    } catch (error) {
      figure.classList.add("still-only");
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) {
          near.unobserve(target);
          begin(target);
        }
      }
    },
    { rootMargin: "100% 0px" },
  );
  for (const figure of document.querySelectorAll("figure.answers")) near.observe(figure);
})();
