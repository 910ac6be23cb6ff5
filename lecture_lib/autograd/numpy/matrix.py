"""NumPy's products and linear algebra: dot, einsum, kron, inv, solve."""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from lecture_lib.autograd import linalg, products
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.numpy.indexing import diagonal
from lecture_lib.autograd.numpy.reduce import sum
from lecture_lib.autograd.numpy.register import array, refuse_out, stands_for
from lecture_lib.autograd.numpy.shape import broadcast_to, moveaxis, ravel, reshape, transpose
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
def einsum(subscripts: Any, *operands: Value, out: Any = None, optimize: Any = True) -> Value:
    refuse_out(out)
    if not isinstance(subscripts, str):
        # The list form: operand, its axes' numbers, and so on; perhaps the result's at the end.
        everything = (subscripts, *operands)
        named = ["".join(map(letter, part)) for part in everything[1::2]]
        operands = everything[: len(everything) // 2 * 2 : 2]
        subscripts = ",".join(named)
        if len(everything) % 2:
            subscripts += "->" + "".join(map(letter, everything[-1]))
    arrays = [array(x) for x in operands]
    return apply(products.EINSUM, *arrays, subscripts=products.explicit(subscripts, [x.ndim for x in arrays]))


def letter(number: Any) -> str:
    """How einsum spells the axis with a number."""
    return "..." if number is Ellipsis else products.LETTERS[operator.index(number)]


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
    kind = type(np.linalg.slogdet(np.eye(1)))
    return kind(apply(linalg.SIGN_OF_DET, square(a, "slogdet")), apply(linalg.LOGABSDET, a))


@stands_for(np.linalg.solve)
def solve(a: Value, b: Value) -> Value:
    a, b = square(array(a), "solve"), array(b)
    if b.ndim == 1:
        return solve(a, b[:, None])[..., 0]
    stacked = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return apply(
        linalg.SOLVE, *(m if m.shape[:-2] == stacked else broadcast_to(m, stacked + m.shape[-2:]) for m in (a, b))
    )


@stands_for(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Value, x2: Value, /, *, axis: int = -1) -> Value:
    return sum(array(x1) * array(x2), axis)


@stands_for(np.linalg.outer)
def linalg_outer(x1: Value, x2: Value, /) -> Value:
    x1, x2 = array(x1), array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ShapeError(f"np.linalg.outer takes two vectors, not shapes {x1.shape} and {x2.shape}; np.outer ravels")
    return outer(x1, x2)


@stands_for(np.cross)
def cross(a: Value, b: Value, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Value:
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    a, b = moveaxis(array(a), axisa, -1), moveaxis(array(b), axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ShapeError(f"cross takes vectors with 3 entries, not {a.shape[-1]} and {b.shape[-1]}")
    after, before = [1, 2, 0], [2, 0, 1]
    return moveaxis(a[..., after] * b[..., before] - a[..., before] * b[..., after], -1, axisc)


@stands_for(np.linalg.cross)
def linalg_cross(x1: Value, x2: Value, /, *, axis: int = -1) -> Value:
    return cross(x1, x2, axis=axis)


@stands_for(np.linalg.matrix_power)
def matrix_power(a: Value, n: int) -> Value:
    a, n = square(a, "matrix_power"), operator.index(n)
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    factor, result = (inv(a) if n < 0 else a), None
    for bit in reversed(f"{abs(n):b}"):
        if bit == "1":
            result = factor if result is None else result @ factor
        factor = factor @ factor
    return result


@stands_for(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Value:
    refuse_out(out)
    parts = [array(part) for part in arrays]
    if len(parts) < 2:
        raise ShapeError("multi_dot multiplies two arrays or more")
    # From the side where a vector stands, so that no matrix is multiplied with a matrix.
    return reduce(lambda b, a: a @ b, parts[::-1]) if parts[-1].ndim == 1 else reduce(operator.matmul, parts)


@stands_for(np.convolve)
def convolve(a: Value, v: Value, mode: str = "full") -> Value:
    a, v = np.atleast_1d(array(a)), np.atleast_1d(array(v))
    if a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise ShapeError(f"convolve takes two vectors that are not empty, not shapes {a.shape} and {v.shape}")
    if len(v) > len(a):
        a, v = v, a
    overlap = {"full": 1, "same": (len(v) - 1) // 2 + 1, "valid": len(v)}
    if mode not in overlap:
        raise ValueError(f"convolve knows the modes full, same and valid, not {mode!r}")
    length = {"full": len(a) + len(v) - 1, "same": len(a), "valid": len(a) - len(v) + 1}[mode]
    windows = np.add.outer(np.arange(length) + overlap[mode] - 1, np.arange(len(v)))
    return np.pad(a, len(v) - 1)[windows] @ np.flip(v)
