"""The table of derivative rules: every operation states its local derivative here, once.

``y`` is the result, the other names are the operands. Elementwise slopes are written as in a calculus book; a
bare 1 or -1 is a constant slope. Conventions where a derivative does not exist: tied maxima share equally (so
maximum(z, 0) has slope 1/2 at 0); clip has slope 1 at its bounds; abs, norm, hypot and std have slope 0 at 0, and
their second derivative is NaN there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from lecture_lib.autograd.families import Elementwise, Reduction
from lecture_lib.autograd.operation import Array, Opaque, Operation, Value
from lecture_lib.autograd.products import MATMUL
from lecture_lib.autograd.slopes import (
    others,
    over,
    power_slope,
    reciprocal,
    safe_log,
    share_among,
    sign,
    var_weight,
    winner,
)
from lecture_lib.autograd.tensor import UFUNCS

LN2, LN10 = math.log(2), math.log(10)


def logsumexp_forward(x: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    top = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0).astype(x.dtype)
    total = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis=axis)


def norm_forward(x: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))


def elementwise(ufunc: np.ufunc, *slopes: Callable[..., Value] | int) -> Operation:
    """Register a universal function with one slope per operand."""
    UFUNCS[ufunc] = Elementwise(ufunc.__name__, ufunc, *slopes)
    return UFUNCS[ufunc]


elementwise(np.add, 1, 1)
elementwise(np.subtract, 1, -1)
elementwise(np.multiply, lambda y, a, b: b, lambda y, a, b: a)
elementwise(np.divide, lambda y, a, b: reciprocal(b), lambda y, a, b: -y / b)
elementwise(np.power, lambda y, a, b: power_slope(a, b), lambda y, a, b: y * safe_log(a))
elementwise(np.float_power, lambda y, a, b: power_slope(a, b), lambda y, a, b: y * safe_log(a))
elementwise(np.remainder, 1, lambda y, a, b: -np.floor_divide(a, b))
elementwise(np.fmod, 1, lambda y, a, b: -np.trunc(a / b))
elementwise(np.negative, -1)
elementwise(np.positive, 1)
elementwise(np.reciprocal, lambda y, x: -(y * y))
elementwise(np.square, lambda y, x: 2 * x)
elementwise(np.sqrt, lambda y, x: 1 / (2 * y))
elementwise(np.cbrt, lambda y, x: 1 / (3 * (y * y)))
elementwise(np.absolute, lambda y, x: sign(x))
elementwise(np.fabs, lambda y, x: sign(x))

elementwise(np.exp, lambda y, x: y)
elementwise(np.exp2, lambda y, x: LN2 * y)
elementwise(np.expm1, lambda y, x: y + 1)
elementwise(np.log, lambda y, x: 1 / x)
elementwise(np.log2, lambda y, x: 1 / (LN2 * x))
elementwise(np.log10, lambda y, x: 1 / (LN10 * x))
elementwise(np.log1p, lambda y, x: 1 / (1 + x))
elementwise(np.logaddexp, lambda y, a, b: np.exp(a - y), lambda y, a, b: np.exp(b - y))
elementwise(np.logaddexp2, lambda y, a, b: np.exp2(a - y), lambda y, a, b: np.exp2(b - y))

elementwise(np.sin, lambda y, x: np.cos(x))
elementwise(np.cos, lambda y, x: -np.sin(x))
elementwise(np.tan, lambda y, x: 1 + y * y)
elementwise(np.arcsin, lambda y, x: 1 / np.sqrt(1 - x * x))
elementwise(np.arccos, lambda y, x: -1 / np.sqrt(1 - x * x))
elementwise(np.arctan, lambda y, x: 1 / (1 + x * x))
elementwise(
    np.arctan2,
    lambda y, a, b: b / np.hypot(a, b) / np.hypot(a, b),
    lambda y, a, b: -a / np.hypot(a, b) / np.hypot(a, b),
)
elementwise(np.hypot, lambda y, a, b: over(a, y), lambda y, a, b: over(b, y))
elementwise(np.sinh, lambda y, x: np.cosh(x))
elementwise(np.cosh, lambda y, x: np.sinh(x))
elementwise(np.tanh, lambda y, x: 1 - y * y)
elementwise(np.arcsinh, lambda y, x: 1 / np.sqrt(1 + x * x))
elementwise(np.arccosh, lambda y, x: 1 / np.sqrt(x * x - 1))
elementwise(np.arctanh, lambda y, x: 1 / (1 - x * x))
for degrees_ in (np.degrees, np.rad2deg):
    elementwise(degrees_, lambda y, x: 180 / math.pi)
for radians_ in (np.radians, np.deg2rad):
    elementwise(radians_, lambda y, x: math.pi / 180)

elementwise(np.maximum, lambda y, a, b: winner(a > b, a == b), lambda y, a, b: winner(b > a, a == b))
elementwise(np.minimum, lambda y, a, b: winner(a < b, a == b), lambda y, a, b: winner(b < a, a == b))
elementwise(
    np.fmax,
    lambda y, a, b: winner((a > b) | np.isnan(b), a == b),
    lambda y, a, b: winner((b > a) | np.isnan(a), a == b),
)
elementwise(
    np.fmin,
    lambda y, a, b: winner((a < b) | np.isnan(b), a == b),
    lambda y, a, b: winner((b < a) | np.isnan(a), a == b),
)

CLIP = Elementwise(
    "clip", np.clip, lambda y, a, low, high: (a >= low) & (a <= high),
    lambda y, a, low, high: (a < low) & (low <= high), lambda y, a, low, high: (a > high) | (low > high),
)  # fmt: skip

UFUNCS[np.matmul] = MATMUL

LOGSUMEXP = Reduction("logsumexp", logsumexp_forward, lambda y, x, axis: np.exp(x - y))
MAX = Reduction("max", np.max, share_among)
MIN = Reduction("min", np.min, share_among)
PROD = Reduction("prod", np.prod, lambda y, x, axis: others(x, axis))
VAR = Reduction("var", np.var, lambda y, x, axis, ddof: var_weight(x, axis, ddof))
STD = Reduction("std", np.std, lambda y, x, axis, ddof: over(var_weight(x, axis, ddof), 2 * y))
NORM = Reduction("norm", norm_forward, lambda y, x, axis: over(x, y))


def opaque(*ufuncs: np.ufunc) -> None:
    """Register functions without a useful derivative: their result is a plain array."""
    for ufunc in ufuncs:
        UFUNCS[ufunc] = Opaque(ufunc.__name__, ufunc)


opaque(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
opaque(np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.invert)
opaque(np.bitwise_and, np.bitwise_or, np.bitwise_xor)
opaque(np.isfinite, np.isinf, np.isnan, np.signbit)
opaque(np.sign, np.floor, np.ceil, np.trunc, np.rint, np.floor_divide)
