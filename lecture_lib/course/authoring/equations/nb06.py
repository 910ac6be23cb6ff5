"""The derivatives that notebook 06 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import FUNCTIONS, bare_score, bend


def two_units(rng: np.random.Generator) -> Setting:
    """The layer of the notebook's pictures, with 2 units and any number of inputs, up to the score."""
    m = int(rng.integers(3, 7))
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W": rng.normal(0, 0.5, (2, m)),
            "b": rng.normal(size=(2, 1)),
            "u": rng.normal(size=(2, 1)),
        },
        {
            "z": lambda v: v["W"] @ v["x"] + v["b"],
            "h": lambda v: bend(v["z"]),
            "s": lambda v: v["u"].T @ v["h"],
        },
        FUNCTIONS | {"f": bend},
        {"\\delta": "\\nabla_z s"},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("grad-W-score", r"\nabla_W s = \delta x^\top", bare_score),
    Equation("weight-23", r"\frac{\partial z_2}{\partial W_{23}} = x_3", bare_score),
    Equation("weight-23-other", r"\frac{\partial z_1}{\partial W_{23}} = 0", bare_score),
    Equation(
        "weight-entry",
        r"\frac{\partial s}{\partial W_{ij}} = \frac{\partial s}{\partial z_i}\frac{\partial z_i}{\partial W_{ij}}"
        r" = \delta_i x_j",
        bare_score,
    ),
    Equation(
        "unit-sum",
        r"\frac{\partial z_i}{\partial W_{ij}} = x_j, \qquad z_i = \sum_{j=1}^{m} W_{ij} x_j + b_i",
        bare_score,
    ),
    Equation(
        "grad-W-rows",
        r"\nabla_W s = \begin{pmatrix} \delta_1 x^\top \\ \delta_2 x^\top \end{pmatrix} = \delta x^\top",
        two_units,
    ),
    Equation(
        "jacobian-score-vec-W",
        r"\frac{\partial s}{\partial \operatorname{vec} W} = \delta^\top (I \otimes x^\top)",
        bare_score,
    ),
    Equation("entry-input", r"\frac{\partial s}{\partial x_j} = \sum_{i=1}^{n} \delta_i W_{ij}", bare_score),
    Equation("jacobian-vec-W", r"\frac{\partial z}{\partial \operatorname{vec} W} = I \otimes x^\top", bare_score),
)
