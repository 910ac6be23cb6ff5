// What the course remembers, in this browser alone; where nothing can be kept, for as long as the page is open.
window.course = (function () {
  const here = new Map();

  function recall(name, otherwise, store = "localStorage") {
    try {
      const text = window[store].getItem(`course-${name}`);
      if (text !== null) return JSON.parse(text);
    } catch (error) {
      // No memory, or something in it that is not ours.
    }
    return here.get(name) ?? otherwise;
  }

  function keep(name, value, store = "localStorage") {
    here.set(name, value);
    try {
      window[store].setItem(`course-${name}`, JSON.stringify(value));
    } catch (error) {
      // It lasts as long as the page.
    }
  }

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  return { recall, keep, element };
})();
