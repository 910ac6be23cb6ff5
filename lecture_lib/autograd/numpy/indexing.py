"""NumPy's functions that pick entries and put them elsewhere: indexing, sort, roll, diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from lecture_lib.autograd import linear
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.register import stands_for
from lecture_lib.autograd.numpy.shape import moveaxis, ravel, reshape, swapaxes
from lecture_lib.autograd.operation import Array, Opaque, Value
from lecture_lib.autograd.tensor import Tensor, apply


def along(a: Value, axis: int, part: Any) -> Value:
    """``a`` indexed by ``part`` along one axis."""
    return a[(slice(None),) * normalize_axis_index(axis, a.ndim) + (part,)]


@stands_for(np.ndarray.__getitem__)
def getitem(a: Value, index: Any) -> Value:
    parts = index if isinstance(index, tuple) else (index,)
    return apply(linear.TAKE, a, *[np.asarray(p) if isinstance(p, (list, range)) else p for p in parts])


@stands_for(np.take)
def take(a: Value, indices: Any, axis: int | None = None) -> Value:
    if axis is None:
        return ravel(a)[indices]
    return along(a, axis, indices if isinstance(indices, Tensor) else np.asarray(indices))


@stands_for(np.take_along_axis)
def take_along_axis(arr: Value, indices: Array, axis: int | None = -1) -> Value:
    if axis is None:
        return ravel(arr)[indices]
    axis = normalize_axis_index(axis, arr.ndim)
    grid = list(np.ix_(*(np.arange(n) for n in indices.shape)))
    grid[axis] = indices
    return arr[tuple(grid)]


@stands_for(np.sort)
def sort(a: Value, axis: int | None = -1) -> Value:
    if axis is None:
        return sort(ravel(a))
    return take_along_axis(a, np.argsort(a, axis=axis, kind="stable"), axis)


@stands_for(np.flip)
def flip(m: Value, axis: Any = None) -> Value:
    turned = range(m.ndim) if axis is None else normalize_axis_tuple(axis, m.ndim)
    return m[tuple(slice(None, None, -1) if k in turned else slice(None) for k in range(m.ndim))]


@stands_for(np.fliplr)
def fliplr(m: Value) -> Value:
    return flip(m, 1)


@stands_for(np.flipud)
def flipud(m: Value) -> Value:
    return flip(m, 0)


@stands_for(np.rot90)
def rot90(m: Value, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Value:
    for _ in range(k % 4):
        m = flip(swapaxes(m, *axes), axes[0])
    return m


@stands_for(np.roll)
def roll(a: Value, shift: Any, axis: Any = None) -> Value:
    if axis is None:
        return reshape(roll(ravel(a), shift, 0), a.shape)
    for by, k in np.broadcast(shift, axis):
        a = along(a, k, np.roll(np.arange(a.shape[k]), by))
    return a


@stands_for(np.repeat)
def repeat(a: Value, repeats: Any, axis: int | None = None) -> Value:
    if axis is None:
        return repeat(ravel(a), repeats, 0)
    return along(a, axis, np.repeat(np.arange(a.shape[axis]), repeats))


@stands_for(np.tile)
def tile(A: Value, reps: Any) -> Value:
    counts = (int(reps),) if np.ndim(reps) == 0 else tuple(reps)
    a = reshape(A, (1,) * (len(counts) - A.ndim) + A.shape)
    counts = (1,) * (a.ndim - len(counts)) + counts
    for axis, n in enumerate(counts):
        if n != 1:
            a = along(a, axis, np.tile(np.arange(a.shape[axis]), n))
    return a


@stands_for(np.diagonal)
def diagonal(a: Value, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Value:
    a = moveaxis(a, (axis1, axis2), (-2, -1))
    n = len(np.diagonal(np.empty(a.shape[-2:], bool), offset))
    steps = np.arange(n)
    return a[..., steps + max(-offset, 0), steps + max(offset, 0)]


@stands_for(np.diag)
def diag(v: Value, k: int = 0) -> Value:
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag takes a vector or a matrix, not shape {v.shape}")
    n, steps = len(v) + abs(k), np.arange(len(v))
    return linear.scatter_add(v, (steps + max(-k, 0), steps + max(k, 0)), (n, n))


def lower(shape: tuple[int, ...], k: int) -> Array:
    """True on and below the k-th diagonal of a matrix of this shape."""
    rows, columns = shape[-2:]
    return np.tri(rows, columns, k=k, dtype=bool)


@stands_for(np.tril)
def tril(m: Value, k: int = 0) -> Value:
    return np.where(lower(m.shape, k), m, np.zeros((), m.dtype))


@stands_for(np.triu)
def triu(m: Value, k: int = 0) -> Value:
    return np.where(lower(m.shape, k - 1), np.zeros((), m.dtype), m)


@stands_for(np.diff)
def diff(a: Value, n: int = 1, axis: int = -1) -> Value:
    for _ in range(n):
        a = along(a, axis, slice(1, None)) - along(a, axis, slice(None, -1))
    return a


@stands_for(np.ndarray.astype)
def astype(a: Tensor, dtype: Any) -> Any:
    target = np.dtype(dtype)
    if target.kind == "f":
        return apply(linear.CAST, a, dtype=target)
    return apply(ASTYPE, a, dtype=target)


ASTYPE = Opaque("astype", lambda a, dtype: a.astype(dtype))


@stands_for(np.copy)
def copy(a: Value) -> Value:
    return apply(linear.COPY, a)
