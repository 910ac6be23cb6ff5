"""What was handed in: notebooks in folders and in zip archives, and everything else with the reason it is none."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

LARGEST = 100 << 20
"""Bytes of one notebook; images and all, an honest one has a few millions."""

LARGEST_ARCHIVE = 1 << 30
MOST_MEMBERS = 20_000
DEEPEST = 2
"""A learning platform's archive of a class may hold each student's archive."""

IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini"}
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
ARCHIVE = re.compile(r"\.zip$", re.IGNORECASE)


@dataclass(frozen=True)
class Returned:
    """One file that was handed in.

    Attributes:
        name: relative to the folder; `class.zip!ada/06.ipynb` for a file within an archive.
        content: its bytes, empty when it is not a notebook.
        problem: "" or why it cannot be graded.
        time: when it was last changed, in seconds.
    """

    name: str
    content: bytes = b""
    problem: str = ""
    time: float = 0.0

    @property
    def key(self) -> str:
        """The same for equal contents, on every machine."""
        return hashlib.sha256(self.content or self.name.encode("utf-8", "surrogatepass")).hexdigest()


def returned(folder: Path, without: frozenset[Path] = frozenset()) -> Iterator[Returned]:
    """Everything that was handed in below a folder, or in one zip archive, in the order of the names.

    Nothing is unpacked to the disk, so no name in an archive can lead out of the folder. Every name is given once: the
    second file of a name, as an archive may hold, is `name #2`.
    """
    seen: Counter[str] = Counter()
    for item in _found(folder, frozenset(path.parent.resolve() / path.name for path in without)):
        seen[item.name] += 1
        yield item if seen[item.name] == 1 else replace(item, name=f"{item.name} #{seen[item.name]}")


def _found(folder: Path, without: frozenset[Path]) -> Iterator[Returned]:
    if folder.is_file() and ARCHIVE.search(folder.name):
        yield from _file(folder, folder.name)
        return
    locked: list[OSError] = []
    paths = []
    for place, folders, names in os.walk(folder, onerror=locked.append):
        links = [name for name in folders if Path(place, name).is_symlink()]
        paths += [Path(place, name) for name in (*names, *links)]
    paths += [Path(error.filename) for error in locked]
    whole = folder.resolve()
    for path in sorted(paths):
        inside = path.relative_to(folder)
        real = whole / inside
        if _is_litter(inside.parts) or any(own == real or own in real.parents for own in without):
            continue
        try:
            yield from _file(path, inside.as_posix())
        except OSError as error:
            yield Returned(inside.as_posix(), problem=f"cannot be read: {error.strerror}")


def _file(path: Path, name: str) -> Iterator[Returned]:
    found = path.stat()
    if path.is_dir():
        what = "a link to a folder, which is not followed" if path.is_symlink() else "a folder that cannot be opened"
        yield Returned(name, problem=f"not a notebook: {what}")
    elif not stat.S_ISREG(found.st_mode):
        yield Returned(name, problem="not a notebook: a device, a pipe or a socket")
    elif ARCHIVE.search(name):
        with path.open("rb") as file:
            yield from _members(name, file, found.st_mtime, 1)
    elif not NOTEBOOK.search(name):
        yield Returned(name, problem="not a notebook")
    elif found.st_size > LARGEST:
        yield Returned(name, problem=f"not a notebook: larger than {LARGEST >> 20} MB")
    else:
        yield Returned(name, path.read_bytes(), time=found.st_mtime)


def _is_litter(parts: tuple[str, ...]) -> bool:
    """What systems and editors leave behind: known by name, or hidden and no notebook."""
    if any(part in IGNORED or part.startswith("._") for part in parts):
        return True
    is_taken = NOTEBOOK.search(parts[-1]) or ARCHIVE.search(parts[-1]) if parts else None
    return not is_taken and any(part.startswith(".") for part in parts)


def _members(name: str, file: IO[bytes], changed: float, depth: int) -> Iterator[Returned]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield Returned(name, problem="a damaged zip archive")
        return
    with archive:
        members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda member: member.filename)
        members = [m for m in members if not _is_litter(_parts(m.filename))]
        if not members:
            yield Returned(name, problem="a zip archive without files")
        if len(members) > MOST_MEMBERS:
            yield Returned(name, problem=f"a zip archive of more than {MOST_MEMBERS:,} files")
            return
        left = LARGEST_ARCHIVE
        for member in members:
            inside = f"{name}!{'/'.join(_parts(member.filename))}"
            is_archive = ARCHIVE.search(inside) is not None
            if not is_archive and not NOTEBOOK.search(inside):
                yield Returned(inside, problem="not a notebook")
                continue
            most = min(LARGEST, left)
            try:
                with archive.open(member) as stream:
                    found = stream.read(most + 1)
            except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
                locked = "password" in str(error)
                yield Returned(inside, problem="locked with a password" if locked else "damaged in its zip archive")
                continue
            except Exception:  # every compression has an error of its own
                yield Returned(inside, problem="damaged in its zip archive")
                continue
            left -= len(found)
            if len(found) > most:
                yield Returned(inside, problem=f"unpacks to more than {most >> 20} MB")
            elif is_archive and depth < DEEPEST:
                yield from _members(inside, BytesIO(found), changed, depth + 1)
            elif is_archive:
                yield Returned(inside, problem="an archive in an archive in an archive")
            else:
                yield Returned(inside, found, time=_time(member, changed))


def _time(member: zipfile.ZipInfo, changed: float) -> float:
    """When a file in an archive was last changed, as far as the archive knows."""
    try:
        return time.mktime((*member.date_time, 0, 0, -1)) if member.date_time > (1980, 1, 1, 0, 0, 0) else changed
    except (ValueError, OverflowError):
        return changed


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name in an archive, without those that lead upward."""
    return tuple(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", "."))
