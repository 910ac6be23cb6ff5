"""Find exercises: one module a notebook, read when an exercise of that notebook is first asked for."""

from __future__ import annotations

import difflib
import importlib
import re
from functools import cache
from pathlib import Path

from lecture_lib.exercises.errors import UnknownExerciseError
from lecture_lib.exercises.exercise import Exercise

MODULE = re.compile(r"nb\d\d")
ADDED: dict[str, Exercise] = {}
"""Exercises of a teacher's own, by id."""


def find_exercise(name: str) -> Exercise:
    """The exercise with an id.

    Example:
        >>> find_exercise("06-outer").arguments
        ('delta', 'x')
        >>> find_exercise("06-outr")
        Traceback (most recent call last):
        lecture_lib.exercises.errors.UnknownExerciseError: There is no exercise '06-outr'. Did you mean '06-outer'?
    """
    if not isinstance(name, str):
        raise TypeError(f"The exercise's id comes first, as a text: check('06-outer', answer), not {name!r}")
    if name in ADDED:
        return ADDED[name]
    if name[:2] in notebooks():
        for exercise in exercises_of(name[:2]):
            if exercise.id == name:
                return exercise
    near = difflib.get_close_matches(name, [*ADDED, *(i for n in notebooks() for i in exercise_ids(n))], 1, 0.0)
    raise UnknownExerciseError(f"There is no exercise {name!r}. Did you mean {near[0]!r}?")


def notebooks() -> list[str]:
    """The notebooks that have exercises.

    Example:
        >>> notebooks()[:3]
        ['00', '01', '02']
    """
    return sorted(path.stem[2:] for path in Path(__file__).parent.glob("nb*.py") if MODULE.fullmatch(path.stem))


@cache
def exercises_of(notebook: str) -> tuple[Exercise, ...]:
    """The exercises of one notebook."""
    module = importlib.import_module(f"lecture_lib.exercises.bank.nb{notebook}")
    return tuple(module.EXERCISES)


def exercise_ids(notebook: str) -> list[str]:
    """The ids of a notebook's exercises, those on paper after the others.

    Example:
        >>> exercise_ids("12")[-1]
        '12-paper-bias'
    """
    papers = importlib.import_module("lecture_lib.exercises.bank.paper").PAPERS
    return [exercise.id for exercise in (*exercises_of(notebook), *papers) if exercise.id[:2] == notebook]


def all_exercises() -> list[Exercise]:
    """Every exercise of the course."""
    return [exercise for notebook in notebooks() for exercise in exercises_of(notebook)]
