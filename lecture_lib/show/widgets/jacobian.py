"""The Jacobians of one layer as pictures: diagonal, W, and I⊗xᵀ folded into an outer product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.jacobians import jacobian
from lecture_lib.autograd.transforms import grad
from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short, subscript
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Pixels, Scene
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

DIAGONAL, WEIGHTS, KRONECKER, FOLDED = "∂h/∂z", "∂z/∂x", "∂z/∂W", "δᵀ(I⊗xᵀ) folded"
MOST = 12
NUMBERED, SPELLED = 44, 28
"""How wide a cell is to hold its number, and to hold a letter such as W₂₃ above it."""


class JacobianMap(Widget):
    """The Jacobians of h = f(Wx + b), s = uᵀh as heat maps; zeros that no numbers can change are gray dots.

    Args:
        W: weights, shape (n, m), both at most 12.
        x: input, shape (m,).
        b: bias, shape (n,); 0 if left out.
        u: weights of the score, shape (n,); 1 if left out.
        f: an elementwise nonlinearity of NumPy or of this library.

    Attributes:
        which: "∂h/∂z", "∂z/∂x", "∂z/∂W" or "δᵀ(I⊗xᵀ) folded".
        i: the unit whose row is marked, counted from 1.
        j: the input whose column is marked, counted from 1; with i it names a weight.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import numpy as np
        >>> picture = JacobianMap(np.array([[1.0, -2.0]]), np.array([0.5, 1.0]))
        >>> picture.which = "∂z/∂x"
        >>> picture
        ∂z/∂x = W, 1×2: every output sees every input; largest entry 1, smallest −2.
    """

    which: str
    i: int
    j: int

    def __init__(self, W: Any, x: Any, b: Any = None, u: Any = None, f: Callable[..., Any] = np.tanh) -> None:
        self.W, self.x = np.asarray(W, float), np.asarray(x, float)
        n, m = self.W.shape if self.W.ndim == 2 else (0, 0)
        self.b = np.zeros(n) if b is None else np.asarray(b, float)
        self.u = np.ones(n) if u is None else np.asarray(u, float)
        shapes = self.x.shape, self.b.shape, self.u.shape
        if not 0 < n <= MOST or not 0 < m <= MOST or shapes != ((m,), (n,), (n,)):
            raise ValueError(
                f"JacobianMap needs W n×m (at most {MOST}), x (m,), b (n,) and u (n,); they are {self.W.shape}, "
                f"{self.x.shape}, {self.b.shape} and {self.u.shape}"
            )
        self.z = self.W @ self.x + self.b
        self.diagonal = np.asarray(jacobian(f)(self.z)).reshape(n, n)
        self.of_weights = np.asarray(jacobian(lambda W: W @ self.x + self.b)(self.W)).reshape(n, n * m)
        self.delta = np.asarray(grad(lambda z: self.u @ f(z))(self.z))
        self.gradient = np.asarray(grad(lambda W: self.u @ f(W @ self.x + self.b))(self.W))
        options = (DIAGONAL, WEIGHTS, KRONECKER, FOLDED)
        super().__init__([
            Choice("which", "Jacobian", options, DIAGONAL), Steps("i", "unit i", n, 1, default=1),
            Steps("j", "input j", m, 1, default=1),
        ])  # fmt: skip
        self._width = min(max(150.0 + NUMBERED * n * (m + 1), 560.0), 980.0)
        self._cell = min(44.0, (self._width - 150) / (n * (m + 1)), 160 / n)
        self._height = max(380.0, 246 + (2 * n + 1) * self._cell)

    def frame(self, state: State) -> Frame:
        which, i, j = state["which"], state["i"] - 1, state["j"] - 1
        n, m = self.W.shape
        scene = Scene(self._width, self._height)
        if which == DIAGONAL:
            text = f"∂h/∂z = diag(f′(z)), {n}×{n}: {n * n - n} of {n * n} entries are 0 whatever the numbers are"
            title = r"$\partial h/\partial z=\mathrm{diag}(f'(z))$"
            return self._one(scene, self.diagonal, ~np.eye(n, dtype=bool), title, text, (i, i))
        if which == WEIGHTS:
            top, low = short(self.W.max()), short(self.W.min())
            text = f"∂z/∂x = W, {n}×{m}: every output sees every input; largest entry {top}, smallest {low}"
            return self._one(scene, self.W, None, r"$\partial z/\partial x=W$", text, (i, j))
        zeros = np.kron(np.eye(n), np.ones(m)) == 0
        if which == KRONECKER:
            return self._one(scene, self.of_weights, zeros, r"$\partial z/\partial\mathrm{vec}W=I\otimes x^{\top}$",
                             f"∂z/∂vec W = I⊗xᵀ, {n}×{n * m}: row i holds xᵀ in block i and 0 elsewhere",
                             (i, i * m + j))  # fmt: skip
        return self._folded(scene, zeros, i, j)

    def _one(self, scene: Scene, matrix: Any, zeros: Any, title: str, text: str, place: tuple[int, int]) -> Frame:
        rows, columns = matrix.shape
        cell = min(44.0, 290 / rows, (scene.width - 120) / columns)
        right, _ = heat(scene, matrix, 20, 46, cell, zeros)
        _mark(scene, 20, 46, cell, matrix.shape, *place)
        scene.text(title, 20, 32, 18)
        legend(scene, right + 24, 46, float(np.abs(matrix).max()) or 1.0)
        return Frame(scene, text + ".")

    def _folded(self, scene: Scene, zeros: Any, i: int, j: int) -> Frame:
        n, m = self.W.shape
        limit = max(float(np.abs(v).max()) for v in (self.delta, self.of_weights, self.gradient)) or 1.0
        cell, k = self._cell, i * m + j
        weights = [f"W_{{{a + 1}{b + 1}}}" for a in range(n) for b in range(m)]
        first, middle = 40.0, 40 + n * cell + 56
        scene.text(r"$\delta^{\!\top}$", first, 28, 18)
        _labels(scene, first, 60, cell, [rf"\delta_{{{a + 1}}}" for a in range(n)], i)
        heat(scene, self.delta[None], first, 68, cell, limit=limit)
        scene.rectangle(first + i * cell, 68, cell, cell, "backward", thick=3.5)
        scene.centered("·", middle - 40, 68 + cell / 2, 24)
        scene.text(r"$I\otimes x^{\!\top}$", middle, 28, 18)
        _labels(scene, middle, 60, cell, weights, k)
        _rows(scene, middle, 68, cell, [f"z_{{{a + 1}}}" for a in range(n)], i)
        heat(scene, self.of_weights, middle, 68, cell, zeros, limit=limit)
        _mark(scene, middle, 68, cell, zeros.shape, i, k)
        y = 68 + n * cell + 60
        row = (self.delta @ self.of_weights)[None]
        scene.text(r"= one row of length nm, cut into n pieces ...", 20, y - 30, 16)
        _labels(scene, first, y - 8, cell, weights, k)
        heat(scene, row, first, y, cell, limit=limit)
        for piece in range(1, n):
            x = first + piece * m * cell
            scene.line([(x, y - 4), (x, y + cell + 4)], "ink", thick=2.4)
        scene.rectangle(first + k * cell, y, cell, cell, "backward", thick=3.5)
        y += cell + 60
        scene.text(r"... and stacked: $\delta\,x^{\!\top}$, of W's shape", 20, y - 30, 16)
        _labels(scene, first, y - 8, cell, [f"x_{{{b + 1}}}" for b in range(m)], j)
        _rows(scene, first, y, cell, [rf"\delta_{{{a + 1}}}" for a in range(n)], i)
        right, _ = heat(scene, row.reshape(n, m), first, y, cell, limit=limit)
        _mark(scene, first, y, cell, (n, m), i, j)
        legend(scene, right + 24, y, limit, max(n * cell, 60.0))
        error = float(np.abs(row.reshape(n, m) - self.gradient).max())
        product, entry = f"δ{subscript(i + 1)}x{subscript(j + 1)}", short(row[0, k], 2)
        text = (
            f"δᵀ(I⊗xᵀ) is one row of {n * m} numbers; cut into {n} pieces of {m} and stacked it is δxᵀ, {n}×{m}, "
            f"without the {n}×{n * m} matrix (largest difference {short(error, 1)}). Entry {k + 1} of the row is "
            f"{product} = {short(self.delta[i], 2)} × {short(self.x[j], 2)} = {entry}, and lands in row {i + 1}, "
            f"column {j + 1}."
        )
        return Frame(scene, text)

    def still(self) -> Picture:
        """The four pictures under one another.

        Returns:
            A Picture.
        """
        frames = [self.frame({**self.state, "which": name}) for name in self.controls["which"].values()]
        sheet = Scene(max(f.scene.width for f in frames), 0.0)
        y = 0.0
        for f in frames:
            sheet.place(f.scene, 0, y)
            y += max(i.y + i.height for i in f.scene.items if isinstance(i, Pixels)) + 30
        sheet.height = y
        return Picture(sheet, " ".join(f.text for f in frames))


def _labels(scene: Scene, x: float, y: float, cell: float, names: list[str], active: int) -> None:
    """A letter over each column, where there is room for it."""
    for k, name in enumerate(names):
        if cell >= SPELLED:
            scene.text(f"${name}$", x + (k + 0.5) * cell, y, 13, "forward" if k == active else "muted", "middle")


def _rows(scene: Scene, x: float, y: float, cell: float, names: list[str], active: int) -> None:
    """A letter before each row, where there is room for it."""
    for k, name in enumerate(names):
        if cell >= 14:
            color = "forward" if k == active else "muted"
            scene.text(f"${name}$", x - 6, y + (k + 0.5) * cell + 4, 13, color, "end")


def _mark(scene: Scene, x: float, y: float, cell: float, shape: tuple[int, ...], i: int, k: int) -> None:
    """The active row and column, and where they meet."""
    rows, columns = shape
    scene.rectangle(x, y + i * cell, columns * cell, cell, "forward", thick=2.4)
    scene.rectangle(x + k * cell, y, cell, rows * cell, "forward", thick=2.4)
    scene.rectangle(x + k * cell, y + i * cell, cell, cell, "backward", thick=3.5)
