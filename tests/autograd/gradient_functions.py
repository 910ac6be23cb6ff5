"""Functions with arguments that the printer, the compiler and the trace are all tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib import cross_entropy, hard_tanh, leaky_relu, logsumexp, relu, sigmoid, softmax, softplus

rng = np.random.default_rng(20)
MATRIX = rng.normal(size=(3, 2))
LARGE = rng.normal(size=(30, 40))


def floats(*shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def score(W, x, b, u):
    z = W @ x + b
    h = np.tanh(z)
    return u @ h


def window_loss(E, W, b, u, ids, y):
    X = E[ids].reshape(len(ids), -1)
    h = np.tanh(X @ W.T + b)
    s = h @ u
    return np.mean(np.logaddexp(0, s) - y * s)


def window_loss_one(E, W, b, u, ids, y):
    x = E[ids].ravel()
    s = u @ np.tanh(W @ x + b)
    return np.logaddexp(0, s) - y * s


def network(params, X, t):
    h = relu(X @ params["W"].T + params["b"])
    return cross_entropy(h @ params["layers"][0].T, t) + 0.01 * np.sum(params["W"] ** 2)


def two_layers(W1, W2, u, x):
    z1 = W1 @ x
    z2 = W2 @ sigmoid(z1)
    return u @ np.tanh(z2)


def shadowing(np, delta):
    return (np * delta).sum()


def recurrent(M, v):
    h = v
    for _ in range(3):
        h = np.tanh(M @ h)
    return h.sum()


def shared_table(E, ids):
    return np.sum(E[ids] ** 2) + np.sum(np.sin(E[ids[::-1]]))


def table_used_twice(E, ids):
    return np.sum(E[ids]) + np.sum(E)


def mixed(x, w):
    return np.sum(np.maximum(x, w) * softplus(x)) + np.max(x) * np.min(w) + np.prod(x + 3) + np.linalg.norm(w)


def many(x):
    parts = np.concatenate([x, leaky_relu(x), hard_tanh(x)])
    return np.std(parts) + np.var(x) + logsumexp(parts) + np.sum(softmax(x) * np.cumsum(x)) + np.clip(x, -1, 1).sum()


def algebra(A, b):
    return np.sum(np.linalg.solve(A @ A.T + np.eye(3), b)) + np.linalg.slogdet(A @ A.T + np.eye(3))[1]


Case = tuple[Callable[..., Any], tuple[Any, ...], tuple[int, ...]]

CASES: dict[str, Case] = {
    "score": (
        score,
        (rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2), rng.normal(size=2)),
        (0, 1, 2, 3),
    ),
    "worked graph": (lambda x, y, z: (x + y) * np.maximum(y, z), (1.0, 2.0, 0.0), (0, 1, 2)),
    "two paths": (lambda a, b: np.log(a) + a * b - np.sin(b), (2.0, 5.0), (0, 1)),
    "window batch float32": (
        window_loss,
        (floats(9, 2), floats(3, 10), floats(3), floats(3), rng.integers(0, 9, (4, 5)), np.float32([0, 1, 1, 0])),
        (0, 1, 2, 3),
    ),
    "window one float32": (
        window_loss_one,
        (floats(9, 2), floats(3, 10), floats(3), floats(3), np.array([1, 1, 0, 8, 2]), np.float32(1)),
        (0, 1, 2, 3),
    ),
    "network": (
        network,
        (
            {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=4), "layers": [rng.normal(size=(2, 4))]},
            rng.normal(size=(5, 3)),
            np.array([0, 1, 0, 1, 1]),
        ),
        (0,),
    ),
    "two layers": (
        two_layers,
        (rng.normal(size=(4, 3)), rng.normal(size=(2, 4)), rng.normal(size=2), rng.normal(size=3)),
        (0, 1, 2, 3),
    ),
    "arguments named np and delta": (shadowing, (rng.normal(size=3), rng.normal(size=3)), (0, 1)),
    "closure": (lambda x: np.sum(np.exp(x @ MATRIX)), (rng.normal(size=3),), (0,)),
    "large closure": (lambda x: np.sum(np.tanh(LARGE @ x)), (rng.normal(size=40),), (0,)),
    "float32 constant": (lambda x: np.sum(x * np.float32(0.1) + np.float32(2) * x**3), (floats(4),), (0,)),
    "rank one": (lambda a, b: np.sum(np.sin(np.outer(a, b))), (rng.normal(size=3), rng.normal(size=4)), (0, 1)),
    "identity": (lambda x: x, (3.0,), (0,)),
    "constant": (lambda x: 0.0 * x + 1.0, (3.0,), (0,)),
    "unused argument": (lambda x, y: np.sum(x * x), (rng.normal(size=3), rng.normal(size=2)), (0, 1)),
    "recurrent": (recurrent, (rng.normal(size=(3, 3)), rng.normal(size=3)), (0, 1)),
    "shared table": (shared_table, (rng.normal(size=(6, 2)), np.array([0, 3, 3])), (0,)),
    "table used twice": (table_used_twice, (rng.normal(size=(6, 2)), np.array([0, 3, 3])), (0,)),
    "mixed": (mixed, (rng.normal(size=4), rng.normal(size=4)), (0, 1)),
    "many": (many, (rng.normal(size=5),), (0,)),
    "algebra": (algebra, (rng.normal(size=(3, 3)), rng.normal(size=3)), (0, 1)),
    "one array in a dict": (lambda p: np.sum(p["w"] ** 2), ({"w": rng.normal(size=3)},), (0,)),
    "one array in a list": (lambda p: np.sum(np.sin(p[0])), ([rng.normal(size=3)],), (0,)),
    "three axes": (
        lambda x: np.sum(np.transpose(x, (1, 0, 2)) * np.arange(24.0).reshape(3, 2, 4)),
        (rng.normal(size=(2, 3, 4)),),
        (0,),
    ),
    "einsum": (
        lambda a, b: np.sum(np.einsum("ij,kj->ik", a, b) ** 2),
        (rng.normal(size=(2, 3)), rng.normal(size=(4, 3))),
        (0, 1),
    ),
    "cast": (lambda x: np.sum(x.astype(np.float32) ** 2), (rng.normal(size=3),), (0,)),
    "scattered": (lambda x: np.sum(np.diag(x) ** 2) + np.sum(x[np.array([0, 0, 2])] ** 3), (rng.normal(size=3),), (0,)),
    "repeated": (
        lambda x: np.sum(np.broadcast_to(x, (3, 4)) * np.ones((3, 4))) - np.sum(-x),
        (rng.normal(size=4),),
        (0,),
    ),
    "slices": (lambda x: np.sum(x[1:, ::2] ** 2) + x[0, 0] * x[-1, -1], (rng.normal(size=(3, 4)),), (0,)),
    "mean of squares": (lambda X, w: np.mean((X @ w) ** 2), (rng.normal(size=(4, 3)), rng.normal(size=3)), (0, 1)),
}
