"""The derivatives that notebook 03 displays first."""

from lecture_lib.course.equations.equation import Equation
from lecture_lib.course.equations.settings import bare_score, tanh_window, with_ones

EQUATIONS: tuple[Equation, ...] = (
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
