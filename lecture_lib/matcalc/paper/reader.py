"""Reads the lines of a derivation one by one, and judges each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.labels import label
from lecture_lib.matcalc.paper.build import Builder
from lecture_lib.matcalc.paper.derived import Derived, Line, Notice, Said
from lecture_lib.matcalc.paper.judge import Judge, Sides, Step
from lecture_lib.matcalc.paper.problem import Atom, Problem, problem_of
from lecture_lib.matcalc.paper.slips import slip_of
from lecture_lib.matcalc.paper.tokens import Unreadable, canonical, cleaned
from lecture_lib.matcalc.paper.tree import Equation, Node, walk
from lecture_lib.matcalc.printing import TEXT, latex, segments, text
from lecture_lib.matcalc.record import two_lines
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.walk import free_symbols

# A line with more signs than this is not read.
MOST_NODES = 150
# What a line that only means to be one can raise on its way; none of it may end the reading.
TROUBLES = (ValueError, TypeError, ArithmeticError, IndexError, KeyError, NotImplementedError, RecursionError)


def check_derivation(
    output: Expr,
    text: str,
    names: Mapping[str, str | Expr] | None = None,
    notice: Notice | None = None,
) -> Derived:
    """Read a derivation line by line, and judge every line.

    A line is an equation such as ``∂s/∂b = δᵀ``; one that begins with ``=`` goes on from the line above, ``:=`` gives
    a name, what follows ``#`` is ignored. Plain text, Unicode, LaTeX and NumPy spellings may be mixed. ∂ is a Jacobian,
    ∇ has the shape of what it is taken by.

    Args:
        output: what is differentiated, best named with `let`; its symbols and names may be used in the lines.
        text: the lines.
        names: further names, each with what it stands for: ``{"δ": "∇_z s"}``, or an expression.
        notice: called with every line, may return a remark on it; the verdict stays.

    Returns:
        The lines with their verdicts; true when all hold.

    Raises:
        TypeError: output is no expression, or text no text.
        ValueError: a name is taken, or cannot be read.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, b, u = mc.symbols("W:n×m  x:m  b:n  u:n")
    >>> z = mc.let("z", W @ x + b); h = mc.let("h", mc.f(z)); s = mc.let("s", u.T @ h)
    >>> lines = mc.check_derivation(s, '''
    ...     ds/db = ds/dh dh/dz dz/db
    ...     ∂h/∂z = diag(f'(z))
    ...     ∇_W s = x δ^T
    ... ''', names={"δ": "∇_z s"})
    >>> [line.kind for line in lines], lines[1].uses, bool(lines)
    (['follows', 'rule', 'false'], ('∂h/∂z',), False)
    """
    if not isinstance(text, str):
        raise TypeError(f"a derivation is a text with a line for every step, not {type(text).__name__}")
    return Reader(problem_of(output), names or {}, notice).read(text)


class Reader:
    """Goes through the lines of one derivation."""

    def __init__(self, problem: Problem, names: Mapping[str, str | Expr], notice: Notice | None = None) -> None:
        self.problem = problem
        self.judge = Judge(problem)
        self.notice = notice
        self.left: Node | None = None
        self.before: Node | None = None
        self.false_line = 0
        for name, value in names.items():
            self._give(name, value)

    def _give(self, name: str, value: str | Expr) -> None:
        plain = canonical(name)
        if not plain.isidentifier():
            raise ValueError(f"{name!r} cannot be a name: write letters, digits and _, starting with a letter")
        if plain in self.problem.names:
            raise ValueError(f"{name} is taken: it is {self.problem.names[plain].args or 'a symbol'} here")
        if isinstance(value, Expr):
            self._define(plain, value)
            return
        try:
            node = self.problem.read(f"= {value}").sides[0]
            self._define(plain, next(iter(Builder(self.problem, same=self.judge.same).side(node).values())))
        except ValueError as error:
            raise ValueError(f"{name} cannot stand for {value!r}: {error}") from None

    def _define(self, name: str, body: Expr) -> Expr:
        symbol = Expr("symbol", (), label(name), body.shape)
        self.problem.defined[name] = self.problem.atom(symbol, Atom("name", body=body))
        return symbol

    def read(self, text: str) -> Derived:
        """All lines."""
        lines: list[Line] = []
        written = [typed.strip() for typed in text.splitlines() if cleaned(typed).strip()]
        for number, typed in enumerate(written, 1):
            lines += self.lines(number, typed)
        for line in lines:
            if self.notice is not None:
                line.remark = str(self.notice(line) or "")
        return Derived(self.problem, lines)

    def lines(self, number: int, typed: str) -> list[Line]:
        """One typed line, a verdict for each of its equations."""
        try:
            equation = self.problem.read(typed)
            if sum(1 for side in equation.sides for _ in walk(side)) > MOST_NODES:
                raise Unreadable("the line is too long: write it in steps")
            if equation.goes_on and self.left is None:
                raise Unreadable("a line that begins with = goes on from the line above, and there is none to read")
        except TROUBLES as error:
            if not cleaned(typed).strip().startswith("="):
                self.left = self.before = None
            return [Line(number, typed, "unreadable", saying=_words(f"cannot be read: {error}"), rows=(typed, ""))]
        return list(self._equations(number, typed, equation))

    def _equations(self, number: int, typed: str, equation: Equation) -> Iterator[Line]:
        rights = equation.sides if equation.goes_on else equation.sides[1:]
        if not equation.goes_on:
            self.left, self.before = equation.sides[0], None
        for k, right in enumerate(rights):
            assert self.left is not None
            again = equation.goes_on or k > 0
            if self.left.op == "new":
                yield self._definition(number, typed, self.left, right)
            else:
                yield self._equation(number, typed, self.left, right, again)
            self.before = right

    def _definition(self, number: int, typed: str, left: Node, right: Node) -> Line:
        """A new name."""
        try:
            body = next(iter(Builder(self.problem, same=self.judge.same).side(right).values()))
        except TROUBLES as error:
            return self._unfit(number, typed, error)
        symbol = self._define(left.data, body)
        self.left = Node("name", (), left.data)
        line = Line(number, typed, "follows", exact=True, saying=_words(f"{text(symbol)} is a name for {text(body)}"))
        return self._shown(line, Sides(symbol, body, {}), ":=", False)

    def _equation(self, number: int, typed: str, left: Node, right: Node, again: bool) -> Line:
        try:
            step = self.judge.step(left, right)
            sides = step.sides if step is not None else self.judge.build(left, right)
        except TROUBLES as error:
            line = self._unfit(number, typed, error)
            if line.kind == "shape":
                line.saying = self._naming(left, right, typed, None, line.saying().helps[0])
            self.false_line = self.false_line or number
            return line
        if step is not None:
            line = self._right(number, typed, step)
        elif self.false_line and self._goes_on_right(left, right):
            told = f"follows, if line {self.false_line} were right"
            line = Line(number, typed, "follows", saying=_words(told))
        else:
            line = Line(number, typed, "false", saying=self._naming(left, right, typed, sides))
            self.judge.assume(sides)
            self.false_line = self.false_line or number
        return self._shown(line, sides, "=", again)

    def _goes_on_right(self, left: Node, right: Node) -> bool:
        """Does a line follow from the false ones above?"""
        if self.before is not None:
            try:
                if self.judge.step(self.before, right) is not None:
                    return True
            except TROUBLES:
                pass
        return self.judge.follows_from_false(left, right)

    def _unfit(self, number: int, typed: str, error: Exception) -> Line:
        kind = "shape" if isinstance(error, ShapeError) else "unreadable"
        told = str(error).splitlines()[0]
        said = Said("shape", (told,)) if kind == "shape" else Said("", (f"cannot be read: {told}",))
        return Line(number, typed, kind, saying=lambda: said, rows=(typed, ""))

    def _right(self, number: int, typed: str, step: Step) -> Line:
        uses = sorted(step.uses, key=lambda e: e.name)
        if not uses:
            kind, told = "follows", "follows from what stands above by algebra and the chain rule"
        elif len(uses) == 1:
            kind, told = "rule", f"uses {uses[0].name}: {uses[0].rule}"
        elif self._is_change(step, uses[0].user) and len({e.user for e in uses}) == 1:
            parts = ", ".join(text(e.parent) for e in uses)
            kind, told = "rule", f"uses the differential of {text(uses[0].user)}: each of {parts} moves by itself"
        else:
            rules = ", ".join(f"{e.name} ({e.rule})" for e in uses)
            kind, told = "jump", f"true, but {len(uses)} rules at once: {rules}; write the lines between"
        if step.sides.direct:
            told += "; ∂ is read as the direct part, everything else held fixed"
        if step.sides.leaves is not None:
            told += f"; {self._held(step.sides.leaves)}"
        if not step.exact:
            told += "; measured in double precision, not proved"
        if self.false_line:
            told += f"; true, though line {self.false_line} is not"
        self.judge.opened |= step.uses
        return Line(number, typed, kind, tuple(e.name for e in uses), step.exact, saying=_words(told))

    def _is_change(self, step: Step, piece: Expr) -> bool:
        """Is the left side the change of a piece?"""
        atom = self.problem.atoms.get(step.sides.left)
        return atom is not None and atom.kind == "change" and atom.of == piece

    def _held(self, leaves: frozenset[Expr]) -> str:
        """Which symbols move in a differential, and which are held fixed."""
        held = [text(v) for v in free_symbols(self.problem.output) if v not in leaves]
        moved = sorted(text(v) for v in leaves)
        return f"only {moved[0]} moves" if len(moved) == 1 else f"{', '.join(held)} held fixed"

    def _naming(self, left: Node, right: Node, typed: str, sides: Sides | None, first: str = "") -> Callable[[], Said]:
        """Finds the name of a mistake: its kind is told, its place and repair wait until asked for."""
        known = dict(self.problem.defined)

        def name() -> Said:
            slip = slip_of(self.judge, left, right, cleaned(typed), sides, known)
            if slip is None:
                return Said("shape", (first,)) if sides is None else _unnamed(sides)
            place = f"look at {slip.place}" if slip.place and slip.mistake != "path" else slip.place
            repair = slip.repair and (slip.repair if slip.mistake == "path" else f"it should be {slip.repair}")
            helps = [first, f"{slip.mistake}: {slip.words}", place, repair]
            return Said(slip.mistake, tuple(h for h in helps if h), 1 if first else 0)

        return name

    def _shown(self, line: Line, sides: Sides, sign: str, again: bool) -> Line:
        """The line as it was understood."""
        line.sides = sides
        before = "" if again else f"{text(sides.left)} "
        line.understood = f"{before}{sign} {text(sides.right)}"
        shown = "" if again else latex(sides.left, shapes=True)
        line.latex = f"{shown} {sign if sign == '=' else ':='} {latex(sides.right, shapes=True)}".strip()
        head = f"{before}{sign} "
        above, below = two_lines(segments(sides.right, TEXT))
        line.rows = (head + above, " " * len(head) + below if below.strip() else "")
        return line


def _words(told: str) -> Callable[[], Said]:
    return lambda: Said("", (told,))


def _unnamed(sides: Sides) -> Said:
    """False, by none of the usual mistakes, or by the shapes."""
    if sides.fits:
        return Said("unknown", ("false, by none of the usual mistakes",))
    shapes = f"the left side is {show_shape(sides.left.shape)}, the right side {show_shape(sides.right.shape)}"
    return Said("shape", (f"false: {shapes}",))
