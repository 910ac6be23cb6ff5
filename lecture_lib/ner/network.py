"""The network of the window model: one hidden layer, the scores on top, and the loss."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.nn import cross_entropy, softplus


def scores(params: Any, X: Any, f: Callable[[Any], Any] = np.tanh) -> Any:
    """The scores of a batch of windows: s = Uh + c (or uᵀh + c) with h = f(Wx + b), one row a window."""
    H = f(X @ params["W"].T + params["b"])
    if "u" in params:
        return H @ params["u"] + params["c"]
    return H @ params["U"].T + params["c"]


def window_loss(params: Any, X: Any, t: Any, f: Callable[[Any], Any] = np.tanh) -> Any:
    """The mean loss of a batch: -log softmax at the right class, or the logistic loss -log σ(±s) of a single class.

    The logistic loss is written log(1 + eˢ) - t·s, which is -log σ(s) for t = 1 and -log σ(-s) for t = 0.
    """
    s = scores(params, X, f)
    if "u" in params:
        return np.mean(softplus(s) - t * s)
    return cross_entropy(s, t)
