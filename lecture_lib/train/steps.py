"""How a step is taken: compiled where that works, its gradient recorded anew where it does not."""

from collections.abc import Callable
from typing import Any

from lecture_lib.autograd.transforms import value_and_grad
from lecture_lib.graph.compile import compile_gradient
from lecture_lib.train.fused import CompiledStep
from lecture_lib.train.optim import Optimizer

Loss = Callable[..., Any]
Step = Callable[..., tuple[Any, Any]]

RECORDED = "recorded at every step"


def gradient_step(loss: Loss, params: Any, batch: tuple[Any, ...], compiled: bool = True) -> tuple[Step, str]:
    """A function that returns the loss of a batch and its gradient."""
    if not compiled:
        return value_and_grad(loss), RECORDED
    try:
        return compile_gradient(loss, params, *batch), "compiled"
    except Exception as error:
        return value_and_grad(loss), _why_recorded(error)


def whole_step(
    loss: Loss, optimizer: Optimizer, params: Any, batch: tuple[Any, ...], compiled: bool = True
) -> tuple[CompiledStep | None, str]:
    """The step as one program, the same to the last bit as gradient and optimizer; None where that does not work."""
    if not compiled:
        return None, RECORDED
    try:
        return CompiledStep(loss, optimizer, params, batch, 0, fold=False), "compiled"
    except Exception as error:
        return None, _why_recorded(error)


def _why_recorded(error: Exception) -> str:
    """A mistake in the loss itself comes up again at the first recorded step, with its own message."""
    reason = str(error).partition("\n")[0] or type(error).__name__
    return f"{RECORDED}: {reason}"
