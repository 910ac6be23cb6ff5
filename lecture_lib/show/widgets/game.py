"""A game: set six weights by hand until the score is high enough, blind at first, then with their slopes shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

HIDDEN, SHOWN = "hidden", "shown"
NAMES = ("W11", "W12", "W13", "W21", "W22", "W23")
LABELS = ("W₁₁", "W₁₂", "W₁₃", "W₂₁", "W₂₂", "W₂₃")
COARSE = (-1.0, 0.0, 1.0)
X, B, U = np.array([1.0, 2.0, -0.5]), np.array([0.1, -0.2]), np.array([1.5, -1.0])
MOST = float(np.abs(U).sum())
LEFT, WIDE, TOP, HIGH = 20.0, 132.0, 40.0, 92.0
BAR, BAR_TOP, LONG = 20.0, 278.0, 440.0


def score_and_slopes(W: Any) -> tuple[float, Any]:
    """s = uᵀ tanh(Wx + b) of the game's network, and its slope along each of the six weights.

    Example:
        >>> score, slopes = score_and_slopes(np.zeros((2, 3)))
        >>> print(score.round(2), slopes.shape)
        0.35 (2, 3)
    """
    h = np.tanh(np.asarray(W, float) @ X + B)
    return U @ h, np.outer(U * (1 - h**2), X)


class WeightGame(Widget):
    """Six weights of a small network, its score, and a goal. What the network does with its weights is not shown.

    The score is uᵀ tanh(Wx + b) with three inputs and two units, those of notebook 05. On a page without a kernel each
    weight is −1, 0 or 1.

    Args:
        goal: the score to reach, above that of six zeros and below 2.5, which no weights reach.

    Attributes:
        W11: a weight from −1 to 1; so are W12, W13, W21, W22 and W23.
        slopes: "hidden", or "shown": how fast the score moves with each weight.

    Raises:
        ValueError: the goal is out of reach or already reached.

    Example:
        >>> game = WeightGame()
        >>> game.W12 = 1.0
        >>> game
        Weights 0, 1, 0 and 0, 0, 0: the score is 1.65, and the goal is 2.
    """

    offline: ClassVar[Mapping[str, Sequence[Any]]] = dict.fromkeys(NAMES, COARSE)
    W11: float
    W12: float
    W13: float
    W21: float
    W22: float
    W23: float
    slopes: str

    def __init__(self, goal: float = 2.0) -> None:
        start = float(score_and_slopes(np.zeros((2, 3)))[0])
        if not start < goal < MOST:
            raise ValueError(f"the goal is {goal!r}; expected a score above {short(start)} and below {short(MOST)}")
        self.goal = float(goal)
        knobs = [Range(name, label, -1.0, 1.0, 0.0, 8) for name, label in zip(NAMES, LABELS, strict=True)]
        super().__init__([*knobs, Choice("slopes", "slopes", (HIDDEN, SHOWN), HIDDEN)])
        self._scale = self._backdrop()

    def _backdrop(self) -> Scene:
        scene = Scene(LONG + 2 * BAR, 340)
        for k, label in enumerate(("11", "12", "13", "21", "22", "23")):
            x, y = _corner(k)
            scene.rectangle(x, y, WIDE, HIGH, "line", 6, fill="leaf")
            scene.text(f"$W_{{{label}}}$", x + 10, y + 24, 17)
        scene.text("score $s$", BAR, BAR_TOP - 14, 16)
        scene.rectangle(BAR, BAR_TOP, LONG, 22, "ink", thick=1.4)
        for value in (-2, -1, 0, 1, 2):
            scene.line([(_along(value), BAR_TOP + 22), (_along(value), BAR_TOP + 28)], "ink")
            scene.text(short(value), _along(value), BAR_TOP + 44, 14, "ink", "middle")
        scene.line([(_along(self.goal), BAR_TOP - 8), (_along(self.goal), BAR_TOP + 30)], "forward", thick=3)
        scene.text("goal", _along(self.goal), BAR_TOP - 14, 15, "forward", "middle")
        return scene

    def frame(self, state: State) -> Frame:
        weights = [state[name] for name in NAMES]
        score, slopes = score_and_slopes(np.reshape(weights, (2, 3)))
        scene = Scene(self._scale.width, self._scale.height)
        for k, weight in enumerate(weights):
            x, y = _corner(k)
            scene.text(short(weight), x + WIDE - 12, y + 24, 17, "ink", "end")
            if state["slopes"] == SHOWN:
                self._slope(scene, x, y, float(slopes.flat[k]))
        first, last = sorted((_along(0.0), _along(float(score))))
        scene.rectangle(first, BAR_TOP + 3, max(last - first, 1.0), 16, "backward", fill="backward")
        won = score >= self.goal
        scene.text(short(score) + (": there" if won else ""), BAR + 76, BAR_TOP - 14, 16, "backward")
        return Frame(scene, self._words(weights, float(score), slopes, state["slopes"] == SHOWN), self._scale)

    def _slope(self, scene: Scene, x: float, y: float, slope: float) -> None:
        """An arrow to the side to which the weight must go for a higher score, longer where more is to be gained."""
        middle, length = x + WIDE / 2, min(abs(slope), 3.0) / 3 * (WIDE / 2 - 12)
        if abs(slope) >= 0.05:
            end = middle + np.sign(slope) * length
            scene.line([(middle, y + 52), (end, y + 52)], "backward", thick=3)
            scene.arrow((end + 5 * np.sign(slope), y + 52), (np.sign(slope), 0.0), "backward")
        scene.circle(middle, y + 52, 2.5, "backward", fill="backward")
        scene.text(f"slope {short(slope, 2)}", middle, y + 80, 15, "backward on note", "middle")

    def _words(self, weights: list[float], score: float, slopes: Any, shown: bool) -> str:
        rows = [", ".join(short(v) for v in weights[k : k + 3]) for k in (0, 3)]
        end = "the goal is reached" if score >= self.goal else f"the goal is {short(self.goal)}"
        said = f"Weights {rows[0]} and {rows[1]}: the score is {short(score)}, and {end}."
        if shown:
            steep = [", ".join(short(v, 2) for v in row) for row in slopes]
            said += f" The slopes are {steep[0]} and {steep[1]}."
        return said


def _corner(k: int) -> tuple[float, float]:
    """Where the box of a weight begins: the boxes stand as the weights do in W."""
    return LEFT + (k % 3) * (WIDE + 22), TOP - 20 + (k // 3) * (HIGH + 14)


def _along(score: float) -> float:
    """Where a score stands on the bar."""
    return BAR + (score + MOST) / (2 * MOST) * LONG
