"""What the readers raise when a file is not what it should be."""

from os import PathLike


class DataError(ValueError):
    """A data file is malformed; the message names the file, the line and what was expected.

    Args:
        problem: what was found and what was expected.
        path: the file.
        line: the line, counted from 1.

    >>> print(DataError("no tag; expected token and tag", "train.conll", 12))
    train.conll, line 12: no tag; expected token and tag
    """

    def __init__(self, problem: str, path: str | PathLike[str] | None = None, line: int | None = None):
        place = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(place + problem)
        self.path = path
        self.line = line


class MissingDataError(DataError, FileNotFoundError):
    """A data file is not there; the message says which file to place where."""


class DataWarning(UserWarning):
    """A data file can be read, but something in it deserves a look."""
