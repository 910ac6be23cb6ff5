"""The derivatives that notebook 13 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import FUNCTIONS, any_loss


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def one_unit(rng: np.random.Generator) -> Setting:
    """One number z."""
    return Setting({"z": rng.uniform(0.2, 1.5, (1, 1))}, functions=FUNCTIONS)


def parametric(rng: np.random.Generator) -> Setting:
    """A layer z, the rectifier with slope a below 0, and an arbitrary loss; g is the gradient at h."""
    n = int(rng.integers(6, 9))
    z = rng.uniform(0.2, 1.5, (n, 1)) * rng.permutation(np.resize([-1.0, 1.0], n))[:, None]
    return Setting(
        {"z": z, "a": rng.uniform(0.1, 0.4, (1, 1))},
        {
            "h": lambda v: np.where(v["z"] > 0, v["z"], v["a"] * v["z"]),
            "J": lambda v: np.sum(any_loss(v["h"]) + np.sin(v["h"])),
        },
        FUNCTIONS | {"\\operatorname{relu}": _relu},
        {"g": "\\nabla_h J"},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("logistic-slope", r"\sigma'(z) = \sigma(z)\,(1 - \sigma(z))", one_unit),
    Equation(
        "tanh-logistic",
        r"2\sigma(2z) - 1 = \frac{2}{1 + \exp(-2z)} - 1 = \frac{1 - \exp(-2z)}{1 + \exp(-2z)}"
        r" = \frac{\exp(z) - \exp(-z)}{\exp(z) + \exp(-z)} = \tanh(z)",
        one_unit,
    ),
    Equation("tanh-slope", r"\tanh'(z) = 4\sigma'(2z) = 1 - \tanh^2(z)", one_unit),
    Equation("grad-parametric", r"\frac{\partial J}{\partial a} = -g^\top \operatorname{relu}(-z)", parametric),
)
