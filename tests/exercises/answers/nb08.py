"""Answers to the exercises of notebook 08."""

import numpy as np

from answers import Tries, three_numbers


def by_loop(g, a, c):
    left, right = np.zeros(len(g)), np.zeros(len(g))
    for k in range(len(g)):
        if a[k] > c[k]:
            left[k] = g[k]
        else:
            right[k] = g[k]
    return left, right


def one_if(g, a, c):
    return (g, 0 * g) if a > c else (0 * g, g)


def into_g(g, a, c):
    left = g * (a > c)
    g[a > c] = 0
    return left, g


def times(bends):
    total = 1
    for _ in range(bends):
        total *= 2
    return total * 2 * bends


def times_short(bends):
    total = 1
    for _ in range(bends - 1):
        total *= 2
    return total * 2 * bends


ANSWERS = {
    "08-before": three_numbers("08-before"),
    "08-sources": Tries(
        [
            (6, 8),
            [6, 8],
            "6, 8",
            "6 sources and 8 operations",
            "(6, 8)",
            np.array([6, 8]),
            {"sources": 6, "operations": 8},
        ],
        [
            ((1, 8), "the parameters are missing"),
            ((5, 8), "the input is missing"),
            ((8, 6), "the other way around"),
            ((6, 6), "a sum counted with its product"),
            ((6, 14), "all nodes"),
            ((6, 7), "one operation missing"),
            ((4, 5), "one layer only"),
            ((6, 9), "1 of 2 right. Look at the operations"),
            ((7, 8), "1 of 2 right. Look at the sources"),
            (14, "1 of 2"),
            ({6, 8}, "a set"),
            ((6,), "1 of 2"),
        ],
    ),
    "08-downstream": Tries(
        [
            lambda g, v: -g / v**2,
            lambda g, v: -g * v**-2,
            lambda g, v: g * (-1 / v**2),
            lambda g, v: -g / v / v,
            lambda g, v: [-g / (v * v)],
        ],
        [
            (lambda g, v: -1 / v**2, "the upstream gradient is lost"),
            (lambda g, v: g - 1 / v**2, "added"),
            (lambda g, v: g / v**2, "the sign of the slope"),
            (lambda g, v: g / v, "the value instead of the slope"),
            (lambda g, v: 1 / v, "the value instead of the slope"),
            (lambda g, v: -g / v, "a power too few"),
            (lambda g, v: -g / 2 * v, "."),
            (lambda g, v: -((g / v) ** 2), "brackets|."),
            (lambda g, v: -g * v**2, "operation"),
            (lambda g, v: -g / v**3, "v is missing|power"),
            (lambda g, v: -2 * g / v**2, "twice"),
            (lambda g, v: g * np.log(v), "not a number|."),
            (lambda g, v: -v / g**2, "exchanged"),
        ],
    ),
    "08-quotient": Tries(
        [
            lambda g, a, c: (g / c, -g * a / c**2),
            lambda g, a, c: [g / c, -(g * a) / (c * c)],
            lambda g, a, c: np.array([g / c, -g * a * c**-2]),
            lambda g, a, c: (g * (1 / c), g * (-a / c**2)),
        ],
        [
            (lambda g, a, c: (1 / c, -a / c**2), "the upstream gradient is lost"),
            (lambda g, a, c: (g / c, g * a / c**2), "the sign of the second slope"),
            (lambda g, a, c: (g * c, g * a), "switched as for a product"),
            (lambda g, a, c: (-g * a / c**2, g / c), "the other way around"),
            (lambda g, a, c: (g / c, -g / c**2), "the numerator is missing"),
            (lambda g, a, c: (g / c, -a / c**2), "the upstream gradient is lost for c"),
            (lambda g, a, c: g / c, "only one input"),
            (lambda g, a, c: (g / c, -g * a / c), "the gradient for c"),
            (lambda g, a, c: (g / a, -g * a / c**2), "."),
            (lambda g, a, c: (1 / c, -g * a / c**2), "the gradient for a"),
            (lambda g, a, c: (g / c, -g * c / a**2), "."),
            (lambda g, a, c: (g / c, -g * a / 2 * c), "."),
            (lambda g, a, c: (-g / c, g * a / c**2), "sign"),
        ],
    ),
    "08-fan-out": Tries(
        [5, 5.0, [5], (5,), "5", np.array(5), np.array([5.0]), np.float32(5), "2 + 3"],
        [
            (3, "overwritten"),
            (2, "overwritten"),
            (6, "paths multiplied"),
            (5.1, "a secant"),
            (-5, "sign"),
            (1, "."),
            (4, "off by one"),
            (10, "twice"),
            (2.5, "factor of 2"),
            (0, "."),
            ((2, 3), "2 numbers"),
            ("two plus three", "a text"),
        ],
    ),
    "08-max": Tries(
        [
            lambda g, a, c: (g * (a > c), g * (c > a)),
            by_loop,
            lambda g, a, c: (np.where(a > c, g, 0), np.where(a > c, 0, g)),
            lambda g, a, c: [g * (a >= c), g * (a < c)],
            lambda g, a, c: np.stack([g * (a > c), g * (c > a)]),
            lambda g, a, c: (g * np.heaviside(a - c, 0.5), g * np.heaviside(c - a, 0.5)),
        ],
        [
            (lambda g, a, c: (g, g), "both get everything"),
            (lambda g, a, c: (g / 2, g / 2), "shared"),
            (lambda g, a, c: (g * (a < c), g * (c < a)), "sent to the loser"),
            (lambda g, a, c: (g * a * (a > c), g * c * (c > a)), "the winner's value"),
            (lambda g, a, c: ((a > c), (c > a)), "the upstream gradient is lost"),
            (one_if, "one yes or no"),
            (lambda g, a, c: (g * (a > c), g * (a > c)), "."),
            (lambda g, a, c: g * (a > c), "."),
            (lambda g, a, c: (g * (a > 0), g * (c > 0)), "."),
            (lambda g, a, c: (g * (a > c), -g * (c > a)), "sign"),
            (lambda g, a, c: (g * np.maximum(a, c), g * np.maximum(a, c)), "."),
            (lambda g, a, c: (g * (g > 0), g * (g < 0)), "."),
        ],
        [(into_g, "it changes g")],
    ),
    "08-paths": Tries(
        [
            lambda bends: 2**bends * 2 * bends,
            times,
            lambda bends: bends * 2 ** (bends + 1),
            lambda bends: 2 * bends << bends,
            lambda bends: float(2 ** (bends + 1) * bends),
        ],
        [
            (lambda bends: 4 * bends, "the backward pass"),
            (lambda bends: 2**bends, "paths, not multiplications"),
            (lambda bends: 2**bends * 4 * bends, "all edges on every path"),
            (lambda bends: 2 * bends * 2 * bends, "paths added"),
            (lambda bends: 8 * bends, "right for two bends only"),
            (lambda bends: 4**bends, "right for two bends only"),
            (lambda bends: 2**bends * bends, "one edge for each bend"),
            (times_short, "."),
            (lambda bends: 2**bends + 2 * bends, "multiplied|added"),
            (lambda bends: bends**2 * 2 * bends, "."),
            (lambda bends: 16, "."),
            (lambda bends: 2**bends * 2 * (bends - 1), "."),
        ],
    ),
}
