// Light and dark: the system decides until the reader does.
(function () {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  if (!button) return;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => {
    const other = isDark() ? "Light" : "Dark";
    button.querySelector("span").textContent = other;
    button.setAttribute("aria-label", `${other} colors`);
  };
  button.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    // The system's own theme needs no memory, and is followed again.
    if ((chosen === "dark") === system.matches) delete root.dataset.theme;
    else root.dataset.theme = chosen;
    try {
      if (root.dataset.theme) localStorage.setItem("theme", chosen);
      else localStorage.removeItem("theme");
    } catch (error) {
      // A page opened from a disk may have no memory; the choice then lasts as long as the page.
    }
    name();
  });
  // Another page may choose too: one beside this one, or the one that the reader comes back from.
  const recall = () => {
    try {
      const chosen = localStorage.getItem("theme");
      if (chosen) root.dataset.theme = chosen;
      else delete root.dataset.theme;
    } catch (error) {
      return;
    }
    name();
  };
  addEventListener("storage", recall);
  addEventListener("pageshow", (event) => event.persisted && recall());
  system.addEventListener("change", name);
  name();
})();
