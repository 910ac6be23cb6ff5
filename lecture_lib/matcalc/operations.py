"""The operations: of each the shape of its result and its value on arrays.

Values hold under extra leading axes, so that all perturbations of a finite difference run in one pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import OPERATIONS, Array, Definition, Expr
from lecture_lib.matcalc.shape_errors import misfit, wants
from lecture_lib.matcalc.sizes import ONE, SCALAR, ZERO, Shape, Size

Args = tuple[Expr, ...]


def _operation(name: str, value: Callable[..., Array] | None) -> Callable[[Any], Any]:
    def register(shape: Callable[[Args, Any], Shape]) -> Callable[[Args, Any], Shape]:
        OPERATIONS[name] = Definition(shape, value)
        return shape

    return register


def axis_of(e: Expr) -> int:
    """Where softmax and its kin run: down a column, along each row of a matrix (a row is an example)."""
    return -2 if e.shape[1] == ONE else -1


def _same(args: Args, data: Any) -> Shape:
    return args[0].shape


def _equal(op: str) -> Callable[[Args, Any], Shape]:
    def shape(args: Args, data: Any) -> Shape:
        if args[0].shape != args[1].shape:
            raise misfit(op, args[0], args[1], "it goes entry by entry and needs equal shapes")
        return args[0].shape

    return shape


def _square(name: str) -> Callable[[Args, Any], Shape]:
    def shape(args: Args, data: Any) -> Shape:
        if args[0].shape[0] != args[0].shape[1]:
            raise wants(name, args[0], "a square matrix")
        return args[0].shape

    return shape


def _square_number(name: str) -> Callable[[Args, Any], Shape]:
    def shape(args: Args, data: Any) -> Shape:
        _square(name)(args, data)
        return SCALAR

    return shape


def _a_number(args: Args, data: Any) -> Shape:
    return SCALAR


def _all(function: Callable[..., Any], a: Array) -> Array:
    return np.asarray(function(a, axis=(-2, -1), keepdims=True))


def product_value(coefficient: float, scalars: list[tuple[Array, float]], chain: list[Array]) -> Array:
    """The value of a product; a chain that ends in a column is multiplied from the right."""
    result: Array | None = None
    if chain:
        links = chain[::-1] if chain[-1].shape[-1] == 1 else chain
        result = links[0]
        for link in links[1:]:
            result = link @ result if links is not chain else result @ link
    for base, top in scalars:
        value = base if top == 1 else base**top
        result = value if result is None else value * result
    assert result is not None
    return result if coefficient == 1 else coefficient * result


def hadamard_value(entries: list[tuple[Array, float]]) -> Array:
    """The value of a product entry by entry."""
    base, top = entries[0]
    result = base if top == 1 else base**top
    for base, top in entries[1:]:
        result = result / base if top == -1 else result * (base if top == 1 else base**top)
    return result


def _softmax(node: Expr, q: Array) -> Array:
    axis = axis_of(node)
    e = np.exp(q - q.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _logsumexp(axis: int, q: Array) -> Array:
    top = q.max(axis=axis, keepdims=True)
    return np.asarray(top + np.log(np.exp(q - top).sum(axis=axis, keepdims=True)))


def _cross_entropy(node: Expr, q: Array, t: Array) -> Array:
    axis = axis_of(node.args[0])
    rows = q.shape[-2] if axis == -1 else 1
    return -np.sum(t * (q - _logsumexp(axis, q)), axis=(-2, -1), keepdims=True) / rows


def _expm(a: Array) -> Array:
    """e^A by scaling and squaring: Taylor's series of A/2ᵏ, squared k times."""
    norm = float(np.max(np.abs(a).sum(axis=-1), initial=0))
    halvings = max(0, math.ceil(math.log2(norm)) + 4) if norm > 0 else 0
    small = a / 2.0**halvings
    result = term = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    for k in range(1, 14):
        term = term @ small / k
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return result


def _frechet(node: Expr, a: Array, d: Array) -> Array:
    """The change of e^A when A changes by d: the upper right block of e^[A d; 0 A].

    Source: C. Van Loan, Computing integrals involving the matrix exponential, 1978.
    """
    lead = np.broadcast_shapes(a.shape, d.shape)
    a, d = np.broadcast_to(a, lead), np.broadcast_to(d, lead)
    above = np.concatenate([a, d], axis=-1)
    below = np.concatenate([np.zeros(lead), a], axis=-1)
    n = lead[-1]
    return _expm(np.concatenate([above, below], axis=-2))[..., :n, n:]


def _stack(node: Expr, *parts: Array) -> Array:
    lead = np.broadcast_shapes(*(p.shape[:-2] for p in parts))
    return np.concatenate([np.broadcast_to(p, lead + p.shape[-2:]) for p in parts], axis=-2)


def _kron_value(node: Expr, a: Array, b: Array) -> Array:
    c = np.einsum("...ij,...kl->...ikjl", a, b)
    return c.reshape((*c.shape[:-4], c.shape[-4] * c.shape[-3], c.shape[-2] * c.shape[-1]))


def commutation_value(rows: int, columns: int) -> Array:
    """K with K vec(A) = vec(Aᵀ), for A of that many rows and columns, entries row by row."""
    order = np.arange(rows * columns).reshape(rows, columns).T.ravel()
    return np.asarray(np.eye(rows * columns)[order])


for _name, _value, _shape in [
    ("elem", None, _same),
    ("softmax", _softmax, _same),
    ("log_softmax", lambda node, q: q - _logsumexp(axis_of(node), q), _same),
    ("power", lambda node, a, b: a**b, lambda args, data: args[1].shape if args[0].is_scalar else args[0].shape),
    ("maximum", lambda node, a, b: np.maximum(a, b), _equal("maximum")),
    ("minimum", lambda node, a, b: np.minimum(a, b), _equal("minimum")),
    ("T", lambda node, a: np.swapaxes(a, -1, -2), lambda args, data: args[0].shape[::-1]),
    ("trace", lambda node, a: np.trace(a, axis1=-2, axis2=-1)[..., None, None], _square_number("trace")),
    ("inv", lambda node, a: np.linalg.inv(a), _square("inv")),
    ("logdet", lambda node, a: np.linalg.slogdet(a)[1][..., None, None], _square_number("logdet")),
    ("det", lambda node, a: np.linalg.det(a)[..., None, None], _square_number("det")),
    ("expm", lambda node, a: _expm(a), _square("expm")),
    ("frechet", _frechet, _square("dexpm")),
    ("norm", lambda node, a: np.sqrt(_all(np.sum, a * a)), _a_number),
    ("max", lambda node, a: _all(np.max, a), _a_number),
    ("winner", lambda node, a: np.where(a == _all(np.max, a), 1.0, 0.0), _same),
    ("cross_entropy", _cross_entropy, _a_number),
    ("rows", None, lambda args, data: (data[1], args[0].shape[1])),
    (
        "vec",
        lambda node, a: a.reshape((*a.shape[:-2], -1, 1)),
        lambda args, data: (args[0].shape[0] * args[0].shape[1], ONE),
    ),
    ("unvec", None, lambda args, data: data),
    (
        "kron",
        _kron_value,
        lambda args, data: (args[0].shape[0] * args[1].shape[0], args[0].shape[1] * args[1].shape[1]),
    ),
    ("commutation", None, lambda args, data: (data[0] * data[1], data[0] * data[1])),
]:
    OPERATIONS[_name] = Definition(_shape, _value)


@_operation("logsumexp", lambda node, q: _logsumexp(axis_of(node.args[0]), q))
def _lse(args: Args, data: Any) -> Shape:
    return SCALAR if args[0].is_column else (args[0].shape[0], ONE)


@_operation("diag", lambda node, v: v * np.eye(v.shape[-2]))
def _diag(args: Args, data: Any) -> Shape:
    (v,) = args
    if v.shape[1] != ONE:
        raise wants("diag", v, "a column")
    return v.shape[0], v.shape[0]


@_operation("diagpart", lambda node, a: np.diagonal(a, axis1=-2, axis2=-1)[..., None])
def _diagpart(args: Args, data: Any) -> Shape:
    return _square("diagonal")(args, data)[0], ONE


@_operation("concat", _stack)
def _concat(args: Args, data: Any) -> Shape:
    if not args:
        raise ShapeError("concat needs at least one part")
    first, *rest = args
    for part in rest:
        if part.shape[1] != first.shape[1]:
            raise ShapeError(
                f"concat stacks parts on top of each other and needs equal widths, but {first} is "
                f"{first.shape[0]}×{first.shape[1]} and {part} is {part.shape[0]}×{part.shape[1]}"
                + (f"; did you mean {part}ᵀ?" if part.shape[0] == first.shape[1] else "")
            )
    return sum((part.shape[0] for part in args), ZERO), first.shape[1]


def check_targets_fit(q: Expr, t: Expr) -> None:
    """Logits and targets of a cross-entropy have one shape."""
    if q.shape != t.shape:
        raise ShapeError(
            f"cross_entropy needs logits and targets of one shape, but {q} is {q.shape[0]}×{q.shape[1]} "
            f"and {t} is {t.shape[0]}×{t.shape[1]}"
            + ("; did you mean the targets transposed?" if t.shape == q.shape[::-1] else "")
        )


def commutation(rows: Size, columns: Size) -> Expr:
    """The permutation K with K vec(A) = vec(Aᵀ) for a rows×columns matrix A."""
    return Expr("commutation", (), (rows, columns), (rows * columns, rows * columns))
