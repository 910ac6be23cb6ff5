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
    near = difflib.get_close_matches(name, [*ADDED, *(exercise.id for exercise in all_exercises())], 1, 0.0)
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


def all_exercises() -> list[Exercise]:
    """Every exercise of the course."""
    return [exercise for notebook in notebooks() for exercise in exercises_of(notebook)]
