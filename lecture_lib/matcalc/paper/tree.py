"""The tree of a typed line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Node:
    """One node of a typed line; where it stands in the line does not count when two are compared."""

    op: str
    args: tuple[Node, ...] = ()
    data: Any = None
    span: tuple[int, int] = field(default=(0, 0), compare=False)


def walk(node: Node) -> Iterator[Node]:
    """All nodes of a tree, the root first."""
    yield node
    for a in node.args:
        yield from walk(a)


def replaced(node: Node, old: Node, new: Node) -> Node:
    """The tree with one node, that very one, exchanged."""
    if node is old:
        return new
    args = tuple(replaced(a, old, new) for a in node.args)
    return node if all(a is b for a, b in zip(args, node.args, strict=True)) else Node(node.op, args, node.data)


@dataclass(frozen=True)
class Equation:
    """A typed line: its sides, and whether it defines a name."""

    sides: list[Node]
    defines: bool
    goes_on: bool
