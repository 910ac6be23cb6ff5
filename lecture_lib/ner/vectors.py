"""Word vectors, and the reader of the GloVe and word2vec text forms."""

import difflib
import re
import warnings
from collections.abc import Iterator, Sequence
from os import PathLike
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.decimals import parse_decimals
from lecture_lib.ner.errors import DataError
from lecture_lib.ner.files import decoded, line_blocks

NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
HEADER = re.compile(rb"\s*(\d+)\s+(\d+)\s*")
NOT_FINITE = re.compile(rb"[+-]?(nan|inf|infinity)", re.IGNORECASE)


class Vectors:
    """Words and their vectors, one row of a matrix a word.

    `vectors["paris"]` is a row, `"paris" in vectors` and `len(vectors)` do what they say. The matrix is
    read-only, so that one copy can be shared; the `Vocabulary` of a model makes its own.

    Args:
        words: N distinct words.
        matrix: N×d numbers, finite; float32 data are not copied.

    Attributes:
        words: the words, a tuple.
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
        self.words: tuple[str, ...] = tuple(words)
        self.matrix: NDArray[np.float32] = np.asarray(matrix, dtype=np.float32).view()
        if self.matrix.ndim != 2 or self.matrix.shape[0] != len(self.words) or 0 in self.matrix.shape:
            raise ValueError(
                f"{len(self.words)} words but a matrix of shape {self.matrix.shape}; "
                "expected one row a word, and at least one word and one column"
            )
        self.matrix.flags.writeable = False
        self._rows = {word: row for row, word in enumerate(self.words)}
        self._check()

    def _check(self) -> None:
        if len(self._rows) != len(self.words):
            again = next(row for row, word in enumerate(self.words) if self._rows[word] != row)
            raise ValueError(
                f"the word {self.words[again]!r} comes twice, in rows {again} and "
                f"{self._rows[self.words[again]]}; expected distinct words"
            )
        for word in self.words:
            if not isinstance(word, str) or not word:
                raise TypeError(f"{word!r} is not a word; expected strings that are not empty")
        if not np.isfinite(self.matrix).all():
            row = int(np.argmin(np.isfinite(self.matrix).all(axis=1)))
            raise ValueError(
                f"the vector of {self.words[row]!r} (row {row}) holds nan or inf; "
                "expected numbers within the range of float32"
            )

    @property
    def dim(self) -> int:
        """The length d of a vector."""
        return int(self.matrix.shape[1])

    @property
    def mean(self) -> NDArray[np.float32]:
        """The mean of all vectors, shape (d,)."""
        return self.matrix.mean(axis=0, dtype=np.float64).astype(np.float32)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

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
        return self._rows.get(word)

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
        try:
            return self._rows[word]
        except KeyError:
            raise KeyError(self._not_found(word)) from None

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
        return [(self.words[other], float(cosines[other])) for other in best]

    def _not_found(self, word: str) -> str:
        message = f"no vector for {word!r}"
        if not isinstance(word, str):
            return f"{message}; expected a word"
        if word.lower() in self._rows:
            return f"{message}; did you mean {word.lower()!r}?"
        first = word[:1].lower()
        alike = [known for known in self.words if known[:1] == first and abs(len(known) - len(word)) <= 2]
        near = difflib.get_close_matches(word.lower(), alike, n=3, cutoff=0.7)
        return f"{message}; did you mean {' or '.join(map(repr, near))}?" if near else message


def read_vectors(path: str | PathLike[str]) -> Vectors:
    r"""Read word vectors: a word and its d numbers a line.

    Reads the text form of GloVe, and of word2vec with its header line `N d`, plain or `.gz`, in UTF-8.
    Without a header the first line fixes d. A word may hold any characters; where it holds spaces (a few
    in GloVe 840B do), the last d fields are the vector. A first line of just two whole numbers is taken
    for a header, and then the file must hold exactly N words. Empty lines are allowed at the end alone. A
    word that comes twice is an error.

    Args:
        path: the file.

    Returns:
        The words in the file's order, with their vectors as float32.

    Raises:
        MissingDataError: there is no such file.
        DataError: a line is malformed, a number is not finite, a word comes twice, or the file is empty,
            damaged or not text; names the file and the line.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.txt"
    ...     _ = path.write_text("paris 0.5 -1\nlondon 0.25 -2e-1\n")
    ...     read_vectors(path)["paris"]
    array([ 0.5, -1. ], dtype=float32)
    """
    reader = _VectorReader(path)
    for first, lines in line_blocks(path):
        reader.take(lines, first)
    return reader.finish()


class _VectorReader:
    """Collects blocks of lines into one growing float32 buffer, so that the peak stays near one matrix."""

    def __init__(self, path: str | PathLike[str]):
        self.path = path
        self.words: list[str] = []
        self.numbers = bytearray()
        self.width = 0
        self.promised: int | None = None
        self.last_line = 1
        self.empty_line: int | None = None

    def take(self, lines: list[bytes], first: int) -> None:
        first_line = first
        if first == 1:
            lines, first_line = self.open(lines)
        lines = [line.rstrip(b" \t\r") for line in lines]
        lines = self.without_empty_end(lines, first_line)
        if not lines:
            return
        block = self.fast(lines)
        words, matrix = self.careful(lines, first_line) if block is None else block
        self.words += words
        self.numbers += matrix.tobytes()
        self.last_line = first_line + len(lines) - 1

    def open(self, lines: list[bytes]) -> tuple[list[bytes], int]:
        if header := HEADER.fullmatch(lines[0]):
            self.promised, self.width = int(header[1]), int(header[2])
            if not self.promised or not self.width:
                self.fail("the header promises no vectors; expected 'N d' with N and d of at least 1", 1)
            return lines[1:], 2
        self.width = len(lines[0].split()) - 1
        if self.width < 1:
            self.fail("expected a word and its numbers, parted by spaces", 1)
        return lines, 1

    def without_empty_end(self, lines: list[bytes], first: int) -> list[bytes]:
        kept = len(lines)
        while kept and not lines[kept - 1]:
            kept -= 1
        if kept and self.empty_line is not None:
            self.fail("an empty line within the file; expected a word and its numbers", self.empty_line)
        if kept < len(lines) and self.empty_line is None:
            self.empty_line = first + kept
        return lines[:kept]

    def fast(self, lines: list[bytes]) -> tuple[list[str], NDArray[np.float32]] | None:
        """All lines at once when each is word, space, d numbers parted by single spaces; else None."""
        parts = [line.partition(b" ") for line in lines]
        numbers = [part[2] for part in parts]
        text = b" ".join(numbers)
        if any(row.count(b" ") != self.width - 1 for row in numbers) or b"  " in text or not all(numbers):
            return None
        try:
            words = b"\n".join([part[0] for part in parts]).decode("utf-8").split("\n")
        except UnicodeDecodeError:
            return None
        values = parse_decimals(text)
        if values is None:
            values = _parse_numbers(text)
        # No field is empty and each yields at least one number, so an equal total means exactly one each.
        if values is None or values.size != len(lines) * self.width or not all(words):
            return None
        with np.errstate(over="ignore"):
            matrix = values.reshape(len(lines), self.width).astype(np.float32)
        return (words, matrix) if np.isfinite(matrix).all() else None

    def careful(self, lines: list[bytes], first: int) -> tuple[list[str], NDArray[np.float32]]:
        """One line at a time: reads the unusual spellings and finds the line that is wrong."""
        words = []
        rows = np.empty((len(lines), self.width), dtype=np.float32)
        for offset, line in enumerate(lines):
            word, fields = self.split(line, first + offset)
            words.append(decoded(word, self.path, first + offset))
            with np.errstate(over="ignore"):
                rows[offset] = [float(field) for field in fields]
            if not np.isfinite(rows[offset]).all():
                self.fail(f"a number in the vector of {words[-1]!r} is too large for float32", first + offset)
        return words, rows

    def split(self, line: bytes, number: int) -> tuple[bytes, list[bytes]]:
        if not line:
            self.fail("an empty line within the file; expected a word and its numbers", number)
        fields = line.split()
        vector = fields[-self.width :]
        word = b"" if line[:1] in b" \t" else b" ".join(fields[: -self.width])
        expected = f"expected a word and {self.width} numbers"
        for field in vector if len(fields) > self.width else fields[1:]:
            if NOT_FINITE.fullmatch(field):
                self.fail(f"{field.decode()} is not a finite number; {expected}", number)
            if not NUMBER.fullmatch(field):
                shown = field[:40].decode("utf-8", "replace")
                self.fail(f"{shown!r} is not a number; {expected}", number)
        if not word:
            found = f"no word before {len(fields)}" if line[:1] in b" \t" else f"only {len(fields) - 1}"
            self.fail(f"{found} numbers; {expected}", number)
        surplus = fields[1 : -self.width]
        if surplus and NUMBER.fullmatch(surplus[-1]):
            self.fail(f"at least {self.width + 1} numbers; {expected}", number)
        return word, vector

    def finish(self) -> Vectors:
        if self.promised is not None and self.promised != len(self.words):
            self.fail(
                f"the header promises {self.promised:,} words, but the file holds {len(self.words):,}; "
                "get the whole file",
                self.last_line,
            )
        if not self.words:
            self.fail("the file is empty; expected lines with a word and its numbers", 1)
        matrix = np.frombuffer(self.numbers, dtype=np.float32).reshape(len(self.words), self.width)
        try:
            return Vectors(self.words, matrix)
        except ValueError:
            self.report_twice()
            raise

    def report_twice(self) -> None:
        header = 0 if self.promised is None else 1
        seen: dict[str, int] = {}
        for line, word in enumerate(self.words, 1 + header):
            if word in seen:
                self.fail(f"the word {word!r} was on line {seen[word]} already; expected each once", line)
            seen[word] = line

    def fail(self, problem: str, line: int) -> NoReturn:
        raise DataError(problem, self.path, line) from None


def _parse_numbers(text: bytes) -> NDArray[np.float64] | None:
    """Numbers of any spelling, parted by white space; None when something else stands among them."""
    try:
        # Without this filter NumPy stops at the first malformed number and goes on with what it has.
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            return np.fromstring(text, dtype=np.float64, sep=" ")
    except (DeprecationWarning, ValueError):
        return None
