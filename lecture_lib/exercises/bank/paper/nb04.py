"""Exercises on paper for notebook 04: chains, in two orders."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _chain() -> mc.Expr:
    W, x, u = mc.symbols("W:n×m x:m u:n")
    z = mc.let("z", W @ x)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)


PAPERS = (
    PaperExercise(
        "04-paper-rows",
        "s = uᵀf(Wx), with z = Wx and h = f(z). Derive ∂s/∂x from the left: keep a row all the way.",
        _chain,
        "∂s/∂x",
        ("u", "z", "W"),
        (
            """
            ∂s/∂x = ∂s/∂h ∂h/∂z ∂z/∂x
            ∂s/∂h = u^T
            ∂h/∂z = diag(f'(z))
            ∂s/∂z = (u ∘ f'(z))^T
            ∂z/∂x = W
            ∂s/∂x = (u ∘ f'(z))^T W
            """,
            """
            ∂s/∂h = u^T
            ∂h/∂z = diag(f'(z))
            ∂z/∂x = W
            ∂s/∂x = u^T diag(f'(z)) W
            """,
            r"""
            \frac{\partial s}{\partial h} = u^\top
            \frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))
            \frac{\partial s}{\partial x} = \frac{\partial s}{\partial h} \frac{\partial h}{\partial z} W
            = (u \odot f'(z))^\top W
            """,
        ),
        (
            Slip("missing factor", "∂s/∂x = ∂s/∂h ∂z/∂x"),
            Slip("order", "∂s/∂x = ∂z/∂x ∂h/∂z ∂s/∂h"),
            Slip("convention", "∂s/∂h = u"),
            Slip("wrong product", "∂h/∂z = f'(z)"),
            Slip("convention", "∂z/∂x = W^T"),
            Slip("convention", "∂s/∂x = W^T (u ∘ f'(z))"),
            Slip("function for slope", "∂s/∂x = (u ∘ f(z))^T W"),
            Slip("missing slope", "∂s/∂x = u^T W"),
            Slip("jump", "∂s/∂x = (u ∘ f'(z))^T W"),
        ),
        "From the left a row stays a row: every product costs nm, never n²m.",
    ),
    PaperExercise(
        "04-paper-matrices",
        "The same chain from the right: first the Jacobian ∂h/∂x as a matrix, then ∂s/∂x.",
        _chain,
        "∂h/∂x",
        ("z", "W"),
        (
            """
            ∂h/∂x = ∂h/∂z ∂z/∂x
            ∂z/∂x = W
            ∂h/∂x = diag(f'(z)) W
            """,
            """
            dz/dx = W
            dh/dx = dh/dz W
                  = diag(f'(z)) W
            """,
            r"""
            \frac{\partial h}{\partial z} = diag(f'(z))
            \frac{\partial h}{\partial x} = diag(f'(z)) W
            """,
        ),
        (
            Slip("order", "∂h/∂x = ∂z/∂x ∂h/∂z"),
            Slip("wrong product", "∂h/∂x = f'(z) W"),
            Slip("convention", "∂z/∂x = W^T"),
            Slip(
                "convention",
                """∂z/∂x = W
                         ∂h/∂x = W^T diag(f'(z))""",
            ),
            Slip(
                "function for slope",
                """∂z/∂x = W
                         ∂h/∂x = diag(f(z)) W""",
            ),
            Slip("missing slope", "∂h/∂x = W"),
            Slip(
                "slope at the wrong place",
                """∂z/∂x = W
                         ∂h/∂x = diag(f'(x)) W""",
            ),
            Slip("jump", "∂h/∂x = diag(f'(z)) W"),
        ),
        "The same numbers, but a matrix is carried where a row would do.",
    ),
)
