"""Break a function into minimal pieces: every piece one idea, every intermediate a name."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from lecture_lib.matcalc.expressions import (
    Expr,
    chain,
    factors,
    let,
    make,
    named,
    summands,
    topological,
    total,
)
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.labels import Label
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.simplify import is_number, substitute

NONLINEAR = {
    "elem",
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "norm",
    "sqnorm",
    "power",
    "maximum",
}
SINGLE = NONLINEAR | {"inv", "logdet", "diag", "diagpart", "concat", "rows", "vec", "div"}
INPUT_NAMES = {
    "softmax": "q",
    "log_softmax": "q",
    "logsumexp": "q",
    "cross_entropy": "q",
    "norm": "r",
    "sqnorm": "r",
}
LONG = 44
OUTPUT_NAMES = {"elem": "h", "softmax": "p", "log_softmax": "l", "concat": "x"}


@dataclass
class Pieces:
    """A function cut up.

    Args:
        output: the name of the whole.
        order: the named pieces, what they use before them; the last is the output.
        names: which name stands for a node, definitions of pieces and of helpers such as p = softmax(q).
        helpers: names that are only used to write derivatives down.
    """

    output: Expr
    order: list[Expr]
    names: dict[Expr, Expr] = field(default_factory=dict)
    helpers: list[Expr] = field(default_factory=list)

    def parents(self, piece: Expr) -> list[Expr]:
        """The symbols and pieces that a piece uses.

        Args:
            piece: one of `order` or `helpers`.

        Returns:
            They, in the order in which they are written.
        """
        return [e for e in topological([piece.args[0]], into_lets=False) if e.op in ("symbol", "let")]

    def is_signal(self, piece: Expr) -> bool:
        """Is it a pre-activation: a sum of products that a nonlinear function is applied to?

        A single number counts when a symbol enters it directly; else its slope is short enough to need no
        name.

        Args:
            piece: one of `order`.

        Returns:
            Whether what arrives there is called δ.
        """
        if piece == self.output or piece.args[0].op in SINGLE or piece not in self.activated:
            return False
        return not piece.is_scalar or any(p.op == "symbol" for p in self.parents(piece))

    @cached_property
    def activated(self) -> set[Expr]:
        """The pieces to which a nonlinear function is applied."""
        return {
            below
            for user in self.order
            for node in topological([user.args[0]], into_lets=False)
            if node.op in NONLINEAR
            for below in _below_signs(node)
        }


def _below_signs(node: Expr) -> list[Expr]:
    return [a.args[0] if a.op in ("neg", "T") else a for a in node.args]


class _Cutter:
    def __init__(self) -> None:
        self.pieces: dict[Expr, Expr] = {}
        self.done: dict[Expr, Expr] = {}
        self.order: list[tuple[Expr, str]] = []

    def cut(self, e: Expr) -> Expr:
        """An expression with everything that is not one idea replaced by a name."""
        for node in topological([e]):
            if node not in self.done:
                self.done[node] = self._cut_node(node)
        return self.done[e]

    def _cut_node(self, node: Expr) -> Expr:
        args = [self.done[a] for a in node.args]
        match node.op:
            case "let":
                return self._named(str(node.data), args[0], auto=False)
            case "symbol" | "number" | "eye" | "size":
                return node
            case "power" if node.args[0].op == "norm" and is_number(node.args[1], 2):
                return make("sqnorm", *args[0].args)
            case "elem" if node.data[1] >= 1 and lookup(node.data[0]).slope is not None:
                return self.cut(slope_of(node))
            case "add":
                return total([self._term(t) for a in args for t in summands(a)])
            case "neg":
                return self._negative(args[0])
            case "T":
                return make("T", self._name(args[0], "a"))
            case "matmul":
                return self._matmul(args)
            case "scale":
                return self._scaled(*args)
            case "trace":
                inside = args[0] if args[0].op == "matmul" else self._name(args[0], "A")
                return make("trace", inside)
        parts = [self._name(a, self._stem(node.op, a, k)) for k, a in enumerate(args)]
        return make(node.op, *parts, data=node.data)

    def _stem(self, op: str, a: Expr, k: int) -> str:
        if op == "cross_entropy" and k == 1:
            return "t"
        stem = INPUT_NAMES.get(op, "z" if op in NONLINEAR else "a")
        return _output_stem(a, stem)

    def _term(self, t: Expr) -> Expr:
        """A summand; the result of an elementwise function gets a name, as its slope is written with it."""
        if t.op == "neg":
            return make("neg", self._term(t.args[0]))
        named_first = t.op == "elem" and not t.is_scalar and lookup(t.data[0]).slope is not None
        return self._name(t, "h") if named_first else t

    def _negative(self, a: Expr) -> Expr:
        if a.op == "add":
            return total([t.args[0] if t.op == "neg" else make("neg", t) for t in summands(a)])
        return make("neg", a)

    def _matmul(self, args: list[Expr]) -> Expr:
        if any(a.op == "neg" for a in args):
            return self._without_signs(self._matmul, args)
        parts = [p for a in args for p in (factors(a) if a.op == "matmul" else [self._factor(a)])]
        return chain(parts)

    def _shortened(self, body: Expr) -> Expr:
        """A body that does not fit on a line is broken once more."""
        parts, join = (summands(body), total) if body.op == "add" else (factors(body), chain)
        if len(parts) < 3 or len(text(body)) <= LONG:
            return body
        half = len(parts) // 2
        return join([self._named("a", join(parts[:half]), auto=True), self._named("a", join(parts[half:]), auto=True)])

    def _without_signs(self, build: Callable[[list[Expr]], Expr], args: list[Expr]) -> Expr:
        """Minus signs stand in front of a product."""
        signs = sum(a.op == "neg" for a in args)
        made = build([a.args[0] if a.op == "neg" else a for a in args])
        return make("neg", made) if signs % 2 else made

    def _factor(self, a: Expr) -> Expr:
        return a if a.op == "diag" and self._atomic(a.args[0]) else self._name(a, "a")

    def _scaled(self, c: Expr, a: Expr) -> Expr:
        if "neg" in (c.op, a.op):
            return self._without_signs(lambda pair: self._scaled(*pair), [c, a])
        simple = a.op in SINGLE or a.op in ("matmul", "trace", "mul") or self._atomic(a)
        if is_number(c) or c.op == "size" or self._is_constant(c):
            return make("scale", c, a if simple else self._name(a, "a"))
        left = c if c.op == "scale" and self._atomic(c.args[0]) and self._atomic(c.args[1]) else self._name(c, "a")
        right = a if a.op == "matmul" or self._atomic(a) else self._name(a, "a")
        return make("scale", left, right)

    def _is_constant(self, e: Expr) -> bool:
        return not any(n.op in ("symbol", "let") for n in topological([e], into_lets=False))

    def _atomic(self, e: Expr) -> bool:
        e = e.args[0] if e.op in ("T", "neg") or (e.op == "div" and is_number(e.args[1])) else e
        if e.op == "scale" and is_number(e.args[0]):
            e = e.args[1]
        return e.op in ("symbol", "let", "number", "eye", "size") or self._is_constant(e)

    def _name(self, e: Expr, stem: str) -> Expr:
        """The expression itself if it is as simple as a name, else a name for it."""
        if self._atomic(e):
            return e
        return self._named(_output_stem(e, stem), e, auto=True)

    def _named(self, name: str, body: Expr, auto: bool) -> Expr:
        body = self._shortened(body)
        if body in self.pieces and (auto or self.pieces[body].name == name):
            return self.pieces[body]
        stem = name.upper() if auto and not body.is_column and len(name) == 1 else name
        piece = named(Label(stem, stem, f"{stem}?{len(self.order)}"), body) if auto else let(name, body)
        self.pieces.setdefault(body, piece)
        self.order.append((piece, stem if auto else ""))
        return piece


def _output_stem(e: Expr, otherwise: str) -> str:
    """What the result of an operation is called; the result of a function of one number is a."""
    return "a" if e.op == "elem" and e.is_scalar else OUTPUT_NAMES.get(e.op, otherwise)


def cut_up(e: Expr) -> Pieces:
    """Name the pieces of a function.

    Args:
        e: the function: a name made with `let`, or any expression, which is then called J.

    Returns:
        The pieces. Names that you gave are kept; new ones are z for what an elementwise function is applied
        to, h for its result, q and p around a softmax, r inside a norm, a for the rest, numbered if there
        are several.

    Raises:
        ValueError: one name stands for two different things.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    >>> [f"{p} = {p.args[0]}" for p in cut_up(u.T @ mc.tanh(W @ x + b)).order]
    ['z = Wx + b', 'h = tanh(z)', 'J = uᵀh']
    """
    taken = _names_in(e)
    cutter = _Cutter()
    body = cutter.cut(e)
    if body.op == "let":
        output = body
    else:
        output = let(_free("J", taken), body)
        output = let(output.name, cutter._shortened(body))
        cutter.order.append((output, ""))
    order, output = _numbered(cutter.order, output, taken)
    pieces = Pieces(*_shared(order, output))
    for piece in order:
        pieces.names.setdefault(piece.args[0], piece)
    _add_helpers(pieces, taken | {p.name for p in order})
    return pieces


def _names_in(e: Expr) -> set[str]:
    seen: dict[str, Expr] = {}
    for node in topological([e]):
        if node.op in ("symbol", "let") and isinstance(node.data, str):
            other = seen.setdefault(node.data, node)
            if other != node:
                raise ValueError(
                    f"{node.data} stands for two different things: {_told(other)} and {_told(node)}; rename one of them"
                )
    return set(seen)


def _told(e: Expr) -> str:
    rows, columns = e.shape
    return f"{e.args[0]}" if e.op == "let" else f"a symbol of shape {rows}×{columns}"


def _free(stem: str, taken: set[str]) -> str:
    return stem if stem not in taken else _next(stem, taken)


def _next(stem: str, taken: set[str]) -> str:
    return next(name for k in itertools.count(1) if (name := f"{stem}{k}") not in taken)


def _numbered(order: list[tuple[Expr, str]], output: Expr, taken: set[str]) -> tuple[list[Expr], Expr]:
    """Give the new names their numbers, in the order in which they are computed."""
    stems = [stem for _, stem in order if stem]
    taken = set(taken)
    final: dict[Expr, Expr] = {}
    for piece, stem in order:
        body = _renamed(piece.args[0], final)
        if not stem:
            final[piece] = let(str(piece.data), body)
            continue
        name = _free(stem, taken) if stems.count(stem) == 1 else _next(stem, taken)
        taken.add(name)
        final[piece] = let(name, body)
    return list(dict.fromkeys(final.values())), final[output]


def _shared(order: list[Expr], output: Expr) -> tuple[Expr, list[Expr]]:
    """Use a piece's name wherever its definition is written out in another piece."""
    by_body = {p.args[0]: p for p in order if p.args[0].op in SINGLE}
    new: dict[Expr, Expr] = {}
    heights: dict[Expr, int] = {}
    for node in topological([output]):
        heights[node] = 1 + max((heights[a] for a in node.args), default=0)
    for piece in sorted(order, key=lambda p: heights.get(p, 0)):
        body = _renamed(piece.args[0], new)
        inner = {k: new.get(p, p) for k, p in by_body.items() if p != piece}
        body = substitute(body, inner)
        new[piece] = let(piece.name, body)
    final = [e for e in topological([new[output]]) if e.op == "let"]
    return new[output], final


def _renamed(e: Expr, final: dict[Expr, Expr]) -> Expr:
    new: dict[Expr, Expr] = {}
    for node in topological([e], into_lets=False):
        if node.op == "let":
            new[node] = final.get(node, node)
            continue
        args = tuple(new[a] for a in node.args if a in new)
        new[node] = node if args == node.args else make(node.op, *args, data=node.data)
    return new[e]


def _add_helpers(pieces: Pieces, taken: set[str]) -> None:
    """p = softmax(q) is needed to write the derivative of everything that is made with a softmax."""
    for piece in pieces.order:
        for node in topological([piece.args[0]], into_lets=False):
            if node.op in ("log_softmax", "logsumexp", "cross_entropy"):
                p = make("softmax", node.args[0])
                if p not in pieces.names:
                    name = _free("p" if p.is_column else "P", taken)
                    taken.add(name)
                    pieces.names[p] = let(name, p)
                    pieces.helpers.append(pieces.names[p])
