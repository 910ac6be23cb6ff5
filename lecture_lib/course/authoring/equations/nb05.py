"""The derivatives that notebook 05 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting
from lecture_lib.exercises.printed.settings import FUNCTIONS, bare_score, bend, sizes

FRONT = r"\left(\frac{\partial s}{\partial h}\frac{\partial h}{\partial z}\right)"


def two_layers(rng: np.random.Generator) -> Setting:
    """Two hidden layers of unequal size up to the score; a number in brackets above a letter counts layers."""
    n, m = sizes(rng)
    k = m + 2
    return Setting(
        {
            "x": rng.normal(size=(m, 1)),
            "W^{[1]}": rng.normal(0, 0.5, (k, m)),
            "b^{[1]}": rng.normal(size=(k, 1)),
            "W^{[2]}": rng.normal(0, 0.5, (n, k)),
            "b^{[2]}": rng.normal(size=(n, 1)),
            "u": rng.normal(size=(n, 1)),
        },
        {
            "z^{[1]}": lambda v: v["W^{[1]}"] @ v["x"] + v["b^{[1]}"],
            "h^{[1]}": lambda v: bend(v["z^{[1]}"]),
            "z^{[2]}": lambda v: v["W^{[2]}"] @ v["h^{[1]}"] + v["b^{[2]}"],
            "h^{[2]}": lambda v: bend(v["z^{[2]}"]),
            "s": lambda v: v["u"].T @ v["h^{[2]}"],
        },
        FUNCTIONS | {"f": bend},
        {"\\delta^{[1]}": "\\nabla_{z^{[1]}} s", "\\delta^{[2]}": "\\nabla_{z^{[2]}} s"},
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
        r"\frac{\partial s}{\partial z^{[1]}} = \frac{\partial s}{\partial z^{[2]}}"
        r"\frac{\partial z^{[2]}}{\partial h^{[1]}}"
        r"\frac{\partial h^{[1]}}{\partial z^{[1]}} = {\delta^{[2]}}^\top\, W^{[2]} \operatorname{diag}(f'(z^{[1]}))",
        two_layers,
    ),
    Equation("delta-below", r"\delta^{[1]} = ({W^{[2]}}^\top \delta^{[2]}) \circ f'(z^{[1]})", two_layers),
)
