"""NumPy's functions that join arrays, pad them and split them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from lecture_lib.autograd import linear
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.indexing import along
from lecture_lib.autograd.numpy.register import array, axis_from_end, stands_for
from lecture_lib.autograd.numpy.shape import atleast_1d, atleast_2d, atleast_3d, expand_dims, reshape
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply


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
