"""Turn the gradient of a function into fast NumPy: one trace, straight-line code, memory used again and again."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from lecture_lib.autograd import linear, products
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.node import no_subclass
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.autograd.transforms import Argnums, parameter_names, positions, value_and_grad
from lecture_lib.autograd.trees import Keywords, call, is_record, joined, leaves, parts_of, rebuild, refill
from lecture_lib.graph.forms import Printed
from lecture_lib.graph.notation import numpy_text
from lecture_lib.graph.simplify import ROWS, is_row_sparse, same_kind, simplify
from lecture_lib.graph.trace import NUMBERS, Graph, Node, is_numeric, record

VIEWS = (linear.RESHAPE, linear.TRANSPOSE, linear.BROADCAST)

KEPT = 64
"""How many programs a compiled gradient keeps; the least recently used goes first, with a warning."""


def compile_gradient(f: Callable[..., Any], *args: Any, argnums: Argnums = 0, **keywords: Any) -> Callable[..., Any]:
    """The fast form of ``value_and_grad(f, argnums)``: traced once, then run as straight-line NumPy.

    Intermediate arrays are kept and overwritten on the next call; what is returned belongs to the caller. Arguments
    of other shapes or dtypes are traced anew; the programs of the 64 forms used last are kept. Whatever f reads besides
    its arguments is taken as it is at the trace.

    Args:
        f: returns one number; NumPy code whose path does not depend on the values of its arguments.
        args: arguments to trace with; integers may be among those that are not differentiated.
        argnums: the position(s) of the arguments to differentiate.
        keywords: more arguments to trace with; not differentiated.

    Returns:
        ``step(*args, **keywords)``, which returns what ``value_and_grad(f, argnums)(*args, **keywords)`` returns.

    Raises:
        TypeError: f asks a Tensor for a plain number or a choice, or computes something else on a second run, as
            with a random mask: pass the mask as an argument.
        ShapeError: f returned more than one number.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import compile_gradient
        >>> step = compile_gradient(lambda w, x: np.sum(np.tanh(w * x)), np.ones(2), np.ones(2))
        >>> value, slope = step(np.zeros(2), np.array([1.0, 2.0]))
        >>> print(value, slope)
        0.0 [1. 2.]
    """
    programs = Programs(f, argnums)
    programs.run(joined(args, keywords))

    def step(*given: Any, **more: Any) -> Any:
        return programs.run(joined(given, more))

    step.__name__ = f"gradient_of_{getattr(f, '__name__', 'function')}"
    return step


class Programs(threading.local):
    """The programs of one function, one for every set of shapes and dtypes; each thread has its own."""

    def __init__(self, f: Callable[..., Any], argnums: Argnums) -> None:
        self.f = f
        self.argnums = argnums
        self.latest: Program | None = None
        self.known: dict[Any, Program] = {}
        self.fixed: set[Any] = set()
        self.warned = False

    def run(self, args: tuple[Any, ...]) -> Any:
        """Run the program that fits these arguments; trace it first if there is none."""
        if self.latest is not None:
            result = self.latest.run(args)
            if result is not None:
                return result
        given: tuple[Any, ...] = rebuild(tuple(args), partial(no_subclass, taker="a compiled gradient"))
        key = form(given)
        if key in self.fixed:
            key = form_by_value(given, self.argnums)
        # The dict is in the order of last use: what is used goes to the end, and what is dropped is the first.
        self.latest = self.known.pop(key, None) or Program(self.f, given, self.argnums)
        if self.latest.fixed and form(given) not in self.fixed:
            self.fixed.add(key)
            key = form_by_value(given, self.argnums)
        self.known[key] = self.latest
        if len(self.known) > KEPT:
            del self.known[next(iter(self.known))]
            if not self.warned:
                self.warned = True
                name = getattr(self.f, "__name__", "the function")
                warnings.warn(
                    f"the compiled gradient of {name} has met more than {KEPT} forms of arguments and forgets the one "
                    "used longest ago; tracing takes time: fewer shapes (padding), or value_and_grad, are faster",
                    RuntimeWarning,
                    stacklevel=3,
                )
        return self.latest.run(given)


def form(part: Any, by_value: bool = False) -> Any:
    """What a program depends on: nesting and keys, shapes and dtypes, the value of what is no number, or of any."""
    if isinstance(part, dict):
        return type(part), tuple([(key, form(inner, by_value)) for key, inner in part.items()])
    if isinstance(part, (tuple, list)):
        return type(part), tuple([form(inner, by_value) for inner in part])
    if is_record(part):
        return type(part), tuple([(name, form(inner, by_value)) for name, inner in parts_of(part).items()])
    if isinstance(part, Tensor):
        raise TypeError(
            "a compiled gradient takes plain arrays, not Tensors: take the numbers out with t.numpy(), and inside "
            "another transform use value_and_grad"
        )
    if isinstance(part, (np.ndarray, np.generic)):
        return type(part), part.shape, part.dtype
    # What turns into an array has no form of its own: it is looked at again as an array.
    return type(part) if is_numeric(part) and not (by_value and type(part) in NUMBERS) else (type(part), part)


def form_by_value(args: Sequence[Any], argnums: Argnums) -> Any:
    """What a program depends on that takes the numbers among what is not differentiated for constants."""
    return tuple([form(arg, k not in wanted(args, argnums)) for k, arg in enumerate(args)])


def wanted(args: Sequence[Any], argnums: Argnums) -> tuple[int, ...]:
    """The positions of what is differentiated."""
    return positions(argnums, sum(type(arg) is not Keywords for arg in args))


class Program:
    """The code for one set of shapes and dtypes.

    Args:
        f: the function.
        args: arguments of these shapes and dtypes.
        argnums: what to differentiate.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], argnums: Argnums) -> None:
        self.count = len(args)
        self.argnums = argnums
        self.wanted = wanted(args, argnums)
        # Python's numbers are traced, so that one program serves all their values; they are constants of the program
        # where f needs a plain number (an axis, a choice), or where the result would have another dtype.
        self.fixed = False
        step = value_and_grad(f, argnums)
        names = parameter_names(f)
        try:
            graph = self._traced(step, args, names)
            self.fixed = self._has_numbers(args) and dtypes(call(step, args)) != [n.value.dtype for n in graph.outputs]
        except TypeError:
            if not self._has_numbers(args):
                raise
            self.fixed = True
        if self.fixed:
            graph = self._traced(step, args, names)
        # The code itself checks the arrays and numbers it is given; only what lies around them is checked here.
        self.form = None if all(map(is_numeric, args)) and not self.fixed else self._form(args)
        writer = ProgramWriter(graph, self._numbers(args))
        self.source = writer.source()
        space = dict(writer.space)
        exec(compile(self.source, "<compiled gradient>", "exec"), space)
        self.compiled: Callable[..., list[Any] | None] = space["run"]
        self.structure = graph._result

    def _traced(self, step: Callable[..., Any], args: tuple[Any, ...], names: Sequence[str]) -> Graph:
        """One trace, which a second one must repeat."""
        graph, again = (record(step, args, names, self.wanted, self.fixed) for _ in range(2))
        refuse_change(graph, again)
        refuse_changing_shapes(graph)
        return graph

    def _form(self, args: tuple[Any, ...]) -> Any:
        return form_by_value(args, self.argnums) if self.fixed else form(args)

    def _has_numbers(self, args: Sequence[Any]) -> bool:
        """Whether Python's numbers are among what is not differentiated."""
        return any(
            type(value) in NUMBERS for k, arg in enumerate(args) if k not in self.wanted for _, value in leaves(arg)
        )

    def _numbers(self, args: Sequence[Any]) -> list[Any]:
        """All arrays and numbers that the code takes, in order."""
        return [
            value
            for k, arg in enumerate(args)
            for _, value in leaves(arg)
            if is_numeric(value) and not (self.fixed and type(value) in NUMBERS and k not in self.wanted)
        ]

    def run(self, args: Sequence[Any]) -> Any:
        """The value and the gradient as ``value_and_grad`` gives them; None for other shapes or dtypes."""
        if len(args) != self.count:
            return None
        if self.form is not None:
            if self._form(tuple(args)) != self.form:
                return None
            args = self._numbers(args)
        results = self.compiled(*args)
        if results is None:
            return None
        return refill(self.structure, results)


def dtypes(structure: Any) -> list[Any]:
    """The dtypes of all leaves of a result."""
    return [getattr(value, "dtype", None) or np.asarray(value).dtype for _, value in leaves(structure)]


def refuse_change(one: Graph, two: Graph) -> None:
    """Raise if two traces of the same function differ: then one of them cannot stand for all calls."""
    same = len(one.nodes) == len(two.nodes) and all(map(alike, one.nodes, two.nodes))
    if not same:
        raise TypeError(
            "the function computes with other constants, or other operations, when it is run again (a random mask, a "
            "counter?), so one trace cannot stand for it: pass what changes as an argument, or use value_and_grad"
        )


def refuse_changing_shapes(graph: Graph) -> None:
    """Raise if the shape of a value depends on the numbers in another: one trace knows only one shape."""
    for node in graph.nodes:
        if node.op is None:
            continue
        masks = [i for i in node.args[1:] if isinstance(i, Node) and i.value.dtype == bool]
        if node.op.name in ("nonzero", "flatnonzero", "argwhere", "unique") or (masks and node.op is linear.TAKE):
            what = "x[mask]" if masks else f"np.{node.op.name}"
            raise TypeError(
                f"the shape of {what} depends on the numbers, so one trace cannot stand for it: keep the shape with "
                "np.where(mask, x, 0), or use value_and_grad"
            )


def alike(a: Node, b: Node) -> bool:
    """Whether two nodes are the same operation on the same nodes and constants."""
    if a.op is not b.op and (a.op is None or b.op is None or a.op.name != b.op.name):
        return False
    if a.op is None and not np.array_equal(a.value, b.value, equal_nan=a.value.dtype.kind == "f"):
        return False
    if len(a.args) != len(b.args) or a.settings.keys() != b.settings.keys():
        return False
    return all(map(alike_part, [*a.args, *a.settings.values()], [*b.args, *(b.settings[k] for k in a.settings)]))


def alike_part(a: Any, b: Any) -> bool:
    """Whether two arguments are the same node or equal constants."""
    if isinstance(a, Node) or isinstance(b, Node):
        return isinstance(a, Node) and isinstance(b, Node) and a.index == b.index
    if isinstance(a, (np.ndarray, np.generic, float)):
        return type(a) is type(b) and np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")
    return bool(a == b)


class ProgramWriter:
    """Writes a simplified graph as a function ``run(*arrays)`` that computes into memory it keeps.

    Attributes:
        space: the names that the code uses.
    """

    def __init__(self, graph: Graph, arguments: Sequence[Any]) -> None:
        self.graph = graph
        self.arguments = arguments
        self.nodes, self.outputs, _ = simplify(graph)
        self.space: dict[str, Any] = {"asarray": np.asarray}
        self.names: dict[Node, str] = {}
        self.lines: list[str] = []
        self.free: dict[tuple[tuple[int, ...], str], list[str]] = {}
        self.buffer: dict[Node, str] = {}
        self.returned = {y for y in self.outputs if isinstance(y, Node)}
        self.returned |= {
            rows for node in self.nodes if node.op is ROWS for rows in node.args[:1] if isinstance(rows, Node)
        }
        self.last_use = self._last_uses()

    def source(self) -> str:
        """The code."""
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
        results = [self._returned(y, self.outputs[:n]) for n, y in enumerate(self.outputs)]
        head = [f"def run({', '.join(parameters)}):", f"if not ({self._guard(parameters)}):", "    return None"]
        return "\n    ".join([*head, *self.lines, f"return [{', '.join(results)}]"]) + "\n"

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
        if op is linear.TAKE or op in (linear.RESHAPE, linear.TRANSPOSE):
            self.lines.append(f"{name} = {numpy_text(node, [Printed(text) for text in args], 'np').text}")
        elif op is linear.SUM:
            self._call(k, node, np.add.reduce, [args[0], self._axis(node), "None"], keepdims=node.settings["keepdims"])
        elif op is products.MATMUL:
            small = all(isinstance(a, Node) and len(a.shape) <= 2 for a in node.args)
            self._call(k, node, np.dot if small else np.matmul, args)
        elif op is products.OUTER:
            column, row = f"{args[0]}.reshape({(node.shape[0], 1)})", f"{args[1]}.reshape({(1, node.shape[1])})"
            self._call(k, node, np.dot, [column, row])
        elif isinstance(op, Elementwise) and isinstance(op.forward, np.ufunc):
            self._call(k, node, op.forward, args)
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
        elif not node.shape or node in self.returned:
            more = ", None, True" if keepdims else ""
            self.lines.append(f"{name} = {called}({', '.join(args)}{more})")
        else:
            target = self._memory(k, node, isinstance(function, np.ufunc))
            more = ", keepdims=True" if keepdims else ""
            self.lines.append(f"{name} = {called}({', '.join(args)}, out={target}{more})")

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
            return text if y.op is not None else f"asarray({text})[()]"
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
