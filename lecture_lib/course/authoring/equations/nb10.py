"""The derivatives that notebook 10 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import along_a_direction, probe

EQUATIONS: tuple[Equation, ...] = (
    Equation("probe", r"J = g^\top z, \qquad \nabla_z J = g", probe),
    Equation("probe-linear", r"\nabla_W J = g x^\top, \qquad \nabla_x J = W^\top g", probe),
    Equation(
        "along",
        r"\frac{J(W + \varepsilon R) - J(W - \varepsilon R)}{2\varepsilon}"
        r" \approx \sum_i \sum_j \frac{\partial J}{\partial W_{ij}} R_{ij}",
        along_a_direction,
    ),
)
