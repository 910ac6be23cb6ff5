"""Walk through a graph, forward and then backward, one node at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.families import Bilinear, Elementwise, Linear, Reduction
from lecture_lib.graph.forms import ATOM, POWER, TOP, Printed, transposed
from lecture_lib.graph.trace import Graph, Node, values
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import brief, short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.graphs.describe import called, counted, made_from
from lecture_lib.show.graphs.draw import MARGIN, RADIUS, DrawingPlan, Link, Vertex, with_gradients
from lecture_lib.show.graphs.formulas import Spelled, symbols_of
from lecture_lib.show.widgets.controls import Steps
from lecture_lib.show.widgets.frames import Frame, State, stacked
from lecture_lib.show.widgets.widget import Widget

SIZE = 16.0
LINE = 29.0
STRIP = 4
TABLE = 8
Lines = list[list[tuple[str, str]]]


def multiplications(node: Node) -> tuple[int, int]:
    """How many multiplications and divisions an operation takes, forward and backward."""
    op = node.op
    sent = [np.asarray(g).size for g in node.passed.values()]
    if isinstance(op, Bilinear):
        inner = np.shape(values(node.args)[0])[-1:] or (1,)
        count = node.value.size * (1 if op.name == "outer" else inner[0])
        return count, count * len(sent)
    if isinstance(op, Elementwise):
        scaled = sum(callable(op.slopes[i]) for i in node.passed) * node.value.size
        forward = op.name in ("multiply", "divide", "square", "power", "float_power", "reciprocal")
        return node.value.size * forward, scaled
    if isinstance(op, Reduction):
        return 0, sum(sent)
    return 0, 0


def written(value: Any) -> str:
    """A value for a note, where there is room for a small matrix with all its numbers.

    Example:
        >>> written(np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])), written(np.ones(2))
        ('[1 −2 0.5; 0 3 1]', '(1, 1)')
    """
    array = np.asarray(value)
    if array.ndim != 2 or array.size > TABLE or array.dtype.kind != "f":
        return brief(value)
    return "[" + "; ".join(" ".join(short(v, 2) for v in row) for row in array) + "]"


class Stepper(Widget):
    """Step through the forward and the backward pass of a graph.

    The active node has a halo and a note: its value going forward; "upstream × local = downstream" going back, in
    symbols and numbers. Of what has not happened yet only faint lines are drawn, so that the reader can predict it;
    multiplications are counted.

    Args:
        graph: from ``trace``, with one number as its output.
        labels: as in ``draw``.

    Attributes:
        step: 0 for the leaves alone; then every operation forward; then the seed 1; then every operation backward.

    Raises:
        ValueError: the graph's output is not one real number.

    Example:
        >>> from lecture_lib import trace
        >>> stepper = Stepper(trace(lambda x, y: x * y, 3.0, 2.0))
        >>> stepper.step = 3
        >>> stepper
        Step 3 of 3, backward through f = x × y: upstream 1 times local 2, 3 is downstream 2, 3.
        3 multiplications so far.
    """

    step: int

    def __init__(self, graph: Graph, labels: str = "auto") -> None:
        if len(graph.outputs) != 1 or graph.outputs[0].value.size != 1 or graph.outputs[0].value.dtype.kind != "f":
            raise ValueError("Stepper needs the graph of a function that returns one real number")
        self.graph = graph
        with with_gradients(graph):
            self.plan = DrawingPlan(graph, labels)
            self.made = symbols_of(graph, differentials=True)
            self.grads = {n: n.grad for n in graph.nodes}
            self.passed = {n: dict(n.passed) for n in graph.nodes}
            self.counts = {n: multiplications(n) for n in graph.nodes if n.op is not None}
        self.order = [v for v in self.plan.vertices if v.kind in ("operation", "layer")]
        super().__init__([Steps("step", "step", 2 * len(self.order) + 1, play=True)])
        self._notes = [self._note(k) for k in range(2 * len(self.order) + 2)]
        self._height = max(len(lines) for lines in self._notes) * LINE + 20
        self._width = max((self._wide(line) for lines in self._notes for line in lines), default=0.0) + 28

    def frame(self, state: State) -> Frame:
        k = state["step"]
        count = len(self.order)
        done = {id(v) for v in self.plan.vertices if v.kind == "leaf"} | {id(v) for v in self.order[:k]}
        vertices = self.plan.vertices
        seen = {link.key for link in self.plan.links if id(vertices[link.edge.source]) in done}
        back_done = {id(v) for v in self.order[::-1][: max(0, k - count - 1)]}
        if k > count:
            back_done |= {id(v) for v in vertices if v.kind == "output"}
        back = {link.key for link in self.plan.links if id(vertices[link.edge.target]) in back_done}
        vertex = self._active(k)
        drawing = self.plan.paint(seen, back, vertex, faint=False)
        width = max(drawing.width, self._width + 2 * MARGIN)
        scene = Scene(width, drawing.height + self._height + 44)
        scene.place(drawing)
        self._draw_note(scene, k, vertex, drawing.height)
        total = sum(self._multiplied(j) for j in range(1, k + 1))
        counter = f"{counted(total, 'multiplication')} so far"
        scene.text(counter, MARGIN, scene.height - 12, SIZE, "muted")
        return Frame(scene, f"Step {k} of {2 * count + 1}, {self._sentence(k, vertex)}. {counter}.")

    def still(self) -> Picture:
        """A strip of frames: the end of the forward pass, and the backward pass."""
        count, last = len(self.order), 2 * len(self.order) + 1
        chosen = sorted({round(count + (last - count) * k / (STRIP - 1)) for k in range(STRIP)})
        return stacked([self.frame({"step": k}) for k in chosen], [f"step {k}" for k in chosen])

    def _active(self, k: int) -> Vertex | None:
        count = len(self.order)
        if k == 0:
            return None
        if k <= count:
            return self.order[k - 1]
        if k == count + 1:
            return next((v for v in self.plan.vertices if v.kind == "output"), None)
        return self.order[2 * count + 1 - k]

    def _multiplied(self, k: int) -> int:
        vertex = self._active(k)
        if vertex is None or vertex.kind == "output":
            return 0
        side = 0 if k <= len(self.order) else 1
        return sum(self.counts[n][side] for n in vertex.nodes if n in self.counts)

    def _incoming(self, vertex: Vertex) -> list[Link]:
        return [k for k in self.plan.links if self.plan.vertices[k.edge.target] is vertex and k.below]

    def _sent(self, link: Link) -> Any:
        assert link.user is not None
        return self.passed[link.user][link.position]

    def _called(self, node: Node) -> str:
        """A node's own name, or the letter that the notes give it."""
        return node.name or self.made.letter.get(node, called(node))

    def _sentence(self, k: int, vertex: Vertex | None) -> str:
        if vertex is None:
            return "nothing is computed yet"
        node = vertex.nodes[-1]
        name = self._called(node)
        made = made_from(node, self._called) if node.op is not None else name
        if k <= len(self.order):
            return f"forward: {name} = {made} = {brief(node.value)}"
        if vertex.kind == "output":
            return "the backward pass starts with the gradient 1 of the output with respect to itself"
        links = self._incoming(vertex)
        sent = ", ".join(written(self._sent(link)) for link in links)
        if all(np.ndim(x) == 0 for x in [node.value, *(link.node.value for link in links)]):
            local = ", ".join(brief(self._local(link)) for link in links)
            return (
                f"backward through {name} = {made}: upstream {brief(self.grads[node])} times local {local} is "
                f"downstream {sent}"
            )
        return f"backward through {name} = {made}: upstream {brief(self.grads[node])} becomes downstream {sent}"

    def _local(self, link: Link) -> Any:
        """The local slope of a number with respect to a number."""
        node = link.user
        assert node is not None and node.op is not None
        one = np.ones(node.value.shape, node.value.dtype)
        with np.errstate(all="ignore"):
            return node.op.pull_each([link.position], one, node.value, values(node.args), node.settings)[0]

    def _note(self, k: int) -> Lines:
        """The lines of a note, each a row of (text, role)."""
        vertex = self._active(k)
        if vertex is None:
            return [[("The leaves have their values.", "ink")]]
        node = vertex.nodes[-1]
        letter = self.made.letter[node]
        if vertex.kind == "output":
            return [[("The output moves with itself at rate ", "ink"),
                     (rf"$\frac{{\partial {letter}}}{{\partial {letter}}}$ = 1", "backward on note")]]  # fmt: skip
        value = self.made.value[node] if self.made.value[node] != letter else self._spelled(node)
        head = [(f"${letter} = {value}$ = {brief(node.value)}", "ink")]
        if vertex.kind == "layer":
            head = [(f"${letter}$ = {vertex.label} = {brief(node.value)}", "ink")]
        if k <= len(self.order):
            return [head]
        links = self._incoming(vertex)
        scalar = all(np.ndim(x) == 0 for x in [node.value, *(link.node.value for link in links)])
        upstream, number = self._upstream(node), brief(self.grads[node])
        known = upstream.endswith(f"= {number}$")
        up = [(f"upstream  {upstream}" + ("" if known else f" = {number}"), "backward on note")]
        if not links:
            return [head, up, [("No gradient goes on from here.", "ink")]]
        if scalar:
            local = ",   ".join(f"{self._slope(link)} = {brief(self._local(link))}" for link in links)
            down = ", ".join(brief(self._sent(link)) for link in links)
            return [head, up, [("× local  " + local, "ink")], [("= downstream  " + down, "backward on note")]]
        lines: Lines = [head, up]
        for link in links:
            sent = "     = downstream  " + self._downstream(link)
            lines.append([("× local  " + self._map(link), "ink"), (sent, "backward on note")])
        return lines

    def _spelled(self, node: Node) -> str:
        known = {n: Printed(text, self.made.strength[n]) for n, text in self.made.value.items()}
        text = Spelled(known).part(node, top=True)[0]
        return text if measure(f"${text}$", SIZE)[0] < 400 else rf"\mathrm{{{node.op.name}}}".replace("_", r"\_")  # type: ignore[union-attr]

    def _rate(self, top: str, bottom: str) -> str:
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    def _upstream(self, node: Node) -> str:
        output = self.made.letter[self.graph.outputs[0]]
        text = self.made.delta.get(node) or self.made.gradient.get(node, "?")
        return self._named_gradient(output, self.made.letter[node], text, node)

    def _named_gradient(self, output: str, letter: str, text: str, node: Node, more: str = "") -> str:
        """∂s/∂h = uᵀ for a vector, ∇ for a matrix, the bare quotient for numbers."""
        if node.value.ndim == 0:
            shown = "" if self.plan.labels == "numbers" else f" = {text}"
            return f"${self._rate(output, letter)}{shown}$"
        if node.value.ndim == 1:
            end = f" = {transposed(Printed(more)).text}" if more else ""
            return f"${self._rate(output, letter)} = {transposed(Printed(text, _strength(text))).text}{end}$"
        return rf"$\nabla_{{\!{letter}}}\,{output} = {text}{' = ' + more if more else ''}$"

    def _downstream(self, link: Link) -> str:
        output = self.made.letter[self.graph.outputs[0]]
        text = self.made.passed.get((link.user, link.position), "?")  # type: ignore[arg-type]
        delta = self.made.delta.get(link.node, "")
        more = delta if delta and text == self.made.gradient.get(link.node) else ""
        shown = self._named_gradient(output, self.made.letter[link.node], text, link.node, more)
        return f"{shown} = {written(self._sent(link))}"

    def _slope(self, link: Link) -> str:
        assert link.user is not None
        top, bottom = self.made.letter[link.user], self.made.letter[link.node]
        text = self.made.slope.get((link.user, link.position), "")
        shown = f" = {text}" if text and not text.lstrip("-").replace(".", "").isdigit() else ""
        return f"${self._rate(top, bottom)}{shown}$"

    def _map(self, link: Link) -> str:
        """The local derivative of an array: a Jacobian where it has a short name, else how differentials move."""
        node, source = link.user, link.node
        assert node is not None and node.op is not None
        top, bottom = self.made.letter[node], self.made.letter[source]
        rate = self._rate(top, bottom)
        key = (node, link.position)
        same = node.value.shape == source.value.shape
        if isinstance(node.op, Elementwise) and same and node.value.ndim == 1:
            slope = self.made.slope.get(key, "?")
            known = {"1": "I", "-1": "-I"}.get(slope, rf"\mathrm{{diag}}({slope})")
            return f"${rate} = {known}$"
        if node.op.name == "matmul" and source.value.ndim == 1:
            other = node.args[1 - link.position]
            name = self.made.value.get(other, "c") if isinstance(other, Node) else "c"
            first_of_matrix = link.position == 0 and np.ndim(values([other])[0]) == 2
            vector = np.ndim(values([other])[0]) == 1
            return (
                f"${rate} = {transposed(Printed(name, _strength(name))).text if vector or first_of_matrix else name}$"
            )
        if node.op.name == "matmul" and link.position == 0 and node.value.ndim == 1 and source.value.ndim == 2:
            other = node.args[1]
            if isinstance(other, Node) and self.made.value.get(other, "").isalpha():
                # Each entry of the matrix moves one output, as fast as the input that it multiplies.
                entry = self._rate(f"{top}_i", f"{bottom}_{{ij}}")
                return f"${entry} = {self.made.value[other]}_j$"
        moved = self.made.differential.get(key)
        if moved is None and isinstance(node.op, Elementwise):
            return f"$\\mathrm{{slope}} = {self.made.slope.get(key, '?')}$"
        if moved is None:
            return "moves entries" if isinstance(node.op, Linear) else "the operation's own rule"
        return rf"$\mathrm{{d}}{top} = {moved}$"

    def _wide(self, line: Sequence[tuple[str, str]]) -> float:
        return sum(measure(text, SIZE)[0] for text, _ in line)

    def _draw_note(self, scene: Scene, k: int, vertex: Vertex | None, top: float) -> None:
        lines = self._notes[k]
        width = max(self._wide(line) for line in lines) + 28
        middle = MARGIN + (vertex.box.x if vertex else width / 2)
        x = min(max(4.0, middle - width / 2), scene.width - width - 4)
        height = len(lines) * LINE + 12
        if vertex is not None:
            self._connect(scene, vertex, top)
        scene.rectangle(x, top, width, height, radius=8, fill="note", thick=1.2)
        for j, line in enumerate(lines):
            pen = x + (width - self._wide(line)) / 2
            for text, role in line:
                scene.text(text, pen, top + LINE * j + 24, SIZE, role)
                pen += measure(text, SIZE)[0]

    def _connect(self, scene: Scene, vertex: Vertex, top: float) -> None:
        """A dotted line from the active node to its note, where nothing is in its way."""
        x = MARGIN + vertex.box.x
        start = MARGIN + vertex.box.y + (RADIUS + 30 if vertex.total else RADIUS + 8)
        for item in scene.items:
            points = [v for c in getattr(item, "commands", ()) for v in zip(c[1::2], c[2::2], strict=True)]
            if hasattr(item, "box"):
                left, up, right, down = item.box
                points = [(left, up), (right, down)]
            if (
                points
                and min(p[0] for p in points) - 4 < x < max(p[0] for p in points) + 4
                and max(p[1] for p in points) > start
                and min(p[1] for p in points) < top
            ):
                return
        count = max(0, math.floor((top - start) / 6))
        for k in range(count):
            scene.line([(x, start + 6 * k), (x, start + 6 * k + 2.5)], "muted", thick=1.4)


def _strength(text: str) -> int:
    """How strongly a formula binds: a sum, a product or a name with spaces needs parentheses before ⊤."""
    if text.endswith(TOP) and not any(sign in text for sign in (" ", r"\,", "+")):
        return POWER
    return 0 if any(sign in text for sign in (" ", r"\,", "+", "-")) else ATOM
