"""What NumPy's functions do on Tensors: the register, and the small helpers that stand-ins share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from lecture_lib.autograd.node import no_subclass, plain
from lecture_lib.autograd.operation import Opaque, Value
from lecture_lib.autograd.spoken import spoken
from lecture_lib.autograd.state import MODE
from lecture_lib.autograd.tensor import FUNCTIONS, Tensor, apply

Function = Callable[..., Any]


def stands_for(*functions: Function) -> Callable[[Function], Function]:
    """Register a function as what these NumPy functions do on Tensors."""

    def register(stand_in: Function) -> Function:
        for function in functions:
            FUNCTIONS[function] = stand_in
        return stand_in

    return register


def array(value: Any) -> Value:
    """A Tensor as it is; anything else as an array."""
    return value if isinstance(value, Tensor) else np.asarray(no_subclass(value, "a function of Tensors"))


def real(value: Any) -> Value:
    """A Tensor or an array of floating-point numbers; integers as NumPy's own functions of real numbers take them."""
    x = array(value)
    return x if x.dtype.kind == "f" else x.astype(float)


def axes_from_end(axis: Any, ndim: int) -> tuple[int, ...]:
    """One axis, several or None (all) as a tuple of negative integers."""
    if axis is None:
        return tuple(range(-ndim, 0))
    return tuple([a - ndim for a in normalize_axis_tuple(axis, ndim)])


def axis_from_end(axis: int, ndim: int) -> int:
    """One axis as a negative integer."""
    return int(normalize_axis_index(axis, ndim)) - ndim


def refuse_out(out: Any) -> None:
    """Raise if a result is to be written into an array that exists already."""
    if out is not None:
        raise TypeError("out= would overwrite an array that the gradient may need: bind the result to a name")


def array_like(value: Any) -> Value:
    """A Tensor, an array or a number as it is; a list as an array."""
    return value if isinstance(value, (Tensor, np.ndarray, int, float, np.generic)) else array(value)


def pass_through(*functions: Function) -> None:
    """Register functions without a derivative: they see plain arrays, and only a trace records them."""
    for function in functions:
        FUNCTIONS[function] = recorded_in_a_trace(function)


def refuse_in_a_trace(*functions: Function) -> None:
    """Register functions without a derivative whose result has a shape that depends on the numbers."""
    for function in functions:
        FUNCTIONS[function] = refused_in_a_trace(function)


def refused_in_a_trace(function: Function) -> Function:
    """The function on plain arrays, except in a trace."""
    run_plain = on_plain_arrays(function)

    def run(*args: Any, **settings: Any) -> Any:
        refuse_shape(spoken(function))
        return run_plain(*args, **settings)

    return run


def refuse_shape(what: str) -> None:
    """Raise in a trace, which stands for other numbers too, where a shape depends on the numbers."""
    if MODE.get().tracing:
        raise TypeError(
            f"the shape of {what} depends on the numbers, so one trace cannot stand for it: keep the shape with "
            "np.where(mask, x, 0), or use value_and_grad"
        )


def look_at_shapes(*functions: Function) -> None:
    """Register functions whose result depends on shapes and dtypes alone: a trace knows it already."""
    for function in functions:
        FUNCTIONS[function] = on_plain_arrays(function)


def on_plain_arrays(function: Function) -> Function:
    """The function with the arrays of Tensors in their place."""

    def run(*args: Any, **settings: Any) -> Any:
        return function(*map(plain, args), **{key: plain(value) for key, value in settings.items()})

    return run


def recorded_in_a_trace(function: Function) -> Function:
    """The function on plain arrays; inside a trace, as a recorded operation."""
    run_plain = on_plain_arrays(function)

    def run(*args: Any, **settings: Any) -> Any:
        mode = MODE.get()
        if not mode.tracing:
            if mode.dropped is not None:
                mode.dropped.append((function.__name__, (*args, *settings.values())))
            return run_plain(*args, **settings)
        if any(isinstance(value, Tensor) for value in settings.values()):
            raise TypeError(f"{spoken(function)} in a trace takes a Tensor by position, not by keyword")
        return apply(Opaque(function.__name__, function), *args, **settings)

    return run
