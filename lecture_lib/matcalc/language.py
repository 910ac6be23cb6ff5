"""The functions that a reader writes: tanh, softmax, norm, max and their kin."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lecture_lib.matcalc.expr import NUMPY, Expr, as_expr, chain, make, matmul, number, parts, power, summands, times
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


class Tuned(Elementwise):
    """A function of every entry with settings, such as ``mc.huber(z, delta=2)``.

    Args:
        name: of a known function.
        words: what it is.
        valid: what its settings must satisfy, and in words.
        settings: the names of the settings with what they are if they are not given; None for what must be given.

    >>> from lecture_lib import matcalc as mc
    >>> z = mc.symbols("z:n")
    >>> mc.clip(z, 0, 1), mc.derive(mc.sum(mc.huber(z)))[z].gradient
    (clip(z, 0, 1), clip(z, −1, 1))
    """

    def __init__(self, name: str, words: str, valid: tuple[Callable[..., bool], str], **settings: float | None) -> None:
        super().__init__(name)
        self.valid = valid
        self.settings = settings
        self.__doc__ = f"{words}, entry by entry; its settings are {', '.join(settings)}."

    def __call__(self, z: Any, *given: float, **named: float) -> Expr:
        values = {**self.settings, **dict(zip(self.settings, given, strict=False)), **named}
        if len(given) > len(self.settings) or set(values) != set(self.settings) or None in values.values():
            raise TypeError(f"{self.name} takes an expression and {', '.join(self.settings)}")
        numbers = [number(value).data for value in values.values() if value is not None]
        holds, words = self.valid
        if not holds(*numbers):
            raise ValueError(f"{words}, but {', '.join(f'{k} is {v}' for k, v in values.items())}")
        return applied(self.name, as_expr(z), *numbers)


class Extreme:
    """The largest or smallest entry of one expression; of two, the larger or smaller one entry by entry.

    Args:
        op: "maximum" or "minimum".

    >>> from lecture_lib import matcalc as mc
    >>> x = mc.symbols("x:n")
    >>> mc.max(x), mc.max(x, 0), mc.min(x), mc.derive(mc.max(x))[x].gradient
    (max(x), max(x, 0), −max(−x), [x = max x])
    """

    def __init__(self, op: str) -> None:
        self.op = op
        self.__doc__ = f"The {op} entry of one expression; of two, or of one and a number, entry by entry."

    def __call__(self, a: Any, b: Any = None) -> Expr:
        first = as_expr(a)
        if b is None:
            return make("max", first) if self.op == "maximum" else -make("max", -first)
        second = as_expr(b)
        first = number(first.data, second.shape) if first.op == "number" and first.is_scalar else first
        second = number(second.data, first.shape) if second.op == "number" and second.is_scalar else second
        return make(self.op, first, second)


class Operator:
    """A function of one expression, such as ``mc.trace``.

    Args:
        build: the operation that it builds, or what it builds of an expression.
        words: what it is.
        takes: what it is applied to.
        gives: what comes back.

    >>> from lecture_lib import matcalc as mc
    >>> mc.trace(mc.symbols("A:n×n"))
    tr(A)
    """

    def __init__(self, build: str | Callable[[Expr], Expr], words: str, takes: str, gives: str) -> None:
        self.build = build
        self.__doc__ = (
            f"{words}.\n\nArgs:\n    a: {takes}.\n\nReturns:\n    {gives}.\n\nRaises:\n"
            "    ShapeError: a has another shape.\n    TypeError: a is neither an expression nor a number."
        )

    def __call__(self, a: Any) -> Expr:
        return make(self.build, as_expr(a)) if isinstance(self.build, str) else self.build(as_expr(a))


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


def _sum(e: Expr) -> Expr:
    down = chain([ones(e.shape[0]).T, e])
    return down if e.is_column else chain([down, ones(e.shape[1])])


def _mean(e: Expr) -> Expr:
    return _sum(e) / length(e.shape[0] * e.shape[1])


def _var(e: Expr) -> Expr:
    return norm(e - times(_mean(e), ones(*e.shape))) ** 2 / length(e.shape[0] * e.shape[1])


max = maximum = Extreme("maximum")
min = minimum = Extreme("minimum")
leaky_relu = Tuned("leaky_relu", "z where it is positive, a small multiple elsewhere", (lambda s: True, ""), slope=0.01)
# P. Huber, Robust estimation of a location parameter, 1964
huber = Tuned("huber", "½z² near 0, a line beyond delta", (lambda delta: delta > 0, "delta must be above 0"), delta=1)
clip = Tuned(
    "clip", "z between two bounds", (lambda low, high: low <= high, "low must not be above high"), low=None, high=None
)
ANY, SAME, ONE_NUMBER = "a number, a column or a matrix", "an expression of a's shape", "a single number"
EXAMPLES = "a column k×1, or a matrix N×k with one example a row"
softmax = Operator("softmax", "e^q / Σ e^q down a column, or along every row", EXAMPLES, SAME)
log_softmax = Operator("log_softmax", "log softmax(q) = q − logsumexp(q)", EXAMPLES, SAME)
logsumexp = Operator("logsumexp", "log Σ e^q", EXAMPLES, "a single number, or a column N×1")
norm = Operator("norm", "The length √Σa², of a matrix Frobenius's; square it with ** 2", ANY, ONE_NUMBER)
sqrt = Operator(lambda e: power(e, number(0.5)), "The square root of every entry, a to the power ½", ANY, SAME)
silu = Operator(lambda e: e * sigmoid(e), "a∘σ(a), also called swish", ANY, SAME)
gelu = Operator(lambda e: e * applied("normal_cdf", e), "a∘Φ(a) (D. Hendrycks and K. Gimpel, 2016)", ANY, SAME)
sum = Operator(_sum, "The sum of all entries, 1ᵀa or 1ᵀA1", ANY, ONE_NUMBER)
mean = Operator(_mean, "The mean of all entries", ANY, ONE_NUMBER)
var = Operator(_var, "The variance of all entries, divided by their number", ANY, ONE_NUMBER)


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
    reciprocal=lambda a: 1 / as_expr(a),
)
NUMPY.update(sqrt=sqrt, clip=clip, sum=sum, mean=mean, var=var, norm=norm)
NUMPY.update(maximum=max, minimum=min, max=max, amax=max, min=min, amin=min)
