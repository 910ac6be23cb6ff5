"""What a page shows of a cell's outputs: pictures that follow its theme, and widgets that live without a kernel."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass, field
from typing import Any

from lecture_lib.course.site.figures import described, inlined, plot
from lecture_lib.show.widgets.packed import MIME, packed
from lecture_lib.show.widgets.paper import PAGE
from lecture_lib.show.widgets.widget import Widget

LIVE = "application/vnd.jupyter.widget-view+json"
SLOT = re.compile(r'<div data-slot="(\d+)"></div>')


@dataclass
class Slots:
    """Finished pieces of a page, kept out of nbconvert's hands; their places hold a number meanwhile."""

    pieces: list[str] = field(default_factory=list)

    def put(self, piece: str) -> str:
        """Keep a piece."""
        self.pieces.append(piece)
        return f'<div data-slot="{len(self.pieces) - 1}"></div>'

    def fill(self, page: str) -> str:
        """A page with its pieces."""
        return SLOT.sub(lambda found: self.pieces[int(found[1])], page)


def prepare(notebook: Any, slots: Slots) -> None:
    """Replace the pictures and widgets of a notebook by the page's own."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                piece = shown(output.data, output.get("metadata", {}))
                output.data.pop(LIVE, None)
                if piece is not None:
                    output.data = {"text/html": slots.put(piece)}


def shown(data: Any, metadata: Any) -> str | None:
    """The page's own rendering of an output."""
    if PAGE in data:
        return str(data[PAGE])
    if MIME in data:
        return widget(data[MIME], data["text/html"], data["text/plain"])
    if 'class="lecture-lib"' in data.get("text/html", ""):
        return f'<figure class="picture">{picture(data["text/html"])}</figure>'
    if "image/svg+xml" in data and "text/html" not in data:
        drawn = plot(data["image/svg+xml"])
        if drawn is not None:
            return f'<figure class="picture"><div class="scroll">{drawn}</div></figure>'
    if "image/png" in data and "text/html" not in data:
        return f'<figure class="picture">{_raster(data["image/png"], metadata.get("image/png", {}))}</figure>'
    return None


def picture(fragment: str) -> str:
    """The picture in an output's HTML, without the style that served notebooks."""
    (drawn,) = re.findall(r"<svg.*?</svg>", inlined(fragment), flags=re.S)
    return f'<div class="scroll">{drawn}</div>'


def widget(frames: str, still: str, words: str) -> str:
    """A widget: its picture for paper, and its packed frames, from which a script makes it live."""
    return (
        f'<figure class="picture widget"><div class="still">{picture(still)}'
        f'<figcaption>{html.escape(words)}</figcaption></div>'
        f'<script type="{MIME}">{frames}</script></figure>'
    )  # fmt: skip


def displayed(shown: Widget) -> str:
    """A widget of this very process as a piece of a page."""
    still = shown.still()
    return widget(packed(shown), still.img, still.alt)


def _raster(data: str, size: Any) -> str:
    """A PNG on its own white paper."""
    width = size.get("width") or int.from_bytes(base64.b64decode(data[:64])[16:20], "big")
    alt = html.escape(size.get("alt") or described([]))
    return (
        f'<div class="scroll"><img class="plot on-paper" alt="{alt}" width="{width}" style="--natural:{width}px" '
        f'src="data:image/png;base64,{"".join(data.split())}"></div>'
    )
