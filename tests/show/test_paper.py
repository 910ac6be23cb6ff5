"""A sheet for derivations and a board of lines: what is typed is read on Enter, and a picture tells the same."""

import pytest

from lecture_lib import matcalc as mc
from lecture_lib.course.site.outputs import shown
from lecture_lib.exercises.bank.paper import PAPERS
from lecture_lib.show import Paper, PuzzleBoard


def test_enter_reads_the_lines():
    sheet = Paper("05-paper-b")
    sheet.show()
    assert "Write the first line" in sheet.words and "first line" in sheet._said.value
    sheet._area.value = "∂s/∂h = u^T"
    assert len(sheet.lines) == 0
    sheet._area.value = "∂s/∂h = u^T\n"
    assert [line.kind for line in sheet.lines] == ["rule"] and "✓" in sheet._margin.value
    sheet._area.value = "∂s/∂h = u^T\n∂h/∂z = diag(f(z))\n"
    assert [line.ok for line in sheet.lines] == [True, False] and "✗" in sheet._margin.value
    before = sheet._margin.value
    assert "look at" in sheet.more() and sheet._margin.value != before
    sheet.text = sheet.task.solution
    assert sheet._area.value == sheet.task.solution and sheet.words.startswith("right")


def test_the_picture_tells_the_same():
    sheet = Paper("05-paper-b", "∂s/∂h = u^T\n∂h/∂z = f'(z)")
    picture = sheet.still()
    assert "∂s/∂h = uᵀ" in picture.alt and "diag is missing" in picture.alt
    shown = " ".join(text.text for text in picture.scene.texts)
    assert "✓" in shown and "✗" in shown
    data, _ = sheet._repr_mimebundle_()
    assert "image/png" in data and "text/plain" in data
    assert "Write a line" in " ".join(text.text for text in Paper("05-paper-b").still().scene.texts)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_every_exercise_has_its_sheet(paper):
    sheet = Paper(paper, paper.solution)
    assert sheet.words.startswith("right") and sheet.still().scene.height > 100


def test_there_is_no_such_sheet():
    with pytest.raises(LookupError, match="05-paper-q"):
        Paper("05-paper-q")


def test_a_board_by_buttons():
    W, x, u = mc.symbols("W:n×m x:m u:n")
    out = mc.let("s", u.T @ mc.let("h", mc.f(mc.let("z", W @ x))))
    board = PuzzleBoard(mc.puzzle(mc.derive(out)[x]))
    board.show()
    for k in board.puzzle.solution:
        board._buttons[k].click()
    assert board.words.startswith("all lines stand") and len(board._placed.children) == len(board.order)
    board._buttons[board.order[0]].click()
    assert not board.words.startswith("all lines stand")
    data, _ = board._repr_mimebundle_()
    assert "Put in order: ∇_x s" in board.still().alt and "image/png" in data
    # A page that is made from a notebook has the puzzle itself, and needs no kernel for it.
    page = shown(data, {}, {})
    assert page is not None and page.count("data-card=") == len(board.puzzle.cards) and "puzzle-" in page
