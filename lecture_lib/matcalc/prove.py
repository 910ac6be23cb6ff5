"""Numeric proof: every line against finite differences, at random points with unequal sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lecture_lib.autograd.errors import GradientError
from lecture_lib.matcalc.cut import Cut
from lecture_lib.matcalc.evaluate import Point, evaluate_at
from lecture_lib.matcalc.expr import Array, Expr, entries, parts
from lecture_lib.matcalc.functions import kinks_of, lookup
from lecture_lib.matcalc.record import Record, Step, moving
from lecture_lib.matcalc.walk import free_symbols, topological

TOLERANCE = 1e-7
EPS = 1e-3
# The nine-point central difference: error of order eps⁸, rounding of order 1e-16 / eps. Its weights: B. Fornberg,
# Generation of finite difference formulas on arbitrarily spaced grids, 1988, table 1.
_WEIGHTS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
STENCIL = tuple((sign * k, sign * weight) for k, weight in enumerate(_WEIGHTS, 1) for sign in (1, -1))


@dataclass(frozen=True)
class Proof:
    """The measured errors of some lines.

    Args:
        steps: the lines.
        errors: the worst relative error of each over all trials.
        trials: how many random points were tried.
        lengths: the lengths of the labels at each point.

    >>> from lecture_lib import matcalc as mc
    >>> proof = mc.derive(mc.norm(mc.symbols("x:n")) ** 2).prove(trials=2, n=3)
    >>> proof.ok, proof.max_error < 1e-9, proof.lengths
    (True, True, [{'n': 3}, {'n': 3}])
    """

    steps: list[Step]
    errors: list[float]
    trials: int
    lengths: list[dict[str, int]]

    @property
    def max_error(self) -> float:
        """The worst error of all."""
        return max(self.errors, default=0.0)

    @property
    def ok(self) -> bool:
        """Do all lines hold?"""
        return bool(self.max_error <= TOLERANCE)

    def raise_if_wrong(self) -> Proof:
        """The proof itself, if all lines hold.

        Returns:
            Itself.

        Raises:
            GradientError: a line is wrong; the message shows the first one.
        """
        for step, error in zip(self.steps, self.errors, strict=True):
            if not error <= TOLERANCE:
                raise GradientError(
                    f"a line is wrong: {step.left} {step.sign} {step.body} ({step.rule}); "
                    f"its relative error against finite differences is {error:.2g}, "
                    f"and at most {TOLERANCE:g} is allowed"
                )
        return self

    def __repr__(self) -> str:
        verdict = "✓ all lines hold" if self.ok else "✗ a line is wrong"
        lines = f"{len(self.steps)} lines, {self.trials} random points"
        return f"{verdict}: {lines}, worst relative error {self.max_error:.1e}"


def prove(
    derivation: Record,
    trials: int = 2,
    seed: int = 0,
    lengths: Mapping[str, int] | None = None,
    steps: Sequence[Step] | None = None,
) -> Proof:
    """Measure the error of lines of a derivation."""
    if trials < 1:
        raise ValueError(f"trials is {trials}: at least one random point is needed")
    lines = list(derivation.steps if steps is None else steps)
    errors = [0.0] * len(lines)
    rng = np.random.default_rng(seed)
    used = []
    for _ in range(trials):
        point = draw(derivation.pieces, rng, lengths or {})
        used.append(point.lengths)
        witness = Witness(derivation.pieces, point, rng)
        for k, step in enumerate(lines):
            errors[k] = max(errors[k], witness.error(step))
    return Proof(lines, errors, trials, used)


def draw(pieces: Cut, rng: np.random.Generator, lengths: Mapping[str, int]) -> Point:
    """A random point: unequal sizes, values where the function is defined and smooth."""
    symbols = free_symbols(pieces.output)
    labels = sorted({label for e in topological([pieces.output]) for size in e.shape for label in size.labels})
    for label, found in lengths.items():
        if label not in labels:
            raise ValueError(f"{label} is no size here: the sizes are {', '.join(labels) or 'numbers only'}")
        if found < 1:
            raise ValueError(f"{label} = {found}: a size is at least 1")
    cuts = [
        (node.data[0] + node.data[1], node.args[0].shape[0])
        for node in topological([pieces.output])
        if node.op == "rows"
    ]
    deepest = max((end.value({}) for end, _ in cuts if not end.labels), default=0)
    sizes = _sizes(labels, rng, lengths, deepest)
    waves = {
        node.data[0]: (float(rng.uniform(0.7, 1.3)), float(rng.uniform(0.1, 0.4)), float(rng.uniform(0, 3)))
        for node in topological([pieces.output])
        if node.op == "elem" and lookup(node.data[0]).value is None
    }
    targets = {
        symbol
        for node in topological([pieces.output])
        if node.op == "cross_entropy"
        for symbol in _symbols_outside_softmax(node.args[1])
    }
    shapes = {size for e in topological([pieces.output]) for size in e.shape}
    for attempt in range(90):
        if attempt:
            # New sizes too: (WᵀW)⁻¹ needs more rows than columns.
            sizes = _sizes(labels, rng, lengths, deepest)
        if any(end.value(sizes) > rows.value(sizes) for end, rows in cuts):
            continue
        if min((size.value(sizes) for size in shapes), default=1) < 1:
            continue
        values = {s: _values(s, sizes, rng, attempt % 3, s in targets) for s in symbols}
        point = Point(sizes, values, waves)
        if _smooth(pieces, point):
            return point
    raise ValueError(
        f"found no random point where {pieces.output} is finite and smooth; is it defined for real numbers?"
    )


def _sizes(labels: Sequence[str], rng: np.random.Generator, lengths: Mapping[str, int], deepest: int) -> dict[str, int]:
    """A length for every label: what was given, and different numbers above 1 for the rest, some beyond every cut."""
    most = max(len(labels) + 5, deepest + 3)
    free = [k for k in rng.permutation(np.arange(2, most)) if k not in lengths.values()]
    return {label: int(lengths[label]) if label in lengths else int(free.pop()) for label in labels}


def _symbols_outside_softmax(target: Expr) -> list[Expr]:
    """The symbols that a mixture of targets is made of: each must sum to 1."""
    found, stack = [], [target]
    while stack:
        node = stack.pop()
        if node.op == "symbol":
            found.append(node)
        elif node.op != "softmax":
            stack.extend(node.args)
    return found


def _values(s: Expr, sizes: dict[str, int], rng: np.random.Generator, manner: int, target: bool) -> Array:
    rows, columns = (size.value(sizes) for size in s.shape)
    if s.fact:
        return _of_kind(
            s.fact, rng.normal(size=(rows, columns)) if manner == 0 else rng.uniform(0.3, 2, (rows, columns))
        )
    if target:
        a = rng.uniform(0.2, 1.0, (rows, columns))
        return np.asarray(a / a.sum(axis=0 if s.is_column else 1, keepdims=True))
    if manner == 0:
        return rng.normal(size=(rows, columns))
    low, high = ((0.3, 2.0), (0.1, 0.9))[manner - 1]
    return rng.uniform(low, high, (rows, columns))


def _of_kind(fact: str, a: Array) -> Array:
    """A symmetric, diagonal or orthogonal matrix."""
    if fact == "orthogonal":
        return np.asarray(np.linalg.qr(a)[0])
    return np.diag(np.diag(a)) if fact == "diag" else a @ a.T / len(a) + np.diag(np.abs(np.diag(a)))


def _smooth(pieces: Cut, point: Point) -> bool:
    """Is everything finite there, moderate, and away from kinks?"""
    with np.errstate(all="ignore"):
        known: dict[Expr, Array] = {}
        for piece in pieces.order:
            try:
                known[piece] = evaluate_at(piece, point.given(known))
            except np.linalg.LinAlgError:
                return False
            if not np.all(np.isfinite(known[piece])) or np.max(np.abs(known[piece]), initial=0) > 1e4:
                return False
        for node in topological([pieces.output]):
            if not _away_from_trouble(node, point.given(known)):
                return False
    return True


def _away_from_trouble(node: Expr, point: Point) -> bool:
    margin = 20 * EPS
    if node.op == "elem":
        kinks = kinks_of(node)
        z = evaluate_at(node.args[0], point) if kinks or node.data[0] == "log" else None
        if z is not None and node.data[0] == "log":
            return bool(np.all(z > margin))
        return z is None or all(bool(np.all(np.abs(z - k) > margin)) for k in kinks)
    if node.op in ("product", "hadamard"):
        for base, top in parts(node).scalars if node.op == "product" else entries(node):
            if not (isinstance(top, int) and 0 < top <= 4):
                value = evaluate_at(base, point)
                if not np.all((np.abs(value) if isinstance(top, int) else value) > 0.1):
                    return False
        return True
    if node.op == "power":
        return bool(np.all(evaluate_at(node.args[0], point) > 0.1))
    if node.op in ("maximum", "minimum"):
        a, b = (evaluate_at(x, point) for x in node.args)
        return bool(np.all(np.abs(a - b) > margin))
    if node.op == "max":
        ordered = np.sort(evaluate_at(node.args[0], point).ravel())
        return ordered.size < 2 or bool(ordered[-1] - ordered[-2] > margin)
    if node.op in ("inv", "logdet", "det"):
        # A steep inverse bends within the steps of a finite difference.
        a = evaluate_at(node.args[0], point)
        return bool(np.linalg.cond(a) < 300 and np.max(np.abs(np.linalg.inv(a))) < 8)
    return True


class Witness:
    """Knows at one point what finite differences say."""

    def __init__(self, pieces: Cut, point: Point, rng: np.random.Generator) -> None:
        self.pieces = pieces
        known: dict[Expr, Array] = {}
        for piece in pieces.order:
            known[piece] = evaluate_at(piece, point.given(known))
        self.bare = point
        self.point = point.given(known)
        self.rng = rng
        self.directions: dict[Expr, Array] = {}
        self.seen: dict[tuple[str, Expr, Expr | None], tuple[Array, float]] = {}

    def error(self, step: Step) -> float:
        """The relative error of one line."""
        claim = step.claim
        key = (claim.kind, claim.of, claim.via)
        if key not in self.seen:
            self.seen[key] = self._truth(step)
        truth, blur = self.seen[key]
        point = self.point
        if claim.kind in ("change", "total change"):
            point = point.given({moving(claim.of): self._direction(claim.of)})
        with np.errstate(all="ignore"):
            found = evaluate_at(step.body, point)
        return relative_error(found, truth, blur)

    def _truth(self, step: Step) -> tuple[Array, float]:
        """What a line should say, and how far off rounding may have put that."""
        claim = step.claim
        v = claim.of
        match claim.kind:
            case "definition":
                return evaluate_at(v, self.bare), 0.0
            case "local":
                assert claim.via is not None
                return self._matrix(self._felt_by(claim.via, v), v)
            case "jacobian" | "gradient":
                effect = self._output_of(v) if claim.via is None else self._through(claim.via, v)
                matrix, blur = self._matrix(effect, v)
                return (matrix if claim.kind == "jacobian" else matrix.reshape(self._value(v).shape)), blur
            case "change":
                assert claim.via is not None
                return self._along(self._felt_by(claim.via, v), v)
            case "total change":
                assert claim.via is not None
                return self._along(self._through(claim.via, v), v)
        raise ValueError(f"a line claims {claim.kind}, which nothing measures")

    def _value(self, v: Expr) -> Array:
        return evaluate_at(v, self.point)

    def _direction(self, v: Expr) -> Array:
        if v not in self.directions:
            self.directions[v] = np.asarray(self.rng.normal(size=self._value(v).shape))
        return self.directions[v]

    def _felt_by(self, user: Expr, v: Expr) -> Callable[[Array], Array]:
        """The value of one piece as a function of v, everything else held fixed."""
        return lambda a: evaluate_at(user.args[0], self.point.given({v: a}))

    def _output_of(self, v: Expr) -> Callable[[Array], Array]:
        """The output as a function of v, everything after v recomputed."""
        return lambda a: self._recomputed({v: a})

    def _through(self, user: Expr, v: Expr) -> Callable[[Array], Array]:
        """The output as a function of v, felt through one piece alone."""
        if user == self.pieces.output:
            return self._felt_by(user, v)
        return lambda a: self._recomputed({user: self._felt_by(user, v)(a)})

    def _recomputed(self, moved: dict[Expr, Array]) -> Array:
        known = dict(moved)
        moving = set(moved)
        for piece in self.pieces.order:
            if piece in moved:
                continue
            if any(p in moving for p in self.pieces.parents(piece)):
                moving.add(piece)
                known[piece] = evaluate_at(piece.args[0], self.point.given(known))
        return known.get(self.pieces.output, self.point.known[self.pieces.output])

    def _matrix(self, f: Callable[[Array], Array], v: Expr) -> tuple[Array, float]:
        """The Jacobian of f by finite differences: all entries and all stencil points in one pass."""
        start = self._value(v)
        unit = EPS * np.eye(start.size).reshape(start.size, *start.shape)
        points = np.stack([start + k * unit for k, _ in STENCIL])
        values = f(points)
        values = np.broadcast_to(values, (len(STENCIL), start.size, *values.shape[-2:]))
        slopes, blur = slopes_of(values)
        return slopes.reshape(start.size, -1).T, blur

    def _along(self, f: Callable[[Array], Array], v: Expr) -> tuple[Array, float]:
        """How f's value changes along a random direction of v."""
        start, direction = self._value(v), self._direction(v)
        points = np.stack([start + k * EPS * direction for k, _ in STENCIL])
        values = f(points)
        return slopes_of(np.broadcast_to(values, (len(STENCIL), *values.shape[-2:])))


def slopes_of(values: Array) -> tuple[Array, float]:
    """The slopes between values at the points of the stencil; and a few units in the last place of those, as slopes."""
    blur = 4 * np.finfo(float).eps * float(np.max(np.abs(values), initial=0)) / EPS
    return np.asarray(np.tensordot([weight for _, weight in STENCIL], values, axes=1) / EPS), blur


def relative_error(found: Array, truth: Array, blur: float = 0.0) -> float:
    """The largest difference, against the largest entry; what lies within the blur is within the tolerance."""
    if found.shape != truth.shape or not np.all(np.isfinite(found)):
        return float("inf")
    largest = max(float(np.max(np.abs(side), initial=0)) for side in (truth, found))
    return float(np.max(np.abs(found - truth), initial=0)) / max(largest, 1e-3, blur / TOLERANCE)
