"""Exercises as data: a page that reads them says what `check` says."""

import json

import pytest

from lecture_lib.exercises.as_data import all_data, exercise_data
from lecture_lib.exercises.bank import all_exercises, find_exercise
from lecture_lib.exercises.checking import judge

DATA = {data["id"]: data for data in all_data()}


def on_the_page(data, answer):
    """What a page says: nothing but the data is looked at."""
    if any(same(data, answer, right) for right in data["accepted"]):
        return "right", None, data["lesson"]
    for known in data["answers"]:
        if same(data, answer, known["answer"]):
            return "wrong", known["mistake"], known["text"]
    return "wrong", None, data["nudge"]


def same(data, answer, other):
    if data["form"] == "number":
        return abs(answer - other) <= data["tolerance"] * abs(other) + 1e-10
    return answer == other


def test_it_is_plain_json():
    assert json.loads(json.dumps(list(DATA.values()), allow_nan=False)) == list(DATA.values())


def test_all_but_functions_and_arrays_are_there():
    wanted = {e.id for e in all_exercises() if e.form not in ("function", "class", "arrays")}
    assert set(DATA) == wanted
    assert len(wanted) > 35
    assert {data["form"] for data in DATA.values()} == {
        "number",
        "shape",
        "shapes",
        "numbers",
        "flags",
        "choice",
        "names",
        "texts",
    }
    assert exercise_data(find_exercise("06-outer")) is None


@pytest.mark.parametrize("name", DATA)
def test_a_page_says_what_check_says(name):
    data, exercise = DATA[name], find_exercise(name)
    for answer in [*data["accepted"], *(known["answer"] for known in data["answers"])]:
        verdict = judge(exercise, answer)
        assert on_the_page(data, answer) == (verdict.state, verdict.mistake, verdict.text), answer


@pytest.mark.parametrize("name", DATA)
def test_every_mistake_of_the_bank_is_known_to_the_page(name):
    exercise = find_exercise(name)
    texts = {(known["mistake"], known["text"]) for known in DATA[name]["answers"]}
    assert {(mistake.name, mistake.nudge) for mistake in exercise.mistakes} <= texts


def test_small_spaces_are_judged_whole():
    assert len(DATA["18-misprints"]["accepted"]) + len(DATA["18-misprints"]["answers"]) == 64
    assert len(DATA["13-dead"]["accepted"]) + len(DATA["13-dead"]["answers"]) == 8
    assert len(DATA["09-order"]["accepted"]) == 3
