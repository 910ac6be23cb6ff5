"""Matrix calculus as a lecturer writes it: shaped expressions, derivations line by line, each line proved."""

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.balance import Balance, balance
from lecture_lib.matcalc.derivation import Derivation
from lecture_lib.matcalc.derive import derive
from lecture_lib.matcalc.evaluate import evaluate
from lecture_lib.matcalc.explain import Explanation, explain
from lecture_lib.matcalc.expressions import Expr, eye, length, let, ones, symbols, zeros
from lecture_lib.matcalc.identities import identities
from lecture_lib.matcalc.prove import Proof
from lecture_lib.matcalc.steps import Step
from lecture_lib.matcalc.vocabulary import (
    abs,
    concat,
    cos,
    cross_entropy,
    diag,
    diagonal,
    exp,
    f,
    function,
    inv,
    log,
    log_softmax,
    logdet,
    logsumexp,
    maximum,
    norm,
    relu,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    sum,
    tanh,
    trace,
)

__all__ = [
    "Balance",
    "Derivation",
    "Explanation",
    "Expr",
    "Proof",
    "ShapeError",
    "Step",
    "abs",
    "balance",
    "concat",
    "cos",
    "cross_entropy",
    "derive",
    "diag",
    "diagonal",
    "evaluate",
    "exp",
    "explain",
    "eye",
    "f",
    "function",
    "identities",
    "inv",
    "length",
    "let",
    "log",
    "log_softmax",
    "logdet",
    "logsumexp",
    "maximum",
    "norm",
    "ones",
    "relu",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "sum",
    "symbols",
    "tanh",
    "trace",
    "zeros",
]
