"""Exercises on paper: right derivations pass, wrong ones get their name, and what is not finished is told so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lecture_lib.exercises import WrongAnswer, check, progress
from lecture_lib.exercises.bank.paper import PAPERS, find_paper
from lecture_lib.exercises.paper import judge_paper

RIGHT = [(paper, text) for paper in PAPERS for text in paper.solutions]
WRONG = [(paper, slip) for paper in PAPERS for slip in paper.mistakes]


@pytest.mark.parametrize("paper, text", RIGHT, ids=lambda value: getattr(value, "id", None))
def test_right_derivations_pass(paper, text):
    verdict = judge_paper(paper, text)
    assert verdict.state == "right" and verdict.text == paper.lesson, verdict


@pytest.mark.parametrize("paper, slip", WRONG, ids=lambda value: getattr(value, "id", None))
def test_wrong_derivations_get_their_name(paper, slip):
    verdict = judge_paper(paper, slip.text)
    assert verdict.state == "wrong" and verdict.mistake == slip.name, verdict
    # A nudge does not tell the answer.
    last = paper.solution.strip().splitlines()[-1].partition("=")[2].strip()
    assert slip.name == "convention" or last not in verdict.text or len(last) < 4


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.id)
def test_an_exercise_is_whole(paper):
    assert len(set(paper.solutions)) >= 3 and len({slip.text for slip in paper.mistakes}) >= 8
    assert len({slip.name for slip in paper.mistakes}) >= 4 and "unknown" not in {slip.name for slip in paper.mistakes}
    assert judge_paper(paper, ...).state == judge_paper(paper, " ... ").state == "not done yet"
    assert judge_paper(paper, 3).mistake == "not a text"
    first = paper.solution.strip().splitlines()[0]
    if len(paper.solution.strip().splitlines()) > 2 and "jump" not in (judge_paper(paper, first).mistake or ""):
        assert judge_paper(paper, first).mistake == "unfinished"


def test_ids_are_unique_and_belong_to_notebooks():
    ids = [paper.id for paper in PAPERS]
    assert len(set(ids)) == len(ids) >= 16 and all(name[:2].isdigit() and name[2:9] == "-paper-" for name in ids)
    assert find_paper("05-paper-q") is None


GRADED = """
from pathlib import Path
from lecture_lib.course.hand_in import is_confirmed, _written_down
from lecture_lib.course.inside import begin
from lecture_lib.exercises.bank.paper import find_paper
paper = find_paper("05-paper-b")
begin({folder!r}, ["05-paper-b", "05-row"])
from lecture_lib.exercises import check
from lecture_lib.show import Paper
check("05-paper-b", ...)
check("05-paper-b", paper.solution)
assert Paper("05-paper-b").task.solutions == ()
try:
    import lecture_lib.exercises.bank.paper.nb03
except RuntimeError as error:
    print(error)
states = [*_written_down(Path({folder!r}))]
print([is_confirmed(paper, state) for state in [*states, {{"text": "∇_b s = u"}}, {{}}]])
"""


def test_a_derivation_is_graded(tmp_path):
    """Where hand-ins run, texts are written down, solutions are withheld, and the judgment is made outside."""
    command = [sys.executable, "-c", GRADED.format(folder=str(tmp_path))]
    said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert "solutions are withheld" in said.stdout, said.stderr
    assert said.stdout.splitlines()[-1] == "[False, True, False, False]"


def test_progress_lists_them(capsys, progress_file):
    progress()
    rows = capsys.readouterr().out.splitlines()
    assert all(any(row.startswith(paper.id[:2]) and paper.id in row for row in rows) for paper in PAPERS)
    with pytest.raises(LookupError, match=r"Did you mean .05-paper-"):
        check("05-paper-c", ...)


def test_every_one_is_asked_in_its_notebook():
    for paper in PAPERS:
        (path,) = (Path(__file__).parents[2] / "notebooks").glob(f"{paper.id[:2]}_*.ipynb")
        assert f'check(\\"{paper.id}\\", answer)' in path.read_text(encoding="utf-8"), paper.id


def test_check_takes_a_text(capsys, progress_file):
    paper = find_paper("05-paper-b")
    check("05-paper-b", ...)
    assert "not done yet" in capsys.readouterr().out
    check("05-paper-b", paper.solution)
    assert "right" in capsys.readouterr().out and "05-paper-b" in json.loads(progress_file.read_text())["solved"]
    with pytest.raises(WrongAnswer, match="function for slope") as error:
        check("05-paper-b", "∇_b s = u ∘ f(z)")
    assert error.value.mistake == "function for slope" and "Line 1" in str(error.value)
    with pytest.raises(WrongAnswer, match="jump"):
        check("05-paper-b", "∇_b s = u ∘ f'(z)")
    with pytest.raises(WrongAnswer, match="unfinished"):
        check("05-paper-b", "∂s/∂h = u^T")
    with pytest.raises(WrongAnswer, match="unfinished"):
        check("05-paper-b", "∇_b s = (∂s/∂b)^T")
    progress()
