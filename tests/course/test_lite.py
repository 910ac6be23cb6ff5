"""JupyterLite: notebooks that install the course from the site itself."""

import json
import subprocess

import pytest

from lecture_lib.course.execute import find_notebooks
from lecture_lib.course.lite import lite
from lecture_lib.places import checkout


def test_a_site_holds_the_notebooks_and_the_wheel(tmp_path):
    pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: make lite brings it")
    output = lite(checkout(), find_notebooks(["00"]), tmp_path / "site")
    (wheel,) = output.rglob("lecture_lib-*.whl")
    assert wheel.stat().st_size > 2_000_000
    notebook = json.loads((output / "files" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    assert "%pip install --quiet lecture_lib[notebooks]" in "".join(notebook["cells"][2]["source"])


def test_the_steps_and_their_places(tmp_path, monkeypatch):
    calls = []

    def note(command, check, cwd=None):
        calls.append((command[2:], cwd))
        if "wheel" in command:
            place = command[command.index("--wheel-dir") + 1]
            open(f"{place}/lecture_lib-0-py3-none-any.whl", "w").close()
        else:
            assert (cwd / "contents" / "00_start_here.ipynb").is_file()

    monkeypatch.setattr(subprocess, "run", note)
    assert lite(tmp_path, find_notebooks(["00"]), tmp_path / "site") == tmp_path / "site"
    assert [call[0][0] for call in calls] == ["pip", "jupyter"]
    assert str(tmp_path / "site") in calls[1][0]
