"""Answers to the exercises of notebook 17."""

import statistics

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import grad, sigmoid, softplus


def into_x(x, y, u, b):
    u *= sigmoid(u @ x + b) - y
    return u


def paired_in_place(first, second):
    second -= first
    return second.mean(), second.std(ddof=1)


def loss(x, y, u, b):
    s = u @ x + b
    return softplus(s) - y * s


ANSWERS = {
    "17-before": three_numbers("17-before"),
    "17-word-gradient": Tries(
        [
            lambda x, y, u, b: (sigmoid(u @ x + b) - y) * u,
            lambda x, y, u, b: u * (1 / (1 + np.exp(-(x @ u) - b)) - y),
            lambda x, y, u, b: -(y - sigmoid(np.dot(u, x) + b)) * u,
            lambda x, y, u, b: grad(loss)(x, y, u, b),
        ],
        [
            (lambda x, y, u, b: (sigmoid(u @ x + b) - y) * x, "gradient of u"),
            (lambda x, y, u, b: u, "the loss is forgotten"),
            (lambda x, y, u, b: (y - sigmoid(u @ x + b)) * u, "the wrong side"),
            (lambda x, y, u, b: (sigmoid(u @ x + b) - y) * u * x, "u and x multiplied"),
            (lambda x, y, u, b: (sigmoid(u @ x) - y) * u, "b|term"),
            (lambda x, y, u, b: sigmoid(u @ x + b) - y * u, "brackets"),
            (lambda x, y, u, b: sigmoid(u @ x + b) - y, "factor"),
            (lambda x, y, u, b: sigmoid(u @ x + b) * u, "y|term"),
            (lambda x, y, u, b: (u @ x + b - y) * u, "the input in place"),
            (lambda x, y, u, b: (sigmoid(u * x + b) - y) * u, "operation"),
            (lambda x, y, u, b: 2 * (sigmoid(u @ x + b) - y) * u, "twice"),
            (lambda x, y, u, b: (np.tanh(u @ x + b) - y) * u, "function"),
            (lambda x, y, u, b: sigmoid(u @ x + b) * (1 - sigmoid(u @ x + b)) * u, "."),
        ],
        [(into_x, "it changes u")],
    ),
    "17-moves": Tries(
        [
            (True, False, True),
            [True, False, True],
            (1, 0, 1),
            "True, False, True",
            "TFT",
            ("yes", "no", "yes"),
            np.array([True, False, True]),
            {"tv": True, "television": False, "P": True},
        ],
        [
            ((True, True, True), "all change"),
            ((True, False, False), "only the first"),
            ((False, False, False), "none changes"),
            ((True, True, False), "1 of 3 right. Look at the vector of television and P"),
            ((False, False, True), "2 of 3 right. Look at the vector of tv"),
            ((False, True, True), "1 of 3 right"),
            ((False, True, False), "0 of 3 right"),
            ((True, False), "2 of 3"),
            (True, "1 of 3"),
            ((2, 0, 1), "neither True nor False"),
            ("maybe, no, yes", "neither True nor False"),
        ],
    ),
    "17-still": Tries(
        [56850, 57057 - 207, "56,850", "56850", [56850], 56850.0, "57057 - 207", np.int64(56850)],
        [
            (207, "those that move"),
            (57057, "all stand still"),
            (0, "none stands still"),
            (1, "only the held-out word"),
            (57264, "sign"),
            (56849, "off by one"),
            (56851, "off by one"),
            ((56, 850), "2 numbers"),
            (206, "."),
            (5685, "decimal point"),
            ("nearly all", "a text"),
            (-56850, "sign"),
        ],
    ),
    "17-paired": Tries(
        [
            lambda first, second: ((second - first).mean(), (second - first).std(ddof=1)),
            lambda first, second: [np.mean(second - first), np.sqrt(np.var(second - first, ddof=1))],
            lambda first, second: (second.mean() - first.mean(), np.std(second - first, ddof=1)),
            lambda first, second: (statistics.mean(second - first), statistics.stdev(second - first)),
        ],
        [
            (lambda first, second: ((second - first).mean(), (second - first).std()), "divided by k"),
            (
                lambda first, second: ((second - first).mean(), np.sqrt(first.var(ddof=1) + second.var(ddof=1))),
                "the pairs are torn apart",
            ),
            (lambda first, second: ((first - second).mean(), (first - second).std(ddof=1)), "first minus second"),
            (
                lambda first, second: (np.abs(second - first).mean(), np.abs(second - first).std(ddof=1)),
                "distances without a sign",
            ),
            (
                lambda first, second: ((second - first).mean(), (second - first).std(ddof=1) / np.sqrt(len(first))),
                "the standard deviation: divided by a root",
            ),
            (
                lambda first, second: ((second - first).mean(), (second - first).var(ddof=1)),
                "the standard deviation: the square",
            ),
            (lambda first, second: ((second - first).std(ddof=1), (second - first).mean()), "in another order"),
            (lambda first, second: ((second - first).sum(), (second - first).std(ddof=1)), "the mean"),
            (lambda first, second: (second - first).mean(), "."),
            (lambda first, second: (second - first, (second - first).std(ddof=1)), "left out"),
            (
                lambda first, second: ((second - first).mean(), second.std(ddof=1) - first.std(ddof=1)),
                "the standard deviation|.",
            ),
            (lambda first, second: (np.median(second - first), (second - first).std(ddof=1)), "the mean"),
        ],
        [(paired_in_place, "it changes second")],
    ),
}
