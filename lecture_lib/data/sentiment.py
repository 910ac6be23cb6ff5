"""How often words occur in good and in bad reviews: the data of the retraining pitfall."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from lecture_lib.data.corpora import polarity
from lecture_lib.data.polarity import Snippet
from lecture_lib.data.tables import table_rows
from lecture_lib.ner.errors import DataError
from lecture_lib.places import data_folder

HELD_OUT = "television"
COLUMNS = ("word", "positive", "negative", "part")
PARTS = ("train", "held-out")
NAMES = ("default", "rt-polarity")


@dataclass(frozen=True)
class WordCounts:
    """Words with the number of good and of bad reviews each occurs in.

    Args:
        words: n distinct words.
        positive: whole numbers of at least 0, shape (n,); kept as int64.
        negative: alike; no word has 0 in both.

    Raises:
        ValueError: the lengths differ, a word comes twice, or a count is not one.

    >>> counts = WordCounts(["joy", "tv"], [9, 1], [1, 7])
    >>> counts.share.round(2)
    array([0.9 , 0.12])
    """

    words: tuple[str, ...]
    positive: NDArray[np.int64]
    negative: NDArray[np.int64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(self.words))
        for side in ("positive", "negative"):
            object.__setattr__(self, side, _counts(getattr(self, side), side, len(self.words)))
        if len(set(self.words)) != len(self.words):
            twice = next(word for word, times in Counter(self.words).items() if times > 1)
            raise ValueError(f"the word {twice!r} comes twice; expected distinct words")
        if not (self.positive + self.negative).all():
            never = self.words[int(np.argmin(self.positive + self.negative))]
            raise ValueError(f"the word {never!r} has 0 good and 0 bad reviews; expected words that occur")

    def __len__(self) -> int:
        return len(self.words)

    @property
    def share(self) -> NDArray[np.float64]:
        """The share of good reviews among those with the word, shape (n,), float64."""
        return self.positive / (self.positive + self.negative)

    def among(self, known: Container[str]) -> "WordCounts":
        """Only the words that `known` holds.

        Args:
            known: for instance the `Vectors` that have to know them.

        Returns:
            Counts of fewer words, in the same order.

        >>> WordCounts(["joy", "zzz"], [9, 1], [1, 7]).among({"joy"}).words
        ('joy',)
        """
        kept = [row for row, word in enumerate(self.words) if word in known]
        return WordCounts(tuple(self.words[row] for row in kept), self.positive[kept], self.negative[kept])


@dataclass(frozen=True)
class Sentiment:
    """Word counts, parted into those for training and those held out of it.

    Args:
        train: the counts for training.
        held_out: the counts of words that training shall not see.
        name: the name of the data set.
        source: where it is from.

    >>> sentiment()
    Sentiment('default': ... words to train on, television held out; counts invented for this course)
    """

    train: WordCounts
    held_out: WordCounts
    name: str
    source: str

    def __repr__(self) -> str:
        held_out = ", ".join(self.held_out.words)
        return f"Sentiment({self.name!r}: {len(self.train):,} words to train on, {held_out} held out; {self.source})"


def sentiment(name: str = "default") -> Sentiment:
    """Read how often words occur in good and in bad film reviews; the word "television" is held out of training.

    "default" ships with the course, with counts invented for it. "rt-polarity" counts the snippets of the sentence
    polarity data (`data.polarity`) that hold a word, for the words of at least 5 snippets.

    Args:
        name: one of these names.

    Returns:
        The counts for training and those held out.

    Raises:
        MissingDataError: the data are not there; says which file to place where, or what to call.
        DataError: a file is malformed.
        ValueError: there is no such data set.

    >>> counts = sentiment()
    >>> [word in counts.train.words for word in ("tv", "telly", "television")]
    [True, True, False]
    >>> counts.held_out.words
    ('television',)
    """
    if name not in NAMES:
        raise ValueError(f"no sentiment data named {name!r}; expected one of {', '.join(NAMES)}")
    if name == "default":
        train, held_out = read_word_counts(data_folder() / "sentiment.tsv")
        return Sentiment(train, held_out, name, "counts invented for this course")
    train, held_out = count_words(polarity(name), held_out=[HELD_OUT])
    return Sentiment(train, held_out, name, "sentence polarity data, Pang and Lee (2005)")


def count_words(
    snippets: Iterable[Snippet], held_out: Iterable[str] = (HELD_OUT,), least: int = 5
) -> tuple[WordCounts, WordCounts]:
    """Count in how many good and bad snippets each word occurs."""
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for number, (tokens, label) in enumerate(snippets, 1):
        if label not in (0, 1):
            raise ValueError(f"snippet {number} has the label {label!r}; expected 1 (good) or 0 (bad)")
        sides[label].update(set(tokens))
    bad, good = sides
    apart = set(held_out)
    words = sorted(word for word in good | bad if good[word] + bad[word] >= least)

    def counts(part: list[str]) -> WordCounts:
        sides = (np.array([side[word] for word in part], dtype=np.int64) for side in (good, bad))
        return WordCounts(tuple(part), *sides)

    return counts([word for word in words if word not in apart]), counts([word for word in words if word in apart])


def read_word_counts(path: str | PathLike[str]) -> tuple[WordCounts, WordCounts]:
    """Read a table of four columns: word, positive, negative, part ("train" or "held-out")."""
    rows: dict[str, tuple[int, int, str]] = {}
    for number, fields in table_rows(path, COLUMNS):
        word, row = _row(fields, path, number)
        if word in rows:
            raise DataError(f"the word {word!r} comes twice; expected each once", path, number)
        rows[word] = row
    if not rows:
        raise DataError("no word in the file; expected one a line", path, 1)
    train, held_out = (_part(rows, part) for part in PARTS)
    return train, held_out


def _row(fields: list[str], path: str | PathLike[str], number: int) -> tuple[str, tuple[int, int, str]]:
    expected = "expected a word, two whole numbers and train or held-out, parted by tabs"
    word, positive, negative, part = fields
    if not word or word != word.strip() or part not in PARTS:
        raise DataError(f"{word!r} with the part {part!r}; {expected}", path, number)
    if not (positive.isdecimal() and negative.isdecimal()):
        raise DataError(f"{positive!r} and {negative!r} are not counts; {expected}", path, number)
    if int(positive) + int(negative) == 0:
        raise DataError(f"{word!r} has 0 good and 0 bad reviews; expected a word that occurs", path, number)
    return word, (int(positive), int(negative), part)


def _part(rows: dict[str, tuple[int, int, str]], part: str) -> WordCounts:
    chosen = {word: row for word, row in rows.items() if row[2] == part}
    table = np.array([row[:2] for row in chosen.values()], dtype=np.int64).reshape(len(chosen), 2)
    return WordCounts(tuple(chosen), table[:, 0], table[:, 1])


def _counts(values: object, side: str, length: int) -> NDArray[np.int64]:
    counts = np.asarray(values)
    if counts.shape != (length,):
        raise ValueError(f"{length} words but {side} has shape {counts.shape}; expected one count a word")
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise ValueError(f"{side} holds {counts.dtype} numbers; expected whole numbers of at least 0")
    return counts.astype(np.int64)
