"""NumPy's decompositions of matrices: cholesky, eigh, svd, pinv, lstsq."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd import linalg
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.linalg import symmetric, turned
from lecture_lib.autograd.node import plain
from lecture_lib.autograd.numpy.matrix import square
from lecture_lib.autograd.numpy.register import array, stands_for
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply

EIGH, SVD = type(np.linalg.eigh(np.eye(1))), type(np.linalg.svd(np.eye(1)))


@stands_for(np.linalg.cholesky)
def cholesky(a: Value, /, *, upper: bool = False) -> Value:
    lower = apply(linalg.CHOLESKY, symmetric(square(a, "cholesky"), upper))
    return turned(lower) if upper else lower


@stands_for(np.linalg.eigh)
def eigh(a: Value, UPLO: str = "L") -> Any:
    whole = symmetric(square(a, "eigh"), UPLO.upper() == "U")
    return EIGH(apply(linalg.EIGENVALUES, whole), apply(linalg.EIGENVECTORS, whole))


@stands_for(np.linalg.eigvalsh)
def eigvalsh(a: Value, UPLO: str = "L") -> Value:
    return apply(linalg.EIGENVALUES, symmetric(square(a, "eigvalsh"), UPLO.upper() == "U"))


@stands_for(np.linalg.svd)
def svd(a: Value, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    values = apply(linalg.SINGULAR_VALUES, a)
    if not compute_uv:
        return values
    if full_matrices and a.shape[-1] != a.shape[-2]:
        raise TypeError(
            "the columns that np.linalg.svd adds to fill a square matrix have no derivative: full_matrices=False"
        )
    left, right = linalg.halves(apply(linalg.SINGULAR_VECTORS, a), a)
    return SVD(left, values, turned(right))


@stands_for(np.linalg.svdvals)
def svdvals(x: Value, /) -> Value:
    return apply(linalg.SINGULAR_VALUES, x)


@stands_for(np.linalg.pinv)
def pinv(a: Value) -> Value:
    return apply(linalg.PINV, a)


@stands_for(np.linalg.lstsq)
def lstsq(a: Value, b: Value, rcond: Any = None) -> Any:
    a, b = array(a), array(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or len(a) != len(b):
        raise ShapeError(f"lstsq takes a matrix and as many right sides as rows, not shapes {a.shape} and {b.shape}")
    x = apply(linalg.PINV, a) @ b
    missed = a @ x - b
    rank = apply(linalg.RANK, a)
    unique = a.shape[0] > a.shape[1] and plain(rank) == a.shape[1]
    residuals = np.sum(np.atleast_2d(missed.T).T ** 2, axis=0) if unique else np.empty(0, missed.dtype)
    return x, residuals, rank, apply(linalg.SINGULAR_VALUES, a)
