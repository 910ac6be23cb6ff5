"""The operations: of each the shape of its result and its value on arrays.

Values hold under extra leading axes, so that all perturbations of a finite difference run in one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expressions import Expr
from lecture_lib.matcalc.misfits import misfit, wants
from lecture_lib.matcalc.sizes import ONE, SCALAR, ZERO, Shape, Size

Array = np.ndarray[Any, Any]
Args = tuple[Expr, ...]


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        shape: ``shape(args, data)``, the shape of the result; raises ShapeError if the arguments do not fit.
        value: ``value(node, *arrays)``, its value; None for nodes whose value is given from outside.
    """

    shape: Callable[[Args, Any], Shape]
    value: Callable[..., Array] | None = None


OPERATIONS: dict[str, Operation] = {}


def _operation(name: str, value: Callable[..., Array] | None) -> Callable[[Any], Any]:
    def register(shape: Callable[[Args, Any], Shape]) -> Callable[[Args, Any], Shape]:
        OPERATIONS[name] = Operation(shape, value)
        return shape

    return register


def axis_of(e: Expr) -> int:
    """Where softmax and its kin run: down a column, along each row of a matrix (a row is an example).

    Args:
        e: what softmax is applied to.

    Returns:
        The axis, -2 or -1.
    """
    return -2 if e.shape[1] == ONE else -1


def _equal(op: str, why: str) -> Callable[[Args, Any], Shape]:
    def shape(args: Args, data: Any) -> Shape:
        a, b = args
        if a.shape != b.shape:
            raise misfit(op, a, b, why)
        return a.shape

    return shape


def _same(args: Args, data: Any) -> Shape:
    return args[0].shape


@_operation("matmul", lambda node, a, b: a @ b)
def _matmul(args: Args, data: Any) -> Shape:
    a, b = args
    if a.shape[1] != b.shape[0]:
        raise misfit("matmul", a, b, f"the inner sizes {a.shape[1]} and {b.shape[0]} differ")
    return a.shape[0], b.shape[1]


@_operation("scale", lambda node, c, a: c * a)
def _scale(args: Args, data: Any) -> Shape:
    return args[1].shape


@_operation("div", lambda node, a, b: a / b)
def _div(args: Args, data: Any) -> Shape:
    a, b = args
    if not b.is_scalar and a.shape != b.shape:
        raise misfit("div", a, b, "/ goes entry by entry and needs equal shapes, or a single number below")
    return a.shape


@_operation("power", lambda node, a, b: a**b)
def _power(args: Args, data: Any) -> Shape:
    a, b = args
    if not b.is_scalar and a.shape != b.shape:
        raise misfit("power", a, b, "** goes entry by entry and needs equal shapes, or a single number on top")
    if b.op != "number" and a.shape != b.shape:
        raise misfit("power", a, b, "an exponent that is not a plain number needs the shape of its base")
    return a.shape


@_operation("T", lambda node, a: np.swapaxes(a, -1, -2))
def _transpose(args: Args, data: Any) -> Shape:
    return args[0].shape[1], args[0].shape[0]


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


for _name, _value in {
    "elem": None,
    "neg": lambda node, a: -a,
    "softmax": _softmax,
    "log_softmax": lambda node, q: q - _logsumexp(axis_of(node), q),
}.items():
    _operation(_name, _value)(_same)
_operation("add", lambda node, a, b: a + b)(_equal("add", "a sum needs equal shapes"))
_operation("mul", lambda node, a, b: a * b)(_equal("mul", "∘ needs equal shapes"))
_operation("maximum", lambda node, a, b: np.maximum(a, b))(_equal("maximum", "max goes entry by entry"))


@_operation("logsumexp", lambda node, q: _logsumexp(axis_of(node.args[0]), q))
def _lse(args: Args, data: Any) -> Shape:
    return SCALAR if args[0].is_column else (args[0].shape[0], ONE)


@_operation("cross_entropy", _cross_entropy)
def _ce(args: Args, data: Any) -> Shape:
    q, t = args
    if q.shape != t.shape:
        raise ShapeError(
            f"cross_entropy needs logits and targets of one shape, but {q} is {q.shape[0]}×{q.shape[1]} "
            f"and {t} is {t.shape[0]}×{t.shape[1]}"
            + ("; did you mean the targets transposed?" if t.shape == q.shape[::-1] else "")
        )
    return SCALAR


@_operation("diag", lambda node, v: v * np.eye(v.shape[-2]))
def _diag(args: Args, data: Any) -> Shape:
    (v,) = args
    if v.shape[1] != ONE:
        raise wants("diag", v, "a column")
    return v.shape[0], v.shape[0]


def _square(name: str, e: Expr) -> Size:
    if e.shape[0] != e.shape[1]:
        raise wants(name, e, "a square matrix")
    return e.shape[0]


@_operation("diagpart", lambda node, a: np.diagonal(a, axis1=-2, axis2=-1)[..., None])
def _diagpart(args: Args, data: Any) -> Shape:
    return _square("diagonal", args[0]), ONE


@_operation("trace", lambda node, a: np.trace(a, axis1=-2, axis2=-1)[..., None, None])
def _trace(args: Args, data: Any) -> Shape:
    _square("trace", args[0])
    return SCALAR


@_operation("inv", lambda node, a: np.linalg.inv(a))
def _inv(args: Args, data: Any) -> Shape:
    _square("inv", args[0])
    return args[0].shape


@_operation("logdet", lambda node, a: np.linalg.slogdet(a)[1][..., None, None])
def _logdet(args: Args, data: Any) -> Shape:
    _square("logdet", args[0])
    return SCALAR


@_operation("norm", lambda node, a: np.sqrt(np.sum(a * a, axis=(-2, -1), keepdims=True)))
def _norm(args: Args, data: Any) -> Shape:
    return SCALAR


@_operation("sqnorm", lambda node, a: np.sum(a * a, axis=(-2, -1), keepdims=True))
def _sqnorm(args: Args, data: Any) -> Shape:
    return SCALAR


def _stack(node: Expr, *parts: Array) -> Array:
    lead = np.broadcast_shapes(*(p.shape[:-2] for p in parts))
    return np.concatenate([np.broadcast_to(p, lead + p.shape[-2:]) for p in parts], axis=-2)


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
    rows = ZERO
    for part in args:
        rows += part.shape[0]
    return rows, first.shape[1]


@_operation("rows", None)
def _rows(args: Args, data: tuple[Size, Size]) -> Shape:
    return data[1], args[0].shape[1]


@_operation("vec", lambda node, a: a.reshape((*a.shape[:-2], -1, 1)))
def _vec(args: Args, data: Any) -> Shape:
    return args[0].shape[0] * args[0].shape[1], ONE


def _kron_value(node: Expr, a: Array, b: Array) -> Array:
    c = np.einsum("...ij,...kl->...ikjl", a, b)
    return c.reshape((*c.shape[:-4], c.shape[-4] * c.shape[-3], c.shape[-2] * c.shape[-1]))


@_operation("kron", _kron_value)
def _kron(args: Args, data: Any) -> Shape:
    a, b = args
    return a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]
