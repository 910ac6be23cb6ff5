"""The linear maps: for each how it runs under extra leading axes, and its transpose.

``run(lead, x, ...)`` works on an array or Tensor of shape ``lead + shape``; ``back(lead, i, g, operands, ...)``
brings the gradient of the result back to operand ``i``. Axes are negative, so that leading axes do not move them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from lecture_lib.autograd.families import Linear, align, kept, unbroadcast
from lecture_lib.autograd.node import plain
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.tensor import apply

SMALL = 10_000
Shape = tuple[int, ...]
Operands = Sequence[Value]


def sum_run(lead: Shape, x: Value, axis: Shape, keepdims: bool) -> Value:
    return x.sum(axis=axis, keepdims=keepdims)


def sum_back(lead: Shape, i: int, g: Value, operands: Operands, axis: Shape, keepdims: bool) -> Value:
    shape = operands[0].shape
    return spread(g.reshape(lead + kept(shape, axis)), lead + shape)


def spread(g: Value, shape: Shape) -> Value:
    """``g`` repeated to a shape; small arrays are filled, which is quicker than making a view of them."""
    if type(g) is not np.ndarray or math.prod(shape) > SMALL:
        return np.broadcast_to(g, shape)
    full = np.empty(shape, g.dtype)
    full[...] = g
    return full


def sum_kernel(x: Array, axis: Shape, keepdims: bool) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]


def mean_run(lead: Shape, x: Value, axis: Shape, keepdims: bool) -> Value:
    return x.sum(axis=axis, keepdims=keepdims) / length(x, axis)


def mean_back(lead: Shape, i: int, g: Value, operands: Operands, axis: Shape, keepdims: bool) -> Value:
    # Where there is no entry, none receives a share.
    share = 1 / max(1, length(operands[0], axis))
    return sum_back(lead, i, g * share, operands, axis, keepdims)


def mean_kernel(x: Array, axis: Shape, keepdims: bool) -> Any:
    return np.add.reduce(x, axis=axis, keepdims=keepdims) / length(x, axis)  # type: ignore[call-overload]


def length(x: Value, axis: Shape) -> int:
    """The number of entries along some axes."""
    return math.prod([x.shape[k] for k in axis])


def broadcast_run(lead: Shape, x: Value, shape: Shape) -> Value:
    return np.broadcast_to(align(x, len(shape), lead), lead + shape)


def broadcast_back(lead: Shape, i: int, g: Value, operands: Operands, shape: Shape) -> Value:
    return unbroadcast(g, operands[0].shape, lead)


def reshape_run(lead: Shape, x: Value, shape: Shape) -> Value:
    return x.reshape(lead + shape)


def reshape_back(lead: Shape, i: int, g: Value, operands: Operands, shape: Shape) -> Value:
    return g.reshape(lead + operands[0].shape)


def transpose_run(lead: Shape, x: Value, axes: Shape) -> Value:
    return x.transpose((*range(len(lead)), *axes))


def transpose_back(lead: Shape, i: int, g: Value, operands: Operands, axes: Shape) -> Value:
    return transpose_run(lead, g, inverse_order(axes))


@cache
def inverse_order(axes: Shape) -> Shape:
    """The order of axes that undoes a transpose."""
    inverse = [0] * len(axes)
    for k, a in enumerate(axes):
        inverse[a] = k - len(axes)
    return tuple(inverse)


def take_run(lead: Shape, x: Value, *index: Any) -> Value:
    if not lead:
        return x[index]
    shape = x.shape[len(lead) :]
    return x.reshape((*lead, math.prod(shape)))[..., positions(shape, index)]


def take_back(lead: Shape, i: int, g: Value, operands: Operands, *unused: Any) -> Value:
    x, *index = operands
    if not lead:
        looks_up_rows = (
            x.ndim == 2 and len(index) == 1 and isinstance(index[0], np.ndarray) and index[0].dtype.kind in "iu"
        )
        if looks_up_rows and isinstance(g, np.ndarray) and isinstance(x, np.ndarray):
            return RowSparse.of_lookup(index[0], g, x.shape)
    return scatter_run(lead, g, *index, shape=x.shape)


def scatter_run(lead: Shape, g: Value, *index: Any, shape: Shape) -> Value:
    if not lead:
        return scatter_add(g, index, shape)
    where = positions(shape, index).ravel()
    flat = scatter_add(g.reshape((*lead, where.size)), (Ellipsis, where), (*lead, math.prod(shape)))
    return flat.reshape(lead + shape)


def scatter_back(lead: Shape, i: int, g: Value, operands: Operands, shape: Shape) -> Value:
    return take_run(lead, g, *operands[1:])


def scatter_kernel(g: Array, *index: Any, shape: Shape) -> Array:
    total = np.zeros(shape, np.asarray(g).dtype)
    if all(part is None or part is Ellipsis or isinstance(part, (int, slice, np.integer)) for part in index):
        total[tuple(index)] = g
    else:
        np.add.at(total, tuple(index), g)
    return total


def scatter_add(g: Value, index: Sequence[Any], shape: Shape) -> Value:
    """An array of zeros of ``shape`` to which ``g`` is added at ``index``; repeated positions add up."""
    return apply(SCATTER, g, *index, shape=tuple(shape))


def positions(shape: Shape, index: Sequence[Any]) -> Array:
    """The row-major positions that ``x[index]`` reads from an ``x`` of this shape."""
    return np.asarray(np.arange(math.prod(shape)).reshape(shape)[tuple(map(plain, index))])


def concatenate_run(lead: Shape, *parts: Value, axis: int) -> Value:
    return np.concatenate(parts, axis=axis)


def concatenate_back(lead: Shape, i: int, g: Value, operands: Operands, axis: int) -> Value:
    start = sum(part.shape[axis] for part in operands[:i])
    return g[(..., slice(start, start + operands[i].shape[axis]), *[slice(None)] * (-axis - 1))]


def cumsum_run(lead: Shape, x: Value, axis: int) -> Value:
    return np.cumsum(x, axis=axis)


def cumsum_back(lead: Shape, i: int, g: Value, operands: Operands, axis: int) -> Value:
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def cast_run(lead: Shape, x: Value, dtype: np.dtype[Any]) -> Value:
    return x.astype(dtype)


def cast_back(lead: Shape, i: int, g: Value, operands: Operands, dtype: np.dtype[Any]) -> Value:
    return g.astype(operands[0].dtype)


def same_run(lead: Shape, x: Value) -> Value:
    return x


def same_back(lead: Shape, i: int, g: Value, operands: Operands) -> Value:
    return g


def copy_run(lead: Shape, x: Value) -> Value:
    return x.copy()


def where_run(lead: Shape, a: Value, b: Value, condition: Value) -> Value:
    if lead:
        ndim = max(a.ndim - len(lead), b.ndim - len(lead), condition.ndim)
        a, b = align(a, ndim, lead), align(b, ndim, lead)
    return np.where(condition, a, b)


def where_back(lead: Shape, i: int, g: Value, operands: Operands, *unused: Any) -> Value:
    condition = operands[2]
    zero = np.zeros((), g.dtype)
    return unbroadcast(np.where(condition, *((g, zero) if i == 0 else (zero, g))), operands[i].shape, lead)


SUM = Linear("sum", sum_run, sum_back, forward=sum_kernel)
MEAN = Linear("mean", mean_run, mean_back, forward=mean_kernel)
BROADCAST = Linear("broadcast_to", broadcast_run, broadcast_back)
RESHAPE = Linear("reshape", reshape_run, reshape_back)
TRANSPOSE = Linear("transpose", transpose_run, transpose_back)
TAKE = Linear("getitem", take_run, take_back)
SCATTER = Linear("scatter_add", scatter_run, scatter_back, forward=scatter_kernel)
CONCATENATE = Linear("concatenate", concatenate_run, concatenate_back, operands=None)
CUMSUM = Linear("cumsum", cumsum_run, cumsum_back)
CAST = Linear("astype", cast_run, cast_back)
COPY = Linear("copy", copy_run, same_back)
ALIAS = Linear("alias", same_run, same_back)
WHERE = Linear("where", where_run, where_back, operands=2)
