"""One line of a derivation: what it says, what it claims, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass

from lecture_lib.matcalc.expressions import Expr
from lecture_lib.matcalc.labels import Label, label
from lecture_lib.matcalc.printing import LATEX, TEXT, Segment, latex, segments, text, under
from lecture_lib.matcalc.sizes import Shape, show_shape

WIDTH = 60


@dataclass(frozen=True)
class Claim:
    """What a line says about the world, so that finite differences can decide it.

    Args:
        kind: "definition", "local" (∂user/∂of), "jacobian" (∂output/∂of), "gradient" (∇ by of), "change" (d
            user when of moves) or "total change" (d output when of moves).
        of: what moves.
        via: the one piece through which it is felt; None for all.
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


def two_lines(pieces: list[Segment]) -> tuple[str, str]:
    """A formula, and under every factor its shape.

    Args:
        pieces: the formula in segments.

    Returns:
        Two lines of text.
    """
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
