"""Usual slips, told from the result: the right one transposed, scaled, summed, rounded, or right in part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Finding
from lecture_lib.exercises.outcomes import all_same, same

Arrays = list[np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Case:
    """The arrays of a wrong answer beside the right ones, one a trial, and what they were computed from.

    Attributes:
        found: what the answer gave.
        wanted: what is right.
        trials: the arguments of each trial.
        names: of the arguments.
    """

    found: Arrays
    wanted: Arrays
    trials: list[tuple[Any, ...]]
    names: tuple[str, ...]

    def is_(self, change: Callable[..., Any]) -> bool:
        """Whether the answer is the right one after a change, on all trials."""
        return self._all(self.found, self.wanted, change)

    def undone_by(self, change: Callable[..., Any]) -> bool:
        """Whether the answer is right after a change, on all trials."""
        return self._all(self.wanted, self.found, change)

    def _all(self, left: Arrays, right: Arrays, change: Callable[..., Any]) -> bool:
        for a, b in zip(left, right, strict=True):
            try:
                with np.errstate(all="ignore"):
                    after = np.asarray(change(b))
                if not (np.isfinite(after).all() and same(after, a)):
                    return False
            except (ValueError, TypeError, IndexError):
                return False
        return True


def slip_in(
    exercise: Exercise, found: Sequence[Any], wanted: Sequence[Any], trials: list[tuple[Any, ...]]
) -> Finding | None:
    """The usual slip that turns the right results into those of an answer."""
    found = [np.stack(f) if _stacks(f, w) else f for f, w in zip(found, wanted, strict=True)]
    if all(isinstance(part, np.ndarray) for part in (*found, *wanted)):
        case = Case(list(found), list(wanted), trials, exercise.arguments if exercise.is_function else ())
        parts = _one_part(exercise, found, wanted, trials) if exercise.labels and exercise.is_function else None
        return parts or next(filter(None, (look(case) for look in LOOKS)), None)
    if all(isinstance(part, tuple) for part in (*found, *wanted)):
        return _one_part(exercise, found, wanted, trials)
    return None


def _stacks(found: Any, wanted: Any) -> bool:
    if not isinstance(found, tuple) or not isinstance(wanted, np.ndarray) or not found:
        return False
    return all(isinstance(part, np.ndarray) and part.shape == found[0].shape for part in found)


def second_slip(case: Case) -> Finding | None:
    """A slip that often comes with another one: a sign, a factor, a transpose, an argument forgotten."""
    if case.wanted[0].ndim == 2 and case.is_(np.transpose):
        return "transposed", ""
    for factor, name, _ in SCALES[:3]:
        if case.is_(lambda w, factor=factor: factor * w):
            return name, ""
    return _by_argument(case, FACTORS) or _by_size(case)


def may_have_second_slip(found: np.ndarray[Any, Any], other: np.ndarray[Any, Any], args: tuple[Any, ...]) -> bool:
    """Whether `second_slip` may find something, told from one trial and quickly."""
    if found.shape != other.shape:
        return found.ndim == 2 and found.shape == other.shape[::-1]
    with np.errstate(all="ignore"):
        ratio = np.asarray(found / other)
        if not np.isfinite(ratio).all():
            return False
        views = [np.asarray(1.0)]
        for arg in args:
            if isinstance(arg, np.ndarray) and 0 < arg.ndim <= ratio.ndim:
                views += [arg, arg[..., None]] if arg.ndim < ratio.ndim else [arg]
            elif isinstance(arg, (int, float)):
                views.append(np.asarray(arg))
        for view in views:
            if view.ndim <= ratio.ndim and all(
                a in (1, b) for a, b in zip(view.shape[::-1], ratio.shape[::-1], strict=False)
            ):
                for scaled in (ratio * view, ratio / view):
                    if scaled.size and np.ptp(scaled) <= 1e-6 * np.abs(scaled).max():
                        return True
    return found.ndim == 2 and found.shape[0] == found.shape[1]


def _one_part(
    exercise: Exercise, found: Sequence[Any], wanted: Sequence[Any], trials: list[tuple[Any, ...]]
) -> Finding | None:
    """The slip in the only wrong part of a result, or in the order of the parts."""
    labels, rows = exercise.labels, _rows(found, wanted)
    if not exercise.is_function or any(len(right) != len(labels) for _, right in rows):
        return None
    if any(len(given) != len(labels) for given, _ in rows):
        return f"{len(rows[0][0])} of {len(labels)} parts", f"Return {len(labels)}, in this order: {', '.join(labels)}."
    wrong = _wrong(labels, rows)
    for order in permutations(range(len(labels))) if len(labels) <= 4 else ():
        if all(all_same([given[k] for k in order], list(other)) for given, other in rows):
            return "in another order", f"The parts are right. Return them as {', '.join(labels)}."
    if labels[0] == "forward" and labels[0] in wrong:
        return "forward is wrong", "Look at forward first: what it returns is not the value of this gate."
    if len(wrong) != 1:
        return None
    k = labels.index(wrong[0])
    values = [(np.asarray(given[k]), np.asarray(other[k])) for given, other in rows]
    case = Case([a for a, _ in values], [b for _, b in values], trials, exercise.arguments)
    numbers = all(a.dtype.kind in "biufc" for a in (*case.found, *case.wanted))
    slip = next(filter(None, (look(case) for look in LOOKS)), None) if numbers else None
    return slip and (f"{wrong[0]}: {slip[0]}", slip[1])


def parts_right(exercise: Exercise, found: Sequence[Any], wanted: Sequence[Any]) -> Finding | None:
    """How many parts of an answer are right, and which to look at."""
    labels = exercise.labels
    if not labels or not all(isinstance(part, (np.ndarray, tuple)) for part in (*found, *wanted)):
        return None
    rows = _rows(found, wanted)
    if any(len(given) != len(labels) or len(right) != len(labels) for given, right in rows):
        return None
    wrong = _wrong(labels, rows)
    look = _listed(wrong) if len(wrong) < len(labels) else f"{labels[0]} first"
    return f"{len(labels) - len(wrong)} of {len(labels)} right", f"Look at {look}."


Rows = list[tuple[tuple[Any, ...], tuple[Any, ...]]]


def _rows(found: Sequence[Any], wanted: Sequence[Any]) -> Rows:
    return [(_split(f), _split(w)) for f, w in zip(found, wanted, strict=True)]


def _wrong(labels: tuple[str, ...], rows: Rows) -> list[str]:
    """The parts that are wrong in some trial."""
    return [label for k, label in enumerate(labels) if not all(same(given[k], other[k]) for given, other in rows)]


def _split(outcome: Any) -> tuple[Any, ...]:
    if isinstance(outcome, tuple):
        return outcome
    return tuple(outcome) if np.ndim(outcome) else (outcome,)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _zeros(case: Case) -> Finding | None:
    if case.found[0].shape != case.wanted[0].shape:
        return None
    if any(np.any(found) for found in case.found) or not any(np.any(wanted) for wanted in case.wanted):
        return None
    return "all zeros", "Does anything reach the result? Print what you add to it, and where."


def _not_a_number(case: Case) -> Finding | None:
    if any(np.isnan(found).any() for found in case.found):
        return "not a number", "The result holds nan. Look for 0/0, a log of something negative, or an overflow."
    if any(np.isinf(found).any() for found in case.found):
        return "infinite", "The result is not finite. Look for a division by 0, or a power that overflows."
    return None


def _turned(case: Case) -> Finding | None:
    if case.wanted[0].ndim == 2 and case.is_(np.transpose):
        return "transposed", "The numbers are right, rows and columns are exchanged. What do the rows stand for?"
    flat = case.wanted[0].ndim == 1 and case.found[0].ndim == 2
    if flat and all(1 in f.shape and f.size == w.size for f, w in zip(case.found, case.wanted, strict=True)):
        shape = case.found[0].shape
        what = "a column" if shape[1] == 1 else "a row"
        return f"{what}, of shape {shape}", "In code this course keeps a vector at shape (n,): one axis only."
    if case.wanted[0].ndim and case.is_(np.flip):
        return "back to front", "The numbers are right, in the opposite order. Which comes first?"
    return None


def _shape_only(case: Case) -> Finding | None:
    if case.found[0].shape == case.wanted[0].shape:
        return None
    if all(f.size == w.size and same(f.ravel(), w.ravel()) for f, w in zip(case.found, case.wanted, strict=True)):
        return (
            "right numbers, another shape",
            f"The shape is {case.found[0].shape}, and {case.wanted[0].shape} is asked for.",
        )
    return None


def _reduced(case: Case) -> Finding | None:
    found, wanted = case.found[0], case.wanted[0]
    if found.ndim > wanted.ndim:
        for axis in range(found.ndim):
            if case.undone_by(lambda f, axis=axis: f.sum(axis=axis)):
                return "not summed", "The parts are right, but they still stand side by side. What becomes of them?"
            if case.undone_by(lambda f, axis=axis: f.mean(axis=axis)):
                return "repeated", "The same numbers stand there several times. Which shape is asked for?"
        if case.undone_by(np.sum):
            return "not summed", "The parts are right, but they still stand side by side. What becomes of them?"
        if case.undone_by(np.mean):
            return "not averaged", "The parts are right, but they still stand side by side. One number is wanted."
        if found.ndim == 2 and case.undone_by(np.diag):
            return "a diagonal matrix", "The numbers on its diagonal are right. Which shape is asked for?"
    for axis in (None, *range(wanted.ndim)):
        for kept in (False, True):
            if wanted.ndim and case.is_(lambda w, a=axis, k=kept: w.sum(axis=a, keepdims=k)):
                return "summed", "The entries are to stay apart. Along which axis did you sum?"
            if wanted.ndim and case.is_(lambda w, a=axis, k=kept: w.mean(axis=a, keepdims=k)):
                return "averaged", "The entries are to stay apart. Along which axis did you take the mean?"
    if wanted.ndim == 2 and found.ndim == 1 and case.is_(lambda w: np.diag(w)):
        return "the diagonal alone", "The entries of the diagonal are right. What stands in the other places?"
    if wanted.ndim == 2 and found.shape == wanted.shape and case.is_(lambda w: np.diag(np.diag(w))):
        return "the diagonal alone", "The entries of the diagonal are right. What stands in the other places?"
    return None


def _rounded(case: Case) -> Finding | None:
    whole = all(f.dtype.kind in "bi" or same(f, np.round(f)) for f in case.found)
    fractions = bool(case.names) and any(not same(w, np.round(w)) for w in case.wanted)
    if whole and fractions and any(case.is_(cut) for cut in (np.trunc, np.round, np.floor, np.ceil)):
        return "cut to whole numbers", "An array of integers holds no fractions. Which dtype does yours have?"
    return None


SCALES: tuple[tuple[float, str, str], ...] = (
    (-1.0, "wrong sign", "Every number is right but for its sign. In which direction does the output move?"),
    (2.0, "twice too large", "Every number is twice what it should be. Where does a 2 come in, or a half get lost?"),
    (0.5, "a factor of 2 is missing", "Every number is half of what it should be. Where does a 2 come from?"),
    (-2.0, "twice too large, and the wrong sign", "Check the sign first, then where a 2 comes in."),
    (-0.5, "a factor of 2 and a sign", "Check the sign first, then where a 2 comes from."),
    (float(np.e), "a factor of e too much", "Where does e come in?"),
    (float(1 / np.e), "a factor of e is missing", "Where is something divided by e?"),
)


def _scaled(case: Case) -> Finding | None:
    for factor, name, nudge in SCALES:
        if case.is_(lambda w, factor=factor: factor * w):
            return name, nudge
        if case.wanted[0].ndim == 2 and case.is_(lambda w, factor=factor: factor * w.T):
            return f"transposed, and {name}", "Two slips at once. Begin with the shape: what do the rows stand for?"
    return _by_size(case) or _by_argument(case) or (_by_constant(case) if case.names else None)


def _near(case: Case) -> Finding | None:
    """A number one too large or too small, or ten times off: nothing that would tell the right one is said."""
    found, wanted = case.found[0], case.wanted[0]
    if wanted.ndim or case.names:
        return None
    if abs(abs(found - wanted) - 1) < 1e-9 and abs(wanted) > 3:
        return "off by one", "Count again: is one too many, or one too few?"
    for power in (10.0, 100.0, 1000.0):
        if same(found, np.asarray(power * wanted)) or same(found, np.asarray(wanted / power)):
            return "the decimal point", "The digits are right. Count the zeros again."
    return None


def _by_constant(case: Case) -> Finding | None:
    found, wanted = case.found[0], case.wanted[0]
    if found.shape != wanted.shape or not np.any(wanted):
        return None
    # Least squares; with nothing in common it is nearly 0, and no factor at all.
    ratio = float(np.real(np.sum(found * wanted) / np.sum(wanted * wanted)))
    if abs(ratio) > 1e-6 and case.is_(lambda w: ratio * w):
        amount = "too large" if abs(ratio) > 1 else "too small"
        return f"a constant factor, {amount}", f"Every number is {ratio:.3g} times what it should be, on all inputs."
    shift = complex(found.ravel()[0] - wanted.ravel()[0]) if wanted.size else 0
    if abs(shift) > 1e-6 and case.is_(lambda w: w + shift.real):
        if abs(abs(shift) - 1) < 1e-9:
            return "off by one", "Every result is one too many or one too few, always the same way."
        return "a constant is added", "Every number is off by the same amount. Where does it come from?"
    return None


SIZES: tuple[tuple[Callable[[float], float], str, str], ...] = (
    (
        lambda n: 1 / n,
        "averaged instead of added",
        "Every number is too small by {what}. Is a mean taken, or 1/N used twice?",
    ),
    (lambda n: n, "a mean is missing", "Every number is too large by {what}. Is there a mean in the task?"),
    (lambda n: 1 / n**2, "divided twice too often", "Every number is too small, by {what} squared."),
    (lambda n: n**2, "not divided", "Every number is too large, by {what} squared."),
    (
        lambda n: n**-0.5,
        "divided by a root too many",
        "The result is too small by the root of {what}. Was that asked for?",
    ),
    (lambda n: n**0.5, "a root is missing", "The result is too large by the root of {what}."),
    (lambda n: ((n - 1) / n) ** 0.5, "divided by another count", "By how much is a spread divided: by k, or by k - 1?"),
    (lambda n: (n - 1) / n, "divided by another count", "Divide by the number of entries, or by one less?"),
    (
        lambda n: n / (n - 1) if n > 1 else 0,
        "divided by another count",
        "Divide by the number of entries, or one less?",
    ),
)


def _sizes(case: Case) -> Iterator[tuple[str, list[float]]]:
    """The sizes that go into a trial, in words, and their values."""
    for k, name in enumerate(case.names):
        values = [trial[k] for trial in case.trials]
        if all(isinstance(v, np.ndarray) for v in values):
            for axis in range(values[0].ndim):
                yield f"the number of entries of {name} along axis {axis}", [float(v.shape[axis]) for v in values]


def _by_size(case: Case) -> Finding | None:
    for what, values in _sizes(case):
        if len(set(values)) < 2:
            continue
        for factor, name, nudge in SIZES:
            for sign in (1, -1):
                scaled = [sign * factor(n) * w for n, w in zip(values, case.wanted, strict=True)]
                if all(map(same, case.found, map(np.asarray, scaled))):
                    return (name if sign == 1 else f"{name}, and a wrong sign"), nudge.format(what=what)
    return None


def _by_argument(case: Case, rules: tuple[Rule, ...] | None = None) -> Finding | None:
    """An argument as a factor or a term too many, or too few."""
    for k, name in enumerate(case.names):
        values = [trial[k] for trial in case.trials]
        if not all(isinstance(v, (np.ndarray, float, int)) for v in values):
            continue
        for view in (lambda v: v, lambda v: np.asarray(v)[..., None], lambda v: np.asarray(v).T):
            for title, nudge, change, undo in rules or BY_ARGUMENT:
                if _fits(case, [view(v) for v in values], change, undo):
                    return title.format(name=name), nudge.format(name=name)
    return None


Step = Callable[[Any, Any], Any]
Rule = tuple[str, str, Step | None, Step | None]
FACTORS: tuple[Rule, ...] = (
    (
        "{name} is missing",
        "Everything else is right. Where does {name} come in, as a factor?",
        None,
        lambda f, a: f * a,
    ),
    ("{name} too often", "Everything else is right. Is {name} a factor there?", lambda w, a: w * a, None),
)
BY_ARGUMENT = (
    *FACTORS,
    ("{name} is missing", "Everything else is right. Where is {name} added?", None, lambda f, a: f + a),
    ("{name} too often", "Everything else is right. Is {name} added there?", lambda w, a: w + a, None),
    (
        "the wrong sign at {name}",
        "Everything else is right. Does {name} come in with a plus?",
        None,
        lambda f, a: f + 2 * a,
    ),
    (
        "the wrong sign at {name}",
        "Everything else is right. Does {name} come in with a minus?",
        lambda w, a: w + 2 * a,
        None,
    ),
)


def _fits(case: Case, values: list[Any], change: Step | None, undo: Step | None) -> bool:
    for found, wanted, value in zip(case.found, case.wanted, values, strict=True):
        if found.shape != wanted.shape or (np.ndim(value) and np.ndim(value) > wanted.ndim):
            return False
        try:
            left, right = (found, change(wanted, value)) if change else (undo(found, value), wanted)  # type: ignore[misc]
        except ValueError:
            return False
        if not same(np.asarray(left), np.asarray(right)) or same(found, wanted):
            return False
    return True


MAPS: tuple[tuple[Callable[[Any], Any], str, str], ...] = (
    (lambda w: w**2, "the square of it", "That is the square of what is asked for. What takes a square away?"),
    (lambda w: np.sqrt(w), "a root too many", "That is the root of what is asked for."),
    (lambda w: 1 / w, "upside down", "That is one over what is asked for. What is divided by what?"),
    (lambda w: -1 / w, "upside down, with a wrong sign", "That is minus one over it. What is divided by what?"),
    (np.abs, "signs are lost", "The sizes are right. Some of the numbers are negative."),
    (lambda w: -np.abs(w), "signs are lost", "The sizes are right. Some of the numbers are positive."),
    (np.exp, "a logarithm is missing", "That is e to the power of what is asked for."),
    (np.log, "a logarithm too many", "That is the logarithm of what is asked for."),
    (lambda w: 1 - w, "the rest to one", "That is one minus what is asked for. Which share is wanted?"),
    (lambda w: np.maximum(w, 0), "negative numbers are cut off", "Is anything below 0 to become 0?"),
    (lambda w: w - w.mean(), "the mean is taken off", "Was a mean to be subtracted?"),
    (lambda w: w / np.linalg.norm(w), "brought to length 1", "The direction is right. Was the length to be changed?"),
    (lambda w: np.cumsum(w), "a running sum", "The entries are to stand alone."),
    (lambda w: np.roll(w, 1), "one place off", "The numbers are right, but one place further. Where do you begin?"),
    (lambda w: np.roll(w, -1), "one place off", "The numbers are right, but one place too early. Where do you begin?"),
    (lambda w: np.tanh(w), "tanh too many", "That has been put through tanh once more."),
    (lambda w: 1 / (1 + np.exp(-w)), "σ too many", "That has been put through σ once more."),
)


def _mapped(case: Case) -> Finding | None:
    for change, name, nudge in MAPS:
        if case.is_(change):
            return name, nudge
    sorted_alike = all(
        f.shape == w.shape and same(np.sort(f.ravel()), np.sort(w.ravel()))
        for f, w in zip(case.found, case.wanted, strict=True)
    )
    if sorted_alike and case.wanted[0].size > 1:
        return (
            "right numbers in other places",
            "The numbers are right, but some stand elsewhere. Which one belongs where?",
        )
    return None


LOOKS: tuple[Callable[[Case], Finding | None], ...] = (
    _not_a_number,
    _zeros,
    _turned,
    _shape_only,
    _reduced,
    _scaled,
    _mapped,
    _near,
    _rounded,
)
