"""What happens inside a network, and the rate at which descent turns into flight."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lecture_lib import cross_entropy, leaky_relu, relu, sigmoid
from lecture_lib.train import DivergenceError, diagnostics, fit, optim


def test_layers_are_found_and_measured(rng: np.random.Generator) -> None:
    params = {"W": rng.normal(size=(5, 4)), "V": rng.normal(size=(6, 5)), "U": rng.normal(size=(3, 6))}
    X, t = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)

    def loss(params: Any, X: Any, t: Any) -> Any:
        first = np.tanh(X @ params["W"].T)
        second = sigmoid(first @ params["V"].T)
        return cross_entropy(second @ params["U"].T, t)

    one, two = diagnostics.layers(loss, params, X, t)
    assert (one.name, one.nonlinearity, two.name, two.nonlinearity) == ("first", "tanh", "second", "sigmoid")
    h1 = np.tanh(X @ params["W"].T)
    h2 = 1 / (1 + np.exp(-h1 @ params["V"].T))
    scores = h2 @ params["U"].T
    P = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    P[np.arange(20), t] -= 1
    delta2 = (P / 20 @ params["U"]) * h2 * (1 - h2)
    delta1 = (delta2 @ params["V"]) * (1 - h1 * h1)
    for layer, h, delta, slope, steepest in (
        (one, h1, delta1, 1 - h1 * h1, 1.0),
        (two, h2, delta2, h2 * (1 - h2), 0.25),
    ):
        flat = slope < 0.05 * steepest
        expected = (h.mean(), h.std(), delta.mean(), delta.std(), flat.mean(), 0.0)
        assert np.allclose(layer[2:], expected)
    assert one.saturated > 0


def test_dead_rectifiers_are_counted() -> None:
    W, X = np.array([[1.0, 0.0], [-1.0, -1.0], [0.0, 1.0]]), np.array([[1.0, 2.0], [3.0, -1.0]])
    (layer,) = diagnostics.layers(lambda W, X: np.sum(relu(X @ W.T)), W, X)
    assert layer.dead == pytest.approx(1 / 3) and layer.saturated == pytest.approx(3 / 6)
    (leaky,) = diagnostics.layers(lambda W, X: np.sum(leaky_relu(X @ W.T, 0.1)), W, X)
    assert leaky.dead == leaky.saturated == 0
    (learned,) = diagnostics.layers(lambda p, X: np.sum(leaky_relu(X @ p[0].T, p[1])), (W, np.array(0.0)), X)
    assert learned.dead == pytest.approx(1 / 3)


def test_a_small_slope_is_saturated_and_not_dead() -> None:
    """Dead means a slope of exactly 0: such a unit never moves, and one with a small slope may come back."""
    W, X = np.array([[1.0, 0.0], [-1.0, -1.0]]), np.array([[1.0, 2.0], [3.0, -1.0]])
    (leaky,) = diagnostics.layers(lambda W, X: np.sum(leaky_relu(X @ W.T)), W, X)
    assert (leaky.dead, leaky.saturated) == (0, pytest.approx(1 / 2))
    (flat,) = diagnostics.layers(lambda W, X: np.sum(np.tanh(X @ W.T)), 5 * W, X)
    assert flat.dead == 0 and flat.saturated == 1
    (single,) = diagnostics.layers(lambda w: relu(w), np.array(-1.0))
    assert single.dead == single.saturated == 1


def test_a_loss_without_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="no layer: no tanh, sigmoid, hard_tanh"):
        diagnostics.layers(lambda W: np.sum(W), np.ones(2))


def test_update_ratios() -> None:
    before = {"W": np.array([3.0, 4.0]), "parts": [np.zeros(2), np.zeros(1)]}
    after = {"W": np.array([3.0, 4.5]), "parts": [np.zeros(2), np.ones(1)]}
    assert diagnostics.update_ratios(before, after) == {"W": 0.1, "parts.0": 0.0, "parts.1": np.inf}
    assert diagnostics.update_ratios(np.ones(1), np.ones(1)) == {"params": 0.0}
    with pytest.raises(ValueError, match="differ in structure"):
        diagnostics.update_ratios({"W": np.ones(2)}, {"W": np.ones(3)})


def quadratic(seed: int, n: int = 6) -> tuple[Any, Any]:
    """A random positive definite matrix and its largest eigenvalue."""
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    eigenvalues = np.exp(rng.uniform(-1, 2, n))
    return Q @ np.diag(eigenvalues) @ Q.T, eigenvalues.max()


@pytest.mark.parametrize("seed", range(20))
def test_descent_converges_just_below_two_over_lambda_max_and_diverges_just_above(seed: int) -> None:
    A, true = quadratic(seed)

    def bowl(x: Any) -> Any:
        return x @ A @ x / 2

    rng = np.random.default_rng(seed)
    sharpest = diagnostics.largest_eigenvalue(bowl, np.zeros(6), rng)
    assert sharpest == pytest.approx(true, rel=1e-4)
    for factor, converges in ((0.99, True), (1.01, False)):
        x, optimizer = rng.normal(size=6), optim.SGD(lr=factor * 2 / sharpest)
        start = np.linalg.norm(x)
        for _ in range(1500):
            optimizer.step(x, A @ x)
        assert (np.linalg.norm(x) < 1e-6 * start) if converges else (np.linalg.norm(x) > 1e6 * start)


def test_fit_names_the_divergence_above_the_limit() -> None:
    A, sharpest = quadratic(0)

    def loss(x: Any, rows: Any) -> Any:
        return x @ A @ x / 2 + 0 * np.sum(rows)

    x = np.ones(6, np.float32)
    with pytest.raises(DivergenceError, match=r"grads holds inf in epoch 3, batch .*the last finite loss was"):
        fit(loss, x, np.zeros(200), optimizer=optim.SGD(1.1 * 2 / sharpest), epochs=100, batch_size=1, progress=False)


def test_the_largest_eigenvalue_is_not_the_largest_in_magnitude(rng: np.random.Generator) -> None:
    slopes = np.array([-5.0, 2.0, 0.5])
    found = diagnostics.largest_eigenvalue(lambda x: np.sum(slopes * x * x) / 2, np.ones(3), rng)
    assert found == pytest.approx(2.0, rel=1e-6)
    assert diagnostics.largest_eigenvalue(lambda x: np.sum(3 * x), np.ones(3), rng) == 0.0


def test_the_curvature_of_a_network_with_nested_parameters(rng: np.random.Generator) -> None:
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    params = {"w": rng.normal(size=3), "c": np.array(0.5)}

    def squared(params: Any) -> Any:
        return np.mean((X @ params["w"] + params["c"] - y) ** 2)

    design = np.column_stack([X, np.ones(30)])
    expected = np.linalg.eigvalsh(2 * design.T @ design / 30).max()
    assert diagnostics.largest_eigenvalue(squared, params, rng) == pytest.approx(expected, rel=1e-5)


REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (TypeError, "expected a generator", lambda: diagnostics.largest_eigenvalue(np.sum, np.ones(2), 0)),
    (ValueError, "steps is 0", lambda: diagnostics.largest_eigenvalue(np.sum, np.ones(2), np.random.default_rng(0), 0)),
    (
        ArithmeticError,
        "no convergence after 3 steps: the estimate",
        lambda: diagnostics.largest_eigenvalue(
            lambda x: np.sum(np.array([1.0, 1.01, 0.99]) * x * x), np.ones(3), np.random.default_rng(0), steps=3
        ),
    ),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()
