"""The derivation on rails: its lines beside the graph, whose edges light where a line uses them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lecture_lib.course.site.figures import own
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.rails_stage import EDGES, stage, still
from lecture_lib.course.site.mathml import mathml

UNITS, INPUTS = 100, 250
"""The sizes n and m of the trained network of notebook 01, for which multiplications are counted."""


@dataclass(frozen=True)
class Factor:
    """A piece of a line.

    Attributes:
        tex: its formula.
        shape: its shape, in the letters n and m; none for what is no factor.
        edge: the edge whose Jacobian it is.
        front: it belongs to the front that all chains share.
    """

    tex: str
    shape: str = ""
    edge: str = ""
    front: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a derivation.

    Attributes:
        factors: its pieces, in order.
        edges: what lights up.
        words: the same in a sentence.
        count: how many multiplications all gradients so far take.
        joins: from here on the shared fronts are one.
    """

    factors: tuple[Factor, ...]
    edges: tuple[str, ...]
    words: str
    count: int | None = None
    joins: bool = False

    @property
    def latex(self) -> str:
        """The whole line as one formula."""
        return " ".join(factor.tex for factor in self.factors)


FRONT = (
    Factor(r"u^\top", "1×n", "h", front=True),
    Factor(r"\operatorname{diag}(f'(z))", "n×n", "z", front=True),
)
DELTA = Factor(r"\delta^\top", "1×n", "z")
EQUALS = Factor("=")
NAMED = (
    Factor(r"\delta := \nabla_z s"),
    EQUALS,
    Factor("u", "n×1", "h"),
    Factor(r"\circ"),
    Factor("f'(z)", "n×1", "z"),
)


def product(*shapes: tuple[int, int]) -> int:
    """How many multiplications a product of full matrices takes, from the left.

    Example:
        >>> product((1, 3), (3, 3), (3, 5))
        24
    """
    (rows, inner), total = shapes[0], 0
    for below, columns in shapes[1:]:
        assert below == inner
        total += rows * inner * columns
        inner = columns
    return total


def gradient(name: str) -> str:
    r"""The Jacobian of the score by a parameter: ``\frac{\partial s}{\partial b}``."""
    return rf"\frac{{\partial s}}{{\partial {name}}}"


def forward() -> Line:
    """The line with which both derivations begin."""
    parts = (
        Factor("z = Wx + b,", "n×1"),
        Factor("h = f(z),", "n×1"),
        Factor(r"s = u^\top h", "a number"),
    )
    return Line(parts, tuple(EDGES), "Forward: everything goes through z and h before it reaches the score.")


def score_and_delta() -> list[Line]:
    """The lines of notebook 05: three chains with one front, which is named δ."""
    n, m = UNITS, INPUTS
    alone = (n, n + n * m, n + n * m)
    shared = n + 2 * n * m
    saved = f"All three begin with the same front. Computed once, it saves {sum(alone) - shared} multiplications."

    def local(below: str, above: str, factor: Factor) -> tuple[Factor, ...]:
        return Factor(rf"\frac{{\partial {above}}}{{\partial {below}}}"), EQUALS, factor

    def chain(name: str, last: Factor) -> tuple[Factor, ...]:
        return Factor(gradient(name)), EQUALS, *FRONT, last

    transposed = (
        Factor(r"\nabla_b s"), EQUALS, Factor(r"\delta,", "n×1", "b"),
        Factor(r"\nabla_x s"), EQUALS, Factor(r"W^\top", "m×n", "x"), Factor(r"\delta", "n×1", "z"),
    )  # fmt: skip
    return [
        forward(),
        Line(local("h", "s", Factor(r"u^\top", "1×n", "h")), ("h",),
             "A product: the other factor stays. One output, so one row."),
        Line(local("z", "h", Factor(r"\operatorname{diag}(f'(z))", "n×n", "z")), ("z",),
             "An elementwise function: each unit sees its own z alone."),
        Line(local("b", "z", Factor("I", "n×n", "b")), ("b",),
             "Move one bias, and its own z moves as far."),
        Line(chain("b", Factor("I", "n×n", "b")), ("h", "z", "b"),
             "Back from s to b: three edges, three factors. Entry by entry they take n multiplications.", alone[0]),
        Line(chain("x", Factor("W", "n×m", "x")), ("h", "z", "x"),
             "Back from s to x: the first two edges are the same.", sum(alone[:2])),
        Line(chain("W", Factor(r"\frac{\partial z}{\partial W}", "n×nm", "W")), ("h", "z", "W"),
             "Back from s to W: the same two once more. The last factor is for notebook 06.", sum(alone)),
        Line(NAMED, ("h", "z"), saved, shared, joins=True),
        Line(transposed, ("b", "x"),
             "Rows become columns, in the shape of what they belong to.", shared),
    ]  # fmt: skip


def both_ways() -> list[Line]:
    """The lines of notebook 06: Jacobians to the end, then shapes at every step."""
    n, m = UNITS, INPUTS
    row, square, wide, widest = (1, n), (n, n), (n, m), (n, n * m)
    alone = [product(row, square, last) for last in (square, wide, widest)]
    named = [product(row, last) for last in (square, wide, widest)]
    kronecker = Factor(r"(I \otimes x^\top)", "n×nm", "W")
    return [
        forward(),
        Line((Factor(gradient("b")), EQUALS, *FRONT, Factor("I", "n×n", "b")), ("h", "z", "b"),
             "Jacobians to the end: three full matrices, multiplied from the left.", alone[0]),
        Line((Factor(gradient("x")), EQUALS, *FRONT, Factor("W", "n×m", "x")), ("h", "z", "x"),
             "The front is the same, and is computed again.", sum(alone[:2])),
        Line((Factor(gradient(r"\operatorname{vec} W")), EQUALS, *FRONT, kronecker), ("h", "z", "W"),
             "All weights in a line: the last matrix is almost all zeros.", sum(alone)),
        Line(NAMED, ("h", "z"),
             "The three fronts are one δ, and take n multiplications in all.", n + sum(named), joins=True),
        Line((Factor(r"\nabla_b s"), EQUALS, Factor(r"\delta", "n×1", "b")), ("b",),
             "Now in shapes: a row becomes a column, and nobody multiplies by I.", n + sum(named[1:])),
        Line((Factor(r"\nabla_x s"), EQUALS, Factor(r"W^\top", "m×n", "x"), Factor(r"\delta", "n×1", "z")), ("x",),
             "A sum over all units that an input feeds: nm multiplications.", n + sum(named[1:])),
        Line((Factor(r"\nabla_W s"), EQUALS, Factor(r"\delta", "n×1", "z"), Factor(r"x^\top", "1×m", "W")), ("W",),
             "The long row, folded in the shape of W: an outer product, without a zero.", n + 2 * n * m),
    ]  # fmt: skip


def rails(lines: Sequence[Line]) -> Live:
    """The picture of some lines."""

    def part(factor: Factor) -> dict[str, Any]:
        return asdict(factor) | {"mathml": mathml(factor.tex)}

    data = {
        "stage": stage(),
        "lines": [asdict(line) | {"factors": [part(factor) for factor in line.factors]} for line in lines],
        "delta": part(DELTA),
        "sizes": f"n = {UNITS}, m = {INPUTS}",
    }
    drawn = still()
    told = "".join(f'<li><span class="math">{html.escape(line.latex)}</span><br>{line.words}</li>' for line in lines)
    room = f'<div class="rails-room" style="--lines:{len(lines)}">{own(drawn.svg, drawn.alt)}<ol>{told}</ol></div>'
    return Live("rails", data, room, f"Lines of the derivation, and the edges that they use. {drawn.alt}")


def rails_of_delta() -> Live:
    """The derivation of notebook 05."""
    return rails(score_and_delta())


def rails_of_weights() -> Live:
    """The derivation of notebook 06."""
    return rails(both_ways())
