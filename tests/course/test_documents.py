"""What README and CONTRIBUTING say is done here: their commands run, their examples pass the checks they promise."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lecture_lib import check_gradient, data, trace
from lecture_lib.__main__ import main
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.operation import Value
from lecture_lib.autograd.tensor import apply
from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import window
from lecture_lib.exercises.exercise import Exercise, Mistake

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "exercises"))
from bank_suite import faults  # noqa: E402

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


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(command):
    """make's targets are laid out, the course's commands and pytest are asked whether they know their arguments.

    The first set-up, the lab and the run are tried whole elsewhere (tests/test_house.py, tests/test_run_notebooks.py); CI
    itself is the call of `make test`.
    """
    for program in parts(command):
        name = Path(program[0]).name
        if name == "make":
            laid_out = subprocess.run(["make", "-n", *program[1:]], cwd=ROOT, capture_output=True, text=True)
            assert laid_out.returncode == 0, laid_out.stderr
            for module in re.findall(r"-m lecture_lib (\w+)", laid_out.stdout):
                known(module)
        elif name.startswith("python") and program[1:3] == ["-m", "lecture_lib"]:
            known(program[3])
        elif name.startswith("python") and program[1:4] == ["-m", "jupyter", "nbconvert"]:
            assert (ROOT / program[program.index("slides") + 1]).is_file()
        elif name.startswith("python") and program[1:3] == ["-m", "pytest"]:
            assert (ROOT / program[3]).exists()
        else:
            assert name in {"python3", "python", "pip", "conda"}, command
            assert not re.search(r"-m (?!venv|pip)\w", command)


def known(command: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0


def test_python_examples_of_the_readme_run():
    for label, body in fences("python"):
        if not label:
            exec(compile(body, "README.md", "exec"), {})


def test_an_operation_is_added_as_it_says(rng):
    space = {"Elementwise": Elementwise, "apply": apply, "np": np, "Value": Value}
    exec(compile(example("operation"), "CONTRIBUTING.md", "exec"), space)
    check_gradient(space["softsign"], rng.standard_normal((2, 3)))
    with pytest.raises(AssertionError):
        wrong = example("operation").replace("(1 - np.abs(y)) ** 2", "1 - np.abs(y)")
        exec(compile(wrong, "CONTRIBUTING.md", "exec"), space)
        check_gradient(space["softsign"], rng.standard_normal((2, 3)))


def test_an_exercise_is_added_as_it_says():
    exercise = eval(example("exercise"), {"Exercise": Exercise, "Mistake": Mistake})
    assert faults(exercise) == []


def test_an_equation_is_added_as_it_says():
    equation = eval(example("equation"), {"Equation": Equation, "window": window})
    assert equation.error() <= 1


def test_a_first_cell_is_as_the_notebooks_have_it():
    first = example("first-cell")
    assert re.match(r"# \d\d ", first)
    assert "**Goal.**" in first
    assert re.search(r"about \d+ minutes", first)
    assert "| symbol |" in first


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
    assert (tmp_path / "score.svg").read_bytes() == (ROOT / ".github" / "score.svg").read_bytes()
