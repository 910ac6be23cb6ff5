"""Answers to the exercises of notebook 15."""

import numpy as np

from answers import Tries, three_numbers


def momentum(theta, v, g, lr, mu):
    v = mu * v + g
    return theta - lr * v


def momentum_in_place(theta, v, g, lr, mu):
    v *= mu
    v += g
    return theta - lr * v


def theta_in_place(theta, v, g, lr, mu):
    theta -= lr * (mu * v + g)
    return theta


def moved_first(theta, v, g, lr, mu):
    theta = theta - lr * v
    v = mu * v + g
    return theta


def halved_by_loop(lr, epoch, every):
    for k in range(1, epoch + 1):
        if k % every == 0:
            lr = lr / 2
    return lr


def halved_from_zero(lr, epoch, every):
    for k in range(epoch + 1):
        if k % every == 0:
            lr = lr / 2
    return lr


ANSWERS = {
    "15-before": three_numbers("15-before"),
    "15-factor": Tries(
        [
            lambda rate, curvature: 1 - rate * curvature,
            lambda rate, curvature: 1.0 - curvature * rate,
            lambda rate, curvature: -(rate * curvature - 1),
            lambda rate, curvature: [1 - rate * curvature],
        ],
        [
            (lambda rate, curvature: 1 + rate * curvature, "uphill"),
            (lambda rate, curvature: 1 - rate * curvature / 2, "half the curvature"),
            (lambda rate, curvature: rate * curvature, "the step, not what is left"),
            (lambda rate, curvature: 1 - rate, "the curvature is lost"),
            (lambda rate, curvature: 1 - rate / curvature, "divided by the curvature"),
            (lambda rate, curvature: abs(1 - rate * curvature), "without its sign"),
            (lambda rate, curvature: 1 - curvature, "factor"),
            (lambda rate, curvature: rate * curvature - 1, "sign"),
            (lambda rate, curvature: (1 - rate) * curvature, "brackets"),
            (lambda rate, curvature: 1 - rate * curvature**2, "."),
            (lambda rate, curvature: 1 - 2 * rate * curvature, "."),
            (lambda rate, curvature: 1 / (1 + rate * curvature), "."),
            (lambda rate, curvature: -rate * curvature, "term|."),
        ],
    ),
    "15-stability": Tries(
        [0.1, [0.1], "0.1", 2 / 20, np.float32(0.1), "2/20", "1/10", (0.1,)],
        [
            (0.05, "1/λ"),
            (2, "the flat direction"),
            (0.2, "half the Hessian"),
            (4 / 21, "the mean curvature"),
            (0.19, "the mean curvature"),
            (2 / 21, "the curvatures added"),
            (0.095, "the curvatures added"),
            (10, "upside down"),
            (1, "."),
            (40, "."),
            (-0.1, "sign"),
            (20, "."),
            (0.01, "the square|decimal point"),
        ],
    ),
    "15-momentum": Tries(
        [
            momentum,
            lambda theta, v, g, lr, mu: theta - lr * (mu * v + g),
            lambda theta, v, g, lr, mu: theta - lr * mu * v - lr * g,
            lambda theta, v, g, lr, mu: (theta - lr * (g + v * mu)).tolist(),
        ],
        [
            (moved_first, "the old velocity"),
            (lambda theta, v, g, lr, mu: theta - lr * g, "without momentum"),
            (lambda theta, v, g, lr, mu: theta - lr * (v + g), "nothing of the velocity is lost"),
            (lambda theta, v, g, lr, mu: theta - lr * (mu * v + (1 - mu) * g), "a mean instead of a sum"),
            (lambda theta, v, g, lr, mu: theta - lr * (v + mu * g), "the share on the gradient"),
            (lambda theta, v, g, lr, mu: theta - (mu * v + lr * g), "the rate on the gradient only"),
            (lambda theta, v, g, lr, mu: theta + lr * (mu * v + g), "uphill"),
            (lambda theta, v, g, lr, mu: -lr * (mu * v + g), "the step alone"),
            (lambda theta, v, g, lr, mu: mu * v + g, "the new velocity"),
            (lambda theta, v, g, lr, mu: theta - lr * mu * v + g, "brackets"),
            (lambda theta, v, g, lr, mu: theta - lr * (mu * v - g), "sign"),
            (lambda theta, v, g, lr, mu: theta - mu * (lr * v + g), "exchanged"),
            (lambda theta, v, g, lr, mu: theta - (mu * v + g), "lr|factor"),
            (lambda theta, v, g, lr, mu: (theta - lr * v, mu * v + g), "."),
        ],
        [(momentum_in_place, "it changes v"), (theta_in_place, "it changes theta")],
    ),
    "15-adam": Tries(
        [0.01, -0.01, [0.01], "0.01", 1e-2, 0.00999999998, np.float32(0.01), "1/100"],
        [
            (0.05, "plain descent"),
            (0.01 * 0.5 / np.sqrt(0.025), "no correction"),
            (0.0316, "no correction"),
            (0.001, "only the squares corrected"),
            (0.01 * 5 / 0.025**0.5, "only the gradient corrected"),
            (0.316, "only the gradient corrected"),
            (0.002, "no root"),
            (1, "the rate forgotten"),
            (5, "."),
            (0.1, "."),
            (0.005, "."),
            (0.02, "twice"),
        ],
    ),
    "15-absent": Tries(
        [
            ("momentum", "Adam"),
            ["Adam", "momentum"],
            {"Adam", "momentum"},
            "Adam, momentum",
            "momentum and Adam",
            ("Momentum", "ADAM"),
            np.array(["momentum", "Adam"]),
            "adam momentum",
        ],
        [
            (("Adam",), "one velocity is forgotten"),
            ("Adam", "one velocity is forgotten"),
            (("momentum",), "one velocity is forgotten"),
            (("momentum", "Adagrad", "RMSprop", "Adam"), "every memory"),
            (("momentum", "RMSprop", "Adam"), "running means"),
            (("momentum", "Adam", "SparseAdam"), "sparse like dense"),
            (("Adagrad", "RMSprop", "Adam"), "all with their own rates"),
            ((), "none"),
            (("SGD",), "plain descent"),
            (("SGD", "Adam"), "1 of 2 belong there. Look again at SGD"),
            (("SGD", "momentum", "Adam"), "too many. Look again at SGD"),
            (("Adadelta",), "not among the names"),
        ],
    ),
    "15-halve": Tries(
        [
            lambda lr, epoch, every: lr * 0.5 ** (epoch // every),
            lambda lr, epoch, every: lr / 2 ** (epoch // every),
            halved_by_loop,
            lambda lr, epoch, every: lr * 2.0 ** -(epoch // every),
            lambda lr, epoch, every: lr * 0.5 ** np.floor(epoch / every),
            lambda lr, epoch, every: [lr * 0.5 ** int(epoch / every)],
        ],
        [
            (lambda lr, epoch, every: lr * 0.5 ** (epoch / every), "falling smoothly"),
            (lambda lr, epoch, every: lr * 0.5**epoch, "halved every epoch"),
            (lambda lr, epoch, every: lr * 0.5 ** (epoch // every + 1), "one drop too early"),
            (lambda lr, epoch, every: lr / (2 * (epoch // every)), "divided, not halved again"),
            (lambda lr, epoch, every: lr * 0.5 ** (epoch % every), "the rest"),
            (lambda lr, epoch, every: lr * 0.5 * (epoch // every), "the count as a factor"),
            (lambda lr, epoch, every: lr / 2 if epoch >= every else lr, "halved once"),
            (halved_from_zero, "."),
            (lambda lr, epoch, every: lr * 0.5**epoch // every, "brackets"),
            (lambda lr, epoch, every: lr * 2 ** (epoch // every), "."),
            (lambda lr, epoch, every: lr * 0.5 ** ((epoch - 1) // every), "."),
            (lambda lr, epoch, every: 0.5 ** (epoch // every), "lr|factor"),
            (lambda lr, epoch, every: lr * 0.5 ** np.ceil(epoch / every), "."),
        ],
        [(lambda lr, epoch, every: lr * 0.5 ** max(1, epoch // every), ".")],
    ),
}
