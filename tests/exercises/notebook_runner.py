"""Run a notebook in this process: solve its exercises with its own solutions, drive its widgets."""

import ast
import contextlib
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
from IPython.core.inputtransformer2 import TransformerManager

PLAIN_PYTHON = TransformerManager()
SOLUTION = re.compile(r"<details>\s*<summary>\s*Solution\s*</summary>(.*?)</details>", re.DOTALL)
HINT = re.compile(r"<details>\s*<summary>\s*Hint[^<]*</summary>")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
# Play moves its sliders in the browser, so nothing follows it here.
SILENT = (ipywidgets.Play, ipywidgets.Button)


def needs_a_run(path: Path) -> bool:
    """Whether there is anything in a notebook that this module looks at."""
    return any(word in text for text in code_cells(path) for word in ("exercises", "ipywidgets", "lecture_lib.show"))


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def faults(path: Path) -> list[str]:
    """What is wrong with a notebook's exercises and widgets."""
    widgets: list[Any] = []
    ipywidgets.Widget.on_widget_constructed(widgets.append)
    try:
        return exercise_faults(path) + widget_faults(widgets)
    finally:
        ipywidgets.Widget.on_widget_constructed(None)
        plt.close("all")


def exercise_faults(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown: None}
    found, first = [], {}
    for place, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        try:
            printed = run(source, namespace)
        except Exception as error:
            return [*found, f"{cell['id']}: {type(error).__name__}: {error}"]
        first[cell["id"]] = source, printed
        checks = check_lines(source)
        for name, line in checks.items():
            if f"{name}: not done yet" not in printed:
                found.append(f"{cell['id']}: {name} does not begin as `...`")
                continue
            prose = following_prose(cells, place)
            if not HINT.search(prose):
                found.append(f"{cell['id']}: {name} has no hint")
            found += solution_faults(cell["id"], name, line, prose, namespace)
    timed = {cell["id"] for cell in cells if {"timing", "noise"} & set(cell["metadata"].get("tags", []))}
    again = {name: both for name, both in first.items() if name not in timed}
    return found + rerun_faults(again, namespace, path.name)


def rerun_faults(first: dict[str, tuple[str, str]], namespace: dict[str, Any], seed: str, count: int = 10) -> list[str]:
    """Run some cells once more, in any order: each must print what it printed at first."""
    found = []
    for name in random.Random(seed).sample(sorted(first), min(count, len(first))):
        source, printed = first[name]
        try:
            if (now := run(source, namespace)) != printed:
                found.append(f"{name}: run again it prints {now[:200]!r}, at first {printed[:200]!r}")
        except Exception as error:
            found.append(f"{name}: run again it fails: {type(error).__name__}: {error}")
    return found


def solution_faults(cell: str, name: str, line: str, prose: str, namespace: dict[str, Any]) -> list[str]:
    solutions = SOLUTION.findall(prose)
    codes = [code for solution in solutions for code in CODE.findall(solution)]
    if not codes:
        return [f"{cell}: {name} has no solution in python"]
    solved = dict(namespace)
    try:
        printed = run("\n".join([*codes, line]), solved)
    except Exception as error:
        return [f"{cell}: the solution fails: {type(error).__name__}: {error}"]
    return [] if f"{name}: right" in printed else [f"{cell}: the solution of {name} is not taken for right"]


def run(source: str, namespace: dict[str, Any]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        # The cell that installs the course, where that is missing, calls pip as IPython does.
        exec(compile(PLAIN_PYTHON.transform_cell(source), "cell", "exec"), namespace)
    return printed.getvalue()


def check_lines(source: str) -> dict[str, str]:
    """The calls of check in a cell: exercise id → the statement."""
    found = {}
    for statement in ast.parse(PLAIN_PYTHON.transform_cell(source)).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check":
            found[ast.literal_eval(call.args[0])] = ast.unparse(statement)
    return found


def following_prose(cells: list[dict[str, Any]], place: int) -> str:
    """The Markdown between a cell and the next code cell."""
    prose = []
    for cell in cells[place + 1 :]:
        if cell["cell_type"] == "code":
            break
        prose.append("".join(cell["source"]))
    return "\n".join(prose)


def widget_faults(widgets: list[Any]) -> list[str]:
    """Drive every control through its states; each must be survived, and must move something."""
    found = []
    for control in [widget for widget in widgets if states(widget)]:
        default, name = control.value, f"{type(control).__name__} {control.description!r}"
        seen = set()
        try:
            for state in [*states(control), default]:
                control.value = state
                seen.add(shown(widgets, control))
        except Exception as error:
            found.append(f"{name}: {type(error).__name__} at {state!r}: {error}")
            continue
        if len(seen) == 1 and not isinstance(control, SILENT):
            found.append(f"{name} moves nothing")
    for button in [widget for widget in widgets if isinstance(widget, ipywidgets.Button)]:
        try:
            # click() itself would only log what goes wrong.
            for callback in button._click_handlers.callbacks:
                callback(button)
        except Exception as error:
            found.append(f"Button {button.description!r}: {type(error).__name__}: {error}")
    return found


def states(widget: Any) -> list[Any]:
    """The states worth a visit: both ends of a slider, every option, on and off."""
    if isinstance(widget, ipywidgets.FloatLogSlider):
        return [widget.base**widget.min, widget.base**widget.max]
    if isinstance(widget, (ipywidgets.FloatProgress, ipywidgets.IntProgress)):
        return []
    if hasattr(widget, "options") and hasattr(widget, "index"):
        return [option[1] if isinstance(option, tuple) else option for option in widget.options]
    if isinstance(widget, (ipywidgets.Checkbox, ipywidgets.ToggleButton)):
        return [True, False]
    if isinstance(widget, (ipywidgets.IntRangeSlider, ipywidgets.FloatRangeSlider)):
        return [(widget.min, widget.max)]
    if hasattr(widget, "min") and hasattr(widget, "max") and hasattr(widget, "value"):
        return [widget.min, widget.max]
    return []


def shown(widgets: list[Any], control: Any) -> tuple[Any, ...]:
    """What every other widget shows."""
    others = [widget for widget in widgets if widget is not control and hasattr(widget, "value")]
    return tuple(repr(widget.value) for widget in others)
