"""Build the site: run the notebooks with their widgets' frames, then write pages, tables, search and reference."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from lecture_lib.course.execute import CELL_TIMEOUT, Execution, execute_notebooks, read_notebook
from lecture_lib.course.relink import with_working_links
from lecture_lib.course.site.assets import write_assets
from lecture_lib.course.site.cells import Lesson, lesson
from lecture_lib.course.site.distribution import distribution
from lecture_lib.course.site.extras import PREVIEW, SHEET, add_pdf, cheat_sheet, sitemap, teachers, write_preview
from lecture_lib.course.site.glossary import glossary
from lecture_lib.course.site.live.live import loaded, write_live
from lecture_lib.course.site.live.places import PLACES
from lecture_lib.course.site.live.window import window
from lecture_lib.course.site.markdown import markdown
from lecture_lib.course.site.outputs import script_json, write_frames
from lecture_lib.course.site.pages import Page, Way, environment, front, render
from lecture_lib.course.site.reference import reference
from lecture_lib.course.site.road import Chapter, road
from lecture_lib.course.site.run import code_cells, table
from lecture_lib.course.site.search import Section, script, sections
from lecture_lib.course.site.symbols import symbols, told
from lecture_lib.course.site.tables import FAMILIES, matrix_identities, operations
from lecture_lib.course.site.wheel import write_python
from lecture_lib.show.widgets.packed import VARIABLE

SETTINGS = """c = get_config()  # noqa: F821
c.InlineBackend.figure_formats = {"svg", "retina"}
"""
"""The kernels' settings: plots as lines, which stay sharp and take the page's colors; as pixels for the rest."""

SYMBOLS = """
Every symbol with its meaning and shape, from the tables in which the notebooks introduce them. The last column
leads there.
"""
OPERATIONS = """
Each operation of the engine states its local derivative once, in one of five families. These tables are printed from
that statement.
"""
IDENTITIES = """
The standard identities of matrix calculus, in the Jacobian form and in the shape convention. Each line comes from the
rules of `lecture_lib.matcalc` and is checked against finite differences; the last column holds the worst relative
error.
"""

HEAVIEST = 3_000_000
"""The bytes that a notebook's page may load."""

LOADED = ("site.css", "katex.js", "site.js")
"""The assets that every page loads; the index of the search waits for a search."""

FRAMES = re.compile(r'data-frames="(\w+)"')
ANSWERS = re.compile(r'data-picture="([\w-]+)" data-numbers="([\w-]+)"')

TABLES = (("glossary.html", "Symbols"), ("operations.html", "Operations"), ("identities.html", "Identities"))
EXTRAS = ((SHEET, "Cheat sheet"), ("teachers.html", "For teachers"))


def build_site(paths: Sequence[Path], output: Path, cell_timeout: float = CELL_TIMEOUT, address: str = "") -> bool:
    """Run the notebooks on the data that ship, write the site and print one table.

    With the address at which the site will lie, a map of it for search engines is written too.
    A notebook that fails keeps the outputs that are stored in it.
    """
    begun = time.perf_counter()
    empty(output)
    notebooks: dict[str, NotebookNode] = {}
    results = []
    for result in executed(paths, cell_timeout):
        results.append(result)
        if result.error is None and result.notebook is not None:
            notebooks[result.path.stem] = result.notebook
        else:
            try:
                notebooks[result.path.stem] = read_notebook(result.path)
            except ValueError:
                continue
    ran = time.perf_counter()
    copy_notebooks(paths, output / "notebooks")
    pages = write_pages(notebooks, output, distribution(), address)
    add_pdf(output / SHEET)
    if address:
        files = sorted(path.name for path in output.glob("*.html"))
        _write(output / "sitemap.xml", sitemap(files, f"{address.rstrip('/')}/"))
    written = time.perf_counter() - ran
    print(table(results))
    print(f"{pages} pages: {ran - begun:.0f} s to run the notebooks, {written:.0f} s to write")
    weights = {stem: weight(output / f"{stem}.html") for stem in notebooks}
    for stem, found in weights.items():
        if found > HEAVIEST:
            loads = f"{stem}.html loads {found / 1e6:.1f} MB, more than {HEAVIEST / 1e6:g} MB"
            print(f"{loads}: let its widgets offer fewer values")
    print(f"Open {output / 'index.html'}")
    return all(result.error is None for result in results) and max(weights.values(), default=0) <= HEAVIEST


def weight(page: Path) -> int:
    """How many bytes a reader loads for a page: the page, its style sheet and scripts, frames and numbers."""
    assets = page.parent / "assets"
    text = page.read_text(encoding="utf-8")
    frames = [f"frames/{name}.js" for name in FRAMES.findall(text)]
    live = {f"live/{name}" for picture, numbers in ANSWERS.findall(text) for name in loaded(picture, numbers)}
    return sum(path.stat().st_size for path in (page, *(assets / name for name in (*LOADED, *frames, *live))))


def executed(paths: Sequence[Path], cell_timeout: float = CELL_TIMEOUT) -> Iterator[Execution]:
    """Execute notebooks as the site needs them: widgets as frames, plots as SVG, on the data that ship."""
    with _settings() as variables, tqdm(total=sum(map(code_cells, paths)), unit="cell", mininterval=0.5) as bar:

        def show(path: Path) -> None:
            bar.set_description(path.stem, refresh=False)
            bar.update()

        yield from execute_notebooks(
            paths, shipped_data=True, cell_timeout=cell_timeout, on_cell=show, environment=variables
        )


def write_pages(
    notebooks: Mapping[str, NotebookNode], output: Path, python: Path | None = None, address: str = ""
) -> int:
    """Write everything but the notebooks' own files; with the browser's Python, where there is one, cells run."""
    write_assets(output / "assets")
    listed = write_python(python, output / "assets" / "python") if python else ""
    for notebook in notebooks.values():
        with_working_links(notebook, notebooks.keys())
    lessons = {stem: lesson(notebook, stem, PLACES) for stem, notebook in notebooks.items()}
    packages = reference()
    way = Way(
        road(notebooks, list(lessons.values())),
        [*TABLES, *EXTRAS, *((f"{package.stem}.html", package.name) for package in packages)],
    )
    pages = [*_lesson_pages(notebooks, lessons, way.parts), *_table_pages(notebooks, lessons)]
    pages.append(Page(SHEET, "Cheat sheet", cheat_sheet(), "Look up"))
    pages.append(Page("teachers.html", "For teachers", teachers(), "Look up"))
    for package in packages:
        head = f'<h1 id="{package.name}"><code>{package.name}</code></h1>'
        body = f"{head}\n<p>{package.title}.</p>\n{package.body}"
        headings = tuple((path, f"<code>{name}</code>") for path, name in package.names if path.count(".") < 2)
        pages.append(Page(f"{package.stem}.html", package.name, body, "The library", headings=headings))
    write_preview(output / PREVIEW)
    templates = environment(listed, f"{address.rstrip('/')}/{PREVIEW}" if address else PREVIEW)
    found: list[Section] = []
    for page in pages:
        _write(output / page.file, render(page, way, templates))
        found += sections(page.file, page.title, page.body)
    first = window()
    _write(output / "index.html", front(way, first.html(), templates))
    write_frames(
        {name: text for one in lessons.values() for name, text in one.frames.items()}, output / "assets" / "frames"
    )
    live = {name: made for one in lessons.values() for name, made in one.live.items()}
    write_live(live | {first.name: first}, output / "assets" / "live")
    _write(output / "assets" / "search-index.js", script(found))
    return len(pages) + 1


def _lesson_pages(
    notebooks: Mapping[str, NotebookNode], lessons: Mapping[str, Lesson], parts: Sequence[Chapter]
) -> Iterator[Page]:
    """A page for every notebook, each with its neighbors."""
    walked = [(stop.lesson, part.title) for part in parts for stop in part.stops if stop.lesson]
    names = [(f"{one.stem}.html", f"{one.number} {one.name}".strip()) for one, _ in walked]
    titles = {one.stem: f"{one.number} {one.name}".strip() for one in lessons.values()}
    for k, (one, part) in enumerate(walked):
        headings = tuple((name, text) for level, name, text in one.headings if level == 2)
        notes = (
            f'To keep your own copy, <a href="notebooks/{one.stem}.ipynb" download>download the notebook</a>.',
            '<a href="?open">Show all outputs</a>, as a teacher wants them.',
        )  # fmt: skip
        before = names[k - 1] if k else None
        after = names[k + 1] if k + 1 < len(names) else None
        known = symbols(notebooks, one.stem)
        lens = script_json(told(known, titles)) if known else ""
        yield Page(
            f"{one.stem}.html", names[k][1], one.body, part, notes, headings, before, after, names[k][1], one.goal,
            tuple(known), lens,
        )  # fmt: skip


def _table_pages(notebooks: Mapping[str, NotebookNode], lessons: Mapping[str, Lesson]) -> Iterator[Page]:
    """The glossary and the two tables of the library."""
    bodies = {
        "glossary.html": (SYMBOLS, glossary(notebooks, lessons), ()),
        "operations.html": (OPERATIONS, operations(), tuple((name, title) for name, (title, _) in FAMILIES.items())),
        "identities.html": (IDENTITIES, matrix_identities(), ()),
    }
    for file, title in TABLES:
        words, body, headings = bodies[file]
        yield Page(file, title, markdown(f"# {title}\n{words}") + body, "Look up", headings=headings)


def empty(folder: Path) -> None:
    """Make a folder empty, if what is in it is an older site."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "assets" / "site.js").exists():
            raise FileExistsError(f"{folder} holds something else than a site: empty it or name another folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def copy_notebooks(paths: Sequence[Path], folder: Path) -> None:
    """Copy notebooks for readers who want to change the code."""
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder)


@contextmanager
def _settings() -> Iterator[dict[str, str]]:
    """Environment variables with which kernels show what the site needs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        profile = Path(folder, "profile_default")
        profile.mkdir()
        (profile / "ipython_kernel_config.py").write_text(SETTINGS, encoding="utf-8")
        yield {VARIABLE: "1", "IPYTHONDIR": folder}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
