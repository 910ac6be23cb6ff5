"""Wrong gradients are recognised, by symbol and by number; shapes are balanced."""

import re

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


B, y2, a, c, k, lam, w, T, S = mc.symbols("B:n×m y2:n a:n c:n k lam w:m T:N S:n×n")
p = mc.symbols("p:k")


def by(function, symbol):
    return mc.derive(function, [symbol])[symbol]


QUAD = by(v.T @ A @ v, v)
LEAST = by(mc.norm(X @ w - T) ** 2, w)
LEAST_MEAN = by(mc.norm(X @ w - T) ** 2 / LENGTH, w)
COSINE = by(a.T @ c / (mc.norm(a) * mc.norm(c)), a)
RAYLEIGH = by(v.T @ A @ v / (v.T @ v), v)
LOGS = by(-p.T @ mc.log(q), q)
ENTROPY = by(mc.sum(p * mc.log(p)), p)
RIDGE = by(mc.norm(X @ w - T) ** 2 + lam * mc.norm(w) ** 2, w)
LOGDET = by(mc.logdet(A), A)
INVERSE = by(u.T @ mc.inv(A) @ v, A)
TRACE = by(mc.trace(A @ S @ A), A)
PLAIN = mc.derive(u.T @ mc.tanh(W @ x + b), [W, x, b])
CENTERED = by(u.T @ mc.tanh(v - mc.mean(v) * mc.ones("n")), v)
LENGTH_OF = by(mc.norm(v), v)
UNIT = by(u.T @ (v / mc.norm(v)), v)
FACTORS = by(mc.norm(X @ W.T - Y) ** 2, W)
LOGISTIC = by(mc.sum(mc.softplus(X @ w)) - T.T @ X @ w, w)
LAYER = mc.derive(mc.tanh(W @ x + b), [x], jacobian=True)[x]
DIRECTION = mc.derive(v / mc.norm(v), [v], jacobian=True)[v]
SOFTMAX = mc.derive(mc.softmax(q), [q], jacobian=True)[q]
SQUARES = mc.derive(A @ v * v, [v], jacobian=True)[v]
TANH = 1 - mc.tanh(W @ x + b) ** 2
CENTER = v - mc.mean(v) * mc.ones("n")

# Of each: the kind, words that must stand in the message, what the guess is about, and the guess.
SLIPS = [
    ("missing transpose", "right only if A = Aᵀ", QUAD, 2 * A @ v),
    ("missing transpose", "right only if A = Aᵀ", QUAD, 2 * A.T @ v),
    ("overwritten", "only path 1 of 2", QUAD, A @ v),
    ("factor", "0.5 times", LEAST, X.T @ (X @ w - T)),
    ("factor", "1.000000001 times", LEAST, (2 + 2e-9) * X.T @ (X @ w - T)),
    ("sign", "minus the gradient", LEAST, 2 * X.T @ (T - X @ w)),
    ("transposed", "1×m", LEAST, 2 * (X @ w - T).T @ X),
    ("missing 1/N", "1/N of the mean", LEAST_MEAN, 2 * X.T @ (X @ w - T)),
    ("sign", "the term −T", LEAST, 2 * X.T @ X @ w + 2 * X.T @ T),
    ("factor", "the term Xw is half", LEAST, X.T @ X @ w - 2 * X.T @ T),
    ("factor", "the term Xw is twice", LEAST, 4 * X.T @ X @ w - 2 * X.T @ T),
    ("overwritten", "the path through ‖a‖ is forgotten", COSINE, c / (mc.norm(a) * mc.norm(c))),
    ("sign", "(aᵀc)a/(‖a‖³‖c‖)", COSINE, c / (mc.norm(a) * mc.norm(c)) + (a.T @ c) * a / (mc.norm(a) ** 3 * mc.norm(c))),
    ("missing factor", "1/‖a‖", COSINE, c / (mc.norm(a) * mc.norm(c)) - (a.T @ c) * a / (mc.norm(a) ** 2 * mc.norm(c))),
    ("missing term", "(vᵀAv)v/(vᵀv)²", RAYLEIGH, (A + A.T) @ v / (v.T @ v)),
    ("missing transpose", "right only if A = Aᵀ", RAYLEIGH, 2 * A @ v / (v.T @ v) - 2 * (v.T @ A @ v) * v / (v.T @ v) ** 2),
    ("missing slope", "1/q", LOGS, -p),
    ("sign", "minus the gradient", LOGS, p / q),
    ("overwritten", "the path through log(p)", ENTROPY, mc.log(p)),
    ("overwritten", "only path 2 of 2", ENTROPY, mc.ones("k")),
    ("factor", "the term λw is half", RIDGE, 2 * X.T @ (X @ w - T) + lam * w),
    ("overwritten", "‖w‖²", RIDGE, 2 * X.T @ (X @ w - T)),
    ("sign", "the term λw", RIDGE, 2 * X.T @ (X @ w - T) - 2 * lam * w),
    ("transposed", "shapes are equal here", LOGDET, mc.inv(A)),
    ("sign", "minus the gradient", INVERSE, mc.inv(A).T @ u @ v.T @ mc.inv(A).T),
    ("order", "(A⁻¹)ᵀvuᵀ(A⁻¹)ᵀ", INVERSE, -mc.inv(A).T @ v @ u.T @ mc.inv(A).T),
    ("missing transpose", "A = Aᵀ", INVERSE, -mc.inv(A) @ u @ v.T @ mc.inv(A)),
    ("order", "SA for AᵀSᵀ", TRACE, (A @ S).T + S @ A),
    ("missing slope", "tanh′(Wx + b)", PLAIN[W], u @ x.T),
    ("missing slope", "tanh′(Wx + b)", PLAIN[b], u),
    ("function for slope", "tanh(Wx + b) stands where", PLAIN[x], W.T @ (u * mc.tanh(W @ x + b))),
    ("transposed", "the guess is m×n", PLAIN[W], x @ (u * TANH).T),
    ("overwritten", "the mean 1ᵀv/n", CENTERED, u * (1 - mc.tanh(CENTER) ** 2)),
    ("factor", "the power of ‖v‖", LENGTH_OF, v / mc.norm(v) ** 2),
    ("overwritten", "‖v‖", UNIT, u / mc.norm(v)),
    ("overwritten", "only path 2 of 2", UNIT, -(u.T @ v) * v / mc.norm(v) ** 3),
    ("transposed", "m×n", FACTORS, 2 * X.T @ (X @ W.T - Y)),
    ("wrong quantity", "σ(Xw)", LOGISTIC, X.T @ (X @ w - T)),
    ("averaged", "divided by N", LOGISTIC, X.T @ (mc.sigmoid(X @ w) - T) / LENGTH),
    ("transposed", "the other convention", LAYER, (mc.diag(TANH) @ W).T),
    ("missing slope", "tanh′(Wx + b)", LAYER, W),
    ("sign", "minus the Jacobian", LAYER, -mc.diag(TANH) @ W),
    ("missing term", "vvᵀ/‖v‖³", DIRECTION, mc.eye("n") / mc.norm(v)),
    ("softmax elementwise", "off the diagonal", SOFTMAX, mc.diag(mc.softmax(q) * (1 - mc.softmax(q)))),
    ("sign", "softmax(q)softmax(q)ᵀ", SOFTMAX, mc.diag(mc.softmax(q)) + mc.softmax(q) @ mc.softmax(q).T),
    ("missing term", "diag(Av)", SQUARES, mc.diag(v) @ A),
    ("correct", "∂J/∂v", DIRECTION, (mc.eye("n") - v @ v.T / mc.norm(v) ** 2) / mc.norm(v)),
    ("shape", "n×n", DIRECTION, v),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "words", "part", "guess"), SLIPS, ids=lambda e: str(e)[:20])
def test_slip_is_named_in_the_reader_s_own_symbols(mistake, words, part, guess):
    said = mc.explain(part, guess=guess)
    assert said.mistake == mistake and words in said.message, said
    pieces = part.derivation.pieces
    for name in {p.name for p in pieces.order} - pieces.given - {"J"}:
        shown = str(mc.let(name, mc.ones(1)))
        # The letter a is a word too.
        assert shown == "a" or not re.search(rf"(?<!\w){shown}(?!\w)", said.message), said


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


def test_balance_never_claims_what_is_false():
    found = mc.balance(v, [A, v], of=v.T @ A @ v)
    assert [str(e) for e in found.candidates] == ["Av", "Aᵀv"] and "sum of 2" in found.note
    assert str(found.true) == "Av + Aᵀv" and repr(found).count("✓ a term") == 2
    twice = mc.balance(v, [v], of=mc.norm(v) ** 2)
    assert str(twice.true) == "2v" and "2 times" in twice.note and "✓" in repr(twice)
    with pytest.raises(ValueError, match="does not know"):
        mc.balance(v, [u], of=mc.sum(mc.tanh(v)))
    nothing = mc.balance(v, [u], of=u.T @ mc.tanh(v))
    assert nothing.true is None and "none is the gradient" in nothing.note
    assert "is it" not in repr(nothing)


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
