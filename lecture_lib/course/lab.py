"""Open JupyterLab on the first notebook."""

import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from jupyterlab.labapp import LabApp

from lecture_lib.course.copies import lay_out, set_aside, unspoiled
from lecture_lib.course.errors import CourseError
from lecture_lib.course.execute import find_notebooks
from lecture_lib.places import checkout, notebooks_folder

FIRST = "00_start_here.ipynb"
HOME_FOLDER = "lecture-lib"
CHECKOUT_FOLDER = "my-notebooks"


def lab(options: Sequence[str] = (), folder: Path | None = None, fresh: bool = False) -> None:
    """Open JupyterLab on the reader's copy of the first notebook; without a browser, print the address to open.

    The copies lie in ``my-notebooks`` of a checkout, which git ignores, or in ``lecture-lib`` in the reader's home.
    They lack the outputs that the reader is asked to predict. Returns when JupyterLab is shut down.
    """
    if folder is None:
        root = checkout()
        folder = Path.home() / HOME_FOLDER if root is None else root / CHECKOUT_FOLDER
    first = own_copies(folder, fresh) / FIRST
    if not first.is_file():
        raise FileNotFoundError(f"The first notebook is missing: expected {first}.")
    # A kernel that finds a plotting backend here would not show its figures in the notebook.
    os.environ.pop("MPLBACKEND", None)
    LabApp.launch_instance(argv=[*lab_options(first), *options])


def own_copies(folder: Path, fresh: bool) -> Path:
    """Make the reader's copies, or bring them up to date, and print what was done."""
    if folder.resolve() == notebooks_folder().resolve():
        raise CourseError(f"{folder} holds the course's own notebooks: name another folder for your copies.")
    if fresh and (kept := set_aside(folder)):
        print(f"Your notebooks of before are in {kept}.")
    for line in lay_out({path.name: unspoiled(path.read_bytes()) for path in find_notebooks()}, folder):
        print(line, flush=True)
    return folder


def lab_options(first: Path) -> list[str]:
    """Choose the options with which JupyterLab opens on a notebook."""
    # As the default address, rather than as an argument, the notebook is also in the address that is printed.
    options = [f"--ServerApp.root_dir={first.parent.resolve()}", f"--LabApp.default_url=/lab/tree/{first.name}"]
    if not _has_browser():
        print("There is no browser here. Open the address that JupyterLab prints below.", flush=True)
        options.append("--no-browser")
    # In a container one is root, and JupyterLab would refuse to start.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return options


def _has_browser() -> bool:
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
