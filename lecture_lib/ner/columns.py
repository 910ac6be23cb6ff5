"""Which column of a table of tokens holds the tokens, and which the tags: what is certain, and what has to be said."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from lecture_lib.ner.tags import spans, split_tag

Rows = Sequence[Sequence[str]]
"""The fields of the lines of one sentence."""

BLANKS = re.compile("[ \t]+")
TOKEN_NAMES = ("token", "tokens", "word", "words", "form", "text")
TAG_NAMES = ("ner", "ner_tag", "ner_tags", "bio", "iob", "iob2", "entity", "tag", "tags", "label", "labels")
SENTENCE_NAMES = ("sentence #", "sentence", "sentence_id", "sentence_idx", "sent_id", "sent")
MISC_KEYS = ("ner", "ne", "entity", "name", "bio")
CHUNKS = {"NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "VC", "PC", "AC"}
COUNT = re.compile(r"\d+")
PART_COUNT = re.compile(r"\d+[-.]\d+")
CONLL_U = 10
LEAST_TAGS = 0.2
"""Shares of lines: nearly every corpus has more O than this, and no column of words has."""


class Columns(NamedTuple):
    """Where things stand in a line, counted from 0; `key` names the tag within the MISC column of CoNLL-U."""

    token: int
    tag: int
    key: str | None = None
    sentence: int | None = None


class ColumnError(ValueError):
    """The columns cannot be told apart with certainty."""


def is_tag(text: str) -> bool:
    """Whether it is O or a type with a prefix, which hardly any other text is."""
    try:
        return bool(split_tag(text)[0])
    except ValueError:
        return False


def splitter(texts: Sequence[str]) -> re.Pattern[str]:
    """What parts the columns of these lines: tabs, or tabs and spaces alike."""
    by_tab = {text.count("\t") for text in texts}
    by_any = {len(BLANKS.findall(text)) for text in texts}
    mixed = by_tab == {0} or (len(by_any) == 1 and 0 not in by_tab and max(by_any) > max(by_tab))
    return BLANKS if mixed else re.compile("\t")


def named_columns(header: Sequence[str], token: int | str | None, tag: int | str | None) -> Columns | None:
    """The columns by their names in a first line; None when it is no such line."""
    names = [name.strip().lower() for name in header]
    token_names = (token.lower(),) if isinstance(token, str) else TOKEN_NAMES
    tag_names = (tag.lower(),) if isinstance(tag, str) else TAG_NAMES
    found_token = next((names.index(name) for name in token_names if name in names), None)
    found_tag = next((names.index(name) for name in tag_names if name in names), None)
    if found_token is None or found_tag is None or found_token == found_tag:
        return None
    sentence = next((names.index(name) for name in SENTENCE_NAMES if name in names), None)
    return Columns(
        _place(token, len(names), "token_column") if isinstance(token, int) else found_token,
        _place(tag, len(names), "tag_column") if isinstance(tag, int) else found_tag,
        sentence=sentence if sentence not in (found_token, found_tag) else None,
    )


def find_columns(sentences: Sequence[Rows], token: int | str | None, tag: int | str | None) -> Columns:
    """The columns of a file without a first line of names."""
    rows = [row for sentence in sentences for row in sentence]
    count = len(rows[0])
    if isinstance(token, str):
        raise ColumnError(f"token_column is {token!r}, but no first line names the columns; expected a number from 1")
    if count == CONLL_U and not isinstance(tag, int) and _is_misc(rows):
        return Columns(1 if token is None else _place(token, count, "token_column"), CONLL_U - 1, _misc_key(rows, tag))
    if isinstance(tag, str):
        raise ColumnError(f"tag_column is {tag!r}, but no first line names the columns; expected a number from 1")
    tag_place = _tag_column(sentences, rows) if tag is None else _place(tag, count, "tag_column")
    token_place = _token_column(sentences, rows, tag_place) if token is None else _place(token, count, "token_column")
    if token_place == tag_place:
        raise ColumnError(f"column {tag_place + 1} cannot hold both the tokens and the tags; pass another tag_column")
    return Columns(token_place, tag_place)


def misc_value(misc: str, key: str) -> str | None:
    """The value of a key in MISC, `A=1|B=2`; None where it is not there."""
    pairs = (pair.partition("=") for pair in misc.split("|"))
    return next((value for name, _, value in pairs if name == key), None)


def csv_fields(text: str) -> list[str]:
    """The fields of one line parted by commas, with quotation marks around those that hold commas."""
    return next(csv.reader([text]), [])


def is_part_count(text: str) -> bool:
    """Whether it numbers no word of its own in CoNLL-U: `3-4` for a contraction, `5.1` for what is left out."""
    return PART_COUNT.fullmatch(text) is not None


def _place(column: int, count: int, name: str) -> int:
    """From a number counted from 1, or from the end with a minus, to a place counted from 0."""
    if isinstance(column, bool) or not column or abs(column) > count:
        raise ColumnError(f"{name} is {column}, but the lines have {count} columns; expected 1 to {count}")
    return column - 1 if column > 0 else count + column


def _is_misc(rows: Rows) -> bool:
    numbered = all(COUNT.fullmatch(row[0]) or is_part_count(row[0]) for row in rows)
    return numbered and all(row[-1] == "_" or "=" in row[-1] for row in rows)


def _misc_key(rows: Rows, wanted: str | None) -> str:
    keys = Counter(pair.partition("=")[0] for row in rows for pair in row[-1].split("|") if "=" in pair)
    if wanted is not None:
        if wanted not in keys:
            raise ColumnError(f"no line has {wanted}= in its last column; there are {', '.join(keys) or 'no keys'}")
        return wanted
    known = [key for key in keys if key.lower() in MISC_KEYS]
    if len(known) != 1:
        seen = f"{' and '.join(known)} both look like tags" if known else f"no NER= among {', '.join(keys) or 'none'}"
        raise ColumnError(f"this is CoNLL-U, and in its last column {seen}: pass tag_column with the right key's name")
    return known[0]


def _tag_column(sentences: Sequence[Rows], rows: Rows) -> int:
    last = len(rows[0]) - 1
    # Entity types of the columns that hold mostly O and prefixed types.
    types = {}
    for column in range(last + 1):
        tags = [row[column] for row in rows if is_tag(row[column])]
        if len(tags) >= LEAST_TAGS * len(rows):
            types[column] = {split_tag(tag)[1] for tag in tags} - {""}
    real = [column for column, found in types.items() if found - CHUNKS]
    empty = [column for column, found in types.items() if not found]
    if len(real) == 1:
        return real[0]
    if len(real) > 1:
        if last == 1:
            return last
        counts = [sum(len(spans(_valid(rows, column))) for rows in sentences) for column in real]
        seen = " and ".join(f"{column + 1} ({n:,} entities)" for column, n in zip(real, counts, strict=True))
        _refuse(f"columns {seen} both hold tags", f"tag_column={real[0] + 1}")
    if empty:
        return empty[-1]
    if types and last not in types:
        _refuse(f"column {max(types) + 1} holds chunks (NP, VP), and column {last + 1} no tags", "tag_column=")
    return last


def _valid(rows: Rows, column: int) -> list[str]:
    return [row[column] if is_tag(row[column]) else "O" for row in rows]


def _token_column(sentences: Sequence[Rows], rows: Rows, tag: int) -> int:
    first, *others = [column for column in range(len(rows[0])) if column != tag]
    values = [row[first] for row in rows]
    shown = ", ".join(values[:3])
    if all(COUNT.fullmatch(value) or is_part_count(value) for value in values):
        counts = _counts([[row[first] for row in sentence] for sentence in sentences])
        if counts and others:
            return others[0]
        longest = max(len(sentence) for sentence in sentences)
        if others or (counts and longest > 2):
            verb = "counts" if counts else "holds numbers only:"
            _refuse(f"column {first + 1} {verb} {shown} …", f"token_column={(others or [first])[0] + 1}")
    if others and len(rows) > 4 and len(sentences) > 1 and len(set(values)) == 1:
        _refuse(f"column {first + 1} is {values[0]!r} on every line", f"token_column={others[0] + 1}")
    if sum(" " in value for value in values) > len(values) / 2:
        line = next(value for value in values if " " in value)
        raise ColumnError(f"the token would be {line!r}: columns are parted by tabs and by spaces; part all by tabs")
    return first


def _counts(sentences: Sequence[Sequence[str]]) -> bool:
    """Whether each sentence counts its words from 0 or 1, or goes on where the one before ended."""
    before = 0
    for sentence in sentences:
        numbers = [int(value) for value in sentence if not is_part_count(value)]
        for place, number in enumerate(numbers):
            if number != before + 1 and not (place == 0 and number in (0, 1)):
                return False
            before = number
    return any(len(sentence) > 1 for sentence in sentences)


def _refuse(seen: str, argument: str) -> NoReturn:
    raise ColumnError(f"{seen}: pass {argument}")
