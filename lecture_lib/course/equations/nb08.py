"""The derivatives that notebook 08 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import fan_out

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "fan-out",
        r"\frac{\partial f}{\partial y} = \frac{\partial f}{\partial a}\frac{\partial a}{\partial y}"
        r" + \frac{\partial f}{\partial b}\frac{\partial b}{\partial y} = b + a",
        fan_out,
    ),
)
