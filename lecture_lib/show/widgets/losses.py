"""Two losses of a score and their slopes: the one that stalls where the network is surest and wrong, and the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.autograd.nn import sigmoid, softplus
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

REACH = 8.0


class LossSlopes(Widget):
    """The logistic and the squared loss of a score s with p = σ(s), and what each sends back: ∂J/∂s.

    Attributes:
        s: the score, -8 to 8.
        y: the right answer, 0 or 1.

    Example:
        >>> lab = LossSlopes()
        >>> lab.s = -8
        >>> lab
        s = −8, y = 1: p = 3.4e−4. Logistic loss 8, slope −1; squared loss 0.999, slope −6.7e−4.
    """

    s: float
    y: int

    def __init__(self) -> None:
        super().__init__([Range("s", "score s", -REACH, REACH, 2.0, count=160), Choice("y", "answer y", (1, 0), 1)])
        self._backdrops = {y: self._backdrop(y) for y in (1, 0)}

    def values(self, s: Any, y: int) -> tuple[Any, Any, Any, Any]:
        """The logistic loss and its slope, then the squared loss and its slope, at scores s.

        Args:
            s: scores of any shape.
            y: the right answer, 0 or 1.

        Returns:
            Four arrays of that shape.
        """
        p = sigmoid(s)
        return softplus(s) - y * s, p - y, (p - y) ** 2, 2 * (p - y) * p * (1 - p)

    def _left(self, scene: Scene) -> Axes:
        return Axes(scene, (56, 34, 330, 270), (-REACH, REACH), (-0.4, 8.4))

    def _right(self, scene: Scene) -> Axes:
        return Axes(scene, (460, 34, 330, 270), (-REACH, REACH), (-1.1, 1.1))

    def _backdrop(self, y: int) -> Scene:
        scene = Scene(820, 372)
        left, right = self._left(scene), self._right(scene)
        s = np.linspace(-REACH, REACH, 321)
        logistic, logistic_slope, squared, squared_slope = self.values(s, y)
        left.frame("score s", title=f"loss J for y = {y}")
        right.frame("score s", title=r"what it sends back, $\partial J/\partial s$")
        for axes in (left, right):
            axes.curve([-REACH, REACH], [0, 0], "line", thick=1)
        left.curve(s, logistic, "forward", thick=2.4)
        left.curve(s, squared, "third", thick=2.4, dash=True)
        right.curve(s, logistic_slope, "forward", thick=2.4)
        right.curve(s, squared_slope, "third", thick=2.4, dash=True)
        scene.text("solid: logistic loss", 120, 362, 14, "forward")
        scene.text("dashed: squared loss", 300, 362, 14, "third")
        return scene

    def frame(self, state: State) -> Frame:
        s, y = state["s"], state["y"]
        logistic, logistic_slope, squared, squared_slope = (float(v) for v in self.values(s, y))
        scene = Scene(820, 372)
        left, right = self._left(scene), self._right(scene)
        for axes, first, second in ((left, logistic, squared), (right, logistic_slope, squared_slope)):
            low, high = axes.y_limits
            axes.curve([s, s], [low, high], "muted", thick=1)
            axes.dot(s, first, "forward", 5.5)
            axes.dot(s, second, "third", 5.5)
        scene.text(f"slopes: {short(logistic_slope, 2)} and {short(squared_slope, 2)}", 625, 362, 14, "ink", "middle")
        text = (
            f"s = {short(s)}, y = {y}: p = {short(sigmoid(s), 2)}. "
            f"Logistic loss {short(logistic)}, slope {short(logistic_slope, 2)}; "
            f"squared loss {short(squared)}, slope {short(squared_slope, 2)}."
        )
        return Frame(scene, text, self._backdrops[y])
