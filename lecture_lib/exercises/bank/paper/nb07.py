"""Exercises on paper for notebook 07: the loss on top, softmax, and word vectors."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _loss() -> mc.Expr:
    s, y = mc.symbols("s y")
    p = mc.let("p", mc.sigmoid(s))
    return mc.let("J", -(y * mc.log(p) + (1 - y) * mc.log(1 - p)))


def _softmax() -> mc.Expr:
    q = mc.symbols("q:C")
    p = mc.let("p", mc.softmax(q))
    return mc.let("J", -mc.log(p[0]))


def _words() -> mc.Expr:
    left, word, right, W, b, u = mc.symbols("x1:d x2:d x3:d W:n×3d b:n u:n")
    x = mc.let("x", mc.concat(left, word, right))
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)


def _twice() -> mc.Expr:
    e, c, W, b, u = mc.symbols("e:d c:d W:n×3d b:n u:n")
    x = mc.let("x", mc.concat(e, c, e))
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)


PAPERS = (
    PaperExercise(
        "07-paper-loss",
        "The logistic loss on top: p = σ(s), J = −(y log p + (1−y) log(1−p)). Derive ∂J/∂s in p and y.",
        _loss,
        "∂J/∂s",
        ("p", "y"),
        (
            """
            ∂J/∂p = -y/p + (1-y)/(1-p)
            ∂p/∂s = p (1-p)
            ∂J/∂s = p - y
            """,
            """
            dp/ds = σ'(s)
                  = p(1-p)
            dJ/ds = (-y/p + (1-y)/(1-p)) p(1-p)
                  = p - y
            """,
            r"""
            \frac{\partial J}{\partial s} = \frac{\partial J}{\partial p} \frac{\partial p}{\partial s}
            \frac{\partial J}{\partial s} = p - y
            """,
        ),
        (
            Slip("sign", "∂J/∂s = y - p"),
            Slip("superfluous factor", "∂J/∂s = (p - y) p (1-p)"),
            Slip("factor", "∂J/∂s = 2 (p - y)"),
            Slip("missing term", "∂J/∂s = p"),
            Slip("function for slope", "∂p/∂s = p"),
            Slip("missing factor", "∂p/∂s = 1 - p"),
            Slip("wrong quantity", "∂p/∂s = s (1 - s)"),
            Slip("wrong quantity", "∂J/∂s = s - y"),
        ),
        "The slope of σ cancels: the error p − y arrives at the score in full.",
        jumps=True,
    ),
    PaperExercise(
        "07-paper-softmax",
        "p = softmax(q), and the right class is the first: J = −log p_1. Derive ∂J/∂q_k, its two cases in one line.",
        _softmax,
        "∂J/∂q_k",
        ("p",),
        (
            """
            ∂p_i/∂q_k = p_i ([i=k] - p_k)
            ∂J/∂p_1 = -1/p_1
            ∂J/∂q_k = -1/p_1 ∂p_1/∂q_k
            ∂J/∂q_k = p_k - [k=1]
            """,
            """
            ∂J/∂q_1 = p_1 - 1
            ∂J/∂q_2 = p_2
            ∂J/∂q_k = p_k - [k=1]
            """,
            "∂J/∂q_k = -([k=1] - p_k)",
        ),
        (
            Slip("sign", "∂J/∂q_k = [k=1] - p_k"),
            Slip("index", "∂J/∂q_k = p_k - 1"),
            Slip("index", "∂J/∂q_k = p_k"),
            Slip("index", "∂p_i/∂q_k = p_i (1 - p_i)"),
            Slip("index", "∂p_i/∂q_k = -p_i p_k"),
            Slip("missing term", "∂J/∂q_1 = p_1"),
            Slip("sign", "∂J/∂q_1 = 1 - p_1"),
            Slip("factor", "∂J/∂q_k = 2 (p_k - [k=1])"),
        ),
        "p_c − 1 for the right class, p_k for the others: p − t.",
        jumps=True,
    ),
    PaperExercise(
        "07-paper-words",
        "x = [x1; x2; x3] are three words. From δ = ∇_z s derive the gradient of the middle word, ∇_x2 s.",
        _words,
        "∇_x2 s",
        ("W", "δ"),
        (
            """
            ∇_x s = W^T δ
            ∇_x2 s = (W^T δ)[d:2d]
            """,
            """
            ∂z/∂x = W
            ∂x/∂x2 = [0; I; 0]
            ∂s/∂x2 = δ^T W [0; I; 0]
            ∇_x2 s = (W^T δ)[d:2d]
            """,
            """
            ∇_x s = W.T @ delta
            ∇_x2 s = (W.T @ delta)[d:2d]
            """,
        ),
        (
            Slip("missing transpose", "∇_x s = W δ"),
            Slip(
                "wrong part",
                """∇_x s = W^T δ
                         ∇_x2 s = W^T δ""",
            ),
            Slip(
                "wrong part",
                """∇_x s = W^T δ
                         ∇_x2 s = (W^T δ)[0:d]""",
            ),
            Slip(
                "wrong part",
                """∇_x s = W^T δ
                         ∇_x2 s = (W^T δ)[2d:3d]""",
            ),
            Slip("wrong part", "∂x/∂x2 = [0; 0; I]"),
            Slip("wrong part", "∂x/∂x2 = [I; 0; 0]"),
            Slip("missing slope", "∇_x s = W^T u"),
            Slip("convention", "∇_x s = δ^T W"),
        ),
        "The window's gradient is cut where the words were joined.",
        {"δ": "∇_z s"},
    ),
    PaperExercise(
        "07-paper-twice",
        "A word e occurs twice: x = [e; c; e]. From δ = ∇_z s derive ∇_e s.",
        _twice,
        "∇_e s",
        ("W", "δ"),
        (
            """
            ∇_x s = W^T δ
            ∇_e s = (W^T δ)[0:d] + (W^T δ)[2d:3d]
            """,
            """
            ∂x/∂e = [I; 0; I]
            ∂s/∂e = ∂s/∂x [I; 0; I]
            ∂z/∂x = W
            ∇_e s = (W^T δ)[:d] + (W^T δ)[2d:]
            """,
            """
            ∇_x s = W.T @ delta
            ∇_e s = (W.T @ delta)[2d:3d] + (W.T @ delta)[0:d]
            """,
        ),
        (
            Slip(
                "overwritten",
                """∇_x s = W^T δ
                         ∇_e s = (W^T δ)[0:d]""",
            ),
            Slip(
                "overwritten",
                """∇_x s = W^T δ
                         ∇_e s = (W^T δ)[2d:3d]""",
            ),
            Slip(
                "wrong part",
                """∇_x s = W^T δ
                         ∇_e s = (W^T δ)[0:d] + (W^T δ)[d:2d]""",
            ),
            Slip(
                "overwritten",
                """∇_x s = W^T δ
                         ∇_e s = 2 (W^T δ)[0:d]""",
            ),
            Slip(
                "factor",
                """∇_x s = W^T δ
                         ∇_e s = 1/2 ((W^T δ)[0:d] + (W^T δ)[2d:3d])""",
            ),
            Slip(
                "sign",
                """∇_x s = W^T δ
                         ∇_e s = (W^T δ)[0:d] - (W^T δ)[2d:3d]""",
            ),
            Slip("wrong part", "∂x/∂e = [I; 0; 0]"),
            Slip("missing transpose", "∇_x s = W δ"),
        ),
        "Two paths into one word: their gradients add up.",
        {"δ": "∇_z s"},
    ),
)
