"""Augmentation: more training sentences from those there are."""

from collections.abc import Sequence

import numpy as np

from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import Span, spans, to_bio
from lecture_lib.train.settings import generator

SWAPPED = ("PER", "LOC", "ORG")


def swap_names(
    sentences: Sequence[Sentence], rng: np.random.Generator, types: Sequence[str] = SWAPPED
) -> list[Sentence]:
    """Replace every name by another one of its type, drawn from the names of the same sentences.

    Nothing in the course calls it unless it says so: the sentences it makes are grammatical but often untrue, "the
    Danube rises in Houston". Give it training sentences only, since names of test sentences in training would flatter
    the score. A name that was written in lower or upper case throughout is replaced by one in the same case.

    Args:
        sentences: labeled sentences, tags in any scheme; they are not changed.
        rng: the random generator that draws the names, each occurrence equally likely.
        types: the types whose names are swapped; the others keep theirs.

    Returns:
        As many sentences, in the same order, with names of the same types, tags in BIO.

    Raises:
        TypeError: rng is not a `numpy.random.Generator`, an item is not a `Sentence`, or types is one string.
        ValueError: a tag is malformed.

    >>> two = [Sentence(["Ana", "saw", "Rome"], ["B-PER", "O", "B-LOC"]),
    ...        Sentence(["In", "New", "York"], ["O", "B-LOC", "I-LOC"])]
    >>> for sentence in swap_names(two, np.random.default_rng(3)):
    ...     print(*sentence.tokens, sentence.tags)
    Ana saw New York ['B-PER', 'O', 'B-LOC', 'I-LOC']
    In Rome ['O', 'B-LOC']
    """
    generator(rng)
    if isinstance(types, str):
        raise TypeError(f"types is the string {types!r}; expected a list of types, as [{types!r}]")
    pools: dict[str, list[list[str]]] = {kind: [] for kind in types}
    for number, sentence in enumerate(sentences, 1):
        if not isinstance(sentence, Sentence):
            raise TypeError(f"item {number} is {type(sentence).__name__}; expected labeled sentences")
        for span in spans(sentence.tags):
            if span.type in pools:
                pools[span.type].append(sentence.tokens[span.start : span.end])
    return [_swapped(sentence, pools, rng) for sentence in sentences]


def _swapped(sentence: Sentence, pools: dict[str, list[list[str]]], rng: np.random.Generator) -> Sentence:
    tokens: list[str] = []
    tags: list[str] = []
    bio = to_bio(sentence.tags)
    done = 0
    for span in spans(sentence.tags):
        if span.type in pools:
            name = _drawn(sentence, span, pools[span.type], rng)
            tokens += sentence.tokens[done : span.start] + name
            tags += bio[done : span.start] + [f"B-{span.type}"] + [f"I-{span.type}"] * (len(name) - 1)
            done = span.end
    return Sentence(tokens + sentence.tokens[done:], tags + bio[done:])


def _drawn(sentence: Sentence, span: Span, pool: list[list[str]], rng: np.random.Generator) -> list[str]:
    name = pool[rng.integers(len(pool))]
    old = " ".join(sentence.tokens[span.start : span.end])
    if old.islower():
        return [token.lower() for token in name]
    if old.isupper() and len(old) > 1:
        return [token.upper() for token in name]
    return list(name)
