"""What a reader declares: symbols, names, and columns of ones and zeros."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from lecture_lib.matcalc.expr import Expr, as_expr, number
from lecture_lib.matcalc.labels import Label
from lecture_lib.matcalc.sizes import ONE, SCALAR, Size, as_size, parse_size

FACTS = {"sym": "sym", "symmetric": "sym", "diag": "diag", "diagonal": "diag", "orthogonal": "orthogonal"}


def clean_name(name: str) -> str:
    """A name as it is kept: subscripts are written as plain digits, so that b₂ and b2 are one name."""
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isidentifier():
        raise ValueError(f"{name!r} cannot be a name: write letters, digits and _, starting with a letter")
    return plain


def symbols(text: str) -> Any:
    """Declare symbols with their shapes.

    Args:
        text: declarations ``name:shape`` with blanks or commas between them. A shape is one size (a column)
            or two with × or * between them; a size is a label, a number, a multiple as 5d, a sum as n+m or a difference
            as n-1. A name without a shape is a single number. After a square shape may stand what is known of the
            matrix: ``sym``, ``diag`` or ``orthogonal``.

    Returns:
        A tuple of expressions in this order; for one declaration the expression itself; it unpacks too.

    Raises:
        ValueError: a declaration cannot be read, or a name comes twice.

    >>> W, x, c = symbols("W:n×5d  x:5d  c")
    >>> W.shape, x.shape, c.shape
    ((n, 5d), (5d, 1), (1, 1))
    >>> from lecture_lib import matcalc as mc
    >>> S, x = symbols("Σ:n×n sym  x:n")
    >>> mc.derive(x.T @ S @ x)[x].closed_form
    2Σx
    """
    found: dict[str, Expr] = {}
    last: str = ""
    for declaration in re.split(r"[\s,]+", re.sub(r"\s*([×*:+−-])\s*", r"\1", text.strip())):
        if declaration in FACTS and last and not found[last].is_column:
            found[last] = _known(found[last], FACTS[declaration])
            continue
        name, colon, size = declaration.partition(":")
        if not name or (colon and not size):
            raise ValueError(f"{declaration!r} is not a declaration: write name:shape, as in W:n×m or x:5d")
        name = clean_name(name)
        if name in found:
            raise ValueError(f"{name} is declared twice in {text!r}")
        sizes = re.split("[×*]", size) if size else ["1"]
        if len(sizes) > 2:
            raise ValueError(f"{name} has the shape {size!r}: a shape has one size (a column) or two, as n×m")
        rows, columns = parse_size(sizes[0]), parse_size(sizes[1]) if len(sizes) == 2 else ONE
        found[name] = Expr("symbol", (), name, (rows, columns))
        last = name
    made = tuple(found.values())
    return made[0] if len(made) == 1 else made


def _known(symbol: Expr, fact: str) -> Expr:
    if symbol.shape[0] != symbol.shape[1]:
        raise ValueError(f"{symbol.name} is {symbol.shape[0]}×{symbol.shape[1]}: only a square matrix can be {fact}")
    return Expr("symbol", (), symbol.data, symbol.shape, fact)


def let(name: str, value: Expr) -> Expr:
    """Give an expression a name, so that derivations speak of it by that name.

    Args:
        name: the name.
        value: what it stands for.

    Returns:
        An expression of the same shape and value.

    Raises:
        ValueError: the name is no Python identifier.
        TypeError: the value is neither an expression nor a number.

    >>> W, x = symbols("W:n×m x:m")
    >>> z = let("z", W @ x); z
    z
    """
    return Expr("let", (as_expr(value),), clean_name(name), as_expr(value).shape)


def named(label: Label, value: Expr) -> Expr:
    """Like `let`, for a label that is not a plain name, such as ∂s/∂h."""
    return Expr("let", (value,), label, value.shape)


def ones(rows: Size | str | int, columns: Size | str | int = 1) -> Expr:
    """A column (or matrix) of ones.

    Args:
        rows: a size: a label, a number, or a multiple such as ``"5d"``.
        columns: alike; 1 for a column.

    Returns:
        An expression of the shape rows×columns.

    >>> ones("N").shape
    (N, 1)
    """
    return number(1, (as_size(rows), as_size(columns)))


def zeros(rows: Size | str | int, columns: Size | str | int = 1) -> Expr:
    """A column (or matrix) of zeros.

    Args:
        rows: a size: a label, a number, or a multiple such as ``"5d"``.
        columns: alike; 1 for a column.

    Returns:
        An expression of the shape rows×columns.

    >>> zeros("n", "m").shape
    (n, m)
    """
    return number(0, (as_size(rows), as_size(columns)))


def eye(size: Size | str | int) -> Expr:
    """The identity matrix.

    Args:
        size: its number of rows: a label, a number, or a multiple such as ``"5d"``.

    Returns:
        An expression of the shape size×size.

    >>> eye("n").shape
    (n, n)
    """
    return Expr("eye", (), None, (as_size(size), as_size(size)))


def length(size: Size | str | int) -> Expr:
    """A size as a number in an expression: 1 / length("N") is the 1/N of a mean over a batch.

    Args:
        size: a label, a number, or a multiple such as ``"5d"``.

    Returns:
        A single number.

    >>> 1 / length("N")
    1/N
    """
    return Expr("size", (), as_size(size), SCALAR)
