"""`python -m lecture_lib run`: fresh kernels, HTML copies, one table, and notebooks untouched."""

import ast
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture_lib.course.execute import execute_notebooks, find_notebooks, read_notebook
from lecture_lib.course.site.run import run


def write(folder: Path, name: str, *sources: str) -> Path:
    cells = [new_markdown_cell("# Title"), *(new_code_cell(source) for source in sources)]
    path = folder / name
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return folder


def test_run_writes_pages_and_leaves_notebooks_alone(course, tmp_path, capsys):
    write(course, "00_first.ipynb", "secret = 41", "print('found', secret + 1)")
    write(course, "01_second.ipynb", "print('secret' in globals(), 'fresh')")
    before = {path.name: path.read_bytes() for path in course.iterdir()}
    assert run(find_notebooks(folder=course), tmp_path / "build")
    assert {path.name: path.read_bytes() for path in course.iterdir()} == before
    assert "found 42" in (tmp_path / "build" / "00_first.html").read_text(encoding="utf-8")
    assert "False fresh" in (tmp_path / "build" / "01_second.html").read_text(encoding="utf-8")
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["notebook", "cells", "seconds", "result"]
    assert re.fullmatch(r"00_first +2 +\d+\.\d  passed", table[1])
    assert re.fullmatch(r"01_second +1 +\d+\.\d  passed", table[2])


def test_failure_is_named_and_does_not_stop_the_others(course, tmp_path, capsys):
    write(
        course,
        "00_bad.ipynb",
        "x = 1",
        "def deep():\n    raise ValueError('first line\\nthe last line')\ndeep()",
        "y = 2",
    )
    write(course, "01_good.ipynb", "print('ran')")
    (course / "02_broken.ipynb").write_text("{", encoding="utf-8")
    assert not run(find_notebooks(folder=course), tmp_path / "build")
    _, bad, good, broken, _ = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"00_bad +1 +\d+\.\d  cell 2: the last line", bad)
    assert good.endswith("passed")
    assert re.fullmatch(r"02_broken +0 +0\.0  02_broken\.ipynb is not a notebook: .+", broken)
    assert "the last line" in (tmp_path / "build" / "00_bad.html").read_text(encoding="utf-8")
    assert not (tmp_path / "build" / "02_broken.html").exists()


def test_endless_cell_and_dead_kernel_are_failures(course):
    write(course, "00_endless.ipynb", "1", "while True: pass")
    write(course, "01_dead.ipynb", "import os; os._exit(1)")
    endless, dead = execute_notebooks(find_notebooks(folder=course), cell_timeout=3)
    assert endless.error == "cell 2: took longer than 3 seconds"
    assert dead.error == "cell 1: the kernel died"


def test_kernels_are_this_python_with_its_own_settings(course, monkeypatch):
    write(
        course,
        "00_where.ipynb",
        "import sys; sys.executable",
        "import os; os.getcwd()",
        "'LECTURE_LIB_DATA' in os.environ, 'MPLBACKEND' in os.environ and os.environ['MPLBACKEND']",
    )
    monkeypatch.setenv("LECTURE_LIB_DATA", "/nowhere")
    monkeypatch.setenv("MPLBACKEND", "svg")

    def results(**options):
        (execution,) = execute_notebooks([course / "00_where.ipynb"], **options)
        code = [cell for cell in execution.notebook.cells if cell.cell_type == "code"]
        return [cell.outputs[0].data["text/plain"] for cell in code]

    executable, folder, free = results()
    assert executable == repr(sys.executable)
    assert Path(ast.literal_eval(folder)) == course.resolve()
    assert free.startswith("(True,") and "svg" not in free
    assert results(shipped_data=True)[2].startswith("(False,")


@pytest.mark.parametrize(
    ("backend", "order"), [("agg", "plt, course"), ("svg", "course, plt"), ("Qt5Agg", "plt, course")]
)
def test_a_backend_of_the_shell_draws_nothing_away(course, backend, order):
    """As in a kernel that something else has started."""
    lines = {"plt": "import matplotlib.pyplot as plt", "course": "import lecture_lib"}
    path = write(course, "00.ipynb", "\n".join(map(lines.get, order.split(", "))), "plt.plot([1, 2])\nplt.show()")
    (execution,) = execute_notebooks([path], environment={"MPLBACKEND": backend})
    assert execution.error is None
    assert ["image/png" in output.data for output in execution.notebook.cells[-1].outputs] == [True]


def test_no_kernel_survives_an_early_stop(course):
    mark = "import os; print(os.getpid())"
    paths = [write(course, f"0{k}.ipynb", mark) for k in range(3)]
    executions = execute_notebooks(paths)
    first = next(executions)
    executions.close()
    pid = int(first.notebook.cells[1].outputs[0].text)
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        children = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True)
        assert "ipykernel_launcher" not in children.stdout


def test_find_notebooks_selects_by_beginning(course):
    paths = [write(course, name, "1") for name in ("10_b.ipynb", "00_a.ipynb", "01_c.ipynb")]
    assert [path.name for path in find_notebooks(folder=course)] == ["00_a.ipynb", "01_c.ipynb", "10_b.ipynb"]
    assert find_notebooks(["10"], course) == [paths[0]]
    with pytest.raises(FileNotFoundError, match=r"No notebook starts with '16'\. There are: 00_a, 01_c, 10_b\."):
        find_notebooks(["00", "16"], course)


def test_find_notebooks_in_an_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no notebook in"):
        find_notebooks(folder=tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"not json",
        b"\xff\xfe\x00",
        b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_damaged_notebook_is_named(tmp_path, content):
    path = tmp_path / "07_damaged.ipynb"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"07_damaged\.ipynb is not a notebook: ."):
        read_notebook(path)


def test_a_notebook_without_ids_gets_the_same_ids_each_time(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text(
        '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "a"},'
        ' {"cell_type": "raw", "metadata": {}, "source": ""}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}',
        encoding="utf-8",
    )
    assert [cell.id for cell in read_notebook(path).cells] == ["cell-00", "cell-01"]


def test_widgets_become_their_stand_in_on_a_page(course, tmp_path):
    write(course, "00_widget.ipynb", "import ipywidgets\nipywidgets.IntSlider(value=37)")
    assert run(find_notebooks(folder=course), tmp_path)
    page = (tmp_path / "00_widget.html").read_text(encoding="utf-8")
    assert "IntSlider(value=37)" in page
    assert "widget-view+json" not in page


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_stops_at_once_and_leaves_no_kernel(course, tmp_path):
    note = tmp_path / "pid"
    write(
        course, "00_long.ipynb", f"import os; _ = open({str(note)!r}, 'w').write(str(os.getpid()))", "while True: pass"
    )
    write(course, "01_next.ipynb", "1")
    command = [sys.executable, "-m", "lecture_lib", "run", "--folder", str(course), "--output", str(tmp_path / "build")]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
