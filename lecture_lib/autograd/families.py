"""The five families: each turns one statement of a local derivative into a pull (reverse) and a push (forward).

Every rule holds under extra leading axes, so that a whole Jacobian is one pass: ``lead`` is their shape, ``()`` in
an ordinary pass. Rules use only the library's own operations and run alike on arrays and on Tensors; on Tensors
they are recorded, and so derivatives nest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import pull_back, steps_between
from lecture_lib.autograd.operation import Operation, Value
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import Tensor, leaf

Settings = dict[str, Any]


def lead_of(g: Value, y: Value) -> tuple[int, ...]:
    """The extra leading axes of ``g``, a gradient or tangent of ``y``."""
    more = g.ndim - y.ndim
    return g.shape[:more] if more else ()


def unbroadcast(g: Value, shape: tuple[int, ...], lead: tuple[int, ...] = ()) -> Value:
    """Sum a gradient over the axes along which an operand was repeated: the one place where broadcasting is undone.

    Args:
        g: gradient of the broadcast result, shape ``lead + broadcast shape``.
        shape: the operand's own shape.
        lead: extra leading axes, kept.

    Returns:
        The operand's gradient, shape ``lead + shape``.
    """
    if g.shape == lead + shape:
        return g
    kept = len(lead)
    missing = g.ndim - kept - len(shape)
    repeated = [kept + missing + k for k, n in enumerate(shape) if n == 1]
    # Along an axis of length 1 there is nothing to add.
    axes = tuple([k for k in (*range(kept, kept + missing), *repeated) if g.shape[k] != 1])
    return (summed(g, axes) if axes else g).reshape(lead + shape)


def summed(g: Value, axes: tuple[int, ...]) -> Value:
    """The sum over some axes; for plain arrays without the detour of ``np.sum``."""
    return np.add.reduce(g, axis=axes) if type(g) is np.ndarray else g.sum(axis=axes)


def align(v: Value, ndim: int, lead: tuple[int, ...]) -> Value:
    """Put axes of length 1 after the leading ones, so that a tangent broadcasts like its operand does."""
    own = v.shape[len(lead) :]
    return v.reshape(lead + (1,) * (ndim - len(own)) + own) if lead and len(own) < ndim else v


class Elementwise(Operation):
    """Output entry i depends on entry i of each operand: the local Jacobian is diag(f′).

    Args:
        name: the operation's name.
        forward: arrays in, array out, broadcasting.
        slopes: one per operand: ``slope(y, *operands)`` or, where it is constant, 1 or -1.
    """

    def __init__(self, name: str, forward: Callable[..., Any], *slopes: Callable[..., Value] | int) -> None:
        super().__init__(name, forward)
        self.slopes = slopes

    def _scale(self, i: int, g: Value, y: Value, args: Sequence[Value]) -> Value:
        slope = self.slopes[i]
        if isinstance(slope, int):
            return g if slope == 1 else -g
        return g * slope(y, *args)

    def pull_each(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], settings: Settings
    ) -> Sequence[Value]:
        gradients = []
        for i in wanted:
            d, shape = self._scale(i, g, y, args), args[i].shape
            gradients.append(d if d.shape == shape else unbroadcast(d, shape, lead_of(g, y)))
        return gradients

    def push(self, i: int, v: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        return self._scale(i, align(v, y.ndim, lead_of(v, args[i])), y, args)


class Linear(Operation):
    """The local Jacobian is the map itself, and the pull is its transpose.

    Args:
        name: the operation's name.
        run: ``run(lead, *operands, **settings)``, the map under extra leading axes.
        transpose: ``transpose(lead, i, g, operands, **settings)``, back to operand ``i``.
        operands: how many arguments the map is linear in, from the left (the rest are indices and the like);
            None for all.
        forward: how to run it on plain arrays, where that is not ``run``.
    """

    def __init__(
        self,
        name: str,
        run: Callable[..., Value],
        transpose: Callable[..., Value],
        operands: int | None = 1,
        forward: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__(name, forward or partial(run, ()))
        self.run = run
        self.transpose = transpose
        self.operands = operands

    def pull_each(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], settings: Settings
    ) -> Sequence[Value]:
        lead = lead_of(g, y)
        if len(wanted) == 1:  # As nearly always: without the frame of a comprehension.
            return (self.transpose(lead, wanted[0], g, args, **settings),)
        return [self.transpose(lead, i, g, args, **settings) for i in wanted]

    def push_each(
        self, given: Sequence[int], tangents: Sequence[Value], y: Value, args: Sequence[Value], settings: Settings
    ) -> Value:
        lead = lead_of(tangents[0], args[given[0]])
        moving = dict(zip(given, tangents, strict=True))
        count = len(args) if self.operands is None else self.operands
        still = [
            moving[k] if k in moving else np.zeros(lead + getattr(a, "shape", ()), y.dtype)
            for k, a in enumerate(args[:count])
        ]
        return self.run(lead, *still, *args[count:], **settings)


class Bilinear(Operation):
    """Linear in each argument while the others are held fixed, as a product is.

    Args:
        name: the operation's name.
        forward: arrays in, array out.
        pulls: ``pulls(lead, i, g, y, operands, **settings)``: the gradient of operand ``i``.
        pushes: ``pushes(lead, i, v, y, operands, **settings)``: the product with ``v`` in place of operand ``i``.
    """

    def __init__(
        self, name: str, forward: Callable[..., Any], pulls: Callable[..., Value], pushes: Callable[..., Value]
    ) -> None:
        super().__init__(name, forward)
        self.pulls = pulls
        self.pushes = pushes

    def pull_each(
        self, wanted: Sequence[int], g: Value, y: Value, args: Sequence[Value], settings: Settings
    ) -> Sequence[Value]:
        lead = lead_of(g, y)
        return [self.pulls(lead, i, g, y, args, **settings) for i in wanted]

    def push(self, i: int, v: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        return self.pushes(lead_of(v, args[i]), i, v, y, args, **settings)


class Reduction(Operation):
    """A scalar (per slice along ``axis``) whose derivative with respect to each entry is a weight.

    Args:
        name: the operation's name.
        forward: ``forward(x, axis, keepdims, **settings)`` with ``axis`` a tuple of negative integers.
        weight: ``weight(y, x, axis, **settings)`` of x's shape, with ``y`` keeping its reduced axes.
    """

    def __init__(self, name: str, forward: Callable[..., Any], weight: Callable[..., Value]) -> None:
        super().__init__(name, forward)
        self.weight = weight

    def _weight(self, y: Value, x: Value, settings: Settings) -> Value:
        more = {k: v for k, v in settings.items() if k not in ("axis", "keepdims")}
        return self.weight(y.reshape(kept(x.shape, settings["axis"])), x, settings["axis"], **more)

    def pull(self, i: int, g: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        (x,) = args
        spread = g.reshape(lead_of(g, y) + kept(x.shape, settings["axis"]))
        return spread * self._weight(y, x, settings)

    def push(self, i: int, v: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        (x,) = args
        return (v * self._weight(y, x, settings)).sum(axis=settings["axis"], keepdims=settings["keepdims"])


class Implicit(Operation):
    """Known through its differential: the push is a formula linear in the tangent, and the engine transposes it.

    Args:
        name: the operation's name.
        forward: arrays in, array out.
        differentials: one per operand: ``differential(v, y, *operands)``.
    """

    def __init__(self, name: str, forward: Callable[..., Any], *differentials: Callable[..., Value]) -> None:
        super().__init__(name, forward)
        self.differentials = differentials

    def pull(self, i: int, g: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        shape = lead_of(g, y) + args[i].shape
        return transpose_linear(lambda v: self.differentials[i](v, y, *args), shape, g)

    def push(self, i: int, v: Value, y: Value, args: Sequence[Value], settings: Settings) -> Value:
        return self.differentials[i](v, y, *args)


def transpose_linear(f: Callable[[Value], Value], shape: tuple[int, ...], g: Value) -> Value:
    """The transpose of a linear function of arrays of ``shape``, applied to g: since f(v) = Mv, its pull is g ↦ Mᵀg."""
    v = leaf(np.zeros(shape, g.dtype))
    with changed(recording=True):
        y = f(v)
    steps, beyond = steps_between([v], [y])
    return pull_back(steps, [(y, g)], record=isinstance(g, Tensor) or beyond)[v]


def kept(shape: tuple[int, ...], axis: Sequence[int]) -> tuple[int, ...]:
    """The shape after a reduction that keeps its axes with length 1; ``axis`` counts from the end."""
    return tuple([1 if k - len(shape) in axis else n for k, n in enumerate(shape)])


FAMILIES = (Elementwise, Linear, Bilinear, Reduction, Implicit)


def family(operation: Operation) -> str:
    """The name of an operation's family; ``own`` for one that states its derivative outside of them."""
    return next((f.__name__.lower() for f in FAMILIES if isinstance(operation, f)), "own")
