"""What the conventions say at kinks, ties and zeros, and what the functions of neural networks are by definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import lecture_lib as ll
from lecture_lib import grad, jvp

INF, NAN = np.inf, np.nan

GRADIENTS: list[tuple[str, Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = [
    ("maximum at a tie shares", np.maximum, ([1.0, 2, 3], [1.0, 3, 2]), ([0.5, 0, 1], [0.5, 1, 0])),
    ("minimum at a tie shares", np.minimum, ([1.0, 2, 3], [1.0, 3, 2]), ([0.5, 1, 0], [0.5, 0, 1])),
    ("maximum of x and x", lambda x: np.maximum(x, x), ([1.0, -2],), ([1.0, 1],)),
    ("maximum with 0 at 0", lambda x: np.maximum(x, 0), ([0.0, 1, -1],), ([0.5, 1, 0],)),
    ("fmax passes NaN by", np.fmax, ([NAN, 2.0, 1, 3], [1.0, NAN, 1, 2]), ([0.0, 1, 0.5, 1], [1.0, 0, 0.5, 0])),
    ("fmin passes NaN by", np.fmin, ([NAN, 2.0, 1, 3], [1.0, NAN, 1, 2]), ([0.0, 1, 0.5, 0], [1.0, 0, 0.5, 1])),
    ("max with ties", np.max, ([3.0, 1, 3, 3],), ([1 / 3, 0, 1 / 3, 1 / 3],)),
    ("min with ties", lambda x: np.min(x, axis=1), ([[3.0, 1, 1], [2, 0, 1]],), ([[0.0, 0.5, 0.5], [0, 1, 0]],)),
    ("max of equal numbers", np.max, (np.zeros((2, 2)),), (np.full((2, 2), 0.25),)),
    ("abs at 0", np.abs, ([0.0, -2, 3],), ([0.0, -1, 1],)),
    ("fabs at 0", np.fabs, ([0.0, -2, 3],), ([0.0, -1, 1],)),
    ("norm at 0", np.linalg.norm, ([0.0, 0],), ([0.0, 0],)),
    ("norm of rows, one 0", lambda x: np.linalg.norm(x, axis=1), ([[0.0, 0], [3, 4]],), ([[0.0, 0], [0.6, 0.8]],)),
    ("hypot at the origin", np.hypot, ([0.0, 3], [0.0, 4]), ([0.0, 0.6], [0.0, 0.8])),
    ("std of equal numbers", np.std, ([2.0, 2, 2],), ([0.0, 0, 0],)),
    ("clip at its bounds", lambda x: np.clip(x, -1, 1), ([-2.0, -1, 0, 1, 2],), ([0.0, 1, 1, 1, 0],)),
    ("clip's bounds", np.clip, ([-2.0, -1, 0, 1, 2], -1.0, 1.0), ([0.0, 1, 1, 1, 0], 1.0, 1.0)),
    (
        "clip with crossed bounds",
        np.clip,
        ([0.0, 2, 5], [3.0, 3, 3], [1.0, 1, 1]),
        ([0.0, 0, 0], [0.0, 0, 0], [1.0, 1, 1]),
    ),
    ("arctan2 of tiny numbers", np.arctan2, ([1e-200], [2e-200]), ([4e199], [-2e199])),
    ("arctan2 of huge numbers", np.arctan2, ([1e200], [2e200]), ([4e-201], [-2e-201])),
    ("relu at 0", ll.relu, ([0.0, -1, 2],), ([0.0, 0, 1],)),
    ("leaky_relu at 0", ll.leaky_relu, ([0.0, -1, 2], 0.1), ([0.1, 0.1, 1], -1.0)),
    ("leaky_relu, negative slope", ll.leaky_relu, ([-1.0, -2, 2], -0.5), ([-0.5, -0.5, 1], -3.0)),
    ("hard_tanh at its bounds", ll.hard_tanh, ([-1.0, 0, 1, 2],), ([0.0, 1, 0, 0],)),
    ("0 ** 0, array", np.power, ([0.0, 0, 2], [0.0, 2, 0]), ([0.0, 0, 0], [0.0, 0, np.log(2)])),
    ("negative ** 3, array", lambda x: x ** np.array([3.0, 2]), ([-2.0, -3],), ([12.0, -6],)),
    ("0 ** 1, array", lambda x: x ** np.array([1.0, 2, 3]), ([0.0, 0, 0],), ([1.0, 0, 0],)),
    ("negative ** 1, array", lambda x: x ** np.array([1.0, 0]), ([-3.0, -3],), ([1.0, 0],)),
    ("x ** 0 at 0", lambda x: x**0, ([0.0, 2],), ([0.0, 0],)),
    ("x ** 1 at 0", lambda x: x**1, ([0.0, 2],), ([1.0, 1],)),
    ("x ** 2 at 0", lambda x: x**2, ([0.0, 2],), ([0.0, 4],)),
    ("0 ** b in b", lambda b: np.array([0.0, 1, 2]) ** b, ([2.0, 2, 1],), ([0.0, 0, 2 * np.log(2)],)),
    ("prod with one zero", np.prod, ([2.0, 0, 3],), ([0.0, 6, 0],)),
    ("prod with two zeros", np.prod, ([2.0, 0, 0],), ([0.0, 0, 0],)),
    ("logsumexp with -inf", ll.logsumexp, ([0.0, -INF, 0],), ([0.5, 0, 0.5],)),
    ("logaddexp at 1000", np.logaddexp, (1000.0, 1000.0), (0.5, 0.5)),
    ("sigmoid at ±1000", ll.sigmoid, ([1000.0, -1000, 0],), ([0.0, 0, 0.25],)),
    ("softplus at ±1000", ll.softplus, ([1000.0, -1000, 0],), ([1.0, 0, 0.5],)),
    ("repeated indices add", lambda x: x[[0, 0, 2]], ([1.0, 2, 3],), ([2.0, 0, 1],)),
]
"""Name, function, arguments, and the gradient of the sum of its result."""

HESSIANS: list[tuple[str, Callable[..., Any], Any, Any]] = [
    ("norm squared at 0", lambda x: np.linalg.norm(x) ** 2, [0.0, 0], np.full((2, 2), NAN)),
    ("hypot squared at 0", lambda x: np.hypot(x[0], x[1]) ** 2, [0.0, 0], np.full((2, 2), NAN)),
    ("std squared of equal numbers", lambda x: np.std(x) ** 2, [2.0, 2], np.full((2, 2), NAN)),
    ("abs squared at 0", lambda x: np.sum(np.abs(x) ** 2), [0.0], [[NAN]]),
    ("abs squared", lambda x: np.sum(np.abs(x) ** 2), [-3.0, 3], [[2.0, 0], [0, 2]]),
    ("fabs squared at 0", lambda x: np.sum(np.fabs(x) ** 2), [0.0], [[NAN]]),
    ("norms of rows, one 0", lambda x: np.sum(np.linalg.norm(x.reshape(1, 1), axis=1)), [0.0], [[NAN]]),
    ("norm squared", lambda x: np.linalg.norm(x) ** 2, [3.0, 4], [[2.0, 0], [0, 2]]),
    ("norm squared where the norm is 1", lambda x: np.linalg.norm(x) ** 2, [1.0, 0], [[2.0, 0], [0, 2]]),
    ("norm", np.linalg.norm, [3.0, 4], [[0.128, -0.096], [-0.096, 0.072]]),
    ("variance of equal numbers", np.var, [2.0, 2], [[0.5, -0.5], [-0.5, 0.5]]),
]
"""Name, function, argument, and the second derivatives: true, or NaN where a slope is 0 by agreement alone."""

X = np.array([[0.3, -1.2, 2.0], [1.0, 0.0, -0.5]])
P = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
T = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])

VALUES: list[tuple[str, Callable[[], Any], Any]] = [
    ("sigmoid", lambda: ll.sigmoid(X), 1 / (1 + np.exp(-X))),
    ("relu", lambda: ll.relu(X), X * (X > 0)),
    ("leaky_relu", lambda: ll.leaky_relu(X, 0.1), np.where(X > 0, X, 0.1 * X)),
    ("hard_tanh", lambda: ll.hard_tanh(X), np.where(X > 1, 1, np.where(X < -1, -1, X))),
    ("softplus", lambda: ll.softplus(X), np.log(1 + np.exp(X))),
    ("logsumexp", lambda: ll.logsumexp(X, axis=1), np.log(np.exp(X).sum(axis=1))),
    ("logsumexp of all", lambda: ll.logsumexp(X), np.log(np.exp(X).sum())),
    ("logsumexp keeping axes", lambda: ll.logsumexp(X, 0, True), np.log(np.exp(X).sum(axis=0, keepdims=True))),
    ("logsumexp at ±1000", lambda: ll.logsumexp(np.array([1000.0, -1000])), 1000.0),
    ("logsumexp of -inf and a number", lambda: ll.logsumexp(np.array([-INF, 2.0])), 2.0),
    ("softmax", lambda: ll.softmax(X), P),
    ("softmax of columns", lambda: ll.softmax(X.T, axis=0), P.T),
    ("softmax at 1000", lambda: ll.softmax(np.array([1000.0, 0])), [1.0, 0]),
    ("log_softmax", lambda: ll.log_softmax(X), np.log(P)),
    ("log_softmax at 1000", lambda: ll.log_softmax(np.array([1000.0, 0])), [0.0, -1000]),
    ("cross_entropy, ids", lambda: ll.cross_entropy(X, [2, 0]), -(np.log(P[0, 2]) + np.log(P[1, 0])) / 2),
    ("cross_entropy, one example", lambda: ll.cross_entropy(X[0], 1), -np.log(P[0, 1])),
    ("cross_entropy, probabilities", lambda: ll.cross_entropy(X, T), -(T * np.log(P)).sum() / 2),
    ("cross_entropy of no examples", lambda: ll.cross_entropy(np.zeros((0, 3)), np.zeros(0, int)), 0.0),
    ("float32 stays", lambda: ll.softmax(X.astype(np.float32)).dtype == np.float32, True),
    ("integers become real", lambda: ll.sigmoid(np.array([0, 0])), [0.5, 0.5]),
]  # fmt: skip

ERRORS: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("class id too large", lambda: ll.cross_entropy(X, [0, 3]), IndexError, "class id 3 is outside 0 … 2"),
    ("class id negative", lambda: ll.cross_entropy(X, [-1, 2]), IndexError, "class id -1 is outside 0 … 2"),
    ("no classes", lambda: ll.cross_entropy(np.zeros((2, 0)), [0, 0]), ll.ShapeError, "K > 0"),
    ("ids of another shape", lambda: ll.cross_entropy(X[None], [0]), ll.ShapeError, "class ids of shape (1, 2) or"),
    ("a score that is a number", lambda: ll.cross_entropy(1.0, 0), ll.ShapeError, "K > 0"),
]


def check_gradient_at(f: Callable[..., Any], args: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    """Reverse mode gives the stated gradient, forward mode the same sum along ones."""
    arrays = tuple(np.array(a, dtype=float) for a in args)
    found = grad(lambda *a: np.sum(f(*a)), tuple(range(len(arrays))))(*arrays)
    for k, (g, e) in enumerate(zip(found, expected, strict=True)):
        np.testing.assert_allclose(g, e, rtol=1e-12, atol=1e-15, err_msg=f"argument {k}")
        ones = [np.ones_like(a) if i == k else np.zeros_like(a) for i, a in enumerate(arrays)]
        _, dy = jvp(lambda *a: np.sum(f(*a)), arrays, ones)
        np.testing.assert_allclose(dy, np.sum(e), rtol=1e-12, atol=1e-14, err_msg=f"forward, argument {k}")


def check_error(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    """The call raises this error with these words."""
    try:
        call()
    except error as found:
        assert words in str(found), str(found)
    else:
        raise AssertionError(f"no {error.__name__}")


def check_all() -> None:
    """All of the above."""
    for _, f, args, expected in GRADIENTS:
        check_gradient_at(f, args, expected)
    for name, f, x, second in HESSIANS:
        np.testing.assert_allclose(ll.hessian(f)(np.array(x)), second, atol=1e-12, err_msg=name)
    for name, call, value in VALUES:
        np.testing.assert_allclose(call(), value, rtol=1e-12, atol=1e-15, err_msg=name)
    for _, call, error, words in ERRORS:
        check_error(call, error, words)
