"""Look for a slip among small changes: of the solution, of the way to a value, and of the reader's own lines."""

from __future__ import annotations

import ast
import contextlib
import io
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from lecture_lib.exercises.edits import EDITS, Edit, changed
from lecture_lib.exercises.exercise import Exercise, Finding
from lecture_lib.exercises.outcomes import Failure, all_same, each_outcome, fitted, same, trials
from lecture_lib.exercises.programs import Program, program_of, written_out
from lecture_lib.exercises.slips import Case, may_have_second_slip, second_slip

SECONDS = 3.0
"""The longest that each search takes."""


def slip_of_solution(exercise: Exercise, found: list[Any]) -> Finding | None:
    """The slip that makes the solution do what an answer does; failing that, the two slips that do so together."""
    program = program_of(exercise.solution if exercise.is_function else exercise.way)
    if program is None:
        return None
    program = written_out(program)
    beginnings: list[tuple[Edit, Any]] = []
    functions: list[Any] = []
    for edit, function, _ in tried(program, EDITS, "slip"):
        first = next(_come_to(exercise, function))
        for sign in (1, -1):
            if _same(found[0], first, sign) and all(
                map(lambda a, b: _same(a, b, sign), found, _come_to(exercise, function))
            ):
                name, nudge = edit.slip
                return (name if sign == 1 or exercise.form == "number" else f"{name}, and a wrong sign"), nudge
        if isinstance(first, np.ndarray) and exercise.is_function:
            beginnings.append((edit, first))
            functions.append(function)
    return _two_slips(exercise, found, beginnings, functions)


def _two_slips(
    exercise: Exercise, found: list[Any], beginnings: list[tuple[Edit, Any]], functions: list[Any]
) -> Finding | None:
    if not all(isinstance(part, np.ndarray) and np.any(part) for part in found):
        return None
    given = list(trials(exercise)) if exercise.is_function else [()]
    begun = time.perf_counter()
    for (edit, first), function in zip(beginnings, functions, strict=True):
        if time.perf_counter() - begun > SECONDS:
            return None
        if not may_have_second_slip(found[0], first, given[0]):
            continue
        other = list(_come_to(exercise, function))
        if all(isinstance(part, np.ndarray) for part in other):
            second = second_slip(Case(found, other, given, exercise.arguments))
            if second is not None:
                return f"{edit.slip[0]}, and {second[0]}", f"Two slips at once. {edit.slip[1]}"
    return None


def slip_in_lines(exercise: Exercise, answer: Any, wanted: list[Any], kinds: tuple[Edit, ...]) -> Finding | None:
    """The slip in a reader's own lines: the change that makes them right."""
    program = program_of(answer) if exercise.is_function else None
    if program is None:
        return None
    for edit, function, node in tried(program, kinds, "repair"):
        come = map(fitted, _come_to(exercise, function), wanted)
        if all(map(same, come, wanted)):
            return edit.repair[0], edit.repair[1].format(old=f"`{_short(ast.unparse(node))}`")
    return None


def tried(program: Program, kinds: tuple[Edit, ...], use: str) -> Iterator[tuple[Edit, Any, ast.AST]]:
    """Each changed program that compiles, until time is up; what it prints is kept from the page."""
    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for edit, node in changed(program, kinds, use):
            if time.perf_counter() - begun > SECONDS:
                return
            try:
                function = program.run()
            except Exception:
                continue
            yield edit, function, node


def _come_to(exercise: Exercise, function: Callable[..., Any]) -> Iterator[Any]:
    if exercise.is_function:
        return each_outcome(exercise, function)
    return islice(each_outcome(exercise, _value(function)), 1)


def _value(function: Callable[..., Any]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function()
    except Exception as error:
        return Failure(type(error).__name__, str(error))


def _same(found: Any, other: Any, sign: int) -> bool:
    if sign == 1:
        return all_same([fitted(found, other)], [other])
    return isinstance(other, np.ndarray) and other.dtype.kind in "if" and bool(np.any(other)) and same(found, -other)


def _short(text: str) -> str:
    first = text.strip().splitlines()[0]
    return first if len(first) <= 60 else f"{first[:57]}..."
