"""A typed derivation, read line by line: what was understood, and the verdict on each line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.paper.build import Builder
from lecture_lib.matcalc.paper.judge import Sides
from lecture_lib.matcalc.paper.problem import Problem
from lecture_lib.matcalc.paper.tokens import canonical
from lecture_lib.matcalc.walk import topological

TRUE = ("follows", "rule", "jump")
FALSE = ("false", "shape", "unreadable")
MARKS = {"follows": "✓", "rule": "✓", "jump": "✓", "false": "✗", "shape": "✗", "unreadable": "?"}


@dataclass(frozen=True)
class Said:
    """What can be said of a line: the name of a mistake, and helps, each further than the one before."""

    mistake: str = ""
    helps: tuple[str, ...] = ("",)
    at_once: int = 0


@dataclass
class Line:
    """One line of a derivation, as it was understood.

    Args:
        number: where it stands in the text, counted from 1.
        text: what was typed.
        kind: "follows", "rule", "jump", "false", "shape" or "unreadable".
        uses: the local derivatives it needs, such as "∂h/∂z".
        exact: was it proved without rounding?
        understood: the line in plain text as it was read; empty where it could not be.
        latex: the same in LaTeX, with the shape under every factor.
        remark: what a `notice` function said of it.
        saying: finds what is to be said of it; asked once, when that is wanted.
        asked: how often more help was asked for.
        rows: the line as text, and the shapes under its factors.
        sides: both sides as expressions; None where it could not be read.

    Attributes:
        mistake: the name of a mistake; empty where there is none.
        message: what is said of the line.

    Example:
        >>> from lecture_lib import matcalc as mc
        >>> u, h = mc.symbols("u:n h:n")
        >>> (line,) = mc.check_derivation(mc.let("s", u.T @ h), "∂s/∂h = u")
        >>> line.kind, line.mistake
        ('false', 'convention')
        >>> line.more().endswith("look at u"), line.more().endswith("it should be ∇_h s = u")
        (True, True)
    """

    number: int
    text: str
    kind: str
    uses: tuple[str, ...] = ()
    exact: bool = False
    understood: str = ""
    latex: str = ""
    remark: str = ""
    saying: Callable[[], Said] = field(default=Said, repr=False)
    asked: int = 0
    rows: tuple[str, str] = ("", "")
    sides: Sides | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Does the line hold?"""
        return self.kind in TRUE

    @property
    def mark(self) -> str:
        """✓ where it was proved, ✓≈ where it holds in double precision, ✗ or ?."""
        return MARKS[self.kind] + ("≈" if self.ok and not self.exact else "")

    @cached_property
    def said(self) -> Said:
        """All that can be said of it: the search for a mistake's name takes longer than the verdict."""
        return self.saying()

    @property
    def mistake(self) -> str:
        """The name of a mistake; empty where there is none."""
        return self.said.mistake

    @property
    def message(self) -> str:
        """What is said of the line, with as much help as was asked for."""
        return "; ".join(h for h in self.said.helps[: self.said.at_once + self.asked + 1] if h)

    def more(self) -> str:
        """Help one level further: the kind of the mistake, its place, its repair; never the next line.

        Returns:
            The message with the new help in it.
        """
        self.asked = min(self.asked + 1, len(self.said.helps) - 1)
        return self.message

    def __str__(self) -> str:
        return f"{self.mark} {self.understood or self.text}   {self.message}"


Notice = Callable[[Line], "str | None"]


@dataclass
class Derived(Sequence[Line]):
    """The lines of a derivation with their verdicts; true when all of them hold.

    Args:
        problem: what the lines are about.
        lines: the lines.

    >>> from lecture_lib import matcalc as mc
    >>> u, h = mc.symbols("u:n h:n")
    >>> print(mc.check_derivation(mc.let("s", u.T @ h), "∂s/∂h = u^T"))
    1 ✓ ∂s/∂h = uᵀ   uses ∂s/∂h: a product: the other factor stays
                1×n
    """

    problem: Problem
    lines: list[Line]

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> list[Line]: ...

    def __getitem__(self, place: int | slice) -> Line | list[Line]:
        return self.lines[place]

    def __len__(self) -> int:
        return len(self.lines)

    def __bool__(self) -> bool:
        return bool(self.lines) and all(line.ok for line in self.lines)

    @property
    def verdict(self) -> str:
        """All lines in one sentence."""
        bad = [line.number for line in self.lines if not line.ok]
        if not self.lines:
            return "There is no line yet."
        if bad:
            return f"Line {bad[0]} does not hold." if len(bad) == 1 else f"{len(bad)} lines do not hold."
        jumps = sum(line.kind == "jump" for line in self.lines)
        proved = all(line.exact for line in self.lines)
        how = "every one proved without rounding" if proved else "those with ≈ in double precision only"
        return f"All {len(self.lines)} lines hold, {how}" + (f"; {jumps} take several rules at once." if jumps else ".")

    def reaches(self, goal: str, given: Sequence[str]) -> bool:
        """Does the last line say what is asked for, in the given names alone?

        Args:
            goal: its left side, such as "∇_b s".
            given: the names that its right side may use, as text.

        Returns:
            True when it does.
        """
        sides = self.lines[-1].sides if self.lines else None
        if sides is None:
            return False
        wanted = next(iter(Builder(self.problem).side(self.problem.read(f"= {goal}").sides[0]).values()))
        allowed = {canonical(name) for name in given}
        left = self._meaning(sides.left)
        return self._meaning(wanted) == left and self._speaks(sides.right) <= allowed

    def _meaning(self, e: Expr) -> object:
        """What a left side stands for: the same for ∇_z s and for δ that names it."""
        atom = self.problem.atoms.get(e)
        while atom is not None and atom.kind == "name" and atom.body is not None:
            e = atom.body
            atom = self.problem.atoms.get(e)
        return e if atom is None else (atom.kind.replace("direct", "jac"), atom.of, atom.by, atom.letters, atom.below)

    def _speaks(self, e: Expr) -> set[str]:
        """The names in an expression; calculus that is left in it counts as a name that is never given."""
        found: set[str] = set()
        for node in topological([e], into_lets=False):
            atom = self.problem.atoms.get(node)
            if node.op not in ("symbol", "let") or (atom is not None and atom.kind == "equal"):
                continue
            if atom is None or atom.kind == "name":
                found.add(canonical(str(node.data if isinstance(node.data, str) else node.data.text)))
            elif atom.body is not None:
                found |= self._speaks(atom.body)
            else:
                found.add("∂")
        return found

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        width = max((len(line.rows[0]) for line in self.lines), default=0)
        marks = max((len(line.mark) for line in self.lines), default=1)
        number = len(str(max((line.number for line in self.lines), default=1)))
        out = []
        for line in self.lines:
            above, below = line.rows
            head = f"{line.number:>{number}} {line.mark:<{marks}} "
            out.append(f"{head}{above:<{min(width, 60)}}   {line.message}".rstrip())
            if below.strip():
                out.append(" " * len(head) + below)
            if line.remark:
                out.append(" " * len(head) + f"({line.remark})")
        return "\n".join(out)

    def _repr_markdown_(self) -> str:
        rows = ["| | | as it was understood | |", "|--:|:--|:--|:--|"]
        for line in self.lines:
            shown = f"$\\displaystyle {line.latex}$" if line.latex else f"`{line.text.replace('|', '∣')}`"
            told = _escaped(line.message) + (f" *{_escaped(line.remark)}*" if line.remark else "")
            rows.append(f"| {line.number} | {line.mark} | {shown} | {told} |")
        return "\n".join([*rows, "", self.verdict])

    def _repr_latex_(self) -> str:
        lines = [
            f"&{line.latex or chr(92) + 'text{unreadable}'} && \\text{{{line.mark} {line.kind}}}" for line in self.lines
        ]
        return "$$\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}$$"


def _escaped(words: str) -> str:
    for sign in "\\_*|":
        words = words.replace(sign, "\\" + sign)
    return words
