"""Every value and every gradient of a graph as a formula.

Nothing is derived here a second time. A gradient's formula is what the operation's own rule does when it is run on
symbols: the rule is recorded, shortened by the identities of ``graph.simplify``, and printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lecture_lib.autograd.engine import walk_back
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import Tensor, leaf
from lecture_lib.graph.forms import SUM, Printed, signed
from lecture_lib.graph.notation import formula_of, notation
from lecture_lib.graph.simplify import simplify
from lecture_lib.graph.trace import Graph, Node, build
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.letters import formula
from lecture_lib.show.canvas.numbers import short

WIDEST = 1100.0


def indicator(node: Any, part: Printed) -> Printed:
    """A truth value used as a number: 𝟏[y > z]."""
    if not isinstance(node, Node) or node.value.dtype.kind != "b":
        return part
    return Printed(part.text if part.text.startswith(r"\mathbf{1}[") else rf"\mathbf{{1}}[{part}]")


class Spelled:
    """Formulas of the nodes of one graph; those ``known`` stand for themselves."""

    def __init__(self, known: dict[Node, Printed]) -> None:
        self.known = known

    def part(self, node: Any, top: bool = False) -> Printed:
        """A node or constant as a formula; at the top, a node that has a name is spelled out."""
        if not isinstance(node, Node):
            return self._constant(node)
        if node in self.known and not top:
            return self.known[node]
        if node.op is None:
            return Printed(formula(node.name or "c"))
        return self.operation(node, [self.part(a) for a in node.args])

    def _constant(self, value: Any) -> Printed:
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and array.size == 1:
            return signed(short(array).replace("−", "-").replace("∞", r"\infty"))
        if array.dtype.kind == "f" and array.size and np.all(array == array.flat[0]):
            return Printed(r"\mathbf{1}" if array.flat[0] == 1 else short(array.flat[0]).replace("−", "-"))
        if array.dtype.kind == "b" or (array.size and np.all((array == 0) | (array == 1))):
            return Printed(r"\mathbf{1}[k]")
        if array.size and array.dtype.kind == "f" and np.all((array == 0) | (array == -1)):
            return signed(r"-\mathbf{1}[k]")
        return Printed(r"\mathrm{const}")

    def operation(self, node: Node, parts: Sequence[Printed]) -> Printed:
        """One operation on its printed arguments; relations and ∧ take truth values for what they are."""
        assert node.op is not None
        form = notation(node.op).latex
        if not isinstance(form, Printed) or form.binds >= SUM:
            parts = [indicator(a, p) for a, p in zip(node.args, parts, strict=True)]
        return formula_of(node, parts)


@dataclass
class Symbols:
    """The formulas of one graph, as mathtext without dollar signs.

    Attributes:
        value: what stands on a node's outgoing edges: its name, or what it is made of if it has none.
        strength: how strongly the value's formula binds.
        letter: a short name for every node, its own or the next free letter.
        gradient: the gradient that arrives at a node.
        passed: for a node and an argument position the gradient sent there.
        slope: for an elementwise node and an argument position the slope f′.
        delta: the name δ of the gradient of a pre-activation.
        differential: for other nodes how an array moves when an argument moves by d.
    """

    value: dict[Node, str] = field(default_factory=dict)
    letter: dict[Node, str] = field(default_factory=dict)
    gradient: dict[Node, str] = field(default_factory=dict)
    delta: dict[Node, str] = field(default_factory=dict)
    passed: dict[tuple[Node, int], str] = field(default_factory=dict)
    slope: dict[tuple[Node, int], str] = field(default_factory=dict)
    differential: dict[tuple[Node, int], str] = field(default_factory=dict)
    strength: dict[Node, int] = field(default_factory=dict)

    def rekeyed(self, name: Callable[[Any], Any]) -> Symbols:
        """The same formulas under other names of the nodes."""

        def renamed(key: Any) -> Any:
            return (name(key[0]), key[1]) if isinstance(key, tuple) else name(key)

        return Symbols(*({renamed(key): text for key, text in table.items()} for table in vars(self).values()))


# By number, not by node: nodes would keep their arrays in memory.
_KNOWN: dict[Any, Symbols] = {}


def symbols(graph: Graph) -> Symbols:
    """The formulas of a graph without differentials, found once for all graphs of the same structure."""
    key = tuple(_structure(node) for node in graph.nodes) + tuple(node.index for node in graph.outputs)
    if key not in _KNOWN:
        if len(_KNOWN) >= 64:
            _KNOWN.pop(next(iter(_KNOWN)))
        _KNOWN[key] = symbols_of(graph).rekeyed(lambda node: node.index)
    return _KNOWN[key].rekeyed(lambda index: graph.nodes[index])


def _structure(node: Node) -> Any:
    """Equal for two nodes that get the same formulas."""
    args = tuple(("node", a.index) if isinstance(a, Node) else _content(a) for a in node.args)
    tied = node.op is not None and node.op.name in ("maximum", "minimum", "fmax", "fmin") and bool(
        np.any(np.equal(*(a.value if isinstance(a, Node) else a for a in node.args)))
    )  # fmt: skip
    return node.name, id(node.op), args, node.shape, str(node.settings), tied


def _content(constant: Any) -> Any:
    """A constant as part of a key; of a large array what its formula depends on."""
    array = np.asarray(constant)
    if array.size <= 64:
        return str(constant)
    plain = array.dtype.kind in "biuf"
    return array.shape, array.dtype.kind, plain and bool(np.all(array == array.flat[0])), plain and bool(
        np.all((array == 0) | (array == 1))
    )  # fmt: skip


def activated(graph: Graph) -> set[Node]:
    """The nodes that a nonlinear elementwise function takes: the pre-activations, whose gradient is called δ."""
    found = set()
    for node in graph.nodes:
        op = node.op
        if isinstance(op, Elementwise) and len(op.slopes) == 1 and callable(op.slopes[0]) and node.parents:
            parent = node.parents[0]
            if parent.op is not None and parent.value.ndim:
                found.add(parent)
    return found


def letters(graph: Graph) -> dict[Node, str]:
    """A formula for every node, all of them different: its name, or the next letter that no name uses."""
    taken = {formula(node.name) for node in graph.nodes if node.name}
    free = iter([c for c in "abcdpqrt" if c not in taken])
    last = graph.outputs[-1] if graph.outputs else None
    given: dict[Node, str] = {}
    used: set[str] = set()
    for node in graph.nodes:
        wanted = formula(node.name) if node.name else None
        if wanted is None and node is last and graph.called not in taken:
            wanted = graph.called
        if wanted is None or wanted in used:
            wanted = next(free, None) or f"v_{{{node.index}}}"
        given[node] = wanted
        used.add(wanted)
    return given


def width(text: str) -> float:
    """The width of a formula at the design size, 100 to the em."""
    return measure(f"${text}$", 100.0)[0]


def symbols_of(graph: Graph, differentials: bool = False) -> Symbols:
    """The formulas of a graph, with gradients if its output is a number, and on request with differentials."""
    made = Symbols(letter=letters(graph))
    spelled = Spelled({})
    for node in graph.nodes:
        if node.name or node.op is None:
            text = Printed(made.letter[node])
        else:
            text = spelled.part(node, top=True)
            if len(text.text) > 60 or width(text.text) > WIDEST / 2:
                text = Printed(made.letter[node])
        spelled.known[node] = text
        made.value[node], made.strength[node] = text
    if len(graph.outputs) == 1 and graph.outputs[0].value.size == 1:
        _Backward(graph, made, spelled, differentials).run()
    return made


class _Backward:
    """Runs every rule on symbols, from the output to the leaves."""

    def __init__(self, graph: Graph, made: Symbols, spelled: Spelled, differentials: bool) -> None:
        self.graph = graph
        self.differentials = differentials
        self.activated = activated(graph)
        self.made = made
        self.stands_for = {node: leaf(node.value, None) for node in graph.nodes}
        self.parts = {id(t): spelled.known[node] for node, t in self.stands_for.items()}
        self.tensors: list[Tensor] = list(self.stands_for.values())

    def run(self) -> None:
        last = self.graph.outputs[0]
        with changed(recording=True, tracing=True):
            seeds = {last: np.ones(last.shape, last.value.dtype)}
            for node, g in walk_back(self.graph.steps(), seeds, self.pull).items():
                self.made.gradient[node] = self.spell(g)[0]

    def pull(self, node: Node, where: Sequence[int], g: Any) -> Sequence[Any]:
        """Send a node's gradient to its arguments and spell out what each gets."""
        assert node.op is not None
        text = self.spell(g)
        self.made.gradient[node] = text[0]
        if node in self.activated and not isinstance(g, np.ndarray):
            text = self.name(node, len(self.activated) > 1)
            self.made.delta[node] = text[0]
            g = self.symbol(g, text)
        elif width(text[0]) > WIDEST:
            text = Printed(rf"\nabla_{{\!{self.made.letter[node]}}}")
            g = self.symbol(g, text)
        args = [self.stands_for[a] if isinstance(a, Node) else a for a in node.args]
        y = self.stands_for[node]
        try:
            sent = node.op.pull_each(where, g, y, args, node.settings)
        except (TypeError, ValueError):
            sent = [self.symbol(None, Printed(rf"\nabla_{{\!{self.made.letter[node.args[i]]}}}"), node.args[i].value)
                    for i in where]  # fmt: skip
        sent = [
            d if isinstance(d, Tensor) else np.asarray(d, node.args[i].value.dtype)
            for i, d in zip(where, sent, strict=True)
        ]
        for i, d in zip(where, sent, strict=True):
            self.made.passed[node, i] = self.spell(d)[0]
            if isinstance(node.op, Elementwise):
                slope = node.op.slopes[i]
                self.made.slope[node, i] = self.spell(slope(y, *args))[0] if callable(slope) else str(slope)
            elif node.value.ndim and self.differentials:
                moved = self.differential(node, i)
                if moved is not None:
                    self.made.differential[node, i] = moved
        return sent

    def differential(self, node: Node, i: int) -> str | None:
        """How the value moves when argument ``i`` moves by d: the rule of forward mode, run on symbols."""
        assert node.op is not None
        args = [self.stands_for[a] if isinstance(a, Node) else a for a in node.args]
        moving = node.args[i]
        tangent = self.symbol(None, Printed(rf"\mathrm{{d}}{self.made.letter[moving]}"), moving.value)
        try:
            return self.spell(node.op.push_each([i], [tangent], self.stands_for[node], args, node.settings))[0]
        except (TypeError, ValueError, NotImplementedError):
            return None

    def symbol(self, g: Any, text: Printed, like: Any = None) -> Tensor:
        """A Tensor that is printed as ``text``."""
        new = leaf(g.data if isinstance(g, Tensor) else np.asarray(like if g is None else g), None)
        self.tensors.append(new)
        self.parts[id(new)] = text
        return new

    def name(self, node: Node, several: bool) -> Printed:
        """δ, Δ for a batch, with the pre-activation's own index where there are several."""
        sign = r"\Delta" if node.value.ndim > 1 else r"\delta"
        if several:
            own = self.made.letter[node]
            index = own.partition("_{")[2].removesuffix("}") or own
            sign = f"{sign}_{{{index}}}"
        return Printed(sign)

    def spell(self, g: Any) -> Printed:
        """The formula of a gradient."""
        if not isinstance(g, Tensor):
            if isinstance(g, np.ndarray) and g.ndim and g.size and np.all(g == g.flat[0]) and g.flat[0] == 1:
                return Printed(r"\mathbf{1}")
            return Spelled({})._constant(g)
        if id(g) in self.parts:
            return self.parts[id(g)]
        inputs = self._reached(g)
        graph = build(inputs, [g, g], {}, (), (), ())
        known = {node: self.parts[id(t)] for node, t in zip(graph.inputs, inputs, strict=True)}
        _, outputs, _ = simplify(graph)
        return Spelled(known).part(outputs[1])

    def _reached(self, g: Tensor) -> list[Tensor]:
        """The symbols that a gradient is made of."""
        known = {id(t): t for t in self.tensors}
        found: dict[int, Tensor] = {}
        waiting = [g]
        seen: set[int] = set()
        while waiting:
            t = waiting.pop()
            if id(t) in seen:
                continue
            seen.add(id(t))
            if id(t) in known:
                found[id(t)] = t
            else:
                waiting.extend(a for a in t.args if isinstance(a, Tensor))
        return list(found.values())
