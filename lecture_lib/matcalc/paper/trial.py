"""Tries changes of a typed line in numbers, at one place of one world, before anything is built.

A line is linear in most of its places. What a change at such a place does to the line is then one number: the change,
weighed with what a unit of each entry would do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import Array, Expr
from lecture_lib.matcalc.paper.build import Builder, Readings
from lecture_lib.matcalc.paper.judge import Judge
from lecture_lib.matcalc.paper.tree import Node, walk
from lecture_lib.matcalc.paper.worlds import Scene
from lecture_lib.matcalc.sizes import SCALAR, Shape

# A change passes where both sides differ by less than this; what passes is then tried in full.
NEAR = 1e-8
# Nodes whose arguments are numbers like any others; the rest is calculus, and is read as it stands.
OPEN = ("call", "pow", "round", "cut")
# What speaks of entries has an axis for every index.
ENTRIES = ("entry", "over", "equal")


@dataclass
class Value:
    """An array with the labels of its shape; `e` is the expression that it is the value of, where there is one."""

    shape: Shape
    array: Array
    e: Expr | None = None

    @property
    def is_scalar(self) -> bool:
        """Is it a single number?"""
        return self.shape == SCALAR

    @property
    def is_number(self) -> bool:
        """Is it a number that was written out?"""
        return self.e is not None and self.e.op == "number"

    def __neg__(self) -> Value:
        return Value(self.shape, -self.array)


Values = dict[Shape, Value]
# What is felt at a place: nothing fits there, the line is not linear in it, or a constant and a weight for every entry.
Felt = tuple[float, Array] | None


def _product(a: Value, b: Value) -> Value:
    if a.is_scalar or b.is_scalar:
        return _entrywise(a, b)
    return Value((a.shape[0], b.shape[1]), a.array @ b.array)


def _entrywise(a: Value, b: Value) -> Value:
    return Value(b.shape if a.is_scalar else a.shape, a.array * b.array)


def _dotted(a: Value, b: Value) -> Value:
    inner = a.shape == b.shape and a.shape[1] == SCALAR[1] and not a.is_scalar
    return _product(_turned(a), b) if inner else _product(a, b)


def _starred(a: Value, b: Value) -> Value:
    return _entrywise(a, b) if a.shape == b.shape or a.shape[1] != b.shape[0] else _product(a, b)


def _divided(a: Value, b: Value) -> Value:
    return Value(b.shape if a.is_scalar else a.shape, a.array / b.array)


def _kron(a: Value, b: Value) -> Value:
    both = a.array[..., :, None, :, None] * b.array[..., None, :, None, :]
    rows, columns = (m * n for m, n in zip(a.array.shape[-2:], b.array.shape[-2:], strict=True))
    shape = (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1])
    return Value(shape, both.reshape((*both.shape[:-4], rows, columns)))


def _turned(a: Value) -> Value:
    return Value(a.shape[::-1], np.swapaxes(a.array, -1, -2))


OPERATIONS = {
    "": _product,
    "@": _dotted,
    "·": _dotted,
    "*": _starred,
    "∘": _entrywise,
    "/": _divided,
    "⊗": _kron,
}


class _Opaque(Builder):
    """Builds one node over arguments that are known by their values only."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.problem, memo={})
        self.trial = trial
        self.known: dict[Expr, Array] = {}

    def side(self, node: Node) -> Readings:
        """The arguments as symbols."""
        found: Readings = {}
        for k, (shape, value) in enumerate(self.trial.values(node).items()):
            e = value.e or Expr("symbol", (), f"?{len(self.known)}.{k}", shape)
            found[shape] = e
            self.known[e] = value.array
        return found


class Trial(Builder):
    """One line, as numbers in the first world: what could its right side be after a small change?"""

    def __init__(self, judge: Judge, left: Node, right: Node) -> None:
        super().__init__(judge.problem, same=judge.same, memo={})
        self.operations = OPERATIONS
        self.world = judge.worlds[0]
        self.scene = Scene(self.world)
        self.right = right
        # By identity where a node is large, so that its parts need not be compared.
        self.found: dict[Any, tuple[Node, Values]] = {}
        self.felt: dict[tuple[int, Shape, bool], Felt | bool] = {}
        self.parents = {id(a): (node, k) for node in walk(right) for k, a in enumerate(node.args)}
        self.entries = any(n.op in ENTRIES for side in (left, right) for n in walk(side))
        self.lefts = {} if self.entries else self.values(left)
        rng = np.random.default_rng(5)
        self.weights = {shape: rng.normal(size=v.array.shape[-2:]) for shape, v in self.lefts.items()}
        self.rng = rng

    def possible(self, place: Node, new: Node) -> bool:
        """Could the line be right with another node in a place? Yes where that cannot be said."""
        if self.entries or any(n.op in ENTRIES for n in walk(new)) or self._under_a_stack(place):
            return True
        with np.errstate(all="ignore"):
            try:
                return self._possible(place, new)
            except ValueError:
                # A slice of what is shorter in this world has another size than its labels say.
                return True

    def _under_a_stack(self, place: Node) -> bool:
        """Does a place lie in what is read as a whole, such as a stack, whose blocks take the size that fits?"""
        while id(place) in self.parents:
            place, _ = self.parents[id(place)]
            if place.op not in (*OPEN, "prod", "sum", "T"):
                return True
        return False

    def _possible(self, place: Node, new: Node) -> bool:
        for shape, value in self.values(new).items():
            felt = self._felt(place, value)
            if felt is True and self._agrees(self._up(place, {shape: value})):
                return True
            if not isinstance(felt, bool) and felt is not None:
                constant, weights = felt
                parts = weights * value.array
                scale = float(np.abs(parts).sum()) + abs(constant)
                if abs(constant + float(parts.sum())) <= NEAR * scale:
                    return True
        return False

    def values(self, node: Node) -> Values:
        """All readings of a node, as arrays."""
        key: Any = id(node) if any(a.args for a in node.args) else node
        if key not in self.found:
            self.found[key] = node, self._valued(node)
        return self.found[key][1]

    # The rules of products and sums are those of the builder, over values.
    side = values  # type: ignore[assignment]

    def _valued(self, node: Node) -> Any:
        try:
            if node.op in ("prod", "sum", "T"):
                return getattr(self, f"_{node.op}")(node)
            opaque = _Opaque(self) if node.op in OPEN else Builder(self.problem, same=self.same)
            made = getattr(opaque, f"_{node.op}")(node)
            known = opaque.known if isinstance(opaque, _Opaque) else {}
            return {
                shape: Value(shape, self._at(e, known), e if e.op == "number" else None) for shape, e in made.items()
            }
        except (ShapeError, ValueError, TypeError, ArithmeticError, IndexError):
            return {}

    def _at(self, e: Expr, known: dict[Expr, Array]) -> Array:
        if not known:
            return self.scene.value(e)
        return self.world.numbers.value(e, {**self.world.values, **known})

    def _T(self, node: Node) -> Any:
        return {shape[::-1]: _turned(v) for shape, v in self.values(node.args[0]).items()}

    def _total(self, terms: list[Any]) -> Any:
        return Value(terms[0].shape, sum(t.array for t in terms))

    def _filled(self, choice: Any, shape: Shape) -> Any:
        if shape in choice:
            return choice[shape]
        plain = choice.get(SCALAR)
        if plain is None or not plain.is_number:
            return None
        rows, columns = (self.world.size(s) for s in shape)
        return Value(shape, np.broadcast_to(plain.array, (*plain.array.shape[:-2], rows, columns)))

    def _up(self, place: Node, values: Values) -> Values:
        """The readings of the whole line when a place has others."""
        while id(place) in self.parents and values:
            above, k = self.parents[id(place)]
            stand_in = Node("valued", (), len(self.found))
            self.found[stand_in] = stand_in, values
            args = (*above.args[:k], stand_in, *above.args[k + 1 :])
            values = self.values(Node(above.op, args, above.data))
            place = above
        return values

    def _agrees(self, values: Values) -> bool:
        shape = next((s for s in self.lefts if s in values), None)
        return shape is not None and self.world.numbers.equal(self.lefts[shape].array, values[shape].array)

    def _felt(self, place: Node, value: Value) -> Felt | bool:
        """What a value at a place does: False where none of its shape fits, True where the line is not linear in it."""
        key = (id(place), value.shape, value.is_number)
        if key not in self.felt:
            self.felt[key] = self._weighed(place, value)
        return self.felt[key]

    def _weighed(self, place: Node, value: Value) -> Felt | bool:
        rows, columns = value.array.shape[-2:]
        units = np.eye(rows * columns).reshape(-1, rows, columns)
        sample = self.rng.normal(size=(1, rows, columns))
        tried = Value(value.shape, np.concatenate([0 * sample, units, sample]), value.e)
        found = self._up(place, {value.shape: tried})
        shape = next((s for s in self.lefts if s in found), None)
        if shape is None:
            return False
        weights = self.weights[shape]
        if found[shape].array.shape != (len(tried.array), *weights.shape):
            return True
        told = ((found[shape].array - self.lefts[shape].array) * weights).sum(axis=(-2, -1))
        slopes = (told[1:-1] - told[0]).reshape(rows, columns)
        expected = told[0] + float((slopes * sample[0]).sum())
        if not abs(expected - told[-1]) <= NEAR * (abs(told[0]) + float(np.abs(slopes * sample[0]).sum())):
            return True
        return float(told[0]), slopes
