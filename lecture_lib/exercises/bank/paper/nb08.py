"""Exercises on paper for notebook 08: the residual connection."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _residual() -> mc.Expr:
    W, x, b, u = mc.symbols("W:n×n x:n b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    y = mc.let("y", x + h)
    return mc.let("s", u.T @ y)


PAPERS = (
    PaperExercise(
        "08-paper-residual",
        "A residual connection: y = x + f(Wx + b), s = uᵀy. Derive ∇_x s in u, W and z.",
        _residual,
        "∇_x s",
        ("u", "W", "z"),
        (
            """
            ∂s/∂y = u^T
            ∂y/∂x = I + ∂y/∂h ∂h/∂x
            ∂y/∂h = I
            ∂h/∂z = diag(f'(z))
            ∂z/∂x = W
            ∂s/∂x = u^T (I + diag(f'(z)) W)
            ∇_x s = u + W^T (u ∘ f'(z))
            """,
            """
            ∂s/∂y = u^T
            ∂y/∂h = I
            ∂s/∂z = u^T ∂h/∂z
            ∂h/∂z = diag(f'(z))
            ∂z/∂x = W
            ∇_x s = u + W^T (f'(z) ∘ u)
            """,
            r"""
            \frac{\partial s}{\partial y} = u^\top
            \frac{\partial h}{\partial x} = \frac{\partial h}{\partial z} \frac{\partial z}{\partial x}
            \frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))
            \frac{\partial z}{\partial x} = W
            \frac{\partial y}{\partial h} = I
            \nabla_x s = u + W^\top (u \odot f'(z))
            """,
        ),
        (
            Slip("path", "∇_x s = W^T (u ∘ f'(z))"),
            Slip("path", "∇_x s = u"),
            Slip("sign", "∇_x s = u - W^T (u ∘ f'(z))"),
            Slip("missing transpose", "∇_x s = u + W (u ∘ f'(z))"),
            Slip("missing slope", "∇_x s = u + W^T u"),
            Slip("function for slope", "∇_x s = u + W^T (u ∘ f(z))"),
            Slip("wrong quantity", "∇_x s = x + W^T (u ∘ f'(z))"),
            Slip("convention", "∂s/∂x = u + W^T (u ∘ f'(z))"),
            Slip("convention", "∂s/∂y = u"),
        ),
        "The identity carries the whole signal past the layer: two paths, added.",
    ),
)
