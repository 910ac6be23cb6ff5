"""The derivatives that notebook 14 displays first."""

from lecture_lib.course.equations.equation import Equation

EQUATIONS: tuple[Equation, ...] = ()
