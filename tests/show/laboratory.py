"""A JupyterLab of its own on 127.0.0.1, with nothing of the user's."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
}


@contextmanager
def running(command: list[str], seconds: float, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block, which it is given some seconds for."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def laboratory(folder: Path, dark: bool = False) -> Iterator[str]:
    """Run JupyterLab on the notebooks of a folder; yields an address with its token."""
    settings = folder / ".settings"
    for name, values in {
        **SETTINGS,
        "@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"},
    }.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(12)
    private = {
        f"{name}_DIR": str(folder / f".{name.lower()}")
        for name in ("JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_RUNTIME")
    }
    env = {**os.environ, **private, "IPYTHONDIR": str(folder / ".ipython"), "PYTHONPATH": str(ROOT)}
    env.pop("MPLBACKEND", None)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        *(f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={settings}"),
        f"--LabApp.workspaces_dir={folder / '.workspaces'}",
    ]
    log = folder / ".log"
    with (
        log.open("w") as out,
        running(command, 10, env=env, stdout=out, stderr=subprocess.STDOUT, cwd=folder) as server,
    ):
        address = f"http://127.0.0.1:{port}"
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=2).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}") from None
                time.sleep(0.2)
        else:
            raise RuntimeError(f"JupyterLab did not answer:\n{log.read_text()}")
        yield f"{address}/lab/tree/NAME?token={token}&reset"


def run_all(page: Any, address: str, name: str, widgets: int) -> None:
    """Open a notebook, wait for its kernel, run every cell, wait for the last one and for so many widgets."""
    page.goto(address.replace("NAME", name))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=40000)
    page.wait_for_function(
        "() => /Idle/.test(document.querySelector('#jp-main-statusbar')?.innerText || '')", timeout=40000
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea-output pre')].some(p => p.innerText.includes('everything has run'))",
        timeout=60000,
    )
    page.wait_for_function(
        "count => document.querySelectorAll('.lecture-lib-widget:has(svg)').length === count",
        arg=widgets,
        timeout=90_000,
    )
