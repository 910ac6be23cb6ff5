"""Wrong gradients are recognised, by symbol and by number; shapes are balanced."""

import numpy as np
import pytest

from lecture_lib import matcalc as mc

W, x, b, u, M, A, v = mc.symbols("W:n×m x:m b:n u:n M:n×n A:n×n v:n")
U, b2, t, q = mc.symbols("U:k×n b2:k t:k q:k")
X, Y = mc.symbols("X:N×m Y:N×n")
N = mc.ones("N")
LENGTH = mc.length("N")

z = mc.let("z", W @ x + b)
h = mc.let("h", mc.tanh(z))
s = mc.let("s", u.T @ h)
SCORE = mc.derive(s, [u, b, W, x])
DELTA = SCORE.delta
LOSS = mc.derive(mc.let("J", -mc.log(mc.sigmoid(s))), [u, b, W, x])
LOGITS = mc.let("q", U @ h + b2)
TOP = mc.derive(mc.cross_entropy(LOGITS, t), [U, b2, W, b, x])
D2, D1 = TOP.deltas["q"], TOP.deltas["z"]
P = mc.softmax(LOGITS)
ANY = mc.derive(-t.T @ mc.log_softmax(q), [q])
SOFT = mc.derive(t.T @ mc.softmax(q), [q])
BATCH = mc.derive(mc.let("J", 0.5 * mc.norm(X @ W.T + N @ b.T - Y) ** 2), [W, b, X])
MEAN = mc.derive(mc.let("J", (1 / LENGTH) * mc.norm(X @ W.T + N @ b.T - Y) ** 2), [W, b])
SKIP = mc.derive(u.T @ (v + mc.tanh(M @ v)), [v, M])
QUADRATIC = mc.derive(v.T @ A @ v, [v])
SQUARE = mc.derive(mc.trace(A @ M @ mc.diag(u)), [M])
h0, x1, x2 = mc.symbols("h0:n p1:m p2:m")
h1 = mc.let("h1", mc.tanh(M @ h0 + W @ x1))
h2 = mc.let("h2", mc.tanh(M @ h1 + W @ x2))
RECURRENT = mc.derive(u.T @ h2, [M, W, h0])
R2, R1 = RECURRENT.deltas.values()
SLOPE = 1 - h * h

WRONG = [
    ("transposed", SCORE[W], x @ DELTA.T),
    ("transposed", SCORE[b], DELTA.T),
    ("transposed", TOP[U], h @ D2.T),
    ("order", SQUARE[M], mc.diag(u) @ A.T),
    ("missing transpose", RECURRENT[h0], M @ R1),
    ("missing transpose", QUADRATIC[v], 2 * (A @ v)),
    ("missing slope", SCORE[W], u @ x.T),
    ("missing slope", SCORE[b], u),
    ("missing slope", TOP[W], (U.T @ D2) @ x.T),
    ("missing slope", TOP[W], -(U.T @ D2) @ x.T),
    ("function for slope", SCORE[W], (u * h) @ x.T),
    ("function for slope", TOP[b], (U.T @ D2) * h),
    ("slope at output", SCORE[b], u * (1 - mc.tanh(h) ** 2)),
    ("slope of input", SCORE[b], u * (1 - z * z)),
    ("missing upstream", SCORE[W], SLOPE @ x.T),
    ("missing upstream", LOSS[W], (u * SLOPE) @ x.T),
    ("missing upstream", LOSS[u], h),
    ("missing upstream", TOP[b], SLOPE),
    ("sign", SCORE[W], -(DELTA @ x.T)),
    ("sign", TOP[b2], t - P),
    ("factor", BATCH[W], 2 * (BATCH.delta.T @ X)),
    ("factor", MEAN[W], 0.5 * MEAN[W].gradient),
    ("not summed", BATCH[b], BATCH.delta),
    ("averaged", BATCH[b], (1 / LENGTH) * (BATCH.delta.T @ N)),
    ("missing 1/N", MEAN[W], LENGTH * MEAN[W].gradient),
    ("summed", BATCH[X], (N.T @ BATCH.delta @ W).T),
    ("softmax elementwise", SOFT[q], t * mc.softmax(q) * (1 - mc.softmax(q))),
    ("fused", ANY[q], mc.softmax(q) - t),
    ("overwritten", SKIP[v], M.T @ SKIP.delta),
    ("overwritten", SKIP[v], u),
    ("overwritten", RECURRENT[M], R2 @ h1.T),
    ("overwritten", QUADRATIC[v], A @ v),
    ("wrong quantity", TOP[U], D2 @ z.T),
    ("wrong quantity", RECURRENT[M], R2 @ h2.T + R1 @ h0.T),
    ("missing factor", SCORE[x], DELTA),
    ("shape", SCORE[b], x),
    ("unknown", SCORE[b], DELTA + b),
    ("correct", SCORE[W], DELTA @ x.T),
    ("correct", SCORE[W], (u * mc.tanh.prime(z)) @ x.T),
]


@pytest.mark.parametrize(("mistake", "part", "guess"), WRONG, ids=lambda e: str(e)[:24])
def test_mistake_is_named(mistake, part, guess):
    said = mc.explain(part, guess=guess)
    assert said.mistake == mistake, said
    assert said.correct == (mistake == "correct")
    assert said.right == part.gradient
    assert mistake in said._repr_markdown_() or said.correct


def arrays(seed=0):
    rng = np.random.default_rng(seed)
    return {
        "W": rng.normal(size=(3, 5)),
        "x": rng.normal(size=(5, 1)),
        "b": rng.normal(size=(3, 1)),
        "u": rng.normal(size=(3, 1)),
    }


def test_mistakes_by_number():
    a = arrays()
    hidden = np.tanh(a["W"] @ a["x"] + a["b"])
    delta = a["u"] * (1 - hidden**2)
    right = delta @ a["x"].T
    cases = {
        "correct": right,
        "transposed": right.T,
        "sign": -right,
        "factor": 2 * right,
        "missing slope": a["u"] @ a["x"].T,
        "function for slope": (a["u"] * hidden) @ a["x"].T,
        "missing upstream": (1 - hidden**2) @ a["x"].T,
        "unknown": right + 1,
    }
    for mistake, guess in cases.items():
        assert mc.explain(SCORE[W], guess=guess, values=a).mistake == mistake
    said = mc.explain(SCORE[W], guess=right + np.eye(3, 5)[::-1] * 0.1, values=a)
    assert "3 of 15 entries differ" in said.message
    assert mc.explain(SCORE[b], guess=delta[:, 0].astype(np.float32), values=a).correct


def test_message_of_the_course():
    assert str(mc.explain(SCORE[W], guess=x @ DELTA.T)) == (
        "transposed: the guess is m×n, W is n×m, and the guess's transpose is the gradient"
    )


def test_balance():
    assert str(mc.balance(target=W, using=[DELTA, x]).true) == "δxᵀ"
    assert "alone decide" in mc.balance(target=W, using=[DELTA, x]).note
    square = mc.balance(target=h0, using=[M, R1])
    assert {str(e) for e in square.candidates} == {"Mδ₁", "Mᵀδ₁"} and str(square.true) == "Mᵀδ₁"
    assert "do not decide" in square.note
    assert str(mc.balance(target=b, using=[u, mc.tanh.prime(z)], of=s).true) == "u∘tanh′(z)"
    none = mc.balance(target=W, using=[u, x], of=SCORE)
    assert none.true is None and "none is the gradient" in none.note
    assert str(mc.balance(target=u, using=[LOSS.deltas["s"], h]).true) == "eh"
    assert "✓" in mc.balance(target=W, using=[DELTA, x])._repr_markdown_()


def test_identities_are_proved_in_both_conventions():
    table = mc.identities()
    assert max(r.error for r in table.rows) <= 1e-7
    said = repr(table)
    for words in (
        "∂y/∂vec W = I⊗xᵀ",
        "∇_W J = δxᵀ",
        "diag(p) − ppᵀ",
        "xᵀAᵀ + xᵀA",
        "∇_X J = ΔW",
        "∇_W J = ΔᵀX",
        "p − t",
        "∂y/∂x = diag(f′(x))",
        "∇_X s = AᵀBᵀ",
        "[I; 0]",
        "∇_x J = WΔᵀ",
        "∇_x s = 2x",
    ):
        assert words in said, words
    assert table._repr_markdown_().count("✓") == len(table.rows)
