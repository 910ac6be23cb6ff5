"""The folder of real data that the reader names in an environment variable."""

import os
from pathlib import Path

from lecture_lib.ner.errors import DataError, MissingDataError

VARIABLE = "LECTURE_LIB_DATA"


def local_folder() -> Path | None:
    """The folder that the variable LECTURE_LIB_DATA names.

    Returns:
        The folder, or None when the variable is not set.

    Raises:
        DataError: the variable names something that is not a folder.

    >>> folder = local_folder()
    >>> folder is None or folder.is_dir()
    True
    """
    value = os.environ.get(VARIABLE, "")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(f"{VARIABLE} is {value!r}, which is not a folder; set it to the folder with the data")
    return folder


def local_file(relative: str, wanted_for: str) -> Path:
    """A file in that folder.

    Args:
        relative: its path within the folder, with `/`.
        wanted_for: what it is for, for the message.

    Returns:
        The path of an existing file.

    Raises:
        MissingDataError: the variable is not set, or the file is not there.
        DataError: the variable names something that is not a folder.
    """
    folder = local_folder()
    if folder is None:
        raise MissingDataError(
            f"{wanted_for} needs the file {relative}; place it in a folder and set the "
            f"environment variable {VARIABLE} to that folder"
        )
    path = folder / relative
    if not path.is_file():
        raise MissingDataError(f"{wanted_for} needs the file {relative}; place it at {path} ({VARIABLE} is {folder})")
    return path
