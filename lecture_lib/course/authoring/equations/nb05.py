"""The derivatives that notebook 05 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import FUNCTIONS, bare_score, bend, sizes

FRONT = r"\left(\frac{\partial s}{\partial h}\frac{\partial h}{\partial z}\right)"


def two_layers(rng: np.random.Generator) -> Setting:
    """Two hidden layers of unequal size up to the score; a number below a letter counts layers."""
    n, m = sizes(rng)
    k = m + 2
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W_1": rng.normal(0, 0.5, (k, m)),
            "b_1": rng.normal(size=(k, 1)),
            "W_2": rng.normal(0, 0.5, (n, k)),
            "b_2": rng.normal(size=(n, 1)),
            "u": rng.normal(size=(n, 1)),
        },
        {
            "z_1": lambda v: v["W_1"] @ v["x"] + v["b_1"],
            "h_1": lambda v: bend(v["z_1"]),
            "z_2": lambda v: v["W_2"] @ v["h_1"] + v["b_2"],
            "h_2": lambda v: bend(v["z_2"]),
            "s": lambda v: v["u"].T @ v["h_2"],
        },
        FUNCTIONS | {"f": bend},
        {"\\delta_1": "\\nabla_{z_1} s", "\\delta_2": "\\nabla_{z_2} s"},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("delta-score", r"\delta := \nabla_z s = u \circ f'(z)", bare_score),
    Equation("delta-row", r"\delta^\top = \frac{\partial s}{\partial z} = u^\top \circ f'(z)^\top", bare_score),
    Equation("grad-b-score", r"\nabla_b s = u \circ f'(z) = \delta", bare_score),
    Equation("grad-x-score", r"\nabla_x s = W^\top \delta", bare_score),
    Equation("grad-b-plain", r"\nabla_b s = u \circ f'(z)", bare_score),
    Equation(
        "shared-front",
        rf"\frac{{\partial s}}{{\partial b}} = {FRONT}\frac{{\partial z}}{{\partial b}} \qquad"
        rf" \frac{{\partial s}}{{\partial x}} = {FRONT}\frac{{\partial z}}{{\partial x}} \qquad"
        rf" \frac{{\partial s}}{{\partial W}} = {FRONT}\frac{{\partial z}}{{\partial W}}",
        bare_score,
    ),
    Equation(
        "delta-below-row",
        r"\frac{\partial s}{\partial z_1} = \frac{\partial s}{\partial z_2}\frac{\partial z_2}{\partial h_1}"
        r"\frac{\partial h_1}{\partial z_1} = \delta_2^\top\, W_2 \operatorname{diag}(f'(z_1))",
        two_layers,
    ),
    Equation("delta-below", r"\delta_1 = (W_2^\top \delta_2) \circ f'(z_1)", two_layers),
)
