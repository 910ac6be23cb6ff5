"""NumPy's functions that reduce along axes: sum, mean, max, norm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from lecture_lib.autograd import linear, rules
from lecture_lib.autograd.numpy.register import array, axes_from_end, axis_from_end, stands_for
from lecture_lib.autograd.numpy.shape import broadcast_to, ravel, reshape
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply


def reduction(operation: Any, x: Value, axis: Any, keepdims: bool, **settings: Any) -> Value:
    """Apply a reduction of the table along one axis, several or all."""
    return apply(operation, x, axis=axes_from_end(axis, x.ndim), keepdims=bool(keepdims), **settings)


@stands_for(np.sum)
def sum(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return reduction(linear.SUM, a, axis, keepdims)


@stands_for(np.mean)
def mean(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    if a.dtype == np.float16:
        # As in NumPy: the sum of many entries would overflow in half precision, though their mean does not.
        return mean(a.astype(np.float32), axis, keepdims=keepdims).astype(np.float16)
    return reduction(linear.MEAN, a, axis, keepdims)


def one_of(ddof: float, correction: float) -> float:
    """What is taken off the number of entries: NumPy has two names for it."""
    if ddof and correction:
        raise ValueError("ddof and correction are two names for one number: give one of them")
    return ddof or correction


@stands_for(np.var)
def var(a: Value, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Value:
    return reduction(rules.VAR, a, axis, keepdims, ddof=one_of(ddof, correction))


@stands_for(np.std)
def std(a: Value, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Value:
    return reduction(rules.STD, a, axis, keepdims, ddof=one_of(ddof, correction))


@stands_for(np.prod)
def prod(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return reduction(rules.PROD, a, axis, keepdims)


@stands_for(np.max, np.amax)
def max_(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return reduction(rules.MAX, a, axis, keepdims)


@stands_for(np.min, np.amin)
def min_(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return reduction(rules.MIN, a, axis, keepdims)


@stands_for(np.ptp)
def ptp(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return max_(a, axis, keepdims=keepdims) - min_(a, axis, keepdims=keepdims)


@stands_for(np.cumsum)
def cumsum(a: Value, axis: int | None = None) -> Value:
    if axis is None:
        return cumsum(ravel(a), 0)
    return apply(linear.CUMSUM, a, axis=axis_from_end(axis, a.ndim))


@stands_for(np.average)
def average(a: Value, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Value:
    a = array(a)
    if weights is None:
        return mean(a, axis, keepdims=keepdims)
    weights = array(weights)
    if weights.shape != a.shape and axis is not None and weights.ndim == 1:
        along_axis = normalize_axis_index(axis, a.ndim)
        weights = reshape(weights, tuple(len(weights) if k == along_axis else 1 for k in range(a.ndim)))
    total = sum(broadcast_to(weights, a.shape), axis, keepdims=keepdims)
    return sum(a * weights, axis, keepdims=keepdims) / total


@stands_for(np.linalg.norm)
def norm(x: Value, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Value:
    axes = axes_from_end(axis, x.ndim)
    vector = len(axes) == 1
    if (ord is None and (axis is None or len(axes) < 3)) or (ord == "fro" and len(axes) == 2) or (ord == 2 and vector):
        return apply(rules.NORM, x, axis=axes, keepdims=bool(keepdims))
    if ord == 1 and vector:
        return sum(np.abs(x), axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf) and vector:
        return (max_ if ord > 0 else min_)(np.abs(x), axis, keepdims=keepdims)
    raise TypeError(
        f"np.linalg.norm with ord={ord!r} along {len(axes)} axes has no derivative rule; vectors know 1, 2, inf and "
        "-inf, matrices 'fro'"
    )
