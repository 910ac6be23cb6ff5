"""A nonlinearity, its slope, where it saturates, and what its slope does to a gradient through many layers."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lecture_lib.autograd.transforms import grad
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Range, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget
from lecture_lib.train.nonlinearities import NONLINEARITIES

FUNCTIONS = {record.label: record.function for record in NONLINEARITIES.values()}
REACH = 4.0
SATURATED = 0.1
MOST_LAYERS = 20


class NonlinearityExplorer(Widget):
    """f and f′, the tangent at z, the saturated parts shaded, and f′(z)ᵏ: a gradient's size after k layers.

    Saturated means |f′| < 0.1.

    Attributes:
        f: "tanh", "sigmoid", "hard tanh", "relu", "leaky relu", "softplus" or "sin".
        z: where the tangent touches, -4 to 4.
        k: layers, 1 to 20.

    Example:
        >>> explorer = NonlinearityExplorer()
        >>> explorer.z = 2.0
        >>> explorer
        tanh(2) = 0.964, slope 0.0707 (saturated: below 0.1); after 8 layers a gradient keeps 6.21e−10 of its size.
    """

    offline: ClassVar = {"z": [k / 5 for k in range(-20, 21)], "k": (1, 2, 4, 8, 12, 16, 20)}
    f: str
    z: float
    k: int

    def __init__(self) -> None:
        super().__init__([
            Choice("f", "f", tuple(FUNCTIONS), "tanh"), Range("z", "z", -REACH, REACH, 1.0, count=80),
            Steps("k", "layers k", MOST_LAYERS, 1, default=8),
        ])  # fmt: skip
        self._backdrops: dict[str, Scene] = {}

    def _values(self, name: str, z: Any) -> tuple[Any, Any]:
        f = FUNCTIONS[name]
        return np.asarray(f(z)), np.asarray(grad(lambda v: np.sum(f(v)))(z))

    def _left(self, scene: Scene) -> Axes:
        return Axes(scene, (56, 34, 350, 270), (-REACH, REACH), (-1.6, 2.4))

    def _right(self, scene: Scene) -> Axes:
        return Axes(scene, (490, 34, 280, 270), (0.0, MOST_LAYERS), (1e-12, 1e2), "y")

    def _backdrop(self, name: str) -> Scene:
        if name not in self._backdrops:
            scene = Scene(800, 366)
            left = self._left(scene)
            z = np.linspace(-REACH, REACH, 401)
            y, slope = self._values(name, z)
            left.frame("z", title=f"f = {name} (solid), f′ (dashed), saturated: shaded")
            flat = np.abs(slope) < SATURATED
            edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
            for a, b in zip(edges[::2], edges[1::2], strict=True):
                left.band(z[a], z[b - 1])
            left.curve([-REACH, REACH], [0, 0], "line", thick=1)
            left.curve([0, 0], [-1.6, 2.4], "line", thick=1)
            left.curve(z, y, "forward", thick=2.5)
            left.curve(z, slope, "backward", dash=True)
            right = self._right(scene)
            right.frame("layers k", title="f′(z)$^k$: what is left of a gradient")
            right.curve([0, MOST_LAYERS], [1, 1], "line", thick=1)
            self._backdrops[name] = scene
        return self._backdrops[name]

    def frame(self, state: State) -> Frame:
        name, z, k = state["f"], state["z"], state["k"]
        y, slope = (float(v) for v in self._values(name, np.asarray(z, float)))
        scene = Scene(800, 366)
        left, right = self._left(scene), self._right(scene)
        left.curve([z - 1.2, z + 1.2], [y - 1.2 * slope, y + 1.2 * slope], "ink", thick=1.6)
        left.dot(z, y, "forward")
        left.dot(z, slope, "backward", 4)
        layers = np.arange(MOST_LAYERS + 1)
        kept = np.abs(slope) ** layers.astype(float)
        right.curve(layers, kept, "backward", thick=1.4, dash=True)
        for j in range(k + 1):
            right.dot(j, kept[j], "backward", 5 if j == k else 2.8, stroke="ink" if j == k else None)
        flat = f" (saturated: below {SATURATED})" if abs(slope) < SATURATED else ""
        end = f"after {k} layer{'s' if k > 1 else ''} a gradient keeps {short(slope**k)} of its size"
        text = f"{name}({short(z)}) = {short(y)}, slope {short(slope)}{flat}; {end}."
        return Frame(scene, text, self._backdrop(name))
