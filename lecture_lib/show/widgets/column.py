"""Nudge one input: its column of the Jacobian foretells what all outputs do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.checks import numeric_jacobian
from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

MOST = 8
NUDGES = (0.01, 0.1, 0.5, 1.0, 2.0)
CELL = 46.0
TOP, BAR, LEFT = 96.0, 130.0, 96.0
BELOW = 24.0


class ColumnNudge(Widget):
    """The Jacobian of a function, one of its columns marked, and beside it what the outputs do when that input moves.

    Args:
        f: takes an array of shape (m,), returns one of shape (n,); n and m are at most 8.
        x: where it stands, shape (m,).
        rows: the name of the outputs.
        columns: the name of the inputs.

    Attributes:
        j: the input that is nudged, counted from 1.
        nudge: by how much: 0.01, 0.1, 0.5, 1 or 2.

    Raises:
        ValueError: the shapes are others, or the function does not return finite numbers.

    Example:
        >>> import numpy as np
        >>> nudged = ColumnNudge(lambda x: np.array([x[0] * x[1], x[1] + x[2] ** 2]), np.array([2.0, 5.0, 3.0]))
        >>> nudged.j = 3
        >>> nudged
        x3 moves by 0.1: y1 does not move; y2 is foretold to move by 0.6 and moves by 0.61.
    """

    j: int
    nudge: float

    def __init__(self, f: Callable[..., Any], x: Any, rows: str = "y", columns: str = "x") -> None:
        self.f, self.x = f, np.asarray(x, float)
        self.rows, self.columns = rows, columns
        self.y = np.asarray(f(self.x), float)
        if self.x.ndim != 1 or self.y.ndim != 1 or not 0 < self.x.size <= MOST or not 0 < self.y.size <= MOST:
            raise ValueError(
                f"ColumnNudge needs a function from (m,) to (n,), both at most {MOST}; it goes from {self.x.shape} "
                f"to {self.y.shape}"
            )
        if not np.all(np.isfinite(self.y)):
            raise ValueError("ColumnNudge needs finite outputs; the function returns NaN or ∞ at x")
        self.jacobian = numeric_jacobian(f, self.x)
        super().__init__([
            Steps("j", "nudged input j", self.x.size, 1, default=1), Choice("nudge", "nudge", NUDGES, 0.1),
        ])  # fmt: skip

    def changes(self, state: State) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """What the column foretells, and what happens.

        Args:
            state: as ``frame`` takes it.

        Returns:
            Two arrays of shape (n,), float64.
        """
        j, nudge = state["j"] - 1, state["nudge"]
        moved = self.x.copy()
        moved[j] += nudge
        return self.jacobian[:, j] * nudge, np.asarray(self.f(moved), float) - self.y

    def frame(self, state: State) -> Frame:
        j, nudge = state["j"], state["nudge"]
        n, m = self.jacobian.shape
        foretold, happened = self.changes(state)
        right = LEFT + m * CELL
        middle = right + 110 + BAR
        scene = Scene(middle + BAR + 170, TOP + max(n, 3) * CELL + BELOW)
        scene.text(rf"$\partial {self.rows}/\partial {self.columns}$", LEFT, 30, 18)
        heat(scene, self.jacobian, LEFT, TOP, CELL, self.jacobian == 0)
        for k in range(1, m + 1):
            name = rf"${self.columns}_{{{k}}}$"
            here = k == j
            scene.text(name, LEFT + (k - 0.5) * CELL, TOP - 10, 17, "forward" if here else "muted", "middle")
        scene.rectangle(LEFT + (j - 1) * CELL, TOP, CELL, n * CELL, "forward", thick=4)
        scene.text(f"+{short(nudge)}", LEFT + (j - 0.5) * CELL, TOP - 34, 17, "forward", "middle")
        scene.text("nudge:", LEFT - 20, TOP - 34, 16, "forward", "end")
        legend(scene, right + 20, TOP + 4, float(np.abs(self.jacobian).max()) or 1.0, CELL * max(n, 3) - 14)
        self._bars(scene, middle, foretold, happened)
        return Frame(scene, self._words(j, nudge, foretold, happened))

    def _bars(self, scene: Scene, middle: float, foretold: Any, happened: Any) -> None:
        n = len(foretold)
        longest = float(max(np.abs(foretold).max(), np.abs(np.nan_to_num(happened)).max())) or 1.0
        scene.text("foretold (filled) and happened (dashed)", middle - BAR, 30, 16)
        scene.line([(middle, TOP - 6), (middle, TOP + n * CELL + 4)], "muted", thick=1.2)
        for i in range(n):
            y = TOP + i * CELL
            scene.centered(rf"${self.rows}_{{{i + 1}}}$", LEFT - 28, y + CELL / 2, 17)
            for value, color, offset in ((foretold[i], "forward", 5), (happened[i], "backward", CELL / 2)):
                length = float(np.nan_to_num(value)) / longest * BAR
                left, width, height = middle + min(length, 0.0), abs(length), CELL / 2 - 7
                if width > 0.5:
                    filled = color if color == "forward" else None
                    scene.rectangle(left, y + offset, width, height, color, fill=filled, dash=filled is None, thick=1.8)
                scene.text(short(value), middle + BAR + 14, y + offset + 13, 15, color)

    def _words(self, j: int, nudge: float, foretold: Any, happened: Any) -> str:
        said = []
        for i, (before, after) in enumerate(zip(foretold, happened, strict=True), 1):
            if before == 0 and after == 0:
                said.append(f"{self.rows}{i} does not move")
            else:
                said.append(f"{self.rows}{i} is foretold to move by {short(before)} and moves by {short(after)}")
        return f"{self.columns}{j} moves by {short(nudge)}: {'; '.join(said)}."
