"""The lens: symbols are found where they stand and nowhere else, and say what they are wherever the reader points."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.glossary import entries
from lecture_lib.course.site.mathml import tidy
from lecture_lib.course.site.symbols import Marker, Symbol, digest, symbols, told

from .conftest import opened

LESSON = "05_error_signal"
FORMULAS = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", flags=re.S)
MARK = re.compile(r"\\class\{y y(\d+)\}")


@cache
def course() -> dict[str, Any]:
    return {path.stem: read_notebook(path) for path in find_notebooks()}


def unmarked(tex: str) -> str:
    """A formula without its marks, and without the braces that hold them."""
    while found := MARK.search(tex):
        depth, end = 0, found.end()
        for end in range(found.end(), len(tex)):
            depth += {"{": 1, "}": -1}.get(tex[end], 0)
            if not depth:
                break
        first, last = found.start(), end + 1
        tex = f"{tex[:first]}{tex[found.end() + 1 : end]}{tex[last:]}"
    return tex


# By how many pixels the sizes of two formulas differ.
SIZES = """(pairs) => {
    const place = document.body.appendChild(document.createElement("span"));
    const size = (tex) => {
        katex.render(tex, place, { macros: { "\\\\class": "\\\\htmlClass" }, trust: true, strict: false });
        const { width, height } = place.getBoundingClientRect();
        return [width, height];
    };
    const apart = pairs.map((pair) => pair.map(size)).map(([a, b]) => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])));
    place.remove();
    return apart;
}"""
# Whether each halo lies behind the glyph with this number.
HALOS = """(drawn) => [...document.querySelectorAll(".lens-halo")].map((halo) => {
    const shown = halo.getBoundingClientRect();
    return [...halo.parentNode.querySelectorAll("use")].some((use) => {
        const { left, right } = use.getBoundingClientRect();
        const outline = document.getElementById(use.getAttribute("href").slice(1)).getAttribute("d");
        return left >= shown.left - 1 && right <= shown.right + 1 && course.digest(outline) === drawn;
    });
})"""
KNOWN = Marker(
    [
        Symbol(tex, ("", "", "", ""), (), "")
        for tex in ("W", "x", "z", "i", "n", r"\delta_2", r"\nabla_W s", "W_{ij}", "t")
    ]
)
HITS = [
    (r"z = Wx", r"‹z› = ‹W›‹x›"), (r"W^\top \delta", r"‹W^\top› \delta"), (r"x^{\top}z", r"‹x^{\top}›‹z›"),
    (r"{z}_{i} = {W}_{ij}\;{x}_{j}", r"{z}_{i} = ‹{W}_{ij}›\;{x}_{j}"), (r"\delta_2^\top\, W_2", r"‹\delta_2^\top›\, W_2"),
    (r"\underbrace{W}_{n \times m} x", r"\underbrace{‹W›}_{‹n› \times m} ‹x›"), (r"\frac1n \sqrt t", r"\frac1{‹n›} \sqrt {‹t›}"),
    (r"\dfrac{x}{1 - t}", r"\dfrac{‹x›}{1 - ‹t›}"), (r"\nabla_{W}\, s", r"‹\nabla_{W}\, s›"), (r"\nabla_x s", r"\nabla_{‹x›} s"),
    (r"\sum_{i=1}^n x_i", r"\sum_{‹i›=1}^{‹n›} x_i"), (r"x' + \hat x + \mathbf x", r"x' + \hat x + \mathbf x"),
    (r"x^k + x^{(i)} + x_1", r"x^k + x^{(i)} + x_1"), (r"\operatorname{Win} \text{in } z", r"\operatorname{Win} \text{in } ‹z›"),
    (r"\vphantom{W} (Wx)^\top", r"\vphantom{W} (‹W›‹x›)^\top"), (r"\left(W\right)", r"\left(‹W›\right)"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "marked"), HITS)
def test_a_symbol_is_found_where_it_stands_and_nowhere_else(tex: str, marked: str) -> None:
    made = MARK.sub("‹", KNOWN(tex))
    while "‹{" in made:
        at = made.index("‹{")
        depth, end = 0, at
        for end in range(at + 1, len(made)):
            depth += {"{": 1, "}": -1}.get(made[end], 0)
            if not depth:
                break
        made = f"{made[:at]}«{made[at + 2 : end]}»{made[end + 1 :]}"
    assert made.replace("«", "‹").replace("»", "›") == marked


def test_a_mark_changes_nothing_else() -> None:
    """Every formula of every lesson is its own again without the marks."""
    count = 0
    for stem, notebook in course().items():
        marker = Marker(symbols(course(), stem))
        for cell in notebook.cells:
            for found in FORMULAS.finditer(cell.source if cell.cell_type == "markdown" else ""):
                tex = tidy((found[1] or found[2]).strip())
                marked = marker(tex)
                count += marked != tex
                assert re.sub(r"[{}\s]", "", unmarked(marked)) == re.sub(r"[{}\s]", "", tex)
    assert count > 2000


def test_what_has_two_meanings_is_no_symbol() -> None:
    found = {symbol.tex for symbol in symbols(course(), "08_computation_graphs")}
    assert {"x", "z"}.isdisjoint(found) and {"W", r"\delta"} <= found  # An input of two examples; the layer's.
    assert "c" not in {symbol.tex for symbol in symbols(course(), "07_first_training")}  # A class, in section 4 only.
    for stem, notebook in course().items():
        known = symbols(course(), stem)
        names = [name for symbol in known for name in symbol.names]
        assert len(names) == len(set(names)), stem
        assert len({symbol.tex for symbol in known}) == len(known) <= 3 * len(entries(notebook)) or not known


def test_where_it_comes_from() -> None:
    def first(stem: str) -> dict[str, str]:
        return {symbol.tex: symbol.first[:2] for symbol in symbols(course(), stem)}

    six, fifteen = first("06_weight_matrix_gradient"), first("15_optimizers_and_learning_rates")
    assert (six["W"], six[r"\delta"], six["W_{ij}"], six["s"]) == ("01", "05", "06", "01")
    assert (fifteen["H"], fifteen[r"\lambda"], fifteen["E"]) == (
        "15",
        "15",
        "01",
    )  # No hidden layer, no weight of data.


def test_the_lens(chromium: Any, site: Path) -> None:
    known = symbols(course(), LESSON)
    delta, W = (next(k for k, symbol in enumerate(known) if symbol.tex == tex) for tex in (r"\delta", "W"))
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        page.goto((site / f"{LESSON}.html").as_uri())
        page.wait_for_function("() => document.readyState === 'complete' && !document.querySelector('.math:not(.set)')")
        said = json.loads(page.locator("#lens").text_content())
        assert said == json.loads(json.dumps(told(known, {stem: said_title(page, stem) for stem in course()})))
        # Nothing moves: set with and without marks every formula has the same size.
        every = page.evaluate(
            "() => [...new Set([...document.querySelectorAll('article .math[data-tex*=class]')].map((e) => e.dataset.tex))]"
        )
        apart = page.evaluate(SIZES, [[tex, unmarked(tex)] for tex in every])
        assert len(every) > 60 and max(apart) < 0.1

        # The pointer rests on δ: its card, and every other δ, in formulas and in code.
        block = page.locator(f"article .math.block .y{delta}").first
        block.scroll_into_view_if_needed()
        assert page.locator(".lit").count() == 0
        block.hover()
        card = page.locator("#lens-card")
        card.wait_for()
        for words in ("the error signal", "shape here", "n×1", "delta", "first in", "05 The error signal"):
            assert words in re.sub(r"\s+(?=[×1])", "", card.inner_text())
        assert card.get_by_role("link").get_attribute("href") == f"{LESSON}.html"
        lit = page.evaluate(
            "() => [...document.querySelectorAll('.lit')].map((e) => e.matches('.y') ? 'formula' : e.textContent)"
        )
        assert lit.count("formula") == page.locator(f"article .y{delta}").count() > 20
        assert set(lit) == {"formula", "delta"} and lit.count("delta") > 5
        place, box = block.bounding_box(), card.bounding_box()
        assert box["y"] >= place["y"] + place["height"] or box["y"] + box["height"] <= place["y"]
        page.keyboard.press("Escape")
        assert not card.is_visible() and page.locator(".lit").count() == 0
        # A click, as a tap: on code, where an attribute of that name or one that a lambda binds says nothing.
        code = page.locator("article .highlight .n", has_text=re.compile("^delta$")).first
        code.click()
        assert "the error signal" in card.inner_text()
        page.locator("h1").click()
        assert not card.is_visible()

        # By keyboard: those in sight, in formulas, code and pictures.
        picture = page.locator("article svg.lecture-lib-svg").first
        picture.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 80)")
        page.keyboard.press("s")
        panel = page.get_by_role("dialog", name="Symbols in sight")
        items = panel.locator(".list button")
        numbers = [int(one.get_attribute("data-number")) for one in items.all()]
        assert items.nth(numbers.index(W)).get_attribute("aria-label") == "W"
        assert W in numbers and panel.locator(".list button[tabindex='0']").count() == 1
        for _ in range(numbers.index(W)):
            page.keyboard.press("ArrowRight")
        assert (
            "the parameters" in panel.locator(".detail").inner_text()
            and "W, (8, 250)" in panel.locator(".detail").inner_text()
        )
        halos = page.evaluate(HALOS, said["symbols"][W]["drawn"])
        assert len(halos) >= 2 and all(halos)
        page.keyboard.press("Escape")
        assert not panel.is_visible() and page.locator(".lens-halo, .lit").count() == 0
        assert page.evaluate("() => document.activeElement.id") == "open-symbols"
        # No letter of a symbol opens anything while the reader types.
        page.locator(".guess input").first.focus()
        page.keyboard.type("s")
        assert not panel.is_visible()

        # Without KaTeX the browser's own formulas carry the marks.
        page.set_viewport_size({"width": 390, "height": 800})
        page.route("**/katex.js", lambda route: route.abort())
        page.goto((site / f"{LESSON}.html").as_uri())
        place = page.locator(f"article p math .y{delta}:visible").first
        place.scroll_into_view_if_needed()
        place.click()
        assert "the error signal" in card.inner_text()
        box = card.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert [line for line in page.wrong if "katex" not in line and "ERR_FAILED" not in line] == []


def said_title(page: Any, stem: str) -> str:
    """The title of a lesson as the page's own way through the course gives it."""
    link = page.locator(f".way ol > li > a[href='{stem}.html'], .way .here > a[href='{stem}.html']").first
    return " ".join(link.inner_text().split()) if link.count() else stem


def test_both_sides_compute_the_same_number(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.goto((site / f"{LESSON}.html").as_uri(), wait_until="domcontentloaded")
        for text in ("", "M0 0L12 -3.5Z", "Q" * 500):
            assert page.evaluate("text => course.digest(text)", text) == digest(text)
