"""Elementwise functions: each with its values and its slope, stated once.

A slope is written with the argument z and the result y (tanh has 1 - y∘y), in matcalc's own expressions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.matcalc.expressions import Expr, make

Array = np.ndarray[Any, Any]
Slope = Callable[[Expr, Expr], Expr]


@dataclass(frozen=True)
class Function:
    """A function that is applied to every entry.

    Args:
        name: how it is written.
        value: arrays in, arrays out; None for a generic function, about which nothing is known.
        slope: ``slope(z, y)``, its derivative as an expression; None for a generic function.
        source: NumPy code for it, with ``{}`` where its argument goes.
        meaning: its derivative in words, the name of the rule.
        kinks: the arguments at which it has no derivative.
    """

    name: str
    value: Callable[[Array], Array] | None = None
    slope: Slope | None = None
    source: str = ""
    meaning: str = ""
    kinks: tuple[float, ...] = ()


def _sigmoid(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * z))


FUNCTIONS: dict[str, Function] = {}


def known(
    name: str,
    value: Callable[[Array], Array],
    slope: Slope,
    source: str,
    meaning: str,
    kinks: tuple[float, ...] = (),
) -> None:
    """Put a function into the table.

    Args:
        name: and all the others as in `Function`.
        value: arrays in, arrays of the same shape out.
        slope: ``slope(z, y)``, its derivative as an expression.
        source: NumPy code for it.
        meaning: its derivative in words.
        kinks: the arguments at which it has no derivative.
    """
    FUNCTIONS[name] = Function(name, value, slope, source, meaning, kinks)


def _apply(name: str, z: Expr) -> Expr:
    return make("elem", z, data=(name, 0))


known("tanh", np.tanh, lambda z, y: 1 - y * y, "np.tanh({})", "slope of tanh: 1 − tanh²")
known("sigmoid", _sigmoid, lambda z, y: y * (1 - y), "0.5 * (1 + np.tanh(0.5 * {}))", "slope of σ: σ(1 − σ)")
known(
    "relu",
    lambda z: np.maximum(z, 0),
    lambda z, y: _apply("step", z),
    "np.maximum({}, 0)",
    "slope of relu: 1 where z > 0, else 0",
    (0.0,),
)
known("exp", np.exp, lambda z, y: y, "np.exp({})", "exp is its own slope")
known("log", np.log, lambda z, y: 1 / z, "np.log({})", "slope of log: 1/z")
known(
    "softplus",
    lambda z: np.logaddexp(0, z),
    lambda z, y: _apply("sigmoid", z),
    "np.logaddexp(0, {})",
    "slope of softplus: σ",
)
known("sin", np.sin, lambda z, y: _apply("cos", z), "np.sin({})", "slope of sin: cos")
known("cos", np.cos, lambda z, y: -_apply("sin", z), "np.cos({})", "slope of cos: −sin")
known("sqrt", np.sqrt, lambda z, y: 1 / (2 * y), "np.sqrt({})", "slope of the root: 1/(2√z)")
known("abs", np.abs, lambda z, y: _apply("sign", z), "np.abs({})", "slope of |z|: its sign", (0.0,))
known(
    "step",
    lambda z: np.where(z > 0, 1.0, 0.0),
    lambda z, y: 0 * z,
    "np.where({} > 0, 1.0, 0.0)",
    "a step is flat",
    (0.0,),
)
known("sign", np.sign, lambda z, y: 0 * z, "np.sign({})", "a sign is flat", (0.0,))


def lookup(name: str) -> Function:
    """The function of that name.

    Args:
        name: such as ``tanh``.

    Returns:
        The function; one without values and slope, such as f with its f′, if the table has none of that name.

    >>> lookup("tanh").meaning, lookup("f").value is None
    ('slope of tanh: 1 − tanh²', True)
    """
    return FUNCTIONS.get(name) or Function(name)


def slope_of(node: Expr) -> Expr:
    """What f′(z) is for a known f, written out.

    Args:
        node: f′(z), of the operation "elem".

    Returns:
        An expression in z and f(z), of the same shape.

    Raises:
        NotImplementedError: it is a second or higher derivative.

    >>> from lecture_lib import matcalc as mc
    >>> slope_of(mc.exp.prime(mc.symbols("z:n")))
    e^z
    """
    name, order = node.data
    (z,) = node.args
    slope = lookup(name).slope
    assert slope is not None
    if order > 1:
        raise NotImplementedError(f"{name} is known to matcalc with its first derivative only; asked for order {order}")
    return slope(z, _apply(name, z))
