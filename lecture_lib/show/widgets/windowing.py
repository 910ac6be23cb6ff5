"""Slide the window along a sentence: which five words are seen, where each stands in x, what the network says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.show.canvas.glyphs import measure
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

SIDE = 2
SIZE = 15.0
PADDING = "<padding>"
SHOWN_PADDING = "‹pad›"
LEFT, TOP, HIGH = 20.0, 34.0, 32.0
SLOT, ROW = 142.0, 166.0
NARROW = LEFT + (2 * SIDE + 1) * SLOT + 16


class WindowSlider(Widget):
    """A sentence, and the five words around one place; below, the entries of x that each fills, or a network's answer.

    Args:
        tokens: the words of one sentence.
        d: how many entries a word vector has.
        probabilities: what a network says of every word, (words, classes); None shows the entries of x.
        classes: the names of the classes.

    Attributes:
        place: the position of the word in the middle, from 0.

    Raises:
        ValueError: there are no words, or the probabilities do not fit them.

    Example:
        >>> slider = WindowSlider(["Maria", "flew", "to", "Paris", "."])
        >>> slider.place = 3
        >>> slider
        Place 3: flew to [Paris] . <padding>. Paris fills x[100:150].
    """

    place: int

    def __init__(self, tokens: Sequence[str], d: int = 50, probabilities: Any = None,
                 classes: Sequence[str] = ()) -> None:  # fmt: skip
        self.tokens = [str(token) for token in tokens]
        if not self.tokens:
            raise ValueError("WindowSlider needs a sentence with at least one word")
        self.d = d
        self.classes = [str(name) for name in classes]
        self.answers = None if probabilities is None else np.asarray(probabilities, float)
        wanted = (len(self.tokens), len(self.classes))
        if self.answers is not None and self.answers.shape != wanted:
            raise ValueError(f"the probabilities have shape {self.answers.shape}; expected {wanted}: words, classes")
        padding = [PADDING] * SIDE
        self.padded = [*padding, *self.tokens, *padding]
        widths = [measure(_shown(token), SIZE)[0] + 16 for token in self.padded]
        starts = [LEFT + 6 * k + sum(widths[:k]) for k in range(len(widths))]
        self.boxes = list(zip(starts, widths, strict=True))
        self.width = max(NARROW, starts[-1] + widths[-1] + LEFT)
        self.height = 240.0 if self.answers is None else 214.0 + 26 * len(self.classes)
        super().__init__([Steps("place", "place of the word", len(self.tokens) - 1, play=len(self.tokens) > 1)])
        self._sentence = self._backdrop()

    def _backdrop(self) -> Scene:
        scene = Scene(self.width, self.height)
        for (x, width), token in zip(self.boxes, self.padded, strict=True):
            ghost = token == PADDING
            scene.rectangle(x, TOP, width, HIGH, "line", 4, fill=None if ghost else "leaf", dash=ghost)
        return scene

    def frame(self, state: State) -> Frame:
        place = state["place"]
        scene = Scene(self.width, self.height)
        first, last = self.boxes[place], self.boxes[place + 2 * SIDE]
        left, right = first[0] - 4, last[0] + last[1] + 4
        scene.rectangle(left, TOP - 6, right - left, HIGH + 12, "forward", 6, thick=2.5)
        middle = self.boxes[place + SIDE]
        scene.rectangle(middle[0], TOP, middle[1], HIGH, "ink", 4, fill="halo", thick=1.5)
        for k, ((x, width), token) in enumerate(zip(self.boxes, self.padded, strict=True)):
            seen = place <= k <= place + 2 * SIDE
            scene.text(_shown(token), x + width / 2, TOP + 21, SIZE, "ink" if seen else "muted", "middle")
        for k in range(2 * SIDE + 1):
            self._slot(scene, k, place + k)
        if self.answers is not None:
            self._bars(scene, self.answers[place])
        return Frame(scene, self._words(place), self._sentence)

    def _slot(self, scene: Scene, k: int, position: int) -> None:
        """The word at a position of the padded sentence, as part k of the window."""
        token, (start, width) = self.padded[position], self.boxes[position]
        x = LEFT + k * SLOT
        bends = [(start + width / 2, TOP + HIGH + 7), (x + SLOT / 2, ROW - 24)]
        scene.line(bends, "forward", thick=1.3)
        scene.arrow(bends[1], (bends[1][0] - bends[0][0], bends[1][1] - bends[0][1]), "forward")
        fill = "halo" if k == SIDE else "shade" if token == PADDING else "leaf"
        scene.rectangle(x, ROW - 22, SLOT, 34, "ink", fill=fill, thick=1.2)
        scene.text(_fitting(token), x + SLOT / 2, ROW, SIZE, "ink", "middle")
        if self.answers is None:
            entries = "all zeros" if token == PADDING else "vector of the word"
            scene.text(f"x[{k * self.d}:{(k + 1) * self.d}]", x + SLOT / 2, ROW + 34, 14, "ink", "middle")
            scene.text(entries, x + SLOT / 2, ROW + 54, 13, "muted", "middle")

    def _words(self, place: int) -> str:
        shown = self.padded[place : place + 2 * SIDE + 1]
        shown[SIDE] = f"[{shown[SIDE]}]"
        head = f"Place {place}: {' '.join(shown)}."
        if self.answers is None:
            return f"{head} {self.tokens[place]} fills x[{SIDE * self.d}:{(SIDE + 1) * self.d}]."
        best = int(np.argmax(self.answers[place]))
        return f"{head} The network says {self.classes[best]} with probability {self.answers[place, best]:.2f}."

    def _bars(self, scene: Scene, probabilities: np.ndarray[Any, Any]) -> None:
        best = int(np.argmax(probabilities))
        for k, (name, p) in enumerate(zip(self.classes, probabilities, strict=True)):
            y = 204 + 26 * k
            scene.text(name, LEFT + 70, y + 14, 14, "ink", "end")
            scene.rectangle(LEFT + 80, y, 400, 18, "line")
            scene.rectangle(LEFT + 80, y, max(400 * float(p), 0.5), 18, None, fill="forward" if k == best else "muted")
            scene.text(f"{p:.2f}", LEFT + 490, y + 14, 14, "ink")


def _shown(token: str) -> str:
    return SHOWN_PADDING if token == PADDING else token


def _fitting(token: str) -> str:
    """The token, cut off where it does not fit its slot."""
    shown = _shown(token)
    while len(shown) > 1 and measure(shown, SIZE)[0] > SLOT - 10:
        shown = shown.removesuffix("…")[:-1] + "…"
    return shown
