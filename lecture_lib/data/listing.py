"""What data there are: a table of what ships, what lies in the reader's own folder and what can be fetched."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from lecture_lib.data.catalog import ENTRIES, Entry
from lecture_lib.data.fetching import FetchError, ready_files
from lecture_lib.data.local import FILES, VARIABLE, local_folder
from lecture_lib.data.shipped import shipped_corpus, shipped_vectors
from lecture_lib.places import installing

Row = tuple[str, str, str, str, str]

TITLES: Row = ("name", "what", "license", "size", "present")
LOCAL = (
    ("ewt", "Universal NER, English Web Treebank", "CC BY-SA 4.0"),
    ("glove-50k", "GloVe 6B, the 50,000 most frequent words", "PDDL 1.0"),
    ("glove-10k", "GloVe 6B, 10,244 words", "PDDL 1.0"),
)
"""The data that can only be read from the reader's own folder: name, what it is, license."""


def available() -> None:
    """Print a table of all data: name, what it is, its license, size, and whether it is present.

    Raises:
        DataError: LECTURE_LIB_DATA names something that is not a folder.

    >>> available()
    name                    what                                         license      size      present
    default                 corpus of this course: PER, LOC, ORG, DATE   CC BY 4.0    0.5 MB    yes
    default                 vectors of this course, from WordNet 3.0     WordNet 3.0  2.4 MB    yes
    ...
    """
    rows = [TITLES, *_shipped_rows(), *_local_rows(), *_fetched_rows()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if find_spec("pooch") is None:
        print(f"data.fetch needs the package pooch: {installing('notebooks')}")


def _shipped_rows() -> Iterator[Row]:
    corpus, vectors = list(shipped_corpus().values()), [shipped_vectors()]
    yield _row("default", "corpus of this course: PER, LOC, ORG, DATE", "CC BY 4.0", corpus, "install again")
    yield _row("default", "vectors of this course, from WordNet 3.0", "WordNet 3.0", vectors, "install again")


def _local_rows() -> Iterator[Row]:
    for name, what, license in LOCAL:
        yield _row(name, what, license, _own_files(name), f"set {VARIABLE}")


def _fetched_rows() -> Iterator[Row]:
    for chosen in ENTRIES:
        size = "unknown" if chosen.size is None else f"{chosen.size / 1e6:,.1f} MB"
        present = _fetched(chosen) or _all_here(_own_files(chosen.name))
        license = re.split(r" \(|;", chosen.license)[0]
        yield chosen.name, chosen.what, license, size, "yes" if present else "data.fetch"


def _fetched(chosen: Entry) -> bool:
    """Whether it is in the cache, which only pooch knows."""
    try:
        return ready_files(chosen) is not None
    except FetchError:
        return False


def _own_files(name: str) -> list[Path]:
    """Where the files of a data set would be in the reader's own folder."""
    folder = local_folder()
    return [folder / file for file in FILES.get(name, ())] if folder else []


def _all_here(files: list[Path]) -> bool:
    return bool(files) and all(file.is_file() for file in files)


def _row(name: str, what: str, license: str, files: list[Path], remedy: str) -> Row:
    present = _all_here(files)
    size = f"{sum(file.stat().st_size for file in files) / 1e6:,.1f} MB" if present else ""
    return name, what, license, size, "yes" if present else remedy
