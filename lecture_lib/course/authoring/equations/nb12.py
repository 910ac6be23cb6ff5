"""The derivatives that notebook 12 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import batch, batch_by_rows, batch_of_windows, mean_loss

EQUATIONS: tuple[Equation, ...] = (
    Equation("batch-W", r"\nabla_W J = \Delta^\top X", batch),
    Equation("batch-b", r"\nabla_b J = \Delta^\top \mathbf{1}", batch),
    Equation("batch-X", r"\nabla_X J = \Delta W", batch),
    Equation(
        "batch-W-rows",
        r"\nabla_W J = \delta^{(1)} {x^{(1)}}^\top + \delta^{(2)} {x^{(2)}}^\top + \delta^{(3)} {x^{(3)}}^\top"
        r" = \Delta^\top X",
        batch_by_rows,
    ),
    Equation("batch-top", r"\frac{\partial J}{\partial s_i} = \frac{p_i - y_i}{N}", mean_loss),
    Equation("batch-delta", r"\Delta := \nabla_Z J = (e u^\top) \circ f'(Z)", batch_of_windows),
    Equation("batch-u", r"\nabla_u J = H^\top e", batch_of_windows),
)
