"""The value of an expression at a point: sizes for the labels, arrays for the symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import OPERATIONS, Array, Expr, Number
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.operations import commutation_value, hadamard_value, product_value
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.walk import free_symbols, topological


@dataclass
class Point:
    """Where to evaluate."""

    lengths: dict[str, int]
    values: dict[Expr, Array]
    waves: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    known: dict[Expr, Array] = field(default_factory=dict)

    def given(self, known: Mapping[Expr, Array]) -> Point:
        """The same point with the values of some nodes fixed."""
        return Point(self.lengths, self.values, self.waves, {**self.known, **known})


def generic_value(wave: tuple[float, float, float], order: int, z: Array) -> Array:
    """The derivative of some order of sin(az + c) + bz²."""
    a, b, c = wave
    parabola = [b * z * z, 2 * b * z, 2 * b * np.ones_like(z)]
    return a**order * np.sin(a * z + c + order * np.pi / 2) + (parabola[order] if order < 3 else 0.0)


def evaluate_at(e: Expr, point: Point) -> Array:
    """The value of an expression at a point."""
    done: dict[Expr, Array] = dict(point.known)
    for node in needed(e, done):
        done[node] = _value(node, [done[a] for a in node.args], point)
    return done[e]


def needed(e: Expr, done: Mapping[Expr, Array]) -> list[Expr]:
    """The nodes to compute, arguments first; what lies below a known node is not needed."""
    order: dict[Expr, None] = {}
    stack: list[tuple[Expr, bool]] = [(e, False)]
    while stack:
        node, ready = stack.pop()
        if node in order or node in done:
            continue
        if ready:
            order[node] = None
            continue
        stack.append((node, True))
        stack.extend((a, False) for a in node.args)
    return list(order)


def _value(node: Expr, args: list[Array], point: Point) -> Array:
    rows, columns = (s.value(point.lengths) for s in node.shape) if node.op in ("number", "eye") else (0, 0)
    match node.op:
        case "product":
            coefficient, tops = node.data
            powers = [(a, _plain(top)) for a, top in zip(args, tops, strict=False)]
            return product_value(_plain(coefficient), powers, args[len(tops) :])
        case "hadamard":
            return hadamard_value([(a, _plain(top)) for a, top in zip(args, node.data, strict=True)])
        case "sum":
            result = args[0]
            for a in args[1:]:
                result = result + a
            return result
        case "unvec":
            rows, columns = (size.value(point.lengths) for size in node.shape)
            return args[0].reshape((*args[0].shape[:-2], rows, columns))
        case "commutation":
            return commutation_value(*(size.value(point.lengths) for size in node.data))
        case "symbol":
            return point.values[node]
        case "let":
            return args[0]
        case "number":
            return np.full((rows, columns), float(node.data))
        case "eye":
            return np.eye(rows)
        case "size":
            return np.full((1, 1), float(node.data.value(point.lengths)))
        case "rows":
            start, height = (s.value(point.lengths) for s in node.data)
            return args[0][..., start : start + height, :]
        case "elem":
            return _elementwise(node, args[0], point)
    run = OPERATIONS[node.op].value
    assert run is not None
    return run(node, *args)


def _plain(value: Number) -> float | int:
    return value if isinstance(value, int) else float(value)


def _elementwise(node: Expr, z: Array, point: Point) -> Array:
    name, order, *settings = node.data
    function = lookup(name)
    if function.value is None:
        return generic_value(point.waves[name], order, z)
    if order == 0:
        return np.asarray(function.value(z, *(float(x) for x in settings)))
    return evaluate_at(slope_of(node), point.given({node.args[0]: z}))


def evaluate(e: Expr, values: Mapping[str | Expr, Any] | None = None, **more: Any) -> Array:
    """The value of an expression for given arrays.

    Args:
        e: the expression; it must not contain the generic f.
        values: arrays by the symbol or its name; columns have shape (n, 1), single numbers may be plain.
        more: the same, as keyword arguments.

    Returns:
        A float64 array of two axes.

    Raises:
        ValueError: a symbol has no value, a value has no symbol, a function is generic, or the targets of a
            cross-entropy do not sum to 1.
        ShapeError: an array has not the shape that its symbol has.

    >>> from lecture_lib import matcalc as mc
    >>> W, x = mc.symbols("W:n×m x:m")
    >>> evaluate(W @ x, {W: [[1, 2, 3], [4, 5, 6]], x: [[1], [0], [1]]})
    array([[ 4.],
           [10.]])
    """
    named = {key.name if isinstance(key, Expr) else key: value for key, value in (values or {}).items()}
    return evaluate_at(e, point_from([e], {**named, **more}))


def point_from(expressions: Iterable[Expr], values: Mapping[str, Any]) -> Point:
    """A point from arrays by name, each checked against its symbol's shape."""
    roots = list(expressions)
    wanted = {s.name: s for s in free_symbols(*roots)}
    missing = [name for name in wanted if name not in values]
    if missing:
        raise ValueError(f"no value for {', '.join(missing)}: give an array for each of {', '.join(wanted)}")
    unknown = [name for name in values if name not in wanted]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} does not occur: the symbols are {', '.join(wanted)}")
    generic = [n.data[0] for n in topological(roots) if n.op == "elem" and lookup(n.data[0]).value is None]
    if generic:
        raise ValueError(f"{generic[0]} is generic and has no values: use a known function, such as tanh")
    lengths: dict[str, int] = {}
    point = Point(lengths, {})
    for name, symbol in wanted.items():
        point.values[symbol] = fitted(symbol, values[name], lengths)
    check_targets(roots, point)
    return point


def fitted(symbol: Expr, value: Any, lengths: dict[str, int]) -> Array:
    """An array as the value of a symbol."""
    array = np.asarray(value, dtype=np.float64)
    array = array.reshape(1, 1) if array.ndim == 0 else array
    if array.ndim != 2:
        raise ShapeError(
            f"{symbol.name} is {show_shape(symbol.shape)}, but the array has shape {array.shape}: "
            "a column has two axes here; did you mean a[:, None]?"
        )
    for size, found in zip(symbol.shape, array.shape, strict=True):
        if len(size.terms) == 1 and len(size.terms[0][0]) == 1:
            (label,), factor = size.terms[0]
            if found % factor == 0:
                lengths.setdefault(label, found // factor)
        if not size.labels <= set(lengths) or size.value(lengths) != found:
            told = ", ".join(f"{k} = {v}" for k, v in lengths.items())
            raise ShapeError(
                f"{symbol.name} is {show_shape(symbol.shape)}, but the array has shape {array.shape}"
                + (f", with {told} so far" if told else "")
            )
    return array


def check_targets(roots: Iterable[Expr], point: Point) -> None:
    """Refuse targets of a cross-entropy that do not sum to 1: its rule p − t would be wrong."""
    for node in topological(roots):
        if node.op == "cross_entropy":
            target = node.args[1]
            sums = evaluate_at(target, point).sum(axis=-2 if target.is_column else -1)
            if not np.allclose(sums, 1):
                worst = float(sums.ravel()[np.argmax(np.abs(sums - 1))])
                raise ValueError(
                    f"cross_entropy uses the fused rule p − t, which needs 1ᵀ{target} = 1, "
                    f"but it sums to {worst:.4g}; for any targets write "
                    f"-{target}.T @ log_softmax({node.args[0]}), whose gradient is (1ᵀt)p − t"
                )
