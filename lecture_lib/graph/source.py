"""Print the backward pass of a function as the straight-line NumPy that a person would write."""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd import linear
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.operation import Operation
from lecture_lib.autograd.transforms import Argnums, parameter_names, positions, value_and_grad
from lecture_lib.autograd.trees import joined, leaves
from lecture_lib.graph.forms import Printed, dtype_text, literal, scatter_statement, signed
from lecture_lib.graph.notation import IMPORTED, NUMPY, home, notation, numpy_text
from lecture_lib.graph.simplify import numbers_as_arrays, simplify
from lecture_lib.graph.trace import Graph, Node, is_numeric, record

WIDTH = 72
SMALL = 64


class Source(str):
    """Source code, with the arrays it takes from around the function it was made from.

    Attributes:
        names: what to put into the namespace in which the code runs, besides what it imports.
        defines: the name of the function.
    """

    names: dict[str, Any]
    defines = "backward"

    def function(self) -> Callable[..., Any]:
        """The function that the source defines, ready to be called."""
        space: dict[str, Any] = dict(self.names)
        exec(compile(self, f"<{self.defines}>", "exec"), space)
        return space[self.defines]


def backward_source(f: Callable[..., Any], *args: Any, argnums: Argnums | None = None, **keywords: Any) -> Source:
    """The value and the gradient of a function as NumPy code, one readable line a step.

    Args:
        f: returns one number; NumPy code.
        args: its arguments; shapes and dtypes are what matters.
        argnums: the position(s) of the arguments to differentiate; all that hold only real numbers if left out.
        keywords: more arguments of the function, not differentiated; the printed one takes those that hold numbers.

    Returns:
        The source of ``backward(*args) -> (value, (gradient, ...))``: a string; ``.function()`` runs it. Names come
        from the function's own variables, the gradient of a pre-activation is called ``delta``.

    Raises:
        TypeError: f chooses between branches by the value of a Tensor, which one run cannot show.
        ShapeError: f returned more than one number.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import backward_source
        >>> def score(W, x, b, u):
        ...     z = W @ x + b
        ...     h = np.tanh(z)
        ...     return u @ h
        >>> ones = np.ones
        >>> print(backward_source(score, ones((2, 3)), ones(3), ones(2), ones(2)))
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def backward(W, x, b, u):
            # forward
            z = W @ x + b  # (2,)
            h = np.tanh(z)  # (2,)
            value = u @ h  # ()
        <BLANKLINE>
            # backward
            delta = u * (1 - h * h)  # (2,)
            grad_W = np.outer(delta, x)  # (2, 3)
            grad_x = W.T @ delta  # (3,)
            grad_b = delta  # (2,)
            grad_u = h  # (2,)
            return value, (grad_W, grad_x, grad_b, grad_u)
    """
    wanted = differentiable(args) if argnums is None else positions(argnums, len(args))
    graph = record(value_and_grad(f, wanted), joined(args, keywords), argument_names(f, len(args)), wanted)
    return Printer(graph, f, differentiated(graph, args, wanted)).source()


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """Names that can stand in code: f's own, also those of a partial or of ``*args``, else x, x2, x3."""
    names = list(parameter_names(f))
    if not names:
        try:
            parameters = inspect.signature(f).parameters.values()
        except (TypeError, ValueError):  # NumPy's universal functions have no signature.
            parameters = {}.values()
        names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    kept = [name if name.isidentifier() and not keyword.iskeyword(name) else "x" for name in names[:count]]
    for k in range(len(kept), count):
        kept.append("x" if k == 0 else f"x{k + 1}")
    return [name if name not in kept[:k] else f"{name}_{k + 1}" for k, name in enumerate(kept)]


def differentiated(graph: Graph, args: Sequence[Any], argnums: Sequence[int]) -> list[Node]:
    """The inputs of a graph that belong to the arguments at ``argnums``, in their order."""
    inputs = iter(graph.inputs)
    per_argument = [[next(inputs) for _, value in leaves(arg) if is_numeric(value)] for arg in args]
    return [node for k in argnums for node in per_argument[k]]


def differentiable(args: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the arguments that hold real numbers only."""

    def real(arg: Any) -> bool:
        return all(is_numeric(v) and np.result_type(getattr(v, "dtype", type(v))).kind == "f" for _, v in leaves(arg))

    return tuple(k for k, arg in enumerate(args) if arg is not None and real(arg))


class Printer:
    """Names for the nodes of a graph of ``value_and_grad``, and one line for each that is worth one."""

    def __init__(
        self, graph: Graph, f: Callable[..., Any], differentiated: Sequence[Node], rate: Node | None = None
    ) -> None:
        self.graph = graph
        self.differentiated = differentiated
        self.nodes, self.outputs, self.became = simplify(graph, merge=True, rate=rate)
        self.names: dict[Any, str] = {}
        self.taken = {*keyword.kwlist, *dir(builtins), *IMPORTED}
        self.imports: dict[str, set[str]] = {}
        self.functions: dict[Operation, str] = {}
        self.constants: dict[str, Any] = {}
        self.surroundings = surroundings(f)
        self.uses = Counter(a for node in self.nodes for a in node.parents)
        self.module = "np"
        self._name_everything()

    def source(self) -> Source:
        """The whole function."""
        body = self._body()
        head = [f"import numpy as {self.module}" if self.module != "numpy" else "import numpy"]
        around = [self._around(name, a) for name, a in self.constants.items() if isinstance(a, np.ndarray)]
        if not any(f"{self.module}." in text for text in (*body, *around)):
            head = []
        if self.imports and head:
            head.append("")
        for module, names in sorted(self.imports.items()):
            head.append(f"from {module} import {', '.join(sorted(names, key=str.lower))}")
        blocks = ["\n".join(part) for part in (head, around) if part]
        source = Source("\n\n".join([*blocks, ""]) + ("\n" if blocks else "") + "\n".join(body))
        source.names = {k: v for k, v in self.constants.items() if not isinstance(v, np.ndarray) or v.size > SMALL}
        return source

    def _around(self, name: str, array: Any) -> str:
        """A line for an array from around the function: its numbers if they are few, else what it is."""
        if array.size > SMALL:
            return f"# {name}: {array.dtype} of shape {array.shape}, from around the function"
        return f"{name} = {self.module}.array({array.tolist()}{dtype_text(array.dtype, self.module)})"

    def _body(self) -> list[str]:
        parameters, unpacking = self._signature()
        lines = [f"def backward({', '.join(parameters)}):", *(f"    {text}" for text in unpacking)]
        value, *gradients = self.outputs
        last_forward = self.graph.outputs[0].index
        inputs = [node for node in self.nodes if node.op is not None]
        forward = [node for node in inputs if node.index <= last_forward]
        lines += ["    # forward", *self._statements(forward)]
        value_name = self._result(value, "value", lines)
        lines += ["", "    # backward", *self._statements([node for node in inputs if node.index > last_forward])]
        labels = [
            self._result(g, f"grad_{name}", lines) for g, name in zip(gradients, self._gradient_names(), strict=True)
        ]
        listed = ", ".join(labels) + ("," if len(labels) == 1 else "")
        return [*lines, f"    return {value_name}, ({listed})"]

    def _signature(self) -> tuple[list[str], list[str]]:
        """The parameters, and lines that take nested arguments apart."""
        parameters: list[str] = []
        unpacking: list[str] = []
        for node in self.graph.inputs:
            whole, path = taken_apart(node)
            root = self.names.setdefault(("argument", whole), whole)
            if root not in parameters:
                parameters.append(root)
            if path:
                text = path if '"' in path else path.replace("'", '"')
                unpacking.append(f"{self.names[node]} = {root}{text}")
        for node in numbers_as_arrays(self.graph):
            unpacking.append(f"{self.names[node]} = {self.module}.asarray({self.names[node]})")
        return parameters, unpacking

    def _result(self, y: Any, name: str, lines: list[str]) -> str:
        """The name of a result; a line of its own where the value already has another name."""
        if isinstance(y, Node) and y.op is None and y not in self.graph.inputs:
            y = y.value
        if isinstance(y, Node) and self.names.get(y) == name:
            return name
        if isinstance(y, Node):
            text = self.names.get(y) or self._expression(y).text
        elif not y.ndim:
            text = f"{self.module}.{y.dtype.name}({self._constant(y)})"
        elif y.size and np.all(y == y.flat[0]):
            text = f"{self.module}.full({y.shape}, {literal(y.flat[0])}, dtype={self.module}.{y.dtype.name})"
        else:
            text = self._constant(y)
        name = self._unique(name)
        lines.append(f"    {name} = {text}  # {np.shape(y.value if isinstance(y, Node) else y)}")
        return name

    def _statements(self, nodes: Sequence[Node]) -> list[str]:
        lines = []
        for node in nodes:
            if node in self.names:
                name = self.names[node]
                lines.append(f"    {name} = {self._expression(node, top=True).text}  # {node.shape}")
                if node.op is linear.SCATTER:
                    parts = [self._expression(a) for a in node.args]
                    lines.append(f"    {scatter_statement(node, parts, name, self.module)}")
        return lines

    def _expression(self, node: Any, top: bool = False) -> Printed:
        """A node as text: its name, or its operation on the texts of its arguments."""
        if not isinstance(node, Node):
            return Printed(self._constant(node)) if isinstance(node, np.ndarray) else signed(literal(node))
        if node in self.names and not top:
            return Printed(self.names[node])
        parts = [self._operand(a, node) for a in node.args]
        assert node.op is not None
        if node.op not in self.functions:
            self.functions[node.op] = self._given(node.op)
        return numpy_text(node, parts, self.module, self.functions[node.op])

    def _import_functions(self) -> None:
        """What printed code calls the operations whose functions it finds in NumPy or imports."""
        for node in self.nodes:
            if node.op is None or node.op in self.functions:
                continue
            record, module = notation(node.op), home(node)
            name = record.function or node.op.name
            if module in NUMPY:
                self.functions[node.op] = f"{NUMPY[module]}.{name}"
            elif module or record.numpy:
                self.functions[node.op] = name
            if module and module not in NUMPY:
                self.imports.setdefault(module, set()).add(name)
                self.taken.add(name)

    def _given(self, operation: Operation) -> str:
        """The name of an operation that lives nowhere else: one that can stand in code."""
        name = self._unique(re.sub(r"^\d|\W+", "_", operation.name).strip("_") or "primitive")
        self.constants[name] = operation.forward
        return name

    def _operand(self, a: Any, node: Node) -> Printed:
        """An argument of an operation; a number with its point or its dtype where the result would lack it without."""
        if isinstance(node.op, Elementwise) and isinstance(a, (float, np.floating)) and np.isfinite(a):
            others = [b.value if isinstance(b, Node) else b for b in node.args if b is not a]
            if np.result_type(*others, 0) != node.value.dtype:
                weak = type(a) is float or np.result_type(*others, 0.0) == node.value.dtype
                return signed(repr(float(a)) if weak else f"{self.module}.{np.result_type(a).name}({literal(a)})")
        return self._expression(a)

    def _constant(self, array: Any) -> str:
        """An array from around the function by its name, or written out if it is small."""
        if not isinstance(array, np.ndarray) or array.ndim == 0:
            return literal(np.asarray(array)[()])
        known = self.surroundings.get(id(array))
        if array.ndim == 1 and array.dtype == np.intp and np.array_equal(array, np.arange(len(array))):
            return f"{self.module}.arange({len(array)})"
        if not array.size:
            return f"{self.module}.zeros({array.shape}{dtype_text(array.dtype, self.module)})"
        if known is None and array.size <= 6:
            return f"{self.module}.array({array.tolist()}{dtype_text(array.dtype, self.module)})"
        if ("constant", id(array)) not in self.names:
            name = self._unique(known or "constant")
            self.names["constant", id(array)] = name
            self.constants[name] = array
        return self.names["constant", id(array)]

    def _name_everything(self) -> None:
        for node in self.graph.inputs:
            root, path = taken_apart(node)
            self.taken.add(root)
            if not path:
                self.names[node] = root
        if "np" in self.taken:
            self.module = "numpy"
        self.taken.add(self.module)
        self._import_functions()
        for node in self.graph.inputs:
            if node not in self.names:
                root, path = taken_apart(node)
                last = re.sub(r"\W+", "_", re.split(r"[\[.]", path)[-1]).strip("_")
                self.names[node] = self._unique(last if last.isidentifier() else f"{root}_{last}")
        for node in self.nodes:
            if node.op is None and node not in self.names and self.uses[node]:
                self.surroundings.setdefault(id(node.value), node.name or "constant")
                self.names[node] = self._constant(node.value)
        for node in self.nodes:
            if node.op is not None and node.name and node.name.isidentifier() and not self._is_gradient(node):
                self.names[node] = self._unique(node.name)
        self._name_outputs_and_gradients()
        for node in self.nodes:
            if node.op is None or node in self.names:
                continue
            if self.uses[node] > 1 or node.op is linear.SCATTER or len(self._expression(node).text) > WIDTH:
                self.names[node] = self._unique("t")

    def _is_gradient(self, node: Node) -> bool:
        return node.index > self.graph.outputs[0].index

    def _name_outputs_and_gradients(self) -> None:
        arrived = [(self.became.get(n, n), self.became.get(g, g)) for n, g in self.graph.arrivals]
        deltas = [(n, g) for n, g in arrived if isinstance(g, Node) and g.op is not None and self._activated(n)]
        for n, g in deltas:
            if g not in self.names and g in self.nodes:
                own = n.name if isinstance(n, Node) and n.name and len(deltas) > 1 else ""
                self.names[g] = self._unique(f"delta_{own}" if own else "delta")
        for g, name in zip(self.outputs[1:], self._gradient_names(), strict=True):
            if isinstance(g, Node) and g.op is not None and g not in self.names:
                self.names[g] = self._unique(f"grad_{name}")
        value = self.outputs[0]
        if isinstance(value, Node) and value.op is not None and value not in self.names:
            plain = value.name if value.name and value.name.isidentifier() else "value"
            self.names[value] = self._unique(plain)

    def _gradient_names(self) -> list[str]:
        """The names of the arguments whose gradients are the outputs, in their order."""
        return [self.names[node] for node in self.differentiated]

    def _activated(self, node: Any) -> bool:
        """Whether a node is the argument of a nonlinear elementwise function: a pre-activation."""
        return isinstance(node, Node) and any(
            isinstance(user.op, Elementwise) and len(user.op.slopes) == 1 and callable(user.op.slopes[0])
            for user in self.nodes
            if any(a is node for a in user.args) and user.index <= self.graph.outputs[0].index
        )

    def _unique(self, wanted: str) -> str:
        """The wanted name, or the first free one with a number."""
        name, n = wanted, 1
        while name in self.taken or (wanted == "t" and n == 1):
            name, n = f"{wanted}{'' if wanted == 't' else '_'}{n}", n + 1
        self.taken.add(name)
        return name


def taken_apart(node: Node) -> tuple[str, str]:
    """An input's argument, and the path in it as one writes it."""
    whole = re.match(r"\w*", str(node.name)).group()  # type: ignore[union-attr]
    return whole, str(node.name)[len(whole) :]


def surroundings(f: Callable[..., Any]) -> dict[int, str]:
    """The arrays that a function reads from around it, by ``id``."""
    code = getattr(f, "__code__", None)
    if code is None:
        return {}
    cells = zip(code.co_freevars, f.__closure__ or (), strict=True)
    found = [(name, cell.cell_contents) for name, cell in cells if filled(cell)]
    found += [(name, f.__globals__[name]) for name in code.co_names if name in f.__globals__]
    return {id(value): name for name, value in found if isinstance(value, np.ndarray)}


def filled(cell: Any) -> bool:
    """Whether a closure cell has a value yet."""
    try:
        cell.cell_contents  # noqa: B018 - reading an empty cell raises
    except ValueError:
        return False
    return True
