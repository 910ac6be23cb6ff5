"""The derivatives that notebook 02 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import one_number, two_inputs

EQUATIONS: tuple[Equation, ...] = (
    Equation("slope-one-sided", r"f'(x) \approx \frac{f(x + \varepsilon) - f(x)}{\varepsilon}", one_number),
    Equation(
        "slope-two-sided", r"f'(x) \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2\varepsilon}", one_number
    ),
    Equation(
        "gradient-of-two",
        r"\nabla f(x) = \begin{pmatrix} \partial f/\partial x_1 \\ \partial f/\partial x_2 \end{pmatrix}"
        r" = \begin{pmatrix} 8 \\ 3 \end{pmatrix}",
        two_inputs,
    ),
    Equation("foretell", r"f(x + \Delta) - f(x) \approx \nabla f(x)^\top \Delta", two_inputs),
)
