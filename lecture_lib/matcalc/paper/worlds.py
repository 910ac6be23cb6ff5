"""Worlds: points at which every local derivative is the true one, or a random stand-in.

Every ∂a/∂b is composed of the local ones over all paths. What holds by the chain rule and by algebra holds with
stand-ins too; what needs a local derivative holds only where the true one stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from lecture_lib.matcalc.evaluate import Point, evaluate_at
from lecture_lib.matcalc.expr import Array, Expr
from lecture_lib.matcalc.paper.problem import Atom, Edge, Problem
from lecture_lib.matcalc.prove import draw
from lecture_lib.matcalc.record import moving
from lecture_lib.matcalc.rules import change
from lecture_lib.matcalc.sizes import Size
from lecture_lib.matcalc.walk import depends, free_symbols

# Two sides agree when they differ by less than this, against the largest number on the way.
CLOSE = 1e-10
DRAWS = 2


class Arithmetic(Protocol):
    """Numbers of one kind: how an expression is evaluated, how a random matrix is drawn, when two are equal."""

    def value(self, e: Expr, known: Mapping[Expr, Array]) -> Array:
        """The value of an expression when some nodes are known."""

    def random(self, rows: int, columns: int) -> Array:
        """A random matrix."""

    def eye(self, size: int) -> Array:
        """An identity matrix."""

    def equal(self, a: Array, b: Array, close: float = CLOSE) -> bool:
        """Are they the same?"""


class Reals:
    """Double precision, at one random point."""

    def __init__(self, point: Point, rng: np.random.Generator) -> None:
        self.point = point
        self.rng = rng

    def value(self, e: Expr, known: Mapping[Expr, Array]) -> Array:
        """The value of an expression when some nodes are known."""
        with np.errstate(all="ignore"):
            try:
                return evaluate_at(e, self.point.given(known))
            except (np.linalg.LinAlgError, ValueError):
                # A slice of what is shorter at this point has another size than its labels say.
                return np.full((1, 1), np.nan)

    def random(self, rows: int, columns: int) -> Array:
        """A random matrix."""
        return self.rng.normal(size=(rows, columns))

    def eye(self, size: int) -> Array:
        """An identity matrix."""
        return np.eye(size)

    def equal(self, a: Array, b: Array, close: float = CLOSE) -> bool:
        """Do they agree but for rounding?"""
        if a.shape[-2:] != b.shape[-2:] or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
            return False
        scale = max(float(np.max(np.abs(a), initial=0)), float(np.max(np.abs(b), initial=0)), 1e-12)
        return float(np.max(np.abs(a - b), initial=0)) <= close * scale


@dataclass
class World:
    """One draw of everything: sizes, values of the pieces, true local derivatives and their stand-ins."""

    problem: Problem
    numbers: Arithmetic
    lengths: dict[str, int]
    values: dict[Expr, Array]
    true: dict[Edge, Array] = field(default_factory=dict)
    random: dict[Edge, Array] = field(default_factory=dict)
    directions: dict[Expr, Array] = field(default_factory=dict)

    def size(self, size: Size) -> int:
        """A size as a number."""
        return size.value(self.lengths)

    def count(self, e: Expr) -> int:
        """The number of entries."""
        return self.size(e.shape[0]) * self.size(e.shape[1])

    def local(self, edge: Edge) -> Array:
        """The true local derivative: the change of the piece for every unit change of what it is made of."""
        if edge not in self.true:
            d = moving(edge.parent)
            body = edge.user.args[0]
            # A helper's name may stand in a change; a name that stands for the body itself may not.
            moved = change(body, edge.parent, d, {})
            units = self.numbers.eye(self.count(d)).reshape((-1, self.size(d.shape[0]), self.size(d.shape[1])))
            if depends(moved, d):
                found = self.numbers.value(moved, {**self.values, d: units})
                found = np.broadcast_to(found, (len(units), *found.shape[-2:])).reshape(len(units), -1).T
            else:
                found = 0 * self.numbers.random(self.count(edge.user), self.count(edge.parent))
            self.true[edge] = found
        return self.true[edge]

    def stand_in(self, edge: Edge) -> Array:
        """A random matrix in the place of a local derivative."""
        if edge not in self.random:
            self.random[edge] = self.numbers.random(self.count(edge.user), self.count(edge.parent))
        return self.random[edge]

    def direction(self, leaf: Expr) -> Array:
        """A random change of a symbol, as a column."""
        if leaf not in self.directions:
            self.directions[leaf] = self.numbers.random(self.count(leaf), 1)
        return self.directions[leaf]


@dataclass(frozen=True)
class Scene:
    """How a world is set up: which edges are open, which are cut, what was assumed, which symbols move.

    Args:
        world: the world.
        opened: the edges with their true local derivative; None for all.
        cut: edges that carry nothing.
        assumed: what false lines said: derivatives by quantity and cause.
        leaves: the symbols that move in a differential; None for all.
        letters: the sizes of the indices of the line.
    """

    world: World
    opened: frozenset[Edge] | None = None
    cut: frozenset[Edge] = frozenset()
    assumed: Mapping[tuple[Expr, Expr], Array] = field(default_factory=dict)
    leaves: frozenset[Expr] | None = None
    letters: Mapping[str, Size] = field(default_factory=dict)
    _sums: dict[Expr, dict[Expr, Array]] = field(default_factory=dict)

    def derivative(self, edge: Edge) -> Array:
        """The local derivative on an edge, as it is in this scene."""
        paths = self.world.problem.between(edge.user, edge.parent)
        if (edge.user, edge.parent) in self.assumed and len(paths) == 1:
            return self.assumed[edge.user, edge.parent]
        if edge in self.cut:
            return 0 * self.world.local(edge)
        if self.opened is None or edge in self.opened:
            return self.world.local(edge)
        return self.world.stand_in(edge)

    def total(self, of: Expr, by: Expr) -> Array:
        """∂of/∂by, composed over all paths."""
        if of not in self._sums:
            self._sums[of] = self._backward(of)
        found = self._sums[of].get(by)
        return found if found is not None else 0 * self.world.numbers.random(self.world.count(of), self.world.count(by))

    def _backward(self, of: Expr) -> dict[Expr, Array]:
        arrived: dict[Expr, Array] = {of: self.world.numbers.eye(self.world.count(of))}
        order = self.world.problem.order
        below = order[: order.index(of) + 1] if of in order else []
        for piece in reversed(below):
            if piece not in arrived:
                continue
            if (of, piece) in self.assumed:
                arrived[piece] = self.assumed[of, piece]
            for parent in self.world.problem.pieces.parents(piece):
                part = arrived[piece] @ self.derivative(Edge(piece, parent))
                arrived[parent] = arrived[parent] + part if parent in arrived else part
        for (a, b), value in self.assumed.items():
            if a == of and b in arrived:
                arrived[b] = value
        return arrived

    def value(self, e: Expr) -> Array:
        """The value of an expression with everything in it that is calculus."""
        known = {symbol: self._atom(symbol) for symbol in self.world.problem.inside(e)}
        return self.world.numbers.value(e, {**self.world.values, **known})

    def _atom(self, symbol: Expr) -> Array:
        atom = self.world.problem.atoms[symbol]
        match atom.kind:
            case "jac" | "direct":
                return self._jacobian(atom)
            case "grad":
                assert atom.by is not None
                rows, columns = (self.world.size(s) for s in atom.by.shape)
                return self._whole(atom).reshape(rows, columns)
            case "change":
                assert atom.of is not None
                return self._change(atom.of)
            case "name":
                assert atom.body is not None
                return self.value(atom.body)
            case "entry":
                assert atom.body is not None
                value = self.value(atom.body)
                places = self._places(atom.letters)
                both = places if not atom.body.is_column else [*places, np.zeros((), int)]
                found = value[tuple(both)] if places else value[..., 0, 0]
                # A single whole number taken out of an array of objects must not become a machine integer.
                return np.asarray(found, dtype=value.dtype)[..., None, None]
            case "over":
                assert atom.body is not None
                value = self._spread(self.value(atom.body))
                axes = tuple(list(self.letters).index(letter) for letter in atom.letters)
                return value.sum(axis=axes, keepdims=True)
        i, j = self._places(atom.letters)
        same = np.asarray(i == j)[..., None, None]
        return np.where(same, self.world.numbers.eye(1)[0, 0], 0 * self.world.numbers.eye(1)[0, 0])

    def _spread(self, value: Array) -> Array:
        """A value with an axis for every index of the line."""
        lengths = tuple(self.world.size(size) for size in self.letters.values())
        return np.broadcast_to(value, (*lengths, *value.shape[-2:]))

    def _whole(self, atom: Atom) -> Array:
        assert atom.of is not None and atom.by is not None
        if atom.kind == "direct":
            return self.derivative(Edge(atom.of, atom.by))
        if atom.via is not None:
            return self.total(atom.of, atom.via) @ self.derivative(Edge(atom.via, atom.by))
        return self.total(atom.of, atom.by)

    def _jacobian(self, atom: Atom) -> Array:
        whole = self._whole(atom)
        if not atom.letters and not atom.below:
            return whole
        assert atom.of is not None and atom.by is not None
        row = self._flat(atom.of, atom.letters)
        column = self._flat(atom.by, atom.below)
        if row is not None and column is not None:
            return np.asarray(whole[row, column], dtype=whole.dtype)[..., None, None]
        return np.asarray(whole[row])[..., None, :] if row is not None else np.asarray(whole[:, column].T)[..., None]

    def _flat(self, e: Expr, letters: tuple[str, ...]) -> Any:
        """The place of an entry when all entries stand in a row."""
        if not letters:
            return np.zeros((), int) if e.is_scalar else None
        places = self._places(letters)
        return places[0] if len(places) == 1 else places[0] * self.world.size(e.shape[1]) + places[1]

    def _places(self, letters: tuple[str, ...]) -> list[Any]:
        """Each index as an array along its own axis; a digit as a place."""
        names = list(self.letters)
        found: list[Any] = []
        for letter in letters:
            if letter.isdigit():
                found.append(np.asarray(int(letter) - 1))
                continue
            k = names.index(letter)
            shape = [1] * len(names)
            shape[k] = self.world.size(self.letters[letter])
            found.append(np.arange(shape[k]).reshape(shape))
        return found

    def place_of(self, letter: str) -> Any:
        """An index along its own axis; a digit as a place."""
        return self._places((letter,))[0]

    def _change(self, of: Expr) -> Array:
        found: Array | None = None
        for leaf in free_symbols(self.world.problem.output):
            if (self.leaves is None or leaf in self.leaves) and (leaf == of or self.world.problem.between(of, leaf)):
                part = self.total(of, leaf) @ self.world.direction(leaf)
                found = part if found is None else found + part
        rows, columns = (self.world.size(s) for s in of.shape)
        return 0 * self.world.numbers.random(rows, columns) if found is None else found.reshape(rows, columns)

    def but(self, **other: Any) -> Scene:
        """The same scene with something else in it."""
        return replace(self, **other, _sums={})


def real_worlds(problem: Problem, draws: int = DRAWS, seed: int = 20) -> list[World]:
    """Worlds of real numbers: all sizes unequal, values where the function is smooth."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        try:
            sizes = rng.permutation(np.arange(3, len(problem.labels) + 3))
            point = draw(problem.pieces, rng, dict(zip(sorted(problem.labels), sizes.tolist(), strict=True)))
        except ValueError:
            point = draw(problem.pieces, rng, {})
        found.append(world_at(problem, point, rng))
    return found


def world_at(problem: Problem, point: Point, rng: np.random.Generator) -> World:
    """The world at one point."""
    numbers = Reals(point, rng)
    world = World(problem, numbers, point.lengths, {})
    for piece in problem.order:
        world.values[piece] = numbers.value(piece, world.values)
    return world
