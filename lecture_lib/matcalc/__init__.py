"""Matrix calculus as a lecturer writes it: shaped expressions, derivations line by line, each line proved."""

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.balance import Balance, balance
from lecture_lib.matcalc.derive import Derivation, derive, hessian
from lecture_lib.matcalc.evaluate import evaluate
from lecture_lib.matcalc.explain import Explanation, explain
from lecture_lib.matcalc.expr import Expr
from lecture_lib.matcalc.identities import identities
from lecture_lib.matcalc.language import (
    abs,
    clip,
    cos,
    cross_entropy,
    exp,
    f,
    function,
    gelu,
    huber,
    leaky_relu,
    log,
    log_softmax,
    logsumexp,
    max,
    maximum,
    mean,
    min,
    minimum,
    norm,
    relu,
    sigmoid,
    silu,
    sin,
    softmax,
    softplus,
    sqrt,
    sum,
    tanh,
    var,
)
from lecture_lib.matcalc.language_matrix import (
    concat,
    det,
    diag,
    diagonal,
    expm,
    hstack,
    inv,
    kron,
    logdet,
    outer,
    trace,
    vec,
    vstack,
)
from lecture_lib.matcalc.prove import Proof
from lecture_lib.matcalc.record import Step
from lecture_lib.matcalc.symbols import eye, length, let, ones, symbols, zeros

__all__ = [
    "Balance", "Derivation", "Explanation", "Expr", "Proof", "ShapeError", "Step", "abs", "balance", "clip",
    "concat", "cos", "cross_entropy", "derive", "det", "diag", "diagonal", "evaluate", "exp", "explain", "expm",
    "eye", "f", "function", "gelu", "hessian", "hstack", "huber", "identities", "inv", "kron", "leaky_relu",
    "length", "let", "log", "log_softmax", "logdet", "logsumexp", "max", "maximum", "mean", "min", "minimum",
    "norm", "ones", "outer", "relu", "sigmoid", "silu", "sin", "softmax", "softplus", "sqrt", "sum", "symbols",
    "tanh", "trace", "var", "vec", "vstack", "zeros",
]  # fmt: skip
