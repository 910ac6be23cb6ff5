"""Answers to the exercises of notebook 01."""

import numpy as np

from answers import Tries
from lecture_lib import Tensor, sigmoid

PAD = "<padding>"
WORDS = [PAD, PAD, "Maria", "flew", "to"]


def by_hand(ids, i):
    found = []
    for k in range(i - 2, i + 3):
        found.append(ids[k] if 0 <= k < len(ids) else 0)
    return found


def no_end(ids, i):
    return [0, 0, *ids][i : i + 5]


def negative(ids, i):
    return ids[i - 2 : i + 3]


def shifted(ids, i):
    return [0, 0, *ids, 0, 0][i - 1 : i + 4]


def with_ones(ids, i):
    return [1, 1, *ids, 1, 1][i : i + 5]


def four(ids, i):
    return [0, 0, *ids, 0, 0][i : i + 4]


def in_place(x, W, b, u):
    b += W @ x
    return sigmoid(u @ np.tanh(b))


def pads_in_place(ids, i):
    first = [0, 0, *ids, 0, 0][i : i + 5]
    ids[0] = 0
    return first


ANSWERS = {
    "01-first-window": Tries(
        [
            WORDS,
            tuple(WORDS),
            np.array(WORDS),
            ["<PADDING>", "<PADDING>", "maria", "Flew", "to"],
            "<padding> <padding> Maria flew to",
            ", ".join(WORDS),
            ["padding", "padding", "Maria", "flew", "to"],
            [WORDS],
        ],
        [
            (["Maria", "flew", "to", "Paris", "today"], "not centered"),
            ([PAD, "Maria", "flew", "to", "Paris"], "too little padding"),
            (["Paris", "today", "Maria", "flew", "to"], "wrapped around"),
            ([PAD, PAD, "Maria", "flew"], "4 of 5"),
            (["Maria", "flew", "to"], "3 of 5"),
            ([PAD, PAD, "Maria", "to", "flew"], "3 of 5 right.*fourth, the fifth"),
            (["to", "flew", "Maria", PAD, PAD], "1 of 5 right|back"),
            (["", "", "Maria", "flew", "to"], "not among the names"),
            (set(WORDS), "a set"),
            ([PAD, PAD, PAD, "Maria", "flew"], "2 of 5|of 5 right"),
        ],
    ),
    "01-window": Tries(
        [
            by_hand,
            lambda ids, i: [0, 0, *ids, 0, 0][i : i + 5],
            lambda ids, i: np.pad(ids, 2)[i : i + 5],
            lambda ids, i: np.concatenate([[0, 0], ids, [0, 0]])[i : i + 5],
            lambda ids, i: tuple(np.pad(ids, 2)[i : i + 5]),
            lambda ids, i: (ids[k] if 0 <= k < ids.size else 0 for k in range(i - 2, i + 3)),
            lambda ids, i: Tensor(np.pad(ids, 2)[i : i + 5].astype(float)),
        ],
        [
            (lambda ids, i: [*ids, 0, 0, 0, 0][i : i + 5], "not centered"),
            (lambda ids, i: np.take(ids, range(i - 2, i + 3), mode="wrap"), "wrapped around"),
            (lambda ids, i: [0, *ids, 0][i : i + 3], "one neighbor a side"),
            (lambda ids, i: np.take(ids, range(i - 2, i + 3), mode="clip"), "the end is repeated"),
            (no_end, "."),
            (negative, "."),
            (shifted, "off by one|place|right"),
            (with_ones, "."),
            (four, "off by one"),
            (lambda ids, i: by_hand(ids, i)[::-1], "back to front|right"),
            (lambda ids, i: np.pad(ids, 2)[i - 2 : i + 3], "."),
            (lambda ids, i: [ids[k] for k in range(i - 2, i + 3)], "index|wrapped|."),
        ],
        [(pads_in_place, "it changes ids")],
    ),
    "01-window-length": Tries(
        [
            1500,
            1500.0,
            [1500],
            "1500",
            "1,500",
            "5 * 300",
            "1500 entries",
            np.array(1500),
            np.array([1500]),
            (1500,),
            Tensor(1500.0),
        ],
        [
            (300, "one word only"),
            (1200, "the word in the middle is missing"),
            (900, "one neighbor a side"),
            (600, "one side only"),
            (1800, "."),
            (3000, "twice too large"),
            (150, "decimal point"),
            (1501, "off by one"),
            ((1, 500), "2 numbers"),
            ((5, 300), "2 numbers"),
            ("many", "a text"),
            (305, "."),
        ],
    ),
    "01-middle": Tries(
        [
            lambda x, d: x[2 * d : 3 * d],
            lambda x, d: x.reshape(5, d)[2],
            lambda x, d: np.split(x, 5)[2],
            lambda x, d: list(x)[2 * d : -2 * d],
            lambda x, d: x[2 * d :][:d],
            lambda x, d: np.array([x[k] for k in range(2 * d, 3 * d)]),
        ],
        [
            (lambda x, d: x[d : 2 * d], "the word before"),
            (lambda x, d: x[3 * d : 4 * d], "the word after"),
            (lambda x, d: x[:d], "the first word"),
            (lambda x, d: x[2::5], "every fifth entry"),
            (lambda x, d: x[-d:], "."),
            (lambda x, d: x[2 * d : 3 * d + 1], "."),
            (lambda x, d: x[2 * d : 4 * d], "off by one"),
            (lambda x, d: x[2 * d + 1 : 3 * d + 1], "."),
            (lambda x, d: x.reshape(d, 5)[2], "."),
            (lambda x, d: x.reshape(d, 5)[:, 2], "."),
            (lambda x, d: x[2], "."),
            (lambda x, d: x.reshape(5, d)[3], "."),
            (lambda x, d: x[len(x) / 2 :], "whole number"),
        ],
    ),
    "01-batch-shape": Tries(
        [(32, 8), [32, 8], "(32, 8)", "32x8", "32 by 8", np.array([32, 8]), (32.0, 8.0), [(32, 8)]],
        [
            ((8, 32), "the batch as columns"),
            ((32, 250), "nothing was summed"),
            ((32, 250, 8), "nothing was summed"),
            ((8,), "the batch is forgotten"),
            ((32,), "1 axis"),
            ((250, 8), "of 2 sizes right|."),
            ((32, 1), "1 of 2 sizes right"),
            ((8, 250), "."),
            (256, "a number, not a shape"),
            ({32, 8}, "a set"),
        ],
    ),
    "01-forward": Tries(
        [
            lambda x, W, b, u: sigmoid(u @ np.tanh(W @ x + b)),
            lambda x, W, b, u: 1 / (1 + np.exp(-(u @ np.tanh(W @ x + b)))),
            lambda x, W, b, u: 1 / (1 + np.exp(-u[None] @ np.tanh(W @ x + b))),
            lambda x, W, b, u: float(sigmoid(np.dot(u, np.tanh(np.dot(W, x) + b)))),
            lambda x, W, b, u: sigmoid(np.sum(u * np.tanh(x @ W.T + b))),
            lambda x, W, b, u: [sigmoid(u @ np.tanh(W @ x + b))],
            lambda x, W, b, u: np.float32(sigmoid(u @ np.tanh(W @ x + b))),
        ],
        [
            (lambda x, W, b, u: u @ np.tanh(W @ x + b), "a score, not a probability"),
            (lambda x, W, b, u: sigmoid(u @ (W @ x + b)), "no nonlinearity"),
            (lambda x, W, b, u: sigmoid(u @ np.tanh(W @ x)), "the bias is missing"),
            (lambda x, W, b, u: sigmoid(u @ (np.tanh(W @ x) + b)), "the bias after"),
            (lambda x, W, b, u: sigmoid(u * np.tanh(W @ x + b)), "not summed"),
            (lambda x, W, b, u: sigmoid(u @ np.tanh(x @ W + b)), "inner lengths"),
            (lambda x, W, b, u: sigmoid(u @ sigmoid(W @ x + b)), "function"),
            (lambda x, W, b, u: np.tanh(u @ np.tanh(W @ x + b)), "function"),
            (lambda x, W, b, u: 1 / (1 + np.exp(u @ np.tanh(W @ x + b))), "sign|rest"),
            (lambda x, W, b, u: 1 / 1 + np.exp(-(u @ np.tanh(W @ x + b))), "brackets"),
            (lambda x, W, b, u: sigmoid(np.sum(np.tanh(W @ x + b))), "factor|u"),
            (lambda x, W, b, u: sigmoid(u @ np.tanh(W @ x - b)), "wrong sign"),
        ],
        [(in_place, "it changes b")],
    ),
}
