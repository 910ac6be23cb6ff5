"""From the tree of a line to expressions with shapes: every reading that fits, the usual one first."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc import language, language_matrix
from lecture_lib.matcalc.expr import CHECKS, Expr, divide, exact, make, matmul, number, power, times, total
from lecture_lib.matcalc.functions import FUNCTIONS
from lecture_lib.matcalc.labels import Label, change_label, entries_of, gradient_label, jacobian_label
from lecture_lib.matcalc.paper.problem import Atom, Edge, Problem
from lecture_lib.matcalc.paper.tokens import Unreadable, listed
from lecture_lib.matcalc.paper.tree import Node
from lecture_lib.matcalc.printing import latex, text
from lecture_lib.matcalc.rules import count
from lecture_lib.matcalc.sizes import ONE, SCALAR, Shape, Size, as_size, show_shape
from lecture_lib.matcalc.symbols import eye, length, ones, zeros

Readings = dict[Shape, Expr]
# More readings of one factor than this are not followed.
MOST = 16


def _square(z: Expr) -> Expr:
    return z**2


CALLS: dict[str, Callable[..., Expr]] = {
    "sqrt": language.sqrt,
    "softmax": language.softmax,
    "log_softmax": language.log_softmax,
    "logsumexp": language.logsumexp,
    "cross_entropy": language.cross_entropy,
    "norm": language.norm,
    "sum": language.sum,
    "mean": language.mean,
    "max": language.max,
    "min": language.min,
    "maximum": language.maximum,
    "minimum": language.minimum,
    "square": _square,
    "diag": language_matrix.diag,
    "diagonal": language_matrix.diagonal,
    "trace": language_matrix.trace,
    "inv": language_matrix.inv,
    "det": language_matrix.det,
    "logdet": language_matrix.logdet,
    "expm": language_matrix.expm,
    "vec": language_matrix.vec,
    "outer": language_matrix.outer,
    "kron": language_matrix.kron,
    "concat": language_matrix.concat,
    "vstack": language_matrix.concat,
    "multiply": times,
    "matmul": matmul,
    "dot": matmul,
    "transpose": lambda a: a.T,
    "frechet": lambda a, d: make("frechet", a, d),
}


@dataclass
class Builder:
    """Builds the sides of one line; direct says which ∂ stand for the direct part alone."""

    problem: Problem
    direct: frozenset[int] = frozenset()
    same: Callable[[Expr], Expr | None] = lambda e: None
    letters: dict[str, tuple[Size, str]] = field(default_factory=dict)
    misfits: list[ShapeError] = field(default_factory=list)
    memo: dict[int, tuple[Node, Readings]] | None = None
    operations: Mapping[str, Callable[..., Any]] = field(default_factory=lambda: _OPERATIONS)

    def side(self, node: Node) -> Readings:
        """All readings of one side by their shapes."""
        if self.memo is None:
            return self._side(node)
        if id(node) not in self.memo:
            letters = len(self.letters)
            found = self._side(node)
            if len(self.letters) > letters or self.letters:
                return found
            self.memo[id(node)] = node, found
        return self.memo[id(node)][1]

    def _side(self, node: Node) -> Readings:
        found: Readings = getattr(self, f"_{node.op}")(node)
        if not found:
            raise self.misfits[0] if self.misfits else ShapeError("no reading of this fits")
        return dict(itertools.islice(found.items(), MOST))

    def _each(self, build: Callable[..., Expr], *choices: Readings) -> Readings:
        """A function of every combination of readings that fits."""
        found: Readings = {}
        for combination in itertools.product(*(c.values() for c in choices)):
            try:
                made = build(*combination)
            except ShapeError as error:
                self.misfits.append(error)
                continue
            found.setdefault(made.shape, made)
        return found

    def _num(self, node: Node) -> Readings:
        value = exact(node.data if node.data.denominator < 10**4 else float(node.data))
        found: Readings = {SCALAR: number(value)}
        if value == 1:
            found |= {(size, ONE): ones(size) for size in self.problem.sizes}
        return found

    def _ones(self, node: Node) -> Readings:
        made = ones(as_size(node.data))
        return {made.shape: made}

    def _eye(self, node: Node) -> Readings:
        return {(size, size): eye(size) for size in self.problem.sizes}

    def _size(self, node: Node) -> Readings:
        return {SCALAR: length(node.data)}

    def _name(self, node: Node) -> Readings:
        e = self.problem.defined.get(node.data, self.problem.names.get(node.data))
        if e is None:
            raise Unreadable(f"{node.data} is no name here; known are {listed(self.problem.words.names)}")
        return {e.shape: e}

    def _T(self, node: Node) -> Readings:
        return self._each(lambda a: a.args[0] if a.op == "T" else a.T, self.side(node.args[0]))

    def _pow(self, node: Node) -> Readings:
        return self._each(lambda a: _powered(a, node.data), self.side(node.args[0]))

    def _round(self, node: Node) -> Readings:
        return self._each(lambda a: power(a, number(exact(node.data))), self.side(node.args[0]))

    def _sum(self, node: Node) -> Readings:
        choices = [self.side(a) for a in node.args]
        found: Readings = {}
        for shape in dict.fromkeys(s for c in choices for s in c):
            terms = [self._filled(c, shape) for c in choices]
            if None not in terms:
                signed = [t if sign > 0 else -t for t, sign in zip(terms, node.data, strict=True) if t is not None]
                found[shape] = self._total(signed)
        if not found and self.memo is None:
            self._each(lambda *terms: total(terms), *({s: e} for c in choices for s, e in [next(iter(c.items()))]))
        return found

    def _total(self, terms: list[Any]) -> Any:
        return total(terms)

    def _filled(self, choice: Readings, shape: Shape) -> Any:
        """The reading of a term with a shape; a plain number stands for an array of that number."""
        if shape in choice:
            return choice[shape]
        plain = choice.get(SCALAR)
        return number(plain.data, shape) if plain is not None and plain.op == "number" else None

    def _prod(self, node: Node) -> Readings:
        choices = [self.side(a) for a in node.args]
        found: Readings = {}
        # u∘Wx is u∘(Wx), and uxᵀ after a ∘ is tried too; with NumPy's * and @ what comes first counts first.
        tight = any(sign in ("∘", "*") for sign in node.data) and any(sign in ("", "@", "·") for sign in node.data)
        ways = [self._grouped, self._folded] if "∘" in node.data else [self._folded, self._grouped]
        for way in ways if tight else [self._folded]:
            try:
                made = way(choices, node.data)
            except ShapeError as error:
                self.misfits.append(error)
                continue
            found = {**made, **found} if not found else {**found, **{s: e for s, e in made.items() if s not in found}}
        return found

    def _folded(self, choices: list[Readings], signs: tuple[str, ...]) -> Readings:
        """From left to right; numbers may be passed on to what fits them."""
        found = choices[0]
        for sign, choice in zip(signs, choices[1:], strict=True):
            found = self._joined(sign, found, choice)
        return found

    def _joined(self, sign: str, lefts: Readings, rights: Readings) -> Readings:
        """Two factors; that they do not fit is said only where no readings of them do."""
        found: Readings = {}
        for a, b in itertools.product(lefts.values(), rights.values()):
            if _fits(sign, a.shape, b.shape):
                made = self.operations[sign](a, b)
                found.setdefault(made.shape, made)
        # Among many changes of a line most do not fit: why is then not worth a message.
        if not found and lefts and rights and self.memo is None:
            return self._each(
                self.operations[sign], *({s: e} for s, e in [next(iter(c.items())) for c in (lefts, rights)])
            )
        return found

    def _grouped(self, choices: list[Readings], signs: tuple[str, ...]) -> Readings:
        """What stands side by side first, then ∘ between the groups."""
        groups: list[tuple[list[Readings], list[str]]] = [([choices[0]], [])]
        for sign, choice in zip(signs, choices[1:], strict=True):
            if sign in ("∘", "*"):
                groups.append(([choice], []))
            else:
                groups[-1][0].append(choice)
                groups[-1][1].append(sign)
        folded = [self._folded(inside, tuple(ops)) for inside, ops in groups]
        between = tuple(sign for sign in signs if sign in ("∘", "*"))
        return self._folded(folded, between) if all(folded) else {}

    def _cut(self, node: Node) -> Readings:
        places = [_place(part) for part in node.data.split(",")]
        return self._each(lambda a: a[tuple(places) if len(places) > 1 else places[0]], self.side(node.args[0]))

    def _stack(self, node: Node) -> Readings:
        """Parts on top of each other; 0 and I take the sizes that make the whole as wide and high as something is."""
        parts = [self.side(a) for a in node.args]
        zero = [a.op == "num" and a.data == 0 for a in node.args]
        known = [c for c, blank in zip(parts, zero, strict=True) if not blank]
        found: Readings = {}
        for width in dict.fromkeys(s[1] for c in known for s in c):
            heights = [[s[0] for s in c if s[1] == width] for c in known]
            blanks = list(dict.fromkeys(h for hs in heights for h in hs))
            choices = [
                [zeros(h, width) for h in blanks] if blank else [e for s, e in c.items() if s[1] == width]
                for c, blank in zip(parts, zero, strict=True)
            ]
            for combination in itertools.islice(itertools.product(*choices), MOST * MOST):
                made = make("concat", *combination)
                found.setdefault(made.shape, made)
        if not found:
            self._each(lambda *e: make("concat", *e), *parts)
        return found

    def _beside(self, node: Node) -> Readings:
        return self._each(lambda *e: make("concat", *(a.T for a in e)).T, *(self.side(a) for a in node.args))

    def _call(self, node: Node) -> Readings:
        name, order = node.data
        args = [self.side(a) for a in node.args]
        if name in CALLS and name not in self.problem.words.names:
            if order:
                raise Unreadable(f"{name} has no elementwise slope: write its Jacobian")
            try:
                return self._each(CALLS[name], *args)
            except TypeError:
                raise Unreadable(f"{name} does not take {len(args)} arguments") from None
        if len(args) != 1:
            raise Unreadable(f"{name} takes one argument, not {len(args)}")
        if order > 1 and name in FUNCTIONS and FUNCTIONS[name].slope is None:
            raise Unreadable(f"{name} has no second slope here")
        found = self._each(lambda z: make("elem", z, data=(name, order)), args[0])
        return dict([next(iter(found.items()))]) if node.args[0].op == "num" else found

    def _change(self, node: Node) -> Readings:
        of = self._quantity(Node("name", (), node.data))
        label = change_label(of.data)
        return self._atom(label, of.shape, Atom("change", of))

    def _jac(self, node: Node) -> Readings:
        of, above = self._target(node.args[0])
        by, under = self._target(node.args[1])
        via = self._via(node, of, by)
        kind = "direct" if id(node) in self.direct else "jac"
        label = jacobian_label(_written(of, above), _written(by, under), None if via is None else via.data)
        label = Label(label.text, label.latex, f"{label.code} {kind}", label.kind)
        shape = (ONE if above else count(of), ONE if under else count(by))
        return self._atom(label, shape, Atom(kind, of, by, via, letters=above, below=under))

    def _grad(self, node: Node) -> Readings:
        by, under = self._target(node.args[0])
        of = self._quantity(node.args[1]) if len(node.args) > 1 else self.problem.output
        if not of.is_scalar:
            raise Unreadable(f"∇ is taken of a single number, and {text(of)} is {show_shape(of.shape)}: write ∂")
        via = self._via(node, of, by)
        below = _written(by, under) if under else by.data
        label = gradient_label(of.data, below, None if via is None else via.data)
        shape = SCALAR if under else by.shape
        kind = "jac" if under else "grad"
        return self._atom(label, shape, Atom(kind, of, by, via, below=under))

    def _via(self, node: Node, of: Expr, by: Expr) -> Expr | None:
        if node.data is None:
            return None
        via = self._quantity(Node("name", (), node.data))
        if Edge(via, by) not in self.problem.between(of, by):
            raise Unreadable(f"no path from {text(by)} to {text(of)} goes through {text(via)} first")
        return via

    def _entry(self, node: Node) -> Readings:
        found: Readings = {}
        inner = node.args[0]
        two = inner.op == "name" and inner.data == "δ" and len(node.data) == 2
        if two and next(iter(self.side(inner)))[1] == ONE:
            return self._equal(node)
        for e in self.side(inner).values():
            self._index(e, node.data)
            below = ", ".join(node.data) if any(len(x) > 1 for x in node.data) else "".join(node.data)
            atomic = e.op in ("symbol", "let", "elem") or not e.args
            shown, tex = (text(e), latex(e)) if atomic else (f"({text(e)})", f"({latex(e)})")
            label = Label(f"{shown}_{below}", f"{{{tex}}}_{{{below}}}", f"{shown}_{below}", "entry")
            found |= self._atom(label, SCALAR, Atom("entry", body=e, letters=node.data))
            break
        return found

    def _over(self, node: Node) -> Readings:
        inner = self.side(node.args[0])
        if SCALAR not in inner:
            e = next(iter(inner.values()))
            raise ShapeError(f"Σ adds up numbers, and {text(e)} is {show_shape(e.shape)}: write its entries")
        body = inner[SCALAR]
        for letter in node.data:
            if letter not in self.letters:
                raise Unreadable(f"Σ runs over {letter}, but {letter} does not occur after it")
        below = "".join(node.data)
        label = Label(f"∑_{below} {text(body)}", f"\\sum_{{{below}}} {latex(body)}", f"sum {text(body)}", "over")
        return self._atom(label, SCALAR, Atom("over", body=body, letters=node.data))

    def _equal(self, node: Node) -> Readings:
        i, j = node.data
        label = Label(f"[{i}={j}]", f"[{i}={j}]", f"[{i}={j}]", "equal")
        return self._atom(label, SCALAR, Atom("equal", letters=node.data))

    def _new(self, node: Node) -> Readings:
        raise Unreadable(f"{node.data} is no name here; known are {listed(self.problem.words.names)}")

    def _atom(self, label: Label, shape: Shape, meaning: Atom) -> Readings:
        return {shape: self.problem.atom(Expr("symbol", (), label, shape), meaning)}

    def _target(self, node: Node) -> tuple[Expr, tuple[str, ...]]:
        """What is differentiated, or by what, and the indices of its entry."""
        if node.op == "entry":
            e = self._quantity(node.args[0])
            self._index(e, node.data)
            return e, node.data
        return self._quantity(node), ()

    def _quantity(self, node: Node) -> Expr:
        """A symbol or a piece, by its name or written out."""
        if node.op == "name" and node.data in self.problem.names:
            return self.problem.names[node.data]
        e = next(iter(self.side(node).values()))
        if e in self.problem.atoms or self.problem.inside(e):
            raise Unreadable(f"{text(e)} is no quantity to differentiate; there are {listed(self.problem.words.names)}")
        found = self.same(e)
        if found is not None:
            return found
        label = Label(f"({text(e)})", f"({latex(e)})", text(e))
        piece = Expr("let", (e,), label, e.shape)
        if piece not in self.problem.extra:
            self.problem.extra.append(piece)
        return piece

    def _index(self, e: Expr, letters: tuple[str, ...]) -> None:
        """Let indices run over the axes of something."""
        axes = [size for size in e.shape if size != ONE] if e.is_column else list(e.shape)
        if len(letters) != len(axes):
            raise ShapeError(
                f"{text(e)} is {show_shape(e.shape)}: its entries have {len(axes)} "
                f"{'index' if len(axes) == 1 else 'indices'}, and {', '.join(letters)} are {len(letters)}"
            )
        for letter, size in zip(letters, axes, strict=True):
            if letter.isdigit():
                continue
            known, where = self.letters.setdefault(letter, (size, text(e)))
            if known != size:
                raise ShapeError(
                    f"{letter} runs over the {known} entries in {where}, but over {size} in {text(e)}: "
                    "take another letter"
                )


def _place(part: str) -> Any:
    """An index or a slice, with sizes as they are written."""
    bounds = [b.strip() for b in part.split(":")]
    if len(bounds) > 2:
        raise Unreadable("a slice has a start and an end", part)
    try:
        sizes = [int(b) if re.fullmatch("-?\\d+", b) else as_size(b) if b else None for b in bounds]
    except ValueError as error:
        raise Unreadable(str(error), part) from None
    return sizes[0] if len(sizes) == 1 else slice(*sizes)


def _written(e: Expr, letters: tuple[str, ...]) -> Label:
    """The name of a quantity below or above ∂, with its indices."""
    if not letters:
        return entries_of(e) if e.op in ("symbol", "let") else Label(text(e), latex(e), text(e))
    below = "".join(letters) if all(len(x) == 1 for x in letters) else ",".join(letters)
    name = Label(text(e), latex(e), e.name)
    return Label(f"{name.text}_{below}", f"{{{name.latex}}}_{{{below}}}", f"{name.code}_{below}")


def _powered(a: Expr, top: Fraction) -> Expr:
    square = a.shape[0] == a.shape[1] and not a.is_scalar
    if square and top == -1:
        return make("inv", a)
    if square and top.denominator == 1 and 1 < top < 6:
        made = a
        for _ in range(int(top) - 1):
            made = matmul(made, a)
        return made
    return power(a, number(exact(top)))


def _fits(sign: str, a: Shape, b: Shape) -> bool:
    """Can two factors be joined?"""
    if sign == "⊗" or b == SCALAR or (a == SCALAR and sign != "/") or (a == b and sign in ("∘", "*", "/")):
        return True
    if sign in ("∘", "/"):
        return False
    return a[1] == b[0] or (sign in ("·", "@") and a == b and a[1] == ONE)


def _joined(a: Expr, b: Expr) -> Expr:
    return times(a, b) if a.is_scalar or b.is_scalar else matmul(a, b)


def _dotted(a: Expr, b: Expr) -> Expr:
    return matmul(a.T, b) if a.is_column and a.shape == b.shape and not a.is_scalar else _joined(a, b)


def _starred(a: Expr, b: Expr) -> Expr:
    scale = a.is_scalar or b.is_scalar or a.shape == b.shape
    return times(a, b) if scale or a.shape[1] != b.shape[0] else matmul(a, b)


def _entrywise(a: Expr, b: Expr) -> Expr:
    if a.shape != b.shape and not (a.is_scalar or b.is_scalar):
        CHECKS["mul"](a, b)
    return times(a, b)


_OPERATIONS: dict[str, Any] = {
    "": _joined,
    "@": _dotted,
    "·": _dotted,
    "*": _starred,
    "∘": _entrywise,
    "/": divide,
    "⊗": language_matrix.kron,
}
