"""Python in the page: every exercise solved by its printed solution, cells run in order, endless loops stopped."""

import os
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lecture_lib.course.execute import read_notebook
from lecture_lib.course.site import distribution, inside
from lecture_lib.course.site.distribution import UnfitFileError, checksums, verify
from lecture_lib.course.site.questions import answers, exercise_of
from lecture_lib.course.site.wheel import _archive, _sources
from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.bank.paper import find_paper

from .conftest import opened
from .test_questions import SOLUTION, exercises

# What the page's own functions do, for many exercises in one worker: another page's cells, one after the other.
CHECK_ALL = """async (tasks) => {
    await course.python.prepare(["data"], () => {});
    const told = [];
    for (const { name, above, cells } of tasks) {
        await course.python.call("run", "above", await course.python.call("needed", above, cells[0]));
        for (const cell of cells) told.push([name, await course.python.call("run", name, cell)]);
    }
    return told;
}"""


@pytest.fixture(scope="module")
def python() -> Path:
    named = os.environ.get("LECTURE_LIB_PYODIDE")
    if not named:
        pytest.skip("no Python for the browser: set LECTURE_LIB_PYODIDE to a folder with Pyodide's files")
    return Path(named)


@pytest.fixture(scope="module")
def page(chromium: Any, site: Path, python: Path) -> Iterator[Any]:
    with opened(chromium) as page:
        page.goto((site / "03_jacobians.html").as_uri(), wait_until="domcontentloaded")
        assert not any("/python/" in address for address in page.asked), "a page that is only read loads no Python"
        yield page


def settled(page: Any, cell: Any) -> str:
    page.wait_for_function("cell => !cell.classList.contains('running')", arg=cell.element_handle(), timeout=120_000)
    return str(cell.locator(".outputs").inner_text()) if cell.locator(".outputs").count() else ""


def test_a_cell_is_checked_with_what_it_needs(page: Any) -> None:
    cell = page.locator("[data-exercise='03-linear']")
    area = cell.get_by_role("textbox")
    cell.get_by_role("button", name="Check").click()
    assert settled(page, cell).strip() == "03-linear: not done yet"
    area.fill('def jacobian_x(W, b, x):\n    return W.T\n\n\ncheck("03-linear", jacobian_x)')
    area.press("Shift+Enter")
    assert settled(page, cell).startswith("03-linear: transposed. ")
    area.fill('def jacobian_x(W, b, x):\n    return W\n\n\ncheck("03-linear", jacobian_x)')
    cell.get_by_role("button", name="Check").click()
    assert settled(page, cell).startswith("03-linear: right. ")
    assert "solved" in cell.get_attribute("class")
    cell.get_by_role("button", name="Reset").click()
    assert "return ..." in area.input_value()
    hints = page.locator("[data-exercise='03-linear'] + details")
    cell.get_by_role("button", name="Hint").click()
    assert hints.get_attribute("open") is not None


def test_a_cell_runs_after_those_above(page: Any) -> None:
    cell = page.locator("[id='03-foretell']")
    cell.get_by_role("button", name="Edit").click()
    cell.locator(".editor").fill("print(jacobian @ step)\njacobian")
    cell.get_by_role("button", name="Run").click()
    assert "NameError: name 'step' is not defined" in settled(page, cell)
    cell.locator(".editor").fill("step = np.ones(3)\njacobian @ step")
    cell.get_by_role("button", name="Run").click()
    assert settled(page, cell).strip() == "array([7., 7.])"


def test_an_endless_loop_is_stopped_and_the_text_kept(page: Any) -> None:
    cell = page.locator("[id='03-outputs']")
    cell.get_by_role("button", name="Edit").click()
    area = cell.locator(".editor")
    area.fill("while True:")
    area.press("Enter")
    page.keyboard.type("pass")
    assert area.input_value() == "while True:\n    pass"
    linear = page.locator("[data-exercise='03-linear']").get_by_role("textbox")
    linear.fill("while True: pass")
    page.locator("[data-exercise='03-linear']").get_by_role("button", name="Check").click()
    page.wait_for_timeout(300)
    page.locator("[data-exercise='03-linear']").get_by_role("button", name="Stop").click()
    settled(page, page.locator("[data-exercise='03-linear']"))
    assert "Stopped" in page.locator("[data-exercise='03-linear'] .runs [role=status]").inner_text()
    for _ in range(3):
        # A busy browser writes down what is kept a moment later.
        page.wait_for_timeout(1000)
        page.reload()
        if linear.input_value() == "while True: pass":
            break
        linear.fill("while True: pass")
    assert linear.input_value() == "while True: pass"
    page.reload()
    assert linear.input_value() == "while True: pass"
    assert page.wrong == []


def test_every_exercise_is_solved_by_its_printed_solution(page: Any) -> None:
    """Those that need Python; a page judges the others from data. Whatever else is handed over is refused in words."""
    tasks = []
    for path, name in exercises():
        # Derivations are texts: the next test has one of them read.
        if answers(name) is not None or find_paper(name) is not None:
            continue
        cells = read_notebook(path).cells
        place = next(k for k, cell in enumerate(cells) if exercise_of(cell) == name)
        solution = next(found[1] for cell in cells[place + 1 :] if (found := SOLUTION.search(cell.source)))
        calls = cells[place].source[cells[place].source.index("check(") :]
        given = re.search(r",\s*(\w+)\)", calls)
        assert given
        wrong = f"check({name!r}, {'lambda *args: 3.7' if find_exercise(name).arguments else '3.7'})"
        above = [cell.source for cell in cells[:place] if cell.cell_type == "code"]
        tasks.append({"name": name, "above": above, "cells": [f"{solution}\n{calls}", wrong]})
    assert len(tasks) > 50
    told = page.evaluate(CHECK_ALL, tasks)
    for name, result in told[::2]:
        assert [output["data"].startswith(f"{name}: right. ") for output in result["outputs"]] == [True], result
    for name, result in told[1::2]:
        assert result["failed"] and result["outputs"][-1]["data"].startswith(f"{name}: "), result
    assert {name for name, _ in told} <= set(told[-1][1]["solved"])


def test_a_derivation_is_read_in_the_page(page: Any, site: Path) -> None:
    page.goto((site / "91_features.html").as_uri(), wait_until="domcontentloaded")
    form = page.locator("form.paper")
    form.get_by_role("textbox").fill("∂s/∂h = u^T\n∇_b s = u ∘ f(z)")
    form.get_by_role("button", name="Check").click()
    form.locator(".verdict", has_text="function for slope").wait_for(timeout=120_000)
    assert form.locator(".margin tr").count() == 2 and form.locator(".margin .katex").count() >= 2


# Without a browser


def test_a_cell_shows_what_jupyter_shows() -> None:
    result = inside.run("a-cell", "x = 2\nprint('one')\nx + 1")
    assert result["outputs"] == [{"kind": "text/plain", "data": "one\n"}, {"kind": "text/plain", "data": "3"}]
    failed = inside.run("a-cell", "def f():\n    return 1 / 0\n\nf()")
    assert failed["failed"]
    assert failed["outputs"][-1]["data"] == "line 4: f()\nline 2: return 1 / 0\nZeroDivisionError: division by zero"
    assert inside.run("a-cell", "x = (")["outputs"][-1]["data"].startswith("line 1: x = (\nSyntaxError: ")
    assert (
        inside.run("a-cell", "import inspect\ndef g():\n    return 7\nprint(inspect.getsource(g))")["outputs"][0][
            "data"
        ]
        == "def g():\n    return 7\n\n"
    )
    assert inside.run("a-cell", "x;")["outputs"] == []
    assert inside.run("a-cell", "raise SystemExit")["failed"]


def test_the_wheel_is_the_library_without_these_pages() -> None:
    names = zipfile.ZipFile(BytesIO(_archive(_sources()))).namelist()
    assert "lecture_lib/autograd/engine.py" in names and "lecture_lib/exercises/bank/nb05.py" in names
    assert not any(
        name.startswith("lecture_lib/course/site") or ("/data/" in name and name.endswith(".npz")) for name in names
    )


def test_a_file_that_is_not_the_right_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in checksums():
        (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(
        UnfitFileError, match=r"pyodide\.js is not the right file: its SHA-256 is [0-9a-f]{64}; expected"
    ):
        verify(tmp_path)
    monkeypatch.setenv(distribution.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(UnfitFileError, match="is missing"):
        distribution.distribution()


def test_where_python_cannot_be_had_one_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unreachable(folder: Path) -> None:
        raise OSError("no network")

    monkeypatch.delenv(distribution.VARIABLE, raising=False)
    monkeypatch.setenv("LECTURE_LIB_CACHE", str(tmp_path))
    monkeypatch.setattr(distribution, "from_official", unreachable)
    monkeypatch.setattr(distribution, "from_pypi", unreachable)
    said: list[str] = []
    assert distribution.distribution(said.append) is None
    assert len(said) == 1 and "without Run" in said[0] and "\n" not in said[0]
