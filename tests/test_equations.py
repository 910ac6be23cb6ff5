"""Every displayed derivative in a notebook has an id, and its very LaTeX is computed and found true."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from lecture_lib.course.authoring.equations import REGISTRY, Equation, find_faults, squeezed
from lecture_lib.exercises.printed import judge_equation
from lecture_lib.exercises.printed.latex_check import ClaimError, Setting, errors_of
from lecture_lib.exercises.printed.settings import bare_score, three_inputs, two_steps, window

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
KNOWN = {equation.id: equation for equation in REGISTRY}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_displayed_derivative_is_proved(path):
    assert find_faults(path) == []


@pytest.mark.parametrize("equation", REGISTRY, ids=lambda equation: equation.id)
def test_equation_holds(equation):
    assert equation.error() <= 1


def test_ids_and_texts_are_unique():
    assert len(KNOWN) == len(REGISTRY)
    assert all(re.fullmatch(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*", name) for name in KNOWN)
    assert len({(squeezed(equation.latex), equation.setting) for equation in REGISTRY}) == len(REGISTRY)


def holds(equation: Equation) -> bool:
    try:
        return equation.error() <= 1
    except ClaimError:
        return False


def misprints(latex: str):
    """The LaTeX with one slip in it."""
    slips = [
        (r"\^\\top", ""),
        (r"(?<=[\d)}\w\s]) ?- ", " + "),
        (r"(?<=[\w)}\s])\+ ", "- "),
        (r"\(?u \\circ (f'\(z\))\)?", r"\1"),
        (r"\(?(u) \\circ f'\(z\)\)?", r"\1"),
        (r"f'(?=\()", "f"),
        (r"\\circ", r"\\cdot"),
        (r"\\otimes", ""),
        (r"\\operatorname\{diag\}", ""),
        (r"(\\delta) (x)\^\\top", r"\2 \1^\\top"),
        (r"(\\Delta)\^\\top (X)", r"\2^\\top \1"),
        (r"= ", "= -"),
        (r"= ", "= 2 "),
        (r"_\{ij\}$", "_{ji}"),
        (r"x_j", "x_i"),
        (r"x_3", "x_2"),
        (r"W\^\\top", "W"),
        (r"= 0$", "= x_3"),
    ]
    for pattern, other in slips:
        for found in re.finditer(pattern, latex):
            slipped = latex[: found.start()] + found.expand(other) + latex[found.end() :]
            if squeezed(slipped) != squeezed(latex):
                yield slipped


# A slip that says the same: zero has no sign, and a number's transpose and its products have no order.
HARMLESS = {
    r"\frac{\partial z_1}{\partial W_{23}} = -0",
    r"\frac{\partial z_1}{\partial W_{23}} = 2 0",
    *(KNOWN[name].latex.replace("= 0", zero) for name in ("entry-b", "entry-f") for zero in ("= -0", "= 2 0")),
}


@pytest.mark.parametrize("equation", REGISTRY, ids=lambda equation: equation.id)
def test_a_misprint_is_noticed(equation):
    slips = [latex for latex in misprints(equation.latex) if latex not in HARMLESS]
    assert slips
    survivors = [latex for latex in slips if holds(dataclasses.replace(equation, latex=latex))]
    assert survivors == []


@pytest.mark.parametrize(
    ("latex", "problem"),
    [
        (r"\nabla_W J", "it claims nothing"),
        (r"= \delta", "a relation without a left side"),
        (r"\nabla_W J = x \delta^\top", "the left side is 4×5, the right side 5×4|left side is .*, the right side"),
        (r"\nabla_W J = x \delta", "the inner sizes differ"),
        (r"\nabla_b J = \delta + x", "both must have the same shape"),
        (r"\nabla_b J = q", "q is not known here; known are x, W"),
        (r"\nabla_b J = \delta_9", "has no entry 9"),
        (r"\nabla_b J = (\delta", r"expected \), found the end"),
        (r"\nabla_b z = \delta", "∇ needs a number, and z has"),
        (r"\nabla_b J = \delta / x", "cannot divide by"),
        (r"\nabla_b J = \delta^3", "to the power 3"),
        (r"\nabla_b J = \sum_q \delta_q", "the index q has no range"),
        (r"\nabla_b J = \begin{cases} 1 \end{cases}", "cannot read"),
        (r"\nabla_W J = \begin{pmatrix} x^\top \\ x \end{pmatrix}", "they must be equally wide"),
        (r"\nabla_b J = @", "cannot read @"),
    ],
)
def test_what_cannot_be_computed_says_where(latex, problem):
    with pytest.raises(ClaimError, match=problem):
        errors_of(latex, window(np.random.default_rng(0)))


def test_continued_lines_and_words_are_read():
    latex = r"\begin{aligned} \nabla_W J &= \delta x^\top \\ &= (\delta) x^\top, \qquad \text{and so} \quad \nabla_b J = \delta \end{aligned}"
    errors = errors_of(latex, window(np.random.default_rng(0)))
    assert len(errors) == 3
    assert max(errors) <= 1


def test_the_entries_of_a_matrix_are_read_row_by_row():
    setting = three_inputs(np.random.default_rng(0))
    matrix = r"\frac{\partial y}{\partial x} &= \begin{pmatrix} x_2 & x_1 & 0 \\ 0 & 1 & 2x_3 \end{pmatrix}"
    assert max(errors_of(matrix, setting)) <= 1
    assert max(errors_of(matrix.replace("2x_3", "x_3"), setting)) > 1
    assert max(errors_of(matrix.replace("x_2 & x_1", "x_1 & x_2"), setting)) > 1
    with pytest.raises(ClaimError, match="equally wide"):
        errors_of(matrix.replace("& 0 ", ""), setting)
    with pytest.raises(ClaimError, match="pieces of 1 and 3 rows"):
        errors_of(matrix.replace("x_2", "x"), setting)


@pytest.mark.parametrize(("latex", "true"), [
    (r"{W^{[2]}}^\top x^{(1)} = 2 W^{[1]} x^{(1)}", True),
    (r"{W^{[1]}}^\top x^{(1)} = 2 W^{[1]} x^{(1)}", False),
    (r"{W^{[2]}}^\top x^{(2)} = 2 W^{[1]} x^{(1)}", False),
    (r"x^{(1)}_2 = 3", True),
    (r"x^{(2)}_2 = 3", False),
])  # fmt: skip
def test_brackets_above_a_letter_name_a_layer_and_parentheses_an_example(latex, true):
    W = np.array([[1.0, 2.0], [3.0, 5.0]])
    columns = {"x^{(1)}": np.array([[2.0], [3.0]]), "x^{(2)}": np.array([[1.0], [4.0]])}
    (error,) = errors_of(latex, Setting({"W^{[1]}": W, "W^{[2]}": 2 * W.T, **columns}))
    assert (error <= 1) == true


def test_straight_d_is_a_derivative_too():
    """ds/dx, as the scalar chain rule is often written."""
    latex = r"\frac{ds}{dx} = \dfrac{\mathrm{d}s}{\mathrm{d}y} \frac{dy}{dx} = 6x"
    assert max(errors_of(latex, two_steps(np.random.default_rng(0)))) <= 1


def test_a_false_relation_in_a_chain_is_found():
    errors = errors_of(r"\nabla_b J = 2\delta = 2\delta", window(np.random.default_rng(0)))
    assert [error <= 1 for error in errors] == [False, True]


def test_small_numbers_are_not_forgiven():
    tiny = Setting({"x": np.full((1, 1), 1e-4)}, {"s": lambda v: v["x"]})
    assert errors_of("s = 2x", tiny)[0] > 1


@pytest.fixture
def notebook(tmp_path):
    def write(*texts: str) -> Path:
        path = tmp_path / "06_weights.ipynb"
        cells = [{"cell_type": "markdown", "id": f"06-{k}", "source": text} for k, text in enumerate(texts)]
        path.write_text(json.dumps({"cells": [*cells, {"cell_type": "code", "id": "06-c", "source": "$$\\partial$$"}]}))
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "<!-- eq: grad-W -->\n$$\\nabla_W J = \\delta x^\\top$$",
        "Before.\n\n<!--eq:grad-W-->\n\n$$\n\\nabla_W  J=\\delta\n x^\\top\n$$ after",
        "$$z = Wx + b$$",
        "inline $\\nabla_W J = x$ is no display",
        "```\n$$\\nabla_W J = x$$\n```",
    ],
)
def test_sound_displays_have_no_faults(notebook, text):
    assert find_faults(notebook(text)) == []


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["$$\\nabla_W J = \\delta x^\\top$$"], "06-0: .* has no id: put <!-- eq: grad-W --> before it"),
        (["$$\\nabla_W J = x$$"], "06-0: .* has no id: put <!-- eq: … --> and an entry in"),
        (["$$\\frac{dz}{dx} = 1$$"], "has no id"),
        (["$$f'(x)$$"], "has no id"),
        (["\\[ \\nabla_W J = x \\]"], r"06-0: write displayed mathematics between \$\$"),
        (["\\begin{align*} z &= x \\end{align*}"], r"not as \\begin\{align\*\}"),
        (["<!-- eq: grad-w -->\n$$\\nabla_W J = \\delta x^\\top$$"], "no equation 'grad-w'; did you mean 'grad-"),
        (["<!-- eq: grad-W -->\n$$\\nabla_W J = x\\delta^\\top$$"], "grad-W reads .* here and .* in the registry"),
        (["<!-- eq: grad-W -->\n$$\\nabla_W J = \\delta x^\\top$$"] * 2, "06-1: grad-W is displayed twice"),
    ],
)
def test_displays_without_a_proof_are_listed(notebook, texts, fault):
    (found,) = find_faults(notebook(*texts))
    assert re.search(fault, found)


def test_an_equation_is_judged_in_words():
    said = [judge_equation(latex, bare_score) for latex in (r"\nabla_x s = W^\top \delta", r"\nabla_x s = W^\top u")]
    assert said == ["holds", "fits in shape, and is wrong"]
    assert judge_equation(r"\nabla_x s = W \delta", bare_score).startswith("does not even fit: ")
    with pytest.raises(ClaimError, match="q is not known"):
        judge_equation(r"\nabla_x s = q", bare_score)
