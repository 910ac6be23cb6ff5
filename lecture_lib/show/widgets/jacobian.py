"""The Jacobians of one layer as pictures: diagonal, W, and I⊗xᵀ folded into an outer product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.autograd.jacobians import jacobian
from lecture_lib.autograd.transforms import grad
from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Pixels, Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

DIAGONAL, WEIGHTS, KRONECKER, FOLDED = "∂h/∂z", "∂z/∂x", "∂z/∂W", "δᵀ(I⊗xᵀ) folded"
MOST = 12


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
        super().__init__([Choice("which", "Jacobian", options, DIAGONAL)])
        self._width = max(220.0 + 20 * n * m, 560.0)

    def frame(self, state: State) -> Frame:
        which = state["which"]
        n, m = self.W.shape
        scene = Scene(min(self._width, 980.0), 380)
        if which == DIAGONAL:
            text = f"∂h/∂z = diag(f′(z)), {n}×{n}: {n * n - n} of {n * n} entries are 0 whatever the numbers are"
            title = r"$\partial h/\partial z=\mathrm{diag}(f'(z))$"
            return self._one(scene, self.diagonal, ~np.eye(n, dtype=bool), title, text)
        if which == WEIGHTS:
            top, low = short(self.W.max()), short(self.W.min())
            text = f"∂z/∂x = W, {n}×{m}: every output sees every input; largest entry {top}, smallest {low}"
            return self._one(scene, self.W, None, r"$\partial z/\partial x=W$", text)
        zeros = np.kron(np.eye(n), np.ones(m)) == 0
        if which == KRONECKER:
            return self._one(scene, self.of_weights, zeros, r"$\partial z/\partial\mathrm{vec}W=I\otimes x^{\top}$",
                             f"∂z/∂vec W = I⊗xᵀ, {n}×{n * m}: row i holds xᵀ in block i and 0 elsewhere")  # fmt: skip
        return self._folded(scene, zeros)

    def _one(self, scene: Scene, matrix: Any, zeros: Any, title: str, text: str) -> Frame:
        rows, columns = matrix.shape
        cell = min(44.0, 290 / rows, (scene.width - 120) / columns)
        right, _ = heat(scene, matrix, 20, 46, cell, zeros)
        scene.text(title, 20, 32, 18)
        legend(scene, right + 24, 46, float(np.abs(matrix).max()) or 1.0)
        return Frame(scene, text + ".")

    def _folded(self, scene: Scene, zeros: Any) -> Frame:
        n, m = self.W.shape
        limit = max(float(np.abs(v).max()) for v in (self.delta, self.of_weights, self.gradient)) or 1.0
        cell = min(24.0, (scene.width - 110 - 40) / (n * m + n), 120 / n)
        right, _ = heat(scene, self.delta[None], 20, 60, cell, limit=limit)
        scene.text(r"$\delta^{\!\!\top}$", 20, 48, 18)
        scene.centered("·", right + 12, 60 + cell / 2, 24)
        scene.text(r"$I\otimes x^{\!\!\top}$", right + 26, 48, 18)
        heat(scene, self.of_weights, right + 26, 60, cell, zeros, limit=limit)
        y = 60 + n * cell + 56
        row = (self.delta @ self.of_weights)[None]
        scene.text(r"= one row of length nm, cut into n pieces ...", 20, y - 10, 16)
        end, _ = heat(scene, row, 20, y, min(cell, (scene.width - 40) / (n * m)), limit=limit)
        step = (end - 20) / n
        for k in range(1, n):
            scene.line([(20 + k * step, y - 4), (20 + k * step, y + cell + 4)], "ink", thick=2.4)
        y += cell + 44
        scene.text(r"... and stacked: $\delta\,x^{\!\!\top}$, of W's shape", 20, y - 10, 16)
        size = min(cell * 1.4, (370 - y) / n)
        heat(scene, row.reshape(n, m), 20, y, size, limit=limit)
        error = float(np.abs(row.reshape(n, m) - self.gradient).max())
        text = (
            f"δᵀ(I⊗xᵀ) is one row of {n * m} numbers; cut into {n} pieces of {m} and stacked it is δxᵀ, {n}×{m}, "
            f"without the {n}×{n * m} matrix (largest difference {short(error, 1)})."
        )
        return Frame(scene, text)

    def still(self) -> Picture:
        """The four pictures under one another.

        Returns:
            A Picture.
        """
        frames = [self.frame({"which": name}) for name in self.controls["which"].values()]
        sheet = Scene(max(f.scene.width for f in frames), 0.0)
        y = 0.0
        for f in frames:
            sheet.place(f.scene, 0, y)
            y += max(i.y + i.height for i in f.scene.items if isinstance(i, Pixels)) + 30
        sheet.height = y
        return Picture(sheet, " ".join(f.text for f in frames))
