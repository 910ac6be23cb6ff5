"""NumPy on Tensors, complete: importing this module registers every function that has a stand-in."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd import linear, rules
from lecture_lib.autograd.numpy import indexing, join, matrix, reduce, shape  # noqa: F401 - they register
from lecture_lib.autograd.numpy.register import array, array_like, look_at_shapes, pass_through, stands_for
from lecture_lib.autograd.operation import Opaque, Value
from lecture_lib.autograd.tensor import apply


@stands_for(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None or y is None:
        return np.where(condition.data)
    return apply(linear.WHERE, array_like(x), array_like(y), array(condition))


@stands_for(np.clip)
def clip(a: Value, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Value:
    low, high = a_min if min is None else min, a_max if max is None else max
    return apply(rules.CLIP, a, -np.inf if low is None else low, np.inf if high is None else high)


@stands_for(np.round, np.around)
def round_(a: Value, decimals: int = 0) -> Any:
    return apply(ROUND, a, decimals=decimals)


ROUND = Opaque("round", lambda a, decimals: np.round(a, decimals))


pass_through(
    np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted,
    np.unique, np.any, np.all, np.isclose, np.allclose, np.array_equal, np.isin, np.digitize, np.histogram,
    np.zeros_like, np.ones_like, np.empty_like, np.full_like,
)  # fmt: skip
if hasattr(np, "fix"):  # NumPy has deprecated it since 2.5.
    pass_through(np.fix)
look_at_shapes(
    np.shape, np.ndim, np.size, np.result_type, np.may_share_memory, np.shares_memory, np.iscomplexobj, np.isrealobj
)
