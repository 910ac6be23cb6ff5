"""A site for the tests: the stored notebooks of the course, and two that were run for it, with every kind of widget.

What the demonstration shows is made again by a module of tests/show, which can be imported by name.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture_lib.course.execute import find_notebooks, read_notebook
from lecture_lib.course.site.build import copy_notebooks, executed, write_pages

sys.path.append(str(Path(__file__).parents[1]))
DEMONSTRATION = Path(__file__).parents[1] / "show" / "demonstration.ipynb"

FEATURES = [
    new_markdown_cell("# 91 Features\n\n**Goal.** Show $x^\\top$ and `code`."),
    new_markdown_cell("## Where the needle lies\n\nNo other section holds the words that a test looks for: a *needle* in a haystack."),
    new_markdown_cell(
        "## A formula: $\\delta$\n\n<!-- eq: some-id -->\n$$\\underbrace{W}_{n \\times m} x = "
        "\\begin{cases} 1 & a < b \\\\ 0 & \\text{else} \\end{cases}$$\n\n"
        "\\begin{align} a &= b \\\\ &= c \\end{align}\n\n**Predict.** Which one?"
    ),
    new_markdown_cell(
        "## Exercise\n\nSee [the map](00_start_here.ipynb#The-map).\n\n<details><summary>Hint</summary>\n\n"
        "The shape is $n \\times m$, **not** $m \\times n$.\n\n</details>"
    ),
    new_markdown_cell("## Exercise\n\n| a | b |\n|---|---|\n| $x$ | `a` |"),
    new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2], color='#0060A8', label='train')\nplt.legend()\nplt.show()"),
    new_code_cell("plt.imshow([[1, 2]])\nplt.show()"),
    new_code_cell("from IPython.display import Latex, Markdown\nLatex(r'$$\\nabla_W s = \\delta x^\\top$$')"),
    new_code_cell("Markdown('A **bold** $\\\\sigma(z)$')"),
    new_code_cell("from lecture_lib import matcalc as mc\nW, x = mc.symbols('W:n*m x:m')\nmc.norm(W @ x)"),
    new_code_cell("import sys\nprint('<b>&', file=sys.stderr)\n'text <tag>'"),
    new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
    new_code_cell("from lecture_lib.exercises import check\ncheck('05-paper-b', ...)", id="on-paper"),
]  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site; one process builds it, and the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder, done = shared / "site", shared / "site-is-built"
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + 900
        while not done.exists():
            assert time.monotonic() < deadline, "another process did not finish the site"
            time.sleep(0.2)
        return folder
    notebooks = shared / "site-notebooks"
    notebooks.mkdir()
    nbformat.write(new_notebook(cells=FEATURES), notebooks / "91_features.ipynb")
    (notebooks / "90_demonstration.ipynb").write_bytes(DEMONSTRATION.read_bytes())
    stored = {path.stem: read_notebook(path) for path in find_notebooks()}
    runs = list(executed(sorted(notebooks.glob("*.ipynb"))))
    assert [run.error for run in runs] == [None, None]
    copy_notebooks([*find_notebooks(), *notebooks.glob("*.ipynb")], folder / "notebooks")
    named = os.environ.get("LECTURE_LIB_PYODIDE")
    write_pages(stored | {run.path.stem: run.notebook for run in runs}, folder, Path(named) if named else None)
    done.touch()
    return folder


MOVED = """window.moved = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
"""How far the page has moved, but for what the reader did."""

SHIFTS = (
    "window.shifts = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifts += one.value)))"
    ".observe({ type: 'layout-shift', buffered: true });"
)
"""How far the page has moved, whatever the reader did."""


def aborted(request: Any) -> bool:
    """Whether the page was left before a request was done."""
    return request.failure == "net::ERR_ABORTED"


@contextmanager
def opened(chromium: Any, **options: Any) -> Iterator[Any]:
    """A page of a browser without a network, which keeps a list of all it asked for and of all that went wrong."""
    context = chromium.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    page.asked, page.wrong = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("requestfailed", lambda request: aborted(request) or page.wrong.append(f"failed: {request.url}"))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda line: page.wrong.append(line.text) if line.type in ("error", "warning") else None)
    try:
        yield page
    finally:
        context.close()
