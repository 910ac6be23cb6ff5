"""Open JupyterLab on the first notebook."""

import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from .places import notebooks_folder

FIRST = "00_start_here.ipynb"


def lab(options: Sequence[str] = ()) -> int:
    """Open JupyterLab on the first notebook; without a browser, print the address to open.

    Args:
        options: further options for `jupyter lab`, such as "--port=8890".

    Returns:
        JupyterLab's exit code.

    Raises:
        FileNotFoundError: the first notebook is missing.
    """
    first = notebooks_folder() / FIRST
    if not first.is_file():
        raise FileNotFoundError(f"The first notebook is missing: expected {first}.")
    return subprocess.call(command(first, options))


def command(first: Path, options: Sequence[str] = ()) -> list[str]:
    """Build the command line that opens JupyterLab on a notebook.

    Args:
        first: the notebook.
        options: further options for `jupyter lab`.

    Returns:
        The program and its arguments.
    """
    # As the default address, rather than as an argument, the notebook is also in the address that is printed.
    parts = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={first.parent}",
        f"--LabApp.default_url=/lab/tree/{first.name}",
    ]
    if not _has_browser():
        print("There is no browser here. Open the address that JupyterLab prints below.", flush=True)
        parts.append("--no-browser")
    # In a container one is root, and JupyterLab would refuse to start.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        parts.append("--allow-root")
    return [*parts, *options]


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
