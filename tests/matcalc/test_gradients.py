"""Gradients against the stated formulas, written here in NumPy, and against finite differences."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lecture_lib import matcalc as mc
from lecture_lib.matcalc.evaluate import evaluate_at, generic_value
from lecture_lib.matcalc.prove import Witness, draw, relative_error

Formulas = dict[str, Callable[[Any], Any]]


def sigma(z):
    return 1 / (1 + np.exp(-z))


def softmax(q):
    e = np.exp(q - q.max())
    return e / e.sum()


def one(values):
    """A number as an array of two axes."""
    return np.reshape(values, (1, 1))


def affine(a):
    return a.W @ a.x + a.b


def hidden(f, slope, a):
    z = affine(a)
    delta = a.u * slope(z)
    return {"u": f(z), "b": delta, "W": delta @ a.x.T, "x": a.W.T @ delta}


def layer(f, slope) -> Formulas:
    return {name: (lambda a, name=name: hidden(f, slope, a)[name]) for name in "ubWx"}


WXB = "W:n×m x:m b:n u:n"
SLOPES = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (sigma, lambda z: sigma(z) * (1 - sigma(z))),
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
    "exp": (np.exp, np.exp),
}


def two_layer(a):
    z = affine(a)
    h = np.tanh(z)
    d2 = softmax(a.U @ h + a.b2) * a.t.sum() - a.t
    d1 = (a.U.T @ d2) * (1 - h * h)
    return {
        "U": d2 @ h.T,
        "b2": d2,
        "W": d1 @ a.x.T,
        "b": d1,
        "x": a.W.T @ d1,
        "t": -np.log(softmax(a.U @ h + a.b2)),
    }


def margin(a):
    h, hc = np.tanh(a.W @ a.x + a.b), np.tanh(a.W @ a.xc + a.b)
    e = float((1 - a.u.T @ h + a.u.T @ hc).item() > 0)
    d, dc = -e * a.u * (1 - h * h), e * a.u * (1 - hc * hc)
    return {"u": e * (hc - h), "b": d + dc, "W": d @ a.x.T + dc @ a.xc.T, "x": a.W.T @ d, "xc": a.W.T @ dc}


def window(a, slots):
    x = np.vstack([getattr(a, s) for s in slots])
    h = np.tanh(a.W @ x + a.b)
    d = a.u * (1 - h * h)
    blocks = np.split(a.W.T @ d, 5)
    out = {"u": h, "b": d, "W": d @ x.T}
    for name in set(slots):
        out[name] = sum(g for s, g in zip(slots, blocks, strict=True) if s == name)
    return out


def recurrent(a):
    h1 = np.tanh(a.M @ a.h0 + a.x1)
    h2 = np.tanh(a.M @ h1 + a.x2)
    d2 = a.u * (1 - h2 * h2)
    d1 = (a.M.T @ d2) * (1 - h1 * h1)
    return {"M": d2 @ h1.T + d1 @ a.h0.T, "u": h2, "h0": a.M.T @ d1, "x1": d1, "x2": d2}


def scores(a):
    h = np.tanh(a.z)
    y = sigma(a.U @ h + a.b2)
    d2 = a.q * y * (1 - y)
    return {"q": y, "U": d2 @ h.T, "b2": d2, "z": (a.U.T @ d2) * (1 - h * h)}


def spread(function, names) -> Formulas:
    """One function that gives all formulas, as one formula a name."""
    return {name: (lambda a, name=name: function(a)[name]) for name in names}


def concat_window(slots):
    def build(W, x1, x2, x3, x4, x5, b, u):
        words = {"x1": x1, "x2": x2, "x3": x3, "x4": x4, "x5": x5}
        return u.T @ mc.tanh(W @ mc.concat(*(words[s] for s in slots)) + b)

    return build


WINDOW = "W:n×5d x1:d x2:d x3:d x4:d x5:d b:n u:n"
PLAIN, TWICE = ["x1", "x2", "x3", "x4", "x5"], ["x1", "x2", "x3", "x2", "x5"]

STATED: dict[str, tuple[str, Callable[..., Any], Formulas]] = {
    "uᵀv": ("u:n v:n", lambda u, v: u.T @ v, {"u": lambda a: a.v, "v": lambda a: a.u}),
    "xᵀx": ("x:n", lambda x: x.T @ x, {"x": lambda a: 2 * a.x}),
    "uᵀWx": (
        "u:n W:n×m x:m",
        lambda u, W, x: u.T @ W @ x,
        {"u": lambda a: a.W @ a.x, "W": lambda a: a.u @ a.x.T, "x": lambda a: a.W.T @ a.u},
    ),
    "xᵀAx": (
        "x:n A:n×n",
        lambda x, A: x.T @ A @ x,
        {"x": lambda a: (a.A + a.A.T) @ a.x, "A": lambda a: a.x @ a.x.T},
    ),
    "‖y−Wx‖²": (
        "y:n W:n×m x:m",
        lambda y, W, x: mc.norm(y - W @ x) ** 2,
        {
            "y": lambda a: 2 * (a.y - a.W @ a.x),
            "W": lambda a: -2 * (a.y - a.W @ a.x) @ a.x.T,
            "x": lambda a: -2 * a.W.T @ (a.y - a.W @ a.x),
        },
    ),
    "½‖Wx+b−y‖²": (
        "W:n×m x:m b:n y:n",
        lambda W, x, b, y: 0.5 * mc.norm(W @ x + b - y) ** 2,
        {
            "W": lambda a: (affine(a) - a.y) @ a.x.T,
            "x": lambda a: a.W.T @ (affine(a) - a.y),
            "b": lambda a: affine(a) - a.y,
            "y": lambda a: a.y - affine(a),
        },
    ),
    **{
        f"uᵀ{name}(Wx+b)": (
            WXB,
            lambda W, x, b, u, name=name: u.T @ getattr(mc, name)(W @ x + b),
            layer(*pair),
        )
        for name, pair in SLOPES.items()
    },
    "uᵀ(v∘y)": (
        "u:n v:n y:n",
        lambda u, v, y: u.T @ (v * y),
        {"u": lambda a: a.v * a.y, "v": lambda a: a.u * a.y, "y": lambda a: a.u * a.v},
    ),
    "uᵀdiag(v)y": (
        "u:n v:n y:n",
        lambda u, v, y: u.T @ mc.diag(v) @ y,
        {"u": lambda a: a.v * a.y, "v": lambda a: a.u * a.y, "y": lambda a: a.u * a.v},
    ),
    "σ(wᵀx+c)": (
        "w:m x:m c:1",
        lambda w, x, c: mc.sigmoid(w.T @ x + c),
        {
            "w": lambda a: SLOPES["sigmoid"][1](a.w.T @ a.x + a.c) * a.x,
            "x": lambda a: SLOPES["sigmoid"][1](a.w.T @ a.x + a.c) * a.w,
            "c": lambda a: SLOPES["sigmoid"][1](a.w.T @ a.x + a.c),
        },
    ),
    "log(1+e^(−wᵀx))": (
        "w:m x:m",
        lambda w, x: mc.log(1 + mc.exp(-(w.T @ x))),
        {"w": lambda a: -sigma(-a.w.T @ a.x) * a.x, "x": lambda a: -sigma(-a.w.T @ a.x) * a.w},
    ),
    "log(1+e^(−y·wᵀx)) + (λ/2)‖w‖²": (
        "y:1 w:m x:m lam:1",
        lambda y, w, x, lam: mc.log(1 + mc.exp(-y * (w.T @ x))) + (lam / 2) * mc.norm(w) ** 2,
        {
            "w": lambda a: -sigma(-a.y * (a.w.T @ a.x)) * a.y * a.x + a.lam * a.w,
            "x": lambda a: -sigma(-a.y * (a.w.T @ a.x)) * a.y * a.w,
            "y": lambda a: -sigma(-a.y * (a.w.T @ a.x)) * (a.w.T @ a.x),
            "lam": lambda a: one((a.w**2).sum() / 2),
        },
    ),
    "binary cross-entropy": (
        "w:m x:m c:1 y:1",
        lambda w, x, c, y: -(y * mc.log(mc.sigmoid(w.T @ x + c)) + (1 - y) * mc.log(1 - mc.sigmoid(w.T @ x + c))),
        {
            "w": lambda a: (sigma(a.w.T @ a.x + a.c) - a.y) * a.x,
            "x": lambda a: (sigma(a.w.T @ a.x + a.c) - a.y) * a.w,
            "c": lambda a: sigma(a.w.T @ a.x + a.c) - a.y,
            "y": lambda a: -(a.w.T @ a.x + a.c),
        },
    ),
    "logsumexp(q)": ("q:k", lambda q: mc.logsumexp(q), {"q": lambda a: softmax(a.q)}),
    "−tᵀlog softmax(q), any t": (
        "q:k t:k",
        lambda q, t: -t.T @ mc.log_softmax(q),
        {"q": lambda a: a.t.sum() * softmax(a.q) - a.t, "t": lambda a: -np.log(softmax(a.q))},
    ),
    "−tᵀlog(softmax(q)), in two pieces": (
        "q:k t:k",
        lambda q, t: -t.T @ mc.log(mc.softmax(q)),
        {"q": lambda a: a.t.sum() * softmax(a.q) - a.t, "t": lambda a: -np.log(softmax(a.q))},
    ),
    "cross_entropy(q, t)": (
        "q:k t:k",
        lambda q, t: mc.cross_entropy(q, t),
        {"q": lambda a: softmax(a.q) - a.t},
    ),
    "two-layer softmax network": (
        "U:k×n b2:k W:n×m b:n x:m t:k",
        lambda U, b2, W, b, x, t: -t.T @ mc.log_softmax(U @ mc.tanh(W @ x + b) + b2),
        spread(two_layer, ["U", "b2", "W", "b", "x", "t"]),
    ),
    "two-layer softmax network, fused": (
        "U:k×n b2:k W:n×m b:n x:m t:k",
        lambda U, b2, W, b, x, t: mc.cross_entropy(U @ mc.tanh(W @ x + b) + b2, t),
        spread(two_layer, ["U", "b2", "W", "b", "x", "t"]),
    ),
    "qᵀσ(U tanh z + b₂)": (
        "q:k U:k×n z:n b2:k",
        lambda q, U, z, b2: q.T @ mc.sigmoid(U @ mc.tanh(z) + b2),
        spread(scores, ["q", "U", "b2", "z"]),
    ),
    "window": (
        WINDOW,
        concat_window(PLAIN),
        spread(lambda a: window(a, PLAIN), ["W", "b", "u", *PLAIN]),
    ),
    "window with x₂ in two slots": (
        WINDOW,
        concat_window(TWICE),
        spread(lambda a: window(a, TWICE), ["W", "b", "u", "x1", "x2", "x3", "x5"]),
    ),
    "max-margin": (
        "W:n×m x:m xc:m b:n u:n",
        lambda W, x, xc, b, u: mc.maximum(0, 1 - u.T @ mc.tanh(W @ x + b) + u.T @ mc.tanh(W @ xc + b)),
        spread(margin, ["W", "x", "xc", "b", "u"]),
    ),
    "½‖XWᵀ+1bᵀ−Y‖²": (
        "X:N×m W:n×m b:n Y:N×n",
        lambda X, W, b, Y: 0.5 * mc.norm(X @ W.T + mc.ones("N") @ b.T - Y) ** 2,
        {
            "X": lambda a: (a.X @ a.W.T + a.b.T - a.Y) @ a.W,
            "W": lambda a: (a.X @ a.W.T + a.b.T - a.Y).T @ a.X,
            "b": lambda a: (a.X @ a.W.T + a.b.T - a.Y).sum(axis=0)[:, None],
            "Y": lambda a: a.Y - a.X @ a.W.T - a.b.T,
        },
    ),
    "tr(AXB)": (
        "A:n×m X:m×k B:k×n",
        lambda A, X, B: mc.trace(A @ X @ B),
        {
            "A": lambda a: (a.X @ a.B).T,
            "X": lambda a: a.A.T @ a.B.T,
            "B": lambda a: (a.A @ a.X).T,
        },
    ),
    "tr(XᵀAX)": (
        "X:n×m A:n×n",
        lambda X, A: mc.trace(X.T @ A @ X),
        {"X": lambda a: (a.A + a.A.T) @ a.X, "A": lambda a: a.X @ a.X.T},
    ),
    "‖W‖_F²": ("W:n×m", lambda W: mc.norm(W) ** 2, {"W": lambda a: 2 * a.W}),
    "uᵀ(v+tanh(Mv))": (
        "u:n v:n M:n×n",
        lambda u, v, M: u.T @ (v + mc.tanh(M @ v)),
        {
            "u": lambda a: a.v + np.tanh(a.M @ a.v),
            "v": lambda a: a.u + a.M.T @ (a.u * (1 - np.tanh(a.M @ a.v) ** 2)),
            "M": lambda a: (a.u * (1 - np.tanh(a.M @ a.v) ** 2)) @ a.v.T,
        },
    ),
    "recurrent net, two steps, shared M": (
        "M:n×n h0:n x1:n x2:n u:n",
        lambda M, h0, x1, x2, u: u.T @ mc.tanh(M @ mc.tanh(M @ h0 + x1) + x2),
        spread(recurrent, ["M", "h0", "x1", "x2", "u"]),
    ),
}


def declared(text):
    symbols = mc.symbols(text)
    return symbols if isinstance(symbols, tuple) else (symbols,)


def random_point(D, seed=0):
    rng = np.random.default_rng(seed)
    point = draw(D.pieces, rng, {})
    arrays = SimpleNamespace(**{s.name: value for s, value in point.values.items()})
    return Witness(D.pieces, point, rng).point, arrays


@pytest.mark.parametrize("name", STATED)
def test_gradient_is_the_stated_one(name):
    text, build, formulas = STATED[name]
    D = mc.derive(build(*declared(text)))
    for seed in range(3):
        point, arrays = random_point(D, seed)
        sizes = list(point.lengths.values())
        assert len(set(sizes)) == len(sizes) and min(sizes) > 1
        for by, formula in formulas.items():
            assert relative_error(evaluate_at(D[by].gradient, point), np.asarray(formula(arrays))) <= 1e-7, by
    assert set(formulas) == {v.name for v in D.wanted} or name == "cross_entropy(q, t)"


@pytest.mark.parametrize("name", STATED)
def test_every_line_holds_by_finite_differences(name):
    text, build, _ = STATED[name]
    assert mc.derive(build(*declared(text))).check(trials=3).max_error <= 1e-7


def test_generic_function():
    W, x, b, u = mc.symbols(WXB)
    D = mc.derive(u.T @ mc.f(W @ x + b))
    point, a = random_point(D)
    f = [lambda z, k=k: generic_value(point.waves["f"], k, z) for k in range(2)]
    for by, formula in layer(*f).items():
        assert relative_error(evaluate_at(D[by].gradient, point), formula(a)) <= 1e-12
    assert D.check().max_error <= 1e-7


def further():
    """Expressions of our own invention; each symbol by finite differences."""
    W, x, b, u, v, y, w, c, lam, q, t = mc.symbols("W:n×m x:m b:n u:n v:n y:n w:m c:1 lam:1 q:k t:k")
    A, M, X, Y, Q, U, b2, T = mc.symbols("A:n×n M:n×n X:N×m Y:N×n Q:N×k U:k×n b2:k T:N×k")
    B = mc.symbols("B:m×m")
    p = mc.sigmoid(w.T @ x)
    N = mc.ones("N")
    yield "batch softmax net", mc.cross_entropy(mc.tanh(X @ W.T + N @ b.T) @ U.T + N @ b2.T, T)
    yield "batch logsumexp", mc.sum(mc.logsumexp(Q))
    yield "batch log softmax", -mc.trace(T.T @ mc.log_softmax(Q))
    yield "batch softmax", mc.trace(T.T @ mc.softmax(Q))
    yield "length", mc.norm(W @ x + b)
    yield "cosine", (u.T @ v) / (mc.norm(u) * mc.norm(v))
    yield "Rayleigh quotient", (u.T @ A @ u) / (u.T @ u)
    yield "log det", mc.logdet(A)
    yield "log det and inverse", mc.logdet(A @ A.T) + u.T @ mc.inv(A @ A.T) @ u
    yield "inverse", u.T @ mc.inv(A) @ v
    yield "trace of inverse", mc.trace(mc.inv(A) @ M)
    yield "attention", mc.norm(mc.softmax(X @ B @ X.T) @ X) ** 2
    yield "softmax twice used", v.T @ mc.diag(u) @ A @ mc.softmax(A @ u)
    yield "gate", u.T @ (mc.sigmoid(M @ v + b) * mc.tanh(A @ v))
    yield "cell", u.T @ (mc.sigmoid(A @ v) * mc.tanh(mc.sigmoid(M @ v) * b + mc.sigmoid(A @ b) * y))
    yield "cubes", mc.sum(x**3)
    yield "powers of two", mc.sum(2**u)
    yield "generic square", mc.sum(mc.f(W @ x) ** 2)
    yield "entropy", -(mc.softmax(q).T @ mc.log_softmax(q))
    yield "Kullback–Leibler", t.T @ (mc.log(t) - mc.log_softmax(q))
    yield "trace of square", mc.trace(A @ A)
    yield "four factors", mc.trace(A @ M @ A.T @ M)
    yield "orthogonality", mc.norm(W.T @ W - B) ** 2
    yield "autoencoder", 0.5 * mc.norm(W.T @ mc.tanh(W @ x + b) - x) ** 2
    yield "linear chain", u.T @ M @ A @ M @ v
    yield "outer product", mc.trace((u @ v.T) @ A)
    yield "product of numbers", (u.T @ v) * (x.T @ w)
    yield "numbers", c * lam * (u.T @ v) + c**2
    yield "quotient", mc.sum(u / v)
    yield "exp times linear", mc.exp(u.T @ v) * (w.T @ x)
    yield "ridge", (1 / mc.length("N")) * mc.norm(X @ w - Y @ u) ** 2 + lam * (w.T @ w)
    yield "larger", mc.sum(mc.maximum(u, v))
    yield "centred", u.T @ (v - (mc.ones("n").T @ v) / mc.length("n") * mc.ones("n"))
    yield "three layers, one M", u.T @ mc.tanh(M @ mc.tanh(M @ mc.tanh(M @ v + b) + b) + b)
    yield "word vectors", (w.T @ x + c - mc.log(lam)) ** 2
    yield "skip-gram", -mc.log(mc.sigmoid(u.T @ v)) - mc.log(mc.sigmoid(-(u.T @ y)))
    yield "a row inside", mc.tanh(x.T @ W.T) @ u
    yield "three terms", u.T @ (M @ v + A @ y + M.T @ b)
    yield "squared hinge", mc.relu(1 - c * (w.T @ x)) ** 2
    yield "diagonals", mc.trace(mc.diag(u) @ A @ mc.diag(v) @ M) + mc.sum(mc.diagonal(A) * u)
    yield "smooth length", mc.sum(mc.sqrt(1 + (W @ x - y) ** 2))
    yield "stacked matrices", mc.sum(mc.tanh(mc.concat(M, A) @ v))
    yield "entry by entry", mc.norm(mc.tanh(A * M) @ u) ** 2
    yield "bell", mc.exp(-0.5 * mc.norm(u - v) ** 2)
    yield "batch of ReLUs", 0.5 * mc.norm(mc.relu(X @ W.T + N @ b.T) @ u - Y @ v) ** 2
    yield "waves", mc.sum(mc.sin(A @ u) * mc.cos(v)) + mc.sum(mc.abs(y))
    yield "two cross-entropies", -c * mc.log(p) - (1 - c) * mc.log(1 - p)
    yield "a bare symbol", 3 * c + 2
    yield "slope inside", u.T @ mc.tanh.prime(v) + y.T @ mc.f.prime(v)


FURTHER = dict(further())


@pytest.mark.parametrize("name", FURTHER)
def test_further_expressions(name):
    D = mc.derive(FURTHER[name])
    assert D.check(trials=2).max_error <= 1e-7
    for form in ("jacobian", "shape"):
        assert D.show(form).proof.ok, form
    assert D.show(row_delta=True).proof.ok


@pytest.mark.parametrize("name", [*STATED, *FURTHER])
def test_no_line_is_longer_than_sixty_characters(name):
    text, build, _ = STATED[name] if name in STATED else ("c:1", lambda c: FURTHER[name], {})
    D = mc.derive(build(*declared(text)))
    assert max(len(step.text) for step in D.steps) <= 60
