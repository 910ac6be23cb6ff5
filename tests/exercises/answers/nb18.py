"""Answers to the exercises of notebook 18."""

import math

import numpy as np

from answers import Tries, three_numbers


def added_in_place(D, U, D2, W2):
    total = D @ U
    total += D2 @ W2
    return total


def overwritten(D, U, D2, W2):
    grad_H = np.zeros((D.shape[0], U.shape[1]))
    grad_H += D @ U
    grad_H = D2 @ W2
    return grad_H


def multiplied_out(r, t):
    length = 1.0
    for _ in range(t):
        length *= r
    return length


def one_short(r, t):
    length = 1.0
    for _ in range(t - 1):
        length *= r
    return length


def softmax_loss(K):
    s = np.zeros(K)
    s[0] = 1
    return -np.log(np.exp(s) / np.exp(s).sum())[0]


ANSWERS = {
    "18-before": three_numbers("18-before"),
    "18-suspect": Tries(
        [
            "missing f'",
            "Missing f'",
            "missing f′",
            "missing f’",
            ["missing f'"],
            ("missing f'",),
            " missing f' ",
            {"missing f'"},
            np.array("missing f'"),
            "missing_f'",
        ],
        [
            ("transposed", "a transpose"),
            ("overwritten", "an overwritten sum"),
            ("wrong sign", "the sign"),
            (["transposed"], "a transpose"),
            ("Wrong Sign", "the sign"),
            ("wrong-sign", "the sign"),
            ("f' is gone", "not among the names"),
            (("transposed", "missing f'"), "2 names"),
            (1, "not among the names"),
            (None, "None"),
        ],
    ),
    "18-fan-out": Tries(
        [
            lambda D, U, D2, W2: D @ U + D2 @ W2,
            added_in_place,
            lambda D, U, D2, W2: (U.T @ D.T + W2.T @ D2.T).T,
            lambda D, U, D2, W2: np.hstack([D, D2]) @ np.vstack([U, W2]),
        ],
        [
            (overwritten, "overwritten"),
            (lambda D, U, D2, W2: D @ U, "the second way is forgotten"),
            (lambda D, U, D2, W2: (D @ U + D2 @ W2) / 2, "the mean of both ways"),
            (lambda D, U, D2, W2: (D @ U) * (D2 @ W2), "the ways are multiplied"),
            (lambda D, U, D2, W2: (D @ U + D2 @ W2).sum(axis=0), "summed over the batch"),
            (lambda D, U, D2, W2: D @ U.T + D2 @ W2.T, "inner lengths"),
            (lambda D, U, D2, W2: D @ U - D2 @ W2, "sign"),
            (lambda D, U, D2, W2: (D @ U + D2 @ W2).T, "transposed"),
            (lambda D, U, D2, W2: D @ U + D2, "shapes"),
            (lambda D, U, D2, W2: 2 * D @ U, "."),
            (lambda D, U, D2, W2: (D @ U, D2 @ W2), "."),
            (lambda D, U, D2, W2: -(D @ U + D2 @ W2), "sign"),
        ],
    ),
    "18-floor": Tries(
        [
            lambda K: np.log(1 + (K - 1) / np.e),
            softmax_loss,
            lambda K: -np.log(np.e / (np.e + K - 1)),
            lambda K: math.log(math.e + K - 1) - 1,
            lambda K: [np.log1p((K - 1) * np.exp(-1))],
        ],
        [
            (lambda K: 0.0, "no floor"),
            (lambda K: np.log(K), "the loss of knowing nothing"),
            (lambda K: np.log(np.e + K - 1), "the right score is not subtracted"),
            (lambda K: np.e / (np.e + K - 1), "the probability itself"),
            (lambda K: np.log(1 + K / np.e), "all classes count"),
            (lambda K: np.log(np.e / (np.e + K - 1)), "sign"),
            (lambda K: np.log((K - 1) / np.e), "term"),
            (lambda K: np.log(1 + (K - 1) * np.e), "operation"),
            (lambda K: np.log(1 + (K - 1)), "."),
            (lambda K: np.log(1 + K - 1 / np.e), "brackets"),
            (lambda K: 1 + (K - 1) / np.e, "."),
            (lambda K: np.log2(1 + (K - 1) / np.e), "constant"),
            (lambda K: -np.log(1 / K), "knowing nothing"),
        ],
    ),
    "18-worst": Tries(
        [
            "clipped loss",
            "Clipped Loss",
            "clipped-loss",
            ["clipped loss"],
            "the clipped loss",
            "clipped_loss",
            ("clipped loss",),
            "It is the clipped loss.",
        ],
        [
            ("dead ReLU", "a dead ReLU"),
            ("dead relu", "a dead ReLU"),
            ("saturation", "saturation"),
            ("missing zero_grad", "zero_grad is missing"),
            ("missing zero grad", "zero_grad is missing"),
            (["saturation"], "saturation"),
            ("clip", "not among the names"),
            (("clipped loss", "saturation"), "2 names"),
            (3, "not among the names"),
            ("exploding gradients", "not among the names"),
        ],
    ),
    "18-again": Tries(
        [
            lambda r, t: r**t,
            multiplied_out,
            lambda r, t: np.exp(t * np.log(r)),
            lambda r, t: np.prod(np.full(t, r)),
            lambda r, t: abs(np.linalg.matrix_power(np.array([[r]]), t)),
        ],
        [
            (lambda r, t: r * t, "added, not multiplied"),
            (lambda r, t: t**r, "base and power are swapped"),
            (lambda r, t: np.exp((r - 1) * t), "interest"),
            (lambda r, t: r ** (t + 1), "one step too many"),
            (one_short, "off by one|r is missing"),
            (lambda r, t: r, "."),
            (lambda r, t: r**-t, "upside down|sign"),
            (lambda r, t: 1 - r**t, "the rest|."),
            (lambda r, t: r ** (2 * t), "square"),
            (lambda r, t: r ** (t - 1), "off by one|r is missing"),
            (lambda r, t: np.sqrt(r) ** t, "root"),
            (lambda r, t: -(r**t), "sign"),
            (lambda r, t: r / t, "."),
        ],
    ),
    "18-misprints": Tries(
        [
            (False, False, True, False, True, False),
            [False, False, True, False, True, False],
            (0, 0, 1, 0, 1, 0),
            "FFTFTF",
            ("C", "E"),
            "C and E",
            {"C", "E"},
            dict(zip("ABCDEF", (False, False, True, False, True, False), strict=True)),
            np.array([False, False, True, False, True, False]),
            ("no", "no", "yes", "no", "yes", "no"),
        ],
        [
            ((True,) * 6, "all of them"),
            ((True, False, True, False, True, False), "a sign slipped through"),
            ((False, True, True, False, True, False), "a shape slipped through"),
            ((False, False, True, False, True, True), "a prime slipped through"),
            ((False, False, True, True, True, False), "an outer product the wrong way round"),
            ((False, False, True, False, False, False), "a true one is suspected"),
            ((True, False, True, False, True, True), "4 of 6 right. Look at A and F"),
            ((False, True, True, False, True, True), "4 of 6 right. Look at B and F"),
            ((False,) * 6, "4 of 6 right. Look at C and E"),
            (("A", "C"), "4 of 6 right. Look at A and E"),
            ((False, False, True), "3 of 6"),
            ((True, True, False, True, False, True), "0 of 6 right"),
        ],
    ),
}
