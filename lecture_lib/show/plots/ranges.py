"""What repeated runs found: for every figure a bar from least to most, with the runs on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.train.repeat import Repeated

ROW = 30.0
DOT = 4.5
STEPS_APART = (0.0, -7.0, 7.0)


def ranges(runs: Repeated, log: bool = False, title: str = "", xlabel: str = "") -> Picture:
    """Draw the figures of repeated runs, one row each: a bar from the least to the most, and every run on it.

    Args:
        runs: what `train.repeated` returned, or some of it (`runs.only`).
        log: a logarithmic scale.
        title: above the frame.
        xlabel: below it: what the figures measure.

    Returns:
        A Picture.

    Raises:
        ValueError: there is nothing to draw, a figure is not finite, or not above 0 on a logarithmic scale.

    Example:
        >>> from lecture_lib.train import repeated
        >>> ranges(repeated(lambda seed: {"plain": 0.2 + seed / 10, "clipped": 0.1}, seeds=range(3)))
        plain: 0.2 to 0.4. clipped: 0.1. Each over 3 seeds.
    """
    rows = runs.figures
    if not rows:
        raise ValueError("ranges has nothing to draw: the runs hold no figure")
    known = np.concatenate(list(rows.values()))
    if not np.isfinite(known).all() or (log and known.min() <= 0):
        raise ValueError("ranges draws finite figures" + (", above 0 on a logarithmic scale" if log else ""))
    left = 24 + max(measure(name, 15)[0] for name in rows)
    height = ROW * len(rows) + 12
    scene = Scene(left + 470, height + (34 if title else 14) + 50)
    axes = Axes(scene, (left, 34 if title else 14, 440, height), _limits(known, log), (0.0, 1.0), "x" if log else "")
    axes.frame(xlabel, "", title, yticks=False)
    for number, (name, values) in enumerate(rows.items()):
        y = axes.top + 6 + ROW * (number + 0.5)
        places = np.sort(axes.px(values))
        scene.text(name, left - 10, y + 5, 15, "ink", "end")
        scene.line([(float(places[0]), y), (float(places[-1]), y)], "forward", thick=9, opacity=0.35)
        for place, offset in zip(places, _apart(places), strict=True):
            scene.circle(float(place), y + offset, DOT, "paper", fill="forward", thick=1)
    words = " ".join(f"{name}: {_span(values)}." for name, values in rows.items())
    return Picture(scene, f"{words} Each over {len(runs.seeds)} seeds.")


def _apart(places: Any) -> list[float]:
    """How far each point stands from its bar, so that none hides another."""
    found: list[float] = []
    for k, place in enumerate(places):
        near = [found[j] for j in range(k) if place - places[j] < 2 * DOT]
        found.append(next((step for step in STEPS_APART if step not in near), 0.0))
    return found


def _limits(known: Any, log: bool) -> tuple[float, float]:
    low, high = float(known.min()), float(known.max())
    if log:
        return low / 1.5, high * 1.5
    margin = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < 0.5 * high else low - margin), high + margin


def _span(values: Any) -> str:
    low, high = short(float(values.min())), short(float(values.max()))
    return low if low == high else f"{low} to {high}"
