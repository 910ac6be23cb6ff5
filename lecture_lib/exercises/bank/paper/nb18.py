"""Exercises on paper for notebook 18: two networks that the reader has not met."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _attention() -> mc.Expr:
    K, V, q, u = mc.symbols("K:n×d V:n×m q:d u:m")
    a = mc.let("a", K @ q)
    p = mc.let("p", mc.softmax(a))
    c = mc.let("c", V.T @ p)
    return mc.let("s", u.T @ c)


def _towers() -> mc.Expr:
    U, V, a, b = mc.symbols("U:n×m V:n×k a:m b:k")
    z = mc.let("z", U @ a)
    p = mc.let("p", mc.tanh(z))
    r = mc.let("r", V @ b)
    q = mc.let("q", mc.tanh(r))
    return mc.let("s", p.T @ q)


PAPERS = (
    PaperExercise(
        "18-paper-attention",
        "Examination. Attention pooling: a = Kq, p = softmax(a), c = Vᵀp, s = uᵀc. Derive ∇_q s in K, V, p and u.",
        _attention,
        "∇_q s",
        ("K", "V", "p", "u"),
        (
            """
            ∂s/∂q = ∂s/∂c ∂c/∂p ∂p/∂a ∂a/∂q
            ∂s/∂c = u^T
            ∂c/∂p = V^T
            ∂p/∂a = diag(p) - p p^T
            ∂a/∂q = K
            ∂s/∂q = u^T V^T (diag(p) - p p^T) K
            ∇_q s = K^T (diag(p) - p p^T) V u
            """,
            """
            ∂s/∂c = u^T
            ∇_p s = V u
            ∂p/∂a = diag(p) - p p^T
            ∇_a s = p ∘ (V u) - p (p^T V u)
            ∇_q s = K^T (p ∘ (V u) - (p^T V u) p)
            """,
            r"""
            \frac{\partial s}{\partial c} = u^\top
            \frac{\partial c}{\partial p} = V^\top
            \frac{\partial p}{\partial a} = diag(p) - p p^\top
            \frac{\partial a}{\partial q} = K
            \nabla_q s = K^\top (diag(p) - p p^\top) V u
            """,
        ),
        (
            Slip("softmax elementwise", "∂p/∂a = diag(p)"),
            Slip("softmax elementwise", "∂p/∂a = diag(p ∘ (1-p))"),
            Slip("softmax elementwise", "∂p/∂a = p ∘ (1-p)"),
            Slip("sign", "∂p/∂a = diag(p) + p p^T"),
            Slip("convention", "∂c/∂p = V"),
            Slip("convention", "∂a/∂q = K^T"),
            Slip("convention", "∂s/∂c = u"),
            Slip(
                "missing transpose",
                """∂s/∂c = u^T
                         ∂c/∂p = V^T
                         ∂p/∂a = diag(p) - p p^T
                         ∂a/∂q = K
                         ∇_q s = K (diag(p) - p p^T) V u""",
            ),
            Slip(
                "convention",
                """∂s/∂c = u^T
                         ∂c/∂p = V^T
                         ∂p/∂a = diag(p) - p p^T
                         ∂a/∂q = K
                         ∇_q s = u^T V^T (diag(p) - p p^T) K""",
            ),
        ),
        "A network you had not met, by the same five Jacobians.",
    ),
    PaperExercise(
        "18-paper-towers",
        "Examination. Two towers: z = Ua, p = tanh(z), r = Vb, q = tanh(r), s = pᵀq. Derive ∇_U s in p, q and a.",
        _towers,
        "∇_U s",
        ("p", "q", "a"),
        (
            """
            ∂s/∂p = q^T
            ∂p/∂z = diag(1 - p∘p)
            δ := q ∘ (1 - p∘p)
            dz = dU a
            ∇_U s = (q ∘ (1 - p∘p)) a^T
            """,
            """
            ∂s/∂p = q^T
            ∂p/∂z = diag(tanh'(z))
            ∇_z s = q ∘ (1 - p^2)
            ∇_U s = np.outer(q * (1 - p**2), a)
            """,
            r"""
            \frac{\partial s}{\partial p} = q^\top
            \frac{\partial p}{\partial z} = diag(1 - p \odot p)
            \nabla_U s = (q \odot (1 - p \odot p)) a^\top
            """,
        ),
        (
            Slip("convention", "∂s/∂p = q"),
            Slip("wrong quantity", "∂s/∂p = p^T"),
            Slip("wrong product", "∂p/∂z = 1 - p∘p"),
            Slip("wrong quantity", "∂p/∂z = diag(1 - z∘z)"),
            Slip("power", "∂p/∂z = diag(1 - p)"),
            Slip("sign", "∂p/∂z = diag(1 + p∘p)"),
            Slip(
                "transposed",
                """∂s/∂p = q^T
                         ∂p/∂z = diag(1 - p∘p)
                         ∇_U s = a (q ∘ (1 - p∘p))^T""",
            ),
            Slip(
                "wrong quantity",
                """∂s/∂p = q^T
                         ∂p/∂z = diag(1 - p∘p)
                         ∇_U s = (q ∘ (1 - p∘p)) b^T""",
            ),
            Slip(
                "wrong quantity",
                """∂s/∂p = q^T
                         ∂p/∂z = diag(1 - p∘p)
                         ∇_U s = (q ∘ (1 - q∘q)) a^T""",
            ),
        ),
        "One tower at a time: the other is a constant that arrives from above.",
    ),
)
