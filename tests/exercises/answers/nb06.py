"""Answers to the exercises of notebook 06."""

import numpy as np

from answers import Tries, three_numbers


def column(x, i, j, n):
    result = np.zeros(n)
    result[i] = x[j]
    return result


def transposed_column(x, i, j, n):
    result = np.zeros(n)
    result[j] = x[i]
    return result


def no_zeros(x, i, j, n):
    return x[j] * np.ones(n)


def whole(x, i, j, n):
    result = np.zeros(n, dtype=int)
    result[i] = x[j]
    return result


def weights(x, W, b, u):
    h = np.tanh(W @ x + b)
    delta = u * (1 - h**2)
    return np.outer(delta, x)


def loose(x, W, b, u):
    h = np.tanh(W @ x + b)
    delta = u * 1 - h**2
    return np.outer(delta, x)


def weights_of_h(x, W, b, u):
    h = np.tanh(W @ x + b)
    return np.outer(u * (1 - h**2), h)


def weights_of_z(x, W, b, u):
    z = W @ x + b
    return np.outer(u * (1 - z**2), x)


def by_loop(delta, x):
    G = np.zeros((len(delta), len(x)))
    for i in range(len(delta)):
        for j in range(len(x)):
            G[i, j] = delta[i] * x[j]
    return G


def off_by_one(delta, x):
    G = np.zeros((len(delta), len(x)))
    for i in range(len(delta)):
        for j in range(len(x) - 1):
            G[i, j] = delta[i] * x[j]
    return G


def kron_loop(x, n):
    J = np.zeros((n, n * len(x)))
    for i in range(n):
        J[i, i * len(x) : (i + 1) * len(x)] = x
    return J


def kron_overlap(x, n):
    J = np.zeros((n, n * len(x)))
    for i in range(n):
        J[i, i : i + len(x)] = x
    return J


ANSWERS = {
    "06-before": three_numbers("06-before"),
    "06-column": Tries(
        [
            column,
            lambda x, i, j, n: x[j] * np.eye(n)[i],
            lambda x, i, j, n: [x[j] if k == i else 0 for k in range(n)],
            lambda x, i, j, n: np.where(np.arange(n) == i, x[j], 0),
            lambda x, i, j, n: (np.arange(n) == i) * x[j],
        ],
        [
            (no_zeros, "every unit moves"),
            (transposed_column, "rows and columns exchanged"),
            (lambda x, i, j, n: x[i] * np.eye(n)[i], "the wrong input"),
            (lambda x, i, j, n: np.eye(n)[i], "the input is missing"),
            (lambda x, i, j, n: x[j] * np.eye(n)[j], "the wrong unit"),
            (lambda x, i, j, n: x[j - 1] * np.eye(n)[i - 1], "counted from 1"),
            (lambda x, i, j, n: x[j], "."),
            (lambda x, i, j, n: -x[j] * np.eye(n)[i], "sign"),
            (lambda x, i, j, n: x * np.eye(n)[i], "."),
            (lambda x, i, j, n: x[j] * np.eye(n), "."),
            (lambda x, i, j, n: (x[j] * np.eye(n)[i])[:, None], "a column"),
            (whole, "whole numbers"),
            (lambda x, i, j, n: x[j] * np.eye(len(x))[i], "."),
        ],
    ),
    "06-entry": Tries(
        [
            lambda delta, x, i, j: delta[i] * x[j],
            lambda delta, x, i, j: np.outer(delta, x)[i, j],
            lambda delta, x, i, j: np.outer(delta, x)[i][j],
            lambda delta, x, i, j: x[j] * delta[i],
            lambda delta, x, i, j: [delta[i] * x[j]],
            lambda delta, x, i, j: float(delta[i]) * float(x[j]),
        ],
        [
            (lambda delta, x, i, j: delta[j] * x[i], "rows and columns exchanged"),
            (lambda delta, x, i, j: delta[i] * x.sum(), "summed over the inputs"),
            (lambda delta, x, i, j: x[j], "the upstream gradient is missing"),
            (lambda delta, x, i, j: delta[i], "the input is missing"),
            (lambda delta, x, i, j: delta[i - 1] * x[j - 1], "counted from 1"),
            (lambda delta, x, i, j: np.outer(delta, x), "."),
            (lambda delta, x, i, j: delta[i] + x[j], "added, not multiplied"),
            (lambda delta, x, i, j: delta[i] * x[i], "argument"),
            (lambda delta, x, i, j: delta[j] * x[j], "argument"),
            (lambda delta, x, i, j: delta * x[j], "."),
            (lambda delta, x, i, j: -delta[i] * x[j], "sign"),
            (lambda delta, x, i, j: delta.sum() * x[j], "."),
        ],
    ),
    "06-outer": Tries(
        [
            lambda delta, x: np.outer(delta, x),
            np.outer,
            lambda delta, x: delta[:, None] * x,
            lambda delta, x: delta.reshape(-1, 1) @ x.reshape(1, -1),
            lambda delta, x: np.einsum("i,j->ij", delta, x),
            by_loop,
            lambda delta, x: [d * x for d in delta],
            lambda delta, x: np.outer(delta, x).astype(np.float32),
        ],
        [
            (lambda delta, x: np.outer(x, delta), "transposed"),
            (lambda delta, x: np.outer(np.ones(delta.size), x), "the upstream gradient is lost"),
            (lambda delta, x: delta * x, "entry by entry"),
            (lambda delta, x: delta @ x, "a dot product"),
            (lambda delta, x: np.outer(delta, np.ones(x.size)), "the input is lost"),
            (lambda delta, x: delta[:, None] @ x, "inner lengths"),
            (lambda delta, x: delta[:, None] + x, "added, not multiplied|operation|."),
            (off_by_one, "off by one"),
            (lambda delta, x: np.outer(delta, x).ravel(), "right numbers, another shape"),
            (lambda delta, x: np.outer(delta, x) / 2, "factor of 2"),
            (lambda delta, x: np.outer(delta, x) / len(x), "averaged"),
            (lambda delta, x: -np.outer(x, delta), "transposed"),
            (lambda delta, x: np.outer(delta, x).sum(axis=0), "summed"),
        ],
    ),
    "06-weights": Tries(
        [
            weights,
            lambda x, W, b, u: np.outer(u / np.cosh(W @ x + b) ** 2, x),
            lambda x, W, b, u: (u * (1 - np.tanh(W @ x + b) ** 2))[:, None] * x,
            lambda x, W, b, u: np.outer(x, u * (1 - np.tanh(W @ x + b) ** 2)).T,
            lambda x, W, b, u: np.diag(1 - np.tanh(W @ x + b) ** 2) @ np.outer(u, x),
        ],
        [
            (lambda x, W, b, u: np.outer(u, x), "f' is missing"),
            (lambda x, W, b, u: np.outer(1 - np.tanh(W @ x + b) ** 2, x), "the upstream gradient is missing"),
            (lambda x, W, b, u: np.outer(x, u * (1 - np.tanh(W @ x + b) ** 2)), "transposed"),
            (weights_of_z, "1 - z²"),
            (lambda x, W, b, u: np.outer(u * (1 - np.tanh(W @ x + b)), x), "the square is missing"),
            (lambda x, W, b, u: np.outer(u * (1 - np.tanh(W @ x) ** 2), x), "the bias is missing"),
            (lambda x, W, b, u: np.outer(u * np.tanh(W @ x + b), x), "f in place of f'"),
            (weights_of_h, "h in place of x"),
            (loose, "brackets"),
            (lambda x, W, b, u: u * (1 - np.tanh(W @ x + b) ** 2), "."),
            (lambda x, W, b, u: u * (1 - np.tanh(W @ x + b) ** 2) * x, "shapes"),
            (lambda x, W, b, u: np.outer(u * (1 + np.tanh(W @ x + b) ** 2), x), "wrong sign"),
            (lambda x, W, b, u: np.outer(u * (1 - np.tanh(x @ W + b) ** 2), x), "inner lengths"),
            (lambda x, W, b, u: np.outer(x, u), "."),
        ],
    ),
    "06-kron": Tries(
        [
            lambda x, n: np.kron(np.eye(n), x),
            kron_loop,
            lambda x, n: np.kron(np.identity(n), x[None]),
            lambda x, n: np.array([np.outer(e, x).ravel() for e in np.eye(n)]),
            lambda x, n: np.einsum("ik,j->ikj", np.eye(n), x).reshape(n, -1),
        ],
        [
            (lambda x, n: np.kron(x, np.eye(n)), "column by column"),
            (lambda x, n: np.kron(np.eye(n), x).T, "transposed"),
            (lambda x, n: np.tile(x, (n, n)), "the zeros are missing"),
            (lambda x, n: np.tile(x, (n, 1)), "only the blocks"),
            (kron_overlap, "."),
            (lambda x, n: np.kron(np.eye(len(x)), x), "."),
            (lambda x, n: np.kron(np.eye(n), np.ones(len(x))), "x is missing|right where|."),
            (lambda x, n: np.outer(np.eye(n), x), "."),
            (lambda x, n: np.kron(np.ones(n), x), "."),
            (lambda x, n: np.kron(np.eye(n), x).reshape(n, n, -1), "shape"),
            (lambda x, n: 2 * np.kron(np.eye(n), x), "twice"),
            (lambda x, n: np.kron(np.eye(n), x[:, None]), "."),
        ],
    ),
    "06-jacobian-form": Tries(
        [(1, 2000), [1, 2000], "(1, 2000)", "1x2000", np.array([1, 2000]), (1, 8 * 250), "1 × 2000"],
        [
            ((8, 250), "the shape convention"),
            ((2000, 1), "a column"),
            ((8, 2000), "the Jacobian of z"),
            ((2000,), "one axis"),
            ((250, 8), "transposed"),
            (2000, "a number, not a shape"),
            ((1, 250), "1 of 2 sizes right"),
            ((1, 8), "1 of 2 sizes right"),
            ((1, 258), "1 of 2 sizes right"),
            ((1, 8, 250), "3 axes"),
            ((2000, 2000), "1 of 2 sizes right"),
            ({1, 2000}, "a set"),
        ],
    ),
    "06-other-way": Tries(
        [
            lambda delta, x: np.outer(x, delta),
            lambda delta, x: np.outer(delta, x).T,
            lambda delta, x: x[:, None] * delta,
            lambda delta, x: x[:, None] @ delta[None],
            lambda delta, x: [value * delta for value in x],
        ],
        [
            (lambda delta, x: np.outer(delta, x), "the table of the other matrix"),
            (lambda delta, x: np.outer(x, np.ones(delta.size)), "the upstream gradient is lost"),
            (lambda delta, x: np.outer(np.ones(x.size), delta), "the input is lost"),
            (lambda delta, x: np.outer(delta, x).reshape(x.size, delta.size), "reshaped"),
            (lambda delta, x: x @ delta, "a dot product"),
            (lambda delta, x: delta * x, "shapes"),
            (lambda delta, x: x[:, None] + delta, "."),
            (lambda delta, x: -np.outer(x, delta), "sign"),
            (lambda delta, x: np.outer(x, delta).ravel(), "right numbers, another shape"),
            (lambda delta, x: np.outer(x, delta) / len(delta), "averaged"),
            (lambda delta, x: 2 * np.outer(x, delta), "twice"),
        ],
    ),
}
