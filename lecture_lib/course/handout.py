"""A copy of the notebooks for students: nothing has run yet, and solutions can be left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.execute import read_notebook

SOLUTION = re.compile(r"\n*<details>\s*<summary>\s*Solution\s*</summary>.*?</details>", re.DOTALL)


LAUNCH = re.compile(r"\*Open this notebook in the cloud or see its source:\*")
LINK = re.compile(r"\[([^\]]*)\]\(([\w-]+\.ipynb)(#[^)]*)?\)")
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
) -> list[Path]:
    """Write a student's copy of notebooks into a folder.

    Args:
        paths: the notebooks.
        folder: where the copies go; made when missing. Nothing in it is overwritten.
        solutions: keep the worked solutions below the exercises; hints stay in any case.
        links: keep the line that opens the public notebook, with its solutions, in the cloud.
        base_url: where the copies will lie on the web; the line then leads there instead.
        address: of the course, for the line that names license and source.

    Returns:
        The files written, in the order of ``paths``.

    Raises:
        FileExistsError: one of the files is there already; nothing is written then.
        ValueError: a file is not a notebook.
    """
    names = {path.name for path in paths}
    copies = {}
    for path in paths:
        notebook = student_copy(read_notebook(path), solutions)
        if base_url is not None or not links:
            _relink(notebook, path.name, base_url)
        copies[folder / path.name] = _attributed(_without_dead_links(notebook, names), address)
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


def _without_dead_links(notebook: NotebookNode, names: Collection[str]) -> NotebookNode:
    """Links to notebooks that are not handed out become plain text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda link: link[0] if link[2] in names else link[1], cell.source)
    return notebook


def _attributed(notebook: NotebookNode, address: str) -> NotebookNode:
    """A last line that says whose work it is and under which licenses; it has to stay in every copy."""
    if address and not any(cell.id == "attribution" for cell in notebook.cells):
        source = ATTRIBUTION.format(address=address)
        notebook.cells.append(nbformat.v4.new_markdown_cell(source, id="attribution"))
    return notebook
