"""One thread for matrix products: batches are too small to share, and results then do not depend on the machine."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def one_blas_thread() -> AbstractContextManager[Any]:
    """Let NumPy's BLAS work with one thread inside the block.

    Two threads that share a product of 32 rows wait for each other longer than they work; when another program needs
    the second core, ten times longer. Without threadpoolctl nothing is changed.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1, user_api="blas")
