"""The map of the course, read from the first notebook: parts, and the notebooks in them, written or to come."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from lecture_lib.course.site.cells import Lesson

LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Stop:
    """One notebook on the map.

    Attributes:
        number: its two digits, or nothing.
        title: its name, in Markdown.
        learn: what one learns there, in Markdown.
        lesson: the notebook, or None while it is not there.
    """

    number: str
    title: str
    learn: str
    lesson: Lesson | None


@dataclass
class Chapter:
    """Some notebooks under one heading."""

    title: str
    stops: list[Stop] = field(default_factory=list)


def road(notebooks: Mapping[str, NotebookNode], lessons: Sequence[Lesson]) -> list[Chapter]:
    """The map of the course."""
    rows = next((rows for notebook in notebooks.values() if (rows := table(notebook))), [])
    there = {lesson.number: lesson for lesson in lessons if lesson.number}
    parts: list[Chapter] = []
    for number, title, learn in rows:
        if not number:
            parts.append(Chapter(title.strip("* ")))
        elif parts:
            parts[-1].stops.append(Stop(number, LINK.sub(r"\1", title), learn, there.get(number)))
    named = [stop.number for part in parts for stop in part.stops]
    others = [lesson for lesson in lessons if lesson.number not in named]
    before = [lesson for lesson in others if lesson.number and named and lesson.number < named[0]]
    after = [lesson for lesson in others if lesson not in before]
    for title, place, found in (("Start", 0, before), ("More" if named else "Notebooks", len(parts) + 1, after)):
        if found:
            parts.insert(place, Chapter(title, [Stop(one.number, one.name, "", one) for one in found]))
    return parts


def table(notebook: NotebookNode) -> list[list[str]]:
    """The rows of a notebook's map."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"^## The map\s*$", cell.source, flags=re.M):
            rows = rows_of(cell.source)
            return [row for row in rows[1:] if len(row) == 3]
    return []


def rows_of(source: str) -> list[list[str]]:
    """The rows of the first table in a text in Markdown, without the line under its head.

    Example:
        >>> rows_of("| a | b |\\n|---|---|\\n| 1 | $|x|$ |")
        [['a', 'b'], ['1', '$|x|$']]
    """
    lines: list[str] = []
    for line in source.splitlines():
        if line.startswith("|"):
            lines.append(line.strip())
        elif lines:
            break
    # A bar inside a formula or between backticks belongs to the cell.
    cut = re.compile(r"(?:\$[^$]*\$|`[^`]*`|[^|])+|(?<=\|)(?=\|)")
    rows = [[cell.strip() for cell in cut.findall(line[1:-1] if line.endswith("|") else line[1:])] for line in lines]
    return [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
