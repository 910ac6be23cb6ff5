"""What every file of the house must and must not hold."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MACHINE_MADE = {".git", ".venv", "build", "dist", "__pycache__", ".ipynb_checkpoints", ".hypothesis"}


def text_files() -> list[Path]:
    """Every file of the checkout that can be read as text and that no program made."""
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = inside.parts[0] in MACHINE_MADE and inside.parts[:2] != ("data", "build")
        if hidden or "__pycache__" in inside.parts or inside.parts[0].endswith("_cache") or not path.is_file():
            continue
        if b"\0" not in path.read_bytes()[:4096]:
            found.append(path)
    return found


def test_no_machine_path_in_any_file():
    forbidden = {f"{ROOT}{os.sep}", f"{Path.home()}{os.sep}", f"{sys.prefix}{os.sep}"}
    offenders = [
        str(path.relative_to(ROOT))
        for path in text_files()
        if any(name in path.read_text(encoding="utf-8", errors="replace") for name in forbidden)
    ]
    assert not offenders


def test_no_registry_host_in_the_configuration():
    for name in ("constraints.txt", "pyproject.toml", "environment.yml", "Makefile", ".ci/run"):
        addresses = set(re.findall(r"\w+://[^\s\"']+", (ROOT / name).read_text(encoding="utf-8")))
        assert addresses <= set(PROJECT["project"]["urls"].values()), name


@pytest.mark.parametrize("path", sorted((ROOT / "lecture_lib").rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_is_read_in_one_go(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_as_executed(path):
    """nbval compares no cell without an execution count, so every code cell has one, counting from 1."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_in_its_stable_form(path):
    from lecture_lib.course.authoring.reexecute import stable_bytes
    from lecture_lib.course.execute import read_notebook

    assert stable_bytes(read_notebook(path)) == path.read_bytes(), "run `make notebooks`"
