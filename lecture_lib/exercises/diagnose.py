"""Say what is wrong with an answer: a known mistake first, then what shapes, signs and errors tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.errors import WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import Failure, all_same, outcomes, same, trials

Finding = tuple[str, str]


def diagnose(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> WrongAnswer:
    """Build the error for a wrong answer.

    Args:
        exercise: the exercise.
        answer: what the reader gave.
        found: its outcomes.
        wanted: the outcomes of the solution.

    Returns:
        The error with the first mistake of the bank that does the same as the answer; failing that, with what can be
        said of any answer; failing that, with the exercise's own nudge.
    """
    for mistake in exercise.mistakes:
        if all_same(found, outcomes(exercise, mistake.answer)):
            return WrongAnswer(exercise.id, mistake.name, mistake.nudge)
    for look in LOOKS:
        finding = look(exercise, answer, found, wanted)
        if finding is not None:
            return WrongAnswer(exercise.id, *finding)
    return WrongAnswer(exercise.id, None, exercise.nudge)


def _kind(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if not exercise.is_function and isinstance(wanted[0], np.ndarray) and isinstance(found[0], str):
        return "a text", f"Give the value itself, without quotation marks: not {answer!r}"
    if not exercise.is_function and isinstance(found[0], Failure):
        return (
            f"a value of type {type(answer).__name__}",
            "Give a number, an array, or a tuple of them, as it is asked for.",
        )
    single = wanted[0].shape == (1,) if isinstance(wanted[0], np.ndarray) else False
    if single and not exercise.is_function and isinstance(answer, (int, np.integer)):
        return "a number, not a shape", f"A tuple with one entry needs a comma: ({answer},) and not ({answer})."
    return None


def _failure(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    for outcome, args in zip(found, trials(exercise) if exercise.is_function else [()], strict=False):
        if isinstance(outcome, Failure):
            called = f" It was called with {_describe(exercise.arguments, args)}." if args else ""
            return f"your answer stopped with {outcome.kind}", f"{outcome.text.rstrip('.')}.{called}"
    return None


def _nothing(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if not any(outcome is None for outcome in found):
        return None
    what = "your function returns nothing" if exercise.is_function else "the answer is None"
    return what, "Hand the result back with return; print only shows it."


def _shape(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    first, expected = found[0], wanted[0]
    if not (isinstance(first, np.ndarray) and isinstance(expected, np.ndarray)) or first.shape == expected.shape:
        return None
    if expected.ndim == 1 and first.shape in {(expected.size, 1), (1, expected.size)}:
        what = "a column" if first.shape[1] == 1 else "a row"
        return f"{what}, of shape {first.shape}", "In code this course keeps a vector at shape (n,): one axis only."
    if not exercise.is_function:
        return None
    called = _describe(exercise.arguments, next(trials(exercise)))
    return "wrong shape", f"For {called} the result has shape {first.shape}; expected {expected.shape}."


def _not_a_number(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if any(isinstance(outcome, np.ndarray) and np.isnan(outcome).any() for outcome in found):
        return "not a number", "The result holds nan. Look for 0/0, a log of something negative, or an overflow."
    return None


def _sign(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if all(isinstance(outcome, np.ndarray) for outcome in (*found, *wanted)) and all(
        same(np.asarray(np.multiply(outcome, -1)), expected) for outcome, expected in zip(found, wanted, strict=True)
    ):
        return "wrong sign", "Every number is right but for its sign. In which direction does the output move?"
    return None


def _factor(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if not exercise.is_function or not all(isinstance(outcome, np.ndarray) for outcome in (*found, *wanted)):
        return None
    first = float(np.max(np.abs(wanted[0]), initial=0.0))
    if first == 0.0 or found[0].shape != wanted[0].shape or not np.any(found[0]):
        return None
    ratio = float(np.sum(found[0] * wanted[0]) / np.sum(wanted[0] * wanted[0]))
    if all(same(outcome, np.asarray(ratio * expected)) for outcome, expected in zip(found, wanted, strict=True)):
        return "a constant factor too much", f"Every number is {ratio:.4g} times what it should be, on all inputs."
    return None


LOOKS: tuple[Callable[[Exercise, Any, list[Any], list[Any]], Finding | None], ...] = (
    _kind,
    _failure,
    _nothing,
    _shape,
    _not_a_number,
    _sign,
    _factor,
)


def _describe(names: tuple[str, ...], args: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} {_looks(arg)}" for name, arg in zip(names, args, strict=True))


def _looks(arg: Any) -> str:
    if callable(arg):
        return "a function"
    if isinstance(arg, np.ndarray):
        return f"of shape {arg.shape}"
    return f"= {arg:.4g}" if isinstance(arg, float) else f"= {arg!r}"
