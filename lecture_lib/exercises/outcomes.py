"""What an answer comes to on given inputs, and when two outcomes are the same."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise

TRIALS = 3
RELATIVE = 1e-6
ABSOLUTE = 1e-10


@dataclass(frozen=True)
class Failure:
    """What an answer raised instead of giving a result.

    Attributes:
        kind: the exception's class name.
        text: its message.
    """

    kind: str
    text: str


class Untouched:
    """The outcome of an answer that still holds the dots of the empty exercise."""


UNTOUCHED = Untouched()


def outcomes(exercise: Exercise, answer: Any) -> list[Any]:
    """Everything that an answer comes to: one outcome for a value, one a trial for a function.

    Args:
        exercise: gives the inputs, the same in every call.
        answer: the answer, of the right kind.

    Returns:
        Arrays, texts, tuples of these, a Failure for what was raised, or UNTOUCHED.
    """
    if not exercise.is_function:
        given = _guarded(settled, (answer,))
        usable = given is not UNTOUCHED and not isinstance(given, Failure)
        return [_guarded(exercise.measure, (answer,)) if usable else given]
    return [_guarded(lambda *args: exercise.measure(answer(*args)), args) for args in trials(exercise)]


def trials(exercise: Exercise) -> Iterator[tuple[Any, ...]]:
    """The random arguments on which an exercise compares functions.

    Args:
        exercise: one whose answer is a function.

    Returns:
        The tuples of arguments, the same in every call; arrays are fresh copies.
    """
    assert exercise.inputs is not None
    rng = np.random.default_rng(zlib.crc32(exercise.id.encode()))
    for _ in range(TRIALS):
        yield exercise.inputs(rng)


def _guarded(function: Any, args: tuple[Any, ...]) -> Any:
    try:
        # A wrong answer may well divide by zero; a warning about it would only hide the message.
        with np.errstate(all="ignore"):
            return settled(function(*copy.deepcopy(args)))
    except Exception as error:
        # Dots that are left inside a formula: nothing can be computed with them.
        return UNTOUCHED if "ellipsis" in str(error) else Failure(type(error).__name__, str(error))


def settled(value: Any) -> Any:
    """Bring a result into a form that can be compared.

    Args:
        value: what a reader gave or a function returned.

    Returns:
        An array for numbers and nested lists of them (a Tensor gives its data), a text without case and outer spaces,
        a tuple of such things for what is no array, None as it is, UNTOUCHED for the dots of an empty exercise.

    Raises:
        TypeError: it is none of these, such as a dictionary.

    Example:
        >>> settled([1, 2]), settled(" Loss "), settled((2, ...)) is UNTOUCHED
        (array([1, 2]), 'loss', True)
    """
    if value is ... or value is UNTOUCHED:
        return UNTOUCHED
    if value is None or isinstance(value, Failure):
        return value
    if isinstance(value, str):
        return value.strip().casefold()
    if hasattr(value, "parents") and hasattr(value, "data"):
        value = value.data
    if isinstance(value, np.ndarray) and value.dtype.kind in "OU":
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        parts = tuple(settled(part) for part in value)
        if any(part is UNTOUCHED for part in parts):
            return UNTOUCHED
        shapes = {part.shape if isinstance(part, np.ndarray) else None for part in parts}
        if len(shapes) > 1 or None in shapes:
            return parts
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"an answer cannot be {type(value).__name__}")
    return array


def same(left: Any, right: Any) -> bool:
    """Whether two outcomes are the same: equal texts and structure, equal shapes, numbers equal up to rounding.

    Args:
        left: an outcome.
        right: another one.

    Returns:
        True when they are the same. Two failures are the same when they have the same class and message; what is not
        a number equals nothing.

    Example:
        >>> same(np.array([1.0, 2.0]), np.array([[1.0, 2.0]])), same("loss", "loss")
        (False, True)
    """
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        scale = float(np.max(np.abs(right), initial=0.0))
        return left.shape == right.shape and bool(
            np.all(np.abs(np.subtract(left, right, dtype=complex)) <= RELATIVE * scale + ABSOLUTE)
        )
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and not isinstance(left, np.ndarray) and bool(left == right)


def all_same(left: list[Any], right: list[Any]) -> bool:
    """Whether two answers come to the same on every trial.

    Args:
        left: the outcomes of one answer.
        right: the outcomes of another one.

    Returns:
        True when they have equally many outcomes, all of them the same.
    """
    return len(left) == len(right) and all(map(same, left, right))
