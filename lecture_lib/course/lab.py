"""Open JupyterLab on the first notebook."""

import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from jupyterlab.labapp import LabApp

from lecture_lib.places import notebooks_folder

FIRST = "00_start_here.ipynb"


def lab(options: Sequence[str] = ()) -> None:
    """Open JupyterLab on the first notebook; without a browser, print the address to open.

    Returns when JupyterLab is shut down.

    Args:
        options: further options for `jupyter lab`, such as "--port=8890".

    Raises:
        FileNotFoundError: the first notebook is missing.
    """
    first = notebooks_folder() / FIRST
    if not first.is_file():
        raise FileNotFoundError(f"The first notebook is missing: expected {first}.")
    LabApp.launch_instance(argv=[*lab_options(first), *options])


def lab_options(first: Path) -> list[str]:
    """Choose the options with which JupyterLab opens on a notebook.

    Args:
        first: the notebook.

    Returns:
        Options of `jupyter lab`.
    """
    # As the default address, rather than as an argument, the notebook is also in the address that is printed.
    options = [f"--ServerApp.root_dir={first.parent}", f"--LabApp.default_url=/lab/tree/{first.name}"]
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
