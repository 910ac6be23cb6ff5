"""Answers to the exercises of notebook 11."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import grad, sigmoid


def logistic_loss(w, x, y, lam):
    return 0.5 * w @ w - lam * np.log(sigmoid(y * (w @ x)))


def into_w(w, x, y, lam):
    p = sigmoid(y * (w @ x))
    w -= lam * (1 - p) * y * x
    return w


def product_of(a, c):
    return a[0] * c[0], a[1] * c[0] + a[0] * c[1], a[2] * c[0] + 2 * a[1] * c[1] + a[0] * c[2]


def product_in_place(a, c):
    first = np.convolve(a[:2], c[:2])
    return [first[0], first[1], a[2] * c[0] + a[0] * c[2] + 2 * first[2]]


def settled(v, w):
    return (1 - v**2) / (1 - w * (1 - v**2))


def settled_by_rounds(v, w):
    slope = 0.0
    for _ in range(2000):
        slope = (1 - v**2) * (w * slope + 1)
    return slope


ANSWERS = {
    "11-before": three_numbers("11-before"),
    "11-adjoint": Tries(
        [5.5, [5.5], "5.5", 1 / 2 + 5, np.array(5.5), "1/2 + 5", (5.5,), np.float32(5.5)],
        [
            (5, "one path only"),
            (0.5, "one path only"),
            (2.5, "paths multiplied"),
            (2 - np.cos(5), "the adjoint of x₂"),
            (1.72, "the adjoint of x₂"),
            (-5.5, "sign"),
            (7, "."),
            (2.2, "."),
            (4.5, "off by one|."),
            (11, "twice"),
            (6.5, "off by one"),
            ((0.5, 5), "."),
        ],
    ),
    "11-quotient": Tries(
        [
            lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / c**2,
            lambda a, a_dot, c, c_dot: a_dot / c - a * c_dot / c**2,
            lambda a, a_dot, c, c_dot: (a_dot - a / c * c_dot) / c,
            lambda a, a_dot, c, c_dot: [(a_dot * c - a * c_dot) / (c * c)],
        ],
        [
            (lambda a, a_dot, c, c_dot: a_dot / c_dot, "tangents divided"),
            (lambda a, a_dot, c, c_dot: a_dot / c, "only the numerator moves"),
            (lambda a, a_dot, c, c_dot: (a_dot * c + a * c_dot) / c**2, "the product rule"),
            (lambda a, a_dot, c, c_dot: (a * c_dot - a_dot * c) / c**2, "wrong order"),
            (lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / c, "the square is missing"),
            (lambda a, a_dot, c, c_dot: a_dot * c - a * c_dot / c**2, "brackets"),
            (lambda a, a_dot, c, c_dot: a_dot * c - a * c_dot, "."),
            (lambda a, a_dot, c, c_dot: a_dot * c + a * c_dot, "."),
            (lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / c_dot**2, "argument"),
            (lambda a, a_dot, c, c_dot: -a * c_dot / c**2, "term"),
            (lambda a, a_dot, c, c_dot: (a_dot * c - a * c_dot) / (2 * c), "."),
            (lambda a, a_dot, c, c_dot: (a_dot * a - c * c_dot) / c**2, "."),
        ],
        [(lambda a, a_dot, c, c_dot: a / c + 1e-8 * 0, ".")],
    ),
    "11-passes": Tries(
        [(1000, 3), [1000, 3], "1000, 3", "(1000, 3)", np.array([1000, 3]), {"forward mode": 1000, "reverse mode": 3}],
        [
            ((3, 1000), "swapped"),
            ((2000, 3), "numeric differences"),
            ((1000, 1), "a single pass for everything"),
            ((3000, 3000), "a pass for each entry"),
            ((1, 3), "1 of 2 right. Look at forward mode"),
            ((1000, 6), "1 of 2 right. Look at reverse mode"),
            ((1000, 1000), "1 of 2 right"),
            ((1, 1), "."),
            (1000, "1 of 2"),
            ({1000, 3}, "a set"),
            ((1000,), "1 of 2"),
        ],
    ),
    "11-branch": Tries(
        [32, 32.0, [32], "32", 4 * 8, np.int64(32), "4 * 8 * 1", (32,)],
        [
            (4, "the loop runs once"),
            (12, "slopes of the rounds added"),
            (8, "only the last square"),
            (31, "the subtraction counts"),
            (24, "the wrong branch"),
            (1024, "squared three times"),
            (64, "twice"),
            (16, "factor of 2"),
            (13, "."),
            (-32, "sign"),
            (0, "."),
            (256, "."),
        ],
    ),
    "11-logistic": Tries(
        [
            lambda w, x, y, lam: w - lam * (1 - sigmoid(y * (w @ x))) * y * x,
            lambda w, x, y, lam: w - lam * y * x * sigmoid(-y * (w @ x)),
            lambda w, x, y, lam: w + lam * (sigmoid(w @ x) - (y + 1) / 2) * x,
            lambda w, x, y, lam: grad(logistic_loss)(w, x, y, lam),
        ],
        [
            (lambda w, x, y, lam: -lam * (1 - sigmoid(y * (w @ x))) * y * x, "the penalty is forgotten"),
            (lambda w, x, y, lam: w - lam * sigmoid(y * (w @ x)) * y * x, "p in place of 1 - p"),
            (lambda w, x, y, lam: w - lam * (1 - sigmoid(y * (w @ x))) * x, "the label is forgotten"),
            (lambda w, x, y, lam: w + lam * (1 - sigmoid(y * (w @ x))) * y * x, "wrong sign of the data"),
            (lambda w, x, y, lam: w - (1 - sigmoid(y * (w @ x))) * y * x, "λ is forgotten"),
            (lambda w, x, y, lam: w - lam * (1 - sigmoid(w @ x)) * y * x, "p of the label"),
            (lambda w, x, y, lam: lam * w - (1 - sigmoid(y * (w @ x))) * y * x, "λ at the penalty"),
            (lambda w, x, y, lam: w + lam * (sigmoid(y * (w @ x)) - y) * x, "labels of 0 and 1"),
            (lambda w, x, y, lam: w - lam * 1 - sigmoid(y * (w @ x)) * y * x, "brackets"),
            (lambda w, x, y, lam: 2 * w - lam * (1 - sigmoid(y * (w @ x))) * y * x, "."),
            (lambda w, x, y, lam: w - lam * (1 - sigmoid(y * (w @ x))) * y, "."),
            (lambda w, x, y, lam: w / 2 - lam * (1 - sigmoid(y * (w @ x))) * y * x, "."),
            (lambda w, x, y, lam: w - lam * (1 - sigmoid(y * (w @ x))) * y * w, "argument"),
            (lambda w, x, y, lam: 0.5 * w @ w - lam * (1 - sigmoid(y * (w @ x))) * y * x, "."),
        ],
        [(into_w, "it changes w"), (lambda w, x, y, lam: w - lam * (1 - sigmoid(w @ x)) * x, ".")],
    ),
    "11-stored": Tries(
        [450, 450.0, [450], "450", 250 + 100 + 100, np.array([450]), "250 + 100 + 100", (450,)],
        [
            (200, "the first input is forgotten"),
            (350, "ReLU has no memory"),
            (454, "the scores are stored too"),
            (25954, "the parameters are counted"),
            (354, "."),
            (250, "."),
            (100, "."),
            (900, "twice"),
            (104, "."),
            (451, "off by one"),
            (550, "."),
            ((250, 100, 100), "3 numbers"),
        ],
    ),
    "11-second": Tries(
        [
            product_of,
            product_in_place,
            lambda a, c: np.array(product_of(a, c)),
            lambda a, c: (a[0] * c[0], a[:2] @ c[1::-1], a @ ([1, 2, 1] * c[::-1])),
        ],
        [
            (lambda a, c: (*product_of(a, c)[:2], product_of(a, c)[2] - a[1] * c[1]), "counts once"),
            (lambda a, c: (*product_of(a, c)[:2], a[2] * c[0] + a[0] * c[2]), "is missing"),
            (lambda a, c: a * c, "entry by entry"),
            (lambda a, c: product_of(a, c)[:2], "another|number|2|parts|shape"),
            (lambda a, c: product_of(a, c)[2], "."),
            (lambda a, c: (*product_of(a, c)[:2], 2 * a[1] * c[1]), "."),
            (lambda a, c: (*product_of(a, c)[:2], a[2] * c[2]), "."),
            (lambda a, c: product_of(a, c)[::-1], "."),
            (lambda a, c: (a[0] * c[0], a[1] * c[1], product_of(a, c)[2]), "."),
        ],
    ),
    "11-settled": Tries(
        [
            settled,
            settled_by_rounds,
            lambda v, w: 1 / (1 / (1 - v**2) - w),
            lambda v, w: (1 - v) * (1 + v) / (1 - w + w * v * v),
        ],
        [
            (lambda v, w: 1 - v**2, "held still"),
            (lambda v, w: (1 - v**2) * (1 + w * (1 - v**2)), "two rounds"),
            (lambda v, w: (1 - v**2) / (1 + w * (1 - v**2)), "sign below"),
            (lambda v, w: 1 / (1 - w * (1 - v**2)), "x is forgotten"),
            (lambda v, w: (1 - np.tanh(v) ** 2) / (1 - w * (1 - np.tanh(v) ** 2)), "taken at v"),
            (lambda v, w: -settled(v, w), "sign"),
            (lambda v, w: w * settled(v, w), "."),
            (lambda v, w: (1 - v**2) / (1 - w), "."),
            (lambda v, w: 1 - np.tanh(w * v) ** 2, "."),
        ],
    ),
}
