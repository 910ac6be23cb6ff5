"""The derivatives that notebook 15 displays first."""

from lecture_lib.course.equations.equation import Equation

EQUATIONS: tuple[Equation, ...] = ()
