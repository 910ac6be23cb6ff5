"""Answers to the exercises of notebook 05."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import grad, sigmoid


def delta(x, W, b, u):
    h = np.tanh(W @ x + b)
    return u * (1 - h**2)


def loose(x, W, b, u):
    h = np.tanh(W @ x + b)
    return u * 1 - h**2


def by_loop(x, W, b, u):
    z = W @ x + b
    return [u[i] * (1 - np.tanh(z[i]) ** 2) for i in range(len(u))]


def into_b(x, W, b, u):
    b += W @ x
    return u * (1 - np.tanh(b) ** 2)


def undefined(x, W, b, u):
    return u * (1 - hidden**2)  # noqa: F821


def first_unit(x, W, b, u):
    z = W @ x + b
    result = np.zeros(u.size)
    for i in range(u.size - 1):
        result[i] = u[i] * (1 - np.tanh(z[i]) ** 2)
    return result


def logistic_loose(z, u):
    h = 1 / (1 + np.exp(-z))
    return u * h * 1 - h


ANSWERS = {
    "05-before": three_numbers("05-before"),
    "05-delta": Tries(
        [
            delta,
            by_loop,
            lambda x, W, b, u: u / np.cosh(W @ x + b) ** 2,
            lambda x, W, b, u: np.diag(1 - np.tanh(W @ x + b) ** 2) @ u,
            lambda x, W, b, u: grad(lambda z: u @ np.tanh(z))(W @ x + b),
            lambda x, W, b, u: u * (1 - np.tanh(W @ x + b)) * (1 + np.tanh(W @ x + b)),
        ],
        [
            (lambda x, W, b, u: u, "f' is missing"),
            (lambda x, W, b, u: 1 - np.tanh(W @ x + b) ** 2, "the upstream gradient is missing"),
            (lambda x, W, b, u: u * np.tanh(W @ x + b), "f in place of f'"),
            (lambda x, W, b, u: u * (1 - (W @ x + b) ** 2), "1 - z²"),
            (lambda x, W, b, u: u * (1 - np.tanh(W @ x + b)), "the square is missing"),
            (lambda x, W, b, u: u @ (1 - np.tanh(W @ x + b) ** 2), "summed"),
            (lambda x, W, b, u: u * (1 - np.tanh(W @ x) ** 2), "the bias is missing"),
            (loose, "brackets"),
            (lambda x, W, b, u: u * (1 + np.tanh(W @ x + b) ** 2), "wrong sign"),
            (lambda x, W, b, u: u * sigmoid(W @ x + b) * (1 - sigmoid(W @ x + b)), "."),
            (lambda x, W, b, u: 1 - (W @ x + b) ** 2, "u is missing|."),
            (lambda x, W, b, u: u * (1 - np.tanh(x @ W + b) ** 2), "inner lengths"),
            (undefined, "hidden is not known"),
            (first_unit, "off by one"),
            (lambda x, W, b, u: u * (1 - np.tanh(W @ x + b) ** 2)[:, None], "."),
        ],
        [(into_b, "it changes b")],
    ),
    "05-input": Tries(
        [
            lambda delta, W: W.T @ delta,
            lambda delta, W: delta @ W,
            lambda delta, W: (delta[:, None] * W).sum(axis=0),
            lambda delta, W: np.dot(delta, W),
            lambda delta, W: np.array([delta @ W[:, j] for j in range(W.shape[1])]),
            lambda delta, W: np.einsum("ij,i->j", W, delta),
        ],
        [
            (lambda delta, W: W @ delta, "W without its transpose"),
            (lambda delta, W: W * delta[:, None], "not summed"),
            (lambda delta, W: W.sum(axis=0), "the error signal is lost"),
            (lambda delta, W: W.sum(axis=0) * delta.sum(), "multiplied by a sum"),
            (lambda delta, W: delta * W, "shapes"),
            (lambda delta, W: delta[None] @ W, "a row"),
            (lambda delta, W: (W.T @ delta)[:, None], "a column"),
            (lambda delta, W: -W.T @ delta, "wrong sign"),
            (lambda delta, W: delta[:, None] @ W, "inner lengths"),
            (lambda delta, W: W.T, "."),
            (lambda delta, W: delta @ W / len(delta), "averaged"),
            (lambda delta, W: (delta[:, None] * W).sum(axis=1), "axis|."),
            (lambda delta, W: np.outer(delta, W), "."),
        ],
    ),
    "05-logistic": Tries(
        [
            lambda z, u: u * sigmoid(z) * (1 - sigmoid(z)),
            lambda z, u: u * np.exp(-z) / (1 + np.exp(-z)) ** 2,
            lambda z, u: u * sigmoid(z) * sigmoid(-z),
            lambda z, u: u * (sigmoid(z) - sigmoid(z) ** 2),
            lambda z, u: grad(lambda z: u @ sigmoid(z))(z),
        ],
        [
            (lambda z, u: u * (1 - sigmoid(z) ** 2), "the slope of tanh"),
            (lambda z, u: u * (1 - np.tanh(z) ** 2), "the layer still bends"),
            (lambda z, u: u * z * (1 - z), r"z\(1 - z\)"),
            (lambda z, u: sigmoid(z) * (1 - sigmoid(z)), "the upstream gradient"),
            (lambda z, u: u * sigmoid(z), "f in place of f'"),
            (lambda z, u: u * (1 - sigmoid(z)), "half of σ'"),
            (logistic_loose, "brackets"),
            (lambda z, u: u @ (sigmoid(z) * (1 - sigmoid(z))), "summed"),
            (lambda z, u: u * sigmoid(z) * (1 + sigmoid(z)), "sign"),
            (lambda z, u: -u * sigmoid(z) * (1 - sigmoid(z)), "sign"),
            (lambda z, u: u * sigmoid(z) - (1 - sigmoid(z)), "."),
            (lambda z, u: u * sigmoid(u) * (1 - sigmoid(u)), "argument"),
            (lambda z, u: z * sigmoid(u) * (1 - sigmoid(u)), "exchanged"),
        ],
    ),
    "05-row": Tries(
        [
            lambda row: row[0],
            lambda row: row.ravel(),
            lambda row: row.flatten(),
            lambda row: row.squeeze(),
            lambda row: row.reshape(-1),
            lambda row: list(row[0]),
            lambda row: row[0, :].copy(),
            lambda row: row.T[:, 0],
        ],
        [
            (lambda row: row, "unchanged"),
            (lambda row: row.T, "a column with two axes"),
            (lambda row: row.sum(), "summed"),
            (lambda row: row[0, 0], "one entry"),
            (lambda row: row[:, 0], "."),
            (lambda row: row[1], "index 1"),
            (lambda row: -row[0], "sign"),
            (lambda row: row[0][::-1], "back to front"),
            (lambda row: row[0, 1:], "."),
            (lambda row: row.sum(axis=1), "."),
            (lambda row: row.mean(), "averaged"),
            (lambda row: row[0] / row.size, "."),
        ],
    ),
    "05-shared": Tries(
        [
            lambda n, m: n + n * m,
            lambda n, m: n * (1 + m),
            lambda n, m: m * n + n,
            lambda n, m: (n + n * m,),
            lambda n, m: float(n * m + n),
        ],
        [
            (lambda n, m: n + n + n * m, "δ computed twice"),
            (lambda n, m: n * m, "δ is free"),
            (lambda n, m: n * n + n * m, "a full diagonal matrix"),
            (lambda n, m: n * m + n * m, "δ is recomputed"),
            (lambda n, m: n + m, "."),
            (lambda n, m: n * n * m, "."),
            (lambda n, m: 2 * (n + n * m), "twice"),
            (lambda n, m: m + n * m, "argument"),
            (lambda n, m: n + n + m, "."),
            (lambda n, m: n, "."),
            (lambda n, m: n + n * m + 1, "off by one"),
        ],
    ),
    "05-below": Tries(
        [
            lambda delta2, W2, z1: (W2.T @ delta2) * (1 - np.tanh(z1) ** 2),
            lambda delta2, W2, z1: delta2 @ W2 * (1 - np.tanh(z1) ** 2),
            lambda delta2, W2, z1: delta2 @ W2 / np.cosh(z1) ** 2,
            lambda delta2, W2, z1: delta2 @ (W2 * (1 - np.tanh(z1) ** 2)),
            lambda delta2, W2, z1: np.diag(1 - np.tanh(z1) ** 2) @ W2.T @ delta2,
        ],
        [
            (lambda delta2, W2, z1: W2.T @ delta2, "f' is missing"),
            (lambda delta2, W2, z1: 1 - np.tanh(z1) ** 2, "the upstream gradient is missing"),
            (lambda delta2, W2, z1: W2.sum(axis=0) * (1 - np.tanh(z1) ** 2), "the error signal is lost"),
            (lambda delta2, W2, z1: (W2 @ delta2) * (1 - np.tanh(z1) ** 2), "W without its transpose"),
            (lambda delta2, W2, z1: (W2.T @ delta2) * (1 - z1**2), "1 - z²"),
            (lambda delta2, W2, z1: (W2.T @ delta2) * (1 - np.tanh(z1)), "the square is missing"),
            (lambda delta2, W2, z1: (W2.T @ delta2) * np.tanh(z1), "f in place of f'"),
            (lambda delta2, W2, z1: delta2[:, None] * W2 * (1 - np.tanh(z1) ** 2), "not summed"),
            (lambda delta2, W2, z1: W2.T @ delta2 * 1 - np.tanh(z1) ** 2, "brackets"),
            (lambda delta2, W2, z1: (W2.T @ delta2) * (1 + np.tanh(z1) ** 2), "wrong sign"),
            (lambda delta2, W2, z1: (W2.T @ delta2) @ (1 - np.tanh(z1) ** 2), "summed"),
            (lambda delta2, W2, z1: delta2 * W2 * (1 - np.tanh(z1) ** 2), "shapes"),
            (lambda delta2, W2, z1: (W2.T @ delta2) + (1 - np.tanh(z1) ** 2), "added"),
        ],
    ),
}
