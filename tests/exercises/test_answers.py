"""Answers that readers give: right ones pass in any dress, wrong ones get the name of their slip, lucky ones are found out."""

import copy
import re

import pytest
from answers import all_answers
from bank_suite import said, tells

from lecture_lib.exercises.bank import all_exercises, find_exercise

ANSWERS = all_answers()
FEWEST = 12
SHARE = 0.85
"""Of the plausible wrong answers, those that must get a name of their own."""


def shown(answer):
    code = getattr(answer, "__code__", None)
    return (
        f"{answer!r}" if code is None else f"{code.co_name} in {code.co_filename.split('/')[-1]}:{code.co_firstlineno}"
    )


def message(name, answer):
    return said(find_exercise(name), copy.deepcopy(answer))


def test_every_exercise_was_tried():
    assert list(ANSWERS) and set(ANSWERS) == {exercise.id for exercise in all_exercises()}
    few = {name: len(tries.right + tries.wrong + list(tries.lucky)) for name, tries in ANSWERS.items()}
    assert {name: count for name, count in few.items() if count < FEWEST} == {}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_right_answer_is_refused(name):
    refused = {shown(answer): message(name, answer) for answer in ANSWERS[name].right}
    assert {answer: text for answer, text in refused.items() if text is not None} == {}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_program_that_works_by_luck_is_accepted(name):
    for answer, wanted in ANSWERS[name].lucky:
        text = message(name, answer)
        assert text is not None, f"{shown(answer)} is accepted"
        assert re.search(wanted, text), (shown(answer), text)


@pytest.mark.parametrize("name", ANSWERS)
def test_wrong_answers_are_told_what_they_are(name):
    for answer, wanted in ANSWERS[name].wrong:
        text = message(name, answer)
        assert text is not None, f"{shown(answer)} is accepted"
        assert re.search(wanted, text), (shown(answer), text)
        SAID.append(not text.startswith(f"{name}: not yet."))


def digits(value):
    """What is left of an answer without its dress; 1,024 typed as two numbers loses a zero."""
    return re.sub(r"\W|(?<=.)0", "", str(value))


@pytest.mark.parametrize("name", [name for name in ANSWERS if not find_exercise(name).is_function])
def test_no_message_tells_the_solution(name):
    """A choice may be listed, and a right number in the wrong dress repeated; a single digit stands in any sentence."""
    exercise = find_exercise(name)
    if exercise.choices or len(digits(exercise.solution)) == 1:
        return
    for answer, _ in ANSWERS[name].wrong:
        text = message(name, answer)
        assert digits(answer) == digits(exercise.solution) or not tells(exercise, text), (shown(answer), text)


SAID: list[bool] = []


def test_most_slips_have_a_name(capsys):
    """The share is printed; it counts what the tests above have seen."""
    if not SAID:
        pytest.skip("needs the tests above in the same process")
    share = sum(SAID) / len(SAID)
    with capsys.disabled():
        print(f"\n{sum(SAID)} of {len(SAID)} plausible wrong answers get a name: {share:.1%}")
    assert share >= SHARE
