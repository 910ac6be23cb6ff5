"""The derivatives that notebook 15 displays first."""

import numpy as np

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.latex_check import Setting


def valley(rng: np.random.Generator) -> Setting:
    """A parabola ½λθ², a place on it and a rate."""
    curvature = float(rng.uniform(1.0, 5.0))
    return Setting(
        {
            "\\theta": rng.uniform(0.5, 2.0, (1, 1)),
            "\\alpha": rng.uniform(0.1, 0.9, (1, 1)),
            "\\lambda": np.array([[curvature]]),
        },
        functions={"J": lambda theta: curvature * theta**2 / 2},
    )


def ravine(rng: np.random.Generator) -> Setting:
    """The mean squared distance of a straight-line model, its Hessian H and its lowest point."""
    m = int(rng.integers(3, 6))
    N = m + int(rng.integers(3, 6))
    X, y = rng.normal(size=(N, m)), rng.normal(size=(N, 1))
    hessian = X.T @ X / N
    return Setting(
        {
            "\\theta": rng.normal(size=(m, 1)),
            "\\theta_\\min": np.linalg.solve(hessian, X.T @ y / N),
            "\\alpha": rng.uniform(0.1, 0.9, (1, 1)),
            "H": hessian,
            "I": np.eye(m),
        },
        functions={"J": lambda theta: np.sum((X @ theta - y) ** 2) / (2 * N)},
    )


EQUATIONS: tuple[Equation, ...] = (
    Equation("one-step", r"\theta - \alpha J'(\theta) = (1 - \alpha\lambda)\,\theta", valley),
    Equation("ravine-gradient", r"\nabla J(\theta) = H\,(\theta - \theta_{\min})", ravine),
    Equation(
        "ravine-step",
        r"\theta - \alpha\nabla J(\theta) - \theta_{\min} = (I - \alpha H)\,(\theta - \theta_{\min})",
        ravine,
    ),
)
