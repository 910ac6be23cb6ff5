"""What an answer comes to on given inputs, and when two outcomes are the same."""

from __future__ import annotations

import copy
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise

TRIALS = 5
RELATIVE = 1e-6
SINGLE = 2e-5
"""The relative rounding that numbers of single precision are allowed."""
ABSOLUTE = 1e-10
LONGEST = 100_000
"""What is taken of a result that comes one by one: it might not end."""


class Objection(Exception):
    """What a gate or a measure finds fault with while an answer runs: a name and a nudge."""

    def __init__(self, name: str, nudge: str):
        super().__init__(f"{name}. {nudge}")
        self.name, self.nudge = name, nudge


@dataclass(frozen=True)
class Failure:
    """What an answer raised instead of giving a result.

    Attributes:
        kind: the exception's class name.
        text: its message.
        objection: what it was raised for, where the exercise itself found the fault.
    """

    kind: str
    text: str
    objection: tuple[str, str] | None = None


class Untouched:
    """The outcome of an answer that still holds the dots of the empty exercise; there is only one."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Untouched:
        return self


UNTOUCHED = Untouched()


@dataclass(frozen=True)
class Observed:
    """What is seen of an answer that is called on all trials, forward and backward again.

    Attributes:
        outcomes: what it came to, one outcome a trial.
        changed: the arguments that were not the same afterward.
        again: whether the second call gave the same.
        kept: whether the results of the first calls were still the same after the second.
    """

    outcomes: list[Any]
    changed: tuple[str, ...] = ()
    again: bool = True
    kept: bool = True


def outcomes(exercise: Exercise, answer: Any) -> list[Any]:
    """Everything that an answer comes to: one outcome for a value, one a trial for a function."""
    return list(each_outcome(exercise, answer))


def each_outcome(exercise: Exercise, answer: Any) -> Iterator[Any]:
    """The same, one after the other: who looks for a difference may stop at the first."""
    if not exercise.is_function:
        yield _guarded(lambda: exercise.measure(answer))
        return
    for args in trials(exercise):
        yield _called(exercise, answer, args)[0]


def observe(exercise: Exercise, answer: Any) -> Observed:
    """Call an answer on all trials, then again in the other order, with other random numbers about."""
    if not exercise.is_function:
        return Observed(outcomes(exercise, answer))
    given = list(trials(exercise))
    random_state = np.random.get_state()
    try:
        np.random.seed(1)
        first, results, changed = [], [], set()
        for args in given:
            copies = copy.deepcopy(args)
            outcome, result = _called(exercise, answer, copies)
            first.append(copy.deepcopy(outcome))
            results.append(outcome if result is None else result)
            changed |= {k for k, (a, b) in enumerate(zip(args, copies, strict=True)) if not _untouched(a, b)}
        np.random.seed(2)
        second = [copy.deepcopy(_called(exercise, answer, copy.deepcopy(args))[0]) for args in reversed(given)]
        kept = [_guarded(partial(exercise.measure, result)) for result in results]
    finally:
        np.random.set_state(random_state)
    # Where an argument is written to, a result that is the same array changes with it: that is named already.
    again = all_same(second[::-1], first)
    names = tuple(exercise.arguments[k] for k in sorted(changed) if k < len(exercise.arguments))
    return Observed(first, names, again, exercise.form == "class" or all_same(kept, first))


def _untouched(before: Any, after: Any) -> bool:
    """Whether an argument is as it was, up to the rounding of a nudge that was taken back."""
    if isinstance(before, np.ndarray):
        return bool(before.shape == after.shape and np.allclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True))
    if isinstance(before, (list, dict)):
        return len(before) == len(after) and repr(before) == repr(after)
    return True


def _called(exercise: Exercise, answer: Any, args: tuple[Any, ...]) -> tuple[Any, Any]:
    if exercise.form == "class":
        return _guarded(lambda: exercise.measure(answer, *copy.deepcopy(args))), None
    results: list[Any] = []

    def run() -> Any:
        result = answer(*args)
        results.append(list(islice(result, LONGEST)) if isinstance(result, Iterator) else result)
        return exercise.measure(results[0])

    outcome = _guarded(run)
    return outcome, results[0] if results else None


def trials(exercise: Exercise) -> Iterator[tuple[Any, ...]]:
    """The random arguments on which an exercise compares functions."""
    assert exercise.inputs is not None
    rng = np.random.default_rng(zlib.crc32(exercise.id.encode()))
    for _ in range(TRIALS):
        yield exercise.inputs(rng)


def _guarded(function: Callable[[], Any]) -> Any:
    try:
        # A wrong answer may well divide by zero; a warning about it would only hide the message.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return settled(function())
    except Objection as error:
        return Failure("Objection", str(error), (error.name, error.nudge))
    except Exception as error:
        return Failure(type(error).__name__, str(error))


def settled(value: Any) -> Any:
    """Bring a result into a form that can be compared.

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
    if isinstance(value, (Iterator, range)):
        value = list(islice(value, LONGEST))
    if isinstance(value, (Fraction, Decimal)):
        value = float(value)
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

    Example:
        >>> same(np.array([1.0, 2.0]), np.array([[1.0, 2.0]])), same("loss", "loss")
        (False, True)
    """
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        scale = float(np.max(np.abs(right), initial=0.0))
        rounding = SINGLE if np.float32 in (left.dtype, right.dtype) else RELATIVE
        if left.shape != right.shape:
            return False
        with np.errstate(all="ignore"):
            return bool(np.all(np.abs(np.subtract(left, right, dtype=complex)) <= rounding * scale + ABSOLUTE))
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and not isinstance(left, np.ndarray) and bool(left == right)


def fitted(found: Any, wanted: Any) -> Any:
    """A result that differs from the wanted one in its dress alone, as that one: a number in a list is a number."""
    if isinstance(found, np.ndarray) and isinstance(wanted, np.ndarray) and wanted.ndim == 0 and found.size == 1:
        return found.reshape(())
    if isinstance(found, tuple) and isinstance(wanted, tuple) and len(found) == len(wanted):
        return tuple(map(fitted, found, wanted))
    return found


def all_same(left: list[Any], right: list[Any]) -> bool:
    """Whether two answers come to the same on every trial."""
    return len(left) == len(right) and all(map(same, left, right))
