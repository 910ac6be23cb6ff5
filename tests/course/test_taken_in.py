"""What is taken in as a hand-in: any editor's notebook, any archive, each under a name of its own."""

import io
import json
import os
import time
import warnings
import zipfile

import pytest

from lecture_lib.course.errors import CourseError
from lecture_lib.course.opened import open_notebook
from lecture_lib.course.returned import returned

CODE = {"cell_type": "code", "source": "1 + 1"}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"cells": [CODE]}).encode(),
        json.dumps({"cells": [CODE | {"extra": 1, "outputs": [{"output_type": "odd"}]}], "nbformat": 5}).encode(),
        json.dumps({"cells": [CODE | {"source": ["1 ", "+ 1"], "id": "a"}, CODE | {"id": "a"}]}).encode("utf-8-sig"),
        json.dumps({"cells": ["odd", CODE]}).encode("utf-16"),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "1 + 1"}]}]}).encode(),
    ],
)
def test_a_notebook_is_read_as_far_as_its_cells_can_be_told(content):
    assert "1 + 1" in [cell.source for cell in open_notebook(content, "a.ipynb").cells if cell.cell_type == "code"]


@pytest.mark.parametrize("content", [b"", b"null", b"[1]", b'"x"', b"{}", b'{"cells": 3}', b"\xff\xfe\x00"])
def test_what_is_none_says_so_in_a_line(content):
    with pytest.raises(CourseError, match=r"^a.ipynb is not a notebook: [^\n]+$"):
        open_notebook(content, "a.ipynb")


def test_every_file_has_a_name_of_its_own_and_nothing_hides(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("a.ipynb", "a.ipynb", "../a.ipynb", "A.ipynb"):
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8)), name)
    (tmp_path / "class.zip").write_bytes(stream.getvalue())
    (tmp_path / ".mine").mkdir()
    for name in (".mine/b.ipynb", ".b.ipynb", ".mine/cache", "._b.ipynb", ".DS_Store", "report.csv"):
        (tmp_path / name).write_text("x")
    os.symlink(tmp_path / ".mine", tmp_path / "link", target_is_directory=True)
    os.symlink("loop.ipynb", tmp_path / "loop.ipynb")
    found = {item.name: item for item in returned(tmp_path, frozenset({tmp_path / ".mine" / ".." / "report.csv"}))}
    archived = ["class.zip!a.ipynb", "class.zip!a.ipynb #2", "class.zip!a.ipynb #3", "class.zip!A.ipynb"]
    assert set(found) == {*archived, ".mine/b.ipynb", ".b.ipynb", "link", "loop.ipynb"}
    assert "not followed" in found["link"].problem and "symbolic links" in found["loop.ipynb"].problem
    assert {time.localtime(found[name].time)[:5] for name in archived} == {(2026, 3, 4, 5, 6)}
    assert {item.name for item in returned(tmp_path / "class.zip")} == set(archived)
