"""Curves of training, told apart by dash and name as well as by color."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.train.history import History

STYLES = (
    ("forward", False, 2.4), ("backward", True, 2.4), ("third", False, 1.4), ("wrong", True, 1.4),
    ("ink", False, 1.0), ("muted", True, 1.0),
)  # fmt: skip
METHODS = {
    "SGD": 0, "momentum": 1, "Adagrad": 2, "RMSprop": 3, "Adam": 4, "SparseAdam": 5,
    "tanh": 0, "relu": 1, "sigmoid": 2,
    "constant": 0, "cosine": 1, "cyclic": 2, "exponential": 4,
    "train": 0, "dev": 1, "loss": 0, "validation_loss": 1,
}  # fmt: skip
"""What the course draws often keeps its style from figure to figure; other names take the styles that are free."""


def loss_curves(curves: History | Mapping[str, Any], log: bool = False, title: str = "", xlabel: str = "epoch",
                ylabel: str = "loss") -> Picture:  # fmt: skip
    """Draw how figures change over training, the best value of each marked.

    Args:
        curves: what ``fit`` returned (every recorded loss is drawn), or name → numbers, one an epoch; at most six.
            "SGD", "Adam", "tanh", "relu" and others that come often look the same in every figure.
        log: a logarithmic scale for the numbers.
        title: above the frame.
        xlabel: below it.
        ylabel: beside it.

    Returns:
        A Picture. Numbers that are not finite leave a gap, and the words say so.

    Raises:
        ValueError: nothing to draw, more than six curves, or nothing above 0 on a logarithmic scale.

    Example:
        >>> loss_curves({"train": [1.0, 0.5, 0.25], "dev": [1.1, 0.8, 0.9]})
        train: from 1 to 0.25 in 3 epochs, lowest 0.25 at 3. dev: from 1.1 to 0.9 in 3 epochs, lowest 0.8 at 2.
    """
    if isinstance(curves, History):
        curves = {name: curves[name] for name in curves.names if "loss" in name}
    rows = {str(name): np.asarray(values, float).ravel() for name, values in curves.items()}
    rows = {name: values for name, values in rows.items() if values.size}
    if not rows or len(rows) > len(STYLES):
        raise ValueError(f"loss_curves draws 1 to {len(STYLES)} curves, not {len(rows)}")
    known = np.concatenate([values[_drawable(values, log)] for values in rows.values()])
    if not known.size:
        raise ValueError("loss_curves has no finite number to draw" + (" above 0" if log else ""))
    longest = max(len(v) for v in rows.values())
    beside = max(measure(name, 15)[0] for name in rows)
    scene = Scene(70 + 480 + beside + 30, 380)
    axes = Axes(scene, (70, 34, 480, 290), (1.0, float(max(longest, 2))), _limits(known, log), "y" if log else "")
    axes.frame(xlabel, ylabel, title)
    ends: list[tuple[float, str, str]] = []
    for (name, values), (color, dash, thick) in zip(rows.items(), _styles(list(rows)), strict=True):
        places = np.arange(1, len(values) + 1)
        axes.curve(places, values, color, dash=dash, thick=thick)
        drawn = _drawable(values, log)
        best = int(np.argmin(np.where(drawn, values, np.inf)))
        axes.dot(float(places[best]), float(values[best]), color, 4.5)
        ends.append((float(axes.py(values[drawn][-1])) + 5 if drawn.any() else 60.0, name, color))
    for y, (_, name, color) in zip(_spread([y for y, *_ in sorted(ends)]), sorted(ends), strict=True):
        scene.text(name, 560, y, 15, color)
    return Picture(scene, " ".join(_words(name, values, xlabel) for name, values in rows.items()))


def _styles(names: list[str]) -> list[tuple[str, bool, float]]:
    """A style for every curve: a known name's own, as long as no other curve has it."""
    taken: dict[str, int] = {}
    for name in names:
        if (own := METHODS.get(name)) is not None and own not in taken.values():
            taken[name] = own
    free = (style for style in range(len(STYLES)) if style not in taken.values())
    return [STYLES[taken[name] if name in taken else next(free)] for name in names]


def _spread(heights: list[float], apart: float = 17.0) -> list[float]:
    """Sorted heights, moved as little downward as keeps them apart, and all up again if the last left the frame."""
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + apart)
    over = max(0.0, heights[-1] - 330.0)
    return [y - over for y in heights]


def _drawable(values: Array, log: bool) -> Array:
    """Where a number has a place on the scale."""
    return np.isfinite(values) & ((values > 0) | (not log))


def _limits(known: Array, log: bool) -> tuple[float, float]:
    """The ends of the vertical scale; a logarithmic one shows at least one whole power of ten."""
    low, high = float(known.min()), float(known.max())
    if not log:
        margin = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
        return low - margin, high + margin
    if high / low < 10:
        return 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high) + 1e-9)
    return low / 1.3, high * 1.3


def _words(name: str, values: Array, xlabel: str) -> str:
    finite = np.isfinite(values)
    if not finite.any():
        return f"{name}: no finite number."
    best = int(np.argmin(np.where(finite, values, np.inf)))
    text = f"{name}: from {short(values[0])} to {short(values[-1])} in {len(values)} {xlabel}s"
    text += f", lowest {short(values[best])} at {best + 1}"
    return text + ("." if finite.all() else f"; {int((~finite).sum())} not finite.")
