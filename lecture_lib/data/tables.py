"""Tables parted by tabs, with remarks between their lines."""

from collections.abc import Iterator, Sequence
from os import PathLike

from lecture_lib.ner.errors import DataError
from lecture_lib.ner.files import decoded, line_blocks


def table_rows(path: str | PathLike[str], columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the rows of a table.

    Lines that begin with `#` are remarks, as are empty ones; the first other line names the columns.

    Args:
        path: a plain or gzip-compressed file in UTF-8.
        columns: the names that the columns must have.

    Yields:
        The number of the line, counted from 1, and its fields, one a column.

    Raises:
        MissingDataError: there is no such file.
        DataError: the columns have other names, or a row has another number of fields; names the file and the line.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.tsv"
    ...     _ = path.write_text("# invented\nword\tcount\njoy\t9\n")
    ...     list(table_rows(path, ["word", "count"]))
    [(3, ['joy', '9'])]
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
