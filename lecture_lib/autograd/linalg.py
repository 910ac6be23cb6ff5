"""Inverses, determinants and linear systems: stated by their differentials, transposed by the engine.

Source of the differentials: M. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation, 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd.families import Implicit
from lecture_lib.autograd.operation import Array, Opaque, Value
from lecture_lib.autograd.slopes import others
from lecture_lib.autograd.tensor import apply


def trace(m: Value) -> Value:
    """The sum of the diagonal of the last two axes."""
    return np.trace(m, axis1=-2, axis2=-1)


def logabsdet_forward(a: Array) -> Array:
    return np.linalg.slogdet(a).logabsdet


def turned(m: Value) -> Value:
    """The transpose of every matrix in a stack."""
    return m.swapaxes(-1, -2)


def adjugate(a: Array) -> Array:
    """det(A) A⁻¹, also where A has no inverse: with A = U S Vᵀ it is det(U) det(V) V adj(S) Uᵀ."""
    u, s, vt = np.linalg.svd(a)
    sign = np.rint(np.linalg.det(u) * np.linalg.det(vt))
    return sign[..., None, None] * (turned(vt) * others(s, (-1,))[..., None, :]) @ turned(u)


SMALL = 6
"""Up to this size the adjugate's own derivative is made of minors, which exist at singular matrices too."""


def adjugate_differential(v: Value, y: Value, a: Value) -> Value:
    n = a.shape[-1]
    if n > SMALL:
        inverse = np.linalg.inv(a)
        return trace(inverse @ v)[..., None, None] * y - inverse @ v @ y
    kept = np.array([[k for k in range(n) if k != i] for i in range(n)], int).reshape(n, n - 1)
    rows, columns = kept[:, None, :, None], kept[None, :, None, :]
    sign = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    minors = apply(ADJUGATE, a[..., rows, columns]) if n > 1 else a[..., rows, columns]
    return turned(trace(minors @ v[..., rows, columns]) * sign.astype(y.dtype))


def symmetric(a: Value, upper: bool = False) -> Value:
    """The symmetric matrix of which LAPACK reads one triangle."""
    half = np.triu(a) if upper else np.tril(a)
    return half + turned(np.triu(a, 1) if upper else np.tril(a, -1))


def cholesky_differential(v: Value, y: Value, a: Value) -> Value:
    """dL = L Φ(L⁻¹ dA L⁻ᵀ), where Φ keeps the lower triangle and half of the diagonal."""
    inner = np.linalg.solve(y, turned(np.linalg.solve(y, v)))
    half = np.tri(a.shape[-1], dtype=y.dtype) - np.eye(a.shape[-1], dtype=y.dtype) / 2
    return y @ (turned(inner) * half)


def gaps(values: Value) -> Value:
    """1 / (λⱼ - λᵢ) in row i and column j, and 0 on the diagonal."""
    same = np.eye(values.shape[-1], dtype=bool)
    apart = np.where(same, np.ones((), values.dtype), values[..., None, :] - values[..., :, None])
    return np.where(same, np.zeros((), values.dtype), 1 / apart)


def eigenvalues_differential(v: Value, y: Value, a: Value) -> Value:
    vectors = apply(EIGENVECTORS, a)
    return np.sum(vectors * (v @ vectors), axis=-2)


def eigenvectors_differential(v: Value, y: Value, a: Value) -> Value:
    return y @ (gaps(apply(EIGENVALUES, a)) * (turned(y) @ v @ y))


def singular_vectors(a: Array) -> Array:
    """U and V of the reduced decomposition, one below the other."""
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u, turned(vt)], axis=-2)


def halves(y: Value, a: Value) -> tuple[Value, Value]:
    """U and V."""
    return y[..., : a.shape[-2], :], y[..., a.shape[-2] :, :]


def singular_values_differential(v: Value, y: Value, a: Value) -> Value:
    left, right = halves(apply(SINGULAR_VECTORS, a), a)
    return np.sum(left * (v @ right), axis=-2)


def singular_vectors_differential(v: Value, y: Value, a: Value) -> Value:
    left, right = halves(y, a)
    s = apply(SINGULAR_VALUES, a)
    inner, apart = turned(left) @ v @ right, gaps(s * s)
    across, down = s[..., None, :], s[..., :, None]
    moved_left = left @ (apart * (inner * across + down * turned(inner)))
    moved_right = right @ (apart * (down * inner + turned(inner) * across))
    if a.shape[-2] > a.shape[-1]:
        moved_left = moved_left + (v @ right - left @ inner) / across
    if a.shape[-2] < a.shape[-1]:
        moved_right = moved_right + (turned(v) @ left - right @ turned(inner)) / across
    return np.concatenate([moved_left, moved_right], axis=-2)


def pinv_differential(v: Value, y: Value, a: Value) -> Value:
    """Source: G. Golub and V. Pereyra, The differentiation of pseudo-inverses, 1973; for a rank that stays."""
    missed = turned(v) @ turned(y) @ y
    return y @ turned(y) @ (turned(v) - turned(v) @ a @ y) + missed - y @ (a @ missed) - y @ v @ y


class Solve(Implicit):
    """``solve(A, B)`` for stacks of one shape: implicit in A; linear in B, with transpose ``solve(Aᵀ, ·)``."""

    def __init__(self) -> None:
        super().__init__(
            "solve",
            np.linalg.solve,
            lambda v, y, a, b: -np.linalg.solve(a, v @ y),
            lambda v, y, a, b: np.linalg.solve(a, v),
        )

    def pull(self, i: int, g: Value, y: Value, args: Any, settings: dict[str, Any]) -> Value:
        if i == 0:
            return super().pull(i, g, y, args, settings)
        return np.linalg.solve(args[0].swapaxes(-1, -2), g)


INV = Implicit("inv", np.linalg.inv, lambda v, y, a: -(y @ v @ y))
ADJUGATE = Implicit("adjugate", adjugate, adjugate_differential)
DET = Implicit("det", np.linalg.det, lambda v, y, a: trace(apply(ADJUGATE, a) @ v))
LOGABSDET = Implicit("logabsdet", logabsdet_forward, lambda v, y, a: trace(np.linalg.inv(a) @ v))
SOLVE = Solve()
CHOLESKY = Implicit("cholesky", np.linalg.cholesky, cholesky_differential)
EIGENVALUES = Implicit("eigvalsh", np.linalg.eigvalsh, eigenvalues_differential)
EIGENVECTORS = Implicit("eigenvectors", lambda a: np.linalg.eigh(a)[1], eigenvectors_differential)
SINGULAR_VALUES = Implicit("svdvals", np.linalg.svdvals, singular_values_differential)
SINGULAR_VECTORS = Implicit("singular_vectors", singular_vectors, singular_vectors_differential)
PINV = Implicit("pinv", np.linalg.pinv, pinv_differential)

SIGN_OF_DET = Opaque("sign_of_det", lambda a: np.linalg.slogdet(a).sign)
RANK = Opaque("matrix_rank", np.linalg.matrix_rank)
