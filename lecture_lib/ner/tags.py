"""Entity tags: the schemes BIO, IOB1, IO, BIOES, BILOU and BMES, and the spans they mean.

IOB1 writes `B-` only where an entity follows another one of its type, BIO (or IOB2) at the beginning of every entity,
and IO never, or leaves the prefix out. BIOES marks the last token (`E-`) and an entity of one token (`S-`) too; BILOU
calls these `L-` and `U-`, and BMES calls the inside `M-`.

Source: L. Ramshaw and M. Marcus, Text chunking using transformation-based learning, 1995, for IOB1; E. Tjong Kim Sang
and J. Veenstra, Representing text chunks, 1999, for the names and for IOB2; L. Ratinov and D. Roth, Design challenges
and misconceptions in named entity recognition, 2009, for BILOU.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

SCHEMES = {"BIO": "BI", "IOB1": "BI", "IO": "I", "BIOES": "BIES", "BILOU": "BILU", "BMES": "BMES"}
MEANINGS = {"B": "B", "I": "I", "E": "E", "S": "S", "L": "E", "U": "S"}
IN_BMES = {"B": "B", "M": "I", "E": "E", "S": "S"}
EXPECTED = "expected O, B-TYPE, I-TYPE (also E-, S-, L-, U-), or a TYPE alone that begins with a letter (IO)"

BARE = re.compile(r"[^\W\d_]\S*")
# A lone prefix, a letter before a sign, or a prefix at the end: more likely a tag of another form than a type.
DOUBTFUL = re.compile(r"[BIESLUMo]|[^\W\d_][-_:/|].*|.+[-_:/|][BIESLUM]")


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


@lru_cache(maxsize=8192)
def split_tag(tag: str, scheme: str | None = None) -> tuple[str, str]:
    """A tag's prefix and type.

    A bare type is any text that begins with a letter and holds no white space. What looks like a tag of another form
    (`b-LOC`, `B_LOC`, `X-LOC`, `LOC-B`, or `B` alone) is no bare type, unless the scheme is said to be "IO".
    """
    if scheme is not None and scheme not in SCHEMES:
        raise ValueError(f"no scheme named {scheme!r}; expected one of {', '.join(SCHEMES)}")
    if tag == "O":
        return "O", ""
    prefix, dash, kind = tag.partition("-")
    meanings = IN_BMES if scheme == "BMES" else MEANINGS
    if dash and prefix in meanings and prefix in SCHEMES.get(scheme or "", prefix) and kind.strip() and kind != "O":
        return meanings[prefix], kind
    if scheme == "IO" and tag.strip() and not dash:
        return "", tag
    if scheme in (None, "IO") and BARE.fullmatch(tag) and not DOUBTFUL.fullmatch(tag):
        return "", tag
    raise ValueError(f"{tag!r} is not a tag{f' of {scheme}' if scheme else ''}; {_advice(tag, scheme)}")


def _advice(tag: str, scheme: str | None) -> str:
    if scheme is not None:
        return f"expected O and {', '.join(f'{prefix}-TYPE' for prefix in SCHEMES[scheme])}"
    if tag.startswith("M-"):
        return "in BMES it is one: pass scheme='BMES'"
    if tag in {*MEANINGS, "M"}:
        return f"{EXPECTED}; where all entities are of one type, read_conll takes its name as entity_type"
    return EXPECTED


def spans(tags: Sequence[str], scheme: str | None = None) -> list[Span]:
    """The entities that a sentence's tags mean, by the rule of the CoNLL evaluation.

    An entity begins at `B-X` and `S-X`, after `E-X` and `S-X`, and at any other `X` unless the token before belongs to
    an entity of the same type. This one rule reads all schemes.
    Source: `conlleval`, the program that scored the CoNLL-2000 and CoNLL-2003 shared tasks.

    Args:
        tags: one tag a token.
        scheme: one of `SCHEMES`, if the tags are of this one only; None takes all but "BMES".

    Returns:
        The entities, from left to right.

    Raises:
        ValueError: a tag is malformed, or bare types are mixed with prefixed ones.

    >>> spans(["B-PER", "I-PER", "O", "I-LOC"])
    [Span(type='PER', start=0, end=2), Span(type='LOC', start=3, end=4)]
    >>> spans(["B-PER", "E-PER", "S-PER"]) == spans(["B-PER", "L-PER", "U-PER"])
    True
    """
    found: list[Span] = []
    start = 0
    before, previous = "O", ""
    forms = set()
    for position, tag in enumerate([*tags, "O"]):
        prefix, kind = split_tag(tag, scheme)
        forms.add(prefix)
        boundary = kind != previous or prefix in ("B", "S") or before in ("E", "S")
        if previous and boundary:
            found.append(Span(previous, start, position))
        if kind and boundary:
            start = position
        before, previous = prefix, kind
    if "" in forms and forms - {"", "O"}:
        bare = next(tag for tag in tags if split_tag(tag, scheme)[0] == "")
        raise ValueError(f"the bare tag {bare!r} stands beside tags with B- or I-; use one scheme")
    return found


def to_bio(tags: Sequence[str], scheme: str | None = None) -> list[str]:
    """The same entities written in BIO: `B-` on the first token of each, `I-` on the others.

    Args:
        tags: one tag a token, in any scheme.
        scheme: as for `spans`.

    Returns:
        One BIO tag a token.

    Raises:
        ValueError: a tag is malformed, or bare types are mixed with prefixed ones.

    >>> to_bio(["I-LOC", "B-LOC", "O", "I-PER", "I-PER"])
    ['B-LOC', 'B-LOC', 'O', 'B-PER', 'I-PER']
    """
    bio = ["O"] * len(tags)
    for kind, start, end in spans(tags, scheme):
        bio[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return bio


def to_types(tags: Sequence[str], scheme: str | None = None) -> list[str]:
    """Each token's entity type alone: the scheme IO.

    Args:
        tags: one tag a token, in any scheme.
        scheme: as for `spans`.

    Returns:
        One type a token, `O` outside entities.

    Raises:
        ValueError: a tag is malformed.

    >>> to_types(["B-LOC", "I-LOC", "O"])
    ['LOC', 'LOC', 'O']
    """
    return [split_tag(tag, scheme)[1] or "O" for tag in tags]


def types_to_bio(types: Sequence[str]) -> list[str]:
    """Types, whatever they are called, written in BIO; neighbors of one type make one entity."""
    pairs = zip(["O", *types], types, strict=False)
    return ["O" if kind == "O" else f"{'I' if kind == before else 'B'}-{kind}" for before, kind in pairs]
