"""Labeled snippets: sentence polarity."""

from os import PathLike

from lecture_lib.ner.errors import DataError
from lecture_lib.ner.files import decoded, line_blocks

Snippet = tuple[list[str], int]


def read_snippets(path: str | PathLike[str], label: int, encoding: str = "utf-8") -> list[Snippet]:
    r"""Read snippets that share one label: one a line, its tokens parted by spaces."""
    snippets: list[Snippet] = []
    empty = 0
    for first, lines in line_blocks(path):
        for number, raw in enumerate(lines, first):
            text = raw.decode(encoding) if encoding == "latin-1" else decoded(raw, path, number)
            tokens = text.split()
            if tokens and empty:
                raise DataError("an empty line within the file; expected a snippet a line", path, empty)
            if tokens:
                snippets.append((tokens, label))
            else:
                empty = empty or number
    if not snippets:
        raise DataError("no snippet in the file; expected one a line", path, 1)
    return snippets
