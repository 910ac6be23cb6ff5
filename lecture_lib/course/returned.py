"""What was handed in: notebooks in folders and in zip archives, and everything else with the reason it is none."""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

LARGEST = 100 << 20
"""Bytes of one notebook; images and all, an honest one has a few millions."""

LARGEST_ARCHIVE = 1 << 30
MOST_MEMBERS = 20_000
DEEPEST = 2
"""A learning platform's archive of a class may hold each student's archive."""

IGNORED = {"__MACOSX", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini"}
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
    """Everything that was handed in below a folder, in the order of the names.

    Nothing is unpacked to the disk, so no name in an archive can lead out of the folder.
    """
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _is_litter(inside.parts) or any(own == path or own in path.parents for own in without):
            continue
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                continue
            name = inside.as_posix()
            if not stat.S_ISREG(mode):
                yield Returned(name, problem="not a notebook: a device, a pipe or a socket")
            elif ARCHIVE.search(name):
                yield from _members(name, path.read_bytes(), path.stat().st_mtime, 1)
            elif not NOTEBOOK.search(name):
                yield Returned(name, problem="not a notebook")
            elif path.stat().st_size > LARGEST:
                yield Returned(name, problem=f"not a notebook: larger than {LARGEST >> 20} MB")
            else:
                yield Returned(name, path.read_bytes(), time=path.stat().st_mtime)
        except OSError as error:
            yield Returned(inside.as_posix(), problem=f"cannot be read: {error.strerror}")


def _is_litter(parts: tuple[str, ...]) -> bool:
    return any(part in IGNORED or part.startswith(".") for part in parts)


def _members(name: str, content: bytes, changed: float, depth: int) -> Iterator[Returned]:
    try:
        archive = zipfile.ZipFile(BytesIO(content))
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
                yield from _members(inside, found, changed, depth + 1)
            elif is_archive:
                yield Returned(inside, problem="an archive in an archive in an archive")
            else:
                yield Returned(inside, found, time=changed)


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name in an archive, without those that lead upward."""
    return tuple(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", "."))
