"""Where training begins: how to fill weights and biases before the first step.

A weight matrix W of a layer z = Wx + b has shape n×m: m inputs (fan-in), n outputs (fan-out). Random ones take an
explicit `numpy.random.Generator`, so that the same seed gives the same network.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lecture_lib.train.nonlinearities import LAYERS
from lecture_lib.train.settings import generator, non_negative, real, whole

Shape = int | Sequence[int]

GAINS = {"linear": 1.0} | {name: record.gain for name, record in LAYERS.items() if record.gain is not None}


def gain(nonlinearity: str, slope: float = 0.01) -> float:
    """The factor by which weights grow to make up for what a nonlinearity takes from the spread.

    The rectifier lets half of the variance pass, so √2; the leaky one √(2/(1+slope²)). The 5/3 of tanh is PyTorch's
    and holds activations up through many layers; Glorot and Bengio themselves used 1 with tanh.
    Source of the rectifiers' gains: K. He et al., Delving deep into rectifiers, 2015, section 2.2.

    Args:
        nonlinearity: "linear", "sigmoid", "tanh", "hard_tanh", "relu" or "leaky_relu".
        slope: of the leaky rectifier for z < 0.

    Returns:
        The factor for the standard deviation.

    Raises:
        ValueError: there is no such nonlinearity, or slope is not finite.
        TypeError: slope is not a number.

    >>> round(gain("relu") ** 2, 6)
    2.0
    """
    if nonlinearity not in GAINS:
        raise ValueError(f"no nonlinearity named {nonlinearity!r}; expected one of {', '.join(GAINS)}")
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + real(slope, "slope") ** 2))
    return GAINS[nonlinearity]


def fans(shape: Shape) -> tuple[int, int]:
    """Fan-in and fan-out of a weight array: how many inputs an output sums, how many outputs an input reaches.

    Args:
        shape: (n, m) for n outputs and m inputs; further axes, as a convolution has, multiply both.

    Returns:
        Fan-in and fan-out.

    Raises:
        ValueError: fewer than two axes, or an axis of length 0 or less.
        TypeError: a length is not a whole number.

    >>> fans((100, 250))
    (250, 100)
    """
    shape = _checked_shape(shape)
    if len(shape) < 2 or 0 in shape:
        raise ValueError(
            f"shape is {shape}; expected (outputs, inputs) with both at least 1. A bias has no fan-in: "
            "use zeros, or output_bias for the last layer"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def zeros(shape: Shape, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """All zeros: right for biases, wrong for weights, because equal units get equal gradients and stay equal.

    Args:
        shape: of the array.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        TypeError: the dtype is not floating-point, or a length is not a whole number.
        ValueError: a length is negative.

    >>> zeros(3)
    array([0., 0., 0.])
    """
    return np.zeros(_checked_shape(shape), _checked_dtype(dtype))


def constant(shape: Shape, value: float, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """The same number everywhere.

    Args:
        shape: of the array.
        value: the number.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        TypeError: the dtype is not floating-point, or the value or a length is not a number.
        ValueError: the value is not finite, or a length is negative.

    >>> constant(2, 0.5)
    array([0.5, 0.5])
    """
    return np.full(_checked_shape(shape), real(value, "value"), _checked_dtype(dtype))


def uniform(shape: Shape, rng: np.random.Generator, r: float = 0.1, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Uniform(-r, r), with variance r²/3.

    Args:
        shape: of the array.
        rng: a generator.
        r: the largest magnitude.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        TypeError: rng is not a generator, the dtype is not floating-point, or r or a length is not a number.
        ValueError: r is negative or not finite, or a length is negative.

    >>> bool(np.all(np.abs(uniform((4, 5), np.random.default_rng(0), r=0.2)) <= 0.2))
    True
    """
    r = non_negative(r, "r")
    drawn = generator(rng).uniform(-r, r, _checked_shape(shape))
    return drawn.astype(_checked_dtype(dtype), copy=False)


def normal(shape: Shape, rng: np.random.Generator, std: float = 0.01, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Normal with mean 0 and standard deviation `std`.

    Args:
        shape: of the array.
        rng: a generator.
        std: the standard deviation.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        TypeError: rng is not a generator, the dtype is not floating-point, or std or a length is not a number.
        ValueError: std is negative or not finite, or a length is negative.

    >>> normal((2, 3), np.random.default_rng(0), dtype=np.float32).dtype
    dtype('float32')
    """
    drawn = generator(rng).normal(0.0, non_negative(std, "std"), _checked_shape(shape))
    return drawn.astype(_checked_dtype(dtype), copy=False)


def xavier_uniform(
    shape: Shape, rng: np.random.Generator, gain: float | str = 1.0, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Uniform(-r, r) with r = gain·√(6/(fan_in + fan_out)), so that Var(W) = gain²·2/(fan_in + fan_out).

    A compromise between keeping the spread of activations (1/fan_in) and that of gradients (1/fan_out).
    Source: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010,
    equation 16.

    Args:
        shape: (outputs, inputs), which is (n, m) for W.
        rng: a generator.
        gain: a factor, or the name of a nonlinearity (see `gain`).
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the shape has fewer than two axes or an empty one, or the gain is negative or unknown.
        TypeError: rng is not a generator, or the dtype is not floating-point.

    >>> W = xavier_uniform((100, 250), np.random.default_rng(0))
    >>> bool(np.abs(W).max() <= np.sqrt(6 / 350))
    True
    """
    return uniform(shape, rng, _gain(gain) * math.sqrt(6 / sum(fans(shape))), dtype)


def xavier_normal(
    shape: Shape, rng: np.random.Generator, gain: float | str = 1.0, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Normal with mean 0 and variance gain²·2/(fan_in + fan_out): the spread of `xavier_uniform`, without its bounds.

    Source: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010,
    equation 12, for the variance.

    Args:
        shape: (outputs, inputs), which is (n, m) for W.
        rng: a generator.
        gain: a factor, or the name of a nonlinearity.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the shape has fewer than two axes or an empty one, or the gain is negative or unknown.
        TypeError: rng is not a generator, or the dtype is not floating-point.

    >>> xavier_normal((2, 3), np.random.default_rng(0), gain="tanh").shape
    (2, 3)
    """
    return normal(shape, rng, _gain(gain) * math.sqrt(2 / sum(fans(shape))), dtype)


def he_uniform(
    shape: Shape, rng: np.random.Generator, gain: float | str = "relu", dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Uniform(-r, r) with r = gain·√(3/fan_in), so that Var(W) = gain²/fan_in, which is 2/fan_in for the rectifier.

    Source: K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, 2015, equation 10.

    Args:
        shape: (outputs, inputs), which is (n, m) for W.
        rng: a generator.
        gain: a factor, or the name of a nonlinearity (see `gain`).
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the shape has fewer than two axes or an empty one, or the gain is negative or unknown.
        TypeError: rng is not a generator, or the dtype is not floating-point.

    >>> W = he_uniform((100, 24), np.random.default_rng(0))
    >>> bool(np.abs(W).max() <= 0.5)
    True
    """
    return uniform(shape, rng, _gain(gain) * math.sqrt(3 / fans(shape)[0]), dtype)


def he_normal(
    shape: Shape, rng: np.random.Generator, gain: float | str = "relu", dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Normal with mean 0 and variance gain²/fan_in, which is 2/fan_in for the rectifier.

    Source: K. He, X. Zhang, S. Ren and J. Sun, Delving deep into rectifiers, 2015, equation 10.

    Args:
        shape: (outputs, inputs), which is (n, m) for W.
        rng: a generator.
        gain: a factor, or the name of a nonlinearity.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the shape has fewer than two axes or an empty one, or the gain is negative or unknown.
        TypeError: rng is not a generator, or the dtype is not floating-point.

    >>> he_normal((2, 3), np.random.default_rng(0)).shape
    (2, 3)
    """
    return normal(shape, rng, _gain(gain) / math.sqrt(fans(shape)[0]), dtype)


def orthogonal(
    shape: Shape, rng: np.random.Generator, gain: float | str = 1.0, dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """A random matrix whose rows (or, if there are more rows than columns, columns) are orthonormal, times the gain.

    A square one keeps the length of every vector, forward and backward. Every orthogonal matrix is equally likely: the
    QR decomposition of a normal matrix, with the signs that make R's diagonal positive.
    Source: A. Saxe, J. McClelland and S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks, 2014; for the signs F. Mezzadri, How to generate random matrices from the classical compact groups,
    2007.

    Args:
        shape: (outputs, inputs), which is (n, m) for W.
        rng: a generator.
        gain: a factor, or the name of a nonlinearity.
        dtype: a floating-point dtype.

    Returns:
        An array of that shape and dtype.

    Raises:
        ValueError: the shape does not have two axes of at least 1, or the gain is negative or unknown.
        TypeError: rng is not a generator, or the dtype is not floating-point.

    >>> Q = orthogonal((2, 4), np.random.default_rng(0))
    >>> np.allclose(Q @ Q.T, np.eye(2))
    True
    """
    shape = _checked_shape(shape)
    fans(shape)
    if len(shape) != 2:
        raise ValueError(f"shape is {shape}; expected (outputs, inputs)")
    tall = generator(rng).normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    matrix = q if shape[0] >= shape[1] else q.T
    return np.ascontiguousarray(_gain(gain) * matrix).astype(_checked_dtype(dtype), copy=False)


def output_bias(targets: Any, classes: int | None = None, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """The output bias that is best if all weights were 0: training need not spend its first steps on finding it.

    * real numbers: their mean, which is best for the squared error;
    * booleans, or floats that are all 0 or 1: log(p/(1-p)) with p their mean, which is best for the logistic loss;
    * integers (class ids): the logarithm of each class's frequency, which is best for the softmax;
    * rows of probabilities, shape (N, K): the logarithm of the mean row.

    A class that never occurs counts as half an example, so that its bias is finite.

    Args:
        targets: what the network shall answer, shape (N,) or (N, K); booleans, integers or floats.
        classes: K, for class ids whose largest may be missing; by default the largest id + 1.
        dtype: a floating-point dtype.

    Returns:
        Shape () for numbers and yes-or-no answers, (K,) for classes.

    Raises:
        ValueError: there are no targets, one is not finite, a class id is outside 0 … K-1, the rows of a matrix are
            no probabilities, or classes is given for targets that are no class ids.
        TypeError: the targets are not numbers, or the dtype is not floating-point.

    >>> output_bias(np.array([0, 0, 0, 1])).round(4)
    array([-0.2877, -1.3863])
    >>> print(output_bias(np.array([False, False, False, True])).round(4))
    -1.0986
    """
    targets = np.asarray(targets)
    dtype = _checked_dtype(dtype)
    if targets.dtype.kind not in "buif":
        raise TypeError(f"targets hold {targets.dtype}; expected numbers, booleans or class ids")
    if targets.size == 0 or targets.ndim not in (1, 2):
        raise ValueError(f"targets have shape {targets.shape}; expected (N,) or (N, K) with N at least 1")
    if not np.isfinite(targets).all():
        raise ValueError("a target is nan or inf; expected finite numbers")
    if targets.ndim == 2:
        return _log_share(_probabilities(targets).sum(axis=0), len(targets)).astype(dtype)
    if targets.dtype.kind in "iu":
        return _log_share(_class_counts(targets, classes), len(targets)).astype(dtype)
    if classes is not None:
        raise ValueError(f"classes is {classes}, but the targets hold {targets.dtype}; expected integer class ids")
    if targets.dtype.kind == "b" or np.isin(targets, (0, 1)).all():
        yes = float(targets.sum())
        log_no, log_yes = _log_share(np.array([len(targets) - yes, yes]), len(targets))
        return np.asarray(log_yes - log_no, dtype)
    return np.asarray(targets.mean(dtype=np.float64), dtype)


def _log_share(counts: NDArray[Any], total: int) -> NDArray[Any]:
    return np.log(np.where(counts > 0, counts, 0.5) / total)


def _class_counts(targets: NDArray[Any], classes: int | None) -> NDArray[Any]:
    largest = int(targets.max())
    count = largest + 1 if classes is None else classes
    if targets.min() < 0 or largest >= count:
        wrong = int(targets.min()) if targets.min() < 0 else largest
        raise ValueError(f"class id {wrong} is outside 0 … {count - 1}")
    return np.bincount(targets, minlength=count)


def _probabilities(targets: NDArray[Any]) -> NDArray[Any]:
    if (targets < 0).any() or not np.allclose(targets.sum(axis=1), 1, atol=1e-4):
        raise ValueError("targets with two axes are rows of probabilities; expected rows that sum to 1")
    return targets


def _gain(value: float | str) -> float:
    return gain(value) if isinstance(value, str) else non_negative(value, "gain")


def _checked_shape(shape: Shape) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    return tuple(whole(n, "a length in shape", least=0) for n in sizes)


def _checked_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    found = np.dtype(dtype)
    if found.kind != "f":
        raise TypeError(f"dtype is {found}; expected a floating-point dtype, since parameters are differentiated")
    return found
