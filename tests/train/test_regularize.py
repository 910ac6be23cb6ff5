"""Penalties, dropout and clipping."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lecture_lib import RowSparse, check_gradient, grad
from lecture_lib.train import (
    EarlyStopping,
    clip_by_norm,
    clip_by_value,
    dropout,
    dropout_mask,
    global_norm,
    l2_penalty,
    optim,
)


def test_the_penalty_and_its_gradient(rng: np.random.Generator) -> None:
    params = {"W": rng.normal(size=(2, 3)), "b": (rng.normal(size=2), np.array(3.0))}
    total = np.sum(params["W"] ** 2) + np.sum(params["b"][0] ** 2) + 9.0
    assert l2_penalty(params, 0.1) == pytest.approx(0.1 * total)
    assert np.allclose(grad(lambda p: l2_penalty(p, 0.1))(params)["W"], 0.2 * params["W"])
    some = grad(lambda p: l2_penalty(p, 0.1, only=["W"]))(params)
    assert np.allclose(some["W"], 0.2 * params["W"]) and not some["b"][0].any()


def test_penalty_and_decay_are_one_for_plain_sgd_and_two_for_adam(rng: np.random.Generator) -> None:
    start = rng.normal(size=4)
    slopes = np.array([10.0, 1.0, 0.1, 0.01])

    def moved(optimizer: optim.Optimizer, strength: float) -> Any:
        theta = start.copy()
        for _ in range(20):
            optimizer.step(theta, grad(lambda x: np.sum(slopes * x) + l2_penalty(x, strength))(theta))
        return theta

    assert np.allclose(moved(optim.SGD(0.1), 0.05), moved(optim.SGD(0.1, weight_decay=0.1), 0.0))
    penalized, decayed = moved(optim.Adam(0.01), 0.05), moved(optim.AdamW(0.01, weight_decay=0.1), 0.0)
    assert np.abs(penalized - decayed).max() > 0.01


def test_dropout_keeps_the_mean_and_does_nothing_at_prediction(rng: np.random.Generator) -> None:
    x = np.ones((200, 300), np.float32)
    dropped = dropout(x, 0.3, rng)
    assert dropped.dtype == np.float32
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert abs(dropped.mean() - 1) < 0.01
    assert abs((dropped == 0).mean() - 0.3) < 0.01
    assert dropout(x, 0.3, None, training=False) is x
    assert np.array_equal(dropout(x, 0.0, rng), x)


def test_the_gradient_of_dropout_with_the_mask_held_fixed(rng: np.random.Generator) -> None:
    W, x = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    mask = dropout_mask((5, 4), 0.5, rng, np.float64)
    check_gradient(lambda W, x: np.tanh(x @ W.T) * mask, W, x)
    # The same seed draws the same mask, so the function itself can be checked too.
    check_gradient(lambda W, x: dropout(np.tanh(x @ W.T), 0.5, np.random.default_rng(3)), W, x)
    g = grad(lambda h: np.sum(dropout(h, 0.5, np.random.default_rng(3))))(np.ones((5, 4)))
    assert np.array_equal(g, dropout_mask((5, 4), 0.5, np.random.default_rng(3), np.float64))


def test_clipping_by_norm_keeps_the_direction(rng: np.random.Generator) -> None:
    rows = RowSparse(np.array([1, 1, 0]), np.array([[1.0], [2.0], [4.0]]), (3, 1))
    grads = {"E": rows, "W": np.array([[12.0]])}
    assert global_norm(grads) == pytest.approx(13.0)
    clipped = clip_by_norm(grads, 1.0)
    assert global_norm(clipped) == pytest.approx(1.0)
    assert np.allclose(np.asarray(clipped["E"]).ravel(), np.array([4.0, 3.0, 0.0]) / 13)
    assert clip_by_norm(grads, 20.0) is grads
    assert grads["W"][0, 0] == 12.0


def test_clipping_keeps_float32_and_lets_nan_through() -> None:
    g = [np.array([3.0, 4.0], np.float32)]
    assert clip_by_norm(g, 1.0)[0].dtype == clip_by_value(g, 1.0)[0].dtype == np.float32
    assert np.isnan(clip_by_norm([np.array([np.nan])], 1.0)[0]).all()


def test_clipping_by_value_cuts_each_entry() -> None:
    rows = RowSparse(np.array([1, 1]), np.array([[2.0], [2.0]]), (3, 1))
    clipped = clip_by_value((rows, np.array([-5.0, 0.5])), 3.0)
    assert np.asarray(clipped[0]).ravel().tolist() == [0.0, 3.0, 0.0]
    assert clipped[1].tolist() == [-3.0, 0.5]


REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (ValueError, "strength is -1", lambda: l2_penalty(np.ones(2), -1)),
    (KeyError, "no parameter named 'V'; expected names among 'W'", lambda: l2_penalty({"W": np.ones(2)}, 1, ["V"])),
    (ValueError, "rate is 1.0; expected 0 <= rate < 1", lambda: dropout_mask(3, 1.0, np.random.default_rng(0))),
    (ValueError, "rate is -0.1", lambda: dropout(np.ones(3), -0.1, None, training=False)),
    (TypeError, "rng is None while training", lambda: dropout(np.ones(3), 0.5, None)),
    (TypeError, "expected a generator", lambda: dropout_mask(3, 0.5, 0)),
    (ValueError, "max_norm is 0", lambda: clip_by_norm([np.ones(2)], 0)),
    (ValueError, "limit is -1", lambda: clip_by_value([np.ones(2)], -1)),
    (ValueError, "patience is 0", lambda: EarlyStopping(patience=0)),
    (ValueError, "min_delta is -1", lambda: EarlyStopping(min_delta=-1)),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()
