"""NumPy's functions on Tensors: each is one operation of the table, or a few of them in a row."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from lecture_lib.autograd import linalg, linear, products, rules
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.modes import MODE
from lecture_lib.autograd.operation import Array, Opaque, Value
from lecture_lib.autograd.tensor import FUNCTIONS, Tensor, apply

Function = Callable[..., Any]


def stands_for(*functions: Function) -> Callable[[Function], Function]:
    """Register a function as what these NumPy functions do on Tensors."""

    def register(stand_in: Function) -> Function:
        for function in functions:
            FUNCTIONS[function] = stand_in
        return stand_in

    return register


def array(value: Any) -> Value:
    """A Tensor as it is; anything else as an array."""
    return value if isinstance(value, Tensor) else np.asarray(value)


def axes_from_end(axis: Any, ndim: int) -> tuple[int, ...]:
    """One axis, several or None (all) as a tuple of negative integers."""
    chosen = range(ndim) if axis is None else normalize_axis_tuple(axis, ndim)
    return tuple(a - ndim for a in chosen)


def axis_from_end(axis: int, ndim: int) -> int:
    """One axis as a negative integer."""
    return int(normalize_axis_index(axis, ndim)) - ndim


# Shapes


@stands_for(np.reshape)
def reshape(a: Value, shape: Any, order: str = "C") -> Value:
    if order != "C":
        raise TypeError(f"reshape of a Tensor knows only order='C', not {order!r}")
    wanted = (int(shape),) if np.ndim(shape) == 0 else tuple(int(n) for n in shape)
    return apply(linear.RESHAPE, a, shape=resolved(wanted, a.shape))


def resolved(wanted: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape with its -1 replaced by what is left over."""
    size = math.prod(shape)
    known = math.prod(n for n in wanted if n != -1)
    if wanted.count(-1) == 1 and known and size % known == 0:
        wanted = tuple(size // known if n == -1 else n for n in wanted)
    if math.prod(wanted) != size or min(wanted, default=0) < 0:
        raise ShapeError(f"reshape cannot turn shape {shape} ({size} entries) into {wanted}")
    return wanted


@stands_for(np.ravel)
def ravel(a: Value, order: str = "C") -> Value:
    if order != "C":
        raise TypeError(f"ravel of a Tensor knows only order='C', not {order!r}")
    return apply(linear.RESHAPE, a, shape=(a.size,))


@stands_for(np.transpose)
def transpose(a: Value, axes: Any = None) -> Value:
    order = range(a.ndim)[::-1] if axes is None else normalize_axis_tuple(axes, a.ndim)
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


def lifting(shape: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Function:
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


@stands_for(np.concatenate)
def concatenate(arrays: Any, axis: int | None = 0) -> Value:
    parts = [array(part) for part in arrays]
    if axis is None:
        parts, axis = [reshape(part, (-1,)) for part in parts], 0
    if not parts or parts[0].ndim == 0:
        raise ShapeError("concatenate needs arrays with at least one axis; np.stack joins numbers")
    return apply(linear.CONCATENATE, *parts, axis=axis_from_end(axis, parts[0].ndim))


@stands_for(np.stack)
def stack(arrays: Any, axis: int = 0) -> Value:
    parts = [array(part) for part in arrays]
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        raise ShapeError(f"stack needs arrays of one shape, not {sorted(shapes)}")
    return concatenate([expand_dims(part, axis) for part in parts], axis)


@stands_for(np.append)
def append(arr: Value, values: Value, axis: int | None = None) -> Value:
    return concatenate((arr, values), axis)


@stands_for(np.hstack)
def hstack(tup: Any) -> Value:
    parts = [atleast_1d(part) for part in tup]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


@stands_for(np.vstack)
def vstack(tup: Any) -> Value:
    return concatenate([atleast_2d(part) for part in tup], 0)


@stands_for(np.dstack)
def dstack(tup: Any) -> Value:
    return concatenate([atleast_3d(part) for part in tup], 2)


@stands_for(np.column_stack)
def column_stack(tup: Any) -> Value:
    return concatenate([p if p.ndim > 1 else reshape(p, (-1, 1)) for p in map(array, tup)], 1)


@stands_for(np.split)
def split(ary: Value, indices_or_sections: Any, axis: int = 0) -> list[Value]:
    n = ary.shape[normalize_axis_index(axis, ary.ndim)]
    if np.ndim(indices_or_sections) == 0 and n % int(indices_or_sections):
        raise ShapeError(f"split cannot cut {n} entries into {indices_or_sections} equal parts; np.array_split can")
    return array_split(ary, indices_or_sections, axis)


@stands_for(np.array_split)
def array_split(ary: Value, indices_or_sections: Any, axis: int = 0) -> list[Value]:
    axis = normalize_axis_index(axis, ary.ndim)
    cuts = indices_or_sections
    if np.ndim(cuts) == 0:
        cuts = np.cumsum([len(part) for part in np.array_split(range(ary.shape[axis]), int(cuts))])[:-1]
    edges = [0, *(int(cut) for cut in cuts), ary.shape[axis]]
    return [along(ary, axis, slice(start, end)) for start, end in pairwise(edges)]


@stands_for(np.hsplit)
def hsplit(ary: Value, indices_or_sections: Any) -> list[Value]:
    return split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1)


@stands_for(np.vsplit)
def vsplit(ary: Value, indices_or_sections: Any) -> list[Value]:
    return split(ary, indices_or_sections, 0)


def along(a: Value, axis: int, part: Any) -> Value:
    """``a`` indexed by ``part`` along one axis."""
    return a[(slice(None),) * normalize_axis_index(axis, a.ndim) + (part,)]


# Rearranging entries


@stands_for(np.ndarray.__getitem__)
def getitem(a: Value, index: Any) -> Value:
    parts = index if isinstance(index, tuple) else (index,)
    return apply(linear.TAKE, a, *(np.asarray(p) if isinstance(p, (list, range)) else p for p in parts))


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


@stands_for(np.pad)
def pad(array: Value, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Value:
    if mode != "constant":
        raise TypeError(f"pad of a Tensor knows only mode='constant', not {mode!r}")
    widths = np.broadcast_to(pad_width, (array.ndim, 2))
    values = np.broadcast_to(constant_values, (array.ndim, 2))
    for axis, ((before, after), (low, high)) in enumerate(zip(widths, values, strict=True)):
        ends = [
            np.full((*array.shape[:axis], n, *array.shape[axis + 1 :]), v, array.dtype)
            for n, v in ((before, low), (after, high))
        ]
        array = concatenate([ends[0], array, ends[1]], axis)
    return array


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


@stands_for(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None or y is None:
        return np.where(condition.data)
    return apply(linear.WHERE, array_like(x), array_like(y), array(condition))


def array_like(value: Any) -> Value:
    """A Tensor, an array or a number as it is; a list as an array."""
    return value if isinstance(value, (Tensor, np.ndarray, int, float, np.generic)) else np.asarray(value)


# Reductions


def reduction(operation: Any, x: Value, axis: Any, keepdims: bool, **settings: Any) -> Value:
    """Apply a reduction of the table along one axis, several or all."""
    return apply(operation, x, axis=axes_from_end(axis, x.ndim), keepdims=bool(keepdims), **settings)


@stands_for(np.sum)
def sum(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    return reduction(linear.SUM, a, axis, keepdims)


@stands_for(np.mean)
def mean(a: Value, axis: Any = None, *, keepdims: bool = False) -> Value:
    axes = axes_from_end(axis, a.ndim)
    return apply(linear.SUM, a, axis=axes, keepdims=bool(keepdims)) / math.prod(a.shape[k] for k in axes)


@stands_for(np.var)
def var(a: Value, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Value:
    return reduction(rules.VAR, a, axis, keepdims, ddof=ddof or correction)


@stands_for(np.std)
def std(a: Value, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Value:
    return reduction(rules.STD, a, axis, keepdims, ddof=ddof or correction)


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
    if ord in (None, "fro") or (ord == 2 and vector):
        return apply(rules.NORM, x, axis=axes, keepdims=bool(keepdims))
    if ord == 1 and vector:
        return sum(np.abs(x), axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf) and vector:
        return (max_ if ord > 0 else min_)(np.abs(x), axis, keepdims=keepdims)
    raise TypeError(
        f"np.linalg.norm with ord={ord!r} has no derivative rule; vectors know 1, 2, inf and -inf, matrices 'fro'"
    )


# Products


@stands_for(np.dot)
def dot(a: Value, b: Value) -> Value:
    a, b = array(a), array(b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if b.ndim <= 2:
        return a @ b
    return tensordot(a, b, ((-1,), (-2,)))


@stands_for(np.vdot)
def vdot(a: Value, b: Value) -> Value:
    return ravel(array(a)) @ ravel(array(b))


@stands_for(np.inner)
def inner(a: Value, b: Value) -> Value:
    a, b = array(a), array(b)
    return a * b if a.ndim == 0 or b.ndim == 0 else tensordot(a, b, ((-1,), (-1,)))


@stands_for(np.outer)
def outer(a: Value, b: Value) -> Value:
    return apply(products.OUTER, flat(array(a)), flat(array(b)))


def flat(a: Value) -> Value:
    """``a`` itself if it is a vector, its entries in a row otherwise."""
    return a if a.ndim == 1 else reshape(a, (-1,))


@stands_for(np.kron)
def kron(a: Value, b: Value) -> Value:
    a, b = array(a), array(b)
    ndim = max(a.ndim, b.ndim)
    one = (1,) * (ndim - a.ndim) + a.shape
    two = (1,) * (ndim - b.ndim) + b.shape
    left = reshape(a, tuple(n for size in one for n in (size, 1)))
    right = reshape(b, tuple(n for size in two for n in (1, size)))
    return reshape(left * right, tuple(m * n for m, n in zip(one, two, strict=True)))


@stands_for(np.tensordot)
def tensordot(a: Value, b: Value, axes: Any = 2) -> Value:
    a, b = array(a), array(b)
    if np.ndim(axes) == 0:
        axes = (range(a.ndim - int(axes), a.ndim), range(int(axes)))
    left, right = normalize_axis_tuple(axes[0], a.ndim), normalize_axis_tuple(axes[1], b.ndim)
    if [a.shape[k] for k in left] != [b.shape[k] for k in right]:
        raise ShapeError(f"tensordot cannot contract axes {left} of shape {a.shape} with axes {right} of {b.shape}")
    rest_a = [k for k in range(a.ndim) if k not in left]
    rest_b = [k for k in range(b.ndim) if k not in right]
    shape = tuple(a.shape[k] for k in rest_a) + tuple(b.shape[k] for k in rest_b)
    contracted = math.prod(a.shape[k] for k in left)
    rows = reshape(transpose(a, [*rest_a, *left]), (math.prod(a.shape[k] for k in rest_a), contracted))
    columns = reshape(transpose(b, [*right, *rest_b]), (contracted, math.prod(b.shape[k] for k in rest_b)))
    return reshape(rows @ columns, shape)


@stands_for(np.einsum)
def einsum(subscripts: str, *operands: Value, optimize: Any = True) -> Value:
    if not isinstance(subscripts, str):
        raise TypeError("np.einsum on Tensors takes its subscripts as a string, e.g. np.einsum('ij,jk->ik', a, b)")
    arrays = [array(x) for x in operands]
    return apply(products.EINSUM, *arrays, subscripts=products.explicit(subscripts, [x.ndim for x in arrays]))


@stands_for(np.trace)
def trace(a: Value, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Value:
    return sum(diagonal(a, offset, axis1, axis2), -1)


# Linear algebra


def square(a: Value, operation: str) -> Value:
    """The argument, if its last two axes have the same length."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        name = getattr(a, "name", None) or "the argument"
        raise ShapeError(f"{operation} needs a square matrix, or a stack of them, but {name} has shape {a.shape}")
    return a


@stands_for(np.linalg.inv)
def inv(a: Value) -> Value:
    return apply(linalg.INV, square(a, "inv"))


@stands_for(np.linalg.det)
def det(a: Value) -> Value:
    return apply(linalg.DET, square(a, "det"))


@stands_for(np.linalg.slogdet)
def slogdet(a: Value) -> Any:
    from numpy.linalg._linalg import SlogdetResult

    return SlogdetResult(np.linalg.slogdet(square(a, "slogdet").data).sign, apply(linalg.LOGABSDET, a))


@stands_for(np.linalg.solve)
def solve(a: Value, b: Value) -> Value:
    a, b = square(array(a), "solve"), array(b)
    if b.ndim == 1:
        return solve(a, b[:, None])[..., 0]
    stacked = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return apply(
        linalg.SOLVE, *(m if m.shape[:-2] == stacked else broadcast_to(m, stacked + m.shape[-2:]) for m in (a, b))
    )


# Elementwise functions that NumPy does not count among its universal ones


@stands_for(np.clip)
def clip(a: Value, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Value:
    low, high = a_min if min is None else min, a_max if max is None else max
    return apply(rules.CLIP, a, -np.inf if low is None else low, np.inf if high is None else high)


@stands_for(np.round, np.around)
def round_(a: Value, decimals: int = 0) -> Any:
    return apply(ROUND, a, decimals=decimals)


ROUND = Opaque("round", lambda a, decimals: np.round(a, decimals))


def pass_through(*functions: Function) -> None:
    """Register functions without a derivative: they see plain arrays, and only a trace records them."""
    for function in functions:
        FUNCTIONS[function] = plain_version(function)


def plain_version(function: Function) -> Function:
    """The function on plain arrays; inside a trace, as a recorded operation."""

    def run(*args: Any, **settings: Any) -> Any:
        if MODE.get().tracing and any(isinstance(a, Tensor) for a in args):
            return apply(Opaque(function.__name__, function), *args, **settings)
        plain = {k: v.data if isinstance(v, Tensor) else v for k, v in settings.items()}
        return function(*(v.data if isinstance(v, Tensor) else v for v in args), **plain)

    return run


pass_through(
    np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted,
    np.unique, np.any, np.all, np.isclose, np.allclose, np.array_equal, np.isin, np.digitize, np.histogram,
    np.fix, np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.result_type,
    np.may_share_memory, np.shares_memory, np.iscomplexobj, np.isrealobj,
)  # fmt: skip
