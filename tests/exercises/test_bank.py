"""Every solution passes, every wrong answer is rejected with its own message, and a laxer check would be noticed."""

import dataclasses
import re
from collections import Counter
from itertools import count

import numpy as np
import pytest
from bank_suite import faults, said, sound

from lecture_lib.course.authoring.spelling import unknown_words
from lecture_lib.exercises import outcomes
from lecture_lib.exercises.bank import all_exercises, exercises_of, notebooks
from lecture_lib.exercises.exercise import Mistake

EXERCISES = all_exercises()
CALLS = count()
# Formulas stand in plain text here: only what is long enough for a word is looked at.
PLAIN = re.compile(r"(?<!\w)[A-Za-z]{4,}(?!\w)")
CODE = {"diag", "grad"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_exercise_is_sound(exercise):
    assert faults(exercise) == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_texts_are_spelled_right(exercise):
    said_once = [exercise.task, exercise.nudge, exercise.lesson]
    texts = said_once + [text for mistake in exercise.mistakes for text in (mistake.name, mistake.nudge)]
    words = [word for text in texts for word in PLAIN.findall(text) if word not in CODE]
    assert unknown_words(" ".join(words)) == []


def test_there_are_enough_exercises():
    assert len([exercise for exercise in EXERCISES if exercise.id < "08"]) >= 24
    assert min(Counter(exercise.id[:2] for exercise in EXERCISES if exercise.id < "08").values()) >= 3


def test_ids_are_unique_and_begin_with_their_notebook():
    assert len({exercise.id for exercise in EXERCISES}) == len(EXERCISES)
    for notebook in notebooks():
        assert all(exercise.id.startswith(f"{notebook}-") for exercise in exercises_of(notebook))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_accepting_a_wrong_answer_is_noticed(exercise):
    """The mutation of the bank: a check whose idea of right is one of the mistakes."""
    for mistake in exercise.mistakes:
        assert not sound(dataclasses.replace(exercise, solution=mistake.answer)), mistake.name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_forgetting_a_wrong_answer_is_noticed(exercise):
    """Each wrong answer needs its own entry: without it nobody else says what it says."""
    for mistake in exercise.mistakes:
        others = tuple(other for other in exercise.mistakes if other is not mistake)
        message = said(dataclasses.replace(exercise, mistakes=others), mistake.answer)
        assert message is not None
        assert message != said(exercise, mistake.answer), mistake.name


def numbers(outcome):
    return isinstance(outcome, np.ndarray)


def flat(left, right):
    return numbers(left) and numbers(right) and left.size == right.size and np.allclose(left.ravel(), right.ravel())


def broadcast(left, right):
    try:
        return numbers(left) and numbers(right) and bool(np.allclose(left, right))
    except ValueError:
        return False


LAX = {
    "accepts everything": lambda left, right: True,
    "accepts every number": lambda left, right: numbers(left) and numbers(right),
    "compares shapes alone": lambda left, right: numbers(left) and numbers(right) and left.shape == right.shape,
    "compares sizes and numbers, not shapes": flat,
    "lets shapes stretch": broadcast,
    "loses signs": lambda left, right: numbers(left) and numbers(right) and broadcast(abs(left), abs(right)),
    "compares sums": lambda left, right: numbers(left) and numbers(right) and np.isclose(left.sum(), right.sum()),
    "compares roughly": lambda left, right: (
        numbers(left) and numbers(right) and left.shape == right.shape and np.allclose(left, right, rtol=0.01)
    ),
    "takes nan for a number": lambda left, right: (
        numbers(left) and numbers(right) and left.shape == right.shape and not np.any(abs(left - right) > 1e-6)
    ),
    "rejects everything": lambda left, right: False,
}


@pytest.mark.parametrize("same", LAX.values(), ids=LAX)
def test_a_wrong_comparison_is_noticed(monkeypatch, same):
    monkeypatch.setattr(outcomes, "same", same)
    assert not all(map(sound, EXERCISES))


def ones(draw):
    return lambda rng: tuple(np.ones_like(a) if isinstance(a, np.ndarray) else a for a in draw(rng))


def square(draw):
    def drawn(rng):
        args = draw(rng)
        n = min((a.shape[0] for a in args if isinstance(a, np.ndarray)), default=0)
        return tuple(a[(slice(0, n),) * a.ndim] if isinstance(a, np.ndarray) else a for a in args)

    return drawn


@pytest.mark.parametrize("poor", [ones, square])
def test_poor_inputs_are_noticed(poor):
    """All ones hide a missing factor, equal sizes hide a transpose."""
    outer = next(exercise for exercise in EXERCISES if exercise.id == "06-outer")
    assert not sound(dataclasses.replace(outer, inputs=poor(outer.inputs)))


def test_a_single_trial_is_noticed(monkeypatch):
    monkeypatch.setattr(outcomes, "TRIALS", 1)
    assert not all(map(sound, EXERCISES))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "Outer"}, "id"),
        ({"mistakes": ()}, "only 0 wrong answers"),
        ({"mistakes": (Mistake("a", "b", 1), Mistake("a", "b", 2))}, "two wrong answers share a message"),
        (
            {"mistakes": (Mistake("a", "The answer is 6.", 1),), "solution": 6, "inputs": None},
            "a message tells the solution",
        ),
        ({"inputs": lambda rng: (np.eye(2), np.ones(2))}, "a square matrix hides a missing transpose"),
        ({"solution": lambda delta, x: next(CALLS)}, "the solution is rejected"),
        ({"arguments": ("delta",)}, "arguments without names"),
    ],
)
def test_the_suite_finds_what_is_wrong_with_an_exercise(change, fault):
    outer = next(exercise for exercise in EXERCISES if exercise.id == "06-outer")
    assert fault in faults(dataclasses.replace(outer, **change))
