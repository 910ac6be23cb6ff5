"""Answers to the exercises of notebook 07."""

import numpy as np

from answers import Tries, three_numbers
from lecture_lib import grad, sigmoid, softmax


def delta(x, W, b, u, y):
    h = np.tanh(W @ x + b)
    p = sigmoid(u @ h)
    return (p - y) * u * (1 - h**2)


def loose(x, W, b, u, y):
    h = np.tanh(W @ x + b)
    p = sigmoid(u @ h)
    return p - y * u * (1 - h**2)


def loose_slope(x, W, b, u, y):
    h = np.tanh(W @ x + b)
    p = sigmoid(u @ h)
    return (p - y) * u * 1 - h**2


def into_scores(scores, c):
    scores[c] -= 0
    slopes = softmax(scores)
    slopes[c] -= 1
    scores[:] = 0
    return slopes


def softmax_slope(scores, c):
    slopes = softmax(scores)
    slopes[c] -= 1
    return slopes


def softmax_no_sum(scores, c):
    slopes = np.exp(scores)
    slopes[c] -= 1
    return slopes


def set_to_minus_one(scores, c):
    slopes = softmax(scores)
    slopes[c] = -1
    return slopes


def next_class(scores, c):
    slopes = softmax(scores)
    slopes[c - 1] -= 1
    return slopes


def scattered(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    np.add.at(grad_E, ids, rows)
    return grad_E


def scattered_by_loop(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    for row, k in zip(rows, ids, strict=True):
        grad_E[k] += row
    return grad_E


def overwritten_by_loop(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    for row, k in zip(rows, ids, strict=True):
        grad_E[k] = row
    return grad_E


def buffered(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    grad_E[ids] += rows
    return grad_E


def integers(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]), dtype=int)
    for row, k in zip(rows, ids, strict=True):
        grad_E[k] += row
    return grad_E


def truncated(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]), dtype=int)
    for row, k in zip(rows, ids, strict=True):
        grad_E[k] = grad_E[k] + row
    return grad_E


def one_hot_product(rows, ids, V):
    return np.eye(V)[ids].T @ rows


def four_rows(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    for k in range(4):
        grad_E[ids[k]] += rows[k]
    return grad_E


def by_dict(rows, ids, V):
    grad_E = np.zeros((V, rows.shape[1]))
    for k, row in dict(zip(ids, rows, strict=True)).items():
        grad_E[k] += row
    return grad_E


STORE = {}


def keeps_adding(rows, ids, V):
    grad_E = STORE.setdefault((V, rows.shape[1]), np.zeros((V, rows.shape[1])))
    np.add.at(grad_E, ids, rows)
    return grad_E


def in_place(theta, gradient, rate):
    theta -= rate * gradient
    return theta


def scaled_gradient(theta, gradient, rate):
    gradient *= rate
    return theta - gradient


def slopes_of(x, W, b, u):
    h = np.tanh(W @ x + b)
    return u @ h, np.outer(u * (1 - h**2), x)


def margin(x, x_false, W, b, u):
    (s, up), (s_false, down) = slopes_of(x, W, b, u), slopes_of(x_false, W, b, u)
    return down - up if 1 - s + s_false > 0 else np.zeros_like(W)


def margin_times(keep, minus=1.0, always=False):
    """The gradient of the true window times -minus and of the false one times keep, switched or not."""

    def answer(x, x_false, W, b, u):
        (s, up), (s_false, down) = slopes_of(x, W, b, u), slopes_of(x_false, W, b, u)
        return (always or s - s_false < 1) * (keep * down - minus * up)

    return answer


def margin_by_library(x, x_false, W, b, u):
    return grad(lambda W: np.maximum(0, 1 - u @ np.tanh(W @ x + b) + u @ np.tanh(W @ x_false + b)))(W)


def one_signal(x, x_false, W, b, u):
    s, _ = slopes_of(x, W, b, u)
    h = np.tanh(W @ x + b)
    return (s - slopes_of(x_false, W, b, u)[0] < 1) * np.outer(u * (1 - h**2), x_false - x)


def softened(scores, c, a):
    labels = np.full(len(scores), a / len(scores))
    labels[c] += 1 - a
    return softmax(scores) - labels


def softened_by_library(scores, c, a):
    K = len(scores)
    labels = np.eye(K)[c] * (1 - a) + a / K
    return grad(lambda s: -np.sum(labels * np.log(softmax(s))))(scores)


def one_hot(scores, c):
    return np.eye(len(scores))[c]


ANSWERS = {
    "07-before": three_numbers("07-before"),
    "07-upstream": Tries(
        [
            lambda s, y: sigmoid(s) - y,
            lambda s, y: 1 / (1 + np.exp(-s)) - y,
            lambda s, y: -y * (1 - sigmoid(s)) + (1 - y) * sigmoid(s),
            lambda s, y: np.array([sigmoid(s) - y]),
            lambda s, y: (1 - y) - sigmoid(-s),
        ],
        [
            (lambda s, y: y - sigmoid(s), "wrong sign"),
            (lambda s, y: 2 * (sigmoid(s) - y) * sigmoid(s) * (1 - sigmoid(s)), "the squared loss"),
            (lambda s, y: sigmoid(s) * (1 - sigmoid(s)), "the slope of σ alone"),
            (lambda s, y: s - y, "the score is no probability"),
            (lambda s, y: (sigmoid(s) - y) / (sigmoid(s) * (1 - sigmoid(s))), "the slope in p"),
            (lambda s, y: sigmoid(s) - 1, "."),
            (lambda s, y: sigmoid(s), "y|term"),
            (lambda s, y: sigmoid(s) + y, "sign"),
            (lambda s, y: sigmoid(s - y), "."),
            (lambda s, y: np.tanh(s) - y, "function"),
            (lambda s, y: 2 * (sigmoid(s) - y), "twice"),
            (lambda s, y: 1 / 1 + np.exp(-s) - y, "brackets"),
            (lambda s, y: sigmoid(-s) - y, "."),
        ],
    ),
    "07-squared": Tries(
        [
            lambda s, y: 2 * (sigmoid(s) - y) * sigmoid(s) * (1 - sigmoid(s)),
            lambda s, y: 2 * sigmoid(s) * (1 - sigmoid(s)) * (sigmoid(s) - y),
            lambda s, y: 2 * (sigmoid(s) - y) * sigmoid(s) * sigmoid(-s),
            lambda s, y: -2 * (y - sigmoid(s)) * sigmoid(s) * (1 - sigmoid(s)),
            lambda s, y: [2 * (sigmoid(s) - y) * (sigmoid(s) - sigmoid(s) ** 2)],
        ],
        [
            (lambda s, y: 2 * (sigmoid(s) - y), "σ' is missing"),
            (lambda s, y: sigmoid(s) - y, "the logistic loss"),
            (lambda s, y: (sigmoid(s) - y) * sigmoid(s) * (1 - sigmoid(s)), "the 2 is missing"),
            (lambda s, y: 2 * (sigmoid(s) - y) * s * (1 - s), r"s\(1 - s\)"),
            (lambda s, y: 2 * (y - sigmoid(s)) * sigmoid(s) * (1 - sigmoid(s)), "sign"),
            (lambda s, y: 2 * sigmoid(s) - y * sigmoid(s) * (1 - sigmoid(s)), "brackets"),
            (lambda s, y: 2 * (sigmoid(s) - y) * sigmoid(s) * 1 - sigmoid(s), "brackets"),
            (lambda s, y: 2 * (sigmoid(s) - y) * sigmoid(s), "factor"),
            (lambda s, y: 2 * (sigmoid(s) - y) * (1 - sigmoid(s)), "factor"),
            (lambda s, y: (sigmoid(s) - y) ** 2, "."),
            (lambda s, y: 2 * sigmoid(s) * (1 - sigmoid(s)), "factor"),
            (lambda s, y: 2 * (sigmoid(s) - y) * (1 - sigmoid(s) ** 2), "."),
            (lambda s, y: 2 * (s - y) * sigmoid(s) * (1 - sigmoid(s)), "."),
        ],
    ),
    "07-delta": Tries(
        [
            delta,
            lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * u / np.cosh(W @ x + b) ** 2,
            lambda x, W, b, u, y: u * (1 - np.tanh(W @ x + b) ** 2) * (1 / (1 + np.exp(-u @ np.tanh(W @ x + b))) - y),
        ],
        [
            (lambda x, W, b, u, y: u * (1 - np.tanh(W @ x + b) ** 2), "the loss is missing"),
            (lambda x, W, b, u, y: -delta(x, W, b, u, y), "wrong sign"),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * u, "f' is missing"),
            (lambda x, W, b, u, y: (u @ np.tanh(W @ x + b) - y) * u * (1 - np.tanh(W @ x + b) ** 2), "the score is no"),
            (
                lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * (1 - np.tanh(W @ x + b) ** 2),
                "u is missing",
            ),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x)) - y) * u * (1 - np.tanh(W @ x) ** 2), "b|term"),
            (loose, "brackets"),
            (loose_slope, "brackets"),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * u * np.tanh(W @ x + b), "."),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * u * (1 - (W @ x + b) ** 2), "."),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(W @ x + b)) - y) * u * (1 - np.tanh(W @ x + b)), "power"),
            (lambda x, W, b, u, y: sigmoid(u @ np.tanh(W @ x + b)) * u * (1 - np.tanh(W @ x + b) ** 2), "y|term"),
            (lambda x, W, b, u, y: (sigmoid(u @ np.tanh(x @ W + b)) - y) * u, "inner lengths"),
        ],
        [(lambda x, W, b, u, y: delta(x, W, b, u, 1), "."), (lambda x, W, b, u, y: delta(x, W, b, u, 0), ".")],
    ),
    "07-softmax": Tries(
        [
            softmax_slope,
            lambda s, c: softmax(s) - np.eye(s.size)[c],
            lambda s, c: np.exp(s) / np.exp(s).sum() - (np.arange(s.size) == c),
            lambda s, c: [p - (k == c) for k, p in enumerate(softmax(s))],
            lambda s, c: softmax(s - s.max()) - np.eye(len(s))[:, c],
        ],
        [
            (lambda s, c: softmax(s), "the correct class is no exception"),
            (lambda s, c: np.eye(s.size)[c] - softmax(s), "sign"),
            (lambda s, c: np.eye(s.size)[c] * (softmax(s) - 1), "."),
            (lambda s, c: softmax(s) - 1, "1 taken from every class"),
            (lambda s, c: s - np.eye(s.size)[c], "scores, not probabilities"),
            (softmax_no_sum, "."),
            (set_to_minus_one, "overwritten|added|right"),
            (next_class, "off by one|right"),
            (lambda s, c: softmax(s)[c] - 1, "."),
            (lambda s, c: -np.log(softmax(s)[c]), "."),
            (lambda s, c: softmax(s) + np.eye(s.size)[c], "sign"),
            (lambda s, c: 1 / softmax(s), "."),
        ],
        [(into_scores, "it changes s")],
    ),
    "07-words": Tries(
        [
            lambda grad_x, d: grad_x.reshape(5, d),
            lambda grad_x, d: grad_x.reshape(5, -1),
            lambda grad_x, d: grad_x.reshape(-1, d),
            lambda grad_x, d: np.array(np.split(grad_x, 5)),
            lambda grad_x, d: [grad_x[k * d : (k + 1) * d] for k in range(5)],
            lambda grad_x, d: np.stack([grad_x[k : k + d] for k in range(0, 5 * d, d)]),
        ],
        [
            (lambda grad_x, d: grad_x.reshape(d, 5).T, "every fifth entry"),
            (lambda grad_x, d: grad_x.reshape(5, d).T, "transposed"),
            (lambda grad_x, d: grad_x.reshape(d, 5), "rows of five"),
            (lambda grad_x, d: grad_x[2 * d : 3 * d], "the middle word only"),
            (lambda grad_x, d: grad_x, "right numbers, another shape"),
            (lambda grad_x, d: grad_x.reshape(5, d)[::-1], "."),
            (lambda grad_x, d: grad_x[: 4 * d].reshape(4, d), "."),
            (lambda grad_x, d: grad_x.reshape(5, d).sum(axis=0), "summed"),
            (lambda grad_x, d: grad_x.reshape(5, d + 1), "numbers do not fill"),
            (lambda grad_x, d: [grad_x[k : k + d] for k in range(5)], "."),
            (lambda grad_x, d: grad_x.reshape(5, d) / 5, "."),
            (lambda grad_x, d: grad_x.reshape(1, 5, d), "shape"),
        ],
    ),
    "07-repeated": Tries(
        [
            scattered,
            scattered_by_loop,
            one_hot_product,
            lambda rows, ids, V: np.array([rows[ids == k].sum(axis=0) for k in range(V)]),
        ],
        [
            (overwritten_by_loop, "overwritten"),
            (buffered, "overwritten"),
            (by_dict, "overwritten|repeated"),
            (lambda rows, ids, V: overwritten_by_loop(rows[::-1], ids[::-1], V), "overwritten"),
            (integers, "whole numbers"),
            (truncated, "whole numbers"),
            (four_rows, "."),
            (lambda rows, ids, V: scattered(rows, ids, V) / 5, "."),
            (lambda rows, ids, V: scattered(rows, ids, V).T, "transposed"),
            (lambda rows, ids, V: scattered(rows[2:3], ids[2:3], V), "the middle word only"),
            (lambda rows, ids, V: rows, "."),
            (lambda rows, ids, V: -scattered(rows, ids, V), "sign"),
            (lambda rows, ids, V: scattered(rows, ids, V)[ids], "."),
        ],
        [(keeps_adding, "second call|later call|.")],
    ),
    "07-step": Tries(
        [
            lambda theta, gradient, rate: theta - rate * gradient,
            lambda theta, gradient, rate: theta + (-rate) * gradient,
            lambda theta, gradient, rate: -(rate * gradient - theta),
            lambda theta, gradient, rate: np.subtract(theta, np.multiply(rate, gradient)).tolist(),
        ],
        [
            (lambda theta, gradient, rate: theta + rate * gradient, "uphill"),
            (lambda theta, gradient, rate: theta - gradient, "the rate is missing"),
            (lambda theta, gradient, rate: -rate * gradient, "the step, not the new parameter"),
            (lambda theta, gradient, rate: theta * (1 - rate * gradient), "the parameter shrinks"),
            (lambda theta, gradient, rate: rate * gradient, "sign|step"),
            (lambda theta, gradient, rate: theta - rate, "."),
            (lambda theta, gradient, rate: (theta - rate) * gradient, "brackets"),
            (lambda theta, gradient, rate: rate * (theta - gradient), "."),
            (lambda theta, gradient, rate: theta - gradient / rate, "operation"),
            (lambda theta, gradient, rate: gradient - rate * theta, "exchanged"),
            (lambda theta, gradient, rate: rate * gradient - theta, "sign|order"),
            (lambda theta, gradient, rate: theta - rate * gradient.mean(), "."),
        ],
        [(in_place, "it changes theta"), (scaled_gradient, "it changes gradient")],
    ),
    "07-collapse": Tries(
        [
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 + b2),
            lambda W1, b1, W2, b2: [W2 @ W1, b2 + W2 @ b1],
            lambda W1, b1, W2, b2: (np.dot(W2, W1), np.dot(W2, b1) + b2),
            lambda W1, b1, W2, b2: ((W1.T @ W2.T).T, b1 @ W2.T + b2),
        ],
        [
            (lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2), "wrong order|inner lengths"),
            (lambda W1, b1, W2, b2: (W2 @ W1, b2), "the first bias is lost"),
            (lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1), "the second bias is lost"),
            (lambda W1, b1, W2, b2: (W2 @ W1, b1 + b2), "the first bias does not pass|shapes"),
            (lambda W1, b1, W2, b2: ((W2 @ W1).T, W2 @ b1 + b2), "transposed"),
            (lambda W1, b1, W2, b2: (W2 @ b1 + b2, W2 @ W1), "in another order"),
            (lambda W1, b1, W2, b2: W2 @ W1, "."),
            (lambda W1, b1, W2, b2: (W2 @ W1, W2 @ (b1 + b2)), "does not pass"),
            (lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 - b2), "sign"),
            (lambda W1, b1, W2, b2: (-W2 @ W1, W2 @ b1 + b2), "W: wrong sign|sign"),
            (lambda W1, b1, W2, b2: (2 * W2 @ W1, W2 @ b1 + b2), "W: twice"),
            (lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 * b2), "."),
        ],
    ),
    "07-margin": Tries(
        [
            margin,
            margin_by_library,
            margin_times(1.0),
            lambda x, x_false, W, b, u: -margin_times(-1.0, -1.0)(x, x_false, W, b, u),
        ],
        [
            (margin_times(1.0, always=True), "never switched off"),
            (margin_times(0.0), "the false window is left out"),
            (one_signal, "one error signal"),
            (margin_times(-1.0, -1.0), "sign"),
            (margin_times(1.0, 0.0), "."),
            (margin_times(1.0, -1.0), "."),
            (lambda x, x_false, W, b, u: margin(x, x_false, W, b, u).T, "transposed|shape"),
            (lambda x, x_false, W, b, u: margin(x, x_false, W, b, u).sum(), "summed"),
            (lambda x, x_false, W, b, u: 2 * margin(x, x_false, W, b, u), "twice|2"),
            (lambda x, x_false, W, b, u: margin(x_false, x, W, b, u), "."),
        ],
    ),
    "07-softened": Tries(
        [
            softened,
            softened_by_library,
            lambda s, c, a: softmax(s) - (1 - a) * one_hot(s, c) - a / len(s),
            lambda s, c, a: (1 - a) * (softmax(s) - one_hot(s, c)) + a * (softmax(s) - 1 / len(s)),
        ],
        [
            (lambda s, c, a: softmax(s) - one_hot(s, c), "not softened"),
            (lambda s, c, a: softmax(s) - one_hot(s, c) - a / len(s), "sum to more than 1"),
            (
                lambda s, c, a: softmax(s) - np.where(one_hot(s, c) == 1, 1 - a, a / (len(s) - 1)),
                "for the others alone",
            ),
            (lambda s, c, a: (1 - a) * (softmax(s) - one_hot(s, c)), "smaller, not softer"),
            (lambda s, c, a: -softened(s, c, a), "sign"),
            (lambda s, c, a: softened(s, c, a).sum(), "summed"),
            (lambda s, c, a: softened(s, c, a)[c], "shape|number"),
            (lambda s, c, a: softmax(s) - a / len(s), "."),
            (lambda s, c, a: softmax(s) - (1 - a) * one_hot(s, c), "."),
            (lambda s, c, a: softened(s, c, 1 - a), "."),
        ],
    ),
}
