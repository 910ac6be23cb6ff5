"""The derivatives that notebook 10 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import along_a_direction, probe

EQUATIONS: tuple[Equation, ...] = (
    Equation("probe", r"J = g^\top z, \qquad \nabla_z J = g", probe),
    Equation("probe-linear", r"\nabla_W J = g x^\top, \qquad \nabla_x J = W^\top g", probe),
    Equation(
        "along",
        r"\frac{J(W + \varepsilon D) - J(W - \varepsilon D)}{2\varepsilon} \approx \sum_i \sum_j G_{ij} D_{ij},"
        r" \qquad G = \nabla J(W)",
        along_a_direction,
    ),
)
