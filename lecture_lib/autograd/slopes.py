"""Slopes and weights that take more than one line: those with a special case at a tie, a zero or an overflow."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.tensor import apply


def over(a: Value, b: Value) -> Value:
    """a / b, and 0 where b is 0: the slope of a root of squares, where a is one of them and b the root."""
    return apply(OVER, a, b)


def over_forward(a: Array, b: Array) -> Array:
    zero = np.equal(b, 0)
    return np.where(zero, 0.0, a / np.where(zero, 1.0, b))


def inverse(b: Value) -> Value:
    """1 / b, and NaN where b is 0: a slope that is 0 there by agreement has no derivative of its own."""
    zero = b == 0
    return np.where(zero, math.nan, 1 / np.where(zero, 1.0, b))


def sign(x: Value) -> Value:
    """The slope of abs, 0 at 0 by agreement; without a derivative there."""
    return apply(SIGN, x)


OVER = Elementwise("over", over_forward, lambda y, a, b: inverse(b), lambda y, a, b: -y * inverse(b))
SIGN = Elementwise("sign", np.sign, lambda y, x: np.where(x == 0, math.nan, 0.0))


def reciprocal(b: Value) -> Value:
    """1 / b; a number 0 gives infinity as an array of zeros does, where Python would raise."""
    return math.inf if isinstance(b, (int, float)) and b == 0 else 1 / b


def safe_log(x: Value) -> Value:
    """log x, and 0 where x is 0: the slope of x**b in b vanishes there."""
    return np.log(np.where(x == 0, 1.0, x))


def power_slope(a: Value, b: Value) -> Value:
    """b·a^(b-1), and 0 at 0**0, where the factor b wins."""
    if isinstance(b, (int, float)):
        return b * a ** (b - 1) if b else 0 * a
    return b * a ** np.where((b == 0) & (a == 0), 1.0, b - 1)


def winner(wins: Value, ties: Value) -> Value:
    """The slope of one of a pair whose larger (or smaller) is taken: 1 or 0, and 1/2 at a tie."""
    return np.where(ties, 0.5, wins)


def share_among(y: Value, x: Value, axis: Sequence[int]) -> Value:
    """How much of the extreme value ``y`` belongs to each entry: tied entries share equally."""
    winners = x == y
    return winners / np.sum(winners, axis=tuple(axis), keepdims=True)


def var_weight(x: Value, axis: Sequence[int], ddof: float) -> Value:
    """∂var/∂x = 2 (x - mean) / (n - ddof)."""
    n = math.prod(x.shape[k] for k in axis)
    factor = 2 / (n - ddof) if n > ddof else math.nan
    return (x - x.sum(axis=tuple(axis), keepdims=True) / max(n, 1)) * factor


def others(x: Value, axis: Sequence[int]) -> Value:
    """For every entry the product of the others along ``axis``: ∂prod/∂x, exact also where entries are 0."""
    rest = [k for k in range(-x.ndim, 0) if k not in axis]
    order = [*rest, *axis]
    shape = [x.shape[k] for k in order]
    last = x.transpose(order).reshape((*shape[: len(rest)], math.prod(shape[len(rest) :])))
    back = np.argsort(order)
    return _others_in_row(last).reshape(tuple(shape)).transpose(tuple(int(k) for k in back))


def _others_in_row(x: Value) -> Value:
    """Fold the row until one number is left, then unfold it: each half's others are times the other half's entries."""
    n, folds = x.shape[-1], []
    for _ in range(max(n - 1, 0).bit_length()):
        if x.shape[-1] % 2:
            x = np.concatenate([x, np.ones((*x.shape[:-1], 1), x.dtype)], axis=-1)
        half = x.shape[-1] // 2
        folds.append((x[..., :half], x[..., half:]))
        x = x[..., :half] * x[..., half:]
    rest = np.ones(x.shape, x.dtype)
    for left, right in reversed(folds):
        rest = rest[..., : left.shape[-1]]
        rest = np.concatenate([rest * right, rest * left], axis=-1)
    return rest[..., :n]
