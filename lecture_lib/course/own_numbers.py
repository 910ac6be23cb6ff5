"""A student's copy with numbers of its own, where an exercise's answer is a value that follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.sets import CHECK
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.variants import PIECE, new_words, rewritten, varied

EXERCISE = re.compile(r"^### Exercise.*", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>\n?", re.DOTALL)


def with_own_numbers(notebook: NotebookNode, exercises: Iterable[Exercise], code: str) -> NotebookNode:
    """Give each exercise that can vary the numbers of one copy, in its text and its hints; its solution goes."""
    for exercise in exercises:
        other = varied(exercise, code)
        place = _place(notebook.cells, exercise.id)
        if other is not exercise and place is not None:
            words = new_words(exercise, other)
            end = _rewrite_hints(notebook.cells, place + 1, exercise, words)
            _rewrite_task(notebook.cells, place, other, words)
            notebook.cells = [c for k, c in enumerate(notebook.cells) if c.source.strip() or not place < k < end]
    return notebook


def _place(cells: list[NotebookNode], name: str) -> int | None:
    """The cell that checks an exercise."""
    return next((k for k, c in enumerate(cells) if c.cell_type == "code" and name in CHECK.findall(c.source)), None)


def _rewrite_task(cells: list[NotebookNode], place: int, other: Exercise, words: dict[str, str]) -> None:
    """Put the new numbers into the text before the check; where that text says them otherwise, the task is added."""
    missing = set(words)
    start = place
    for k in range(place - 1, -1, -1):
        if cells[k].cell_type == "code" and CHECK.search(cells[k].source):
            break
        if cells[k].cell_type == "markdown" and EXERCISE.search(cells[k].source):
            start = k
            break
    for cell in cells[start:place]:
        if cell.cell_type != "markdown":
            continue
        begin = found.start() if (found := _last(cell.source)) else 0
        missing -= set(PIECE.findall(cell.source[begin:]))
        cell.source = cell.source[:begin] + rewritten(cell.source[begin:], words)
    if missing or start == place:
        cells.insert(place, nbformat.v4.new_markdown_cell(f"**Your numbers:** {other.task}", id=f"numbers-{other.id}"))


def _last(text: str) -> re.Match[str] | None:
    """The last exercise that a text sets, and all that follows in it."""
    found = None
    while (again := EXERCISE.search(text, found.start() + 1 if found else 0)) is not None:
        found = again
    return found


def _rewrite_hints(cells: list[NotebookNode], first: int, exercise: Exercise, words: dict[str, str]) -> int:
    """Keep the hints that hold no number but the task's; the end of what belongs to the exercise."""
    stated = set(PIECE.findall(exercise.task))

    def kept(details: re.Match[str]) -> str:
        numbers = {piece for piece in PIECE.findall(details[2]) if piece[0].isdigit() or piece in words}
        if details[1].strip().startswith("Solution") or not numbers <= stated:
            return ""
        return details[0].replace(details[2], rewritten(details[2], words))

    for k in range(first, len(cells)):
        if cells[k].cell_type == "code":
            return k
        heading = HEADING.search(cells[k].source)
        end = heading.start() if heading else len(cells[k].source)
        head = DETAILS.sub(kept, cells[k].source[:end])
        cells[k].source = (head + cells[k].source[end:]).strip("\n")
        if heading:
            return k + 1
    return len(cells)
