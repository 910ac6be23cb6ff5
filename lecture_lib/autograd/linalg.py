"""Inverses, determinants and linear systems: stated by their differentials, transposed by the engine.

Source of the differentials: M. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation, 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd.families import Implicit
from lecture_lib.autograd.operation import Array, Value


def trace(m: Value) -> Value:
    """The sum of the diagonal of the last two axes."""
    return np.trace(m, axis1=-2, axis2=-1)


def logabsdet_forward(a: Array) -> Array:
    return np.linalg.slogdet(a).logabsdet


def det_differential(v: Value, y: Value, a: Value) -> Value:
    return y * trace(np.linalg.inv(a) @ v)


class Solve(Implicit):
    """``solve(A, B)`` for stacks of one shape: implicit in A; linear in B, with transpose ``solve(Aᵀ, ·)``."""

    def __init__(self) -> None:
        super().__init__(
            "solve",
            np.linalg.solve,
            lambda v, y, a, b: -np.linalg.solve(a, v @ y),
            lambda v, y, a, b: np.linalg.solve(a, v),
        )

    def pull(self, i: int, g: Value, y: Value, args: Any, settings: dict[str, Any]) -> Value:
        if i == 0:
            return super().pull(i, g, y, args, settings)
        return np.linalg.solve(args[0].swapaxes(-1, -2), g)


INV = Implicit("inv", np.linalg.inv, lambda v, y, a: -(y @ v @ y))
DET = Implicit("det", np.linalg.det, det_differential)
LOGABSDET = Implicit("logabsdet", logabsdet_forward, lambda v, y, a: trace(np.linalg.inv(a) @ v))
SOLVE = Solve()
