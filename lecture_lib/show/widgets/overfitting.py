"""Training against validation loss, while the penalty and the size of the network move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

Curves = tuple[Array, Array]

WIDTH, HEIGHT = 830.0, 390.0


class OverfittingLab(Widget):
    """Choose λ and the size of a network that has been trained with both; see its losses, and those of its neighbors.

    On the left the losses over the epochs; on the right those after the last epoch, over all λ of the same size.

    Args:
        runs: (λ, size) → (training losses, validation losses), one number an epoch, without the penalty; a run for
            every pair of some λ and some sizes. In place of a λ a text may name another remedy, such as "dropout ½".

    Attributes:
        penalty: λ, or the text.
        hidden: the size.

    Raises:
        ValueError: a pair is missing, there is only one λ or size, or the runs are not equally long.

    Example:
        >>> runs = {(p, n): ([0.9, 0.5 / n + p], [1.0, 0.6 + 0.1 / n]) for p in (0.0, 0.1) for n in (1, 8)}
        >>> lab = OverfittingLab(runs)
        >>> lab.hidden = 8
        >>> "8 hidden units" in repr(lab)
        True
    """

    penalty: Any
    hidden: int

    def __init__(self, runs: Mapping[tuple[Any, int], Any]) -> None:
        self.penalties = tuple(sorted({p for p, _ in runs}, key=lambda p: (isinstance(p, str), p)))
        self.sizes = tuple(sorted({size for _, size in runs}))
        if min(len(self.penalties), len(self.sizes)) < 2:
            raise ValueError("OverfittingLab needs runs with two or more λ and two or more sizes")
        missing = [(p, n) for p in self.penalties for n in self.sizes if (p, n) not in runs]
        if missing:
            raise ValueError(
                f"there is no run for {_named(missing[0][0])} and size {missing[0][1]}; expected every pair"
            )
        self.runs: dict[tuple[Any, int], Curves] = {
            key: (np.asarray(train, float), np.asarray(held_out, float)) for key, (train, held_out) in runs.items()
        }
        lengths = {len(losses) for run in self.runs.values() for losses in run}
        if len(lengths) != 1 or lengths == {0}:
            raise ValueError(f"runs of {sorted(lengths)} epochs; expected the same number in all")
        (self.epochs,) = lengths
        everything = np.concatenate([losses for run in self.runs.values() for losses in run])
        self.highest = 1.08 * float(everything.max())
        super().__init__([
            Choice("penalty", "λ", self.penalties, self.penalties[0]),
            Choice("hidden", "hidden units", self.sizes, self.sizes[-1]),
        ])  # fmt: skip
        self._backdrop = self._background()

    def _left(self, scene: Scene) -> Axes:
        return Axes(scene, (66, 34, 330, 260), (1.0, float(max(self.epochs, 2))), (0.0, self.highest))

    def _right(self, scene: Scene) -> Axes:
        return Axes(scene, (472, 34, 330, 260), (-0.5, len(self.penalties) - 0.5), (0.0, self.highest))

    def _background(self) -> Scene:
        scene = Scene(WIDTH, HEIGHT)
        self._left(scene).frame("epoch", "loss", "over the epochs")
        right = self._right(scene)
        right.frame("λ", "", "after the last epoch, same size", xticks=False)
        for k, penalty in enumerate(self.penalties):
            name = penalty if isinstance(penalty, str) else short(penalty)
            scene.text(name, float(right.px(k)), right.top + right.height + 18, 13, "muted", "middle")
        for x, name, color, dash in ((66, "training", "forward", False), (190, "validation", "backward", True)):
            scene.line([(x, 366), (x + 26, 366)], color, dash=dash, thick=2.4)
            scene.text(name, x + 32, 371, 14)
        scene.circle(326, 366, 4.5, "ink", fill="backward")
        scene.text("lowest validation loss", 338, 371, 14)
        return scene

    def frame(self, state: State) -> Frame:
        scene = Scene(WIDTH, HEIGHT)
        train, held_out = self.runs[state["penalty"], state["hidden"]]
        left, right = self._left(scene), self._right(scene)
        epochs = np.arange(1, self.epochs + 1)
        left.curve(epochs, train, "forward", thick=2.4)
        left.curve(epochs, held_out, "backward", dash=True, thick=2.4)
        best = int(np.argmin(held_out))
        left.dot(float(epochs[best]), float(held_out[best]), "backward", 4.5)
        here = self.penalties.index(state["penalty"])
        right.band(here - 0.3, here + 0.3)
        ends = np.array([[losses[-1] for losses in self.runs[p, state["hidden"]]] for p in self.penalties])
        places = np.arange(len(self.penalties))
        for column, color, dash in ((0, "forward", False), (1, "backward", True)):
            right.curve(places, ends[:, column], color, dash=dash, thick=2.0)
            for place, end in zip(places, ends[:, column], strict=True):
                right.dot(float(place), float(end), color, 4.0, stroke=None)
        return Frame(scene, self._words(state, train, held_out, best), self._backdrop)

    def _words(self, state: State, train: Array, held_out: Array, best: int) -> str:
        units = f"{state['hidden']} hidden unit{'s' if state['hidden'] != 1 else ''}"
        return (
            f"{_named(state['penalty'])}, {units}: after {self.epochs} epochs the training loss is "
            f"{short(train[-1], 2)} and the validation loss {short(held_out[-1], 2)}; "
            f"its lowest, {short(held_out[best], 2)}, came after epoch {best + 1}."
        )


def _named(penalty: Any) -> str:
    return penalty if isinstance(penalty, str) else f"λ = {short(penalty)}"
