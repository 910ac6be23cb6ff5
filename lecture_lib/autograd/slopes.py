"""Slopes and weights that take more than one line: those with a special case at a tie, a zero or an overflow."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lecture_lib.autograd.operation import Value


def over(a: Value, b: Value) -> Value:
    """a / b, and 0 where b is 0."""
    zero = b == 0
    return np.where(zero, 0.0, a / np.where(zero, 1.0, b))


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
    return (x - x.sum(axis=tuple(axis), keepdims=True) / n) * (2 / (n - ddof))


def others(x: Value, axis: Sequence[int]) -> Value:
    """For every entry the product of the others along ``axis``: ∂prod/∂x, exact also where entries are 0."""
    rest = [k for k in range(-x.ndim, 0) if k not in axis]
    order = [*rest, *axis]
    shape = [x.shape[k] for k in order]
    last = x.transpose(order).reshape((*shape[: len(rest)], math.prod(shape[len(rest) :])))
    back = np.argsort(order)
    return _others_in_row(last).reshape(tuple(shape)).transpose(tuple(int(k) for k in back))


def _others_in_row(x: Value) -> Value:
    n = x.shape[-1]
    if n < 2:
        return np.ones(x.shape, x.dtype)
    left, right = x[..., : n // 2], x[..., n // 2 :]
    return np.concatenate(
        [
            _others_in_row(left) * right.prod(axis=-1, keepdims=True),
            _others_in_row(right) * left.prod(axis=-1, keepdims=True),
        ],
        axis=-1,
    )
