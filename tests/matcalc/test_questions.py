"""Questions that people asked in public, in our own words: matcalc answers in the asker's own symbols."""

import json
import shutil
import subprocess
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest

from lecture_lib import matcalc as mc
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.printing import latex
from lecture_lib.matcalc.prove import draw, relative_error
from lecture_lib.matcalc.walk import topological

inv, det, tr, log = np.linalg.inv, np.linalg.det, np.trace, np.log


def norm(a):
    return np.sqrt((a * a).sum())


def sigma(z):
    return 1 / (1 + np.exp(-z))


def softmax(q, axis=0):
    e = np.exp(q - q.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one(value):
    return np.reshape(value, (1, 1))


def unit(a):
    return np.eye(a.size)


def project(x):
    return np.eye(len(x)) / norm(x) - x @ x.T / norm(x) ** 3


def centered(x):
    return x - x.mean()


def batch_norm(a):
    """What comes back through (x − mean)/√(var + c), for uᵀ of it."""
    n, r = len(a.x), centered(a.x)
    s = np.sqrt((r * r).mean() + a.c)
    g = a.u / s - (a.u * r).sum() * r / (n * s**3)
    return g - g.mean()


def kept(p):
    """Where the larger of p and 0 is p."""
    return 1.0 * (p > 0)


# Each: where it was asked, the declarations, the function, by what it is differentiated, the answer in NumPy, and how
# the closed form is written, where one way is plainly the best.
GRADIENTS = [
    # math.stackexchange.com/questions/3557185: from ‖Ax − b‖² to its gradient
    ("A:m×n x:n b:m", lambda A, x, b: mc.norm(A @ x - b) ** 2, "x", lambda a: 2 * a.A.T @ (a.A @ a.x - a.b), "2Aᵀ(Ax − b)"),
    # math.stackexchange.com/questions/4765085: which of two transposed answers is the gradient
    ("A:m×n x:n b:m", lambda A, x, b: (A @ x - b).T @ (A @ x - b), "x", lambda a: 2 * a.A.T @ (a.A @ a.x - a.b), "2Aᵀ(Ax − b)"),
    # math.stackexchange.com/questions/3844760: the two halves of the least squares problem
    ("A:m×n x:n b:m", lambda A, x, b: mc.norm(A @ x) ** 2 - 2 * b.T @ A @ x, "x", lambda a: 2 * a.A.T @ (a.A @ a.x - a.b), "2Aᵀ(Ax − b)"),
    # math.stackexchange.com/questions/3004097: why Aᵀ stands there
    ("A:m×n x:n b:m", lambda A, x, b: 0.5 * mc.norm(A @ x - b) ** 2, "x", lambda a: a.A.T @ (a.A @ a.x - a.b), "Aᵀ(Ax − b)"),
    # math.stackexchange.com/questions/1874672 and 1923613: cosine similarity, with a formula of doubtful sign
    ("a:n b:n", lambda a, b: a.T @ b / (mc.norm(a) * mc.norm(b)), "a", lambda a: a.b / (norm(a.a) * norm(a.b)) - (a.a.T @ a.b) * a.a / (norm(a.a) ** 3 * norm(a.b)), "b/(‖a‖‖b‖) − (aᵀb)a/(‖a‖³‖b‖)"),
    # math.stackexchange.com/questions/4130045: the absolute difference from a number
    ("v:n w:n k", lambda v, w, k: mc.abs(k - v.T @ w / (mc.norm(v) * mc.norm(w))), "v", lambda a: np.sign(a.k - a.v.T @ a.w / norm(a.v) / norm(a.w)) * ((a.v.T @ a.w) * a.v / (norm(a.v) ** 3 * norm(a.w)) - a.w / norm(a.v) / norm(a.w)), None),
    # honnibal.dev/blog/cosine-derivation: the cosine as a loss
    ("y:n t:n", lambda y, t: (1 - y.T @ t / (mc.norm(y) * mc.norm(t))) ** 2, "y", lambda a: -2 * (1 - a.y.T @ a.t / norm(a.y) / norm(a.t)) * (a.t / norm(a.y) / norm(a.t) - (a.y.T @ a.t) * a.y / norm(a.y) ** 3 / norm(a.t)), None),
    # math.stackexchange.com/questions/4340719: the multinomial logistic loss
    ("z:k y:k", lambda z, y: -y.T @ mc.log(mc.softmax(z)), "z", lambda a: softmax(a.z) * a.y.sum() - a.y, None),
    ("z:k y:k", lambda z, y: mc.cross_entropy(z, y), "z", lambda a: softmax(a.z) - a.y, "softmax(z) − y"),
    # math.stackexchange.com/questions/4300763: logistic regression with several classes
    ("X:N×d B:d×K Y:N×K", lambda X, B, Y: mc.cross_entropy(X @ B, Y), "B", lambda a: a.X.T @ (softmax(a.X @ a.B, 1) - a.Y) / len(a.X), "Xᵀ(softmax(XB) − Y)/N"),
    # mathoverflow.net, an evidence in two terms: log|I + AS| − qᵀ(A⁻¹ + S)⁻¹q
    ("A:n×n S:n×n sym q:n", lambda A, S, q: mc.logdet(mc.eye("n") + A @ S) - q.T @ mc.inv(mc.inv(A) + S) @ q, "A", lambda a: inv(np.eye(len(a.A)) + a.A @ a.S).T @ a.S - inv(a.A).T @ inv(inv(a.A) + a.S).T @ a.q @ a.q.T @ inv(inv(a.A) + a.S).T @ inv(a.A).T, None),
    # imathworks.com, the inverse square root of a determinant
    ("Σ:n×n sym", lambda S: mc.det(S) ** -0.5, "Σ", lambda a: -0.5 * det(a.Σ) ** -0.5 * inv(a.Σ), None),
    # math.stackexchange.com/questions/3997003: the same in a mixture of Gaussians, times a factor
    ("Σ:n×n sym c", lambda S, c: c * mc.det(S) ** -0.5, "Σ", lambda a: -0.5 * a.c * det(a.Σ) ** -0.5 * inv(a.Σ), None),
    # imathworks.com, derivative of determinant and Mahalanobis distance
    ("Σ:n×n sym", lambda S: mc.logdet(S), "Σ", lambda a: inv(a.Σ), "Σ⁻¹"),
    ("Σ:n×n sym x:n μ:n", lambda S, x, m: -0.5 * (x - m).T @ mc.inv(S) @ (x - m), "Σ", lambda a: 0.5 * inv(a.Σ) @ (a.x - a.μ) @ (a.x - a.μ).T @ inv(a.Σ), "½Σ⁻¹(x − μ)(x − μ)ᵀΣ⁻¹"),
    ("Σ:n×n sym x:n μ:n", lambda S, x, m: 0.5 * (x - m).T @ mc.inv(S) @ (x - m), "x", lambda a: inv(a.Σ) @ (a.x - a.μ), "Σ⁻¹(x − μ)"),
    # stats.stackexchange.com/questions/278477: a normal density whose mean and covariance are made of factors
    ("A:n×n C:n×p S:p×p x:n μ:n", lambda A, C, S, x, m: -mc.logdet(C @ S @ C.T) - (x - A @ m).T @ mc.inv(C @ S @ C.T) @ (x - A @ m), "A", lambda a: (inv(a.C @ a.S @ a.C.T) + inv(a.C @ a.S @ a.C.T).T) @ (a.x - a.A @ a.μ) @ a.μ.T, None),
    # talkstats.com/threads/47141: the likelihood of one point by the covariance
    ("Σ:n×n sym x:n μ:n", lambda S, x, m: -0.5 * mc.logdet(S) - 0.5 * (x - m).T @ mc.inv(S) @ (x - m), "Σ", lambda a: -0.5 * inv(a.Σ) + 0.5 * inv(a.Σ) @ (a.x - a.μ) @ (a.x - a.μ).T @ inv(a.Σ), None),
    # talkstats.com/threads/65113: a determinant by the variance in it
    ("X:n×p Z:n×q G:q×q s", lambda X, Z, G, s: mc.det(X.T @ mc.inv(s * mc.eye("n") + Z @ G @ Z.T) @ X), "s", lambda a: one(-det(a.X.T @ inv(a.s * np.eye(len(a.X)) + a.Z @ a.G @ a.Z.T) @ a.X) * tr(inv(a.X.T @ inv(a.s * np.eye(len(a.X)) + a.Z @ a.G @ a.Z.T) @ a.X) @ a.X.T @ np.linalg.matrix_power(inv(a.s * np.eye(len(a.X)) + a.Z @ a.G @ a.Z.T), 2) @ a.X)), None),
    # github.com/sympy/sympy/issues/26585: a sum of two squared norms
    ("A:n×m U:n×k V:k×m", lambda A, U, V: 0.5 * mc.norm(A - U @ V) ** 2 + 0.5 * mc.norm(U) ** 2, "U", lambda a: (a.U @ a.V - a.A) @ a.V.T + a.U, "U + (UV − A)Vᵀ"),
    # github.com/sympy/sympy/issues/15136: the trace of X²B
    ("X:k×k B:k×k", lambda X, B: mc.trace(X @ X @ B), "X", lambda a: (a.X @ a.B + a.B @ a.X).T, None),
    # github.com/sympy/sympy/issues/15614: tr(XA) and tr(XᵀAX)
    ("X:n×m A:m×n", lambda X, A: mc.trace(X @ A), "X", lambda a: a.A.T, "Aᵀ"),
    ("X:n×m A:n×n", lambda X, A: mc.trace(X.T @ A @ X), "X", lambda a: (a.A + a.A.T) @ a.X, "(A + Aᵀ)X"),
    # github.com/sympy/sympy/issues/28615: the root of a trace
    ("A:n×m", lambda A: mc.sqrt(mc.trace(A.T @ A)), "A", lambda a: a.A / norm(a.A), None),
    # github.com/sympy/sympy/issues/24725: the best constant, by the constant
    ("x:N m", lambda x, m: mc.trace((x - m * mc.ones("N")).T @ (x - m * mc.ones("N"))), "m", lambda a: one(2 * len(a.x) * a.m - 2 * a.x.sum()), None),
    ("x:D w:D b", lambda x, w, b: mc.trace(x.T @ w) + b, "w", lambda a: a.x, "x"),
    # github.com/sympy/sympy/issues/28838: a determinant times a number, and one below the line
    ("X:n×n k", lambda X, k: k * mc.det(X), "X", lambda a: a.k * det(a.X) * inv(a.X).T, None),
    ("X:n×n", lambda X: 1 / mc.det(X), "X", lambda a: -inv(a.X).T / det(a.X), "−(X⁻¹)ᵀ/det(X)"),
    # github.com/sympy/sympy/issues/28618: the logarithm of a determinant
    ("A:n×n", lambda A: mc.log(mc.det(A)), "A", lambda a: inv(a.A).T, "(A⁻¹)ᵀ"),
    # github.com/sympy/sympy/pull/17433, an example of the matrix cookbook: (Xb + c)ᵀD(Xb + c)
    ("X:n×m b:m c:n D:n×n", lambda X, b, c, D: (X @ b + c).T @ D @ (X @ b + c), "X", lambda a: (a.D + a.D.T) @ (a.X @ a.b + a.c) @ a.b.T, "(D + Dᵀ)(Xb + c)bᵀ"),
    # github.com/mml-book/mml-book.github.io/issues/754: xᵀa
    ("x:n a:n", lambda x, a: x.T @ a, "x", lambda a: a.a, "a"),
    # github.com/ilmoi/MML-Book/issues/6: the trace of a product of three
    ("A:D×E X:E×F B:F×D", lambda A, X, B: mc.trace(A @ X @ B), "X", lambda a: a.A.T @ a.B.T, "AᵀBᵀ"),
    # github.com/chainer/tutorials/issues/26: the quadratic form
    ("x:n A:n×n", lambda x, A: x.T @ A @ x, "x", lambda a: (a.A + a.A.T) @ a.x, "(A + Aᵀ)x"),
    # healthml.github.io/Math4ML: the same where A is symmetric
    ("x:n A:n×n sym", lambda x, A: x.T @ A @ x, "x", lambda a: 2 * a.A @ a.x, "2Ax"),
    # math.stackexchange.com/questions/2705924: a weighted factorization
    ("W:n×m A:n×m U:n×k V:m×k", lambda W, A, U, V: mc.norm(W * (A - U @ V.T)) ** 2, "U", lambda a: 2 * (a.W * a.W * (a.U @ a.V.T - a.A)) @ a.V, "2(W∘W∘(UVᵀ − A))V"),
    # math.stackexchange.com/questions/3933010: a factorization with a penalty
    ("M:n×m U:n×k V:m×k lam", lambda M, U, V, lam: 0.5 * mc.norm(M - U @ V.T) ** 2 + lam / 2 * (mc.norm(U) ** 2 + mc.norm(V) ** 2), "U", lambda a: (a.U @ a.V.T - a.M) @ a.V + a.lam * a.U, "λU + (UVᵀ − M)V"),
    # math.stackexchange.com/questions/3548023: one column, by the matrix
    ("i:n U:n×k r:k", lambda i, U, r: (i - U @ r).T @ (i - U @ r), "U", lambda a: -2 * (a.i - a.U @ a.r) @ a.r.T, "2(Ur − i)rᵀ"),
    # math.stackexchange.com/questions/3722747: a network without a bias, with any function inside
    ("U:p×n V:n×m X:m×q Y:p×q", lambda U, V, X, Y: mc.norm(U @ mc.tanh(V @ X) - Y) ** 2, "V", lambda a: 2 * ((1 - np.tanh(a.V @ a.X) ** 2) * (a.U.T @ (a.U @ np.tanh(a.V @ a.X) - a.Y))) @ a.X.T, None),
    # math.stackexchange.com/questions/734717: XᵀX against a matrix
    ("X:n×m A:m×m", lambda X, A: mc.trace((X.T @ X - A).T @ (X.T @ X - A)), "X", lambda a: 4 * a.X @ a.X.T @ a.X - 2 * a.X @ (a.A + a.A.T), None),
    # math.stackexchange.com/questions/3593886: ‖SU‖²
    ("S:n×m U:m×t", lambda S, U: mc.trace(S.T @ S @ U @ U.T), "U", lambda a: 2 * a.S.T @ a.S @ a.U, "2SᵀSU"),
    # math.stackexchange.com/questions/4868074: a fourth power
    ("X:p×n P:n×m A:m×m", lambda X, P, A: mc.norm(X @ P @ A @ P.T) ** 2, "P", lambda a: 2 * a.X.T @ a.X @ a.P @ a.A @ a.P.T @ a.P @ a.A.T + 2 * a.P @ a.A.T @ a.P.T @ a.X.T @ a.X @ a.P @ a.A, None),
    # The Matrix Cookbook in pages, 61 and 63: an inverse between columns, and inside a trace
    ("X:n×n a:n b:n", lambda X, a, b: a.T @ mc.inv(X) @ b, "X", lambda a: -inv(a.X).T @ a.a @ a.b.T @ inv(a.X).T, "−(X⁻¹)ᵀabᵀ(X⁻¹)ᵀ"),
    ("A:m×n X:n×n B:n×m", lambda A, X, B: mc.trace(A @ mc.inv(X) @ B), "X", lambda a: -(inv(a.X) @ a.B @ a.A @ inv(a.X)).T, None),
    ("X:n×n A:n×n", lambda X, A: mc.trace(mc.inv(X + A)), "X", lambda a: -(inv(a.X + a.A) @ inv(a.X + a.A)).T, None),
    # math.stackexchange.com/questions/4556069: a point on an ellipsoid, by its multiplier
    ("F:n×n sym y:n lam", lambda F, y, lam: y.T @ mc.inv(mc.eye("n") + 2 * lam * F) @ y, "lam", lambda a: one(-2 * a.y.T @ inv(np.eye(len(a.y)) + 2 * a.lam * a.F) @ a.F @ inv(np.eye(len(a.y)) + 2 * a.lam * a.F) @ a.y), None),
    # imathworks.com, gradient of a Hadamard product: 1ᵀ(Ax ∘ Bx)
    ("A:n×m B:n×m x:m", lambda A, B, x: mc.sum((A @ x) * (B @ x)), "x", lambda a: (a.A.T @ a.B + a.B.T @ a.A) @ a.x, None),
    # math.stackexchange.com/questions/2312585: products entry by entry
    ("x:n y:n z:n", lambda x, y, z: (x * y).T @ z, "x", lambda a: a.y * a.z, None),
    ("x:n y:n", lambda x, y: (x * y).T @ (x * y), "x", lambda a: 2 * a.x * a.y * a.y, "2(x∘y∘y)"),
    ("x:n y:n a:n", lambda x, y, a: mc.norm(x - a * y) ** 2, "a", lambda a: -2 * a.y * (a.x - a.a * a.y), None),
    # A thread on a generic rule for Hadamard products: (x ∘ y)ᵀA(x ∘ y)
    ("x:n y:n A:n×n", lambda x, y, A: (x * y).T @ A @ (x * y), "x", lambda a: a.y * ((a.A + a.A.T) @ (a.x * a.y)), None),
    # A thread on kernels: A ∘ XᵀX, summed
    ("A:n×n X:r×n", lambda A, X: mc.sum(A * (X.T @ X)), "X", lambda a: a.X @ (a.A + a.A.T), None),
    # math.stackexchange.com/questions/3338071: a chain with products entry by entry in it
    ("a:p B:p×b x:b c:e D:b×e E:p×e f:e", lambda a, B, x, c, D, E, f: a.T @ (B @ (x @ c.T * D) * E) @ f, "x", lambda a: (a.D * (a.B.T @ (a.E * (a.a @ a.f.T)))) @ a.c, None),
    # yusukey01.github.io, a norm, and a bilinear form by its matrix
    ("X:n×m", lambda X: mc.norm(X), "X", lambda a: a.X / norm(a.X), "X/‖X‖_F"),
    ("x:n A:n×m y:m", lambda x, A, y: x.T @ A @ y, "A", lambda a: a.x @ a.y.T, "xyᵀ"),
    # arxiv.org/abs/2402.08193, the small matrix in the middle
    ("X:n×k M:k×k R:n×m D:n×n", lambda X, M, R, D: mc.norm(X @ M @ X.T - R @ R.T + D) ** 2, "M", lambda a: 2 * a.X.T @ (a.X @ a.M @ a.X.T - a.R @ a.R.T + a.D) @ a.X, None),
    # scrapbox.io/takalab, traces with X on both sides
    ("X:n×m A:m×m", lambda X, A: mc.trace(X @ A @ X.T), "X", lambda a: a.X @ (a.A + a.A.T), "X·(Aᵀ + A)"),
    # iyunv.com, a list of derivatives: two affine columns around a matrix, and X twice
    ("A:p×n b:p C:p×q D:q×n e:q x:n", lambda A, b, C, D, e, x: (A @ x + b).T @ C @ (D @ x + e), "x", lambda a: a.A.T @ a.C @ (a.D @ a.x + a.e) + a.D.T @ a.C.T @ (a.A @ a.x + a.b), None),
    ("a:m b:m X:n×m C:n×n", lambda a, b, X, C: a.T @ X.T @ C @ X @ b, "X", lambda a: a.C.T @ a.X @ a.a @ a.b.T + a.C @ a.X @ a.b @ a.a.T, None),
    ("X:n×n A:n×n", lambda X, A: mc.trace(A @ X @ X @ X), "X", lambda a: (a.X @ a.X @ a.A + a.X @ a.A @ a.X + a.A @ a.X @ a.X).T, None),
    # stats.stackexchange.com/questions/328242 and talwarabhimanyu.github.io: batch normalization of one feature
    ("x:n u:n c", lambda x, u, c: u.T @ ((x - mc.mean(x) * mc.ones("n")) / mc.sqrt(mc.var(x) + c)), "x", batch_norm, None),
    # yueyiming2009.github.io: its scale and its shift
    ("x:n u:n g b", lambda x, u, g, b: u.T @ (g * x + b * mc.ones("n")), "g", lambda a: one(a.u.T @ a.x), "uᵀx"),
    ("x:n u:n g b", lambda x, u, g, b: u.T @ (g * x + b * mc.ones("n")), "b", lambda a: one(a.u.sum()), None),
    # leman-eastern.com, logistic regression by its weights, and with labels of ±1
    ("X:N×m w:m y:N", lambda X, w, y: mc.sum(mc.softplus(X @ w)) - y.T @ X @ w, "w", lambda a: a.X.T @ (sigma(a.X @ a.w) - a.y), "Xᵀ(σ(Xw) − y)"),
    ("w:m x:m y", lambda w, x, y: mc.log(1 + mc.exp(-y * (w.T @ x))), "w", lambda a: -a.y * sigma(-a.y * (a.w.T @ a.x)) * a.x, "−y·σ(−ywᵀx)x"),
    # newbetuts.com/1447692: where the trace went in the gradient of log det
    ("X:n×n Z:n×n", lambda X, Z: mc.logdet(X) - mc.trace(mc.inv(X) @ Z), "X", lambda a: inv(a.X).T + inv(a.X).T @ a.Z.T @ inv(a.X).T, None),
    # support vector machines and robust losses, as they are asked for again and again
    ("w:m x:m y c", lambda w, x, y, c: mc.max(0, 1 - y * (w.T @ x)) + c * mc.norm(w) ** 2, "w", lambda a: -kept(1 - a.y * (a.w.T @ a.x)) * a.y * a.x + 2 * a.c * a.w, None),
    ("X:N×m w:m y:N", lambda X, w, y: mc.sum(mc.huber(X @ w - y)), "w", lambda a: a.X.T @ np.clip(a.X @ a.w - a.y, -1, 1), "Xᵀclip(Xw − y, −1, 1)"),
    # a quotient of two quadratic forms, Rayleigh's
    ("x:n A:n×n sym", lambda x, A: x.T @ A @ x / (x.T @ x), "x", lambda a: 2 * a.A @ a.x / (a.x.T @ a.x) - 2 * (a.x.T @ a.A @ a.x) * a.x / (a.x.T @ a.x) ** 2, None),
    # projections and rank-deficient draws: a subspace in a whitened space, and discriminants
    ("a:n W:n×m S:n×n", lambda a, W, S: a.T @ W @ mc.inv(W.T @ S @ W) @ W.T @ a, "S", lambda a: -a.W @ inv(a.W.T @ a.S @ a.W).T @ a.W.T @ a.a @ a.a.T @ a.W @ inv(a.W.T @ a.S @ a.W).T @ a.W.T, None),
    ("W:n×m S:n×n", lambda W, S: mc.trace(mc.inv(W.T @ W) @ W.T @ S @ W), "S", lambda a: a.W @ inv(a.W.T @ a.W) @ a.W.T, "W·(WᵀW)⁻¹Wᵀ"),
    ("X:n×m", lambda X: mc.logdet(X.T @ X), "X", lambda a: 2 * a.X @ inv(a.X.T @ a.X), "2X·(XᵀX)⁻¹"),
    # differences of neighbors
    ("x:n", lambda x: 0.5 * mc.norm(x[1:] - x[:-1]) ** 2, "x", lambda a: np.diff(np.eye(len(a.x)), axis=0).T @ np.diff(a.x, axis=0), None),
]  # fmt: skip

JACOBIANS = [
    # github.com/d2l-ai/d2l-en/issues/2532 and boyu-ai/Hands-on-ML/issues/10: is it A or Aᵀ for Ax
    ("A:m×n x:n", lambda A, x: A @ x, "x", lambda a: a.A, "A"),
    # github.com/d2l-ai/d2l-en/pull/2721: and for xᵀA
    ("A:n×m x:n", lambda A, x: x.T @ A, "x", lambda a: a.A.T, "Aᵀ"),
    # github.com/ilmoi/MML-Book/issues/10: a sine of Ax + b
    ("A:m×n x:n b:m", lambda A, x, b: mc.sin(A @ x + b), "x", lambda a: np.cos(a.A @ a.x + a.b) * a.A, "diag(cos(Ax + b))A"),
    # math.stackexchange.com/questions/2882762 and 596835: a column divided by its length
    ("x:n", lambda x: x / mc.norm(x), "x", lambda a: project(a.x), None),
    # math.stackexchange.com/questions/4197252: a function divided by its length
    ("A:m×n x:n", lambda A, x: mc.tanh(A @ x) / mc.norm(mc.tanh(A @ x)), "x", lambda a: project(np.tanh(a.A @ a.x)) @ ((1 - np.tanh(a.A @ a.x) ** 2) * a.A), None),
    # github.com/sympy/sympy/issues/15667: tr(A)A, which a matrix cannot state without vec
    ("A:n×n", lambda A: mc.trace(A) * A, "A", lambda a: tr(a.A) * np.eye(a.A.size) + np.outer(a.A, np.eye(len(a.A))), None),
    # math.stackexchange.com/questions/3762836: (CA) ∘ T by C
    ("C:m×k A:k×n T:m×n", lambda C, A, T: (C @ A) * T, "C", lambda a: np.diag(a.T.ravel()) @ np.kron(np.eye(len(a.C)), a.A.T), None),
    # math.stackexchange.com/questions/2496922: M(g ∘ g)
    ("M:p×n G:n×m", lambda M, G: M @ (G * G), "G", lambda a: 2 * np.kron(a.M, np.eye(a.G.shape[1])) @ np.diag(a.G.ravel()), None),
    # a product of three matrices by the one in the middle, and an inverse
    ("A:n×m X:m×k B:k×l", lambda A, X, B: A @ X @ B, "X", lambda a: np.kron(a.A, a.B.T), "A⊗Bᵀ"),
    ("X:n×n", lambda X: mc.inv(X), "X", lambda a: -np.kron(inv(a.X), inv(a.X).T), "−(X⁻¹⊗(X⁻¹)ᵀ)"),
    ("z:k", lambda z: mc.softmax(z), "z", lambda a: np.diag(softmax(a.z).ravel()) - softmax(a.z) @ softmax(a.z).T, None),
]  # fmt: skip

HESSIANS = [
    # github.com/sympy/sympy/issues/9840: ½xᵀHx + cᵀx
    ("H:n×n sym x:n c:n", lambda H, x, c: 0.5 * x.T @ H @ x + c.T @ x, "x", lambda a: a.H, "H"),
    # math.stackexchange.com/questions/2143052: is the Hessian of ‖Ax − b‖² 2A²
    ("A:m×n x:n b:m", lambda A, x, b: mc.norm(A @ x - b) ** 2, "x", lambda a: 2 * a.A.T @ a.A, "2AᵀA"),
    # math.stackexchange.com/questions/4340719: of the multinomial logistic loss
    ("z:k y:k", lambda z, y: mc.cross_entropy(z, y), "z", lambda a: np.diag(softmax(a.z).ravel()) - softmax(a.z) @ softmax(a.z).T, "diag(softmax(z)) − softmax(z)softmax(z)ᵀ"),
    # of logistic regression
    ("X:N×m w:m y:N", lambda X, w, y: mc.sum(mc.softplus(X @ w)) - y.T @ X @ w, "w", lambda a: a.X.T @ (sigma(a.X @ a.w) * (1 - sigma(a.X @ a.w)) * a.X), None),
    # mathoverflow.net: of log det, entries row by row
    ("A:n×n", lambda A: mc.logdet(A), "A", lambda a: -np.kron(inv(a.A).T, inv(a.A)) @ np.eye(a.A.size)[np.arange(a.A.size).reshape(a.A.shape).T.ravel()], None),
]  # fmt: skip


def asked(case):
    declared, build, by, *_ = case
    symbols = mc.symbols(declared)
    return build(*(symbols if isinstance(symbols, tuple) else (symbols,))), by


def answer(kind, case):
    function, by = asked(case)
    if kind == "jacobian":
        return mc.derive(function, [by], jacobian=True)[by]
    return mc.derive(function, [by])[by] if kind == "gradient" else mc.derive(function, [by]).hessian(by)


CASES = [
    *(("gradient", case) for case in GRADIENTS),
    *(("jacobian", case) for case in JACOBIANS),
    *(("hessian", case) for case in HESSIANS),
]


def label(value):
    return value if isinstance(value, str) else value[0]


def test_there_are_more_than_sixty():
    assert len(CASES) >= 60


@pytest.mark.parametrize(("kind", "case"), CASES, ids=label)
def test_answer_is_right_and_speaks_the_asker_s_language(kind, case):
    *_, formula, written = case
    part = answer(kind, case)
    closed = part.closed_form
    names = {n.name for n in topological([closed]) if n.op == "let"}
    assert not names, f"{closed} speaks of {names}"
    if written:
        assert str(closed) == written
    for seed in range(2):
        point = draw(part.derivation.pieces, np.random.default_rng(seed), {})
        arrays = SimpleNamespace(**{s.name: a for s, a in point.values.items()})
        assert relative_error(evaluate_at(closed, point), np.asarray(formula(arrays))) <= 1e-8, closed


@pytest.mark.parametrize(("kind", "case"), CASES, ids=label)
def test_every_line_is_proved_and_shown(kind, case):
    part = answer(kind, case)
    assert part.check(trials=1).max_error <= 1e-7
    for form in (repr, type(part)._repr_markdown_, type(part)._repr_latex_):
        assert form(part)


KATEX = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bad = [];
for (const f of formulas) {
  try { katex.renderToString(f, {throwOnError: true, strict: false}); }
  catch (error) { bad.push([f, String(error.message)]); }
}
console.log(JSON.stringify(bad));
"""


def formulas(shown):
    """The formulas between dollar signs of Markdown."""
    return shown.replace("\\|", "\\vert ").split("$")[1::2]


def test_katex_reads_every_formula():
    node = shutil.which("node")
    script = files("lecture_lib") / "course/site/static/katex/katex.min.js"
    if node is None:
        pytest.skip("no node is installed, so that KaTeX cannot run")
    found = []
    for kind, case in CASES:
        part = answer(kind, case)
        found += [latex(part.closed_form), latex(part.closed_form, shapes=True), *formulas(part._repr_markdown_())]
        found += [part._repr_latex_().removeprefix("$$").removesuffix("$$")]
    A, c, a, x = mc.symbols("A:n×n c:n a:n x:n")
    odd = [mc.exp(a).T @ x, mc.exp(a) ** 2, A**-1, mc.inv(A), A**3, mc.diagonal(A), c @ mc.relu(x).T, A[0], A[:, 1:2]]
    odd += [mc.inv(A).T, mc.tanh(a).T, (a**2).T, mc.hstack(A, a), mc.max(x), mc.vec(A), mc.kron(A, A), mc.leaky_relu(x)]
    found += [latex(e) for e in odd]
    done = subprocess.run(
        [node, "-e", KATEX, str(script)], input=json.dumps(found), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
