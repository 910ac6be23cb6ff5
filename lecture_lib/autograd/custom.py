"""The escape hatch: an operation of your own, with the derivative you state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.families import transpose_linear
from lecture_lib.autograd.operation import Operation, Value
from lecture_lib.autograd.tensor import Tensor, apply


class Primitive(Operation):
    """An operation made by ``primitive``: the stated direction, and the other one by transposing it."""

    def __init__(
        self, name: str, forward: Callable[..., Any], pull: Callable[..., Any] | None, push: Callable[..., Any] | None
    ) -> None:
        super().__init__(name, self._run)
        self.forward_stated = forward
        self.pull_stated = pull
        self.push_stated = push

    def _run(self, *args: Any) -> Any:
        y = self.forward_stated(*args)
        if isinstance(y, (tuple, list)):
            raise TypeError(f"the forward of {self.name} returned a {type(y).__name__}; a primitive returns one array")
        # A copy, since the function may return one of its arguments, or memory that its next call overwrites.
        return y.copy() if isinstance(y, np.ndarray) else y

    def pull_each(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], settings: dict[str, Any]
    ) -> Sequence[Value]:
        if g.ndim > y.ndim:
            slices = [self.pull_each(wanted, part, y, args, settings) for part in g]
            return [np.stack(parts) for parts in zip(*slices, strict=True)]
        if self.pull_stated is None:
            return [self._transposed_push(i, g, y, args) for i in wanted]
        stated = self.pull_stated(g, y, *args)
        gradients = stated if isinstance(stated, (tuple, list)) else (stated,)
        if len(gradients) != len(args):
            raise ShapeError(f"the pull of {self.name} returned {len(gradients)} gradients for {len(args)} arguments")
        return [self._checked(gradients[i], args[i], i) for i in wanted]

    def push_each(
        self, given: Sequence[int], tangents: Sequence[Value], y: Value, args: Sequence[Value], settings: dict[str, Any]
    ) -> Value:
        if tangents[0].ndim > args[given[0]].ndim:
            return np.stack([self.push_each(given, parts, y, args, settings) for parts in zip(*tangents, strict=True)])
        moving = dict(zip(given, tangents, strict=True))
        if self.push_stated is not None:
            still = tuple(moving[k] if k in moving else np.zeros(np.shape(a)) for k, a in enumerate(args))
            return self.push_stated(still, y, *args)
        parts = [self._transposed_pull(i, v, y, args) for i, v in moving.items()]
        return parts[0] if len(parts) == 1 else np.sum(np.stack(parts), axis=0)

    def _transposed_push(self, i: int, g: Value, y: Value, args: Sequence[Value]) -> Value:
        if self.push_stated is None:
            raise TypeError(f"{self.name} has no derivative: give primitive(...) a pull or a push")

        def push_one(v: Value) -> Value:
            return self.push_stated(  # type: ignore[misc]
                tuple(v if k == i else np.zeros(np.shape(a)) for k, a in enumerate(args)), y, *args
            )

        return transpose_linear(push_one, args[i].shape, g)

    def _transposed_pull(self, i: int, v: Value, y: Value, args: Sequence[Value]) -> Value:
        return transpose_linear(lambda w: self.pull_each([i], w, y, args, {})[0], y.shape, v)

    def _checked(self, g: Value, arg: Value, i: int) -> Value:
        g = g if isinstance(g, Tensor) else np.asarray(g)
        if g.shape != arg.shape:
            raise ShapeError(
                f"the pull of {self.name} returned shape {g.shape} for argument {i + 1}, which has shape {arg.shape}"
            )
        return g


def primitive(
    forward: Callable[..., Any],
    pull: Callable[..., Any] | None = None,
    push: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Callable[..., Any]:
    """Make a differentiable function from a forward computation and a derivative that you state.

    Args:
        forward: arrays in, one array out; any code. Its result is copied.
        pull: ``pull(g, y, *args)`` takes the upstream gradient g (of y's shape) and returns one gradient per
            argument, each of the argument's shape.
        push: ``push(tangents, y, *args)`` takes one tangent per argument and returns y's tangent.
        name: what graphs and errors call it; the function's own name if left out.

    Returns:
        A function of Tensors, arrays and numbers. Either of pull and push serves both modes if it is written with
        NumPy functions that have rules.

    Raises:
        TypeError: when it is differentiated, if neither pull nor push was given; when forward returns several arrays.
        ShapeError: a pull returned another number of gradients, or another shape, than the arguments have.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import grad, primitive
        >>> multiply = primitive(lambda a, b: a * b, pull=lambda g, y, a, b: (g * b, g * a))
        >>> print(grad(lambda a: multiply(a, 3.0))(2.0))
        3.0
    """
    operation = Primitive(name or str(getattr(forward, "__name__", "primitive")), forward, pull, push)

    def run(*args: Any) -> Any:
        return apply(operation, *args)

    run.__name__ = operation.name
    run.__doc__ = forward.__doc__
    return run
