"""NumPy's functions that give an array another shape: reshape, transpose, broadcast."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from lecture_lib.autograd import linear
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.register import array, stands_for
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import Tensor, apply


@stands_for(np.reshape)
def reshape(a: Value, shape: Any, order: str = "C") -> Value:
    if order != "C":
        raise TypeError(f"reshape of a Tensor knows only order='C', not {order!r}")
    wanted = tuple(map(int, shape if isinstance(shape, (tuple, list)) else np.atleast_1d(shape)))
    return apply(linear.RESHAPE, a, shape=resolved(wanted, a.shape))


def resolved(wanted: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with its -1 replaced by what is left over."""
    size, known = math.prod(shape), math.prod(wanted)
    full = wanted
    if known < 0 and size % known == 0 and wanted.count(-1) == 1:
        full, known = tuple([-(size // known) if n == -1 else n for n in wanted]), size
    if known != size or min(full, default=0) < 0:
        raise ShapeError(f"reshape cannot turn shape {shape} ({size} entries) into {wanted}")
    return full


@stands_for(np.ravel)
def ravel(a: Value, order: str = "C") -> Value:
    if order != "C":
        raise TypeError(f"ravel of a Tensor knows only order='C', not {order!r}")
    return apply(linear.RESHAPE, a, shape=(a.size,))


@stands_for(np.transpose)
def transpose(a: Value, axes: Any = None) -> Value:
    if axes is None:
        return apply(linear.TRANSPOSE, a, axes=tuple(range(-1, -a.ndim - 1, -1)))
    order = normalize_axis_tuple(axes, a.ndim)
    if len(order) != a.ndim:
        raise ShapeError(f"transpose needs all {a.ndim} axes of shape {a.shape}, not {axes}")
    return apply(linear.TRANSPOSE, a, axes=tuple(k - a.ndim for k in order))


@stands_for(np.swapaxes)
def swapaxes(a: Value, axis1: int, axis2: int) -> Value:
    order = list(range(a.ndim))
    one, two = normalize_axis_index(axis1, a.ndim), normalize_axis_index(axis2, a.ndim)
    order[one], order[two] = order[two], order[one]
    return transpose(a, order)


@stands_for(np.matrix_transpose)
def matrix_transpose(x: Value) -> Value:
    return swapaxes(x, -1, -2)


@stands_for(np.rollaxis)
def rollaxis(a: Value, axis: int, start: int = 0) -> Value:
    axis, start = normalize_axis_index(axis, a.ndim), normalize_axis_index(start, a.ndim + 1)
    return moveaxis(a, axis, start - (axis < start))


@stands_for(np.moveaxis)
def moveaxis(a: Value, source: Any, destination: Any) -> Value:
    start, end = normalize_axis_tuple(source, a.ndim), normalize_axis_tuple(destination, a.ndim)
    order = [k for k in range(a.ndim) if k not in start]
    for to, where in sorted(zip(end, start, strict=True)):
        order.insert(to, where)
    return transpose(a, order)


@stands_for(np.expand_dims)
def expand_dims(a: Value, axis: Any) -> Value:
    added = normalize_axis_tuple(axis, a.ndim + np.size(axis))
    rest = iter(a.shape)
    return reshape(a, tuple(1 if k in added else next(rest) for k in range(a.ndim + len(added))))


@stands_for(np.squeeze)
def squeeze(a: Value, axis: Any = None) -> Value:
    gone = [k for k, n in enumerate(a.shape) if n == 1] if axis is None else normalize_axis_tuple(axis, a.ndim)
    if any(a.shape[k] != 1 for k in gone):
        raise ShapeError(f"squeeze removes axes of length 1 only; shape {a.shape} has another length at axis {axis}")
    return reshape(a, tuple(n for k, n in enumerate(a.shape) if k not in gone))


def lifting(shape: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Callable[..., Any]:
    """A function that gives each of its arguments the shape that ``shape`` makes of its own."""

    def lifted(*arys: Any) -> Any:
        parts = tuple(reshape(a, shape(a.shape)) for a in map(array, arys))
        return parts[0] if len(parts) == 1 else parts

    return lifted


atleast_1d = stands_for(np.atleast_1d)(lifting(lambda s: s or (1,)))
atleast_2d = stands_for(np.atleast_2d)(lifting(lambda s: (1,) * (2 - len(s)) + s))
atleast_3d = stands_for(np.atleast_3d)(lifting(lambda s: ((1,) * (len(s) < 2) + s + (1, 1))[: max(3, len(s))]))


@stands_for(np.broadcast_to)
def broadcast_to(array: Value, shape: Any) -> Value:
    return apply(linear.BROADCAST, array, shape=(int(shape),) if np.ndim(shape) == 0 else tuple(shape))


@stands_for(np.broadcast_arrays)
def broadcast_arrays(*args: Value) -> tuple[Value, ...]:
    shape = np.broadcast_shapes(*(array(a).shape for a in args))
    return tuple(broadcast_to(array(a), shape) for a in args)


@stands_for(np.meshgrid)
def meshgrid(*xi: Value, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Value, ...]:
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid knows indexing='xy' and 'ij', not {indexing!r}")
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    grids = [reshape(array(x), tuple(-1 if k == order[i] else 1 for k in range(n))) for i, x in enumerate(xi)]
    return tuple(grids) if sparse else broadcast_arrays(*grids)


@stands_for(np.full)
def full(shape: Any, fill_value: Value, dtype: Any = None, order: str = "C", *, device: Any = None) -> Value:
    return broadcast_to(fill_value if dtype is None else array(fill_value).astype(dtype), shape)


@stands_for(np.full_like)
def full_like(
    a: Value, fill_value: Value, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Value:
    shape = a.shape if shape is None else shape
    if not isinstance(fill_value, Tensor):
        return np.full_like(a.data, fill_value, dtype, "C", subok, shape)
    return full(shape, fill_value, dtype or a.dtype)
