"""The picture of a computation graph: values forward and above the lines, gradients backward and below."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import numpy as np

from lecture_lib.graph.trace import Graph, Node
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.letters import formula
from lecture_lib.show.canvas.numbers import brief, shape_text, short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Command, Scene
from lecture_lib.show.graphs.describe import called, counted, describe
from lecture_lib.show.graphs.edges import Mismatch, wrong_edges
from lecture_lib.show.graphs.formulas import symbols
from lecture_lib.show.graphs.layout import BEND, Box, Edge, arrange
from lecture_lib.show.graphs.parts import NAME, RADIUS, Link, Vertex
from lecture_lib.show.graphs.signs import sign

MARGIN = 16.0
OFFSET = 3.0
LABEL, TOTAL, SMALL = 17.0, 16.0, 14.0
WIDEST = 190.0
LARGE = 24
MOST = 120
FADED = 0.18
LABELS = ("auto", "numbers", "symbols", "both")


class DrawingPlan:
    """What is drawn where, before anything is painted.

    Args:
        graph: from ``trace``.
        labels: "numbers", "symbols", "both", or "auto": symbols as soon as an array takes part.
        check: compare every edge with finite differences.
        collapse: draw linear layers as one box; left out, only in large graphs.
        backward: draw the gradients too, if there are any.

    Raises:
        ValueError: unknown labels.
    """

    bend = BEND
    """The room between layers in which lines may bend."""

    def __init__(
        self,
        graph: Graph,
        labels: str = "auto",
        check: bool = False,
        collapse: bool | None = None,
        backward: bool = True,
    ) -> None:
        if labels not in LABELS:
            raise ValueError(f"labels must be one of {', '.join(LABELS)}, not {labels!r}")
        self.graph = graph
        self.symbols = symbols(graph)
        if labels == "auto":
            labels = "symbols" if any(n.value.ndim for n in graph.nodes) else "numbers"
        self.labels = labels
        self.remarks: list[str] = []
        ready = any(node.passed for node in graph.nodes) or any(o.grad is not None for o in graph.outputs)
        self.backward = backward and ready
        self.wrong = wrong_edges(graph) if check and self.backward else []
        kept = self._kept()
        groups = self._layers(kept) if collapse or (collapse is None and len(kept) > LARGE) else {}
        self._vertices(kept, groups)
        self._links()
        self._totals()
        self.width, self.height = arrange(
            [v.box for v in self.vertices],
            [k.edge for k in self.links],
            {k for k, v in enumerate(self.vertices) if v.kind == "leaf"},
            self.bend,
        )
        if check and self.backward:
            self._verdict()

    def _kept(self) -> list[Node]:
        """The nodes to draw: those nearest the output of a graph too large for a picture."""
        nodes = [node for node in self.graph.nodes if node.op is not None or self._used(node)]
        if len(nodes) <= MOST:
            return nodes
        self.remarks.append(f"The last {MOST} of {len(nodes)} nodes are drawn.")
        return nodes[-MOST:]

    def _used(self, node: Node) -> bool:
        return any(node in user.parents for user in self.graph.nodes) or node in self.graph.outputs

    def _layers(self, kept: Sequence[Node]) -> dict[Node, tuple[Node, ...]]:
        """The linear layers W x + b: for the addition the nodes inside, weights and biases included."""
        users: dict[Node, list[Node]] = {}
        for node in kept:
            for a in set(node.parents):
                users.setdefault(a, []).append(node)
        groups = {}
        for node in kept:
            if node.op is None or node.op.name != "add" or len(node.parents) != 2:
                continue
            product, bias = node.parents
            if product.op is None or product.op.name != "matmul" or bias.op is not None:
                continue
            if len(users[product]) != 1 or len(users.get(bias, [])) != 1 or product.name or len(product.parents) != 2:
                continue
            inside = self._weight(product, users)
            if inside:
                groups[node] = (*inside, bias, product, node)
        if groups:
            self.remarks.append(
                f"{counted(len(groups), 'linear layer is', 'linear layers are')} drawn as one box each, "
                "weights and biases inside."
            )
        return groups

    def _weight(self, product: Node, users: dict[Node, list[Node]]) -> tuple[Node, ...]:
        """The leaf that holds a layer's weights, with its transpose if that is what is multiplied."""
        for side in product.parents:
            alone = len(users[side]) == 1
            if side.op is None and alone and side.value.ndim == 2:
                return (side,)
            if side.op is not None and side.op.name == "transpose" and alone:
                (leaf,) = side.parents
                if leaf.op is None and len(users[leaf]) == 1:
                    return leaf, side
        return ()

    def _vertices(self, kept: Sequence[Node], groups: dict[Node, tuple[Node, ...]]) -> None:
        inside = {n: last for last, members in groups.items() for n in members if n is not last}
        self.vertices: list[Vertex] = []
        self.place: dict[Node, int] = {}
        for node in kept:
            if node in inside:
                continue
            if node in groups:
                weight, bias = groups[node][0], groups[node][-3]
                text = f"linear ${formula(called(weight))}$, ${formula(called(bias))}$"
                vertex = Vertex("layer", text, groups[node], Box(0, 0, 0))
            elif node.op is None:
                text = f"${formula(node.name)}$" if node.name else brief(node.value)
                vertex = Vertex("leaf", text, (node,), Box(0, 0, 0))
            else:
                vertex = Vertex("operation", sign(node), (node,), Box(0, 0, 0))
            self.place[node] = len(self.vertices)
            self.vertices.append(vertex)
        self.inside = inside
        self.place_of_output: list[tuple[int, int, Node]] = []
        for k, node in enumerate(self.graph.outputs):
            if node in self.place:
                text = f"${self.symbols.letter[node]}$" if node.op is not None else "$f$"
                self.vertices.append(Vertex("output", text, (node,), Box(0, 0, 0)))
                self.place_of_output.append((k, len(self.vertices) - 1, node))
        for vertex in self.vertices:
            vertex.box = Box(2 * vertex.half, RADIUS + 10, RADIUS + 10)

    def _links(self) -> None:
        self.links: list[Link] = []
        wrong = {(m.node, m.position): m for m in self.wrong}
        for vertex in list(self.vertices):
            if vertex.kind not in ("operation", "layer"):
                continue
            target = self.place[vertex.nodes[-1]]
            for user in vertex.nodes:
                for i, a in enumerate(user.args):
                    if isinstance(a, Node) and a in self.place and a not in vertex.nodes:
                        self._link(self.place[a], target, a, user, i, wrong.get((user, i)))
        for k, target, node in self.place_of_output:
            self._link(self.place[node], target, node, None, k, None)

    def _link(self, source: int, target: int, node: Node, user: Node | None, i: int, wrong: Mismatch | None) -> None:
        link = Link(Edge(source, target, i, Box(0, 0, 0)), node, user, i, wrong=wrong)
        link.lines = self._above(node)
        link.below = self._below(link)
        up = sum(size * 1.25 for _, size, _ in link.lines) + OFFSET + 4
        down = sum(size * 1.25 for _, size, _ in link.below) + OFFSET + 6
        width = max((measure(text, size)[0] for text, size, _ in [*link.lines, *link.below]), default=0.0)
        link.edge.label = Box(max(width, 26.0) + 10, up, down)
        self.links.append(link)

    def _above(self, node: Node) -> list[tuple[str, float, str]]:
        lines = []
        value = brief(node.value)
        name = f"${self.symbols.value[node]}$"
        if measure(name, LABEL)[0] > WIDEST:
            name = f"${self.symbols.letter[node]}$"
        if node.value.ndim or self.labels == "symbols":
            lines.append((shape_text(node.shape), SMALL, "muted"))
        if self.labels == "numbers":
            lines.append((value, LABEL, "forward"))
        elif self.labels == "symbols":
            lines.append((name, LABEL, "forward"))
        else:
            lines += [(name, LABEL, "forward"), (value, SMALL + 1, "forward")]
        return lines

    def _below(self, link: Link) -> list[tuple[str, float, str]]:
        node, user = link.node, link.user
        sent = node.grad if user is None else user.passed.get(link.position)
        if not self.backward or sent is None:
            return []
        text = self.gradient_text(link)
        number = brief(sent)
        lines = {
            "numbers": [(number, LABEL, "backward")],
            "symbols": [(text, LABEL, "backward")],
            "both": [(text, LABEL, "backward"), (number, SMALL + 1, "backward")],
        }[self.labels]
        if link.wrong is not None:
            lines = [*lines, (f"numeric: {short(link.wrong.numeric)}", SMALL, "wrong")]
        return lines

    def gradient_text(self, link: Link) -> str:
        """The formula of what a line sends back."""
        made, node = self.symbols, link.node
        text = made.gradient.get(node, "?") if link.user is None else made.passed.get((link.user, link.position), "?")
        if node in made.delta and text == made.gradient.get(node):
            text = f"{made.delta[node]} = {text}"
        if measure(f"${text}$", LABEL)[0] > WIDEST:
            text = made.delta.get(node) or rf"\nabla_{{\!{made.letter[node]}}}"
        return f"${text}$"

    def _totals(self) -> None:
        """What arrives at a node on several paths, as a sum."""
        for k, vertex in enumerate(self.vertices):
            node = vertex.nodes[-1]
            paths = [link for link in self.links if link.edge.source == k and link.below]
            if len(paths) < 2 or node.grad is None:
                continue
            output = self.symbols.letter[self.graph.outputs[0]]
            if node.op is None:
                head = rf"$\frac{{\partial {output}}}{{\partial {self.symbols.letter[node]}}}$ ="
            else:
                head = "total ="
            if self.labels == "numbers" or not node.value.ndim:
                parts = [brief(link.user.passed[link.position] if link.user else node.grad) for link in paths]
                end = f" = {brief(node.grad)}"
            else:
                head = rf"$\nabla_{{\!{self.symbols.letter[node]}}}$ ="
                parts, end = [self.gradient_text(link) for link in paths], ""
            shown = [*parts[:2], "…", parts[-1]] if len(parts) > 3 else parts
            text = f"{head} {' + '.join(shown).replace('+ −', '− ')}{end}"
            if measure(text, TOTAL)[0] > WIDEST:
                text = f"{head} sum of {len(parts)}"
            vertex.total = text
            vertex.box.down += 30
            vertex.box.width = max(vertex.box.width, measure(text, TOTAL)[0] + 6)

    def _verdict(self) -> None:
        """What the comparison with finite differences found, in a sentence."""
        if not self.wrong:
            self.remarks.append("Every gradient agrees with finite differences.")
            return
        first = self.wrong[0]
        to = called(first.node.args[first.position])
        self.remarks.append(
            f"Look first at {called(first.node)} ({first.node.op.name}): it sends {short(first.stated)} to {to}, "  # type: ignore[union-attr]
            f"finite differences say {short(first.numeric)}. {counted(len(self.wrong), 'edge fails', 'edges fail')}."
        )

    @property
    def extents(self) -> tuple[float, float]:
        """Width and height of the whole picture."""
        wide = max([measure(text, SMALL + 1)[0] for text in self.remarks], default=0.0)
        return max(self.width, wide) + 2 * MARGIN, self.height + 2 * MARGIN + 22 * len(self.remarks)

    def paint(self, seen: Collection[tuple[int, int]] | None = None, back: Collection[tuple[int, int]] | None = None,
              active: Vertex | None = None, faint: bool = True) -> Scene:  # fmt: skip
        """Draw it."""
        scene = Scene(*self.extents)
        drawing = Scene(self.width, self.height)
        if active is not None:
            x, y, half = active.box.x, active.box.y, active.half
            drawing.rectangle(x - half - 7, y - RADIUS - 7, 2 * half + 14, 2 * RADIUS + 14, None,
                              radius=(RADIUS + 7 if active.kind == "operation" else 14), fill="halo")  # fmt: skip
        unknown = FADED if faint else 0.0
        for link in self.links:
            self._line(drawing, link, seen is None or link.key in seen, back is None or link.key in back, unknown)
        for vertex in self.vertices:
            known = back is None or self._summed(vertex, back)
            self._vertex(drawing, vertex, vertex is active, 1.0 if known else unknown)
        scene.place(drawing, MARGIN, MARGIN)
        for k, text in enumerate(self.remarks):
            color = "wrong" if text.startswith("Look first") else "muted"
            scene.text(text, MARGIN, self.height + 2 * MARGIN + 22 * k + 10, SMALL + 1, color)
        return scene

    def _summed(self, vertex: Vertex, back: Collection[tuple[int, int]]) -> bool:
        return all(link.key in back for link in self.links if self.vertices[link.edge.source] is vertex)

    def stations(self, link: Link) -> list[tuple[float, float, float]]:
        """The horizontal parts of a line: left end, right end, height."""
        source, target = self.vertices[link.edge.source], self.vertices[link.edge.target]
        out, into = source.box.y + link.edge.leave, target.box.y + link.edge.enter
        wide = self._widths
        parts = [(source.box.x + source.edge_at(link.edge.leave) + 1, source.box.x + wide[source.box.layer] / 2, out)]
        parts += [(b.x - wide[b.layer] / 2, b.x + wide[b.layer] / 2, b.y) for b in link.edge.chain]
        end = target.box.x - target.edge_at(link.edge.enter) - 1
        parts.append((target.box.x - wide[target.box.layer] / 2, end, into))
        return parts

    @cached_property
    def _widths(self) -> dict[int, float]:
        """How wide every layer is."""
        found: dict[int, float] = {}
        for box in [*(v.box for v in self.vertices), *(b for link in self.links for b in link.edge.chain)]:
            found[box.layer] = max(found.get(box.layer, 0.0), box.width)
        return found

    def _line(self, scene: Scene, link: Link, seen: bool, back: bool, unknown: float) -> None:
        """One line and its labels; the labels that are not known have the opacity ``unknown``."""
        parts = self.stations(link)
        above, below = 1.0 if seen else FADED, 1.0 if back else FADED
        scene.path(self._commands(parts, -OFFSET), "forward", thick=2, opacity=above)
        left, right = parts[0], parts[-1]
        if link.below:
            scene.path(self._commands(parts, OFFSET), "backward", thick=2, dash=True, opacity=below)
            scene.arrow((left[0], left[2] + OFFSET), (-1, 0), "backward", 9, below)
        scene.arrow((right[1], right[2] - OFFSET), (1, 0), "forward", 9, above)
        box = link.edge.label
        y = box.y - OFFSET - 5
        for text, size, color in reversed(link.lines):
            self._label(scene, text, box.x, y, size, color, 1.0 if seen else unknown)
            y -= size * 1.25
        y = box.y + OFFSET
        for text, size, color in link.below:
            y += size * 1.2
            self._label(scene, text, box.x, y, size, color, 1.0 if back else unknown)
        if link.wrong is not None and back:
            for k in range(int(box.width // 7)):
                x = box.x - box.width / 2 + 7 * k
                scene.line([(x, box.y + OFFSET + 4), (x + 5, box.y + OFFSET - 4)], "wrong", thick=1.5)

    def _commands(self, parts: Sequence[tuple[float, float, float]], shift: float) -> list[Command]:
        """One of the two lines of a link: straight through the columns, bent between them."""
        inset = 8.0
        commands: list[Command] = []
        for k, (left, right, y) in enumerate(parts):
            first, last = k == 0, k == len(parts) - 1
            left += inset if first and shift > 0 else 0
            right -= inset if last and shift < 0 else 0
            if first:
                commands.append(("M", left, y + shift))
            else:
                x0, y0 = parts[k - 1][1], parts[k - 1][2]
                # On a slope the two lines keep their distance by moving apart sideways.
                lean = -shift * max(-1.0, min(1.0, (y - y0) / max(left - x0, 1.0)))
                middle = (x0 + left) / 2 + lean
                commands.append(("C", middle, y0 + shift, middle, y + shift, left, y + shift))
            commands.append(("L", max(left, right), y + shift))
        return commands

    def _label(self, scene: Scene, text: str, x: float, y: float, size: float, color: str, opacity: float) -> None:
        if opacity:
            scene.text(text, x, y, size, color, "middle", opacity=opacity)

    def _vertex(self, scene: Scene, vertex: Vertex, active: bool, total: float) -> None:
        """A node; the sum of its gradients has the opacity ``total``."""
        x, y, half = vertex.box.x, vertex.box.y, vertex.half
        radius = {"operation": RADIUS, "layer": 6.0}.get(vertex.kind, 9.0)
        fill = "paper" if vertex.kind == "operation" else "leaf"
        if active:
            fill = "halo"
        thick = {"output": 3.0, "layer": 2.0}.get(vertex.kind, 3.0 if active else 1.6)
        scene.rectangle(x - half, y - RADIUS, 2 * half, 2 * RADIUS, radius=radius, fill=fill, thick=thick)
        if any(m.node in vertex.nodes for m in self.wrong):
            # Outside the outline, where no label can be.
            for k in range(int(2 * half // 7)):
                left = x - half + 7 * k
                scene.line([(left, y - RADIUS - 2), (left + 5, y - RADIUS - 8)], "wrong", thick=1.5)
                scene.line([(left, y + RADIUS + 8), (left + 5, y + RADIUS + 2)], "wrong", thick=1.5)
            scene.rectangle(x - half, y - RADIUS, 2 * half, 2 * RADIUS, "wrong", radius=radius, thick=3)
        scene.centered(vertex.label, x, y, NAME)
        if vertex.total:
            self._label(scene, vertex.total, x, y + RADIUS + 22, TOTAL, "backward", total)


@contextmanager
def with_gradients(graph: Graph) -> Iterator[None]:
    """Run a graph backward for a picture, if nobody has, and leave it as it was."""
    ready = any(node.grad is not None for node in graph.nodes)
    single = len(graph.outputs) == 1 and graph.outputs[0].value.size == 1
    if ready or not single or graph.outputs[0].value.dtype.kind != "f":
        yield
        return
    with np.errstate(all="ignore"):
        graph.backward()
    try:
        yield
    finally:
        for node in graph.nodes:
            node.grad, node.passed = None, {}


def draw(
    graph: Graph, labels: str = "auto", check: bool = False, collapse: bool | None = None, backward: bool = True
) -> Picture:
    """Draw a computation graph: forward solid and above, backward dashed and below.

    Args:
        graph: from ``trace``. If it has not been run backward and its output is one number, gradients are found for
            the picture, and the graph stays as it was.
        labels: what stands on the lines: "numbers", "symbols" or "both"; "auto" takes symbols as soon as an array
            takes part.
        check: compare what every edge sends back with finite differences, and hatch the edges that fail.
        collapse: draw each linear layer as one box; left out, only graphs of more than 24 nodes are.
        backward: draw the gradients too; False leaves the forward pass alone.

    Returns:
        A Picture: it displays itself, and ``.save("x.svg")`` or ``.save("x.png")`` writes it.

    Raises:
        ValueError: unknown labels.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import trace
        >>> picture = draw(trace(lambda x, y: x * np.sin(y), 2.0, 0.0))
        >>> print(picture.alt[:44])
        Computation graph: 2 leaves, 2 operations. L
    """
    with with_gradients(graph):
        plan = DrawingPlan(graph, labels, check, collapse, backward)
        return Picture(plan.paint(), describe(graph, tuple(plan.remarks), backward))
