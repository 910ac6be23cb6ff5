"""The table of the documentation is complete, and says what the rules compute."""

import subprocess
import sys

import pytest
from mutants import operations

from lecture_lib.autograd.state import MODE, Mode
from lecture_lib.graph.table import markdown, table

ROWS = {row.name: row for row in table()}


def test_every_operation_has_a_row():
    assert set(ROWS) == set(operations())
    assert {row.family for row in ROWS.values()} == {"elementwise", "linear", "bilinear", "reduction", "implicit"}
    assert all(row.derivatives and all(row.derivatives) for row in ROWS.values())
    assert MODE.get() == Mode()


@pytest.mark.parametrize(
    ("name", "derivatives"),
    [
        ("multiply", ("b", "a")),
        ("divide", (r"\frac{1}{b}", r"\frac{-y}{b}")),
        ("tanh", ("1 - y^2",)),
        ("exp2", (r"\ln 2\,y",)),
        ("degrees", (r"\frac{180}{\pi}",)),
        ("sigmoid", (r"y\,\left(1 - y\right)",)),
        ("arcsin", (r"\frac{1}{\sqrt{1 - x^2}}",)),
        ("sqrt", (r"\frac{1}{2\,y}",)),
        ("cbrt", (r"\frac{1}{3\,y^2}",)),
        ("reciprocal", ("-y^2",)),
        ("mean", (r"\mathrm{broadcast\_to}\left(\mathrm{reshape}\left(G\,\frac{1}{n}\right)\right)",)),
        (
            "hypot",
            tuple(rf"\begin{{cases}} 0 & [y = 0] \\ \frac{{{c}}}{{y}} & \text{{else}} \end{{cases}}" for c in "ab"),
        ),
        ("logsumexp", ("e^{x - y}",)),
        ("var", (r"\left(x - \frac{\sum x}{n}\right)\,\frac{2}{n}",)),
        ("prod", (r"x_2\,x_3,\ x_1\,x_3,\ x_2\,x_1",)),
        ("matmul", (r"G\,B^{\top}", r"A^{\top}\,G")),
        ("inv", (r"-y\,\mathrm{d}A\,y",)),
        ("solve", (r"-A^{-1}\,\mathrm{d}A\,y", r"A^{-1}\,\mathrm{d}B")),
        ("det", (r"\sum \operatorname{diag}\left(\mathrm{adjugate}\left(A\right)\,\mathrm{d}A\right)",)),
        ("transpose", (r"G^{\top}",)),
        ("getitem", (r"\mathrm{scatter\_add}\left(G\right)",)),
        (
            "einsum",
            (r"\mathrm{einsum}_{ik,jk → ij}\left(G, B\right)", r"\mathrm{einsum}_{ik,ij → jk}\left(G, A\right)"),
        ),
    ],
)
def test_rows_read_as_in_a_book(name, derivatives):
    """The LaTeX is printed from the graph that the rule itself leaves behind."""
    assert ROWS[name].derivatives == derivatives


def test_every_formula_can_be_typeset():
    """Matplotlib's parser stands in for a browser; cases, which it lacks, are taken apart."""
    mathtext = pytest.importorskip(
        "matplotlib.mathtext", reason="matplotlib is not installed: pip install 'lecture_lib[course]'"
    )
    parser = mathtext.MathTextParser("path")
    for row in ROWS.values():
        for latex in row.derivatives:
            for words in (r"\begin{cases}", r"\end{cases}", r"\text{else}", "&", r"\\", r"\left", r"\right"):
                latex = latex.replace(words, " ")
            for command in (r"\tfrac", r"\top", r"\ ", r"\operatorname"):
                latex = latex.replace(command, {r"\tfrac": r"\frac", r"\top": "T", r"\ ": " "}.get(command, r"\mathrm"))
            parser.parse(f"${latex.replace('→', 'to')}$")


def test_markdown():
    text = markdown()
    assert text.count("\n") == len(ROWS) + 2 and "| `tanh` | elementwise | $1 - y^2$ |" in text
    assert all(line.count("|") == 4 for line in text.splitlines())
    printed = subprocess.run(
        [sys.executable, "-m", "lecture_lib.graph.table"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == text
