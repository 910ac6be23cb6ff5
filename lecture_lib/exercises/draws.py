"""Random arguments for the functions that readers write: no two sizes are equal, nothing is zero or one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sizes(rng: np.random.Generator) -> tuple[int, int]:
    """Draw the sizes of a layer."""
    return int(rng.integers(3, 6)), int(rng.integers(6, 10))


def layer(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw a window's network, small enough that tanh does not saturate."""
    n, m = sizes(rng)
    return rng.normal(size=m), rng.normal(0, 0.5, (n, m)), rng.normal(0, 0.5, n), rng.normal(size=n)


def error_and_input(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw an error signal and the input of its layer."""
    n, m = sizes(rng)
    return rng.normal(size=n), rng.normal(size=m)


def cubic(rng: np.random.Generator) -> Callable[[Any], Any]:
    """Draw a function of one number that bends differently everywhere."""
    a, b, c = rng.uniform(0.5, 2.0, 3)

    def f(x: Any) -> Any:
        return a * x**3 + b * x**2 + c * x

    return f


def valley(rng: np.random.Generator, m: int) -> Callable[[Any], Any]:
    """Draw a function of m numbers whose slopes all differ and depend on one another."""
    a, b, C = rng.uniform(0.5, 2.0, m), rng.normal(size=m), rng.normal(size=(m, m))

    def f(x: Any) -> Any:
        return a @ x**3 + x @ C @ x + (b @ x) ** 3

    return f


def logistic(s: Any) -> Any:
    """The logistic function σ(s) = 1/(1 + e⁻ˢ)."""
    return 1 / (1 + np.exp(-s))
