"""Pages: one frame around all of them, with the way through the course beside the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from lecture_lib.course.site.assets import katex, script, stylesheet
from lecture_lib.course.site.cells import Lesson
from lecture_lib.course.site.markdown import inline, linked
from lecture_lib.course.site.mathml import with_mathml
from lecture_lib.course.site.road import Chapter
from lecture_lib.course.site.symbols import Marker, Symbol

COURSE = "Backpropagation, from matrix calculus to software"
ABOUT = (
    "Derive the gradients of a neural network by hand, check them with numbers, and build the software that finds them."
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cstyle%3E"
    "rect%7Bfill:%230060A8%7Dpath%7Bfill:%23fff%7D@media(prefers-color-scheme:dark)%7Brect%7Bfill:%2358B0F2%7D"
    "path%7Bfill:%231E1F26%7D%7D%3C/style%3E"
    "%3Crect width='32' height='32' rx='7'/%3E%3Cpath d='M16 8L26 25H6Z' transform='rotate(180 16 16)'/%3E%3C/svg%3E"
)
"""A nabla on blue, lighter where tabs are dark; without it a browser asks for a file that is not there."""

EMPTY = re.compile(r"<th\b([^>]*)>\s*</th>")


@dataclass(frozen=True)
class Page:
    """A page apart from its frame.

    Attributes:
        file: its name.
        title: in plain words.
        body: its text as HTML, which begins with its heading.
        eyebrow: the small line above the heading.
        notes: small facts below the heading, as HTML.
        headings: id and HTML of its sections, for the way beside the text.
        before: file and title of the page before, if there is one.
        after: file and title of the next page.
        lesson: the notebook's number and name, where the page is one.
        description: what a search engine or a message shows of the page.
        symbols: the symbols that its formulas are marked with.
        lens: what the page tells of them, as a script's JSON.
    """

    file: str
    title: str
    body: str
    eyebrow: str = ""
    notes: tuple[str, ...] = ()
    headings: tuple[tuple[str, str], ...] = ()
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    lesson: str = ""
    description: str = ""
    symbols: tuple[Symbol, ...] = ()
    lens: str = ""


@dataclass(frozen=True)
class Way:
    """What stands beside every text.

    Attributes:
        parts: the map of the course.
        references: file and title of the tables and of the library's pages.
    """

    parts: Sequence[Chapter] = ()
    references: Sequence[tuple[str, str]] = ()


def environment(python: str = "", preview: str = "") -> Environment:
    """Jinja with the templates of this package.

    Args:
        python: the list of Python's files, where cells run.
        preview: the address of the picture that a message shows beside a link to a page.
    """
    made = Environment(
        loader=PackageLoader("lecture_lib.course.site"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["markdown"] = lambda text: Markup(inline(text))
    made.globals |= {"course": COURSE, "icon": ICON, "about": ABOUT, "python": python, "preview": preview}
    made.globals["linked"] = lambda level, name, text: Markup(linked(level, name, text))
    return made


def render(page: Page, way: Way, templates: Environment | None = None) -> str:
    """A page of the site in its frame."""
    return _render("page.html.j2", page=page, way=way, templates=templates)


def front(way: Way, picture: str, templates: Environment | None = None) -> str:
    """The front page: what the course is, and its map."""
    lessons = [stop.lesson for part in way.parts for stop in part.stops if stop.lesson]
    hours = round(sum(lesson.minutes or 0 for lesson in lessons) / 60)
    values = {"page": Page("index.html", COURSE, ""), "way": way, "picture": Markup(picture)}
    return _render("front.html.j2", **values, count=len(lessons), hours=hours, templates=templates)


def single(lesson: Lesson) -> str:
    """A notebook as one file that holds everything it needs."""
    page = Page(f"{lesson.stem}.html", lesson.name, lesson.body)
    inside = {"sheet": Markup(stylesheet(whole=True)), "katex": Markup(katex()), "script": Markup(script())}
    return _render("single.html.j2", page=page, **inside, templates=None)


def _render(name: str, templates: Environment | None, **values: Any) -> str:
    page = (templates or environment()).get_template(name).render(**values)
    # A head without words heads nothing.
    symbols = values["page"].symbols
    return with_mathml(EMPTY.sub(r"<td\1></td>", page), Marker(symbols) if symbols else None)
