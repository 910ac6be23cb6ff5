"""Labeled snippets: sentence polarity."""

from os import PathLike

from lecture_lib.ner.errors import DataError
from lecture_lib.ner.files import decoded, line_blocks

Snippet = tuple[list[str], int]


def read_snippets(path: str | PathLike[str], label: int, encoding: str = "utf-8") -> list[Snippet]:
    r"""Read snippets that share one label: one a line, its tokens parted by spaces.

    Args:
        path: the file, plain or `.gz`.
        label: the label of all of them.
        encoding: "utf-8" or "latin-1".

    Returns:
        Pairs of tokens and label.

    Raises:
        MissingDataError: there is no such file.
        DataError: a line within is empty, or the file is empty or damaged; names the file and the line.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "tiny.pos"
    ...     _ = path.write_text("a joy\nlovely\n")
    ...     read_snippets(path, 1)
    [(['a', 'joy'], 1), (['lovely'], 1)]
    """
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
