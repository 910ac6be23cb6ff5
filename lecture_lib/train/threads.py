"""One thread for matrix products: batches are too small to share, and results then do not depend on the machine."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let OpenBLAS, if NumPy uses it, work with one thread inside the block.

    Two threads that share a product of 32 rows wait for each other longer than they work; when another program needs
    the second core, ten times longer. With another library than OpenBLAS nothing is changed.

    >>> import numpy as np
    >>> with one_blas_thread():
    ...     (np.ones((2, 3)) @ np.ones(3)).tolist()
    [3.0, 3.0]
    """
    control = _openblas()
    if control is None:
        yield
        return
    get, put = control
    before = get()
    put(1)
    try:
        yield
    finally:
        put(before)


@cache
def _openblas() -> tuple[Any, Any] | None:
    """The two functions of the OpenBLAS that NumPy is linked to."""
    try:
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    except (ImportError, OSError, TypeError):
        return None
    for name in NAMES:
        try:
            return getattr(library, name.format("get")), getattr(library, name.format("set"))
        except AttributeError:
            continue
    return None
