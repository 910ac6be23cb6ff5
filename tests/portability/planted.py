"""Changes planted into stored outputs: each must be seen. And changes that no reader would see: none may be reported.

LECTURE_LIB_EVERY_CHANGE=1 plants at every number, word, line and mark; otherwise at a few of each output.
"""

from __future__ import annotations

import base64
import copy
import io
import os
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from tests.portability.drawings import alphabet
from tests.portability.outputs import EMBEDDED, WIDGET
from tests.portability.rasters import read_pixels
from tests.portability.texts import NUMBER

Output = dict[str, Any]
T = TypeVar("T")
EVERY = bool(os.environ.get("LECTURE_LIB_EVERY_CHANGE"))
MOST = sys.maxsize if EVERY else 2
Planted = Iterator[tuple[str, Any]]

ET.register_namespace("", "http://www.w3.org/2000/svg")
DIGIT = re.compile(r"[1-9]")
WORD = re.compile(r"[A-Za-z]{3,}")
TRANSLATE = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")


def some(found: Iterable[T]) -> list[T]:
    """A few of the things found, spread over all of them."""
    listed = list(found)
    return listed[:: -(-len(listed) // MOST)] if listed else []


def in_cell(outputs: list[Output]) -> Planted:
    """Every change of a cell's outputs, with its name."""
    printed = {"output_type": "stream", "name": "stdout", "text": "further\n"}
    yield "an added output", [*outputs, printed]
    yield "an added result", [*outputs, {"output_type": "display_data", "data": {"text/plain": "1"}}]
    for k, output in enumerate(outputs):
        yield "a missing output", outputs[:k] + outputs[k + 1 :]
        if k and output != outputs[k - 1]:
            yield "swapped outputs", [*outputs[: k - 1], output, outputs[k - 1], *outputs[k + 1 :]]
        for name, planted in _in_output(output):
            yield name, [*outputs[:k], planted, *outputs[k + 1 :]]


def _in_output(output: Output) -> Planted:
    if output["output_type"] == "stream":
        yield "another stream", output | {"name": "stderr"}
        for name, text in in_text(output["text"]):
            yield f"stream: {name}", output | {"text": text}
    elif output["output_type"] == "error":
        for name, text in in_text(output["evalue"]):
            yield f"error: {name}", output | {"evalue": text}
        yield "error: another error", output | {"ename": output["ename"] + "Group"}
    else:
        data = output["data"]
        for mime, value in data.items():
            rest = {key: kept for key, kept in data.items() if key != mime}
            yield f"{mime}: a missing type", output | {"data": rest}
            yield f"{mime}: another type", output | {"data": rest | {"text/x-other": value}}
            if mime == "image/png" and "text/html" in data and not EVERY:
                # The drawing beside it, made of pixels.
                continue
            for name, planted in _in_value(mime, value):
                yield f"{mime}: {name}", output | {"data": data | {mime: planted}}


def _in_value(mime: str, value: Any) -> Planted:
    if mime == WIDGET:
        return
    if mime == "image/png":
        yield from in_pixels(value)
    elif mime == "image/svg+xml":
        yield from in_drawing(value)
    elif mime == "text/html" and (found := EMBEDDED.search(value)):
        start, end = found.span(1)
        drawing = base64.b64decode(found[1]).decode()
        for name, planted in in_drawing(drawing):
            code = base64.b64encode(planted.encode()).decode()
            yield f"drawing: {name}", value[:start] + code + value[end:]
        for name, planted in in_text(value[: found.start()]):
            yield name, planted + value[found.start() :]
    else:
        yield from in_text(value)


def in_text(text: str) -> Planted:
    """Each number's first digit and sign; a word; lines and numbers that change places; layout."""
    for found in some(NUMBER.finditer(text)):
        digits = found[0].lstrip("-+−")
        place = found.end() - len(digits)
        first = DIGIT.search(digits)
        at = place + (first.start() if first else len(digits) - 1)
        if at < len(text) and text[at].isdigit():
            other = "123456789"[int(text[at]) % 9]
            # 1e-12 against 2e-12 is rounding: nobody is to see that.
            if abs(float(digits)) > 1e-7 or not first:
                yield "a digit", text[:at] + other + text[at + 1 :]
        if first and abs(float(digits)) > 1e-7 and not re.search(r"[\w.)\]}]$", text[: found.start()]):
            signed = digits if found[0] != digits else "-" + digits
            yield "a sign", text[: found.start()] + signed + text[found.end() :]
    for found in some(WORD.finditer(text)):
        yield "a word", text[: found.start()] + found[0][:-1] + "q" + text[found.end() :]
        yield "a layout", text[: found.end()] + "  " + text[found.end() :]
    lines = text.split("\n")
    for k in some(range(1, len(lines))):
        if lines[k] != lines[k - 1] and lines[k]:
            yield "swapped lines", "\n".join([*lines[: k - 1], lines[k], lines[k - 1], *lines[k + 1 :]])
        yield "a missing line", "\n".join(lines[:k] + lines[k + 1 :])
    numbers = list(NUMBER.finditer(text))
    for one, two in some(pairwise(numbers)):
        values = [float(n[0].replace("−", "-")) for n in (one, two)]
        if abs(values[0] - values[1]) > 2e-3 * max(map(abs, values)) + 1e-7:
            between = text[one.end() : two.start()]
            yield "swapped numbers", text[: one.start()] + two[0] + between + one[0] + text[two.end() :]
    yield "an added line", text + "\nand one more"


def in_drawing(drawing: str) -> Planted:
    """The title; and each mark gone, twice, moved, mirrored, in another color; marks that change places; labels."""
    root = ET.fromstring(drawing)
    title = next(e for e in root.iter() if e.tag.endswith("title"))
    for name, planted in in_text(title.text or ""):
        yield f"title: {name}", _with(root, title, lambda e, text=planted: setattr(e, "text", text))
    marks = [(place, mark, mark.tag.rpartition("}")[2]) for place, mark in enumerate(root)]
    for place, mark, tag in (
        found for kind in ("path", "g", "image") for found in some(m for m in marks if m[2] == kind)
    ):
        yield f"a missing {tag}", _without(root, place)
        yield f"an added {tag}", _twice(root, place)
        # Two arrowheads of one kind that touch may change places unseen: their neighbor must be elsewhere.
        after = root[place + 1] if place + 1 < len(root) else mark
        if mark.attrib != after.attrib and _far(mark, after):
            yield "swapped marks", _swapped(root, place)
        if tag == "path":
            numbers = list(re.finditer(r"-?\d+(?:\.\d+)?", mark.get("d", "")))
            for k in {0, len(numbers) // 2, len(numbers) - 1}:
                for name, change in (("a moved point", 5.0), ("a mirrored point", -2 * float(numbers[k][0]))):
                    if abs(change) > 4.1:
                        yield name, _with(root, mark, _changed("d", numbers[k], change))
            for name in ("fill", "stroke", "class", "stroke-dasharray"):
                if name in mark.attrib:
                    yield f"another {name}", _with(root, mark, lambda e, name=name: e.set(name, "#123456"))
                    yield f"no {name}", _with(root, mark, lambda e, name=name: e.attrib.pop(name))
        if tag == "g":
            used = [e for e in mark if e.tag.endswith("use")]
            shapes = {f"#{e.get('id')}": e.get("d") for e in root.iter() if "id" in e.attrib}
            for glyph in used[:2]:
                own = shapes[glyph.get("href", "")]
                # Formulas and plain text have some letters in common.
                other = next(
                    (name for name, shape in shapes.items() if alphabet(shape or "") != alphabet(own or "")), None
                )
                if other:
                    yield "another letter", _with(root, glyph, lambda e, other=other: e.set("href", other))
            if len(used) > 1:
                yield "a missing letter", _with(root, mark, lambda e: e.remove(e[0]))
            found = TRANSLATE.search(mark.get("transform", ""))
            if found:
                moved = f"translate({float(found[1]) + 5:g} {found[2]})"
                text = mark.get("transform", "").replace(found[0], moved)
                yield "a moved label", _with(root, mark, lambda e, text=text: e.set("transform", text))


def _changed(name: str, found: re.Match[str], change: float) -> Callable[[ET.Element], None]:
    def apply(element: ET.Element) -> None:
        text = element.get(name, "")
        element.set(name, f"{text[: found.start()]}{float(found[0]) + change:.1f}{text[found.end() :]}")

    return apply


def _far(one: ET.Element, two: ET.Element) -> bool:
    """Whether two marks differ in kind or look, or lie apart."""
    if one.tag != two.tag or any(one.get(name) != two.get(name) for name in ("class", "fill", "stroke")):
        return True
    numbers = [[float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", " ".join(e.attrib.values()))] for e in (one, two)]
    return len(numbers[0]) != len(numbers[1]) or max(abs(a - b) for a, b in zip(*numbers, strict=True)) > 4


def _with(root: ET.Element, element: ET.Element, change: Callable[[ET.Element], Any]) -> str:
    place = list(root.iter()).index(element)
    new = copy.deepcopy(root)
    change(list(new.iter())[place])
    return ET.tostring(new, encoding="unicode")


def _without(root: ET.Element, place: int) -> str:
    new = copy.deepcopy(root)
    new.remove(new[place])
    return ET.tostring(new, encoding="unicode")


def _twice(root: ET.Element, place: int) -> str:
    new = copy.deepcopy(root)
    new.insert(place, copy.deepcopy(new[place]))
    return ET.tostring(new, encoding="unicode")


def _swapped(root: ET.Element, place: int) -> str:
    new = copy.deepcopy(root)
    new[place], new[place + 1] = copy.deepcopy(new[place + 1]), copy.deepcopy(new[place])
    return ET.tostring(new, encoding="unicode")


def in_pixels(value: str) -> Planted:
    """A curve painted over, a mirrored and a shifted picture, a stripe cut off."""
    pixels = read_pixels(value)
    yield "moved", _png(np.roll(pixels, 8, axis=1))
    for axis, name in ((0, "upside down"), (1, "left to right")):
        turned = np.flip(pixels, axis)
        if np.mean(np.abs(turned - pixels).max(axis=-1) > 128) > 0.005:
            yield name, _png(turned)
    yield "cut", _png(pixels[:-10])
    packed, counts = np.unique(pixels[..., :3].astype(np.int64) @ [1 << 16, 1 << 8, 1], return_counts=True)
    colors = np.column_stack([packed >> 16, packed >> 8 & 255, packed & 255])
    vivid = colors.max(axis=1) - colors.min(axis=1) > 90
    if vivid.any() and counts[vivid].max() > 150:
        color = colors[vivid][counts[vivid].argmax()]
        erased = pixels.copy()
        erased[(np.abs(erased[..., :3] - color) < 60).all(axis=-1)] = 255
        yield "a missing curve", _png(erased)


def _png(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8), "RGBA").save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


def unseen(outputs: list[Output], rng: np.random.Generator) -> list[Output]:
    """The outputs with each measurement a ten-thousandth off, and each point of a drawing by up to half a pixel."""
    return [_unseen(output, rng) for output in outputs]


def _unseen(output: Output, rng: np.random.Generator) -> Output:
    if output["output_type"] == "stream":
        return output | {"text": near(output["text"])}
    if output["output_type"] == "error":
        return output | {"evalue": near(output["evalue"])}
    return output | {"data": {mime: _unseen_value(mime, value, rng) for mime, value in output["data"].items()}}


def _unseen_value(mime: str, value: Any, rng: np.random.Generator) -> Any:
    if mime == WIDGET:
        return value | {"model_id": "another"}
    if mime == "image/png":
        return _png(np.roll(read_pixels(value), 1, axis=0))
    if mime != "text/html":
        return near(value)

    def again(found: re.Match[str]) -> str:
        root = ET.fromstring(base64.b64decode(found[1]))
        for element in root.iter():
            if element.tag.endswith("title"):
                element.text = near(element.text or "")
            if element.tag.endswith("path") and "id" not in element.attrib:
                element.set("d", re.sub(r"(?<=[MLC ])-?\d+(?:\.\d+)?", moved, element.get("d", "")))
            if element.tag.endswith("}g"):
                element.set("transform", TRANSLATE.sub(shifted, element.get("transform", "")))
        return "data:image/svg+xml;base64," + base64.b64encode(ET.tostring(root)).decode()

    def moved(found: re.Match[str]) -> str:
        return f"{float(found[0]) + rng.uniform(-0.5, 0.5):.3f}"

    def shifted(found: re.Match[str]) -> str:
        x, y = (float(v) + rng.uniform(-0.5, 0.5) for v in found.groups())
        return f"translate({x:.3f} {y:.3f})"

    parts = re.split(r"(data:image/svg\+xml;base64,[A-Za-z0-9+/=]+)", value)
    return "".join(EMBEDDED.sub(again, part) if k % 2 else near(part) for k, part in enumerate(parts))


def near(text: str) -> str:
    """The text with each measurement a ten-thousandth larger, printed as before."""

    def larger(found: re.Match[str]) -> str:
        places = len(found["fraction"] or found["bare"] or "")
        if not places:
            return found[0]
        value = float(found[0].replace("−", "-")) * (1 + 1e-4)
        kind = "e" if found["exponent"] else "f"
        printed = f"{value:.{places}{kind}}"
        sign = found[0][0] if found[0][0] in "+−" else ""
        return sign + printed.lstrip("-") if sign else printed

    return NUMBER.sub(larger, text)
