"""Numbers and arrays, short enough for a label."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

FEW = 4
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def short(value: Any, digits: int = 3) -> str:
    """A number in few significant digits: 6, 0.25, 1.2e−7, NaN, ∞.

    Example:
        >>> short(6.0), short(-0.25), short(1.2e-7), short(12345.0), short(float("inf"))
        ('6', '−0.25', '1.2e−7', '12345', '∞')
    """
    array = np.asarray(value).reshape(())
    if array.dtype.kind == "b":
        return "true" if array else "false"
    number = float(array)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    size = abs(number)
    if number == int(number) and size < 1e6:
        text = str(int(number))
    elif 1e-3 <= size < 1e5:
        places = max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{number:.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{number:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def subscript(number: int) -> str:
    """A whole number as a subscript.

    Example:
        >>> subscript(23)
        '₂₃'
    """
    return str(number).translate(LOWERED)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as a space, for a label: ``$\\\\mathbb{R}^{2\\\\times 3}$``.

    Example:
        >>> shape_text(()), shape_text((2, 3)).count("times")
        ('$\\\\mathbb{R}$', 1)
    """
    power = r"\times ".join(map(str, shape))
    return rf"$\mathbb{{R}}^{{{power}}}$" if shape else r"$\mathbb{R}$"


def spoken_shape(shape: tuple[int, ...]) -> str:
    """A shape in words and signs for alt text: ``2×3``."""
    return "×".join(map(str, shape)) if shape else "a number"


def brief(value: Any) -> str:
    """A value for a label: a number, a few numbers, or the length of a large array.

    Example:
        >>> import numpy as np
        >>> brief(np.array([1.0, 0.5])), brief(np.zeros((3, 4)))
        ('(1, 0.5)', '‖·‖ = 0')
    """
    array = np.asarray(value)
    if array.ndim == 0 or array.size == 1:
        return short(array)
    if array.ndim == 1 and array.size <= FEW:
        return f"({', '.join(short(v, 2) for v in array)})"
    if array.ndim == 2 and array.size <= FEW:
        return "[" + "; ".join(" ".join(short(v, 2) for v in row) for row in array) + "]"
    if array.dtype.kind not in "fiu":
        return f"{int(np.count_nonzero(array))} true"
    bad = int(np.count_nonzero(~np.isfinite(array))) if array.dtype.kind == "f" else 0
    if bad:
        return f"{bad} NaN or ∞"
    return f"‖·‖ = {short(np.linalg.norm(array.astype(float).ravel()))}"
