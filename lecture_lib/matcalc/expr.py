"""Expressions with labeled shapes: small nodes, checked when built, never simplified by themselves.

Two nodes carry all of arithmetic. A "product" has a coefficient, powers of single numbers, and a chain of matrices in
their order; a "sum" has its terms. Entry by entry, "hadamard" has powers of arrays of one shape.

What an operation's shape is, and how an expression is written, is filled in by the modules above into the tables here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.matcalc.sizes import ONE, SCALAR, ZERO, Shape, Size, as_size

Number = int | float | Fraction
Power = tuple["Expr", Number]

_serials = itertools.count()


@dataclass(frozen=True)
class Definition:
    """One operation: ``shape(args, data)`` of its result, and ``value(node, *arrays)`` unless it is given outside."""

    shape: Callable[[tuple[Expr, ...], Any], Shape]
    value: Callable[..., Array] | None = None


OPERATIONS: dict[str, Definition] = {}
CHECKS: dict[str, Callable[[Expr, Expr], None]] = {}
WRITERS: dict[str, Callable[[Expr], str]] = {}
NUMPY: dict[str, Callable[..., Expr]] = {}


class Expr:
    """A node: an operation, its arguments, its shape.

    Build one with `symbols`, operators and the functions of this package, not by hand. ``@`` is the matrix product,
    ``*`` the entry-by-entry product ∘ (or a number times anything), ``+ - / **`` go entry by entry, ``.T`` transposes,
    ``x[0]`` and ``A[:, 1:3]`` cut out. NumPy's functions build expressions too: ``np.tanh(W @ x)``. Two expressions are
    equal when they are written alike.

    Args:
        op: the name of the operation; see `OPERATIONS`.
        args: its arguments.
        data: what else the operation needs to know, such as the name of a symbol.
        shape: rows and columns, as labeled sizes.
        fact: what is known of a symbol: "sym", "diag" or "orthogonal".

    Attributes:
        is_scalar: is it a single number?

    >>> from lecture_lib import matcalc as mc
    >>> W, x, b = mc.symbols("W:n×m x:m b:n")
    >>> W @ x + b
    Wx + b
    >>> W @ x == W @ x, (W @ x).shape
    (True, (n, 1))
    """

    __slots__ = ("op", "args", "data", "shape", "fact", "key", "serial", "is_scalar", "unpacking", "_hash")

    def __init__(self, op: str, args: tuple[Expr, ...], data: Any, shape: Shape, fact: str = "") -> None:
        self.op = op
        self.args = args
        self.data = data
        self.shape = shape
        self.fact = fact
        label = f"{op}|{data!r}|{shape!r}|{fact}".encode()
        self.key: bytes = blake2b(b"".join([label, *(a.key for a in args)]), digest_size=16).digest()
        self._hash = hash(self.key)
        self.serial = next(_serials)
        self.is_scalar = shape[0] == ONE == shape[1]
        self.unpacking = False

    def __eq__(self, other: object) -> bool:
        return self is other or (self.key == other.key if isinstance(other, Expr) else NotImplemented)

    def __hash__(self) -> int:
        return self._hash

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
    def is_column(self) -> bool:
        """Is it a column or a single number?"""
        return self.shape[1] == ONE

    def __add__(self, other: Any) -> Expr:
        return total([self, _like(other, self)])

    def __radd__(self, other: Any) -> Expr:
        if self.unpacking:
            raise TypeError(f"Python's sum cannot go through the entries of {self}: write mc.sum({self})")
        return self if isinstance(other, int) and other == 0 else total([_like(other, self), self])

    def __sub__(self, other: Any) -> Expr:
        return total([self, -_like(other, self)])

    def __rsub__(self, other: Any) -> Expr:
        return total([_like(other, self), -self])

    def __neg__(self) -> Expr:
        return product(-1, chain=[self])

    def __mul__(self, other: Any) -> Expr:
        return times(self, as_expr(other))

    def __rmul__(self, other: Any) -> Expr:
        return times(as_expr(other), self)

    def __truediv__(self, other: Any) -> Expr:
        return divide(self, as_expr(other))

    def __rtruediv__(self, other: Any) -> Expr:
        return divide(_like(other, self), self)

    def __pow__(self, other: Any) -> Expr:
        return power(self, as_expr(other))

    def __rpow__(self, other: Any) -> Expr:
        return power(_like(other, self), self)

    def __matmul__(self, other: Any) -> Expr:
        return matmul(self, as_expr(other))

    def __rmatmul__(self, other: Any) -> Expr:
        return matmul(as_expr(other), self)

    def __getitem__(self, place: Any) -> Expr:
        rows, *columns = place if isinstance(place, tuple) else (place,)
        if len(columns) > 1:
            raise IndexError(f"{self} has two axes, rows and columns, and is indexed with {len(columns) + 1}")
        cut = _rows(self, rows)
        return _rows(cut.T, columns[0]).T if columns and columns[0] != slice(None) else cut

    def __iter__(self) -> Iterator[Expr]:
        """``(x,) = mc.symbols("x:n")`` unpacks; the entries of an expression cannot be gone through."""
        if self.op != "symbol":
            raise TypeError(f"{self} cannot be gone through entry by entry: use mc.sum, an index or a slice")
        self.unpacking = True
        try:
            yield self
        finally:
            self.unpacking = False

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Expr:
        return _numpy(ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}", inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Expr:
        return _numpy(function.__name__, inputs, options)

    def __repr__(self) -> str:
        return WRITERS["text"](self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {WRITERS['latex'](self)}$"


def _numpy(name: str, inputs: Sequence[Any], options: dict[str, Any]) -> Expr:
    """What a function of NumPy builds from expressions."""
    if name not in NUMPY:
        raise TypeError(f"np.{name} builds no expression; matcalc knows {', '.join(sorted(NUMPY))}")
    try:
        return NUMPY[name](*inputs, **options)
    except TypeError as error:
        if options:
            raise TypeError(f"np.{name} of an expression takes no {', '.join(options)}: {error}") from None
        raise


def make(op: str, *args: Expr, data: Any = None) -> Expr:
    """Build a node; its operation says what shape it has, or raises ShapeError when its arguments do not fit."""
    return Expr(op, args, data, OPERATIONS[op].shape(args, data))


def rebuilt(node: Expr, args: Sequence[Expr]) -> Expr:
    """The same node on other arguments."""
    if all(a is b for a, b in zip(args, node.args, strict=True)):
        return node
    match node.op:
        case "product":
            count = len(node.data[1])
            return product(node.data[0], zip(args, node.data[1], strict=False), args[count:])
        case "hadamard":
            return hadamard(zip(args, node.data, strict=True), node.shape)
        case "sum":
            return total(args)
        case "let":
            return Expr("let", tuple(args), node.data, args[0].shape)
    return make(node.op, *args, data=node.data)


def exact(value: Number) -> Number:
    """A number as it is kept: whole, or a fraction where a small one is meant, else a float."""
    if isinstance(value, int):
        return value
    near = Fraction(value).limit_denominator(10**4)
    if value != near and float(near) != value:
        return float(value)
    return near.numerator if near.denominator == 1 else near


def raised(value: Number, top: Number) -> Number:
    """A number to a power, exact where it can be."""
    if isinstance(top, int) and not isinstance(value, float):
        return exact(Fraction(value) ** top)
    return exact(float(value) ** float(top))


def number(value: Number, shape: Shape = SCALAR) -> Expr:
    """A number, or a column or matrix filled with it."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot stand in an expression: it is not a finite number")
    return Expr("number", (), exact(value), shape)


def as_expr(value: Any) -> Expr:
    """An expression as it is, a Python number as a number node."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__float__") or np.ndim(value) > 0:
        raise TypeError(
            f"{type(value).__name__} cannot stand in an expression: use symbols and plain numbers here, "
            "and give the arrays to mc.evaluate"
        )
    return number(value if isinstance(value, (int, Fraction)) else float(value))


def _like(value: Any, other: Expr) -> Expr:
    """A plain number in a sum with a column stands for a column of that number."""
    e = as_expr(value)
    return number(e.data, other.shape) if e.op == "number" and e.is_scalar else e


class Parts(NamedTuple):
    """A product: its coefficient, its single numbers with their powers, its chain of matrices."""

    coefficient: Number
    scalars: tuple[Power, ...]
    chain: tuple[Expr, ...]


def parts(e: Expr) -> Parts:
    """Any expression as a product."""
    if e.op == "product":
        coefficient, powers = e.data
        return Parts(coefficient, tuple(zip(e.args, powers, strict=False)), e.args[len(powers) :])
    if e.is_scalar:
        return Parts(e.data, (), ()) if e.op == "number" else Parts(1, ((e, 1),), ())
    return Parts(1, (), (e,))


def product(coefficient: Number = 1, scalars: Iterable[Power] = (), chain: Iterable[Expr] = ()) -> Expr:
    """A product, without brackets inside: numbers to the front, powers of single numbers, matrices in their order."""
    flat: list[Power] = []
    links: list[Expr] = []
    for base, top in [*scalars, *((part, None) for part in chain)]:
        if top is None and not base.is_scalar:
            inner = parts(base)
            coefficient = coefficient * inner.coefficient
            flat += inner.scalars
            links += inner.chain
            continue
        top = 1 if top is None else top
        if base.op == "number":
            coefficient = coefficient * raised(base.data, top)
        elif base.op == "product" and isinstance(top, int):
            inner = parts(base)
            coefficient = coefficient * raised(inner.coefficient, top)
            flat += [(b, exact(p * top)) for b, p in inner.scalars]
            flat += [(_chained(inner.chain), top)] if inner.chain else []
        elif top:
            flat.append((base, exact(top)))
    coefficient = exact(coefficient)
    if flat and links and (links[0].shape[0], links[-1].shape[1]) == SCALAR:
        flat, links = [*flat, (_chained(links), 1)], []
    if not links:
        if not flat:
            return number(coefficient)
        if coefficient == 1 and len(flat) == 1 and flat[0][1] == 1:
            return flat[0][0]
    elif coefficient == 1 and not flat:
        return _chained(links)
    return _product(coefficient, flat, links)


def _product(coefficient: Number, scalars: Sequence[Power], chain: Sequence[Expr]) -> Expr:
    for a, b in itertools.pairwise(chain):
        if a.shape[1] != b.shape[0]:
            CHECKS["matmul"](a, b)
    shape = (chain[0].shape[0], chain[-1].shape[1]) if chain else SCALAR
    bases = tuple(base for base, _ in scalars)
    return Expr("product", (*bases, *chain), (coefficient, tuple(top for _, top in scalars)), shape)


def _chained(links: Sequence[Expr]) -> Expr:
    return links[0] if len(links) == 1 else _product(1, (), links)


def hadamard(entries: Iterable[Power], shape: Shape, coefficient: Number = 1, scalars: Iterable[Power] = ()) -> Expr:
    """A product of powers, entry by entry; numbers and single numbers stand before it."""
    if shape == SCALAR:
        return product(coefficient, [*scalars, *entries])
    flat: list[Power] = []
    outside = list(scalars)
    for base, top in entries:
        inner = parts(base)
        if base.op == "number":
            coefficient = coefficient * raised(base.data, top)
        elif not isinstance(top, int):
            flat.append((base, exact(top)))
        elif top:
            coefficient = coefficient * raised(inner.coefficient, top)
            outside += [(b, exact(p * top)) for b, p in inner.scalars]
            core = _chained(inner.chain)
            inside = zip(core.args, core.data, strict=True) if core.op == "hadamard" else [(core, 1)]
            flat += [(b, exact(p * top)) for b, p in inside]
    if not flat:
        core = number(1, shape)
    elif len(flat) == 1 and flat[0][1] == 1:
        core = flat[0][0]
    else:
        core = Expr("hadamard", tuple(b for b, _ in flat), tuple(p for _, p in flat), shape)
    if core.op == "number" and not outside:
        return number(coefficient, shape)
    return product(coefficient, outside, [core])


def entries(e: Expr) -> list[Power]:
    """The factors of an entry-by-entry product with their powers; another expression is its only factor."""
    return list(zip(e.args, e.data, strict=True)) if e.op == "hadamard" else [(e, 1)]


def times(a: Expr, b: Expr) -> Expr:
    """A number times anything, or the product entry by entry."""
    for one, other in ((a, b), (b, a)):
        if one.op == "number" and one.is_scalar and one.data == 1 and other.op not in ("number", "product"):
            return _product(1, [(other, 1)] if other.is_scalar else [], [] if other.is_scalar else [other])
    if a.is_scalar or b.is_scalar:
        first, second = (a, b) if a.is_scalar else (b, a)
        return product(1, [(first, 1)], [second])
    CHECKS["mul"](a, b)
    return hadamard([(a, 1), (b, 1)], a.shape)


def divide(a: Expr, b: Expr) -> Expr:
    """A quotient, entry by entry, or by a single number."""
    if a.is_scalar and b.is_scalar:
        return product(1, [(a, 1), (b, -1)])
    if b.is_scalar:
        return product(1, [(b, -1)], [a])
    CHECKS["div"](a, b)
    return hadamard([(a, 1), (b, -1)], a.shape)


def power(a: Expr, b: Expr) -> Expr:
    """A power, entry by entry."""
    CHECKS["power"](a, b)
    if b.op == "number" and (b.is_scalar or b.shape == a.shape) and a.op != "number":
        return product(1, [(a, b.data)]) if a.is_scalar else hadamard([(a, b.data)], a.shape)
    return make("power", a, b)


def matmul(a: Expr, b: Expr) -> Expr:
    """The matrix product."""
    CHECKS["matmul"](a, b)
    return product(1, (), [a, b])


def total(terms: Iterable[Expr]) -> Expr:
    """The sum of one or more terms, without brackets inside."""
    flat = [t for term in terms for t in summands(term)]
    for term in flat[1:]:
        if term.shape != flat[0].shape:
            CHECKS["add"](flat[0], term)
    return flat[0] if len(flat) == 1 else Expr("sum", tuple(flat), None, flat[0].shape)


def chain(links: Iterable[Expr]) -> Expr:
    """The matrix product of one or more factors."""
    return product(1, (), links)


def summands(e: Expr) -> list[Expr]:
    """The terms of a sum, in order; an expression that is no sum is its only term."""
    return list(e.args) if e.op == "sum" else [e]


def factors(e: Expr) -> list[Expr]:
    """The matrices of a product in order, without its numbers; an expression that is none is its only factor."""
    return list(parts(e).chain) or [e]


def _rows(e: Expr, place: Any) -> Expr:
    """The rows that an index or a slice cuts out."""
    size = e.shape[0]
    if isinstance(place, slice):
        if place.step not in (None, 1):
            raise IndexError(f"a slice of {e} has the step {place.step}: only 1 is known")
        start = ZERO if place.start is None else _end(place.start, size)
        height = (size if place.stop is None else _end(place.stop, size)) - start
    else:
        start, height = _end(place, size), ONE
    for length in (start, height - ONE, size - start - height):
        if not length.labels and length.value({}) < 0:
            raise IndexError(f"{e} has {size} rows; rows {start} to {start + height} do not lie inside")
    return e if height == size else make("rows", e, data=(start, height))


def _end(place: Any, size: Size) -> Size:
    if isinstance(place, (int, np.integer)):
        offset = Size((((), int(place)),))
        return offset if place >= 0 else size + offset
    return as_size(place)
