"""Labeled sizes: n, m, 1, 5d, n + m, and shapes made of two of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

Monomial = tuple[str, ...]
Shape = tuple["Size", "Size"]


class Size:
    """A length that is known by its label: a sum of multiples of products of labels.

    Written in the order in which it came about; n + m equals m + n.

    Args:
        terms: pairs of a product of labels (``()`` for a plain number) and its factor.

    >>> print(parse_size("5d") + parse_size("n"), parse_size("n") * parse_size("m"))
    5d+n nm
    >>> (parse_size("d") + parse_size("d")) == parse_size("2d")
    True
    """

    __slots__ = ("terms", "_canonical")

    def __init__(self, terms: Iterable[tuple[Monomial, int]]) -> None:
        totals: dict[Monomial, tuple[Monomial, int]] = {}
        for monomial, factor in terms:
            shown, before = totals.get(tuple(sorted(monomial)), (monomial, 0))
            totals[tuple(sorted(monomial))] = (shown, before + factor)
        self.terms = tuple((shown, factor) for shown, factor in totals.values() if factor)
        self._canonical = tuple(sorted((m, factor) for m, (_, factor) in totals.items() if factor))

    def __eq__(self, other: object) -> bool:
        return self._canonical == other._canonical if isinstance(other, Size) else NotImplemented

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
        """Its length when every label has one.

        Args:
            lengths: a length for every label in it.

        Returns:
            The length, an int.
        """
        return sum(k * math.prod(lengths[label] for label in monomial) for monomial, k in self.terms)

    def __str__(self) -> str:
        return "+".join(("" if k == 1 and m else str(k)) + _powers(m) for m, k in self.terms) or "0"

    def __repr__(self) -> str:
        return "+".join(("" if k == 1 and m else str(k)) + "*".join(m) for m, k in self._canonical) or "0"


def _powers(labels: Monomial) -> str:
    """A product of labels: nm, and n² for n times n."""
    counts = {label: labels.count(label) for label in labels}
    return "".join(label + ("" if k == 1 else "²" if k == 2 else f"^{k}") for label, k in counts.items())


ZERO = Size(())
ONE = Size((((), 1),))
SCALAR: Shape = (ONE, ONE)

_SIZE = re.compile(r"(\d+)?([^\W\d]\w*)?")


def parse_size(text: str) -> Size:
    """Read one size.

    Args:
        text: a label (``n``), a positive number (``3``), a multiple (``5d``) or a sum of these (``n+m``).

    Returns:
        The size.

    Raises:
        ValueError: the text is none of these.

    >>> parse_size("5d").value({"d": 3})
    15
    """
    total = ZERO
    for part in text.split("+"):
        match = _SIZE.fullmatch(part.strip())
        if match is None or not part.strip() or (match[1] is not None and int(match[1]) == 0):
            raise ValueError(f"{text!r} is not a size: write a label (n), a number (3), a multiple (5d) or a sum (n+m)")
        label = (match[2],) if match[2] else ()
        total += Size(((label, int(match[1] or 1)),))
    return total


def as_size(size: Size | str | int) -> Size:
    """The size that a text, a number or a size stands for.

    Args:
        size: such as ``"5d"``, 3, or a size, which is left as it is.

    Returns:
        The size.

    Raises:
        ValueError: the text is no size, or the number is below 1.
    """
    return size if isinstance(size, Size) else parse_size(str(size))


def show_shape(shape: Shape) -> str:
    """A shape in words: ``n×m``, and ``1`` for a single number.

    Args:
        shape: rows and columns.

    Returns:
        The words.

    >>> show_shape((parse_size("n"), parse_size("5d"))), show_shape(SCALAR)
    ('n×5d', '1')
    """
    return "1" if shape == SCALAR else "×".join(in_product(size) for size in shape)


def in_product(size: Size) -> str:
    """A size as it stands beside ×: a sum in parentheses.

    Args:
        size: the size.

    Returns:
        Its text.
    """
    return f"({size})" if len(size.terms) > 1 else str(size)
