"""Exercises on paper for notebook 03: Jacobians, entry by entry."""

from __future__ import annotations

from lecture_lib.exercises.bank.paper.window import window
from lecture_lib.exercises.paper import PaperExercise, Slip

PAPERS = (
    PaperExercise(
        "03-paper-x",
        "z = Wx + b. Derive ∂z/∂x, entry by entry first.",
        window,
        "∂z/∂x",
        ("W",),
        (
            """
            z_i = Σ_k W_ik x_k + b_i
            ∂z_i/∂x_j = W_ij
            ∂z/∂x = W
            """,
            "dz/dx = W",
            r"""
            \frac{\partial z_i}{\partial x_j} = W_{ij}
            \frac{\partial z}{\partial x} = W
            """,
        ),
        (
            Slip("convention", "∂z/∂x = W^T"),
            Slip("wrong index", "∂z_i/∂x_j = W_ji"),
            Slip("superfluous factor", "∂z/∂x = W x"),
            Slip("superfluous term", "∂z/∂x = W + I"),
            Slip("sign", "∂z/∂x = -W"),
            Slip("factor", "∂z/∂x = 2W"),
            Slip("superfluous term", "∂z_i/∂x_j = W_ij + b_i"),
            Slip("not summed", "z_i = W_ik x_k + b_i"),
        ),
        "Row i of the Jacobian is row i of W: it lists what z_i makes of each input.",
    ),
    PaperExercise(
        "03-paper-b",
        "z = Wx + b. Derive ∂z/∂b. Which b does z_i contain?",
        window,
        "∂z/∂b",
        (),
        (
            """
            ∂z_i/∂b_j = [i=j]
            ∂z/∂b = I
            """,
            "∂z/∂b = I",
            r"\frac{\partial z}{\partial b} = I",
        ),
        (
            Slip("shape", "∂z/∂b = 1"),
            Slip("index", "∂z_i/∂b_j = 1"),
            Slip("factor", "∂z/∂b = 2 I"),
            Slip("sign", "∂z/∂b = -I"),
            Slip("superfluous term", "∂z/∂b = W + I"),
            Slip("another derivative", "∂z/∂b = W"),
            Slip("shape", "∂z/∂b = b"),
            Slip("another derivative", "∂z/∂b = diag(f'(z))"),
        ),
        "z_i contains b_i and no other b, once: the identity.",
    ),
    PaperExercise(
        "03-paper-u",
        "s = uᵀh. Derive ∂s/∂u. Is it a row or a column?",
        window,
        "∂s/∂u",
        ("h",),
        (
            """
            s = Σ_k u_k h_k
            ∂s/∂u_i = h_i
            ∂s/∂u = h^T
            """,
            "ds/du = h.T",
            r"\frac{\partial s}{\partial u} = h^\top",
        ),
        (
            Slip("convention", "∂s/∂u = h"),
            Slip("wrong quantity", "∂s/∂u = u^T"),
            Slip("wrong quantity", "∂s/∂u = z^T"),
            Slip("sign", "∂s/∂u = -h^T"),
            Slip("factor", "∂s/∂u = 2 h^T"),
            Slip("not summed", "s = u_k h_k"),
            Slip("shape", "∂s/∂u = u^T h"),
            Slip("wrong quantity", "∂s/∂u_i = u_i"),
        ),
        "uᵀh = hᵀu: what stands beside u stays, as a row.",
    ),
    PaperExercise(
        "03-paper-f",
        "h = f(z), entry by entry. Derive ∂h/∂z.",
        window,
        "∂h/∂z",
        ("z",),
        (
            """
            h_i = f(z_i)
            ∂h_i/∂z_j = f'(z_i) [i=j]
            ∂h/∂z = diag(f'(z))
            """,
            "dh/dz = diag(f'(z))",
            r"\frac{\partial h}{\partial z} = \operatorname{diag}(f'(z))",
        ),
        (
            Slip("wrong product", "∂h/∂z = f'(z)"),
            Slip("function for slope", "∂h/∂z = diag(f(z))"),
            Slip("slope at the wrong place", "∂h/∂z = diag(f'(h))"),
            Slip("index", "∂h_i/∂z_j = f'(z_i)"),
            Slip("function for slope", "∂h/∂z = diag(h)"),
            Slip("sign", "∂h/∂z = -diag(f'(z))"),
            Slip("index", "∂h_i/∂z_j = f'(z_j)"),
            Slip("missing slope", "∂h/∂z = I"),
        ),
        "Output i sees input i alone: zeros off the diagonal.",
    ),
    PaperExercise(
        "03-paper-weight",
        "z = Wx + b. Derive ∂z_i/∂W_ij: how does z_i feel one weight of its own row?",
        window,
        "∂z_i/∂W_ij",
        ("x",),
        (
            """
            z_i = Σ_k W_ik x_k + b_i
            ∂z_i/∂W_ij = x_j
            """,
            "∂z_i/∂W_{ij} = x_j",
            r"\frac{\partial z_i}{\partial W_{ij}} = x_j",
        ),
        (
            Slip("wrong index", "∂z_i/∂W_ij = x_i"),
            Slip("wrong quantity", "∂z_i/∂W_ij = W_ij"),
            Slip("index", "∂z_k/∂W_ij = x_j"),
            Slip("superfluous term", "∂z_i/∂W_ij = x_j + b_i"),
            Slip("superfluous sum", "∂z_i/∂W_ij = Σ_j x_j"),
            Slip("factor", "∂z_i/∂W_ij = 2 x_j"),
            Slip("sign", "∂z_i/∂W_ij = -x_j"),
            Slip("wrong quantity", "∂z_i/∂W_ij = 1"),
        ),
        "W_ij sits in row i and is multiplied by x_j alone.",
    ),
)
