// Pictures that answer: the script that each needs, its numbers and its style come when the reader is near.
(function () {
  const { element } = window.course;
  const SVG = "http://www.w3.org/2000/svg";
  const made = new Map();
  const given = new Map();

  // A script and a file of numbers each hand over what they hold; both are loaded once.
  const loaded = new Map();
  function load(name, from) {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        const done = () => (from.has(name) ? resolve(from.get(name)) : reject(new Error(name)));
        document.head.append(element("script", { src: `assets/live/${name}.js`, onload: done, onerror: reject }));
      }));
    }
    return loaded.get(name);
  }
  // So does its style, which a page that is only read does without.
  const styled = new Map();
  function style(name) {
    if (!styled.has(name)) {
      styled.set(name, new Promise((resolve, reject) => {
        document.head.append(element("link", { rel: "stylesheet", href: `assets/live/${name}.css`, onload: resolve, onerror: reject }));
      }));
    }
    return styled.get(name);
  }
  window.course.picture = (name, draw) => made.set(name, draw);
  window.course.numbers = (name, data) => given.set(name, data);

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

  /* What another script of pictures handed over, a part that a picture stands on; and other numbers. */
  const part = (name) => load(name, made);

  window.course.drawing = { svg, number, point, part, load: (name) => load(name, given) };

  // `draw(figure, numbers)` returns the live element; the still picture stays where that fails.
  async function begin(figure) {
    const { picture, numbers } = figure.dataset;
    try {
      const [draw, data] = await Promise.all([load(picture, made), load(numbers, given), style(picture)]);
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
