"""Say what is wrong with a wrong gradient: by trying the usual mistakes and comparing numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.matcalc.derive import Derivation, Part
from lecture_lib.matcalc.display import escaped
from lecture_lib.matcalc.evaluate import Point, evaluate_at, point_from
from lecture_lib.matcalc.expr import Array, Expr
from lecture_lib.matcalc.labels import entries_of
from lecture_lib.matcalc.mistakes import Candidate, candidates
from lecture_lib.matcalc.printing import latex
from lecture_lib.matcalc.prove import Witness, draw
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.walk import free_symbols


@dataclass(frozen=True)
class Explanation:
    """What is wrong with a guess.

    Args:
        mistake: a short name: "correct", "transposed", "order", "missing transpose", "missing slope",
            "function for slope", "slope at output", "slope of input", "missing upstream", "sign", "factor",
            "not summed", "summed", "averaged", "missing 1/N", "softmax elementwise", "fused", "overwritten",
            "wrong quantity", "missing factor", "missing term", "shape" or "unknown".
        message: what is wrong, in words.
        right: the right gradient, or Jacobian.

    >>> from lecture_lib import matcalc as mc
    >>> u, h = mc.symbols("u:n h:n")
    >>> wrong = explain(mc.derive(u.T @ h, wrt=[u]), guess=-h)
    >>> wrong.mistake, wrong.correct, wrong.right
    ('sign', False, h)
    """

    mistake: str
    message: str
    right: Expr

    @property
    def correct(self) -> bool:
        """Is the guess right?"""
        return self.mistake == "correct"

    def __repr__(self) -> str:
        return self.message

    def _repr_markdown_(self) -> str:
        if self.correct:
            return f"✓ {escaped(self.message)}"
        return f"✗ {escaped(self.message)}. It should be $\\displaystyle {latex(self.right, shapes=True)}$."


def explain(
    derivation: Part | Derivation, guess: Expr | float | Array | list[Any], values: Mapping[str, Any] | None = None
) -> Explanation:
    """Say what is wrong with a gradient.

    Args:
        derivation: the part of a derivation that the guess is about, ``D[W]``; for a derivation by one
            symbol, all of it.
        guess: an expression in the derivation's symbols and names, or numbers.
        values: for a guess in numbers: the arrays at which it was computed, by symbol.

    Returns:
        The explanation; printed, it is one sentence.

    Raises:
        ValueError: it is not clear what the guess is about, values are missing, or it speaks of unknown
            symbols.
        TypeError: the guess is neither an expression nor numbers.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, u = mc.symbols("W:n×m x:m u:n")
    >>> D = mc.derive(u.T @ mc.tanh(W @ x), wrt=[W])
    >>> explain(D[W], guess=x @ D.delta.T)
    transposed: the guess is m×n, W is n×m, and the guess's transpose is the gradient
    """
    part = _one_part(derivation)
    judge = _judge(part, guess, values)
    return next(_verdicts(judge), None) or judge.unknown()


def is_right(part: Part, guess: Expr) -> bool:
    """Is an expression the gradient, at three points?"""
    judge = _judge(part, guess, None)
    return judge.close(judge.guesses, judge.values(judge.truth))


def _one_part(derivation: Part | Derivation) -> Part:
    if isinstance(derivation, Part):
        return derivation
    if len(derivation.wanted) != 1:
        names = ", ".join(v.name for v in derivation.wanted)
        raise ValueError(
            f"the derivation is about {names}: say which one, as in mc.explain(D[{derivation.wanted[0]}], …)"
        )
    return derivation[derivation.wanted[0]]


def _judge(part: Part, guess: Any, values: Mapping[str, Any] | None) -> Judge:
    pieces = part.derivation.pieces
    if isinstance(guess, Expr):
        if values is not None:
            raise ValueError("values belong to a guess in numbers; an expression is tried at random points")
        unknown = [s.name for s in free_symbols(guess) if s not in free_symbols(pieces.output)]
        if unknown:
            raise ValueError(f"the guess {guess} speaks of {', '.join(unknown)}, which the derivation does not know")
        rng = np.random.default_rng(1)
        points = [Witness(pieces, draw(pieces, rng, {}), rng).point for _ in range(3)]
        with np.errstate(all="ignore"):
            guesses = [evaluate_at(guess, p) for p in points]
        return Judge(part, guesses, points, 1e-10, show_shape(guess.shape))
    array = np.asarray(guess)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"a guess is an expression or numbers, not {type(guess).__name__}")
    if values is None:
        raise ValueError("a guess in numbers needs values=…, the arrays at which it was computed, by symbol")
    bare = point_from([pieces.output], values)
    point = Witness(pieces, bare, np.random.default_rng(1)).point
    shown = "×".join(str(n) for n in array.shape) or "1"
    array = array.astype(float)
    if array.ndim < 2:
        array = array.reshape(-1, 1) if part.by.is_column and not part.derivation.jacobian else np.atleast_2d(array)
    return Judge(part, [array], [point], 1e-6, shown)


@dataclass(frozen=True)
class Judge:
    """Compares a guess with whatever could have led to it."""

    part: Part
    guesses: list[Array]
    points: list[Point]
    tolerance: float
    shape: str

    @property
    def truth(self) -> Expr:
        """The right gradient or Jacobian."""
        return self.part.derivation.found(self.part.by)

    @property
    def name(self) -> str:
        """What the guess is about: ∇_W s, or ∂y/∂x."""
        d, v = self.part.derivation, self.part.by
        return f"∂{entries_of(d.output)}/∂{entries_of(v)}" if d.jacobian else f"∇_{v} {d.output}"

    def values(self, e: Expr) -> list[Array]:
        """An expression at each point."""
        with np.errstate(all="ignore"):
            return [evaluate_at(e, p) for p in self.points]

    def close(self, a: list[Array], b: list[Array]) -> bool:
        """Are two lists of arrays equal, shapes too?"""
        return all(
            x.shape == y.shape
            and float(np.max(np.abs(x - y), initial=0))
            <= self.tolerance * max(1e-9, float(np.max(np.abs(x), initial=0)), float(np.max(np.abs(y), initial=0)))
            for x, y in zip(a, b, strict=True)
        )

    def ratio(self, truth: list[Array]) -> list[float] | None:
        """The number by which the guess is larger than something at each point."""
        out = []
        for g, t in zip(self.guesses, truth, strict=True):
            if g.shape != t.shape or not np.any(t):
                return None
            k = float(np.sum(g * t) / np.sum(t * t))
            if not np.isfinite(k) or abs(k) < 1e-12 or not self.close([g], [k * t]):
                return None
            out.append(k)
        return out

    def say(self, mistake: str, message: str) -> Explanation:
        """An explanation."""
        return Explanation(mistake, f"{mistake}: {message}" if mistake != "correct" else message, self.truth)

    def unknown(self) -> Explanation:
        """No usual mistake: say where the numbers differ, or that the shapes do."""
        v = self.part.by
        truth = self.values(self.truth)[0]
        guess = self.guesses[0]
        if guess.shape != truth.shape:
            owner = "the shape" if self.part.derivation.jacobian else f"{v}'s shape"
            name = self.name if self.part.derivation.jacobian else f"∇_{v}"
            return self.say(
                "shape", f"the guess is {self.shape}, but {name} has {owner} {show_shape(self.truth.shape)}"
            )
        gap = np.abs(guess - truth)
        i, j = np.unravel_index(int(np.argmax(gap)), gap.shape)
        wrong = int(np.sum(gap > self.tolerance * max(1e-9, float(np.max(np.abs(truth))))))
        where = f"row {i + 1}" if truth.shape[1] == 1 else f"row {i + 1}, column {j + 1}"
        return self.say(
            "unknown",
            f"none of the usual mistakes; {wrong} of {gap.size} entries differ, most in {where}: "
            f"{told(guess[i, j], truth[i, j])} instead of {told(truth[i, j], guess[i, j])}",
        )


def _verdicts(judge: Judge) -> Iterator[Explanation]:
    """All explanations that fit, the most likely first."""
    v, jacobian = judge.part.by, judge.part.derivation.jacobian
    truth = judge.values(judge.truth)
    guess = judge.guesses
    if judge.close(guess, truth):
        yield judge.say("correct", f"right: the guess is {judge.name}")
    flipped = [t.T for t in truth]
    if judge.close(guess, flipped):
        kind = "Jacobian" if jacobian else "gradient"
        told_by = "; the guess lists the outputs by columns, the other convention" if jacobian else ""
        if guess[0].shape == truth[0].shape:
            yield judge.say(
                "transposed", f"the shapes are equal here, but the guess is the {kind}'s transpose{told_by}"
            )
        shape = f"{judge.name} is {show_shape(judge.truth.shape)}" if jacobian else f"{v} is {show_shape(v.shape)}"
        yield judge.say(
            "transposed", f"the guess is {judge.shape}, {shape}, and the guess's transpose is the {kind}{told_by}"
        )
    yield from _constant(judge, truth, exact=True)
    if not jacobian:
        yield from _batch(judge, truth)
    found = []
    for c in candidates(judge.part):
        if _comparable(c, judge):
            value = judge.values(c.gradient)
            found.append((c, value))
            if judge.close(guess, value):
                yield judge.say(c.mistake, c.message)
    for c, value in found:
        if judge.close(guess, [x.T for x in value]):
            yield judge.say(c.mistake, f"{c.message}; and the result is transposed")
    for c, value in found:
        ratio = judge.ratio(value)
        if ratio and _nice(ratio[0]) and max(ratio) - min(ratio) < 1e-9:
            extra = "its sign is wrong" if abs(ratio[0] + 1) < 1e-6 else f"it is {ratio[0]:.4g} times too large"
            yield judge.say(c.mistake, f"{c.message}; and {extra}")
    if len(guess) > 1 or truth[0].size > 1:
        yield from _constant(judge, truth, exact=False)


def _comparable(c: Candidate, judge: Judge) -> bool:
    """Has a wrong gradient the right shape, or at the first point the guess's own or its transpose's?"""
    rows, columns = (size.value(judge.points[0].lengths) for size in c.gradient.shape)
    return c.gradient.shape == judge.truth.shape or judge.guesses[0].shape in ((rows, columns), (columns, rows))


def _nice(k: float) -> bool:
    return any(abs(k - n) < 1e-6 * abs(n) for n in (-1, 2, -2, 0.5, -0.5, 3, 4, 0.25))


def _constant(judge: Judge, truth: list[Array], exact: bool) -> Iterator[Explanation]:
    """The guess is a multiple of the gradient: a sign, a 2, a batch size."""
    ratio = judge.ratio(truth)
    if ratio is None:
        return
    what = "Jacobian" if judge.part.derivation.jacobian else "gradient"
    if exact and all(1e-12 < abs(k - 1) < 1e-3 for k in ratio):
        yield judge.say("factor", f"the guess is {told(ratio[0], 1)} times the {what}")
    if exact and all(abs(k + 1) < 1e-6 for k in ratio):
        yield judge.say("sign", f"the guess is minus the {what}")
    if exact and all(_nice(k) for k in ratio) and max(ratio) - min(ratio) < 1e-6:
        yield judge.say("factor", f"the guess is {ratio[0]:.4g} times the {what}")
    for length in judge.points[0].lengths if exact else ():
        sizes = [p.lengths[length] for p in judge.points]
        if all(abs(k * n - 1) < 1e-6 for k, n in zip(ratio, sizes, strict=True)):
            yield judge.say("averaged", f"the guess is the gradient divided by {length}: a mean where a sum belongs")
        if all(abs(k / n - 1) < 1e-6 for k, n in zip(ratio, sizes, strict=True)):
            yield judge.say(
                "missing 1/N", f"the guess is {length} times the gradient: the 1/{length} of the mean is missing"
            )
    if not exact and max(ratio) - min(ratio) < 1e-6 * abs(ratio[0]):
        yield judge.say("factor", f"the guess is {told(ratio[0], 1)} times the {what}")


def _batch(judge: Judge, truth: list[Array]) -> Iterator[Explanation]:
    """Sums over the examples of a batch that are missing, or too many."""
    v = judge.part.by
    for axis in (0, 1):
        sums = [g.sum(axis=axis).reshape(-1, 1) for g in judge.guesses]
        wide = all(g.shape[axis] > 1 and g.shape[1 - axis] == t.size for g, t in zip(judge.guesses, truth, strict=True))
        if wide and v.is_column and judge.guesses[0].shape != truth[0].shape and judge.close(sums, truth):
            yield judge.say(
                "not summed", f"one {'row' if axis == 0 else 'column'} an example is left; add them up to get ∇_{v}"
            )
        short = [t.sum(axis=axis).reshape(-1, 1) for t in truth]
        flat = [g.reshape(-1, 1) for g in judge.guesses]
        spread = [np.broadcast_to(t.sum(axis=axis, keepdims=True), t.shape) for t in truth]
        if not v.is_column and (judge.close(flat, short) or judge.close(judge.guesses, spread)):
            kind = "rows" if axis == 0 else "columns"
            yield judge.say("summed", f"the {kind} of the gradient are added up, but each belongs to its own example")


def told(value: float, other: float) -> str:
    """A number with as many digits as it takes to see that it is not another one."""
    digits = next((d for d in (4, 8, 12) if f"{value:.{d}g}" != f"{other:.{d}g}"), 17)
    return f"{value:.{digits}g}"
