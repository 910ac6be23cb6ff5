"""The derivatives that notebook 11 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import logistic_regression, two_paths

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "adjoint-x1",
        r"\bar{x}_1 = \bar{v}_2 \frac{\partial v_2}{\partial x_1} + \bar{v}_3 \frac{\partial v_3}{\partial x_1}"
        r" = \frac{1}{x_1} + x_2",
        two_paths,
    ),
    Equation(
        "adjoint-x2",
        r"\bar{x}_2 = \bar{v}_3 \frac{\partial v_3}{\partial x_2} + \bar{v}_5 \frac{\partial v_5}{\partial x_2}"
        r" = x_1 - \cos(x_2)",
        two_paths,
    ),
    Equation(
        "logreg-steps",
        r"\frac{\partial L}{\partial q} = -\lambda, \qquad \frac{\partial L}{\partial p} = -\frac{\lambda}{p}, \qquad"
        r" \frac{\partial L}{\partial t} = -\lambda(1 - p), \qquad \frac{\partial L}{\partial s} = -\lambda(1 - p) y",
        logistic_regression,
    ),
    Equation("logreg", r"\nabla_w L = w - \lambda(1 - p)\, y\, x", logistic_regression),
)
