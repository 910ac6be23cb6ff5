"""Say what is wrong with an answer: a mistake of the bank, a usual slip, or what its error or shape tells."""

from __future__ import annotations

import dis
from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.complaints import has_words, said_plainly
from lecture_lib.exercises.edits import EDITS, IN_THE_CODE
from lecture_lib.exercises.exercise import Exercise, Finding, Mistake
from lecture_lib.exercises.forms import formed
from lecture_lib.exercises.outcomes import Failure, Observed, all_same, fitted, outcomes, trials
from lecture_lib.exercises.regions import partly_right
from lecture_lib.exercises.search import slip_in_lines, slip_of_solution
from lecture_lib.exercises.slips import parts_right, slip_in

FEW_DIGITS = 5
"""Of a number that was rounded: four digits and a point."""
CLOSE = 0.01
"""A number that a reader has rounded is taken for a mistake's from this relative distance on."""


def diagnose(exercise: Exercise, answer: Any, seen: Observed, wanted: list[Any]) -> tuple[str | None, str]:
    """Say what is wrong with an answer."""
    found = [fitted(part, right) for part, right in zip(seen.outcomes, wanted, strict=True)]
    for look in LOOKS:
        finding = look(exercise, answer, found, wanted)
        if finding is not None:
            return finding
    return changed_arguments(seen.changed) if seen.changed else (None, exercise.nudge)


def changed_arguments(names: tuple[str, ...]) -> Finding:
    """What to say to a function that changes its arguments."""
    text = " and ".join(names)
    return (
        f"it changes {text}",
        f"Whoever calls it still needs {text} as before. Compute with a copy, or with new arrays.",
    )


def _objection(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    said = [part.objection for part in found if isinstance(part, Failure) and part.objection]
    return said[0] if said else None


def _mistake(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    near: list[tuple[float, Mistake]] = []
    for mistake in exercise.mistakes:
        other = outcomes(exercise, formed(exercise, mistake.answer))
        if all_same(found, other):
            return mistake.name, mistake.nudge
        distance = _distance(exercise, found[0], other[0])
        if distance is not None:
            near.append((distance, mistake))
    if near:
        _, mistake = min(near, key=lambda pair: pair[0])
        return mistake.name, mistake.nudge
    return None


def _distance(exercise: Exercise, found: Any, other: Any) -> float | None:
    """How far a number is from another, where it may be that one after rounding."""
    if exercise.form != "number" or not all(isinstance(part, np.ndarray) and part.ndim == 0 for part in (found, other)):
        return None
    size = float(abs(other))
    digits = f"{float(abs(found)):.9e}".partition("e")[0].rstrip("0")
    rounds = abs(found - other) <= CLOSE * size and size != round(size) and len(digits) <= FEW_DIGITS
    return float(abs(found - other)) / size if rounds else None


def _nothing(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    if not any(outcome is None for outcome in found):
        return None
    return "your function returns nothing", "Hand the result back with return; print only shows it."


def _result(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    given = list(trials(exercise)) if exercise.is_function else [()]
    return slip_in(exercise, found, wanted, given)


def _parts(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return parts_right(exercise, found, wanted)


def _value_in_parts(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return None if exercise.is_function else parts_right(exercise, found, wanted)


def _told(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """What the exercise's own measure says of an answer, where it says nothing of a right one."""
    told, nothing = found[0], wanted[0]
    empty = not nothing if isinstance(nothing, str) else isinstance(nothing, np.ndarray) and not nothing.size
    if exercise.is_function or not empty or isinstance(told, (np.ndarray, Failure)):
        return None
    if isinstance(told, str):
        return told, exercise.nudge
    return f"{len(told)} not found out", f"{exercise.nudge.split('?')[0]}? Think of this one: {told[0]}."


def _code(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return slip_in_lines(exercise, answer, wanted, IN_THE_CODE)


def _solution(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return slip_of_solution(exercise, found) if exercise.is_function or exercise.way else None


def _lines(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return slip_in_lines(exercise, answer, wanted, EDITS)


def _outside(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """A variable of the notebook that is used in place of an argument."""
    code = getattr(answer, "__code__", None)
    if not exercise.is_function or code is None:
        return None
    for name in code.co_names:
        value = answer.__globals__.get(name)
        if isinstance(value, (np.ndarray, float, int, list)) or (hasattr(value, "parents") and hasattr(value, "data")):
            return (
                f"{name} comes from outside",
                f"{name} is no argument: it holds what the notebook last put into it. Compute it inside.",
            )
    return None


def _failure(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    for outcome, args in zip(found, trials(exercise) if exercise.is_function else [()], strict=False):
        if isinstance(outcome, Failure):
            if not exercise.is_function:
                return "it does not fit", f"{outcome.text.rstrip('.')}."
            called = f" It was called with {_describe(exercise.arguments, args)}." if exercise.arguments else ""
            return said_plainly(outcome, called)
    return None


def _known_failure(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """A failure that has a text of its own says more than any search."""
    failure = next((outcome for outcome in found if isinstance(outcome, Failure)), None)
    known = failure is not None and exercise.is_function and has_words(failure)
    return _failure(exercise, answer, found, wanted) if known else None


def _unused(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """An argument that the answer never looks at, though the solution does."""
    used, needed = _loaded(answer), _loaded(exercise.solution)
    if not exercise.is_function or used is None or needed is None or len(used) != len(needed):
        return None
    for name, looks, should in zip(exercise.arguments, used, needed, strict=False):
        if should and not looks:
            return f"{name} is not used", f"The task gives {name} for a purpose. What does the result owe to it?"
    return None


def _loaded(function: Any) -> list[bool] | None:
    """Which of its arguments a function looks at."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    inner = {name for part in code.co_consts if hasattr(part, "co_freevars") for name in part.co_freevars}
    loads = {
        str(name) for step in dis.get_instructions(code) if step.opname.startswith("LOAD") for name in _names(step)
    }
    return [name in loads | inner for name in code.co_varnames[: code.co_argcount]]


def _names(step: dis.Instruction) -> tuple[Any, ...]:
    # Newer Pythons load two variables in one instruction.
    return step.argval if isinstance(step.argval, tuple) else (step.argval,)


def _shape(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    first, expected = found[0], wanted[0]
    if not exercise.is_function:
        return None
    called = _describe(exercise.arguments, next(trials(exercise)))
    if isinstance(expected, tuple) or isinstance(first, tuple):
        parts = len(expected) if isinstance(expected, tuple) else 1
        given = len(first) if isinstance(first, tuple) else 1
        if parts != given:
            return "another number of results", f"{parts} asked for, and {given} returned."
        return None
    if not (isinstance(first, np.ndarray) and isinstance(expected, np.ndarray)) or first.shape == expected.shape:
        return None
    return "wrong shape", f"For {called} the result has shape {first.shape}; expected {expected.shape}."


def _shape_as_answer(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """Slips in a shape that is handed over."""
    if exercise.form != "shape":
        return None
    right, given = tuple(exercise.solution), tuple(answer)
    if len(given) > 1 and given == right[::-1]:
        return "the other way round", "The sizes are right. Which of them counts the rows?"
    if sorted(given) == sorted(right):
        return "in another order", "The sizes are right. Which axis comes first?"
    if len(given) != len(right):
        if tuple(size for size in given if size != 1) == tuple(size for size in right if size != 1):
            return f"{len(given)} axes", "Count the axes: an axis of length 1 is an axis as well."
        return (
            f"{len(given)} {'axis' if len(given) == 1 else 'axes'}",
            "Count the axes first: how many does the result have?",
        )
    fits = sum(a == b for a, b in zip(given, right, strict=True))
    return (f"{fits} of {len(right)} sizes right", "Where does each of the sizes come from?") if fits else None


def _choices(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """How many of several names are right."""
    if exercise.form not in ("names", "texts"):
        return None
    right, given = list(exercise.solution), list(answer)
    if exercise.form == "names":
        extra, absent = [name for name in given if name not in right], [name for name in right if name not in given]
        if extra and absent:
            return f"{len(given) - len(extra)} of {len(given)} belong there", f"Look again at {', '.join(extra)}."
        if extra:
            return "one or more too many", f"Look again at {', '.join(extra)}."
        return "not all of them", f"{len(given)} {'is' if len(given) == 1 else 'are'} right, and something is missing."
    if len(given) != len(right):
        return f"{len(given)} of {len(right)} names", f"{len(right)} are asked for."
    return None


def _in_places(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    """How many of several texts in an order stand where they should."""
    if exercise.form != "texts" or len(answer) != len(exercise.solution) or not exercise.labels:
        return None
    wrong = [n for n, a, b in zip(exercise.labels, answer, exercise.solution, strict=True) if a != b]
    return f"{len(answer) - len(wrong)} of {len(answer)} right", f"Look at {', '.join(wrong)}."


def _partly(exercise: Exercise, answer: Any, found: list[Any], wanted: list[Any]) -> Finding | None:
    return partly_right(found, wanted) if exercise.is_function else None


LOOKS: tuple[Callable[[Exercise, Any, list[Any], list[Any]], Finding | None], ...] = (
    _objection,
    _mistake,
    _nothing,
    _shape_as_answer,
    _choices,
    _in_places,
    _told,
    _value_in_parts,
    _code,
    _known_failure,
    _result,
    _solution,
    _lines,
    _outside,
    _failure,
    _parts,
    _shape,
    _unused,
    _partly,
)


def _describe(names: tuple[str, ...], args: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} {_looks(arg)}" for name, arg in zip(names, args, strict=True))


def _looks(arg: Any) -> str:
    if callable(arg):
        return "a function"
    if isinstance(arg, np.ndarray):
        return f"of shape {arg.shape}"
    if isinstance(arg, (list, dict)) and len(arg) > 3:
        return f"a {type(arg).__name__} of {len(arg)}"
    return f"= {arg:.4g}" if isinstance(arg, float) else f"= {arg!r}"
