"""Answers to the exercises of notebook 03."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import Tensor, jacobian, numeric_jacobian


def columns(g, x, eps):
    return np.stack([(g(x + e) - g(x - e)) / (2 * eps) for e in eps * np.eye(x.size)], axis=1)


def by_loop(g, x, eps):
    J = np.zeros((g(x).size, x.size))
    for j in range(x.size):
        step = np.zeros(x.size)
        step[j] = eps
        J[:, j] = (g(x + step) - g(x - step)) / (2 * eps)
    return J


def as_rows(g, x, eps):
    J = []
    for e in eps * np.eye(x.size):
        J.append((g(x + e) - g(x - e)) / (2 * eps))
    return np.array(J)


def wrong_shape_loop(g, x, eps):
    J = np.zeros((x.size, g(x).size))
    for j in range(x.size):
        step = np.zeros(x.size)
        step[j] = eps
        J[:, j] = (g(x + step) - g(x - step)) / (2 * eps)
    return J


def piled(g, x, eps):
    J, step = np.zeros((g(x).size, x.size)), np.zeros(x.size)
    for j in range(x.size):
        step[j] += eps
        J[:, j] = (g(x + step) - g(x - step)) / (2 * eps)
    return J


def moved_for_good(g, x, eps):
    J = np.zeros((g(x).size, x.size))
    for j in range(x.size):
        x[j] += eps
        above = g(x)
        x[j] -= 2 * eps
        J[:, j] = (above - g(x)) / (2 * eps)
    return J


def tanh_by_loop(z):
    J = np.zeros((z.size, z.size))
    for i in range(z.size):
        J[i, i] = 1 - np.tanh(z[i]) ** 2
    return J


ANSWERS = {
    "03-before": three_numbers("03-before"),
    "03-shape": Tries(
        [(3, 5), [3, 5], np.array([3, 5]), "(3, 5)", "3x5", np.zeros((3, 5)).shape, (3.0, 5.0), "3 × 5"],
        [
            ((5, 3), "inputs as rows"),
            ((3,), "outputs only"),
            ((5,), "inputs only"),
            ((15,), "laid out flat"),
            ((3, 3), "1 of 2 sizes right"),
            ((5, 5), "1 of 2 sizes right"),
            ((1, 5), "1 of 2 sizes right"),
            (15, "a number, not a shape"),
            ((3, 5, 1), "axes"),
            ({3, 5}, "a set"),
            (np.zeros((3, 5)), "an array, not its shape"),
        ],
    ),
    "03-linear": Tries(
        [
            lambda W, b, x: W,
            lambda W, b, x: W.copy(),
            lambda W, b, x: np.array(W),
            lambda W, b, x: W.tolist(),
            lambda W, b, x: Tensor(W),
            lambda W, b, x: jacobian(lambda x: W @ x + b)(x),
            lambda W, b, x: np.stack([W[:, j] for j in range(x.size)], axis=1),
        ],
        [
            (lambda W, b, x: W.T, "transposed"),
            (lambda W, b, x: W @ x + b, "the value, not the slopes"),
            (lambda W, b, x: W * x, "the terms of the sum"),
            (lambda W, b, x: W + b[:, None], "the bias belongs to the value"),
            (lambda W, b, x: W @ x, "."),
            (lambda W, b, x: x, "."),
            (lambda W, b, x: W.sum(axis=0), "summed"),
            (lambda W, b, x: np.eye(x.size), "."),
            (lambda W, b, x: -W, "sign"),
            (lambda W, b, x: W.ravel(), "shape"),
            (lambda W, b, x: 2 * W, "twice"),
        ],
        [(lambda W, b, x: numeric_jacobian(lambda x: W @ x + b, x), "wiggled")],
    ),
    "03-bias": Tries(
        [
            lambda W, b, x: np.eye(b.size),
            lambda W, b, x: np.identity(len(b)),
            lambda W, b, x: np.diag(np.ones(b.size)),
            lambda W, b, x: np.eye(W.shape[0]),
            lambda W, b, x: np.eye(b.size).tolist(),
            lambda W, b, x: np.eye(b.size, dtype=int),
            lambda W, b, x: np.eye(b.size) == 1,
        ],
        [
            (lambda W, b, x: W, "the Jacobian for x"),
            (lambda W, b, x: np.ones(b.size), "a vector of ones"),
            (lambda W, b, x: np.ones((b.size, b.size)), "all ones"),
            (lambda W, b, x: np.eye(x.size), "sized by x"),
            (lambda W, b, x: np.diag(b), "right off the diagonal|."),
            (lambda W, b, x: 1, "."),
            (lambda W, b, x: np.zeros((b.size, b.size)), "all zeros"),
            (lambda W, b, x: np.ones_like(W), "."),
            (lambda W, b, x: b, "."),
            (lambda W, b, x: -np.eye(b.size), "sign"),
            (lambda W, b, x: np.eye(W.shape[0], W.shape[1]), "."),
        ],
        [(lambda W, b, x: np.eye(3), "."), (lambda W, b, x: np.eye(4), ".")],
    ),
    "03-tanh": Tries(
        [
            lambda z: np.diag(1 - np.tanh(z) ** 2),
            tanh_by_loop,
            lambda z: np.diag(1 / np.cosh(z) ** 2),
            lambda z: np.eye(z.size) * (1 - np.tanh(z) ** 2),
            lambda z: np.diagflat((1 - np.tanh(z)) * (1 + np.tanh(z))),
            lambda z: jacobian(np.tanh)(z),
        ],
        [
            (lambda z: 1 - np.tanh(z) ** 2, "a vector"),
            (lambda z: np.diag(1 - z**2), "1 - z²"),
            (lambda z: np.diag(1 - np.tanh(z**2)), "the input is squared"),
            (lambda z: np.outer(np.ones(z.size), 1 - np.tanh(z) ** 2), "a full matrix"),
            (lambda z: np.diag(1 - np.tanh(z)), "the square is missing"),
            (lambda z: np.diag(np.tanh(z)), "the values, not the slopes"),
            (lambda z: np.diag(1 + np.tanh(z) ** 2), "wrong sign"),
            (lambda z: np.diag(np.tanh(z) ** 2), "."),
            (lambda z: np.diag(np.tanh(z) * (1 - np.tanh(z))), "the slope of another function"),
            (lambda z: np.diag(1 - np.tanh(z) * 2), "power|constant|right off"),
            (lambda z: np.eye(z.size) - np.diag(np.tanh(z)), "square"),
            (lambda z: np.diag(np.cos(z)), "right off the diagonal"),
            (lambda z: np.diag(2 * np.tanh(z)), "right off the diagonal|."),
        ],
        [(lambda z: numeric_jacobian(np.tanh, z), "wiggled")],
    ),
    "03-numeric": Tries(
        [
            columns,
            by_loop,
            numeric_jacobian,
            lambda g, x, eps: numeric_jacobian(g, x),
            lambda g, x, eps: as_rows(g, x, eps).T,
            lambda g, x, eps: np.column_stack([(g(x + e) - g(x - e)) / 2 / eps for e in eps * np.eye(len(x))]),
        ],
        [
            (as_rows, "transposed"),
            (wrong_shape_loop, "fit"),
            (piled, "pile up|not undone"),
            (moved_for_good, "not undone"),
            (lambda g, x, eps: np.stack([(g(x + e) - g(x)) / eps for e in eps * np.eye(x.size)], axis=1), "one-sided"),
            (lambda g, x, eps: columns(g, x, eps) * eps**2, "multiplied by eps"),
            (lambda g, x, eps: columns(g, x, eps) * 2 * eps, "the changes, not the slopes"),
            (lambda g, x, eps: (g(x + eps) - g(x - eps)) / (2 * eps), "all inputs at once"),
            (lambda g, x, eps: columns(g, x, eps).sum(axis=0), "the outputs are summed"),
            (lambda g, x, eps: columns(g, x, eps) * 2, "twice"),
            (lambda g, x, eps: -columns(g, x, eps), "wrong sign"),
            (
                lambda g, x, eps: np.stack([g(x + e) - g(x - e) / (2 * eps) for e in eps * np.eye(x.size)], axis=1),
                "brackets",
            ),
            (
                lambda g, x, eps: np.stack([(g(x + e) - g(x - e)) / (2 * eps) for e in np.eye(x.size)], axis=1),
                "step is 1",
            ),
        ],
        [(lambda g, x, eps: np.stack([(g(x + e) - g(x)) / 1e-7 for e in 1e-7 * np.eye(x.size)], axis=1), ".")],
    ),
    "03-score": Tries(
        [
            lambda u, h: u[None, :],
            lambda u, h: u.reshape(1, -1),
            lambda u, h: [u],
            lambda u, h: np.array([u]),
            lambda u, h: np.atleast_2d(u),
            lambda u, h: np.matrix(u),
            lambda u, h: u[:, None].T,
        ],
        [
            (lambda u, h: u[:, None], "a column"),
            (lambda u, h: u, "not yet a row"),
            (lambda u, h: h[None, :], "the Jacobian for u"),
            (lambda u, h: (u * h)[None, :], "the terms of the sum"),
            (lambda u, h: u @ h, "the value, not the slopes"),
            (lambda u, h: np.diag(u), "a diagonal matrix"),
            (lambda u, h: h, "."),
            (lambda u, h: np.ones((1, u.size)), "."),
            (lambda u, h: u.sum(), "."),
            (lambda u, h: -u[None], "sign"),
            (lambda u, h: np.outer(u, h), "."),
        ],
    ),
    "03-pictures": Tries(
        [
            (5, 1, 4, 2),
            [5, 1, 4, 2],
            "5, 1, 4, 2",
            "5142",
            np.array([5, 1, 4, 2]),
            {"tanh": 5, "the running sum": 1, "flip": 4, "softmax": 2},
        ],
        [
            ((5, 3, 4, 2), "rows and columns swapped"),
            ((4, 1, 5, 2), "flip taken for tanh"),
            ((5, 2, 4, 1), "softmax and the running sum"),
            ((2, 4, 3, 1), "the functions of the pictures"),
            ((5, 1, 4, 3), "3 of 4 right. Look at softmax"),
            ((5, 1, 2, 4), "2 of 4 right. Look at flip and softmax"),
            ((1, 5, 4, 2), "2 of 4 right"),
            ((4, 3, 5, 2), "1 of 4 right"),
            ((5, 1, 4), "3 of 4"),
            ({5, 1, 4, 2}, "a set"),
            ((5, 4, 1, 2), "2 of 4 right"),
        ],
    ),
}
