"""What a reader meets: answers that are not done, right, wrong in a known way, and wrong in some other way."""

import ast
import subprocess
import sys

import numpy as np
import pytest

from lecture_lib import Tensor
from lecture_lib.exercises import UnknownExerciseError, WrongAnswer, check
from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.checking import judge
from lecture_lib.exercises.records import solved_exercises


def empty(delta, x): ...


def with_dots(delta, x):
    return ...


def with_dots_inside(delta, x):
    return np.outer(delta, x) * ...


def test_dots_in_an_index_are_no_gap():
    assert judge(find_exercise("06-outer"), lambda delta, x: delta[..., None] * x[None, ...]).state == "right"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("06-outer", ...),
        ("06-outer", empty),
        ("06-outer", with_dots),
        ("06-outer", with_dots_inside),
        ("06-outer", lambda delta, x: ...),
        ("03-shape", (..., 5)),
        ("04-shapes", [(1, 8), ..., (8, 250)]),
        ("04-shapes", [(1, 8), (8, ...), (8, 250)]),
        ("03-shape", np.array([3, ...])),
    ],
)
def test_untouched_answers_run_on(name, answer, capsys):
    check(name, answer)
    assert capsys.readouterr().out == f"{name}: not done yet\n"
    assert solved_exercises() == set()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("06-outer", lambda delta, x: delta[:, None] * x),
        ("06-outer", lambda delta, x: (delta[:, None] * x).tolist()),
        ("06-outer", lambda d, x: Tensor(np.outer(d, x))),
        ("06-outer", lambda d, x: np.outer(d, x).astype(np.float64) + 1e-12),
        ("03-shape", [3, 5]),
        ("03-shape", np.array([3, 5])),
        ("01-window-length", 1500.0),
        ("03-shape", "(3, 5)"),
        ("16-span", "0"),
        ("01-first-window", ("<padding>", "<padding>", "Maria", "flew", "to")),
        ("01-first-window", np.array(["<padding>", "<padding>", "Maria", "flew", "to"])),
        ("04-shapes", ((1, 8), (8, 8), (8, 250))),
    ],
)
def test_other_spellings_of_the_solution_are_right(name, answer, capsys):
    check(name, answer)
    assert capsys.readouterr().out.startswith(f"{name}: right. ")
    assert solved_exercises() == {name}


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("06-outer", np.ones((3, 5)), r"not a function\. Hand over a function of \(delta, x\)"),
        ("09-multiply", 4, r"not a class\. Hand over the class by its name"),
        ("03-shape", lambda: (3, 5), "a function. This exercise wants the value"),
        ("03-shape", "three by five", "a text. Hand over the tuple itself"),
        ("00-product", 4, r"a number, not a shape\. A tuple with one entry needs a comma: \(4,\)"),
        ("06-outer", lambda delta: delta, "TypeError: another number of arguments"),
        (
            "06-outer",
            lambda delta, x: 1 / 0,
            r"division by zero.*called with delta of shape \(\d,\), x of shape \(\d,\)",
        ),
        ("06-outer", lambda delta, x: {"W": x}, "a result of type dict"),
        ("00-product", {"W": 1}, "a dict. A set keeps no order"),
        ("00-product", b"3", "a value of type bytes. Hand over a shape"),
        ("06-outer", lambda delta, x: np.outer(delta, x)[0.5], "an index that is no whole number"),
        ("06-outer", lambda delta, x: print(end=""), "returns nothing"),
        ("03-shape", None, "the answer is None"),
        ("05-input", lambda delta, W: (W.T @ delta)[:, None], r"a column, of shape \(\d, 1\)"),
        ("05-input", lambda delta, W: (W.T @ delta)[None], r"a row, of shape \(1, \d\)"),
        ("06-outer", lambda delta, x: np.zeros(2), r"wrong shape\. .*has shape \(2,\); expected \(\d, \d\)"),
        ("06-outer", lambda delta, x: np.outer(delta, x) * np.nan, "not a number"),
        ("06-outer", lambda delta, x: -np.outer(delta, x), "wrong sign"),
        ("06-outer", lambda delta, x: np.outer(delta, x) / 4, "a constant factor, too small.* 0.25 times"),
        ("06-outer", lambda delta, x: np.outer(delta, x) + 0.1, "a constant is added"),
        ("06-outer", lambda delta, x: np.zeros((delta.size, x.size)), "all zeros"),
        ("01-window-length", -1500, "wrong sign"),
        ("01-window-length", 3000, "twice too large"),
        ("04-shapes", [(1, 8), (8, 8)], "2 of 3 shapes"),
        ("04-shapes", 5, "not a list of shapes"),
    ],
)
def test_other_wrong_answers_get_what_can_be_said(name, answer, message):
    with pytest.raises(WrongAnswer, match=f"(?s)^{name}: .*{message}"):
        check(name, answer)
    assert solved_exercises() == set()


def test_an_argument_may_be_nudged_and_must_be_as_before(capsys):
    def gradient(f, x, eps):
        slopes = np.empty_like(x)
        for i in range(x.size):
            x[i] += eps
            above = f(x)
            x[i] -= 2 * eps
            slopes[i] = (above - f(x)) / (2 * eps)
            x[i] += eps
        return slopes

    check("02-gradient", gradient)
    check("02-gradient", gradient)
    assert capsys.readouterr().out.count("right") == 2

    def spoils(f, x, eps):
        slopes = gradient(f, x, eps)
        x[:] = 0
        return slopes

    with pytest.raises(WrongAnswer, match="it changes x"):
        check("02-gradient", spoils)


@pytest.mark.parametrize(("name", "near"), [("06-outr", "06-outer"), ("0-outer", "outer"), ("99-x", "")])
def test_unknown_ids_name_a_near_one(name, near):
    with pytest.raises(UnknownExerciseError, match=f"There is no exercise '{name}'. Did you mean '.*{near}"):
        check(name, 1)


def test_an_answer_in_place_of_the_id_says_so():
    with pytest.raises(TypeError, match="id comes first, as a text"):
        check(np.ones(2), "06-outer")


def test_a_notebook_shows_one_line():
    """IPython prints the message alone, and the cell still fails."""
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell()\n"
        "cell = 'from lecture_lib.exercises import check\\ncheck(\"03-shape\", (5, 3))'\n"
        "print(shell.run_cell(cell, silent=False).success)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "WrongAnswer: 03-shape: inputs as rows. ∂y/∂x has one row for each what?",
        "False",
    ]


def test_import_costs_numpy_and_nothing_else():
    program = (
        "import sys, numpy; before = set(sys.modules); from lecture_lib.exercises import check; check('06-outer', ...); "
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    loaded = ast.literal_eval(output.splitlines()[-1])
    foreign = set(loaded) - sys.stdlib_module_names - {"lecture_lib", "numpy"}
    assert not {name for name in foreign if "cython" not in name}
