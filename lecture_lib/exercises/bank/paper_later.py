"""Exercises on paper for later notebooks: the loss, words, the logistic graph, batches, residuals, the examination."""

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


def _logistic() -> mc.Expr:
    w, x, y, lam = mc.symbols("w:m x:m y λ")
    a = mc.let("a", y * (w.T @ x))
    p = mc.let("p", mc.sigmoid(a))
    return mc.let("L", mc.norm(w) ** 2 / 2 - lam * mc.log(p))


def _batch() -> mc.Expr:
    X, W, b, u = mc.symbols("X:N×m W:n×m b:n u:n")
    Z = mc.let("Z", X @ W.T + mc.ones("N") @ b.T)
    H = mc.let("H", mc.f(Z))
    return mc.let("J", mc.mean(H @ u))


def _residual() -> mc.Expr:
    W, x, b, u = mc.symbols("W:n×n x:n b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    y = mc.let("y", x + h)
    return mc.let("s", u.T @ y)


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


LATER = (
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
