"""An operation: one step of a computation, with its local derivative in both directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Value = Any  # a Tensor, an array or a number: rules are written once and run on all three


class Operation:
    """One kind of node. The five families (``families.py``) say how its local derivative is stated.

    Args:
        name: what the graph and the error messages call it.
        forward: arrays (and settings) in, array out.
    """

    differentiable = True

    operands: int | None = None
    """How many arguments, from the left, it has a derivative in (the rest are indices, conditions); None for all."""

    def __init__(self, name: str, forward: Callable[..., Any]) -> None:
        self.name = name
        self.forward = forward

    def pull(self, i: int, g: Value, y: Value, args: Sequence[Value], settings: dict[str, Any]) -> Value:
        """Carry the gradient ``g`` of the output back to argument ``i``: reverse mode.

        ``g`` has the shape of ``y``, perhaps with extra leading axes; the result has the argument's shape
        with the same leading axes.
        """
        raise NotImplementedError(f"{self.name} has no rule for reverse mode")

    def push(self, i: int, v: Value, y: Value, args: Sequence[Value], settings: dict[str, Any]) -> Value:
        """Carry the tangent ``v`` of argument ``i`` forward to the output: forward mode.

        ``v`` has the argument's shape, perhaps with extra leading axes; the result broadcasts to the shape of
        ``y`` with the same leading axes.
        """
        raise NotImplementedError(f"{self.name} has no rule for forward mode")

    def pull_each(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], settings: dict[str, Any]
    ) -> Sequence[Value]:
        """The gradients of several arguments at once; a family states either this or ``pull``."""
        return [self.pull(i, g, y, args, settings) for i in wanted]

    def push_each(
        self, given: Sequence[int], tangents: Sequence[Value], y: Value, args: Sequence[Value], settings: dict[str, Any]
    ) -> Value:
        """The tangent of the output from the tangents of several arguments: their sum, each pushed forward."""
        parts = [self.push(i, v, y, args, settings) for i, v in zip(given, tangents, strict=True)]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.name}>"


class Opaque(Operation):
    """An operation without a derivative (``argmax``, ``floor``, a comparison): only a trace records it."""

    differentiable = False
