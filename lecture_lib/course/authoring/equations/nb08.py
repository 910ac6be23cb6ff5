"""The derivatives that notebook 08 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import bare_score, fan_out

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "one-input",
        r"\frac{\partial s}{\partial z} = \frac{\partial s}{\partial h}\frac{\partial h}{\partial z}",
        bare_score,
    ),
    Equation(
        "fan-out",
        r"\frac{\partial F}{\partial y} = \frac{\partial F}{\partial a}\frac{\partial a}{\partial y}"
        r" + \frac{\partial F}{\partial c}\frac{\partial c}{\partial y} = c + a",
        fan_out,
    ),
)
