"""Matrices as colors: signed ones symmetric about 0, structural zeros gray with a dot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.palette import contrast
from lecture_lib.show.canvas.scene import Scene

GRAY = (226, 227, 230, 255)
NUMBERS_UP_TO = 9
NUMBER = 13.0


@lru_cache(maxsize=4)
def colors_of(name: str) -> np.ndarray[Any, Any]:
    """The colors of a colormap."""
    import matplotlib

    return (matplotlib.colormaps[name](np.linspace(0, 1, 256)) * 255).round().astype(np.uint8)


def signed(matrix: Any, limit: float | None = None) -> np.ndarray[Any, Any]:
    """Colors of a signed matrix: orange below 0, white at 0, purple above."""
    matrix = np.asarray(matrix, float)
    top = limit or float(np.nanmax(np.abs(matrix), initial=0.0)) or 1.0
    place = np.clip((matrix / top + 1) / 2, 0, 1)
    return colors_of("PuOr")[np.nan_to_num(place * 255, nan=127).round().astype(int)]


def ink_on(color: Sequence[int] | np.ndarray[Any, Any]) -> str:
    """White or nearly black, whichever is read better on a color.

    Example:
        >>> ink_on((0, 0, 128)), ink_on((255, 255, 0))
        ('#FFFFFF', '#101010')
    """
    paper = "#" + "".join(f"{int(v):02X}" for v in color[:3])
    return max("#FFFFFF", "#101010", key=lambda ink: contrast(ink, paper))


def heat(scene: Scene, matrix: Any, x: float, y: float, cell: float, zeros: Any = None, title: str = "",
         limit: float | None = None) -> tuple[float, float]:  # fmt: skip
    """Draw a matrix."""
    matrix = np.asarray(matrix, float)
    rows, columns = matrix.shape
    colors = signed(matrix, limit)
    if zeros is not None:
        colors = colors.copy()
        colors[zeros] = GRAY
    width, height = columns * cell, rows * cell
    scene.pixels(colors, x, y, width, height)
    scene.rectangle(x, y, width, height, "ink", thick=1.2)
    if title:
        scene.text(title, x + width / 2, y - 10, 17, "ink", "middle")
    if cell >= 12 and rows * columns <= 600:
        for i in range(rows):
            for j in range(columns):
                middle = x + (j + 0.5) * cell, y + (i + 0.5) * cell
                if zeros is not None and zeros[i, j]:
                    scene.centered("·", *middle, 14, "#4A4A4A")
                elif cell >= 34:
                    scene.centered(_fitting(matrix[i, j], cell), *middle, NUMBER, ink_on(colors[i, j]))
    return x + width, y + height


def _fitting(value: float, cell: float) -> str:
    """A number in two digits, or in as few as its cell has room for."""
    texts = (short(value, 2), short(value, 1), short(round(value, 2), 2) if round(value, 2) else "≈0")
    return next((text for text in texts if measure(text, NUMBER)[0] < cell), texts[-1])


def legend(scene: Scene, x: float, y: float, limit: float, height: float = 120.0) -> None:
    """A bar that tells what the colors of signed matrices mean."""
    scene.pixels(colors_of("PuOr")[::-1][:, None], x, y, 14, height)
    scene.rectangle(x, y, 14, height, "ink", thick=1)
    for share, value in ((0.0, limit), (0.5, 0.0), (1.0, -limit)):
        scene.text(short(value, 2), x + 19, y + share * height + 5, 13, "ink")
