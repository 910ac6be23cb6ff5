"""Elementwise functions: each with its values and its slope.

The slopes of NumPy's own functions and of σ are those of the autograd table, run on expressions. Beside them stand the
functions with kinks or settings, whose slopes the table writes with comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_lib.autograd.families import Elementwise as Rule
from lecture_lib.autograd.nn import SIGMOID
from lecture_lib.autograd.tensor import UFUNCS
from lecture_lib.matcalc.expr import NUMPY, Array, Expr, as_expr, make, number

# slope(z, y, *settings), with the argument z and the result y: tanh has 1 - y∘y
Slope = Callable[..., Expr]


@dataclass(frozen=True)
class Function:
    """A function of every entry: values, slope, its derivative in words, and where it has none."""

    name: str
    value: Callable[..., Array] | None = None
    slope: Slope | None = None
    meaning: str = ""
    kinks: tuple[float, ...] = ()


FUNCTIONS: dict[str, Function] = {}


def known(name: str, value: Callable[..., Array], slope: Slope, meaning: str, *kinks: float) -> None:
    """Put a function into the table."""
    FUNCTIONS[name] = Function(name, value, slope, meaning, kinks)


def applied(name: str, z: Expr, *settings: float) -> Expr:
    """A function of every entry of z."""
    return make("elem", z, data=(name, 0, *settings))


def _tabled(rule: object) -> Slope:
    assert isinstance(rule, Rule) and not isinstance(rule.slopes[0], int)
    slope = rule.slopes[0]
    return lambda z, y: slope(y, z)


MEANINGS = {
    "tanh": "slope of tanh: 1 − tanh²",
    "exp": "exp is its own slope",
    "log": "slope of log: 1/z",
    "sin": "slope of sin: cos",
    "cos": "slope of cos: −sin",
    "tan": "slope of tan: 1 + tan²",
    "sinh": "slope of sinh: cosh",
    "cosh": "slope of cosh: sinh",
    "arcsin": "slope of arcsin: 1/√(1 − z²)",
    "arccos": "slope of arccos: −1/√(1 − z²)",
    "arctan": "slope of arctan: 1/(1 + z²)",
    "arcsinh": "slope of arcsinh: 1/√(1 + z²)",
    "arctanh": "slope of arctanh: 1/(1 − z²)",
    "log1p": "slope of log(1 + z): 1/(1 + z)",
    "expm1": "slope of e^z − 1: e^z",
    "cbrt": "slope of the cube root",
}
for _name, _meaning in MEANINGS.items():
    _ufunc = getattr(np, _name)
    known(_name, _ufunc, _tabled(UFUNCS[_ufunc]), _meaning)
    NUMPY[_name] = lambda z, name=_name: applied(name, as_expr(z))


def _normal_cdf(z: Array) -> Array:
    return np.asarray(np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)), otypes=[float])(z))


def _huber(z: Array, delta: float = 1) -> Array:
    return np.where(np.abs(z) <= delta, 0.5 * z * z, delta * (np.abs(z) - 0.5 * delta))


known("sigmoid", SIGMOID.forward, _tabled(SIGMOID), "slope of σ: σ(1 − σ)")
known("softplus", lambda z: np.logaddexp(0, z), lambda z, y: applied("sigmoid", z), "slope of softplus: σ")
known(
    "normal_cdf",
    _normal_cdf,
    lambda z, y: (1 / math.sqrt(2 * math.pi)) * applied("exp", -0.5 * z * z),
    "slope of Φ: the bell curve",
)
known("relu", lambda z: np.maximum(z, 0), lambda z, y: applied("step", z), "slope of relu: 1 where z > 0, else 0", 0.0)
known(
    "leaky_relu",
    lambda z, slope=0.01: np.where(z > 0, z, slope * z),
    lambda z, y, slope=0.01: slope + (1 - slope) * applied("step", z),
    "slope of leaky relu: 1 where z > 0, else the small slope",
    0.0,
)
known("abs", np.abs, lambda z, y: applied("sign", z), "slope of |z|: its sign", 0.0)
known("huber", _huber, lambda z, y, delta=1: applied("clip", z, -delta, delta), "slope of huber: z, clipped")
known(
    "clip",
    lambda z, low, high: np.clip(z, low, high),
    lambda z, y, low, high: applied("step", z - low) * applied("step", high - z),
    "slope of clip: 1 inside, 0 outside",
)
known("step", lambda z: np.where(z > 0, 1.0, 0.0), lambda z, y: 0 * z, "a step is flat", 0.0)
known("sign", np.sign, lambda z, y: 0 * z, "a sign is flat", 0.0)
for _name in ("abs", "absolute", "fabs"):
    NUMPY[_name] = lambda z: applied("abs", as_expr(z))
NUMPY["sign"] = lambda z: applied("sign", as_expr(z))


def lookup(name: str) -> Function:
    """The function of that name; one without values and slope, such as f with its f′, if the table has none."""
    return FUNCTIONS.get(name) or Function(name)


def kinks_of(node: Expr) -> tuple[float, ...]:
    """Where a function with its settings has no derivative, or its slope a jump."""
    name, _, *settings = node.data
    if name == "huber":
        delta = float(settings[0]) if settings else 1.0
        return -delta, delta
    return tuple(float(x) for x in settings) if name == "clip" else lookup(name).kinks


def slope_of(node: Expr) -> Expr:
    """What f′(z) is for a known f, written out in z and f(z)."""
    name, order, *settings = node.data
    (z,) = node.args
    slope = lookup(name).slope
    assert slope is not None and order > 0
    if order > 1:
        from_below = slope_of(make("elem", z, data=(name, order - 1, *settings)))
        return SLOPE_OF_SLOPE[0](from_below, z)
    made = slope(z, applied(name, z, *settings), *settings)
    return made if isinstance(made, Expr) and made.shape == z.shape else number(as_expr(made).data, z.shape)


# How an expression in z changes with z, filled in by the rules above.
SLOPE_OF_SLOPE: list[Callable[[Expr, Expr], Expr]] = []
