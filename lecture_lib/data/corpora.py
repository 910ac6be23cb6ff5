"""Labeled corpora by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lecture_lib.data.catalog import entry
from lecture_lib.data.fetching import FetchError, fetched_files
from lecture_lib.data.local import local_files
from lecture_lib.data.polarity import Snippet, read_snippets
from lecture_lib.data.shipped import SPLITS, shipped_corpus
from lecture_lib.data.wikiner import read_wikiner
from lecture_lib.ner.conll import read_conll
from lecture_lib.ner.errors import MissingDataError
from lecture_lib.ner.sentences import Sentence

Parts = tuple[list[Sentence], list[Sentence], list[Sentence], str]

DATE = "DATE"
# Of a corpus without splits: training ends after the first share of its sentences, dev after the second.
SHARES = (0.8, 0.9)


@dataclass(frozen=True)
class Corpus:
    """A labeled corpus.

    Args:
        train: the sentences to learn from.
        dev: those by which settings are chosen.
        test: those by which the end result is measured.
        name: the name of the corpus.
        source: where it is from.

    >>> corpus()
    Corpus('default': train 3,..., dev ..., test ... sentences; hand-labeled for this course)
    """

    train: list[Sentence]
    dev: list[Sentence]
    test: list[Sentence]
    name: str
    source: str

    def __repr__(self) -> str:
        sizes = ", ".join(f"{split} {len(getattr(self, split)):,}" for split in SPLITS)
        return f"Corpus({self.name!r}: {sizes} sentences; {self.source})"


def corpus(name: str = "default", dates: bool = False) -> Corpus:
    """Read a labeled corpus.

    "default" ships with the course. "ewt" (Universal NER on the English Web Treebank) is read from the folder
    named by LECTURE_LIB_DATA. "conll2003" and "wikiner-en" are read after `fetch(name)`; WikiNER has no splits of
    its own, so its first 80 % of sentences train, the next 10 % are dev, the rest test. Every call reads the files
    anew, so the lists are yours.

    Args:
        name: one of these names.
        dates: keep the class DATE of the default corpus; otherwise its tags become O.

    Returns:
        The corpus, tags in BIO.

    Raises:
        MissingDataError: the data are not there; says which file to place where, or what to call.
        DataError: a file is malformed.
        ValueError: there is no such corpus, or it has no dates.

    >>> sorted(CORPORA)
    ['conll2003', 'default', 'ewt', 'wikiner-en']
    """
    if name not in CORPORA:
        raise ValueError(f"no corpus named {name!r}; expected one of {', '.join(sorted(CORPORA))}")
    if dates and name != "default":
        raise ValueError(f"the corpus {name!r} has no class DATE; expected dates=False")
    train, dev, test, source = CORPORA[name]()
    if name == "default" and not dates:
        train, dev, test = ([_without_dates(sentence) for sentence in part] for part in (train, dev, test))
    return Corpus(train, dev, test, name, source)


def polarity(name: str = "rt-polarity") -> list[Snippet]:
    """Read snippets labeled 1 (positive) or 0 (negative), the positive ones first.

    "rt-polarity" (Pang and Lee, 2005) is read from the folder named by LECTURE_LIB_DATA, or else after
    `fetch("rt-polarity")`.

    Args:
        name: "rt-polarity".

    Returns:
        Pairs of a token list and a label.

    Raises:
        MissingDataError: the data are not there; says which file to place where, or what to call.
        DataError: a file is malformed.
        ValueError: there is no such data set.

    >>> polarity("imdb")
    Traceback (most recent call last):
    ValueError: no polarity data named 'imdb'; expected 'rt-polarity'
    """
    if name != "rt-polarity":
        raise ValueError(f"no polarity data named {name!r}; expected 'rt-polarity'")
    (positive, negative), encoding = _polarity_files(name)
    return read_snippets(positive, 1, encoding) + read_snippets(negative, 0, encoding)


def _default() -> Parts:
    train, dev, test = (read_conll(path) for path in shipped_corpus().values())
    return train, dev, test, "hand-labeled for this course"


def _ewt() -> Parts:
    train, dev, test = map(read_conll, local_files("ewt", "corpus"))
    return train, dev, test, "Universal NER, English Web Treebank (CC BY-SA 4.0)"


def _conll2003() -> Parts:
    chosen = entry("conll2003")
    train, dev, test = map(read_conll, fetched_files(chosen))
    return train, dev, test, chosen.what


def _wikiner() -> Parts:
    chosen = entry("wikiner-en")
    sentences = read_wikiner(fetched_files(chosen)[0])
    first, second = (int(share * len(sentences)) for share in SHARES)
    return sentences[:first], sentences[first:second], sentences[second:], chosen.what


CORPORA: dict[str, Callable[[], Parts]] = {
    "default": _default,
    "ewt": _ewt,
    "conll2003": _conll2003,
    "wikiner-en": _wikiner,
}


def _polarity_files(name: str) -> tuple[list[Path], str]:
    """The two files, and their encoding: the archive of the authors is older than UTF-8's success."""
    try:
        return local_files(name, "polarity data"), "utf-8"
    except MissingDataError as missing:
        try:
            return fetched_files(entry(name)), "latin-1"
        except (MissingDataError, FetchError):
            raise MissingDataError(f"{missing}; or call data.fetch({name!r})") from None


def _without_dates(sentence: Sentence) -> Sentence:
    return Sentence(sentence.tokens, ["O" if tag.endswith(f"-{DATE}") else tag for tag in sentence.tags])
