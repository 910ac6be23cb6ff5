"""The sheet and the puzzle in a real browser: by keyboard and mouse in JupyterLab, and as a page without Python."""

import random
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from lecture_lib import matcalc as mc

from .laboratory import laboratory, run_all

NETWORK = """
from lecture_lib import matcalc as mc
from lecture_lib.exercises import check
from lecture_lib.show import Paper, PuzzleBoard
x, u = mc.symbols("x:n u:n")
D = mc.derive(mc.let("s", u.T @ mc.let("h", mc.f(x))), wrt=[x])
"""
CELLS = (NETWORK, "PuzzleBoard(mc.puzzle(D))", "Paper('05-paper-b')", "print('everything has run')")


@pytest.fixture(scope="module")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A notebook with a board and a sheet, run to its end."""
    folder = tmp_path_factory.mktemp("paper")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "paper.ipynb")
    with laboratory(folder) as address:
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        run_all(page, address, "paper.ipynb", widgets=0)
        yield page


def puzzle() -> mc.Puzzle:
    names: dict[str, Any] = {}
    exec(NETWORK, names)
    return mc.puzzle(names["D"])


def says(page: Any, number: int, words: str) -> None:
    page.wait_for_function(
        "([k, t]) => [...document.querySelectorAll('.lecture-lib-widget')][k].innerText.includes(t)",
        arg=[number, words],
        timeout=15000,
    )


def test_a_board_by_mouse_and_keyboard(lab: Any) -> None:
    cards, order = puzzle().cards, puzzle().solution
    board = lab.locator(".lecture-lib-widget").nth(0)
    wrong = next(k for k, card in enumerate(cards) if card.wrong)
    board.get_by_role("button", name=cards[wrong].text, exact=True).click()
    says(lab, 0, cards[wrong].wrong)
    board.get_by_role("button", name=cards[wrong].text, exact=True).press("Enter")
    says(lab, 0, "right so far")
    for place, k in enumerate(order):
        button = board.get_by_role("button", name=cards[k].text, exact=True)
        button.click() if place % 2 else button.press("Enter")
        says(lab, 0, puzzle().check(order[: place + 1]))


def test_a_sheet_reads_on_enter(lab: Any) -> None:
    sheet = lab.locator(".lecture-lib-widget").nth(1)
    area = sheet.locator("textarea")
    area.focus()
    lab.keyboard.type("∂s/∂h = u^T")
    lab.keyboard.press("Enter")
    says(lab, 1, "the other factor stays")
    lab.keyboard.type("∂h/∂z = diag(f(z))")
    lab.keyboard.press("Enter")
    says(lab, 1, "function for slope")
    assert sheet.locator("table tr").count() == 2
    sheet.get_by_role("button", name="more help").click()
    says(lab, 1, "look at f(z)")
    # The lines are typeset: shapes stand under their factors.
    lab.wait_for_function(
        "() => document.querySelectorAll('.lecture-lib-widget')[1].querySelector('mjx-container, .MathJax')"
    )


@pytest.mark.parametrize("width", [1300, 390])
def test_a_page_without_python_says_the_same(chromium: Any, width: int) -> None:
    made = puzzle()
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.set_content(f"<!doctype html><meta charset=utf-8><body>{made.page('p1')}{made.page('p2')}")
    rng = random.Random(width)
    box = page.locator("#p2")
    for _ in range(4):
        order = rng.sample(range(len(made.cards)), 4)
        for k in order:
            box.locator(f"[data-card='{k}']").press("Enter")
        assert box.locator("[role=status]").inner_text() == made.check(order)
        for _ in order:
            box.locator(".placed button").first.click()
    for k in made.solution:
        box.locator(f"[data-card='{k}']").click()
    assert box.locator("[role=status]").inner_text() == made.check(made.solution)
    assert page.locator("#p1 .placed button").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
