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
from lecture_lib.graph.simplify import simplify
from lecture_lib.graph.trace import Graph, Node, build
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.letters import formula
from lecture_lib.show.canvas.numbers import short

ADD, TIMES, UNARY, POWER, ATOM = 4, 5, 6, 7, 9
WIDEST = 1100.0
# Mathtext sets ⊤ as a relation, with space around it.
TOP = r"^{\!\!\top\!\!}"
Part = tuple[str, int]

COMPARISONS = {
    "less": "<", "less_equal": r"\leq", "greater": ">", "greater_equal": r"\geq", "equal": "=", "not_equal": r"\neq",
}  # fmt: skip
FUNCTIONS = {
    "tanh": r"\tanh", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "log": r"\log", "maximum": r"\max",
    "minimum": r"\min", "max": r"\max", "min": r"\min", "det": r"\det", "sigmoid": r"\sigma", "sum": r"\sum",
    "logsumexp": r"\mathrm{lse}",
}  # fmt: skip
SILENT = ("alias", "copy", "astype", "broadcast_to", "positive")


def wrapped(part: Part, strength: int) -> str:
    """A formula, in parentheses if it binds less than ``strength``.

    Args:
        part: a formula with its precedence.
        strength: what it must bind at least.

    Returns:
        Mathtext.
    """
    return part[0] if part[1] >= strength else f"({part[0]})"


def indicator(node: Any, part: Part) -> Part:
    """A truth value used as a number: 𝟏[y > z].

    Args:
        node: a node or constant.
        part: its formula.

    Returns:
        The formula in 𝟏[…] for a node of truth values, else as it is.
    """
    value = node.value if isinstance(node, Node) else node
    if isinstance(node, Node) and np.asarray(value).dtype.kind == "b":
        return (part[0] if part[0].startswith(r"\mathbf{1}[") else rf"\mathbf{{1}}[{part[0]}]"), ATOM
    return part


def transposed(part: Part) -> Part:
    """A formula with a raised ⊤.

    Args:
        part: a formula with its precedence.

    Returns:
        Its transpose; that of a transpose is the formula itself.
    """
    if part[1] == POWER and part[0].endswith(TOP):
        return part[0].removesuffix(TOP), ATOM
    return wrapped(part, ATOM) + TOP, POWER


class Spelled:
    """Formulas of the nodes of one graph.

    Args:
        known: the formula of every node that stands for itself.
    """

    def __init__(self, known: dict[Node, Part]) -> None:
        self.known = known

    def part(self, node: Any, top: bool = False) -> Part:
        """A node or constant as a formula with its precedence.

        Args:
            node: a node of the graph, or a constant.
            top: spell out a node that has a name.

        Returns:
            Mathtext and its precedence.
        """
        if not isinstance(node, Node):
            return self._constant(node)
        if node in self.known and not top:
            return self.known[node]
        if node.op is None:
            return formula(node.name or "c"), ATOM
        return self.operation(node, [self.part(a) for a in node.args])

    def _constant(self, value: Any) -> Part:
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and array.size == 1:
            text = short(array).replace("−", "-").replace("∞", r"\infty")
            return text, UNARY if text.startswith("-") else ATOM
        if array.dtype.kind == "f" and array.size and np.all(array == array.flat[0]):
            return (r"\mathbf{1}" if array.flat[0] == 1 else short(array.flat[0]).replace("−", "-")), ATOM
        if array.dtype.kind == "b" or (array.size and np.all((array == 0) | (array == 1))):
            return r"\mathbf{1}[k]", ATOM
        if array.size and array.dtype.kind == "f" and np.all((array == 0) | (array == -1)):
            return r"-\mathbf{1}[k]", UNARY
        return r"\mathrm{const}", ATOM

    def operation(self, node: Node, parts: Sequence[Part]) -> Part:
        """One operation on its printed arguments.

        Args:
            node: an operation.
            parts: the formulas of its arguments.

        Returns:
            Mathtext and its precedence.
        """
        assert node.op is not None
        name = node.op.name
        if name in COMPARISONS:
            return f"{wrapped(parts[0], ADD)} {COMPARISONS[name]} {wrapped(parts[1], ADD)}", 1
        parts = [indicator(a, p) for a, p in zip(node.args, parts, strict=True)]
        special = SPECIAL.get(name)
        if special is not None:
            return special(node, parts)
        if name in SILENT:
            return parts[0]
        called = FUNCTIONS.get(name) or rf"\mathrm{{{name}}}".replace("_", r"\_")
        shown = parts[:1] if name in ("max", "min") else parts
        if len(shown) == 1 and shown[0][1] == ATOM and name in ("tanh", "log", "sin", "cos", "max", "min"):
            return rf"{called}\,{shown[0][0]}", TIMES
        return f"{called}({', '.join(p[0] for p in shown)})", ATOM


def _add(node: Node, parts: Sequence[Part]) -> Part:
    second = wrapped(parts[1], ADD)
    signed = f"- {second[1:]}" if second.startswith("-") else f"+ {second}"
    return f"{wrapped(parts[0], ADD)} {signed}", ADD


def _subtract(node: Node, parts: Sequence[Part]) -> Part:
    return f"{wrapped(parts[0], ADD)} - {wrapped(parts[1], TIMES)}", ADD


def _multiply(node: Node, parts: Sequence[Part]) -> Part:
    a, b = node.args
    left, right = parts
    if a is b:
        return f"{wrapped(left, ATOM)}^{{2}}", POWER
    if isinstance(b, float) and 0 < b < 1 and round(1 / b) > 1 and 1 / round(1 / b) == b:
        return f"{wrapped(left, TIMES)} / {round(1 / b)}", TIMES
    if np.size(getattr(b, "value", b)) == 1 and not isinstance(b, Node):
        left, right = right, left
    arrays = all(getattr(getattr(x, "value", x), "ndim", 0) > 0 for x in (a, b))
    if arrays:
        return rf"{wrapped(left, TIMES)} \circ {wrapped(right, UNARY)}", TIMES
    first, second = wrapped(left, TIMES), wrapped(right, UNARY)
    between = r" \times " if second[:1].isdigit() else r"\,"
    return f"{first}{between}{second}", TIMES


def _divide(node: Node, parts: Sequence[Part]) -> Part:
    return f"{wrapped(parts[0], TIMES)} / {wrapped(parts[1], UNARY)}", TIMES


def _power(node: Node, parts: Sequence[Part]) -> Part:
    return f"{wrapped(parts[0], ATOM)}^{{{parts[1][0]}}}", POWER


def _matmul(node: Node, parts: Sequence[Part]) -> Part:
    a, b = (getattr(x, "value", x) for x in node.args)
    left, right = parts
    if a.ndim == 1:
        if b.ndim == 1:
            return f"{wrapped(transposed(left), POWER)}{wrapped(right, UNARY)}", TIMES
        # A row times a matrix is read as the transposed matrix times a column.
        return f"{wrapped(transposed(right), POWER)}{wrapped(left, UNARY)}", TIMES
    return rf"{wrapped(left, TIMES)}\,{wrapped(right, UNARY)}", TIMES


def _outer(node: Node, parts: Sequence[Part]) -> Part:
    return rf"{wrapped(parts[0], UNARY)}\,{wrapped(transposed(parts[1]), POWER)}", TIMES


def _where(node: Node, parts: Sequence[Part]) -> Part:
    a, b, condition = node.args
    bare = parts[2][0].removeprefix(r"\mathbf{1}")
    if is_half(a):
        # The slope of max and min: a tie shares, which needs saying only where there is one.
        tied = bool(np.any(condition.value if isinstance(condition, Node) else condition))
        return (rf"{parts[1][0]} + \frac{{1}}{{2}}\mathbf{{1}}{bare}", ADD) if tied else parts[1]
    if isinstance(b, (int, float, np.ndarray)) and not np.any(b):
        return rf"\mathbf{{1}}{bare}\,{wrapped(parts[0], UNARY)}", TIMES
    if isinstance(a, (int, float, np.ndarray)) and not np.any(a):
        return rf"\mathbf{{1}}[\mathrm{{not}}\ {bare.strip('[]')}]\,{wrapped(parts[1], UNARY)}", TIMES
    return rf"\mathrm{{where}}({parts[2][0]}, {parts[0][0]}, {parts[1][0]})", ATOM


def is_half(value: Any) -> bool:
    """Whether a constant is one half.

    Args:
        value: a node or constant.

    Returns:
        False for a node.
    """
    return not isinstance(value, Node) and np.size(value) == 1 and bool(np.all(np.asarray(value) == 0.5))


def _reshape(node: Node, parts: Sequence[Part]) -> Part:
    source = node.args[0]
    if len(node.shape) == 1 and isinstance(source, Node) and sum(n != 1 for n in source.shape) > 1:
        return rf"\mathrm{{vec}}\,{wrapped(parts[0], ATOM)}", TIMES
    return parts[0]


def _getitem(node: Node, parts: Sequence[Part]) -> Part:
    index = node.args[1:]
    if only_reshapes(index):
        return parts[0]
    texts = [p[0] if not isinstance(i, slice) else ":" for i, p in zip(index, parts[1:], strict=True)]
    return f"{wrapped(parts[0], ATOM)}[{','.join(texts)}]", ATOM


def only_reshapes(index: Sequence[Any]) -> bool:
    """Whether an index leaves every entry in its place: new axes and whole slices.

    Args:
        index: the arguments of ``getitem`` after the array.

    Returns:
        False where an entry may go missing or move.
    """
    return not any(isinstance(i, (Node, np.ndarray)) for i in index) and all(
        i is None or i is Ellipsis or i == slice(None) for i in index
    )


def _scatter(node: Node, parts: Sequence[Part]) -> Part:
    if only_reshapes(node.args[1:]):
        return parts[0]
    return rf"\mathrm{{scatter}}({parts[0][0]})", ATOM


def _exp(node: Node, parts: Sequence[Part]) -> Part:
    inner = parts[0][0]
    taken = inner.partition(" - ")[0]
    if inner == rf"{taken} - \mathrm{{lse}}({taken})":
        return rf"\mathrm{{softmax}}({taken})", ATOM
    return f"e^{{{inner}}}", POWER


def _sum(node: Node, parts: Sequence[Part]) -> Part:
    return rf"\sum {wrapped(parts[0], TIMES)}", TIMES


SPECIAL: dict[str, Callable[[Node, Sequence[Part]], Part]] = {
    "add": _add, "subtract": _subtract, "multiply": _multiply, "divide": _divide, "power": _power,
    "matmul": _matmul, "outer": _outer, "where": _where, "reshape": _reshape, "getitem": _getitem, "sum": _sum,
    "transpose": lambda node, parts: transposed(parts[0]),
    "negative": lambda node, parts: (f"-{wrapped(parts[0], TIMES)}", TIMES),
    "square": lambda node, parts: (f"{wrapped(parts[0], ATOM)}^{{2}}", POWER),
    "exp": _exp,
    "sqrt": lambda node, parts: (rf"\sqrt{{{parts[0][0]}}}", ATOM),
    "absolute": lambda node, parts: (rf"|{parts[0][0]}|", ATOM),
    "norm": lambda node, parts: (rf"\Vert {parts[0][0]}\Vert", ATOM),
    "inv": lambda node, parts: (f"{wrapped(parts[0], ATOM)}^{{-1}}", POWER),
    "scatter_add": _scatter, "row_sparse": _scatter,
}  # fmt: skip


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


_KNOWN: dict[Any, list[Any]] = {}


def symbols(graph: Graph) -> Symbols:
    """The formulas of a graph, found once for all graphs of the same structure.

    Args:
        graph: from ``trace``.

    Returns:
        As ``symbols_of`` without differentials.
    """
    key = tuple(_structure(node) for node in graph.nodes) + tuple(node.index for node in graph.outputs)
    if key not in _KNOWN:
        if len(_KNOWN) >= 64:
            _KNOWN.pop(next(iter(_KNOWN)))
        made = symbols_of(graph)
        tables: list[Any] = [made.value, made.letter, made.gradient, made.delta]
        _KNOWN[key] = [{n.index: text for n, text in table.items()} for table in tables]
        _KNOWN[key] += [{(n.index, i): t for (n, i), t in table.items()} for table in (made.passed, made.slope)]
        return made
    value, letter, gradient, delta, passed, slope = _KNOWN[key]
    nodes = graph.nodes
    single = [{nodes[k]: text for k, text in table.items()} for table in (value, letter, gradient, delta)]
    pairs = [{(nodes[k], i): text for (k, i), text in table.items()} for table in (passed, slope)]
    return Symbols(*single, *pairs)


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
    """The nodes that a nonlinear elementwise function takes: the pre-activations, whose gradient is called δ.

    Args:
        graph: from ``trace``.

    Returns:
        Arrays that an operation made.
    """
    found = set()
    for node in graph.nodes:
        op = node.op
        if isinstance(op, Elementwise) and len(op.slopes) == 1 and callable(op.slopes[0]) and node.parents:
            parent = node.parents[0]
            if parent.op is not None and parent.value.ndim:
                found.add(parent)
    return found


def letters(graph: Graph) -> dict[Node, str]:
    """A formula for every node: its name, or the next letter that no name uses.

    Args:
        graph: from ``trace``.

    Returns:
        Node → mathtext, all of them different.
    """
    taken = {formula(node.name) for node in graph.nodes if node.name}
    free = iter([c for c in "abcdpqrt" if c not in taken])
    last = graph.outputs[-1] if graph.outputs else None
    given: dict[Node, str] = {}
    used: set[str] = set()
    for node in graph.nodes:
        wanted = formula(node.name) if node.name else None
        if wanted is None and node is last and "f" not in taken:
            wanted = "f"
        if wanted is None or wanted in used:
            wanted = next(free, None) or f"v_{{{node.index}}}"
        given[node] = wanted
        used.add(wanted)
    return given


def width(text: str) -> float:
    """The width of a formula at the design size.

    Args:
        text: mathtext without dollar signs.

    Returns:
        In units of the design size, 100 to the em.
    """
    return measure(f"${text}$", 100.0)[0]


def symbols_of(graph: Graph, differentials: bool = False) -> Symbols:
    """Spell out the values and gradients of a graph.

    Args:
        graph: from ``trace``.
        differentials: also how every array moves with each of its arguments.

    Returns:
        Its formulas; no gradients if its output is not a single number.
    """
    made = Symbols(letter=letters(graph))
    spelled = Spelled({})
    for node in graph.nodes:
        if node.name or node.op is None:
            text: Part = (made.letter[node], ATOM)
        else:
            text = spelled.part(node, top=True)
            if len(text[0]) > 60 or width(text[0]) > WIDEST / 2:
                text = (made.letter[node], ATOM)
        spelled.known[node] = text
        made.value[node] = text[0]
        made.strength[node] = text[1]
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
            text = (rf"\nabla_{{\!{self.made.letter[node]}}}", ATOM)
            g = self.symbol(g, text)
        args = [self.stands_for[a] if isinstance(a, Node) else a for a in node.args]
        y = self.stands_for[node]
        try:
            sent = node.op.pull_each(where, g, y, args, node.settings)
        except (TypeError, ValueError):
            sent = [self.symbol(None, (rf"\nabla_{{\!{self.made.letter[node.args[i]]}}}", ATOM), node.args[i].value)
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
        tangent = self.symbol(None, (rf"\mathrm{{d}}{self.made.letter[moving]}", ATOM), moving.value)
        try:
            return self.spell(node.op.push_each([i], [tangent], self.stands_for[node], args, node.settings))[0]
        except (TypeError, ValueError, NotImplementedError):
            return None

    def symbol(self, g: Any, text: Part, like: Any = None) -> Tensor:
        """A Tensor that is printed as ``text``."""
        new = leaf(g.data if isinstance(g, Tensor) else np.asarray(like if g is None else g), None)
        self.tensors.append(new)
        self.parts[id(new)] = text
        return new

    def name(self, node: Node, several: bool) -> Part:
        """δ, Δ for a batch, with the pre-activation's own index where there are several."""
        sign = r"\Delta" if node.value.ndim > 1 else r"\delta"
        if several:
            own = self.made.letter[node]
            index = own.partition("_{")[2].removesuffix("}") or own
            sign = f"{sign}_{{{index}}}"
        return sign, ATOM

    def spell(self, g: Any) -> Part:
        """The formula of a gradient."""
        if not isinstance(g, Tensor):
            if isinstance(g, np.ndarray) and g.ndim and g.size and np.all(g == g.flat[0]) and g.flat[0] == 1:
                return r"\mathbf{1}", ATOM
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
