"""What NumPy's functions and their parameters are called in an error message."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def spoken(function: Callable[..., Any]) -> str:
    """A function of NumPy as one writes it: ``np.linalg.inv``."""
    module = getattr(function, "__module__", None) or "np.ndarray"  # A method of arrays has none.
    return f"{module}.{function.__name__}".replace("numpy", "np", 1)


def written(ufunc: np.ufunc) -> str:
    """A universal function as one writes it: NumPy's or SciPy's by their module, any other by its name."""
    for module, shown in (("numpy", "np"), ("scipy.special", "scipy.special")):
        if getattr(sys.modules.get(module), ufunc.__name__, None) is ufunc:
            return f"{shown}.{ufunc.__name__}"
    return ufunc.__name__


def parameters(stand_in: Callable[..., Any]) -> str:
    """The parameters of a stand-in, as one writes them: ``(a, axis=None, *, keepdims=False)``."""
    shown = inspect.signature(stand_in)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in shown.parameters.values()]
    return str(shown.replace(parameters=bare, return_annotation=inspect.Signature.empty))
