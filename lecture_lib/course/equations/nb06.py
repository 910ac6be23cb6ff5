"""The derivatives that notebook 06 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import bare_score

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
    Equation("jacobian-vec-W", r"\frac{\partial z}{\partial \operatorname{vec} W} = I \otimes x^\top", bare_score),
)
