"""Pages to take along: the cheat sheet, and a page for teachers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from lecture_lib.course.site.markdown import linked, markdown
from lecture_lib.course.site.tables import FAMILIES, matrix_identities
from lecture_lib.show.canvas.palette import PALETTE

SHEET = "cheat-sheet.html"
PREVIEW = "preview.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

RULES = r"""
# Cheat sheet

The window network: $z = Wx + b$, $h = f(z)$, $s = u^\top h$, a loss $J$ of $s$. Vectors are columns, and
$e = \partial J/\partial s$.

## The gradients

| of | formula | shape | in code |
|---|---|---|---|
| $\delta = \nabla_z J$ | $e\,(u \circ f'(z))$ | $n \times 1$ | `e * u * slopes` |
| $\nabla_b J$ | $\delta$ | $n \times 1$ | `delta` |
| $\nabla_W J$ | $\delta x^\top$ | $n \times m$ | `np.outer(delta, x)` |
| $\nabla_x J$ | $W^\top \delta$ | $m \times 1$ | `W.T @ delta` |
| $\nabla_u J$ | $e\,h$ | $n \times 1$ | `e * h` |
| down: $\delta^{[1]}$ | $({W^{[2]}}^\top \delta^{[2]}) \circ f'(z^{[1]})$ | $n_1 \times 1$ | `W2.T @ delta2 * slopes` |
| softmax on top | $p - y$ | $K \times 1$ | `p - np.eye(K)[k]` |
| a batch: $\nabla_W J$ | $\Delta^\top X$ | $n \times m$ | `Delta.T @ X` |
| a batch: $\nabla_b J$ | $\Delta^\top 1$ | $n \times 1$ | `Delta.sum(axis=0)` |
| a batch: $\nabla_X J$ | $\Delta W$ | $N \times m$ | `Delta @ W` |

## The shapes

* $\partial y/\partial x$ has a row for each output and a column for each input. Of a number it is a row.
* $\nabla_\theta J$ has the shape of $\theta$. For a vector it is the transpose of the row.
* $\circ$ needs equal shapes. A chain of Jacobians is multiplied from the output's side: the row stays a row.
* A value that is used twice: its gradients add.

## What goes wrong

* A check with square matrices cannot see a transpose. Let all sizes differ.
* A check with an upstream gradient of ones cannot see a wrong order. Draw it at random.
* `(n, 1)` times `(n,)` is `(n, n)`. Print shapes.
* Compare by the relative error, in float64, away from kinks, from both sides.
* Gradients that pile up: clear them before each backward pass.
* A loss that stands still: overfit one batch first, and look at the ratio of update to weight.
"""

TEACHERS = """
# For teachers

## In class

* Add `?open` to a page's address, and every output stands open: [all pages, open](index.html?open). The
  links of an open page lead to open pages.
* The pages need no server and no network. Copy their folder, or open `index.html` from it.
* Printed, a page has all outputs open, and still pictures of its widgets.

## Hand out and grade

| command | what it does |
|---|---|
| `lecture-lib handout copies --without-solutions` | writes the notebooks for students |
| `lecture-lib handout copies 05 06` | these two alone |
| `lecture-lib grade returned` | runs the checks of all returned notebooks: a table, and feedback for each |
| `lecture-lib grade returned --points points.txt` | with points of your own for each exercise |
| `lecture-lib grade returned --roster export.csv --format moodle` | a table that Moodle takes in; `canvas` likewise |

Returned notebooks run with your rights: grade them in a container or on an account of their own.

## What students see

* A wrong answer is told the name of its mistake and one question, never the solution. Hints and the
  solution are closed.
* What is solved stays in the student's browser. *Save to a file* on the front page makes `progress.json`, which the
  notebooks read too.
* Code runs in the browser's own Python. Nothing that a student writes leaves the machine.

## To take along

[The cheat sheet](cheat-sheet.html) is one page on paper.
"""


def cheat_sheet() -> str:
    """The rules of the course, the five families and the standard identities, for one sheet of paper."""
    families = "".join(f"<dt>{title}</dt><dd>{markdown(words)}</dd>" for title, words in FAMILIES.values())
    return (
        f'<div class="sheet">{markdown(RULES)}{linked(2, "families", "The five families")}<dl>{families}</dl>'
        f"{linked(2, 'identities', 'Identities')}{matrix_identities()}</div>"
    )


def teachers() -> str:
    """What a teacher needs: open pages, copies for students, grading."""
    return markdown(TEACHERS)


def write_preview(path: Path) -> None:
    """The picture that a message shows beside a link: the course's name, and what it derives."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.3), facecolor=PALETTE["forward"][0])
    name = ("Backpropagation,", "from matrix calculus", "to software")
    for k, words in enumerate(name):
        figure.text(0.07, 0.74 - 0.15 * k, words, color="white", size=52, weight="bold" if k == 0 else "normal")
    figure.text(0.07, 0.14, r"$\nabla_W\, s = \delta\, x^{\top}$", color="white", size=44)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def write_pdf(page: Path) -> Path | None:
    """Print a page as PDF beside it, if Chromium is installed."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    made = page.with_suffix(".pdf").resolve()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--no-pdf-header-footer",
                 "--virtual-time-budget=5000")  # fmt: skip
        command = [browser, *flags, f"--print-to-pdf={made}", page.resolve().as_uri()]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError):
            return None
    return made if made.exists() else None


def add_pdf(page: Path) -> None:
    """Print a page as PDF where Chromium is installed, and let the page lead to it."""
    if write_pdf(page) is not None:
        text = page.read_text(encoding="utf-8")
        link = f'<p class="take"><a href="{page.with_suffix(".pdf").name}" download>Take it along as PDF</a></p>'
        page.write_text(text.replace("</h1>", f"</h1>{link}", 1), encoding="utf-8", newline="\n")


def sitemap(files: list[str], address: str) -> str:
    """The map of the site for search engines.

    Example:
        >>> "<loc>https://x.org/a.html</loc>" in sitemap(["a.html"], "https://x.org/")
        True
    """
    rows = "".join(f"<url><loc>{address}{file}</loc></url>" for file in files)
    kind = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{kind}">{rows}</urlset>\n'
