"""Places for the nodes and labels of a layered graph, left to right.

Layers come from longest paths, leaves as late as possible. Every edge gets a node of its own for its label, and
invisible nodes where it passes other layers, so that no line runs through anything. Barycenter sweeps order a layer
(in the manner of K. Sugiyama, S. Tagawa and M. Toda, 1981; the argument order breaks ties), isotonic regression
places it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

GAP = 16.0
BEND = 34.0
SWEEPS = 10
STEEPEST = 0.4
LONGEST_BEND = 110.0


@dataclass
class Box:
    """Something that takes up space: how far it reaches above and below its line, and how wide it is."""

    width: float
    up: float
    down: float
    layer: int = 0
    x: float = 0.0
    y: float = 0.0
    weight: float = 1.0


@dataclass
class Edge:
    """A line between two nodes, with its label.

    Attributes:
        source: index of a node.
        target: index of a node.
        slot: place among the target's arguments, for the order.
        label: the box of its label.
        chain: after layout the boxes between its ends.
        leave: after layout how far below the source's middle it leaves.
        enter: after layout how far below the target's middle it arrives.
    """

    source: int
    target: int
    slot: int
    label: Box
    chain: list[Box] = field(default_factory=list)
    leave: float = 0.0
    enter: float = 0.0


def layers(count: int, edges: Sequence[Edge], leaves: set[int]) -> list[int]:
    """The layer of every node: one more than its latest argument's; a leaf stands just before its first use."""
    layer = [0] * count
    for edge in sorted(edges, key=lambda e: e.target):
        layer[edge.target] = max(layer[edge.target], layer[edge.source] + 1)
    first: dict[int, int] = {}
    for edge in edges:
        first[edge.source] = min(first.get(edge.source, count), layer[edge.target])
    for leaf in leaves:
        if leaf in first:
            layer[leaf] = first[leaf] - 1
    return layer


def isotonic(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to the wanted one in weighted least squares.

    Args:
        wanted: any numbers.
        weights: as many, above 0.

    Returns:
        As many numbers.

    Raises:
        ValueError: there are not as many weights as numbers.

    Source:
        Pool adjacent violators: M. Ayer et al., An empirical distribution function for sampling with incomplete
        information, 1955.

    Example:
        >>> isotonic([3.0, 1.0, 2.0], [1.0, 1.0, 1.0])
        [2.0, 2.0, 2.0]
    """
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, u, m), (b, v, n) = blocks[-2:]
            blocks[-2:] = [((a * u + b * v) / (u + v), u + v, m + n)]
    return [value for value, _, n in blocks for _ in range(n)]


def arrange(nodes: list[Box], edges: list[Edge], leaves: set[int], bend: float = BEND) -> tuple[float, float]:
    """Place nodes and labels; fills in ``x``, ``y``, ``layer`` of every box and the chains of the edges."""
    for node, layer in zip(nodes, layers(len(nodes), edges, leaves), strict=True):
        node.layer = 2 * layer
    columns: list[list[Box]] = [[] for _ in range(max(n.layer for n in nodes) + 1)]
    links: list[tuple[Box, Box, Edge]] = []
    for edge in edges:
        start, end = nodes[edge.source], nodes[edge.target]
        # The label of a long line stands at its end: many lines may start together.
        edge.chain = [Box(0.0, 0.0, 0.0, weight=4.0) for _ in range(end.layer - start.layer - 2)] + [edge.label]
        for k, box in enumerate(edge.chain):
            box.layer = start.layer + 1 + k
        path = [start, *edge.chain, end]
        links += [(a, b, edge) for a, b in itertools.pairwise(path)]
    for box in ordered_from_output(nodes, edges):
        columns[box.layer].append(box)
    order_columns(columns, links)
    ports(nodes, edges, {id(box): k for column in columns for k, box in enumerate(column)})
    place_columns(columns, links)
    return spread(columns, links, bend)


def ordered_from_output(nodes: list[Box], edges: list[Edge]) -> list[Box]:
    """All boxes in the order in which one meets them going back from the output, arguments first to last."""
    into: dict[int, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.target, []).append(edge)
    used = {edge.source for edge in edges}
    found: list[Box] = []
    seen: set[int] = set()
    waiting: list[tuple[int, Edge | None]] = []
    waiting += [(k, None) for k in range(len(nodes)) if k not in used]
    while waiting:
        k, came_along = waiting.pop()
        if came_along is not None:
            found += came_along.chain
        if k not in seen:
            seen.add(k)
            found.append(nodes[k])
            waiting += [(e.source, e) for e in sorted(into.get(k, []), key=lambda e: e.slot, reverse=True)]
    return found


def order_columns(columns: list[list[Box]], links: list[tuple[Box, Box, Edge]]) -> None:
    """Sort every layer by the mean place of its neighbors, to and fro; keep the order with the fewest crossings."""
    before: dict[int, list[tuple[Box, int]]] = {}
    after: dict[int, list[tuple[Box, int]]] = {}
    for a, b, edge in links:
        after.setdefault(id(a), []).append((b, edge.slot))
        before.setdefault(id(b), []).append((a, edge.slot))
    rank = {id(box): float(k) for column in columns for k, box in enumerate(column)}

    def sort(k: int, near: dict[int, list[tuple[Box, int]]]) -> None:
        def middle(box: Box) -> float:
            close = near.get(id(box))
            return sum(rank[id(b)] + 0.01 * slot for b, slot in close) / len(close) if close else rank[id(box)]

        columns[k].sort(key=middle)
        for place, box in enumerate(columns[k]):
            rank[id(box)] = float(place)

    best = [list(column) for column in columns]
    fewest = crossings(links, rank)
    for _ in range(SWEEPS):
        if not fewest:
            break
        for k in range(len(columns) - 2, -1, -1):
            sort(k, after)
        for k in range(1, len(columns)):
            sort(k, before)
        now = crossings(links, rank)
        if now < fewest:
            fewest, best = now, [list(column) for column in columns]
    columns[:] = best


def crossings(links: list[tuple[Box, Box, Edge]], rank: dict[int, float]) -> int:
    """How many pairs of lines between the same layers cross."""
    by_layer: dict[int, list[tuple[float, float, float]]] = {}
    for a, b, edge in links:
        by_layer.setdefault(a.layer, []).append((rank[id(a)], rank[id(b)], edge.slot))
    total = 0
    for pairs in by_layer.values():
        for k, (start, end, slot) in enumerate(pairs):
            for other, its_end, its_slot in pairs[:k]:
                apart = start - other
                crossed = apart * (end - its_end) < 0 or (end == its_end and apart * (slot - its_slot) < 0)
                total += crossed
    return total


def ports(nodes: list[Box], edges: list[Edge], rank: dict[int, int]) -> None:
    """Spread the ends of the lines over the sides of their nodes."""
    for k, node in enumerate(nodes):
        arriving = sorted((e for e in edges if e.target == k), key=lambda e: e.slot)
        leaving = sorted((e for e in edges if e.source == k), key=lambda e: rank[id(e.chain[0])])
        room = 1.25 * min(node.up, node.down, node.width / 2 if node.width else 22.0)
        for ends, name in ((arriving, "enter"), (leaving, "leave")):
            step = min(16.0, room / max(1, len(ends) - 1))
            for j, edge in enumerate(ends):
                setattr(edge, name, (j - (len(ends) - 1) / 2) * step)


def place_columns(columns: list[list[Box]], links: list[tuple[Box, Box, Edge]]) -> None:
    """Give every box a height near its neighbors', keeping the order and the distances of its layer."""
    before: dict[int, list[tuple[Box, float]]] = {}
    after: dict[int, list[tuple[Box, float]]] = {}
    for a, b, edge in links:
        shift = (edge.leave if a is not edge.chain[0] and b is edge.chain[0] else 0.0) - (
            edge.enter if a is edge.chain[-1] else 0.0
        )
        after.setdefault(id(a), []).append((b, -shift))
        before.setdefault(id(b), []).append((a, shift))
    offsets: list[list[float]] = []
    for column in columns:
        down, places = 0.0, []
        for k, box in enumerate(column):
            down += (column[k - 1].down + GAP + box.up) if k else 0.0
            places.append(down)
            box.y = down
        offsets.append(places)
        for box in column:
            box.y -= down / 2

    def place(k: int, *sides: dict[int, list[tuple[Box, float]]]) -> None:
        column = columns[k]
        wanted = []
        for box, offset in zip(column, offsets[k], strict=True):
            close = [b.y + shift for side in sides for b, shift in side.get(id(box), [])]
            wanted.append((sum(close) / len(close) if close else box.y) - offset)
        for box, y, offset in zip(column, isotonic(wanted, [b.weight for b in column]), offsets[k], strict=True):
            box.y = y + offset

    for _ in range(SWEEPS):
        earlier = [box.y for column in columns for box in column]
        for k in range(len(columns) - 2, -1, -1):
            place(k, after)
        for k in range(1, len(columns)):
            place(k, before)
        for k in range(len(columns)):
            place(k, before, after)
        now = (box.y for column in columns for box in column)
        if all(abs(a - b) < 0.5 for a, b in zip(earlier, now, strict=True)):
            break


def spread(columns: list[list[Box]], links: list[tuple[Box, Box, Edge]], bend: float = BEND) -> tuple[float, float]:
    """Give every layer its x, with more room where lines climb far, and move everything so that it starts at 0."""
    x = 0.0
    climb: dict[int, float] = {}
    for a, b, _ in links:
        climb[b.layer] = max(climb.get(b.layer, 0.0), abs(a.y - b.y))
    for k, column in enumerate(columns):
        width = max((box.width for box in column), default=0.0)
        x += (min(max(bend, STEEPEST * climb.get(k, 0.0)), LONGEST_BEND) if k else 0.0) + width / 2
        for box in column:
            box.x = x
        x += width / 2
    boxes = [box for column in columns for box in column]
    top = min(box.y - box.up for box in boxes)
    for box in boxes:
        box.y -= top
    return x, max(box.y + box.down for box in boxes)
