"""What one can see of a program that trains, case by case: losses, sizes of gradients, and whether wiggling agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

WIDTH, HEIGHT = 900.0, 350.0
LOSSES = (1e-3, 1e4)
SIZES = (1e-3, 1e4)
LINES = (("W1", "forward", False, 2.2), ("W2", "backward", True, 2.2), ("U", "third", False, 1.3))
SAME = 0.999


class Record(Protocol):
    """The figures of one case, as `lecture_lib.exercises.failing_networks.Symptoms` holds them."""

    loss: Array
    worst: Array
    sizes: dict[str, Array]
    unheard: tuple[float, float]
    agreement: dict[str, float]


class SymptomBoard(Widget):
    """Choose a case, and see its losses, the lengths of its gradients, and how they agree with wiggling.

    Args:
        cases: name → figures; two or more.
        healthy: the figures to compare with, drawn thin; None for none.

    Attributes:
        case: which one is shown.

    Raises:
        ValueError: fewer than two cases.

    Example:
        >>> from lecture_lib.exercises import failing_networks as cases
        >>> SymptomBoard({k: cases.examine(cases.CASES[k], steps=20) for k in (4, 6)})
        Case 4: the mean loss goes from 1.4 to ... Wiggling disagrees on W1 (−1), b1 (−1), W2 (−1), ... c (−1).
    """

    case: Any

    def __init__(self, cases: Mapping[Any, Record], healthy: Record | None = None) -> None:
        if len(cases) < 2:
            raise ValueError(f"SymptomBoard needs two cases to choose from, not {len(cases)}")
        self.cases = dict(cases)
        self.healthy = healthy
        self.steps = max(len(seen.loss) for seen in (*self.cases.values(), *([healthy] if healthy else [])))
        super().__init__([Choice("case", "case", tuple(self.cases), next(iter(self.cases)))])
        self._backdrop = self._background()

    def _loss_axes(self, scene: Scene) -> Axes:
        return Axes(scene, (62, 34, 220, 230), (0.0, float(self.steps)), LOSSES, "y")

    def _size_axes(self, scene: Scene) -> Axes:
        return Axes(scene, (362, 34, 220, 230), (0.0, float(self.steps)), SIZES, "y")

    def _bar_axes(self, scene: Scene) -> Axes:
        return Axes(scene, (690, 34, 150, 230), (-1.0, 1.0), (6.0, 0.0))

    def _background(self) -> Scene:
        scene = Scene(WIDTH, HEIGHT)
        self._loss_axes(scene).frame("step", "", "loss")
        self._size_axes(scene).frame("step", "", "length of the gradient")
        bars = self._bar_axes(scene)
        bars.frame("cosine", "", "agrees with wiggling?", yticks=False)
        rows = [("mean", "forward", False, 2.2), ("worst window", "forward", True, 1.3)]
        rows += [("healthy mean", "muted", False, 1.3)] if self.healthy else []
        self._legend(scene, rows, 30, (0, 70, 178))
        self._legend(scene, [(f"of {name}", *style) for name, *style in LINES], 362, (0, 80, 160))
        scene.text("1 = same direction", 690, 330, 13, "muted")
        if self.healthy is not None:
            axes = self._loss_axes(scene)
            axes.curve(np.arange(len(self.healthy.loss)), self.healthy.loss, "muted", thick=1.3)
        return scene

    def _legend(self, scene: Scene, rows: list[Any], left: float, places: tuple[int, ...]) -> None:
        for (name, color, dash, thick), place in zip(rows, places, strict=False):
            x = left + place
            scene.line([(x, 326), (x + 20, 326)], color, dash=dash, thick=thick)
            scene.text(name, x + 25, 330, 13, "muted")

    def frame(self, state: State) -> Frame:
        seen = self.cases[state["case"]]
        scene = Scene(WIDTH, HEIGHT)
        losses = self._loss_axes(scene)
        steps = np.arange(len(seen.loss))
        losses.curve(steps, np.clip(seen.worst, LOSSES[0], LOSSES[1]), "forward", dash=True, thick=1.3)
        losses.curve(steps, np.clip(seen.loss, LOSSES[0], LOSSES[1]), "forward", thick=2.2)
        sizes = self._size_axes(scene)
        for name, color, dash, thick in LINES:
            sizes.curve(steps, np.clip(seen.sizes[name], SIZES[0], SIZES[1]), color, dash=dash, thick=thick)
        if not any(seen.sizes[name].any() for name, *_ in LINES):
            scene.text("all exactly 0", 472, 250, 14, "wrong", "middle")
        self._bars(scene, seen)
        return Frame(scene, self._words(state["case"], seen), self._backdrop)

    def _bars(self, scene: Scene, seen: Record) -> None:
        axes = self._bar_axes(scene)
        zero = float(axes.px(0.0))
        scene.line([(zero, axes.top), (zero, axes.top + axes.height)], "line")
        for k, (name, cosine) in enumerate(seen.agreement.items()):
            y = float(axes.py(k + 0.5))
            end = float(axes.px(cosine))
            color = "forward" if cosine > SAME else "wrong"
            if abs(end - zero) > 1:
                scene.rectangle(min(zero, end), y - 8, abs(end - zero), 16, None, fill=color)
            scene.text(name, axes.left - 8, y + 5, 14, "ink", "end")
            scene.text(short(cosine, 2), axes.left + axes.width + 8, y + 5, 14, color)

    def _words(self, case: Any, seen: Record) -> str:
        if not len(seen.loss):
            return f"Case {case}: the first loss is already not finite."
        wrong = [f"{name} ({short(cosine, 2)})" for name, cosine in seen.agreement.items() if cosine <= SAME]
        silent, end = f"{round(100 * seen.unheard[0])} % before training", ", where it stops being a finite number"
        if len(seen.loss) == self.steps:
            silent, end = f"{silent} and {round(100 * seen.unheard[1])} % after", ""
        return (
            f"Case {case}: the mean loss goes from {short(seen.loss[0], 2)} to {short(seen.loss[-1], 2)} in "
            f"{len(seen.loss)} steps{end}; the worst window from {short(seen.worst[0], 2)} to "
            f"{short(seen.worst[-1], 2)}. Windows that send a gradient of exactly 0 to all weights: {silent}. "
            f"Wiggling disagrees on {', '.join(wrong) or 'nothing'}."
        )
