"""Random programs of NumPy calls, smooth around their inputs, that any NumPy-like library can run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Instruction = tuple[Callable[..., Any], tuple[int, ...]]
MARGIN = 1e-2
"""How far from a kink (a tie, a zero of abs, a bound) every intermediate value stays."""


@dataclass
class Program:
    """A straight-line program: inputs, instructions that name earlier values, and the weights of its result."""

    inputs: list[np.ndarray]
    instructions: list[Instruction] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    weights: list[tuple[int, np.ndarray]] = field(default_factory=list)

    def run(self, xp: Any, *inputs: Any) -> Any:
        """The program's number, computed with the functions of ``xp`` (NumPy or a library that mimics it)."""
        values = list(inputs)
        for operation, operands in self.instructions:
            values.append(operation(xp, *(values[k] for k in operands)))
        total = 0.0
        for k, w in self.weights:
            total = total + xp.sum(values[k] * constant(xp, w))
        return total

    def __str__(self) -> str:
        shapes = ", ".join(str(x.shape) for x in self.inputs)
        lines = (f"v{len(self.inputs) + k} = {name}" for k, name in enumerate(self.names))
        return f"inputs {shapes}\n" + "\n".join(lines)


def program(seed: int, length: int) -> Program:
    """A random program of ``length`` operations (and some that keep its numbers small)."""
    rng = np.random.default_rng(seed)
    shapes = [(), (3,), (4,), (2, 3), (3, 2), (3, 3), (2, 1), (2, 2, 3)]
    made = Program([rng.standard_normal(shapes[k]) for k in rng.integers(0, len(shapes), rng.integers(1, 4))])
    values = list(made.inputs)
    while len(made.instructions) < length:
        name, maker = MAKERS[rng.integers(len(MAKERS))]
        found = maker(rng, values)
        if found is None:
            continue
        operation, operands = found
        result = np.asarray(operation(np, *(values[k] for k in operands)))
        if result.size > 30 or result.ndim > 3 or result.size == 0 or not np.abs(result).max() < 100:
            continue
        add(made, values, f"{name}{operands}", operation, operands, result)
        if np.abs(result).max() > 3:
            last = len(values) - 1
            add(made, values, f"squash({last})", squash, (last,), squash(np, result))
    for k in range(max(0, len(values) - 4), len(values)):
        made.weights.append((k, rng.standard_normal(values[k].shape)))
    return made


def constant(xp: Any, x: np.ndarray) -> Any:
    """An array that is no argument, as the library wants it."""
    return xp.constant(x) if hasattr(xp, "constant") else x


def add(
    made: Program, values: list[Any], name: str, operation: Callable[..., Any], operands: tuple[int, ...], result: Any
) -> None:
    """Append one instruction with its value."""
    made.instructions.append((operation, operands))
    made.names.append(name)
    values.append(result)


def squash(xp: Any, x: Any) -> Any:
    """Between -2 and 2."""
    return 2 * xp.tanh(x / 2)


Maker = Callable[[np.random.Generator, Sequence[np.ndarray]], "tuple[Callable[..., Any], tuple[int, ...]] | None"]
MAKERS: list[tuple[str, Maker]] = []


def one(rng: np.random.Generator, values: Sequence[np.ndarray]) -> int:
    """An earlier value, a recent one more often."""
    recent = max(0, len(values) - 4)
    return int(rng.integers(recent if rng.random() < 0.6 else 0, len(values)))


def unary(name: str, operation: Callable[..., Any], smooth: Callable[[np.ndarray], bool] = lambda x: True) -> None:
    """An operation of one value, where the value is far enough from its kinks."""

    def make(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
        k = one(rng, values)
        return (operation, (k,)) if smooth(values[k]) else None

    MAKERS.append((name, make))


def binary(
    name: str, operation: Callable[..., Any], smooth: Callable[[np.ndarray, np.ndarray], bool] = lambda a, b: True
) -> None:
    """An operation of two values that broadcast."""

    def make(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
        i, j = one(rng, values), one(rng, values)
        try:
            np.broadcast_shapes(values[i].shape, values[j].shape)
        except ValueError:
            return None
        return (operation, (i, j)) if smooth(values[i], values[j]) else None

    MAKERS.append((name, make))


def gaps(x: np.ndarray, axis: int) -> bool:
    """Whether the entries along an axis are all apart."""
    return bool((np.diff(np.sort(x, axis=axis), axis=axis) > MARGIN).all())


unary("tanh", lambda xp, x: xp.tanh(x))
unary("sin", lambda xp, x: xp.sin(x))
unary("cos", lambda xp, x: xp.cos(2 * x))
unary("exp", lambda xp, x: xp.exp(x), lambda x: bool(np.abs(x).max() < 2))
unary("log1p", lambda xp, x: xp.log1p(x * x))
unary("log", lambda xp, x: xp.log(x * x + 0.5))
unary("sqrt", lambda xp, x: xp.sqrt(1 + x * x))
unary("sigmoid", lambda xp, x: 1 / (1 + xp.exp(-x)))
unary("arctan", lambda xp, x: xp.arctan(x))
unary("expm1", lambda xp, x: xp.expm1(-x * x))
unary("sinh", lambda xp, x: xp.sinh(x / 2))
unary("abs", lambda xp, x: xp.abs(x), lambda x: bool(np.abs(x).min() > MARGIN))
unary("negative", lambda xp, x: -x)
unary("square", lambda xp, x: x**2)
unary("cube", lambda xp, x: x**3)
unary("1 - x", lambda xp, x: 1 - x)
unary("2 ** x", lambda xp, x: 2.0**x)
unary("x / 2", lambda xp, x: x / 2)
unary("3 / (2 + x*x)", lambda xp, x: 3 / (2 + x * x))
unary(
    "clip", lambda xp, x: xp.clip(x, -0.7, 1.1), lambda x: bool(np.minimum(abs(x + 0.7), abs(x - 1.1)).min() > MARGIN)
)
unary("x * x", lambda xp, x: x * x)
unary("x + x", lambda xp, x: x + x)

binary("add", lambda xp, a, b: a + b)
binary("subtract", lambda xp, a, b: a - b)
binary("multiply", lambda xp, a, b: a * b)
binary("divide", lambda xp, a, b: a / (1.5 + xp.cos(b)))
binary("power", lambda xp, a, b: (a * a + 0.5) ** b, lambda a, b: bool(np.abs(b).max() < 2))
binary("maximum", lambda xp, a, b: xp.maximum(a, b), lambda a, b: bool(np.abs(a - b).min() > MARGIN))
binary("minimum", lambda xp, a, b: xp.minimum(a, b), lambda a, b: bool(np.abs(a - b).min() > MARGIN))
binary("logaddexp", lambda xp, a, b: xp.logaddexp(a, b))
binary("arctan2", lambda xp, a, b: xp.arctan2(a, 1 + b * b))
binary("hypot by hand", lambda xp, a, b: xp.sqrt(a * a + b * b + 0.1))
binary("where", lambda xp, a, b: xp.where(a > b, a * b, a - b), lambda a, b: bool(np.abs(a - b).min() > MARGIN))


def maker(name: str) -> Callable[[Maker], Maker]:
    """Register a maker that looks at the shapes."""

    def register(make: Maker) -> Maker:
        MAKERS.append((name, make))
        return make

    return register


def some_axis(rng: np.random.Generator, x: np.ndarray) -> Any:
    """An axis from either end, or None."""
    return None if x.ndim == 0 or rng.random() < 0.2 else int(rng.integers(-x.ndim, x.ndim))


def reducer(name: str, smooth: Callable[[np.ndarray, Any], bool] = lambda x, axis: True) -> None:
    """A reduction along a random axis, with or without keepdims."""

    def make(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
        k = one(rng, values)
        axis, keep = some_axis(rng, values[k]), bool(rng.integers(2))
        if not smooth(values[k], axis):
            return None
        if axis is None:
            return (lambda xp, x: getattr(xp, name)(x)), (k,)
        return (lambda xp, x: getattr(xp, name)(x, axis=axis, keepdims=keep)), (k,)

    MAKERS.append((name, make))


def no_ties(x: np.ndarray, axis: Any) -> bool:
    return gaps(x.ravel() if axis is None else x, -1 if axis is None else axis)


reducer("sum")
reducer("mean")
reducer("var")
reducer("std", lambda x, axis: bool(np.std(x, axis=axis).min() > 0.1))
reducer("prod")
reducer("max", no_ties)
reducer("min", no_ties)


@maker("cumsum")
def _cumsum(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    if not values[k].ndim:
        return None
    axis = int(rng.integers(-values[k].ndim, values[k].ndim))
    return (lambda xp, x: xp.cumsum(x, axis)), (k,)


@maker("softmax by hand")
def _softmax(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)

    def run(xp: Any, x: Any) -> Any:
        e = xp.exp(x)
        return e / xp.sum(e, axis=-1, keepdims=True)

    return (run, (k,)) if values[k].ndim else None


@maker("matmul")
def _matmul(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    fits = [
        (i, j)
        for i, a in enumerate(values)
        for j, b in enumerate(values)
        if a.ndim and b.ndim and a.shape[-1] == b.shape[-2 if b.ndim > 1 else 0]
        and (a.ndim < 3 or b.ndim < 3 or a.shape[0] == b.shape[0])
    ]  # fmt: skip
    return ((lambda xp, a, b: xp.matmul(a, b)), fits[rng.integers(len(fits))]) if fits else None


@maker("x @ x.T")
def _gram(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.matmul(x, xp.swapaxes(x, -1, -2))), (k,)) if values[k].ndim > 1 else None


@maker("outer")
def _outer(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    i, j = one(rng, values), one(rng, values)
    if values[i].ndim != 1 or values[j].ndim != 1:
        return None
    return (lambda xp, a, b: xp.outer(a, b)), (i, j)


@maker("einsum")
def _einsum(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    i, j = one(rng, values), one(rng, values)
    letters = "abcdef"
    a, b = values[i], values[j]
    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[0]:
        return None
    left = letters[: a.ndim]
    right = left[-1] + letters[a.ndim : a.ndim + b.ndim - 1]
    free = sorted(set(left + right))
    keep = "".join(c for c in rng.permutation(free) if rng.random() < 0.6)
    text = f"{left},{right}->{keep}"
    return (lambda xp, x, y: xp.einsum(text, x, y)), (i, j)


@maker("reshape")
def _reshape(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    n = values[k].size
    divisors = [d for d in range(1, n + 1) if n % d == 0]
    d = int(rng.choice(divisors))
    shape = [(d, n // d), (n,), (1, d, n // d)][rng.integers(3)]
    return (lambda xp, x: xp.reshape(x, shape)), (k,)


@maker("transpose")
def _transpose(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    axes = tuple(int(a) for a in rng.permutation(values[k].ndim))
    return (lambda xp, x: xp.transpose(x, axes)), (k,)


@maker("slice")
def _slice(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    parts: list[Any] = []
    for n in values[k].shape:
        start = int(rng.integers(0, n))
        parts.append(start if rng.random() < 0.3 else slice(start, None, int(rng.integers(1, 3))))
    index = tuple(parts)
    return ((lambda xp, x: x[index]), (k,)) if index else None


@maker("look-up")
def _lookup(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    if not values[k].ndim:
        return None
    ids = rng.integers(0, len(values[k]), int(rng.integers(1, 5)))
    return (lambda xp, x: x[ids]), (k,)


@maker("concatenate")
def _concatenate(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    i, j = one(rng, values), one(rng, values)
    a, b = values[i], values[j]
    if not a.ndim or a.ndim != b.ndim:
        return None
    axes = [k for k in range(a.ndim) if a.shape[:k] + a.shape[k + 1 :] == b.shape[:k] + b.shape[k + 1 :]]
    if not axes:
        return None
    axis = int(rng.choice(axes))
    return (lambda xp, x, y: xp.concatenate([x, y], axis=axis)), (i, j)


@maker("stack")
def _stack(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    i, j = one(rng, values), one(rng, values)
    axis = int(rng.integers(0, values[i].ndim + 1))
    same = values[i].shape == values[j].shape
    return ((lambda xp, x, y: xp.stack([x, y, x], axis=axis)), (i, j)) if same else None


@maker("expand and broadcast")
def _broadcast(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    shape = (2, *values[k].shape)
    return (lambda xp, x: xp.broadcast_to(x, shape)), (k,)


@maker("flip")
def _flip(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    axis = int(rng.integers(0, max(1, values[k].ndim)))
    return ((lambda xp, x: xp.flip(x, axis)), (k,)) if values[k].ndim else None


@maker("roll")
def _roll(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.roll(x, 1, axis=-1)), (k,)) if values[k].ndim else None


@maker("repeat")
def _repeat(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.repeat(x, 2, axis=0)), (k,)) if values[k].ndim else None


@maker("sort")
def _sort(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.sort(x, axis=-1)), (k,)) if values[k].ndim and gaps(values[k], -1) else None


@maker("tril")
def _tril(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.tril(x)), (k,)) if values[k].ndim == 2 else None


@maker("diagonal")
def _diagonal(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    return ((lambda xp, x: xp.diagonal(x)), (k,)) if values[k].ndim == 2 else None


def square_matrix(rng: np.random.Generator, values: Sequence[np.ndarray]) -> int | None:
    """An earlier value that is a square matrix."""
    fits = [k for k, x in enumerate(values) if x.ndim == 2 and x.shape[0] == x.shape[1] > 1]
    return fits[rng.integers(len(fits))] if fits else None


def tame(xp: Any, a: Any) -> Any:
    """A matrix far from singular."""
    return xp.tanh(a) / math.sqrt(a.shape[0]) + constant(xp, 2 * np.eye(a.shape[0]))


@maker("inv")
def _inv(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = square_matrix(rng, values)
    return None if k is None else ((lambda xp, a: xp.linalg.inv(tame(xp, a))), (k,))


@maker("det")
def _det(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = square_matrix(rng, values)
    return None if k is None else ((lambda xp, a: xp.linalg.det(tame(xp, a))), (k,))


@maker("solve")
def _solve(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k, j = square_matrix(rng, values), one(rng, values)
    if k is None or values[j].ndim not in (1, 2) or values[j].shape[0] != values[k].shape[0]:
        return None
    return (lambda xp, a, b: xp.linalg.solve(tame(xp, a), b)), (k, j)


@maker("norm")
def _norm(rng: np.random.Generator, values: Sequence[np.ndarray]) -> Any:
    k = one(rng, values)
    if not values[k].ndim or np.linalg.norm(values[k], axis=-1).min() < 0.1:
        return None
    return (lambda xp, x: xp.linalg.norm(x, axis=-1)), (k,)
