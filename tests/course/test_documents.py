"""What README and CONTRIBUTING say is done here: their commands run, their examples pass the checks they promise."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lecture_lib import check_gradient, data, primitive, trace
from lecture_lib.__main__ import main
from lecture_lib.autograd import nn
from lecture_lib.course.authoring.equations import DISPLAY, squeezed
from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.printed.settings import window
from lecture_lib.graph.table import table
from lecture_lib.show.widgets.packed import packed

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("exercises", "autograd")]
from bank_suite import faults  # noqa: E402
from printers import faults_in_katex, written_on_every_road  # noqa: E402

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
FENCE = re.compile(r"^```(\w+)(?: ([\w-]+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def fences(kind: str) -> list[tuple[str, str]]:
    """Label and text of every fence of a kind in the documents."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS]
    return [(label, body) for text in texts for found, label, body in FENCE.findall(text) if found == kind]


def example(label: str) -> str:
    found = [body for kind in ("python", "markdown") for name, body in fences(kind) if name == label]
    assert len(found) == 1
    return found[0]


COMMANDS = sorted({line.partition(" #")[0].strip() for _, body in fences("sh") for line in body.splitlines()} - {""})


def parts(command: str) -> list[list[str]]:
    """The programs of a line, without the variables before them."""
    programs = [shlex.split(part) for part in command.split("&&")]
    return [[word for k, word in enumerate(p) if not (k == 0 and re.fullmatch(r"[A-Z_]+=.*", word))] for p in programs]


PARTS = ("Makefile", "pyproject.toml", "constraints.txt", "README.md", "lecture_lib", "data", "benchmarks")
NOTEBOOKS = ("05_error_signal.ipynb", "06_weight_matrix_gradient.ipynb")
TESTS = ("conftest.py", "sanitize.cfg")
ELSEWHERE = re.compile(
    r"^make test$|\blab$|\blite$|\bpip install\b| -m venv |^conda\b|^uvx?\b|^build/|--merge|^parallel |^sbatch "
)
"""make test is what CI runs; set-up and lab are tried whole in tests/house; what needs registries or the parts of several
machines is laid out only."""


@pytest.fixture
def small_house(tmp_path):
    """The project with two of its notebooks and two tests of its own; its .venv lends the Python of this one."""
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    for folder, names in (("notebooks", NOTEBOOKS), ("tests", TESTS)):
        (tmp_path / folder).mkdir()
        for name in names:
            shutil.copy(ROOT / folder / name, tmp_path / folder)
    for name in ("autograd", "exercises"):
        (tmp_path / "tests" / name).mkdir()
        (tmp_path / "tests" / name / "test_small.py").write_text("def test_small():\n    pass\n", encoding="utf-8")
    (tmp_path / "tests" / "portability").mkdir()
    for path in (ROOT / "tests" / "portability").glob("*.py"):
        if not path.name.startswith("test_"):
            shutil.copy(path, tmp_path / "tests" / "portability")
    for cache in tmp_path.rglob("__pycache__"):
        shutil.rmtree(cache)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    lines = ["#!/bin/sh", f"export PYTHONPATH={shlex.quote(str(tmp_path))}", f'exec {shlex.quote(sys.executable)} "$@"']
    python.write_text("\n".join(lines) + "\n", encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / ".venv" / "ready").write_text(str(tmp_path), encoding="utf-8")
    return tmp_path


WRITES = {
    "make run": "build/05_error_signal.html", "make site": "build/site/index.html", "handout": "copies/NOTEBOOK",
    "grade": "returned/grades.csv", "slides": "build/05_error_signal.slides.html",
}  # fmt: skip
"""What is there afterwards, by a word of the command."""


@pytest.mark.skipif(sys.platform == "win32", reason="the small house lends its Python by a shell script")
@pytest.mark.parametrize("command", [command for command in COMMANDS if not ELSEWHERE.search(command)])
def test_a_command_does_what_it_says(command, small_house):
    """Every command is run as it stands, in a house small enough for it."""
    if "grade" in command:
        shutil.copytree(small_house / "notebooks", small_house / "returned")
    if "coverage" in command:  # It wants all notebooks, and writes nothing.
        shutil.copytree(ROOT / "notebooks", small_house / "notebooks", dirs_exist_ok=True)
    # As in a terminal: without the plotting backend of these tests, and without what they know of each other.
    env = {key: value for key, value in os.environ.items() if key != "MPLBACKEND" and not key.startswith("PYTEST")}
    # A site looks for the browser's Python beyond this machine; here it finds no way there.
    env |= {"HTTPS_PROXY": "http://127.0.0.1:9", "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
    env["LECTURE_LIB_CACHE"] = str(small_house / "cache")
    run = subprocess.run(command, shell=True, cwd=small_house, env=env, capture_output=True, text=True, timeout=400)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    for word, written in WRITES.items():
        if word in command:
            assert list(small_house.glob(written.replace("NOTEBOOK", NOTEBOOKS[0]))), sorted(small_house.rglob("*"))


@pytest.mark.parametrize("command", [command for command in COMMANDS if ELSEWHERE.search(command)])
def test_a_command_that_needs_more_is_known(command):
    """make's targets are laid out, and the course's own commands asked whether they know their arguments."""
    for program in parts(command):
        name = Path(program[0]).name
        if name == "make":
            laid_out = subprocess.run(["make", "-n", *program[1:]], cwd=ROOT, capture_output=True, text=True)
            assert laid_out.returncode == 0, laid_out.stderr
            for module in re.findall(r"-m lecture_lib (\w+)", laid_out.stdout):
                known(module)
        elif name.startswith("python") and program[1:3] == ["-m", "lecture_lib"]:
            known(program[3])
        else:
            assert name in {"python3", "python", "pip", "conda", "uv", "uvx", "lecture-lib", "parallel", "sbatch"}, (
                command
            )
            if "lecture-lib" in program[:-1]:
                known(program[program.index("lecture-lib") + 1])
            assert not re.search(r"-m (?!venv|pip|pytest)\w", command)


def known(command: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0


def test_python_examples_of_the_readme_run():
    for label, body in fences("python"):
        if not label:
            exec(compile(body, "README.md", "exec"), {})


@pytest.fixture
def added(monkeypatch):
    """What an example defines when it is written into ``lecture_lib/autograd/nn.py``; taken out again afterwards."""

    def add(label: str) -> dict[str, object]:
        space = dict(vars(nn))
        exec(compile(example(label), "CONTRIBUTING.md", "exec"), space)
        for name in space.keys() - vars(nn).keys():
            monkeypatch.setattr(nn, name, space[name], raising=False)
        return space

    return add


@pytest.mark.parametrize(("label", "name"), [("operation", "softsign"), ("linear", "mirrored")])
def test_an_operation_is_added_as_it_says(label, name, added, rng):
    """It has its derivatives, and every printer can write it."""
    function = added(label)[name]
    x = rng.standard_normal((2, 3))
    check_gradient(function, x)
    source = written_on_every_road(lambda x: np.sum(function(x) * x), [x])
    assert f"from lecture_lib.autograd.nn import {name}" in source
    (row,) = [row for row in table() if row.name == name]
    assert faults_in_katex(row.derivatives) == []
    assert row.family == {"softsign": "elementwise", "mirrored": "linear"}[name]


def test_a_wrong_operation_is_found_out(rng):
    space = dict(vars(nn))
    wrong = example("operation").replace("(1 - np.abs(y)) ** 2", "1 - np.abs(y)")
    exec(compile(wrong, "CONTRIBUTING.md", "exec"), space)
    with pytest.raises(AssertionError):
        check_gradient(space["softsign"], rng.standard_normal((2, 3)))


def test_a_primitive_is_made_as_it_says(rng):
    space = {"primitive": primitive}
    exec(compile(example("primitive"), "CONTRIBUTING.md", "exec"), space)
    x = rng.standard_normal((2, 3))
    check_gradient(space["cube"], x)
    assert "cube(x)" in written_on_every_road(lambda x: np.sum(space["cube"](x) * x), [x])


AS_IT_SAYS = """
import numpy as np
from lecture_lib.course.site.reference import reference
from lecture_lib.show import LearningRateLab
from lecture_lib.train import fit, optim

def loss(w, x): return np.mean((w - x) ** 2)

w = {"w": np.zeros(())}
fit(lambda p, x: loss(p["w"], x), w, np.ones(4), optimizer=optim.get("lion", 0.1), epochs=20, batch_size=2, progress=False)
assert abs(w["w"] - 1) < 0.2, w
lab = LearningRateLab()
lab.optimizer = "Lion"
assert "Lion" in repr(lab), repr(lab)
assert optim.get("lion").lr == 1e-4 and "Lion" in optim.__all__
assert any("Lion" in page.body for page in reference())
"""


def test_an_optimizer_is_added_as_it_says(tmp_path):
    """In a copy of the library, by the one file: training, the lab, the reference and the tests that sweep find it."""
    for name in ("lecture_lib", "data", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "lecture_lib" / "train" / "optim" / "lion.py").write_text(example("optimizer"), encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "train", tmp_path / "tests" / "train")
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", AS_IT_SAYS], cwd=tmp_path, env=env, check=True)
    swept = [sys.executable, "-m", "pytest", "-q", "-k", "lion", "tests/train/test_optim.py"]
    run = subprocess.run(swept, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run.returncode == 0 and "passed" in run.stdout, run.stdout


def test_a_widget_is_added_as_it_says():
    space: dict[str, object] = {"__name__": "halving"}
    exec(compile(example("widget"), "CONTRIBUTING.md", "exec"), space)
    widget = space["Halving"]()  # type: ignore[operator]
    widget.k = 3
    assert "0.12" in repr(widget)
    assert "<svg" in widget.still().svg
    assert len(widget.export()) == 11
    assert packed(widget)


def test_an_exercise_is_added_as_it_says():
    exercise = eval(example("exercise"), {"Exercise": Exercise, "Mistake": Mistake})
    assert faults(exercise) == []


def test_an_equation_is_added_as_it_says():
    equation = eval(example("equation"), {"Equation": Equation, "window": window})
    assert equation.error() <= 1
    (shown,) = DISPLAY.finditer(example("display"))
    assert (shown["id"], squeezed(shown["latex"])) == (equation.id, squeezed(equation.latex))


def test_a_first_cell_is_as_the_notebooks_have_it():
    first = example("first-cell")
    assert re.match(r"# \d\d .*\n\n> \*\*", first)
    assert "**Goal.**" in first
    assert re.search(r"about \d+ minutes", first)
    assert re.search(r"<details>.*\| symbol \|.*</details>", first, re.DOTALL)


def test_data_named_in_the_readme_are_known(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r'data\.(?:corpus|vectors|fetch)\("([^"]+)"\)', text))
    data.available()
    assert named <= {line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()}


def score(W, x, b, u):
    z = W @ x + b
    h = np.tanh(z)
    s = u @ h
    return s


def test_the_readmes_picture_is_what_the_library_draws(tmp_path):
    rng = np.random.default_rng(0)
    graph = trace(score, *(rng.standard_normal(shape) for shape in [(8, 250), 250, 8, 8]))
    graph.save(tmp_path / "score.svg")
    # Another Matplotlib draws its letters a little differently: their outlines, and the names made from them, are left
    # out, and places are compared with the room that letters of another width take.
    drawn, kept = (
        re.split(
            r"(-?\d+\.?\d*)", re.sub(r"<defs>.*?</defs>|href=\"[^\"]*\"", "", path.read_text("utf-8"), flags=re.DOTALL)
        )
        for path in (tmp_path / "score.svg", ROOT / ".github" / "score.svg")
    )
    assert drawn[::2] == kept[::2]
    np.testing.assert_allclose(np.array(drawn[1::2], float), np.array(kept[1::2], float), rtol=0.15, atol=3)
