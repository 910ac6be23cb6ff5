"""Balance the shapes: all products that fit a parameter, and which of them is its gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.derive import Derivation, derive
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.expr import Array, Expr, Number, exact, matmul, product, times, total
from lecture_lib.matcalc.normal import tidy
from lecture_lib.matcalc.printing import latex, text
from lecture_lib.matcalc.prove import Witness, draw
from lecture_lib.matcalc.sizes import show_shape
from lecture_lib.matcalc.walk import free_symbols


@dataclass(frozen=True)
class Balance:
    """The products that fit.

    Args:
        target: the parameter.
        candidates: all products of its shape.
        true: the one that is the gradient, or the sum of those that make it up; None if they do not.
        note: what the shapes decide, and what they do not.
        share: how often each candidate stands in the gradient; empty where they do not make it up.

    >>> from lecture_lib import matcalc as mc
    >>> A, x = mc.symbols("A:n×n x:n")
    >>> found = balance(target=A, using=[x, x], of=x.T @ A @ x)
    >>> found.candidates, found.true
    ([xxᵀ], xxᵀ)
    """

    target: Expr
    candidates: list[Expr]
    true: Expr | None
    note: str
    share: list[Number]

    def _verdict(self, k: int) -> str:
        if not self.share or not self.share[k]:
            return "✗ fits, but is wrong"
        terms = sum(s != 0 for s in self.share)
        if terms == 1:
            return (
                "✓ the gradient"
                if self.share[k] == 1
                else f"✓ {product(self.share[k], (), [self.candidates[k]])} is it"
            )
        return "✓ a term of the gradient" if self.share[k] == 1 else f"✓ {exact(self.share[k])} times a term of it"

    def __repr__(self) -> str:
        lines = [f"{c}   {self._verdict(k)}" for k, c in enumerate(self.candidates)]
        return "\n".join([*lines, self.note])

    def _repr_markdown_(self) -> str:
        shown = [latex(c, shapes=True) for c in self.candidates]
        rows = [f"| $\\displaystyle {c}$ | {self._verdict(k)} |" for k, c in enumerate(shown)]
        return "\n".join([f"| ${latex(self.target, shapes=True)}$ | |", "|:--|:--|", *rows, "", self.note])


def balance(target: Expr, using: Sequence[Expr], of: Expr | Derivation | None = None) -> Balance:
    """Find the gradient by its shape alone, and see whether that is enough.

    Args:
        target: the parameter.
        using: the factors, each used once: an error signal of a derivation and what else is known.
        of: the function, or its derivation; an error signal among the factors knows it.

    Returns:
        All products (matrix products and entry-by-entry products, with transposes) of the parameter's shape,
        and which of them is the gradient, or which of them add up to it.

    Raises:
        ValueError: no function is known, it does not depend on the parameter or know a factor, or there are not one to
            four factors.
        KeyError: the derivation is not about the parameter.

    >>> from lecture_lib import matcalc as mc
    >>> W, x, u = mc.symbols("W:n×m x:m u:n")
    >>> D = mc.derive(u.T @ mc.tanh(W @ x))
    >>> balance(target=W, using=[D.delta, x])
    δxᵀ   ✓ the gradient
    The shapes alone decide: one product is n×m.
    """
    if not 1 <= len(using) <= 4:
        raise ValueError(f"using has {len(using)} factors: give one to four")
    derivation = _derivation(target, using, of)
    unknown = [s.name for s in free_symbols(*using) if s not in free_symbols(derivation.output)]
    if unknown:
        raise ValueError(f"the factors speak of {', '.join(unknown)}, which {derivation.output} does not know")
    found = [e for e in dict.fromkeys(_products(list(using))) if e.shape == target.shape]
    pieces = derivation.pieces
    rng = np.random.default_rng(2)
    points = [Witness(pieces, draw(pieces, rng, {}), rng).point for _ in range(2)]
    truth = [evaluate_at(derivation[target].gradient, p) for p in points]
    distinct: dict[bytes, Expr] = {}
    for e in sorted(found, key=lambda e: len(text(e))):
        values = [evaluate_at(e, p) for p in points]
        distinct.setdefault(b"".join(np.round(v, 9).tobytes() for v in values), e)
    kept = list(distinct.values())
    share = _share([[evaluate_at(e, p) for p in points] for e in kept], truth)
    true = total([product(s, (), [e]) for s, e in zip(share, kept, strict=True) if s]) if any(share) else None
    return Balance(target, kept, true, _note(target, kept, share), share)


def _share(values: list[list[Array]], truth: list[Array]) -> list[Number]:
    """The small numbers with which the candidates make up the gradient, as few as can be; none if they do not."""
    columns = [np.concatenate([v.ravel() for v in found]) for found in values]
    wanted = np.concatenate([t.ravel() for t in truth])
    scale = max(float(np.max(np.abs(wanted), initial=0)), 1e-9)
    for few in range(1, min(len(columns), 3) + 1):
        for chosen in combinations(range(len(columns)), few):
            matrix = np.stack([columns[k] for k in chosen], axis=1)
            weights = np.round(2 * np.linalg.lstsq(matrix, wanted, rcond=None)[0]) / 2
            if np.all(weights) and float(np.max(np.abs(matrix @ weights - wanted))) < 1e-9 * scale:
                share: list[Number] = [0] * len(columns)
                for k, weight in zip(chosen, weights, strict=True):
                    share[k] = exact(float(weight))
                return share
    return []


def _note(target: Expr, kept: list[Expr], share: list[Number]) -> str:
    shape = show_shape(target.shape)
    used = [s for s in share if s]
    if not kept:
        return f"No product of these factors is {shape}."
    if not used:
        return f"{_count(kept)} {shape}, but none is the gradient: another factor is needed."
    if len(used) > 1:
        return (
            f"The shapes alone do not decide: {_count(kept).lower()} {shape}, and the gradient is a sum of {len(used)}."
        )
    if used != [1]:
        return f"{_count(kept)} {shape}; the gradient is {used[0]} times the right one, which no shape tells."
    if len(kept) == 1:
        return f"The shapes alone decide: one product is {shape}."
    return f"The shapes alone do not decide: {len(kept)} different products are {shape}, one is right."


def _count(kept: list[Expr]) -> str:
    return "One product is" if len(kept) == 1 else f"{len(kept)} products are"


def _derivation(target: Expr, using: Sequence[Expr], of: Expr | Derivation | None) -> Derivation:
    if isinstance(of, Derivation):
        return of
    if isinstance(of, Expr):
        return derive(of, [target])
    for e in using:
        source = getattr(e.data, "source", None)
        if source is not None:
            return derive(source, [target])
    raise ValueError(
        "balance does not know what to differentiate: put an error signal (D.delta) among the factors, or say of=s"
    )


def _products(parts: list[Expr]) -> Iterator[Expr]:
    if len(parts) == 1:
        yield parts[0]
        if not parts[0].is_scalar:
            yield tidy(parts[0].T)
        return
    for mask in range(1, 2 ** len(parts) - 1):
        left = [p for k, p in enumerate(parts) if mask >> k & 1]
        right = [p for k, p in enumerate(parts) if not mask >> k & 1]
        for a in _products(left):
            for b in _products(right):
                yield from _joined(a, b)


def _joined(a: Expr, b: Expr) -> Iterator[Expr]:
    if a.is_scalar or b.is_scalar:
        yield times(a, b)
        return
    for join in (matmul, times):
        try:
            yield tidy(join(a, b))
        except ShapeError:
            continue
