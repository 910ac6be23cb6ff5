"""The derivatives that notebook 03 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import bare_score, tanh_window, three_inputs, with_ones

EQUATIONS: tuple[Equation, ...] = (
    Equation(
        "jacobian-small",
        r"\frac{\partial y}{\partial x} = \begin{pmatrix}"
        r" \partial y_1/\partial x_1 & \partial y_1/\partial x_2 & \partial y_1/\partial x_3 \\"
        r" \partial y_2/\partial x_1 & \partial y_2/\partial x_2 & \partial y_2/\partial x_3 \end{pmatrix}"
        r" = \begin{pmatrix} x_2 & x_1 & 0 \\ 0 & 1 & 2x_3 \end{pmatrix}"
        r" = \begin{pmatrix} 5 & 2 & 0 \\ 0 & 1 & 6 \end{pmatrix}",
        three_inputs,
    ),
    Equation("foretell-many", r"F(x + \Delta) - F(x) \approx \frac{\partial y}{\partial x} \Delta", three_inputs),
    Equation(
        "entry-b",
        r"\frac{\partial z_i}{\partial b_i} = 1, \qquad"
        r" \frac{\partial z_i}{\partial b_j} = 0 \text{ for $j \neq i$}",
        bare_score,
    ),
    Equation(
        "entry-f",
        r"\frac{\partial h_i}{\partial z_i} = f'(z_i), \qquad"
        r" \frac{\partial h_i}{\partial z_j} = 0 \text{ for $j \neq i$}",
        bare_score,
    ),
    Equation("slope-tanh-entry", r"\tanh'(z_i) = 1 - \tanh^2(z_i)", tanh_window),
    Equation("entry-u", r"\frac{\partial s}{\partial u_i} = h_i", bare_score),
    Equation("jacobian-x", r"\frac{\partial z}{\partial x} = W", bare_score),
    Equation("jacobian-b", r"\frac{\partial z}{\partial b} = I", bare_score),
    Equation("jacobian-u", r"\frac{\partial s}{\partial u} = h^\top", bare_score),
    Equation("jacobian-h", r"\frac{\partial s}{\partial h} = u^\top", bare_score),
    Equation("jacobian-f", r"\frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))", bare_score),
    Equation("entry-x", r"\frac{\partial z_i}{\partial x_j} = W_{ij}", bare_score),
    Equation(
        "slope-tanh", r"\tanh'(z) = \mathbf{1} - \tanh(z) \circ \tanh(z)", lambda rng: with_ones(tanh_window(rng))
    ),
    Equation("slope-sigma", r"\sigma'(s) = \sigma(s)(1 - \sigma(s))", bare_score),
)
