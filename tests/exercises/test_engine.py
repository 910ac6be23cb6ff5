"""The reader's engine goes on: kept as text, tried out, and named where it is wrong; never a reason to stop."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lecture_lib.exercises import keep, kept
from lecture_lib.exercises.engine import FILE, PARTS

ROOT = Path(__file__).resolve().parents[2]
MINE = """\
from collections import defaultdict

import numpy as np


def send_back(order, inputs, gates, output):
    grads = defaultdict(float)
    grads[output] = 1.0
    for name in reversed(order):
        shares = gates[name].backward(grads[name])
        for i, share in zip(inputs[name], shares, strict=True):
            grads[i] += share
    return grads


class MultiplyGate:
    def forward(self, a, c):
        self.a, self.c = a, c
        return a * c

    def backward(self, g):
        return g * self.c, g * self.a


class LinearGate:
    def forward(self, W, x, b):
        self.W, self.x = W, x
        return W @ x + b

    def backward(self, g):
        return np.outer(g, self.x), self.W.T @ g, g
"""
SHARES = "zip(inputs[name], shares, strict=True)"
SLIPS = [
    ("grads[i] += share", "grads[i] = share", "send_back: overwritten instead of added"),
    ("reversed(order)", "order", "send_back: in the order of the forward pass"),
    (SHARES, f"list({SHARES})[:1]", "send_back: a parent is left out"),
    (SHARES, f"list({SHARES})[1:]", "send_back: off by one"),
    ("grads[i] += share", "grads[i] -= share", "send_back: a wrong sign"),
    ("    grads[output] = 1.0\n", "", "send_back: nothing to start with"),
    ("return grads", "return (grads", "my_engine.py does not load, line 13: SyntaxError"),
    ("import numpy as np", "import numppy as np", "my_engine.py does not load: ModuleNotFoundError"),
    ("import numpy as np", "raise SystemExit", "my_engine.py does not load: SystemExit"),
    ("grads[i] += share", "grads[i] += part", "send_back: part is not known"),
    ("return g * self.c, g * self.a", "return g, g", "MultiplyGate: distributed as by a sum"),
    ("self.W.T @ g", "self.W @ g", "LinearGate: the transpose is missing"),
    ("class LinearGate", "class LayerGate", "LinearGate: not in my_engine.py"),
    ("return W @ x + b", "return ...", "LinearGate: not done yet"),
]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def solves(engine) -> bool:
    """Whether an engine finds the gradients of f = s·s, s = the layer's only unit."""
    steps = {"f": (engine.MultiplyGate, ["s", "s"]), "s": (engine.LinearGate, ["W", "x", "b"])}
    W, x, b = np.array([[2.0, -1.0]]), np.array([3.0, 1.0]), np.array([0.5])
    value, grads = engine.run(steps, {"W": W, "x": x, "b": b}, "f")
    return bool(value == 5.5**2 and np.allclose(grads["W"], 11 * x) and np.allclose(grads["x"], 11 * W[0]))


@pytest.mark.parametrize(("right", "slip", "said"), SLIPS)
def test_a_slip_in_a_kept_engine_is_named_and_the_notebook_runs_on(right, slip, said, own_folder, capsys):
    assert right in MINE
    (own_folder / FILE).write_text(MINE.replace(right, slip), "utf-8")
    engine = kept()
    printed = " ".join(capsys.readouterr().out.split())
    assert said in printed and "course's own" in printed
    assert solves(engine) and len(engine.yours) == (0 if "load" in said else 2)
    assert [path.name for path in own_folder.iterdir()] == [FILE]


def test_a_right_engine_is_used(own_folder, capsys):
    (own_folder / FILE).write_text(MINE, "utf-8")
    engine = kept()
    assert capsys.readouterr().out == "From your my_engine.py: send_back, MultiplyGate and LinearGate.\n"
    assert engine.yours == tuple(PARTS) and solves(engine)
    assert all(getattr(engine, name).__module__ == "my_engine" for name in PARTS)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0", b"", b"send_back = MultiplyGate = 3"])
def test_a_file_that_is_no_engine_stops_nothing(content, own_folder, capsys):
    (own_folder / FILE).write_bytes(content)
    assert solves(kept())
    assert "course's own" in capsys.readouterr().out


def test_where_nothing_is_kept_the_course_stands_in(own_folder, capsys):
    assert solves(kept())
    assert "There is no my_engine.py here" in capsys.readouterr().out
    assert not list(own_folder.iterdir())


def test_what_was_kept_is_laid_aside_and_not_lost(own_folder, capsys):
    space = defined(own_folder, MINE)
    keep(space["send_back"])
    (own_folder / FILE).write_text("# by hand\n", "utf-8")
    keep(space["send_back"], space["LinearGate"])
    assert (own_folder / "my_engine_before.py").read_text("utf-8") == "# by hand\n"
    assert kept().yours == ("send_back", "LinearGate")


def test_what_is_not_done_is_not_kept(own_folder, capsys):
    space = defined(own_folder, MINE.replace("return W @ x + b", "return ..."))
    keep(space["LinearGate"])
    assert capsys.readouterr().out == "Nothing is kept yet: LinearGate is not done.\n"
    assert not (own_folder / FILE).exists()
    keep(*(space[name] for name in PARTS))
    assert capsys.readouterr().out == "Kept in my_engine.py: send_back and MultiplyGate. Not done: LinearGate.\n"


def test_a_folder_that_takes_no_file_is_no_reason_to_stop(own_folder, monkeypatch, capsys):
    space = defined(own_folder, MINE)

    def refuse(*args, **settings):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "write_text", refuse)
    keep(space["send_back"])
    assert "cannot be written here (Read-only file system)" in capsys.readouterr().out


def test_among_the_courses_own_notebooks_nothing_is_left_behind(own_folder, monkeypatch, capsys):
    space = defined(own_folder, MINE)
    monkeypatch.chdir(ROOT / "notebooks")
    keep(space["send_back"])
    assert "Nothing is kept here" in capsys.readouterr().out
    assert not list((ROOT / "notebooks").glob("my_engine*"))


def test_a_class_of_a_notebooks_cell_is_kept_with_its_comments(own_folder):
    """IPython's cells have no file; what was typed is kept as it was typed."""
    cells = [MINE.replace("a * c", "a * c  # the product"), "from lecture_lib.exercises import keep"]
    cells.append("keep(send_back, MultiplyGate, LinearGate)")
    program = "from IPython.core.interactiveshell import InteractiveShell\nshell = InteractiveShell()\n"
    program += "".join(f"shell.run_cell({cell!r}).raise_error()\n" for cell in cells)
    subprocess.run([sys.executable, "-c", program], cwd=own_folder, check=True)
    assert "return a * c  # the product" in (own_folder / FILE).read_text("utf-8")
    assert kept().yours == tuple(PARTS)


def test_the_notebooks_hand_the_engine_on():
    """09 keeps it; 10, 12 and 16 ask for it, and each says in its stored output that the course's own runs."""
    for number, call in {"09": "keep(send_back", "10": "kept()", "12": "kept()", "16": "kept()"}.items():
        (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
        cells = json.loads(path.read_text("utf-8"))["cells"]
        outputs = [json.dumps(c["outputs"]) for c in cells if c["cell_type"] == "code" and call in "".join(c["source"])]
        said = "Nothing is kept yet" if number == "09" else "the course's own engine runs"
        assert len(outputs) == 1 and said in outputs[0]


def defined(folder: Path, text: str) -> dict:
    """The names that a file of the reader's defines."""
    path = folder / "cells.py"
    path.write_text(text, "utf-8")
    space: dict = {"__name__": "__main__"}
    exec(compile(text, str(path), "exec"), space)
    return space
