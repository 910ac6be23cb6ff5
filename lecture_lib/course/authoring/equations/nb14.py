"""The derivatives that notebook 14 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import FUNCTIONS, any_loss


def bias_alone(rng: np.random.Generator) -> Setting:
    """A network without weights: the score is c for all N windows, of which a share q has the answer yes."""
    N = int(rng.integers(11, 20))
    y = rng.permutation(np.arange(N) < int(rng.integers(2, 6))).astype(float)
    return Setting(
        {"c": rng.normal(size=(1, 1)), "q": np.array([[y.mean()]])},
        {"J": lambda v: np.mean(np.log1p(np.exp(v["c"])) - y * v["c"])},
        FUNCTIONS,
    )


def normalized(rng: np.random.Generator) -> Setting:
    """A layer z of n units, normalized to h, and an arbitrary loss; g is the gradient at h."""
    n = int(rng.integers(5, 9))
    return Setting(
        {"z": rng.normal(size=(n, 1)), "n": np.array([[float(n)]]), "\\mathbf{1}": np.ones((n, 1))},
        {
            "r": lambda v: np.std(v["z"]).reshape(1, 1),
            "h": lambda v: (v["z"] - v["z"].mean()) / v["r"],
            "J": lambda v: np.sum(any_loss(v["h"]) + np.sin(np.arange(n)[:, None] * v["h"])),
        },
        FUNCTIONS,
        {"g": "\\nabla_h J"},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("output-bias", r"\frac{\partial J}{\partial c} = \sigma(c) - q", bias_alone),
    Equation(
        "layer-norm",
        r"\nabla_z J = \frac{1}{r}\left(g - \frac{\mathbf{1}^\top g}{n}\,\mathbf{1} - \frac{h^\top g}{n}\,h\right)",
        normalized,
    ),
)
