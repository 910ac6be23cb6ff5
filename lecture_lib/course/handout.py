"""A copy of the notebooks for students: nothing has run yet, and solutions can be left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.execute import read_notebook, runs
from lecture_lib.course.relink import with_working_links
from lecture_lib.course.sets import exercises_in
from lecture_lib.exercises.own import own_exercises

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
) -> list[Path]:
    """Write a student's copy of notebooks into a folder."""
    stems = {path.stem for path in paths}
    copies: dict[Path, NotebookNode] = {}
    for path in paths:
        notebook = student_copy(read_notebook(path), solutions)
        if base_url is not None or not links:
            _relink(notebook, path.name, base_url)
        notebook = _knowing(with_working_links(notebook, stems), own)
        copies[folder / path.name] = _attributed(notebook, address)
    files: dict[Path, str] = {path: nbformat.writes(notebook) + "\n" for path, notebook in copies.items()}
    if own is not None:
        files[folder / own.name] = own.read_text(encoding="utf-8")
    there = [path.name for path in files if path.exists()]
    if there:
        raise FileExistsError(
            f"{folder} already holds {', '.join(there)}: name another folder, or move these away first. "
            "Nothing was written."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(files)


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


def _knowing(notebook: NotebookNode, own: Path | None) -> NotebookNode:
    """Where a notebook sets exercises of one's own, its first cell of code says where they are."""
    if own is not None and {exercise.id for exercise in own_exercises(own)} & set(exercises_in(notebook)):
        source = f'from lecture_lib.exercises import add_exercises\n\nadd_exercises("{own.name}")'
        first = next(k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code" and runs(cell))
        notebook.cells.insert(first, nbformat.v4.new_code_cell(source, id="own-exercises"))
    return notebook


def _attributed(notebook: NotebookNode, address: str) -> NotebookNode:
    """A last line that says whose work it is and under which licenses; it has to stay in every copy."""
    if address and not any(cell.id == "attribution" for cell in notebook.cells):
        source = ATTRIBUTION.format(address=address)
        notebook.cells.append(nbformat.v4.new_markdown_cell(source, id="attribution"))
    return notebook
