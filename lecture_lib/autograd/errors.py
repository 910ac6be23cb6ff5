"""The two errors that gradients raise."""

from __future__ import annotations


class ShapeError(ValueError):
    """Shapes that do not fit; the message names the operation, the operands, their shapes and the nearest fix."""


class GradientError(AssertionError):
    """A gradient that disagrees with finite differences; the message names the worst entry."""
