"""Exercises on paper for notebook 05: the error signal, and what it is multiplied with."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.bank.paper.window import DELTA, window
from lecture_lib.exercises.paper import PaperExercise, Slip


def _two_layers() -> mc.Expr:
    W1, b1, W2, b2, x, u = mc.symbols("W1:n×m b1:n W2:k×n b2:k x:m u:k")
    z1 = mc.let("z1", W1 @ x + b1)
    h1 = mc.let("h1", mc.f(z1))
    z2 = mc.let("z2", W2 @ h1 + b2)
    h2 = mc.let("h2", mc.f(z2))
    return mc.let("s", u.T @ h2)


PAPERS = (
    PaperExercise(
        "05-paper-b",
        "s = uᵀf(Wx + b). Derive ∇_b s from the pieces, one rule a line.",
        window,
        "∇_b s",
        ("u", "z"),
        (
            """
            ds/db = ds/dh dh/dz dz/db
            ds/dh = u^T
            dh/dz = diag(f'(z))
            dz/db = I
            ds/db = u^T diag(f'(z))
            ∇_b s = u ∘ f'(z)
            """,
            """
            ∂s/∂h = uᵀ
            ∂s/∂z = ∂s/∂h diag(f'(z))
                  = (u ∘ f'(z))ᵀ
            ∂z/∂b = I
            ∇_b s = u ∘ f'(z)
            """,
            r"""
            \frac{\partial s}{\partial h} = u^\top
            \frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))
            \frac{\partial z}{\partial b} = I
            \nabla_b s = u \odot f'(z)
            """,
        ),
        (
            Slip("function for slope", "∇_b s = u ∘ f(z)"),
            Slip("missing slope", "∇_b s = u"),
            Slip("missing factor", "∇_b s = f'(z)"),
            Slip("convention", "∇_b s = (u ∘ f'(z))^T"),
            Slip("convention", "∂s/∂b = u ∘ f'(z)"),
            Slip("slope at the wrong place", "∇_b s = u ∘ f'(h)"),
            Slip("wrong product", "∇_b s = u^T f'(z)"),
            Slip("wrong product", "∇_b s = u f'(z)"),
            Slip("jump", "∇_b s = u ∘ f'(z)"),
        ),
        "Three Jacobians, and the last is the identity: ∇_b s is δ itself.",
        DELTA,
    ),
    PaperExercise(
        "05-paper-delta",
        "Derive the error signal δ = ∇_z s, in u and z.",
        window,
        "∇_z s",
        ("u", "z"),
        (
            """
            ∂s/∂h = u^T
            ∂s/∂z = u^T ∂h/∂z
            ∂h/∂z = diag(f'(z))
            δ = u ∘ f'(z)
            """,
            """
            ∂h/∂z = diag(f'(z))
            ∂s/∂h = u^T
            ∇_z s = u ∘ f'(z)
            """,
            """
            ds = u^T dh
            ∂h/∂z = diag(f'(z))
            δ = f'(z) * u
            """,
        ),
        (
            Slip("function for slope", "δ = u ∘ f(z)"),
            Slip("convention", "δ = u^T ∘ f'(z)^T"),
            Slip("missing slope", "δ = u"),
            Slip("function for slope", "δ = u ∘ h"),
            Slip("missing factor", "δ = f'(z)"),
            Slip("wrong product", "δ = u^T f'(z)"),
            Slip("wrong quantity", "δ = x ∘ f'(z)"),
            Slip("slope at the wrong place", "δ = u ∘ f'(x)"),
        ),
        "What the score wants of h, times how fast h follows z.",
        DELTA,
    ),
    PaperExercise(
        "05-paper-x",
        "Go on from δ = ∇_z s: derive ∇_x s in W and δ.",
        window,
        "∇_x s",
        ("W", "δ"),
        (
            """
            ∂s/∂x = ∂s/∂z ∂z/∂x
                  = δ^T ∂z/∂x
            ∂z/∂x = W
            ∂s/∂x = δ^T W
            ∇_x s = W^T δ
            """,
            """
            dz/dx = W
            ∇_x s = W.T @ delta
            """,
            r"\nabla_x s = W^\top \delta",
        ),
        (
            Slip("missing transpose", "∇_x s = W δ"),
            Slip("order", "∇_x s = δ W"),
            Slip("convention", "∇_x s = δ^T W"),
            Slip("convention", "∂s/∂x = W^T δ"),
            Slip("missing slope", "∇_x s = W^T u"),
            Slip("wrong quantity", "∇_x s = W^T h"),
            Slip("sign", "∇_x s = -W^T δ"),
            Slip("superfluous slope", "∇_x s = W^T (δ ∘ f'(z))"),
        ),
        "Every input collects from all units that it feeds: a sum over rows of W.",
        DELTA,
    ),
    PaperExercise(
        "05-paper-below",
        "Two layers. δ2 = ∇_z2 s is known. Derive δ1 = ∇_z1 s, the error signal of the layer below.",
        _two_layers,
        "∇_z1 s",
        ("W2", "δ2", "z1"),
        (
            """
            ∂s/∂z1 = ∂s/∂z2 ∂z2/∂h1 ∂h1/∂z1
            ∂z2/∂h1 = W2
            ∂h1/∂z1 = diag(f'(z1))
            δ1 = (W2^T δ2) ∘ f'(z1)
            """,
            """
            ∇_h1 s = W₂ᵀ δ₂
            δ₁ = W₂ᵀ δ₂ ∘ f′(z₁)
            """,
            r"""
            \frac{\partial z_2}{\partial h_1} = W_2
            \delta_1 = f'(z_1) \odot W_2^\top \delta_2
            """,
        ),
        (
            Slip("missing transpose", """∇_h1 s = W2 δ2"""),
            Slip(
                "missing slope",
                """∇_h1 s = W2^T δ2
                         δ1 = W2^T δ2""",
            ),
            Slip(
                "slope at the wrong place",
                """∇_h1 s = W2^T δ2
                         δ1 = W2^T δ2 ∘ f'(z2)""",
            ),
            Slip(
                "function for slope",
                """∇_h1 s = W2^T δ2
                         δ1 = W2^T δ2 ∘ f(z1)""",
            ),
            Slip("missing factor", "∇_h1 s = δ2"),
            Slip("wrong quantity", "∇_h1 s = W1^T δ2"),
            Slip("convention", "∂s/∂h1 = W2^T δ2"),
            Slip(
                "slope at the wrong place",
                """∇_h1 s = W2^T δ2
                         δ1 = W2^T δ2 ∘ f'(h1)""",
            ),
        ),
        "Back through W2 transposed, then the slope of this layer: the same step at every depth.",
        {"δ2": "∇_z2 s", "δ1": "∇_z1 s"},
    ),
)
