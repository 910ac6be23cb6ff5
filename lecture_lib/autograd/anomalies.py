"""Find the operation where numbers went wrong: NaN or Inf, or an array changed after an operation saved it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import Tensor, plain


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
    with changed(inspect=inspect_forward):
        yield


def inspect_forward(node: Tensor) -> None:
    """Check a fresh node, and remember what its arguments held."""
    node.saved = [(i, fingerprint, fingerprint(a)) for i, a in enumerate(node.arrays) if isinstance(a, np.ndarray)]
    if finite(node.data) or not all(finite(plain(a)) for a in node.args):
        return
    raise FloatingPointError(
        f"{node.op.name} made {first_bad(node.data)} out of finite numbers: "  # type: ignore[union-attr]
        + ", ".join(describe(a, k) for k, a in enumerate(node.args))
    )


def refuse_change(node: Tensor, i: int, rule: Callable[[Sequence[Any]], Any]) -> None:
    """Raise, since argument i of a node changed, if ``rule`` computes the node's gradients or its tangent from it."""
    if matters(node, i, rule):
        name = node.op.name  # type: ignore[union-attr]
        raise RuntimeError(
            f"{describe(node.args[i], i)} changed after {name} used it, so the gradient of {name} would be wrong: "
            "give the operation a copy, or change the array after the backward pass"
        )


def matters(node: Tensor, i: int, rule: Callable[[Sequence[Any]], Any]) -> bool:
    """Whether a rule reads the numbers of argument i, and not just its shape: found by handing it others."""
    now = node.arrays[i]
    reals = [np.abs(a).max(initial=0) for a in node.arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    far = now.dtype.type(1 + 2 * max(reals, default=0))  # Beyond every threshold.
    # Of an index k, -1 - k is inside too.
    others = (now - far, now + far) if now.dtype.kind == "f" else (~now,)
    results = []
    for array in (now, *others):
        try:
            with np.errstate(all="ignore"), changed(inspect=None, recording=False):
                found = rule([*node.arrays[:i], array, *node.arrays[i + 1 :]])
                results.append([np.asarray(plain(d)) for d in (found if isinstance(found, (list, tuple)) else [found])])
        except (ValueError, IndexError, np.linalg.LinAlgError):
            return True
    return not all(
        np.array_equal(a, b, equal_nan=True) for other in results[1:] for a, b in zip(results[0], other, strict=True)
    )


def inspect_backward(node: Tensor, g: Any, where: Sequence[int], downstream: Sequence[Any]) -> None:
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


def describe(a: Any, k: int) -> str:
    """An argument by name, with its values if they are few."""
    data = plain(a)
    name = getattr(a, "name", None) or f"argument {k + 1}"
    if isinstance(data, np.ndarray) and data.size > 6:
        return f"{name} of shape {data.shape}"
    return f"{name} = {data.tolist() if isinstance(data, np.ndarray) else data}"
