"""Exercises on paper for notebook 11: the logistic graph."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _logistic() -> mc.Expr:
    w, x, y, lam = mc.symbols("w:m x:m y λ")
    a = mc.let("a", y * (w.T @ x))
    p = mc.let("p", mc.sigmoid(a))
    return mc.let("L", mc.norm(w) ** 2 / 2 - lam * mc.log(p))


PAPERS = (
    PaperExercise(
        "11-paper-logistic",
        "The graph of logistic regression: a = y wᵀx, p = σ(a), L = ½‖w‖² − λ log p. Derive ∇_w L in w, λ, p, y, x.",
        _logistic,
        "∇_w L",
        ("w", "λ", "p", "y", "x"),
        (
            """
            ∂L/∂p = -λ/p
            ∂p/∂a = p (1-p)
            ∂L/∂a = -λ (1-p)
            ∂a/∂w = y x^T
            ∇_w L = w - λ (1-p) y x
            """,
            """
            ∂p/∂a = p(1-p)
            ∇_w L = w - λ/p p(1-p) y x
                  = w - λ(1-p) y x
            """,
            r"\nabla_w L = w - \lambda (1-p) y x",
        ),
        (
            Slip("path", "∇_w L = -λ (1-p) y x"),
            Slip("path", "∇_w L = w"),
            Slip("sign", "∇_w L = w + λ (1-p) y x"),
            Slip("factor", "∇_w L = 2 w - λ (1-p) y x"),
            Slip("missing factor", "∇_w L = w - λ (1-p) x"),
            Slip("missing factor", "∇_w L = w - (1-p) y x"),
            Slip("wrong quantity", "∇_w L = w - λ p y x"),
            Slip("convention", "∇_w L = w^T - λ (1-p) y x^T"),
            Slip("convention", "∂L/∂w = w - λ (1-p) y x"),
        ),
        "Two paths from w to L: the penalty's and the data's, added.",
        jumps=True,
    ),
)
