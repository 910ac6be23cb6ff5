"""What runs in a page's Python, beside the course: cells, what they need from above, and derivations on paper.

The page's worker reads this module as a file of its own; it is plain standard library until a cell imports more.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import linecache
import os
import symtable
import sys
import traceback
import warnings
from typing import Any

FRAMES = "application/vnd.lecture-lib.frames"
KINDS = (FRAMES, "text/html", "image/svg+xml", "text/latex", "text/markdown")
"""What a page can show, the best first."""

Output = dict[str, str]

names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}


def begin() -> None:
    """Set this process up as a page's."""
    os.environ.update({"MPLBACKEND": "agg", "LECTURE_LIB_FRAMES": "1"})
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")


def run(name: str, source: str) -> dict[str, Any]:
    """Run a cell: what it prints and shows, whether it failed, and which exercises are solved by now."""
    outputs: list[Output] = []
    printed = io.StringIO()
    failed = False
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            value = _value(name, source)
            shown = [] if value is None else [shape_of(value)]
        except BaseException as error:
            failed = True
            shown = [{"kind": "error", "data": words_of(error, name)}]
    if printed.getvalue():
        outputs.append({"kind": "text/plain", "data": printed.getvalue()})
    return {"outputs": outputs + shown + plots(), "failed": failed, "solved": solved()}


def _value(name: str, source: str) -> Any:
    """Execute a cell; the value of its last expression, as Jupyter has it."""
    file = f"<{name}>"
    # Python finds the lines of a traceback, and of a function that is asked for its source, here.
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    tree = ast.parse(source, file)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    exec(compile(tree, file, "exec"), names)
    return None if last is None else eval(compile(last, file, "eval"), names)


def shape_of(value: Any) -> Output:
    """A value as the page shows it.

    Example:
        >>> shape_of(1.5)
        {'kind': 'text/plain', 'data': '1.5'}
    """
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    bundle = dict(bundle[0] if isinstance(bundle, tuple) else bundle or {})
    for kind, method in (("text/html", "_repr_html_"), ("text/latex", "_repr_latex_"), ("image/svg+xml", "_repr_svg_")):
        if kind not in bundle and hasattr(value, method) and (made := getattr(value, method)()) is not None:
            bundle[kind] = made
    for kind in KINDS:
        if kind in bundle:
            still = bundle.get("text/html", "") if kind == FRAMES else ""
            return {"kind": kind, "data": bundle[kind], "still": still, "words": repr(value)}
    return {"kind": "text/plain", "data": repr(value)}


def words_of(error: BaseException, name: str) -> str:
    """An error as a page prints it: the lines of cells that led to it, and what is wrong."""
    if hasattr(error, "_render_traceback_"):
        return str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<")]
    lines = []
    for frame in frames:
        where = "" if frame.filename == f"<{name}>" else f" of the cell {frame.filename[1:-1]}"
        if frame.line:
            lines.append(f"line {frame.lineno}{where}: {frame.line}")
    if isinstance(error, SyntaxError):
        lines = [f"line {error.lineno}: {(error.text or '').strip()}"]
        return "\n".join([*lines, f"{type(error).__name__}: {error.msg}"])
    return "\n".join([*lines, f"{type(error).__name__}: {error}"])


def plots() -> list[Output]:
    """The open figures of matplotlib, as pictures; they are closed."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    from matplotlib import pyplot

    found = []
    for number in pyplot.get_fignums():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", dpi=180, bbox_inches="tight")
        found.append({"kind": "image/png", "data": base64.b64encode(file.getvalue()).decode()})
    pyplot.close("all")
    return found


def solved() -> list[str]:
    """The exercises that are solved in this session."""
    records = sys.modules.get("lecture_lib.exercises.records")
    return sorted(records.solved_exercises()) if records else []


def needed(sources: list[str], source: str) -> str:
    """The statements above a cell that bind what it needs, and what those need in turn, in their order.

    A check waits for no training this way, and for no library that it does not use.

    Example:
        >>> print(needed(["import math", "a = 2\\nprint(a)", "b = math.pi", "c = b", "b += a"], "def f(): return b"))
        import math
        a = 2
        b = math.pi
        b += a
    """
    wanted = free(source)
    chosen: list[str] = []
    for statement in reversed([one for text in sources for one in _statements(text)]):
        if bindings(statement) & wanted:
            chosen.insert(0, statement)
            wanted |= free(statement)
    return "\n".join(chosen)


def _statements(source: str) -> list[str]:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    return [ast.get_source_segment(source, one) or "" for one in body]


def bindings(source: str) -> set[str]:
    """The names that a cell or statement binds."""
    table = _table(source)
    if table is None:
        return set()
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}


def free(source: str) -> set[str]:
    """The names that a cell reads, inside its functions too."""
    table = _table(source)
    if table is None:
        return set()
    found = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    inner = list(table.get_children())
    while inner:
        one = inner.pop()
        found |= {s.get_name() for s in one.get_symbols() if s.is_global()}
        inner += one.get_children()
    return found


def _table(source: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(source, "<cell>", "exec")
    except SyntaxError:
        return None


def read_paper(name: str, text: str) -> dict[str, Any]:
    """The lines of a derivation with their verdicts, as a table, and what is said of the whole."""
    from lecture_lib.exercises.bank.paper import find_paper
    from lecture_lib.exercises.paper import verdict_of
    from lecture_lib.show.widgets.paper import Paper, table

    exercise = find_paper(name)
    sheet = Paper(name, text)
    right = exercise is not None and verdict_of(exercise, sheet.lines).state == "right"
    return {"table": table(sheet.lines), "words": sheet.words, "task": sheet.task.task, "right": right}
