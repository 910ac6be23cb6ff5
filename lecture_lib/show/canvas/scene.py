"""A picture as a list of shapes with colors by role; SVG and PNG are made from it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lecture_lib.show.canvas.glyphs import measure

Point = tuple[float, float]
Command = tuple[Any, ...]
"""("M", x, y), ("L", x, y), ("C", x1, y1, x2, y2, x, y) or ("Z",)."""

CIRCLE = 0.5522847498307936


@dataclass(frozen=True)
class Shape:
    """A path that is stroked, filled or both; a role of the palette or ``#RRGGBB`` names a color."""

    commands: tuple[Command, ...]
    stroke: str | None = None
    fill: str | None = None
    thick: float = 1.0
    dash: bool = False
    opacity: float = 1.0


@dataclass(frozen=True)
class Text:
    """A text whose baseline starts at (x, y)."""

    text: str
    x: float
    y: float
    size: float
    color: str
    opacity: float = 1.0
    turned: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The rectangle it covers: left, top, right, bottom."""
        width, ascent, descent = measure(self.text, self.size)
        if self.turned:
            return self.x - ascent, self.y - width, self.x + descent, self.y
        return self.x, self.y - ascent, self.x + width, self.y + descent


@dataclass(frozen=True)
class Pixels:
    """A small array of colors drawn as equal rectangles: uint8, shape (rows, columns, 4)."""

    colors: np.ndarray[Any, Any]
    x: float
    y: float
    width: float
    height: float


Item = Shape | Text | Pixels


def moved(item: Item, dx: float, dy: float) -> Item:
    """A shape, a text or an array of colors at another place."""
    if isinstance(item, Shape):
        commands = tuple((c[0], *(v + (dx, dy)[k % 2] for k, v in enumerate(c[1:]))) for c in item.commands)
        return Shape(commands, item.stroke, item.fill, item.thick, item.dash, item.opacity)
    return replace(item, x=item.x + dx, y=item.y + dy)


@dataclass
class Scene:
    """A picture: its size in pixels, and what is drawn, the earlier behind the later."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)

    def path(self, commands: Iterable[Command], stroke: str | None = "ink", **more: Any) -> None:
        """Add a path."""
        self.items.append(Shape(tuple(commands), stroke, **more))

    def line(self, points: Sequence[Point], stroke: str = "ink", **more: Any) -> None:
        """Add a polyline; a point that is not finite breaks it."""
        commands: list[Command] = []
        pen = "M"
        for x, y in points:
            if not (math.isfinite(x) and math.isfinite(y)):
                pen = "M"
                continue
            commands.append((pen, x, y))
            pen = "L"
        if commands:
            self.path(commands, stroke, **more)

    def rectangle(self, x: float, y: float, width: float, height: float, stroke: str | None = "ink",
                  radius: float = 0.0, **more: Any) -> None:  # fmt: skip
        """Add a rectangle, with rounded corners where a radius is given."""
        if not radius:
            corners = [
                ("M", x, y),
                ("L", x + width, y),
                ("L", x + width, y + height),
                ("L", x, y + height),
                ("Z",),
            ]
            self.path(corners, stroke, **more)
            return
        r = min(radius, width / 2, height / 2)
        k = r * (1 - CIRCLE)
        right, low = x + width, y + height
        self.path(
            [
                ("M", x + r, y), ("L", right - r, y), ("C", right - k, y, right, y + k, right, y + r),
                ("L", right, low - r), ("C", right, low - k, right - k, low, right - r, low),
                ("L", x + r, low), ("C", x + k, low, x, low - k, x, low - r),
                ("L", x, y + r), ("C", x, y + k, x + k, y, x + r, y), ("Z",),
            ],
            stroke, **more,
        )  # fmt: skip

    def circle(self, x: float, y: float, radius: float, stroke: str | None = "ink", **more: Any) -> None:
        """Add a circle."""
        self.rectangle(x - radius, y - radius, 2 * radius, 2 * radius, stroke, radius=radius, **more)

    def arrow(self, tip: Point, direction: Point, color: str, size: float = 8.0, opacity: float = 1.0) -> None:
        """Add a filled arrowhead that points along ``direction``."""
        norm = math.hypot(*direction) or 1.0
        dx, dy = direction[0] / norm * size, direction[1] / norm * size
        x, y = tip
        self.path(
            [("M", x, y), ("L", x - dx - 0.45 * dy, y - dy + 0.45 * dx), ("L", x - dx + 0.45 * dy, y - dy - 0.45 * dx),
             ("Z",)],
            None, fill=color, opacity=opacity,
        )  # fmt: skip

    def text(self, text: str, x: float, y: float, size: float = 14.0, color: str = "ink", anchor: str = "start",
             opacity: float = 1.0, turned: bool = False) -> Text:  # fmt: skip
        """Add a text."""
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * measure(text, size)[0]
        item = Text(text, x if turned else x - share, y + share if turned else y, size, color, opacity, turned)
        self.items.append(item)
        return item

    def centered(self, text: str, x: float, y: float, size: float = 14.0, color: str = "ink", **more: Any) -> None:
        """Add a text whose own middle is at (x, y)."""
        _, ascent, descent = measure(text, size)
        self.text(text, x, y + (ascent - descent) / 2, size, color, "middle", **more)

    def pixels(self, colors: np.ndarray[Any, Any], x: float, y: float, width: float, height: float) -> None:
        """Add an array of colors."""
        self.items.append(Pixels(np.ascontiguousarray(colors, np.uint8), x, y, width, height))

    def place(self, other: Scene, x: float = 0.0, y: float = 0.0) -> None:
        """Add everything of another scene, moved."""
        self.items += [moved(item, x, y) for item in other.items]

    @property
    def texts(self) -> list[Text]:
        """The texts in it."""
        return [item for item in self.items if isinstance(item, Text)]
