"""The reader of word vectors in the text forms of GloVe, word2vec and fastText."""

import re
import warnings
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.decimals import parse_decimals
from lecture_lib.ner.errors import DataError, DataWarning
from lecture_lib.ner.files import decoded, line_blocks
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import spellings
from lecture_lib.ner.word_table import WordTable
from lecture_lib.train.settings import whole

NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
HEADER = re.compile(rb"\s*(\d+)\s+(\d+)\s*")
NOT_FINITE = re.compile(rb"[+-]?(nan|inf|infinity)", re.IGNORECASE)
BLANK = re.compile(rb"[ \t]")
LONG = 100_000
# Room for later rows, as a share of those there are: what is unused counts as memory too.
ROOM = 128
LEAST_ROOM_BYTES = 1 << 20
MOVED_ROWS = 4096


def read_vectors(
    path: str | PathLike[str], limit: int | None = None, keep: Iterable[str] | None = None, on_error: str = "raise"
) -> Vectors:
    r"""Read word vectors: a word and its d numbers a line.

    Reads the text form of GloVe, and of word2vec and fastText with their header line `N d`, plain or compressed (a zip
    archive with one file too), in UTF-8. Without a header the first line fixes d. A word may hold any characters; where
    it holds spaces (a few in GloVe 840B do), the last d fields are the vector. A first line of just two whole numbers
    is taken for a header, and then the file must hold exactly N words. Empty lines are allowed at the end alone. Of a
    word that comes twice the first vector is kept.

    The memory it takes is that of the vectors that are kept, and hardly more. From 100,000 lines on a bar shows how far
    it is.

    Args:
        path: the file.
        limit: read the first `limit` lines only; the files begin with the most frequent words.
        keep: the words that are wanted: the tokens of a corpus, or a `Vocabulary`. A word is kept when it is one of
            them, or what a `Vocabulary` looks up for one: its lower-case form. Other lines are passed over unread.
        on_error: "raise", or "skip" to leave out malformed lines and say once how many.

    Returns:
        The words in the file's order, with their vectors as float32.

    Raises:
        MissingDataError: there is no such file.
        DataError: a line is malformed, a number is not finite, or the file is empty, damaged, not text, or holds none
            of the wanted words; names the file and the line.
        ValueError: limit is less than 1, or on_error is none of the two.
        TypeError: keep is one string.

    Warns:
        DataWarning: words came twice, or lines were left out.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.txt"
    ...     _ = path.write_text("paris 0.5 -1\nlondon 0.25 -2e-1\n")
    ...     read_vectors(path, keep=["Paris"])["paris"]
    array([ 0.5, -1. ], dtype=float32)
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error is {on_error!r}; expected 'raise' or 'skip'")
    if isinstance(keep, str):
        raise TypeError(f"keep is the string {keep!r}; expected words, as [{keep!r}]")
    reader = _VectorReader(path, None if limit is None else whole(limit, "limit"), keep, on_error == "skip")
    try:
        for first, lines in line_blocks(path):
            reader.take(lines, first)
            if reader.is_full:
                break
    finally:
        reader.bar.close()
    return reader.finish()


class _VectorReader:
    """Collects blocks of lines into one growing matrix, so that the peak stays near that matrix."""

    def __init__(self, path: str | PathLike[str], limit: int | None, keep: Iterable[str] | None, skip: bool):
        self.path, self.limit, self.skip = path, limit, skip
        self.wanted = None if keep is None else _spellings(keep)
        # A word with spaces is told by what stands before its first space.
        self.heads = None if self.wanted is None else {BLANK.split(word, maxsplit=1)[0] for word in self.wanted}
        self.text = bytearray()
        self.lengths: list[NDArray[np.integer]] = []
        self.rows = 0
        self.matrix = np.empty((0, 0), dtype=np.float32)
        self.width = 0
        self.promised: int | None = None
        self.seen = 0
        self.last_line = 1
        self.empty_line: int | None = None
        self.left_out = 0
        self.first_error: DataError | None = None
        self.bar = _Bar()

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.seen >= self.limit

    def take(self, lines: list[bytes], first: int) -> None:
        if first == 1:
            lines, first = self.open(lines)
        lines = [line.rstrip(b" \t\r") for line in lines]
        lines = self.without_empty_end(lines, first)
        if self.limit is not None:
            lines = lines[: self.limit - self.seen]
        if not lines:
            return
        self.seen += len(lines)
        self.last_line = first + len(lines) - 1
        self.bar.move(self.seen, self.limit or self.promised)
        numbers: Sequence[int] = range(first, first + len(lines))
        if self.heads is not None:
            chosen = [k for k, line in enumerate(lines) if BLANK.split(line, maxsplit=1)[0] in self.heads]
            lines, numbers = [lines[k] for k in chosen], [numbers[k] for k in chosen]
            if not lines:
                return
        block = self.fast(lines)
        words, matrix = self.careful(lines, numbers) if block is None else block
        if self.wanted is not None and not self.wanted.issuperset(words):
            chosen = [k for k, word in enumerate(words) if word in self.wanted]
            words, matrix = [words[k] for k in chosen], matrix[chosen]
        self.add(words, matrix)

    def add(self, words: list[bytes], matrix: NDArray[np.float32]) -> None:
        end = self.rows + len(words)
        if end > len(self.matrix):
            # No view of the matrix is alive here, so it may move.
            room = max(end // ROOM, LEAST_ROOM_BYTES // (4 * self.width))
            self.matrix.resize((end + room, self.width), refcheck=False)
        self.matrix[self.rows : end] = matrix
        self.rows = end
        self.text += b"".join(words)
        self.lengths.append(np.fromiter(map(len, words), dtype=np.uint32, count=len(words)))

    def open(self, lines: list[bytes]) -> tuple[list[bytes], int]:
        first = 1
        if header := HEADER.fullmatch(lines[0]):
            self.promised, self.width = int(header[1]), int(header[2])
            if not self.promised or not self.width:
                self.fail("the header promises no vectors; expected 'N d' with N and d of at least 1", 1)
            lines, first = lines[1:], 2
        else:
            self.width = len(lines[0].split()) - 1
            if self.width < 1:
                self.fail("expected a word and its numbers, parted by spaces", 1)
        return lines, first

    def without_empty_end(self, lines: list[bytes], first: int) -> list[bytes]:
        kept = len(lines)
        while kept and not lines[kept - 1]:
            kept -= 1
        if kept and self.empty_line is not None and not self.skip:
            self.fail("an empty line within the file; expected a word and its numbers", self.empty_line)
        if kept < len(lines) and self.empty_line is None:
            self.empty_line = first + kept
        return lines[:kept]

    def fast(self, lines: list[bytes]) -> tuple[list[bytes], NDArray[np.float32]] | None:
        """All lines at once when each is word, space, d numbers parted by single spaces; else None."""
        parts = [line.partition(b" ") for line in lines]
        numbers = [part[2] for part in parts]
        text = b" ".join(numbers)
        if any(row.count(b" ") != self.width - 1 for row in numbers) or b"  " in text or not all(numbers):
            return None
        words = [part[0] for part in parts]
        joined = b"\n".join(words)
        # A tab before the first space, or in its place, is no part of the word.
        if joined.split() != words:
            return None
        try:
            joined.decode("utf-8")
        except UnicodeDecodeError:
            return None
        values = parse_decimals(text)
        if values is None:
            values = _parse_numbers(text)
        # No field is empty and each yields at least one number, so an equal total means exactly one each.
        if values is None or values.size != len(lines) * self.width:
            return None
        with np.errstate(over="ignore"):
            matrix = values.reshape(len(lines), self.width).astype(np.float32)
        return (words, matrix) if np.isfinite(matrix).all() else None

    def careful(self, lines: list[bytes], numbers: Sequence[int]) -> tuple[list[bytes], NDArray[np.float32]]:
        """One line at a time: reads the unusual spellings and finds the line that is wrong."""
        words = []
        rows = []
        for number, line in zip(numbers, lines, strict=True):
            try:
                word, row = self.line(line, number)
            except DataError as error:
                if not self.skip:
                    raise
                self.left_out += 1
                self.first_error = self.first_error or error
            else:
                words.append(word)
                rows.append(row)
        return words, np.array(rows, dtype=np.float32).reshape(len(words), self.width)

    def line(self, line: bytes, number: int) -> tuple[bytes, NDArray[np.float32]]:
        word, fields = self.split(line, number)
        text = decoded(word, self.path, number)
        with np.errstate(over="ignore"):
            row = np.array([float(field) for field in fields]).astype(np.float32)
        if not np.isfinite(row).all():
            self.fail(f"a number in the vector of {text!r} is too large for float32", number)
        return word, row

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
        if self.promised is not None and self.promised != self.seen and not self.is_full:
            self.fail(
                f"the header promises {self.promised:,} words, but the file holds {self.seen:,}; get the whole file",
                self.last_line,
            )
        if not self.rows:
            if self.first_error is not None:
                raise self.first_error
            if self.wanted is not None and self.seen:
                self.fail(f"none of the wanted words is among the {self.seen:,} of this file", self.last_line)
            self.fail("the file is empty; expected lines with a word and its numbers", 1)
        table = WordTable(bytes(self.text), np.concatenate(self.lengths))
        self.text, self.lengths = bytearray(), []
        repeats = table.repeats()
        if repeats:
            again = min(repeats)
            what = "a word comes" if len(repeats) == 1 else f"{len(repeats):,} words come"
            self.warn(f"{what} twice, such as {table[again]!r}; the first vector of each is kept")
            table = table.without(sorted(repeats))
            self.close_gaps(sorted(repeats))
        self.matrix.resize((self.rows, self.width), refcheck=False)
        if self.left_out:
            self.warn(f"left out {self.left_out:,} of {self.seen:,} lines; the first for this: {self.first_error}")
        return Vectors.of_table(table, self.matrix)

    def close_gaps(self, gone: Sequence[int]) -> None:
        """Move the rows up over those that are gone, a few at a time, without a second matrix."""
        end = gone[0]
        for left, right in zip(gone, [*gone[1:], self.rows], strict=True):
            for start in range(left + 1, right, MOVED_ROWS):
                piece = self.matrix[start : min(start + MOVED_ROWS, right)].copy()
                self.matrix[end : end + len(piece)] = piece
                end += len(piece)
        self.rows = end

    def warn(self, text: str) -> None:
        warnings.warn(f"{self.path}: {text}", DataWarning, stacklevel=4)

    def fail(self, problem: str, line: int) -> NoReturn:
        raise DataError(problem, self.path, line) from None


class _Bar:
    """A bar for a file that takes long to read, when tqdm is installed."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.wanted = True

    def move(self, seen: int, total: int | None) -> None:
        if seen >= LONG and self.wanted and self.bar is None:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                self.wanted = False
                return
            self.bar = tqdm(total=total, unit=" words", unit_scale=True, dynamic_ncols=True, mininterval=0.5)
        if self.bar is not None:
            self.bar.update(seen - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def _spellings(keep: Iterable[str]) -> set[bytes]:
    """The wanted words, and the forms under which a `Vocabulary` looks for them."""
    found = set()
    for word in getattr(keep, "words", keep):
        if not isinstance(word, str):
            raise TypeError(f"keep holds {word!r}; expected words")
        found |= {form.encode("utf-8", "surrogatepass") for form in spellings(word)}
    return found


def _parse_numbers(text: bytes) -> NDArray[np.float64] | None:
    """Numbers of any spelling, parted by white space; None when something else stands among them."""
    try:
        # Without this filter NumPy stops at the first malformed number and goes on with what it has.
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            return np.fromstring(text, dtype=np.float64, sep=" ")
    except (DeprecationWarning, ValueError):
        return None
