"""Where a graph of numbers is drawn in the page: the course's own layout, with room for numbers that change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lecture_lib.graph.trace import Graph, Node
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.letters import formula
from lecture_lib.show.canvas.scene import Command, Scene
from lecture_lib.show.canvas.svg import SvgWriter, outline
from lecture_lib.show.canvas.svg import number as coordinate
from lecture_lib.show.graphs.draw import LABEL, OFFSET, SMALL, DrawingPlan
from lecture_lib.show.graphs.edges import Mismatch
from lecture_lib.show.graphs.layout import Box
from lecture_lib.show.graphs.parts import NAME, RADIUS, Link, Vertex

WIDEST = "−8.88"
SUM = "−0.88 + 0.88 = −0.88"
SUM_SIZE = 15.0
WIDEST_SUM = measure(SUM, SUM_SIZE)[0]
SUM_ROOM = 30.0
EDGE = 4.0
WIDE, TALL, BENDS = 740.0, 580.0, (34.0, 20.0, 12.0)
SIGNS = "0123456789.−+=e∞Na "
"""The characters of the numbers that the page writes."""


class Upright(Vertex):
    """A vertex whose lines leave below and arrive above."""

    def edge_at(self, dy: float) -> float:
        """How far from its middle its lower side is, ``dy`` beside the middle line."""
        return math.sqrt(max(RADIUS**2 - dy**2, 0.0)) if self.kind == "operation" else RADIUS


class Stage(DrawingPlan):
    """A plan with room for any number, from left to right or, for a telephone, from above to below.

    An upright plan is made as one from left to right, and its two directions are exchanged at the end.
    """

    def __init__(self, graph: Graph, upright: bool, bend: float) -> None:
        self.upright = upright
        self.bend = bend
        super().__init__(graph, "numbers", collapse=False)

    @classmethod
    def both(cls, graph: Graph) -> tuple[Stage, Stage]:
        """The two plans of a graph, wide and upright; lines bend in as much room as a page has."""

        def plan(upright: bool, room: float) -> Stage:
            plans = (cls(graph, upright, bend) for bend in BENDS)
            return next((made for made in plans if made.width <= room), None) or cls(graph, upright, BENDS[-1])

        return plan(False, WIDE), plan(True, TALL)

    def _vertices(self, kept: Sequence[Node], groups: dict[Node, tuple[Node, ...]]) -> None:
        super()._vertices(kept, groups)
        for k, vertex in enumerate(self.vertices):
            if vertex.kind == "leaf":
                vertex.label = f"{_head(vertex)}{WIDEST}"
                vertex.box = Box(2 * vertex.half, vertex.box.up, vertex.box.down)
            if self.upright:
                side = vertex.half + EDGE
                self.vertices[k] = Upright(vertex.kind, vertex.label, vertex.nodes, Box(2 * RADIUS, side, side))

    def _link(self, source: int, target: int, node: Node, user: Node | None, i: int, wrong: Mismatch | None) -> None:
        super()._link(source, target, node, user, i, wrong)
        wide, lines = measure(WIDEST, LABEL)[0], 1.25 * (LABEL + SMALL)
        label = Box(lines + 8, wide + 12, wide + 12) if self.upright else Box(wide + 8, lines + 7, 1.25 * LABEL + 9)
        self.links[-1].edge.label = label

    def _totals(self) -> None:
        """Room for the sum of the gradients of what is used twice."""
        for k, vertex in enumerate(self.vertices):
            if sum(link.edge.source == k for link in self.links) < 2:
                continue
            letter, output = self.symbols.letter[vertex.nodes[-1]], self.symbols.letter[self.graph.outputs[0]]
            vertex.total = "" if self.upright else rf"$\frac{{\partial {output}}}{{\partial {letter}}}$ = "
            box, side = vertex.box, (WIDEST_SUM + measure(vertex.total, SUM_SIZE)[0]) / 2
            if self.upright:
                box.width += SUM_ROOM
                box.up, box.down = max(box.up, side), max(box.down, side)
            else:
                box.down += SUM_ROOM
                box.width = max(box.width, 2 * side)

    def export(self) -> dict[str, Any]:
        """The drawing as data for the page, in its own order of nodes and lines."""
        number = {node: k for k, node in enumerate(self.graph.nodes)}
        size = (self.height, self.width) if self.upright else (self.width, self.height)
        return {
            "size": [round(side + 2 * EDGE, 1) for side in size],
            "upright": self.upright,
            "vertices": [self._vertex_data(k, number) for k in range(len(self.vertices))],
            "lines": [self._line_data(link, number) for link in self.links],
        }

    def _at(self, along: float, across: float) -> tuple[float, float]:
        x, y = (across, along) if self.upright else (along, across)
        return round(x + EDGE, 1), round(y + EDGE, 1)

    def _vertex_data(self, k: int, number: dict[Node, int]) -> dict[str, Any]:
        vertex = self.vertices[k]
        x, y = self._at(vertex.box.x, vertex.box.y)
        made: dict[str, Any] = {
            "kind": vertex.kind,
            "node": number[vertex.nodes[-1]],
            "at": [x, y],
            "half": vertex.half,
        }
        scene = Scene(1, 1)
        if vertex.kind == "leaf":
            name = _head(vertex)
            room = measure(name, NAME)[0]
            scene.text(name, x - vertex.half + 9, y + NAME * 0.33, NAME)
            made["field"] = [round(x - vertex.half + 9 + room, 1), round(2 * vertex.half - room - 12, 1)]
        else:
            scene.centered(vertex.label, x, y, NAME)
        if vertex.kind == "operation" and vertex.nodes[-1].name and vertex.nodes[-1] not in self.graph.outputs:
            name = f"${formula(vertex.nodes[-1].name)}$"
            if self.upright:
                scene.text(name, x + vertex.half + 6, y + 5, SMALL + 1, "muted")
            else:
                scene.text(name, x, y - RADIUS - 7, SMALL + 1, "muted", "middle")
        made["ink"] = drawn(scene)
        if sum(link.edge.source == k for link in self.links) > 1:
            head = Scene(1, 1)
            head.text(vertex.total, 0, 0, SUM_SIZE, "backward")
            middle = (x, y - RADIUS - 10) if self.upright else (x, y + RADIUS + 22)
            made["sum"] = {
                "at": middle,
                "head": drawn(head),
                "room": measure(vertex.total, SUM_SIZE)[0],
                "most": WIDEST_SUM,
            }
        return made

    def _line_data(self, link: Link, number: dict[Node, int]) -> dict[str, Any]:
        parts = self.stations(link)
        left, right = parts[0], parts[-1]
        arrows = Scene(1, 1)
        arrows.arrow((right[1], right[2] - OFFSET), (1, 0), "forward", 9)
        arrows.arrow((left[0], left[2] + OFFSET), (-1, 0), "backward", 9)
        tips = [self._path(item.commands) for item in arrows.items]  # type: ignore[union-attr]
        return {
            "node": number[link.node],
            "user": None if link.user is None else number[link.user],
            "position": link.position,
            "forward": self._path(self._commands(parts, -OFFSET)),
            "backward": self._path(self._commands(parts, OFFSET)),
            "middle": self._path(self._commands(parts, 0)),
            "tips": tips,
            "at": self._at(link.edge.label.x, link.edge.label.y),
        }

    def _path(self, commands: Sequence[Command]) -> str:
        found = []
        for letter, *places in commands:
            pairs = [self._at(*places[k : k + 2]) for k in range(0, len(places), 2)]
            found.append(letter + " ".join(coordinate(v) for pair in pairs for v in pair))
        return "".join(found)


def digits() -> dict[str, tuple[float, str]]:
    """The characters of numbers in the pictures' own font: how far each goes on, and its outline."""
    found = {}
    for sign in SIGNS:
        scene = Scene(1, 1)
        scene.text(sign, 0, 0)
        writer = SvgWriter()
        writer.add(scene.items)
        found[sign] = (round(measure(sign, 100)[0], 1), "".join(outline(key) for key in writer.glyphs))
    return found


def _head(vertex: Vertex) -> str:
    """What stands before the number of a leaf."""
    return f"${formula(str(vertex.nodes[0].name))}$ = "


def drawn(scene: Scene) -> str:
    """A scene as elements of an SVG, to be put into a drawing of the page."""
    writer = SvgWriter()
    writer.add(scene.items)
    return writer.body()
