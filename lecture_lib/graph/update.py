"""Loss, gradient and update as one program: what a compiled gradient does, then each parameter moved in place."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.autograd import linear, products
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.sparse import subtract_rows
from lecture_lib.autograd.transforms import Argnums, vjp
from lecture_lib.graph.compile import Program
from lecture_lib.graph.simplify import ROWS, is_integer_array, is_row_sparse
from lecture_lib.graph.trace import Graph, Node
from lecture_lib.graph.writer import VIEWS, ProgramWriter

UFUNCS: dict[type, tuple[str, np.ufunc | None]] = {
    ast.Add: ("+", np.add), ast.Sub: ("-", np.subtract), ast.Mult: ("*", np.multiply), ast.Div: ("/", np.divide),
    ast.Pow: ("**", None),
}  # fmt: skip
"""How the operators of an optimizer's rule are written, and what computes them on arrays."""

LINE = 64
"""Bytes after which a new array starts, as BLAS likes it."""


class Rule(NamedTuple):
    """How an optimizer moves a parameter, as code.

    Attributes:
        lines: statements on ``param``, ``grad``, the optimizer's memories and the numbers below; the gradient of a
            folded rule comes multiplied by the rate, and the last line is ``param -= grad``.
        numbers: the names of the numbers.
        memories: the names of the memories.
        folded: whether the rate multiplies the gradient where it starts: at the loss.
    """

    lines: tuple[str, ...]
    numbers: tuple[str, ...]
    memories: tuple[str, ...] = ()
    folded: bool = False


def scaled_gradient(f: Callable[..., Any], wanted: Sequence[int]) -> Callable[..., Any]:
    """``g(lr, *args)``: the value of f, and its gradients times lr."""

    def both(lr: Any, *args: Any) -> tuple[Any, list[Any]]:
        def of_wanted(*chosen: Any) -> Any:
            given = list(args)
            for k, part in zip(wanted, chosen, strict=True):
                given[k] = part
            return f(*given)

        value, pull = vjp(of_wanted, *(args[k] for k in wanted))
        return value, list(pull(np.reshape(lr, np.shape(value))))

    return both


class UpdateProgram(Program):
    """The code of a whole step for one set of shapes and dtypes.

    Args:
        f: the loss.
        args: its arguments; with a folded rule the rate, an array's number, comes first.
        argnums: the positions of the parameters among them.
        rule: how the optimizer moves them.
        refuse: ``refuse(value, gradients)`` raises if one of them is not finite.
    """

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], argnums: Argnums, rule: Rule, refuse: Callable[..., None]
    ) -> None:
        self.rule = rule
        self.refuse = refuse
        super().__init__(f, args, argnums)

    def differentiated(self) -> Callable[..., Any]:
        if not self.rule.folded:
            return super().differentiated()
        return scaled_gradient(self.f, [k - 1 for k in self.wanted])

    def writer(self, graph: Graph, args: tuple[Any, ...]) -> ProgramWriter:
        placed = self._placed(args)
        moved = [node for k in self.wanted for (j, _), node in zip(placed, graph.inputs, strict=True) if j == k]
        self.update = UpdateWriter(graph, [value for _, value in placed], moved, self.rule, self.refuse)
        return self.update

    def step(self, numbers: Sequence[float], memories: Sequence[Any], args: Sequence[Any]) -> Any:
        """Move the parameters and return the loss; None for other shapes or dtypes, or what cannot be moved."""
        taken = self._taken(args)
        return None if taken is None else self.compiled(*numbers, *memories, *taken)


class UpdateWriter(ProgramWriter):
    """Writes the program of a step: all gradients in memory that it keeps, one check of them, the updates.

    Attributes:
        last: the gradients of the last step, if they come without the rate.

    Args:
        graph: of the value and the gradients.
        arguments: what the code takes.
        moved: the inputs that are parameters, in the order of their gradients.
        rule: how they are moved.
        refuse: called when a gradient or the loss may not be finite.
    """

    def __init__(
        self, graph: Graph, arguments: Sequence[Any], moved: Sequence[Node], rule: Rule, refuse: Callable[..., None]
    ) -> None:
        super().__init__(graph, arguments, graph.inputs[0] if rule.folded else None)
        self.moved = moved
        self.rule = rule
        self.space |= {"isfinite": math.isfinite, "vdot": np.vdot, "refuse": refuse, "np": np}
        self.last: list[Any] = []
        if not rule.folded:
            self.space["last"] = self.last
        self.fresh = set(self.outputs[:1])
        self.gradients: list[str] = []
        homes = {home(rows) for y in self.outputs[1:] for rows in (row_nodes(y) or [y])}
        writable = [n for n in self.nodes if n in homes and n.shape and written_in_place(n) and n not in self.fresh]
        # A product is finite if its factors' lengths are, and of few examples these are quicker to find.
        self.products = [n for n in writable if n.op is products.MATMUL and 4 * sum(map(size, n.args)) < size(n)]
        self.returned |= {a for n in self.products for a in n.parents}
        self.kept = self._keep([n for n in writable if n not in self.products])
        self.last_use = self._last_uses()
        self.scratch: dict[Any, str] = {}

    def source(self) -> str:
        parameters = self._computation()
        value, *found = self.outputs
        loss = self._returned(value, [])
        self.gradients = [self._gradient(k, y) for k, y in enumerate(found)]
        number = f"{loss}.item()" if np.shape(getattr(value, "value", value)) else f"float({loss})"
        sums = [f"float(vdot({array}, {array}))" for array in self._to_check(found)]
        for n in self.products:
            a, b = map(self._text, n.args)
            sums.append(f"float(vdot({a}, {a})) * float(vdot({b}, {b}))")
        listed = [self._listed(text, y) for text, y in zip(self.gradients, found, strict=True)]
        self.lines += [f"if not isfinite({' + '.join([number, *sums])}):", f"    refuse({loss}, [{', '.join(listed)}])"]
        if not self.rule.folded:
            self.lines.append(f"last[:] = [{', '.join(self.gradients)}]")
        for k, (param, y) in enumerate(zip(self.moved, found, strict=True)):
            self._move(k, param, y)
        memories = [f"{name}_{k}" for k in range(len(self.moved)) for name in self.rule.memories]
        head = [f"def run({', '.join([*self.rule.numbers, *memories, *parameters])}):"]
        head += [f"if not ({self._guard(parameters)}):", "    return None"]
        return "\n    ".join([*head, *self.lines, f"return {loss}"]) + "\n"

    def _listed(self, text: str, y: Any) -> str:
        """The arrays that hold a gradient, as text."""
        if text:
            return f"{text}.rows" if is_row_sparse(y) else text
        return f"[{', '.join(rows for rows, _ in self._look_ups(y))}]"

    def _guard(self, parameters: Sequence[str]) -> str:
        return " and ".join([super()._guard(parameters), *(f"{self.names[x]}.flags.writeable" for x in self.moved)])

    def _keep(self, writable: Sequence[Node]) -> dict[Node, str]:
        """The memory of gradients that a function can write into: parts of one array for each dtype."""
        kept = {}
        self.whole: list[str] = []
        for dtype in {n.value.dtype for n in writable}:
            mine = [n for n in writable if n.value.dtype == dtype]
            step = max(1, LINE // dtype.itemsize)
            starts = np.cumsum([0, *(-(-n.value.size // step) * step for n in mine)])
            whole = np.zeros(starts[-1], dtype)
            self.whole.append(self._constant(whole))
            for n, start in zip(mine, starts[:-1], strict=True):
                kept[n] = self._constant(whole[start : start + n.value.size].reshape(n.shape))
        self.whole = [
            name for name, value in self.space.items() if isinstance(value, np.ndarray) and value.base is None
        ]
        return kept

    def _to_check(self, found: Sequence[Any]) -> list[str]:
        """What must be finite: the arrays of all gradients, and those that lie elsewhere."""
        elsewhere = []
        for k, y in enumerate(found):
            for rows in row_nodes(y) or [y]:
                if home(rows) not in self.kept and home(rows) not in self.products:
                    text = self.names[rows] if rows is not y else self.gradients[k]
                    elsewhere.append(text)
        return [*self.whole, *dict.fromkeys(elsewhere)]

    def _memory(self, k: int, node: Node, elementwise: bool) -> str:
        return self.kept.get(node) or super()._memory(k, node, elementwise)

    def _write(self, k: int, node: Node) -> None:
        if is_row_sparse(node) and self.rule.folded:
            return  # Its rows are subtracted as they are.
        table, *index = node.args if node.op is linear.TAKE else (None,)
        if isinstance(table, Node) and len(table.shape) == 2 and len(index) == 1 and is_integer_array(index[0]):
            # take reads rows from all over a large table twice as fast as indexing does.
            self.lines.append(f"{self.names[node]} = {self._text(table)}.take({self._text(index[0])}, 0)")
        else:
            super()._write(k, node)

    def _gradient(self, k: int, y: Any) -> str:
        """A gradient by name; a copy where it reads an argument, which may have moved when it is needed."""
        if not isinstance(y, Node):
            return self._constant(np.asarray(y))
        if is_row_sparse(y) and self.rule.folded:
            return ""
        text, root = self.names[y], home(y)
        if not is_row_sparse(y) and isinstance(root, Node) and root.op is None:
            self.lines.append(f"g{k} = {text}.copy()")
            return f"g{k}"
        return text

    def _look_ups(self, y: Node) -> list[tuple[str, str]]:
        """The rows that flow back to a table and their ids, as texts, from each of its look-ups."""
        found = []
        for part in look_ups(y):
            rows, ids = part.args
            flat = ".reshape(-1)" if np.ndim(getattr(ids, "value", ids)) != 1 else ""
            width = part.shape[1]
            found.append(
                (self._reshaped(rows, (math.prod(rows.shape) // max(1, width), width)), self._text(ids) + flat)
            )
        return found

    def _move(self, k: int, param: Node, y: Any) -> None:
        """The optimizer's lines for one parameter."""
        names = {"param": self.names[param], "grad": self.gradients[k]}
        names |= {name: f"{name}_{k}" for name in self.rule.memories}
        *lines, last = self.rule.lines
        if is_row_sparse(y) and self.rule.folded:
            for line in lines:
                self._statement(line, names, param)
            seen = self._constant(np.zeros(param.shape[0], np.intp))
            move = self._constant(subtract_rows)
            found = self._found(param, y) if not lines else ""
            for rows, ids in self._look_ups(y):
                self.lines.append(f"{move}({names['param']}, {ids}, {rows}, {seen}{found})")
            return
        if is_row_sparse(y) and last == SPARSE:
            self.lines.append(f"{names['grad']}.add_to({names['param']}, -lr)")
            return
        if is_row_sparse(y):
            self.lines.append(f"g{k} = {names['grad']}.dense()")
            names["grad"] = f"g{k}"
        for line in self.rule.lines:
            self._statement(line, names, param)

    def _found(self, param: Node, y: Node) -> str:
        """The rows that the loss looked up, if these are the only ones that move: as another argument."""
        for node in self.nodes:
            if node.op is linear.TAKE and node.args[0] is param and y.op is ROWS and node.args[1] is y.args[1]:
                return f", {self.names[node]}.reshape(-1, {param.shape[1]})"
        return ""

    def _statement(self, line: str, names: dict[str, str], param: Node) -> None:
        """One line of the rule, as calls that write into memory that is kept."""
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)
        target = names[statement.target.id]
        text, _ = self._value(statement.value, names, param, 0)
        call = self._constant(UFUNCS[type(statement.op)][1])
        self.lines.append(f"{call}({target}, {text}, out={target})")

    def _value(self, part: ast.expr, names: dict[str, str], param: Node, depth: int) -> tuple[str, bool]:
        """An expression of a rule as text, and whether it is an array; arrays are computed into scratch memory."""
        if isinstance(part, ast.Call):
            text, _ = self._value(part.args[0], names, param, depth)
            function, texts = ast.unparse(part.func), [text]
        elif isinstance(part, ast.BinOp):
            left, first = self._value(part.left, names, param, depth)
            right, second = self._value(part.right, names, param, depth + isinstance(part.left, (ast.BinOp, ast.Call)))
            sign, ufunc = UFUNCS[type(part.op)]
            if not (first or second):
                return f"({left} {sign} {right})", False
            function, texts = self._constant(ufunc), [left, right]
        else:
            text = ast.unparse(part)
            return names.get(text, text), text in names
        key = (param.shape, param.value.dtype, depth)
        if key not in self.scratch:
            self.scratch[key] = self._constant(np.empty(param.shape, param.value.dtype))
        self.lines.append(f"{function}({', '.join(texts)}, out={self.scratch[key]})")
        return self.scratch[key], True


SPARSE = "param -= lr * grad"
"""The one rule that leaves rows without a gradient where they are."""


def row_nodes(y: Any) -> list[Node]:
    """The rows that flow back to a table; none if this is another gradient."""
    return [part.args[0] for part in look_ups(y)] if is_row_sparse(y) else []


def look_ups(y: Node) -> list[Node]:
    """The look-ups that a table's gradient is the sum of."""
    return [y] if y.op is ROWS else [part for a in y.args for part in look_ups(a)]


def size(a: Any) -> int:
    """The number of entries of an argument."""
    return int(np.size(a.value if isinstance(a, Node) else a))


def home(y: Any) -> Any:
    """The node whose memory a node reads."""
    while isinstance(y, Node) and (y.op in VIEWS or y.op is linear.TAKE):
        y = y.args[0]
    return y


def written_in_place(node: Node) -> bool:
    """Whether a function computes a node into memory that it is given."""
    ufunc = isinstance(node.op, Elementwise) and isinstance(node.op.forward, np.ufunc)
    return ufunc or node.op in (linear.SUM, products.MATMUL, products.OUTER)
