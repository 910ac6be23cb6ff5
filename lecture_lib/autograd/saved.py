"""What an operation keeps of its arguments until the backward pass, and what is said if it changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.node import Node, plain
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.state import changed

WHOLE, SAMPLE = 4096, 64
"""Up to how many bytes a change of one entry is noticed by default; how many entries are looked at in larger arrays."""


def mark(array: Array) -> bytes:
    """The numbers of an array that may be changed behind an operation's back; of a large one a sample."""
    return array.tobytes() if array.nbytes <= WHOLE else array.flat[:: array.size // SAMPLE].tobytes()


def refuse_change(node: Node, i: int, rule: Callable[[Sequence[Any]], Any]) -> None:
    """Raise, since argument i of a node changed, if ``rule`` computes the node's gradients or its tangent from it."""
    if matters(node, i, rule):
        name = node.op.name  # type: ignore[union-attr]
        raise RuntimeError(
            f"{describe(node.args[i], i)} changed after {name} used it, so the gradient of {name} would be wrong: "
            "give the operation a copy, or change the array after the backward pass"
        )


def matters(node: Node, i: int, rule: Callable[[Sequence[Any]], Any]) -> bool:
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


def describe(a: Any, k: int) -> str:
    """An argument by name, with its values if they are few."""
    data = plain(a)
    name = getattr(a, "name", None) or f"argument {k + 1}"
    if isinstance(data, np.ndarray) and data.size > 6:
        return f"{name} of shape {data.shape}"
    return f"{name} = {data.tolist() if isinstance(data, np.ndarray) else data}"
