"""Word vectors by name."""

from functools import lru_cache
from pathlib import Path

from lecture_lib.data.catalog import entry
from lecture_lib.data.fetching import fetched_files
from lecture_lib.data.local import local_files
from lecture_lib.data.shipped import read_packed, shipped_vectors
from lecture_lib.ner.errors import MissingDataError
from lecture_lib.ner.vector_files import read_vectors
from lecture_lib.ner.vectors import Vectors

LOCAL = ("glove-50k", "glove-10k")
FETCHED = ("glove-6b-50d", "glove-wiki-gigaword-50")
NAMES = ("default", *LOCAL, *FETCHED)


def vectors(name: str = "default") -> Vectors:
    """Read word vectors.

    "default" ships with the course. "glove-50k" (unit length, 8 bits) and "glove-10k" (the original values) are
    read from the folder named by LECTURE_LIB_DATA. "glove-6b-50d" and "glove-wiki-gigaword-50" are read after
    `fetch(name)`. A file is read once a process; what is shared is read-only.

    Args:
        name: one of these names.

    Returns:
        The vectors, N×d, float32.

    Raises:
        MissingDataError: the data are not there; says which file to place where, or what to call.
        DataError: the file is malformed.
        ValueError: there are no such vectors.

    >>> NAMES
    ('default', 'glove-50k', 'glove-10k', 'glove-6b-50d', 'glove-wiki-gigaword-50')
    >>> vectors().matrix.shape[1]
    50
    """
    if name not in NAMES:
        raise ValueError(f"no vectors named {name!r}; expected one of {', '.join(NAMES)}")
    if name in LOCAL:
        (path,) = local_files(name, "vectors")
    elif name in FETCHED:
        (path,) = fetched_files(entry(name))
    else:
        path = shipped_vectors()
    if not path.is_file():
        raise MissingDataError("the vectors of the course are missing; install the course again", path)
    state = path.stat()
    return _read(path, name == "default", state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, packed: bool, modified: int, size: int) -> Vectors:
    """The time and size of the file are part of the key, so that a changed file is read again."""
    return read_packed(path) if packed else read_vectors(path)
