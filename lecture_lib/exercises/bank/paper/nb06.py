"""Exercises on paper for notebook 06: the gradient of the weights, by both honest ways."""

from __future__ import annotations

from lecture_lib.exercises.bank.paper.window import DELTA, window
from lecture_lib.exercises.paper import PaperExercise, Slip

PAPERS = (
    PaperExercise(
        "06-paper-entries",
        "Derive ∂s/∂W_ij entry by entry from δ = ∇_z s: one honest way to ∇_W s.",
        window,
        "∂s/∂W_ij",
        ("δ", "x"),
        (
            """
            ∂s/∂W_ij = Σ_k ∂s/∂z_k ∂z_k/∂W_ij
            ∂z_k/∂W_ij = [k=i] x_j
            ∂s/∂W_ij = δ_i x_j
            """,
            """
            ∂z_i/∂W_ij = x_j
            ∂s/∂W_ij = δ_i x_j
            """,
            r"""
            \frac{\partial z_i}{\partial W_{ij}} = x_j
            \frac{\partial s}{\partial W_{ij}} = \frac{\partial s}{\partial z_i} x_j
            = \delta_i x_j
            """,
        ),
        (
            Slip("not summed", "∂s/∂W_ij = ∂s/∂z_k ∂z_k/∂W_ij"),
            Slip("index", "∂z_k/∂W_ij = x_j"),
            Slip("wrong index", "∂s/∂W_ij = δ_j x_i"),
            Slip("missing factor", "∂s/∂W_ij = δ_i"),
            Slip("missing factor", "∂s/∂W_ij = x_j"),
            Slip("superfluous sum", "∂s/∂W_ij = Σ_k δ_k x_j"),
            Slip("wrong quantity", "∂s/∂W_ij = δ_i W_ij"),
            Slip("wrong quantity", "∂s/∂W_ij = δ_i h_i"),
        ),
        "One weight, one unit, one input: the entry of an outer product.",
        DELTA,
    ),
    PaperExercise(
        "06-paper-shapes",
        "Derive ∇_W s from δ = ∇_z s with differentials, shapes right in every line: the other honest way.",
        window,
        "∇_W s",
        ("δ", "x"),
        (
            """
            dz = dW x            # only W moves
            ds = δ^T dz
               = δ^T dW x
               = tr(x δ^T dW)
            ∇_W s = δ x^T
            """,
            """
            ∂z/∂W = I ⊗ x^T
            ∂s/∂W = δ^T (I ⊗ x^T)
            ∇_W s = np.outer(delta, x)
            """,
            r"""
            dz = dW x
            \nabla_W s = \delta x^\top
            """,
        ),
        (
            Slip("transposed", "∇_W s = x δ^T"),
            Slip("missing transpose", "∇_W s = δ x"),
            Slip("wrong product", "∇_W s = δ ∘ x"),
            Slip("convention", "∂s/∂W = δ x^T"),
            Slip("missing slope", "∇_W s = u x^T"),
            Slip("wrong quantity", "∇_W s = δ h^T"),
            Slip("missing transpose", "∇_W s = δ^T x"),
            Slip("shape", "ds = dW x δ^T"),
            Slip("sign", "∇_W s = -δ x^T"),
        ),
        "An outer product: n×1 times 1×m has W's shape.",
        DELTA,
    ),
)
