"""The derivatives that notebook 14 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.course.authoring.equations.settings import FUNCTIONS
from lecture_lib.course.authoring.latex_check import Setting


def bias_alone(rng: np.random.Generator) -> Setting:
    """A network without weights: the score is c for all N windows, of which a share q has the answer yes."""
    N = int(rng.integers(11, 20))
    y = rng.permutation(np.arange(N) < int(rng.integers(2, 6))).astype(float)
    return Setting(
        {"c": rng.normal(size=(1, 1)), "q": np.array([[y.mean()]])},
        {"J": lambda v: np.mean(np.log1p(np.exp(v["c"])) - y * v["c"])},
        FUNCTIONS,
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("output-bias", r"\frac{\partial J}{\partial c} = \sigma(c) - q", bias_alone),
)
