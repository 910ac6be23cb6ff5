"""The derivatives that notebook 17 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import one_word

EQUATIONS: tuple[Equation, ...] = (Equation("word-vector", r"\nabla_x J = (p - y) \cdot u", one_word),)
