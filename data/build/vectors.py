"""Build `data/vectors.npz` from WordNet 3.0: `python data/build/vectors.py`."""

from __future__ import annotations

import os

# One thread: sums in a fixed order, the same bytes on every run.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from borrow import add_borrowed, common_numbers, inflections, number_shape, read_likeness, synonyms
from counts import JOINTS, appositions, running_text, walk_counts, window_counts
from factor import axes, ppmi, unit_rows
from gloss_tokens import tokens
from numpy.typing import NDArray
from pack import quantize, read_packed, write_packed
from scipy import sparse
from wordnet import FOLDER, Synset, WordNet, read_wordnet

from lecture_lib.places import forgive_console

HERE = Path(__file__).resolve().parent
COMMON_WORDS = 12_000
LARGEST_FILE = 2_500_000  # bytes
FITTED_WORDS = 40_000
LEXNAME_EMPHASIS = 1.5  # the lexicographer files tell people, places and groups apart
NAME_LEXNAMES = {"noun.person", "noun.location", "noun.group", "noun.object", "noun.artifact", "noun.time"}
NAME_BONUS = 20
LEAST_TAGGED = {"n": 1, "v": 1, "a": 5}
LEAST_SEEN = 6
LONGEST_COMPARED = 6  # letters of an adjective with -er and -est; longer ones take more and most

BARS = (
    ("tv", "television", ">=", 0.85), ("tv", "telly", ">=", 0.85), ("telly", "television", ">=", 0.85),
    ("paris", "london", ">=", 0.6), ("king", "queen", ">=", 0.7), ("tv", "banana", "<=", 0.15),
    ("museum", "museums", ">=", 0.7),
)  # fmt: skip
SHOWN = (
    "king", "paris", "france", "john", "smith", "museum", "tv", "river", "dog", "red", "seven", "monday", "run",
    "walked", "bigger", "university", "bank", "music", "in", "the",
)  # fmt: skip


@dataclass(frozen=True)
class Frequencies:
    """How often each token occurs in glosses, in lemmas, and among WordNet's tagged senses."""

    glosses: Counter[str]
    lemmas: Counter[str]
    tagged: Counter[str]
    names: frozenset[str]
    taxa: frozenset[str]

    def rank(self, word: str) -> float:
        """What decides the order of words: frequency, with a bonus for names of people, places and groups."""
        bonus = NAME_BONUS * (word in self.names)
        return self.glosses[word] + 2 * self.tagged[word] + min(self.lemmas[word], 20) + bonus


def main() -> None:
    """Build the file, print the log, and fail if a bar is missed."""
    forgive_console()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", type=Path, default=FOLDER, help="folder of WordNet's database files")
    parser.add_argument("--out", type=Path, default=HERE.parent / "vectors.npz")
    options = parser.parse_args()
    started = time.perf_counter()
    words, matrix = build(read_wordnet(options.wordnet))
    codes, scale = quantize(matrix)
    write_packed(options.out, words, codes, scale)
    print(f"built in {time.perf_counter() - started:.0f} s")
    report(options.out)


def build(net: WordNet) -> tuple[list[str], NDArray[np.float64]]:
    """Words, most frequent first, and their vectors, N×50."""
    frequencies = count_tokens(net)
    likeness = read_likeness(HERE / "likeness.txt")
    listed = required_words()
    forms = inflections(net, lemmas_to_inflect(net, frequencies), {*frequencies.glosses, *listed})
    attested = sorted(frequencies.glosses.keys() | frequencies.lemmas.keys(), key=lambda w: (-frequencies.rank(w), w))
    numbers = [*common_numbers(), *filter(number_shape, listed)]
    vocabulary = list(dict.fromkeys([*attested, *likeness, *numbers, *forms]))
    index = {word: row for row, word in enumerate(vocabulary)}
    shipped = [word for word in attested if worth_shipping(word, frequencies)]
    chosen = list(dict.fromkeys([*shipped, *likeness, *numbers, *forms, *(word for word in listed if word in index)]))

    texts = [text for synset in net.synsets.values() for text in (*running_text(synset), *appositions(synset))]
    windows = window_counts(texts, index)
    own = own_vectors(net, windows, index, np.array([index[word] for word in shipped[:FITTED_WORDS]]))
    mass = windows.sum(axis=1)
    rare = synonyms(net, dict(zip(vocabulary, mass.tolist(), strict=True)))
    models = {word: known for word, known in rare.items() if word in index and word not in forms} | likeness
    vectors = unit_rows(add_borrowed(own, mass, index, models, forms))
    return chosen, vectors[[index[word] for word in chosen]]


def own_vectors(
    net: WordNet, windows: sparse.csr_array, index: dict[str, int], fitted: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Unit vectors, V×50, from a word's own counts; zeros for a word without any.

    The axes are those that suit the rows `fitted` best. The mean of the most frequent words is taken out, because it
    only says that a word is frequent and would make all frequent words alike.
    """
    walks, files = walk_counts(net, index)
    counts = sparse.hstack([windows, walks, files]).tocsr()
    information = ppmi(counts, counts[fitted].sum(axis=0))
    emphasis = np.ones(counts.shape[1])
    emphasis[-files.shape[1] :] = LEXNAME_EMPHASIS
    information = (information @ sparse.diags_array(emphasis)).tocsr()
    vectors = unit_rows(information @ axes(information[fitted]))
    known = np.any(vectors != 0, axis=1, keepdims=True)
    return unit_rows((vectors - vectors[fitted[:COMMON_WORDS]].mean(axis=0)) * known)


def count_tokens(net: WordNet) -> Frequencies:
    """Count what `Frequencies` holds."""
    glosses: Counter[str] = Counter()
    lemmas: Counter[str] = Counter()
    tagged: Counter[str] = Counter()
    names: set[str] = set()
    taxa: set[str] = set()
    for synset in net.synsets.values():
        for text in running_text(synset):
            glosses.update(text)
        for lemma in synset.lemmas:
            parts = tokens(lemma)
            lemmas.update(parts)
            if synset.is_instance and synset.lexname in NAME_LEXNAMES:
                names.update(part for part in parts if part not in JOINTS)
            if is_taxon(synset, lemma):
                taxa.update(parts)
    for lemma, senses in net.senses.items():
        for part in tokens(lemma):
            tagged[part] += sum(int(weight) for weight in senses.values())
    return Frequencies(glosses, lemmas, tagged, frozenset(names), frozenset(taxa))


def is_taxon(synset: Synset, lemma: str) -> bool:
    """Whether a lemma is a Latin name of plants or animals: thousands of words that no reader meets."""
    return synset.lexname in {"noun.plant", "noun.animal"} and lemma[:1].isupper()


def worth_shipping(word: str, frequencies: Frequencies) -> bool:
    """Whether an attested word goes into the file: a name, a tagged word, or three times in WordNet's text."""
    if word in frequencies.names or frequencies.tagged[word]:
        return True
    return frequencies.glosses[word] >= (6 if word in frequencies.taxa else 3)


def lemmas_to_inflect(net: WordNet, frequencies: Frequencies) -> dict[str, list[str]]:
    """Nouns, verbs and short adjectives that are tagged or frequent in glosses; names and numbers stay as they are."""
    numbers = {lemma for synset in net.synsets.values() if synset.lexname == "noun.quantity" for lemma in synset.lemmas}
    written = {lemma for synset in net.synsets.values() for lemma in synset.lemmas if lemma.islower()} - numbers
    wanted: dict[str, list[str]] = {"n": [], "v": [], "a": []}
    for lemma in sorted(written & net.senses.keys()):
        for part, lemmas in wanted.items():
            tagged = sum(int(weight) for key, weight in net.senses[lemma].items() if key[0] == part)
            fits = any(key[0] == part for key in net.senses[lemma]) and (part != "a" or len(lemma) <= LONGEST_COMPARED)
            if len(lemma) > 2 and fits and (tagged >= LEAST_TAGGED[part] or frequencies.glosses[lemma] >= LEAST_SEEN):
                lemmas.append(lemma)
    return wanted


def required_words() -> list[str]:
    """Words of `required_words.txt` and of the shipped corpus, lower-case; those without any counts are passed over."""
    lines = (HERE / "required_words.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    for path in sorted((HERE / "corpus").rglob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                words += tokens(re.sub(r"\[([^\[\]|]*)\|[A-Z]+\]", r"\1", line))
    return list(dict.fromkeys(words))


def report(path: Path) -> None:
    """Print what the file holds and the neighbors of common words, and check the bars.

    Raises:
        SystemExit: a bar is missed; names it.
    """
    words, vectors = read_packed(path)
    print(f"{path.name}: {len(words):,} words × {vectors.shape[1]}, {path.stat().st_size:,} bytes")
    row = {word: number for number, word in enumerate(words)}
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    print(f"nearest among the {COMMON_WORDS:,} most frequent words:")
    for word in SHOWN:
        near = np.argsort(-(unit[:COMMON_WORDS] @ unit[row[word]]), kind="stable")
        print(f"{word:>12}: {' '.join(words[other] for other in near[:9] if words[other] != word)}")
    missed = [path.name] if path.stat().st_size > LARGEST_FILE else []
    for first, second, sign, bar in BARS:
        cosine = float(unit[row[first]] @ unit[row[second]])
        good = cosine >= bar if sign == ">=" else cosine <= bar
        print(f"cos({first}, {second}) = {cosine:.3f}, wanted {sign} {bar}{'' if good else ': MISSED'}")
        missed += [] if good else [f"{first}-{second}"]
    if missed:
        raise SystemExit(f"bars missed: {', '.join(missed)}; {path} is written but not fit to ship")


if __name__ == "__main__":
    main()
