"""Walk the graph: backward with gradients, forward with tangents. No recursion, so depth costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd import anomalies
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.operation import Array, Value
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.state import MODE, changed
from lecture_lib.autograd.tensor import Tensor, leaf, no_subclass, plain

Step = tuple[Tensor, list[int]]
"""A node, and the positions among its arguments through which the sources reach it."""


def ancestors(outputs: Iterable[Tensor], oldest: int = 0) -> tuple[list[Tensor], bool]:
    """Every node that the outputs were computed from, arguments before results; and whether older ones take part.

    A program makes the arguments of an operation before its result, so the order of creation is a topological
    order: find the ancestors, then sort them by age.

    Args:
        outputs: the nodes to start from.
        oldest: nodes with a smaller serial number are left out, with all their ancestors.

    Returns:
        The nodes, oldest first; True if real numbers of a node that was left out went into an output.
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
            if isinstance(parent, Tensor):
                serial = parent.serial
                if serial < oldest:
                    beyond = beyond or parent.data.dtype.kind == "f"
                elif serial not in found:
                    found[serial] = parent
                    waiting.append(parent)
    return [found[serial] for serial in sorted(found)], beyond


def steps_between(sources: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[list[Step], bool]:
    """The nodes on a path from a source to an output, oldest first, with the arguments that lie on such a path.

    Args:
        sources: leaves and aliases, made before the outputs were computed.
        outputs: what was computed from them.

    Returns:
        The steps; and whether Tensors older than all sources take part too.
    """
    reached = {source.serial for source in sources}
    nodes, beyond = ancestors(outputs, min(reached, default=0))
    steps: list[Step] = []
    for node in nodes:
        op = node.op
        if op is None or not op.differentiable or node.serial in reached:
            continue
        where = []
        for i, a in enumerate(node.args if op.operands is None else node.args[: op.operands]):
            if isinstance(a, Tensor) and a.serial in reached:
                where.append(i)
        if where:
            reached.add(node.serial)
            steps.append((node, where))
    return steps, beyond


def pull_back(steps: Sequence[Step], seeds: Iterable[tuple[Tensor, Value]], record: bool) -> dict[int, Value]:
    """Reverse mode: downstream = upstream times local, summed where paths meet.

    Args:
        steps: the nodes to pass through, oldest first.
        seeds: outputs and their upstream gradients.
        record: compute with Tensors, so that the gradients have gradients.

    Returns:
        The gradient of every source that was reached, by its serial number.
    """
    gradients: dict[int, Value] = {}
    mode = MODE.get()
    watch, arrivals = mode.inspect is not None, mode.arrivals
    for output, upstream in seeds:
        add_to(gradients, output, upstream)
    for node, where in reversed(steps):
        g = gradients.pop(node.serial, None)
        if g is None:
            continue
        if type(g) is RowSparse:
            g = g.dense()
        if arrivals is not None:
            arrivals.append((node, g))
        y, args = (node, node.args) if record else (node.data, node.arrays)
        if node.saved is not None:
            for i, look, before in node.saved:
                if look(node.arrays[i]) != before:
                    pull = partial(node.op.pull_each, where, plain(g), node.data, settings=node.settings)  # type: ignore[union-attr]
                    anomalies.refuse_change(node, i, pull)
        downstream = node.op.pull_each(where, g, y, args, node.settings)  # type: ignore[union-attr]
        for k, i in enumerate(where):
            # As add_to does, without the cost of a call and mostly without a comparison of dtypes.
            parent, d = node.args[i], downstream[k]
            if d.dtype is not parent.data.dtype:
                d = fitted(d, parent)
            serial = parent.serial
            gradients[serial] = gradients[serial] + d if serial in gradients else d
        if watch:
            anomalies.inspect_backward(node, g, where, downstream)
    return gradients


def push_forward(steps: Sequence[Step], seeds: Iterable[tuple[Tensor, Value]], record: bool) -> dict[int, Value]:
    """Forward mode: the tangent of a node is the sum over its arguments of local times tangent.

    Args:
        steps: the nodes to pass through, oldest first.
        seeds: sources and their tangents.
        record: compute with Tensors, so that the tangents have gradients.

    Returns:
        The tangent of every node that was reached, by its serial number.
    """
    tangents = {source.serial: tangent for source, tangent in seeds}
    for node, where in steps:
        y, args = (node, node.args) if record else (node.data, node.arrays)
        given = [tangents[node.args[i].serial] for i in where]
        for i, look, before in node.saved or ():
            if look(node.arrays[i]) != before:
                push = partial(node.op.push_each, where, [plain(t) for t in given], node.data, settings=node.settings)  # type: ignore[union-attr]
                anomalies.refuse_change(node, i, push)
        total = node.op.push_each(where, given, y, args, node.settings)  # type: ignore[union-attr]
        shape = given[0].shape[: given[0].ndim - node.args[where[0]].ndim] + node.shape
        tangents[node.serial] = fitted(total if total.shape == shape else np.broadcast_to(total, shape), node)
    return tangents


def add_to(gradients: dict[int, Value], node: Tensor, g: Value) -> None:
    """Add one path's gradient to what the other paths brought; never in place, since two nodes may share it."""
    g, serial = fitted(g, node), node.serial
    gradients[serial] = gradients[serial] + g if serial in gradients else g


def fitted(g: Value, node: Tensor) -> Value:
    """The gradient or tangent in the node's own dtype, so that float32 stays float32."""
    return g if g.dtype == node.data.dtype else g.astype(node.data.dtype)


def transpose_linear(f: Callable[[Value], Value], shape: tuple[int, ...], g: Value) -> Value:
    """Apply the transpose of a linear function: since f(v) = Mv, its pull from anywhere is w ↦ Mᵀw.

    Args:
        f: linear, from arrays of ``shape``.
        shape: of its argument.
        g: what to multiply with the transpose, of the shape of f's result; array or Tensor.

    Returns:
        An array (or Tensor, if ``g`` or what f closes over is one) of ``shape``.
    """
    v = leaf(np.zeros(shape, g.dtype))
    with changed(recording=True):
        y = f(v)
    steps, beyond = steps_between([v], [y])
    return pull_back(steps, [(y, g)], record=isinstance(g, Tensor) or beyond)[v.serial]


def require_float(data: Array, name: str | None) -> None:
    """Refuse to differentiate with respect to integers or booleans."""
    if data.dtype.kind != "f":
        what = f"argument {name!r}" if name else "a leaf"
        fix = f"write {float(data)!r} instead of {data.item()!r}" if data.size == 1 else "use .astype(float)"
        raise TypeError(
            f"cannot differentiate with respect to {what}: it holds {data.dtype}, and a derivative needs "
            f"real numbers; {fix}"
        )


def as_upstream(upstream: Any, y: Tensor, needed_for: str) -> Value:
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
    w = upstream if isinstance(upstream, Tensor) else np.asarray(no_subclass(upstream, "an upstream gradient"))
    if w.shape != y.shape:
        raise ShapeError(
            f"the upstream gradient has shape {w.shape}, but the value has shape {y.shape}; they must agree"
        )
    return fitted(w, y)


def backward_to_leaves(y: Tensor, upstream: Any) -> None:
    """Add the gradient of ``y`` to ``.grad`` of every leaf below it; all of them or, on an error, none."""
    if MODE.get().depth:
        raise RuntimeError(
            "backward() inside a differentiated function would hide this gradient from the outer one; "
            "use grad or vjp there, which nest"
        )
    nodes, _ = ancestors([y])
    leaves = [n for n in nodes if n.op is None]
    steps, _ = steps_between(leaves, [y])
    used = {node.args[i].serial for node, where in steps for i in where} | {y.serial}
    for source in leaves:
        if source.serial in used:
            require_float(source.data, source.name)
    gradients = pull_back(steps, [(y, as_upstream(upstream, y, "backward()"))], record=False)
    for source in leaves:
        g = gradients.get(source.serial)
        if g is not None:
            total = g.copy() if source.grad is None else source.grad + g
            source.grad = total if type(total) is RowSparse else np.asarray(total)
