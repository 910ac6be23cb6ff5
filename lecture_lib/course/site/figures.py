"""Pictures inside the page, so that they follow its theme: the library's own, and matplotlib's.

A picture in an ``<img>`` sees the system's theme, not the page's toggle; an ``<svg>`` in the page takes its colors from
the page's variables.
"""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from lecture_lib.show.canvas.palette import PALETTE, contrast

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
OWN = re.compile(r'<img class="lecture-lib" alt="([^"]*)"[^>]*src="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
WINDOW = re.compile(r'width="[^"]*" height="[^"]*" viewBox="[^"]*"')
WORDS = re.compile(r"<!-- (.*?) -->")
COLOR = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
POINT = 4 / 3
"""Pixels in one of matplotlib's points."""

LARGEST = 250_000
"""Characters of a plot's SVG beyond which its PNG is lighter."""

CONTRAST = 2.5
"""The contrast with a dark page that a line's color needs to stay as it is."""


def inlined(fragment: str) -> str:
    """HTML whose images from ``lecture_lib.show`` have become part of the page."""
    return OWN.sub(lambda found: own(base64.b64decode(found[2]).decode(), html.unescape(found[1])), fragment)


def own(svg: str, alt: str) -> str:
    """An SVG file of ``lecture_lib.show`` as an element that takes its colors from the page."""
    body = re.sub(r"<title>.*?</title>|<style>.*?</style>", "", svg, flags=re.S)
    width = SIZE.search(body)[1]  # type: ignore[index]
    words = html.escape(alt)
    head = f'<svg class="lecture-lib-svg" style="--natural:{width}px" aria-label="{words}" '
    return body.replace("<svg ", head, 1)


def torn(svg: str, cuts: Sequence[float]) -> str:
    """A tall picture as several under one another, between which a sheet of paper may end.

    Example:
        >>> torn('<svg id="x" width="9" height="8" viewBox="0 0 9 8"><path/></svg>', [5]).count('viewBox="0 5 9 3"')
        1
    """
    head, body = svg.removesuffix("</svg>").split(">", 1)
    width, height = (float(side) for side in SIZE.search(head).groups())  # type: ignore[union-attr]
    name = f"whole-{hashlib.blake2s(body.encode(), digest_size=5).hexdigest()}"
    parts: list[str] = []
    # The colors' rules see of a copy only what is inside it: the group carries the pictures' class.
    for above, below in itertools.pairwise([0, *cuts, height]):
        room = f'width="{width:g}" height="{below - above:g}" viewBox="0 {above:g} {width:g} {below - above:g}"'
        if parts:
            words = f'class="lecture-lib-svg" style="--natural:{width:g}px" aria-hidden="true"'
            parts.append(f'<svg {words} {room}><use href="#{name}"/></svg>')
        else:
            parts.append(f'{WINDOW.sub(room, head)}><g id="{name}" class="lecture-lib-svg">{body}</g></svg>')
    return "".join(parts)


def plot(svg: str, alt: str = "") -> str | None:
    """A plot of matplotlib as an element of the page; None when its SVG is too large.

    Where every color has a dark counterpart the plot follows the theme. The others, color maps for instance, keep their
    white paper.
    """
    if len(svg) > LARGEST:
        return None
    words = [w for w in dict.fromkeys(WORDS.findall(svg)) if re.search(r"[^\W\d]", w)]
    root = ET.fromstring(svg)
    follows = _follows(root)
    digest = hashlib.blake2s(svg.encode(), digest_size=5).hexdigest()
    for parent in root.iter():
        for child in [c for c in parent if c.tag == f"{SVG}metadata"]:
            parent.remove(child)
        _rewrite(parent, f"p{digest}-", follows)
    width, height = (float(root.get(side, "0pt").removesuffix("pt")) * POINT for side in ("width", "height"))
    root.attrib |= {
        "width": f"{width:.0f}", "height": f"{height:.0f}", "class": "plot" if follows else "plot on-paper",
        "role": "img", "aria-label": alt or described(words), "style": f"--natural:{width:.0f}px",
    }  # fmt: skip
    ET.register_namespace("", SVG[1:-1])
    text = ET.tostring(root, encoding="unicode")
    text = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.5g}", text)
    return re.sub(r"\s*\n\s*", " ", text)


def described(words: list[str]) -> str:
    """What can be said of a plot that nobody described."""
    return f"A plot, labeled {', '.join(_spoken(w) for w in words)}." if words else "A plot."


def _spoken(words: str) -> str:
    """A label without the signs of its formulas."""
    return re.sub(r"[${}\\]", "", re.sub(r"\\math[a-z]+", "", html.unescape(words)))


def _follows(root: ET.Element) -> bool:
    """Whether a plot can be shown on a dark page."""
    if any(element.tag == f"{SVG}image" for element in root.iter()):
        return False
    styles = [(element.tag, element.get("style", "")) for element in root.iter()]
    if any("#ffffff" in style for tag, style in styles if tag == f"{SVG}g"):
        return False  # White text stands on a color of its own.
    return all(themed(color) for _, style in styles for _, color in COLOR.findall(style))


def themed(color: str) -> str | None:
    """A color of a plot for both themes.

    Example:
        >>> themed("#0060a8"), themed("#000000"), themed("#440154")
        ('var(--forward)', 'color-mix(in srgb, var(--ink) 100%, var(--paper))', None)
    """
    for role, (light, _) in PALETTE.items():
        if color == light.lower() and role in ("forward", "backward", "wrong", "third", "muted"):
            return f"var(--{role})"
    if color[1:3] == color[3:5] == color[5:7]:
        share = 100 - 100 * int(color[1:3], 16) / 255
        return f"color-mix(in srgb, var(--ink) {share:.0f}%, var(--paper))"
    return color if contrast(color.upper(), PALETTE["paper"][1]) >= CONTRAST else None


def _rewrite(element: ET.Element, prefix: str, follows: bool) -> None:
    """Give ids a name of their own, references too, and colors their variables."""
    if "id" in element.attrib:
        element.set("id", prefix + element.attrib["id"])
    if LINK in element.attrib:
        target = element.attrib.pop(LINK)
        element.set("href", f"#{prefix}{target[1:]}" if target.startswith("#") else target)
    for name in ("clip-path", "style"):
        if name in element.attrib:
            element.set(name, element.attrib[name].replace("url(#", f"url(#{prefix}"))
    if follows and "style" in element.attrib:
        element.set("style", COLOR.sub(lambda found: f"{found[1]}: {themed(found[2])}", element.attrib["style"]))
    if element.tag == f"{SVG}style":
        # Inside a page it would hold for all of it.
        element.text = ""
