"""Write a simplified graph as straight-line NumPy that computes into memory it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd import linear, products
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.operation import Array
from lecture_lib.graph.forms import Printed
from lecture_lib.graph.notation import numpy_text
from lecture_lib.graph.simplify import ROWS, is_row_sparse, same_kind, simplify
from lecture_lib.graph.trace import NUMBERS, Graph, Node

VIEWS = (linear.RESHAPE, linear.TRANSPOSE, linear.BROADCAST)


class ProgramWriter:
    """Writes a simplified graph as a function ``run(*arrays)`` that computes into memory it keeps.

    Attributes:
        space: the names that the code uses.
        returned: what must last until the end: the outputs.
        fresh: what is written into new memory at every call.
    """

    def __init__(self, graph: Graph, arguments: Sequence[Any], rate: Node | None = None) -> None:
        self.graph = graph
        self.arguments = arguments
        self.nodes, self.outputs, _ = simplify(graph, rate=rate)
        self.space: dict[str, Any] = {"asarray": np.asarray}
        self.names: dict[Node, str] = {}
        self.lines: list[str] = []
        self.free: dict[tuple[tuple[int, ...], str], list[str]] = {}
        self.buffer: dict[Node, str] = {}
        self.numbers: dict[Any, str] = {}
        self.held: dict[Node, Array] = {}
        self.returned = {y for y in self.outputs if isinstance(y, Node)}
        self.returned |= {
            rows for node in self.nodes if node.op is ROWS for rows in node.args[:1] if isinstance(rows, Node)
        }
        self.fresh = self.returned
        self.last_use = self._last_uses()

    def source(self) -> str:
        """The code."""
        parameters = self._computation()
        results = [self._returned(y, self.outputs[:n]) for n, y in enumerate(self.outputs)]
        head = [f"def run({', '.join(parameters)}):", f"if not ({self._guard(parameters)}):", "    return None"]
        return "\n    ".join([*head, *self.lines, f"return [{', '.join(results)}]"]) + "\n"

    def _computation(self) -> list[str]:
        """Write a line for each node; the names of what the code takes."""
        parameters = []
        for k, node in enumerate(self.nodes):
            if node.op is None and any(node is x for x in self.graph.inputs):
                self.names[node] = f"a{k}"
                parameters.append(self.names[node])
        for node, value in zip(self.graph.inputs, self.arguments, strict=True):
            if type(value) in NUMBERS:  # As the trace took it: an array's number, which divides by zero as arrays do.
                self.lines.append(f"{self.names[node]} = {self._constant(node.value.dtype.type)}({self.names[node]})")
        for k, node in enumerate(self.nodes):
            if node.op is None:
                if node not in self.names:
                    self.names[node] = self._constant(node.value)
                continue
            self.names[node] = f"v{k}"
            self._write(k, node)
            self._release(k)
        return parameters

    def _guard(self, parameters: Sequence[str]) -> str:
        """A condition that holds for arguments of the shapes and dtypes traced."""
        conditions = []
        for name, value in zip(parameters, self.arguments, strict=True):
            kind = self._constant(type(value))
            conditions.append(f"type({name}) is {kind}")
            if isinstance(value, np.ndarray):
                conditions.append(f"{name}.shape == {value.shape} and {name}.dtype == {self._constant(value.dtype)}")
        return " and ".join(conditions) or "True"

    def _write(self, k: int, node: Node) -> None:
        name, op, args = self.names[node], node.op, [self._text(a) for a in node.args]
        assert op is not None
        if op in (linear.RESHAPE, linear.TRANSPOSE) and self._held_view(node):
            return
        if op is linear.TAKE or op in (linear.RESHAPE, linear.TRANSPOSE):
            self.lines.append(f"{name} = {numpy_text(node, [Printed(text) for text in args], 'np').text}")
        elif op is linear.SUM:
            self._call(k, node, np.add.reduce, [args[0], self._axis(node), "None"], keepdims=node.settings["keepdims"])
        elif op is products.MATMUL:
            small = all(isinstance(a, Node) and len(a.shape) <= 2 for a in node.args)
            if small and len(node.shape) == 2 and node.shape[0] == 1 and node not in self.fresh:
                # One row is a vector to BLAS, which is quicker than a matrix product.
                self._hold(k, node, False)
                vector = self._reshaped(node.args[0], node.args[0].shape[1:])
                row = self._constant(self.held[node].reshape(-1))
                self.lines.append(f"{self._constant(np.dot)}({vector}, {args[1]}, {row})")
                return
            self._call(k, node, np.dot if small else np.matmul, args)
        elif op is products.OUTER:
            shapes = ((node.shape[0], 1), (1, node.shape[1]))
            self._call(k, node, np.dot, [self._reshaped(a, shape) for a, shape in zip(node.args, shapes, strict=True)])
        elif isinstance(op, Elementwise) and isinstance(op.forward, np.ufunc):
            self._call(k, node, op.forward, self._operands(node, args))
        else:
            settings = "".join(f", {key}={self._constant(value)}" for key, value in node.settings.items())
            text = f"{self._constant(op.forward)}({', '.join(args)}{settings})"
            wanted = "" if is_row_sparse(node) else "asarray"
            self.lines.append(f"{name} = {wanted}({text})")

    def _call(self, k: int, node: Node, function: Any, args: list[str], keepdims: bool = False) -> None:
        """A line that calls a function which can write into memory given to it."""
        name, called = self.names[node], self._constant(function)
        operator = {np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/"}.get(function)
        if operator and len(args) == 2 and (not node.shape or is_row_sparse(node)):
            self.lines.append(f"{name} = {args[0]} {operator} {args[1]}")
        elif not node.shape or node in self.fresh:
            more = ", None, True" if keepdims else ""
            self.lines.append(f"{name} = {called}({', '.join(args)}{more})")
        else:
            target = self._hold(k, node, isinstance(function, np.ufunc))
            more = ", True" if keepdims else ""
            # By position is quicker; these two want the keyword.
            key = "out=" if function in (np.maximum, np.minimum) else ""
            self.lines.append(f"{called}({', '.join(args)}, {key}{target}{more})")

    def _hold(self, k: int, node: Node, elementwise: bool) -> str:
        """The kept memory that a node is written into; it has the node's name from now on."""
        self.names[node] = self._memory(k, node, elementwise)
        self.held[node] = self.space[self.names[node]]
        return self.names[node]

    def _held_view(self, node: Node) -> bool:
        """Make a view of kept memory once and for all; False if this is no such view."""
        (source,) = node.args
        if source not in self.held:
            return False
        assert node.op is not None
        view = node.op.forward(self.held[source], **node.settings)
        if not np.shares_memory(view, self.held[source]):
            return False
        self.held[node] = view
        self.names[node] = self._constant(view)
        return True

    def _reshaped(self, a: Any, shape: tuple[int, ...]) -> str:
        """An argument in another shape, as text."""
        if isinstance(a, Node) and a in self.held and self.held[a].flags.c_contiguous:
            return self._constant(self.held[a].reshape(shape))
        return f"{self._text(a)}.reshape({shape})"

    def _operands(self, node: Node, args: list[str]) -> list[str]:
        """What a universal function takes; Python's numbers as arrays, which it need not convert at every call."""
        dtypes = {a.value.dtype for a in node.parents}
        if dtypes != {node.value.dtype} or node.value.dtype.kind != "f":
            return args
        with np.errstate(over="ignore"):
            numbers = [np.asarray(a, node.value.dtype) if type(a) in (int, float) else None for a in node.args]
        return [
            text if number is None or not np.isfinite(number) else self._number(number)
            for text, number in zip(args, numbers, strict=True)
        ]

    def _number(self, number: Array) -> str:
        """The name of an array without axes that holds a number; one for all equal ones."""
        key = (number.dtype, number.tobytes())
        if key not in self.numbers:
            self.numbers[key] = self._constant(number)
        return self.numbers[key]

    def _memory(self, k: int, node: Node, elementwise: bool) -> str:
        """An array to write a node into: an operand that is not needed any more, else a free or a new buffer."""
        kind = (node.shape, node.value.dtype.str)
        if elementwise and node.op is not linear.SUM:
            for a in node.args:
                if isinstance(a, Node) and a in self.buffer and self.last_use.get(a) == k and same_kind(a, node):
                    self.buffer[node] = self.buffer.pop(a)
                    return self.buffer[node]
        pool = self.free.setdefault(kind, [])
        if not pool:
            pool.append(self._constant(np.empty(node.shape, node.value.dtype)))
        self.buffer[node] = pool.pop()
        return self.buffer[node]

    def _release(self, k: int) -> None:
        """Give back the memory of nodes whose last use was this line."""
        for node in [n for n in self.buffer if self.last_use.get(n, -1) <= k and n is not self.nodes[k]]:
            self.free[node.shape, node.value.dtype.str].append(self.buffer.pop(node))

    def _last_uses(self) -> dict[Node, int]:
        """For every node the last line that reads it, directly or through a view of it."""
        last: dict[Node, int] = {}
        for k, node in enumerate(self.nodes):
            for a in node.parents:
                last[a] = k
        for node in reversed(self.nodes):
            if node.op in VIEWS or node.op is linear.TAKE or node.op is ROWS:
                end = len(self.nodes) if node in self.returned else last.get(node, 0)
                for a in node.parents:
                    last[a] = max(last.get(a, 0), end)
        for node in self.returned:
            last[node] = len(self.nodes)
        return last

    def _returned(self, y: Any, earlier: Sequence[Any]) -> str:
        """A result as the caller's own: a copy of what is an argument, a constant, kept memory or returned twice."""
        if not isinstance(y, Node):
            return f"{self._constant(np.asarray(y))}.copy()" if np.ndim(y) else self._constant(np.asarray(y)[()])
        text = self.names[y]
        if not y.shape:
            if y.op is None:
                return f"asarray({text})[()]"
            return (
                f"{text}[()]" if y.op in VIEWS or y.op is linear.TAKE else text
            )  # A view shows the next call's number.
        memory = y.args[0] if y.op is ROWS else y
        made = isinstance(memory, Node) and memory.op is not None
        owned = made and memory.op not in VIEWS and memory.op is not linear.TAKE
        twice = any(y is e for e in earlier) or (y.op is ROWS and any(memory is e for e in self.outputs))
        return text if owned and not twice else f"{text}.copy()"

    def _text(self, a: Any) -> str:
        if isinstance(a, Node):
            return self.names[a]
        if type(a) in (bool, int, float) and np.isfinite(a):
            return f"({a!r})"
        return self._constant(a)

    def _axis(self, node: Node) -> str:
        axis = tuple(a + len(node.args[0].shape) for a in node.settings["axis"])
        return str(axis[0] if len(axis) == 1 else axis)

    def _constant(self, value: Any) -> str:
        for name, known in self.space.items():
            if known is value:
                return name
        name = f"c{len(self.space)}"
        self.space[name] = value
        return name
