"""Print a whole training step, loss, gradient and update, as the NumPy that a person would write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd import linear
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.transforms import value_and_grad
from lecture_lib.autograd.trees import leaves
from lecture_lib.graph.simplify import is_row_sparse
from lecture_lib.graph.source import WIDTH, Printer, Source, argument_names, differentiated, taken_apart
from lecture_lib.graph.trace import Graph, Node, record
from lecture_lib.graph.update import Rule, look_ups, scaled_gradient
from lecture_lib.graph.writer import VIEWS

RATE = "lr"


def update_source(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    wanted: tuple[int, ...],
    rule: Rule | None,
    numbers: dict[str, float],
    optimizer: Any,
) -> Source:
    """The source of ``step``: the loss's arguments, the memories and the numbers in, the loss out; it moves parameters.

    Args:
        f: the loss.
        args: its arguments, to trace with.
        wanted: the positions of the parameters.
        rule: how they move; None for an optimizer that is called as it is.
        numbers: the numbers of the rule, which become defaults.
        optimizer: what is called if there is no rule.
    """
    names = argument_names(f, len(args))
    if rule is not None and rule.folded:
        rate = np.asarray(0.5, args_dtype(args, wanted))
        graph = record(scaled_gradient(f, wanted), (rate, *args), [RATE, *names], tuple(k + 1 for k in wanted))
        moved = differentiated(graph, (rate, *args), [k + 1 for k in wanted])
        return UpdatePrinter(graph, f, moved, rule, numbers, None).source()
    graph = record(value_and_grad(f, wanted), args, names, wanted)
    return UpdatePrinter(graph, f, differentiated(graph, args, wanted), rule, numbers, optimizer).source()


def args_dtype(args: Sequence[Any], wanted: Sequence[int]) -> np.dtype[Any]:
    """The dtype of the rate: the parameters' one."""
    return np.result_type(*(value for k in wanted for _, value in leaves(args[k])))


def viewed(node: Node) -> Node:
    """The node whose memory a node reads."""
    while node.op in VIEWS or (
        node.op is linear.TAKE and not any(isinstance(i, (Node, np.ndarray)) for i in node.args[1:])
    ):
        node = node.args[0]
    return node


class UpdatePrinter(Printer):
    """Prints a step: every update right behind the last line that reads the parameter as it was.

    Args:
        graph: of the value and the gradients; its first input is the rate if the rule is folded.
        f: the loss.
        moved: the inputs that are parameters.
        rule: how they move.
        numbers: the numbers of the rule.
        optimizer: what is called if there is no rule.
    """

    def __init__(
        self,
        graph: Graph,
        f: Callable[..., Any],
        moved: Sequence[Node],
        rule: Rule | None,
        numbers: dict[str, float],
        optimizer: Any,
    ) -> None:
        self.rule = rule
        self.numbers = numbers
        self.optimizer = optimizer
        self.folded = rule is not None and rule.folded
        super().__init__(graph, f, moved, graph.inputs[0] if self.folded else None)
        self.own = {}
        for name in rule.numbers if rule else ():
            self.own[name] = self._unique(name) if name in self.taken else name
            self.taken.add(self.own[name])
        if self.folded:
            self.own[RATE] = self.names[graph.inputs[0]]

    def _name_everything(self) -> None:
        if self.folded:
            # The rows of a table are subtracted as they are: nothing is printed that makes one gradient of them.
            self.nodes = [node for node in self.nodes if not is_row_sparse(node)]
        super()._name_everything()
        for g in self.outputs[1:]:
            # What is subtracted right away needs no name.
            if self.folded and g in self.names and not self.uses[g] and self.names[g].startswith("grad_"):
                name = self.names.pop(g)
                if g.op is linear.SCATTER or len(self._expression(g).text) > WIDTH:
                    self.names[g] = name

    def source(self) -> Source:
        source = super().source()
        source.defines = "step"
        if self.rule is None:
            source.names["optimizer"] = self.optimizer
        return source

    def _body(self) -> list[str]:
        value, *gradients = self.outputs
        last = self.graph.outputs[0].index
        steps = [node for node in self.nodes if node.op is not None]
        parameters, unpacking = self._signature()
        memories, more = self._memories()
        rates = [f"{self.own[key]}={number!r}" for key, number in self.numbers.items() if key in self.own]
        if self.folded:
            parameters.remove(self.own[RATE])
        late = [self.own[key] for key in self.own if key == "t"]
        head = f"def step({', '.join([*parameters, *memories, *late, *rates])}):"
        lines = [head, *(f"    {text}" for text in (*unpacking, *more)), "    # forward"]
        lines += self._statements([node for node in steps if node.index <= last])
        name = self._result(value, "value", lines)
        lines += ["", f"    # backward, times {self.own[RATE]}" if self.folded else "    # backward"]
        backward = [node for node in steps if node.index > last and node in self.names]
        lines += self._updated(backward, gradients)
        return [*lines, f"    return {name}"]

    def _signature(self) -> tuple[list[str], list[str]]:
        parameters, unpacking = super()._signature()
        rate = self.graph.inputs[0]
        if self.folded and any(
            not (isinstance(n.op, Elementwise) or all(a.shape for a in n.parents)) for n in self.nodes
        ):
            # What wants the methods of an array takes a number of NumPy's, in the parameters' precision.
            name = self.own[RATE]
            unpacking.append(f"{name} = {self.module}.{rate.value.dtype.name}({name})")
        return parameters, unpacking

    def _memories(self) -> tuple[list[str], list[str]]:
        """The parameters that hold what the optimizer remembers, and lines that take nested ones apart."""
        parameters: dict[str, None] = {}
        lines = []
        self.kept: list[dict[str, str]] = []
        for node in self.differentiated:
            root, path = taken_apart(node)
            names = {}
            for memory in self.rule.memories if self.rule else ():
                whole = f"{memory}_{root}"
                parameters[whole] = None
                names[memory] = whole
                if path:
                    names[memory] = self._unique(f"{memory}_{self.names[node]}")
                    lines.append(f"{names[memory]} = {whole}{path}".replace("'", '"'))
            self.kept.append(names)
        return list(parameters), lines

    def _updated(self, backward: list[Node], gradients: Sequence[Any]) -> list[str]:
        """The lines of the backward pass, and each update as soon as nothing reads the old parameter any more."""
        lines: list[str] = []
        if self.rule is None:
            lines += self._statements(backward)
            texts = [
                self._result(g, f"grad_{n}", lines) for g, n in zip(gradients, self._gradient_names(), strict=True)
            ]
            names = ", ".join(self._gradient_names())
            return [*lines, f"    optimizer.step([{names}], [{', '.join(texts)}])"]
        waiting = list(range(len(gradients)))
        known = {node for node in self.nodes if node in self.names and node not in backward}
        for k in range(len(backward) + 1):
            if k:
                lines += self._statements([backward[k - 1]])
                known.add(backward[k - 1])
            lines += self._ready(waiting, backward[k:], known, gradients)
        # What is left reads one another's parameters: first all the gradients, then all the updates.
        fixed = {n: self._fixed(gradients[n], n, lines) for n in waiting}
        for n, text in fixed.items():
            lines += self._update(n, gradients[n], text)
        return lines

    def _ready(self, waiting: list[int], rest: Sequence[Node], known: set[Any], gradients: Sequence[Any]) -> list[str]:
        """The updates whose gradient is there, of parameters that nothing reads any more."""
        lines: list[str] = []
        for n in [*waiting, *waiting]:  # An update may be what another one waits for.
            others = [gradients[m] for m in waiting if m != n]
            read = set().union(*(self._read(node, True) for node in rest), *map(self._read, others))
            if n in waiting and self.differentiated[n] not in read and self._named(gradients[n]) <= known:
                waiting.remove(n)
                lines += self._update(n, gradients[n], "")
        return lines

    def _fixed(self, g: Any, n: int, lines: list[str]) -> str:
        """A name for a gradient that does not change with a parameter."""
        name = self._unique(f"step_{self._gradient_names()[n]}")
        lines.append(f"    {name} = {self.module}.array({self._expression(g)})  # {np.shape(getattr(g, 'value', g))}")
        return name

    def _read(self, y: Any, top: bool = False) -> set[Any]:
        """The inputs that the text of a value reads."""
        if not isinstance(y, Node):
            return set()
        if y.op is None:
            return {y}
        if y in self.names and not top:
            source = viewed(y)  # A view shows the changes of what it is a view of.
            return {source} if source.op is None else set()
        return set().union(*(self._read(a) for a in y.parents))

    def _named(self, y: Any) -> set[Any]:
        """The named values that the text of a value reads."""
        if not isinstance(y, Node):
            return set()
        if y in self.names:
            return {y}
        return set().union(*(self._named(a) for a in y.parents))

    def _update(self, n: int, g: Any, text: str) -> list[str]:
        """The optimizer's lines for one parameter."""
        assert self.rule is not None
        param = self.names[self.differentiated[n]]
        *first, _ = self.rule.lines
        lines: list[str] = []
        if first and not text and self.differentiated[n] in self._read(g):
            text = self._fixed(g, n, lines)  # The first line changes what the gradient reads.
        if self.folded:
            lines += [self._written(line, {"param": param}) for line in first]
            if is_row_sparse(g):
                return [*lines, *(self._rows(param, part) for part in look_ups(g))]
            return [*lines, f"    {param} -= {text or self._expression(g)}"]
        grad = text or self._expression(g).text
        many = sum(line.count("grad") for line in self.rule.lines) > 1
        if not text and (many or not re.fullmatch(r"\w+|[\w.]+\(.*\)", grad)) and not grad.isidentifier():
            text = self._unique(f"grad_{self._gradient_names()[n]}")
            lines.append(f"    {text} = {grad}  # {np.shape(getattr(g, 'value', g))}")
            grad = text
        names = {"param": param, "grad": grad, **self.kept[n]}
        return [*lines, *(self._written(line, names) for line in self.rule.lines)]

    def _written(self, line: str, names: dict[str, str]) -> str:
        """A line of the rule with the names of one parameter."""
        known = {"np": self.module, **self.own, **names}
        return "    " + re.sub(r"\b[A-Za-z_]\w*\b", lambda found: known.get(found.group(), found.group()), line)

    def _rows(self, table: str, part: Node) -> str:
        """The line that subtracts the rows of one look-up."""
        rows, ids = part.args
        shape = (*np.shape(ids.value if isinstance(ids, Node) else ids), part.shape[1])
        expression = self._expression(rows)
        text = expression.text
        if rows.shape != shape:
            text = f"{expression:atom}.reshape({', '.join(map(str, shape))})"
        return f"    {self.module}.subtract.at({table}, {self._expression(ids)}, {text})"
