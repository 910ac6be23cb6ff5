"""The functions of neural networks that NumPy lacks; all of them are safe from overflow and keep float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd import rules
from lecture_lib.autograd.errors import ShapeError
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.numpy import elementwise  # noqa: F401 - it registers
from lecture_lib.autograd.numpy.register import array, axes_from_end, real
from lecture_lib.autograd.operation import Array, Opaque, Value
from lecture_lib.autograd.tensor import apply


def sigmoid_forward(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


SIGMOID = Elementwise("sigmoid", sigmoid_forward, lambda y, x: y * (1 - y))
RELU = Elementwise("relu", lambda x: np.maximum(x, 0), lambda y, x: x > 0)
LEAKY_RELU = Elementwise(
    "leaky_relu", lambda x, slope: np.where(x > 0, x, slope * x), lambda y, x, slope: np.where(x > 0, 1, slope),
    lambda y, x, slope: np.where(x > 0, 0, x),
)  # fmt: skip
HARD_TANH = Elementwise("hard_tanh", lambda x: np.clip(x, -1, 1), lambda y, x: (x > -1) & (x < 1))
SOFTPLUS = Elementwise("softplus", lambda x: np.logaddexp(x, 0), lambda y, x: sigmoid(x))


def sigmoid(x: Value) -> Value:
    """The logistic function σ(x) = 1 / (1 + e^(-x)), with σ′ = σ (1 - σ).

    Args:
        x: Tensor or array of real numbers, any shape.

    Returns:
        The same shape and dtype, between 0 and 1.

    Example:
        >>> from lecture_lib import sigmoid
        >>> print(sigmoid(0.0))
        0.5
    """
    return apply(SIGMOID, real(x))


def relu(x: Value) -> Value:
    """The rectifier max(x, 0), with slope 1 for x > 0 and 0 elsewhere, also at 0 (a sub-gradient).

    Source: V. Nair and G. Hinton, Rectified linear units improve restricted Boltzmann machines, 2010.

    Args:
        x: Tensor or array of real numbers, any shape.

    Returns:
        The same shape and dtype.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import relu
        >>> relu(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    return apply(RELU, real(x))


def leaky_relu(x: Value, slope: Value = 0.01) -> Value:
    """x for x > 0 and slope·x elsewhere; a slope that is a parameter makes it the parametric rectifier.

    Sources: A. Maas, A. Hannun and A. Ng, Rectifier nonlinearities improve neural network acoustic models, 2013; the
    parametric one: K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, 2015.

    Args:
        x: Tensor or array of real numbers, any shape.
        slope: a number, or a Tensor or array that broadcasts against ``x``.

    Returns:
        The broadcast shape.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import leaky_relu
        >>> leaky_relu(np.array([-1.0, 2.0]))
        array([-0.01,  2.  ])
    """
    return apply(LEAKY_RELU, real(x), slope)


def hard_tanh(x: Value) -> Value:
    """x cut off at -1 and 1, with slope 1 strictly between them and 0 elsewhere.

    Source: R. Collobert et al., Natural language processing (almost) from scratch, 2011.

    Args:
        x: Tensor or array of real numbers, any shape.

    Returns:
        The same shape and dtype.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import hard_tanh
        >>> hard_tanh(np.array([-3.0, 0.5]))
        array([-1. ,  0.5])
    """
    return apply(HARD_TANH, real(x))


def softplus(x: Value) -> Value:
    """log(1 + e^x), the smooth rectifier, with slope σ(x).

    Source: C. Dugas et al., Incorporating second-order functional knowledge for better option pricing, 2001.

    Args:
        x: Tensor or array of real numbers, any shape.

    Returns:
        The same shape and dtype; no overflow at ±1000.

    Example:
        >>> from lecture_lib import softplus
        >>> print(softplus(1000.0))
        1000.0
    """
    return apply(SOFTPLUS, real(x))


def logsumexp(x: Value, axis: Any = None, keepdims: bool = False) -> Value:
    """log Σ e^x along an axis, computed as m + log Σ e^(x-m) with the largest entry m; its gradient is the softmax.

    Source: P. Blanchard, D. Higham and N. Higham, Accurately computing the log-sum-exp and softmax functions, 2021.

    Args:
        x: Tensor or array of real numbers, any shape.
        axis: one axis, several, or None for all.
        keepdims: keep the reduced axes with length 1.

    Returns:
        The shape of a NumPy reduction; no overflow.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import logsumexp
        >>> print(round(float(logsumexp(np.array([1000.0, 1000.0]))), 4))
        1000.6931
    """
    x = real(x)
    return apply(rules.LOGSUMEXP, x, axis=axes_from_end(axis, x.ndim), keepdims=bool(keepdims))


def log_softmax(x: Value, axis: Any = -1) -> Value:
    """x - log Σ e^x along an axis: the logarithm of the softmax, without overflow or log 0.

    Args:
        x: Tensor or array of scores, any shape.
        axis: the axis of the classes.

    Returns:
        The same shape and dtype.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import log_softmax
        >>> log_softmax(np.array([0.0, 0.0])).round(4)
        array([-0.6931, -0.6931])
    """
    x = real(x)
    return x - logsumexp(x, axis=axis, keepdims=True)


def softmax(x: Value, axis: Any = -1) -> Value:
    """e^x / Σ e^x along an axis: scores become probabilities.

    Source: J. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990.

    Args:
        x: Tensor or array of scores, any shape.
        axis: the axis of the classes.

    Returns:
        The same shape and dtype, positive, summing to 1 along ``axis``.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import softmax
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    return np.exp(log_softmax(x, axis))


def cross_entropy(logits: Value, targets: Any) -> Value:
    """The mean over the batch of -log softmax(logits) at the right class.

    Args:
        logits: scores, shape ``(..., K)``.
        targets: class ids, integers of shape ``(...)``; or probabilities, real numbers of shape ``(..., K)``.

    Returns:
        A number. Its gradient with respect to one row of logits is (p - t) / N.

    Raises:
        ShapeError: targets that fit neither form.
        IndexError: a class id outside 0 … K-1.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import cross_entropy
        >>> print(round(float(cross_entropy(np.zeros((2, 4)), np.array([1, 3]))), 4))
        1.3863
    """
    logits, targets = real(logits), array(targets)
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise ShapeError(f"cross_entropy needs scores of shape (..., K) with K > 0, not {logits.shape}")
    count = max(1, logits.size // logits.shape[-1])
    if targets.dtype.kind in "iu" and targets.shape == logits.shape[:-1]:
        chosen = apply(ONE_HOT, targets, classes=logits.shape[-1])
        right = np.sum(np.where(chosen, logits, 0), axis=-1)
        return np.sum(logsumexp(logits, axis=-1) - right) / count
    if targets.dtype.kind == "f" and targets.shape == logits.shape:
        return -np.sum(targets * log_softmax(logits)) / count
    raise ShapeError(
        f"cross_entropy with logits of shape {logits.shape} needs integer class ids of shape {logits.shape[:-1]} "
        f"or probabilities of shape {logits.shape}, not {targets.dtype} of shape {targets.shape}"
    )


def one_hot(targets: Array, classes: int) -> Array:
    """True in the column of the right class; class ids outside the scores' columns are refused."""
    if targets.size and not (targets.min() >= 0 and targets.max() < classes):
        worst = targets.min() if targets.min() < 0 else targets.max()
        raise IndexError(f"class id {worst} is outside 0 … {classes - 1}: the logits have {classes} columns")
    return np.asarray(targets[..., None] == np.arange(classes))


ONE_HOT = Opaque("one_hot", one_hot)
