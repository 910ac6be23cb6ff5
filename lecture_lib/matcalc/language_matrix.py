"""The functions of matrices that a reader writes: trace, inv, det, kron, concat and their kin."""

from __future__ import annotations

from typing import Any

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import NUMPY, Expr, as_expr, make, matmul
from lecture_lib.matcalc.language import Operator
from lecture_lib.matcalc.shape_errors import describe, wants

SQUARE = "a square matrix n×n"
diag = Operator("diag", "The square matrix with a column on its diagonal", "a column n×1", "a matrix n×n")
diagonal = Operator("diagpart", "The diagonal of a square matrix", SQUARE, "a column n×1")
trace = Operator("trace", "The sum of the diagonal of a square matrix", SQUARE, "a single number")
inv = Operator("inv", "The inverse of a square matrix", SQUARE, "a matrix n×n")
det = Operator("det", "The determinant of a square matrix", SQUARE, "a single number")
logdet = Operator("logdet", "log |det A| of a square matrix", SQUARE, "a single number")
expm = Operator("expm", "The matrix exponential Σ Aᵏ/k! of a square matrix", SQUARE, "a matrix n×n")
vec = Operator("vec", "The entries of a matrix, row by row as NumPy's ravel", "a matrix n×m", "a column of nm entries")


def concat(*parts: Any) -> Expr:
    """Parts on top of each other: [x₁; x₂; x₃].

    Args:
        parts: columns, or matrices with the same number of columns; or one list of them.

    Returns:
        An expression with the rows of all parts.

    Raises:
        ShapeError: the widths differ, or there is no part.

    >>> from lecture_lib import matcalc as mc
    >>> x1, x2 = mc.symbols("x1:d x2:d")
    >>> mc.concat(x1, x2, x1).shape
    (3d, 1)
    """
    items = parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts
    return make("concat", *(as_expr(p) for p in items))


vstack = concat


def kron(a: Expr | float, b: Expr | float) -> Expr:
    """The Kronecker product A ⊗ B: every entry of A times all of B.

    Args:
        a: a matrix n×m.
        b: a matrix p×q.

    Returns:
        An expression of the shape np×mq.

    >>> from lecture_lib import matcalc as mc
    >>> A, B = mc.symbols("A:n×m B:p×q")
    >>> mc.kron(A, B)
    A⊗B
    """
    return make("kron", as_expr(a), as_expr(b))


def outer(a: Expr | float, b: Expr | float) -> Expr:
    """The outer product abᵀ of two columns.

    Args:
        a: a column of n entries.
        b: a column of m entries.

    Returns:
        An expression of the shape n×m.

    Raises:
        ShapeError: one is not a column.

    >>> from lecture_lib import matcalc as mc
    >>> mc.outer(*mc.symbols("a:n b:m"))
    abᵀ
    """
    for e in (a, b):
        if not as_expr(e).is_column:
            raise wants("outer", as_expr(e), "columns")
    return matmul(as_expr(a), as_expr(b).T)


def hstack(*parts: Any) -> Expr:
    """Parts side by side: [A, B].

    Args:
        parts: columns or matrices with the same number of rows; or one list of them.

    Returns:
        An expression with the columns of all parts.

    Raises:
        ShapeError: the heights differ, or there is no part.

    >>> from lecture_lib import matcalc as mc
    >>> mc.hstack(*mc.symbols("A:n×k B:n×m"))
    [A, B]
    """
    items = parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts
    first = as_expr(items[0])
    for item in map(as_expr, items):
        if item.shape[0] != first.shape[0]:
            raise ShapeError(f"hstack needs equal heights, but {describe(first)} and {describe(item)}")
    return concat(*(as_expr(p).T for p in items)).T


NUMPY.update(trace=trace, diagonal=diagonal, diagflat=diag, inv=inv, det=det, outer=outer, kron=kron)
NUMPY.update(concatenate=concat, vstack=concat, hstack=hstack, transpose=lambda a: as_expr(a).T)
NUMPY["diag"] = lambda a: diag(a) if as_expr(a).is_column else diagonal(a)
