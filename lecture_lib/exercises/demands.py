"""What tasks ask for beside the right result, counted while an answer runs: memory, steps of Python, calls."""

from __future__ import annotations

import copy
import math
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest import mock

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Finding, Inputs
from lecture_lib.exercises.outcomes import all_same, outcomes

Demand = Callable[[Exercise, Any], Finding | None]


def frugal(inputs: Inputs, most: int, name: str, nudge: str) -> Demand:
    """Ask that an answer takes little memory beside its arguments."""

    def demand(exercise: Exercise, answer: Any) -> Finding | None:
        args = inputs(np.random.default_rng(0))
        answer(*copy.deepcopy(args))  # what is done only once, such as an import, does not count
        running = tracemalloc.is_tracing()
        if not running:
            tracemalloc.start()
        try:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            answer(*args)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            if not running:
                tracemalloc.stop()
        return (name, nudge) if peak - before > most else None

    return demand


def without_loop(small: Inputs, large: Inputs) -> Demand:
    """Ask that the steps of Python do not grow with the number of rows."""

    def demand(exercise: Exercise, answer: Any) -> Finding | None:
        # Python 3.12 prepares a function for counting in its first run, which therefore counts short.
        _, few, many = (_steps(answer, draw(np.random.default_rng(0))) for draw in (small, small, large))
        if many <= few:
            return None
        return "a loop", "The result is right, but it goes through the rows one by one. What does it for all at once?"

    return demand


class Rows(np.ndarray[Any, Any]):
    """An array that counts how often somebody goes through its rows."""

    taken = 0

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            Rows.taken += 1
            yield row


def _steps(answer: Any, args: tuple[Any, ...]) -> int:
    """How many steps the lines take that stand in the file of an answer, and how many rows are taken one by one."""
    code = getattr(answer, "__code__", None)
    counted, before_rows = 0, Rows.taken

    def follow(frame: Any, event: str, arg: Any) -> Any:
        nonlocal counted
        if code is None or frame.f_code.co_filename != code.co_filename:
            return None
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        answer(*(arg.view(Rows) if isinstance(arg, np.ndarray) else arg for arg in args))
    finally:
        sys.settrace(before)
    return counted + Rows.taken - before_rows


def exact(exercise: Exercise, answer: Any) -> Finding | None:
    """Ask for a rule and not for wiggling, which is never exact to so many digits."""
    for found, wanted in zip(outcomes(exercise, answer), outcomes(exercise, exercise.solution), strict=True):
        if (
            found.dtype.kind == "f"
            and found.dtype != np.float32
            and not np.allclose(found, wanted, rtol=1e-12, atol=1e-13)
        ):
            return "wiggled", "The numbers are close, but not exact. Here the rule is wanted, without wiggling."
    return None


def two_sided(exercise: Exercise, answer: Any) -> Finding | None:
    """Ask that a function is tried on both sides of each place, at equal distances."""
    rng = np.random.default_rng(0)
    assert exercise.inputs is not None
    f, x, *rest = exercise.inputs(rng)
    seen: list[Any] = []

    def spy(v: Any) -> Any:
        seen.append(np.array(v, dtype=float) - x)
        return f(v)

    answer(spy, copy.deepcopy(x), *rest)
    moves = [move for move in seen if np.any(move)]
    lonely = [move for move in moves if not any(np.allclose(move, -other, rtol=1e-4, atol=1e-12) for other in moves)]
    return ("one-sided", "Each input has to be moved to both sides.") if lonely else None


def own_work(exercise: Exercise, answer: Any) -> Finding | None:
    """Ask that the function under test is called by the reader's lines, and not by the library's."""
    rng = np.random.default_rng(0)
    assert exercise.inputs is not None
    f, *rest = exercise.inputs(rng)
    callers: set[str] = set()

    def spy(v: Any) -> Any:
        frame = sys._getframe(1)
        while frame is not None and frame.f_code is not here:
            callers.add(frame.f_globals.get("__name__", ""))
            frame = frame.f_back  # type: ignore[assignment]
        return f(v)

    here = sys._getframe().f_code
    answer(spy, *rest)
    if any(name.startswith("lecture_lib.autograd") for name in callers):
        return "the library does it", "The result is right. Now write the wiggling yourself."
    return None


EXPONENTIALS = ("exp", "exp2", "expm1", "tanh", "sinh", "cosh", "power", "float_power", "logaddexp", "pow")


class Power(float):
    """A number that notes when something is raised to its power."""

    raised = 0

    def __neg__(self) -> Power:
        return Power(-float(self))

    def __rpow__(self, base: Any, modulus: Any = None) -> Any:
        Power.raised += 1
        return base ** float(self)


@contextmanager
def exponentials_counted() -> Iterator[list[str]]:
    """The names of the exponential functions of NumPy and Python that are called, in the order of their calls."""
    calls: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            calls.append(name)
            return function(*args, **options)

        return call

    with ExitStack() as patched:
        for module in (np, math):
            for name in filter(partial(hasattr, module), EXPONENTIALS):
                patched.enter_context(mock.patch.object(module, name, counted(name, getattr(module, name))))
        yield calls


def remembered(exercise: Exercise, answer: Any) -> Finding | None:
    """Ask of a gate that it keeps what it needs for itself: two gates at work do not disturb each other."""
    assert exercise.inputs is not None
    draws = [exercise.inputs(np.random.default_rng(k)) for k in (1, 2)]
    alone, together = [], [answer(), answer()]
    for inputs, g in draws:
        gate = answer()
        gate.forward(*copy.deepcopy(inputs))
        alone.append(_sent(gate, g))
    for gate, (inputs, _) in zip(together, draws, strict=True):
        gate.forward(*copy.deepcopy(inputs))
    shares = [_sent(gate, g) for gate, (_, g) in zip(together, draws, strict=True)]
    if not all(all_same(a, b) for a, b in zip(alone, shares, strict=True)):
        return (
            "memory shared between gates",
            "Two gates at work at once mix up their inputs. Where does each keep its own?",
        )
    twice = [_sent(gate, g) for gate, (_, g) in zip(together, draws, strict=True)]
    if not all(all_same(a, b) for a, b in zip(alone, twice, strict=True)):
        return "the second backward gives something else", "Does backward change what the gate remembers?"
    return None


def _sent(gate: Any, g: Any) -> list[Any]:
    """What a gate sends back; nothing where it stops."""
    try:
        return _listed(gate.backward(copy.deepcopy(g)))
    except Exception:
        return []


def _listed(shares: Any) -> list[Any]:
    shares = tuple(shares) if isinstance(shares, Iterator) else shares
    return [np.array(share) for share in (shares if isinstance(shares, (tuple, list)) else (shares,))]


def leaves_alone(exercise: Exercise, answer: Any) -> Finding | None:
    """Ask of a gate that it changes neither its inputs nor what arrives from above."""
    assert exercise.inputs is not None
    inputs, g = exercise.inputs(np.random.default_rng(3))
    given, arrived, gate = copy.deepcopy(inputs), copy.deepcopy(g), answer()
    gate.forward(*given)
    gate.backward(arrived)
    if not all_same([np.asarray(v) for v in (*given, arrived)], [np.asarray(v) for v in (*inputs, g)]):
        return (
            "it changes what it is given",
            "Others still need the inputs and what arrives from above. Make new arrays.",
        )
    return None
