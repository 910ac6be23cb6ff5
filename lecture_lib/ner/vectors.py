"""Word vectors."""

import difflib
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.word_table import WordTable

CHECKED_ROWS = 4096


class Vectors:
    """Words and their vectors, one row of a matrix a word.

    `vectors["paris"]` is a row, `"paris" in vectors` and `len(vectors)` do what they say. The matrix is
    read-only, so that one copy can be shared; the `Vocabulary` of a model makes its own.

    Args:
        words: N distinct words.
        matrix: N×d numbers, finite; float32 data are not copied.

    Attributes:
        matrix: their vectors, shape (N, d), float32, read-only.

    Raises:
        ValueError: the shapes do not fit, a word comes twice, or a number is not finite.
        TypeError: words is one string, or a word is not a string.

    >>> vectors = Vectors(["tv", "television", "banana"], [[1, 0], [1, 0.1], [0, 1]])
    >>> vectors["tv"]
    array([1., 0.], dtype=float32)
    >>> [(word, round(cosine, 3)) for word, cosine in vectors.nearest("tv", 1)]
    [('television', 0.995)]
    """

    def __init__(self, words: Sequence[str], matrix: object):
        if isinstance(words, str):
            raise TypeError(f"words is the string {words!r}; expected a list of words")
        words = tuple(words)
        for word in words:
            if not isinstance(word, str) or not word:
                raise TypeError(f"{word!r} is not a word; expected strings that are not empty")
        self.matrix: NDArray[np.float32] = np.asarray(matrix, dtype=np.float32).view()
        if self.matrix.ndim != 2 or self.matrix.shape[0] != len(words) or 0 in self.matrix.shape:
            raise ValueError(
                f"{len(words)} words but a matrix of shape {self.matrix.shape}; "
                "expected one row a word, and at least one word and one column"
            )
        self.matrix.flags.writeable = False
        self._table = WordTable.of(words)
        self.words = words
        self._check()

    @classmethod
    def of_table(cls, table: WordTable, matrix: NDArray[np.float32]) -> "Vectors":
        """Vectors of words that are known to be distinct and numbers that are known to be finite; nothing is copied.

        Args:
            table: the words.
            matrix: their vectors, shape (N, d), float32.

        Returns:
            The vectors.
        """
        vectors = cls.__new__(cls)
        vectors.matrix, vectors._table = matrix.view(), table
        vectors.matrix.flags.writeable = False
        return vectors

    def _check(self) -> None:
        for again, row in sorted(self._table.repeats().items()):
            raise ValueError(
                f"the word {self._table[again]!r} comes twice, in rows {row} and {again}; expected distinct words"
            )
        for start in range(0, len(self), CHECKED_ROWS):
            finite = np.isfinite(self.matrix[start : start + CHECKED_ROWS]).all(axis=1)
            if not finite.all():
                row = start + int(np.argmin(finite))
                raise ValueError(
                    f"the vector of {self._table[row]!r} (row {row}) holds nan or inf; "
                    "expected numbers within the range of float32"
                )

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, in the order of their rows."""
        return tuple(self._table)

    @property
    def dim(self) -> int:
        """The length d of a vector."""
        return int(self.matrix.shape[1])

    @property
    def mean(self) -> NDArray[np.float32]:
        """The mean of all vectors, shape (d,)."""
        return self.matrix.mean(axis=0, dtype=np.float64).astype(np.float32)

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._table.find(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        return self.matrix[self.index(word)]

    def __repr__(self) -> str:
        return f"Vectors({len(self):,} words, {self.dim} dimensions)"

    def get(self, word: str) -> int | None:
        """A word's row number, or None.

        Args:
            word: the exact spelling.

        Returns:
            The row number, or None when the word has no vector.

        >>> Vectors(["tv"], [[1, 0]]).get("telly") is None
        True
        """
        return self._table.find(word)

    def index(self, word: str) -> int:
        """A word's row number in the matrix.

        Args:
            word: the exact spelling.

        Returns:
            The row number.

        Raises:
            KeyError: the word has no vector; names the nearest spellings.

        >>> Vectors(["tv", "television"], [[1, 0], [1, 0.1]]).index("television")
        1
        """
        row = self._table.find(word) if isinstance(word, str) else None
        if row is None:
            raise KeyError(self._not_found(word))
        return row

    def nearest(self, word: str, count: int = 5) -> list[tuple[str, float]]:
        """The words whose vectors point most nearly the same way.

        Args:
            word: a word that has a vector; it is not among the answers.
            count: how many to return.

        Returns:
            Pairs of word and cosine a·b/(‖a‖‖b‖), the largest first; a zero vector has cosine 0 with every other.

        Raises:
            KeyError: the word has no vector.
            ValueError: count is negative.

        >>> vectors = Vectors(["tv", "telly", "banana"], [[1, 0], [3, 0], [0, 2]])
        >>> vectors.nearest("tv", 2)
        [('telly', 1.0), ('banana', 0.0)]
        """
        if count < 0:
            raise ValueError(f"count is {count}; expected 0 or more")
        row = self.index(word)
        norms = np.linalg.norm(self.matrix, axis=1)
        scale = norms * norms[row]
        cosines = np.divide(self.matrix @ self.matrix[row], scale, out=np.zeros_like(scale), where=scale > 0)
        order = np.argsort(-cosines, kind="stable")
        best = [int(other) for other in order if other != row][:count]
        return [(self._table[other], float(cosines[other])) for other in best]

    def _not_found(self, word: str) -> str:
        message = f"no vector for {word!r}"
        if not isinstance(word, str):
            return f"{message}; expected a word"
        if word.lower() in self:
            return f"{message}; did you mean {word.lower()!r}?"
        first = word[:1].lower()
        alike = [known for known in self if known[:1] == first and abs(len(known) - len(word)) <= 2]
        near = difflib.get_close_matches(word.lower(), alike, n=3, cutoff=0.7)
        return f"{message}; did you mean {' or '.join(map(repr, near))}?" if near else message
