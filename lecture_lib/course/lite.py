"""The course in a browser, without any installation: JupyterLite, whose Python runs in the page itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

from lecture_lib.course.authoring.stamp import stamped
from lecture_lib.course.execute import read_notebook


def lite(root: Path, paths: Sequence[Path], output: Path) -> Path:
    """Build a static site in which the notebooks run.

    The site carries the course, its data and JupyterLab. Python itself and the compiled packages (NumPy, matplotlib)
    come from Pyodide's content delivery network when a page is opened: building needs no network, reading does.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        room = Path(name)
        (room / "contents").mkdir()
        for path in paths:
            notebook = stamped(read_notebook(path), path.name, needs="lecture_lib[notebooks]")
            (room / "contents" / path.name).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
        wheel = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(room), str(root))
        subprocess.run([sys.executable, "-m", *wheel], check=True)
        (built,) = room.glob("*.whl")
        build = ("jupyter", "lite", "build", "--contents", "contents", "--piplite-wheels", str(built))
        subprocess.run([sys.executable, "-m", *build, "--output-dir", str(output.resolve())], check=True, cwd=room)
    return output
