"""The derivatives that notebook 02 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import one_number, two_inputs

EQUATIONS: tuple[Equation, ...] = (
    Equation("slope-one-sided", r"F'(x) \approx \frac{F(x + \varepsilon) - F(x)}{\varepsilon}", one_number),
    Equation(
        "slope-two-sided", r"F'(x) \approx \frac{F(x + \varepsilon) - F(x - \varepsilon)}{2\varepsilon}", one_number
    ),
    Equation(
        "gradient-of-two",
        r"\nabla F(x) = \begin{pmatrix} \partial F/\partial x_1 \\ \partial F/\partial x_2 \end{pmatrix}"
        r" = \begin{pmatrix} 8 \\ 3 \end{pmatrix}",
        two_inputs,
    ),
    Equation("foretell", r"F(x + \Delta) - F(x) \approx \nabla F(x)^\top \Delta", two_inputs),
)
