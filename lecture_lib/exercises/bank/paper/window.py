"""The network of five words, and the name of its error signal."""

from lecture_lib import matcalc as mc

DELTA = {"δ": "∇_z s"}


def window() -> mc.Expr:
    """s = uᵀf(Wx + b)."""
    W, x, b, u = mc.symbols("W:n×m x:m b:n u:n")
    z = mc.let("z", W @ x + b)
    h = mc.let("h", mc.f(z))
    return mc.let("s", u.T @ h)
