"""Nudge any node of a drawn graph: the output moves by what the picture says of that node."""

from __future__ import annotations

import math

import numpy as np

from lecture_lib.graph.trace import Graph
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.graphs.describe import called, made_from
from lecture_lib.show.graphs.draw import MARGIN, RADIUS, DrawingPlan, Vertex, with_gradients
from lecture_lib.show.graphs.edges import rerun
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

NUDGES = (-0.1, 0.001, 0.01, 0.1, 0.5)
NOTHING = "none"
SIZE, LINE = 16.0, 27.0


def _magnitude(size: float) -> int:
    return math.floor(math.log10(size))


class Replay(Widget):
    """A drawn graph that answers: nudge one node, and see whether the output moves by gradient · ε.

    What lies behind the node is run once more with the nudged value, and everything that moves gets a rim. Of an array
    the entry with the steepest slope is nudged.

    Args:
        graph: from ``trace``, with one number as its output.
        labels: as in ``draw``.

    Attributes:
        node: the name of the node that is nudged, or "none".
        eps: by how much.

    Raises:
        ValueError: the output is not one real number, or no node has a gradient.

    Example:
        >>> from lecture_lib import trace
        >>> replay = Replay(trace(lambda x, y: x * y + y, 3.0, 2.0))
        >>> replay.node = "y"
        >>> replay
        y is nudged by 0.1, from 2 to 2.1: gradient · ε = 4 × 0.1 = 0.4, and the output moves by 0.4.
    """

    node: str
    eps: float

    def __init__(self, graph: Graph, labels: str = "auto") -> None:
        if len(graph.outputs) != 1 or graph.outputs[0].value.size != 1 or graph.outputs[0].value.dtype.kind != "f":
            raise ValueError("Replay needs the graph of a function that returns one real number")
        self.graph = graph
        self.places: dict[str, tuple[Vertex, tuple[int, ...], float]] = {}
        with with_gradients(graph):
            self.plan = DrawingPlan(graph, labels)
            for vertex in self.plan.vertices:
                self._offer(vertex)
        if not self.places:
            raise ValueError("Replay needs a node of real numbers that has a gradient; write 3.0 instead of 3")
        names = (NOTHING, *self.places)
        super().__init__([
            Choice("node", "nudge this node", names, NOTHING), Choice("eps", "by ε =", NUDGES, 0.1),
        ])  # fmt: skip
        self._drawing = self.plan.paint()

    def _offer(self, vertex: Vertex) -> None:
        """Let a node be nudged, if it has a gradient."""
        node = vertex.nodes[-1]
        if vertex.kind == "output" or node.grad is None or node.value.dtype.kind != "f" or not node.value.size:
            return
        grad = np.asarray(node.grad, float)
        where = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(grad))), node.shape))
        name = called(node) if node.name or node.op is None else made_from(node)
        if where:
            name = f"{name if name.isidentifier() else f'({name})'}[{', '.join(map(str, where))}]"
        if name in self.places:
            name += f", node {node.index}"
        self.places[name] = vertex, where, float(grad[where])

    def moves(self, state: State) -> tuple[float, float]:
        """What the gradient foretells, and by how much the output moves.

        Args:
            state: as ``frame`` takes it, with a node.

        Returns:
            Two numbers.
        """
        vertex, where, slope = self.places[state["node"]]
        node = vertex.nodes[-1]
        moved = np.array(node.value, float)
        moved[where] += state["eps"]
        return slope * state["eps"], rerun(self.graph, {node: moved}) - rerun(
            self.graph, {node: np.array(node.value, float)}
        )

    def frame(self, state: State) -> Frame:
        name, eps = state["node"], state["eps"]
        width = max(self._drawing.width, 480.0)
        scene = Scene(width, self._drawing.height + 3 * LINE + 20)
        if name == NOTHING:
            scene.place(self._drawing)
            scene.text("Choose a node to nudge.", MARGIN, self._drawing.height + 22, SIZE, "muted")
            return Frame(scene, "Nothing is nudged. Choose a node.")
        vertex, where, slope = self.places[name]
        foretold, happened = self.moves(state)
        scene.place(self.plan.paint(active=vertex))
        for later in self._behind(vertex):
            x, y, half = MARGIN + later.box.x, MARGIN + later.box.y, later.half
            radius = RADIUS + 5 if later.kind == "operation" else 13.0
            scene.rectangle(x - half - 5, y - RADIUS - 5, 2 * half + 10, 2 * RADIUS + 10, "forward", radius, thick=2.4)
        value = float(vertex.nodes[-1].value[where])
        # As many digits as show the nudge, and no rounding that would spell one number in two ways.
        foretold, happened = (float(f"{move:.9g}") for move in (foretold, happened))
        digits = max(3, 1 + _magnitude(max(abs(value), abs(value + eps))) - _magnitude(abs(eps)))
        lines = [
            (f"{name} is nudged by {short(eps)}, from {short(value, digits)} to {short(value + eps, digits)}", "ink"),
            (f"gradient · ε = {short(slope)} × {short(eps)} = {short(foretold)}", "backward on note"),
            (f"the output moves by {short(happened)}", "ink"),
        ]
        wide = max(measure(text, SIZE)[0] for text, _ in lines) + 28
        scene.rectangle(MARGIN, self._drawing.height, wide, 3 * LINE + 12, radius=8, fill="note", thick=1.2)
        for k, (text, color) in enumerate(lines):
            scene.text(text, MARGIN + 14, self._drawing.height + LINE * k + 24, SIZE, color)
        said = f"{lines[0][0]}: {lines[1][0]}, and {lines[2][0]}."
        return Frame(scene, said)

    def _behind(self, vertex: Vertex) -> list[Vertex]:
        """What is computed from a node, directly or by a longer way."""
        vertices = self.plan.vertices
        reached = {vertices.index(vertex)}
        for k in range(len(vertices)):
            if any(link.edge.target == k and link.edge.source in reached for link in self.plan.links):
                reached.add(k)
        return [vertices[k] for k in sorted(reached) if vertices[k] is not vertex]
