"""Which exercises are solved: a small file in the user's data folder, and the table of it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lecture_lib.exercises.bank import exercise_ids, notebooks

VARIABLE = "LECTURE_LIB_PROGRESS"
READERS_PATIENCE = 20

# What was solved since Python started counts even where nothing can be written.
_solved_now: set[str] = set()


def progress(reset: bool = False) -> None:
    """Print a table of what is solved, one line a notebook.

    The file is `progress.json` in the user's data folder, or the file that LECTURE_LIB_PROGRESS names. Where it cannot
    be written, what was solved in this session still counts, and the last line says so.

    Args:
        reset: forget everything that is solved, then print the table.

    Example:
        >>> progress()
        notebook  solved  still open
        00        ... of 4...
    """
    kept = True
    if reset:
        _solved_now.clear()
        with _alone(progress_file()):
            kept = _write(progress_file(), set())
    solved = solved_exercises()
    print("notebook  solved  still open")
    for notebook in notebooks():
        ids = exercise_ids(notebook)
        left = [name for name in ids if name not in solved]
        print(f"{notebook:8}  {len(ids) - len(left):2} of {len(ids):<2} {', '.join(left)}".rstrip())
    if not kept or not _solved_now <= solved_in(progress_file()):
        print(f"This is not kept: {progress_file()} cannot be written. Name another file in {VARIABLE}.")


def record(name: str) -> None:
    """Note that an exercise is solved; where that cannot be written, for this session only."""
    _solved_now.add(name)
    path = progress_file()
    if name not in solved_in(path):
        with _alone(path):
            _write(path, solved_in(path) | _solved_now)


def solved_exercises() -> set[str]:
    """The exercises that are solved, in this session or before."""
    return solved_in(progress_file()) | _solved_now


def progress_file() -> Path:
    """Where progress is kept; the file need not exist.

    Example:
        >>> progress_file().suffix
        '.json'
    """
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else _data_home() / "lecture_lib" / "progress.json"


def _data_home() -> Path:
    # expanduser, unlike Path.home, does not raise where the user has no home.
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")


def solved_in(path: Path) -> set[str]:
    """The exercises that a file of progress names."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {name for name in content["solved"] if isinstance(name, str)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from writing meanwhile; the system lets go when a process dies.

    The file itself is replaced at each write, so a file beside it is locked. Where that cannot be, nobody waits.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = (path.parent / f".{path.name}.lock").open("a", encoding="utf-8")
    except OSError:
        yield
        return
    with file:
        _lock(file.fileno())
        yield


def _lock(number: int) -> None:
    # Neither module is everywhere, and no file of a network need know locks.
    with suppress(ImportError, OSError):
        if sys.platform == "win32":
            import msvcrt

            os.lseek(number, 0, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX)


def _write(path: Path, solved: set[str]) -> bool:
    """Write the file whole or not at all; say whether that went well."""
    text = json.dumps({"solved": sorted(solved)}, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            _replace(temporary, path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError:
        return False
    return True


def _replace(temporary: str, path: Path) -> None:
    """Put a file in another's place; on Windows that waits until nobody reads the old one."""
    for _ in range(READERS_PATIENCE):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            time.sleep(0.02)
    os.replace(temporary, path)
