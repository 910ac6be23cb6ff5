"""Word vectors on the move while they are fine-tuned, and the one that is not in the training set standing still."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.show.canvas.axes import Axes
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Point, Scene
from lecture_lib.show.widgets.controls import Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

Box = tuple[float, float, float, float]
WIDTH, HEIGHT = 600.0, 380.0
CLASS_COLORS = ("forward", "third")


class WordMap(Widget):
    """Where word vectors are after every epoch; trails show where they came from.

    Args:
        words: N words.
        positions: shape (epochs + 1, N, d): the vectors before training and after every epoch. More than two
            dimensions are projected on the two along which all of them spread most.
        labels: a class for every word: the first class is drawn as a blue circle, the second as a green square.
        held_out: words that the training never saw.
        boundary: for d = 2 the classifier after every epoch, shape (epochs + 1, 3): the line a·x + b·y + c = 0, and
            class 1 where it is positive.
        axes: what the two directions are, written at the frame.

    Attributes:
        epoch: 0 is before training.

    Raises:
        ValueError: the arguments do not fit each other, or a position is not finite.

    Source:
        The projection is principal component analysis: K. Pearson, On lines and planes of closest fit to systems of
        points in space, 1901.

    Example:
        >>> import numpy as np
        >>> paths = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.0, 2.0], [1.0, 0.0]]])
        >>> WordMap(["tv", "telly"], paths, held_out=["telly"])
        Before training: tv and telly lie 1.41 apart.
    """

    epoch: int

    def __init__(self, words: Sequence[str], positions: Any, labels: Sequence[Any] | None = None,
                 held_out: Collection[str] = (), boundary: Any = None,
                 axes: tuple[str, str] = ("first direction", "second direction")) -> None:  # fmt: skip
        points = np.asarray(positions, float)
        self.words = list(words)
        if points.ndim != 3 or points.shape[1] != len(self.words) or points.shape[2] < 2 or not len(points):
            raise ValueError(
                f"positions has shape {points.shape}; expected (epochs + 1, {len(self.words)}, d) with d at least 2"
            )
        unknown = set(held_out) - set(self.words)
        if unknown:
            raise ValueError(f"held_out names {', '.join(sorted(unknown))}, not among the words")
        if labels is not None and len(labels) != len(self.words):
            raise ValueError(f"{len(labels)} labels for {len(self.words)} words")
        if not np.all(np.isfinite(points)):
            raise ValueError("positions holds NaN or infinity: did the training diverge?")
        self.lines = None if boundary is None else np.asarray(boundary, float)
        if self.lines is not None and (points.shape[2] != 2 or self.lines.shape != (len(points), 3)):
            raise ValueError(
                f"boundary has shape {self.lines.shape} for positions of shape {points.shape}; expected "
                f"({len(points)}, 3), and vectors of two dimensions"
            )
        self.vectors = points
        self.points = points if points.shape[2] == 2 else _plane(points)
        self.labels = list(labels) if labels is not None else [""] * len(self.words)
        self.classes = sorted(set(self.labels), key=str)
        self.held_out = set(held_out)
        self.directions = axes
        super().__init__([Steps("epoch", "epoch", len(points) - 1, play=True)])
        self._backdrop = self._background()

    def _axes(self, scene: Scene) -> Axes:
        low, high = self.points.min(axis=(0, 1)), self.points.max(axis=(0, 1))
        room = np.maximum(high - low, 1e-6) * 0.16
        low, high = low - room, high + room
        # One unit is as long upward as it is sideways: distances can be compared by eye.
        wider = np.array([WIDTH, HEIGHT]) * np.max((high - low) / (WIDTH, HEIGHT)) - (high - low)
        low, high = low - wider / 2, high + wider / 2
        return Axes(scene, (64, 20, WIDTH, HEIGHT), (float(low[0]), float(high[0])), (float(low[1]), float(high[1])))

    def _background(self) -> Scene:
        scene = Scene(830, 450)
        self._axes(scene).frame(*self.directions)
        rows = [("filled: trained", "ink", True), ("hollow: held out", "ink", False)]
        for k, (text, color, full) in enumerate(rows):
            scene.circle(686, 40 + 26 * k, 6, color, fill=color if full else "paper", thick=1.8)
            scene.text(text, 700, 45 + 26 * k, 14)
        for k, name in enumerate(self.classes if self.classes != [""] else []):
            self._sign(scene, 686, 102 + 26 * k, k, True)
            scene.text(f"{name}", 700, 107 + 26 * k, 14)
        if self.lines is not None:
            y = 112 + 26 * len(self.classes)
            scene.line([(676, y), (698, y)], "backward", thick=2, dash=True)
            scene.text("decision boundary", 704, y + 5, 14)
        return scene

    def _sign(self, scene: Scene, x: float, y: float, kind: int, full: bool) -> None:
        color = CLASS_COLORS[kind % 2]
        fill = color if full else "paper"
        if kind % 2:
            scene.rectangle(x - 5.5, y - 5.5, 11, 11, color, fill=fill, thick=1.8)
        else:
            scene.circle(x, y, 6, color, fill=fill, thick=1.8)

    def frame(self, state: State) -> Frame:
        t = state["epoch"]
        scene = Scene(830, 450)
        axes = self._axes(scene)
        if self.lines is not None:
            self._boundary(axes, self.lines[t])
        places = [(float(axes.px(x)), float(axes.py(y))) for x, y in self.points[t]]
        taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in places]
        for k, word in enumerate(self.words):
            trail = self.points[: t + 1, k]
            axes.curve(trail[:, 0], trail[:, 1], "muted", thick=1.2)
            held = word in self.held_out
            self._sign(scene, *places[k], self.classes.index(self.labels[k]), not held)
        for k, word in enumerate(self.words):
            self._name(scene, word, places[k], taken)
        return Frame(scene, self._words(t), self._backdrop)

    def _name(self, scene: Scene, word: str, place: Point, taken: list[Box]) -> None:
        """Write a word beside its point, where nothing else is."""
        width = measure(word, 15)[0]
        x, y = place
        spots = [(x + 10, y + 5), (x - 10 - width, y + 5), (x - width / 2, y - 12), (x - width / 2, y + 22),
                 (x + 8, y - 12), (x + 8, y + 22), (x - width - 8, y - 12), (x - width - 8, y + 22)]  # fmt: skip

        def clashes(spot: Point) -> int:
            left, top, right, bottom = spot[0], spot[1] - 12, spot[0] + width, spot[1] + 4
            outside = left < 66 or right > 662 or top < 22 or bottom > 398
            return 3 * outside + sum(left < r and right > a and top < d and bottom > u for a, u, r, d in taken)

        spot = min(spots, key=clashes)
        taken.append((spot[0], spot[1] - 12, spot[0] + width, spot[1] + 4))
        scene.rectangle(spot[0] - 2, spot[1] - 13, width + 4, 18, None, fill="paper", opacity=0.85)
        scene.text(word, *spot, 15)

    def _boundary(self, axes: Axes, line: Array) -> None:
        a, b, c = line
        (x0, x1), (y0, y1) = axes.x_limits, axes.y_limits
        if abs(b) * (x1 - x0) >= abs(a) * (y1 - y0):
            xs = np.array([x0, x1])
            axes.curve(xs, -(c + a * xs) / b if b else xs * np.nan, "backward", dash=True)
        else:
            ys = np.array([y0, y1])
            axes.curve(-(c + b * ys) / a, ys, "backward", dash=True)

    def _words(self, t: int) -> str:
        moved = np.linalg.norm(self.vectors[t] - self.vectors[0], axis=1)
        still = [w for w in self.words if w in self.held_out]
        if t == 0:
            first, second = (self.words[0], (still or self.words)[-1])
            gap = float(np.linalg.norm(self.vectors[0, 0] - self.vectors[0, self.words.index(second)]))
            return f"Before training: {first} and {second} lie {short(gap)} apart."
        trained = [m for w, m in zip(self.words, moved, strict=True) if w not in self.held_out]
        mean = short(np.mean(trained) if trained else 0.0)
        text = f"After epoch {t} the trained words have moved by {mean} on average"
        if still:
            rest = max(float(moved[self.words.index(w)]) for w in still)
            text += f"; {', '.join(still)} {'stands still' if rest == 0 else f'moved by {short(rest)}'}"
        if self.lines is not None and len(self.classes) == 2:
            x = self.points[t]
            side = x @ self.lines[t][:2] + self.lines[t][2] > 0
            right = side == np.array([lab == self.classes[1] for lab in self.labels])
            wrong = [w for w, r in zip(self.words, right, strict=True) if not r]
            text += f"; on the wrong side: {', '.join(wrong) or 'none'}"
        return text + "."


def _plane(points: Array) -> Array:
    """The points on the two directions along which all of them, over all epochs, spread most."""
    flat = points.reshape(-1, points.shape[2])
    middle = flat.mean(axis=0)
    _, _, directions = np.linalg.svd(flat - middle, full_matrices=False)
    first = directions[:2]
    # A direction's sign is arbitrary; fixing it keeps the picture the same everywhere.
    signs = np.sign(first[np.arange(len(first)), np.abs(first).argmax(axis=1)])
    return np.asarray((points - middle) @ (first * signs[:, None]).T)
