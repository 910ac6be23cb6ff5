"""Run the checks of returned notebooks, each in a kernel of its own, and list what was solved."""

from __future__ import annotations

import asyncio
import csv
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from lecture_lib.course.execute import ThisPython, kernel_environment, read_notebook
from lecture_lib.exercises.records import VARIABLE, solved_in

LONGEST_OUTPUT = 20_000
"""Characters that are kept of one cell's output: a returned notebook may print without end."""

FLOOD = 5_000_000
"""Characters of one cell's output after which nobody listens any more."""

CHECK = re.compile(r"""^check\(\s*["'](\d\d-[a-z0-9-]+)["']""", re.MULTILINE)


@dataclass
class Grade:
    """What the checks of one returned notebook said.

    Attributes:
        file: the notebook, relative to the folder that was graded.
        notebook: the course's notebook that it is a copy of, by its stem; "" when that cannot be told.
        status: "ok", or what kept it from running to its end.
        seconds: how long it took.
        results: exercise id → "right", "wrong: …", "not done" or "missing".
    """

    file: str
    notebook: str = ""
    status: str = "ok"
    seconds: float = 0.0
    results: dict[str, str] = field(default_factory=dict)

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(result == "right" for result in self.results.values())


def grade(
    folder: Path, originals: Sequence[Path], report: Path, seconds: float = 300.0, jobs: int | None = None
) -> list[Grade]:
    """Grade every notebook below a folder, several at a time, and write one row for each into a CSV file.

    A notebook that is broken, endless or floods its output costs its own row only. The programs in the notebooks run
    with the rights of whoever calls this.

    Args:
        folder: the returned notebooks, in any folders below it.
        originals: the course's notebooks, which say what exercises there are.
        report: the CSV file to write; an older one is replaced when all are done.
        seconds: the time that each notebook may take.
        jobs: how many run side by side; as many as there are processors if left out.

    Returns:
        One Grade a notebook, in the order of the file names.

    Raises:
        FileNotFoundError: there is no notebook below the folder.
    """
    found = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not found:
        raise FileNotFoundError(f"There is no notebook below {folder}.")
    exercises = {path.stem: exercises_in(read_notebook(path)) for path in originals}
    grades: dict[Path, Grade] = {}
    try:
        with (
            ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool,
            tqdm(total=len(found), unit="notebook", mininterval=0.5) as bar,
        ):
            running = {pool.submit(grade_one, path, folder, exercises, seconds): path for path in found}
            try:
                for done in as_completed(running):
                    grades[running[done]] = done.result()
                    bar.update()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        ordered = [grades[path] for path in found if path in grades]
        write_report(ordered, report)
    return ordered


def grade_one(path: Path, folder: Path, exercises: dict[str, list[str]], seconds: float) -> Grade:
    """Grade one notebook; whatever is wrong with it becomes its status.

    Args:
        path: the notebook.
        folder: what its name is relative to.
        exercises: for each of the course's notebooks the ids of its exercises.
        seconds: the time that it may take.

    Returns:
        The grade.
    """
    result = Grade(path.relative_to(folder).as_posix())
    begun = time.perf_counter()
    try:
        notebook = read_notebook(path)
        result.notebook = original_of(path, notebook, exercises)
        wanted = exercises.get(result.notebook, [])
        result.results = dict.fromkeys(wanted, "missing")
        if not result.notebook:
            result.status = "which notebook is this? Its name or its title has to begin with a number such as 06"
            return result
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
            result.status = run(notebook, Path(room), seconds)
            solved = solved_in(progress_in(Path(room)))
        result.results = {name: outcome(name, notebook, solved) for name in wanted}
    except Exception as error:
        result.status = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    result.seconds = time.perf_counter() - begun
    return result


def run(notebook: NotebookNode, room: Path, seconds: float) -> str:
    """Run a notebook in a fresh kernel; cells that fail do not stop the others.

    Args:
        notebook: is given its outputs.
        room: an empty folder, in which it runs and where the kernel keeps what it needs.
        seconds: the time for all of it.

    Returns:
        "ok", or why it did not run to its end.
    """
    environment = kernel_environment(room / "ipython", shipped_data=True) | {VARIABLE: str(progress_in(room))}
    client = Frugal(notebook, seconds)
    client.km = AsyncKernelManager(kernel_spec_manager=ThisPython())
    try:
        # A loop of its own, closed at the end: nbclient would leave one open in every thread.
        with asyncio.Runner() as runner:
            # What a client leaves undone when its notebook is stopped is of no interest.
            runner.get_loop().set_exception_handler(lambda loop, context: None)
            silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            runner.run(client.async_execute(cwd=str(room), env=environment, **silent))
    except CellTimeoutError:
        return f"stopped after {seconds:g} seconds"
    except (DeadKernelError, asyncio.CancelledError):
        return f"a cell prints more than {FLOOD:,} characters" if client.flooded else "the kernel died"
    broken = sum(
        output.output_type == "error" and output.ename != "WrongAnswer"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    return "ok" if not broken else f"{broken} cell{'s' if broken > 1 else ''} with an error"


class Frugal(NotebookClient):
    """A client that keeps the beginning of an output only, and counts the time of all cells together.

    Args:
        notebook: what is run; it is given its outputs.
        seconds: the time for all of it.

    Attributes:
        flooded: whether a cell printed more than FLOOD characters.
    """

    def __init__(self, notebook: NotebookNode, seconds: float) -> None:
        super().__init__(
            notebook, allow_errors=True, record_timing=False, store_widget_state=False, shutdown_kernel="immediate"
        )
        self.end = time.monotonic() + seconds
        self.timeout_func = lambda cell: max(1, round(self.end - time.monotonic()))
        self.kept: dict[int, int] = {}
        self.flooded = False

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take one message of the kernel; drop outputs beyond the limit.

        Args:
            msg: the message.
            cell: the cell that runs.
            cell_index: its place in the notebook.

        Returns:
            The output that was added to the cell, or None.

        Raises:
            asyncio.CancelledError: the cell has printed more than FLOOD characters.
        """
        if msg["msg_type"] in {"stream", "display_data", "execute_result", "update_display_data"}:
            size = self.kept.get(cell_index, 0) + len(str(msg["content"]))
            self.kept[cell_index] = size
            if size > FLOOD:
                self.flooded = True
                # Reading on would take longer than the notebook itself is allowed to.
                raise asyncio.CancelledError
            if size > LONGEST_OUTPUT and msg["msg_type"] == "stream":
                return None
        found: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return found


def original_of(path: Path, notebook: NotebookNode, exercises: dict[str, list[str]]) -> str:
    """Which of the course's notebooks a returned one is: by the number in its name, else in its title.

    Args:
        path: where it lies.
        notebook: what it holds.
        exercises: has the stems of the course's notebooks as its keys.

    Returns:
        The stem, or "" when there is no such number.
    """
    title = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    for text in (path.stem, title.lstrip("# ")):
        for number in re.findall(r"(?<!\d)\d\d(?!\d)", text[:200]):
            for stem in exercises:
                if stem.startswith(number):
                    return stem
    return ""


def exercises_in(notebook: NotebookNode) -> list[str]:
    """The exercises that a notebook sets.

    Args:
        notebook: any notebook.

    Returns:
        Their ids, in order.
    """
    return [name for cell in notebook.cells if cell.cell_type == "code" for name in CHECK.findall(cell.source)]


def progress_in(room: Path) -> Path:
    """The file in which `check` notes what is solved.

    Args:
        room: as ``run`` takes it.

    Returns:
        Its path; the file need not exist.
    """
    return room / "progress.json"


def outcome(name: str, notebook: NotebookNode, solved: set[str]) -> str:
    """What became of one exercise, from the record and from what the cell that checks it printed.

    Args:
        name: the exercise's id.
        notebook: as it ran.
        solved: the ids that `check` noted as solved.

    Returns:
        "right", "wrong: …", "not done" or "missing".
    """
    if name in solved:
        return "right"
    for text in said(notebook):
        if text.startswith(f"{name}: not done yet"):
            return "not done"
        if text.startswith(f"{name}: "):
            return f"wrong: {text.removeprefix(f'{name}: ').partition('.')[0]}"
    return "missing"


def said(notebook: NotebookNode) -> Iterator[str]:
    """What the cells of a notebook said.

    Args:
        notebook: as it ran.

    Yields:
        Every printed line and the message of every wrong answer.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                yield from output.text.splitlines()
            elif output.output_type == "error" and output.ename == "WrongAnswer":
                yield output.evalue


def write_report(grades: Sequence[Grade], path: Path) -> None:
    """Write grades as a CSV file: one row a notebook, one column an exercise.

    Args:
        grades: the rows.
        path: the file.
    """
    names = sorted({name for grade in grades for name in grade.results})
    unfinished = path.with_name(path.name + ".new")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "notebook", "right", "exercises", "status", "seconds", *names])
        for g in grades:
            start = [g.file, g.notebook, g.right, len(g.results), g.status, f"{g.seconds:.1f}"]
            table.writerow([*start, *(g.results.get(name, "") for name in names)])
    unfinished.replace(path)
