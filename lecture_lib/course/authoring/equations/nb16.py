"""The derivatives that notebook 16 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import penalized

EQUATIONS: tuple[Equation, ...] = (Equation("penalty-W", r"\nabla_W J = \nabla_W L + 2 \lambda W", penalized),)
