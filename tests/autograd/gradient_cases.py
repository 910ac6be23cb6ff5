"""Every operation as a NumPy user writes it: functions with arguments of unequal sizes, away from kinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import lecture_lib as ll
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.linalg import ADJUGATE
from lecture_lib.autograd.tensor import UFUNCS, apply

_rng = np.random.default_rng(2024)

Array = np.ndarray[Any, Any]


def normal(*shape: int) -> Array:
    """Any sign, a little away from 0."""
    x = _rng.standard_normal(shape)
    return np.asarray(x + 0.2 * np.sign(x))


def tenths(*shape: int) -> Array:
    """Any sign, whole numbers of tenths."""
    return np.round(normal(*shape), 1)


def between_tenths(*shape: int) -> Array:
    """Any sign, at least 0.05 away from every tenth."""
    return np.asarray(tenths(*shape) + 0.05)


def positive(*shape: int) -> Array:
    """Between 0.4 and 2."""
    return np.asarray(_rng.uniform(0.4, 2.0, shape))


def inside(*shape: int) -> Array:
    """Between -0.8 and 0.8, away from 0."""
    return np.asarray(_rng.uniform(0.1, 0.8, shape) * _rng.choice([-1.0, 1.0], shape))


def above_one(*shape: int) -> Array:
    """Between 1.3 and 3."""
    return np.asarray(_rng.uniform(1.3, 3.0, shape))


def distinct(*shape: int) -> Array:
    """All entries at least 0.1 apart, in no order."""
    n = int(np.prod(shape))
    return np.asarray((_rng.permutation(n) - n / 2.3) * 0.3 + _rng.uniform(0, 0.1, n)).reshape(shape)


def regular(n: int, lead: tuple[int, ...] = ()) -> Array:
    """Matrices far from singular, not symmetric."""
    return _rng.standard_normal((*lead, n, n)) * 0.4 + 2 * np.eye(n)


def fractions(*shape: int) -> Array:
    """Positive numbers whose quotients by ``positive(…)`` stay off the integers."""
    return np.asarray(_rng.integers(1, 5, shape) + 0.5)


@dataclass(frozen=True)
class Case:
    """One function, its arguments, and whether its second derivative is worth a comparison."""

    name: str
    f: Callable[..., Any]
    args: tuple[Array, ...]
    second: bool = True

    def __str__(self) -> str:
        return self.name


CASES: list[Case] = []


def case(name: str, f: Callable[..., Any], *args: Array, second: bool = True) -> None:
    """Add a case to the list, once: collecting doctests runs this file's neighbors a second time."""
    if all(known.name != name for known in CASES):
        CASES.append(Case(name, f, tuple(np.asarray(a) for a in args), second))


UNARY_DOMAINS: dict[str, Callable[..., Array]] = {
    "sqrt": positive, "log": positive, "log2": positive, "log10": positive, "log1p": positive, "arcsin": inside,
    "arccos": inside, "arctanh": inside, "arccosh": above_one, "tan": inside, "reciprocal": above_one,
}  # fmt: skip
BINARY_DOMAINS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    **dict.fromkeys(("maximum", "minimum", "fmax", "fmin"), (tenths, between_tenths)),
    "divide": (normal, above_one),
    "power": (positive, normal),
    "float_power": (positive, normal),
    "remainder": (fractions, lambda *shape: np.full(shape, 2.0) + 0.1 * _rng.uniform(size=shape)),
    "fmod": (fractions, lambda *shape: np.full(shape, 2.0) + 0.1 * _rng.uniform(size=shape)),
}
SHAPE_PAIRS = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3,), (2, 3)), ((3, 1), (4,)), ((), (2, 3)), ((2, 3), ()),
               ((2, 1, 3), (4, 1)), ((), ())]  # fmt: skip


def domains(ufunc: np.ufunc) -> tuple[Callable[..., Array], ...]:
    """Where a universal function is smooth: one maker of arguments per operand."""
    if ufunc.nin == 1:
        return (UNARY_DOMAINS.get(ufunc.__name__, normal),)
    return BINARY_DOMAINS.get(ufunc.__name__, (normal, normal))


ELEMENTWISE = [ufunc for ufunc, operation in UFUNCS.items() if isinstance(operation, Elementwise)]

for _u in ELEMENTWISE:
    _makers = domains(_u)
    if _u.nin == 1:
        for _shape in ((), (3,), (2, 3)):
            case(f"{_u.__name__}{_shape}", _u, _makers[0](*_shape), second=_shape == (3,))
    else:
        for _a, _b in SHAPE_PAIRS:
            _one, _two = _makers[0](*_a), _makers[1](*_b)
            case(f"{_u.__name__}{_a}{_b}", _u, _one, _two, second=(_a, _b) in (((3, 1), (4,)), ((), ())))
        case(f"{_u.__name__} twice", lambda x, u=_u: u(x, 2 * x + 0.7), _makers[0](3))

# Operators, reflected and with numbers
case("x + 2", lambda x: x + 2, normal(3))
case("2 + x", lambda x: 2 + x, normal(3))
case("x - 2", lambda x: x - 2, normal(3))
case("1 - x", lambda x: 1 - x, normal(3))
case("x * 3", lambda x: x * 3, normal(3))
case("3 * x", lambda x: 3 * x, normal(3))
case("x / 3", lambda x: x / 3, normal(3))
case("3 / x", lambda x: 3 / x, above_one(3))
case("x ** 3", lambda x: x**3, normal(3))
case("x ** 2", lambda x: x**2, normal(2, 3))
case("x ** 0.5", lambda x: x**0.5, positive(3))
case("x ** -1", lambda x: x**-1, above_one(3))
case("x ** 0", lambda x: x**0, normal(3))
case("x ** array", lambda x: x ** np.array([1.0, 2.0, 3.0]), normal(3))
case("2 ** x", lambda x: 2**x, normal(3))
case("x % 2", lambda x: x % 2, fractions(3))
case("7.3 % x", lambda x: 7.3 % x, np.array([2.0, 1.6]))
case("-x, +x, abs(x)", lambda x: -x + 2 * +x * abs(x), normal(3))
case("array @ x", lambda x: np.arange(6.0).reshape(2, 3) @ x, normal(3))
case("x @ array", lambda x: x @ np.arange(6.0).reshape(3, 2), normal(3))
case("array - x", lambda x: np.arange(3.0) - x, normal(2, 3))
case("array / x", lambda x: np.arange(3.0) / x, above_one(2, 3))


def in_place(x: Any, y: Any) -> Any:
    """Every in-place operator on a name that holds a Tensor."""
    z = x * 1
    z += y
    z *= x
    z -= 0.5
    z /= y
    z **= 2
    z @= y
    return z


case("in-place operators", in_place, normal(2, 2), above_one(2, 2))

# Functions of neural networks
for _shape in ((), (4,), (2, 3)):
    case(f"sigmoid{_shape}", ll.sigmoid, normal(*_shape))
    case(f"softplus{_shape}", ll.softplus, normal(*_shape))
    case(f"relu{_shape}", ll.relu, normal(*_shape))
    case(f"leaky_relu{_shape}", ll.leaky_relu, normal(*_shape))
    case(f"hard_tanh{_shape}", ll.hard_tanh, np.asarray(normal(*_shape) * 1.3))
case("leaky_relu with slope", ll.leaky_relu, normal(2, 3), positive(3))
case("leaky_relu with slope, broadcast", ll.leaky_relu, normal(3), positive(2, 1))
case("hard_tanh outside", ll.hard_tanh, np.array([-3.0, -0.5, 0.4, 2.0]))
for _axis in (None, 0, -1, (0, 1)):
    for _keep in (False, True):
        case(f"logsumexp {_axis} {_keep}", lambda x, a=_axis, k=_keep: ll.logsumexp(x, a, k), normal(2, 3))
case("logsumexp ()", ll.logsumexp, normal())
for _axis in (0, 1, -1):
    case(f"softmax {_axis}", lambda x, a=_axis: ll.softmax(x, a), normal(2, 3))
    case(f"log_softmax {_axis}", lambda x, a=_axis: ll.log_softmax(x, a), normal(2, 3))
case("softmax of a vector", ll.softmax, normal(4))
case("cross_entropy, ids", lambda x: ll.cross_entropy(x, np.array([2, 0])), normal(2, 3))
case("cross_entropy, one id", lambda x: ll.cross_entropy(x, np.array(2)), normal(3))
case("cross_entropy, ids 2-D", lambda x: ll.cross_entropy(x, np.array([[2, 0], [1, 1]])), normal(2, 2, 3))
case("cross_entropy, probabilities", lambda x, t: ll.cross_entropy(x, t), normal(2, 3), positive(2, 3))

# Reductions
_reductions: list[tuple[str, Callable[..., Any], Callable[..., Array]]] = [
    ("sum", np.sum, normal), ("mean", np.mean, normal), ("var", np.var, normal), ("std", np.std, normal),
    ("prod", np.prod, normal), ("max", np.max, distinct), ("min", np.min, distinct), ("amax", np.amax, distinct),
    ("amin", np.amin, distinct), ("ptp", np.ptp, distinct),
    ("norm", np.linalg.norm, normal),
]  # fmt: skip
for _name, _reduce, _make in _reductions:
    case(f"{_name} ()", _reduce, np.asarray(_make(1)[0]), second=False) if _name not in ("norm", "std") else None
    case(f"{_name} vector", _reduce, _make(5))
    case(f"{_name} keepdims", lambda x, r=_reduce: r(x, keepdims=True), _make(2, 3))
    for _axis in (None, 0, 1, -2, (0, 1)):
        case(f"{_name} {_axis}", lambda x, r=_reduce, a=_axis: r(x, axis=a), _make(2, 3))
    case(f"{_name} 1 keepdims", lambda x, r=_reduce: r(x, axis=1, keepdims=True), _make(2, 3, 2))
    if _name != "norm":
        case(f"{_name} (0, -1)", lambda x, r=_reduce: r(x, axis=(0, -1)), _make(2, 3, 2))
        case(f"{_name} (2, 0) keepdims", lambda x, r=_reduce: r(x, axis=(2, 0), keepdims=True), _make(2, 3, 2))
case("norm with an entry 0", np.linalg.norm, np.array([0.0, 3.0, -4.0]))
case("hypot with an entry 0", np.hypot, np.array([0.0, 2.0]), np.array([1.5, 0.0]))
case("power with exponent 0", np.power, np.array([1.5, 0.7, 2.0]), np.array([0.0, 1.0, 2.0]))
case("norm matrix axes", lambda x: np.linalg.norm(x, axis=(1, 2)), normal(2, 3, 2))
case("norm fro", lambda x: np.linalg.norm(x, "fro"), normal(2, 3))
case("norm 2", lambda x: np.linalg.norm(x, 2, axis=0), normal(2, 3))
case("norm 2 of a vector", lambda x: np.linalg.norm(x, 2), normal(3))
case("norm 1", lambda x: np.linalg.norm(x, 1, axis=0), normal(2, 3))
case("norm inf", lambda x: np.linalg.norm(x, np.inf, axis=1), distinct(2, 3))
case("norm -inf", lambda x: np.linalg.norm(x, -np.inf, axis=1), np.array([[1.0, -3.0, 2.0], [-0.5, 0.8, 1.4]]))
case("norm of three axes", np.linalg.norm, normal(2, 3, 2))
case("var ddof", lambda x: np.var(x, axis=1, ddof=1), normal(2, 3))
case("std ddof", lambda x: np.std(x, ddof=1, keepdims=True), normal(2, 3))
case("var correction", lambda x: np.var(x, axis=0, correction=1), normal(3, 2))
case("std correction", lambda x: np.std(x, axis=0, correction=1), normal(3, 2))
case("average", lambda x, w: np.average(x, weights=w), normal(2, 3), positive(2, 3))
case("average along", lambda x, w: np.average(x, axis=1, weights=w), normal(2, 3), positive(3))
case("average, no weights", lambda x: np.average(x, axis=0, keepdims=True), normal(2, 3))
case("average, constant weights", lambda x: np.average(x, axis=0, weights=[1.0, 3.0]), normal(2, 3))
for _axis in (None, 0, 1, -1):
    case(f"cumsum {_axis}", lambda x, a=_axis: np.cumsum(x, a), normal(2, 3))
case("cumsum 3-D", lambda x: np.cumsum(x, 1), normal(2, 3, 2))
case("prod with a zero", np.prod, np.array([2.0, 0.0, 3.0, -1.5]))
case("prod with two zeros", np.prod, np.array([2.0, 0.0, 3.0, 0.0, 1.2]))
case("prod of three zeros", lambda x: np.prod(x, axis=1), np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 0.0]]))
case("prod of long rows", lambda x: np.prod(x, axis=-1), positive(2, 7))
case("add.reduce", lambda x: np.add.reduce(x), normal(2, 3))
case("add.reduce 1", lambda x: np.add.reduce(x, axis=1, keepdims=True), normal(2, 3))
case("multiply.reduce", lambda x: np.multiply.reduce(x, axis=1), normal(2, 3))
case("maximum.reduce", lambda x: np.maximum.reduce(x), distinct(2, 3))
case("minimum.reduce", lambda x: np.minimum.reduce(x, axis=None), distinct(2, 3))
case("add.accumulate", lambda x: np.add.accumulate(x), normal(2, 3))
case("multiply.outer", lambda x, y: np.multiply.outer(x, y), normal(2), normal(3))
case("multiply.outer 2-D", lambda x, y: np.multiply.outer(x, y), normal(2, 3), normal(2))
case("add.outer", lambda x, y: np.add.outer(x, y), normal(2, 3), normal(2))

# Products
_product_shapes = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 1), (1, 3)), ((1, 3), (3, 1)),
                   ((5, 2, 3), (3,)), ((5, 2, 3), (3, 4)), ((3,), (5, 3, 2)), ((2, 3), (5, 3, 4)),
                   ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (1, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((2, 1, 2, 3), (3, 3, 2)),
                   ((5, 2, 1), (1, 3)), ((1, 2), (5, 2, 1)), ((3,), (2, 4, 3, 2)), ((2, 4, 2, 3), (3,))]  # fmt: skip
for _a, _b in _product_shapes:
    case(f"matmul {_a}{_b}", np.matmul, normal(*_a), normal(*_b), second=max(len(_a), len(_b)) < 4)
case("x @ x.T", lambda x: x @ x.T, normal(2, 3))
case("x @ x", lambda x: x @ x, normal(3, 3))
case("x @ x, vector", lambda x: x @ x, normal(3))
for _a, _b in [((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)),
               ((2, 2, 3), (3,)), ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)), ((3,), (2, 3, 2)), ((), ())]:  # fmt: skip
    case(f"dot {_a}{_b}", np.dot, normal(*_a), normal(*_b))
for _a, _b in [((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)),
               ((2, 2, 3), (4, 3))]:  # fmt: skip
    case(f"inner {_a}{_b}", np.inner, normal(*_a), normal(*_b))
case("outer", np.outer, normal(2), normal(3))
case("outer of matrices", np.outer, normal(2, 2), normal(3, 1))
case("outer of itself", lambda x: np.outer(x, x), normal(3))
case("vdot", np.vdot, normal(2, 3), normal(2, 3))
case("vdot of vectors", np.vdot, normal(3), normal(3))
case("kron", np.kron, normal(2, 3), normal(3, 2))
case("kron of vectors", np.kron, normal(2), normal(3))
case("kron of ranks 1 and 2", np.kron, normal(2), normal(3, 2))
case("kron of ranks 2 and 0", np.kron, normal(2, 2), normal())
case("tensordot 2", np.tensordot, normal(2, 3, 4), normal(3, 4, 2))
case("tensordot 1", lambda x, y: np.tensordot(x, y, axes=1), normal(2, 3), normal(3, 2))
case("tensordot 0", lambda x, y: np.tensordot(x, y, axes=0), normal(2), normal(3))
case("tensordot axes", lambda x, y: np.tensordot(x, y, axes=([0, 2], [1, 0])), normal(2, 3, 4), normal(4, 2, 3))
case("tensordot one axis each", lambda x, y: np.tensordot(x, y, axes=(0, -1)), normal(2, 3), normal(3, 2))
_einsums: list[tuple[str, list[tuple[int, ...]]]] = [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]), ("ij->", [(2, 3)]),
    ("ij->i", [(2, 3)]), ("ii->i", [(3, 3)]), ("ii", [(3, 3)]), ("ii->", [(3, 3)]), ("i,i->", [(3,), (3,)]),
    ("i,j->ij", [(2,), (3,)]), ("ij,ij->ij", [(2, 3), (2, 3)]), ("bij,bjk->bik", [(4, 2, 3), (4, 3, 2)]),
    ("...ij,...jk->...ik", [(4, 2, 3), (4, 3, 2)]), ("...ij,jk->...ik", [(4, 2, 3), (3, 2)]),
    ("...i,...i->...", [(2, 3), (3,)]), ("ij,kj,j->ik", [(2, 3), (4, 3), (3,)]), ("i,ij,j->", [(2,), (2, 3), (3,)]),
    ("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)]), ("iij->j", [(2, 2, 3)]), ("iji->j", [(2, 3, 2)]),
    ("ij,k->k", [(2, 3), (4,)]), ("ij,jj->i", [(2, 3), (3, 3)]), ("iii->i", [(2, 2, 2)]), (",i->i", [(), (3,)]),
    ("ij,jk->ik", [(1, 3), (3, 4)]), ("ij,ij->j", [(2, 3), (1, 3)]), ("i,i->i", [(1,), (3,)]),
    ("ji,jk->k", [(2, 3), (2, 4)]), ("...->...", [(2, 3)]), ("ij->i", [(2, 1)]), ("i...->...", [(2, 3)]), ("ij,i->ij", [(2, 3), (2,)]),
    ("b...i,b...i->b...", [(2, 2, 3), (2, 1, 3)]), ("...i,i->...", [(3,), (3,)]),
]  # fmt: skip
for _number, (_text, _shapes) in enumerate(_einsums):
    case(f"einsum {_number} {_text}", lambda *x, t=_text: np.einsum(t, *x), *(normal(*s) for s in _shapes))
case("einsum of x with itself", lambda x: np.einsum("ij,kj->ik", x, x), normal(2, 3))
for _offset in (0, 1, -1):
    case(f"trace {_offset}", lambda x, k=_offset: np.trace(x, k), normal(3, 4))
    case(f"diagonal {_offset}", lambda x, k=_offset: np.diagonal(x, k), normal(3, 4))
    case(f"diag of a vector {_offset}", lambda x, k=_offset: np.diag(x, k), normal(3))
    case(f"diag of a matrix {_offset}", lambda x, k=_offset: np.diag(x, k), normal(3, 4))
    case(f"tril {_offset}", lambda x, k=_offset: np.tril(x, k), normal(3, 4))
    case(f"triu {_offset}", lambda x, k=_offset: np.triu(x, k), normal(3, 4))
case("trace of a stack", lambda x: np.trace(x, 1, 2, 0), normal(3, 2, 3))
case("diagonal of a stack", lambda x: np.diagonal(x, 0, 2, 0), normal(3, 2, 4))
case("tril of a stack", lambda x: np.tril(x), normal(2, 3, 3))

# Shapes and rearrangement
case("reshape", lambda x: np.reshape(x, (3, 2)), normal(2, 3))
case("reshape -1", lambda x: x.reshape(-1, 2), normal(2, 3))
case("reshape to ()", lambda x: x.reshape(()), normal(1))
case("ravel", np.ravel, normal(2, 3))
case("flatten", lambda x: x.flatten(), normal(2, 3))
case("transpose", np.transpose, normal(2, 3))
case("transpose axes", lambda x: np.transpose(x, (2, 0, 1)), normal(2, 3, 4))
case("transpose method", lambda x: x.transpose(1, 2, 0), normal(2, 3, 4))
case("permute_dims", lambda x: np.permute_dims(x, (1, 2, 0)), normal(2, 3, 4))
case("matrix_transpose", np.matrix_transpose, normal(2, 3, 4))
case(".T", lambda x: x.T, normal(2, 3))
case(".mT", lambda x: x.mT, normal(2, 3, 4))
case("swapaxes", lambda x: np.swapaxes(x, 0, -1), normal(2, 3, 4))
case("moveaxis", lambda x: np.moveaxis(x, (0, 1), (-1, 0)), normal(2, 3, 4))
case("moveaxis one", lambda x: np.moveaxis(x, 2, 0), normal(2, 3, 4))
case("rollaxis", lambda x: np.rollaxis(x, 2), normal(2, 3, 4))
case("expand_dims", lambda x: np.expand_dims(x, (0, -1)), normal(2, 3))
case("squeeze", np.squeeze, normal(1, 3, 1))
case("squeeze axis", lambda x: np.squeeze(x, 0), normal(1, 3, 1))
case("atleast_1d", np.atleast_1d, normal())
case("atleast_2d", np.atleast_2d, normal(3))
case("atleast_3d", np.atleast_3d, normal(2, 3))
case("broadcast_to", lambda x: np.broadcast_to(x, (4, 2, 3)), normal(2, 1))
case("broadcast_to a vector", lambda x: np.broadcast_to(x, 4), normal())
case("broadcast_to itself", lambda x: np.broadcast_to(x, (2, 3)), normal(2, 3))
case("broadcast_arrays", lambda x, y: np.broadcast_arrays(x, y), normal(2, 1), normal(3))
case("concatenate", lambda x, y: np.concatenate([x, y, x]), normal(2, 3), normal(1, 3))
case("concatenate 1", lambda x, y: np.concatenate((x, y), axis=1), normal(2, 3), normal(2, 2))
case("concatenate -1", lambda x, y: np.concatenate((x, y), axis=-1), normal(2, 2, 1), normal(2, 2, 2))
case("concatenate None", lambda x, y: np.concatenate((x, y), axis=None), normal(2, 3), normal(2))
case("concatenate with an array", lambda x: np.concatenate([np.ones((1, 3)), x, np.zeros((2, 3))]), normal(2, 3))
case("append", lambda x, y: np.append(x, y), normal(2, 3), normal(2))
case("append along", lambda x, y: np.append(x, y, axis=0), normal(2, 3), normal(1, 3))
case("stack", lambda x, y: np.stack([x, y]), normal(2, 3), normal(2, 3))
case("stack -1", lambda x, y: np.stack([x, y], axis=-1), normal(2, 3), normal(2, 3))
case("stack of numbers", lambda x, y: np.stack([x, y, 2.0]), normal(), normal())
case("hstack", lambda x, y: np.hstack([x, y]), normal(2, 3), normal(2, 1))
case("hstack vectors", lambda x, y: np.hstack([x, y]), normal(2), normal(3))
case("hstack numbers", lambda x, y: np.hstack([x, y]), normal(), normal())
case("vstack", lambda x, y: np.vstack([x, y]), normal(2, 3), normal(3))
case("dstack", lambda x, y: np.dstack([x, y]), normal(2, 3), normal(2, 3, 2))
case("column_stack", lambda x, y: np.column_stack([x, y]), normal(2), normal(2, 3))
case("split", lambda x: np.split(x, 3)[1], normal(6, 2))
case("split, all parts", lambda x: np.split(x, [1, 3], axis=1), normal(2, 5))
case("split, cuts off the end", lambda x: np.split(x, [-2, 9]), normal(5))
case("array_split", lambda x: np.array_split(x, 3, axis=-1), normal(2, 5))
case("hsplit", lambda x: np.hsplit(x, 2), normal(3, 4))
case("vsplit", lambda x: np.vsplit(x, 2), normal(4, 3))
case("repeat", lambda x: np.repeat(x, 2), normal(2, 3))
case("repeat along", lambda x: np.repeat(x, [1, 0, 3], axis=1), normal(2, 3))
case("tile", lambda x: np.tile(x, 2), normal(2, 3))
case("tile more axes", lambda x: np.tile(x, (2, 1, 3)), normal(2, 3))
case("tile fewer axes", lambda x: np.tile(x, (2,)), normal(2, 3))
case("roll", lambda x: np.roll(x, 2), normal(2, 3))
case("roll axis", lambda x: np.roll(x, -1, axis=1), normal(2, 3))
case("roll axes", lambda x: np.roll(x, (1, 2), axis=(0, 1)), normal(2, 3))
case("flip", np.flip, normal(2, 3))
case("flip axis", lambda x: np.flip(x, 1), normal(2, 3))
case("flip axes", lambda x: np.flip(x, (0, 2)), normal(2, 3, 2))
case("fliplr", np.fliplr, normal(2, 3))
case("flipud", np.flipud, normal(2, 3))
case("rot90", np.rot90, normal(2, 3))
case("rot90 twice", lambda x: np.rot90(x, 2, (1, 0)), normal(2, 3))
case("pad", lambda x: np.pad(x, 1), normal(2, 3))
case("pad widths", lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0), normal(2, 3))
case("pad with corner values", lambda x: np.pad(x, (2, 1), "constant", constant_values=(4.0, 5.0)), normal(3))
case("diff", np.diff, normal(2, 4))
case("diff n axis", lambda x: np.diff(x, n=2, axis=0), normal(4, 2))
case("sort", np.sort, distinct(5))
case("sort axis", lambda x: np.sort(x, axis=0), distinct(4, 2))
case("sort None", lambda x: np.sort(x, axis=None), distinct(2, 3))
case("copy", lambda x: np.copy(x) * x.copy(), normal(3))
case("astype", lambda x: x.astype(np.float64), normal(3))
case("where", lambda x, y: np.where(np.arange(3) > 0, x, y), normal(2, 3), normal(3))
case("where broadcast", lambda x, y: np.where(np.array([[True], [False]]), x, y), normal(3), normal(2, 1))
case("where with y wider", lambda x, y: np.where(np.arange(3) > 0, x, y), normal(3), normal(2, 3))
case("where with condition wider", lambda x, y: np.where(np.eye(3, dtype=bool), x, y), normal(3), normal())
case("where with numbers", lambda x: np.where(x > 0, x, 0.0) + np.where(x > 0, 1.0, x), normal(4))
case("where both the same", lambda x: np.where(x > 0, x * x, -x), normal(4))
case("clip", lambda x: np.clip(x, -0.5, 0.9), np.array([-1.0, -0.2, 0.3, 1.4]))
case("clip low", lambda x: np.clip(x, -0.5, None), np.array([-1.0, -0.2, 0.3, 1.4]))
case("clip min=", lambda x: np.clip(x, min=-0.5), np.array([-1.0, -0.2, 0.3, 1.4]))
case(
    "clip bounds that are arguments", np.clip, np.array([[-1.0, 0.2, 3.0]]), np.array([-0.5]), np.array([[1.0], [2.0]])
)
case("clip method", lambda x: x.clip(0.0, 1.0), np.array([-1.0, 0.2, 3.0]))

# Indexing
_columns, _mask = np.array([2, 0, 2, 1]), np.array([True, False, True])
_indices: list[tuple[str, Any]] = [
    ("0", 0), ("-1", -1), ("np.int64", np.int64(1)), ("1:", slice(1, None)), ("::-1", slice(None, None, -1)),
    ("::2", slice(None, None, 2)), ("3:0:-2", slice(3, 0, -2)), ("...", Ellipsis), ("None", None), ("()", ()),
    ("1, 2", (1, 2)), (":, 1", (slice(None), 1)), ("..., 1", (Ellipsis, 1)), ("None, ..., None", (None, Ellipsis, None)),
    ("ids", _columns), ("ids 2-D", np.array([[0, 1], [2, 2]])), (":, ids", (slice(None), np.array([3, 0, 3]))),
    ("ids, ids", (np.array([0, 1, 0]), np.array([2, 3, 2]))), ("ids, None, ids", (np.array([0, 1]), None, np.array([2, 3]))),
    ("ids[:, None], ids", (np.array([[0], [2]]), np.array([1, 1, 3]))), ("mask", _mask), ("mask, ids", (_mask, np.array([1, 3]))),
    ("full mask", np.arange(12).reshape(3, 4) % 3 == 0), ("list", [0, 2, 0]), ("negative ids", np.array([-1, -3, -1])),
    ("empty ids", np.array([], dtype=int)), ("empty slice", slice(2, 2)), ("list of booleans", [True, False, True]),
    ("tuple in list", ([0, 0], [1, 1])), ("range", range(2)), ("True", True),
]  # fmt: skip
for _name, _index in _indices:
    case(f"x[{_name}]", lambda x, i=_index: x[i], normal(3, 4))
case("x[ids] of three axes", lambda x: x[:, np.array([0, 0, 2]), 1:], normal(2, 3, 3))
case("x[ids, :, ids]", lambda x: x[np.array([0, 1, 0]), :, np.array([2, 0, 2])], normal(2, 2, 3))
case("x[0] of a vector", lambda x: x[0] * x[1], normal(3))
case("look-up then ravel", lambda e: np.tanh(e[np.array([1, 0, 1])].ravel()), normal(3, 2))
case("unpacking", lambda x: x[0] * x[1] + list(x)[2], normal(3, 2))
case("take", lambda x: np.take(x, [0, 5, 5]), normal(2, 3))
case("take axis", lambda x: np.take(x, np.array([[0, 2], [2, 1]]), axis=1), normal(2, 3))
case("take a number", lambda x: np.take(x, 1, axis=0), normal(2, 3))
case("take_along_axis", lambda x: np.take_along_axis(x, np.argsort(x, axis=1), axis=1), distinct(2, 3))
case("take_along_axis 0", lambda x: np.take_along_axis(x, np.array([[0, 1, 1]]), 0), normal(2, 3))
case("take_along_axis None", lambda x: np.take_along_axis(x, np.array([5, 0, 5]), None), normal(2, 3))

# Linear algebra
case("inv", np.linalg.inv, regular(3))
case("inv of a stack", np.linalg.inv, regular(2, (2,)))
case("det", np.linalg.det, regular(3))
case("det of a stack", np.linalg.det, regular(2, (3,)))
case("slogdet", lambda a: np.linalg.slogdet(a)[1], regular(3))
case(
    "slogdet of a negative determinant",
    lambda a: np.linalg.slogdet(a).logabsdet,
    regular(3) * np.array([[-1.0], [1], [1]]),
)
case("slogdet of a stack", lambda a: np.linalg.slogdet(a).logabsdet, regular(2, (3,)))
case("solve vector", np.linalg.solve, regular(3), normal(3))
case("solve matrix", np.linalg.solve, regular(3), normal(3, 2))
case("solve stack", np.linalg.solve, regular(2, (3,)), normal(3, 2, 2))
case("solve stack, one right side", np.linalg.solve, regular(2, (3,)), normal(2, 2))
case("solve stack, one vector", np.linalg.solve, regular(2, (3,)), normal(2))
case("solve one matrix, many right sides", np.linalg.solve, regular(2), normal(3, 2, 1))
case("solve its own diagonal", lambda a: np.linalg.solve(a, np.diagonal(a)), regular(3))

# Whole functions
case("window model", lambda W, x, b, u: u @ np.tanh(W @ x + b), normal(2, 3), normal(3), normal(2), normal(2))
case("layer on a batch", lambda W, X, b: np.tanh(X @ W.T + b), normal(2, 3), normal(4, 3), normal(2))
case("two outputs", lambda x, y: (x * y, np.sum(x)), normal(2, 3), normal(3))
case("a constant output", lambda x: (x * 2, np.ones(2)), normal(3))
case("unused argument", lambda x, y: x * 2, normal(3), normal(2))
case("output is the argument", lambda x: x, normal(3))

import more_cases  # noqa: E402, F401 - adds its cases to the list

case("adjugate, the slope of det", lambda a: apply(ADJUGATE, a), regular(3))
