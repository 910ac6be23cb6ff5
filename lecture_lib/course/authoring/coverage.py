"""Which idea of the syllabus is demonstrated in which cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from lecture_lib.course.authoring.syllabus import SYLLABUS, Idea

Cells = dict[str, list[str]]


def covering_cells(notebooks: Iterable[Path]) -> dict[str, Cells]:
    """The cells that claim an idea in their metadata."""
    known = {idea.id for idea in SYLLABUS}
    found: dict[str, Cells] = {}
    for path in notebooks:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for claim in cell["metadata"].get("covers", []):
                if claim not in known:
                    raise ValueError(f"{path.name}, cell {cell['id']}: the syllabus has no idea {claim!r}")
                found.setdefault(claim, {}).setdefault(path.stem, []).append(cell["id"])
    return found


def missing_ideas(notebooks: Sequence[Path]) -> list[Idea]:
    """The ideas whose notebook is written and that no cell claims."""
    written = {path.name[:2] for path in notebooks}
    claimed = covering_cells(notebooks)
    return [idea for idea in SYLLABUS if idea.notebook in written and idea.id not in claimed]


def coverage_table(notebooks: Sequence[Path]) -> str:
    """Lay out the syllabus, one line for each idea and notebook.

    Example:
        >>> print(coverage_table([]).splitlines()[1])
        A1    Named entity recognition, and why a dictionary is not enough              01               planned
    """
    claimed = covering_cells(notebooks)
    missing = missing_ideas(notebooks)
    rows = [("idea", "title", "notebook", "cells")]
    for idea in SYLLABUS:
        places = claimed.get(idea.id)
        if places is None:
            rows.append((idea.id, idea.title, idea.notebook, "missing" if idea in missing else "planned"))
        else:
            heads = [(idea.id, idea.title)] + [("", "")] * (len(places) - 1)
            rows += [(*head, name, ", ".join(cells)) for head, (name, cells) in zip(heads, places.items(), strict=True)]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]]
    return "\n".join(
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
