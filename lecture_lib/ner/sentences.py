"""Labeled sentences, and the reader of files in the CoNLL form."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import NoReturn

from lecture_lib.ner.errors import DataError, DataWarning
from lecture_lib.ner.files import decoded, line_blocks
from lecture_lib.ner.tags import split_tag, to_bio

DOCUMENT_START = "-DOCSTART-"
BLANKS = re.compile("[ \t]+")


@dataclass(frozen=True)
class Sentence:
    """One sentence: its tokens in their original casing, and one tag a token.

    Args:
        tokens: n strings.
        tags: n strings; what `read_conll` returns is always BIO.

    Raises:
        ValueError: the lengths differ.
        TypeError: tokens or tags are not lists of strings.

    >>> Sentence(["Ana", "saw", "Paris"], ["B-PER", "O", "B-LOC"]).tags
    ['B-PER', 'O', 'B-LOC']
    """

    tokens: list[str]
    tags: list[str]

    def __post_init__(self) -> None:
        for name in ("tokens", "tags"):
            object.__setattr__(self, name, _strings(getattr(self, name), name))
        if len(self.tokens) != len(self.tags):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.tags)} tags; expected one tag a token")

    def __len__(self) -> int:
        return len(self.tokens)


def tokens_of(sentence: Sentence | Sequence[str]) -> Sequence[str]:
    """The tokens of a `Sentence`, or the token list itself.

    Args:
        sentence: a sentence or a list of tokens.

    Returns:
        The tokens.

    Raises:
        TypeError: it is a plain string.

    >>> tokens_of(["In", "Paris"])
    ['In', 'Paris']
    """
    if isinstance(sentence, Sentence):
        return sentence.tokens
    if isinstance(sentence, str):
        raise TypeError(f"expected a Sentence or a list of tokens, not the string {sentence!r}; use tokenize(text)")
    return sentence


def token_lists(sentences: Sequence[Sentence | Sequence[str]]) -> list[Sequence[str]]:
    """The tokens of each of several sentences.

    Args:
        sentences: sentences or lists of tokens.

    Returns:
        A list of tokens for each.

    Raises:
        TypeError: it is one sentence or string rather than a list, or a sentence is a plain string.

    >>> token_lists([Sentence(["Oslo"], ["B-LOC"]), ["In", "Paris"]])
    [['Oslo'], ['In', 'Paris']]
    """
    if isinstance(sentences, (str, Sentence)):
        raise TypeError(f"expected a list of sentences, not one {type(sentences).__name__}; wrap it in [ ]")
    return [tokens_of(sentence) for sentence in sentences]


def read_conll(path: str | PathLike[str]) -> list[Sentence]:
    r"""Read labeled sentences: a token a line, an empty line after each sentence.

    A line has 2 to 4 columns, parted by tabs or spaces, the token first and the tag last; every line has
    as many as the first. Lines that begin with `-DOCSTART-` end a sentence and are not part of any. The
    tags may be BIO, IOB1 or IO (with `I-` or as bare types) and are always turned into BIO, by the rule
    of `spans`. `\r\n`, a byte-order mark, a missing final newline and gzip are fine. The text is UTF-8
    and keeps its casing.

    Args:
        path: the file, plain or `.gz`.

    Returns:
        The sentences, in order, their tags in BIO.

    Raises:
        MissingDataError: there is no such file.
        DataError: a line is malformed, or there is no sentence; names the file and the line.

    Warns:
        DataWarning: the file mixes BIO and IOB1.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.conll"
    ...     _ = path.write_text("Ana I-PER\nslept O\n\nin O\nOslo I-LOC\n")
    ...     [sentence.tags for sentence in read_conll(path)]
    [['B-PER', 'O'], ['O', 'B-LOC']]
    """
    reader = _ConllReader(path)
    for first, lines in line_blocks(path):
        for number, raw in enumerate(lines, first):
            reader.take(raw, number)
    return reader.finish()


class _ConllReader:
    """Collects lines into sentences and remembers what it needs to judge the file as a whole."""

    def __init__(self, path: str | PathLike[str]):
        self.path = path
        self.sentences: list[Sentence] = []
        self.tokens: list[str] = []
        self.tags: list[str] = []
        self.columns = 0
        self.bare_line = self.prefixed_line = 0
        self.bio_line = self.iob1_line = 0

    def take(self, raw: bytes, line: int) -> None:
        text = decoded(raw, self.path, line).strip(" \r")
        if not text.strip("\t"):
            self.end_sentence()
            return
        if "\r" in text:
            self.fail(r"a carriage return within the line; expected lines that end in \n or \r\n", line)
        fields = [field.strip(" ") for field in text.split("\t")] if "\t" in text else BLANKS.split(text)
        if BLANKS.split(text, 1)[0] == DOCUMENT_START:
            self.end_sentence()
            return
        self.check_columns(fields, line)
        self.check_tag(fields[-1], line)
        self.tokens.append(fields[0])
        self.tags.append(fields[-1])

    def check_columns(self, fields: list[str], line: int) -> None:
        expected = "expected 2 to 4 columns parted by tabs or spaces, the token first and the tag last"
        if not 2 <= len(fields) <= 4:
            hint = " (this form has no comments)" if fields[0].startswith("#") else ""
            self.fail(f"{len(fields)} column{'s' * (len(fields) != 1)}; {expected}{hint}", line)
        if not all(fields):
            self.fail(f"column {fields.index('') + 1} is empty; {expected}", line)
        self.columns = self.columns or len(fields)
        if len(fields) != self.columns:
            self.fail(f"{len(fields)} columns, but the lines before have {self.columns}", line)

    def check_tag(self, tag: str, line: int) -> None:
        try:
            prefix, kind = split_tag(tag)
        except ValueError as error:
            self.fail(str(error), line)
        if prefix == "O":
            return
        if prefix == "":
            self.bare_line = self.bare_line or line
        else:
            self.prefixed_line = self.prefixed_line or line
            continues = bool(self.tags) and split_tag(self.tags[-1])[1] == kind
            if prefix == "B" and not continues:
                self.bio_line = self.bio_line or line
            if prefix == "I" and not continues:
                self.iob1_line = self.iob1_line or line
        if self.bare_line and self.prefixed_line:
            other = self.prefixed_line if self.bare_line == line else self.bare_line
            self.fail(
                f"tag {tag!r}, but line {other} is in another scheme; "
                "expected tags with B- and I- everywhere, or bare types everywhere",
                line,
            )

    def end_sentence(self) -> None:
        if self.tokens:
            self.sentences.append(Sentence(self.tokens, to_bio(self.tags)))
            self.tokens, self.tags = [], []

    def finish(self) -> list[Sentence]:
        self.end_sentence()
        if not self.sentences:
            self.fail("no sentence in the file; expected lines with a token and its tag", 1)
        if self.bio_line and self.iob1_line:
            warnings.warn(
                f"{self.path}, line {self.iob1_line}: an I- tag begins an entity (IOB1), but line "
                f"{self.bio_line} begins one with B- (BIO); both are read as beginnings",
                DataWarning,
                stacklevel=3,
            )
        return self.sentences

    def fail(self, problem: str, line: int) -> NoReturn:
        raise DataError(problem, self.path, line) from None


def _strings(values: Sequence[str], name: str) -> list[str]:
    if isinstance(values, str):
        raise TypeError(f"{name} is the string {values!r}; expected a list of strings")
    values = list(values)
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{name} holds {value!r}; expected strings only")
    return values
