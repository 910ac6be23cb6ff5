"""A scene as SVG: one file for light and dark pages, or a fragment inside a widget that follows JupyterLab's theme."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import struct
import zlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from lecture_lib.show.canvas.glyphs import DESIGN_SIZE, OUTLINES, typeset
from lecture_lib.show.canvas.palette import PALETTE
from lecture_lib.show.canvas.scene import Item, Pixels, Scene, Shape, Text

DASH = "5 3"
LETTERS = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 1)}
"""Code of a matplotlib path → letter of SVG, and how many vertices belong to it; that of Z has no meaning."""

DARK_PAGES = (
    'body[data-jp-theme-light="false"]',
    "body.vscode-dark",
    'html[theme="dark"]',
    'html[data-theme="dark"]',
)
FLIP = "invert(.88) hue-rotate(180deg)"
"""A color map on a dark page: its white becomes the page's paper, and hues stay."""

FIXED = {"#FFFFFF": "#101010", "#101010": "#FFFFFF", "#4A4A4A": "#B4B4B4"}
"""The inks on a color map, and what they become where it is flipped."""

CLASSES = {role: role.replace(" ", "-") for role in PALETTE}


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


@lru_cache(maxsize=256)
def _color(role: str | None, kind: str) -> str:
    if role is None:
        return f' {kind}="none"'
    if role in CLASSES:
        return f' class="{kind[0]}-{CLASSES[role]}"'
    return f' {kind}="{role}"'


def _paint(item: Shape) -> str:
    """Fill and stroke of a shape as attributes; an element has one class attribute."""
    parts = _color(item.fill, "fill") + _color(item.stroke, "stroke")
    classes = re.findall(r'class="([^"]*)"', parts)
    if len(classes) == 2:
        parts = f' class="{" ".join(classes)}"'
    if item.stroke and item.thick != 1:
        parts += f' stroke-width="{number(item.thick)}"'
    if item.dash:
        parts += f' stroke-dasharray="{DASH}"'
    return parts + _faded(item.opacity)


def _faded(opacity: float) -> str:
    return "" if opacity == 1 else f' opacity="{opacity:g}"'


def _commands(item: Shape) -> str:
    return "".join(c[0] + " ".join(number(v) for v in c[1:]) for c in item.commands)


class SvgWriter:
    """Collects the elements of one SVG and the glyphs that they use."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.glyphs: dict[str, str] = {}

    def add(self, items: Sequence[Item]) -> None:
        """Write items in their order."""
        for item in items:
            if isinstance(item, Shape):
                self.parts.append(f'<path d="{_commands(item)}"{_paint(item)}/>')
            elif isinstance(item, Text):
                self._text(item)
            else:
                self._pixels(item)

    def _text(self, item: Text) -> None:
        run, scale = typeset(item.text), item.size / DESIGN_SIZE
        turn = "rotate(-90)" if item.turned else ""
        self.parts.append(
            f'<g transform="translate({number(item.x)} {number(item.y)}){turn}scale({scale:g} {-scale:g})"'
            f"{_color(item.color, 'fill')}{_faded(item.opacity)}>"
        )
        for g in run.glyphs:
            name = self.glyphs.setdefault(g.key, f"@{len(self.glyphs)}")
            size = "" if g.scale == 1 else f"scale({g.scale:g})"
            place = f"translate({number(g.x)} {number(g.y)})" if g.x or g.y else ""
            move = f' transform="{place}{size}"' if place or size else ""
            self.parts.append(f'<use href="#{name}"{move}/>')
        for x, y, width, height in run.bars:
            self.parts.append(
                f'<path d="M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"/>'
            )
        for word in run.words:
            # In a text from right to left the end is on the left.
            way = ' direction="rtl" text-anchor="end"' if word.leftward else ""
            self.parts.append(
                f'<text transform="translate({number(word.x)} 0)scale(1 -1)" font-family="sans-serif" '
                f'font-size="{DESIGN_SIZE:g}" textLength="{number(word.width)}" lengthAdjust="spacingAndGlyphs"{way}>'
                f"{html.escape(word.text)}</text>"
            )
        self.parts.append("</g>")

    def _pixels(self, item: Pixels) -> None:
        data = base64.b64encode(tiny_png(item.colors)).decode()
        self.parts.append(
            f'<image x="{number(item.x)}" y="{number(item.y)}" width="{number(item.width)}" '
            f'height="{number(item.height)}" preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>'
        )

    def body(self) -> str:
        """The elements, with glyphs defined once and names that only this content has."""
        text = "".join(self.parts)
        digest = hashlib.blake2s(text.encode(), digest_size=5).hexdigest()
        defined = "".join(f'<path id="{name}" d="{outline(key)}"/>' for key, name in self.glyphs.items())
        return (f"<defs>{defined}</defs>" if defined else "").replace('id="@', f'id="g{digest}-') + text.replace(
            'href="#@', f'href="#g{digest}-'
        )


@cache
def outline(key: str) -> str:
    """The outline of a glyph as SVG path data, at the design size, y upward."""
    vertices, codes = OUTLINES[key]
    out, k = [], 0
    while k < len(codes):
        letter, count = LETTERS[int(codes[k])]
        points = () if letter == "Z" else vertices[k : k + count]
        out.append(letter + " ".join(number(v) for xy in points for v in xy))
        k += count
    return "".join(out)


def tiny_png(colors: np.ndarray[Any, Any]) -> bytes:
    """An array of colors as a PNG file."""
    rows, columns, channels = colors.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), colors.reshape(rows, -1)], axis=1).tobytes()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", columns, rows, 8, 6 if channels == 4 else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 4)) + chunk(b"IEND", b"")


def rules(theme: int, roles: Collection[str] = CLASSES, before: str = "") -> str:
    """The colors of some roles as CSS rules."""
    return "".join(
        f"{before}.f-{CLASSES[role]}{{fill:{colors[theme]}}}{before}.s-{CLASSES[role]}{{stroke:{colors[theme]}}}"
        for role, colors in PALETTE.items()
        if role in roles
    )


def _style(items: Sequence[Item]) -> str:
    """The rules for the colors that a picture uses."""
    used = {role for item in items for role in _roles(item) if role in CLASSES}
    light, dark = (rules(theme, used) for theme in (0, 1))
    return f"<style>{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"


def _roles(item: Item) -> list[str]:
    if isinstance(item, Shape):
        return [role for role in (item.fill, item.stroke) if role]
    return [item.color] if isinstance(item, Text) else []


def flipped(before: str, image: str = FLIP, inks: Mapping[str, str] = FIXED) -> str:
    """The rules for color maps, and for what is written on them, inside a picture on a dark page."""
    rules = "".join(f'{before}.lecture-lib-svg [fill="{ink}"]{{fill:{other}}}' for ink, other in inks.items())
    return f"{before}.lecture-lib-svg image{{filter:{image}}}{rules}"


# Matplotlib's white paper becomes that of a dark JupyterLab; only where this library has drawn something too.
PLOTS = (
    'body[data-jp-theme-light="false"] .jp-Notebook:has(.lecture-lib-widget) .jp-RenderedImage img'
    "{filter:invert(.933) hue-rotate(180deg)}"
)
WIDGET_STYLE = (
    # A picture shrinks with its page, but not until it cannot be read.
    "<style>.lecture-lib-svg{display:block;max-width:max(100%,600px);height:auto}"
    ".lecture-lib-widget .widget-html-content{width:100%}"
    + rules(0, before=".lecture-lib-svg ")
    + "".join(rules(1, before=f"{page} .lecture-lib-svg ") + flipped(f"{page} ") for page in DARK_PAGES)
    + PLOTS
    + "</style>"
)


def standalone(scene: Scene, alt: str) -> str:
    """A whole SVG file with its own paper, light or dark as the viewer prefers."""
    writer = SvgWriter()
    writer.add([_paper(scene), *scene.items])
    body = writer.body()
    size = f'width="{number(scene.width)}" height="{number(scene.height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {number(scene.width)} {number(scene.height)}" '
        f'role="img"><title>{html.escape(alt)}</title>{_style([_paper(scene), *scene.items])}{body}</svg>'
    )


def fragment(scene: Scene, paper: bool = True) -> str:
    """An SVG element to stand inside a page that has ``WIDGET_STYLE``."""
    writer = SvgWriter()
    writer.add([_paper(scene), *scene.items] if paper else scene.items)
    size = f'width="{number(scene.width)}" height="{number(scene.height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lecture-lib-svg" aria-hidden="true" {size} '
        f'viewBox="0 0 {number(scene.width)} {number(scene.height)}">{writer.body()}</svg>'
    )


def _paper(scene: Scene) -> Shape:
    w, h = scene.width, scene.height
    return Shape((("M", 0, 0), ("L", w, 0), ("L", w, h), ("L", 0, h), ("Z",)), None, "paper")
