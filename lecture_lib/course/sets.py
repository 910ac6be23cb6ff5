"""Which exercises a notebook sets, and which notebook a copy is of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from lecture_lib.course.errors import CourseError
from lecture_lib.course.execute import read_notebook
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.own import own_exercises

CHECK = re.compile(r"""(?<![\w#])check\(\s*(?:name\s*=\s*)?["']([\w-]+)["']""")
VARIANT = re.compile(r"""^variant\(["']([^"'\n]*)["']\)""", re.MULTILINE)


def original_of(path: Path, notebook: NotebookNode, exercises: Mapping[str, list[str]]) -> str:
    """Which of the course's notebooks a returned one is: the one whose exercises it checks.

    Where it checks none, the number at the beginning of its title says so, or else that in its name.
    """
    checked = set(exercises_in(notebook))
    shared = Counter({stem: len(checked & set(ids)) for stem, ids in exercises.items()})
    (best, count), *_ = shared.most_common(1) or [("", 0)]
    if count:
        return best
    title = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    for text in (title.lstrip("# "), path.stem):
        if (number := re.match(r"\d\d(?!\d)", text)) and (fits := [s for s in exercises if s.startswith(number[0])]):
            return fits[0]
    return ""


def exercises_in(notebook: NotebookNode) -> list[str]:
    """The exercises that a notebook sets."""
    found = [name for cell in notebook.cells if cell.cell_type == "code" for name in CHECK.findall(cell.source)]
    return list(dict.fromkeys(found))


def variant_in(sources: Sequence[str]) -> str:
    """The code of the copy that cells of code come from; "" where no line tells it."""
    return next((found[1] for source in sources if (found := VARIANT.search(source))), "")


def exercises_of_all(originals: Sequence[Path]) -> list[str]:
    """The exercises that several notebooks set, in order."""
    return [name for path in originals for name in exercises_in(read_notebook(path))]


def own_of(path: Path) -> tuple[Exercise, ...]:
    """The exercises of a teacher's module; a command says in a line what is wrong with it."""
    try:
        return own_exercises(path)
    except ValueError as error:
        raise CourseError(str(error)) from error
