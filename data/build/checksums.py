"""Write `data/SHA256SUMS` for every file that ships: `python data/build/checksums.py`."""

from __future__ import annotations

import hashlib
from pathlib import Path

DATA = Path(__file__).resolve().parents[1]
LIST = "SHA256SUMS"


def shipped_files(data: Path) -> list[Path]:
    """Every file under `data/` that ships: not the build, not the list itself, no hidden files."""
    files = sorted(path for path in data.rglob("*") if path.is_file())
    parts = {path: path.relative_to(data).parts for path in files}
    return [
        path
        for path in files
        if parts[path][0] != "build" and path.name != LIST and not any(part.startswith(".") for part in parts[path])
    ]


def checksums(data: Path) -> str:
    """The text of the list, one `sha256  path` a line, as `sha256sum --check` reads it."""
    lines = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(data).as_posix()}\n"
        for path in shipped_files(data)
    )
    return "".join(lines)


if __name__ == "__main__":
    (DATA / LIST).write_text(checksums(DATA), encoding="utf-8", newline="\n")
