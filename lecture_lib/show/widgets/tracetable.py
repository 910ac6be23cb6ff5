"""The table of a computation: its values, and beside them tangents going down or adjoints coming up."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from lecture_lib.graph.trace import Graph, Node, values
from lecture_lib.show.canvas.letters import formula
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.graphs.describe import made_from
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State, stacked
from lecture_lib.show.widgets.widget import Widget

LINE, TOP = 34.0, 62.0
REVERSE = "reverse"
COLUMNS = (24.0, 70.0, 230.0, 330.0)
MOST = 14


class TraceTable(Widget):
    """Forward and reverse mode as one table: a line for each value, filled downward with tangents or upward with
    adjoints.

    Args:
        graph: from ``trace``, of a function of numbers that returns one number, with at most 14 values.

    Attributes:
        mode: "forward from x" for each leaf x, or "reverse".
        step: how many operations have been passed.

    Raises:
        ValueError: a value is no single number, or there are too many.

    Example:
        >>> from lecture_lib import trace
        >>> table = TraceTable(trace(lambda x, y: x * y + x, 3.0, 5.0))
        >>> table.mode, table.step = "reverse", 2
        >>> table
        Reverse, step 2 of 2: v2 = x × y sends 1 · 5 = 5 to x, 1 · 3 = 3 to y. Adjoints so far: x 1 + 5 = 6, y 3.
    """

    mode: str
    step: int

    def __init__(self, graph: Graph) -> None:
        if len(graph.outputs) != 1 or len(graph.nodes) > MOST or any(n.value.size != 1 for n in graph.nodes):
            raise ValueError(f"TraceTable needs a graph of at most {MOST} single numbers with one output")
        self.graph = graph
        self.steps = [n for n in graph.nodes if n.op is not None]
        self.lines = graph.nodes
        self.names = {n: n.name if n.name and n.op is None else f"v{n.index}" for n in graph.nodes}
        self.locals = {n: self._slopes(n) for n in self.steps}
        modes = (*(f"forward from {self.names[n]}" for n in graph.leaves), REVERSE)
        super().__init__([Choice("mode", "mode", modes, modes[0]), Steps("step", "step", len(self.steps), play=True)])

    def _slopes(self, node: Node) -> list[tuple[Node, float]]:
        """For each argument that is a node: the local derivative."""
        assert node.op is not None
        places = [i for i, a in enumerate(node.args) if isinstance(a, Node)]
        pulled = node.op.pull_each(places, np.ones(node.shape), node.value, values(node.args), node.settings)
        return [(node.args[i], _number(g)) for i, g in zip(places, pulled, strict=True)]

    def tangents(self, seed: Node, count: int) -> dict[Node, float]:
        """Tangents of the leaves and the first ``count`` operations, when one leaf moves at speed 1.

        Args:
            seed: the leaf.
            count: how many operations have been passed.

        Returns:
            Node → tangent, of the leaves and those operations.
        """
        found = {n: 1.0 if n is seed else 0.0 for n in self.graph.leaves}
        for node in self.steps[:count]:
            found[node] = sum(slope * found[a] for a, slope in self.locals[node])
        return found

    def adjoints(self, count: int) -> dict[Node, list[float]]:
        """What has arrived at each node after the last ``count`` operations have sent.

        Args:
            count: how many operations have sent.

        Returns:
            Node → what arrived, one number a path; nothing for a node that none has reached.
        """
        found: dict[Node, list[float]] = {n: [] for n in self.lines}
        found[self.graph.outputs[0]] = [1.0]
        for node in self.steps[::-1][:count]:
            for a, slope in self.locals[node]:
                found[a].append(sum(found[node]) * slope)
        return found

    def frame(self, state: State) -> Frame:
        if state["mode"] == REVERSE:
            return self._reverse(state["step"])
        seed = next(n for n in self.graph.leaves if state["mode"] == f"forward from {self.names[n]}")
        return self._forward(seed, state["step"])

    def still(self) -> Picture:
        """Both directions at their ends, under one another: forward from the first leaf, and reverse.

        Returns:
            A Picture.
        """
        modes = self.controls["mode"].values()
        return stacked([self.frame({"mode": mode, "step": len(self.steps)}) for mode in (modes[0], modes[-1])])

    def _forward(self, seed: Node, count: int) -> Frame:
        found = self.tangents(seed, count)
        active = self.steps[count - 1] if count else seed
        scene = self._table("tangent", active)
        for node, tangent in found.items():
            parts = [f"{short(s)} · {short(found[a])}" for a, s in self.locals.get(node, [])]
            self._entry(scene, node, self._marked(node, "dot"), _joined(parts), tangent, "forward")
        head = f"Forward from {self.names[seed]}, step {count} of {len(self.steps)}: "
        if not count:
            return Frame(scene, f"{head}{self.names[seed]} moves at speed 1, the other leaves stand still.")
        last = self.names[active]
        return Frame(scene, f"{head}{last} = {self._made(active)} moves at speed {short(found[active], 4)}.")

    def _reverse(self, count: int) -> Frame:
        found = self.adjoints(count)
        active = self.steps[::-1][count - 1] if count else self.graph.outputs[0]
        scene = self._table("adjoint", active)
        for node, parts in found.items():
            if parts:
                shown = _joined([short(p) for p in parts]) if len(parts) > 1 else ""
                self._entry(scene, node, self._marked(node, "bar"), shown, sum(parts), "backward")
        head = f"Reverse, step {count} of {len(self.steps)}: "
        if not count:
            return Frame(scene, f"{head}the output's own adjoint is 1.")
        above = short(sum(found[active]), 4)
        sent = [f"{above} · {short(s, 4)} = {short(sum(found[active]) * s, 4)} to {self.names[a]}"
                for a, s in self.locals[active]]  # fmt: skip
        leaves = []
        for n in self.graph.leaves:
            arrived = [short(p, 4) for p in found[n]]
            total = f" = {short(sum(found[n]), 4)}" if len(arrived) > 1 else ""
            leaves.append(f"{self.names[n]} {_joined(arrived) or 'nothing yet'}{total}")
        text = f"{head}{self.names[active]} = {self._made(active)} sends {', '.join(sent)}."
        return Frame(scene, f"{text} Adjoints so far: {', '.join(leaves)}.")

    def _made(self, node: Node) -> str:
        """An operation with the table's own names for its arguments."""
        text = made_from(node)
        for n in self.lines:
            if n.op is not None and n.name:
                text = text.replace(n.name, self.names[n])
        return text

    def _marked(self, node: Node, accent: str) -> str:
        """Its letter with a dot or a bar, which belongs over the letter and not over its number."""
        base, _, sub = self._letter(node).partition("_")
        return rf"\{accent}{{{base}}}" + (f"_{sub}" if sub else "")

    def _letter(self, node: Node) -> str:
        return formula(self.names[node]).strip("$")

    def _table(self, what: str, active: Node) -> Scene:
        scene = Scene(640, TOP + LINE * len(self.lines) + 6)
        place = self.lines.index(active)
        scene.rectangle(14, TOP + LINE * place - 4, 612, LINE - 2, None, fill="halo", radius=6)
        for x, title in zip(COLUMNS, ("name", "computed as", "value", what), strict=True):
            scene.text(title, x, 32, 15, "muted")
        scene.line([(14, 44), (626, 44)], "muted")
        for k, node in enumerate(self.lines):
            y = TOP + LINE * k + 18
            scene.text(f"${self._letter(node)}$", COLUMNS[0], y, 18)
            scene.text("leaf" if node.op is None else _lowered(self._made(node)), COLUMNS[1], y, 16,
                       "muted" if node.op is None else "ink")  # fmt: skip
            scene.text(short(node.value, 4), COLUMNS[2], y, 16, "forward")
        return scene

    def _entry(self, scene: Scene, node: Node, symbol: str, sum_text: str, total: float, color: str) -> None:
        y = TOP + LINE * self.lines.index(node) + 18
        shown = f"{sum_text} = " if sum_text else ""
        scene.text(f"${symbol}$", COLUMNS[3], y, 18, color)
        scene.text(f"= {shown}{short(total, 4)}", COLUMNS[3] + 34, y, 16)


def _joined(parts: list[str]) -> str:
    """A sum in words, with minus signs in their place."""
    return " + ".join(parts).replace("+ −", "− ")


def _lowered(text: str) -> str:
    """The numbers of names as subscripts."""
    return re.sub(r"\b([A-Za-z])(\d+)\b", r"$\1_{\2}$", text)


def _number(value: Any) -> float:
    return float(np.asarray(value).reshape(()))
