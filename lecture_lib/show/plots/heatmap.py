"""A Jacobian, or any small matrix, as a picture with its rows and columns named."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene

LARGEST_CELL = 44.0
NAMED_FROM = 30.0
SPOKEN = 24


def heatmap(matrix: Any, rows: str = "y", columns: str = "x") -> Picture:
    """Draw ∂rows/∂columns: a row for each output, a column for each input; what is exactly 0 is a gray dot.

    Args:
        matrix: shape (outputs, inputs); one row as (inputs,) will do.
        rows: the name of the outputs, as mathematics.
        columns: the name of the inputs.

    Returns:
        A Picture.

    Raises:
        ValueError: it is no matrix, or has no entries.

    Example:
        >>> import numpy as np
        >>> heatmap(np.diag([1.0, 0.25]), "h", "z")
        ∂h/∂z, 2×2: row 1: 1, 0; row 2: 0, 0.25.
    """
    values = np.atleast_2d(np.asarray(matrix, float))
    if values.ndim != 2 or not values.size:
        raise ValueError(f"heatmap draws a matrix with entries, not an array of shape {np.shape(matrix)}")
    n, m = values.shape
    cell = max(min(LARGEST_CELL, 640 / m, 300 / n), 2.0)
    left, top = 64.0, 76.0
    right, bottom = left + m * cell, top + n * cell
    scene = Scene(max(right + 90, 230), max(bottom, top + 130) + 16)
    scene.text(rf"$\partial {rows}/\partial {columns}$", 16, 30, 19)
    scene.text(f"{n}×{m}", 16, 52, 14, "muted")
    heat(scene, values, left, top, cell, values == 0)
    if cell >= NAMED_FROM:
        for i, name in enumerate(_names(rows, n)):
            scene.centered(name, left - 20, top + (i + 0.5) * cell, 15)
        for j, name in enumerate(_names(columns, m)):
            scene.text(name, left + (j + 0.5) * cell, top - 8, 15, "ink", "middle")
    legend(scene, right + 24, top + 4, float(np.abs(values).max()) or 1.0)
    return Picture(scene, _words(values, rows, columns))


def _names(symbol: str, count: int) -> list[str]:
    return [f"${symbol}$"] if count == 1 else [f"${symbol}_{{{k}}}$" for k in range(1, count + 1)]


def _words(values: np.ndarray[Any, Any], rows: str, columns: str) -> str:
    n, m = values.shape
    head = f"∂{rows}/∂{columns}, {n}×{m}: "
    if values.size <= SPOKEN:
        spoken = (f"row {i}: " + ", ".join(short(v) for v in row) for i, row in enumerate(values, 1))
        return head + "; ".join(spoken) + "."
    zeros = int(np.sum(values == 0))
    ends = f"largest {short(values.max())}, smallest {short(values.min())}"
    return f"{head}{zeros:,} of {values.size:,} entries are 0; {ends}."
