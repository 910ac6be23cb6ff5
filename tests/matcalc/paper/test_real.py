"""Derivations that people wrote in threads, assignments and notes, in our own words: right ones and wrong ones.

Each case names its source, what is derived, the lines, and what is to be said: the kinds, or the mistake of the first
line that does not hold.
"""

import pytest

from lecture_lib import matcalc as mc


def quadratic():
    A, x = mc.symbols("A:n×n x:n")
    return mc.let("s", x.T @ A @ x)


def half_quadratic():
    A, x, b = mc.symbols("A:n×n x:n b:n")
    return mc.let("f", x.T @ A @ x / 2 - x.T @ b)


def least_squares():
    X, w, y = mc.symbols("X:N×m w:m y:N")
    r = mc.let("r", y - X @ w)
    return mc.let("L", r.T @ r)


def softmax():
    q, t = mc.symbols("q:C t:C")
    return mc.let("J", mc.cross_entropy(q, t))


def one_hidden():
    x, W1, b1, W2, b2, t = mc.symbols("x:m W1:n×m b1:n W2:k×n b2:k t:k")
    z = mc.let("z", W1 @ x + b1)
    h = mc.let("h", mc.sigmoid(z))
    q = mc.let("q", W2 @ h + b2)
    return mc.let("J", mc.cross_entropy(q, t))


def neuron():
    W, x, u = mc.symbols("W:n×m x:m u:n")
    a = mc.let("a", W @ x)
    z = mc.let("z", mc.sigmoid(a))
    return mc.let("L", u.T @ z)


def trace_form():
    A, X, B = mc.symbols("A:n×m X:m×k B:k×n")
    return mc.let("f", mc.trace(A @ X @ B))


def trace_square():
    X, A, B = mc.symbols("X:n×k A:n×n B:k×k")
    return mc.let("f", mc.trace(X.T @ A @ X @ B))


def logistic():
    w, x, y = mc.symbols("w:m x:m y")
    a = mc.let("a", w.T @ x)
    p = mc.let("p", mc.sigmoid(a))
    return mc.let("L", -(y * mc.log(p) + (1 - y) * mc.log(1 - p)))


def autoencoder():
    W1, b1, W2, b2, x = mc.symbols("W1:k×n b1:k W2:n×k b2:n x:n")
    h = mc.let("h", W1 @ x + b1)
    r = mc.let("r", x - (W2 @ h + b2))
    return mc.let("L", mc.norm(r) ** 2)


def tied():
    W, x = mc.symbols("W:m×n x:n")
    z = mc.let("z", W.T @ W @ x - x)
    return mc.let("L", z.T @ z / 2)


def negative_sampling():
    v, o, k = mc.symbols("v:d o:d k:d")
    return mc.let("J", -mc.log(mc.sigmoid(o.T @ v)) - mc.log(mc.sigmoid(-(k.T @ v))))


def recurrent():
    U, V, x, g, u = mc.symbols("U:n×n V:n×m x:m g:n u:n")
    z = mc.let("z", U @ g + V @ x)
    h = mc.let("h", mc.tanh(z))
    return mc.let("s", u.T @ h)


def batch():
    X, W, b, u = mc.symbols("X:N×m W:n×m b:n u:n")
    Z = mc.let("Z", X @ W.T + mc.ones("N") @ b.T)
    H = mc.let("H", mc.relu(Z))
    return mc.let("J", mc.mean(H @ u))


RIGHT = [
    # math.stackexchange.com/questions/838320
    (quadratic, r"\frac{ds}{dx} = x^T (A + A^T)", {}),
    # math.stackexchange.com/questions/1792715, the same by a small change h
    (quadratic, "ds = x^T A dx + dx^T A x = x^T A dx + x^T A^T dx = x^T (A + A^T) dx\n∇_x s = (A + A') x", {}),
    # math.stackexchange.com/questions/4727894, by entries
    (quadratic, "s = Σ_i x_i Σ_j A_ij x_j\n∂s/∂x_k = Σ_i (A_ik + A_ki) x_i\n∇_x s = (A + A^T) x", {}),
    # newbetuts.com, derivative of a quadratic form, the k-th entry
    (quadratic, "∂s/∂x_k = Σ_i A_ki x_i + Σ_j A_jk x_j", {}),
    # physicsforums.com, threads/linear-algebra.263369
    (half_quadratic, "∇_x f = 1/2 (A^T + A) x - b", {}),
    # math.stackexchange.com/questions/2811811, a prime transposes
    (least_squares, "L = (y-Xw)'(y-Xw)\n= y'y - 2y'Xw + w'X'Xw\n∇_w L = -2X'y + 2X'(Xw)", {}),
    # the answer there: a row and a column
    (least_squares, "∂L/∂r = 2r^T\n∂r/∂w = -X\n∂L/∂w = 2 (y - X w)^T (-X)\n∇_w L = 2 X^T (X w - y)", {}),
    # math.techqa.club, how do I take the derivative of a matrix equation
    (least_squares, "dL = -dw'X'y - y'X dw + dw'X'X w + w'X'X dw\n= dw'(-2X'y + 2X'X w)", {}),
    # mlcourse.ai, topic 4, without the factor 1/2n
    (least_squares, r"\nabla_w L = -2 X^{\top} y + 2 X^{\top} X w", {}),
    # zakariapz.github.io, derivative of the cross-entropy loss with softmax
    (softmax, r"\frac{\partial p_j}{\partial q_i} = p_j (\delta_{ij} - p_i)", {}),
    (softmax, r"\frac{\partial J}{\partial q_i} = \sum_j t_j (p_i - \delta_{ij})" + "\n= p_i - t_i", {}),
    # sunhaozhe.github.io, matrix calculus: two cases
    (softmax, "∂p_i/∂q_i = p_i (1 - p_i)\n∂p_1/∂q_2 = -p_1 p_2", {}),
    # 553668.com, derivative of the softmax loss
    (softmax, "∂J/∂q_i = p_i Σ_k t_k - t_i\n= p_i - t_i", {}),
    # 1cademy.com, softmax(o)_j − y_j
    (softmax, "∂J/∂q_j = softmax(q)_j - t_j", {}),
    # machenxiao.com/blog/gradients, an assignment of CS224n in columns
    (
        one_hidden,
        "δ2 := p - t\n∇_q J = δ2\n∇_h J = W2^T δ2\n∇_z J = (W2^T δ2) ∘ σ'(z)\n∇_x J = W1^T ((W2^T δ2) ∘ σ'(z))",
        {},
    ),
    # huangweiran.club, CS-224N assignment 1: σ by its own value
    (one_hidden, "∂h/∂z = diag(σ(z) ∘ (1 - σ(z)))\n= diag(h ∘ (1 - h))", {}),
    # stats.stackexchange.com/questions/500902: the outer product, entry by entry
    (neuron, "∂z_i/∂W_ij = ∂z_i/∂a_i ∂a_i/∂W_ij\n= z_i (1 - z_i) x_j\n∇_W L = np.outer(u * z * (1 - z), x)", {}),
    (neuron, "∇_x L = np.dot(W.T, u * z*(1-z))", {}),
    # math.stackexchange.com/questions/2170842, by the cycle
    (trace_form, "f = tr(B A X)\ndf = tr(B A dX)\n∇_X f = A^T B^T", {}),
    # ARQMath 2012, tr(XᵀAXB)
    (trace_square, "df = tr(dX^T A X B) + tr(X^T A dX B)\n∇_X f = A X B + A^T X B^T", {}),
    # stats.stackexchange.com/questions/258709
    (logistic, "∂p/∂a = p (1 - p)\n∂L/∂a = p - y\n∇_w L = (p - y) x", {}),
    (logistic, "∇_w L = -(y - σ(w^T x)) x", {}),
    # imathworks.com, quickly compute matrix derivatives
    (autoencoder, "∂L/∂b1 = 2 (x - (W2 (W1 x + b1) + b2))^T (-W2)", {}),
    # math.techqa.club/derivative-of-autoencoder-3102599
    (tied, "dz = dW^T W x + W^T dW x\ndL = z^T dz\n∇_W L = W (z x^T + x z^T)", {}),
    # errorhandle.ai, gradients of skip-gram with negative samples
    (negative_sampling, "∇_v J = (σ(o^T v) - 1) o + σ(k^T v) k\n∇_o J = (σ(o^T v) - 1) v\n∇_k J = σ(k^T v) v", {}),
    # CS224n, gradient notes: the recurrent cell
    (recurrent, "∇_z s = u ∘ (1 - h^2)\nδ := u ∘ (1 - h^2)\n∇_g s = U^T δ\n∇_U s = δ g^T", {}),
    # cs231n.stanford.edu/vecDerivs.pdf, rows of examples
    (batch, "∇_W J = D^T X\n∇_X J = D W\n∇_b J = D^T 1", {"D": "∇_Z J"}),
]

WRONG = [
    # math.stackexchange.com/questions/2293754: a book's step
    (quadratic, "ds = (A + A^T) x dx", {}, "shape", None),
    # math.techqa.club, justifying 2AᵀAx: symmetric without saying so
    (quadratic, "∇_x s = 2 A x", {}, "false", "symmetric"),
    # math.techqa.club/can-you-use-the-chain-rule…: Aᵀx + xᵀA
    (quadratic, "∂s/∂x = A^T x + x^T A", {}, "shape", None),
    # math.stackexchange.com/questions/2811811: no transposes
    (least_squares, "∇_w L = 2 (y - X w) (-X)", {}, "shape", None),
    # math.stackexchange.com/questions/1540047: the row, where books have a column
    (least_squares, "∇_w L = -2y^T X + 2 w^T X^T X", {}, "false", "convention"),
    # the sign of X in the chain, the commonest slip in such threads
    (least_squares, "∇_w L = 2 X^T (y - X w)", {}, "false", "sign"),
    # github.com/deeplearning4j/libnd4j/issues/440 and Apiquet/DeepLearningFrameworkFromScratchCpp/issues/1
    (softmax, "∂p/∂q = diag(p ∘ (1 - p))", {}, "false", "softmax elementwise"),
    (softmax, "∂p_i/∂q_j = p_i (1 - p_i)", {}, "false", "index"),
    # machenxiao.com/blog/gradients: a vector where a diagonal matrix belongs
    (one_hidden, "∂h/∂z = σ'(z)", {}, "false", "wrong product"),
    # github.com/filipecalasans/mlp/issues/1: a prime is missing
    (one_hidden, "∇_z J = (W2^T (p - t)) ∘ σ(z)", {}, "false", "function for slope"),
    # datascience.stackexchange.com, why don't we transpose δ
    (one_hidden, "∇_h J = W2 (p - t)", {}, "shape", "missing transpose"),
    # stats.stackexchange.com/questions/590348: outputs for inputs
    (one_hidden, "∇_W2 J = (p - t) p^T", {}, "false", "wrong quantity"),
    # math.stackexchange.com/questions/2170842: (AB)ᵀ
    (trace_form, "∇_X f = B^T A^T", {}, "shape", "order"),
    # math.techqa.club/derivative-of-trace-based-linear-scalar-field-3908360: the other layout
    (trace_form, "∇_X f = B A", {}, "false", "transposed"),
    # ARQMath 2012: (A + Aᵀ)XB, right for symmetric matrices only
    (trace_square, "∇_X f = (A + A^T) X B", {}, "false", None),
    # community.deeplearning.ai: y − p
    (logistic, "∂L/∂a = y - p", {}, "false", "sign"),
    # machine learning forums: the slope of σ kept
    (logistic, "∂L/∂a = (p - y) p (1 - p)", {}, "false", "superfluous factor"),
    # imathworks.com, quickly compute matrix derivatives: a 2 lost on the way
    (autoencoder, "∂L/∂b1 = (x - (W2 (W1 x + b1) + b2))^T (-W2)", {}, "false", "factor"),
    # math.techqa.club/derivative-of-autoencoder-3102599: W counted once
    (tied, "∇_W L = W x z^T", {}, "false", None),
    # threads on word2vec: the negative sample's sign
    (negative_sampling, "∇_v J = (σ(o^T v) - 1) o - σ(k^T v) k", {}, "false", "sign"),
    # threads on recurrent networks: 1 − z²
    (recurrent, "∇_z s = u ∘ (1 - z^2)", {}, "false", "wrong quantity"),
    # batches: the mean's 1/N twice
    (batch, "∇_W J = 1/N D^T X", {"D": "∇_Z J"}, "false", "averaged"),
]


def test_there_are_enough():
    assert len(RIGHT) + len(WRONG) >= 40 and len(RIGHT) >= 20 and len(WRONG) >= 20


@pytest.mark.parametrize("network, text, names", RIGHT, ids=range(len(RIGHT)))
def test_right_ones_are_accepted(network, text, names):
    lines = mc.check_derivation(network(), text, names)
    assert lines, str(lines)


@pytest.mark.parametrize("network, text, names, kind, mistake", WRONG, ids=range(len(WRONG)))
def test_wrong_ones_are_refused_by_name(network, text, names, kind, mistake):
    lines = mc.check_derivation(network(), text, names)
    first = next(line for line in lines if not line.ok)
    assert first.kind == kind, str(lines)
    assert mistake is None or first.mistake == mistake, str(lines)
