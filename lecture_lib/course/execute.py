"""Execute notebooks one after the other, each in a fresh kernel of this very Python."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lecture_lib.course.errors import CourseError
from lecture_lib.course.kernels import ThisPython, kernel_environment
from lecture_lib.places import notebooks_folder

CELL_TIMEOUT = 300


@dataclass(frozen=True)
class Execution:
    """What became of one notebook.

    Attributes:
        path: the file that was read.
        notebook: the notebook with its new outputs, up to the failing cell; None when it cannot be read.
        cells: how many code cells were completed.
        seconds: how long they took.
        error: None, or the failing cell and the last line of its exception.
    """

    path: Path
    notebook: NotebookNode | None
    cells: int
    seconds: float
    error: str | None


def find_notebooks(names: Sequence[str] = (), folder: Path | None = None) -> list[Path]:
    """List the notebooks of the course in reading order.

    Example:
        >>> find_notebooks(["no such notebook"])
        Traceback (most recent call last):
        FileNotFoundError: No notebook starts with 'no such notebook'...
    """
    folder = notebooks_folder() if folder is None else folder
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    found = sorted(path for path in folder.glob("*.ipynb") if not path.is_dir())
    for name in names:
        if not any(path.name.startswith(name) for path in found):
            there = ", ".join(path.stem for path in found) or "none"
            raise FileNotFoundError(f"No notebook starts with {name!r}. There are: {there}.")
    if not found:
        raise FileNotFoundError(f"There is no notebook in {folder}.")
    return [path for path in found if not names or path.name.startswith(tuple(names))]


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file."""
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        missing = [cell for cell in notebook.cells if "id" not in cell]
        if missing:
            notebook.nbformat_minor = 5
            for number, cell in enumerate(notebook.cells):
                cell.setdefault("id", f"cell-{number:02d}")
        nbformat.validate(notebook)
    except (ValueError, TypeError, KeyError, AttributeError, nbformat.ValidationError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise CourseError(f"{path.name} is not a notebook: {reason}") from error
    return notebook


def execute_notebooks(
    paths: Sequence[Path],
    *,
    shipped_data: bool = False,
    cell_timeout: float = CELL_TIMEOUT,
    on_cell: Callable[[Path], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Execution]:
    """Execute notebooks in order, each in a fresh kernel and in its own folder; write nothing.

    While one notebook runs, the next one's kernel starts.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as settings,
        asyncio.Runner(loop_factory=_EventLoop) as runner,
    ):
        variables = kernel_environment(Path(settings), shipped_data) | dict(environment or {})
        loop = runner.get_loop()
        starting: list[asyncio.Task[_Session]] = []
        try:
            for position in range(len(paths)):
                for path in paths[position + len(starting) : position + 2]:
                    starting.append(loop.create_task(_start(path, variables, cell_timeout, on_cell)))
                yield runner.run(_finish(paths[position], starting.pop(0)))
        finally:
            for task in starting:
                runner.run(_abandon(task))


@dataclass
class _Session:
    client: NotebookClient
    manager: AsyncKernelManager
    running: int | None = None


async def _start(
    path: Path, environment: dict[str, str], cell_timeout: float, on_cell: Callable[[Path], None] | None
) -> _Session:
    def begin(cell: NotebookNode, cell_index: int) -> None:
        session.running = cell_index

    def complete(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        if on_cell is not None:
            on_cell(path)

    client = NotebookClient(
        read_notebook(path),
        timeout=cell_timeout,
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        on_cell_execute=begin,
        on_cell_executed=complete,
    )
    session = _Session(client, AsyncKernelManager(kernel_spec_manager=ThisPython()))
    client.km = session.manager
    try:
        # What a kernel writes past its notebook, on its way out for instance, would tear the progress bar.
        await client.async_start_new_kernel(
            cwd=str(path.resolve().parent), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await client.async_start_new_kernel_client()
    except BaseException:
        await _stop(session)
        raise
    return session


async def _finish(path: Path, starting: asyncio.Task[_Session]) -> Execution:
    try:
        session = await starting
    except (CourseError, OSError) as failure:
        return Execution(path, None, 0, 0.0, str(failure))
    except (RuntimeError, TimeoutError) as failure:
        return Execution(path, None, 0, 0.0, f"the kernel did not start: {_last_line(str(failure))}")
    client = session.client
    error: str | None = None
    begun = time.perf_counter()
    try:
        await client.async_execute(cleanup_kc=False)
    except CellExecutionError as failure:
        error = _last_line(f"{failure.ename}: {failure.evalue}")
    except CellTimeoutError:
        error = f"took longer than {client.timeout:g} seconds"
    except DeadKernelError:
        # nbclient takes Ctrl-C for a dead kernel.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from None
        error = "the kernel died"
    finally:
        await _stop(session)
    seconds = time.perf_counter() - begun
    code_cells = [index for index, cell in enumerate(client.nb.cells) if runs(cell)]
    if error is None:
        return Execution(path, client.nb, len(code_cells), seconds, None)
    done = sum(index < (session.running or 0) for index in code_cells)
    return Execution(path, client.nb, done, seconds, f"cell {done + 1}: {error}")


async def _abandon(starting: asyncio.Task[_Session]) -> None:
    try:
        session = await starting
    except (ValueError, RuntimeError, TimeoutError, asyncio.CancelledError):
        return
    await _stop(session)


async def _stop(session: _Session) -> None:
    if session.client.kc is not None:
        session.client.kc.stop_channels()
    await session.manager.shutdown_kernel(now=True)


def runs(cell: NotebookNode) -> bool:
    """Whether a cell is sent to the kernel."""
    return bool(cell.cell_type == "code" and cell.source.strip())


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


class _EventLoop(asyncio.SelectorEventLoop):
    """A loop that can watch kernels' sockets on Windows too, and that leaves Ctrl-C to Python.

    nbclient would catch Ctrl-C, stop its kernel and go on as if the cell had failed.
    """

    def add_signal_handler(self, *args: object) -> None:
        raise NotImplementedError("Ctrl-C raises KeyboardInterrupt")
