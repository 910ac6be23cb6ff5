"""RowSparse: whatever is done with it equals the same done with the dense array."""

from __future__ import annotations

import copy
import time
from statistics import median

import numpy as np
import pytest

from lecture_lib import RowSparse, ShapeError, Tensor, grad, value_and_grad

IDS = np.array([4, 0, 4, 2])


def sparse(dtype: type = np.float64, seed: int = 0) -> RowSparse:
    return RowSparse(IDS, np.random.default_rng(seed).normal(size=(4, 3)).astype(dtype), (6, 3))


@pytest.mark.parametrize(
    "f",
    [
        lambda g: -g,
        lambda g: 2 * g,
        lambda g: g * np.float32(3),
        lambda g: g / 4,
        lambda g: g + g,
        lambda g: g - 2 * g,
        lambda g: g.coalesce(),
        lambda g: g.clip(-0.1, 0.2),
        lambda g: g.astype(np.float32),
        lambda g: g.copy(),
        copy.copy,
    ],
)
def test_what_keeps_zero_rows_zero_stays_sparse(f):
    g = sparse()
    assert isinstance(f(g), RowSparse)
    if f(g).shape == g.shape:
        expected = np.clip(g.dense(), -0.1, 0.2) if "clip" in f.__code__.co_names else f(densely(g, f))
        np.testing.assert_allclose(f(g).dense(), np.asarray(expected), rtol=1e-6)


def densely(g: RowSparse, f: object) -> object:
    """The dense array, where the function under test knows it; the sparse one otherwise."""
    return (
        g
        if any(name in ("coalesce", "copy") for name in getattr(f, "__code__", copy.copy.__code__).co_names)
        else g.dense()
    )


@pytest.mark.parametrize(
    "f",
    [
        lambda g: g + np.ones((6, 3)),
        lambda g: np.ones((6, 3)) - g,
        lambda g: g * np.arange(18.0).reshape(6, 3),
        np.abs,
        np.exp,
        lambda g: g + 1,
        lambda g: g == 0,
        lambda g: g[4],
        lambda g: g.sum(axis=0),
        lambda g: np.sum(g),
        lambda g: g.T @ np.ones(6),
        lambda g: np.maximum.reduce(np.asarray(g)),
        lambda g: np.allclose(g, np.asarray(g)),
    ],
)
def test_everything_else_works_as_on_the_dense_array(f):
    g = sparse()
    np.testing.assert_allclose(np.asarray(f(g)), np.asarray(f(g.dense())))


def test_norm_counts_repeated_ids_once():
    """Two rows with one id are one row, their sum: adding their squares would be wrong."""
    g = sparse()
    assert g.norm() == pytest.approx(np.linalg.norm(g.dense()))
    assert g.norm() != pytest.approx(np.linalg.norm(g.rows))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("repeats", [1, 30])
def test_add_to_touches_only_its_rows(order, repeats):
    rng = np.random.default_rng(1)
    ids = np.tile(IDS, repeats)
    g = RowSparse(ids, rng.normal(size=(len(ids), 3)), (6, 3))
    table = np.array(rng.normal(size=(6, 3)), order=order)
    expected = table - 0.5 * g.dense()
    before = table[[1, 3, 5]].copy()
    g.add_to(table, -0.5)
    np.testing.assert_allclose(table, expected)
    np.testing.assert_array_equal(table[[1, 3, 5]], before)


def test_engine_returns_it_for_look_ups_and_only_then():
    E = np.random.default_rng(2).normal(size=(6, 3))
    looked_up = grad(lambda E: np.sum(E[IDS] ** 2))(E)
    assert isinstance(looked_up, RowSparse)
    np.testing.assert_allclose(np.asarray(looked_up)[4], 4 * E[4])
    for dense in (
        grad(lambda E: np.sum(E[IDS] ** 2) + np.sum(E))(E),
        grad(lambda E: np.sum((2 * E)[IDS]))(E),
        grad(lambda E: np.sum(E[IDS, 0]))(E),
        grad(lambda E: np.sum(E[1:3]))(E),
        grad(lambda E: np.sum(E[E[:, 0] > 0]))(E),
    ):
        assert type(dense) is np.ndarray


def test_two_look_ups_add_up():
    E = np.random.default_rng(3).normal(size=(6, 3))
    g = grad(lambda E: np.sum(E[IDS]) + np.sum(E[np.array([[0, 5], [5, 5]])] ** 2))(E)
    assert isinstance(g, RowSparse)
    expected = np.zeros((6, 3))
    np.add.at(expected, IDS, 1.0)
    expected[0] += 2 * E[0]
    expected[5] += 6 * E[5]
    np.testing.assert_allclose(np.asarray(g), expected)


def test_negative_ids_name_rows_from_the_end():
    g = grad(lambda E: np.sum(E[np.array([-1, 5])]))(np.ones((6, 2)))
    np.testing.assert_array_equal(g.ids, [5, 5])


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "u8"])
@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("distinct", [True, False])
def test_ids_of_any_integer_type_name_the_same_rows(rng, dtype, count, distinct):
    """Place 120·600 of the flat table fits into no type of one or two bytes."""
    E = rng.standard_normal((130, 600))
    ids = (rng.permutation(121)[:count] if distinct else np.full(count, 120)).astype(dtype)
    expected = np.zeros_like(E)
    np.add.at(expected, ids.astype(int), 2 * E[ids])
    for g in (grad(lambda E: np.sum(E[ids] ** 2))(E), RowSparse(ids, 2 * E[ids], E.shape)):
        assert isinstance(g, RowSparse)
        np.testing.assert_allclose(g.dense(), expected)
        np.testing.assert_allclose(g.coalesce().dense(), expected)
        np.testing.assert_allclose((g + g).dense(), 2 * expected)


def test_a_negative_id_of_a_narrow_type_names_a_row_of_a_long_table():
    g = grad(lambda E: np.sum(E[np.array([-1, 5], np.int8)]))(np.ones((1000, 2)))
    np.testing.assert_array_equal(g.ids, [999, 5])


def test_backward_accumulates_it_on_a_leaf():
    E = Tensor(np.ones((6, 3)), name="E")
    for _ in range(2):
        np.sum(E[IDS]).backward()
    assert isinstance(E.grad, RowSparse)
    np.testing.assert_array_equal(np.asarray(E.grad)[4], [4.0, 4.0, 4.0])


def test_float32_rows_stay_float32():
    g = grad(lambda E: np.sum(E[IDS] ** 2))(np.ones((6, 3), np.float32))
    assert g.dtype == (2 * g).dtype == (g + g).dtype == g.dense().dtype == np.float32


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: RowSparse(IDS, np.ones((3, 3)), (6, 3)), ShapeError, "rows"),
        (lambda: RowSparse(IDS, np.ones((4, 2)), (6, 3)), ShapeError, r"\(6, 3\)"),
        (lambda: RowSparse(np.ones(4), np.ones((4, 3)), (6, 3)), TypeError, "integers"),
        (lambda: RowSparse(IDS, np.ones((4, 3)), (4, 3)), IndexError, "0 … 3"),
        (lambda: sparse() + RowSparse(IDS, np.ones((4, 3)), (7, 3)), ShapeError, "7"),
        (lambda: sparse().add_to(np.ones((3, 6))), ShapeError, r"\(3, 6\)"),
        (lambda: sparse().add_to(np.zeros((6, 3), int)), TypeError, "float64 rows cannot be added to an array of int"),
        (lambda: sparse().clip(0.1, 1.0), ValueError, "zero"),
    ],
)
def test_misfits_say_what_is_wrong(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_its_cost_does_not_grow_with_the_table():
    """The gradient of a look-up and its update touch the looked-up rows alone."""

    def step(words: int) -> float:
        E = np.zeros((words, 50), np.float32)
        f = value_and_grad(lambda E: np.sum(E[IDS] ** 2))
        times = []
        for _ in range(60):
            start = time.perf_counter()
            f(E)[1].add_to(E, -0.1)
            times.append(time.perf_counter() - start)
        return median(times)

    ratios = [step(300_000) / step(3_000) for _ in range(5)]
    assert min(ratios) < 1.5, ratios


def test_it_names_itself():
    assert repr(sparse(np.float32)) == "RowSparse(4 of 6 rows, d=3, float32)"
    assert len(sparse()) == 6


@pytest.mark.parametrize("count", [1, 15, 16, 17, 200])
@pytest.mark.parametrize("distinct", [True, False])
@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize(("table_type", "rows_type"), [("f4", "f4"), ("f8", "f4"), ("f8", "f8")])
def test_adding_to_a_table_is_adding_row_by_row(rng, count, distinct, layout, table_type, rows_type):
    words = 300 if distinct else 1 + count // 3
    ids = rng.permutation(words)[:count] if distinct else rng.integers(0, words, count)
    rows = rng.standard_normal((count, 3)).astype(rows_type)
    table = np.asarray(rng.standard_normal((words, 3)), table_type, order=layout)
    expected = table.copy()
    for i, row in zip(ids, rows, strict=True):
        expected[i] += table.dtype.type(-0.5) * row
    kept = rows.copy()
    RowSparse(ids, rows, table.shape).add_to(table, -0.5)
    np.testing.assert_allclose(table, expected, rtol=1e-5 if table_type == "f4" else 1e-12, atol=1e-6)
    np.testing.assert_array_equal(rows, kept)


IN_PLACE = [
    "g *= .5", "g /= 2", "g += g", "g -= g / 2", "np.clip(g, -.1, .2, out=g)", "g *= g", "g **= 2", "g += 1", "g //= 1",
    "g -= np.ones((6, 3))", "g *= np.arange(3.)", "np.multiply(g, 2, out=g)", "np.negative(g, out=g)", "g.fill(0)",
    "g.fill(3)", "np.maximum(g, 0, out=g)", "np.negative(np.ones((6, 3)), out=g)", "g[0] = 0", "g[4] = 7",
    "g[[0, 4]] = 1", "g[g[:, 0] > 0] = 0", "g[1:3] = 5", "g[2, 1] = 9", "g[:] = 0", "g[0] += 1", "g[-2] *= 2",
    "g[[0, 0]] = np.array([[1., 1, 1], [2, 2, 2]])", "g[4] = g[4] / 2",
]  # fmt: skip
ROWS = [
    "g[4]", "g[-2]", "g[5]", "g[[0, 4, 4, 5]]", "g[1:5]", "g[::-1]", "g[4, 1]", "g[4, 1:]", "g[...]", "g[None]", "g[()]",
    "g[[[0, 1], [4, 4]]]", "g[[0, 4], [1, 2]]", "g[:, 1]", "g[np.array([True, False] * 3)]", "np.abs(g)", "np.sqrt(g * g)",
    "g ** 2", "np.clip(g, None, .1)", "np.square(g)", "np.sign(g)",
]  # fmt: skip


@pytest.mark.parametrize("line", IN_PLACE)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_changes_an_array_in_place_changes_a_row_sparse_one(line: str, dtype: type) -> None:
    """Hand-written clipping and scaling of gradients does just this."""
    g, expected = sparse(dtype), sparse(dtype).dense()
    same = g
    exec(line, {"g": g, "np": np})
    exec(line, {"g": expected, "np": np})
    assert type(same) is RowSparse
    assert same.dtype == dtype
    np.testing.assert_allclose(same.dense(), expected, atol=1e-6)


@pytest.mark.parametrize("line", ROWS)
def test_rows_and_functions_of_a_row_sparse_are_those_of_the_dense_one(line: str) -> None:
    g = sparse()
    found, expected = eval(line, {"g": g, "np": np}), eval(line, {"g": g.dense(), "np": np})
    np.testing.assert_allclose(np.asarray(found), expected)
    assert np.shape(found) == np.shape(expected)


def test_a_dense_array_takes_a_row_sparse_in_place():
    for dtype in (np.float64, np.float32):
        g, table = sparse(dtype), np.ones((6, 3), dtype)
        expected = table + g.dense() - g.dense() / 2
        table += g
        table -= g / 2
        np.testing.assert_allclose(table, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "line", ["g *= .5", "np.clip(g, -1, 1, out=g)", "g[3]", "g[[1, 2]]", "g[3] = 0", "g * g", "E -= g"]
)
def test_a_line_costs_the_rows_that_are_there(line):
    """A table of a million rows has 200 MB."""
    ids, rows = np.arange(32) * 1000, np.ones((32, 50), np.float32)
    times = {}
    for words in (40_000, 1_000_000):
        space = {"g": RowSparse(ids, rows, (words, 50)), "np": np, "E": np.zeros((words, 50), np.float32)}
        code, found = compile(line, "line", "exec"), []
        for _ in range(9):
            start = time.perf_counter()
            exec(code, space)
            found.append(time.perf_counter() - start)
        times[words] = median(found)
    assert times[1_000_000] < 10 * times[40_000] + 1e-3


def test_what_would_change_a_copy_is_refused():
    g = sparse()
    for change in (
        lambda: np.add.at(g, [0], 1.0), lambda: g.sort(), lambda: g.put([0], [1.0]), lambda: np.fill_diagonal(g, 1.0),
        lambda: g.T.__setitem__(0, 1.0), lambda: g.ravel().__setitem__(0, 1.0),
    ):  # fmt: skip
        with pytest.raises((TypeError, AttributeError, ValueError), match=r"copy|read-only"):
            change()
    with pytest.raises(ShapeError, match=r"\(2, 6, 3\) does not fit"):
        np.add(g, np.ones((2, 6, 3)), out=g)
    with pytest.raises(IndexError, match=r"out of bounds"):
        g[6]
    assert g.astype(np.float64, copy=False) is g
    assert g.astype(np.float32, copy=False).dtype == np.float32
