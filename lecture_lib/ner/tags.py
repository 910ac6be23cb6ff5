"""Entity tags: the schemes BIO, IOB1 and IO, and the spans they mean.

IOB1 writes `B-` only where an entity follows another one of its type, BIO (or IOB2) at the beginning of every entity,
and IO never.

Source: L. Ramshaw and M. Marcus, Text chunking using transformation-based learning, 1995, for IOB1; E. Tjong Kim Sang
and J. Veenstra, Representing text chunks, 1999, for the names and for IOB2.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

PREFIXED = re.compile(r"([BI])-(\S+)")
BARE = re.compile(r"(?![A-Z]_)[A-Z][A-Z0-9_]+")


class Span(NamedTuple):
    """One entity.

    Attributes:
        type: such as "PER".
        start: the place of its first token, counted from 0.
        end: the place after its last token.

    >>> Span("PER", 0, 2) in spans(["B-PER", "I-PER", "O"])
    True
    """

    type: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def split_tag(tag: str) -> tuple[str, str]:
    """A tag's prefix and type.

    Args:
        tag: `O`, `B-PER`, `I-PER` or, in the scheme IO, the bare type `PER` in capitals.

    Returns:
        Prefix ("O", "B", "I" or "" for a bare type) and type ("" for `O`).

    Raises:
        ValueError: it is none of these.

    >>> split_tag("B-PER"), split_tag("O"), split_tag("PER")
    (('B', 'PER'), ('O', ''), ('', 'PER'))
    """
    if tag == "O":
        return "O", ""
    if (match := PREFIXED.fullmatch(tag)) and match[2] != "O":
        return match[1], match[2]
    if BARE.fullmatch(tag):
        return "", tag
    raise ValueError(f"{tag!r} is not a tag; expected O, B-TYPE or I-TYPE (BIO, IOB1), or TYPE alone in capitals (IO)")


def spans(tags: Sequence[str]) -> list[Span]:
    """The entities that a sentence's tags mean, by the rule of the CoNLL evaluation.

    An entity begins at `B-X`, and at `I-X` (or a bare `X`) unless the token before belongs to an entity of
    the same type. This one rule reads BIO, IOB1 and IO.
    Source: `conlleval`, the program that scored the CoNLL-2000 and CoNLL-2003 shared tasks.

    Args:
        tags: one tag a token.

    Returns:
        The entities, from left to right.

    Raises:
        ValueError: a tag is malformed, or bare types are mixed with B- and I-.

    >>> spans(["B-PER", "I-PER", "O", "I-LOC"])
    [Span(type='PER', start=0, end=2), Span(type='LOC', start=3, end=4)]
    """
    found: list[Span] = []
    start = 0
    previous = ""
    forms = set()
    for position, tag in enumerate([*tags, "O"]):
        prefix, kind = split_tag(tag)
        forms.add(prefix)
        boundary = kind != previous or prefix == "B"
        if previous and boundary:
            found.append(Span(previous, start, position))
        if kind and boundary:
            start = position
        previous = kind
    if "" in forms and forms & {"B", "I"}:
        bare = next(tag for tag in tags if split_tag(tag)[0] == "")
        raise ValueError(f"the bare tag {bare!r} stands beside tags with B- or I-; use one scheme")
    return found


def to_bio(tags: Sequence[str]) -> list[str]:
    """The same entities written in BIO: `B-` on the first token of each, `I-` on the others.

    Args:
        tags: one tag a token, in BIO, IOB1 or IO.

    Returns:
        One BIO tag a token.

    Raises:
        ValueError: a tag is malformed, or bare types are mixed with B- and I-.

    >>> to_bio(["I-LOC", "B-LOC", "O", "I-PER", "I-PER"])
    ['B-LOC', 'B-LOC', 'O', 'B-PER', 'I-PER']
    """
    bio = ["O"] * len(tags)
    for kind, start, end in spans(tags):
        bio[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return bio


def to_types(tags: Sequence[str]) -> list[str]:
    """Each token's entity type alone: the scheme IO.

    Args:
        tags: one tag a token, in BIO, IOB1 or IO.

    Returns:
        One type a token, `O` outside entities.

    Raises:
        ValueError: a tag is malformed.

    >>> to_types(["B-LOC", "I-LOC", "O"])
    ['LOC', 'LOC', 'O']
    """
    return [split_tag(tag)[1] or "O" for tag in tags]
