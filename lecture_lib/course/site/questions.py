"""What a page asks: predictions, whose outputs stay closed until the reader opens them, and exercises."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbformat import NotebookNode

from lecture_lib.course.sets import CHECK
from lecture_lib.course.site.outputs import Slots, lowered, script_json
from lecture_lib.exercises.as_data import exercise_data
from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.bank.paper import find_paper
from lecture_lib.exercises.errors import UnknownExerciseError

ASKS = re.compile(r"^\*\*Predict\.\*\*(.*?)(?:\n\n|\Z)", flags=re.M | re.S)
DRAWN = re.compile(r"\b(?:draw|sketch)\b", flags=re.I)
PAPER = re.compile(r"""\bPaper\(\s*["']([^"']+)["']""")


def exercise_of(cell: NotebookNode) -> str:
    """The id of the exercise that a cell checks, or nothing.

    Example:
        >>> from nbformat.v4 import new_code_cell
        >>> exercise_of(new_code_cell('answer = ...\\ncheck("03-shape", answer)'))
        '03-shape'
    """
    found = CHECK.search(cell.source) or PAPER.search(cell.source) if cell.cell_type == "code" else None
    return found[1] if found else ""


def ask(notebook: NotebookNode, slots: Slots, templates: Environment) -> tuple[str, ...]:
    """Note in every code cell what the page asks there, and return the ids of the exercises."""
    ids = []
    guess = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for found in ASKS.finditer(cell.source):
                guess = "drawn" if DRAWN.search(found[1]) else "typed"
        elif cell.cell_type == "code":
            name = exercise_of(cell)
            page: dict[str, Any] = {"exercise": name, "raises": "raises-exception" in cell.metadata.get("tags", [])}
            if name:
                ids.append(name)
                # "Not done yet" is no output to read.
                cell.outputs = [output for output in cell.outputs if "not done yet" not in output.get("text", "")]
                form = field(name, templates)
                if form:
                    page["form"] = slots.put(form)
            elif guess and cell.outputs:
                page["guess"], guess = guess, ""
            cell.metadata["page"] = page
    return tuple(dict.fromkeys(ids))


def field(name: str, templates: Environment) -> str:
    """The field for an answer that needs no code: a number, a shape, a name, a choice, or a derivation on paper."""
    paper = find_paper(name)
    if paper is not None:
        first = paper.solution.strip().splitlines()[0]
        return templates.get_template("paper.html.j2").render(
            name=name, task=Markup(lowered(paper.task)), first=first.split("=")[0] + "= …"
        )
    data = answers(name)
    return templates.get_template("answer.html.j2").render(data=data, json=script_json(data)) if data else ""


@cache
def answers(name: str) -> dict[str, Any] | None:
    """What a page knows of an exercise that it can judge without Python, or None."""
    try:
        return exercise_data(find_exercise(name))
    except UnknownExerciseError:
        return None
