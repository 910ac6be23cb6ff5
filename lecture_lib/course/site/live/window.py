"""The live window: the course's plain network, which reads what the reader types and learns from the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from lecture_lib import data
from lecture_lib.autograd.nn import softmax
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.transforms import grad
from lecture_lib.course.site.figures import own
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.window_numbers import SENTENCES, packed, unpacked
from lecture_lib.ner import NERWindowModel, tokenize, windows
from lecture_lib.ner.network import scores, window_loss
from lecture_lib.ner.vocabulary import PADDING
from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.canvas.svg import standalone

RIGHT = "PER"
"""What the first word of the still picture is, though the network says LOC."""

WIDTH, LEFT = 720.0, 46.0
WORDS, DELTA, HIDDEN, BARS, UNIT = 24.0, 178.0, 214.0, 306.0, 84.0
CELL, COLUMNS = 13, 50


@cache
def window() -> Live:
    """The picture, which is the same wherever it stands, so that its numbers are loaded once."""
    model = data.model("plain")
    numbers = packed(model)
    scene, words = still(model, unpacked(numbers))
    return Live("window", numbers, own(standalone(scene, words), words), words)


def still(model: NERWindowModel, params: Mapping[str, Array]) -> tuple[Scene, str]:
    """The first sentence with a label that is called right: what the network said, and what comes back."""
    text, place = SENTENCES[0]
    tokens = tokenize(text)
    ids = windows(model.vocabulary.ids(tokens))[place]
    E = model.vocabulary.matrix.astype(float)
    weights, x = {name: params[name] for name in ("W", "b", "U", "c")}, E[ids].ravel()
    y = model.classes.index(RIGHT)

    def loss(weights: Any, x: Any) -> Any:
        return window_loss(weights, x[None], np.array([y]))

    grads, grad_x = grad(loss, argnums=(0, 1))(weights, x)
    p = softmax(scores(weights, x[None]))[0]
    h = np.tanh(weights["W"] @ x + weights["b"])
    arriving = np.where(ids == PADDING, 0.0, np.linalg.norm(grad_x.reshape(len(ids), -1), axis=1))

    scene = Scene(WIDTH, BARS + UNIT + 72)
    shown = ["·", "·", *tokens, "·", "·"]
    middles = _words(scene, shown, place, arriving)
    hub = LEFT + COLUMNS * CELL / 2
    for middle, norm in zip(middles, arriving, strict=True):
        if norm:
            _dashed(scene, (hub, DELTA), (middle, WORDS + 66), 1 + min(norm, 1.6))
    for name, middle in (("W", LEFT), ("b", WIDTH - LEFT)):
        _dashed(scene, (hub, DELTA), (middle, DELTA - 30), 1)
        scene.circle(middle, DELTA - 42, 13, "backward", fill="paper")
        scene.centered(name, middle, DELTA - 42, 15)
    _row(scene, "δ", DELTA, grads["b"] / 0.3, "backward")
    _row(scene, "h", HIDDEN, h, "forward")
    _bars(scene, model.classes, p, np.eye(len(p))[y], hub)
    said = model.classes[int(p.argmax())]
    words = (
        f"“{text}”: for {tokens[place]} the plain network says {said} with probability {p.max():.2f}. If {RIGHT} is "
        f"right, p − y runs back (dashed); δ is computed once, and W, b and the words take their gradients from it."
    )
    return scene, words


def _words(scene: Scene, shown: Sequence[str], place: int, norms: Array) -> list[float]:
    """The padded sentence with its frame, and the norms of what arrives at the words; the middles of the five."""
    widths = [max(measure(word, 17)[0], 30) + 22 for word in shown]
    starts = [float(start) for start in (WIDTH - sum(widths)) / 2 + np.cumsum([0, *widths])]
    middles = [start + width / 2 for start, width in zip(starts, widths, strict=False)]
    inside = range(place, place + len(norms))
    left, right = starts[inside[0]], starts[inside[-1] + 1]
    center = place + len(norms) // 2
    scene.rectangle(starts[center] + 3, WORDS - 8, widths[center] - 6, 68, None, 5, fill="halo")
    scene.rectangle(left, WORDS - 12, right - left, 76, "forward", 8, thick=2)
    for k, (word, middle) in enumerate(zip(shown, middles, strict=True)):
        scene.text(word, middle, WORDS + 14, 17, "ink" if k in inside else "muted", "middle")
    for norm, middle in zip(norms, middles[place:], strict=False):
        if norm:
            scene.rectangle(middle - 20, WORDS + 28, 20 * min(norm, 2), 6, None, fill="backward")
            scene.text(f"{norm:.3f}", middle, WORDS + 52, 12, "ink", "middle")
    return [middles[k] for k in inside]


def _row(scene: Scene, name: str, y: float, shares: Array, color: str) -> None:
    """A row of cells, each as strong as its number."""
    scene.text(name, LEFT - 28, y + 17, 18, color)
    scene.rectangle(LEFT - 1, y - 1, COLUMNS * CELL + 1, 2 * CELL + 1, None, fill="leaf")
    for k, share in enumerate(shares):
        x, high = LEFT + k % COLUMNS * CELL, y + k // COLUMNS * CELL
        role = color if share > 0 or color == "backward" else "muted"
        scene.rectangle(x, high, CELL - 1, CELL - 1, None, fill=role, opacity=round(min(1.0, abs(float(share))), 2))


def _bars(scene: Scene, classes: Sequence[str], p: Array, y: Array, hub: float) -> None:
    """For each class its probability, and the way that it is off."""
    base = BARS + UNIT
    for name, color, low in (("p", "forward", 20), ("p − y", "backward", 40)):
        scene.text(name, 8, base + low, 14, color)
    for k, name in enumerate(classes):
        middle = LEFT + (k + 0.5) * COLUMNS * CELL / len(classes)
        _dashed(scene, (middle + 21, BARS), (hub, HIDDEN + 2 * CELL), 1 + 2 * abs(float(p[k] - y[k])))
        scene.rectangle(middle - 36, base - UNIT * p[k], 30, UNIT * p[k], None, fill="forward")
        top, bottom = max(p[k], y[k]), min(p[k], y[k])
        scene.rectangle(middle + 10, base - UNIT * top, 22, UNIT * (top - bottom), "backward", dash=True, thick=1.5)
        scene.line([(middle + 6, base - UNIT * y[k]), (middle + 36, base - UNIT * y[k])], "ink", thick=2.5)
        scene.line([(middle - 44, base), (middle + 44, base)], "muted")
        scene.text(f"{p[k]:.3f}", middle, base + 20, 14, "forward", "middle")
        scene.text(f"{p[k] - y[k]:.3f}".replace("-", "−"), middle, base + 40, 14, "backward", "middle")
        scene.text(name, middle, base + 60, 15, "ink", "middle")


def _dashed(scene: Scene, start: tuple[float, float], end: tuple[float, float], thick: float) -> None:
    """A way back."""
    (x, y), (to_x, to_y) = start, end
    bend = ("C", x, 0.45 * y + 0.55 * to_y, to_x, 0.55 * y + 0.45 * to_y, to_x, to_y)
    scene.path([("M", x, y), bend], "backward", dash=True, thick=thick)
