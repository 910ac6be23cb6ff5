"""Answers that were tried on every exercise, one module a notebook, each with what must be said to it.

`right` holds right answers in usual and unusual dress, `wrong` plausible wrong ones and `lucky` programs that work by luck
or break a demand of the task; the last two are pairs of an answer and a pattern that the message must match.
"""

import importlib
import re
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.exercises.bank import find_exercise

Pairs = list[tuple[Any, str]]


class Tries(NamedTuple):
    """What was tried on one exercise."""

    right: list[Any]
    wrong: Pairs
    lucky: Pairs | tuple[()] = ()


def all_answers() -> dict[str, Tries]:
    """Exercise id → what was tried, in the order of the notebooks."""
    modules = [importlib.import_module(f"answers.nb{number:02}") for number in range(19)]
    return {name: tries for module in modules for name, tries in module.ANSWERS.items()}


def three_numbers(name: str) -> Tries:
    """What was tried on the three questions from before: every dress of the right numbers, and one number off."""
    exercise = find_exercise(name)
    a, b, c = exercise.solution
    right = [(a, b, c), [a, b, c], np.array([a, b, c]), (float(a), float(b), float(c)), f"({a}, {b}, {c})"]
    right += [tuple(Fraction(part) for part in (a, b, c)), tuple(np.float64(part) for part in (a, b, c))]
    slips = [(mistake.answer, re.escape(mistake.name)) for mistake in exercise.mistakes]
    others = [((a + 7, b, c), name), ((a, b + 7, c), name), ((a, b, c + 7), name), ((a, b), name), (a, name)]
    return Tries(right=right, wrong=[*slips, *others])
