"""Tables parted by tabs, with remarks between their lines."""

from collections.abc import Iterator, Sequence
from os import PathLike

from lecture_lib.ner.errors import DataError
from lecture_lib.ner.files import decoded, line_blocks


def table_rows(path: str | PathLike[str], columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the rows of a table.

    Lines that begin with `#` are remarks, as are empty ones; the first other line names the columns.
    """
    expected = f"expected {', '.join(columns)}, parted by tabs"
    titled = False
    for first, lines in line_blocks(path):
        for number, raw in enumerate(lines, first):
            text = decoded(raw, path, number).rstrip("\r")
            if not text or text.startswith("#"):
                continue
            fields = text.split("\t")
            if not titled and fields != list(columns):
                raise DataError(f"the columns are {', '.join(fields)}; {expected}", path, number)
            if len(fields) != len(columns):
                raise DataError(f"{len(fields)} columns; {expected}", path, number)
            if titled:
                yield number, fields
            titled = True
