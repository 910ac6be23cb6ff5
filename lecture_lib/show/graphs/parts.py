"""What a drawn graph is made of: vertices, and the lines between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lecture_lib.graph.trace import Node
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.graphs.edges import Mismatch
from lecture_lib.show.graphs.layout import Box, Edge

RADIUS = 22.0
NAME = 20.0
"""Half the height of a vertex, and the size of the letters in it."""


@dataclass
class Vertex:
    """Something drawn as a node: a leaf, an operation, a whole linear layer, or the output.

    Attributes:
        kind: "leaf", "operation", "layer" or "output".
        label: the text inside.
        nodes: the graph's nodes it stands for; the last is its value.
        box: its size and place.
        total: the sum of the gradients that arrive, where there are several.
    """

    kind: str
    label: str
    nodes: tuple[Node, ...]
    box: Box
    total: str = ""

    @property
    def half(self) -> float:
        """Half its width."""
        return max(RADIUS, measure(self.label, NAME)[0] / 2 + 8)

    def edge_at(self, dy: float) -> float:
        """How far from its middle its side is, ``dy`` off the middle line."""
        if self.kind == "operation":
            return self.half - RADIUS + math.sqrt(max(RADIUS**2 - dy**2, 0.0))
        return self.half


@dataclass
class Link:
    """One line: the value of ``node``, used by ``user`` as argument ``position`` (no user: the output)."""

    edge: Edge
    node: Node
    user: Node | None
    position: int
    lines: list[tuple[str, float, str]] = field(default_factory=list)
    below: list[tuple[str, float, str]] = field(default_factory=list)
    wrong: Mismatch | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Which line it is: the user's index (-1 for the output) and the position."""
        return (-1 if self.user is None else self.user.index, self.position)
