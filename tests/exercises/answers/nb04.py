"""Answers to the exercises of notebook 04."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import grad


def by_loop(u, slopes, W):
    row = np.zeros(W.shape[1])
    for j in range(W.shape[1]):
        for i in range(u.size):
            row[j] += u[i] * slopes[i] * W[i, j]
    return row


def overwrites(u, slopes, W):
    row = np.zeros(W.shape[1])
    for i in range(u.size):
        row = u[i] * slopes[i] * W[i]
    return row


def in_place(u, slopes, W):
    u *= slopes
    return u @ W


ANSWERS = {
    "04-before": three_numbers("04-before"),
    "04-scalar": Tries(
        [
            lambda x: 3 * (x**2 + 1) ** 2 * 2 * x,
            lambda x: 6 * x * (x * x + 1) ** 2,
            lambda x: 6 * x**5 + 12 * x**3 + 6 * x,
            lambda x: grad(lambda x: (x**2 + 1) ** 3)(x),
            lambda x: [6 * x * (x**2 + 1) ** 2],
            lambda x: np.array(3 * (x**2 + 1) ** 2) * (2 * x),
        ],
        [
            (lambda x: 3 * x**2 * 2 * x, "the outer slope at the wrong place"),
            (lambda x: 3 * (x**2 + 1) ** 2, "the inner slope is missing"),
            (lambda x: 3 * (x**2 + 1) ** 2 + 2 * x, "added"),
            (lambda x: 3 * (2 * x) ** 2, "a slope of slopes"),
            (lambda x: 3 * (x**2 + 1) * 2 * x, "a power is lost"),
            (lambda x: (x**2 + 1) ** 2 * 2 * x, "factor"),
            (lambda x: 3 * (x**2 + 1) ** 3 * 2 * x, "."),
            (lambda x: 3 * (x**2 + 1) ** 2 * x, "factor of 2|factor"),
            (lambda x: (x**2 + 1) ** 3, "."),
            (lambda x: 3 * (x**2) ** 2 * 2 * x, "term"),
            (lambda x: 3 * x**2 + 1**2 * 2 * x, "brackets|."),
            (lambda x: 3 * (x**2 + 1) ** 2 * 2, "x is missing|factor"),
        ],
    ),
    "04-shapes": Tries(
        [
            [(1, 8), (8, 8), (8, 250)],
            ((1, 8), (8, 8), (8, 250)),
            [[1, 8], [8, 8], [8, 250]],
            np.array([(1, 8), (8, 8), (8, 250)]),
            "[(1, 8), (8, 8), (8, 250)]",
            ["1x8", "8x8", "8x250"],
            {"∂s/∂h": (1, 8), "∂h/∂z": (8, 8), "∂z/∂x": (8, 250)},
        ],
        [
            ([(8, 1), (8, 8), (8, 250)], "a column for ∂s/∂h"),
            ([(1, 8), (8,), (8, 250)], "a vector for ∂h/∂z"),
            ([(8,), (8, 8), (8, 250)], "a vector for ∂s/∂h"),
            ([(1, 8), (8, 8), (250, 8)], "∂z/∂x transposed"),
            ([(8, 250), (8, 8), (1, 8)], "the other way round"),
            ([(8, 1), (8, 8), (250, 8)], "1 of 3 right. Look at ∂s/∂h and ∂z/∂x"),
            ([(1, 8), (1, 8), (8, 250)], "2 of 3 right. Look at ∂h/∂z"),
            ([(1, 8), (8, 8), (1, 250)], "2 of 3 right. Look at ∂z/∂x"),
            ([(1, 8), (8, 250)], "2 of 3 shapes"),
            ((1, 8, 8, 8, 8, 250), "numbers in one row"),
            ([8, 8, 250], "numbers in one row"),
            ([(1, 1), (8, 8), (8, 250)], "2 of 3 right"),
        ],
    ),
    "04-product": Tries(
        [
            lambda u, slopes, W: (u * slopes) @ W,
            lambda u, slopes, W: W.T @ (u * slopes),
            lambda u, slopes, W: u @ (slopes[:, None] * W),
            lambda u, slopes, W: np.einsum("i,i,ij->j", u, slopes, W),
            lambda u, slopes, W: np.dot(slopes * u, W),
            by_loop,
            lambda u, slopes, W: ((u * slopes)[:, None] * W).sum(axis=0),
        ],
        [
            (lambda u, slopes, W: (u * slopes)[:, None] * W, "not summed"),
            (lambda u, slopes, W: u @ W, "f' is missing"),
            (lambda u, slopes, W: slopes @ W, "u is missing"),
            (lambda u, slopes, W: (u @ slopes) * W.sum(axis=0), "summed too early"),
            (lambda u, slopes, W: (u * slopes) @ W.T, "inner lengths"),
            (lambda u, slopes, W: W @ (u * slopes), "inner lengths"),
            (lambda u, slopes, W: u @ slopes @ W, "."),
            (lambda u, slopes, W: ((u * slopes) @ W)[None], "a row"),
            (lambda u, slopes, W: (u + slopes) @ W, "added, not multiplied"),
            (lambda u, slopes, W: u * slopes * W, "shapes"),
            (overwrites, "overwritten"),
            (lambda u, slopes, W: ((u * slopes) @ W).sum(), "summed"),
            (lambda u, slopes, W: (u * slopes).mean() * W.sum(axis=0), "."),
        ],
        [
            (lambda u, slopes, W: u @ np.diag(slopes) @ W, "an n×n matrix is built"),
            (lambda u, slopes, W: u @ (np.eye(u.size) * slopes) @ W, "an n×n matrix is built"),
            (in_place, "it changes u"),
        ],
    ),
    "04-multiplications": Tries(
        [
            lambda n, m: n + n * m,
            lambda n, m: n * (m + 1),
            lambda n, m: n * m + n,
            lambda n, m: float(n + n * m),
            lambda n, m: [n * (1 + m)],
            lambda n, m: np.int64(n) + n * m,
        ],
        [
            (lambda n, m: n * n + n * m, "the diagonal as a full matrix"),
            (lambda n, m: n * m + n * m, "the wrong order"),
            (lambda n, m: n * n * m + n * m, "the wrong order, with a full matrix"),
            (lambda n, m: n * m, "the first step is free"),
            (lambda n, m: n * n * m, "multiplied"),
            (lambda n, m: n + m, "."),
            (lambda n, m: m + n * m, "argument"),
            (lambda n, m: 2 * n + n * m, "."),
            (lambda n, m: n * n, "."),
            (lambda n, m: n - n * m, "sign"),
            (lambda n, m: n + n * m - 1, "off by one"),
            (lambda n, m: 2 * (n + n * m), "twice"),
        ],
        [(lambda n, m: 8100, ".")],
    ),
    "04-deep": Tries(
        [
            lambda v, slopes_a, V, slopes_z, W: (((v * slopes_a) @ V) * slopes_z) @ W,
            lambda v, slopes_a, V, slopes_z, W: W.T @ (slopes_z * (V.T @ (slopes_a * v))),
            lambda v, a, V, z, W: ((v * a)[None] @ V * z @ W)[0],
            lambda v, a, V, z, W: np.dot(np.dot(v * a, V) * z, W),
            lambda v, a, V, z, W: (np.einsum("q,q,qn->n", v, a, V) * z) @ W,
        ],
        [
            (lambda v, a, V, z, W: ((v * a) @ V) @ W, "the slopes of the first layer"),
            (lambda v, a, V, z, W: ((v @ V) * z) @ W, "the slopes of the second layer"),
            (lambda v, a, V, z, W: v @ V @ W, "no slopes at all"),
            (lambda v, a, V, z, W: ((a @ V) * z) @ W, "v is missing"),
            (lambda v, a, V, z, W: ((v * a) @ V) * z, "the last step is missing"),
            (lambda v, a, V, z, W: (((v * a) @ V) * z)[:, None] * W, "not summed"),
            (lambda v, a, V, z, W: ((v * z) @ V * a) @ W, "shapes"),
            (lambda v, a, V, z, W: (((v * a) @ V) + z) @ W, "added, not multiplied"),
            (lambda v, a, V, z, W: (((v * a) @ V) * z) @ W.T, "inner lengths"),
            (lambda v, a, V, z, W: (((v + a) @ V) * z) @ W, "added, not multiplied"),
            (lambda v, a, V, z, W: (((v * a) @ V.T) * z) @ W, "inner lengths"),
        ],
        [
            (lambda v, a, V, z, W: v @ np.diag(a) @ V @ np.diag(z) @ W, "matrix is built"),
            (lambda v, a, V, z, W: (v * a) @ ((V * z) @ W), "a whole matrix is built"),
            (lambda v, a, V, z, W: (v * a) @ (V @ (z[:, None] * W)), "a whole matrix is built"),
        ],
    ),
}
