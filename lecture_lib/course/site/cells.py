"""A notebook as the body of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, pass_context
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.place import Place
from lecture_lib.course.site.markdown import Renderer, markdown, plain
from lecture_lib.course.site.outputs import Slots, prepare
from lecture_lib.course.site.questions import ask

TEMPLATES = Path(__file__).parent / "templates"
MINUTES = re.compile(r"\*\*Takes\*\* about (\d+) minutes")

GOAL = re.compile(r'<p class="goal"><strong>Goal\.</strong>(.*?)</p>', flags=re.S)

FORMS = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
"""The templates of what stands inside a cell."""

FIRST = re.compile(r"(<h1\b[^>]*>)(\d\d) ")


NOWHERE: Mapping[str, Place] = {}


@dataclass(frozen=True)
class Lesson:
    """A notebook ready for its page.

    Attributes:
        stem: its file's name without the ending, which is also its page's.
        title: its first heading, as HTML.
        body: its cells as HTML, that heading included.
        headings: the level, id and HTML of every heading.
        minutes: how long it takes, if it says so.
        exercises: the ids of its exercises, in order.
        goal: what it is for, in plain words, if it says so.
        frames: what its widgets need beside the page, by name.
        live: its pictures that answer, by the name of their numbers.
    """

    stem: str
    title: str
    body: str
    headings: tuple[tuple[int, str, str], ...]
    minutes: int | None
    exercises: tuple[str, ...] = ()
    goal: str = ""
    frames: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, Live] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The two digits of its place in the course, or nothing."""
        return self.stem[:2] if self.stem[:2].isdigit() else ""

    @property
    def name(self) -> str:
        """Its title without number and formulas' tags."""
        return plain(self.title).removeprefix(self.number).strip()


def lesson(notebook: NotebookNode, stem: str, places: Mapping[str, Place] = NOWHERE) -> Lesson:
    """Render a notebook, with pictures that answer at some of its cells."""
    slots, renderer = Slots(), Renderer()
    # The cell that installs the course on a machine in the cloud has no part on a page.
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-install")]
    exercises = ask(notebook, slots, FORMS)
    prepare(notebook, slots, places)
    body, _ = CellExporter(renderer).from_notebook_node(notebook)
    first = next((text for level, _, text in renderer.headings if level == 1), stem)
    found = MINUTES.search("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))
    minutes = int(found[1]) if found else None
    body = FIRST.sub(r'\1<span class="number">\2</span> ', slots.fill(body), count=1)
    return Lesson(
        stem, first, body, tuple(renderer.headings), minutes, exercises, _goal(body), slots.frames, slots.live
    )


def _goal(body: str) -> str:
    found = GOAL.search(body)
    return re.sub(r"\s+", " ", plain(found[1])).strip() if found else ""


class CellExporter(HTMLExporter):
    """nbconvert with the course's own template, and formulas left as TeX."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        super().__init__(template_name="notebook", extra_template_basedirs=[str(TEMPLATES)])

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """A cell's or an output's Markdown as HTML."""
        self.renderer.attachments = context.get("cell", {}).get("attachments", {})
        return markdown(source, self.renderer)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **settings: Any
    ) -> tuple[str, Any]:
        """The cells as HTML, straight from the template: nbconvert would parse all of it once more."""
        kinds = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", kinds)
        return TemplateExporter.from_notebook_node(self, nb, resources, **settings)

    def default_filters(self) -> Any:
        """nbconvert's filters, Python in colors, and formulas of outputs."""
        yield from super().default_filters()
        yield "highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self)
        yield "tex", tex


def tex(source: str) -> str:
    """The formula of an output of type ``text/latex``.

    Example:
        >>> tex("$$x^2$$")
        'x^2'
    """
    return source.strip().strip("$").strip()
