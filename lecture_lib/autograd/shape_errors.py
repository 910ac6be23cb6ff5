"""Say in words why shapes do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lecture_lib.autograd.errors import ShapeError


def explain_misfit(operation: str, args: Sequence[Any], settings: dict[str, Any], error: Exception) -> ShapeError:
    """Build the error for operands that an operation cannot combine.

    Args:
        operation: its name.
        args: its operands: Tensors, arrays or numbers.
        settings: its settings.
        error: what NumPy said.

    Returns:
        A ShapeError that names every operand with its shape, and the nearest fix if there is one.
    """
    arrays = [(k, a) for k, a in enumerate(args) if isinstance(getattr(a, "shape", None), tuple)]
    operands = [(getattr(a, "name", None) or f"argument {k + 1}", a.shape) for k, a in arrays]
    described = " and ".join(f"{name} of shape {shape}" for name, shape in operands) or "these arguments"
    extra = "".join(f", {k}={v!r}" for k, v in settings.items())
    fix = nearest_fix(operation, [shape for _, shape in operands], [name for name, _ in operands])
    return ShapeError(f"{operation} cannot combine {described}{extra}: {fix or error}")


def nearest_fix(operation: str, shapes: list[tuple[int, ...]], names: list[str]) -> str | None:
    """The smallest change that makes two shapes fit, in words, or None if no simple one does."""
    if len(shapes) != 2:
        return None
    (a, b), (first, second) = shapes, names
    if operation == "matmul":
        return _matmul_fix(a, b, first, second)
    if len(a) == 2 and a[::-1] == b:
        return f"the shapes are each other's transpose; did you mean {first}.T or {second}.T?"
    if len(a) == 2 and len(b) == 1 and a[0] == b[0]:
        return f"{second} fits along the rows of {first}; did you mean {second}[:, None]?"
    if len(b) == 2 and len(a) == 1 and b[0] == a[0]:
        return f"{first} fits along the rows of {second}; did you mean {first}[:, None]?"
    return None


def _matmul_fix(a: tuple[int, ...], b: tuple[int, ...], first: str, second: str) -> str | None:
    if not a or not b:
        return "matmul needs at least one axis on both sides; did you mean *?"
    inner = b[-2] if len(b) > 1 else b[0]
    which = "first" if len(b) < 3 else "second-to-last"
    lost = f"the last axis of {first} ({a[-1]}) must equal the {which} of {second} ({inner})"
    if len(a) == 2 and a[0] == inner:
        return f"{lost}; did you mean {first}.T @ {second}?"
    if len(b) == 2 and a[-1] == b[1]:
        return f"{lost}; did you mean {first} @ {second}.T?"
    if b[-1] == (a[-2] if len(a) > 1 else a[0]):
        return f"{lost}; did you mean {second} @ {first}?"
    return lost
