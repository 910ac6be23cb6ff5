"""What a widget shows in one state, and several states under one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene

State = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What a widget shows in one state.

    Attributes:
        scene: what moves.
        text: one sentence that says the same in words and numbers.
        background: what stays while the controls of the same backdrop move; None for nothing.
    """

    scene: Scene
    text: str
    background: Scene | None = None

    @property
    def picture(self) -> Picture:
        """The whole frame as one picture."""
        whole = Scene(self.scene.width, self.scene.height)
        if self.background is not None:
            whole.place(self.background)
        whole.place(self.scene)
        return Picture(whole, self.text)


def stacked(frames: Sequence[Frame], captions: Sequence[str] = ()) -> Picture:
    """Several frames without backgrounds under one another, a line below each: a widget's story on paper."""
    strip = Scene(max(f.scene.width for f in frames), sum(f.scene.height + 8 for f in frames))
    y, cuts = 0.0, []
    for k, f in enumerate(frames):
        strip.place(f.scene, 0, y)
        y += f.scene.height
        if captions:
            strip.text(captions[k], strip.width - 10, y - 12, 16.0, "muted", "end")
        strip.line([(0, y), (strip.width, y)], "line")
        y += 8
        cuts.append(y)
    return Picture(strip, " ".join(f.text for f in frames), cuts[:-1])
