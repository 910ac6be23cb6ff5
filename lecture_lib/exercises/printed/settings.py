"""The numbers that the symbols of an equation stand for: random, with unequal sizes, drawn afresh for every proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.printed.latex_check import Array, Setting, Values


def sigma(s: Any) -> Any:
    return 1 / (1 + np.exp(-s))


def bend(z: Any) -> Any:
    """A nonlinearity that is none of the usual ones: what holds for it holds for any."""
    return np.sin(z) + z**2 / 3


def any_loss(s: Any) -> Any:
    return np.cos(s) + s**2


def sizes(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(3, 5)), int(rng.integers(5, 8))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "\\sigma": sigma,
    "\\tanh": np.tanh,
    "\\exp": np.exp,
    "\\log": np.log,
    "\\operatorname{diag}": np.diagflat,
    "\\operatorname{softmax}": lambda s: np.exp(s) / np.exp(s).sum(),
}


def window(rng: np.random.Generator, f: Callable[[Any], Any] = bend, loss: str = "any") -> Setting:
    """The window network, from x to the score s, p and the loss J."""
    n, m = sizes(rng)
    y = np.array([[float(rng.integers(0, 2))]])
    losses: dict[str, Callable[[Values], Array]] = {
        "any": lambda v: any_loss(v["s"]),
        "logistic": lambda v: -v["y"] * np.log(v["p"]) - (1 - v["y"]) * np.log(1 - v["p"]),
        "squared": lambda v: (v["p"] - v["y"]) ** 2,
    }
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W": rng.normal(0, 0.5, (n, m)),
            "b": rng.normal(size=(n, 1)),
            "u": rng.normal(size=(n, 1)),
            "y": y,
            "I": np.eye(n),
        },
        {
            "z": lambda v: v["W"] @ v["x"] + v["b"],
            "h": lambda v: f(v["z"]),
            "s": lambda v: v["u"].T @ v["h"],
            "p": lambda v: sigma(v["s"]),
            "J": losses[loss],
        },
        FUNCTIONS | {"f": f},
        {"\\delta": "\\nabla_z J", "e": "\\frac{\\partial J}{\\partial s}"},
        {"i": 2, "j": 3},
        {"i": n, "j": m},
    )


def bare_score(rng: np.random.Generator) -> Setting:
    """The window network up to its score: δ is ∇_z s."""
    setting = window(rng)
    return Setting(
        setting.leaves,
        setting.program,
        setting.functions,
        {"\\delta": "\\nabla_z s"},
        setting.indices,
        setting.ranges,
    )


def tanh_window(rng: np.random.Generator) -> Setting:
    """The window network with tanh."""
    return window(rng, np.tanh)


def logistic_loss(rng: np.random.Generator) -> Setting:
    """The window network with the logistic loss."""
    return window(rng, loss="logistic")


def squared_loss(rng: np.random.Generator) -> Setting:
    """The window network with the squared distance to the answer."""
    return window(rng, loss="squared")


def softmax_top(rng: np.random.Generator) -> Setting:
    """Scores s, probabilities p, the right class k as the one-hot column y, and the loss J."""
    n = int(rng.integers(4, 7))
    k = int(rng.integers(1, n + 1))
    other = k % n + 1
    return Setting(
        {"s": rng.normal(size=(n, 1)), "y": np.eye(n)[:, [k - 1]]},
        {
            "p": lambda v: np.exp(v["s"]) / np.exp(v["s"]).sum(),
            "J": lambda v: -np.log(v["p"][k - 1, 0]),
        },
        FUNCTIONS,
        {},
        {"c": k, "k": other},
        {"j": n, "k": n},
    )


def batch(rng: np.random.Generator) -> Setting:
    """A batch X of N examples through one layer, with an arbitrary loss above it; Δ = ∇_Z J."""
    n, m = sizes(rng)
    N = int(rng.integers(8, 11))
    C = rng.normal(size=(N, n))
    return Setting(
        {
            "X": rng.normal(size=(N, m)),
            "W": rng.normal(size=(n, m)),
            "b": rng.normal(size=(n, 1)),
            "\\mathbf{1}": np.ones((N, 1)),
        },
        {
            "Z": lambda v: v["X"] @ v["W"].T + v["\\mathbf{1}"] @ v["b"].T,
            "J": lambda v: np.sum(C * bend(v["Z"])),
        },
        FUNCTIONS,
        {"\\Delta": "\\nabla_Z J"},
    )


def penalized(rng: np.random.Generator) -> Setting:
    """A loss L of a matrix W, and J, which is L with the penalty λ‖W‖²."""
    n, m = sizes(rng)
    C = rng.normal(size=(n, m))
    return Setting(
        {"W": rng.normal(size=(n, m)), "\\lambda": rng.uniform(0.2, 0.4, (1, 1))},
        {
            "L": lambda v: np.sum(C * bend(v["W"])),
            "J": lambda v: v["L"] + v["\\lambda"] * np.sum(v["W"] ** 2),
        },
        FUNCTIONS,
    )


def one_word(rng: np.random.Generator) -> Setting:
    """Logistic regression on one word's vector x, with a share y of good reviews as the answer."""
    d = sizes(rng)[1]
    return Setting(
        {
            "x": rng.normal(size=(d, 1)),
            "u": rng.normal(size=(d, 1)),
            "b": rng.normal(size=(1, 1)),
            "y": rng.uniform(0.1, 0.9, (1, 1)),
        },
        {
            "s": lambda v: v["u"].T @ v["x"] + v["b"],
            "p": lambda v: sigma(v["s"]),
            "J": lambda v: -v["y"] * np.log(v["p"]) - (1 - v["y"]) * np.log(1 - v["p"]),
        },
        FUNCTIONS,
    )


def two_ways(rng: np.random.Generator) -> Setting:
    """A hidden layer H₁ that feeds the scores S directly and through a second layer, and an arbitrary loss."""
    n, m = sizes(rng)
    N, K = int(rng.integers(8, 11)), n + 2
    C = rng.normal(size=(N, K))
    return Setting(
        {
            "X": rng.normal(size=(N, m)),
            "W^{[1]}": rng.normal(0, 0.5, (n, m)),
            "W^{[2]}": rng.normal(0, 0.5, (n, n)),
            "U": rng.normal(size=(K, n)),
        },
        {
            "Z^{[1]}": lambda v: v["X"] @ v["W^{[1]}"].T,
            "Z^{[2]}": lambda v: bend(v["Z^{[1]}"]) @ v["W^{[2]}"].T,
            "S": lambda v: (bend(v["Z^{[1]}"]) + bend(v["Z^{[2]}"])) @ v["U"].T,
            "J": lambda v: np.sum(C * bend(v["S"])),
        },
        FUNCTIONS | {"f": bend},
        {"\\Delta": "\\nabla_S J", "\\Delta^{[1]}": "\\nabla_{Z^{[1]}} J", "\\Delta^{[2]}": "\\nabla_{Z^{[2]}} J"},
    )


def one_number(rng: np.random.Generator) -> Setting:
    """A function F of one number x, and a small step ε."""
    a, c = rng.uniform(0.5, 2.0, 2)
    return Setting(
        {"x": rng.uniform(0.5, 2.0, (1, 1)), "\\varepsilon": np.full((1, 1), 1e-4)},
        functions=FUNCTIONS | {"F": lambda x: a * x**3 + c * x**2},
    )


def two_inputs(rng: np.random.Generator) -> Setting:
    """The F of notebook 02, x₁² + 3x₁x₂, at (1, 2), and a small step Δ."""
    return Setting(
        {"x": np.array([[1.0], [2.0]]), "\\Delta": 1e-4 * rng.uniform(0.5, 1.0, (2, 1))},
        functions={"F": lambda x: x[0, 0] ** 2 + 3 * x[0, 0] * x[1, 0]},
    )


def three_inputs(rng: np.random.Generator) -> Setting:
    """The F of notebook 03, with the outputs x₁x₂ and x₂ + x₃², at (2, 5, 3), and a small step Δ."""

    def g(x: Any) -> Array:
        return np.array([[x[0, 0] * x[1, 0]], [x[1, 0] + x[2, 0] ** 2]])

    return Setting(
        {"x": np.array([[2.0], [5.0], [3.0]]), "\\Delta": 1e-4 * rng.uniform(0.5, 1.0, (3, 1))},
        {"y": lambda v: g(v["x"])},
        {"F": g},
    )


def two_layers(rng: np.random.Generator) -> Setting:
    """The score of a network with two hidden layers, h = f(Wx + b) and h̃ = f(a) with a = Vh."""
    n, m = sizes(rng)
    q = n + 5
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W": rng.normal(0, 0.5, (n, m)),
            "b": rng.normal(size=(n, 1)),
            "V": rng.normal(0, 0.5, (q, n)),
            "v": rng.normal(size=(q, 1)),
        },
        {
            "z": lambda v: v["W"] @ v["x"] + v["b"],
            "h": lambda v: bend(v["z"]),
            "a": lambda v: v["V"] @ v["h"],
            "\\tilde{h}": lambda v: bend(v["a"]),
            "s": lambda v: v["v"].T @ v["\\tilde{h}"],
        },
        FUNCTIONS | {"f": bend},
    )


def two_steps(rng: np.random.Generator) -> Setting:
    """A chain of two steps on one number: y = x² and s = 3y."""
    return Setting(
        {"x": rng.uniform(0.5, 2.0, (1, 1))},
        {"y": lambda v: v["x"] ** 2, "s": lambda v: 3 * v["y"]},
    )


def fan_out(rng: np.random.Generator) -> Setting:
    """The graph of notebook 08: a = x + y, c = max(y, z), F = ac, away from the kink."""
    x, y, z = rng.uniform(0.5, 1.0, 3)
    return Setting(
        {"x": np.array([[x]]), "y": np.array([[y + 1]]), "z": np.array([[z]])},
        {
            "a": lambda v: v["x"] + v["y"],
            "c": lambda v: np.maximum(v["y"], v["z"]),
            "F": lambda v: v["a"] * v["c"],
        },
    )


def with_ones(setting: Setting) -> Setting:
    """The same setting with a column of ones as long as b."""
    ones = np.ones_like(setting.leaves["b"])
    return Setting(setting.leaves | {"\\mathbf{1}": ones}, setting.program, setting.functions)


def probe(rng: np.random.Generator) -> Setting:
    """The gate z = Wx under a random upstream gradient g: J = gᵀz."""
    n, m = sizes(rng)
    return Setting(
        {"x": rng.normal(size=(m, 1)), "W": rng.normal(size=(n, m)), "g": rng.normal(size=(n, 1))},
        {"z": lambda v: v["W"] @ v["x"], "J": lambda v: v["g"].T @ v["z"]},
    )


def along_a_direction(rng: np.random.Generator) -> Setting:
    """A function J of a matrix W, a random direction R and a small step ε."""
    n, m = sizes(rng)
    C, A = rng.normal(size=(n, m)), rng.uniform(0.5, 1.0, (n, m))

    def J(W: Any) -> Array:
        return np.array([[np.sum(C * W**3)]])

    return Setting(
        {"W": A, "R": rng.normal(size=(n, m)), "\\varepsilon": np.full((1, 1), 1e-4)},
        {"J": lambda v: J(v["W"])},
        {"J": J},
        ranges={"i": n, "j": m},
    )


def two_paths(rng: np.random.Generator) -> Setting:
    """The function of notebook 11, ln x₁ + x₁x₂ - sin x₂, at a random place."""
    x1, x2 = rng.uniform(0.5, 3.0, 2)
    return Setting(
        {"x_1": np.array([[x1]]), "x_2": np.array([[x2]])},
        {
            "v_2": lambda v: np.log(v["x_1"]),
            "v_3": lambda v: v["x_1"] * v["x_2"],
            "v_5": lambda v: np.sin(v["x_2"]),
            "v_4": lambda v: v["v_2"] + v["v_3"],
            "F": lambda v: v["v_4"] - v["v_5"],
        },
        {"\\cos": np.cos, "\\sin": np.sin, "\\ln": np.log},
        {
            "\\bar{x}_1": "\\frac{\\partial F}{\\partial x_1}",
            "\\bar{x}_2": "\\frac{\\partial F}{\\partial x_2}",
            **{f"\\bar{{v}}_{k}": f"\\frac{{\\partial F}}{{\\partial v_{k}}}" for k in range(2, 6)},
        },
    )


def logistic_regression(rng: np.random.Generator) -> Setting:
    """Logistic regression with labels ±1: L = ½‖w‖² - λ log p with p = σ(y·wᵀx)."""
    _, m = sizes(rng)
    return Setting(
        {
            "w": rng.normal(size=(m, 1)),
            "x": rng.normal(size=(m, 1)),
            "y": np.array([[rng.choice([-1.0, 1.0])]]),
            "\\lambda": rng.uniform(0.5, 2.0, (1, 1)),
        },
        {
            "s": lambda v: v["w"].T @ v["x"],
            "t": lambda v: v["y"] * v["s"],
            "p": lambda v: sigma(v["t"]),
            "q": lambda v: np.log(v["p"]),
            "r": lambda v: v["w"].T @ v["w"] / 2,
            "L": lambda v: v["r"] - v["\\lambda"] * v["q"],
        },
        FUNCTIONS,
    )


def mean_loss(rng: np.random.Generator) -> Setting:
    """N scores s, their probabilities p, the answers y, and the mean J of the logistic losses."""
    N = int(rng.integers(5, 9))
    return Setting(
        {"s": rng.normal(size=(N, 1)), "y": rng.integers(0, 2, (N, 1)).astype(float), "N": np.full((1, 1), float(N))},
        {
            "p": lambda v: sigma(v["s"]),
            "J": lambda v: -np.mean(v["y"] * np.log(v["p"]) + (1 - v["y"]) * np.log(1 - v["p"])),
        },
        FUNCTIONS,
        indices={"i": 2},
    )


def batch_of_windows(rng: np.random.Generator) -> Setting:
    """The window network on a batch: Z = XWᵀ + 1bᵀ, H = tanh(Z), s = Hu, any loss J; e = ∇_s J and Δ = ∇_Z J."""
    n, m = sizes(rng)
    N = int(rng.integers(8, 11))
    C = rng.normal(size=(N, 1))
    setting = batch(rng)
    leaves = {
        "X": rng.normal(size=(N, m)),
        "W": rng.normal(0, 0.5, (n, m)),
        "b": rng.normal(size=(n, 1)),
        "u": rng.normal(size=(n, 1)),
        "\\mathbf{1}": np.ones((N, 1)),
    }
    return Setting(
        leaves,
        {
            "Z": setting.program["Z"],
            "H": lambda v: np.tanh(v["Z"]),
            "s": lambda v: v["H"] @ v["u"],
            "J": lambda v: np.sum(C * any_loss(v["s"])),
        },
        FUNCTIONS | {"f": np.tanh},
        {"\\Delta": "\\nabla_Z J", "e": "\\nabla_s J"},
    )


def batch_by_rows(rng: np.random.Generator) -> Setting:
    """A batch of three examples, whose rows are named one by one."""
    setting = batch(rng)
    n = setting.run()["Z"].shape[1]
    C = rng.normal(size=(3, n))
    leaves = setting.leaves | {"X": setting.leaves["X"][:3], "\\mathbf{1}": np.ones((3, 1))}

    def row(i: int) -> Callable[[Values], Array]:
        return lambda v: v["X"][i - 1 : i].T

    names = {f"x^{{({i})}}": row(i) for i in (1, 2, 3)}
    program = {"Z": setting.program["Z"], "J": lambda v: np.sum(C * bend(v["Z"]))} | names
    whole = Setting(leaves, program)
    Delta = whole.jacobian("J", "Z").reshape(3, n)
    rows = {f"\\delta^{{({i})}}": Delta[i - 1 : i].T for i in (1, 2, 3)}
    return Setting(leaves | rows, program, FUNCTIONS, {"\\Delta": "\\nabla_Z J"})
