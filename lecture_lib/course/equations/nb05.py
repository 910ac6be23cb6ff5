"""The derivatives that notebook 05 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import bare_score

EQUATIONS: tuple[Equation, ...] = (
    Equation("delta-score", r"\delta := \nabla_z s = u \circ f'(z)", bare_score),
    Equation("delta-row", r"\delta^\top = \frac{\partial s}{\partial z} = u^\top \circ f'(z)^\top", bare_score),
    Equation("grad-b-score", r"\nabla_b s = u \circ f'(z) = \delta", bare_score),
    Equation("grad-x-score", r"\nabla_x s = W^\top \delta", bare_score),
)
