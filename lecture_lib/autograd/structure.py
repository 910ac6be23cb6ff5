"""Nested tuples, lists and dicts of arrays: take the leaves out, put others in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Path = tuple[Any, ...]


def leaves(structure: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with the keys and positions that lead to it, in order.

    Example:
        >>> from lecture_lib.autograd.structure import leaves
        >>> list(leaves({"W": 1, "b": (2, 3)}))
        [(('W',), 1), (('b', 0), 2), (('b', 1), 3)]
    """
    if isinstance(structure, dict):
        for key, part in structure.items():
            yield from leaves(part, (*path, key))
    elif isinstance(structure, (tuple, list)):
        for position, part in enumerate(structure):
            yield from leaves(part, (*path, position))
    else:
        yield path, structure


def rebuild(structure: Any, new: Callable[[Any], Any]) -> Any:
    """The same structure with ``new(leaf)`` in place of every leaf, in the order of ``leaves``.

    Example:
        >>> from lecture_lib.autograd.structure import rebuild
        >>> rebuild({"W": 1, "b": [2]}, lambda v: v * 10)
        {'W': 10, 'b': [20]}
    """
    if isinstance(structure, dict):
        return {key: rebuild(part, new) for key, part in structure.items()}
    if isinstance(structure, tuple):
        parts = [rebuild(part, new) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    if isinstance(structure, list):
        return [rebuild(part, new) for part in structure]
    return new(structure)


def refill(structure: Any, values: Iterable[Any]) -> Any:
    """The same structure with the leaves replaced, in order, by ``values``.

    Example:
        >>> from lecture_lib.autograd.structure import refill
        >>> refill({"W": 1, "b": [2]}, ["one", "two"])
        {'W': 'one', 'b': ['two']}
    """
    coming = iter(values)
    return rebuild(structure, lambda _: next(coming))


def spell(name: str, path: Path) -> str:
    """A leaf's name as one would write it: ``params['W'][0]``."""
    return name + "".join(f"[{key!r}]" for key in path)
