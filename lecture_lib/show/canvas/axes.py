"""Axes for the plots of the widgets: limits, ticks, curves cut off at the frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Point, Scene

TICK = 13.0


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers between two limits.

    Example:
        >>> ticks(0.0, 10.0)
        [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = min((k * power for k in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / rough)))
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def powers(low: float, high: float, most: int = 8) -> list[float]:
    """Powers of ten between two limits."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / most))
    return [10.0**k for k in range(first, last + 1, every)]


class Axes:
    """A frame with two scales, drawn into a scene."""

    def __init__(self, scene: Scene, box: tuple[float, float, float, float], x: tuple[float, float],
                 y: tuple[float, float], log: str = "") -> None:  # fmt: skip
        self.scene = scene
        self.left, self.top, self.width, self.height = box
        self.x_limits, self.y_limits = x, y
        self.log = log

    def on(self, scene: Scene) -> Axes:
        """The same axes, drawing into another scene."""
        return Axes(scene, (self.left, self.top, self.width, self.height), self.x_limits, self.y_limits, self.log)

    def _share(self, v: Any, limits: tuple[float, float], log: bool) -> Any:
        low, high = limits
        if log:
            with np.errstate(all="ignore"):
                return (np.log10(v) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return (np.asarray(v, float) - low) / (high - low)

    def px(self, x: Any) -> Any:
        """Where a number stands horizontally."""
        return self.left + self.width * self._share(x, self.x_limits, "x" in self.log)

    def py(self, y: Any) -> Any:
        """Where a number stands vertically."""
        return self.top + self.height * (1 - self._share(y, self.y_limits, "y" in self.log))

    def frame(
        self, xlabel: str = "", ylabel: str = "", title: str = "", xticks: bool = True, yticks: bool = True
    ) -> None:
        """Draw the frame, ticks and labels."""
        s, bottom = self.scene, self.top + self.height
        s.rectangle(self.left, self.top, self.width, self.height, "line", fill="paper")
        for value in self._ticks("x") if xticks else []:
            x = float(self.px(value))
            s.line([(x, bottom), (x, bottom + 4)], "muted")
            s.text(self._name(value, "x"), x, bottom + 18, TICK, "muted", "middle")
        for value in self._ticks("y") if yticks else []:
            y = float(self.py(value))
            s.line([(self.left - 4, y), (self.left, y)], "muted")
            s.text(self._name(value, "y"), self.left - 7, y + 4, TICK, "muted", "end")
        if xlabel:
            s.text(xlabel, self.left + self.width / 2, bottom + 36, TICK + 1, "ink", "middle")
        if ylabel:
            s.text(ylabel, self.left - 44, self.top + self.height / 2, TICK + 1, "ink", "middle", turned=True)
        if title:
            s.text(title, self.left + self.width / 2, self.top - 9, TICK + 2, "ink", "middle")

    def _ticks(self, which: str) -> list[float]:
        limits = self.x_limits if which == "x" else self.y_limits
        if which in self.log:
            return powers(*limits)
        return ticks(*limits, count=5 if which == "x" else 4)

    def _name(self, value: float, which: str) -> str:
        if which not in self.log:
            return short(value)
        power = round(math.log10(value))
        return {0: "1", 1: "10", -1: "0.1"}.get(power, f"$10^{{{power}}}$")

    def curve(self, x: Any, y: Any, color: str = "forward", **more: Any) -> None:
        """Draw a curve, cut off at the frame; what is not finite leaves a gap."""
        with np.errstate(all="ignore"):
            points = np.stack([self.px(np.asarray(x, float)), self.py(np.asarray(y, float))], axis=-1)
        for part in self._inside(points):
            self.scene.line(part, color, **{"thick": 2.0, **more})

    def _inside(self, points: Any) -> list[list[Point]]:
        """A polyline cut into the parts inside the frame."""
        found: list[list[Point]] = []
        low, high = (self.left, self.top), (self.left + self.width, self.top + self.height)
        if len(points) > 1 and np.all((points >= low) & (points <= high)):
            return [[(x, y) for x, y in points.tolist()]]
        for a, b in itertools.pairwise(points):
            cut = self._cut(a, b)
            if cut is None:
                continue
            if found and found[-1][-1] == cut[0]:
                found[-1].append(cut[1])
            else:
                found.append(list(cut))
        return found

    def _cut(self, a: Any, b: Any) -> tuple[Point, Point] | None:
        """The part of a segment inside the frame."""
        if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
            return None
        first, last = 0.0, 1.0
        d = b - a
        for k, (low, size) in enumerate(((self.left, self.width), (self.top, self.height))):
            for towards, room in ((-d[k], a[k] - low), (d[k], low + size - a[k])):
                if towards == 0:
                    if room < 0:
                        return None
                elif towards < 0:
                    first = max(first, room / towards)
                else:
                    last = min(last, room / towards)
        if first > last:
            return None
        ends = a + first * d, a + last * d
        return (float(ends[0][0]), float(ends[0][1])), (float(ends[1][0]), float(ends[1][1]))

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies inside the frame."""
        px, py = float(self.px(x)), float(self.py(y))
        return self.left <= px <= self.left + self.width and self.top <= py <= self.top + self.height

    def dot(self, x: float, y: float, color: str = "backward", radius: float = 5.0, **more: Any) -> None:
        """Mark a point, if it lies inside."""
        if self.contains(x, y):
            self.scene.circle(float(self.px(x)), float(self.py(y)), radius, **{"stroke": "ink", "fill": color, **more})

    def band(self, low: float, high: float, color: str = "shade") -> None:
        """Shade the part of the frame between two numbers on the horizontal scale."""
        left, right = (min(max(float(self.px(v)), self.left), self.left + self.width) for v in (low, high))
        if right > left:
            self.scene.rectangle(left, self.top, right - left, self.height, None, fill=color)


def ruler(scene: Scene, left: float, y: float, width: float, limits: Point, marks: Sequence[tuple[float, str]],
          label: str) -> Axes:  # fmt: skip
    """A horizontal logarithmic ruler with marked places; the slider's own scale."""
    axes = Axes(scene, (left, y, width, 1.0), limits, (0.0, 1.0), "x")
    scene.line([(left, y), (left + width, y)], "muted", thick=1.5)
    for value in powers(*limits):
        x = float(axes.px(value))
        scene.line([(x, y - 3), (x, y + 3)], "muted")
        scene.text(axes._name(value, "x"), x, y + 19, TICK, "muted", "middle")
    for value, name in marks:
        x = float(axes.px(value))
        scene.line([(x, y - 16), (x, y + 5)], "third", thick=2.5)
        scene.text(name, x, y - 20, TICK + 1, "third", "middle")
    scene.text(label, left + width + 12, y + 5, TICK + 1, "ink")
    return axes


def pointer(scene: Scene, axes: Axes, value: float) -> None:
    """A triangle on a ruler at a value."""
    x, y = float(axes.px(value)), axes.top
    scene.path([("M", x, y - 1), ("L", x - 7, y - 13), ("L", x + 7, y - 13), ("Z",)], "ink", fill="backward")
