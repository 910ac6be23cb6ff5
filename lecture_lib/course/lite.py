"""The course in a browser, without any installation: JupyterLite, whose Python runs in the page itself."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from lecture_lib.course.authoring.stamp import stamped
from lecture_lib.course.execute import read_notebook
from lecture_lib.course.site.distribution import LOCK, checksums

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
PURE = (
    "ipython==8.23.0", "jedi==0.19.1", "micropip==0.9.0", "ipywidgets~=8.1", "pooch", "requests", "threadpoolctl",
    "tqdm", "urllib3",
)  # fmt: skip
"""What a kernel in the browser and the notebooks need beside the compiled packages; pip brings what these need."""

ANYWHERE = ("--only-binary=:all:", "--platform", "any", "--implementation", "py", "--abi", "none")
NO_HISTORY = """
DatabaseError = OperationalError = IntegrityError = type("DatabaseError", (Exception,), {})
PARSE_DECLTYPES = PARSE_COLNAMES = 0


class Connection:
    lastrowid = 1

    def execute(self, *what):
        return self

    executemany = execute

    def fetchone(self):
        return None

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *what):
        return False

    def commit(self):
        pass

    close = commit


def connect(*what, **options):
    return Connection()
"""
STAND_INS = {"ssl": "", "sqlite3": NO_HISTORY}
"""Modules that the kernel asks for and can do without: no server is asked, and no history is kept."""


def lite(root: Path, paths: Sequence[Path], output: Path, python: Path | None = None) -> Path:
    """Build a static site in which the notebooks run.

    The site carries the course, its data and JupyterLab. With the browser's Python it carries that too, and a reader
    needs no network; else Python and the packages come from Pyodide's content delivery network and from PyPI.

    Args:
        root: the checkout.
        paths: the notebooks.
        output: the folder of the site.
        python: a folder with the browser's Python, as ``distribution`` finds it.

    Returns:
        The folder of the site.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        room = Path(name)
        (room / "contents").mkdir()
        for path in paths:
            notebook = stamped(read_notebook(path), path.name, needs="lecture_lib[notebooks]")
            (room / "contents" / path.name).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
        # Wheels in this folder are found by JupyterLite.
        (room / "pypi").mkdir()
        wheel = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "pypi")
        _run(room, *wheel, str(root.resolve()))
        if python is not None:
            _bring_python(room, python)
        _run(room, "jupyter", "lite", "build", "--contents", "contents", "--output-dir", str(output.resolve()))
    return output


def _run(room: Path, *command: str) -> None:
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=room)


def _bring_python(room: Path, python: Path) -> None:
    """Lay the browser's Python and every wheel that a kernel asks for where JupyterLite looks for them."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    pure = (*ANYWHERE, "--python-version", lock["info"]["python"])
    _run(room, "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", "pypi", *pure, *PURE)
    folder = room / "static" / "pyodide"
    folder.mkdir(parents=True)
    for file in checksums():
        (folder / file).write_bytes((python / file).read_bytes())
    (micropip,) = (room / "pypi").glob("micropip-*.whl")
    micropip.rename(folder / micropip.name)
    added = [_entry(folder / micropip.name, ["packaging"])]
    added += [_entry(_stand_in(folder, name, source)) for name, source in STAND_INS.items()]
    lock["packages"] |= {entry["name"]: entry for entry in added}
    (folder / LOCK.name).write_text(json.dumps(lock), encoding="utf-8")
    settings = {"jupyter-config-data": {"litePluginSettings": {KERNEL: {"disablePyPIFallback": True}}}}
    (room / "jupyter-lite.json").write_text(
        json.dumps({"jupyter-lite-schema-version": 0, **settings}), encoding="utf-8"
    )


def _entry(wheel: Path, depends: Sequence[str] = ()) -> dict[str, Any]:
    """A wheel as Pyodide's lock names it."""
    name, version, _ = wheel.name.split("-", 2)
    return {
        "name": name, "version": version, "file_name": wheel.name, "install_dir": "site", "imports": [name],
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(), "package_type": "package", "depends": list(depends),
        "unvendored_tests": False,
    }  # fmt: skip


def _stand_in(folder: Path, name: str, source: str) -> Path:
    """A wheel with one module, or with nothing in it."""
    path = folder / f"{name}-1.0.0-py3-none-any.whl"
    info = f"{name}-1.0.0.dist-info"
    files = {f"{name}.py": source} if source else {}
    files |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: lecture_lib\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{file},sha256={_digest(text)},{len(text)}" for file, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
