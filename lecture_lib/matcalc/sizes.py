"""Labeled sizes: n, m, 1, 5d, n + m, n − 1, and shapes made of two of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

Monomial = tuple[str, ...]
Shape = tuple["Size", "Size"]


class Size:
    """A length that is known by its label: a sum of multiples of products of labels, written in the order it came."""

    __slots__ = ("terms", "_canonical", "_written")

    def __init__(self, terms: Iterable[tuple[Monomial, int]]) -> None:
        totals: dict[Monomial, tuple[Monomial, int]] = {}
        for monomial, factor in terms:
            shown, before = totals.get(tuple(sorted(monomial)), (monomial, 0))
            totals[tuple(sorted(monomial))] = (shown, before + factor)
        self.terms = tuple((shown, factor) for shown, factor in totals.values() if factor)
        self._canonical = tuple(sorted((m, factor) for m, (_, factor) in totals.items() if factor))
        self._written = _signed(
            (k, ("" if abs(k) == 1 and m else str(abs(k))) + "*".join(m)) for m, k in self._canonical
        )

    def __eq__(self, other: object) -> bool:
        return self is other or self._canonical == other._canonical if isinstance(other, Size) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._canonical)

    def __add__(self, other: Size) -> Size:
        return Size([*self.terms, *other.terms])

    def __sub__(self, other: Size) -> Size:
        return Size([*self.terms, *((m, -k) for m, k in other.terms)])

    def __mul__(self, other: Size) -> Size:
        return Size([(a + b, i * j) for a, i in self.terms for b, j in other.terms])

    @property
    def labels(self) -> set[str]:
        """The labels in it."""
        return {label for monomial, _ in self.terms for label in monomial}

    def value(self, lengths: dict[str, int]) -> int:
        """Its length when every label has one."""
        return sum(k * math.prod(lengths[label] for label in monomial) for monomial, k in self.terms)

    def __str__(self) -> str:
        return _signed((k, ("" if abs(k) == 1 and m else str(abs(k))) + _powers(m)) for m, k in self.terms)

    def __repr__(self) -> str:
        return self._written


def _signed(terms: Iterable[tuple[int, str]]) -> str:
    """Terms with their signs between them."""
    written = "".join(("-" if k < 0 else "+") + term for k, term in terms)
    return written.removeprefix("+") or "0"


def _powers(labels: Monomial) -> str:
    """A product of labels: nm, and n² for n times n."""
    counts = {label: labels.count(label) for label in labels}
    return "".join(label + ("" if k == 1 else "²" if k == 2 else f"^{k}") for label, k in counts.items())


ZERO = Size(())
ONE = Size((((), 1),))
SCALAR: Shape = (ONE, ONE)

_TERM = re.compile(r"([+-]?)\s*(\d+)?([^\W\d]\w*)?\s*")


def parse_size(text: str) -> Size:
    """Read one size: a label (n), a number (3), a multiple (5d), or sums and differences of these (n+m, n-1)."""
    total, place, source = ZERO, 0, text.strip().replace("−", "-")
    while place < len(source) or not source:
        match = _TERM.match(source, place)
        if match is None or not (match[2] or match[3]) or match[2] == "0" or (place and not match[1]):
            raise _unreadable(text)
        label = (match[3],) if match[3] else ()
        total += Size(((label, int(match[1] + (match[2] or "1"))),))
        place = match.end()
    if not total.labels and total.value({}) < 1:
        raise _unreadable(text)
    return total


def _unreadable(text: str) -> ValueError:
    return ValueError(
        f"{text!r} is not a size: write a label (n), a number (3), a multiple (5d), a sum (n+m) or a difference (n-1)"
    )


def as_size(size: Size | str | int) -> Size:
    """The size that a text, a number or a size stands for."""
    return size if isinstance(size, Size) else parse_size(str(size))


def show_shape(shape: Shape) -> str:
    """A shape in words: ``n×m``, and ``1`` for a single number."""
    return "1" if shape == SCALAR else "×".join(in_product(size) for size in shape)


def in_product(size: Size) -> str:
    """A size as it stands beside ×: a sum in parentheses."""
    return f"({size})" if len(size.terms) > 1 else str(size)
