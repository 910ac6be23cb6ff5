"""In every notebook: exercises begin untouched, their printed solutions are right, and every control can be driven."""

import json
from pathlib import Path

import pytest
from notebook_runner import faults, needs_a_run

from lecture_lib.__main__ import main
from lecture_lib.course.authoring.coverage import coverage_table, covering_cells, missing_ideas
from lecture_lib.course.authoring.spelling import misspelled, unknown_words
from lecture_lib.course.authoring.syllabus import SYLLABUS

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if needs_a_run(path)], ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_exercises_and_widgets_work(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    monkeypatch.delenv("LECTURE_LIB_DATA", raising=False)
    assert faults(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_is_spelled_right(path):
    assert misspelled(path) == []


def test_no_idea_of_a_written_notebook_is_missing():
    assert missing_ideas(NOTEBOOKS) == []


def markdown(text):
    return {"cell_type": "markdown", "id": "06-m", "metadata": {}, "source": text}


def code(text, **metadata):
    return {"cell_type": "code", "id": "06-c", "metadata": metadata, "source": text, "outputs": []}


@pytest.fixture
def write(tmp_path):
    def write_cells(*cells, name="06_weights.ipynb"):
        path = tmp_path / name
        path.write_text(json.dumps({"metadata": {}, "cells": cells}), encoding="utf-8")
        return path

    return write_cells


ANSWER = "from lecture_lib.exercises import check\nanswer = ...\ncheck('03-shape', answer)"
HINT = "<details><summary>Hint</summary>Rows are outputs.</details>\n"
SOLUTION = "<details><summary>Solution</summary>\n\n```python\nanswer = (3, 5)\n```\n\n</details>"


def test_a_sound_exercise_has_no_faults(write):
    assert faults(write(code("x = 1"), code(ANSWER), markdown(HINT + SOLUTION), code("assert answer is ..."))) == []


def test_a_cell_that_lies_when_run_again_is_found(write):
    """One counts on from where it was; the other stumbles over what is there by then."""
    counting = code("n = globals().get('n', 0) + 1\nprint(n)")
    stumbling = code("assert 'later' not in globals()\nlater = 1")
    assert any("run again it prints" in fault for fault in faults(write(counting)))
    assert any("run again it fails: AssertionError" in fault for fault in faults(write(stumbling)))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([code(ANSWER), markdown(HINT)], "has no solution in python"),
        ([code(ANSWER), markdown(SOLUTION)], "has no hint"),
        ([code(ANSWER), code("x = 1"), markdown(HINT + SOLUTION)], "has no"),
        ([code(ANSWER.replace("...", "(3, 5)")), markdown(HINT + SOLUTION)], "does not begin as `...`"),
        ([code(ANSWER), markdown(HINT + SOLUTION.replace("(3, 5)", "(5, 3)"))], "the solution fails: WrongAnswer"),
        ([code(ANSWER), markdown(HINT + SOLUTION.replace("(3, 5)", "..."))], "is not taken for right"),
        ([code(ANSWER.replace("03-shape", "03-shap"))], "UnknownExerciseError"),
        ([code("1 / 0")], "06-c: ZeroDivisionError"),
    ],
)
def test_broken_exercises_are_found(write, cells, fault):
    found = faults(write(*cells))
    assert found
    assert fault in found[0]


SLIDER = "import ipywidgets as W\nslider, text = W.IntSlider(2, min=0, max=4), W.HTML()\n"


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        (SLIDER + "slider.observe(lambda change: setattr(text, 'value', str(change.new)), 'value')", None),
        (SLIDER, "moves nothing"),
        (SLIDER + "slider.observe(lambda change: 1 / change.new, 'value')", "ZeroDivisionError at 0"),
        (SLIDER + "slider.observe(lambda change: 1 / (4 - change.new), 'value')", "ZeroDivisionError at 4"),
        ("import ipywidgets as W\nW.Dropdown(options=[('one', 1), ('two', 2)])", "moves nothing"),
        ("import ipywidgets as W\nW.Checkbox()", "moves nothing"),
        ("import ipywidgets as W\nW.FloatLogSlider(1.0, min=-3, max=0)", "moves nothing"),
        ("import ipywidgets as W\nW.Button().on_click(lambda button: 1 / 0)", "ZeroDivisionError"),
        ("import ipywidgets as W\nW.FloatProgress()", None),
    ],
)
def test_widgets_are_driven(write, program, fault):
    found = faults(write(code(program)))
    assert not found if fault is None else fault in found[0]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A gradient of a Jacobian, isn't it? Don't, can’t: the network's NERs and TVs.", []),
        ("The gradiant recieves", ["gradiant", "recieves"]),
        (
            "the colour of a neighbour, labelled grey, normalised",
            ["colour", "neighbour", "labelled", "grey", "normalised"],
        ),
        ("`recieve` $recieve$ [there](recieve.ipynb) <b>bold</b> ```recieve```", []),
        ("Larvik stands in the sentences that ship, and larvik nowhere.", ["larvik"]),
        ("[recieve](there.ipynb)", ["recieve"]),
    ],
)
def test_misspelled_words_are_found(text, wrong, write):
    assert unknown_words(text) == wrong
    assert misspelled(write(markdown(text), code("recieve"))) == [f"06-m: {word}" for word in wrong]


def test_coverage_names_notebook_and_cells(write):
    path = write(code("1", covers=["C3", "C4"]), code("2", covers=["C4"]))
    assert covering_cells([path]) == {"C3": {"06_weights": ["06-c"]}, "C4": {"06_weights": ["06-c", "06-c"]}}
    assert [idea.id for idea in missing_ideas([path])] == ["C5"]
    lines = {line.split()[0]: line for line in coverage_table([path]).splitlines()}
    assert lines["C4"].endswith("06_weights  06-c, 06-c")
    assert lines["C5"].split()[-2:] == ["06", "missing"]
    assert lines["E1"].split()[-2:] == ["08", "planned"]


def test_an_idea_in_two_notebooks_takes_two_lines(write):
    paths = [write(code("1", covers=["C8"]), name=name) for name in ("07_first.ipynb", "16_train.ipynb")]
    table = coverage_table(paths)
    first = next(k for k, line in enumerate(table.splitlines()) if line.startswith("C8"))
    assert table.splitlines()[first].endswith("07_first  06-c")
    assert table.splitlines()[first + 1].split() == ["16_train", "06-c"]


def test_an_unknown_claim_names_the_cell(write):
    with pytest.raises(ValueError, match=r"06_weights\.ipynb, cell 06-c: the syllabus has no idea 'C9'"):
        covering_cells([write(code("1", covers=["C9"]))])


def test_the_command_prints_the_table_and_fails_when_something_is_missing(write, monkeypatch, capsys):
    from lecture_lib import places

    sound = write(code("1", covers=["B4", "B7"]), name="04_chain_rule.ipynb")
    monkeypatch.setattr(places, "notebooks_folder", lambda: sound.parent)
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out.strip() == coverage_table([sound])
    write(code("1", covers=["B4"]), name="04_chain_rule.ipynb")
    assert main(["coverage"]) == 1


def test_the_syllabus_is_complete():
    counts = {"A": 6, "B": 7, "C": 8, "D": 2, "E": 10, "F": 7, "G": 2, "H": 7, "I": 4, "J": 7}
    ids = [f"{part}{k}" for part, n in counts.items() for k in range(1, n + 1)]
    assert [idea.id for idea in SYLLABUS] == ids
    assert all("00" <= idea.notebook <= "18" for idea in SYLLABUS)
