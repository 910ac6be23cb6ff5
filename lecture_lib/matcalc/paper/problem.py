"""What the lines of a derivation are about: the pieces of a function, the edges between them, and the known names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lecture_lib.matcalc.cut import Cut, cut_up
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.functions import FUNCTIONS
from lecture_lib.matcalc.narrate import rule_name
from lecture_lib.matcalc.paper.grammar import Parser
from lecture_lib.matcalc.paper.tokens import Vocabulary, canonical, cleaned, tokens
from lecture_lib.matcalc.paper.tree import Equation
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.sizes import ONE, Size
from lecture_lib.matcalc.walk import free_symbols, topological

# Functions by every name a reader may use, beside the elementwise ones, which keep their own.
SPELLINGS = {
    "σ": "sigmoid",
    "sigma": "sigmoid",
    "logistic": "sigmoid",
    "ln": "log",
    "ReLU": "relu",
    "absolute": "abs",
    "lse": "logsumexp",
    "logsoftmax": "log_softmax",
    "tr": "trace",
    "Tr": "trace",
    "diagflat": "diag",
    "dexpm": "frechet",
    **{
        name: name
        for name in re.findall(
            r"\w+",
            """sqrt softmax log_softmax logsumexp cross_entropy diag diagonal trace norm inv det logdet expm vec sum
            mean outer kron multiply dot matmul transpose concat vstack max min maximum minimum square step sign""",
        )
    },
}


@dataclass(frozen=True)
class Edge:
    """One local derivative: how a piece depends on what it is made of."""

    user: Expr
    parent: Expr

    @property
    def name(self) -> str:
        """The Jacobian's name, ∂h/∂z."""
        return f"∂{text(self.user)}/∂{text(self.parent)}"

    @property
    def rule(self) -> str:
        """The rule that gives it, in words."""
        return rule_name(self.user, self.parent)


@dataclass(frozen=True)
class Atom:
    """What a sign of calculus stands for: a derivative, a change, an entry, a sum over an index, a given name."""

    kind: str
    of: Expr | None = None
    by: Expr | None = None
    via: Expr | None = None
    body: Expr | None = None
    letters: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass
class Problem:
    """A function cut into pieces, as the lines speak of it."""

    pieces: Cut
    atoms: dict[Expr, Atom] = field(default_factory=dict)
    defined: dict[str, Expr] = field(default_factory=dict)
    extra: list[Expr] = field(default_factory=list)
    _paths: dict[tuple[Expr, Expr], frozenset[Edge]] = field(default_factory=dict)

    @property
    def output(self) -> Expr:
        """The name of the whole."""
        return self.pieces.output

    @property
    def order(self) -> list[Expr]:
        """All pieces, what they are made of before them."""
        return [*self.pieces.order, *self.pieces.helpers, *self.extra]

    @cached_property
    def names(self) -> dict[str, Expr]:
        """Symbols and pieces by the one form of their name."""
        found = [*free_symbols(self.output), *self.pieces.order, *self.pieces.helpers]
        return {canonical(e.name): e for e in found}

    @cached_property
    def sizes(self) -> list[Size]:
        """Every size that a row or column of something has, single ones left out."""
        nodes = topological([self.output, *self.pieces.helpers])
        return [s for s in dict.fromkeys(size for e in nodes for size in e.shape) if s != ONE]

    @cached_property
    def labels(self) -> set[str]:
        """The labels of the sizes."""
        return {label for size in self.sizes for label in size.labels}

    @property
    def words(self) -> Vocabulary:
        """What a line may speak of."""
        generic = {n.data[0]: n.data[0] for n in topological([self.output]) if n.op == "elem"}
        functions = {**SPELLINGS, **{name: name for name in FUNCTIONS}, **generic}
        scalars = {name for name, e in self.names.items() if e.is_scalar and e.op == "let"}
        return Vocabulary(set(self.names), self.labels, functions, scalars, set(self.defined))

    def read(self, line: str) -> Equation:
        """The tree of a line."""
        plain, words = cleaned(line), self.words
        return Parser(plain, tokens(plain, words), words).equation()

    def edges(self, roots: Iterable[Expr] | None = None) -> list[Edge]:
        """All local derivatives."""
        return [Edge(p, v) for p in (self.order if roots is None else roots) for v in self.pieces.parents(p)]

    def between(self, of: Expr, by: Expr) -> frozenset[Edge]:
        """The edges on all paths from one quantity to another."""
        if (of, by) not in self._paths:
            reached = {by}
            for piece in self.order:
                if piece != by and any(p in reached for p in self.pieces.parents(piece)):
                    reached.add(piece)
            used: set[Edge] = set()
            open_ends = [of] if of in reached else []
            while open_ends:
                piece = open_ends.pop()
                if piece == by or piece.op != "let":
                    continue
                mine = {Edge(piece, v) for v in self.pieces.parents(piece) if v in reached}
                open_ends += [e.parent for e in mine - used]
                used |= mine
            self._paths[of, by] = frozenset(used)
        return self._paths[of, by]

    def ambiguous(self, of: Expr, by: Expr) -> bool:
        """Is there a direct part beside other paths, so that a ∂ may mean one or the other?"""
        return Edge(of, by) in self.between(of, by) and len(self.between(of, by)) > 1

    def atom(self, symbol: Expr, meaning: Atom) -> Expr:
        """Keep what a symbol stands for."""
        self.atoms[symbol] = meaning
        return symbol

    def inside(self, e: Expr) -> list[Expr]:
        """The atoms in an expression."""
        return [s for s in free_symbols(e) if s in self.atoms]

    def needs(self, e: Expr, moving: frozenset[Expr] | None = None) -> frozenset[Edge]:
        """The edges of which an expression speaks."""
        found: frozenset[Edge] = frozenset()
        for symbol in self.inside(e):
            atom = self.atoms[symbol]
            if atom.kind == "direct":
                assert atom.of is not None and atom.by is not None
                found |= {Edge(atom.of, atom.by)}
            elif atom.kind in ("jac", "grad"):
                assert atom.of is not None and atom.by is not None
                found |= self.between(atom.of, atom.by)
            elif atom.kind == "change":
                assert atom.of is not None
                for leaf in free_symbols(self.output):
                    if moving is None or leaf in moving:
                        found |= self.between(atom.of, leaf)
            if atom.body is not None:
                found |= self.needs(atom.body, moving)
        return found


def problem_of(output: Any) -> Problem:
    """The problem that a named expression, or any expression, poses."""
    if not isinstance(output, Expr):
        raise TypeError(
            f"a derivation is about an expression, such as mc.let('s', u.T @ h), not {type(output).__name__}"
        )
    return Problem(cut_up(output))
