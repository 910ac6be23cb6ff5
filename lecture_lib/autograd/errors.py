"""The two errors that gradients raise."""

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
