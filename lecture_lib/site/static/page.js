// What is too wide scrolls, and must then be reachable by keyboard; on narrow pages the contents fold away.
(function () {
  const boxes = () => document.querySelectorAll(".scroll, .wide, pre, .math.block");
  function reach() {
    for (const box of boxes()) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else if (box.tabIndex === 0) box.removeAttribute("tabindex");
    }
  }
  const drawer = document.getElementById("drawer");
  const narrow = matchMedia("(max-width: 66rem)");
  const fold = () => {
    if (drawer) drawer.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  addEventListener("resize", reach);
  addEventListener("load", reach);
  fold();
  reach();
  const here = document.querySelector(".way .here");
  // The notebook that is open should be in sight.
  if (here && drawer) drawer.scrollTop = Math.max(0, here.offsetTop - drawer.clientHeight / 4);
})();
