"""NumPy's functions that pick entries and put them elsewhere: indexing, sort, roll, diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from lecture_lib.autograd import linear
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.register import array, refuse_out, refuse_shape, stands_for
from lecture_lib.autograd.numpy.shape import broadcast_to, moveaxis, ravel, reshape, swapaxes
from lecture_lib.autograd.operation import Array, Opaque, Value
from lecture_lib.autograd.tensor import Tensor, apply


def along(a: Value, axis: int, part: Any) -> Value:
    """``a`` indexed by ``part`` along one axis."""
    return a[(slice(None),) * normalize_axis_index(axis, a.ndim) + (part,)]


@stands_for(np.ndarray.__getitem__)
def getitem(a: Value, index: Any) -> Value:
    parts = list(index) if isinstance(index, tuple) else [index]
    for k, p in enumerate(parts):
        if isinstance(p, (list, range)):
            parts[k] = index_array(p)
        elif isinstance(p, Tensor) and p.dtype == bool:
            refuse_shape("x[mask]")
    return apply(linear.TAKE, a, *parts)


def index_array(part: Any) -> Array:
    """A list of positions as an array; an empty one holds no positions, where NumPy alone would say no floats."""
    return np.asarray(part) if len(part) else np.asarray(part, int)


@stands_for(np.take)
def take(a: Value, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Value:
    refuse_out(out)
    if axis is None:
        a, axis = ravel(a), 0
    indices = array(indices)
    if mode == "wrap":
        indices = np.remainder(indices, a.shape[axis])
    elif mode == "clip":
        indices = np.clip(indices, 0, a.shape[axis] - 1)
    elif mode != "raise":
        raise ValueError(f"take knows the modes raise, wrap and clip, not {mode!r}")
    return along(a, axis, indices)


@stands_for(np.take_along_axis)
def take_along_axis(arr: Value, indices: Array, axis: int | None = -1) -> Value:
    if axis is None:
        return ravel(arr)[indices]
    axis = normalize_axis_index(axis, arr.ndim)
    if indices.ndim != arr.ndim:
        raise ShapeError(f"take_along_axis needs indices with {arr.ndim} axes, as the array has, not {indices.shape}")
    # All axes but one broadcast against the indices, as they do in NumPy.
    grid: list[Any] = list(np.ix_(*(np.arange(n) for n in arr.shape)))
    grid[axis] = indices
    return arr[tuple(grid)]


@stands_for(np.sort)
def sort(a: Value, axis: int | None = -1, kind: Any = None, order: None = None, *, stable: bool | None = None) -> Value:
    if axis is None:
        return sort(ravel(a))
    return take_along_axis(a, np.argsort(a, axis=axis, kind="stable"), axis)


@stands_for(np.partition)
def partition(a: Value, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: None = None) -> Value:
    if axis is None:
        return partition(ravel(a), kth)
    return take_along_axis(a, np.argpartition(a, kth, axis=axis, kind=kind), axis)


@stands_for(np.unique)
def unique(a: Value, *more: Any, axis: int | None = None, **settings: Any) -> Any:
    refuse_shape("np.unique")
    if a.dtype.kind != "f":
        return np.unique(a.data, *more, axis=axis, **settings)
    # The derivative flows to the first of equal entries.
    place = np.unique(a.data, return_index=True, axis=axis, equal_nan=settings.get("equal_nan", True))[1]
    values = ravel(a)[place] if axis is None else along(a, axis, place)
    found = np.unique(a.data, *more, axis=axis, **settings)
    return (values, *found[1:]) if isinstance(found, tuple) else values


@stands_for(np.delete)
def delete(arr: Value, obj: Any, axis: int | None = None) -> Value:
    if axis is None:
        arr, axis = ravel(arr), 0
    return along(arr, axis, np.delete(np.arange(arr.shape[axis]), obj))


@stands_for(*([np.unstack] if hasattr(np, "unstack") else []))
def unstack(x: Value, /, *, axis: int = 0) -> tuple[Value, ...]:
    return tuple(moveaxis(x, axis, 0))


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


@stands_for(np.diagflat)
def diagflat(v: Value, k: int = 0) -> Value:
    return diag(ravel(v), k)


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
def diff(a: Value, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Value:
    axis = normalize_axis_index(axis, a.ndim)
    edge = (*a.shape[:axis], 1, *a.shape[axis + 1 :])
    ends = [p if p is None or np.ndim(p) else broadcast_to(array(p), edge) for p in (prepend, append)]
    if prepend is not None or append is not None:
        a = np.concatenate([part for part in (ends[0], a, ends[1]) if part is not None], axis=axis)
    change = np.not_equal if a.dtype == bool else np.subtract
    for _ in range(n):
        a = change(along(a, axis, slice(1, None)), along(a, axis, slice(None, -1)))
    return a


@stands_for(np.ndarray.astype)
def astype(a: Value, dtype: Any, *, copy: bool = True) -> Any:
    target = np.dtype(dtype)
    if not copy and target == a.dtype:
        return a
    if target.kind == "f":
        return apply(linear.CAST, a, dtype=target)
    return apply(ASTYPE, a, dtype=target)


ASTYPE = Opaque("astype", lambda a, dtype: a.astype(dtype))


@stands_for(np.copy)
def copy(a: Value) -> Value:
    return apply(linear.COPY, a)
