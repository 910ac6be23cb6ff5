"""The conclusions of the notebooks, each held against seeds that no reader has seen.

A sentence that an experiment stands behind carries an id, in a comment before it that readers never see, and the
experiment's cell states the condition under the same id::

    <!-- claim: 14-he -->He's start was ahead in 5 of 5 seeds.

    runs = repeated(data.experiment("eight-layers"), seeds=range(5))
    print(runs.conclude("14-he", lambda run: run["relu He train"] < run["relu Xavier train"]))

`find_faults` lists claims that only one of the two states; `rehearse` runs the cells that the conditions need, with
the kept seeds in place of the notebook's.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from lecture_lib.course.site.inside import bindings, free
from lecture_lib.train.repeat import KEPT, rehearsal

CLAIM = re.compile(r"<!--\s*claim:\s*(\S+?)\s*-->")


def claims(notebook: Path) -> list[str]:
    """The ids in a notebook's prose."""
    return [name for kind, text in _cells(notebook) if kind == "markdown" for name in CLAIM.findall(text)]


def conditions(notebook: Path) -> dict[str, int]:
    """The ids in a notebook's code: id → the place of its cell."""
    found: dict[str, int] = {}
    for place, text in _code(notebook).items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "conclude":
                (name, *_) = node.args
                claim = name.value if isinstance(name, ast.Constant) else None
                if not isinstance(claim, str) or claim in found:
                    raise ValueError(f"{notebook.name}, cell {place}: {ast.unparse(name)}; expected a new id in quotes")
                found[claim] = place
    return found


def find_faults(notebook: Path) -> list[str]:
    """Claims without a condition, conditions without a claim, ids that come twice or belong to another notebook."""
    said, proved = claims(notebook), conditions(notebook)
    faults = [f"{name}: claimed, and no cell concludes it" for name in said if name not in proved]
    faults += [f"{name}: concluded, and no sentence carries it" for name in proved if name not in said]
    faults += [f"{name}: claimed twice" for name in sorted(set(said)) if said.count(name) > 1]
    return faults + [f"{name}: expected {notebook.name[:2]}-…" for name in said if name[:3] != f"{notebook.name[:2]}-"]


def rehearse(notebook: Path, seeds: tuple[int, ...] = KEPT) -> dict[str, list[bool]]:
    """Run what the conditions need, with other seeds: id → whether it held, one a seed."""
    code = _code(notebook)
    names: dict[str, Any] = {"__name__": "__main__"}
    with rehearsal(seeds) as verdicts:
        for place in _needed(code, set(conditions(notebook).values())):
            exec(compile(code[place], f"{notebook.name}, cell {place}", "exec"), names)
    return verdicts


def _cells(notebook: Path) -> list[tuple[str, str]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


def _code(notebook: Path) -> dict[int, str]:
    """The code cells that are plain Python, by their places."""
    code = {place: text for place, (kind, text) in enumerate(_cells(notebook)) if kind == "code"}
    return {place: text for place, text in code.items() if not re.search(r"^\s*[%!]", text, re.MULTILINE)}


def _needed(code: dict[int, str], wanted: set[int]) -> list[int]:
    """The wanted cells, and before them the cells that last bound the names which they use."""
    found, open_ = set[int](), list(wanted)
    while open_:
        place = open_.pop()
        if place in found:
            continue
        found.add(place)
        for name in free(code[place]):
            earlier = [other for other in code if other < place and name in bindings(code[other])]
            open_ += earlier[-1:]
    return sorted(found)
