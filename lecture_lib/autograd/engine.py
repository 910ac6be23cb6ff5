"""Walk the graph: backward with gradients, forward with tangents. No recursion, so depth costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.node import Node, no_subclass, plain
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.saved import refuse_change
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.state import MODE

Step = tuple[Node, list[int]]
"""A node, and the positions among its arguments through which the sources reach it."""

Pull = Callable[[Any, Sequence[int], Value], Iterable[Value]]
"""From a node, such positions and the gradient that arrived: what the node sends to each of these arguments."""


def walk_back(steps: Sequence[Any], gradients: dict[Any, Value], pull: Pull) -> dict[Any, Value]:
    """Reverse mode, on any kind of graph: downstream = upstream times local, summed where paths meet."""
    for node, where in reversed(steps):
        g = gradients.pop(node, None)
        if g is not None:
            for i, share in zip(where, pull(node, where, g)):
                parent = node.args[i]
                gradients[parent] = gradients[parent] + share if parent in gradients else share
    return gradients


def ancestors(outputs: Iterable[Node], oldest: int = 0) -> tuple[list[Node], bool]:
    """Every node that the outputs were computed from, oldest first; and whether real numbers of older ones take part.

    A program makes the arguments of an operation before its result, so the order of creation is a topological
    order: find the ancestors, then sort them by age. Those made before ``oldest`` are left out.
    """
    beyond = False
    found = {}
    for t in outputs:
        if t.serial >= oldest:
            found[t.serial] = t
        else:
            beyond = True
    waiting = list(found.values())
    for node in waiting:
        for parent in node.args:
            if isinstance(parent, Node):
                serial = parent.serial
                if serial < oldest:
                    beyond = beyond or parent.data.dtype.kind == "f"
                elif serial not in found:
                    found[serial] = parent
                    waiting.append(parent)
    return [found[serial] for serial in sorted(found)], beyond


def steps_between(sources: Sequence[Node], outputs: Sequence[Node]) -> tuple[list[Step], bool]:
    """The nodes on a path from a source to an output, oldest first; and whether nodes older than all sources take part.

    Sources are older than what was computed from them.
    """
    reached = {source.serial for source in sources}
    nodes, beyond = ancestors(outputs, min(reached, default=0))
    return steps_among(nodes, reached), beyond


def steps_among(nodes: Iterable[Node], reached: set[int]) -> list[Step]:
    """Of nodes, oldest first, those that can be reached, each with the positions of the arguments that reach it."""
    steps: list[Step] = []
    for node in nodes:
        op = node.op
        if op is None or not op.differentiable or node.serial in reached:
            continue
        where = []
        for i, a in enumerate(node.args if op.operands is None else node.args[: op.operands]):
            if isinstance(a, Node) and a.serial in reached:
                where.append(i)
        if where:
            reached.add(node.serial)
            steps.append((node, where))
    return steps


def pull_back(steps: Sequence[Step], seeds: Iterable[tuple[Node, Value]], record: bool) -> dict[Node, Value]:
    """The gradient of every source that is reached from the seeds, which are outputs with their upstream gradients.

    To record is to compute with Tensors, so that the gradients have gradients.
    """
    mode = MODE.get()
    inspect, arrivals = mode.inspect, mode.arrivals

    def pull(node: Any, where: Sequence[int], g: Value) -> Sequence[Value]:
        data, op = node.data, node.op
        if type(g) is RowSparse:
            g = g.dense()
        if g.dtype is not data.dtype:
            g = fitted(g, node)
        if arrivals is not None:
            arrivals.append((node, g))
        if node.saved is not None:
            refuse_changes(node, op.pull_each, where, g)
        if record:
            downstream = op.pull_each(where, g, node, node.args, node.settings)
        else:
            downstream = op.pull_each(where, g, data, node.arrays, node.settings)
        if inspect is not None:
            inspect.backward(node, g, where, downstream)
        return downstream

    gradients: dict[Node, Value] = {}
    for output, upstream in seeds:
        gradients[output] = gradients[output] + upstream if output in gradients else upstream
    walk_back(steps, gradients, pull)
    return {node: g if g.dtype is node.data.dtype else fitted(g, node) for node, g in gradients.items()}


def push_forward(steps: Sequence[Step], seeds: Iterable[tuple[Node, Value]], record: bool) -> dict[Node, Value]:
    """Forward mode: the tangent of a node is the sum over its arguments of local times tangent; seeds are sources."""
    tangents = dict(seeds)
    for node, where in steps:
        y, args = (node, node.args) if record else (node.data, node.arrays)
        given = [tangents[node.args[i]] for i in where]
        op: Any = node.op
        if node.saved is not None:
            refuse_changes(node, op.push_each, where, given)
        total = op.push_each(where, given, y, args, node.settings)
        shape = given[0].shape[: given[0].ndim - node.args[where[0]].ndim] + node.shape
        tangents[node] = fitted(total if total.shape == shape else np.broadcast_to(total, shape), node)
    return tangents


def refuse_changes(node: Node, rule: Callable[..., Any], where: Sequence[int], moving: Any) -> None:
    """Raise if an array that the rule reads is not what it was when the operation used it."""
    for i, look, before in node.saved or ():
        if look(node.arrays[i]) != before:
            numbers = [plain(v) for v in moving] if isinstance(moving, list) else plain(moving)
            refuse_change(node, i, partial(rule, where, numbers, node.data, settings=node.settings))


def fitted(g: Value, node: Node) -> Value:
    """The gradient or tangent in the node's own dtype, so that float32 stays float32."""
    return g if g.dtype == node.data.dtype else g.astype(node.data.dtype)


def require_float(data: Array, name: str | None) -> None:
    """Refuse to differentiate with respect to integers or booleans."""
    if data.dtype.kind != "f":
        what = f"argument {name!r}" if name else "a leaf"
        fix = f"write {float(data)!r} instead of {data.item()!r}" if data.size == 1 else "use .astype(float)"
        raise TypeError(
            f"cannot differentiate with respect to {what}: it holds {data.dtype}, and a derivative needs "
            f"real numbers; {fix}"
        )


def as_upstream(upstream: Any, y: Node, needed_for: str) -> Value:
    """The upstream gradient in y's shape and dtype; 1 for a single entry."""
    if upstream is None:
        if y.size != 1:
            raise ShapeError(
                f"{needed_for} needs a value with one entry, but this one has shape {y.shape}: sum it, take its "
                f"mean, or pass an upstream gradient of shape {y.shape}"
            )
        # np.ones is written in Python, and is slower than this for a single entry.
        one = np.empty(y.shape, y.dtype)
        one[...] = 1
        return one
    w = upstream if isinstance(upstream, Node) else np.asarray(no_subclass(upstream, "an upstream gradient"))
    if w.shape != y.shape:
        raise ShapeError(
            f"the upstream gradient has shape {w.shape}, but the value has shape {y.shape}; they must agree"
        )
    return fitted(w, y)


def backward_to_leaves(y: Node, upstream: Any) -> None:
    """Add the gradient of ``y`` to ``.grad`` of every leaf below it; all of them or, on an error, none."""
    if MODE.get().depth:
        raise RuntimeError(
            "backward() inside a differentiated function would hide this gradient from the outer one; "
            "use grad or vjp there, which nest"
        )
    nodes, _ = ancestors([y])
    leaves = [n for n in nodes if n.op is None]
    steps = steps_among(nodes, {leaf.serial for leaf in leaves})
    whole = [source for source in leaves if source.data.dtype.kind != "f"]
    if whole:
        used = {node.args[i].serial for node, where in steps for i in where} | {y.serial}
        for source in whole:
            if source.serial in used:
                require_float(source.data, source.name)
    gradients = pull_back(steps, [(y, as_upstream(upstream, y, "backward()"))], record=False)
    for source in leaves:
        g = gradients.get(source)
        if g is not None:
            total = g.copy() if source.grad is None else source.grad + g
            source.grad = total if type(total) is RowSparse else np.asarray(total)
