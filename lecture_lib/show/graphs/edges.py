"""Compare what every edge of a graph sends back with finite differences along that edge alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.graph.trace import Graph, Node, values

EVERY_ENTRY = 16
DIRECTIONS = 4
STEP = 1e-5
TOLERANCE = 1e-4


@dataclass(frozen=True, repr=False)
class Mismatch:
    """An edge whose gradient differs from the numeric one.

    Attributes:
        node: the operation that sent it.
        position: to which of its arguments.
        stated: what it sent, along the worst direction.
        numeric: what finite differences say there.
    """

    node: Node
    position: int
    stated: float
    numeric: float

    def __repr__(self) -> str:
        return f"Mismatch({self.node!r}, argument {self.position}: {self.stated:.4g}, numeric {self.numeric:.4g})"


def wrong_edges(graph: Graph, seed: int = 0) -> list[Mismatch]:
    """The edges that send a wrong gradient back, in backward order: look at the first one first."""
    rng = np.random.default_rng(seed)
    found = []
    for node in reversed(graph.nodes):
        for i, stated in sorted(node.passed.items()):
            worst = _compare(graph, node, i, np.asarray(stated, float), rng)
            if worst is not None:
                found.append(worst)
    return found


def _compare(graph: Graph, node: Node, i: int, stated: Any, rng: np.random.Generator) -> Mismatch | None:
    x = np.asarray(node.args[i].value, float)
    if not np.all(np.isfinite(x)):
        return None
    if x.size <= EVERY_ENTRY:
        directions = [d.reshape(x.shape) for d in np.eye(x.size)]
    else:
        directions = [rng.standard_normal(x.shape) / np.sqrt(x.size) for _ in range(DIRECTIONS)]
    worst: tuple[float, Mismatch] | None = None
    step = STEP * max(1.0, float(np.abs(x).max(initial=0.0)))
    here = run_from(graph, node, i, x)
    for d in directions:
        above, below = run_from(graph, node, i, x + step * d), run_from(graph, node, i, x - step * d)
        right, left, central = (above - here) / step, (here - below) / step, (above - below) / (2 * step)
        claim = float(np.sum(stated * d))
        slack = TOLERANCE * max(1.0, abs(central), abs(claim))
        if min(left, right) - slack <= claim <= max(left, right) + slack:
            continue
        if not np.isfinite(central) and not np.isfinite(claim):
            continue
        error = abs(claim - central) if np.isfinite(claim) else np.inf
        if worst is None or error > worst[0]:
            worst = error, Mismatch(node, i, claim, float(central))
    return worst[1] if worst else None


def run_from(graph: Graph, node: Node, i: int, x: Any) -> float:
    """The graph's output if argument ``i`` of one node, and of no other, had the value ``x``."""
    assert node.op is not None
    args = as_float(values(node.args))
    args[i] = x
    with np.errstate(all="ignore"):
        y = np.asarray(node.op.forward(*args, **node.settings))
    return rerun(graph, {node: y})


def rerun(graph: Graph, new: dict[Node, Any]) -> float:
    """The graph's one output in float64 if some of its nodes had other values; the graph stays as it is."""
    new = dict(new)
    start = min(node.index for node in new)
    with np.errstate(all="ignore"):
        for later in graph.nodes[start:]:
            if later.op is not None and later not in new and any(a in new for a in later.parents):
                known = as_float(values(later.args))
                args = [new.get(a, b) if isinstance(a, Node) else b for a, b in zip(later.args, known, strict=True)]
                new[later] = np.asarray(later.op.forward(*args, **later.settings))
    (last,) = graph.outputs
    return float(np.asarray(new.get(last, last.value)).reshape(()))


def as_float(args: list[Any]) -> list[Any]:
    """Real arrays in float64, so that differences are exact enough; the rest as it is."""
    return [a.astype(float) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]
