"""The functions that a reader writes: tanh, softmax, trace, concat and their kin."""

from __future__ import annotations

import math
from typing import Any

from lecture_lib.matcalc.expressions import Expr, as_expr, chain, clean_name, make, number, ones, summands
from lecture_lib.matcalc.functions import FUNCTIONS, lookup


class Elementwise:
    """A function of every entry, such as ``mc.tanh``; ``.prime`` is its derivative.

    Args:
        name: of a function in `functions.FUNCTIONS`, or of a generic one.
        order: how often it has been differentiated.

    >>> from lecture_lib import matcalc as mc
    >>> z = mc.symbols("z:n")
    >>> mc.f(z), mc.f.prime(z), mc.tanh(z).shape
    (f(z), f′(z), (n, 1))
    """

    def __init__(self, name: str, order: int = 0) -> None:
        self.name = name
        self.order = order
        kind = name if name in FUNCTIONS else f"A generic function {name}"
        self.__doc__ = f"{kind}, applied to every entry: the result has the shape of the argument."

    def __call__(self, z: Any) -> Expr:
        return make("elem", as_expr(z), data=(self.name, self.order))

    @property
    def prime(self) -> Elementwise:
        """The derivative, a function of every entry too.

        Raises:
            NotImplementedError: it is the second derivative of a known function.
        """
        if self.order and lookup(self.name).value is not None:
            raise NotImplementedError(f"matcalc knows {self.name} with its first derivative only")
        return Elementwise(self.name, self.order + 1)

    def __repr__(self) -> str:
        return self.name + "′" * self.order


def function(name: str) -> Elementwise:
    """A generic elementwise function of your own name, about which nothing else is known.

    Args:
        name: its name; not that of a known function.

    Returns:
        The function.

    Raises:
        ValueError: the name is taken, or no Python identifier.

    >>> g = function("g")
    >>> from lecture_lib import matcalc as mc
    >>> g(mc.symbols("z:n"))
    g(z)
    """
    if name in FUNCTIONS:
        raise ValueError(f"{name} is a known function: use mc.{name}, or another name for yours")
    return Elementwise(clean_name(name))


f = Elementwise("f")
tanh = Elementwise("tanh")
sigmoid = Elementwise("sigmoid")
relu = Elementwise("relu")
exp = Elementwise("exp")
log = Elementwise("log")
softplus = Elementwise("softplus")
sin = Elementwise("sin")
cos = Elementwise("cos")
sqrt = Elementwise("sqrt")
abs = Elementwise("abs")


def softmax(q: Expr | float) -> Expr:
    """e^q / Σ e^q down a column, or along every row of a matrix (a row is an example).

    Args:
        q: a column k×1, or a matrix N×k.

    Returns:
        An expression of q's shape; each column, or row, sums to 1.

    Raises:
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> q, Q = mc.symbols("q:k Q:N×k")
    >>> mc.softmax(q), mc.softmax(Q).shape
    (softmax(q), (N, k))
    """
    return make("softmax", as_expr(q))


def log_softmax(q: Expr | float) -> Expr:
    """log softmax(q) = q − logsumexp(q) down a column, or along every row of a matrix.

    Args:
        q: a column k×1, or a matrix N×k.

    Returns:
        An expression of q's shape.

    Raises:
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> q, t = mc.symbols("q:k t:k")
    >>> mc.derive(t.T @ mc.log_softmax(q))[q].gradient
    t − (tᵀ1)p
    """
    return make("log_softmax", as_expr(q))


def logsumexp(q: Expr | float) -> Expr:
    """log Σ e^q of a column, or of every row of a matrix.

    Args:
        q: a column k×1, or a matrix N×k.

    Returns:
        A single number, or a column N×1.

    Raises:
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> q = mc.symbols("q:k")
    >>> mc.derive(mc.logsumexp(q))[q].gradient
    p
    """
    return make("logsumexp", as_expr(q))


def cross_entropy(logits: Expr | float, targets: Expr | float) -> Expr:
    """−tᵀ log softmax(q) with the fused rule δ = p − t, which holds when the targets sum to 1.

    Args:
        logits: q, a column k×1, or a matrix N×k with one example a row.
        targets: t, of the same shape. A symbol is taken to sum to 1; its values are checked when they are
            given.

    Returns:
        A single number; for a matrix the mean over its rows.

    Raises:
        ShapeError: the shapes differ.
        TypeError: an argument is neither an expression nor a number.
        ValueError: the targets are known not to sum to 1, or nothing says that they do.

    >>> from lecture_lib import matcalc as mc
    >>> q, t = mc.symbols("q:k t:k")
    >>> mc.cross_entropy(q, t)
    cross_entropy(q, t)
    """
    q, t = as_expr(logits), as_expr(targets)
    made = make("cross_entropy", q, t)
    sums = _known_sum(t)
    if sums is None or sums != 1:
        told = f"it sums to {sums:g}" if sums is not None else "nothing says so"
        raise ValueError(
            f"cross_entropy uses the fused rule p − t, which needs 1ᵀt = 1 for t = {t}, but {told}; "
            f"for any targets write -{t if t.op == 'symbol' else 't'}.T @ mc.log_softmax({q}), "
            "whose gradient is (1ᵀt)p − t"
        )
    return made


def _known_sum(t: Expr) -> float | None:
    """What targets sum to, a symbol being taken at its word; None when it cannot be told."""
    match t.op:
        case "symbol" | "softmax":
            return 1.0
        case "let":
            return _known_sum(t.args[0])
        case "neg":
            inner = _known_sum(t.args[0])
            return None if inner is None else -inner
        case "scale" if t.args[0].op == "number":
            inner = _known_sum(t.args[1])
            return None if inner is None else t.args[0].data * inner
        case "add":
            sums = [_known_sum(term) for term in summands(t)]
            return None if None in sums else float(math.fsum(s for s in sums if s is not None))
    return None


def diag(v: Expr | float) -> Expr:
    """The square matrix with a column on its diagonal.

    Args:
        v: a column n×1.

    Returns:
        An expression of the shape n×n.

    Raises:
        ShapeError: v is not a column.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.diag(mc.symbols("v:n")).shape
    (n, n)
    """
    return make("diag", as_expr(v))


def diagonal(a: Expr | float) -> Expr:
    """The diagonal of a square matrix, as a column.

    Args:
        a: a matrix n×n.

    Returns:
        A column n×1.

    Raises:
        ShapeError: a is not square.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.diagonal(mc.symbols("A:n×n")).shape
    (n, 1)
    """
    return make("diagpart", as_expr(a))


def trace(a: Expr | float) -> Expr:
    """The sum of the diagonal of a square matrix.

    Args:
        a: a matrix n×n.

    Returns:
        A single number.

    Raises:
        ShapeError: a is not square.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> A, X = mc.symbols("A:n×m X:m×n")
    >>> mc.derive(mc.trace(A @ X))[X].gradient
    Aᵀ
    """
    return make("trace", as_expr(a))


def norm(a: Expr | float) -> Expr:
    """The length √Σa² of a column, or the Frobenius norm of a matrix; square it with ** 2.

    Args:
        a: a column or a matrix.

    Returns:
        A single number.

    Raises:
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> x = mc.symbols("x:n")
    >>> mc.derive(mc.norm(x) ** 2)[x].gradient
    2x
    """
    return make("norm", as_expr(a))


def inv(a: Expr | float) -> Expr:
    """The inverse of a square matrix.

    Args:
        a: a matrix n×n.

    Returns:
        An expression of the shape n×n.

    Raises:
        ShapeError: a is not square.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.inv(mc.symbols("A:n×n"))
    A⁻¹
    """
    return make("inv", as_expr(a))


def logdet(a: Expr | float) -> Expr:
    """log |det A| of a square matrix.

    Args:
        a: a matrix n×n.

    Returns:
        A single number.

    Raises:
        ShapeError: a is not square.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> A = mc.symbols("A:n×n")
    >>> mc.derive(mc.logdet(A))[A].gradient
    (A⁻¹)ᵀ
    """
    return make("logdet", as_expr(a))


def concat(*parts: Any) -> Expr:
    """Parts on top of each other: [x₁; x₂; x₃].

    Args:
        parts: columns, or matrices with the same number of columns; or one list of them.

    Returns:
        An expression with the rows of all parts.

    Raises:
        ShapeError: the widths differ, or there is no part.
        TypeError: a part is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> x1, x2 = mc.symbols("x1:d x2:d")
    >>> mc.concat(x1, x2, x1).shape
    (3d, 1)
    """
    items = parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts
    return make("concat", *(as_expr(p) for p in items))


def maximum(a: Expr | float, b: Expr | float) -> Expr:
    """The larger of two, entry by entry; a plain number stands for an array of that number.

    Args:
        a: an expression or a number.
        b: alike, of the same shape.

    Returns:
        An expression of that shape.

    Raises:
        ShapeError: the shapes differ.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> z = mc.symbols("z:n")
    >>> mc.maximum(z, 0)
    max(z, 0)
    """
    left, right = as_expr(a), as_expr(b)
    if left.op == "number":
        left = number(left.data, right.shape)
    elif right.op == "number":
        right = number(right.data, left.shape)
    return make("maximum", left, right)


def sum(a: Expr | float) -> Expr:
    """The sum of all entries, written 1ᵀa or 1ᵀA1.

    Args:
        a: a column or a matrix.

    Returns:
        A single number.

    Raises:
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.sum(mc.symbols("a:n"))
    1ᵀa
    """
    e = as_expr(a)
    down = chain([ones(e.shape[0]).T, e])
    return down if e.is_column else chain([down, ones(e.shape[1])])
