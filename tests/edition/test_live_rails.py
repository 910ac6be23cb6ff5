"""The derivation on rails: its lines hold, its counts are counted, and it is walked in a browser."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture_lib.course.authoring.equations import Equation
from lecture_lib.course.site.live import rails
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.course.site.live.rails import Line, both_ways, product, score_and_delta
from lecture_lib.course.site.live.rails_stage import EDGES, HEIGHT, NODES, WIDTH
from lecture_lib.exercises.printed.latex_check import ClaimError
from lecture_lib.exercises.printed.settings import bare_score

from .conftest import SHIFTS, opened

PICTURE = "figure[data-picture=rails]"
LINES = [*score_and_delta(), *both_ways()]


class Counted:
    """A number that counts how often it is multiplied."""

    done = 0

    def __init__(self, value: float) -> None:
        self.value = value

    def __mul__(self, other: "Counted") -> "Counted":
        Counted.done += 1
        return Counted(self.value * other.value)

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.value + other.value)


def multiplications(*shapes: tuple[int, int]) -> int:
    """How often numbers are multiplied in a product from the left, by doing it."""
    made = [np.array([[Counted(1.0) for _ in range(m)] for _ in range(n)], dtype=object) for n, m in shapes]
    Counted.done = 0
    result = made[0]
    for factor in made[1:]:
        result = result @ factor
    return Counted.done


def test_a_product_takes_as_many_multiplications_as_are_done() -> None:
    for shapes in ([(1, 4), (4, 4), (4, 3)], [(1, 4), (4, 12)], [(2, 3), (3, 5)]):
        assert product(*shapes) == multiplications(*shapes)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Sizes for which one can count."""
    monkeypatch.setattr(rails, "UNITS", 3)
    monkeypatch.setattr(rails, "INPUTS", 5)
    return 3, 5


def entrywise(n: int) -> int:
    a = np.array([Counted(1.0) for _ in range(n)], dtype=object)
    Counted.done = 0
    _ = a * a
    return Counted.done


def test_counts_are_those_of_the_products(small: tuple[int, int]) -> None:
    n, m = small
    row, square, wide, widest = (1, n), (n, n), (n, m), (n, n * m)
    delta, outer, transposed = entrywise(n), multiplications((n, 1), (1, m)), multiplications((m, n), (n, 1))
    # 05: entry by entry, each from its own chain, and then with one δ.
    counts = [line.count for line in score_and_delta() if line.count is not None]
    alone = [delta, delta + transposed, delta + outer]
    assert counts == [alone[0], sum(alone[:2]), sum(alone), delta + transposed + outer, delta + transposed + outer]
    # 06: full matrices from the left, then the rows from δᵀ on, and at last the shapes.
    counts = [line.count for line in both_ways() if line.count is not None]
    full = [multiplications(row, square, last) for last in (square, wide, widest)]
    named = [multiplications(row, last) for last in (square, wide, widest)]
    steps = [delta + sum(named), delta + sum(named[1:]), delta + transposed + named[2], delta + transposed + outer]
    assert counts == [full[0], sum(full[:2]), sum(full), *steps]
    assert all(above > below for above, below in pairwise(counts[2:5])) and steps[-1] < steps[-2]


def test_counts_are_those_of_notebook_05() -> None:
    counts = [line.count for line in score_and_delta()]
    assert 50_300 in counts and counts[-1] == 50_100 and any("200" in line.words for line in score_and_delta())


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.latex)
def test_every_line_holds_and_its_edges_are_those_of_its_factors(line: Line) -> None:
    claims = line.latex.replace(",", r" \qquad ") if "nabla_b" in line.latex else line.latex
    if line.edges != tuple(EDGES):
        assert Equation("line", claims, bare_score).error() <= 1
        wrong = claims.replace("= ", "= 2 ", 1)
        with pytest.raises((ClaimError, AssertionError)):
            assert Equation("line", wrong, bare_score).error() <= 1
        assert {factor.edge for factor in line.factors if factor.edge} >= set(line.edges)


def shapes(line: Line, n: int, m: int) -> list[tuple[int, ...]]:
    sizes = {"n": n, "m": m, "nm": n * m, "1": 1}
    return [tuple(sizes[side] for side in f.shape.split("×")) for f in line.factors if "×" in f.shape]


@pytest.mark.parametrize("line", [line for line in LINES if r"\frac" in line.latex], ids=lambda line: line.latex)
def test_shapes_beside_each_other_fit(line: Line) -> None:
    found = shapes(line, 3, 5)
    assert all(left[1] == right[0] for left, right in pairwise(found))
    ends = {"W": 15, "x": 5, "b": 3, "z": 3, "h": 3}
    assert found[-1][1] == ends[line.factors[-1].edge]
    for factor in line.factors:
        if factor.edge:
            assert factor.shape == EDGES[factor.edge][3]


def test_nodes_are_in_the_picture_and_both_places_exist() -> None:
    assert all(20 < x < WIDTH - 20 and 20 < y < HEIGHT - 20 for x, y in NODES.values())
    assert {rails.rails_of_delta, rails.rails_of_weights} <= {place.make for place in PLACES.values()}


def lit(page: Any) -> list[str]:
    return page.locator(f"{PICTURE} .rails-edge.lit").evaluate_all("all => all.map(one => one.dataset.edge)")


def shown(page: Any) -> int:
    return int(page.locator(f"{PICTURE} .rails-count b").inner_text().replace(",", ""))


def walk(page: Any, lines: Sequence[Line], on: Any) -> None:
    """Every line lights its edges, says its words and shows its count."""
    count = 0
    for k, line in enumerate(lines):
        assert sorted(lit(page)) == sorted(line.edges)
        assert page.locator(f"{PICTURE} .words").inner_text() == line.words
        row = page.locator(f"{PICTURE} li[aria-current=step]")
        assert row.count() == 1 and row.evaluate("row => [...row.parentElement.children].indexOf(row)") == k
        said = row.locator("small:visible").all_inner_texts()
        assert said == [f.shape for f in line.factors if f.shape]
        count = count if line.count is None else line.count
        page.wait_for_function(
            "count => document.querySelector('.rails-count b').textContent.replaceAll(',', '') === String(count)",
            arg=count,
        )
        on()


def test_the_lines_are_walked_by_keys_and_by_buttons(chromium: Any, site: Path) -> None:
    with opened(chromium) as page:
        page.goto((site / "05_error_signal.html").as_uri())
        page.locator(PICTURE).scroll_into_view_if_needed()
        page.wait_for_selector(f"{PICTURE}[data-live]")
        picture = page.locator(PICTURE)
        tall = picture.bounding_box()["height"]
        lines = score_and_delta()
        picture.locator("ol.rails-list").focus()
        walk(page, lines, lambda: page.keyboard.press("ArrowDown"))
        assert (
            picture.locator(".rails-front:visible").count() == 0
            and picture.locator(".rails-delta:visible").count() == 3
        )
        assert picture.locator(".rails-signal.lit").count() == 1
        page.wait_for_selector(".rails-flying", state="detached")
        page.keyboard.press("Home")
        assert picture.locator("li:visible").count() == 1 and shown(page) == 0
        for _ in range(6):
            picture.get_by_role("button", name="Next").click()
        assert shown(page) == 50_300 and picture.locator(".rails-front:visible").count() == 3
        # The fronts slide while the count falls.
        picture.get_by_role("button", name="Next").click()
        assert picture.locator(".rails-flying").count() == 3
        picture.locator("li").nth(5).locator("[data-edge=x]").hover()
        assert lit(page) == ["x"]
        assert picture.bounding_box()["height"] == tall
        page.emulate_media(media="print")
        assert picture.locator(".still svg").is_visible() and picture.locator(".still li").count() == len(lines)
        assert not page.wrong


def test_on_a_telephone_without_motion(chromium: Any, site: Path) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "reduced_motion": "reduce", "color_scheme": "dark"}
    with opened(chromium, **phone) as page:
        page.add_init_script(SHIFTS)
        page.goto((site / "06_weight_matrix_gradient.html").as_uri())
        page.evaluate("window.shifts = 0")
        picture = page.locator(PICTURE)
        picture.scroll_into_view_if_needed()
        page.wait_for_selector(f"{PICTURE}[data-live]")
        picture.get_by_role("button", name="Next").focus()
        walk(page, both_ways(), lambda: page.keyboard.press("ArrowRight"))
        assert picture.locator(".rails-flying").count() == 0
        # The graph stays above, and the line that is read lies below it.
        graph, row = picture.locator(".rails-side").bounding_box(), picture.locator("li[aria-current]").bounding_box()
        assert graph["y"] >= 0 and row["y"] >= graph["y"] + graph["height"] - 1 and row["y"] + row["height"] <= 800
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("shifts") <= 0.1
        assert not page.wrong
