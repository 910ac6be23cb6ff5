"""The two products that are bilinear: matmul for every number of axes, and einsum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.families import Bilinear, align, unbroadcast
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.tensor import apply

Shape = tuple[int, ...]


def matmul_pull(lead: Shape, i: int, g: Value, y: Value, operands: Sequence[Value]) -> Value:
    """∇A = G Bᵀ and ∇B = Aᵀ G; a vector counts as a row on the left and as a column on the right."""
    a, b = operands
    if a.ndim == 2 and b.ndim == 1:
        if i == 0:
            return outer(g, b)
        return product(g, a) if lead else product(a.T, g)
    if a.ndim == 1 and b.ndim == 2:
        if i == 1:
            return a[:, None] * g[..., None, :] if lead else outer(a, g)
        return product(g, b.T) if lead else product(b, g)
    if a.ndim == 1 and b.ndim == 1:
        return (g[..., None] if lead else g) * (b if i == 0 else a)
    if a.ndim == 2 and b.ndim == 2 and not lead:
        return laid_out(g, b.T, a) if i == 0 else laid_out(a.T, g, b)
    matrix_a, matrix_b = as_row(a), as_column(b)
    matrix_g = g.reshape(lead + lifted_shape(y.shape, a, b))
    if i == 0:
        return unbroadcast(product(matrix_g, matrix_b.swapaxes(-1, -2)), matrix_a.shape, lead).reshape(lead + a.shape)
    return unbroadcast(product(matrix_a.swapaxes(-1, -2), matrix_g), matrix_b.shape, lead).reshape(lead + b.shape)


def matmul_push(lead: Shape, i: int, v: Value, y: Value, operands: Sequence[Value]) -> Value:
    """The product with ``v`` in place of operand ``i``."""
    a, b = operands
    if i == 1 and a.ndim == 2 and b.ndim == 1:
        return product(v, a.T)
    matrix_a, matrix_b = as_row(a), as_column(b)
    ndim = max(matrix_a.ndim, matrix_b.ndim)
    if i == 0:
        matrix_a = align(v.reshape(lead + matrix_a.shape), ndim, lead)
    else:
        matrix_b = align(v.reshape(lead + matrix_b.shape), ndim, lead)
    return product(matrix_a, matrix_b).reshape(lead + y.shape)


def outer(a: Value, b: Value) -> Value:
    """Every entry of the vectors ``a`` (along its last axis) times every entry of the vector ``b``."""
    return apply(OUTER, a, b) if a.ndim == 1 else a[..., :, None] * b


def outer_forward(a: Array, b: Array) -> Array:
    """The outer product as one call of BLAS, which is twice as fast as broadcasting."""
    return np.dot(a[:, None], b[None, :])


def outer_pull(lead: Shape, i: int, g: Value, y: Value, operands: Sequence[Value]) -> Value:
    """∇a = G b and ∇b = Gᵀ a."""
    a, b = operands
    if i == 0:
        return g @ b
    return g.swapaxes(-1, -2) @ a


def outer_push(lead: Shape, i: int, v: Value, y: Value, operands: Sequence[Value]) -> Value:
    """The outer product with ``v`` in place of operand ``i``."""
    a, b = operands
    return v[..., :, None] * b if i == 0 else a[:, None] * v[..., None, :]


def product(a: Value, b: Value) -> Value:
    """a @ b, on arrays and on Tensors."""
    if type(a) is np.ndarray and type(b) is np.ndarray:
        return matmul_forward(a, b)
    return apply(MATMUL, a, b)


def laid_out(a: Value, b: Value, like: Value) -> Value:
    """a @ b, in memory ordered as ``like`` is, so that adding the two later runs through both in one direction."""
    if isinstance(like, np.ndarray) and not like.flags.c_contiguous and like.flags.f_contiguous:
        return product(b.T, a.T).T
    return product(a, b)


def matmul_forward(a: Array, b: Array) -> Array:
    """a @ b; ``np.dot`` hands every product of vectors and matrices to BLAS, also those of rank 1."""
    return np.dot(a, b) if 0 < a.ndim <= 2 and 0 < b.ndim <= 2 else np.matmul(a, b)


def as_row(a: Value) -> Value:
    return a[None, :] if a.ndim == 1 else a


def as_column(b: Value) -> Value:
    return b[:, None] if b.ndim == 1 else b


def lifted_shape(shape: Shape, a: Value, b: Value) -> Shape:
    """The shape of ``a @ b`` with the axes that a vector operand lost put back with length 1."""
    if a.ndim == 1:
        return (*shape[:-1], 1, shape[-1])
    return (*shape, 1) if b.ndim == 1 else shape


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum_forward(*operands: Array, subscripts: str) -> Array:
    return np.einsum(subscripts, *operands, optimize=True)


def einsum_pull(lead: Shape, i: int, g: Value, y: Value, operands: Sequence[Value], subscripts: str) -> Value:
    """Swap the result and operand ``i``; its letters that repeat, or stand nowhere else, get factors of their own."""
    terms, result = split(subscripts)
    free = [letter for letter in LETTERS if letter not in subscripts]
    ahead = "".join(free.pop() for _ in lead)
    factors = [(ahead + result, g)] + [(t, x) for k, (t, x) in enumerate(zip(terms, operands, strict=True)) if k != i]
    sizes: dict[str, int] = {}
    for term, x in factors:
        for letter, n in zip(term, x.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, n))
    target = ""
    for letter, n in zip(terms[i], operands[i].shape, strict=True):
        if letter in target:
            twin = free.pop()
            factors.append((letter + twin, np.eye(n, dtype=g.dtype)))
            target += twin
            continue
        if letter not in sizes or sizes[letter] < n:
            factors.append((letter, np.ones(n, g.dtype)))
        target += letter
    equation = ",".join(term for term, _ in factors) + "->" + ahead + target
    return unbroadcast(np.einsum(equation, *(x for _, x in factors)), operands[i].shape, lead)


def einsum_push(lead: Shape, i: int, v: Value, y: Value, operands: Sequence[Value], subscripts: str) -> Value:
    """The product with ``v`` in place of operand ``i``."""
    terms, result = split(subscripts)
    free = [letter for letter in LETTERS if letter not in subscripts]
    ahead = "".join(free.pop() for _ in lead)
    equation = ",".join(ahead + t if k == i else t for k, t in enumerate(terms)) + "->" + ahead + result
    return np.einsum(equation, *(v if k == i else x for k, x in enumerate(operands)))


def split(subscripts: str) -> tuple[list[str], str]:
    """``"ij,jk->ik"`` as ``["ij", "jk"], "ik"``."""
    left, right = subscripts.split("->")
    return left.split(","), right


def explicit(subscripts: str, ndims: Sequence[int]) -> str:
    """Subscripts with the result written out and every ``...`` replaced by letters.

    Args:
        subscripts: as ``np.einsum`` takes them, e.g. ``"...ij,...jk"``.
        ndims: the operands' numbers of axes.

    Raises:
        ShapeError: as many terms as operands are needed.
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise ShapeError(f"einsum({subscripts!r}) has {len(terms)} terms for {len(ndims)} operands")
    named = set(left + right) - set(".,")
    spare = [letter for letter in LETTERS if letter not in named]
    hidden = [n - len(t.replace("...", "")) if "..." in t else 0 for t, n in zip(terms, ndims, strict=True)]
    extra = "".join(spare[: max(hidden)])
    if not arrow:
        letters = left.replace("...", "").replace(",", "")
        right = ("..." if "..." in left else "") + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    full = [t.replace("...", extra[len(extra) - n :]) for t, n in zip(terms, hidden, strict=True)]
    return ",".join(full) + "->" + right.replace("...", extra)


MATMUL = Bilinear("matmul", matmul_forward, matmul_pull, matmul_push)
OUTER = Bilinear("outer", outer_forward, outer_pull, outer_push)
EINSUM = Bilinear("einsum", einsum_forward, einsum_pull, einsum_push)
