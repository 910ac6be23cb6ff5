"""The two errors that gradients raise, and a warning."""

from __future__ import annotations


class ShapeError(ValueError):
    """Shapes that do not fit; the message names the operation, the operands, their shapes and the nearest fix.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import ShapeError, Tensor
        >>> try:
        ...     Tensor(np.ones((2, 3)), name="W") @ Tensor(np.ones(2), name="x")
        ... except ShapeError as error:
        ...     print(error)
        matmul cannot combine W of shape (2, 3) and x of shape (2,): the last axis of W (3) must equal the first of x \
(2); did you mean W.T @ x?
    """


class GradientError(AssertionError):
    """A gradient that disagrees with finite differences; the message names the worst entry.

    Example:
        >>> import numpy as np
        >>> from lecture_lib import GradientError, check_gradient, primitive
        >>> square = primitive(lambda x: x**2, pull=lambda g, y, x: g * x)
        >>> try:
        ...     check_gradient(square, np.ones(3))
        ... except GradientError as error:
        ...     print(str(error).partition(" at ")[0])
        the gradient is wrong
    """


class ZeroGradientWarning(UserWarning):
    """A gradient of zeros because the result depends on the argument only through operations without a derivative.

    Example:
        >>> import warnings
        >>> import numpy as np
        >>> from lecture_lib import ZeroGradientWarning, grad
        >>> with warnings.catch_warnings(record=True) as found:
        ...     warnings.simplefilter("always")
        ...     grad(lambda x: np.mean(np.round(x) == 1.0))(np.array([1.0, 2.0]))
        array([0., 0.])
        >>> found[0].category is ZeroGradientWarning
        True
    """
