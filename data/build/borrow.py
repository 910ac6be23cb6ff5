"""Vectors for words that WordNet has not: inflections, numbers, and words said to be like others."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from wordnet import WordNet

BORROWED_MASS = 40.0  # as much as about nine occurrences in running text
ENDING_SHARE = 0.25
ENDINGS = ("ing", "est", "ed", "er", "s")
VOWELS = "aeiou"


def inflections(net: WordNet, lemmas: Mapping[str, Iterable[str]], seen: Container[str]) -> dict[str, str]:
    """Inflected forms of lemmas and their base: plurals, verb forms, comparatives.

    A regular form is left out where WordNet lists an irregular one for the same lemma (`goed`, `childs`), wherever
    WordNet's own rules do not lead back to the lemma, and for adjectives unless WordNet's text has it (`mostest`).

    Args:
        net: the database.
        lemmas: for each part of speech (`n`, `v`, `a`) the lemmas to inflect.
        seen: words that occur in WordNet's text.
    """
    found: dict[str, str] = {}
    for part, chosen in lemmas.items():
        irregular: dict[str, list[str]] = {}
        for form, base in net.exceptions[part].items():
            irregular.setdefault(base, []).append(form)
        for lemma in filter(str.isalpha, chosen):
            listed = irregular.get(lemma, [])
            regular = [form for form in _regular_forms(lemma, part) if lemma in net.base_forms(form)]
            if part == "a":
                regular = [form for form in regular if form in seen]
            elif part == "n":
                regular = [] if listed or _is_plural(net, lemma) else regular
            else:
                doubles = lemma + lemma[-1] + "ing" in listed  # putting: neither "puted" nor "puting"
                kept_out = [ending for ending in ("ed", "ing") if doubles or _covers(listed, ending)]
                regular = [form for form in regular if not form.endswith(tuple(kept_out))]
            for form in (*listed, *regular):
                found.setdefault(form, lemma)
    return found


def _is_plural(net: WordNet, noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith("ss") and bool(net.base_forms(noun))


def _covers(listed: list[str], ending: str) -> bool:
    """Whether irregular verb forms make the regular form with this ending wrong: went for goed, lying for lieing."""
    return any(form.endswith("ing") == (ending == "ing") for form in listed)


def _regular_forms(lemma: str, part: str) -> list[str]:
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    soft = lemma[:-1] + "i" if lemma.endswith("y") and lemma[-2:-1] not in VOWELS else stem
    if lemma.endswith(("s", "x", "z", "ch", "sh")):
        plural = lemma + "es"
    else:
        plural = soft + "es" if soft.endswith("i") else lemma + "s"
    if part == "n":
        return [plural]
    if part == "v":
        return [plural, soft + "ed", (lemma if lemma.endswith("ee") else stem) + "ing"]
    return [soft + "er", soft + "est"]


def number_shape(word: str) -> str | None:
    """The word with every digit as 0, or None if it is no number.

    >>> number_shape("1984"), number_shape("10:30"), number_shape("20th"), number_shape("mp3")
    ('0000', '00:00', '00th', None)
    """
    return re.sub(r"\d", "0", word) if re.fullmatch(r"\d[\d.,:/]*(?:st|nd|rd|th|s)?", word) else None


def common_numbers() -> list[str]:
    """Numbers that text is full of: small ones, years, clock times, decades, ordinals, round sums, decimals."""
    years = range(1000, 2051)
    ordinals = [f"{n}{'th' if n % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"
                for n in range(1, 32)]  # fmt: skip
    clock = [f"{hour}:{minute:02}" for hour in range(1, 13) for minute in range(0, 60, 5)]
    decimals = [f"{whole}.{tenth}" for whole in range(10) for tenth in range(10)]
    sums = [
        f"{n},{rest}" for n in (*range(1, 21), 25, 30, 40, 50, 75, *range(100, 1000, 50)) for rest in ("000", "500")
    ]
    return [
        *map(str, (*range(1000), *years)), *ordinals, *clock, *decimals, *sums, *(f"{year}s" for year in years[::10]),
    ]  # fmt: skip


def read_likeness(path: Path) -> dict[str, list[str]]:
    """Read blocks `known words : new words`; a line that starts with a space continues its block.

    Returns:
        For each new word the known words it is like; of several blocks, all their words.

    Raises:
        ValueError: a block without ` : `; names file and line.
    """
    blocks: list[tuple[int, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith(" ") and blocks:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + line)
        else:
            blocks.append((number, line))
    likeness: dict[str, list[str]] = {}
    for number, block in blocks:
        known, colon, new = f" {block} ".partition(" : ")
        if not (colon and known.split() and new.split()):
            raise ValueError(f"{path}, line {number}: expected 'known words : new words'")
        for word in dict.fromkeys(new.split()):
            mine = likeness.setdefault(word, [])
            mine.extend(model for model in known.split() if model not in mine)
    return likeness


def synonyms(net: WordNet, mass: Mapping[str, float]) -> dict[str, list[str]]:
    """For lemmas seen less than `BORROWED_MASS`, the better-known one-word lemmas of their likeliest synset."""
    found: dict[str, list[str]] = {}
    for lemma, senses in net.senses.items():
        if mass.get(lemma, 0.0) >= BORROWED_MASS or "_" in lemma:
            continue
        for key in sorted(senses, key=lambda key: (-senses[key], key)):
            mates = dict.fromkeys(mate.lower() for mate in net.synsets[key].lemmas if mate.lower() != lemma)
            known = [mate for mate in mates if mass.get(mate, 0.0) >= BORROWED_MASS]
            if known:
                found[lemma] = known
                break
    return found


def add_borrowed(
    vectors: NDArray[np.float64],
    mass: NDArray[np.float64],
    index: Mapping[str, int],
    likeness: Mapping[str, list[str]],
    forms: Mapping[str, str],
) -> NDArray[np.float64]:
    """Mix each word's own vector with a borrowed one, in the ratio mass : `BORROWED_MASS`.

    A word of `likeness` borrows the mean of its models; a number the mean of known numbers of its shape (of all of them
    if there are none); an inflected form its base's vector, with a share of the mean of known forms that have the same
    ending. Other words keep their own. So a word often seen hardly changes, and one never seen is all borrowed.

    Args:
        vectors: V×d own vectors; rows of words without any counts are zero.
        mass: (V,) how often each word is seen in text: the sum of its window counts.
        index: row of each word.
        likeness: models of a word.
        forms: base of an inflected form.

    Returns:
        V×d.

    Raises:
        ValueError: a model has no vector of its own; names it.
    """
    known = np.any(vectors != 0, axis=1).tolist()
    numbers = _group((shape, word) for word in index if known[index[word]] and (shape := number_shape(word)))
    endings = _group((_ending(form), form) for form in forms if known[index[form]])
    every_number = [word for words in numbers.values() for word in words]

    def mean(words: list[str]) -> NDArray[np.float64]:
        return np.asarray(vectors[[index[word] for word in words]].mean(axis=0))

    shape_means = {shape: mean(words) for shape, words in numbers.items()}
    ending_means = {ending: mean(words) for ending, words in endings.items()}
    mixed = vectors.copy()
    for word, row in index.items():
        shape = number_shape(word)
        if word in likeness:
            unseen = [model for model in likeness[word] if model not in index or not known[index[model]]]
            if unseen:
                raise ValueError(f"{word!r} should be like {unseen}, which WordNet does not have")
            borrowed = mean(likeness[word])
        elif shape:
            borrowed = shape_means[shape] if shape in shape_means else mean(every_number)
        elif word in forms:
            borrowed = (1 - ENDING_SHARE) * vectors[index[forms[word]]] + ENDING_SHARE * ending_means[_ending(word)]
        else:
            continue
        mixed[row] = (mass[row] * vectors[row] + BORROWED_MASS * borrowed) / (mass[row] + BORROWED_MASS)
    return mixed


def _ending(form: str) -> str:
    return next((ending for ending in ENDINGS if form.endswith(ending)), "")


def _group(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, member in pairs:
        groups.setdefault(name, []).append(member)
    return groups
