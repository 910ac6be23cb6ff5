"""Answers to the exercises of notebook 13."""

import numpy as np

from answers import Tries, three_numbers


def cut_in_place(g, z):
    g[np.abs(z) >= 1] = 0
    return g


def by_loop(g, z):
    total = 0.0
    for i in range(len(z)):
        if z[i] < 0:
            total += g[i] * z[i]
    return total


def last_only(g, z):
    total = 0.0
    for i in range(len(z)):
        if z[i] < 0:
            total = g[i] * z[i]
    return total


def one_if(g, z):
    return g if abs(z) < 1 else 0


ANSWERS = {
    "13-before": three_numbers("13-before"),
    "13-depth": Tries(
        [
            0.25**8,
            1.5e-5,
            1.53e-5,
            1.526e-5,
            0.000015,
            [0.25**8],
            "0.25**8",
            "1.5e-5",
            "0.0015%",
            4.0**-8,
            1 / 65536,
            "(1/4)^8",
        ],
        [
            (0.5**8, "the value, not the slope"),
            (0.0039, "the value, not the slope"),
            (2, "added, not multiplied"),
            (0.25, "one layer"),
            (1, "the slope of tanh"),
            (0.25**7, "."),
            (0.25**9, "."),
            (0.25 * 8, "added"),
            (65536, "upside down"),
            (0.03, "."),
            (0, "."),
            ("very little", "a text"),
        ],
        [(1e-5, "."), (0.00002, ".")],
    ),
    "13-steepness": Tries(
        [4, 4.0, [4], "4", 1 / 0.25, np.array(4), "4 / 1", (4,)],
        [
            (2, "one factor of two"),
            (1, "only tanh"),
            (0.25, "upside down"),
            (8, "twice"),
            (3, "off by one"),
            (0.5, "."),
            (16, "square"),
            (-4, "sign"),
            (0, "."),
            ((4, 1), "2 numbers"),
            ("twice", "a text"),
        ],
    ),
    "13-hard-tanh": Tries(
        [
            lambda g, z: g * (np.abs(z) < 1),
            lambda g, z: g * ((z > -1) & (z < 1)),
            lambda g, z: np.where(np.abs(z) <= 1, g, 0),
            lambda g, z: g * (z > -1) * (z < 1),
            lambda g, z: [a if -1 < b < 1 else 0 for a, b in zip(g, z, strict=True)],
        ],
        [
            (lambda g, z: g * np.clip(z, -1, 1), "the value, not the slope"),
            (lambda g, z: np.clip(g, -1, 1), "the gradient cut off"),
            (lambda g, z: g * (z > 0), "the slope of the rectifier"),
            (lambda g, z: g * (z < 1), "one end only"),
            (lambda g, z: g * (z > -1), "the upper end"),
            (lambda g, z: g * (1 - np.tanh(z) ** 2), "the slope of tanh"),
            (lambda g, z: g, "nothing is held back"),
            (lambda g, z: g * (np.abs(z) > 1), "the wrong way round"),
            (lambda g, z: np.abs(z) < 1, "the gradient is lost"),
            (one_if, "one yes or no"),
            (lambda g, z: g * (np.abs(g) < 1), "argument|."),
            (lambda g, z: g * (-1 < z < 1), "one yes or no"),
            (lambda g, z: -g * (np.abs(z) < 1), "sign"),
        ],
        [(cut_in_place, "it changes g")],
    ),
    "13-parametric": Tries(
        [
            lambda g, z: g @ np.minimum(z, 0),
            by_loop,
            lambda g, z: np.sum(g * z * (z < 0)),
            lambda g, z: np.sum(np.where(z > 0, 0, g * z)),
            lambda g, z: (g[z < 0] @ z[z < 0]).reshape(1),
        ],
        [
            (lambda g, z: np.sum(np.minimum(z, 0)), "the gradient from above is lost"),
            (lambda g, z: np.sum(g * (z < 0)), "the slope along z"),
            (lambda g, z: g @ z, "all units"),
            (lambda g, z: g @ np.maximum(z, 0), "the other side"),
            (lambda g, z: -g @ np.maximum(z, 0), "the inner minus"),
            (lambda g, z: g * np.minimum(z, 0), "not summed"),
            (lambda g, z: np.mean(g * np.minimum(z, 0)), "averaged"),
            (last_only, "overwritten"),
            (lambda g, z: -g @ np.minimum(z, 0), "sign"),
            (lambda g, z: z * (z < 0), "."),
            (lambda g, z: g @ np.minimum(z, 0) * 0.1, "decimal|constant"),
            (lambda g, z: np.minimum(g @ z, 0), "."),
        ],
    ),
    "13-dead": Tries(
        [
            ("W", "b", "u"),
            ["u", "W", "b"],
            {"W", "b", "u"},
            "W, b, u",
            "W b u",
            "Wbu",
            "W, b and u",
            np.array(["W", "b", "u"]),
            {"W": True, "b": True, "u": True},
        ],
        [
            (("W", "b"), "the unit's output is forgotten"),
            (("W", "u"), "the bias is forgotten"),
            (("b", "u"), "the weights are forgotten"),
            (("W",), "the weights only"),
            ("W", "the weights only"),
            (("u",), "only above"),
            ((), "none"),
            (("b",), "."),
            (("W", "b", "c"), "'c' is not among the names"),
            (("weights", "bias"), "not among the names"),
            (3, "a value of type int"),
        ],
    ),
}
