"""The derivatives that notebook 04 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import bare_score, two_steps

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "chain-scalar",
        r"\frac{\partial z}{\partial x} = \frac{\partial z}{\partial y} \cdot \frac{\partial y}{\partial x}"
        r" = 3 \cdot 2x = 6x",
        two_steps,
    ),
    Equation(
        "chain-x",
        r"\frac{\partial s}{\partial x} = \frac{\partial s}{\partial h}\frac{\partial h}{\partial z}"
        r"\frac{\partial z}{\partial x} = u^\top \operatorname{diag}(f'(z))\, W",
        bare_score,
    ),
    Equation(
        "chain-b",
        r"\frac{\partial s}{\partial b} = \frac{\partial s}{\partial h}\frac{\partial h}{\partial z}"
        r"\frac{\partial z}{\partial b} = u^\top \operatorname{diag}(f'(z))\, I = (u \circ f'(z))^\top",
        bare_score,
    ),
)
