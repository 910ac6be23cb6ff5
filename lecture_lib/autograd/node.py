"""A node: one value of a recorded computation, with the operation that made it and what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array, Operation

PLAIN = {np.ndarray, float, int, bool, slice, type(None), type(...), *set(np.sctypeDict.values())}
"""What takes part in an operation as it is."""

next_serial = count().__next__


class Node:
    """What the engine knows of a Tensor: its numbers, its operation and arguments, and its age.

    A node is equal to itself alone, so it can be a key. The serial number tells which of two was made first.
    """

    __slots__ = ("data", "grad", "name", "op", "args", "arrays", "settings", "serial", "saved", "__weakref__")
    __hash__ = object.__hash__

    data: Array
    grad: Any
    name: str | None
    op: Operation | None
    args: tuple[Any, ...]
    arrays: Sequence[Any]
    settings: dict[str, Any]
    serial: int
    saved: list[tuple[int, Callable[[Array], bytes], bytes]] | None

    @property
    def parents(self) -> tuple[Any, ...]:
        """The Tensors among the arguments of the operation that made this one; empty for a leaf."""
        return tuple(a for a in self.args if isinstance(a, Node))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the data."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.data.size


def plain(value: Any) -> Any:
    """The array of a Tensor; anything else as it is."""
    return value.data if isinstance(value, Node) else value


def as_numbers(data: Array) -> Array:
    """The array itself if its dtype is boolean, integer or real; otherwise a TypeError that says what to do."""
    if data.dtype.kind not in "buif":
        raise TypeError(
            f"a Tensor holds booleans, integers or real numbers, not {data.dtype}"
            + ("; split a complex value into real and imaginary part" if data.dtype.kind == "c" else "")
        )
    return data


def no_subclass(data: Any, taker: str = "a Tensor") -> Any:
    """The data itself; of an array of another kind the plain array, unless its arithmetic is not a plain one's."""
    if type(data) in PLAIN or isinstance(data, Node):
        return data
    if isinstance(data, np.ma.MaskedArray):
        raise TypeError(f"{taker} has no mask: fill a masked array with .filled(0), and pass its mask to np.where")
    if isinstance(data, np.matrix):
        raise TypeError(f"{taker} is no np.matrix, whose * is a product of matrices: pass np.asarray of it")
    if isinstance(data, np.generic) or not hasattr(data, "__array__"):
        return data
    return np.asarray(data)
