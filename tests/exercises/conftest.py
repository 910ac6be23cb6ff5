"""The module beside the tests can be imported by name, and no test touches the reader's own progress."""

import sys
from pathlib import Path

import pytest

from lecture_lib.exercises import records

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A file of this test's own."""
    path = tmp_path / "kept" / "progress.json"
    monkeypatch.setenv("LECTURE_LIB_PROGRESS", str(path))
    monkeypatch.setattr(records, "_solved_now", set())
    return path
