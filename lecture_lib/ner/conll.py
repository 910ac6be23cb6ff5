"""The reader of labeled sentences in the CoNLL form: a token a line, an empty line after each sentence."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from sys import intern
from typing import NoReturn

from lecture_lib.ner.columns import (
    BLANKS,
    ColumnError,
    Columns,
    csv_fields,
    find_columns,
    is_part_count,
    is_tag,
    misc_value,
    named_columns,
    splitter,
)
from lecture_lib.ner.errors import DataError, DataWarning
from lecture_lib.ner.files import decoded, line_blocks
from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import MEANINGS, SCHEMES, spans, split_tag, to_bio

DOCUMENT_START = "-DOCSTART-"
GLOBAL_COLUMNS = "# global.columns ="
MANY_TYPES = 30

Path = str | PathLike[str]
Line = tuple[int, str | DataError]
Row = tuple[int, list[str] | DataError]


class Sentences(list[Sentence]):
    """The sentences of one file, and how it was read.

    Attributes:
        scheme: the tag scheme of the file; the sentences' own tags are BIO.
        token_column: where the tokens stood, counted from 1.
        tag_column: where the tags stood, counted from 1, or the key of CoNLL-U's MISC that held them.
        left_out: how many sentences `on_error="skip"` left out.

    >>> Sentences([Sentence(["Oslo"], ["B-LOC"])]).scheme
    'BIO'
    """

    scheme = "BIO"
    token_column: int = 1
    tag_column: int | str = 2
    left_out = 0


def read_conll(
    path: Path,
    token_column: int | str | None = None,
    tag_column: int | str | None = None,
    scheme: str | None = None,
    on_error: str = "raise",
    entity_type: str | None = None,
    encoding: str = "utf-8",
) -> Sentences:
    r"""Read labeled sentences: a token a line, an empty line after each sentence.

    Columns are parted by tabs, or by tabs and spaces alike, and every line has as many as the first. Without other word
    the tags are the one column that holds tags, and the tokens the first other column that does not count 1, 2, 3 …
    What is not certain is refused, with the argument that decides it. A first line may name the columns (`word tag`,
    also with commas between), and CoNLL-U may have its tags in MISC (`NER=B-LOC`).

    Lines that begin with `#` before a sentence are comments, unless they read as a token and its tag; `-DOCSTART-` ends
    a sentence. Tags may be BIO, IOB1, IO (with `I-` or as bare types), BIOES or BILOU, and are always turned into BIO,
    by the rule of `spans`. Bare types need an O somewhere in the file, or scheme="IO". `\r\n`, a byte-order mark, a
    missing final newline and compression are fine. The text keeps its casing.

    Args:
        path: the file, plain or compressed.
        token_column: where the tokens stand, counted from 1, or the column's name.
        tag_column: where the tags stand, counted from 1, or the name of the column or of the key in MISC.
        scheme: "BIO", "IOB1", "IO", "BIOES", "BILOU" or "BMES" refuses tags of other forms; BMES has to be said.
        on_error: "raise", or "skip" to leave out the sentences with a malformed line and say once how many.
        entity_type: the type that is meant where tags are `B`, `I` and `O` alone.
        encoding: of the text, such as "latin-1" for CoNLL-2002.

    Returns:
        The sentences, in order, their tags in BIO: a list that also knows how the file was read (see `describe`).

    Raises:
        MissingDataError: there is no such file.
        DataError: a line is malformed, the columns are not certain, or there is no sentence; names file and line.
        ValueError: an argument is none of those listed.

    Warns:
        DataWarning: the file mixes BIO and IOB1, 30 tokens have no O among them, there are 30 types, or
            sentences were left out.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.conll"
    ...     _ = path.write_text("# id 7\n1 Ana I-PER\n2 slept O\n\n1 in O\n2 Oslo I-LOC\n")
    ...     sentences = read_conll(path)
    >>> sentences[1]
    Sentence(tokens=['in', 'Oslo'], tags=['O', 'B-LOC'])
    >>> describe(sentences)
    '2 sentences, 4 tokens, 2 entities (LOC 1, PER 1); tokens in column 2, tags in column 3, scheme IO'
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error is {on_error!r}; expected 'raise' or 'skip'")
    if scheme is not None and scheme not in SCHEMES:
        raise ValueError(f"no scheme named {scheme!r}; expected one of {', '.join(SCHEMES)}")
    reader = _ConllReader(path, scheme, entity_type, skip=on_error == "skip")
    for first, lines in line_blocks(path):
        for number, raw in enumerate(lines, first):
            reader.take(raw, number, encoding)
    return reader.finish(token_column, tag_column)


def describe(sentences: Iterable[Sentence]) -> str:
    """One line about labeled sentences: how many, which types, and how their file was read.

    Args:
        sentences: what `read_conll` returned, or any labeled sentences.

    Returns:
        A line of text; it ends with a question where the tags look like something else than entities.

    >>> describe([Sentence(["In", "Oslo"], ["O", "B-LOC"])])
    '1 sentence, 2 tokens, 1 entity (LOC 1)'
    """
    listed = list(sentences)
    kinds = Counter(span.type for sentence in listed for span in spans(sentence.tags))
    tokens = sum(map(len, listed))
    types = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items(), key=lambda kind: (-kind[1], kind)))
    total = kinds.total()
    parts = [f"{len(listed):,} sentence{'s' * (len(listed) != 1)}", f"{tokens:,} token{'s' * (tokens != 1)}"]
    parts.append(f"{total:,} {'entity' if total == 1 else 'entities'}" + (f" ({types})" if types else ""))
    text = ", ".join(parts)
    if isinstance(sentences, Sentences):
        text += f"; tokens in column {sentences.token_column}, tags in column {sentences.tag_column}"
        text += f", scheme {sentences.scheme}"
        if sentences.left_out:
            text += f"; {sentences.left_out:,} left out"
    doubt = _doubt(listed, len(kinds))
    return f"{text}; {doubt}" if doubt else text


def _doubt(sentences: Sequence[Sentence], types: int) -> str:
    if types >= MANY_TYPES:
        return f"{types} types: are these entities, or is tag_column another one?"
    if sentences and not any("O" in sentence.tags for sentence in sentences):
        return "no token is O: are these entities, or is tag_column another one?"
    return ""


class _ConllReader:
    """Collects lines into sentences, then judges the file as a whole."""

    def __init__(self, path: Path, scheme: str | None, entity_type: str | None, skip: bool):
        self.path, self.scheme, self.entity_type, self.skip = path, scheme, entity_type, skip
        self.groups: list[list[Line]] = []
        self.lines: list[Line] = []
        self.names: list[str] | None = None
        self.bare_line = self.prefixed_line = self.outside_line = 0
        self.bio_line = self.iob1_line = 0
        self.prefixes: set[str] = set()
        self.width = 0
        self.seen_tags: set[str] = set()
        self.first_error: DataError | None = None
        self.left_out = 0

    def take(self, raw: bytes, line: int, encoding: str) -> None:
        try:
            text: str | DataError = _text(raw, encoding, self.path, line)
        except DataError as error:
            if not self.skip:
                raise
            text = error
        if isinstance(text, str):
            if text.startswith(GLOBAL_COLUMNS):
                self.names = text.removeprefix(GLOBAL_COLUMNS).split()
            if not text.strip("\t") or BLANKS.split(text, 1)[0] == DOCUMENT_START:
                self.end_group()
                return
        self.lines.append((line, text))

    def end_group(self) -> None:
        if self.lines:
            self.groups.append(self.lines)
            self.lines = []

    def finish(self, token: int | str | None, tag: int | str | None) -> Sentences:
        self.end_group()
        groups, columns = self.table(token, tag)
        if columns.sentence is not None:
            groups = _regrouped(groups, columns.sentence)
        found = Sentences()
        found.token_column, found.tag_column = columns.token + 1, columns.key or columns.tag + 1
        for group in groups:
            try:
                sentence = self.sentence(group, columns)
            except DataError as error:
                if not self.skip:
                    raise
                self.first_error = self.first_error or error
                self.left_out += 1
            else:
                if sentence is not None:
                    found.append(sentence)
        self.judge(found)
        return found

    def table(self, token: int | str | None, tag: int | str | None) -> tuple[list[list[Row]], Columns]:
        """The fields of every line, and which columns are which."""
        tried = [list(_without_comments(group)) for group in self.groups]
        if not any(tried):
            lines = ((text for _, text in group if isinstance(text, str)) for group in self.groups)
            tried = [[text for text in group if is_tag(BLANKS.split(text)[-1])] for group in lines]
        texts = [text for group in tried for text in group]
        if not texts:
            self.nothing()
        named = self.names and named_columns(self.names, token, tag)
        split: Callable[[str], list[str]] = splitter(texts).split
        header = ""
        for way in (split, csv_fields):
            if not named and (named := named_columns(_fields(way(texts[0])), token, tag)):
                split, header = way, texts[0]
        self.width = len(_fields(split(texts[0])))
        if self.width < 2:
            where = next(line for group in self.groups for line, text in group if text == texts[0])
            self.fail("1 column; expected a token and its tag, parted by a tab or spaces", where)
        if header:
            first = next(group for group in self.groups if any(text == header for _, text in group))
            first[:] = [(line, text) for line, text in first if text != header]
        groups = [
            [(line, text if isinstance(text, DataError) else _fields(split(text))) for line, text in group]
            for group in self.groups
        ]
        plain = [[row for text in group if len(row := _fields(split(text))) == self.width] for group in tried]
        plain = [rows for rows in plain if rows]
        try:
            columns = named or find_columns(plain, token, tag)
        except ColumnError as error:
            self.fail(str(error), next(line for group in self.groups for line, text in group if text == texts[0]))
        self.seen_tags = {row[columns.tag] for rows in plain for row in rows}
        return groups, columns

    def is_comment(self, fields: list[str], columns: Columns) -> bool:
        """Whether a line before a sentence begins with # and does not read as a token and its tag."""
        if not fields[0].startswith("#"):
            return False
        if len(fields) != self.width:
            return True
        tag = fields[columns.tag]
        return not is_tag(tag) and tag not in self.seen_tags

    def sentence(self, rows: list[Row], columns: Columns) -> Sentence | None:
        tokens: list[str] = []
        tags: list[str] = []
        for line, fields in rows:
            if isinstance(fields, DataError):
                raise fields
            if not tokens and self.is_comment(fields, columns):
                continue
            self.check_columns(fields, columns, line)
            if columns.key is not None:
                if is_part_count(fields[0]):
                    continue
                tag = misc_value(fields[columns.tag], columns.key) or "O"
            else:
                tag = fields[columns.tag]
            if self.entity_type and tag in {*MEANINGS, "M"}:
                tag = f"{tag}-{self.entity_type}"
            self.check_tag(tag, tags[-1] if tags else "O", line)
            tokens.append(intern(fields[columns.token]))
            tags.append(tag)
        return Sentence(tokens, to_bio(tags, self.scheme)) if tokens else None

    def check_columns(self, fields: list[str], columns: Columns, line: int) -> None:
        if len(fields) != self.width:
            what = "a comment within a sentence" if fields[0].startswith("#") else f"{len(fields)} column"
            many = "s" * (what[0].isdigit() and len(fields) != 1)
            self.fail(f"{what}{many}, but the lines before have {self.width}", line)
        for column in (columns.token, columns.tag):
            if not fields[column]:
                self.fail(f"column {column + 1} is empty; expected a token and its tag", line)

    def check_tag(self, tag: str, before: str, line: int) -> None:
        try:
            prefix, kind = split_tag(tag, self.scheme)
        except ValueError as error:
            self.fail(str(error), line)
        if prefix == "O":
            self.outside_line = self.outside_line or line
            return
        if prefix == "":
            self.bare_line = self.bare_line or line
        else:
            self.prefixes.add(tag[0])
            self.prefixed_line = self.prefixed_line or line
            continues = split_tag(before, self.scheme)[1] == kind
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

    def judge(self, found: Sentences) -> None:
        """What can be said of the whole file only."""
        if not found:
            self.nothing()
        found.scheme, found.left_out = self.found_scheme(), self.left_out
        types = Counter(span.type for sentence in found for span in spans(sentence.tags))
        if self.bare_line and not self.outside_line and self.scheme is None:
            shown = ", ".join(kind for kind, _ in types.most_common(4))
            self.fail(
                f"no tag is O, and the {len(types)} types ({shown}) have no B- or I-: are these parts of speech? "
                "Pass tag_column=, or scheme='IO' if they are entities",
                self.bare_line,
            )
        if self.bio_line and self.iob1_line and not self.prefixes - {"B", "I"}:
            self.warn(
                f"{self.path}, line {self.iob1_line}: an I- tag begins an entity (IOB1), but line "
                f"{self.bio_line} begins one with B- (BIO); both are read as beginnings"
            )
        tokens = sum(map(len, found))
        if (doubt := _doubt(found, len(types))) and tokens >= MANY_TYPES:
            self.warn(f"{self.path}: {doubt}")
        if self.left_out:
            self.warn(
                f"{self.path}: left out {self.left_out:,} of {self.left_out + len(found):,} sentences; "
                f"the first for this: {self.first_error}"
            )

    def found_scheme(self) -> str:
        if self.scheme is not None:
            return self.scheme
        for letters, name in (("LU", "BILOU"), ("ES", "BIOES")):
            if self.prefixes & set(letters):
                return name
        if self.iob1_line and self.bio_line:
            return "BIO and IOB1"
        if self.bare_line or self.prefixes == {"I"}:
            return "IO"
        return "IOB1" if self.iob1_line else "BIO"

    def nothing(self) -> NoReturn:
        missing = DataError("no sentence in the file; expected lines with a token and its tag", self.path, 1)
        raise self.first_error or missing from None

    def warn(self, text: str) -> None:
        warnings.warn(text, DataWarning, stacklevel=5)

    def fail(self, problem: str, line: int) -> NoReturn:
        raise DataError(problem, self.path, line) from None


def _text(raw: bytes, encoding: str, path: Path, line: int) -> str:
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        text = decoded(raw, path, line)
    else:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(f"byte 0x{raw[error.start]:02x} is not {encoding} here", path, line) from None
    text = text.strip(" \r")
    if "\r" in text:
        raise DataError(r"a carriage return within the line; expected lines that end in \n or \r\n", path, line)
    return text


def _fields(parts: list[str]) -> list[str]:
    return [part.strip(" ") for part in parts]


def _without_comments(group: list[Line]) -> Iterable[str]:
    """The lines of a group, without those at its beginning that start with #."""
    begun = False
    for _, text in group:
        if isinstance(text, str):
            begun = begun or not text.startswith("#")
            if begun:
                yield text


def _regrouped(groups: list[list[Row]], column: int) -> list[list[Row]]:
    """Sentences by a column that names them, on their first line or on all."""
    regrouped: list[list[Row]] = []
    for rows in groups:
        name = ""
        for place, (line, fields) in enumerate(rows):
            new = fields[column] if isinstance(fields, list) and len(fields) > column else ""
            if place == 0 or (new and new != name):
                regrouped.append([])
            name = new or name
            regrouped[-1].append((line, fields))
    return regrouped
