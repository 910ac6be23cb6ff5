"""A student's copy, and the grades of returned ones: what is broken costs its own row only."""

import csv
from pathlib import Path

import nbformat
import pytest

from lecture_lib import places
from lecture_lib.__main__ import main
from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.grade import grade
from lecture_lib.course.handout import handout
from lecture_lib.course.sets import exercises_in

CHECK = 'from lecture_lib.exercises import check\nanswer = ...\ncheck("03-shape", answer)'
SOLUTION = (
    "<details><summary>Hint 1</summary>Rows.</details>\n\n<details><summary>Solution</summary>\n\nYes.\n</details>"
)


def code(source, name, **outputs):
    return nbformat.v4.new_code_cell(source, id=name, **outputs)


def markdown(source, name):
    return nbformat.v4.new_markdown_cell(source, id=name)


def write(path: Path, *cells) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[markdown("# 03 Jacobians", "03-title"), *cells]), path)
    return path


@pytest.fixture
def original(tmp_path):
    second = CHECK.replace("03-shape", "03-bias").replace("answer = ...", "def answer(W, b, x):\n    return ...")
    run = nbformat.v4.new_output("stream", text="03-shape: not done yet\n")
    return write(
        tmp_path / "course" / "03_jacobians.ipynb",
        code(CHECK, "03-a", outputs=[run], execution_count=1),
        markdown("Read on.\n\n" + SOLUTION, "03-b"),
        code(second, "03-c"),
        markdown(SOLUTION.partition("\n\n")[2], "03-d"),
    )


def test_a_handout_is_untouched_and_keeps_hints(original, tmp_path):
    (copy,) = handout([original], tmp_path / "new" / "copy", solutions=False)
    notebook = read_notebook(copy)
    text = "".join(cell.source for cell in notebook.cells)
    assert "Solution" not in text and "Hint 1" in text and "Read on." in text
    assert [cell.id for cell in notebook.cells] == ["03-title", "03-a", "03-b", "03-c"]
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    (whole,) = handout([original], tmp_path / "whole")
    assert "Solution" in whole.read_text(encoding="utf-8")


def test_a_handout_overwrites_nothing(original, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / original.name).write_text("my answers")
    with pytest.raises(FileExistsError, match="03_jacobians"):
        handout([original], tmp_path / "copy")
    assert (tmp_path / "copy" / original.name).read_text() == "my answers"


def test_a_handout_of_the_course_has_no_solution_left(tmp_path):
    for path in handout(find_notebooks(), tmp_path / "copy", solutions=False):
        assert "<summary>Solution" not in path.read_text(encoding="utf-8"), path.name


RIGHT = CHECK.replace("answer = ...", "answer = (3, 5)")
BIAS = (
    "import numpy as np\nfrom lecture_lib.exercises import check\n"
    'answer = lambda W, b, x: np.eye(len(b))\ncheck("03-bias", answer)'
)
RETURNED = {
    "ben/03_jacobians (1).ipynb": [RIGHT.replace("(3, 5)", "(5, 3)"), BIAS],
    "cy/unnamed.ipynb": [CHECK, "def answer(:", BIAS],
    "dee/03.ipynb": [RIGHT, "while True:\n    pass", BIAS],
    "flo/03.ipynb": [RIGHT, "for _ in range(700):\n    print('x' * 10_000)", BIAS],
    "hal/03.ipynb": [RIGHT, "import os; os._exit(1)"],
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("returned")
    course = write(folder.parent / "course" / "03_jacobians.ipynb", code(CHECK, "03-a"), code(BIAS, "03-b"))
    for name, cells in RETURNED.items():
        write(folder / name, *(code(source, f"c{k}") for k, source in enumerate(cells)))
    (folder / "ida").mkdir()
    (folder / "ida" / "03.ipynb").write_text("no notebook")
    write(folder / "jo" / "notes.ipynb", code("1", "a")).write_text(
        nbformat.writes(nbformat.v4.new_notebook(cells=[code("1", "a")]))
    )
    grade(folder, [course], folder / "grades.csv", seconds=12, jobs=2)
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["file"].partition("/")[0]: row for row in csv.DictReader(file)}


def test_every_notebook_has_a_row(graded):
    assert sorted(graded) == sorted([*(name.partition("/")[0] for name in RETURNED), "ida", "jo"])


@pytest.mark.parametrize(
    ("student", "shape", "bias", "status"),
    [
        ("ben", "wrong: inputs as rows", "right", "ok"),
        ("cy", "not done", "right", "1 cell with an error"),
        ("dee", "right", "missing", "stopped after 12 seconds"),
        ("flo", "right", "missing", "a cell prints more than 5,000,000 characters"),
        ("hal", "right", "missing", "the kernel died"),
        ("ida", "", "", "03.ipynb is not a notebook"),
        ("jo", "", "", "which notebook is this?"),
    ],
)
def test_a_row_says_what_was_solved(graded, student, shape, bias, status):
    row = graded[student]
    assert (row["03-shape"], row["03-bias"]) == (shape, bias)
    assert row["status"].startswith(status)
    assert row["right"] == str([shape, bias].count("right"))


def test_a_teachers_own_progress_is_left_alone(graded):
    from lecture_lib.exercises.records import solved_exercises

    assert "03-bias" not in solved_exercises()


def test_the_commands(original, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(places, "notebooks_folder", lambda: original.parent)
    monkeypatch.setattr("lecture_lib.course.execute.notebooks_folder", lambda: original.parent)
    assert main(["handout", str(tmp_path / "copy"), "--without-solutions"]) == 0
    assert main(["handout", str(tmp_path / "copy")]) == 2
    assert "already holds" in capsys.readouterr().err
    assert main(["grade", str(tmp_path / "copy"), "--jobs", "1"]) == 0
    assert "1 notebooks graded, 0 with trouble" in capsys.readouterr().out
    assert main(["grade", str(tmp_path / "nothing")]) == 2


def test_exercises_are_found_in_order(original):
    assert exercises_in(read_notebook(original)) == ["03-shape", "03-bias"]


OWN = """
from lecture_lib.exercises.exercise import Exercise

EXERCISES = (
    Exercise("own-third", "A third of x.", lambda x: x / 3, (), "What is a third of 3?", "It thirds.",
             inputs=lambda rng: (rng.normal(),), arguments=("x",)),
)
"""


def test_a_class_of_ones_own_is_handed_out_and_graded(tmp_path):
    setting = 'from lecture_lib.exercises import check\n\ndef answer(x):\n    return ...\ncheck("own-third", answer)'
    links = "*Open this notebook in the cloud or see its source:* [Binder](https://mybinder.org/x)"
    text = "Read [Jacobians](03_jacobians.ipynb#Why), then [words](01_ner_windows.ipynb)."
    mine = tmp_path / "mine" / "01_jacobians.ipynb"
    write(mine, markdown(links, "01-launch"), markdown(text, "01-text"), code(setting, "01-a"))
    own = tmp_path / "own.py"
    own.write_text(OWN)
    copies = tmp_path / "copies"
    command = ["handout", str(copies), "--folder", str(mine.parent), "--exercises", str(own)]
    assert main([*command, "--base-url", "https://school.example/c/"]) == 0
    notebook = read_notebook(copies / mine.name)
    sources = [cell.source for cell in notebook.cells]
    assert "Read [Jacobians](01_jacobians.ipynb#Why), then words." in sources
    assert "*This notebook on the web:* [01_jacobians.ipynb](https://school.example/c/01_jacobians.ipynb)" in sources
    assert sources.index('from lecture_lib.exercises import add_exercises\n\nadd_exercises("own.py")') == 3
    assert "CC BY 4.0" in sources[-1] and (copies / "own.py").read_text() == OWN
    assert not any("mybinder" in source for source in sources)
    (nothing,) = handout([mine], tmp_path / "plain", links=False)
    assert "web" not in nothing.read_text(encoding="utf-8")

    returned = tmp_path / "returned"
    for name, source in {
        "a": setting.replace("...", "x / 3"),
        "b": setting.replace("...", "x / 2"),
    }.items():
        cells = [
            code(s, f"c{k}")
            for k, s in enumerate(['from lecture_lib.exercises import add_exercises\nadd_exercises("own.py")', source])
        ]
        write(returned / f"{name}.ipynb", *cells)
    grades = grade(returned, [mine], returned / "grades.csv", own=own)
    assert [g.results["own-third"].partition(":")[0] for g in grades] == ["right", "wrong"]
