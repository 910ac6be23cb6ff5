"""Initializers: the variances that were published, what they do to a deep network, what they refuse."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lecture_lib import cross_entropy, value_and_grad
from lecture_lib.train import diagnostics, init

SHAPES = [
    (100, 250),
    (250, 100),
    (300, 300),
    (1000, 20),
    (20, 1000),
    (64, 64),
    (500, 30),
    (40, 700),
    (128, 512),
    (5, 4000),
    (4000, 5),
    (16, 8, 3, 3),
]

# Name → (initializer, variance from fan-in and fan-out, kurtosis of the distribution).
PUBLISHED: dict[str, tuple[Callable[..., Any], Callable[[int, int], float], float]] = {
    "Xavier uniform": (init.xavier_uniform, lambda fan_in, fan_out: 2 / (fan_in + fan_out), 1.8),
    "Xavier normal": (init.xavier_normal, lambda fan_in, fan_out: 2 / (fan_in + fan_out), 3.0),
    "He uniform": (init.he_uniform, lambda fan_in, fan_out: 2 / fan_in, 1.8),
    "He normal": (init.he_normal, lambda fan_in, fan_out: 2 / fan_in, 3.0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_variance_is_the_published_one(name: str, shape: tuple[int, ...]) -> None:
    make, variance, kurtosis = PUBLISHED[name]
    W = make(shape, np.random.default_rng([*shape, 3]))
    field = int(np.prod(shape[2:]))
    expected = variance(shape[1] * field, shape[0] * field)
    error = expected * np.sqrt((kurtosis - 1) / W.size)
    assert abs(np.mean(W**2) - expected) < 3 * error
    assert abs(W.mean()) < 4.5 * np.sqrt(expected / W.size)
    if kurtosis < 2:
        bound = np.sqrt(3 * expected)
        assert 0.99 * bound < np.abs(W).max() <= bound


@pytest.mark.parametrize("nonlinearity", init.GAINS)
def test_a_gain_scales_the_spread(nonlinearity: str) -> None:
    for make in (init.xavier_uniform, init.xavier_normal, init.he_uniform, init.he_normal, init.orthogonal):
        plain = make((30, 20), np.random.default_rng(1), gain=1.0)
        scaled = make((30, 20), np.random.default_rng(1), gain=nonlinearity)
        assert np.allclose(scaled, init.gain(nonlinearity) * plain, rtol=1e-12)


def test_gains() -> None:
    assert init.gain("tanh") == pytest.approx(5 / 3)
    assert init.gain("leaky_relu", 1.0) == pytest.approx(1.0)
    assert init.gain("relu") == pytest.approx(2**0.5)
    assert init.gain("linear") == init.gain("sigmoid") == 1.0


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3), (1, 4)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape: tuple[int, int]) -> None:
    Q = init.orthogonal(shape, np.random.default_rng(0), gain=2.0)
    short = Q @ Q.T if shape[0] <= shape[1] else Q.T @ Q
    assert np.allclose(short, 4 * np.eye(min(shape)), atol=1e-12)


def test_orthogonal_matrices_have_no_preferred_sign() -> None:
    first = [init.orthogonal((3, 3), np.random.default_rng(seed))[0, 0] for seed in range(400)]
    assert 150 < sum(value > 0 for value in first) < 250


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_and_the_seed_are_kept(dtype: type) -> None:
    for make in (
        init.uniform,
        init.normal,
        init.xavier_uniform,
        init.xavier_normal,
        init.he_uniform,
        init.he_normal,
        init.orthogonal,
    ):
        one, two = (make((4, 3), np.random.default_rng(5), dtype=dtype) for _ in range(2))
        assert one.dtype == dtype and one.flags.writeable and one.flags.c_contiguous
        assert np.array_equal(one, two)
        assert len(np.unique(one)) == 12
    assert init.zeros((2, 3), dtype).dtype == init.constant(2, 0.5, dtype).dtype == dtype


def test_a_network_of_equal_weights_never_breaks_symmetry() -> None:
    params = {"W": init.constant((4, 3), 0.3), "U": init.constant((2, 4), 0.1)}
    X, t = np.random.default_rng(0).normal(size=(6, 3)), np.array([0, 1, 1, 0, 1, 0])
    _, grads = value_and_grad(lambda p: cross_entropy(np.tanh(X @ p["W"].T) @ p["U"].T, t))(params)
    assert np.allclose(grads["W"], grads["W"][0])


def spreads(
    make: Callable[[tuple[int, int], np.random.Generator], Any],
    nonlinearity: Callable[[Any], Any] = np.tanh,
    depth: int = 20,
    width: int = 200,
    input_spread: float = 0.5,
) -> tuple[float, float]:
    """By which factor the spread of activations, and that of error signals, changes on the way.

    The inputs have the spread of the course's word vectors (see `Vocabulary`).
    """
    rng = np.random.default_rng(0)
    params = [make((width, width), rng) for _ in range(depth)]
    X, w = input_spread * rng.normal(size=(100, width)), rng.normal(size=(100, width))

    def loss(params: Any, h: Any) -> Any:
        for W in params:
            h = nonlinearity(h @ W.T)
        return np.sum(h * w)

    layers = diagnostics.layers(loss, params, X)
    assert len(layers) == depth
    activations, gradients = [layer.std for layer in layers], [layer.gradient_std for layer in layers]
    return max(activations) / min(activations), max(gradients) / min(gradients)


def test_xavier_carries_a_signal_through_twenty_tanh_layers_and_small_weights_do_not() -> None:
    activations, gradients = spreads(init.xavier_uniform)
    assert activations < 3 and gradients < 3
    activations, gradients = spreads(lambda shape, rng: init.normal(shape, rng, std=0.01))
    assert activations > 100 and gradients > 100


@pytest.mark.parametrize(
    ("targets", "classes", "expected"),
    [
        (np.array([1.0, 2.5, 4.0]), None, 2.5),
        (np.array([True, False, False, False]), None, np.log(1 / 3)),
        (np.array([1.0, 0.0, 0.0, 0.0]), None, np.log(1 / 3)),
        (np.array([0, 0, 2, 1]), None, np.log([0.5, 0.25, 0.25])),
        (np.array([0, 0, 0, 1]), 3, np.log([0.75, 0.25, 0.125])),
        (np.array([[0.5, 0.5], [1.0, 0.0]]), None, np.log([0.75, 0.25])),
        (np.array([True, True]), None, -np.log(0.25)),
    ],
)
def test_the_output_bias_is_the_best_without_weights(targets: Any, classes: int | None, expected: Any) -> None:
    assert np.allclose(init.output_bias(targets, classes), expected)
    assert np.shape(init.output_bias(targets, classes)) == np.shape(expected)


def test_the_gradient_at_the_output_bias_is_zero() -> None:
    t = np.array([0, 2, 2, 1, 0, 0])
    _, g = value_and_grad(lambda c: cross_entropy(np.zeros((6, 3)) + c, t))(init.output_bias(t))
    assert np.allclose(g, 0, atol=1e-15)


REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (TypeError, "rng is 0; expected a generator", lambda: init.normal((2, 3), 0)),
    (TypeError, "expected a generator", lambda: init.xavier_uniform((2, 3), np.random.RandomState(0))),
    (TypeError, "dtype is int64; expected a floating-point dtype", lambda: init.zeros(3, int)),
    (ValueError, r"shape is \(3,\); expected \(outputs, inputs\)", lambda: init.he_normal(3, np.random.default_rng(0))),
    (ValueError, r"shape is \(0, 3\)", lambda: init.xavier_normal((0, 3), np.random.default_rng(0))),
    (ValueError, "a length in shape is -1", lambda: init.zeros((2, -1))),
    (TypeError, "a length in shape is 2.5", lambda: init.zeros((2.5,))),
    (
        ValueError,
        r"shape is \(2, 3, 4\); expected \(outputs, inputs\)",
        lambda: init.orthogonal((2, 3, 4), np.random.default_rng(0)),
    ),
    (
        ValueError,
        "no nonlinearity named 'selu'; expected one of linear",
        lambda: init.he_uniform((2, 3), np.random.default_rng(0), gain="selu"),
    ),
    (ValueError, "gain is -1", lambda: init.xavier_uniform((2, 3), np.random.default_rng(0), gain=-1)),
    (ValueError, "std is -0.1", lambda: init.normal(3, np.random.default_rng(0), std=-0.1)),
    (ValueError, "r is inf", lambda: init.uniform(3, np.random.default_rng(0), r=np.inf)),
    (ValueError, "value is nan", lambda: init.constant(3, np.nan)),
    (ValueError, "targets have shape", lambda: init.output_bias([])),
    (TypeError, "targets hold", lambda: init.output_bias(["O", "LOC"])),
    (ValueError, "a target is nan or inf", lambda: init.output_bias([1.0, np.nan])),
    (ValueError, r"class id 3 is outside 0 … 2", lambda: init.output_bias([0, 3], classes=3)),
    (ValueError, r"class id -1 is outside", lambda: init.output_bias([0, -1])),
    (ValueError, "expected rows that sum to 1", lambda: init.output_bias([[0.5, 0.6]])),
    (ValueError, "expected integer class ids", lambda: init.output_bias([0.5, 0.6], classes=2)),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()
