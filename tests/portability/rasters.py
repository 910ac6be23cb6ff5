"""Pictures made of pixels, compared within two pixels: what is drawn here must be drawn close by there."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image

REACH = 2
"""How far a line may move, in pixels."""
SHADE = 64
"""How far a color channel may be off: smoothed edges fall differently."""
STRAY = 20
"""How many pixels may be without a counterpart."""
LEVELS = 3
"""How far a color that stands for a number may be off."""


@lru_cache(maxsize=4)
def read_pixels(text: str) -> np.ndarray:
    """The pixels of a picture in base64, int16 of shape (rows, columns, 4)."""
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        return np.asarray(picture.convert("RGBA"), np.int16)


def compare_pixels(expected: np.ndarray, got: np.ndarray, reach: int = REACH) -> list[str]:
    """Compare drawings: each pixel's color is to be found within the reach in the other one, both ways."""
    off = [abs(a - b) for a, b in zip(expected.shape, got.shape, strict=True)]
    if max(off) > 2 * reach:
        return [
            f"picture of {expected.shape[1]}×{expected.shape[0]} pixels expected, got {got.shape[1]}×{got.shape[0]}"
        ]
    rows, columns = (min(a, b) for a, b in zip(expected.shape[:2], got.shape[:2], strict=True))
    expected, got = expected[:rows, :columns], got[:rows, :columns]
    for one, other, what in ((expected, got, "is missing"), (got, expected, "was not there before")):
        stray = _without_counterpart(one, other, reach)
        if len(stray) > STRAY:
            (top, left), (bottom, right) = stray.min(axis=0), stray.max(axis=0)
            return [f"{len(stray)} pixels of what {what}, in x {left}–{right}, y {top}–{bottom} of {columns}×{rows}"]
    return []


def _without_counterpart(one: np.ndarray, other: np.ndarray, reach: int) -> np.ndarray:
    left = np.argwhere((np.abs(one - other) > SHADE).any(axis=-1))
    padded = np.pad(other, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    steps = range(2 * reach + 1)
    for down, right in ((down, right) for down in steps for right in steps):
        near = padded[left[:, 0] + down, left[:, 1] + right]
        left = left[(np.abs(near - one[left[:, 0], left[:, 1]]) > SHADE).any(axis=-1)]
    return left


def compare_cells(expected: np.ndarray, got: np.ndarray) -> list[str]:
    """Compare arrays of colors, in which each pixel stands for a number."""
    if expected.shape != got.shape:
        return [f"{expected.shape[0]}×{expected.shape[1]} colors expected, got {got.shape[0]}×{got.shape[1]}"]
    wrong = np.argwhere((np.abs(expected - got) > LEVELS).any(axis=-1))
    if not len(wrong):
        return []
    row, column = (int(k) for k in wrong[0])
    colors = [f"rgba{tuple(int(v) for v in pixels[row, column])}" for pixels in (expected, got)]
    return [f"{len(wrong)} colors differ, first in row {row}, column {column}: {colors[0]} → {colors[1]}"]
