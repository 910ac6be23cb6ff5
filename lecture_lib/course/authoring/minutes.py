"""How long a notebook takes: counted from its words, its lines of code and its exercises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from lecture_lib.course.sets import CHECK

WORDS, LINES, EXERCISE = 200, 12, 5
"""Words and lines of code read in a minute; minutes for an exercise."""
LONGEST_ROAD = 60
"""Minutes of a main road, at most."""
SIDE_ROAD = "Side road: "
HEADING = re.compile(r"(#+) +(.*)")
HIDDEN = re.compile(r"<details>.*?</details>", re.DOTALL)


@dataclass(frozen=True)
class Minutes:
    """How long the main road of a notebook takes, and how long its side roads."""

    main: float
    side: float


def minutes(notebook: NotebookNode) -> Minutes:
    """Count a notebook: 200 words or 12 lines of code a minute, 5 minutes an exercise.

    What is folded in ``<details>`` and what is skipped on slides (links, installation) does not count. An answer cell
    counts as its exercise.

    Args:
        notebook: as nbformat reads it.

    Returns:
        The minutes of the main road, and of the sections whose heading begins with "Side road: ".

    Example:
        >>> from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
        >>> prose, answer = new_markdown_cell("word " * 400), new_code_cell("answer = ...\\ncheck('01-a', answer)")
        >>> more = [new_markdown_cell("## Side road: more\\n"), new_code_cell(answer.source)]
        >>> minutes(new_notebook(cells=[prose, answer, *more]))
        Minutes(main=7.0, side=5.02)
    """
    found = {True: 0.0, False: 0.0}
    for cell, side in with_roads(notebook):
        found[side] += _minutes(cell)
    return Minutes(found[False], found[True])


def with_roads(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, bool]]:
    """Each cell, and whether it lies on a side road."""
    level = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := HEADING.match(cell.source)):
            if level and len(heading[1]) <= level:
                level = 0
            if heading[2].startswith(SIDE_ROAD):
                level = len(heading[1])
        yield cell, level > 0


def stated(number: float) -> int:
    """Minutes as a title says them: in fives."""
    return 5 * round(number / 5)


def _minutes(cell: NotebookNode) -> float:
    if cell.metadata.get("slideshow", {}).get("slide_type") == "skip":
        return 0.0
    if cell.cell_type == "markdown":
        return len(HIDDEN.sub("", cell.source).split()) / WORDS
    exercises = len(CHECK.findall(cell.source))
    if exercises:
        return float(EXERCISE * exercises)
    return sum(1 for line in cell.source.splitlines() if line.strip()) / LINES
