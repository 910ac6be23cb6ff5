"""Random programs over every registered NumPy name: calls as the cases make them, on values that came before.

A case of the catalog (``gradient_cases``) is one call with arguments of certain shapes. Here the same call takes
earlier values of a program instead, brought to those shapes and moved near the case's own numbers, where the function is
smooth; so whatever has a sample takes part, a new name from the day its sample is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from gradient_cases import CASES, Case

Array = np.ndarray[Any, Any]
REFUSED = {"unique"}
"""Cases whose result has a shape that depends on the numbers: a trace refuses them, other tests see to that."""
STEP = 0.02
"""How far a value moves a case's own argument: less than what keeps the cases from their kinks."""
SQUARES = np.array([[0.7, -0.3, 0.2], [0.4, 1.1, -0.6], [-0.2, 0.5, 0.9]])


@dataclass
class Call:
    """One instruction: a case, which earlier values it takes, and how each is brought to shape."""

    case: Case
    operands: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]

    def run(self, values: Sequence[Any]) -> Any:
        """The result: one value, weighted into a small array if there are several."""
        args = [near(values[k], x.astype(values[k].dtype)) for k, x in zip(self.operands, self.case.args, strict=True)]
        y = self.case.f(*args)
        parts = y if isinstance(y, (tuple, list)) else [y]
        total = parts[0]
        for k, part in enumerate(parts[1:]):
            total = total + np.sum(part) * (0.5 - k)
        return tamed(total)


def near(value: Any, x: Array) -> Any:
    """The case's argument ``x``, moved a little by each entry of an earlier value, which is repeated or cut to fit."""
    if not x.size:
        return x + 0 * np.sum(value)
    flat = np.ravel(value)
    flat = flat[np.arange(x.size) % flat.shape[0]]
    return x + STEP * np.reshape(np.sin(flat), x.shape)


def tamed(y: Any) -> Any:
    """The result with entries between -2 and 2, so that no program blows up; without its empty axes."""
    return 2 * np.tanh(y / 2) if y.size else np.sum(y) + 0 * np.ones(2, y.dtype)


@dataclass
class Program:
    """Inputs, instructions, and the weights of the last values in the program's number."""

    inputs: list[Array]
    calls: list[Call] = field(default_factory=list)
    weights: list[tuple[int, Array]] = field(default_factory=list)
    ids: Array = field(default_factory=lambda: np.zeros(0, int))
    mixes: list[Callable[..., Any]] = field(default_factory=list)

    def __call__(self, *given: Any) -> Any:
        """The program's number; after the real inputs comes an array of integers."""
        *inputs, ids = given
        values = list(inputs)
        for call in self.calls:
            values.append(call.run(values))
        total = np.sum(values[0][ids]) if values[0].ndim else values[0] * np.sum(ids)
        for k, w in self.weights:
            total = total + np.sum(values[k] * w.astype(values[k].dtype))
        # The last value with itself as a product of matrices, square and not: transposes meet here.
        last = np.reshape(np.ravel(values[-1])[np.arange(9) % values[-1].size], (3, 3))
        mixed = np.tensordot(last, last * SQUARES.astype(last.dtype), 1)
        return total + np.sum(np.diag(mixed, 1)) + np.trace(np.inner(mixed, last.T), 1)

    def __str__(self) -> str:
        start = len(self.inputs)
        lines = (f"v{start + k} = {call.case.name}{call.operands}" for k, call in enumerate(self.calls))
        return f"inputs {', '.join(str(x.shape) for x in self.inputs)} {self.inputs[0].dtype}\n" + "\n".join(lines)


POOL = [case for case in CASES if case.name not in REFUSED]
SHAPES = [(), (3,), (4,), (2, 3), (3, 2), (3, 3), (2, 2), (4, 4), (2, 2, 3)]


def program(seed: int) -> Program:
    """A program of 2 to 4 calls; the case number ``seed`` of the catalog is among them, so that all have their turn."""
    rng = np.random.default_rng(seed)
    dtype = np.float32 if seed % 4 == 3 else np.float64
    shapes = [SHAPES[k] for k in rng.integers(0, len(SHAPES), rng.integers(1, 4))]
    made = Program([rng.standard_normal(shape).astype(dtype) for shape in shapes])
    made.ids = rng.integers(0, max(1, (made.inputs[0].shape or (1,))[0]), 3)
    values: list[Any] = list(made.inputs)
    length = int(rng.integers(2, 5))
    for n in range(length):
        case = POOL[seed % len(POOL)] if n == length // 2 else POOL[rng.integers(len(POOL))]
        recent = max(0, len(values) - 3)
        operands = tuple(int(rng.integers(recent if rng.random() < 0.7 else 0, len(values))) for _ in case.args)
        made.calls.append(Call(case, operands, tuple(x.shape for x in case.args)))
        values.append(made.calls[-1].run(values))
    for k in range(max(0, len(values) - 3), len(values)):
        made.weights.append((k, np.asarray(rng.standard_normal(np.shape(values[k])))))
    return made
