"""What a derivation is made of: its lines, each with its claim and its rule, and what they lead to.

A record is data; what is done with one, measuring it, showing it, going on with it, stands in the modules above.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lecture_lib.matcalc.closed import closed_form, weight
from lecture_lib.matcalc.cut import Cut
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.labels import Label, change_label, label
from lecture_lib.matcalc.printing import LATEX, TEXT, Segment, latex, segments, text, under
from lecture_lib.matcalc.rules import Differential, changed, differential
from lecture_lib.matcalc.sizes import Shape, show_shape

WIDTH = 60
# The longest closed form that becomes a line: with its left side it takes about 70 characters. One with more nodes than
# SMALL would not fit anyway.
CLOSED = 58
SMALL = 90
PUT_BACK = "put the names back in"


def moving(v: Expr) -> Expr:
    """dv, a small change of v."""
    return Expr("symbol", (), change_label(v.data), v.shape)


def whole_change(pieces: Cut, v: Expr, d: Expr, rule: Differential = differential) -> Expr:
    """How the output changes when v changes by d, through all pieces."""
    moves = {v: d}
    for piece in pieces.order:
        mine = {p: moves[p] for p in pieces.parents(piece) if p in moves}
        if mine:
            moves[piece] = changed(piece.args[0], mine, pieces.names, rule)
    return moves[pieces.output]


@dataclass(frozen=True)
class Claim:
    """What a line says about the world, so that finite differences can decide it.

    The kind is "definition", "local" (∂user/∂of), "jacobian" (∂output/∂of), "gradient" (∇ by of), "change" (d user when
    of moves) or "total change" (d output when of moves); via is the one piece through which it is felt, None for all.
    """

    kind: str
    of: Expr
    via: Expr | None = None


@dataclass(frozen=True)
class Step:
    """One line.

    Args:
        subject: the left side: a label, or a named expression.
        body: the right side.
        claim: what the line claims.
        rule: the rule that gives it, in words.
        again: does it continue the line above (same left side)?

    >>> from lecture_lib import matcalc as mc
    >>> u, h = mc.symbols("u:n h:n")
    >>> print(mc.derive(u.T @ h, wrt=[h]).steps[-1])
    ∇_h J = u    (n×1)    transpose to the shape of h
    """

    subject: Label | Expr
    body: Expr
    claim: Claim
    rule: str
    again: bool = False

    @property
    def left(self) -> Label:
        """How the left side is written."""
        return label(self.subject.data) if isinstance(self.subject, Expr) else self.subject

    @property
    def sign(self) -> str:
        """The sign between the sides: := where a name is given."""
        return ":=" if self.left.kind == "signal" else "="

    @property
    def shape(self) -> Shape:
        """The shape of the right side."""
        return self.body.shape

    @property
    def text(self) -> str:
        """The line in plain text."""
        return f"{'' if self.again else self.left.text + ' '}{self.sign} {text(self.body)}"

    @property
    def latex(self) -> str:
        """The line in LaTeX, left and right separated by an alignment sign, shapes below the factors."""
        return f"{'' if self.again else self.left.latex} &{self.sign} {latex(self.body, shapes=True)}"

    @property
    def wrapped(self) -> list[list[Segment]]:
        """The right side in rows of at most WIDTH characters, broken before a + or − of its sum."""
        rows: list[list[Segment]] = [[]]
        for term in _terms(segments(self.body, TEXT)):
            length = len(self.left.text) + 4 + len(_joined(rows[-1])) + len(_joined(term))
            if rows[-1] and length > WIDTH:
                rows.append([])
            rows[-1] += term
        return rows

    @property
    def latex_rows(self) -> list[str]:
        """The right side in LaTeX, broken into the same rows, with the shape under every factor."""
        counts = [len(row) for row in self.wrapped]
        pieces = segments(self.body, LATEX)
        if len(pieces) != sum(counts):
            return [latex(self.body, shapes=True)]
        starts = [sum(counts[:k]) for k in range(len(counts))]
        return ["".join(under(p, True) for p in pieces[i : i + n]) for i, n in zip(starts, counts, strict=True)]

    def __str__(self) -> str:
        return f"{self.text}    ({show_shape(self.shape)})    {self.rule}"


@dataclass
class Record:
    """All lines of a derivation, in order, and what they lead to; `Derivation` says what each field is."""

    pieces: Cut
    wanted: list[Expr]
    told: list[Step]
    columns: dict[Expr, Expr]
    rows: dict[Expr, Expr]
    deltas: dict[str, Expr]
    jacobian: bool = False

    @property
    def output(self) -> Expr:
        """What was differentiated, by its name."""
        return self.pieces.output

    def found(self, v: Expr) -> Expr:
        """What was derived for one quantity, in the names of the derivation."""
        return self.rows[v] if self.jacobian else self.columns[v]

    @cached_property
    def steps(self) -> list[Step]:
        """The lines; the last of each quantity puts the names back in where that fits."""
        lines = list(self.told)
        sizes = weight(*(self.found(v) for v in self.wanted))
        for v in self.wanted:
            found = self.found(v)
            mine = [k for k, step in enumerate(lines) if step.claim.of == v]
            if not mine or sizes[found] > SMALL:
                continue
            last = lines[mine[-1]]
            body = closed_form(found)
            if text(body) != text(last.body) and len(text(body)) <= CLOSED:
                claim = Claim("jacobian" if self.jacobian else "gradient", v)
                lines.insert(mine[-1] + 1, Step(last.subject, body, claim, PUT_BACK, again=True))
        return lines


def two_lines(pieces: list[Segment]) -> tuple[str, str]:
    """A formula, and under every factor its shape."""
    above, below = "", ""
    for piece in pieces:
        written, shape = piece.written, _shape_under(piece)
        if piece.shape is None:
            unary = not above or above.endswith("(")
            written = f" {written.strip()} " if written.strip() in "∘+−" and not unary else written.strip("·")
        elif above and not above.endswith("(") and not (above.endswith(" ") and below.endswith(" ")):
            written = " " + written
            shape = " " + shape
        width = max(len(written), len(shape))
        below = below.ljust(len(above))
        above += written.ljust(width)
        below += shape.ljust(width)
    return above.rstrip(), below.rstrip()


def _terms(pieces: list[Segment]) -> list[list[Segment]]:
    """Segments grouped by the terms of the outermost sum, each with its sign."""
    groups: list[list[Segment]] = [[]]
    depth = 0
    for piece in pieces:
        depth += (piece.written == "(") - (piece.written == ")")
        if depth == 0 and piece.shape is None and piece.written in (" + ", " − "):
            groups.append([])
        groups[-1].append(piece)
    return groups


def _joined(pieces: list[Segment]) -> str:
    return "".join(p.written for p in pieces)


def _shape_under(piece: Segment) -> str:
    return "" if piece.shape is None or show_shape(piece.shape) == "1" else show_shape(piece.shape)
