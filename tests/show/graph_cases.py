"""Functions whose graphs are hard to draw, with the arguments to trace them on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib import cross_entropy, relu, sigmoid, softmax

Case = tuple[Callable[..., Any], tuple[Any, ...]]
rng = np.random.default_rng(0)
normal = rng.standard_normal


def identity(x):
    return x


def double(x):
    return 2 * x


def seven(x, y, z):
    return (x + y) * np.maximum(y, z)


def forty(x, y):
    total = x
    for k in range(38):
        total = total * y if k % 3 else np.tanh(total) + 0.5 * x
    return total


def wide(a, b, c, d, e, f, g, h):
    return a * b + c * d + e * f + g * h + a * h + c * f + np.exp(b * e)


def residual(x, W1, W2):
    h1 = x + np.tanh(W1 @ x)
    h2 = h1 + np.tanh(W2 @ h1)
    return np.sum(h2 * h2)


def repeated(x):
    return x * x * x + x


def long_names(a_very_long_parameter_name_indeed, another_rather_long_name):
    an_intermediate_result_with_a_name = a_very_long_parameter_name_indeed * another_rather_long_name
    return an_intermediate_result_with_a_name + another_rather_long_name


def not_finite(x, y):
    return x / y + np.log(x) * y


def greek(theta_1, λ, x_hat, delta, größe):
    h1 = theta_1 * x_hat
    z_max = np.maximum(h1, λ)
    return z_max * delta + größe


def score(W, x, b, u):
    z = W @ x + b
    h = np.tanh(z)
    return u @ h


def window_model(E, ids, W, b, U, c):
    x = E[ids].ravel()
    z = W @ x + b
    h = np.tanh(z)
    p = U @ h + c
    return cross_entropy(p[None, :], np.array([2]))


def batch_model(X, W, b, U, c, t):
    z1 = X @ W.T + b
    h = np.tanh(z1)
    z2 = h @ U.T + c
    q = sigmoid(z2)
    return np.sum((q - t) ** 2) / len(t)


def deep(x, layers, u):
    for W, b in layers:
        x = relu(W @ x + b)
    return u @ softmax(x)


def several(x, y):
    return x * y, x + y


def no_number(x):
    return np.tanh(x) * x


CASES: dict[str, Case] = {
    "one node": (identity, (3.0,)),
    "two nodes": (double, (3.0,)),
    "seven nodes": (seven, (1.0, 2.0, 0.0)),
    "forty nodes": (forty, (0.3, 0.9)),
    "wide": (wide, tuple(0.1 * k for k in range(8))),
    "residual": (residual, (normal(3), normal((3, 3)), normal((3, 3)))),
    "repeated edges": (repeated, (2.0,)),
    "long names": (long_names, (1.2e-7, 123456.0)),
    "not finite": (not_finite, (1.0, 0.0)),
    "NaN": (not_finite, (-1.0, float("nan"))),
    "Greek and subscripts": (greek, (0.5, 2.0, 3.0, -1.0, 1e9)),
    "score": (score, (normal((2, 3)), normal(3), normal(2), normal(2))),
    "window model": (
        window_model,
        (normal((50, 4)), np.arange(5), normal((6, 20)), normal(6), normal((3, 6)), normal(3)),
    ),
    "batch": (batch_model, (normal((8, 5)), normal((4, 5)), normal(4), normal((3, 4)), normal(3), normal((8, 3)))),
    "deep": (deep, (normal(4), [(normal((4, 4)), normal(4)) for _ in range(6)], normal(4))),
    "two results": (several, (2.0, 3.0)),
    "an array": (no_number, (normal(3),)),
}
