"""The generated parts of every notebook: launch links, the installing cell, its minutes, how it cuts into slides.

They are written by `python -m lecture_lib stamp`, and a test finds a notebook that was not stamped. The address of the
course stands in `[project.urls]` of pyproject.toml and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import metadata
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from nbformat import NotebookNode

from lecture_lib.course.authoring.minutes import minutes, stated
from lecture_lib.course.execute import read_notebook
from lecture_lib.places import checkout

BRANCH = "main"
MINUTES = re.compile(r"about \d+ minutes")

INSTALL = """\
from importlib.util import find_spec

if find_spec("lecture_lib") is None:  # as on a fresh machine in the cloud
    %pip install --quiet {requirement}"""


@cache
def address() -> str:
    """Where the course's repository is, as `[project.urls]` says.

    Example:
        >>> address().startswith("https://")
        True
    """
    root = checkout()
    if root is not None:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["urls"]["Source"])
    labeled = dict(line.split(", ", 1) for line in metadata("lecture_lib").get_all("Project-URL") or ())
    return labeled["Source"]


def requirement() -> str:
    """What pip installs where the course is missing.

    Example:
        >>> requirement().startswith('"lecture_lib[notebooks] @ git+https://')
        True
    """
    return f'"lecture_lib[notebooks] @ git+{address()}@{BRANCH}"'


def links(name: str) -> dict[str, str]:
    """Where a notebook can be opened without installing anything.

    Example:
        >>> sorted(links("00_start_here.ipynb"))
        ['Binder', 'Colab', 'Source']
    """
    path = f"notebooks/{name}"
    project = urlsplit(address()).path.strip("/")
    return {
        "Binder": f"https://mybinder.org/v2/gh/{project}/{BRANCH}?urlpath=lab/tree/{path}",
        "Colab": f"https://colab.research.google.com/github/{project}/blob/{BRANCH}/{path}",
        "Source": f"{address()}/blob/{BRANCH}/{path}",
    }


def launch_line(name: str) -> str:
    """The line of links that stands below a notebook's title."""
    found = links(name)
    where = " · ".join(f"[{label}]({address})" for label, address in found.items())
    return f"*Open this notebook in the cloud or see its source:* {where}"


def stamped(notebook: NotebookNode, name: str, needs: str | None = None) -> NotebookNode:
    """A notebook with its generated parts as they should be."""
    number = name[:2]
    ours = {f"{number}-launch", f"{number}-install"}
    title, *rest = [cell for cell in notebook.cells if cell.id not in ours]
    kept = next((cell for cell in notebook.cells if cell.id == f"{number}-install"), None)
    source = INSTALL.format(requirement=needs or requirement())
    if kept is None or kept.source != source:
        kept = nbformat.v4.new_code_cell(source, id=f"{number}-install")
    launch = nbformat.v4.new_markdown_cell(launch_line(name), id=f"{number}-launch")
    notebook.cells = [title, launch, kept, *rest]
    for cell in notebook.cells:
        cell.metadata["slideshow"] = {"slide_type": slide_type(cell, first=cell is title, generated=cell.id in ours)}
    return notebook


def slide_type(cell: NotebookNode, first: bool = False, generated: bool = False) -> str:
    """How a cell appears in the slides view."""
    if generated:
        return "skip"
    if cell.cell_type == "code":
        return "fragment"
    if first or re.match(r"##? ", cell.source):
        return "slide"
    if cell.source.startswith("<details>"):
        return "notes"
    return "subslide" if cell.source.startswith("### ") or "**Predict.**" in cell.source else "-"


def stamp(paths: Sequence[Path]) -> list[Path]:
    """Write the generated parts into notebooks."""
    changed = []
    for path in paths:
        before = path.read_text(encoding="utf-8")
        notebook = stamped(read_notebook(path), path.name)
        notebook.cells[0].source = MINUTES.sub(f"about {_stated(notebook)} minutes", notebook.cells[0].source)
        after = nbformat.writes(notebook) + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def stamp_readme(readme: Path, paths: Sequence[Path]) -> None:
    """Write the minutes of notebooks into README's table."""
    text = readme.read_text(encoding="utf-8")
    for path in paths:
        row = re.compile(rf"(\(notebooks/{re.escape(path.name)}\).*\| )\d+( \|)$", re.MULTILINE)
        text = row.sub(rf"\g<1>{_stated(read_notebook(path))}\g<2>", text)
    readme.write_text(text, encoding="utf-8", newline="\n")


def _stated(notebook: NotebookNode) -> int:
    return stated(minutes(notebook).main)
