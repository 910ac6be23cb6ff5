"""What a page shows of a cell's outputs: pictures that follow its theme, and widgets that live without a kernel."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from lecture_lib.course.site.alternatives import ALTERNATIVES
from lecture_lib.course.site.figures import described, inlined, plot, torn
from lecture_lib.course.site.live.live import Live
from lecture_lib.course.site.live.place import Place
from lecture_lib.show.widgets.packed import MIME, room
from lecture_lib.show.widgets.paper import PAGE

LIVE = "application/vnd.jupyter.widget-view+json"
SLOT = re.compile(r'<div data-slot="(\d+)"></div>')


@dataclass
class Slots:
    """Finished pieces of a page, kept out of nbconvert's hands; their places hold a number meanwhile.

    Attributes:
        pieces: the pieces, in order.
        frames: what the page's widgets need beside it, by name.
        live: the pictures that answer, by the name of their numbers.
    """

    pieces: list[str] = field(default_factory=list)
    frames: dict[str, str] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)

    def put(self, piece: str) -> str:
        """Keep a piece."""
        self.pieces.append(piece)
        return f'<div data-slot="{len(self.pieces) - 1}"></div>'

    def fill(self, page: str) -> str:
        """A page with its pieces."""
        return SLOT.sub(lambda found: self.pieces[int(found[1])], page)


def prepare(notebook: Any, slots: Slots, places: Mapping[str, Place]) -> None:
    """Replace the pictures and widgets of a notebook by the page's own, and put those that answer in their places."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.id in places:
            _answering(cell, places[cell.id], slots)
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                piece = shown(output.data, output.get("metadata", {}), slots.frames, ALTERNATIVES.get(cell.id, ""))
                output.data.pop(LIVE, None)
                if piece is not None:
                    output.data = {"text/html": slots.put(piece)}


def _answering(cell: Any, place: Place, slots: Slots) -> None:
    """Put the picture that answers above or below a cell's outputs, or in their place."""
    picture = place.make()
    slots.live[picture.name] = picture
    if place.instead:
        cell.outputs = []
    cell.metadata.setdefault("page", {})["before" if place.before else "live"] = slots.put(picture.html())


def shown(data: Any, metadata: Any, frames: dict[str, str], words: str = "") -> str | None:
    """The page's own rendering of an output; a widget's frames are added to those of the page, words to a plot."""
    if PAGE in data:
        return str(data[PAGE])
    if MIME in data:
        return widget(data[MIME], data["text/html"], data["text/plain"], frames)
    if 'class="lecture-lib"' in data.get("text/html", ""):
        return f'<figure class="picture">{picture(data["text/html"])}</figure>'
    if "image/svg+xml" in data and "text/html" not in data:
        drawn = plot(data["image/svg+xml"], words)
        if drawn is not None:
            return f'<figure class="picture"><div class="scroll">{drawn}</div></figure>'
    if "image/png" in data and "text/html" not in data:
        return f'<figure class="picture">{_raster(data["image/png"], metadata.get("image/png", {}), words)}</figure>'
    return None


def picture(fragment: str, cuts: Sequence[float] = ()) -> str:
    """The picture in an output's HTML, without the style that served notebooks; a tall one may be torn on paper."""
    (drawn,) = re.findall(r"<svg.*?</svg>", inlined(fragment), flags=re.S)
    return f'<div class="scroll torn">{torn(drawn, cuts)}</div>' if cuts else f'<div class="scroll">{drawn}</div>'


def widget(packed_frames: str, still: str, words: str, frames: dict[str, str]) -> str:
    """A widget: its picture for paper, and the room that a script makes live as soon as its frames are there."""
    name = hashlib.blake2s(packed_frames.encode(), digest_size=8).hexdigest()
    frames[name] = packed_frames
    head = room(packed_frames)
    width, height = head["size"]
    rows = sum(len(control["values"]) > 1 for control in head["controls"])
    return (
        f'<figure class="picture widget" data-frames="{name}" '
        f'style="--natural:{width:g}px;--ratio:{width:g}/{height:g};--rows:{rows}">'
        f'<div class="still">{picture(still, head.pop("cuts"))}<figcaption>{lowered(words)}</figcaption></div>'
        f'<script type="application/json">{script_json(head)}</script></figure>'
    )


def lowered(words: str) -> str:
    """A sentence as HTML, in which the letter below a ∇ stands below.

    Example:
        >>> lowered("∇_W s < 1")
        '∇<sub>W</sub> s &lt; 1'
    """
    return re.sub(r"∇_(\w)", r"∇<sub>\1</sub>", html.escape(words))


def write_frames(frames: Mapping[str, str], folder: Path) -> None:
    """A script for each widget, because a page opened from a disk may load scripts and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in frames.items():
        script = f'course.frames("{name}","{text}");\n'
        (folder / f"{name}.js").write_text(script, encoding="ascii", newline="\n")


def script_json(data: Any) -> Markup:
    """Data as a script that no text in it can end."""
    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


def _raster(data: str, size: Any, words: str) -> str:
    """A PNG on its own white paper."""
    width = size.get("width") or int.from_bytes(base64.b64decode(data[:64])[16:20], "big")
    alt = html.escape(words or size.get("alt") or described([]))
    return (
        f'<div class="scroll"><img class="plot on-paper" alt="{alt}" width="{width}" style="--natural:{width}px" '
        f'src="data:image/png;base64,{"".join(data.split())}"></div>'
    )
