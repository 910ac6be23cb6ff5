"""Answers to the exercises of notebook 12."""

import numpy as np

from answers import Tries, three_numbers


def scattered(ids, G, V):
    rows = G.reshape(len(ids), 5, -1)
    grad_E = np.zeros((V, rows.shape[-1]))
    np.add.at(grad_E, ids, rows)
    return grad_E


def by_loop(ids, G, V):
    d = G.shape[1] // 5
    grad_E = np.zeros((V, d))
    for k in range(len(ids)):
        for place in range(5):
            grad_E[ids[k, place]] += G[k, place * d : (place + 1) * d]
    return grad_E


def overwritten(ids, G, V):
    d = G.shape[1] // 5
    grad_E = np.zeros((V, d))
    for k in range(len(ids)):
        for place in range(5):
            grad_E[ids[k, place]] = G[k, place * d : (place + 1) * d]
    return grad_E


def buffered(ids, G, V):
    rows = G.reshape(len(ids), 5, -1)
    grad_E = np.zeros((V, rows.shape[-1]))
    grad_E[ids] += rows
    return grad_E


def by_example(X, W, U, G):
    rows = [g + W.T @ ((U.T @ g) * (1 - np.tanh(W @ x) ** 2)) for x, g in zip(X, G, strict=True)]
    return np.array(rows)


def first_window(ids, G, V):
    return scattered(ids[:1], G[:1], V)


def four_places(ids, G, V):
    d = G.shape[1] // 5
    grad_E = np.zeros((V, d))
    for k in range(len(ids)):
        for place in range(4):
            grad_E[ids[k, place]] += G[k, place * d : (place + 1) * d]
    return grad_E


def masked_in_place(Z, G):
    G[Z <= 0] = 0
    return G


def zeroes_z(Z, G):
    Z[Z < 0] = 0
    Z[Z > 0] = 1
    return Z * G


def row_by_row(e, u, H):
    return np.array([value * u * (1 - h**2) for value, h in zip(e, H, strict=True)])


def filled_by_loop(e, u, H):
    D = np.zeros(H.shape)
    for i in range(len(e)):
        D[i] = e[i] * u * (1 - H[i] ** 2)
    return D


def squares_h(e, u, H):
    H **= 2
    return e[:, None] * u * (1 - H)


ANSWERS = {
    "12-before": three_numbers("12-before"),
    "12-broadcast": Tries(
        [
            lambda G: G.sum(axis=1, keepdims=True),
            lambda G: G.sum(axis=1)[:, None],
            lambda G: G.sum(1).reshape(-1, 1),
            lambda G: G @ np.ones((G.shape[1], 1)),
            lambda G: np.sum(G, axis=-1, keepdims=True),
            lambda G: [[row.sum()] for row in G],
        ],
        [
            (lambda G: G.sum(axis=0), "the wrong axis"),
            (lambda G: G, "not summed"),
            (lambda G: G.sum(axis=1), "an axis is lost"),
            (lambda G: G.mean(axis=1, keepdims=True), "averaged"),
            (lambda G: G[:, :1], "one copy only"),
            (lambda G: G.sum(axis=0, keepdims=True), "axis"),
            (lambda G: G.sum(), "."),
            (lambda G: G.sum(axis=1)[None], "."),
            (lambda G: -G.sum(axis=1, keepdims=True), "sign"),
            (lambda G: G.sum(axis=1, keepdims=True) / len(G), "averaged"),
            (lambda G: G.mean(axis=0), "."),
            (lambda G: G.max(axis=1, keepdims=True), "."),
        ],
    ),
    "12-top": Tries(
        [
            lambda p, y: (p - y) / len(y),
            lambda p, y: (p - y) / y.size,
            lambda p, y: 1 / p.shape[0] * (p - y),
            lambda p, y: -(y - p) / len(p),
            lambda p, y: [(a - b) / len(y) for a, b in zip(p, y, strict=True)],
        ],
        [
            (lambda p, y: p - y, "1/N is missing"),
            (lambda p, y: (y - p) / len(y), "wrong sign"),
            (lambda p, y: (p - y) / len(y) ** 2, "1/N twice"),
            (lambda p, y: np.mean(p - y), "one number for all"),
            (lambda p, y: 2 * (p - y) * p * (1 - p) / len(y), "the squared loss"),
            (lambda p, y: p - y / len(y), "brackets"),
            (lambda p, y: p / len(y), "y|term"),
            (lambda p, y: (p - y) * len(y), "."),
            (lambda p, y: y - p, "."),
            (lambda p, y: (p - y) / len(y) * 2, "twice"),
            (lambda p, y: (p + y) / len(y), "sign"),
            (lambda p, y: ((p - y) / len(y))[:, None], "a column"),
            (lambda p, y: (p - y) / (len(y) - 1), "."),
        ],
        [(lambda p, y: (p - y) / 8, ".")],
    ),
    "12-delta": Tries(
        [
            lambda e, u, H: e[:, None] * u * (1 - H**2),
            lambda e, u, H: np.outer(e, u) * (1 - H**2),
            lambda e, u, H: e.reshape(-1, 1) * (u * (1 - H * H)),
            lambda e, u, H: (e * (u * (1 - H**2)).T).T,
            lambda e, u, H: np.einsum("i,j,ij->ij", e, u, 1 - H**2),
        ],
        [
            (lambda e, u, H: np.outer(e, u), "f' is missing"),
            (lambda e, u, H: u * (1 - H**2), "the top is missing"),
            (lambda e, u, H: e[:, None] * u * H, "the values, not the slopes"),
            (lambda e, u, H: e[:, None] * u * (1 - H), "the square is missing"),
            (lambda e, u, H: e[:, None] * u * (1 - np.tanh(H) ** 2), "tanh twice"),
            (lambda e, u, H: e[:, None] * (1 - H**2), "u is missing"),
            (lambda e, u, H: e * u * (1 - H**2), "shapes"),
            (lambda e, u, H: e[:, None] * u * 1 - H**2, "brackets"),
            (lambda e, u, H: e[:, None] * u * (1 + H**2), "sign"),
            (lambda e, u, H: (e[:, None] * u * (1 - H**2)).sum(axis=0), "summed"),
            (lambda e, u, H: e[:, None] * u * (1 - H**2) / len(e), "averaged"),
            (lambda e, u, H: e[:, None] * u * H * (1 - H), "the slope of another function"),
            (lambda e, u, H: (e[:, None] * u * (1 - H**2)).T, "transposed"),
            (lambda e, u, H: e[:, None] + u * (1 - H**2), "added"),
        ],
        [
            (row_by_row, "a loop"),
            (filled_by_loop, "a loop"),
            (lambda e, u, H: np.array(list(map(np.multiply, e, u * (1 - H**2)))), "a loop"),
            (squares_h, "it changes H"),
        ],
    ),
    "12-weights": Tries(
        [
            lambda Delta, X: Delta.T @ X,
            lambda Delta, X: (X.T @ Delta).T,
            lambda Delta, X: np.einsum("ij,ik->jk", Delta, X),
            lambda Delta, X: sum(np.outer(d, x) for d, x in zip(Delta, X, strict=True)),
            lambda Delta, X: (Delta[:, :, None] * X[:, None, :]).sum(axis=0),
        ],
        [
            (lambda Delta, X: X.T @ Delta, "transposed"),
            (lambda Delta, X: Delta.T @ X / len(X), "1/N twice"),
            (lambda Delta, X: np.outer(Delta.sum(axis=0), X.sum(axis=0)), "summed before multiplied"),
            (lambda Delta, X: np.outer(Delta[0], X[0]), "one example only"),
            (lambda Delta, X: Delta[:, :, None] * X[:, None, :], "not summed over the batch"),
            (lambda Delta, X: Delta @ X, "inner lengths"),
            (lambda Delta, X: Delta @ X.T, "inner lengths"),
            (lambda Delta, X: Delta * X, "shapes"),
            (lambda Delta, X: Delta.T @ X / X.shape[1], "averaged"),
            (lambda Delta, X: Delta.T @ X * len(X), "."),
            (lambda Delta, X: -Delta.T @ X, "sign"),
            (lambda Delta, X: (Delta[:, :, None] * X[:, None, :]).mean(axis=0), "1/N twice|mean"),
            (lambda Delta, X: Delta.T @ X + 0.01, "a constant is added"),
        ],
    ),
    "12-relu": Tries(
        [
            lambda Z, G: G * (Z > 0),
            lambda Z, G: np.where(Z > 0, G, 0),
            lambda Z, G: G * (Z > 0).astype(float),
            lambda Z, G: np.heaviside(Z, 0) * G,
            lambda Z, G: G * np.sign(np.maximum(Z, 0)),
            lambda Z, G: np.multiply(G, Z >= 0),
        ],
        [
            (lambda Z, G: G * (G > 0), "the sign of the wrong array"),
            (lambda Z, G: G * np.maximum(Z, 0), "the values, not the slopes"),
            (lambda Z, G: Z > 0, "the mask alone"),
            (lambda Z, G: G, "every unit is on"),
            (lambda Z, G: G * (Z < 0), "upside down"),
            (lambda Z, G: np.maximum(G, 0), "wrong array|cut off"),
            (lambda Z, G: np.maximum(Z, 0), "."),
            (lambda Z, G: G * Z, "."),
            (lambda Z, G: G * (Z > 1), "."),
            (lambda Z, G: -G * (Z > 0), "sign"),
            (lambda Z, G: G @ (Z > 0), "inner lengths"),
            (lambda Z, G: Z * (G > 0), "."),
        ],
        [
            (masked_in_place, "it changes G"),
            (zeroes_z, "it changes Z"),
            (lambda Z, G: (np.diag((Z > 0).ravel() * 1.0) @ G.ravel()).reshape(G.shape), "a Jacobian is built"),
            (
                lambda Z, G: np.array(
                    [[g * (z > 0) for z, g in zip(a, b, strict=True)] for a, b in zip(Z, G, strict=True)]
                ),
                "a loop",
            ),
        ],
    ),
    "12-embedding": Tries(
        [
            scattered,
            by_loop,
            lambda ids, G, V: np.eye(V)[ids.ravel()].T @ G.reshape(-1, G.shape[1] // 5),
            lambda ids, G, V: np.stack([G.reshape(*ids.shape, -1)[ids == k].sum(axis=0) for k in range(V)]),
        ],
        [
            (overwritten, "overwritten"),
            (buffered, "overwritten"),
            (first_window, "."),
            (four_places, "off by one|."),
            (lambda ids, G, V: scattered(ids, G, V) / len(ids), "averaged"),
            (lambda ids, G, V: scattered(ids, G, V).T, "transposed"),
            (lambda ids, G, V: scattered(ids, G, V).mean(axis=1), "."),
            (lambda ids, G, V: -scattered(ids, G, V), "sign"),
            (lambda ids, G, V: scattered(ids, G, V) * 5, "constant"),
            (lambda ids, G, V: G.reshape(len(ids), 5, -1), "."),
            (lambda ids, G, V: scattered(ids, G, V)[:5], "."),
            (lambda ids, G, V: scattered(ids, G, V + 1), "."),
        ],
    ),
    "12-softmax-pull": Tries(
        [
            lambda p, g: p * (g - g @ p),
            lambda p, g: p * g - p * np.sum(p * g),
            lambda p, g: (np.diag(p) - np.outer(p, p)) @ g,
            lambda p, g: g @ (np.diag(p) - np.outer(p, p)),
            lambda p, g: p * (g - np.average(g, weights=p)),
        ],
        [
            (lambda p, g: g * p * (1 - p), "the diagonal alone"),
            (lambda p, g: p - g, "the shortcut"),
            (lambda p, g: p * (g - g.sum()), "the sum where"),
            (lambda p, g: p * (g - g.mean()), "the mean where"),
            (lambda p, g: g - g @ p, "the outer factor"),
            (lambda p, g: p * (g + g @ p), "sign"),
            (lambda p, g: -p * (g - g @ p), "sign"),
            (lambda p, g: np.diag(p) - np.outer(p, p), "shape|12-softmax"),
            (lambda p, g: p * g, "."),
            (lambda p, g: np.outer(p, g), "shape|12-softmax"),
        ],
    ),
    "12-matmul-pull": Tries(
        [
            lambda A, B, G: (G @ B.T, A.T @ G),
            lambda A, B, G: [G @ B.T, A.T @ G],
            lambda A, B, G: ((B @ G.T).T, (G.T @ A).T),
            lambda A, B, G: (np.einsum("ik,jk->ij", G, B), np.einsum("ij,ik->jk", A, G)),
        ],
        [
            (lambda A, B, G: (A.T @ G, G @ B.T), "swapped"),
            (lambda A, B, G: (B @ G.T, A.T @ G), "transposed"),
            (lambda A, B, G: (G @ B.T, G.T @ A), "transposed"),
            (lambda A, B, G: (np.ones_like(G) @ B.T, A.T @ np.ones_like(G)), "ignored"),
            (lambda A, B, G: G @ B.T, "."),
            (lambda A, B, G: (G @ B, A @ G), "inner lengths|shapes|stops"),
            (lambda A, B, G: (-G @ B.T, A.T @ G), "sign"),
            (lambda A, B, G: (G @ B.T, A.T @ G / len(A)), "."),
            (lambda A, B, G: (B.T, A.T), "."),
        ],
    ),
    "12-residual": Tries(
        [
            lambda X, W, U, G: G + ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W,
            lambda X, W, U, G: G + (W.T @ ((U.T @ G.T) * (1 - np.tanh(W @ X.T) ** 2))).T,
            lambda X, W, U, G: np.add(G, (np.cosh(X @ W.T) ** -2.0 * (G @ U)) @ W),
            by_example,
        ],
        [
            (lambda X, W, U, G: ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W, "the way around"),
            (lambda X, W, U, G: G.copy(), "the way through"),
            (lambda X, W, U, G: G + (G @ U) @ W, "the slope of tanh"),
            (lambda X, W, U, G: G + ((G @ U) * np.tanh(X @ W.T)) @ W, "the value of tanh"),
            (lambda X, W, U, G: G * (((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W), "multiplied where"),
            (lambda X, W, U, G: G - ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W, "sign"),
            (lambda X, W, U, G: G + ((G @ U.T) * (1 - np.tanh(X @ W.T) ** 2)) @ W, "inner lengths|shapes|stops"),
            (lambda X, W, U, G: G + ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W.T, "inner lengths|shapes|stops"),
            (lambda X, W, U, G: X + ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W, "."),
            (lambda X, W, U, G: G + ((G @ U) * (1 - np.tanh(X @ W.T))) @ W, "."),
        ],
    ),
}
