"""The verdict on one equation: how many local derivatives must be opened before both sides agree."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.functions import lookup
from lecture_lib.matcalc.paper.build import Builder, Readings
from lecture_lib.matcalc.paper.exact import field_world
from lecture_lib.matcalc.paper.problem import Edge, Problem
from lecture_lib.matcalc.paper.tree import Node, walk
from lecture_lib.matcalc.paper.worlds import CLOSE, Scene, World, real_worlds
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.sizes import Size
from lecture_lib.matcalc.walk import free_symbols, topological

# So many ∂ of one line may mean two things; each is tried both ways.
MOST_DOUBTS = 4
# So near must double precision come where whole numbers do not know a relation, and these are the operations with one.
CLOSEST = 1e-12
NUMERIC = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "norm",
    "logdet",
    "max",
    "winner",
    "maximum",
    "minimum",
)


@dataclass(frozen=True)
class Sides:
    """Both sides of an equation in one reading.

    Args:
        left: the left side.
        right: the right side, None where it does not fit the left.
        letters: the sizes of its indices.
        leaves: the symbols that move in a differential; None for all.
        direct: how many ∂ are read as the direct part.
    """

    left: Expr
    right: Expr
    letters: Mapping[str, Size]
    leaves: frozenset[Expr] | None = None
    direct: int = 0

    @property
    def fits(self) -> bool:
        """Have both sides one shape?"""
        return self.left.shape == self.right.shape


@dataclass(frozen=True)
class Step:
    """A true equation: in which reading, the edges it opens, and whether it was proved without rounding."""

    sides: Sides
    uses: frozenset[Edge]
    exact: bool


@dataclass
class Judge:
    """Keeps the worlds of one problem and what has been stated so far."""

    problem: Problem
    opened: frozenset[Edge] = frozenset()
    assumed: list[tuple[tuple[Expr, Expr], Sides]] = field(default_factory=list)

    @cached_property
    def worlds(self) -> list[World]:
        """Real numbers, drawn several times."""
        return real_worlds(self.problem)

    @cached_property
    def field(self) -> World | None:
        """Whole numbers modulo a prime; None where the function has no place there."""
        return field_world(self.problem)

    def same(self, e: Expr) -> Expr | None:
        """The quantity that an expression is, by its value."""
        for piece in [*self.problem.order, *free_symbols(self.problem.output)]:
            if piece.shape == e.shape and all(
                w.numbers.equal(Scene(w).value(e), Scene(w).value(piece)) for w in self.worlds
            ):
                return piece
        return None

    def build(
        self,
        left: Node,
        right: Node,
        direct: frozenset[int] = frozenset(),
        memo: dict[int, tuple[Node, Readings]] | None = None,
    ) -> Sides:
        """Both sides, with the readings that fit each other; a memo keeps what was built for many similar lines."""
        builder = Builder(self.problem, direct, self.same, memo=memo)
        lefts, rights = builder.side(left), builder.side(right)
        if left.op == "num":
            lefts, rights = _filled(lefts, rights)[::1]
        rights = _filled(rights, lefts)[0]
        shape = next((s for s in lefts if s in rights), None)
        letters = {letter: size for letter, (size, _) in builder.letters.items()}
        if shape is None:
            return Sides(next(iter(lefts.values())), next(iter(rights.values())), letters)
        return Sides(lefts[shape], rights[shape], letters)

    def readings(self, left: Node, right: Node) -> Iterator[Sides]:
        """All ways to understand an equation, the usual one first: ∂ as the total derivative, everything moves."""
        plain = self.build(left, right)
        yield from self._moving(plain)
        doubtful = [n for side in (left, right) for n in walk(side) if n.op == "jac" and self._doubtful(n)]
        if not doubtful or len(doubtful) > MOST_DOUBTS:
            return
        for count in range(1, len(doubtful) + 1):
            for chosen in itertools.combinations(doubtful, count):
                sides = self.build(left, right, frozenset(id(n) for n in chosen))
                yield Sides(sides.left, sides.right, sides.letters, None, count)

    def _doubtful(self, node: Node) -> bool:
        builder = Builder(self.problem, frozenset(), self.same)
        (of, _), (by, _) = builder._target(node.args[0]), builder._target(node.args[1])
        return node.data is None and self.problem.ambiguous(of, by)

    def _moving(self, plain: Sides) -> Iterator[Sides]:
        yield plain
        changes = [self._moved(side) for side in (plain.left, plain.right)]
        written = changes[0] | changes[1]
        leaves = frozenset(e for e in written if e.op == "symbol")
        everything = free_symbols(self.problem.output)
        choices = [leaves] if leaves else []
        # With others held fixed: only what is felt through the changes on the right moves.
        below = frozenset(v for v in everything if any(v == e or self.problem.between(e, v) for e in changes[1]))
        choices += [below] if changes[1] else []
        for choice in dict.fromkeys(choices):
            if choice and choice != frozenset(everything):
                yield Sides(plain.left, plain.right, plain.letters, choice)

    def _moved(self, e: Expr) -> set[Expr]:
        """The quantities whose changes an expression speaks of."""
        found: set[Expr] = set()
        for symbol in self.problem.inside(e):
            atom = self.problem.atoms[symbol]
            if atom.kind == "change" and atom.of is not None:
                found.add(atom.of)
            if atom.body is not None:
                found |= self._moved(atom.body)
        return found

    def holds(
        self,
        sides: Sides,
        opened: frozenset[Edge] | None,
        worlds: Sequence[World] | None = None,
        close: float = CLOSE,
    ) -> bool:
        """Do both sides agree with these edges open?"""
        if not sides.fits:
            return False
        for world in self.worlds if worlds is None else worlds:
            scene = Scene(world, opened, leaves=sides.leaves, letters=sides.letters)
            if not world.numbers.equal(scene.value(sides.left), scene.value(sides.right), close):
                return False
        return True

    def step(self, left: Node, right: Node) -> Step | None:
        """The equation as a step, if it is true in one of its readings."""
        for sides in self.readings(left, right):
            if self.holds(sides, None):
                return self._measured(sides)
        return None

    def _measured(self, sides: Sides) -> Step | None:
        """The smallest number of edges that must be opened; None where exact numbers refuse the equation."""
        needed = self.problem.needs(sides.left, sides.leaves) | self.problem.needs(sides.right, sides.leaves)
        closed = sorted(needed - self.opened, key=lambda e: e.name)
        uses = self._smallest(sides, closed)
        exact = self.proved(sides, self.opened | uses)
        if exact is False and not self._by_identity(sides):
            return None
        return Step(sides, uses, bool(exact))

    def _by_identity(self, sides: Sides) -> bool:
        """May a line be right that whole numbers refuse: by a relation of known functions, such as σ(−z) = 1 − σ(z)?"""
        nodes = topological([sides.left, sides.right, self.problem.output])
        known = any(n.op in NUMERIC or (n.op == "elem" and lookup(n.data[0]).slope is not None) for n in nodes)
        return known and self.holds(sides, None, self.worlds, CLOSEST)

    def _smallest(self, sides: Sides, closed: list[Edge]) -> frozenset[Edge]:
        first = self.worlds[:1]
        if self.holds(sides, self.opened):
            return frozenset()
        for edge in closed:
            if self.holds(sides, self.opened | {edge}, first) and self.holds(sides, self.opened | {edge}):
                return frozenset({edge})
        kept = list(closed)
        for edge in closed:
            fewer = [e for e in kept if e != edge]
            if self.holds(sides, self.opened | set(fewer), first):
                kept = fewer
        return frozenset(kept) if self.holds(sides, self.opened | set(kept)) else frozenset(closed)

    def proved(self, sides: Sides, opened: frozenset[Edge] | None) -> bool | None:
        """Do both sides agree modulo a prime? None where that cannot be said."""
        if self.field is None:
            return None
        try:
            return self.holds(sides, opened, [self.field])
        except (ArithmeticError, NotImplementedError):
            return None

    def assume(self, sides: Sides) -> None:
        """Go on as if a false equation had been right, where its left side is a derivative."""
        atom = self.problem.atoms.get(sides.left)
        while atom is not None and atom.kind == "name" and atom.body is not None:
            atom = self.problem.atoms.get(atom.body)
        if atom is None or atom.of is None or atom.by is None:
            return
        if sides.fits and atom.via is None and not (atom.letters or atom.below):
            self.assumed.append(((atom.of, atom.by), sides))

    def follows_from_false(self, left: Node, right: Node) -> bool:
        """Is an equation true if the false lines above had been right?"""
        try:
            sides = self.build(left, right)
        except (ShapeError, ValueError):
            return False
        if not self.assumed or not sides.fits:
            return False
        for world in self.worlds:
            said = {}
            for key, false in self.assumed:
                value = Scene(world, letters=false.letters).value(false.right)
                said[key] = value.reshape(world.count(key[0]), world.count(key[1]))
            scene = Scene(world, assumed=said, letters=sides.letters)
            if not world.numbers.equal(scene.value(sides.left), scene.value(sides.right)):
                return False
        return True

    def told(self, e: Expr) -> str:
        """An expression in words."""
        return text(e)


def _filled(these: Readings, others: Readings) -> tuple[Readings, Readings]:
    """A plain number on one side takes the shape of the other side when it is 0."""
    only = next(iter(these.values()))
    if only.op == "number" and only.is_scalar and only.data == 0:
        from_others = {shape: Expr("number", (), 0, shape) for shape in others}
        return {**these, **from_others}, others
    return these, others
