"""NumPy's products and linear algebra: dot, einsum, kron, inv, solve."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from lecture_lib.autograd import linalg, products
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.indexing import diagonal
from lecture_lib.autograd.numpy.reduce import sum
from lecture_lib.autograd.numpy.register import array, stands_for
from lecture_lib.autograd.numpy.shape import broadcast_to, ravel, reshape, transpose
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply


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
