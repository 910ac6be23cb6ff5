// What is too wide scrolls, must then be reachable by keyboard, and fades where there is more of it; on narrow pages the
// contents fold away.
(function () {
  const BOXES = ".scroll, .wide, pre, .math.block";
  const NAMES = [[".scroll", "Picture, scrolls"], [".wide", "Table, scrolls"], [".math", "Formula, scrolls"], ["pre", "Text, scrolls"]];
  const edges = (box) => [box, box.scrollLeft, box.scrollWidth - box.clientWidth];
  function fade([box, from, beyond]) {
    box.classList.toggle("more-left", from > 1);
    box.classList.toggle("more-right", from < beyond - 1);
  }
  // All is measured before anything changes, so that the page is laid out once.
  function measure() {
    asked = 0;
    for (const [box, from, beyond] of [...document.querySelectorAll(BOXES)].map(edges)) {
      if (beyond > 1) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", NAMES.find(([kind]) => box.matches(kind))[1]);
      } else if (box.tabIndex === 0) for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      fade([box, from, beyond]);
    }
  }
  let asked = 0;
  const reach = () => (asked ||= requestAnimationFrame(measure));
  const drawer = document.getElementById("drawer");
  const narrow = matchMedia("(max-width: 66rem)");
  const fold = () => {
    if (drawer) drawer.open = !narrow.matches;
  };

  // The section in sight is marked in the way.
  const sections = [...document.querySelectorAll(".way ul a[href^='#']")];
  const heads = sections.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  function mark() {
    const place = heads.findLastIndex((head) => head && head.getBoundingClientRect().top < innerHeight / 3);
    sections.forEach((link, k) => (k === place ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current")));
  }
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  requestAnimationFrame(mark);

  narrow.addEventListener("change", fold);
  addEventListener("resize", reach);
  addEventListener("load", reach);
  // A widget has come alive, or a hint was opened: what was not there before may be too wide.
  addEventListener("widget", reach);
  document.addEventListener("toggle", reach, true);
  document.addEventListener("scroll", (event) => event.target.matches?.(BOXES) && fade(edges(event.target)), true);
  document.fonts.ready.then(reach);
  // A formula that was set later may want a font that was not there, and is wider with it.
  document.fonts.addEventListener("loadingdone", reach);
  fold();
  reach();
  const here = document.querySelector(".way .here");
  // The notebook that is open should be in sight.
  if (here && drawer) drawer.scrollTop = Math.max(0, here.offsetTop - drawer.clientHeight / 4);
})();
