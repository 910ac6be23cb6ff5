"""Find the operation where numbers went wrong: NaN or Inf, or an array changed after an operation saved it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from lecture_lib.autograd.node import Node, plain
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.saved import describe
from lecture_lib.autograd.state import Inspection, changed


@contextmanager
def detect_anomalies() -> Iterator[None]:
    """Check every result inside the block, and name the first operation that made NaN or Inf.

    An array that changed between the operation that used it and the backward pass that needs it is reported too, down
    to one entry of a large one (of arrays beyond 4 kB a sample is checked also without this). Checking costs time; use
    it to find a fault.

    Raises:
        FloatingPointError: NaN or Inf came out of numbers that were finite.
        RuntimeError: an array changed after an operation saved it.

    Example:
        >>> from lecture_lib import Tensor, detect_anomalies
        >>> import numpy as np
        >>> with detect_anomalies(), np.errstate(all="ignore"):
        ...     np.log(Tensor(-1.0, name="x"))
        Traceback (most recent call last):
        ...
        FloatingPointError: log made nan out of finite numbers: x = -1.0
    """
    with changed(inspect=Inspection(inspect_forward, inspect_backward)):
        yield


def inspect_forward(node: Node) -> None:
    """Check a fresh node, and remember what its arguments held."""
    node.saved = [(i, fingerprint, fingerprint(a)) for i, a in enumerate(node.arrays) if isinstance(a, np.ndarray)]
    if finite(node.data) or not all(finite(plain(a)) for a in node.args):
        return
    raise FloatingPointError(
        f"{node.op.name} made {first_bad(node.data)} out of finite numbers: "  # type: ignore[union-attr]
        + ", ".join(describe(a, k) for k, a in enumerate(node.args))
    )


def inspect_backward(node: Node, g: Any, where: Sequence[int], downstream: Sequence[Any]) -> None:
    """Check the gradients that a node hands on."""
    name = node.op.name  # type: ignore[union-attr]
    for i, d in zip(where, downstream, strict=True):
        values = plain(d)
        if not finite(values) and finite(plain(g)):
            raise FloatingPointError(
                f"the gradient of {name} with respect to {describe(node.args[i], i)} is "
                f"{first_bad(values)}, although the gradient that came in is finite"
            )


def fingerprint(a: Array) -> bytes:
    """A checksum of all numbers of an array."""
    return hashlib.blake2b(np.ascontiguousarray(a).tobytes(), digest_size=16).digest()


def finite(values: Any) -> bool:
    """Whether all numbers are finite; True for what is no number."""
    if not isinstance(values, (np.ndarray, np.generic, float, int)):
        return True
    array = np.asarray(values)
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def first_bad(values: Any) -> str:
    """The first number that is not finite, with its position."""
    array = np.asarray(values)
    where = np.argwhere(~np.isfinite(array))[0]
    found = array[tuple(where)]
    return str(found) if array.ndim == 0 else f"{found} at {tuple(int(k) for k in where)}"
