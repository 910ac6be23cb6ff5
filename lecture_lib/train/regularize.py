"""Regularization: what keeps a network from learning its training data by heart, and steps from running away.

An L2 penalty is a term of the loss, so its gradient passes through the optimizer like any other; decoupled weight
decay (`optim.AdamW`) pulls parameters towards 0 beside the gradient step. With plain SGD the two are the same:
the gradient of λΣθ² is 2λθ. With Adam or Adagrad, which rescale gradients, they are not.

Source: I. Loshchilov and F. Hutter, Decoupled weight decay regularization, 2019.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lecture_lib.autograd.sparse import RowSparse
from lecture_lib.autograd.trees import leaves, rebuild
from lecture_lib.train.settings import generator, non_negative, positive, share, whole


def l2_penalty(params: Any, strength: float, only: Sequence[str] | None = None) -> Any:
    """λ·Σθ², to be added to the loss: J = mean(-log softmax) + λΣθ².

    Source: A. Krogh and J. Hertz, A simple weight decay can improve generalization, 1992; theirs is ½λΣθ².

    Args:
        params: arrays or Tensors, in any nesting of tuples, lists and dicts.
        strength: λ.
        only: the keys of the parameters that are penalized, such as ("W", "U"); None for all, biases included.

    Returns:
        A number; a Tensor if a parameter is one.

    Raises:
        ValueError: λ is negative or not finite.
        TypeError: λ is not a number.
        KeyError: a key is not among the parameters.

    >>> print(l2_penalty({"W": np.array([[3.0]]), "b": np.array([4.0])}, 0.1, only=["W"]))
    0.9
    """
    strength = non_negative(strength, "strength")
    if only is not None:
        missing = [key for key in only if key not in params]
        if missing:
            raise KeyError(f"no parameter named {missing[0]!r}; expected names among {', '.join(map(repr, params))}")
        params = [params[key] for key in only]
    total: Any = 0.0
    for _, theta in leaves(params):
        total = total + np.sum(theta * theta)
    return strength * total


def dropout_mask(
    shape: int | tuple[int, ...], rate: float, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> NDArray[Any]:
    """A mask of zeros, with probability `rate`, and of 1/(1-rate), so that a masked unit keeps its mean.

    Source: as for `dropout`.

    Args:
        shape: of what will be masked.
        rate: the share that is dropped.
        rng: a generator.
        dtype: of the mask; that of what will be masked.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the rate is outside 0 <= rate < 1.
        TypeError: rng is not a generator, or the rate is not a number.

    >>> sorted(set(dropout_mask(100, 0.5, np.random.default_rng(0)).tolist()))
    [0.0, 2.0]
    """
    rate = share(rate, "rate")
    kept = generator(rng).random(shape, dtype=np.float32) >= rate
    return kept / np.asarray(1 - rate, np.dtype(dtype))


def dropout(x: Any, rate: float, rng: np.random.Generator | None, training: bool = True) -> Any:
    """Drop a share of the units at random and scale up the others; do nothing at prediction.

    The gradient passes where the mask is not 0, times the same factor. Since the mask is drawn anew at each call, a
    compiled or numeric gradient needs it held fixed: draw a `dropout_mask` outside and multiply by it.
    Source: N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever and R. Salakhutdinov, Dropout: a simple way to prevent
    neural networks from overfitting, 2014; here in the inverted form, which scales while training.

    Args:
        x: Tensor or array, any shape.
        rate: the share that is dropped.
        rng: a generator; may be None when not training.
        training: False at prediction.

    Returns:
        The same shape and dtype; x itself when not training.

    Raises:
        ValueError: the rate is outside 0 <= rate < 1.
        TypeError: rng is not a generator while training, or the rate is not a number.

    >>> dropout(np.ones(4), 0.5, np.random.default_rng(0))
    array([2., 2., 2., 0.])
    >>> dropout(np.ones(4), 0.5, None, training=False)
    array([1., 1., 1., 1.])
    """
    if not training:
        share(rate, "rate")
        return x
    if rng is None:
        raise TypeError("rng is None while training; expected a generator, or training=False at prediction")
    return x * dropout_mask(np.shape(x), rate, rng, x.dtype)


def global_norm(grads: Any) -> float:
    """The length of all gradients taken together, as if they were one vector.

    Args:
        grads: arrays or RowSparse, in any nesting of tuples, lists and dicts.

    Returns:
        The root of the sum of all squared entries.

    >>> global_norm({"W": np.array([[3.0]]), "b": np.array([4.0])})
    5.0
    """
    squares = 0.0
    for _, g in leaves(grads):
        part = g.norm() if isinstance(g, RowSparse) else float(np.linalg.norm(np.asarray(g, np.float64)))
        squares += part**2
    return float(np.sqrt(squares))


def clip_by_norm(grads: Any, max_norm: float) -> Any:
    """All gradients by one factor, so that their common length is at most `max_norm`: the direction stays.

    Source: R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training recurrent neural networks, 2013,
    algorithm 1.

    Args:
        grads: arrays or RowSparse, in any nesting of tuples, lists and dicts; not changed.
        max_norm: the largest length.

    Returns:
        The same structure; the same arrays if nothing had to be clipped. Gradients with nan or inf stay as they are,
        so that whoever comes next can name them.

    Raises:
        ValueError: max_norm is not above 0, or not finite.
        TypeError: max_norm is not a number.

    >>> clip_by_norm([np.array([3.0, 4.0])], max_norm=1.0)
    [array([0.6, 0.8])]
    """
    max_norm = positive(max_norm, "max_norm")
    norm = global_norm(grads)
    if not max_norm < norm < np.inf:
        return grads
    factor = max_norm / norm
    return rebuild(grads, lambda g: g * factor)


def clip_by_value(grads: Any, limit: float) -> Any:
    """Every entry of every gradient cut off at ±limit; this may turn the direction.

    Args:
        grads: arrays or RowSparse, in any nesting of tuples, lists and dicts; not changed.
        limit: the largest magnitude.

    Returns:
        The same structure.

    Raises:
        ValueError: limit is not above 0, or not finite.
        TypeError: limit is not a number.

    >>> clip_by_value((np.array([3.0, -0.5]),), limit=1.0)
    (array([ 1. , -0.5]),)
    """
    limit = positive(limit, "limit")
    return rebuild(grads, lambda g: g.clip(-limit, limit) if isinstance(g, RowSparse) else np.clip(g, -limit, limit))


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the monitored figure has not become better for some epochs.

    Source: L. Prechelt, Early stopping — but when?, 1998.

    Args:
        patience: how many epochs without improvement are allowed.
        min_delta: by how much a figure must be better to count.

    Raises:
        ValueError: patience is below 1, or min_delta is negative.
        TypeError: patience is not a whole number, or min_delta is not a number.

    >>> EarlyStopping(patience=3)
    EarlyStopping(patience=3, min_delta=0.0)
    """

    patience: int = 5
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        whole(self.patience, "patience")
        non_negative(self.min_delta, "min_delta")
