"""The derivatives that notebook 04 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import bare_score, two_layers, two_steps

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "chain-scalar",
        r"\frac{\partial s}{\partial x} = \frac{\partial s}{\partial y} \cdot \frac{\partial y}{\partial x}"
        r" = 3 \cdot 2x = 6x",
        two_steps,
    ),
    Equation(
        "chain-h",
        r"\frac{\partial h}{\partial x} = \frac{\partial h}{\partial z}\frac{\partial z}{\partial x}"
        r" = \operatorname{diag}(f'(z))\, W",
        bare_score,
    ),
    Equation(
        "chain-entry",
        r"\frac{\partial s}{\partial x_j}"
        r" = \sum_{i=1}^{n} \frac{\partial s}{\partial z_i}\frac{\partial z_i}{\partial x_j}",
        bare_score,
    ),
    Equation(
        "chain-deep",
        r"\frac{\partial s}{\partial x} = \frac{\partial s}{\partial \tilde h}\frac{\partial \tilde h}{\partial a}"
        r"\frac{\partial a}{\partial h}\frac{\partial h}{\partial z}\frac{\partial z}{\partial x}"
        r" = v^\top \operatorname{diag}(f'(a))\, V \operatorname{diag}(f'(z))\, W",
        two_layers,
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
