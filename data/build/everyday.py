"""Everyday sentences made from `everyday.txt`: its carriers with their gaps filled by names of its lists.

The corpus is rich in odd sentences and poor in the plain ones that people type first, such as "Anna works at IBM." The
network of notebook 00 is trained on both.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lecture_lib.ner import Sentence

SOURCE = Path(__file__).with_name("everyday.txt")
TYPES = {"PER": "PER", "FIRST": "PER", "LAST": "PER", "LOC": "LOC", "HOTEL": "LOC", "ORG": "ORG"}
# How often a person's first name is that of a place, and a sentence lacks its period, as when it is typed in haste.
PLACE_LIKE, HASTY = 0.35, 0.1

Lists = dict[str, list[str]]


def read_lists(path: Path = SOURCE) -> Lists:
    """The carriers, one a line, and the lists of names, whose words of one name are joined by underscores."""
    lists: Lists = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            entries = lists.setdefault(line[3:], [])
            carriers = line == "== carriers"
        elif line and not line.startswith("#"):
            entries += [line] if carriers else [name.replace("_", " ") for name in line.split()]
    return lists


def name_for(gap: str, pick: Callable[[str], str], chance: float) -> str:
    """A name that fits a gap; `chance`, between 0 and 1, decides between its forms."""
    if gap == "PER" and chance < PLACE_LIKE:
        return f"{pick('places')} {pick('last' if chance < 0.2 else 'last and something else')}"
    if gap == "PER":
        return f"{pick('first')} {pick('last')}" if chance < 0.75 else pick("first")
    if gap == "HOTEL":
        return f"{pick('hotels')} Hotel" if chance < 0.8 else pick("hotels")
    if gap == "ORG" and chance < 0.2:
        return f"{pick('colleges')} University" if chance < 0.1 else f"University of {pick('colleges')}"
    return pick({"FIRST": "first", "LAST": "last", "LOC": "places of the map", "ORG": "firms"}[gap])


def sentences(copies: int, rng: np.random.Generator, lists: Lists | None = None) -> list[Sentence]:
    """Every carrier `copies` times, each time with other names."""
    lists = lists or read_lists()

    def pick(name: str) -> str:
        entries: Sequence[str] = lists[name]
        return entries[rng.integers(len(entries))]

    made = []
    for carrier in lists["carriers"] * copies:
        tokens: list[str] = []
        tags: list[str] = []
        for gap, word in re.findall(r"\[(\w+)\]|(\S+)", carrier):
            words = name_for(gap, pick, rng.random()).split() if gap else [word]
            tokens += words
            tags += [f"{'I' if k else 'B'}-{TYPES[gap]}" if gap else "O" for k in range(len(words))]
        whole = tokens[-1] != "." or rng.random() >= HASTY
        made.append(Sentence(tokens if whole else tokens[:-1], tags if whole else tags[:-1]))
    return made
