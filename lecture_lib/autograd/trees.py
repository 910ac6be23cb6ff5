"""Nested tuples, lists and dicts of arrays: take the leaves out, put others in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lecture_lib.autograd.errors import ShapeError

Path = tuple[Any, ...]


def leaves(structure: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with the keys and positions that lead to it, in order.

    Example:
        >>> from lecture_lib.autograd.trees import leaves
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
        >>> from lecture_lib.autograd.trees import rebuild
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
        >>> from lecture_lib.autograd.trees import refill
        >>> refill({"W": 1, "b": [2]}, ["one", "two"])
        {'W': 'one', 'b': ['two']}
    """
    coming = iter(values)
    return rebuild(structure, lambda _: next(coming))


def aligned(pattern: Any, structure: Any, name: str) -> Iterator[Any]:
    """What ``structure`` holds where ``pattern`` has its leaves, in the pattern's order: dicts agree by key.

    Args:
        pattern: nested tuples, lists and dicts.
        structure: the same nesting; the keys of a dict may come in another order.
        name: what an error calls the structure.

    Raises:
        ShapeError: another nesting, other keys or another length.

    Example:
        >>> from lecture_lib.autograd.trees import aligned
        >>> list(aligned({"W": 1, "b": 2}, {"b": "two", "W": "one"}, "params"))
        ['one', 'two']
    """
    if isinstance(pattern, dict):
        if not isinstance(structure, dict) or structure.keys() != pattern.keys():
            raise ShapeError(f"{name} must be a dict with the keys {list(pattern)}, but {described(structure)} came")
        for key, part in pattern.items():
            yield from aligned(part, structure[key], spell(name, (key,)))
    elif isinstance(pattern, (tuple, list)):
        if not isinstance(structure, (tuple, list)) or len(structure) != len(pattern):
            raise ShapeError(f"{name} must be a tuple or list of {len(pattern)}, but {described(structure)} came")
        for position, part in enumerate(pattern):
            yield from aligned(part, structure[position], spell(name, (position,)))
    else:
        yield structure


def described(structure: Any) -> str:
    """What came instead of a structure, in a few words."""
    if isinstance(structure, dict):
        return f"one with the keys {list(structure)}"
    if isinstance(structure, (tuple, list)):
        return f"{len(structure)} values"
    return f"one {type(structure).__name__}"


def spell(name: str, path: Path) -> str:
    """A leaf's name as one would write it: ``params['W'][0]``."""
    return name + "".join(f"[{key!r}]" for key in path)
