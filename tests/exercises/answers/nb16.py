"""Answers to the exercises of notebook 16."""

import numpy as np

from answers import Tries, three_numbers


def f1(right, reported, true):
    p, r = right / reported, right / true
    return p, r, 2 * p * r / (p + r)


def f1_loose(right, reported, true):
    p, r = right / reported, right / true
    return p, r, 2 * p * r / p + r


def f1_product(right, reported, true):
    p, r = right / reported, right / true
    return p, r, p * r / (p + r)


def f1_geometric(right, reported, true):
    p, r = right / reported, right / true
    return p, r, np.sqrt(p * r)


def whole(right, reported, true):
    return right // reported, right // true, 2 * right // (reported + true)


def by_sets(batches):
    met = set()
    for batch in batches:
        met |= set(batch.tolist())
    return len(met), len(set(batches[-1].tolist()))


def last_but_one(batches):
    return np.unique(batches).size, np.unique(batches[-2]).size


def in_place(grad_L, W, lam):
    grad_L += 2 * lam * W
    return grad_L


ANSWERS = {
    "16-before": three_numbers("16-before"),
    "16-span": Tries(
        [0, 0.0, [0], "0", np.array(0), -0.0, (0,), np.float32(0)],
        [
            (2 / 3, "token F1"),
            (0.67, "token F1"),
            (0.5, "token recall"),
            (1, "the start only"),
            (0.33, "."),
            (0.25, "."),
            (2, "."),
            (-1, "."),
            (None, "None"),
            ((0, 1), "2 numbers"),
            ("none", "a text"),
        ],
    ),
    "16-f1": Tries(
        [
            f1,
            lambda right, reported, true: (right / reported, right / true, 2 * right / (reported + true)),
            lambda right, reported, true: [right / reported, right / true, 2 / (reported / right + true / right)],
            lambda right, reported, true: np.array(f1(right, reported, true)),
        ],
        [
            (lambda right, reported, true: (right / true, right / reported, 2 * right / (reported + true)), "swapped"),
            (
                lambda right, reported, true: (right / reported, right / true, (right / reported + right / true) / 2),
                "the plain mean",
            ),
            (f1_product, "a factor is missing in F1"),
            (
                lambda right, reported, true: (right / reported, right / true, right / (reported + true - right)),
                "the share of all",
            ),
            (f1_loose, "brackets"),
            (f1_geometric, "2 of 3 right. Look at F1|F1"),
            (whole, "."),
            (lambda right, reported, true: (right / reported, right / true), "."),
            (lambda right, reported, true: f1(right, reported, true)[2], "."),
            (lambda right, reported, true: f1(right, reported, true)[::-1], "order"),
            (
                lambda right, reported, true: (reported / right, right / true, 2 * right / (reported + true)),
                "precision: upside down",
            ),
            (
                lambda right, reported, true: (right / reported, reported / true, 2 * right / (reported + true)),
                "recall|argument",
            ),
            (lambda right, reported, true: tuple(100 * v for v in f1(right, reported, true)), "."),
        ],
    ),
    "16-penalty": Tries(
        [
            lambda grad_L, W, lam: grad_L + 2 * lam * W,
            lambda grad_L, W, lam: 2 * W * lam + grad_L,
            lambda grad_L, W, lam: grad_L + lam * (W + W),
            lambda grad_L, W, lam: (grad_L + 2 * lam * W).tolist(),
        ],
        [
            (lambda grad_L, W, lam: grad_L + lam * W, "the 2 is missing"),
            (lambda grad_L, W, lam: grad_L + lam * np.sum(W**2), "the penalty, not its gradient"),
            (lambda grad_L, W, lam: grad_L - 2 * lam * W, "the wrong direction"),
            (lambda grad_L, W, lam: grad_L + lam * W**2, "the squares themselves"),
            (lambda grad_L, W, lam: grad_L + 2 * lam, "the same pull on all weights"),
            (lambda grad_L, W, lam: grad_L + lam * np.sign(W), "absolute values"),
            (lambda grad_L, W, lam: 2 * lam * W, "."),
            (lambda grad_L, W, lam: grad_L + 2 * W, "factor"),
            (lambda grad_L, W, lam: grad_L, "."),
            (lambda grad_L, W, lam: (grad_L + 2 * lam) * W, "brackets"),
            (lambda grad_L, W, lam: grad_L * 2 * lam * W, "multiplied, not added"),
            (lambda grad_L, W, lam: grad_L + lam * np.linalg.norm(W), "."),
            (lambda grad_L, W, lam: grad_L + 2 * lam * W.T, "shapes"),
        ],
        [(in_place, "it changes grad_L")],
    ),
    "16-decay": Tries(
        [(1, 4), [1, 4], np.array([1, 4]), (1.0, 4.0)],
        [
            ((4, 4), "L2 and decay are one"),
            ((4, 1), "swapped"),
            ((1, 1), "both divided"),
            ((1, 16), "squares"),
            ((2, 0.5), "."),
            ((1, 2), "."),
            ((1, 0.25), "."),
            (4, "."),
        ],
    ),
    "16-absent": Tries(
        [
            lambda batches: (np.unique(batches).size, np.unique(batches[-1]).size),
            by_sets,
            lambda batches: (len(set(batches.ravel())), len(set(batches[-1]))),
            lambda batches: np.array([len(np.unique(batches)), len(np.unique(batches[-1]))]),
        ],
        [
            (lambda batches: (batches.size, batches[-1].size), "places, not words"),
            (lambda batches: (np.unique(batches[-1]).size, np.unique(batches[-1]).size), "both Adams"),
            (lambda batches: (np.setdiff1d(batches, batches[-1]).size, np.unique(batches[-1]).size), "only the absent"),
            (lambda batches: (np.unique(batches[-1]).size, np.unique(batches).size), "the two are swapped"),
            (lambda batches: (sum(np.unique(b).size for b in batches), np.unique(batches[-1]).size), "batch by batch"),
            (lambda batches: (np.unique(batches).size, batches[-1].size), "left out|SparseAdam"),
            (last_but_one, "off by one|SparseAdam"),
            (lambda batches: np.unique(batches).size, "."),
            (lambda batches: (np.unique(batches).size, np.unique(batches[0]).size), "off by one|SparseAdam"),
            (
                lambda batches: (np.unique(batches[:-1]).size, np.unique(batches[-1]).size),
                "places|off by one|dense Adam|transpose",
            ),
            (lambda batches: (np.unique(batches), np.unique(batches[-1])), "."),
            (lambda batches: (batches.max(), np.unique(batches[-1]).size), "."),
        ],
    ),
}
