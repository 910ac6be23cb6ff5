"""Nudge a leaf: what the gradient predicts beside what happens."""

from __future__ import annotations

import numpy as np

from lecture_lib.graph.trace import Graph, Node
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.graphs.draw import with_gradients
from lecture_lib.show.graphs.edges import rerun
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

FINEST = 10
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class NudgeMeter(Widget):
    """Nudge one leaf by 10⁻ᵏ: the change that its gradient predicts beside the actual one, and the gap between them.

    Of an array the entry with the steepest slope is nudged.

    Args:
        graph: from ``trace``, with one number as its output.

    Attributes:
        leaf: the name of the leaf (or entry) that is nudged.
        k: the nudge is 10⁻ᵏ.

    Raises:
        ValueError: the output is not one real number, or no leaf is real.

    Example:
        >>> from lecture_lib import trace
        >>> meter = NudgeMeter(trace(lambda x: x**2, 3.0))
        >>> meter.k = 2
        >>> meter
        Nudging x by 10⁻²: predicted change 6 × 0.01 = 0.06, actual change 0.0601, gap 1e−4.
    """

    leaf: str
    k: int

    def __init__(self, graph: Graph) -> None:
        if len(graph.outputs) != 1 or graph.outputs[0].value.size != 1:
            raise ValueError("NudgeMeter needs the graph of a function that returns one number")
        self.graph = graph
        self.places: dict[str, tuple[Node, tuple[int, ...]]] = {}
        self.slopes: dict[str, float] = {}
        with with_gradients(graph):
            for node in graph.leaves:
                if node.value.dtype.kind != "f" or not node.value.size:
                    continue
                grad = np.zeros(node.shape) if node.grad is None else np.asarray(node.grad, float)
                where = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(grad))), node.shape))
                name = str(node.name) + (f"[{', '.join(map(str, where))}]" if where else "")
                self.places[name] = node, where
                self.slopes[name] = float(grad[where])
        if not self.places:
            raise ValueError("NudgeMeter needs a leaf of real numbers; write 3.0 instead of 3")
        names = tuple(self.places)
        super().__init__([Choice("leaf", "leaf", names, names[0]), Steps("k", "nudge 10⁻ᵏ, k =", FINEST, default=1)])
        self._here = self._value(names[0], 0.0)
        self._changes = {n: [self._value(n, 10.0**-k) - self._here for k in range(FINEST + 1)] for n in names}
        self._backs = {n: self._backdrop(n) for n in names}

    def _value(self, name: str, nudge: float) -> float:
        node, where = self.places[name]
        moved = np.array(node.value, float)
        moved[where] += nudge
        return rerun(self.graph, {node: moved})

    def _gaps(self, name: str) -> list[float]:
        return [abs(c - self.slopes[name] * 10.0**-k) for k, c in enumerate(self._changes[name])]

    def _axes(self, name: str, scene: Scene) -> Axes:
        sizes = [g for g in [*self._gaps(name), *map(abs, self._changes[name])] if g > 0 and np.isfinite(g)]
        low, high = (min(sizes), max(sizes)) if sizes else (1e-16, 1.0)
        limits = max(low, 1e-18) / 5, max(high, 1e-17) * 5
        return Axes(scene, (390, 34, 270, 200), (10.0**-FINEST / 2, 2.0), limits, "xy")

    def _backdrop(self, name: str) -> Scene:
        scene = Scene(690, 290)
        axes = self._axes(name, scene)
        axes.frame("nudge", title="gap (solid) and change (dashed)")
        nudges = [10.0**-k for k in range(FINEST + 1)]
        axes.curve(nudges, [g or np.nan for g in self._gaps(name)], "backward")
        axes.curve(nudges, np.abs(self._changes[name]), "forward", dash=True, thick=1.4)
        return scene

    def frame(self, state: State) -> Frame:
        name, k = state["leaf"], state["k"]
        nudge, slope, actual = 10.0**-k, self.slopes[name], self._changes[name][k]
        predicted = slope * nudge
        gap = actual - predicted
        scene = Scene(690, 290)
        largest = max(abs(predicted), abs(actual))
        if not np.isfinite(largest) or largest == 0:
            largest = 1.0
        zero = 20.0 if min(predicted, actual) >= 0 else 175.0
        room = 310.0 if zero == 20.0 else 155.0
        rows = [("predicted: gradient × nudge", predicted, "forward"), ("actual change", actual, "backward"),
                ("gap", gap, "wrong")]  # fmt: skip
        for j, (label, amount, color) in enumerate(rows):
            y = 50 + 72 * j
            scene.text(f"{label} = {short(amount, 4)}", 28, y, 16, color)
            length = float(np.nan_to_num(amount, posinf=largest, neginf=-largest)) / largest * room
            left = zero + min(length, 0)
            scene.rectangle(left, y + 9, max(abs(length), 0.6), 18, color, fill=color if j == 0 else None, thick=1.5)
            if j == 1:
                for x in np.arange(left + 4, left + abs(length) - 4, 8):
                    scene.line([(x, y + 27), (x + 4, y + 9)], color)
        scene.line([(zero, 54), (zero, 226)], "muted", thick=1.2)
        scene.text(f"gap / nudge = {short(gap / nudge)}", 20, 270, 16, "ink")
        self._axes(name, scene).dot(nudge, abs(gap))
        step = "1" if k == 0 else f"10⁻{str(k).translate(RAISED)}"
        text = (
            f"Nudging {name} by {step}: predicted change {short(slope, 4)} × {short(nudge)} = {short(predicted, 4)}, "
            f"actual change {short(actual, 4)}, gap {short(gap, 2)}."
        )
        return Frame(scene, text, self._backs[name])
