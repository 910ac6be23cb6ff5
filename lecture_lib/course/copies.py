"""The reader's own notebooks: copies that are made once, kept as the reader left them, and told of new editions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

RECORD = ".editions.json"
"""The file in the folder that says from which edition each copy was made: name → sha256 of its bytes."""


def lay_out(editions: Mapping[str, bytes], folder: Path) -> list[str]:
    """Bring a reader's folder up to date without touching what the reader wrote.

    A notebook that is missing is copied. Where there is a new edition, a copy that is still as it was laid there is
    renewed; a copy that the reader has changed stays, and the new edition is laid beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = _record(folder)
    copied, renewed, beside = [], [], []
    for name, content in editions.items():
        path, digest = folder / name, sha256(content).hexdigest()
        if not path.exists():
            copied.append(name)
        elif known.get(name, digest) == digest:
            continue
        elif sha256(path.read_bytes()).hexdigest() == known[name]:
            renewed.append(name)
        else:
            path = _free(path)
            beside.append(path.name)
        path.write_bytes(content)
        known[name] = digest
    if copied or renewed or beside:
        (folder / RECORD).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    told = [
        ("Copied to {folder}: {names}.", copied),
        ("Renewed in {folder}, since you had not changed them: {names}.", renewed),
        ("New editions lie in {folder} beside your own notebooks, which stay as they are: {names}.", beside),
    ]
    return [line.format(folder=folder, names=_listed(names)) for line, names in told if names]


def unspoiled(content: bytes) -> bytes:
    """A notebook without the outputs that a Predict announces, so that nothing is seen before it is asked for."""
    notebook = json.loads(content)
    asked = False
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            asked = "**Predict" in "".join(cell["source"])
        elif asked:
            cell["outputs"], cell["execution_count"] = [], None
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def set_aside(folder: Path) -> Path | None:
    """Rename a reader's folder, so that the next one starts anew."""
    if not folder.exists():
        return None
    number = 1
    while (kept := folder.with_name(f"{folder.name}-before-{number}")).exists():
        number += 1
    return folder.rename(kept)


def _record(folder: Path) -> dict[str, str]:
    """What the record says; nothing where it is missing or damaged."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: digest for name, digest in record.items() if isinstance(digest, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def _free(path: Path) -> Path:
    """A name for a new edition beside a notebook, which no file has."""
    number, free = 2, path.with_stem(f"{path.stem}_new")
    while free.exists():
        free = path.with_stem(f"{path.stem}_new{number}")
        number += 1
    return free


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} notebooks"
