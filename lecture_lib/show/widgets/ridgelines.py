"""How a scale of the first weights spreads activations forward and gradients back through a deep network."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.transforms import grad
from lecture_lib.show.canvas.axes import Axes, pointer, ruler
from lecture_lib.show.canvas.heat import colors_of
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Command, Scene
from lecture_lib.show.widgets.controls import Choice, Range
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.nonlinearity import FUNCTIONS, SATURATED
from lecture_lib.show.widgets.widget import Widget

BINS = 60
LOWEST, HIGHEST = -8.0, 3.0
GRADIENTS = (-10.0, 3.0)


class Ridgelines(Widget):
    """Histograms of |activation| (left) and |gradient| (right), a ridge for every layer, on a scale of powers of ten.

    The weights of layer l are drawn once and multiplied by scale × Xavier's standard deviation √(2/(in + out)), which
    is scale 1 and marked. The gradient is that of a random weighting of the last layer.

    Args:
        depth: layers, 2 to 20.
        width: units a layer.
        seed: of the inputs, the weights and the weighting.

    Attributes:
        scale: a multiple of Xavier's scale.
        f: the nonlinearity.

    Raises:
        ValueError: depth or width lies outside.

    Source:
        X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.

    Example:
        >>> ridges = Ridgelines(depth=6, width=40)
        >>> ridges.scale = 0.1
        >>> "vanish" in repr(ridges)
        True
    """

    scale: float
    f: str

    def __init__(self, depth: int = 8, width: int = 60, seed: int = 0) -> None:
        if not 2 <= depth <= 20 or not 2 <= width <= 500:
            raise ValueError(f"Ridgelines needs depth 2 to 20 and width 2 to 500, not {depth} and {width}")
        rng = np.random.default_rng(seed)
        self.depth = depth
        self.inputs = rng.standard_normal((100, width))
        self.weights = [rng.standard_normal((width, width)) * np.sqrt(1 / width) for _ in range(depth)]
        self.upstream = rng.standard_normal((100, width))
        super().__init__([
            Range("scale", "scale × Xavier", 0.1, 10.0, 1.0, count=40, log=True),
            Choice("f", "f", ("tanh", "sigmoid", "relu"), "tanh"),
        ])  # fmt: skip
        self._backdrop = self._background()

    def spreads(self, state: State) -> tuple[list[Array], list[Array]]:
        """The activations of every layer and the gradients at them.

        Args:
            state: as ``frame`` takes it.

        Returns:
            Two lists, first layer first, of arrays of shape (100, width).
        """
        f = FUNCTIONS[state["f"]]
        activations, slopes = [], []
        h = self.inputs
        for W in self.weights:
            z = h @ (state["scale"] * W).T
            h = np.asarray(f(z))
            activations.append(h)
            slopes.append(np.asarray(grad(lambda v: np.sum(f(v)))(z)))
        g = self.upstream
        gradients = [g]
        for W, slope in zip(self.weights[:0:-1], slopes[:0:-1], strict=True):
            g = (g * slope) @ (state["scale"] * W)
            gradients.append(g)
        return activations, gradients[::-1]

    def _panel(self, scene: Scene, right: bool) -> Axes:
        limits = GRADIENTS if right else (LOWEST, HIGHEST)
        return Axes(scene, (430 if right else 60, 34, 320, 290), limits, (self.depth - 0.5, -1.0))

    def _background(self) -> Scene:
        scene = Scene(790, 450)
        for right, title in ((False, "activations, forward"), (True, "gradients, backward")):
            panel = self._panel(scene, right)
            panel.frame("size (powers of ten)", title=title, yticks=False, xticks=False)
            for p in range(int(panel.x_limits[0]), int(panel.x_limits[1]) + 1, 2):
                x = float(panel.px(p))
                scene.line([(x, panel.top + panel.height), (x, panel.top + panel.height + 4)], "muted")
                scene.text(f"$10^{{{p}}}$" if p else "1", x, panel.top + panel.height + 18, 13, "muted", "middle")
            for layer in range(self.depth):
                scene.text(str(layer + 1), panel.left - 7, float(panel.py(layer)) + 4, 13, "muted", "end")
            scene.text("layer", panel.left - 34, panel.top + panel.height / 2, 14, "ink", "middle", turned=True)
        self._ruler(scene)
        return scene

    def _ruler(self, scene: Scene) -> Axes:
        return ruler(scene, 60, 412, 520, (0.1, 10.0), [(1.0, "Xavier")], "scale of the weights")

    def frame(self, state: State) -> Frame:
        scene = Scene(790, 450)
        activations, gradients = self.spreads(state)
        for right, layers in ((False, activations), (True, gradients)):
            panel = self._panel(scene, right)
            for k, values in enumerate(layers):
                self._ridge(scene, panel, k, values)
        pointer(scene, self._ruler(Scene(1, 1)), state["scale"])
        return Frame(scene, self._words(state, activations, gradients), self._backdrop)

    def _ridge(self, scene: Scene, panel: Axes, k: int, values: Array) -> None:
        low, high = panel.x_limits
        with np.errstate(divide="ignore"):
            sizes = np.log10(np.abs(values).ravel())
        counts, edges = np.histogram(np.clip(sizes, low, high - 1e-9), BINS, (low, high))
        base = float(panel.py(k))
        heights = counts / max(int(counts.max()), 1) * 0.85 * panel.height / (self.depth + 0.5)
        middles = panel.px((edges[1:] + edges[:-1]) / 2)
        shape: list[Command] = [("M", float(middles[0]), base)]
        shape += [("L", float(x), base - float(h)) for x, h in zip(middles, heights, strict=True)]
        shape += [("L", float(middles[-1]), base), ("Z",)]
        scene.path(shape, "ink", fill=_depth_color(k, self.depth), thick=1)

    def _words(self, state: State, activations: list[Array], gradients: list[Array]) -> str:
        first, last = (float(np.sqrt(np.mean(a**2))) for a in (activations[0], activations[-1]))
        at_top, at_bottom = (float(np.sqrt(np.mean(g**2))) for g in (gradients[-1], gradients[0]))
        stuck = _saturated(activations[-1], state["f"])
        more = f"; {short(100 * stuck, 2)} % of the last layer is saturated" if stuck > 0.2 else ""
        return (
            f"{state['f']}, scale {short(state['scale'])} × Xavier: typical activation {short(first, 2)} in layer 1, "
            f"{short(last, 2)} in layer {self.depth}; typical gradient {short(at_top, 2)} at the top, "
            f"{short(at_bottom, 2)} at the bottom: gradients {_verdict(at_bottom / at_top)}{more}."
        )


def _verdict(ratio: float) -> str:
    """What becomes of gradients whose size at the bottom is this many times that at the top."""
    if ratio < 0.5:
        return "vanish" if ratio < 0.05 else "fade on their way down"
    if ratio > 2:
        return "explode" if ratio > 20 else "grow on their way down"
    return "keep their size"


def _saturated(h: Array, f: str) -> float:
    """The share of activations at which f has a slope below 0.1; a rectifier has no such end."""
    slope = {"tanh": 1 - h * h, "sigmoid": h * (1 - h), "relu": np.ones_like(h)}[f]
    return float(np.mean(slope < SATURATED))


@lru_cache(maxsize=256)
def _depth_color(k: int, depth: int) -> str:
    r, g, b, _ = colors_of("viridis")[40 + round(200 * k / max(depth - 1, 1))]
    return f"#{r:02X}{g:02X}{b:02X}"
