"""A copy of the notebooks for students: nothing has run yet, and solutions can be left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.errors import CourseError
from lecture_lib.course.execute import read_notebook, runs
from lecture_lib.course.own_numbers import with_own_numbers
from lecture_lib.course.relink import with_working_links
from lecture_lib.course.report import Student, folders_of
from lecture_lib.course.sets import exercises_in, own_of
from lecture_lib.exercises.bank import all_exercises
from lecture_lib.exercises.exercise import Exercise

SOLUTION = re.compile(r"\n*<details>\s*<summary>\s*Solution\s*</summary>.*?</details>", re.DOTALL)


LAUNCH = re.compile(r"\*Open this notebook in the cloud or see its source:\*")
ATTRIBUTION = (
    "*From [lecture_lib]({address}), a course on backpropagation by the lecture_lib authors. Text and pictures: "
    "[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), code: MIT License.*"
)


def handout(
    paths: Sequence[Path],
    folder: Path,
    solutions: bool = True,
    links: bool = True,
    base_url: str | None = None,
    address: str = "",
    own: Path | None = None,
    students: Sequence[Student] = (),
) -> list[Path]:
    """Write a student's copy of notebooks into a folder, or one with numbers of its own for each student of a class."""
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file: name a folder for the copies.")
    stems = {path.stem for path in paths}
    plain: dict[str, NotebookNode] = {}
    for path in paths:
        notebook = student_copy(read_notebook(path), solutions)
        if base_url is not None or not links:
            _relink(notebook, path.name, base_url)
        plain[path.name] = _attributed(with_working_links(notebook, stems), address)
    targets = {folder / name: code for name, code in folders_of(students).items()} or {folder: ""}
    names = [*plain, own.name] if own is not None else list(plain)
    files = [target / name for target in targets for name in names]
    there = [str(path.relative_to(folder)) for path in files if path.exists()]
    if there:
        named = ", ".join(there[:5]) + (f" and {len(there) - 5} more" if len(there) > 5 else "")
        raise FileExistsError(
            f"{folder} already holds {named}: name another folder, or move these away first. Nothing was written."
        )
    added = own_of(own) if own is not None else ()
    known = {exercise.id: exercise for exercise in (*all_exercises(), *added)}
    for target, code in targets.items():
        target.mkdir(parents=True, exist_ok=True)
        for name, notebook in plain.items():
            exercises = [known[exercise] for exercise in exercises_in(notebook) if exercise in known]
            needs_own = own if {e.id for e in exercises} & {e.id for e in added} else None
            copy = _copy_of(notebook, exercises, needs_own, code)
            (target / name).write_text(nbformat.writes(copy) + "\n", encoding="utf-8", newline="\n")
        if own is not None:
            (target / own.name).write_text(own.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    return files


def student_copy(notebook: NotebookNode, solutions: bool = True) -> NotebookNode:
    """A notebook as a student starts it.

    Example:
        >>> cell = nbformat.v4.new_markdown_cell("<details><summary>Solution</summary>Yes.</details>", id="06-a")
        >>> student_copy(nbformat.v4.new_notebook(cells=[cell]), solutions=False).cells
        []
    """
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif not solutions:
            text = SOLUTION.sub("", cell.source)
            if text != cell.source and not text.strip():
                continue
            cell.source = text.strip("\n") if text != cell.source else text
        kept.append(cell)
    notebook.cells = kept
    notebook.metadata.pop("widgets", None)
    return notebook


def _relink(notebook: NotebookNode, name: str, base_url: str | None) -> None:
    """Let the line of links lead to the copy, or leave it out."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and LAUNCH.search(cell.source):
            if base_url is None:
                continue
            cell.source = f"*This notebook on the web:* [{name}]({base_url.rstrip('/')}/{name})"
        kept.append(cell)
    notebook.cells = kept


def _copy_of(notebook: NotebookNode, exercises: Sequence[Exercise], own: Path | None, code: str) -> NotebookNode:
    """One copy, whose first cell of code says where exercises of one's own are, and which numbers are asked for."""
    notebook = deepcopy(notebook)
    lines = [f'add_exercises("{own.name}")'] if own is not None else []
    if code and any(exercise.variants for exercise in exercises):
        notebook = with_own_numbers(notebook, exercises, code)
        lines.append(f'variant("{code}")')
    if lines:
        names = ", ".join(line.partition("(")[0] for line in lines)
        source = "\n".join([f"from lecture_lib.exercises import {names}", "", *lines])
        first = next(k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code" and runs(cell))
        notebook.cells.insert(first, nbformat.v4.new_code_cell(source, id="own-exercises"))
    return notebook


def _attributed(notebook: NotebookNode, address: str) -> NotebookNode:
    """A last line that says whose work it is and under which licenses; it has to stay in every copy."""
    if address and not any(cell.id == "attribution" for cell in notebook.cells):
        source = ATTRIBUTION.format(address=address)
        notebook.cells.append(nbformat.v4.new_markdown_cell(source, id="attribution"))
    return notebook
