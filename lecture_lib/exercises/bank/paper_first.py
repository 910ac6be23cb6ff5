"""Exercises on paper for notebooks 03 to 06: Jacobians entry by entry, chains, δ, and the weights."""

from __future__ import annotations

from lecture_lib import matcalc as mc
from lecture_lib.exercises.paper import PaperExercise, Slip


def _window() -> mc.Expr:
    W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)


def _chain() -> mc.Expr:
    W, x, u = mc.symbols("W:n×m x:m u:n")
    z = mc.let("z", W @ x)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)


def _two_layers() -> mc.Expr:
    W1, b1, W2, b2, x, u = mc.symbols("W1:n×m b1:n W2:k×n b2:k x:m u:k")
    z1 = mc.let("z1", W1 @ x + b1)
    h1 = mc.let("h1", mc.f(z1))
    z2 = mc.let("z2", W2 @ h1 + b2)
    h2 = mc.let("h2", mc.f(z2))
    return mc.let("s", u.T @ h2)


DELTA = {"δ": "∇_z s"}

FIRST = (
    PaperExercise(
        "03-paper-x",
        "z = Wx + b. Derive ∂z/∂x, entry by entry first.",
        _window,
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
        _window,
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
        _window,
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
        _window,
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
        _window,
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
    PaperExercise(
        "05-paper-b",
        "s = uᵀf(Wx + b). Derive ∇_b s from the pieces, one rule a line.",
        _window,
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
        _window,
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
        _window,
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
        "Back through W₂ transposed, then the slope of this layer: the same step at every depth.",
        {"δ2": "∇_z2 s", "δ1": "∇_z1 s"},
    ),
    PaperExercise(
        "06-paper-entries",
        "Derive ∂s/∂W_ij entry by entry from δ = ∇_z s: one honest way to ∇_W s.",
        _window,
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
        _window,
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
