"""Light the paths of a graph one by one: the sum of their products beside one backward pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.graph.trace import Graph, Node, values
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import brief, short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.graphs.describe import counted
from lecture_lib.show.graphs.draw import LABEL, MARGIN, RADIUS, TOTAL, DrawingPlan, Link, with_gradients
from lecture_lib.show.widgets.controls import Steps
from lecture_lib.show.widgets.frames import Frame, State, stacked
from lecture_lib.show.widgets.widget import Widget

MOST = 16
SIZE = 16.0
LINE = 26.0
ABOVE = 22.0
"""Room for the letters of the topmost nodes."""


class LensPlan(DrawingPlan):
    """A plan with numbers and room for what stands below a line: its own slope, and what it sends back."""

    def __init__(self, graph: Graph, slopes: bool) -> None:
        self.slopes = slopes
        super().__init__(graph, "numbers", collapse=False)

    def _below(self, link: Link) -> list[tuple[str, float, str]]:
        lines = super()._below(link)
        return [(brief(local_slope(link)), LABEL, "backward")] if lines and self.slopes else lines

    def _link(self, *args: Any) -> None:
        super()._link(*args)
        link = self.links[-1]
        if link.below:
            widths = [measure(brief(number), LABEL)[0] + 10 for number in (local_slope(link), sent(link))]
            link.edge.label.width = max(link.edge.label.width, *widths)

    def _totals(self) -> None:
        widths = [vertex.box.width for vertex in self.vertices]
        super()._totals()
        for vertex, width in zip(self.vertices, widths, strict=True):
            if vertex.total:
                vertex.total = vertex.total.partition("= ")[2]
                vertex.box.width = max(width, measure(vertex.total, TOTAL)[0] + 6)
            if self.slopes:
                vertex.total = ""


def local_slope(link: Link) -> Any:
    """How fast the node at a line's end moves with this line alone; 1 for the line to the output."""
    node = link.user
    if node is None:
        return 1.0
    assert node.op is not None
    with np.errstate(all="ignore"):
        one = np.ones((), node.value.dtype)
        return node.op.pull_each([link.position], one, node.value, values(node.args), node.settings)[0]


def sent(link: Link) -> Any:
    """What a line carries back."""
    return link.node.grad if link.user is None else link.user.passed[link.position]


class PathLens(Widget):
    """Light the paths from one leaf to the output one by one, multiply along each, and add up.

    Step 0 shows the slope of every line; then come the paths; the last step is the backward pass. Every path and the
    backward pass begin with the 1 at the output and multiply once for each line they take.

    Args:
        graph: from ``trace``, all of whose values are single numbers.
        leaf: the name of a leaf.

    Attributes:
        path: 0 for the slopes, then the number of the path that is lit, then the backward pass.

    Raises:
        ValueError: an array among the values, no leaf of that name, no path from it, or more than 16 paths.

    Example:
        >>> from lecture_lib import trace
        >>> lens = PathLens(trace(lambda x: x * (x + 1), 3.0), "x")
        >>> lens.path = 3
        >>> lens
        The backward pass finds 3 + 4 = 7 with 3 multiplications, one for each line; path by path it took 3.
    """

    path: int

    def __init__(self, graph: Graph, leaf: str) -> None:
        if len(graph.outputs) != 1 or any(n.value.ndim for n in graph.nodes):
            raise ValueError("PathLens needs a graph with one output, all of whose values are single numbers")
        named = {n.name: n for n in graph.leaves}
        if leaf not in named:
            raise ValueError(f"no leaf is named {leaf!r}; the leaves are {', '.join(map(str, named))}")
        self.graph = graph
        with with_gradients(graph):
            count = count_paths(graph, named[leaf])
            if not 0 < count <= MOST:
                raise ValueError(f"{counted(count, 'path')} from {leaf} to the output; PathLens shows 1 to {MOST}")
            self.slopes, self.back = LensPlan(graph, True), LensPlan(graph, False)
            leaving = [link for link in self.back.links if link.node is named[leaf] and link.below]
            self.shares = [float(sent(link)) for link in leaving]
        self.grad = sum(self.shares)
        self.paths = self._paths(self.slopes.place[named[leaf]])
        self.factors = [[float(local_slope(link)) for link in path] for path in self.paths]
        self.products = [math.prod(factors) for factors in self.factors]
        self.lines = {link.key for path in self.paths for link in path if link.user}
        super().__init__([Steps("path", "path", count + 1, play=True)])
        self._rows = [self._row(k) for k in range(count)]
        widths = [max(measure(row[j], SIZE)[0] for row in self._rows) for j in range(3)]
        self._columns = [MARGIN, MARGIN + widths[0] + 24, MARGIN + widths[0] + widths[1] + 56]
        lasts = [self._last(k) for k in range(count + 2)]
        self._width = max(self._columns[2] + widths[2], *(MARGIN + measure(t, SIZE)[0] for t in lasts)) + MARGIN

    def frame(self, state: State) -> Frame:
        k, count = state["path"], len(self.paths)
        plan = self.slopes if k <= count else self.back
        lit = self.paths[k - 1] if 0 < k <= count else []
        drawing = plan.paint(back={link.key for link in lit} if lit else None)
        height = drawing.height + ABOVE
        scene = Scene(max(drawing.width, self._width), height + LINE * (count + 1) + 24)
        for end in sorted({end for link in lit for end in (link.edge.source, link.edge.target)}):
            vertex = plan.vertices[end]
            x, y = MARGIN + vertex.box.x, MARGIN + ABOVE + vertex.box.y
            scene.rectangle(x - vertex.half - 7, y - RADIUS - 7, 2 * vertex.half + 14, 2 * RADIUS + 14, None,
                            radius=RADIUS + 7 if vertex.kind == "operation" else 14, fill="halo")  # fmt: skip
        scene.place(drawing, 0, ABOVE)
        for vertex in plan.vertices:
            if vertex.kind == "operation":
                x, y = MARGIN + vertex.box.x, MARGIN + ABOVE + vertex.box.y - RADIUS - 11
                scene.text(f"${plan.symbols.letter[vertex.nodes[-1]]}$", x, y, SIZE, "ink", "middle")
        for j in range(min(k, count)):
            y = height + LINE * j + 18
            color = "backward" if j == k - 1 else "ink"
            for text, x in zip(self._rows[j], self._columns, strict=True):
                scene.text(text, x, y, SIZE, color)
        y = height + LINE * min(k * count, count) + 24
        scene.text(self._last(k), MARGIN, y, SIZE, "backward" if k > count else "ink")
        return Frame(scene, self._sentence(k))

    def still(self) -> Picture:
        """The first path, the last, and the backward pass under one another.

        Returns:
            A Picture.
        """
        count = len(self.paths)
        return stacked([self.frame({"path": k}) for k in sorted({1, count, count + 1})])

    def _paths(self, start: int) -> list[list[Link]]:
        """Every path as the lines from the output back to the leaf, in the order of the arguments."""
        into: dict[int, list[Link]] = {}
        for link in self.slopes.links:
            into.setdefault(link.edge.target, []).append(link)
        (last,) = (k for k, v in enumerate(self.slopes.vertices) if v.kind == "output")
        found, waiting = [], [[link] for link in into[last]]
        while waiting:
            path = waiting.pop()
            at = path[-1].edge.source
            if at == start:
                found.append(path)
            before = [link for link in into.get(at, []) if link.below]
            waiting += [[*path, link] for link in sorted(before, key=lambda link: -link.position)]
        return found

    def _row(self, k: int) -> tuple[str, str, str]:
        """A path's number, the values it passes, and its product."""
        letter = self.slopes.symbols.letter
        passed = " ← ".join(f"${letter[link.node]}$" for link in self.paths[k])
        product = " · ".join(short(factor) for factor in self.factors[k])
        return f"path {k + 1}", passed, f"{product} = {short(self.products[k])}"

    def _sum(self, numbers: Sequence[float]) -> str:
        parts = " + ".join(map(short, numbers)).replace("+ −", "− ")
        return f"{parts} = {short(sum(numbers))}" if len(numbers) > 1 else parts

    def _multiplied(self, k: int) -> int:
        return sum(len(path) - 1 for path in self.paths[:k])

    def _last(self, k: int) -> str:
        """The line below the paths: the sum so far, or both ways side by side."""
        count = len(self.paths)
        if k == 0:
            return "Below every line stands its own slope."
        so_far = counted(self._multiplied(k), "multiplication")
        if k <= count:
            return f"sum so far: {self._sum(self.products[:k])}      {so_far}"
        one = counted(len(self.lines), "multiplication")
        return f"backward pass: {self._sum(self.shares)}      {one}, against {self._multiplied(count)} path by path"

    def _sentence(self, k: int) -> str:
        count = len(self.paths)
        if k == 0:
            return f"Every line shows its own slope; {counted(count, 'path leads', 'paths lead')} to the output."
        if k <= count:
            so_far = counted(self._multiplied(k), "multiplication")
            product = self._rows[k - 1][2]
            return f"Path {k} of {count}: {product}. Sum so far: {self._sum(self.products[:k])}, with {so_far}."
        one = counted(len(self.lines), "multiplication")
        return (
            f"The backward pass finds {self._sum(self.shares)} with {one}, one for each line; path by path it took "
            f"{self._multiplied(count)}."
        )


def count_paths(graph: Graph, start: Node) -> int:
    """How many paths lead from a leaf to the graph's output, along lines on which the backward pass sent something."""
    found: dict[Node, int] = {start: 1}
    for node in graph.nodes:
        if node.op is not None:
            found[node] = sum(found.get(node.args[i], 0) for i in node.passed)
    return found.get(graph.outputs[0], 0)
