"""Where a wrong array is right: on the diagonal, but for the first entry, where it is positive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Finding

CLOSE = 0.006
"""The relative distance up to which a result is close."""


def partly_right(found: Sequence[Any], wanted: Sequence[Any]) -> Finding | None:
    """Where an array is right, if it is so in a place with a name."""
    if not all(isinstance(part, np.ndarray) for part in (*found, *wanted)):
        return None
    if any(f.shape != w.shape or w.size == 0 for f, w in zip(found, wanted, strict=True)):
        return None
    gaps = [np.max(np.abs(f - w)) / max(np.max(np.abs(w)), 1e-300) for f, w in zip(found, wanted, strict=True)]
    if max(gaps) <= CLOSE:
        return (
            "close, but not right",
            "It agrees to two digits only. Is something rounded, or measured with another step?",
        )
    if all(f.dtype.kind in "iu" for f in found) and any(np.any(w != np.round(w)) for w in wanted):
        return "whole numbers only", "An array of integers holds no fractions. Which dtype does yours have?"
    if any(w.size < 2 for w in wanted):
        return None
    masks = [np.abs(f - w) <= 1e-6 * np.max(np.abs(w)) + 1e-10 for f, w in zip(found, wanted, strict=True)]
    for test, where, rest in REGIONS:
        regions = [test(w) for w in wanted]
        if any(region is None or region.all() or not region.any() for region in regions):
            continue
        inside = all(mask[region].all() for mask, region in zip(masks, regions, strict=True))
        outside = any(mask[~region].all() for mask, region in zip(masks, regions, strict=True))
        if inside and not outside:
            return f"right {where}", f"Look at {rest}"
    share = min(float(mask.mean()) for mask in masks)
    if share > 0.2 and share < 1:
        wrong = tuple(int(i) for i in np.argwhere(~masks[0])[0]) if not masks[0].all() else ()
        place = f" The first wrong one is [{', '.join(map(str, wrong))}]." if wrong else ""
        return "right in some places only", f"{int(masks[0].sum())} of {masks[0].size} entries are right.{place}"
    return None


def _diagonal(w: np.ndarray[Any, Any]) -> Any:
    return np.eye(*w.shape, dtype=bool) if w.ndim == 2 and w.shape[0] == w.shape[1] else None


def _at(place: Any) -> Callable[[np.ndarray[Any, Any]], Any]:
    def mask(w: np.ndarray[Any, Any]) -> Any:
        chosen = np.zeros(w.shape, dtype=bool)
        chosen[place] = True
        return chosen

    return mask


def _off_diagonal(w: np.ndarray[Any, Any]) -> Any:
    diagonal = _diagonal(w)
    return None if diagonal is None else ~diagonal


Region = Callable[[np.ndarray[Any, Any]], Any]
REGIONS: tuple[tuple[Region, str, str], ...] = (
    (_off_diagonal, "off the diagonal", "the entries on it: are these slopes right?"),
    (_diagonal, "on the diagonal", "the entries off it: which output listens to which input?"),
    (lambda w: w == 0, "where it is 0", "the other entries: their places are right, their numbers are not."),
    (lambda w: w != 0, "where it is not 0", "the entries that should be 0: who hears nothing?"),
    (_at(slice(1, None)), "but for the first", "the first one: where does the counting begin?"),
    (_at(slice(None, -1)), "but for the last", "the last one: where does the counting end?"),
    (_at(0), "in the first only", "what differs from the second on: does something pile up?"),
    (_at(-1), "in the last only", "all those before the last."),
    (lambda w: w > 0, "where it is positive", "the negative ones."),
    (lambda w: w < 0, "where it is negative", "the positive ones."),
)
