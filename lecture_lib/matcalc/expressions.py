"""Expressions with labeled shapes: small nodes, checked when built, never simplified by themselves."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import numpy as np

from lecture_lib.matcalc.labels import Label
from lecture_lib.matcalc.sizes import ONE, SCALAR, Shape, Size, as_size, parse_size, show_shape

_serials = itertools.count()


class Expr:
    """A node: an operation, its arguments, its shape.

    Build one with `symbols`, operators and the functions of this package, not by hand. ``@`` is the matrix
    product, ``*`` the entry-by-entry product ∘ (or a number times anything), ``+ - / **`` go entry by entry,
    ``.T`` transposes. Two expressions are equal when they are written alike.

    Args:
        op: the name of the operation; see `operations.OPERATIONS`.
        args: its arguments.
        data: what else the operation needs to know, such as the name of a symbol.
        shape: rows and columns, as labeled sizes.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, b = mc.symbols("W:n×m x:m b:n")
    >>> W @ x + b
    Wx + b
    >>> W @ x == W @ x, (W @ x).shape
    (True, (n, 1))
    """

    __slots__ = ("op", "args", "data", "shape", "key", "serial")
    __array_ufunc__ = None

    def __init__(self, op: str, args: tuple[Expr, ...], data: Any, shape: Shape) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.shape = shape
        label = f"{op}|{data!r}|{shape!r}".encode()
        self.key: bytes = blake2b(b"".join([label, *(a.key for a in args)]), digest_size=16).digest()
        self.serial = next(_serials)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Expr) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        raise TypeError(f"{self} is an expression, not a number: it is neither true nor false")

    @property
    def name(self) -> str:
        """The name of a symbol or of something named with `let`; empty for the rest."""
        return str(self.data) if self.op in ("symbol", "let") else ""

    @property
    def T(self) -> Expr:
        """The transpose."""
        return make("T", self)

    @property
    def is_scalar(self) -> bool:
        """Is it a single number?"""
        return self.shape == SCALAR

    @property
    def is_column(self) -> bool:
        """Is it a column or a single number?"""
        return self.shape[1] == ONE

    def __add__(self, other: Any) -> Expr:
        return make("add", self, _like(other, self))

    def __radd__(self, other: Any) -> Expr:
        return make("add", _like(other, self), self)

    def __sub__(self, other: Any) -> Expr:
        return make("add", self, -_like(other, self))

    def __rsub__(self, other: Any) -> Expr:
        return make("add", _like(other, self), -self)

    def __neg__(self) -> Expr:
        return make("neg", self)

    def __mul__(self, other: Any) -> Expr:
        return _product(self, as_expr(other))

    def __rmul__(self, other: Any) -> Expr:
        return _product(as_expr(other), self)

    def __truediv__(self, other: Any) -> Expr:
        return make("div", self, as_expr(other))

    def __rtruediv__(self, other: Any) -> Expr:
        return make("div", _like(other, self), self)

    def __pow__(self, other: Any) -> Expr:
        return make("power", self, as_expr(other))

    def __rpow__(self, other: Any) -> Expr:
        return make("power", _like(other, self), self)

    def __matmul__(self, other: Any) -> Expr:
        return make("matmul", self, as_expr(other))

    def __rmatmul__(self, other: Any) -> Expr:
        return make("matmul", as_expr(other), self)

    def __repr__(self) -> str:
        from lecture_lib.matcalc.printing import text

        return text(self)

    def _repr_latex_(self) -> str:
        from lecture_lib.matcalc.printing import latex

        return f"$\\displaystyle {latex(self, shapes=True)}$"


def make(op: str, *args: Expr, data: Any = None) -> Expr:
    """Build a node; its operation says what shape it has, or that its arguments do not fit.

    Args:
        op: a name in `operations.OPERATIONS`.
        args: its arguments.
        data: what else it needs to know.

    Returns:
        The node.

    Raises:
        ShapeError: the shapes do not fit.
    """
    from lecture_lib.matcalc.operations import OPERATIONS

    return Expr(op, args, data, OPERATIONS[op].shape(args, data))


def number(value: float, shape: Shape = SCALAR) -> Expr:
    """A number, or a column or matrix filled with it.

    Args:
        value: the number.
        shape: of the column or matrix; a single number by default.

    Returns:
        The node.

    Raises:
        ValueError: it is nan or infinite.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot stand in an expression: it is not a finite number")
    whole = int(value) if float(value).is_integer() else float(value)
    return Expr("number", (), whole, shape)


def as_expr(value: Any) -> Expr:
    """An expression as it is, a Python number as a number node.

    Args:
        value: an expression or a number.

    Returns:
        The expression.

    Raises:
        TypeError: it is neither; arrays belong into `evaluate`, not into an expression.
        ValueError: it is nan or infinite.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not hasattr(value, "__float__") or np.ndim(value) > 0:
        raise TypeError(
            f"{type(value).__name__} cannot stand in an expression: use symbols and plain numbers here, "
            "and give the arrays to mc.evaluate or to the function that .numpy() writes"
        )
    return number(float(value))


def _like(value: Any, other: Expr) -> Expr:
    """A plain number in a sum with a column stands for a column of that number."""
    e = as_expr(value)
    return number(e.data, other.shape) if e.op == "number" and e.is_scalar else e


def _product(a: Expr, b: Expr) -> Expr:
    if a.is_scalar:
        return make("scale", a, b)
    if b.is_scalar:
        return make("scale", b, a)
    return make("mul", a, b)


def clean_name(name: str) -> str:
    """A name as it is kept: subscripts are written as plain digits, so that b₂ and b2 are one name.

    Args:
        name: as the reader wrote it.

    Returns:
        A Python identifier.

    Raises:
        ValueError: it is none.

    >>> clean_name("b₂")
    'b2'
    """
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isidentifier():
        raise ValueError(f"{name!r} cannot be a name: write letters, digits and _, starting with a letter")
    return plain


def symbols(text: str) -> Any:
    """Declare symbols with their shapes.

    Args:
        text: declarations ``name:shape`` with blanks or commas between them. A shape is one size (a column)
            or two with × or * between them; a size is a label, a number, a multiple as 5d, or a sum as n+m.
            A name without a shape is a single number.

    Returns:
        A tuple of expressions in this order; for one declaration the expression itself.

    Raises:
        ValueError: a declaration cannot be read, or a name comes twice.

    >>> W, x, c = symbols("W:n×5d  x:5d  c")
    >>> W.shape, x.shape, c.shape
    ((n, 5d), (5d, 1), (1, 1))
    """
    found: dict[str, Expr] = {}
    for declaration in re.split(r"[\s,]+", re.sub(r"\s*([×*:+])\s*", r"\1", text.strip())):
        name, colon, size = declaration.partition(":")
        if not name or (colon and not size):
            raise ValueError(f"{declaration!r} is not a declaration: write name:shape, as in W:n×m or x:5d")
        name = clean_name(name)
        if name in found:
            raise ValueError(f"{name} is declared twice in {text!r}")
        parts = re.split("[×*]", size) if size else ["1"]
        if len(parts) > 2:
            raise ValueError(f"{name} has the shape {size!r}: a shape has one size (a column) or two, as n×m")
        rows, columns = parse_size(parts[0]), parse_size(parts[1]) if len(parts) == 2 else ONE
        found[name] = Expr("symbol", (), name, (rows, columns))
    made = tuple(found.values())
    return made[0] if len(made) == 1 else made


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
    """Like `let`, for a label that is not a plain name, such as ∂s/∂h.

    Args:
        label: how the name is written.
        value: what it stands for.

    Returns:
        An expression of the same shape and value.
    """
    return Expr("let", (value,), label, value.shape)


def ones(rows: Size | str | int, columns: Size | str | int = 1) -> Expr:
    """A column (or matrix) of ones.

    Args:
        rows: a size: a label, a number, or a multiple such as ``"5d"``.
        columns: alike; 1 for a column.

    Returns:
        An expression of the shape rows×columns.

    Raises:
        ValueError: a size cannot be read.

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

    Raises:
        ValueError: a size cannot be read.

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

    Raises:
        ValueError: the size cannot be read.

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

    Raises:
        ValueError: the size cannot be read.

    >>> 1 / length("N")
    1/N
    """
    return Expr("size", (), as_size(size), SCALAR)


def topological(roots: Iterable[Expr], into_lets: bool = True) -> list[Expr]:
    """All nodes below some expressions, arguments before what uses them, each once.

    Args:
        roots: the expressions.
        into_lets: also go into what names stand for.

    Returns:
        The nodes.
    """
    order: dict[Expr, None] = {}
    for root in roots:
        stack: list[tuple[Expr, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            if node in order:
                continue
            if done:
                order[node] = None
                continue
            stack.append((node, True))
            if into_lets or node.op != "let":
                stack.extend((a, False) for a in reversed(node.args) if a not in order)
    return list(order)


def free_symbols(*roots: Expr) -> list[Expr]:
    """The symbols in some expressions, in the order in which they were declared.

    Args:
        roots: the expressions.

    Returns:
        Each symbol once, those inside of named expressions too.
    """
    return sorted((e for e in topological(roots) if e.op == "symbol"), key=lambda e: e.serial)


def summands(e: Expr) -> list[Expr]:
    """The terms of a sum, in order; an expression that is no sum is its only term.

    Args:
        e: the expression.

    Returns:
        Its terms.
    """
    return list(_flat(e, "add"))


def factors(e: Expr) -> list[Expr]:
    """The factors of a matrix product, in order; an expression that is none is its only factor.

    Args:
        e: the expression.

    Returns:
        Its factors.
    """
    return list(_flat(e, "matmul"))


def _flat(e: Expr, op: str) -> Iterator[Expr]:
    stack = [e]
    while stack:
        node = stack.pop()
        if node.op == op:
            stack.extend(reversed(node.args))
        else:
            yield node


def total(terms: Iterable[Expr]) -> Expr:
    """The sum of one or more terms.

    Args:
        terms: expressions of one shape.

    Returns:
        An expression of that shape.

    Raises:
        ShapeError: the shapes differ.
    """
    first, *rest = terms
    for term in rest:
        first = make("add", first, term)
    return first


def chain(parts: Iterable[Expr]) -> Expr:
    """The matrix product of one or more factors.

    Args:
        parts: expressions whose inner sizes agree.

    Returns:
        An expression with the rows of the first and the columns of the last.

    Raises:
        ShapeError: inner sizes differ.
    """
    first, *rest = parts
    for part in rest:
        first = make("matmul", first, part)
    return first


def describe(e: Expr) -> str:
    """An expression with its shape in words: ``W is n×m``.

    Args:
        e: the expression.

    Returns:
        The words.
    """
    return f"{e} is {show_shape(e.shape)}"
