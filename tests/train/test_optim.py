"""Optimizers: three steps worked by hand, the rows they touch, their state, what they refuse."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture_lib import RowSparse, Tensor
from lecture_lib.train import load_state, optim, save_state

Maker = Callable[[], optim.Optimizer]

# One parameter, θ = 1 at the start, rate 0.1. The gradients are 1, -2, 0.5 ("present"), or 1 at the first step and none
# later ("absent later"). The numbers were worked from the papers' formulas with 30 decimal digits.
LITERALS: dict[str, tuple[Maker, list[float], list[float]]] = {
    "SGD": (lambda: optim.SGD(0.1), [0.9, 1.1, 1.05], [0.9, 0.9, 0.9]),
    "SGD, weight decay": (lambda: optim.SGD(0.1, weight_decay=0.5), [0.85, 1.0075, 0.907125], [0.85, 0.8075, 0.767125]),
    "momentum": (lambda: optim.SGD(0.1, momentum=0.9), [0.9, 1.01, 1.059], [0.9, 0.81, 0.729]),
    "Nesterov": (lambda: optim.SGD(0.1, momentum=0.9, nesterov=True), [0.81, 1.109, 1.1031], [0.81, 0.729, 0.6561]),
    "Adagrad": (lambda: optim.Adagrad(0.1), [0.900000000010, 0.989442719106, 0.967620930083], [0.900000000010] * 3),
    "RMSprop": (lambda: optim.RMSprop(0.1), [0.000000100000, 0.895323021992, 0.675849505350], [0.000000100000] * 3),
    "RMSprop, momentum": (
        lambda: optim.RMSprop(0.1, momentum=0.9),
        [0.000000100000, -0.004676888008, -0.228359693857],
        [0.000000100000, -0.899999810000, -1.709999729000],
    ),
    "Adam": (
        lambda: optim.Adam(0.1),
        [0.900000001000, 0.936610353472, 0.950279419674],
        [0.900000001000, 0.832994176534, 0.781198480183],
    ),
    "Adam, weight decay": (
        lambda: optim.Adam(0.1, weight_decay=0.5),
        [0.900000000667, 0.906901518866, 0.885937344504],
        [0.900000000667, 0.814430283128, 0.734326608042],
    ),
    "AdamW": (
        lambda: optim.AdamW(0.1, weight_decay=0.5),
        [0.850000001000, 0.844110353422, 0.815573901953],
        [0.850000001000, 0.740494176484, 0.651673771309],
    ),
    "SparseAdam": (
        lambda: optim.SparseAdam(0.1),
        [0.900000031623, 0.936610379148, 0.950279443566],
        [0.900000031623] * 3,
    ),
}
PRESENT = [1.0, -2.0, 0.5]
EVERY = [pytest.param(make, id=name) for name, (make, _, _) in LITERALS.items()]
# One that is added is swept without a word here.
EVERY += [pytest.param(kind.make, id=name) for name, kind in optim.KINDS.items()]


def close(found: Any, expected: Any) -> bool:
    return bool(np.allclose(found, expected, rtol=0, atol=2e-12))


@pytest.mark.parametrize("name", LITERALS)
def test_three_steps_on_a_dense_parameter(name: str) -> None:
    make, present, _ = LITERALS[name]
    theta, optimizer = np.ones((2, 1)), make()
    for g, expected in zip(PRESENT, present, strict=True):
        optimizer.step(theta, np.full((2, 1), g))
        assert close(theta, expected)


@pytest.mark.parametrize("name", LITERALS)
def test_three_steps_on_a_table_of_rows(name: str) -> None:
    make, present, absent_later = LITERALS[name]
    table, optimizer = np.ones((4, 1)), make()
    # Row 2 comes twice in every batch, with halves of its gradient; row 0 only in the first; rows 1 and 3 never.
    batches = [([2, 0, 2], [0.5, 1.0, 0.5]), ([2, 2], [-1.0, -1.0]), ([2, 2], [0.25, 0.25])]
    for t, (ids, rows) in enumerate(batches):
        optimizer.step(table, RowSparse(np.array(ids), np.array(rows)[:, None], (4, 1)))
        assert close(table[2], present[t])
        assert close(table[0], absent_later[t])
    if "weight decay" not in name and name != "AdamW":
        assert np.array_equal(table[[1, 3]], np.ones((2, 1)))


@pytest.mark.parametrize("name", LITERALS)
def test_three_steps_on_nested_parameters_of_both_kinds(name: str) -> None:
    make, present, absent_later = LITERALS[name]
    params = {"E": np.ones((3, 2)), "layers": [(np.ones(2), np.array(1.0)), np.ones((1, 2), np.float64)]}
    optimizer = make()
    for t, g in enumerate(PRESENT):
        later = 1.0 if t == 0 else 0.0
        sparse = RowSparse(np.array([1]), np.full((1, 2), g), (3, 2))
        optimizer.step(params, {"E": sparse, "layers": [(np.full(2, g), np.array(later)), np.full((1, 2), g)]})
        (vector, number), row = params["layers"]
        assert close(params["E"][1], present[t]) and close(vector, present[t]) and close(row, present[t])
        if name != "SparseAdam":
            assert close(number, absent_later[t])


def test_sparse_adam_treats_a_dense_gradient_of_zero_as_present() -> None:
    dense, sparse = np.ones(1), np.ones((1, 1))
    one, two = optim.SparseAdam(0.1), optim.SparseAdam(0.1)
    for g in (1.0, 0.0):
        one.step(dense, np.array([g]))
        two.step(sparse, RowSparse(np.array([0][: int(g)], np.intp), np.full((int(g), 1), g), (1, 1)))
    assert dense[0] < sparse[0, 0]


@pytest.mark.parametrize("make", EVERY)
@given(seed=st.integers(0, 2**32 - 1), ids=st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=4))
def test_rows_and_the_dense_array_they_stand_for_give_the_same_steps(
    make: Maker, seed: int, ids: list[list[int]]
) -> None:
    draw = np.random.default_rng(seed)
    start = draw.normal(size=(5, 3))
    sparse, dense, one, two = start.copy(), start.copy(), make(), make()
    for row_ids in ids:
        g = RowSparse(np.array(row_ids, np.intp), draw.normal(size=(len(row_ids), 3)), (5, 3))
        one.step(sparse, g)
        two.step(dense, g.dense())
    if not isinstance(one, optim.SparseAdam):
        assert np.allclose(sparse, dense, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", [optim.SGD, optim.Adagrad, optim.SparseAdam])
def test_lazy_optimizers_leave_absent_rows_to_the_last_bit(make: Maker, rng: np.random.Generator) -> None:
    table = rng.normal(size=(6, 3))
    before, optimizer = table.copy(), make()
    for _ in range(5):
        optimizer.step(table, RowSparse(np.array([1, 4, 1]), rng.normal(size=(3, 3)), (6, 3)))
    assert table[[0, 2, 3, 5]].tobytes() == before[[0, 2, 3, 5]].tobytes()
    assert (table[[1, 4]] != before[[1, 4]]).all()


def test_dense_adam_moves_rows_that_are_absent_and_sparse_adam_does_not(rng: np.random.Generator) -> None:
    for make, moves in ((optim.Adam, True), (optim.AdamW, True), (optim.SparseAdam, False)):
        table, optimizer = np.ones((3, 2)), make(0.1)
        optimizer.step(table, RowSparse(np.array([0]), np.ones((1, 2)), (3, 2)))
        row = table[0].copy()
        optimizer.step(table, RowSparse(np.array([1]), np.ones((1, 2)), (3, 2)))
        assert bool((table[0] != row).all()) is moves


@pytest.mark.parametrize("make", [optim.SGD, optim.Adagrad, optim.SparseAdam])
def test_the_cost_of_a_lazy_step_does_not_grow_with_the_table(make: Maker, rng: np.random.Generator) -> None:
    best = {}
    for size in (10_000, 1_000_000):
        table, optimizer, times = np.zeros((size, 20), np.float32), make(), []
        ids = rng.integers(0, size, (60, 100))
        rows = rng.normal(size=(100, 20)).astype(np.float32)
        for row_ids in ids:
            g = RowSparse(row_ids, rows, table.shape)
            start = time.perf_counter()
            optimizer.step(table, g)
            times.append(time.perf_counter() - start)
        best[size] = min(times)
    # The bar is 1.2 on a quiet machine. A step that touched all rows would cost a hundred times more.
    assert best[1_000_000] < 3 * best[10_000]


@pytest.mark.parametrize("make", EVERY)
def test_arrays_are_changed_in_place_and_keep_their_dtype(make: Maker) -> None:
    params = {"W": np.ones((2, 3), np.float32), "b": np.ones((), np.float32)}
    W, optimizer = params["W"], make()
    for g in PRESENT:
        optimizer.step(params, {"W": np.full((2, 3), g), "b": np.float32(g)})
    assert params["W"] is W
    assert {array.dtype for array in params.values()} == {np.dtype(np.float32)}
    assert all(optimizer.state[name]["W"].dtype == np.float32 for name in optimizer.memory)
    assert close(np.round(params["W"], 4), np.round(params["b"], 4))


def test_gradients_and_views_are_left_alone() -> None:
    g, params = np.array([[1.0, 2.0]]), np.ones((2, 2))
    for (make,) in (parameter.values for parameter in EVERY):
        optimizer = make()
        for _ in range(3):
            optimizer.step(params[:1], g)
    assert np.array_equal(g, [[1.0, 2.0]])
    assert np.array_equal(params[1], [1.0, 1.0])


def test_a_tensor_is_moved_through_its_data() -> None:
    w = Tensor(np.array([1.0, 2.0]), "w")
    y = np.sum(w * w)
    y.backward()
    optim.SGD(0.5).step([w], [w.grad])
    assert np.array_equal(w.data, [0.0, 0.0])


def test_the_rate_can_be_set_between_steps() -> None:
    theta, optimizer = np.array([1.0]), optim.SGD(0.1)
    optimizer.lr = 0.5
    optimizer.step(theta, np.array([1.0]))
    assert theta[0] == 0.5
    optimizer.lr = 0
    optimizer.step(theta, np.array([1.0]))
    assert theta[0] == 0.5


@pytest.mark.parametrize("make", EVERY)
def test_a_state_that_went_through_a_file_gives_the_same_next_steps(
    make: Maker, tmp_path: Any, rng: np.random.Generator
) -> None:
    params = {"W": rng.normal(size=(3, 2)).astype(np.float32), "parts": (rng.normal(size=4),)}

    def gradients() -> dict[str, Any]:
        return {"W": rng.normal(size=(3, 2)).astype(np.float32), "parts": (rng.normal(size=4),)}

    first = make()
    for _ in range(3):
        first.step(params, gradients())
    save_state(tmp_path / "state.npz", {"params": params, "optimizer": first.state_dict()})
    copy = load_state(tmp_path / "state.npz")
    second = make()
    second.lr = 7.0
    second.load_state_dict(copy["optimizer"])
    assert repr(second) == repr(first)
    for _ in range(3):
        g = gradients()
        first.step(params, g)
        second.step(copy["params"], g)
    assert params["W"].tobytes() == copy["params"]["W"].tobytes()
    assert params["parts"][0].tobytes() == copy["params"]["parts"][0].tobytes()


def test_a_state_dict_is_a_copy() -> None:
    theta, optimizer = np.ones(2), optim.SGD(0.1, momentum=0.9)
    optimizer.step(theta, np.ones(2))
    state = optimizer.state_dict()
    optimizer.step(theta, np.ones(2))
    assert np.array_equal(state["state"]["velocity"], [1.0, 1.0])
    assert np.array_equal(optimizer.state["velocity"], [1.9, 1.9])


REFUSALS: dict[str, tuple[type[Exception], str, Callable[[], Any]]] = {
    "negative rate": (ValueError, r"lr is -0.1; expected a number of at least 0", lambda: optim.SGD(-0.1)),
    "nan rate": (ValueError, "lr is nan", lambda: optim.Adam(float("nan"))),
    "rate that is text": (TypeError, "lr is '0.1'", lambda: optim.SGD("0.1")),
    "negative rate later": (ValueError, "lr is -1", lambda: setattr(optim.SGD(0.1), "lr", -1)),
    "momentum 1": (ValueError, "momentum is 1.0; expected 0 <= momentum < 1", lambda: optim.SGD(0.1, momentum=1.0)),
    "Nesterov without momentum": (ValueError, "nesterov is True but momentum is 0", lambda: optim.SGD(nesterov=True)),
    "weight decay": (ValueError, "weight_decay is -1", lambda: optim.AdamW(weight_decay=-1)),
    "one beta": (ValueError, "betas is 0.9; expected two numbers", lambda: optim.Adam(betas=0.9)),
    "beta 1": (ValueError, r"betas\[1\] is 1.0", lambda: optim.Adam(betas=(0.9, 1.0))),
    "eps 0": (ValueError, "eps is 0", lambda: optim.Adagrad(eps=0)),
    "alpha": (ValueError, "alpha is 1.5", lambda: optim.RMSprop(alpha=1.5)),
    "unknown name": (ValueError, "no optimizer named 'adan'; expected one of sgd, adagrad", lambda: optim.get("adan")),
    "not an optimizer": (TypeError, "expected a name or an optimizer", lambda: optim.get(0.1)),
    "missing gradient": (
        ValueError,
        r"params\['b'\] has no gradient",
        lambda: optim.SGD().step({"W": np.ones(2), "b": np.ones(1)}, {"W": np.ones(2)}),
    ),
    "gradient too many": (
        ValueError,
        r"grads\['W'\]\[1\] has no parameter",
        lambda: optim.SGD().step({"W": (np.ones(2),)}, {"W": (np.ones(2), np.ones(2))}),
    ),
    "wrong shape": (
        ValueError,
        r"grads\['W'\] has shape \(3, 2\), but params\['W'\] has shape \(2, 3\)",
        lambda: optim.SGD().step({"W": np.ones((2, 3))}, {"W": np.ones((3, 2))}),
    ),
    "rows of another table": (
        ValueError,
        r"grads\[0\] has shape \(4, 1\)",
        lambda: optim.SGD().step([np.ones((3, 1))], [RowSparse(np.array([0]), np.ones((1, 1)), (4, 1))]),
    ),
    "integer parameter": (
        TypeError,
        r"params\['W'\] holds int64; expected floating-point numbers",
        lambda: optim.SGD().step({"W": np.ones(2, np.int64)}, {"W": np.ones(2)}),
    ),
    "parameter that is a number": (
        TypeError,
        r"params\['c'\] is float, which cannot be changed in place",
        lambda: optim.SGD().step({"c": 1.0}, {"c": np.array(1.0)}),
    ),
    "read-only parameter": (
        ValueError,
        "params is read-only",
        lambda: optim.SGD().step(np.broadcast_to(1.0, (2,)), np.ones(2)),
    ),
    "nan gradient": (
        ValueError,
        r"grads\['b'\]\[0\] holds nan; expected finite",
        lambda: optim.Adam().step({"b": [np.ones(2)]}, {"b": [np.array([1.0, np.nan])]}),
    ),
    "infinite gradient row": (
        ValueError,
        "grads holds inf",
        lambda: optim.SGD().step(np.ones((3, 1)), RowSparse(np.array([1]), np.array([[np.inf]]), (3, 1))),
    ),
    "integer gradient": (TypeError, "grads holds int64", lambda: optim.SGD().step(np.ones(2), np.ones(2, np.int64))),
    "gradient that is None": (
        TypeError,
        r"grads\['W'\] is NoneType; expected an array of shape \(2,\)",
        lambda: optim.SGD().step({"W": np.ones(2)}, {"W": None}),
    ),
    "state of another kind": (
        ValueError,
        "this is a state of SGD; expected one of Adam",
        lambda: optim.Adam().load_state_dict(optim.SGD(0.1).state_dict()),
    ),
    "no state": (ValueError, "this is no state of an optimizer", lambda: optim.Adam().load_state_dict({"lr": 1})),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_bad_arguments_are_refused_with_their_place(name: str) -> None:
    kind, message, attempt = REFUSALS[name]
    with pytest.raises(kind, match=message):
        attempt()


@pytest.mark.parametrize("make", EVERY)
def test_a_refused_gradient_moves_nothing(make: Maker) -> None:
    params, optimizer = {"a": np.ones(2), "b": np.ones(2)}, make()
    optimizer.step(params, {"a": np.ones(2), "b": np.ones(2)})
    before = {name: array.copy() for name, array in params.items()}
    with pytest.raises(ValueError, match="nan"):
        optimizer.step(params, {"a": np.ones(2), "b": np.array([1.0, np.nan])})
    assert all(np.array_equal(params[name], before[name]) for name in params)
    assert optimizer.steps == 1


def test_an_optimizer_with_memory_keeps_to_its_parameters() -> None:
    optimizer = optim.Adam()
    optimizer.step({"W": np.ones(2)}, {"W": np.ones(2)})
    with pytest.raises(
        ValueError, match=r"remembers params\['W'\] of shape \(2,\), but now comes params\['W'\] of shape"
    ):
        optimizer.step({"W": np.ones(3)}, {"W": np.ones(3)})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_a_large_gradient_is_no_overflow(dtype: str) -> None:
    """The quick look at a gradient squares it, which may overflow though every entry is finite."""
    large = np.full(2, np.finfo(dtype).max / 2, dtype)
    theta = np.zeros(2, dtype)
    optim.SGD(lr=0.25).step([theta], [large])
    np.testing.assert_array_equal(theta, -0.25 * large)


def test_a_rate_beyond_every_float_is_not_finite() -> None:
    with pytest.raises(ValueError, match=r"lr is 10+; expected a number of at least 0"):
        optim.SGD(lr=10**400)


def test_parameters_share_no_slots() -> None:
    class Counting(optim.Optimizer):
        def update(self, param: np.ndarray, grad: np.ndarray, slots: dict) -> None:
            slots["seen"] = slots.get("seen", 0) + 1
            param[...] = slots["seen"]

    params = [np.zeros(1), np.zeros(1)]
    Counting(lr=0.1).step(params, [np.ones(1), np.ones(1)])
    assert params == [1, 1]


def test_one_array_under_two_names_is_refused() -> None:
    shared = np.ones(2)
    with pytest.raises(ValueError, match=r"params\['a'\] and params\['b'\] are the same array"):
        optim.Adam().step({"a": shared, "b": shared}, {"a": np.ones(2), "b": np.ones(2)})
