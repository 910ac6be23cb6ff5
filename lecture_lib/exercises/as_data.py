"""Exercises as plain data, for a page that judges answers without Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, islice, permutations, product
from typing import Any

import numpy as np

from lecture_lib.exercises.bank import all_exercises
from lecture_lib.exercises.checking import judge
from lecture_lib.exercises.edits import EDITS
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.forms import formed
from lecture_lib.exercises.outcomes import RELATIVE
from lecture_lib.exercises.programs import program_of
from lecture_lib.exercises.search import tried

MOST = 800
"""The answers to one exercise that are judged beforehand."""


def all_data() -> list[dict[str, Any]]:
    """Every exercise whose answer is a number, a shape, a name, a choice, or several of these."""
    return [data for exercise in all_exercises() if (data := exercise_data(exercise)) is not None]


def exercise_data(exercise: Exercise) -> dict[str, Any] | None:
    """One exercise as plain data, ready for JSON.

    Example:
        >>> from lecture_lib.exercises.bank import find_exercise
        >>> data = exercise_data(find_exercise("03-shape"))
        >>> data["form"], data["accepted"], data["answers"][0]["mistake"]
        ('shape', [[3, 5]], 'inputs as rows')
    """
    if exercise.form in ("function", "class", "arrays"):
        return None
    accepted: list[Any] = []
    answers: list[dict[str, Any]] = []
    seen: set[str] = set()
    for answer in chain([exercise.solution], (mistake.answer for mistake in exercise.mistakes), others(exercise)):
        value = formed(exercise, answer)
        if repr(value) in seen or len(seen) == MOST:
            continue
        seen.add(repr(value))
        verdict = judge(exercise, answer)
        if verdict.state == "right":
            accepted.append(as_json(value))
        elif verdict.mistake is not None:
            answers.append({"answer": as_json(value), "mistake": verdict.mistake, "text": verdict.text})
    return {
        "id": exercise.id,
        "task": exercise.task,
        "form": exercise.form,
        "labels": list(exercise.labels),
        "choices": list(exercise.choices),
        "accepted": accepted,
        "tolerance": RELATIVE,
        "answers": answers,
        "nudge": exercise.nudge,
        "lesson": exercise.lesson,
    }


def others(exercise: Exercise) -> Iterator[Any]:
    """Answers that readers may well give: all there are, where these are few, else those near the right one."""
    right, count = exercise.solution, len(exercise.labels)
    if exercise.form == "number":
        yield from _numbers(exercise)
    elif exercise.form == "shape":
        yield from _shapes(tuple(right))
    elif exercise.form == "shapes":
        yield from product(*({shape, shape[::-1], (max(shape),)} for shape in right))
    elif exercise.form == "flags":
        yield from product((True, False), repeat=count)
    elif exercise.form == "choice":
        yield from exercise.choices
    elif exercise.form == "names":
        yield from chain.from_iterable(combinations(exercise.choices, k) for k in range(len(exercise.choices) + 1))
    elif exercise.form == "texts":
        yield from map(list, islice(permutations(right), MOST))
    else:
        yield from islice(permutations(right), MOST)


def _numbers(exercise: Exercise) -> Iterator[float]:
    """The right number as a page rounds it, after a usual slip, and after a slip on the way to it."""
    right = float(exercise.solution)
    yield from (float(f"{right:.{digits}e}") for digits in range(1, 8))
    yield from (-right, 2 * right, right / 2, right + 1, right - 1, 10 * right, right / 10, right**2)
    yield from (right**0.5, 1 / right) if right else ()
    program = program_of(exercise.way)
    for _, way, _ in tried(program, EDITS, "slip") if program else ():
        try:
            with np.errstate(all="ignore"):
                value = float(way())
        except (AttributeError, TypeError, ValueError, ArithmeticError):
            continue
        if np.isfinite(value):
            yield value


def _shapes(right: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    yield from permutations(right)
    yield from (right[:k] + right[k + 1 :] for k in range(len(right)))
    yield from ((1, *right), (*right, 1), (int(np.prod(right, dtype=int)),), (sum(right),))


def as_json(value: Any) -> Any:
    """A value in types that JSON knows.

    Example:
        >>> as_json(((1, 8.0), True, "W"))
        [[1, 8], True, 'W']
    """
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if isinstance(value, (str, bool)):
        return value
    number = float(value)
    return int(number) if number == int(number) else number
