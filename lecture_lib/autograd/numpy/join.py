"""NumPy's functions that join arrays, pad them and split them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from lecture_lib.autograd import linear
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.indexing import along
from lecture_lib.autograd.numpy.register import array, axis_from_end, refuse_out, stands_for
from lecture_lib.autograd.numpy.shape import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_to,
    expand_dims,
    moveaxis,
    reshape,
)
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply


@stands_for(np.concatenate)
def concatenate(arrays: Any, axis: int | None = 0, out: Any = None, *, dtype: Any = None, casting: str = "") -> Value:
    refuse_out(out)
    parts = [array(part) if dtype is None else array(part).astype(dtype) for part in arrays]
    if axis is None:
        parts, axis = [reshape(part, (-1,)) for part in parts], 0
    if not parts or parts[0].ndim == 0:
        raise ShapeError("concatenate needs arrays with at least one axis; np.stack joins numbers")
    return apply(linear.CONCATENATE, *parts, axis=axis_from_end(axis, parts[0].ndim))


@stands_for(np.stack)
def stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "") -> Value:
    refuse_out(out)
    parts = [array(part) for part in arrays]
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        raise ShapeError(f"stack needs arrays of one shape, not {sorted(shapes)}")
    return concatenate([expand_dims(part, axis) for part in parts], axis, dtype=dtype)


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


@stands_for(np.dsplit)
def dsplit(ary: Value, indices_or_sections: Any) -> list[Value]:
    return split(ary, indices_or_sections, 2)


@stands_for(np.block)
def block(arrays: Any) -> Value:
    depth = nesting(arrays)
    ndim = max(depth, *(part.ndim for part in innermost(arrays)))

    def joined(part: Any, level: int) -> Value:
        if isinstance(part, list):
            return concatenate([joined(inner, level - 1) for inner in part], -level)
        part = array(part)
        return reshape(part, (1,) * (ndim - part.ndim) + part.shape)

    return joined(arrays, depth)


def nesting(arrays: Any) -> int:
    """How many lists lie around the first array of nested lists."""
    return 1 + nesting(arrays[0]) if isinstance(arrays, list) else 0


def innermost(arrays: Any) -> list[Value]:
    """The arrays in nested lists."""
    return [x for part in arrays for x in innermost(part)] if isinstance(arrays, list) else [array(arrays)]


@stands_for(np.insert)
def insert(arr: Value, obj: Any, values: Any, axis: int | None = None) -> Value:
    arr, values = array(arr), array(values)
    if axis is None:
        arr, axis = reshape(arr, (-1,)), 0
    axis = normalize_axis_index(axis, arr.ndim)
    n = arr.shape[axis]
    one_place = not isinstance(obj, slice) and np.ndim(obj) == 0
    values = reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
    values = moveaxis(values, 0, axis) if one_place else values
    count = values.shape[axis] if one_place else len(np.insert(np.arange(n), obj, 0)) - n
    values = broadcast_to(values, (*arr.shape[:axis], count, *arr.shape[axis + 1 :]))
    order = np.insert(np.arange(n), obj, np.arange(n, n + count))
    return along(concatenate([arr, values.astype(arr.dtype)], axis), axis, order)


def statistic(function: Any) -> Any:
    """The number that fills the padding before or after, from the entries nearest to it."""

    def ends(a: Value, axis: int, widths: Any, stat_length: Any = None) -> list[Value]:
        n = a.shape[axis]
        before, after = (None, None) if stat_length is None else np.broadcast_to(stat_length, (a.ndim, 2))[axis]
        near = [slice(0, before), slice(0 if after is None else max(0, n - after), None)]
        edges = [function(along(a, axis, part), axis=axis, keepdims=True) for part in near]
        return [repeated(edge, axis, n) for edge, n in zip(edges, widths, strict=True)]

    return ends


def repeated(edge: Value, axis: int, n: int) -> Value:
    """An array of length 1 along an axis, n times."""
    return broadcast_to(edge, (*edge.shape[:axis], n, *edge.shape[axis + 1 :]))


def constant_ends(a: Value, axis: int, widths: Any, constant_values: Any = 0) -> list[Value]:
    values = broadcast_to(array(constant_values), (a.ndim, 2))
    edge = (*a.shape[:axis], 1, *a.shape[axis + 1 :])
    return [repeated(broadcast_to(values[axis, k], edge), axis, n).astype(a.dtype) for k, n in enumerate(widths)]


def ramp_ends(a: Value, axis: int, widths: Any, end_values: Any = 0) -> list[Value]:
    values = broadcast_to(array(end_values), (a.ndim, 2))
    ends = []
    for k, n in enumerate(widths):
        edge = along(a, axis, slice(0, 1) if k == 0 else slice(-1, None))
        steps = np.reshape(np.arange(n) / max(n, 1), (-1, *[1] * (a.ndim - axis - 1)))
        ramp = values[axis, k] + (edge - values[axis, k]) * steps
        ends.append((ramp if k == 0 else np.flip(ramp, axis)).astype(a.dtype))
    return ends


ENDS = {
    "constant": constant_ends, "linear_ramp": ramp_ends, "maximum": statistic(np.max), "minimum": statistic(np.min),
    "mean": statistic(np.mean), "median": statistic(np.median),
}  # fmt: skip
"""What stands before and after the array along one axis, by mode."""


@stands_for(np.pad)
def pad(array: Value, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Value:
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(k, pad_width.get(k - array.ndim, (0, 0))) for k in range(array.ndim)]
        pad_width = [(w, w) if np.ndim(w) == 0 else w for w in pad_width]
    odd = kwargs.get("reflect_type") == "odd"
    if mode not in ENDS and mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise ValueError(
            f"pad of a Tensor knows the modes {', '.join(ENDS)}, edge, reflect, symmetric, wrap, not {mode!r}"
        )
    for axis, widths in enumerate(np.broadcast_to(pad_width, (array.ndim, 2)).tolist()):
        if widths == [0, 0]:
            continue
        if mode in ENDS:
            before, after = ENDS[mode](array, axis, widths, **kwargs)
            parts = [part for part, n in ((before, widths[0]), (array, 1), (after, widths[1])) if n]
            array = concatenate(parts, axis)
        elif odd:
            # Each new entry is a sum of old ones; which, NumPy says for the unit vectors.
            sums = np.pad(np.eye(array.shape[axis], dtype=array.dtype), [(0, 0), widths], mode, reflect_type="odd")
            array = moveaxis(moveaxis(array, axis, -1) @ sums, -1, axis)
        else:
            array = along(array, axis, np.pad(np.arange(array.shape[axis]), widths, mode, **kwargs))
    return array
