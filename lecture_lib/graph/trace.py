"""Record one run of a function as a graph that can be run again, differentiated, drawn and printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import ancestors, walk_back
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.node import no_subclass, plain
from lecture_lib.autograd.operation import Array, Operation
from lecture_lib.autograd.state import changed, explained
from lecture_lib.autograd.tensor import Tensor, leaf
from lecture_lib.autograd.transforms import number_of, parameter_names
from lecture_lib.autograd.trees import aligned, call, joined, leaves, named_leaves, refill, spell
from lecture_lib.graph.pictures import drawing

PACKAGE = Path(__file__).parents[1]
LIBRARIES = (str(PACKAGE / "autograd"), str(PACKAGE / "graph"), str(Path(np.__file__).parent))
"""Where functions lie whose variables are not the reader's."""


class Node:
    """One value of a graph: a leaf, or the result of an operation on earlier nodes and constants.

    Attributes:
        index: its place in ``graph.nodes``.
        name: the variable that held it, if known.
        op: the operation that makes it; None for a leaf.
        args: what the operation takes: Nodes, and constants as they are.
        settings: what the operation takes besides operands, e.g. an axis.
        value: an array, from the last forward pass.
        grad: the gradient of the graph's output, from the last backward pass; None before it, and where no
            gradient flows.
        passed: for every argument position the gradient that this node sent there.
    """

    __slots__ = ("args", "grad", "index", "name", "op", "passed", "settings", "value")

    def __init__(
        self, index: int, name: str | None, op: Operation | None, args: tuple[Any, ...], settings: dict[str, Any]
    ) -> None:
        self.index = index
        self.name = name
        self.op = op
        self.args = args
        self.settings = settings
        self.value: Array = np.zeros(())
        self.grad: Array | None = None
        self.passed: dict[int, Array] = {}

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes among the arguments."""
        return tuple(a for a in self.args if isinstance(a, Node))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def __repr__(self) -> str:
        what = "leaf" if self.op is None else self.op.name
        return f"Node({self.index}, {self.name or what}, {what}, shape={self.shape})"


class Gradients(dict[Node, Any]):
    """Leaf → gradient; a leaf's name finds it too."""

    def __missing__(self, key: Any) -> Any:
        for node, gradient in self.items():
            if node.name == key:
                return gradient
        raise KeyError(f"no leaf named {key!r}; the leaves are {', '.join(str(n.name) for n in self)}")


class Graph:
    """The computation graph of one function, in topological order.

    ``trace`` makes it. ``nodes`` holds every value that the result depends on, arguments first. ``called`` is the
    letter for a result without a name: the function's own, if its name is a letter, else f.
    """

    def __init__(self, nodes: list[Node], inputs: list[Node], outputs: list[Node], arguments: Any, result: Any) -> None:
        self.nodes = nodes
        self.inputs = inputs
        self.outputs = outputs
        self.arrivals: list[tuple[Node, Node]] = []
        self.called = "f"
        self._arguments = arguments
        self._result = result

    @property
    def leaves(self) -> list[Node]:
        """The nodes that no operation made."""
        return [node for node in self.nodes if node.op is None]

    def forward(self, *args: Any, **keywords: Any) -> Any:
        """Run the graph on other arguments of the same shapes and dtypes.

        Args:
            args: as the traced function takes them.
            keywords: likewise.

        Returns:
            What the function returned, as arrays.

        Raises:
            ShapeError: other shapes or another structure than those traced.
        """
        args = joined(args, keywords)
        if len(args) != len(self._arguments):
            raise ShapeError(f"the graph was traced with {len(self._arguments)} arrays, but {len(args)} came")
        pairs = list(zip(leaves(self._arguments), aligned(self._arguments, args, "arguments"), strict=True))
        for (path, known), value in pairs:
            if not is_numeric(known) and not (value is known or value == known):
                raise ValueError(f"{spell('arguments', path)} was {known!r} in the trace; trace again for {value!r}")
        given = [value for (_, known), value in pairs if is_numeric(known)]
        for node, value in zip(self.inputs, given, strict=True):
            array = np.array(no_subclass(plain(value), "a graph"))
            if array.shape != node.shape:
                raise ShapeError(f"{node.name} was traced with shape {node.shape}, but now has shape {array.shape}")
            node.value = array.astype(node.value.dtype, casting="same_kind", copy=False)
        for node in self.nodes:
            node.grad = None
            node.passed = {}
            if node.op is not None:
                node.value = np.asarray(node.op.forward(*values(node.args), **node.settings))
        return self.result()

    def result(self) -> Any:
        """What the function returned on the last forward pass, as arrays."""
        return refill(self._result, [number_of(node.value) for node in self.outputs])

    def backward(self, upstream: Any = None) -> Gradients:
        """Run the graph backward; every node keeps the gradient that arrives at it.

        Args:
            upstream: the gradient of some later scalar with respect to the output, of its shape; 1 if left out,
                which only an output with a single entry allows.

        Returns:
            A dict leaf → gradient, for the leaves that hold real numbers; a leaf's name works as a key too.

        Raises:
            ShapeError: an upstream of another shape, or none for an output with several entries.
        """
        if len(self.outputs) != 1:
            raise ShapeError(f"backward needs a function with one result, not {len(self.outputs)}")
        (last,) = self.outputs
        if upstream is None and last.value.size != 1:
            raise ShapeError(
                f"backward needs an upstream gradient of shape {last.shape}: the output is no single number"
            )
        w = np.ones(last.shape, last.value.dtype) if upstream is None else np.array(upstream, last.value.dtype)
        if w.shape != last.shape:
            raise ShapeError(f"the upstream gradient has shape {w.shape}, but the output has shape {last.shape}")
        for node in self.nodes:
            node.grad, node.passed = None, {}
        for node, g in walk_back(self.steps(), {last: w}, pull_numbers).items():
            node.grad = g
        real = [node for node in self.leaves if node.value.dtype.kind == "f"]
        return Gradients({n: np.array(n.grad) if n.grad is not None else np.zeros_like(n.value) for n in real})

    def steps(self) -> list[tuple[Node, list[int]]]:
        """The nodes with a derivative, arguments first, each with the positions of its real arguments."""
        steps = []
        for node in self.nodes:
            if node.op is not None and node.op.differentiable:
                operands = node.args[: node.op.operands]
                where = [i for i, a in enumerate(operands) if isinstance(a, Node) and a.value.dtype.kind == "f"]
                steps.append((node, where))
        return steps

    def save(self, path: Any, **options: Any) -> None:
        """Write a drawing of the graph to a file.

        Args:
            path: ends in ``.svg`` or ``.png``.
            options: as ``lecture_lib.show.draw`` takes them.

        Raises:
            ValueError: another ending, or an unknown option.
            ImportError: matplotlib is not installed.
        """
        drawing(self, **options).save(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        try:
            picture = drawing(self)
        except ImportError:  # Without matplotlib the graph is shown as text.
            return {"text/plain": repr(self)}
        return picture._repr_mimebundle_(include, exclude)

    def __len__(self) -> int:
        return len(self.nodes)

    def __repr__(self) -> str:
        steps = sum(node.op is not None for node in self.nodes)
        return f"Graph({steps} operations on {len(self.leaves)} leaves)"


def pull_numbers(node: Node, where: Sequence[int], g: Any) -> Iterable[Array]:
    """What a node sends to its arguments; the node keeps that, and what arrived at it."""
    op: Any = node.op
    downstream = op.pull_each(where, g, node.value, values(node.args), node.settings)
    node.grad = g
    node.passed = {
        i: np.asarray(d).astype(node.args[i].value.dtype, copy=False) for i, d in zip(where, downstream, strict=True)
    }
    return node.passed.values()


def values(args: Iterable[Any]) -> list[Any]:
    """Arguments as arrays and constants."""
    return [a.value if isinstance(a, Node) else a for a in args]


NUMBERS = (bool, int, float)
"""Python's numbers, which take on the dtype of the arrays beside them."""


def is_numeric(value: Any) -> bool:
    """Whether an argument is an array or number, which a trace turns into a leaf; anything else it hands through."""
    return isinstance(value, (bool, int, float, np.generic)) or hasattr(type(value), "__array__")


def trace(f: Callable[..., Any], *args: Any, names: Sequence[str] = (), **keywords: Any) -> Graph:
    """Run a function once and record its computation graph.

    Args:
        f: a function of arrays; NumPy code.
        args: its arguments: arrays and numbers of any dtype, or nested tuples, lists, dicts and dataclasses of them.
        names: what to call the arguments; the function's own parameter names if left out.
        keywords: more arguments of the function.

    Returns:
        The Graph, with the values of this run.

    Raises:
        TypeError: f asks a Tensor for a plain number (``float``, ``if``, ``.item()``): one run would freeze it.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import trace
        >>> graph = trace(lambda x, y, z: (x + y) * np.maximum(y, z), 1.0, 2.0, 0.0)
        >>> print(graph.result(), [node.op.name for node in graph.nodes if node.op])
        6.0 ['add', 'maximum', 'multiply']
        >>> print(graph.backward()["y"])
        5.0
    """
    return record(f, joined(args, keywords), names or parameter_names(f))


def record(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    names: Sequence[str],
    differentiated: Sequence[int] = (),
    fixed: bool = False,
) -> Graph:
    """Trace a call.

    Args:
        f: a function of arrays.
        args: its arguments, the keywords among them.
        names: what to call the arguments.
        differentiated: the positions whose numbers f turns into arrays by itself, as transforms do.
        fixed: take Python's numbers in other positions for constants.
    """
    wrapped: list[Tensor] = []
    parts = []
    weak = weak_dtype(args)
    for k, _, value, name in named_leaves(args, names):
        free = type(value) in NUMBERS and k not in differentiated
        if is_numeric(value) and not (free and fixed):
            array = np.array(
                no_subclass(plain(value), "a graph"), dtype=weak if free and type(value) is float else None
            )
            value = leaf(array, name)
            wrapped.append(value)
        parts.append(value)
    given = refill(args, parts)
    arrivals: list[tuple[Any, Any]] = []
    with changed(recording=True, tracing=True, arrivals=arrivals), watch_variables() as variables:
        try:
            result = call(f, given)
        except ValueError as error:
            raise explained(error) from error.__cause__
    outputs = [part if isinstance(part, Tensor) else leaf(np.asarray(part)) for _, part in leaves(result)]
    graph = build(wrapped, outputs, variables, args, result, arrivals)
    name = getattr(f, "__name__", "")
    graph.called = name if len(name) == 1 and name.isalpha() else graph.called
    return graph


def weak_dtype(args: Sequence[Any]) -> np.dtype[Any]:
    """The dtype in which a Python number takes part beside these arguments: that of their real arrays."""
    found = {
        value.dtype for _, value in leaves(list(args)) if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    }
    return found.pop() if len(found) == 1 else np.dtype(float)


def build(
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    variables: dict[int, str],
    arguments: Any,
    result: Any,
    arrivals: Sequence[tuple[Any, Any]],
) -> Graph:
    """Turn recorded Tensors into the nodes of a Graph."""
    order = [*inputs, *(t for t in ancestors(outputs)[0] if not any(t is x for x in inputs))]
    nodes: dict[int, Node] = {}
    for tensor in order:
        arguments_of = tuple(nodes[id(a)] if isinstance(a, Tensor) else a for a in tensor.args)
        name = tensor.name or variables.get(id(tensor))
        node = Node(len(nodes), name, tensor.op, arguments_of, tensor.settings)
        node.value = tensor.data
        nodes[id(tensor)] = node
    found = [nodes[id(t)] for t in inputs], [nodes[id(t)] for t in outputs]
    graph = Graph(list(nodes.values()), *found, arguments, result)
    graph.arrivals = [(nodes[id(n)], nodes[id(g)]) for n, g in arrivals if id(n) in nodes and id(g) in nodes]
    return graph


@contextmanager
def watch_variables() -> Iterator[dict[int, str]]:
    """Collect, by ``id``, the names of the local variables that hold Tensors when a function returns."""
    found: dict[int, str] = {}
    keep: list[Tensor] = []

    def look(frame: Any, event: str, _: Any) -> None:
        if event == "return" and not frame.f_code.co_filename.startswith(LIBRARIES):
            for name, value in frame.f_locals.items():
                if isinstance(value, Tensor):
                    keep.append(value)
                    found.setdefault(id(value), name)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
