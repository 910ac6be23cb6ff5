"""The derivatives that notebook 18 displays first."""

from lecture_lib.course.equations.equation import Equation

EQUATIONS: tuple[Equation, ...] = ()
