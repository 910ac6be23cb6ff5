"""The networks of the course, as expressions: each with what is derived from it."""

from lecture_lib import matcalc as mc
from lecture_lib.matcalc.labels import label


def window(f=mc.f):
    W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", f(z))
    return mc.let("s", u.T @ h)


def tanh_window():
    return window(mc.tanh)


def logistic():
    W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    c, y = mc.symbols("c y")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    s = mc.let("s", u.T @ h + c)
    p = mc.let("p", mc.sigmoid(s))
    return mc.let("J", -(y * mc.log(p) + (1 - y) * mc.log(1 - p)))


def two_layers():
    W1, b1, W2, b2, x, u = mc.symbols("W1:n×m b1:n W2:k×n b2:k x:m u:k")
    z1 = mc.let("z1", W1 @ x + b1)
    h1 = mc.let("h1", mc.tanh(z1))
    z2 = mc.let("z2", W2 @ h1 + b2)
    h2 = mc.let("h2", mc.sigmoid(z2))
    return mc.let("s", u.T @ h2)


def softmax_top():
    W, b, x, t = mc.symbols("W:k×m b:k x:m t:k")
    q = mc.let("q", W @ x + b)
    return mc.let("J", mc.cross_entropy(q, t))


def logistic_graph():
    w, x, y, lam = mc.symbols("w:m x:m y lam")
    return mc.let("L", mc.norm(w) ** 2 / 2 - lam * mc.log(mc.sigmoid(y * (w.T @ x))))


def batch():
    X, W, b, u = mc.symbols("X:N×m W:n×m b:n u:n")
    Z = mc.let("Z", X @ W.T + mc.ones("N") @ b.T)
    H = mc.let("H", mc.tanh(Z))
    return mc.let("J", mc.mean(H @ u))


def residual():
    W, x, b, u = mc.symbols("W:n×n x:n b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", x + mc.f(z))
    return mc.let("s", u.T @ h)


def words():
    x1, x2, x3, W, b, u = mc.symbols("x1:d x2:d x3:d W:n×3d b:n u:n")
    x = mc.let("x", mc.concat(x1, x2, x3))
    z = mc.let("z", W @ x + b)
    return mc.let("s", u.T @ mc.let("h", mc.tanh(z)))


def word_twice():
    x1, x2, W, u = mc.symbols("x1:d x2:d W:n×3d u:n")
    x = mc.let("x", mc.concat(x1, x2, x1))
    z = mc.let("z", W @ x)
    return mc.let("s", u.T @ mc.let("h", mc.tanh(z)))


def least_squares():
    X, w, y = mc.symbols("X:N×m w:m y:N")
    return mc.let("J", mc.norm(X @ w - y) ** 2 / 2)


def quadratic():
    A, x = mc.symbols("A:n×n x:n")
    return mc.let("s", x.T @ A @ x)


def attention():
    K, q, V, u = mc.symbols("K:n×d q:d V:n×d u:d")
    a = mc.let("a", K @ q)
    p = mc.let("p", mc.softmax(a))
    return mc.let("s", u.T @ (V.T @ p))


def towers():
    U, V, a, b = mc.symbols("U:n×m V:n×k a:m b:k")
    p = mc.let("p", mc.tanh(U @ a))
    q = mc.let("q", mc.tanh(V @ b))
    return mc.let("s", p.T @ q)


NETWORKS = [
    window,
    tanh_window,
    logistic,
    two_layers,
    softmax_top,
    logistic_graph,
    batch,
    residual,
    words,
    word_twice,
    least_squares,
    quadratic,
    attention,
    towers,
]
WANTED = {"logistic_graph": ["w"], "least_squares": ["w"]}


def derived(network):
    """The library's own derivation of a network."""
    out = network()
    wanted = WANTED.get(network.__name__)
    D = mc.derive(out)
    return mc.derive(out, wrt=[v for v in D.wanted if v.name in wanted]) if wanted else D


def names_of(D):
    """The error signals of a derivation, as names with what they stand for."""
    return {label(delta.data).text: f"∇_{place} {D.output.name}" for place, delta in D.deltas.items()}
