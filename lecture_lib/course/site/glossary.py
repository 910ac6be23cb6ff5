"""The glossary of symbols, collected from the tables in which the notebooks introduce them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from nbformat import NotebookNode

from lecture_lib.course.site.cells import Lesson
from lecture_lib.course.site.markdown import inline
from lecture_lib.course.site.road import rows_of

HEAD = re.compile(r"^\|\s*symbol\s*\|", flags=re.M)
Entry = tuple[str, str, str, str]
"""Symbol, meaning, shape in mathematics, array in code; all in Markdown."""


def entries(notebook: NotebookNode) -> list[Entry]:
    """The symbols that a notebook introduces."""
    found: list[Entry] = []
    for cell in notebook.cells:
        start = HEAD.search(cell.source) if cell.cell_type == "markdown" else None
        for row in rows_of(cell.source[start.start() :])[1:] if start else []:
            symbol, meaning, shape, code = [*row, "", "", ""][:4]
            found.append((symbol, meaning, shape, code))
    return found


def glossary(notebooks: Mapping[str, NotebookNode], lessons: Mapping[str, Lesson]) -> str:
    """The glossary as HTML: a row for every symbol and meaning, with the notebooks that use it so."""
    where: dict[str, dict[Entry, list[str]]] = {}
    for stem, notebook in notebooks.items():
        for entry in entries(notebook):
            where.setdefault(sorting(entry[0]), {}).setdefault(entry, []).append(stem)
    rows = []
    for found in dict(sorted(where.items(), key=lambda one: order(one[0]))).values():
        for k, (entry, stems) in enumerate(found.items()):
            links = ", ".join(_link(lessons[stem]) for stem in stems)
            cells = [inline(cell) for cell in entry]
            first = "" if k else f' id="symbol-{html.escape(sorting(entry[0]))}"'
            rows.append(f"<tr{first}><td>{'</td><td>'.join(cells)}</td><td>{links}</td></tr>")
    head = "".join(f"<th>{name}</th>" for name in ("symbol", "meaning", "shape", "in code", "notebook"))
    return f'<div class="wide full"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def sorting(symbol: str) -> str:
    """The letters of a symbol, by which it is found.

    Example:
        >>> sorting(r"$\\\\nabla_W\\\\, s$")
        'nabla_Ws'
    """
    return re.sub(r"\\[,;: ]|[$\\{}\s]", "", symbol)


def order(name: str) -> tuple[bool, str, str]:
    """The place of a symbol in the glossary: our alphabet without regard to size, then Greek by name, and signs."""
    foreign = len(re.match(r"[A-Za-z]*", name)[0]) > 1  # type: ignore[index]
    return foreign or not name[:1].isalpha(), name.lower(), name


def _link(lesson: Lesson) -> str:
    return f'<a href="{lesson.stem}.html" title="{html.escape(lesson.name)}">{lesson.number or lesson.name}</a>'
