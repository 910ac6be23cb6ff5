"""The derivatives that notebook 18 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import two_ways

EQUATIONS: tuple[Equation, ...] = (
    Equation("two-ways", r"\Delta^{[1]} = (\Delta U + \Delta^{[2]} W^{[2]}) \circ f'(Z^{[1]})", two_ways),
)
