"""Data as rows: cut into batches, in a new order for every epoch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]


def columns_of(data: Any, name: str) -> Arrays:
    """Data as a tuple of arrays with equally many rows."""
    parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    if not parts:
        raise ValueError(f"{name} is empty; expected an array or a tuple of arrays")
    for k, part in enumerate(parts):
        if not isinstance(part, np.ndarray) or part.ndim == 0:
            raise TypeError(f"{name}[{k}] is {type(part).__name__}; expected an array with a row for every example")
        if len(part) != len(parts[0]):
            raise ValueError(
                f"{name}[{k}] has {len(part)} rows, but {name}[0] has {len(parts[0])}; "
                "expected one row of each for every example"
            )
    if len(parts[0]) == 0:
        raise ValueError(f"{name} has no rows; expected at least one example")
    return parts


def order_of(rows: int, seed: int, epoch: int, shuffle: bool = True) -> NDArray[np.intp]:
    """The order of the rows in one epoch; it depends on the seed and the epoch alone, so any epoch can be repeated."""
    return np.random.default_rng([seed, epoch]).permutation(rows) if shuffle else np.arange(rows)


def pieces(rows: NDArray[np.intp], size: int, first: int = 0) -> Iterator[NDArray[np.intp]]:
    """The rows in pieces of `size`; the last one may be shorter."""
    for start in range(first * size, len(rows), size):
        yield rows[start : start + size]


def holes(data: Arrays, name: str) -> str:
    """Where data hold NaN, in words; "" where they hold none."""
    for k, part in enumerate(data):
        if part.dtype.kind in "fc":
            rows = np.flatnonzero(np.isnan(part).reshape(len(part), -1).any(axis=1))
            if len(rows):
                shown = ", ".join(map(str, rows[:5].tolist())) + (" …" if len(rows) > 5 else "")
                return f"{name}[{k}] holds NaN in {len(rows):,} of {len(part):,} rows: {shown}"
    return ""
