"""The glossary of symbols, collected from the tables in which the notebooks introduce them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from lecture_lib.course.site.cells import Lesson
from lecture_lib.course.site.markdown import inline
from lecture_lib.course.site.road import rows_of

HEAD = re.compile(r"^\|\s*symbol\s*\|", flags=re.M)
FORMULA = re.compile(r"\$([^$]*)\$")
COMMA = re.compile(r"(?<!\\),(?:\\ |\s)*")
OUTSIDE = re.compile(r"[;,] (?=(?:[^$]*\$[^$]*\$)*[^$]*$)")
"""A comma or semicolon between formulas, not in one."""
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
        for row in entries(notebook):
            for one in each(row):
                stems = where.setdefault(sorting(one[0]), {}).setdefault(one, [])
                if stem not in stems:
                    stems.append(stem)
    rows = []
    for found in dict(sorted(where.items(), key=lambda one: order(one[0]))).values():
        for k, (entry, stems) in enumerate(found.items()):
            links = ", ".join(_link(lessons[stem]) for stem in stems)
            cells = [inline(cell) for cell in entry]
            first = "" if k else f' id="symbol-{html.escape(sorting(entry[0]))}"'
            rows.append(f"<tr{first}><td>{'</td><td>'.join(cells)}</td><td>{links}</td></tr>")
    head = "".join(f"<th>{name}</th>" for name in ("symbol", "meaning", "shape", "in code", "notebook"))
    return f'<div class="wide full"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def each(entry: Entry) -> Iterator[Entry]:
    """An entry for every symbol of a row that introduces several, with its shape and array where the row tells them.

    Example:
        >>> for one in each(("$m,\\\\ x$", "size and input", "a number, $m \\\\times 1$", "`m`; `x`")):
        ...     print(one)
        ('$m$', '$m,\\\\ x$: size and input', 'a number', '`m`')
        ('$x$', '$m,\\\\ x$: size and input', '$m \\\\times 1$', '`x`')
    """
    symbol, meaning, shape, code = entry
    names = [f"${name}$" for formula in FORMULA.findall(symbol) for name in COMMA.split(formula) if name != r"\dots"]
    if len(names) < 2:
        yield entry
        return
    shapes = [part for piece in OUTSIDE.split(shape) for part in _inside(piece)]
    listed = all(FORMULA.fullmatch(part) or "$" not in part for part in shapes)
    if shape.endswith(" each"):
        shapes, listed = [shape.removesuffix(" each")] * len(names), True
    elif shape == "numbers":
        shapes = ["a number"] * len(names)
    codes = next((found for cut in ("; ", ", ") if len(found := re.split(cut + "(?=`)", code)) == len(names)), [])
    if any(re.search(r"`, `[^(]", part) for part in codes):
        codes = []  # Several arrays in one part: the parts are no list of the symbols.
    for k, name in enumerate(names):
        own = shapes[k] if len(shapes) == len(names) and listed else shape
        yield name, f"{symbol}: {meaning}", own, codes[k] if codes else code


def _inside(piece: str) -> list[str]:
    """The shapes of one formula, or the words that stand in its place."""
    found = FORMULA.fullmatch(piece)
    return [f"${part}$" for part in COMMA.split(found[1])] if found else [piece]


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
