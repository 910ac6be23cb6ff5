"""The derivatives that notebook 09 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import tanh_window


def three_successors(rng: np.random.Generator) -> Setting:
    """A value v that three operations use, w₁, w₂ and w₃, and a number F computed from them."""
    return Setting(
        {"v": rng.uniform(0.5, 1.0, (1, 1))},
        {
            "w": lambda v: np.concatenate([np.sin(v["v"]), v["v"] ** 2, 3 * v["v"]]),
            "F": lambda v: v["w"][:1] * v["w"][1:2] + v["w"][2:] ** 2,
        },
        ranges={"j": 3},
    )


def tanh_score(rng: np.random.Generator) -> Setting:
    """The window network with tanh up to its score, δ = ∇_z s, and a column of ones."""
    setting = tanh_window(rng)
    return Setting(
        setting.leaves | {"\\mathbf{1}": np.ones_like(setting.leaves["b"])},
        setting.program,
        setting.functions,
        {"\\delta": "\\nabla_z s"},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "sum-over-successors",
        r"\frac{\partial F}{\partial v} = \sum_j \frac{\partial F}{\partial w_j}\frac{\partial w_j}{\partial v}",
        three_successors,
    ),
    Equation("delta-tanh-score", r"\delta = u \circ (\mathbf{1} - h \circ h)", tanh_score),
)
