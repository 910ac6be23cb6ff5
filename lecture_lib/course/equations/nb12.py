"""The derivatives that notebook 12 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import batch

EQUATIONS: tuple[Equation, ...] = (
    Equation("batch-W", r"\nabla_W J = \Delta^\top X", batch),
    Equation("batch-b", r"\nabla_b J = \Delta^\top \mathbf{1}", batch),
    Equation("batch-X", r"\nabla_X J = \Delta W", batch),
)
