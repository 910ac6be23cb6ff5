"""A compiled step: the same numbers as gradient and optimizer, one program, and nothing lost of what a step promises."""

import copy
import warnings

import numpy as np
import pytest

from lecture_lib import RowSparse, compile_gradient, cross_entropy, value_and_grad
from lecture_lib.autograd.sparse import FEW, subtract_rows
from lecture_lib.train import compile_step, optim
from lecture_lib.train.fused import CompiledStep

EXACT = {
    "momentum": lambda: optim.SGD(0.1, momentum=0.9),
    "nesterov": lambda: optim.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda: optim.Adam(0.01),
    "adam decayed": lambda: optim.Adam(0.01, weight_decay=0.1),
    "adamw": lambda: optim.AdamW(0.01),
    "sparseadam": lambda: optim.SparseAdam(0.01),
    "adagrad": lambda: optim.Adagrad(0.05),
}
FOLDED = {"sgd": lambda: optim.SGD(0.1), "decayed": lambda: optim.SGD(0.1, weight_decay=0.1)}
OPTIMIZERS = EXACT | FOLDED


def window(E, W, b, u, ids, y):
    s = np.tanh(E[ids].reshape(len(ids), -1) @ W.T + b) @ u
    return np.mean(np.logaddexp(0, s) - y * s)


def window_parts(size, dtype=np.float32, words=12, seed=0):
    rng = np.random.default_rng(seed)
    params = tuple(rng.standard_normal(shape).astype(dtype) for shape in ((words, 4), (7, 12), (7,), (7,)))
    return params, (rng.integers(1 - words, words, (size, 3)), rng.integers(0, 2, size).astype(dtype))


def layers(params, x, y):
    h = np.tanh(x @ params["hidden"]["W"].T + params["hidden"]["b"])
    return cross_entropy(h @ params["out"].T, y) + 0.01 * params["bias"] ** 2 + np.sum(params["out"] ** 2)


def layers_parts(size, dtype=np.float64):
    rng = np.random.default_rng(size)
    params = {
        "hidden": {"W": rng.standard_normal((5, 4)).astype(dtype), "b": rng.standard_normal(5).astype(dtype)},
        "out": rng.standard_normal((3, 5)).astype(dtype), "bias": np.asarray(0.5, dtype),
    }  # fmt: skip
    return params, (rng.standard_normal((size, 4)).astype(dtype), rng.integers(0, 3, size))


def each_other(params, x):
    """Every gradient is a view of, or equal to, another parameter or an argument."""
    return np.sum(params["u"] * params["v"]) + np.sum(params["w"] * x) + np.sum(params["v"].reshape(3, 1))


def each_other_parts(size):
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal(3) for name in "uvw"}, (rng.standard_normal(3),)


def two_tables(params, a, b):
    """A table that is looked up twice, also with the same word, and one that is used whole."""
    E, F = params
    return np.sum(np.tanh(E[a]) * np.tanh(E[b])) + np.sum(F[a] ** 2) + np.sum(F) ** 2


def two_tables_parts(size):
    rng = np.random.default_rng(2)
    return [rng.standard_normal((6, 2)), rng.standard_normal((6, 2))], (
        rng.integers(0, 6, size),
        rng.integers(0, 6, size),
    )


CASES = {
    "window": (window, window_parts, (0, 1, 2, 3)),
    "layers": (layers, layers_parts, 0),
    "each other": (each_other, each_other_parts, 0),
    "two tables": (two_tables, two_tables_parts, 0),
}


def arrays(params):
    return (
        [np.array(p) for p in (params.values() if isinstance(params, dict) else params)]
        if not isinstance(params, dict)
        else [np.array(q) for p in params.values() for q in (p.values() if isinstance(p, dict) else [p])]
    )


def plain_step(loss, optimizer, argnums, params, batch):
    several = isinstance(argnums, tuple)
    value, grads = (
        compile_gradient(loss, *params, *batch, argnums=argnums)(*params, *batch)
        if several
        else (compile_gradient(loss, params, *batch)(params, *batch))
    )
    optimizer.step(params, grads)
    return value


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("case", CASES)
def test_a_step_is_gradient_and_optimizer(case: str, name: str):
    """Over several steps, batch sizes and rates; to the last bit where the rate is not folded in."""
    loss, parts, argnums = CASES[case]
    params, batch = parts(1)
    twin, (one, other) = copy.deepcopy(params), (OPTIMIZERS[name](), OPTIMIZERS[name]())
    step = compile_step(loss, one, params, *batch, argnums=argnums)
    for k, size in enumerate((1, 30, 30, 1, 4)):
        _, batch = parts(size)
        one.lr = other.lr = 0.05 / (k + 1)
        value = step(params, *batch)
        assert value == pytest.approx(plain_step(loss, other, argnums, twin, batch), rel=1e-5)
    assert one.steps == other.steps == 5
    for a, b in zip(arrays(params), arrays(twin), strict=True):
        # float32 in the window model, float64 elsewhere.
        tolerance = 0 if name in EXACT else 1e-5 if a.dtype == np.float32 else 1e-12
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    for key, kept in other.state.items():
        for a, b in zip(arrays(one.state[key]), arrays(kept), strict=True) if key != "steps" else ():
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("case", CASES)
def test_the_source_does_what_the_step_does(case: str, name: str):
    loss, parts, argnums = CASES[case]
    params, batch = parts(5)
    batch = tuple(np.abs(x) if x.dtype.kind == "i" else x for x in batch)  # The constructor of RowSparse wants these.
    twin, optimizer = copy.deepcopy(params), OPTIMIZERS[name]()
    step = compile_step(loss, optimizer, params, *batch, argnums=argnums)
    source = step.source
    if "optimizer" in source.names:
        source.names["optimizer"] = OPTIMIZERS[name]()
    run, memories = source.function(), []
    memory = [] if step._rule() is None else list(step._rule().memories)
    parts_of_twin = list(twin) if isinstance(argnums, tuple) else [twin]
    for part in parts_of_twin:
        memories += [zeros_like(part) for _ in memory]
    for t in (1, 2):
        late = [t] if "adam" in name and name != "sparseadam" else []
        value = run(*parts_of_twin, *batch, *memories, *late)
        assert value == pytest.approx(step(params, *batch), rel=1e-5)
    for a, b in zip(arrays(params), arrays(twin), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def zeros_like(part):
    if isinstance(part, dict):
        return {key: zeros_like(inner) for key, inner in part.items()}
    if isinstance(part, list):
        return [zeros_like(inner) for inner in part]
    return np.zeros_like(part)


def test_the_source_is_what_a_person_would_write():
    def score(W, x, b, y):
        z = W @ x + b
        h = np.tanh(z)
        return np.sum((h - y) ** 2)

    W, x, b, y = np.ones((2, 3)), np.ones(3), np.ones(2), np.zeros(2)
    step = compile_step(score, optim.SGD(lr=0.1), (W, b), x, y, argnums=(0, 2))
    assert step.source == (
        "import numpy as np\n\n\n"
        "def step(W, x, b, y, lr=0.1):\n"
        "    # forward\n"
        "    z = W @ x + b  # (2,)\n"
        "    h = np.tanh(z)  # (2,)\n"
        "    t1 = h - y  # (2,)\n"
        "    value = np.sum(t1 ** 2)  # ()\n\n"
        "    # backward, times lr\n"
        "    delta = 2 * lr * t1 * (1 - h * h)  # (2,)\n"
        "    W -= np.outer(delta, x)\n"
        "    b -= delta\n"
        "    return value"
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_is_not_finite_is_refused_and_nothing_has_moved(name: str, bad: float):
    params, (ids, y) = window_parts(4)
    optimizer = OPTIMIZERS[name]()
    step = compile_step(window, optimizer, params, ids, y, argnums=(0, 1, 2, 3))
    step(params, ids, y)
    before, state = copy.deepcopy(params), copy.deepcopy(optimizer.state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        with pytest.raises(optim.NotFiniteError, match="the loss became"):
            step(params, ids, np.full_like(y, bad))
    for a, b in zip(params, before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert optimizer.steps == 1 and state.keys() == optimizer.state.keys()
    for key in state.keys() - {"steps"}:
        for a, b in zip(optimizer.state[key], state[key], strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_that_is_not_finite_under_a_finite_loss_names_its_parameter(name: str):
    def roots(params, x):
        return np.sum(np.sqrt(params["a"])) + np.sum(params["b"] * x)

    params = {"a": np.ones(2), "b": np.ones(2)}
    step = compile_step(roots, OPTIMIZERS[name](), params, np.ones(2))
    params["a"][1] = 0
    with pytest.raises(optim.NotFiniteError, match=r"grads\['a'\] holds inf"), np.errstate(divide="ignore"):
        step(params, np.ones(2))
    assert params["a"].tolist() == [1, 0] and params["b"].tolist() == [1, 1]


def test_sums_of_squares_that_overflow_are_no_reason_to_refuse():
    for x in (np.full(40, 1e25, np.float32), np.full((1, 40), 1e25, np.float32)):
        params, twin = ((np.zeros((30, 40), np.float32),) for _ in range(2))

        def linear(W, x):
            return np.sum(x @ W.T) * np.float32(1e-30)

        step = compile_step(linear, optim.SGD(1.0), params, x, argnums=(0,))
        step(params, x)
        plain_step(linear, optim.SGD(1.0), (0,), twin, (x,))
        np.testing.assert_allclose(params[0], twin[0], rtol=1e-5)
        assert params[0].any()


def test_what_a_step_cannot_do_is_said_before_anything_moves():
    params, batch = window_parts(4)
    step = compile_step(window, optim.SGD(0.1), params, *batch, argnums=(0, 1, 2, 3))
    before = copy.deepcopy(params)
    params[3].setflags(write=False)
    with pytest.raises(ValueError, match=r"params\[3\] is read-only"):
        step(params, *batch)
    for a, b in zip(params, before, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(TypeError, match="expected floating-point numbers"):
        compile_step(lambda w: np.sum(w**2), optim.SGD(0.1), np.arange(3))
    with pytest.raises(ValueError, match="one for each position"):
        compile_step(window, optim.SGD(0.1), params[:2], *batch, argnums=(0, 1, 2, 3))
    with pytest.raises(IndexError):
        step(before, np.full((4, 3), 12), batch[1])


def test_a_subclass_with_its_own_rule_is_asked():
    class Signs(optim.SGD):
        def update(self, param, grad, slots):
            param -= self.lr * np.sign(grad)

    w = np.array([3.0, -2.0])
    step = compile_step(lambda w: np.sum(w**2), Signs(0.5), w)
    step(w)
    assert w.tolist() == [2.5, -1.5] and "optimizer.step([w], [" in step.source


def test_settings_may_change_between_steps_and_a_loaded_state_goes_on():
    params, batch = window_parts(4)
    twin = copy.deepcopy(params)
    one, other = optim.SGD(0.1), optim.SGD(0.1)
    step = compile_step(window, one, params, *batch, argnums=(0, 1, 2, 3))
    for momentum in (0.0, 0.9):
        one, other = optim.SGD(0.1, momentum), optim.SGD(0.1, momentum)
        step.optimizer = one
        for _ in range(3):
            step(params, *batch)
            plain_step(window, other, (0, 1, 2, 3), twin, batch)
    state = one.state_dict()
    one.load_state_dict(state)
    other.load_state_dict(state)
    step(params, *batch)
    plain_step(window, other, (0, 1, 2, 3), twin, batch)
    for a, b in zip(params, twin, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_half_precision_multiplies_the_rate_last():
    params, batch = window_parts(3, np.float16)
    step = compile_step(window, optim.SGD(1e-6), params, *batch, argnums=(0, 1, 2, 3))
    assert not step.fold and params[0].dtype == np.float16
    step(params, *batch)


@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, 200])
@pytest.mark.parametrize("words", [3, 1000])
def test_rows_are_subtracted_as_numpy_does(count: int, words: int):
    rng = np.random.default_rng(count)
    ids, rows = rng.integers(-words, words, count), rng.standard_normal((count, 4))
    for found in (False, True):
        table = rng.standard_normal((words, 4))
        expected = table.copy()
        np.subtract.at(expected, ids, rows)
        subtract_rows(table, ids, rows, np.full(words, 7), table.take(ids, 0) if found else None)
        np.testing.assert_allclose(table, expected, rtol=1e-12, atol=1e-12)


def test_a_table_keeps_the_rows_without_gradient():
    params, batch = window_parts(4, words=500)
    before = params[0].copy()
    CompiledStep(window, optim.SGD(0.1), params, batch, (0, 1, 2, 3), fold=False)(params, *batch)
    moved = np.flatnonzero((params[0] != before).any(axis=1))
    assert set(moved) == {int(i) % 500 for i in batch[0].ravel()}
    assert isinstance(value_and_grad(window)(*params, *batch)[1], RowSparse)
