"""The outputs of one cell, stored and new, compared as what they are: in order, type by type, each type in its own way."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.portability import rasters
from tests.portability.drawings import REACH, compare_drawings
from tests.portability.texts import COURSE, Tolerance, compare_texts

EMBEDDED = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]*)")
SIZE = re.compile(r' width="\d+" height="\d+" ')
"""The size of a picture on its page, which follows from that of the drawing."""
WIDGET = "application/vnd.jupyter.widget-view+json"

Output = Mapping[str, Any]


def compare_outputs(
    expected: Sequence[Output],
    got: Sequence[Output],
    allowed: Tolerance = COURSE,
    clean: Callable[[str], str] = str,
    pixels: bool = True,
    reach: float = REACH,
) -> list[str]:
    """What differs between the outputs of a cell.

    Args:
        expected: the stored outputs, streams joined.
        got: the new ones.
        allowed: how far numbers may lie apart.
        clean: takes from a text what nobody compares, such as how long a progress bar took.
        pixels: whether PNG pictures are compared pixel by pixel; a picture of times never is the same twice.
        reach: how far a point of a drawing may move, in pixels.

    Returns:
        Remarks to print; none when a reader would call the outputs the same.
    """
    kinds = [[_kind(output) for output in outputs] for outputs in (expected, got)]
    if kinds[0] != kinds[1]:
        return [f"outputs expected: {', '.join(kinds[0]) or 'none'}\noutputs now:      {', '.join(kinds[1]) or 'none'}"]
    wrong = []
    for place, (old, new) in enumerate(zip(expected, got, strict=True), 1):
        # The pixels beside a drawing are twice as fine.
        near = rasters.REACH * (2 if "text/html" in old.get("data", ()) else 1) if pixels else None
        for name, one, other in _pairs(old, new):
            try:
                remarks = _compare(name, one, other, allowed, clean, near, reach)
            except (ValueError, OSError, ET.ParseError) as error:
                remarks = [f"this picture cannot be read: {error}"]
            wrong += [f"output {place} of {len(expected)}, {name}: {remark}" for remark in remarks]
    return wrong


def _kind(output: Output) -> str:
    """An output's type, with the name of a stream and the MIME types of a picture or a result."""
    detail = output["name"] if output["output_type"] == "stream" else " ".join(sorted(output.get("data", ())))
    return f"{output['output_type']} {detail}".strip()


def _pairs(old: Output, new: Output) -> list[tuple[str, Any, Any]]:
    if old["output_type"] == "stream":
        return [(old["name"], old["text"], new["text"])]
    if old["output_type"] == "error":
        return [("error", f"{old['ename']}: {old['evalue']}", f"{new['ename']}: {new['evalue']}")]
    return [(name, old["data"][name], new["data"][name]) for name in sorted(old["data"])]


def _compare(
    name: str, old: Any, new: Any, allowed: Tolerance, clean: Callable[[str], str], near: int | None, reach: float
) -> list[str]:
    if name == WIDGET:
        # Which model a view shows is a random name.
        return []
    old, new = (_text(value) for value in (old, new))
    if name in {"image/png", "image/jpeg"}:
        if near is None or old == new:
            return []
        return rasters.compare_pixels(rasters.read_pixels(old), rasters.read_pixels(new), near)
    if name == "image/svg+xml":
        return compare_drawings(clean(old), clean(new), allowed, reach)
    if name != "text/html":
        return compare_texts(clean(old), clean(new), allowed)
    drawn = [EMBEDDED.findall(text) for text in (old, new)]
    wrong = compare_texts(
        *(clean(EMBEDDED.sub("(drawing)", SIZE.sub(" ", text) if reach > REACH else text)) for text in (old, new)),
        allowed,
    )
    if len(drawn[0]) == len(drawn[1]):
        for one, other in zip(*drawn, strict=True):
            svg = [clean(base64.b64decode(code).decode()) for code in (one, other)]
            wrong += [f"drawing: {remark}" for remark in compare_drawings(*svg, allowed, reach)]
    return wrong


def _text(value: Any) -> str:
    """A MIME value as text: the file format may hold lines, and data as an object."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)
