"""The derivatives that notebook 07 displays first."""

from lecture_lib.course.authoring.equations.equation import Equation
from lecture_lib.exercises.printed.settings import logistic_loss, softmax_top, squared_loss, window

EQUATIONS: tuple[Equation, ...] = (
    Equation("delta", r"\delta := \nabla_z J = e \cdot (u \circ f'(z))", window),
    Equation("grad-b", r"\nabla_b J = \delta", window),
    Equation("grad-x", r"\nabla_x J = W^\top \delta", window),
    Equation("grad-u", r"\nabla_u J = e \cdot h", window),
    Equation("grad-W", r"\nabla_W J = \delta x^\top", window),
    Equation("upstream-logistic", r"\frac{\partial J}{\partial s} = p - y", logistic_loss),
    Equation("upstream-squared", r"\frac{\partial J}{\partial s} = 2(p - y)\,p(1 - p)", squared_loss),
    Equation("delta-logistic", r"\delta = (p - y) \cdot (u \circ f'(z))", logistic_loss),
    Equation("loss-from-score", r"\nabla_W J = \frac{\partial J}{\partial s} \, \nabla_W s", window),
    Equation("slope-in-p", r"\frac{\partial J}{\partial p} = \frac{p - y}{p(1 - p)}", logistic_loss),
    Equation("softmax-right", r"\frac{\partial J}{\partial s_c} = p_c - 1", softmax_top),
    Equation("softmax-other", r"\frac{\partial J}{\partial s_k} = p_k", softmax_top),
    Equation("softmax-top", r"\nabla_s J = p - y", softmax_top),
)
