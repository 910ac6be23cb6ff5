"""Write and read `vectors.npz`: one byte a number, and the same bytes for the same vectors."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold


def quantize(matrix: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each column to 255 equal steps.

    Args:
        matrix: N×d, finite, no column all zero.

    Returns:
        N×d int8 and (d,) float32, whose product is within half a step of `matrix`.

    >>> quantize(np.array([[1.0], [-0.5]]))[0].ravel().tolist()
    [127, -64]
    """
    scale = (np.abs(matrix).max(axis=0) / 127).astype(np.float32)
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError(f"columns {np.flatnonzero(~(scale > 0)).tolist()} of the matrix cannot be scaled")
    return np.rint(matrix / scale).clip(-127, 127).astype(np.int8), scale


def write_packed(path: Path, words: list[str], matrix: NDArray[np.int8], scale: NDArray[np.float32]) -> None:
    """Write the three arrays as a compressed `.npz` whose bytes depend on nothing but the arrays."""
    arrays = {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "matrix": matrix, "scale": scale}
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, content.getvalue(), compresslevel=9)


def read_packed(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Words and vectors, N×d float32, of a file written by `write_packed`."""
    with np.load(path, allow_pickle=False) as arrays:
        words = arrays["words"].tobytes().decode().split("\n")
        return words, arrays["matrix"] * arrays["scale"]
