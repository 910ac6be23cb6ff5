"""The registry of displayed derivatives: id → LaTeX → the numbers that prove it.

A notebook shows a derivative, a gradient or an error signal like this, the id in a comment on a line of its own before
the dollar signs (readers never see it)::

    <!-- eq: grad-W -->
    $$\\nabla_W J = \\delta x^\\top$$

`find_faults` lists displays without an id, ids without an entry here, entries whose LaTeX differs from the notebook's,
and ids that come twice in one notebook. The LaTeX itself is what is computed, so text and proof cannot drift apart:
its sides are evaluated on random numbers with unequal sizes and a random gradient from above, and every derivative in
it is found by wiggling. Each notebook has a module with the equations that it displays first; a symbol that no setting
knows gets a setting of its own: a function that draws its numbers.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.places import modules_of

DISPLAY = re.compile(r"(?:<!--\s*eq:\s*(?P<id>[^\s>]*)\s*-->\s*)?\$\$(?P<latex>.+?)\$\$", re.DOTALL)
DERIVATIVE = re.compile(
    r"\\partial|\\nabla|\\delta|\\Delta|'|\\[dt]?frac\{(?:\\mathrm\{d\}|d)[^{}]*\}\s*\{(?:\\mathrm\{d\}|d)"
)
# JupyterLab would show these too, and nothing would look at them.
OTHER_DISPLAY = re.compile(r"(?<!\\)\\\[|\\begin\{(?:equation|align|gather|multline)\*?\}")

FOLDER = "lecture_lib/course/authoring/equations/"
REGISTRY: tuple[Equation, ...] = tuple(
    equation
    for name in modules_of(__name__)
    if re.fullmatch(r"nb\d\d", name)
    for equation in import_module(f"{__name__}.{name}").EQUATIONS
)


def prose(notebook: Path) -> Iterator[tuple[str, str]]:
    """The id of every Markdown cell and its text without code fences."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield cell["id"], re.sub(r"```.*?```", "", "".join(cell["source"]), flags=re.DOTALL)


def displays(notebook: Path) -> Iterator[tuple[str, str | None, str]]:
    """The displayed equations of a notebook."""
    for cell, text in prose(notebook):
        for found in DISPLAY.finditer(text):
            yield cell, found["id"], found["latex"]


def find_faults(notebook: Path, registry: tuple[Equation, ...] = REGISTRY) -> list[str]:
    """What keeps the displayed derivatives of a notebook from being proved."""
    known = {equation.id: equation for equation in registry}
    by_latex = {squeezed(equation.latex): equation.id for equation in registry}
    faults = [
        f"{cell}: write displayed mathematics between $$ and $$, not as {found.group()}"
        for cell, text in prose(notebook)
        if (found := OTHER_DISPLAY.search(DISPLAY.sub("", text)))
    ]
    seen = set()
    for cell, name, latex in displays(notebook):
        if name is None:
            if DERIVATIVE.search(latex):
                fits = by_latex.get(squeezed(latex))
                advice = f"<!-- eq: {fits} -->" if fits else f"<!-- eq: … --> and an entry in {FOLDER}"
                faults.append(f"{cell}: {squeezed(latex)} has no id: put {advice} before it")
        elif name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.0)
            faults.append(f"{cell}: there is no equation {name!r}; did you mean {near[0] if near else None!r}?")
        elif squeezed(latex) != squeezed(known[name].latex):
            faults.append(
                f"{cell}: {name} reads {squeezed(latex)} here and {squeezed(known[name].latex)} in the registry"
            )
        elif name in seen:
            faults.append(f"{cell}: {name} is displayed twice")
        seen.add(name)
    return faults


def squeezed(latex: str) -> str:
    """LaTeX with white space only where a command ends in it.

    Example:
        >>> squeezed(r"W ^\\top  \\delta x")
        'W^\\\\top\\\\delta x'
    """
    text = re.sub(r"\s+", " ", latex).strip()
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", text)
