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
    try {
      window[store].setItem(`course-${name}`, JSON.stringify(value));
      here.delete(name);
    } catch (error) {
      // It lasts as long as the page.
      here.set(name, value);
    }
  }

  function drop(name) {
    here.delete(name);
    try {
      localStorage.removeItem(`course-${name}`);
    } catch (error) {
      // Nothing was kept.
    }
  }

  // How the names of all that is kept go on, of those that begin so.
  function names(beginning) {
    const kept = new Set(here.keys());
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith("course-")) kept.add(key.slice("course-".length));
    } catch (error) {
      // Only this page remembers.
    }
    return [...kept].filter((name) => name.startsWith(beginning)).map((name) => name.slice(beginning.length)).sort();
  }

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  return { recall, keep, drop, names, element };
})();
