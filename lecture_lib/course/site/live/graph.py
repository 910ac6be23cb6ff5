"""The graph that can be scrubbed: its leaves are dragged or typed, and both passes follow at once in the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.nn import sigmoid
from lecture_lib.autograd.operation import Value
from lecture_lib.course.site.figures import own
from lecture_lib.course.site.live.graph_stage import Stage, digits
from lecture_lib.course.site.live.live import SCRIPTS, Live
from lecture_lib.graph.trace import Graph, Node, trace
from lecture_lib.show.canvas.numbers import LOWERED
from lecture_lib.show.graphs.draw import draw, with_gradients

ROW = re.compile(r"^    (\w+): \{", flags=re.M)
LIMIT, STEP = 10, 0.1
"""How far from 0 a leaf may be, and how far an arrow key moves it."""


def known_operations() -> list[str]:
    """The operations that the page computes: the rows of the table in its script."""
    text = (SCRIPTS / "graph_operations.js").read_text(encoding="utf-8")
    return ROW.findall(text[text.index("const operations = {") :])


def program(graph: Graph) -> list[dict[str, Any]]:
    """A graph of numbers as the page runs it: its nodes, arguments first, the output last.

    Raises:
        ValueError: an operation that the page does not know, an array, or another output than the last node.
    """
    known = known_operations()
    number = {node: k for k, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        if node.op is not None and node.op.name not in known:
            raise ValueError(
                f"the page cannot compute {node.op.name!r}: give it a row in static/live/graph_operations.js, "
                f"which knows {', '.join(known)}"
            )
        if node.shape or node.settings:
            raise ValueError(f"{node!r} is no operation on numbers alone")
    if graph.outputs != [graph.nodes[-1]]:
        raise ValueError("the page runs graphs whose one output is their last node")

    def argument(a: Any) -> list[int] | float:
        return [number[a]] if isinstance(a, Node) else float(a)

    return [{"op": node.op.name if node.op else None, "args": [argument(a) for a in node.args]} for node in graph.nodes]


def graph_picture(key: str, f: Callable[..., Value], start: Sequence[float], hint: str, look: tuple[str, str]) -> Live:
    """A graph that can be scrubbed.

    Args:
        key: the name under which the page's address keeps its state.
        f: the function, of numbers; its variables name the nodes.
        start: its arguments in the beginning.
        hint: what to try first.
        look: the two ends of the line that is looked at first.
    """
    graph = trace(f, *start)
    nodes = program(graph)
    picture = draw(graph)
    with with_gradients(graph):
        stages = [stage.export() for stage in Stage.both(graph)]
    names = [(node.name or graph.called).translate(LOWERED) for node in graph.nodes]
    data = {
        "key": key,
        "nodes": nodes,
        "names": names,
        "start": list(start),
        "step": STEP,
        "limit": LIMIT,
        "look": [names.index(end) for end in look],
        "hint": hint,
        "stages": stages,
        "digits": digits(),
    }
    sizes = "".join(f"--{name}:{w:g}px;--{name}-ratio:{w:g}/{h:g};" for name, (w, h) in
                    zip(("wide", "tall"), (stage["size"] for stage in stages), strict=True))  # fmt: skip
    still = f'<div class="scrub-room" style="{sizes}">{own(picture.svg, picture.alt)}</div>'
    return Live("graph", data, still, picture.alt)


def small_graph() -> Live:
    """The small graph of notebook 08."""

    def small(x: Value, y: Value, z: Value) -> Value:
        a = x + y
        c = np.maximum(y, z)
        F = a * c
        return F

    return graph_picture("small", small, (1.0, 2.0, 0.0), "Move z past y, and watch the gradient jump.", ("y", "c"))


def one_unit() -> Live:
    """One hidden unit with one input: the chain of notebook 05 in numbers."""

    def unit(w: Value, x: Value, b: Value, u: Value) -> Value:
        a = w * x
        z = a + b
        h = np.tanh(z)
        s = u * h
        return s

    return graph_picture(
        "unit", unit, (0.5, 1.0, 0.1, 1.5), "Move b up until the unit is stuck: what is left for w?", ("z", "h")
    )


def logistic_regression() -> Live:
    """The logistic regression of notebook 11 with a single feature."""

    def loss(w: Value, x: Value, y: Value) -> Value:
        s = w * x
        t = y * s
        p = sigmoid(t)
        q = np.log(p)
        v = w**2
        r = 0.5 * v
        c = 2 * q
        L = r - c
        return L

    return graph_picture("logistic", loss, (0.5, 1.0, -1.0), "Move w until its two shares cancel.", ("w", "s"))
