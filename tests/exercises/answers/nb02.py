"""Answers to the exercises of notebook 02."""

import numpy as np

from answers import Tries
from lecture_lib import Tensor, numeric_gradient

KEPT = {}


def gradient(f, x, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def restored(f, x, eps):
    slopes = []
    for i in range(len(x)):
        old = x[i]
        x[i] = old + eps
        above = f(x)
        x[i] = old - eps
        slopes.append((above - f(x)) / (2 * eps))
        x[i] = old
    return slopes


def copies(f, x, eps):
    slopes = []
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        slopes.append((f(up) - f(down)) / 2 / eps)
    return np.array(slopes)


def piled(f, x, eps):
    slopes, step = np.zeros(x.size), np.zeros(x.size)
    for i in range(x.size):
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def aliased(f, x, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        up = x
        up[i] += eps
        above = f(up)
        down = x
        down[i] -= eps
        slopes[i] = (above - f(down)) / (2 * eps)
    return slopes


def all_but_last(f, x, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size - 1):
        step = np.zeros(x.size)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def whole_numbers(f, x, eps):
    slopes = np.zeros(x.size, dtype=int)
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return slopes


def loose_brackets(f, x, eps):
    return np.array([f(x + e) - f(x - e) / (2 * eps) for e in eps * np.eye(x.size)])


def returns_early(f, x, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        slopes[i] = (f(x + step) - f(x - step)) / (2 * eps)
        return slopes


def not_undone(f, x, eps):
    slopes = np.zeros(x.size)
    for i in range(x.size):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        slopes[i] = (above - f(x)) / (2 * eps)
    return slopes


def same_memory(f, x, eps):
    slopes = KEPT.setdefault(x.size, np.zeros(x.size))
    slopes[:] = gradient(f, x, eps)
    return slopes


ANSWERS = {
    "02-slope": Tries(
        [
            lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps),
            lambda f, x, eps: (f(x + eps) - f(x - eps)) / 2 / eps,
            lambda f, x, eps: 0.5 * (f(x + eps) - f(x - eps)) / eps,
            lambda f, x, eps: ((f(x + eps) - f(x)) / eps + (f(x) - f(x - eps)) / eps) / 2,
            lambda f, x, eps: [(f(x + eps) - f(x - eps)) / (2 * eps)],
            lambda f, x, eps: numeric_gradient(f, x, eps),
        ],
        [
            (lambda f, x, eps: (f(x + eps) - f(x - eps)) / 2 * eps, "multiplied by eps"),
            (lambda f, x, eps: (f(x + eps) - f(x - eps)) / eps, "doubled"),
            (lambda f, x, eps: (f(x + eps) - f(x)) / eps, "one-sided"),
            (lambda f, x, eps: (f(x) - f(x - eps)) / eps, "one-sided"),
            (lambda f, x, eps: f(x + eps) - f(x - eps), "not divided"),
            (lambda f, x, eps: (f(x + eps) + f(x - eps)) / (2 * eps), "a sum of values"),
            (lambda f, x, eps: f(x + eps) - f(x - eps) / (2 * eps), "brackets"),
            (lambda f, x, eps: (f(x - eps) - f(x + eps)) / (2 * eps), "wrong sign"),
            (lambda f, x, eps: (f(x + eps) - f(x)) / (2 * eps), "."),
            (lambda f, x, eps: (f(x + 2 * eps) - f(x - 2 * eps)) / (2 * eps), "."),
            (lambda f, x, eps: (f(x + eps / 2) - f(x - eps / 2)) / (2 * eps), "."),
            (lambda f, x, eps: (f(x) + eps - f(x) - eps) / (2 * eps), "."),
        ],
        [(lambda f, x, eps: (f(x + 1e-5) - f(x - 1e-5)) / 2e-5, ".")],
    ),
    "02-gradient": Tries(
        [
            gradient,
            restored,
            copies,
            numeric_gradient,
            lambda f, x, eps: numeric_gradient(f, x),
            lambda f, x, eps: np.array([(f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.eye(x.size)]),
        ],
        [
            (not_undone, "the step is not undone"),
            (piled, "pile up|not undone"),
            (aliased, "a second name, not a copy"),
            (all_but_last, "off by one"),
            (whole_numbers, "whole numbers"),
            (loose_brackets, "brackets"),
            (returns_early, "in the first only|."),
            (lambda f, x, eps: np.array([(f(x + e) - f(x)) / eps for e in eps * np.eye(x.size)]), "one-sided"),
            (lambda f, x, eps: np.array([(f(x + e) - f(x - e)) / (2 * eps) for e in np.eye(x.size)]), "the step is 1"),
            (lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps), "one number"),
            (lambda f, x, eps: np.full(x.size, (f(x + eps) - f(x - eps)) / (2 * eps)), "all inputs at once"),
            (lambda f, x, eps: gradient(f, x, eps)[:, None], "a column"),
            (lambda f, x, eps: 2 * gradient(f, x, eps), "twice too large"),
            (lambda f, x, eps: -gradient(f, x, eps), "wrong sign"),
            (lambda f, x, eps: gradient(f, x, eps).sum(), "summed|one number|."),
            (lambda f, x, eps: np.array([(f(x + e) - f(x - e)) / eps for e in eps * np.eye(x.size)]), "twice"),
        ],
        [(same_memory, "a later call changes an earlier result")],
    ),
    "02-foretell": Tries(
        [
            lambda g, step: g @ step,
            lambda g, step: step @ g,
            lambda g, step: np.sum(g * step),
            lambda g, step: sum(a * b for a, b in zip(g, step, strict=True)),
            lambda g, step: np.dot(g, step).reshape(1),
            lambda g, step: g[None] @ step[:, None],
            lambda g, step: Tensor(g) @ step,
        ],
        [
            (lambda g, step: g * step, "not summed"),
            (lambda g, step: np.abs(g * step).sum(), "signs are lost"),
            (lambda g, step: g.sum() * step.sum(), "sums multiplied"),
            (lambda g, step: -(g @ step), "downhill"),
            (lambda g, step: np.linalg.norm(g) * np.linalg.norm(step), "lengths multiplied"),
            (lambda g, step: np.mean(g * step), "mean|averaged"),
            (lambda g, step: g + step, "."),
            (lambda g, step: np.outer(g, step), "."),
            (lambda g, step: np.sum(g + step), "."),
            (lambda g, step: g @ step / 2, "factor of 2"),
            (lambda g, step: g @ g, "."),
            (lambda g, step: g @ step**2, "."),
        ],
    ),
    "02-cost": Tries(
        [15060, "15060", "15,060", [15060], 15060.0, 2 * (30 * 250 + 30), np.int64(15060), "2 * (30*250 + 30)"],
        [
            (7530, "one evaluation an entry"),
            (7531, "one-sided"),
            (15000, "the bias is forgotten"),
            (4, "arrays counted"),
            (7500, "."),
            (2 * 30 * 250 + 30, "."),
            (15061, "off by one"),
            (30120, "twice"),
            (60, "."),
            (2 * (30 + 250 + 30), "."),
            (2 * 30 * 250 * 30, "."),
            ((15, 60), "2 numbers"),
        ],
    ),
    "02-order": Tries(
        [100, 100.0, "100", [100], 10**2, "10^2", np.array([100]), "10**2"],
        [
            (10, "one-sided"),
            (1000, "not divided"),
            (0.01, "upside down"),
            (20, "."),
            (200, "twice"),
            (50, "factor of 2"),
            (1, "."),
            (2, "."),
            ("eps squared", "a text"),
            (99, "off by one"),
        ],
    ),
}
