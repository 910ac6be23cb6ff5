"""A widget as data: every state that a page without a kernel offers, drawn beforehand and packed.

A page asks for it through an environment variable, so that notebooks never store it. Pieces that come more than once,
in one frame or in many, are kept once, and so are glyphs and backgrounds.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import os
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Item, Pixels, Scene, Shape, moved
from lecture_lib.show.canvas.svg import SvgWriter, outline
from lecture_lib.show.widgets.controls import Choice, Control
from lecture_lib.show.widgets.frames import Frame, State

MIME = "application/vnd.lecture-lib.frames"
"""The type of a packed widget in a cell's output: text, base64 of zlib's deflate of JSON."""

VARIABLE = "LECTURE_LIB_FRAMES"
"""The environment variable with which a page asks for packed widgets."""

POLYLINE = re.compile(r'd="(M[-\d. ]+(?:L[-\d. ]+)+Z?)"')
NUMBER = re.compile(r"-?[\d.]+")

MOST = 3000
"""How many states a page offers at most, unless the widget itself names what it offers."""


class Framed(Protocol):
    """What can be packed: controls, and a frame for each of their states."""

    offline: ClassVar[Mapping[str, Sequence[Any]]]
    controls: dict[str, Control]

    def frame(self, state: State) -> Frame:
        """What is shown in a state."""

    def still(self) -> Picture:
        """The picture for paper."""


def wanted() -> bool:
    """Whether widgets shall display themselves as packed frames."""
    return bool(os.environ.get(VARIABLE))


def offered(widget: Framed) -> dict[str, list[Any]]:
    """The values that each control offers on a page without a kernel; their combinations are its states.

    Example:
        >>> from lecture_lib.show import Ridgelines
        >>> {name: len(values) for name, values in offered(Ridgelines()).items()}
        {'scale': 41, 'f': 3}
    """
    found = {}
    for name, control in widget.controls.items():
        every = list(control.values())
        kept = {control.default, getattr(widget, name)}
        if name in widget.offline:
            found[name] = _ordered(every, kept | set(widget.offline[name]))
        else:
            found[name] = _ordered(every, kept | set(every))
    while math.prod(map(len, found.values())) > MOST:
        longest = max(
            (n for n in found if not isinstance(widget.controls[n], Choice)), key=lambda n: len(found[n]), default=""
        )
        if not longest or len(found[longest]) < 4:
            break
        kept = {widget.controls[longest].default, getattr(widget, longest), found[longest][-1]}
        found[longest] = [v for k, v in enumerate(found[longest]) if k % 2 == 0 or v in kept]
    return found


def packed(widget: Framed) -> str:
    """A widget with every offered state, as text for a page's script."""
    data = json.dumps(unpacked(widget), ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(data, 9)).decode()


def unpacked(widget: Framed) -> dict[str, Any]:
    """The object that ``packed`` packs."""
    values = offered(widget)
    sheet = _Sheet()
    frames = []
    for combination in itertools.product(*values.values()):
        frame = widget.frame(dict(zip(values, combination, strict=True)))
        back = -1 if frame.background is None else sheet.background(frame.background)
        frames.append([back, sheet.layer(frame.scene), sheet.texts.setdefault(frame.text, len(sheet.texts))])
    controls = [_described(widget.controls[name], found, getattr(widget, name)) for name, found in values.items()]
    fewer = any(len(found) < len(widget.controls[name].values()) for name, found in values.items())
    return {
        "controls": controls, "fewer": fewer, "size": sheet.size, "cuts": widget.still().cuts, **sheet.defined(),
        "layers": [_columns(layer) for layer in sheet.layers], "texts": list(sheet.texts), "frames": frames,
    }  # fmt: skip


def room(text: str) -> dict[str, Any]:
    """What a page makes room with before a packed widget's frames are there.

    That is its controls, its size, the cuts of its picture, and sentences: the one of the present state comes first,
    and then those that are the longest.
    """
    data = json.loads(zlib.decompress(base64.b64decode(text)))
    place = 0
    for control in data["controls"]:
        place = place * len(control["values"]) + control["now"]
    now = data["texts"][data["frames"][place][2]]
    longest = sorted(data["texts"], key=len, reverse=True)[:3]
    return {name: data[name] for name in ("controls", "fewer", "size", "cuts")} | {"texts": [now, *longest]}


class _Sheet:
    """Collects pieces, glyphs, layers and texts, each once."""

    def __init__(self) -> None:
        self.writer = SvgWriter()
        self.pieces: dict[str, int] = {}
        self.layers: dict[tuple[int, ...], int] = {}
        self.texts: dict[str, int] = {}
        self.shapes: dict[tuple[Any, ...], int] = {}
        self.seen: dict[tuple[Item, ...] | None, int] = {}
        self.backgrounds: dict[int, tuple[Scene, int]] = {}
        self.size = [0.0, 0.0]

    def background(self, scene: Scene) -> int:
        """The number of a layer that many frames share as one object; it is kept, so that its id stays its own."""
        if id(scene) not in self.backgrounds:
            self.backgrounds[id(scene)] = scene, self.layer(scene)
        return self.backgrounds[id(scene)][1]

    def layer(self, scene: Scene) -> int:
        """The number of a layer."""
        self.size = [max(self.size[0], scene.width), max(self.size[1], scene.height)]
        # Controls that change nothing, as momentum does for Adam, make equal scenes, and these are not written again.
        known = None if any(isinstance(item, Pixels) for item in scene.items) else tuple(scene.items)
        if known in self.seen:
            return self.seen[known]
        flat: list[int] = []
        for item in scene.items:
            x, y = _origin(item)
            flat += self._piece(item, x, y), round(10 * x), round(10 * y)
        number = self.layers.setdefault(tuple(flat), len(self.layers))
        if known is not None:
            self.seen[known] = number
        return number

    def _piece(self, item: Item, x: float, y: float) -> int:
        """The number of an item's piece; a shape is written only when no equal one was before."""
        key = _outline_of(item, x, y) if isinstance(item, Shape) else None
        if key is None or key not in self.shapes:
            self.writer.parts.clear()
            self.writer.add([moved(item, -x, -y)])
            text = POLYLINE.sub(_in_steps, "".join(self.writer.parts))
            number = self.pieces.setdefault(text, len(self.pieces))
            if key is None:
                return number
            self.shapes[key] = number
        return self.shapes[key]

    def defined(self) -> dict[str, Any]:
        """Glyphs and pieces, with names that no other widget has."""
        digest = hashlib.blake2s("".join(self.pieces).encode(), digest_size=5).hexdigest()
        glyphs = {name.replace("@", f"w{digest}-"): outline(key) for key, name in self.writer.glyphs.items()}
        return {"glyphs": glyphs, "pieces": [p.replace('href="#@', f'href="#w{digest}-') for p in self.pieces]}


def _columns(layer: Sequence[int]) -> list[list[int]]:
    """A layer as three lists, which pack better: the pieces, and the steps of their places along x and along y."""
    return [list(layer[::3]), _steps(layer[1::3]), _steps(layer[2::3])]


def _steps(values: Sequence[int]) -> list[int]:
    return [after - before for before, after in itertools.pairwise([0, *values])]


def _in_steps(found: re.Match[str]) -> str:
    """A polyline's path data with steps instead of places, which are shorter and come more often."""
    places = [round(10 * float(v)) for v in NUMBER.findall(found[1])]
    steps = [v for pair in zip(_steps(places[::2]), _steps(places[1::2]), strict=True) for v in pair]
    return f'd="m{" ".join(f"{v / 10:g}" for v in steps)}{"z" if found[1].endswith("Z") else ""}"'


def _origin(item: Item) -> tuple[float, float]:
    """Where an item begins, to a tenth of a pixel: equal shapes at different places become one piece."""
    x, y = item.commands[0][1:3] if isinstance(item, Shape) else (item.x, item.y)
    return round(float(x), 1), round(float(y), 1)


def _outline_of(item: Shape, x: float, y: float) -> tuple[Any, ...]:
    """What a shape looks like seen from (x, y), in tenths of a pixel."""
    key: list[Any] = [item.stroke, item.fill, item.thick, item.dash, item.opacity]
    for c in item.commands:
        key.append(c[0])
        for k in range(1, len(c), 2):
            key.append(round(10 * (c[k] - x)))
            key.append(round(10 * (c[k + 1] - y)))
    return tuple(key)


def _described(control: Control, values: Sequence[Any], now: Any) -> dict[str, Any]:
    """A control as a page builds it: every value as the reader sees it, and where it stands."""
    shown = [_shown(v) for v in values]
    kind = "choice" if isinstance(control, Choice) else "slider"
    return {
        "name": control.name, "label": control.label, "kind": kind, "values": shown, "now": list(values).index(now),
        "play": getattr(control, "play", False),
    }  # fmt: skip


def _shown(value: Any) -> str:
    """A control's value as the reader sees it: a number with a true minus sign, and its power of ten without zeros."""
    if not isinstance(value, (int, float)):
        return str(value)
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text.replace("e-0", "e-").replace("-", "−")


def _ordered(every: Sequence[Any], kept: set[Any]) -> list[Any]:
    """The kept values in the control's order; a number between two of them stands between them."""
    inside = [v for v in every if v in kept]
    return inside if len(inside) == len(kept) else sorted(kept)
