"""Count what stands near a word: in WordNet's glosses, and along WordNet's relations."""

from __future__ import annotations

import numpy as np
from gloss_tokens import tokens
from scipy import sparse
from wordnet import Synset, WordNet

WINDOW = 5
LEAD = 5  # words of the definition that follow a lemma in an apposition
WALK_MASS = 20.0
LEXNAME_MASS = 10.0
STAY, ONE_STEP, TWO_STEPS = 0.35, 0.40, 0.25
PART_OF_NAME = 0.3  # weight of one word of a lemma of several words
# Words that tie the parts of a lemma together and are no part of its name.
JOINTS = frozenset({
    "the", "of", "a", "an", "and", "or", "in", "to", "for", "with", "by", "on", "at", "as", "from", "no",
    "-", "'", ".", ",", "/", "'s",
})  # fmt: skip

# How much of a step goes along each kind of pointer (symbols of wninput(5WN)); upward and instance links say most.
RELATIONS = {
    "@": 1.0, "@i": 1.5, "~": 0.3, "~i": 0.1, "#p": 1.0, "#m": 0.7, "#s": 0.7, "%p": 0.2, "%m": 0.2, "%s": 0.2,
    "&": 1.0, "+": 0.7, "\\": 0.7, "=": 0.7, "^": 0.3, "$": 0.7, "!": 0.3, "*": 0.5, ">": 0.5, "<": 0.7,
    ";c": 0.5, "-c": 0.1, ";u": 0.1, "-u": 0.0, ";r": 0.3, "-r": 0.05,
}  # fmt: skip


def running_text(synset: Synset) -> list[list[str]]:
    """Token sequences of one synset: its definition and its examples, in quotes as WordNet prints them."""
    return [tokens(synset.definition), *(tokens(f'"{example}"') for example in synset.examples)]


def appositions(synset: Synset) -> list[list[str]]:
    """Each lemma before the start of the definition, as in `rockford , a city in northern illinois`."""
    start = tokens(synset.definition)[:LEAD]
    return [[*tokens(lemma), ",", *start] for lemma in synset.lemmas]


def window_counts(segments: list[list[str]], index: dict[str, int]) -> sparse.csr_array:
    """Co-occurrences within five words, weighted by 1/distance.

    Args:
        segments: token sequences; windows do not cross from one to the next.
        index: row of each token (V entries).

    Returns:
        V×V float64, symmetric.

    >>> window_counts([["in", "paris", "."]], {"in": 0, "paris": 1, ".": 2}).toarray().tolist()
    [[0.0, 1.0, 0.5], [1.0, 0.0, 1.0], [0.5, 1.0, 0.0]]
    """
    gap = [-1] * WINDOW
    flat = np.array([number for segment in segments for number in [*(index[word] for word in segment), *gap]])
    total = sparse.csr_array((len(index), len(index)))
    for distance in range(1, WINDOW + 1):
        left, right = flat[:-distance], flat[distance:]
        inside = (left >= 0) & (right >= 0)
        pairs = (np.full(inside.sum(), 1 / distance), (left[inside], right[inside]))
        ahead = sparse.csr_array(pairs, shape=total.shape)
        total = total + ahead + ahead.T
    return total.tocsr()


def walk_counts(net: WordNet, index: dict[str, int]) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Where a walk of up to two steps over synset relations leads from each word.

    A word starts in its synsets, by their frequency; a word of a longer lemma (`york` in `New_York`) starts there
    with less weight.

    Args:
        net: the database.
        index: row of each token (V entries).

    Returns:
        Words of the synsets reached, V×V float64 (a row that starts anywhere sums to `WALK_MASS`, less what pruning
        drops), and the lexicographer files of the word's own synsets, V×F (rows sum to `LEXNAME_MASS`), with instances
        (Paris, Lincoln) apart from classes (city, president).
    """
    keys = {key: row for row, key in enumerate(net.synsets)}
    members = _membership(net, index, keys)
    start = _rows_to_one(members)
    spell = _rows_to_one(members.T.tocsr())
    step = _rows_to_one(_pointers(net, keys))
    stay = sparse.eye_array(len(keys), format="csr")
    reach = STAY * stay + ONE_STEP * step + TWO_STEPS * prune(step @ step, 1e-3)
    words = prune(prune(start @ reach, 1e-3) @ spell, 5e-4)
    return WALK_MASS * words, LEXNAME_MASS * (start @ _lexnames(net))


def _membership(net: WordNet, index: dict[str, int], keys: dict[str, int]) -> sparse.csr_array:
    entries: list[tuple[int, int, float]] = []
    for key, synset in net.synsets.items():
        for lemma in synset.lemmas:
            weight = net.senses.get(lemma.lower(), {}).get(key, 1.0)
            parts = tokens(lemma)
            if len(parts) == 1:
                entries.append((index[parts[0]], keys[key], weight))
            else:
                share = PART_OF_NAME * min(weight, 3.0) ** 0.5
                entries.extend((index[part], keys[key], share) for part in parts if part not in JOINTS)
    rows, columns, values = zip(*entries, strict=True)
    return sparse.csr_array((values, (rows, columns)), shape=(len(index), len(keys)))


def _pointers(net: WordNet, keys: dict[str, int]) -> sparse.csr_array:
    entries = [
        (keys[key], keys[target], RELATIONS[symbol])
        for key, synset in net.synsets.items()
        for symbol, target in synset.pointers
    ]
    rows, columns, values = zip(*entries, strict=True)
    return sparse.csr_array((values, (rows, columns)), shape=(len(keys), len(keys)))


def _lexnames(net: WordNet) -> sparse.csr_array:
    kinds = [(synset.lexname, synset.is_instance) for synset in net.synsets.values()]
    column = {kind: number for number, kind in enumerate(sorted(set(kinds)))}
    rows = np.arange(len(kinds))
    return sparse.csr_array((np.ones(len(kinds)), (rows, [column[kind] for kind in kinds])))


def _rows_to_one(matrix: sparse.csr_array) -> sparse.csr_array:
    sums = matrix.sum(axis=1)
    return (sparse.diags_array(1 / np.where(sums == 0, 1, sums)) @ matrix).tocsr()


def prune(matrix: sparse.csr_array, least: float) -> sparse.csr_array:
    """Drop entries below `least`, which are many and say little."""
    matrix = matrix.tocsr()
    matrix.data[matrix.data < least] = 0
    matrix.eliminate_zeros()
    return matrix
