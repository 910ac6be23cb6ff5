"""Backpropagation as a course: a small NumPy autograd and what the notebooks build on it."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lecture_lib.autograd.anomalies import detect_anomalies
from lecture_lib.autograd.custom import primitive
from lecture_lib.autograd.errors import GradientError, ShapeError, ZeroGradientWarning
from lecture_lib.autograd.nn import (
    cross_entropy,
    hard_tanh,
    leaky_relu,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softplus,
)
from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.state import no_grad
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.autograd.transforms import grad, jvp, value_and_grad, vjp
from lecture_lib.graph import pictures
from lecture_lib.graph.plotting import draw_into_notebook

if TYPE_CHECKING:
    from lecture_lib.autograd.checks import check_gradient, numeric_gradient, numeric_jacobian
    from lecture_lib.autograd.jacobians import hessian, hvp, jacobian
    from lecture_lib.graph.compile import compile_gradient
    from lecture_lib.graph.source import backward_source
    from lecture_lib.graph.trace import trace

__version__ = "0.1.0"

__all__ = [
    "GradientError",
    "RowSparse",
    "ShapeError",
    "ZeroGradientWarning",
    "Tensor",
    "backward_source",
    "check_gradient",
    "compile_gradient",
    "cross_entropy",
    "detect_anomalies",
    "grad",
    "hard_tanh",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "leaky_relu",
    "log_softmax",
    "logsumexp",
    "no_grad",
    "numeric_gradient",
    "numeric_jacobian",
    "primitive",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "trace",
    "value_and_grad",
    "vjp",
]

LATER = {
    "backward_source": "graph.source",
    "check_gradient": "autograd.checks",
    "compile_gradient": "graph.compile",
    "hessian": "autograd.jacobians",
    "hvp": "autograd.jacobians",
    "jacobian": "autograd.jacobians",
    "numeric_gradient": "autograd.checks",
    "numeric_jacobian": "autograd.checks",
    "trace": "graph.trace",
}
"""What is loaded at its first use, so that ``import lecture_lib`` costs little: name → module."""


def _load_draw() -> Callable[..., Any]:
    from lecture_lib.show.graphs.draw import draw

    return draw


pictures.load_draw = _load_draw
draw_into_notebook()


def __getattr__(name: str) -> Any:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(f"lecture_lib.{LATER[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *LATER])
