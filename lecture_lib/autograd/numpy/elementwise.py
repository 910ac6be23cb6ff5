"""NumPy on Tensors, complete: importing this module registers every function that has a stand-in."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd import linear, rules
from lecture_lib.autograd.numpy import (  # noqa: F401 - they register
    curves,
    decompositions,
    indexing,
    join,
    matrix,
    reduce,
    shape,
    statistics,
)
from lecture_lib.autograd.numpy.register import (
    array,
    array_like,
    look_at_shapes,
    pass_through,
    refuse_in_a_trace,
    refuse_out,
    refuse_shape,
    stands_for,
)
from lecture_lib.autograd.operation import Opaque, Value
from lecture_lib.autograd.tensor import apply


@stands_for(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None or y is None:
        refuse_shape("np.where with one argument")
        return np.where(condition.data)
    return apply(linear.WHERE, array_like(x), array_like(y), array(condition))


@stands_for(np.clip)
def clip(a: Value, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None) -> Value:
    refuse_out(out)
    low, high = a_min if min is None else min, a_max if max is None else max
    return apply(rules.CLIP, a, -np.inf if low is None else low, np.inf if high is None else high)


@stands_for(np.round, np.around)
def round_(a: Value, decimals: int = 0, out: Any = None) -> Any:
    refuse_out(out)
    return apply(ROUND, a, decimals=decimals)


@stands_for(np.divmod)
def divmod_(x1: Value, x2: Value, /) -> tuple[Value, Value]:
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


ROUND = Opaque("round", lambda a, decimals: np.round(a, decimals))


pass_through(
    np.argmax, np.argmin, np.argsort, np.argpartition, np.count_nonzero, np.searchsorted, np.digitize, np.any, np.all,
    np.isclose, np.allclose, np.array_equal, np.isin, np.isposinf, np.isneginf, np.zeros_like, np.ones_like,
    np.empty_like,
)  # fmt: skip
refuse_in_a_trace(np.nonzero, np.flatnonzero, np.argwhere)
if hasattr(np, "fix"):  # NumPy has deprecated it since 2.5.
    pass_through(np.fix)
look_at_shapes(
    np.shape, np.ndim, np.size, np.result_type, np.may_share_memory, np.shares_memory, np.iscomplexobj, np.isrealobj
)
