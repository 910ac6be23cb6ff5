"""How a step gets its gradient: compiled where that works, recorded anew where it does not."""

from collections.abc import Callable
from typing import Any

from lecture_lib.autograd.transforms import value_and_grad
from lecture_lib.graph.compile import compile_gradient

Loss = Callable[..., Any]
Step = Callable[..., tuple[Any, Any]]

RECORDED = "recorded at every step"


def gradient_step(loss: Loss, params: Any, batch: tuple[Any, ...], compiled: bool = True) -> tuple[Step, str]:
    """A function that returns the loss of a batch and its gradient.

    Args:
        loss: `loss(params, *batch)`, one number.
        params: the parameters, a nested structure of arrays.
        batch: an example of what will come.
        compiled: whether to try `compile_gradient`.

    Returns:
        `step(params, *batch) -> (value, gradients)`, and how it computes them: "compiled", or "recorded at every
        step" and why it could not be compiled.

    >>> import numpy as np
    >>> step, how = gradient_step(lambda w, x: np.sum(w * x), np.ones(2), (np.ones(2),))
    >>> step(np.ones(2), np.array([1.0, 2.0]))[1], how
    (array([1., 2.]), 'compiled')
    """
    if not compiled:
        return value_and_grad(loss), RECORDED
    try:
        return compile_gradient(loss, params, *batch), "compiled"
    except Exception as error:
        # A mistake in the loss itself comes up again at the first recorded step, with its own message.
        reason = str(error).partition("\n")[0] or type(error).__name__
        return value_and_grad(loss), f"{RECORDED}: {reason}"
