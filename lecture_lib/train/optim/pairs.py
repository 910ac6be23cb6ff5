"""Parameters and their gradients, side by side and checked."""

import math
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.autograd.trees import Field, Path, leaves, spell

FLAT = (tuple, list)
"""The usual structures of parameters, when no other is nested in them."""


class NotFiniteError(ValueError):
    """A gradient holds nan or inf; the message names the parameter."""


def paired(params: Any, grads: Any) -> list[tuple[Path, Array, Any]]:
    """Every parameter with its gradient, both checked."""
    # A small model takes as long to check in full as to move, so what is plainly right passes at a glance.
    if type(params) in FLAT and type(grads) in FLAT and len(params) == len(grads) and all(map(_usual, params, grads)):
        return [((k,), param, grad) for k, (param, grad) in enumerate(zip(params, grads, strict=True))]
    given, found = list(leaves(params)), list(leaves(grads))
    paths = [path for path, _ in given]
    if paths != [path for path, _ in found]:
        _explain_structures(given, [path for path, _ in found], grads)
        found = sorted(found, key=lambda part: paths.index(part[0]))
    arrays = [parameter_array(param, spell("params", path)) for path, param in given]
    return [
        (path, array, _gradient(array, grad, path)) for path, array, (_, grad) in zip(paths, arrays, found, strict=True)
    ]


def _usual(param: Any, grad: Any) -> bool:
    """Whether these are an array that may be changed and a finite gradient for it, as nearly always: quick to see."""
    if type(param) is not np.ndarray:
        return False
    values = grad.rows if type(grad) is RowSparse else grad
    if type(values) is not np.ndarray or grad.shape != param.shape or not param.flags.writeable:
        return False
    if param.dtype.kind != "f" or values.dtype.kind != "f":
        return False
    # One pass of BLAS. The sum of squares may overflow though all entries are finite; the slow way then decides.
    # Of the functions that compute it, vdot is the one that does not warn of that.
    return math.isfinite(np.vdot(values, values))


def _explain_structures(params: list[tuple[Path, Any]], found: list[Path], grads: Any) -> None:
    for path, param in params:
        if path not in found:
            if _holds_none(grads, path):
                shape = np.shape(param)
                raise TypeError(
                    f"{spell('grads', path)} is NoneType; expected an array of shape {shape} or a RowSparse"
                )
            raise ValueError(f"{spell('params', path)} has no gradient; expected grads with the structure of params")
    known = [path for path, _ in params]
    for path in found:
        if path not in known:
            raise ValueError(f"{spell('grads', path)} has no parameter; expected grads with the structure of params")


def _holds_none(structure: Any, path: Path) -> bool:
    """Whether there is a None at this place of a structure, which is no leaf of it."""
    for key in path:
        try:
            structure = getattr(structure, key) if isinstance(key, Field) else structure[key]
        except (LookupError, TypeError, AttributeError):
            return False
    return structure is None


def parameter_array(param: Any, name: str) -> Array:
    """A parameter as the array that a step changes in place.

    Args:
        param: an array, or a Tensor.
        name: what the message calls it.

    Returns:
        The array itself, or the Tensor's.

    Raises:
        TypeError: it is no array of floating-point numbers.
        ValueError: it is read-only.

    >>> parameter_array(np.zeros(2), "params['b']")
    array([0., 0.])
    """
    array = param.data if isinstance(param, Tensor) else param
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{name} is {type(param).__name__}, which cannot be changed in place; expected an array: np.array(value)"
        )
    if array.dtype.kind != "f":
        raise TypeError(f"{name} holds {array.dtype}; expected floating-point numbers: use .astype(float)")
    if not array.flags.writeable:
        raise ValueError(f"{name} is read-only, so it cannot be changed in place; expected a copy: .copy()")
    return array


def _gradient(param: Any, grad: Any, path: Path) -> Any:
    """A gradient as an array or `RowSparse`."""
    name = spell("grads", path)
    if isinstance(grad, Tensor):
        grad = grad.data
    if not isinstance(grad, (np.ndarray, np.generic, float, RowSparse)):
        raise TypeError(f"{name} is {type(grad).__name__}; expected an array of shape {param.shape} or a RowSparse")
    if not isinstance(grad, RowSparse):
        grad = np.asarray(grad)
    if grad.shape != param.shape:
        raise ValueError(
            f"{name} has shape {grad.shape}, but {spell('params', path)} has shape {param.shape}; "
            "expected the same shape"
        )
    values = grad.rows if isinstance(grad, RowSparse) else grad
    if values.dtype.kind != "f":
        raise TypeError(f"{name} holds {values.dtype}; expected floating-point numbers")
    refuse_not_finite(name, values)
    return grad


def refuse_not_finite(name: str, values: Array) -> None:
    """Raise if a gradient holds nan or inf."""
    if not np.isfinite(values).all():
        wrong = "nan" if np.isnan(values).any() else "inf"
        raise NotFiniteError(f"{name} holds {wrong}; expected finite numbers. detect_anomalies() finds the operation")


def refuse_shared(pairs: list[tuple[Path, Array, Any]]) -> None:
    seen: dict[int, Path] = {}
    for path, param, _ in pairs:
        if id(param) in seen:
            raise ValueError(
                f"{spell('params', seen[id(param)])} and {spell('params', path)} are the same array; "
                "expected each once, with the sum of its gradients"
            )
        seen[id(param)] = path


def listed(shapes: list[tuple[Path, tuple[int, ...]]]) -> str:
    return ", ".join(f"{spell('params', path)} of shape {shape}" for path, shape in shapes)
