"""Answers to the exercises of notebook 14."""

import math

import numpy as np

from answers import Tries, three_numbers


def normal(z):
    return (z - z.mean()) / z.std()


def back_through_norm(g, z):
    h = normal(z)
    return (g - g.mean() - h * (g * h).mean()) / z.std()


def norm_jacobian(z):
    h, n = normal(z), len(z)
    return (np.eye(n) - np.ones((n, n)) / n - np.outer(h, h) / n) / z.std()


ANSWERS = {
    "14-before": three_numbers("14-before"),
    "14-symmetry": Tries(
        [2, 2.0, [2], "2", np.array(2), (2,), np.int64(2), {2}],
        [
            (8, "no symmetry at all"),
            (1, "one symmetry for all"),
            (5, "the units of one group"),
            (3, "the units of one group"),
            (4, "."),
            (0, "."),
            (-2, "sign"),
            ((3, 5), "2 numbers"),
            (16, "."),
            ("two", "a text"),
        ],
    ),
    "14-output-bias": Tries(
        [
            lambda q: np.log(q / (1 - q)),
            lambda q: -np.log(1 / q - 1),
            lambda q: math.log(q) - math.log(1 - q),
            lambda q: [np.log(q) - np.log1p(-q)],
            lambda q: 2 * np.arctanh(2 * q - 1),
        ],
        [
            (lambda q: np.log(q), "the softmax's bias"),
            (lambda q: q, "the share itself"),
            (lambda q: np.log((1 - q) / q), "yes and no exchanged"),
            (lambda q: q / (1 - q), "without the logarithm"),
            (lambda q: 1 / (1 + np.exp(-q)), "the logistic the wrong way"),
            (lambda q: q * (1 - q), "the slope"),
            (lambda q: np.log(q) / (1 - q), "."),
            (lambda q: np.log(q / 1 - q), "brackets"),
            (lambda q: np.log10(q / (1 - q)), "constant"),
            (lambda q: np.log2(q / (1 - q)), "constant"),
            (lambda q: np.log(q / (1 + q)), "sign"),
            (lambda q: np.log(q * (1 - q)), "operation|brackets"),
            (lambda q: np.log(1 / q - 1), "sign|exchanged"),
        ],
    ),
    "14-spread": Tries(
        [2, 2.0, [2], "2", np.sqrt(300 * 0.04 / 3), np.float32(2), 1.9999999999999998, (2,)],
        [
            (4, "the variance"),
            (0.2 * np.sqrt(300), "r as the standard deviation"),
            (3.46, "r as the standard deviation"),
            (34.6, "standard deviations added"),
            (34.64, "standard deviations added"),
            (0.115, "a single term"),
            (0.2 / np.sqrt(3), "a single term"),
            (60, "the ends added"),
            (12, "."),
            (0.0133, "."),
            (1, "factor of 2"),
            (-2, "sign"),
            (1.41, "."),
        ],
    ),
    "14-depth": Tries(
        [1024, 2**10, [1024], "1024", 1024.0, "1,024", "2**10", "2^10", np.array(1024)],
        [
            (20, "added, not multiplied"),
            (2**20, "the variance"),
            (2, "once"),
            (100, "squared"),
            (512, "factor of 2"),
            (2048, "twice"),
            (1000, "."),
            (10, "."),
            (12, "."),
            (1023, "off by one"),
            ((1, 24), "2 numbers"),
            (1 / 1024, "upside down"),
        ],
    ),
    "14-xavier": Tries(
        [
            lambda n_in, n_out: np.sqrt(6 / (n_in + n_out)),
            lambda n_in, n_out: (6 / (n_in + n_out)) ** 0.5,
            lambda n_in, n_out: math.sqrt(6) / math.sqrt(n_in + n_out),
            lambda n_in, n_out: [np.sqrt(3 * 2 / (n_in + n_out))],
        ],
        [
            (lambda n_in, n_out: 2 / (n_in + n_out), "the variance as r"),
            (lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)), "the standard deviation as r"),
            (lambda n_in, n_out: 2 * np.sqrt(6 / (n_in + n_out)), "the width as r"),
            (lambda n_in, n_out: np.sqrt(3 / n_in), "inputs only"),
            (lambda n_in, n_out: np.sqrt(3 / n_out), "outputs only"),
            (lambda n_in, n_out: 6 / (n_in + n_out), "the square of r"),
            (lambda n_in, n_out: np.sqrt(6) / (n_in + n_out), "the root of the 6 alone"),
            (lambda n_in, n_out: np.sqrt(6 / n_in + n_out), "brackets"),
            (lambda n_in, n_out: np.sqrt(3 / (n_in + n_out)), "."),
            (lambda n_in, n_out: np.sqrt(6 / (n_in * n_out)), "."),
            (lambda n_in, n_out: np.sqrt(6 * (n_in + n_out)), "operation|."),
            (lambda n_in, n_out: np.sqrt(6 / n_in), "term|."),
            (lambda n_in, n_out: np.sqrt(12 / (n_in + n_out)), "constant"),
        ],
    ),
    "14-he": Tries(
        [
            lambda n_in: np.sqrt(2 / n_in),
            lambda n_in: (2 / n_in) ** 0.5,
            lambda n_in: math.sqrt(2 / n_in),
            lambda n_in: np.array([np.sqrt(2 / n_in)]),
            lambda n_in: np.sqrt(2) / np.sqrt(n_in),
        ],
        [
            (lambda n_in: 2 / n_in, "the variance"),
            (lambda n_in: np.sqrt(1 / n_in), "nothing is made up for"),
            (lambda n_in: np.sqrt(1 / (2 * n_in)), "the half on the wrong side"),
            (lambda n_in: np.sqrt(6 / n_in), "the end of a range"),
            (lambda n_in: 2 / np.sqrt(n_in), "the root forgotten in part"),
            (lambda n_in: np.sqrt(2) / n_in, "the root of the 2 alone"),
            (lambda n_in: np.sqrt(2 * n_in), "operation|n_in"),
            (lambda n_in: np.sqrt(n_in / 2), "upside down|order"),
            (lambda n_in: np.sqrt(2 / n_in) / 2, "the half on the wrong side"),
            (lambda n_in: np.sqrt(4 / n_in), "the root forgotten in part"),
            (lambda n_in: 1 / n_in, "."),
            (lambda n_in: np.sqrt(3 / n_in), "."),
        ],
    ),
    "14-norm": Tries(
        [
            back_through_norm,
            lambda g, z: norm_jacobian(z) @ g,
            lambda g, z: (g @ norm_jacobian(z)).tolist(),
        ],
        [
            (lambda g, z: (g - g.mean()) / z.std(), "the spread held fixed"),
            (lambda g, z: (g - normal(z) * (g * normal(z)).mean()) / z.std(), "the mean held fixed"),
            (lambda g, z: g / z.std(), "both held fixed"),
            (lambda g, z: g - g.mean() - normal(z) * (g * normal(z)).mean(), "not divided"),
            (lambda g, z: (g - g.sum() - normal(z) * (g * normal(z)).sum()) / z.std(), "sums for means"),
            (lambda g, z: (g - g.mean() - z * (g * z).mean()) / z.std(), "z for h"),
            (lambda g, z: normal(g), "the forward step"),
            (lambda g, z: back_through_norm(g, z) * z.std() / z.var(), "."),
            (lambda g, z: -back_through_norm(g, z), "sign"),
        ],
    ),
}
