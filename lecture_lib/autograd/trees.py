"""Nested tuples, lists, dicts and dataclasses of arrays: take the leaves out, put others in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import fields, replace
from typing import Any

from lecture_lib.autograd.errors import ShapeError

Path = tuple[Any, ...]


class Field(str):
    """The name of a dataclass's field, as a step of a path."""

    __slots__ = ()


def is_structure(value: Any) -> bool:
    """Whether a value holds others: a tuple, list or dict (or a subclass), a dataclass, or None, which holds none."""
    return value is None or isinstance(value, (dict, tuple, list)) or is_record(value)


def is_record(value: Any) -> bool:
    """Whether a value is an instance of a dataclass."""
    return hasattr(type(value), "__dataclass_fields__")


def parts_of(record: Any) -> dict[Field, Any]:
    """The fields of a dataclass that its constructor takes; it computes the others itself."""
    return {Field(f.name): getattr(record, f.name) for f in fields(record) if f.init}


class Keywords(dict[str, Any]):
    """The keyword arguments of a call, as the last of its arguments."""


def joined(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments of a call as one tuple."""
    return (*args, Keywords(keywords)) if keywords else args


def call(f: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Call a function with what ``joined`` made of its arguments."""
    if args and type(args[-1]) is Keywords:
        return f(*args[:-1], **args[-1])
    return f(*args)


def named_leaves(args: Sequence[Any], names: Sequence[str]) -> Iterator[tuple[int, Path, Any, str]]:
    """Every leaf of a call's arguments: the argument's position, the path in it, the leaf and its name."""
    for k, arg in enumerate(args):
        root = names[k] if k < len(names) else f"argument {k}"
        for path, value in leaves(arg):
            name = spell(path[0], path[1:]) if type(arg) is Keywords else spell(root, path)
            yield k, path, value, name


def leaves(structure: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with the keys and positions that lead to it, in order; None is no leaf.

    Example:
        >>> from lecture_lib.autograd.trees import leaves
        >>> list(leaves({"W": 1, "b": (2, None, 3)}))
        [(('W',), 1), (('b', 0), 2), (('b', 2), 3)]
    """
    if isinstance(structure, dict):
        for key, part in structure.items():
            yield from leaves(part, (*path, key))
    elif isinstance(structure, (tuple, list)):
        for position, part in enumerate(structure):
            yield from leaves(part, (*path, position))
    elif is_record(structure):
        for name, part in parts_of(structure).items():
            yield from leaves(part, (*path, name))
    elif structure is not None:
        yield path, structure


def rebuild(structure: Any, new: Callable[[Any], Any]) -> Any:
    """The same structure, of the same types, with ``new(leaf)`` in place of every leaf, in the order of ``leaves``.

    Example:
        >>> from lecture_lib.autograd.trees import rebuild
        >>> rebuild({"W": 1, "b": [2, None]}, lambda v: v * 10)
        {'W': 10, 'b': [20, None]}
    """
    if isinstance(structure, dict):
        return like_dict(structure, {key: rebuild(part, new) for key, part in structure.items()})
    if isinstance(structure, tuple):
        parts = [rebuild(part, new) for part in structure]
        make = getattr(type(structure), "_make", None)
        return tuple(parts) if make is None else make(parts)
    if isinstance(structure, list):
        return [rebuild(part, new) for part in structure]
    if is_record(structure):
        return replace(structure, **{name: rebuild(part, new) for name, part in parts_of(structure).items()})
    return None if structure is None else new(structure)


def like_dict(original: dict[Any, Any], parts: dict[Any, Any]) -> dict[Any, Any]:
    """A dict of the type of another, with these parts."""
    kind: Any = type(original)
    if kind is dict:
        return parts
    try:
        made: dict[Any, Any] = (
            kind(original.default_factory, parts) if isinstance(original, defaultdict) else kind(parts)
        )
        if made.keys() == parts.keys() and all(made[key] is part for key, part in parts.items()):
            return made
    except TypeError:
        pass
    # Its constructor takes something else than its entries.
    made = copy(original)
    made.update(parts)
    return made


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
        pattern: nested tuples, lists, dicts and dataclasses.
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
    elif is_record(pattern):
        if type(structure) is not type(pattern):
            raise ShapeError(f"{name} must be a {type(pattern).__name__}, but {described(structure)} came")
        for key, part in parts_of(pattern).items():
            yield from aligned(part, getattr(structure, key), spell(name, (key,)))
    elif pattern is not None:
        yield structure
    elif structure is not None:
        raise ShapeError(f"{name} must be None, but {described(structure)} came")


def described(structure: Any) -> str:
    """What came instead of a structure, in a few words."""
    if structure is None:
        return "None"
    if isinstance(structure, dict):
        return f"one with the keys {list(structure)}"
    if isinstance(structure, (tuple, list)):
        return f"{len(structure)} values"
    return f"one {type(structure).__name__}"


def spell(name: str, path: Path) -> str:
    """A leaf's name as one would write it: ``params['W'][0]``, or ``params.W`` for a dataclass."""
    return name + "".join(f".{key}" if isinstance(key, Field) else f"[{key!r}]" for key in path)
