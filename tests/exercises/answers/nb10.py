"""Answers to the exercises of notebook 10."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import numeric_gradient

rng = np.random.default_rng(1)
W, x, g = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2)
S = rng.normal(size=(3, 3))


def pull(f, x, upstream, eps):
    return np.array([upstream @ (f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.eye(x.size)])


def pull_by_loop(f, x, upstream, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        old = x[i]
        x[i] = old + eps
        above = f(x) @ upstream
        x[i] = old - eps
        slopes[i] = (above - f(x) @ upstream) / (2 * eps)
        x[i] = old
    return slopes


def piled(f, x, upstream, eps):
    slopes, step = np.zeros(x.size), np.zeros(x.size)
    for i in range(x.size):
        step[i] = eps
        slopes[i] = upstream @ (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def aliased(f, x, upstream, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        up = x
        up[i] += eps
        slopes[i] = upstream @ (f(up) - f(x)) / eps
    return slopes


def biggest(a):
    return np.abs(a).max()


ANSWERS = {
    "10-before": three_numbers("10-before"),
    "10-upstream": Tries(
        [
            pull,
            pull_by_loop,
            lambda f, x, upstream, eps: [
                (upstream @ f(x + e) - upstream @ f(x - e)) / 2 / eps for e in eps * np.eye(len(x))
            ],
            lambda f, x, upstream, eps: (
                np.stack([(f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.eye(x.size)], axis=1).T @ upstream
            ),
        ],
        [
            (lambda f, x, upstream, eps: pull(f, x, np.ones_like(upstream), eps), "left out"),
            (
                lambda f, x, upstream, eps: np.array(
                    [upstream @ (f(x + e) - f(x)) / eps for e in eps * np.eye(x.size)]
                ),
                "one-sided",
            ),
            (lambda f, x, upstream, eps: 2 * pull(f, x, upstream, eps), "twice too large"),
            (lambda f, x, upstream, eps: pull(f, x, upstream, eps) * eps**2, "multiplied by eps"),
            (
                lambda f, x, upstream, eps: np.full(x.size, upstream @ (f(x + eps) - f(x - eps)) / (2 * eps)),
                "all inputs",
            ),
            (
                lambda f, x, upstream, eps: np.array([(f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.eye(x.size)]),
                ".",
            ),
            (piled, "."),
            (aliased, "."),
            (
                lambda f, x, upstream, eps: np.array(
                    [upstream * (f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.eye(x.size)]
                ),
                ".",
            ),
            (
                lambda f, x, upstream, eps: np.array(
                    [upstream @ f(x + e) - upstream @ f(x - e) / (2 * eps) for e in eps * np.eye(x.size)]
                ),
                "brackets",
            ),
            (lambda f, x, upstream, eps: -pull(f, x, upstream, eps), "sign"),
            (lambda f, x, upstream, eps: upstream @ (f(x + eps) - f(x - eps)) / (2 * eps), "."),
        ],
        [(lambda f, x, upstream, eps: numeric_gradient(lambda v: upstream @ f(v), x, eps), "the library does it")],
    ),
    "10-relative": Tries(
        [
            lambda a, b: biggest(a - b) / max(biggest(a), biggest(b)),
            lambda a, b: np.max(np.abs(a - b)) / np.maximum(np.max(np.abs(a)), np.max(np.abs(b))),
            lambda a, b: np.abs(b - a).max() / np.abs(np.stack([a, b])).max(),
            lambda a, b: np.linalg.norm((a - b).ravel(), np.inf) / max(biggest(a), biggest(b)),
        ],
        [
            (lambda a, b: biggest(a - b), "absolute"),
            (lambda a, b: np.abs(a - b).mean() / max(biggest(a), biggest(b)), "a mean, not the worst"),
            (lambda a, b: (a - b).max() / max(a.max(), b.max()), "signs cancel"),
            (lambda a, b: biggest(a - b) / biggest(b), "relative to one"),
            (lambda a, b: biggest(a - b) / biggest(a), "relative to one"),
            (lambda a, b: np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)), "one number an entry"),
            (lambda a, b: biggest(a - b) / (biggest(a) + biggest(b)), "."),
            (lambda a, b: np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b)), "."),
            (lambda a, b: biggest(a - b) / min(biggest(a), biggest(b)), "."),
            (lambda a, b: max(biggest(a), biggest(b)) / biggest(a - b), "upside down|order"),
            (lambda a, b: biggest(a + b) / max(biggest(a), biggest(b)), "sign"),
            (lambda a, b: biggest(a - b) / max(a, b), "one yes or no"),
        ],
    ),
    "10-expose": Tries(
        [
            (W, x, g),
            [W, x, g],
            (W.tolist(), x.tolist(), g.tolist()),
            {"W": W, "x": x, "g": g},
            (rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)),
            ([[1, 2, 3], [4, 5, 7]], [1, 2, 5], [1, 3]),
        ],
        [
            ((W, x, np.ones(2)), "ones from above"),
            ((np.zeros((2, 3)), np.zeros(3), np.zeros(2)), "zeros"),
            ((W, np.zeros(3), g), "zeros as input"),
            ((S + S.T, x, rng.normal(size=3)), "a symmetric matrix"),
            ((W, np.ones(3), g), "ones as input"),
            ((x, W, g), "fit"),
            ((W, g, x), "fit"),
            ((W, x), "not a tuple of arrays"),
            ((np.ones((2, 3)), np.ones(3), np.ones(2)), "."),
            ((np.eye(3), x, rng.normal(size=3)), "."),
            ((W, x, [2.0, 2.0]), "."),
        ],
        [
            ((W * np.nan, x, g), "finite|fit"),
            ((W[:1], x, g[:1]), "."),
        ],
    ),
    "10-kink": Tries(
        [0.7, [0.7], "0.7", 0.00014 / 0.0002, np.float32(0.7), 7 / 10, "7/10", (0.7,)],
        [
            (1, "the true slope"),
            (0.5, "at the kink itself"),
            (1.4, "divided by one step"),
            (0, "the left side alone"),
            (0.00014, "."),
            (0.3, "."),
            (-0.7, "sign"),
            (0.07, "decimal point"),
            (0.35, "factor of 2"),
            (0.2, "."),
            ("a mixture", "a text"),
        ],
    ),
    "10-hunt": Tries(
        [
            (6, 3, 8, 1, 7, 4, 2, 5),
            [6, 3, 8, 1, 7, 4, 2, 5],
            "6 3 8 1 7 4 2 5",
            "63817425",
            dict(zip("ABCDEFGH", (6, 3, 8, 1, 7, 4, 2, 5), strict=True)),
            np.array([6, 3, 8, 1, 7, 4, 2, 5]),
        ],
        [
            ((6, 3, 8, 1, 2, 4, 7, 5), "both hide behind ones"),
            ((3, 6, 8, 1, 7, 4, 2, 5), "a sign and a half"),
            ((6, 3, 4, 1, 7, 8, 2, 5), "who mixes up what"),
            ((6, 3, 8, 2, 7, 4, 1, 5), "who needs small inputs"),
            ((6, 3, 8, 5, 7, 4, 2, 1), "the quiet one"),
            ((6, 3, 8, 1, 5, 4, 2, 7), "6 of 8 right. Look at E and H"),
            ((3, 6, 8, 1, 5, 4, 2, 7), "4 of 8 right. Look at A, B, E and H"),
            ((1, 2, 3, 4, 5, 6, 7, 8), "of 8 right"),
            ((6, 3, 8, 1, 7, 4, 2), "7 of 8"),
            ({6, 3, 8, 1, 7, 4, 2, 5}, "a set"),
            ((4, 6, 2, 8, 7, 3, 1, 5), "of 8 right|."),
        ],
    ),
    "10-curvature": Tries(
        [
            lambda F, x, d, eps: (F(x + eps * d) - 2 * F(x) + F(x - eps * d)) / eps**2,
            lambda F, x, d, e: ((F(x + e * d) - F(x)) / e - (F(x) - F(x - e * d)) / e) / e,
            lambda F, x, d, eps: np.dot([1, -2, 1], [F(x + k * eps * d) for k in (-1, 0, 1)]) / (eps * eps),
            lambda F, x, d, eps: (F(x - eps * d) + F(x + eps * d) - F(x) - F(x)) / eps / eps,
        ],
        [
            (lambda F, x, d, eps: (F(x + eps * d) - F(x - eps * d)) / (2 * eps), "the slope, not"),
            (lambda F, x, d, eps: (F(x + eps * d) - 2 * F(x) + F(x - eps * d)) / eps, "the step once"),
            (lambda F, x, d, eps: (F(x + eps * d) - F(x) + F(x - eps * d)) / eps**2, "the middle counts once"),
            (lambda F, x, d, eps: (F(x + 2 * eps * d) - 2 * F(x + eps * d) + F(x)) / eps**2, "to one side"),
            (lambda F, x, d, eps: (F(x + eps * d) - 2 * F(x) + F(x - eps * d)) / (2 * eps**2), "2|half"),
            (lambda F, x, d, eps: (2 * F(x) - F(x + eps * d) - F(x - eps * d)) / eps**2, "sign"),
            (lambda F, x, d, eps: (F(x + eps * d) + 2 * F(x) + F(x - eps * d)) / eps**2, "."),
            (lambda F, x, d, eps: (F(x + eps) - 2 * F(x) + F(x - eps)) / eps**2, "."),
            (lambda F, x, d, eps: (F(x + eps * d) - F(x)) / eps, "."),
        ],
    ),
    "10-complex": Tries(
        [
            lambda F, x, eps: np.array([F(x + 1j * eps * row).imag / eps for row in np.eye(x.size)]),
            lambda F, x, eps: [np.imag(F(x + 1j * eps * row)) / eps for row in np.eye(len(x))],
            lambda F, x, eps: -np.array([F(x - eps * row * 1j).imag for row in np.eye(x.size)]) / eps,
        ],
        [
            (
                lambda F, x, eps: np.array([(F(x + e) - F(x - e)) / (2 * eps) for e in eps * np.eye(x.size)]),
                "nothing is left",
            ),
            (lambda F, x, eps: np.array([(F(x + e) - F(x)) / eps for e in eps * np.eye(x.size)]), "nothing is left"),
            (lambda F, x, eps: np.array([F(x + 1j * e).imag for e in eps * np.eye(x.size)]), "nothing is left"),
            (lambda F, x, eps: np.array([F(x + 1j * e).real / eps for e in eps * np.eye(x.size)]), "real part"),
            (lambda F, x, eps: np.full(x.size, F(x + 1j * eps).imag / eps), "all inputs at once"),
            (lambda F, x, eps: np.array([F(x + 1j * e).imag / (2 * eps) for e in eps * np.eye(x.size)]), "two steps"),
            (lambda F, x, eps: -np.array([F(x + 1j * e).imag / eps for e in eps * np.eye(x.size)]), "sign"),
            (lambda F, x, eps: F(x + 1j * eps).imag / eps, "summed"),
            (lambda F, x, eps: np.array([F(x + 1j * e) / eps for e in eps * np.eye(x.size)]), "."),
        ],
    ),
}
