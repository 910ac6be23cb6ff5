"""Cut a function into minimal pieces: every piece one idea, every intermediate a name.

The pieces are the nodes of a graph whose edges are the local derivatives: `Cut.parents` says what a piece uses.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lecture_lib.matcalc.expr import Expr, Power, chain, entries, hadamard, make, parts, product, rebuilt, total
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.labels import GREEK, LETTERS
from lecture_lib.matcalc.printing import positive, text
from lecture_lib.matcalc.symbols import let
from lecture_lib.matcalc.walk import mapped, substitute, topological

NONLINEAR = {
    "elem",
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "norm",
    "power",
    "maximum",
    "minimum",
    "max",
    "expm",
}
SINGLE = NONLINEAR | {"inv", "logdet", "det", "diag", "diagpart", "concat", "rows", "vec", "unvec", "kron"}
INPUT_NAMES = {"softmax": "q", "log_softmax": "q", "logsumexp": "q", "cross_entropy": "q", "norm": "r"}
OUTPUT_NAMES = {"elem": "h", "softmax": "p", "log_softmax": "l", "concat": "x"}
# What a piece is called when its own letter is the reader's.
OTHERS = "acvygrmsklkbdjpqtuwxz"
LONG = 44


@dataclass
class Cut:
    """A function cut up.

    Attributes:
        output: the name of the whole.
        order: the named pieces, what they use before them; the last is the output.
        names: which name stands for a node, definitions of pieces and of helpers such as p = softmax(q).
        helpers: names that are only used to write derivatives down.
        given: the names that the reader gave.
    """

    output: Expr
    order: list[Expr]
    names: dict[Expr, Expr] = field(default_factory=dict)
    helpers: list[Expr] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def parents(self, piece: Expr) -> list[Expr]:
        """The symbols and pieces that a piece uses, in the order in which they are written."""
        return [e for e in topological([piece.args[0]], into_lets=False) if e.op in ("symbol", "let")]

    def is_signal(self, piece: Expr) -> bool:
        """Is it a pre-activation, a sum of products that a nonlinear function is applied to?"""
        body = piece.args[0]
        if piece == self.output or body.op in SINGLE or piece not in self.activated or _is_entrywise(body):
            return False
        return not piece.is_scalar or any(p.op == "symbol" for p in self.parents(piece))

    @cached_property
    def activated(self) -> set[Expr]:
        """The pieces to which a nonlinear function is applied."""
        return {
            below
            for user in self.order
            for node in topological([user.args[0]], into_lets=False)
            for below in _bent(node)
        }


def _is_entrywise(body: Expr) -> bool:
    """A quotient or a power is no pre-activation, but a product is one."""
    powers = entries(body) if body.op == "hadamard" else parts(body).scalars if body.op == "product" else ()
    return any(top != 1 for _, top in powers)


def _bent(node: Expr) -> list[Expr]:
    """The arguments to which a node applies something nonlinear, without their signs."""
    if node.op in NONLINEAR:
        return [_unsigned(a) for a in node.args]
    if node.op == "hadamard" or node.op == "product":
        powers = entries(node) if node.op == "hadamard" else parts(node).scalars
        return [_unsigned(base) for base, top in powers if top not in (1, -1)]
    return []


def _unsigned(e: Expr) -> Expr:
    if e.op == "T":
        return e.args[0]
    return positive(e) if e.op == "product" and parts(e).coefficient == -1 else e


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
            case "symbol" | "number" | "eye" | "size" | "commutation":
                return node
            case "elem" if node.data[1] >= 1 and lookup(node.data[0]).slope is not None:
                return self.cut(slope_of(node))
            case "sum":
                return total([self._term(t) for a in args for t in (a.args if a.op == "sum" else [a])])
            case "T":
                return make("T", self._name(args[0], "a"))
            case "product":
                return self._product(node, args)
            case "hadamard":
                return hadamard(
                    [(self._name(a, "a" if top == 1 else "z"), top) for a, top in zip(args, node.data, strict=True)],
                    node.shape,
                )
            case "trace":
                inside = args[0] if args[0].op == "product" and parts(args[0]).chain else self._name(args[0], "A")
                return make("trace", inside)
        inputs = [self._name(a, self._stem(node.op, a, k)) for k, a in enumerate(args)]
        return rebuilt(node, inputs)

    def _stem(self, op: str, a: Expr, k: int) -> str:
        if op == "cross_entropy" and k == 1:
            return "t"
        return _output_stem(a, INPUT_NAMES.get(op, "z" if op in NONLINEAR else "a"))

    def _term(self, t: Expr) -> Expr:
        """A summand; the result of an elementwise function gets a name, as its slope is written with it."""
        if t.op == "product" and parts(t).coefficient == -1 and len(t.args) == 1:
            inside = t.args[0]
            if inside.op == "sum":
                return total([self._term(product(-1, (), [x])) for x in inside.args])
            return product(-1, (), [self._term(inside)])
        named_first = t.op == "elem" and not t.is_scalar and lookup(t.data[0]).slope is not None
        return self._name(t, "h") if named_first else t

    def _product(self, node: Expr, args: list[Expr]) -> Expr:
        coefficient, tops = node.data
        scalars = list(zip(args, tops, strict=False))
        links = args[len(tops) :]
        if not links and len(scalars) == 1 and (coefficient != 1 or scalars[0][1] != 1):
            base, top = scalars[0]
            if base.op == "sum" and coefficient == -1 and top == 1:
                return total([self._term(product(-1, (), [x])) for x in base.args])
            inline = base.op == "norm" if top == 2 else base.op in SINGLE or base.op in ("product", "trace")
            return product(coefficient, [(base if inline and top > 0 else self._name(base, _letter(top)), top)])
        if not scalars and len(links) == 1:
            (a,) = links
            if a.op == "sum" and coefficient == -1:
                return total([self._term(product(-1, (), [x])) for x in a.args])
            simple = a.op in SINGLE or a.op in ("product", "trace", "hadamard") or self._atomic(a)
            return product(coefficient, (), [a if simple else self._name(a, "a")])
        powers = [self._power(power, k == len(scalars) - 1 and not links) for k, power in enumerate(scalars)]
        chained = [self._factor(a) for a in links]
        return product(coefficient, powers, chained)

    def _power(self, power: Power, last: bool) -> Power:
        base, top = power
        if base.op == "norm" and top == 2:
            return self._name(product(1, [power]), "a"), 1
        row = base.op == "product" and parts(base).chain and not parts(base).scalars and last and top == 1
        return (base, top) if row else (self._name(base, _letter(top)), top)

    def _factor(self, a: Expr) -> Expr:
        if (a.op == "diag" and self._atomic(a.args[0])) or (a.op == "product" and parts(a).chain):
            return a
        return self._name(a, "a")

    def _shortened(self, body: Expr) -> Expr:
        """A body that does not fit on a line is broken once more."""
        if len(text(body)) <= LONG:
            return body
        if body.op == "sum" and len(body.args) > 2:
            half = len(body.args) // 2
            return total([self._part(total(body.args[:half])), self._part(total(body.args[half:]))])
        coefficient, scalars, links = parts(body)
        if body.op != "product" or len(links) < 3 or scalars:
            return body
        half = len(links) // 2
        return product(coefficient, (), [self._part(chain(links[:half])), self._part(chain(links[half:]))])

    def _part(self, e: Expr) -> Expr:
        return self._named("a", e, auto=True)

    def _atomic(self, e: Expr) -> bool:
        if e.op == "T":
            e = e.args[0]
        if e.op == "product" and len(e.args) == 1 and (not e.data[1] or e.data[1] == (1,)):
            e = e.args[0]
        if e.op == "T":
            e = e.args[0]
        return (
            not e.args or e.op == "let" or not any(n.op in ("symbol", "let") for n in topological([e], into_lets=False))
        )

    def _name(self, e: Expr, stem: str) -> Expr:
        """The expression itself if it is as simple as a name, else a name for it."""
        return e if self._atomic(e) else self._named(_output_stem(e, stem), e, auto=True)

    def _named(self, name: str, body: Expr, auto: bool) -> Expr:
        body = self._shortened(body)
        if body in self.pieces and (auto or self.pieces[body].name == name):
            return self.pieces[body]
        stem = name.upper() if auto and not body.is_column and len(name) == 1 else name
        # A name that cannot be typed, until all names are known and numbers can be given.
        piece = Expr("let", (body,), f"{stem} {len(self.order)}" if auto else name, body.shape)
        self.pieces.setdefault(body, piece)
        self.order.append((piece, stem if auto else ""))
        return piece


def _letter(top: object) -> str:
    return "a" if top in (1, -1) else "z"


def _output_stem(e: Expr, otherwise: str) -> str:
    """What the result of an operation is called; the result of a function of one number is a."""
    return "a" if e.op == "elem" and e.is_scalar else OUTPUT_NAMES.get(e.op, otherwise)


def cut_up(e: Expr) -> Cut:
    """Name the pieces of a function: a name made with `let`, or any expression, which is then called J."""
    taken = _names_in(e)
    cutter = _Cutter()
    body = cutter.cut(e)
    if body.op == "let":
        output = body
    else:
        output = let(_free("J", taken), cutter._shortened(body))
        cutter.order.append((output, ""))
    output, order = _shared([piece for piece, _ in cutter.order], output)
    stems = {str(piece.data): stem for piece, stem in cutter.order if stem}
    output, order = _numbered(order, stems, output, taken)
    pieces = Cut(output, order, given=taken)
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
    known = f", {e.fact}" if e.fact else ""
    return f"{e.args[0]}" if e.op == "let" else f"a symbol of shape {rows}×{columns}{known}"


def _free(stem: str, taken: set[str]) -> str:
    return stem if stem not in taken else _next(stem, taken)


def _next(stem: str, taken: set[str]) -> str:
    return next(name for k in itertools.count(1) if (name := f"{stem}{k}") not in taken)


def _own_letter(stem: str, count: int, taken: set[str]) -> str:
    """The letter itself where the reader does not use it; else the first one that is free, with a number or without."""
    used = {name.rstrip("0123456789").partition("_")[0] for name in taken}
    used |= {LETTERS.get(name, name) for name in used}
    choices = [c.upper() if stem.isupper() else c for c in OTHERS]
    if count == 1 and stem not in taken and LETTERS.get(stem, stem) not in taken:
        return stem
    return next((c for c in [stem, *choices, *GREEK] if LETTERS.get(c, c) not in used), stem)


def _numbered(order: Sequence[Expr], stems: dict[str, str], output: Expr, taken: set[str]) -> tuple[Expr, list[Expr]]:
    """Give the new names their letters and numbers, in the order in which they are read."""
    wanted = [stems.get(str(piece.data), "") for piece in order]
    # p and q, z and h are the lecture's: they are kept where they are free, numbered or not.
    letters: dict[str, str] = {}
    for stem in dict.fromkeys(filter(None, wanted)):
        letters[stem] = _own_letter(stem, wanted.count(stem), taken | set(letters.values()))
    taken = set(taken)
    final: dict[Expr, Expr] = {}
    for piece, stem in zip(order, wanted, strict=True):
        body = substitute_lets(piece.args[0], final)
        if not stem:
            final[piece] = let(str(piece.data), body)
            continue
        letter = letters[stem]
        name = _free(letter, taken) if wanted.count(stem) == 1 else _next(letter, taken)
        taken.add(name)
        final[piece] = let(name, body)
    return final[output], list(dict.fromkeys(final.values()))


def _shared(order: Sequence[Expr], output: Expr) -> tuple[Expr, list[Expr]]:
    """Use a piece's name wherever its definition is written out in another piece."""
    by_body = {p.args[0]: p for p in order if p.args[0].op in SINGLE}
    heights: dict[Expr, int] = {}
    for node in topological([output]):
        heights[node] = 1 + max((heights[a] for a in node.args), default=0)
    new: dict[Expr, Expr] = {}
    for piece in sorted(order, key=lambda p: heights.get(p, 0)):
        body = substitute_lets(piece.args[0], new)
        inner = {k: new.get(p, p) for k, p in by_body.items() if p != piece and k != piece.args[0]}
        new[piece] = Expr("let", (substitute(body, inner),), piece.data, piece.shape)
    return new[output], [e for e in topological([new[output]]) if e.op == "let"]


def substitute_lets(e: Expr, final: dict[Expr, Expr]) -> Expr:
    """New names for old ones."""
    return mapped(e, lambda node: final.get(node) if node.op == "let" else None)


def _add_helpers(pieces: Cut, taken: set[str]) -> None:
    """p = softmax(q) is needed to write the derivative of everything that is made with a softmax."""
    for piece in pieces.order:
        for node in topological([piece.args[0]], into_lets=False):
            if node.op in ("log_softmax", "logsumexp", "cross_entropy"):
                p = make("softmax", node.args[0])
                if p not in pieces.names:
                    name = _free(_own_letter("p" if p.is_column else "P", 1, taken), taken)
                    taken.add(name)
                    pieces.names[p] = let(name, p)
                    pieces.helpers.append(pieces.names[p])
