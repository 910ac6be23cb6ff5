"""Balance the shapes: all products that fit a parameter, and which of them is its gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.derivation import Derivation
from lecture_lib.matcalc.derive import derive
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.expressions import Expr, make
from lecture_lib.matcalc.printing import latex, text
from lecture_lib.matcalc.prove import Witness, draw, relative_error
from lecture_lib.matcalc.simplify import tidy
from lecture_lib.matcalc.sizes import show_shape


@dataclass(frozen=True)
class Balance:
    """The products that fit.

    Args:
        target: the parameter.
        candidates: all products of its shape.
        true: the one that is the gradient; None if none is.
        note: what the shapes decide, and what they do not.

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

    def _verdict(self, candidate: Expr) -> str:
        return "✓ the gradient" if candidate == self.true else "✗ fits, but is wrong"

    def __repr__(self) -> str:
        lines = [f"{c}   {self._verdict(c)}" for c in self.candidates]
        return "\n".join([*lines, self.note])

    def _repr_markdown_(self) -> str:
        rows = [f"| $\\displaystyle {latex(c, shapes=True)}$ | {self._verdict(c)} |" for c in self.candidates]
        return "\n".join([f"| ${latex(self.target, shapes=True)}$ | |", "|:--|:--|", *rows, "", self.note])


def balance(target: Expr, using: Sequence[Expr], of: Expr | Derivation | None = None) -> Balance:
    """Find the gradient by its shape alone, and see whether that is enough.

    Args:
        target: the parameter.
        using: the factors, each used once: an error signal of a derivation and what else is known.
        of: the function, or its derivation; an error signal among the factors knows it.

    Returns:
        All products (matrix products and entry-by-entry products, with transposes) of the parameter's shape,
        and which of them is the gradient.

    Raises:
        ValueError: no function is known, it does not depend on the parameter, or there are not one to four factors.
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
    true = next(
        (
            e
            for e in kept
            if all(relative_error(evaluate_at(e, p), t) < 1e-9 for p, t in zip(points, truth, strict=True))
        ),
        None,
    )
    return Balance(target, kept, true, _note(target, kept, true))


def _note(target: Expr, kept: list[Expr], true: Expr | None) -> str:
    shape = show_shape(target.shape)
    if not kept:
        return f"No product of these factors is {shape}."
    if true is None:
        return f"{_count(kept)} {shape}, but none is the gradient: another factor is needed."
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
        yield make("scale", a, b) if a.is_scalar else make("scale", b, a)
        return
    for op in ("matmul", "mul"):
        try:
            yield tidy(make(op, a, b))
        except ShapeError:
            continue
