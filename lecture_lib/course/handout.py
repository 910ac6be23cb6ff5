"""A copy of the notebooks for students: nothing has run yet, and solutions can be left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.execute import read_notebook

SOLUTION = re.compile(r"\n*<details>\s*<summary>\s*Solution\s*</summary>.*?</details>", re.DOTALL)


def handout(paths: Sequence[Path], folder: Path, solutions: bool = True) -> list[Path]:
    """Write a student's copy of notebooks into a folder.

    Args:
        paths: the notebooks.
        folder: where the copies go; made when missing. Nothing in it is overwritten.
        solutions: keep the worked solutions below the exercises; hints stay in any case.

    Returns:
        The files written, in the order of ``paths``.

    Raises:
        FileExistsError: one of the files is there already; nothing is written then.
        ValueError: a file is not a notebook.
    """
    copies = {folder / path.name: student_copy(read_notebook(path), solutions) for path in paths}
    there = [path.name for path in copies if path.exists()]
    if there:
        raise FileExistsError(
            f"{folder} already holds {', '.join(there)}: name another folder, or move these away first. "
            "Nothing was written."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, notebook in copies.items():
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    return list(copies)


def student_copy(notebook: NotebookNode, solutions: bool = True) -> NotebookNode:
    """A notebook as a student starts it.

    Args:
        notebook: as read; it is changed.
        solutions: keep the worked solutions.

    Returns:
        The same notebook without outputs and, if asked for, without solutions.

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
