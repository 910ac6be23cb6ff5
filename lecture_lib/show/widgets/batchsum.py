"""The gradient of a weight matrix over a batch: one outer product an example, added up."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Steps
from lecture_lib.show.widgets.frames import Frame, State, stacked
from lecture_lib.show.widgets.widget import Widget

MOST = 12
ROOM = 250.0
LEFT, UPPER = 28.0, 74.0


class BatchSum(Widget):
    """Δ and X beside each other; each example adds the outer product δxᵀ of its own to ∇_W, and its own δ to ∇_b.

    Args:
        Delta: errors, shape (N, n), at most 12 each.
        X: inputs, shape (N, m), m at most 12.

    Attributes:
        i: how many examples have been added.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import numpy as np
        >>> sums = BatchSum(np.array([[1.0], [0.0]]), np.array([[2.0, 3.0], [4.0, 5.0]]))
        >>> sums.i = 1
        >>> sums
        1 of 2 examples added: example 1 contributes at most 3; largest difference from ΔᵀX: 0; from Δᵀ𝟏: 0.
    """

    i: int

    def __init__(self, Delta: Any, X: Any) -> None:
        self.Delta, self.X = np.asarray(Delta, float), np.asarray(X, float)
        shapes = self.Delta.shape, self.X.shape
        matrices = self.Delta.ndim == self.X.ndim == 2 and len(self.Delta) == len(self.X)
        if not matrices or not all(0 < size <= MOST for shape in shapes for size in shape):
            raise ValueError(f"BatchSum needs Delta (N, n) and X (N, m), each size from 1 to {MOST}, not {shapes}")
        self.outer = self.Delta[:, :, None] * self.X[:, None, :]
        shown = self.Delta, self.X, self.outer, np.cumsum(self.outer, axis=0), np.cumsum(self.Delta, axis=0)
        # One scale for all, so that the bar beside them holds for each.
        self.limit = max(float(np.abs(part).max()) for part in shown) or 1.0
        super().__init__([Steps("i", "examples added", len(self.X), play=True)])

    def frame(self, state: State) -> Frame:
        i = state["i"]
        (N, n), m = self.Delta.shape, self.X.shape[1]
        cell = min(24.0, ROOM / N)
        columns = LEFT + cell * (n + m) + 34
        scene = Scene(columns + 60 + cell * (2 * m + 1) + 210, UPPER + max(cell * N, cell * n) + 30)
        right, _ = heat(scene, self.Delta, LEFT, UPPER, cell, limit=self.limit)
        self._title(scene, r"$\Delta$", f"{N}×{n}", LEFT, right)
        end, _ = heat(scene, self.X, right + 34, UPPER, cell, limit=self.limit)
        self._title(scene, "$X$", f"{N}×{m}", right + 34, end)
        if i:
            scene.rectangle(LEFT - 3, UPPER + cell * (i - 1) - 1, end - LEFT + 6, cell + 2, "backward", thick=2.5)
        now = self.outer[i - 1] if i else np.zeros((n, m))
        x = end + 60
        stop, _ = heat(scene, now, x, UPPER, cell, limit=self.limit)
        self._title(scene, rf"$\delta^{{({i})}}x^{{({i})\top}}$" if i else "nothing yet", f"{n}×{m}", x, stop)
        scene.centered("→", stop + 20, UPPER + cell * n / 2, 22)
        total, bias = self.outer[:i].sum(axis=0), self.Delta[:i].sum(axis=0)
        x = stop + 40
        stop, _ = heat(scene, total, x, UPPER, cell, limit=self.limit)
        self._title(scene, "new sum" if i else "sum", f"{n}×{m}", x, stop)
        x = stop + 50
        stop, _ = heat(scene, bias[:, None], x, UPPER, cell, limit=self.limit)
        self._title(scene, r"sum of $\delta^{(i)}$", str(n), x, stop)
        legend(scene, stop + 40, UPPER, self.limit, min(120.0, cell * N))
        gaps = np.abs(total - self.Delta.T @ self.X).max(), np.abs(bias - self.Delta.sum(axis=0)).max()
        said = [short(gap, 3) if gap > 1e-12 else "0" for gap in gaps]
        what = f"example {i} contributes at most {short(np.abs(now).max(), 3)}; " if i else ""
        text = f"{i} of {N} examples added: {what}largest difference from ΔᵀX: {said[0]}; from Δᵀ𝟏: {said[1]}."
        return Frame(scene, text)

    def still(self) -> Picture:
        """The first example and the last under one another.

        Returns:
            A Picture.
        """
        return stacked([self.frame({"i": i}) for i in sorted({1, len(self.X)})])

    def _title(self, scene: Scene, title: str, size: str, left: float, right: float) -> None:
        scene.text(title, (left + right) / 2, UPPER - 30, 17, "ink", "middle")
        scene.text(size, (left + right) / 2, UPPER - 10, 13, "muted", "middle")
