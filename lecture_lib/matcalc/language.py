"""The functions that a reader writes: tanh, softmax, norm, max and their kin."""

from __future__ import annotations

import math
from typing import Any

from lecture_lib.matcalc.expr import (
    NUMPY,
    Expr,
    as_expr,
    chain,
    make,
    matmul,
    number,
    parts,
    power,
    summands,
    times,
)
from lecture_lib.matcalc.functions import FUNCTIONS, applied
from lecture_lib.matcalc.operations import check_targets_fit
from lecture_lib.matcalc.symbols import clean_name, length, ones


class Elementwise:
    """A function of every entry, such as ``mc.tanh``; ``.prime`` is its derivative.

    Args:
        name: of a known function, or of a generic one.
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
        """The derivative, a function of every entry too."""
        return Elementwise(self.name, self.order + 1)

    def __repr__(self) -> str:
        return self.name + "′" * self.order


class Operator:
    """A function of one expression, such as ``mc.trace``, by the operation that it builds.

    Args:
        op: the operation.
        words: what it is.
        takes: what it is applied to.
        gives: what comes back.

    >>> from lecture_lib import matcalc as mc
    >>> mc.trace(mc.symbols("A:n×n"))
    tr(A)
    """

    def __init__(self, op: str, words: str, takes: str, gives: str) -> None:
        self.op = op
        self.__doc__ = (
            f"{words}.\n\nArgs:\n    a: {takes}.\n\nReturns:\n    {gives}.\n\nRaises:\n"
            "    ShapeError: a has another shape.\n    TypeError: a is neither an expression nor a number."
        )

    def __call__(self, a: Any) -> Expr:
        return make(self.op, as_expr(a))

    def __repr__(self) -> str:
        return self.op


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
    if name in FUNCTIONS or name == "sqrt":
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
abs = Elementwise("abs")


COLUMN_OR_ROWS = "a column k×1, or a matrix N×k with one example a row"
softmax = Operator(
    "softmax", "e^q / Σ e^q down a column, or along every row", COLUMN_OR_ROWS, "an expression of a's shape"
)
log_softmax = Operator("log_softmax", "log softmax(q) = q − logsumexp(q)", COLUMN_OR_ROWS, "an expression of a's shape")
logsumexp = Operator("logsumexp", "log Σ e^q", COLUMN_OR_ROWS, "a single number, or a column N×1")
norm = Operator(
    "norm", "The length √Σa², of a matrix Frobenius's; square it with ** 2", "a column or matrix", "a single number"
)


def sqrt(z: Expr | float) -> Expr:
    """The square root of every entry, √z, which is z to the power ½.

    Args:
        z: a number, a column or a matrix.

    Returns:
        An expression of z's shape.

    >>> from lecture_lib import matcalc as mc
    >>> c = mc.symbols("c")
    >>> mc.derive(mc.sqrt(c))[c].gradient
    1/(2√c)
    """
    return power(as_expr(z), number(0.5))


def leaky_relu(z: Expr | float, slope: float = 0.01) -> Expr:
    """z where it is positive, a small multiple of z elsewhere, entry by entry.

    Args:
        z: a number, a column or a matrix.
        slope: the multiple.

    Returns:
        An expression of z's shape.

    >>> from lecture_lib import matcalc as mc
    >>> leaky_relu(mc.symbols("z:n"), 0.1)
    leaky_relu(z, 0.1)
    """
    return applied("leaky_relu", as_expr(z), number(slope).data)


def huber(z: Expr | float, delta: float = 1) -> Expr:
    """½z² for |z| up to delta and delta(|z| − ½delta) beyond, entry by entry; its slope is z, clipped.

    Source: P. Huber, Robust estimation of a location parameter, 1964.

    Args:
        z: residuals: a number, a column or a matrix.
        delta: where the parabola becomes a line, above 0.

    Returns:
        An expression of z's shape.

    Raises:
        TypeError: z is neither an expression nor a number.
        ValueError: delta is not above 0.

    >>> from lecture_lib import matcalc as mc
    >>> z = mc.symbols("z:n")
    >>> mc.derive(mc.sum(huber(z)))[z].gradient
    clip(z, −1, 1)
    """
    if not delta > 0:
        raise ValueError(f"delta is {delta}: it must be above 0")
    return applied("huber", as_expr(z), number(delta).data)


def clip(z: Expr | float, low: float, high: float) -> Expr:
    """z between two bounds, entry by entry.

    Args:
        z: a number, a column or a matrix.
        low: the lower bound.
        high: the upper bound.

    Returns:
        An expression of z's shape.

    Raises:
        TypeError: z is neither an expression nor a number.
        ValueError: the lower bound lies above the upper one.

    >>> from lecture_lib import matcalc as mc
    >>> clip(mc.symbols("z:n"), 0, 1)
    clip(z, 0, 1)
    """
    if low > high:
        raise ValueError(f"the lower bound {low} lies above the upper bound {high}")
    return applied("clip", as_expr(z), number(low).data, number(high).data)


def silu(z: Expr | float) -> Expr:
    """z∘σ(z), also called swish.

    Args:
        z: a number, a column or a matrix.

    Returns:
        An expression of z's shape.

    >>> from lecture_lib import matcalc as mc
    >>> silu(mc.symbols("z:n"))
    z∘σ(z)
    """
    return as_expr(z) * sigmoid(z)


def gelu(z: Expr | float) -> Expr:
    """z∘Φ(z) with the distribution function Φ of the normal distribution.

    Source: D. Hendrycks and K. Gimpel, Gaussian error linear units, 2016.

    Args:
        z: a number, a column or a matrix.

    Returns:
        An expression of z's shape.

    >>> from lecture_lib import matcalc as mc
    >>> gelu(mc.symbols("z:n"))
    z∘Φ(z)
    """
    return as_expr(z) * applied("normal_cdf", as_expr(z))


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
    check_targets_fit(q, t)
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
        case "product":
            coefficient, scalars, links = parts(t)
            inner = _known_sum(links[0]) if len(links) == 1 and not scalars else None
            return None if inner is None else float(coefficient) * inner
        case "sum":
            sums = [_known_sum(term) for term in summands(t)]
            return None if None in sums else math.fsum(s for s in sums if s is not None)
    return None


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
    return make("maximum", *_alike(a, b))


def minimum(a: Expr | float, b: Expr | float) -> Expr:
    """The smaller of two, entry by entry; a plain number stands for an array of that number.

    Args:
        a: an expression or a number.
        b: alike, of the same shape.

    Returns:
        An expression of that shape.

    Raises:
        ShapeError: the shapes differ.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.minimum(1, mc.symbols("z:n"))
    min(1, z)
    """
    return make("minimum", *_alike(a, b))


def _alike(a: Any, b: Any) -> tuple[Expr, Expr]:
    left, right = as_expr(a), as_expr(b)
    left = number(left.data, right.shape) if left.op == "number" and left.is_scalar else left
    right = number(right.data, left.shape) if right.op == "number" and right.is_scalar else right
    return left, right


def max(a: Expr | float, b: Expr | float | None = None) -> Expr:
    """The largest entry; of two expressions the larger, entry by entry.

    Args:
        a: a column or a matrix.
        b: None, or an expression of a's shape.

    Returns:
        A single number, or an expression of that shape.

    Raises:
        ShapeError: the shapes differ.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> x = mc.symbols("x:n")
    >>> mc.max(x), mc.derive(mc.max(x))[x].gradient
    (max(x), [x = max x])
    """
    return make("max", as_expr(a)) if b is None else maximum(a, b)


def min(a: Expr | float, b: Expr | float | None = None) -> Expr:
    """The smallest entry; of two expressions the smaller, entry by entry.

    Args:
        a: a column or a matrix.
        b: None, or an expression of a's shape.

    Returns:
        A single number, or an expression of that shape.

    Raises:
        ShapeError: the shapes differ.
        TypeError: an argument is neither an expression nor a number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.min(mc.symbols("x:n"))
    −max(−x)
    """
    return -make("max", -as_expr(a)) if b is None else minimum(a, b)


def sum(a: Expr | float) -> Expr:
    """The sum of all entries, written 1ᵀa or 1ᵀA1.

    Args:
        a: a column or a matrix.

    Returns:
        A single number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.sum(mc.symbols("a:n"))
    1ᵀa
    """
    e = as_expr(a)
    down = chain([ones(e.shape[0]).T, e])
    return down if e.is_column else chain([down, ones(e.shape[1])])


def mean(a: Expr | float) -> Expr:
    """The mean of all entries.

    Args:
        a: a column or a matrix.

    Returns:
        A single number.

    >>> from lecture_lib import matcalc as mc
    >>> mc.mean(mc.symbols("a:n"))
    1ᵀa/n
    """
    e = as_expr(a)
    return sum(e) / length(e.shape[0] * e.shape[1])


def var(a: Expr | float) -> Expr:
    """The variance of all entries, divided by their number.

    Args:
        a: a column or a matrix.

    Returns:
        A single number.

    >>> from lecture_lib import matcalc as mc
    >>> a = mc.symbols("a:n")
    >>> mc.derive(mc.var(a))[a].closed_form
    2(a − (aᵀ1)·1/n)/n
    """
    e = as_expr(a)
    return norm(e - times(mean(e), ones(*e.shape))) ** 2 / length(e.shape[0] * e.shape[1])


NUMPY.update(
    add=lambda a, b: as_expr(a) + b,
    subtract=lambda a, b: as_expr(a) - b,
    multiply=lambda a, b: times(as_expr(a), as_expr(b)),
    divide=lambda a, b: as_expr(a) / b,
    negative=lambda a: -as_expr(a),
    positive=as_expr,
    matmul=lambda a, b: matmul(as_expr(a), as_expr(b)),
    dot=lambda a, b: matmul(as_expr(a), as_expr(b)),
    power=lambda a, b: as_expr(a) ** b,
    square=lambda a: as_expr(a) ** 2,
    sqrt=sqrt,
    reciprocal=lambda a: 1 / as_expr(a),
    maximum=maximum,
    minimum=minimum,
    clip=clip,
    sum=sum,
    mean=mean,
    var=var,
    norm=norm,
    max=max,
    amax=max,
    min=min,
    amin=min,
)
