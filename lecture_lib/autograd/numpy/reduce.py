"""NumPy's functions that reduce along axes: sum, mean, max, norm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from lecture_lib.autograd import linear, rules
from lecture_lib.autograd.numpy.register import array, axes_from_end, axis_from_end, real, refuse_out, stands_for
from lecture_lib.autograd.numpy.shape import broadcast_to, ravel, reshape
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply


def reduction(operation: Any, x: Value, axis: Any, keepdims: bool, **settings: Any) -> Value:
    """Apply a reduction of the table along one axis, several or all."""
    return apply(operation, x, axis=axes_from_end(axis, x.ndim), keepdims=bool(keepdims), **settings)


def chosen(a: Value, dtype: Any, out: Any, where: Any, neutral: Any) -> Value:
    """``a`` in another dtype, with a neutral number in place of the entries that do not take part."""
    refuse_out(out)
    a = a if dtype is None else a.astype(dtype)
    return a if where is True else np.where(where, a, np.asarray(neutral, a.dtype))


def plainly(dtype: Any, out: Any, where: Any) -> bool:
    """Whether a reduction takes all entries as they are."""
    return dtype is None and out is None and where is True


@stands_for(np.sum)
def sum(
    a: Value, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = True,
) -> Value:  # fmt: skip
    a = a if plainly(dtype, out, where) else chosen(a, dtype, out, where, 0)
    total = reduction(linear.SUM, a, axis, keepdims)
    return total if initial is None else total + initial


@stands_for(np.mean)
def mean(
    a: Value, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
) -> Value:
    if dtype is not None or out is not None or where is not True:
        a = chosen(a, dtype, out, where, 0)
        if where is not True:
            return sum(a, axis, keepdims=keepdims) / count(a, axis, where, keepdims)
    if a.dtype.char == "e":
        # As in NumPy: the sum of many entries would overflow in half precision, though their mean does not.
        return mean(a.astype(np.float32), axis, keepdims=keepdims).astype(np.float16)
    return reduction(linear.MEAN, a, axis, keepdims)


def count(a: Value, axis: Any, where: Any, keepdims: bool = False) -> Value:
    """How many entries take part, in the dtype of ``a`` or, if that is no real one, as a float."""
    taken = np.broadcast_to(array(where) != 0, a.shape)
    return np.sum(taken, axis=axis, keepdims=keepdims).astype(a.dtype if a.dtype.kind == "f" else float)


def one_of(ddof: float, correction: float) -> float:
    """What is taken off the number of entries: NumPy has two names for it."""
    if ddof and correction:
        raise ValueError("ddof and correction are two names for one number: give one of them")
    return ddof or correction


def deviations(a: Value, axis: Any, where: Any) -> Value:
    """What each entry that takes part is away from their mean; 0 for the others."""
    zero = np.zeros((), a.dtype if a.dtype.kind == "f" else float)
    middle = np.sum(np.where(where, a, zero), axis=axis, keepdims=True) / count(a, axis, where, True)
    return np.where(where, a - middle, zero)


@stands_for(np.var)
def var(
    a: Value, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, *,
    where: Any = True, correction: float = 0,
) -> Value:  # fmt: skip
    ddof = one_of(ddof, correction)
    a = a if plainly(dtype, out, True) else chosen(a, dtype, out, True, 0)
    if where is True:
        return reduction(rules.VAR, a, axis, keepdims, ddof=ddof)
    away = deviations(a, axis, where)
    return sum(away * away, axis, keepdims=keepdims) / np.maximum(count(a, axis, where, keepdims) - ddof, 0)


@stands_for(np.std)
def std(
    a: Value, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, *,
    where: Any = True, correction: float = 0,
) -> Value:  # fmt: skip
    ddof = one_of(ddof, correction)
    a = a if plainly(dtype, out, True) else chosen(a, dtype, out, True, 0)
    if where is True:
        return reduction(rules.STD, a, axis, keepdims, ddof=ddof)
    away = reduction(rules.NORM, deviations(a, axis, where), axis, keepdims)
    return away / np.sqrt(np.maximum(count(a, axis, where, keepdims) - ddof, 0))


@stands_for(np.prod)
def prod(
    a: Value, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
    where: Any = True,
) -> Value:  # fmt: skip
    a = a if plainly(dtype, out, where) else chosen(a, dtype, out, where, 1)
    product = reduction(rules.PROD, a, axis, keepdims)
    return product if initial is None else product * initial


def extreme(operation: Any, pair: np.ufunc) -> Any:
    """``np.max`` or ``np.min``; ``pair`` is what it does to two numbers."""

    def run(
        a: Value, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
    ) -> Value:
        if initial is None and where is not True:
            raise ValueError(f"{operation.name} with where= needs initial=, for the case that no entry takes part")
        a = a if plainly(None, out, where) else chosen(a, None, out, where, initial)
        if initial is None:
            return reduction(operation, a, axis, keepdims)
        if linear.length(a, axes_from_end(axis, a.ndim)) == 0:
            return np.broadcast_to(
                np.asarray(initial, a.dtype), np.sum(np.zeros(a.shape), axis, keepdims=keepdims).shape
            )
        return pair(reduction(operation, a, axis, keepdims), initial)

    return run


max_ = stands_for(np.max, np.amax)(extreme(rules.MAX, np.maximum))
min_ = stands_for(np.min, np.amin)(extreme(rules.MIN, np.minimum))


@stands_for(np.ptp)
def ptp(a: Value, axis: Any = None, out: Any = None, keepdims: bool = False) -> Value:
    refuse_out(out)
    return max_(a, axis, keepdims=keepdims) - min_(a, axis, keepdims=keepdims)


@stands_for(np.cumsum)
def cumsum(a: Value, axis: int | None = None, dtype: Any = None, out: Any = None) -> Value:
    a = a if plainly(dtype, out, True) else chosen(a, dtype, out, True, 0)
    if axis is None:
        return cumsum(ravel(a), 0)
    return apply(linear.CUMSUM, a, axis=axis_from_end(axis, a.ndim))


@stands_for(np.cumprod)
def cumprod(a: Value, axis: int | None = None, dtype: Any = None, out: Any = None) -> Value:
    """By doubling: after k rounds each entry is the product of up to 2^k; exact derivatives also where one is 0."""
    a = a if plainly(dtype, out, True) else chosen(a, dtype, out, True, 1)
    a = ravel(a) if axis is None else np.moveaxis(a, axis, 0)
    reach = 1
    while reach < len(a):
        a = np.concatenate([a[:reach], a[reach:] * a[:-reach]])
        reach *= 2
    return a if axis is None else np.moveaxis(a, 0, axis)


@stands_for(np.average)
def average(a: Value, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Value:
    a = real(a)
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
    x = real(x)
    axes = axes_from_end(axis, x.ndim)
    if ord is None and (axis is None or len(axes) < 3):
        return apply(rules.NORM, x, axis=axes, keepdims=bool(keepdims))
    if len(axes) == 1:
        return vector_norm_along(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return matrix_norm_along(x, ord, axes, keepdims)
    raise ValueError(f"np.linalg.norm knows vectors and matrices, not {len(axes)} axes with ord={ord!r}")


def vector_norm_along(x: Value, ord: Any, axis: int, keepdims: bool) -> Value:
    if ord in (None, 2):
        return apply(rules.NORM, x, axis=(axis,), keepdims=bool(keepdims))
    if isinstance(ord, str):
        raise ValueError(f"np.linalg.norm of a vector has no ord={ord!r}: it is a number, inf or -inf")
    if ord in (np.inf, -np.inf):
        return (max_ if ord > 0 else min_)(np.abs(x), axis, keepdims=keepdims)
    if ord == 0:
        return np.sum((x != 0).astype(x.dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return sum(np.abs(x), axis, keepdims=keepdims)
    # Slope 0 at 0, as for ord=2.
    total = sum(np.abs(x) ** float(ord), axis, keepdims=keepdims)
    none = total == 0
    return np.where(none, np.zeros((), x.dtype), np.where(none, np.ones((), x.dtype), total) ** (1 / ord))


def matrix_norm_along(x: Value, ord: Any, axes: Any, keepdims: bool) -> Value:
    row, column = axes
    if ord in (None, "fro"):
        return apply(rules.NORM, x, axis=axes, keepdims=bool(keepdims))
    if ord in (1, -1, np.inf, -np.inf):
        added, over = (row, column) if abs(ord) == 1 else (column, row)
        found = (max_ if ord > 0 else min_)(sum(np.abs(x), added, keepdims=True), over, keepdims=True)
    elif ord in (2, -2, "nuc"):
        values = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
        found = np.expand_dims({2: max_, -2: min_, "nuc": sum}[ord](values, -1), sorted(a + x.ndim for a in axes))
    else:
        raise ValueError(f"np.linalg.norm of a matrix has no ord={ord!r}: it is 'fro', 'nuc', 1, 2, inf or a negative")
    return found if keepdims else np.squeeze(found, axes)


@stands_for(np.linalg.vector_norm)
def vector_norm(x: Value, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Value:
    axes = axes_from_end(axis, x.ndim)
    rest = [k for k in range(-x.ndim, 0) if k not in axes]
    flat = reshape(np.transpose(x, [*rest, *axes]), (*(x.shape[k] for k in rest), linear.length(x, axes)))
    found = vector_norm_along(flat, ord, -1, False)
    return np.expand_dims(found, axes) if keepdims else found


@stands_for(np.linalg.matrix_norm)
def matrix_norm(x: Value, *, keepdims: bool = False, ord: Any = "fro") -> Value:
    return matrix_norm_along(x, ord, (-2, -1), keepdims)
