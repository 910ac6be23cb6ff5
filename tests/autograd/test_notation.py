"""Every operation of the registry is written on every road, and so is one that nobody wrote a record for."""

import sys
import types

import numpy as np
import pytest
from printers import drawn, faults_in_katex, program, written_on_every_road

from lecture_lib import backward_source, primitive
from lecture_lib.autograd import linear, nn
from lecture_lib.autograd.families import Bilinear, Elementwise, Implicit, Linear, Reduction
from lecture_lib.autograd.operation import Opaque
from lecture_lib.autograd.tensor import UFUNCS, apply
from lecture_lib.graph.notation import NOTATION, Sample, registry, sample_of
from lecture_lib.graph.table import table

pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")
OPERATIONS = {operation.name: operation for operation in registry()}
STEPS = {operation.name: operation for operation in UFUNCS.values() if isinstance(operation, Opaque)}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_written_on_every_road(name):
    sample = sample_of(OPERATIONS[name])
    assert sample is not None
    written_on_every_road(program(OPERATIONS[name], sample), sample.operands())


@pytest.mark.parametrize("name", STEPS)
def test_a_function_without_a_derivative_is_written_on_every_road(name):
    """It stands beside its argument, which has one; what combines truth values is given some."""
    operation = STEPS[name]

    def f(x, y):
        given = (x, y)[: operation.forward.nin]
        if "f" not in "".join(kind.partition("->")[0] for kind in operation.forward.types):
            given = tuple(part > 0.4 for part in given)
        return np.sum(apply(operation, *given) * x * y)

    written_on_every_road(f, Sample(((3, 2),) * 2).operands())


def test_every_record_belongs_to_an_operation():
    known = {*OPERATIONS, *STEPS, "row_sparse", "round", "one_hot", "sign_of_det", "over", "sign"}
    assert set(NOTATION) <= known


def test_the_table_reads_in_katex():
    assert faults_in_katex(latex for row in table() for latex in row.derivatives) == []
    assert faults_in_katex([r"\frac{1}{"]) != []


def softplus_of_a_square(x):
    return np.log1p(np.exp(x * x))


NEW = {
    "squareplus": Elementwise("squareplus", lambda x: (x + np.sqrt(x * x + 4)) / 2, lambda y, x: y / (2 * y - x)),
    "seven times": Elementwise("seven times", lambda x: 7 * x, lambda y, x: 7.0),
    "mirrored": Linear("mirrored", lambda lead, x: np.flip(x, -1), lambda lead, i, g, operands: np.flip(g, -1)),
    "dilated": Linear(
        "dilated", lambda lead, x, factor: x * factor, lambda lead, i, g, operands, factor: g * factor
    ),
    "twisted": Bilinear(
        "twisted", lambda a, b: a * b[::-1],
        lambda lead, i, g, y, operands: g * operands[1][::-1] if i == 0 else (g * operands[0])[..., ::-1],
        lambda lead, i, v, y, operands: v * operands[1][::-1] if i == 0 else operands[0] * v[..., ::-1],
    ),
    "energy": Reduction(
        "energy", lambda x, axis, keepdims: np.sum(x * x, axis=axis, keepdims=keepdims), lambda y, x, axis: 2 * x
    ),
    "squared matrix": Implicit("squared matrix", lambda a: a @ a, lambda v, y, a: v @ a + a @ v),
}  # fmt: skip
"""One operation of each family, two of them with names that are none in code, one with a setting nobody can guess."""


@pytest.mark.parametrize("name", NEW)
def test_an_operation_without_a_record_is_written_on_every_road(name, monkeypatch):
    operation = NEW[name]
    sample = Sample(((3,),), {"factor": 2.5}) if name == "dilated" else sample_of(operation)
    source = written_on_every_road(program(operation, sample), sample.operands())
    assert name.replace(" ", "_") in source
    monkeypatch.setattr(nn, "NEW", operation, raising=False)
    (row,) = [row for row in table() if row.name == name]
    assert all(row.derivatives) and faults_in_katex(row.derivatives) == []


def test_what_the_table_says_of_new_operations(monkeypatch):
    for k, operation in enumerate(NEW.values()):
        monkeypatch.setattr(nn, f"NEW{k}", operation, raising=False)
    rows = {row.name: (row.family, *row.derivatives) for row in table() if row.name in NEW}
    assert rows["squareplus"] == ("elementwise", r"\frac{y}{2\,y - x}")
    assert rows["seven times"] == ("elementwise", "7")  # and not n, though the sample may have 7 entries
    assert rows["mirrored"][0] == "linear" and rows["mirrored"][1].startswith(r"\mathrm{getitem}")
    assert rows["dilated"] == ("linear", r"\mathrm{dilated}^{\prime}")
    assert rows["energy"] == ("reduction", r"2\,x")
    assert rows["squared matrix"] == ("implicit", r"\mathrm{d}A\,A + A\,\mathrm{d}A")


def test_a_length_is_written_as_n_wherever_it_stands(monkeypatch):
    mean_of_seven = Reduction(
        "mean of seven", lambda x, axis, keepdims: 7 * np.mean(x, axis, keepdims=keepdims),
        lambda y, x, axis: 7 * x / linear.length(x, axis) + (linear.length(x, axis) - 1),
    )  # fmt: skip
    monkeypatch.setattr(nn, "NEW", mean_of_seven, raising=False)
    (row,) = [row for row in table() if row.name == "mean of seven"]
    assert row.derivatives == (r"\frac{7\,x}{n} + n - 1",)


@pytest.fixture
def module(monkeypatch):
    """A module of somebody else's."""
    made = types.ModuleType("somebodys_gates")
    monkeypatch.setitem(sys.modules, "somebodys_gates", made)
    return made


def test_a_function_is_imported_from_where_it_is_written(module):
    text = """
CUBE = Elementwise("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
def cube(x):
    return apply(CUBE, x)
"""
    vars(module).update({"Elementwise": Elementwise, "apply": apply})
    exec(text, vars(module))
    source = written_on_every_road(lambda x: np.sum(module.cube(x)), [np.array([0.5, 2.0])])
    assert "from somebodys_gates import cube\n" in source and source.names == {}
    module.cube = lambda x: x  # Another function of that name is none of the operation's.
    source = written_on_every_road(lambda x: np.sum(apply(module.CUBE, x)), [np.array([0.5, 2.0])])
    assert "somebodys_gates" not in source and list(source.names) == ["cube"]


def test_an_imported_name_is_not_taken_for_a_variable(module):
    vars(module).update({"Elementwise": Elementwise, "apply": apply})
    exec('CUBE = Elementwise("cube", lambda x: x**3, lambda y, x: 3 * x**2)\ndef cube(x): return apply(CUBE, x)',
         vars(module))  # fmt: skip

    def f(x):
        cube = module.cube(x)
        return np.sum(cube * cube)

    written_on_every_road(f, [np.array([0.5, 2.0])])


@pytest.mark.parametrize("name", ["add", "sum", "tanh", "multiply", "getitem", "my gate", "1st", "a_{b}$\\^", "größe"])
def test_a_primitive_is_written_by_its_name_whatever_that_is(name):
    """Also where an operation of the library has the same name."""
    gate = primitive(lambda x: x**3, pull=lambda g, y, x: (g * 3 * x**2,), name=name)
    args = [np.array([0.5, 2.0])]
    source = backward_source(lambda x: np.sum(gate(x)), *args)
    np.testing.assert_allclose(source.function()(*args)[1][0], 3 * args[0] ** 2)
    drawn(lambda x: np.sum(gate(x)), args)
