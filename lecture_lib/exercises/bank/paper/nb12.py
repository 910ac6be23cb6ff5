"""Exercises on paper for notebook 12: a batch at once."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _batch() -> mc.Expr:
    X, W, b, u = mc.symbols("X:N×m W:n×m b:n u:n")
    Z = mc.let("Z", X @ W.T + mc.ones("N") @ b.T)
    H = mc.let("H", mc.f(Z))
    return mc.let("J", mc.mean(H @ u))


PAPERS = (
    PaperExercise(
        "12-paper-weights",
        "A batch: Z = XWᵀ + 1bᵀ, and Δ = ∇_Z J is known. Derive ∇_W J.",
        _batch,
        "∇_W J",
        ("Δ", "X"),
        (
            """
            dZ = X dW^T
            dJ = tr(Δ^T dZ)
               = tr(Δ^T X dW^T)
            ∇_W J = Δ^T X
            """,
            "∇_W J = Delta.T @ X",
            r"\nabla_W J = \Delta^\top X",
        ),
        (
            Slip("transposed", "∇_W J = X^T Δ"),
            Slip("missing transpose", "∇_W J = Δ X"),
            Slip("missing transpose", "∇_W J = Δ X^T"),
            Slip("averaged", "∇_W J = 1/N Δ^T X"),
            Slip("missing 1/N", "∇_W J = N Δ^T X"),
            Slip("wrong quantity", "∇_W J = H^T X"),
            Slip("convention", "∂J/∂W = Δ^T X"),
            Slip("sign", "∇_W J = -Δ^T X"),
        ),
        "The product sums the outer products of all examples.",
        {"Δ": "∇_Z J"},
    ),
    PaperExercise(
        "12-paper-bias",
        "The same batch: derive ∇_b J from Δ = ∇_Z J. What happens to the N rows?",
        _batch,
        "∇_b J",
        ("Δ",),
        (
            """
            dZ = 1 db^T
            dJ = tr(Δ^T dZ)
               = tr(Δ^T 1 db^T)
            ∇_b J = Δ^T 1
            """,
            "∇_b J = Δᵀ1",
            r"\nabla_b J = \Delta^\top \mathbf{1}",
        ),
        (
            Slip("not summed", "∇_b J = Δ"),
            Slip("not summed", "∇_b J = Δ^T"),
            Slip("missing transpose", "∇_b J = Δ 1"),
            Slip("missing transpose", "∇_b J = 1^T Δ"),
            Slip("averaged", "∇_b J = 1/N Δ^T 1"),
            Slip("missing 1/N", "∇_b J = N Δ^T 1"),
            Slip("sign", "∇_b J = -Δ^T 1"),
            Slip("wrong quantity", "∇_b J = H^T 1"),
        ),
        "b is added to every row, so its gradient is the sum of all rows.",
        {"Δ": "∇_Z J"},
    ),
)
