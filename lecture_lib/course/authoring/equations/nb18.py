"""The derivatives that notebook 18 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import two_ways

EQUATIONS: tuple[Equation, ...] = (
    Equation("two-ways", r"\Delta_1 = (\Delta U + \Delta_2 W_2) \circ f'(Z_1)", two_ways),
)
