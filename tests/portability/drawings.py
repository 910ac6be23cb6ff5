"""SVG pictures compared by what they say and show: title, labels, the marks in their order, and where each of them is.

A drawing becomes a list of marks with their points in pixels. Labels are outlines of glyphs; they are read back as text,
so that their numbers have a tolerance and a report can quote them. Names of definitions do not count.
"""

from __future__ import annotations

import difflib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from lecture_lib.show.canvas.glyphs import typeset
from lecture_lib.show.canvas.svg import outline
from tests.portability.rasters import LEVELS, compare_cells, read_pixels
from tests.portability.texts import COURSE, Tolerance, compare_texts

REACH = 2.0
"""How far a point may move, in pixels."""
OUTLINE_REACH = 2.0
"""How far a point of a glyph may move, in hundredths of the font's size."""
PLACES = {"x", "y", "cx", "cy", "r", "rx", "ry", "width", "height", "x1", "y1", "x2", "y2", "points", "viewBox"}
MEASURES = {"stroke-width", "opacity", "fill-opacity", "stroke-opacity", "font-size"}
PIECE = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
MOVE = re.compile(r"(\w+)\(([^)]*)\)")
PNG = re.compile(r"^data:image/png;base64,(.*)$", re.DOTALL)


@dataclass
class Mark:
    """One thing that is drawn.

    Attributes:
        kind: its element and, of a path, its commands.
        look: colors, dashes and whatever else is compared exactly.
        words: its text, a label's text read back.
        points: where it is, float64 of shape (points, 2), in pixels.
        measures: widths and opacities, by name.
        pixels: an array of colors, int16 of shape (rows, columns, 4).
    """

    kind: str
    look: dict[str, str] = field(default_factory=dict)
    words: str = ""
    points: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    measures: dict[str, float] = field(default_factory=dict)
    pixels: np.ndarray | None = None

    def __str__(self) -> str:
        name = f"label {self.words!r}" if self.kind == "label" else self.kind.partition(" ")[0]
        look = " ".join(self.look.values())
        place = f" at ({self.points[0][0]:.0f}, {self.points[0][1]:.0f})" if len(self.points) else ""
        return f"{name}{f' [{look}]' if look else ''}{place}"


def compare_drawings(expected: str, got: str, allowed: Tolerance = COURSE, reach: float = REACH) -> list[str]:
    """What differs between two SVG files; nothing where a reader would see the same picture."""
    if expected == got:
        return []
    old, new = _marks(expected), _marks(got)
    if [mark.kind for mark in old] != [mark.kind for mark in new]:
        return _structure(old, new)
    wrong = [
        f"mark {place} of {len(old)}, {mark}: {remark}"
        for place, (mark, other) in enumerate(zip(old, new, strict=True), 1)
        for remark in _compare_marks(mark, other, allowed, reach)
    ]
    return wrong if len(wrong) <= 6 else [*wrong[:6], f"and {len(wrong) - 6} further remarks"]


def _structure(old: list[Mark], new: list[Mark]) -> list[str]:
    """Which marks are missing, and which are new."""
    keys = [[(mark.kind, *mark.look.items()) for mark in marks] for marks in (old, new)]
    wrong = [f"{len(old)} marks expected, {len(new)} drawn"]
    for what, a, b, c, d in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if what != "equal":
            wrong += [f"  missing: {mark}" for mark in old[a:b][:3]] + [f"  new: {mark}" for mark in new[c:d][:3]]
    return wrong[:8]


def _compare_marks(old: Mark, new: Mark, allowed: Tolerance, reach: float) -> Iterator[str]:
    if old.look.keys() != new.look.keys():
        yield f"attributes {sorted(old.look)} → {sorted(new.look)}"
    for name in old.look.keys() & new.look.keys():
        if not _same_look(old.look[name], new.look[name]):
            yield f"{name} {old.look[name]} → {new.look[name]}"
    for name in old.measures.keys() & new.measures.keys():
        if abs(old.measures[name] - new.measures[name]) > max(0.1, allowed.relative * abs(old.measures[name])):
            yield f"{name} {old.measures[name]:g} → {new.measures[name]:g}"
    if old.measures.keys() != new.measures.keys():
        yield f"attributes {sorted(old.measures)} → {sorted(new.measures)}"
    if old.words != new.words:
        elsewhere = reach > REACH and old.kind == "label" and _letters(old.words) == _letters(new.words)
        remarks = [] if elsewhere else compare_texts(old.words, new.words, allowed)
        if remarks:
            yield "\n".join(remarks) if len(old.words) > 60 else f"words {old.words!r} → {new.words!r}"
            return
    # Another digit has another width, and another Matplotlib sets formulas in its own way: the beginning has to stay.
    start = 1 if old.kind == "label" and (old.words != new.words or reach > REACH) else None
    yield from _moved(old.points[:start], new.points[:start], reach)
    if old.pixels is not None and new.pixels is not None:
        yield from compare_cells(old.pixels, new.pixels)


def _letters(words: str) -> list[str]:
    """A label's letters in any order; private ones, such as tall brackets, and spaces aside."""
    return sorted(letter for letter in words if letter < "\ue000" and letter != " ")


def _moved(old: np.ndarray, new: np.ndarray, reach: float) -> Iterator[str]:
    if old.shape != new.shape:
        yield f"{len(old)} points expected, {len(new)} drawn"
        return
    far = np.abs(old - new).max(axis=-1, initial=0.0)
    if len(far) and far.max() > reach:
        k = int(far.argmax())
        places = " → ".join(f"({x:.1f}, {y:.1f})" for x, y in (old[k], new[k]))
        yield f"{np.sum(far > reach)} of {len(far)} points moved, point {k} most: {places}, allowed {reach:g} px"


def _same_look(old: str, new: str) -> bool:
    if old == new:
        return True
    colors = [re.fullmatch(r"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})", text) for text in (old, new)]
    if not all(colors):
        return False
    channels = [[int(c, 16) for c in color.groups()] for color in colors if color]
    return all(abs(a - b) <= LEVELS for a, b in zip(*channels, strict=True))


@lru_cache(maxsize=8)
def _marks(drawing: str) -> list[Mark]:
    root = ET.fromstring(drawing)
    names: dict[str, str] = {}
    for element in root.iter():
        if _tag(element) == "defs":
            names |= {f"#{child.get('id')}": alphabet(child.get("d", "")) for child in element}
    return list(_walk(root, np.eye(3), names))


def _walk(element: ET.Element, to_page: np.ndarray, names: dict[str, str]) -> Iterator[Mark]:
    tag = _tag(element)
    if tag == "defs":
        return
    to_page = to_page @ _transform(element.get("transform", ""))
    if tag == "g" and len(element) and _tag(element[0]) == "use":
        yield _label(element, to_page, names)
    else:
        yield _mark(element, tag, to_page)
    for child in element:
        if _tag(child) != "use":
            yield from _walk(child, to_page, names)


def _mark(element: ET.Element, tag: str, to_page: np.ndarray) -> Mark:
    mark = Mark(tag, words=(element.text or "").strip())
    points: list[tuple[float, float]] = []
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]
        if name == "d":
            commands, drawn = _path(value)
            mark.kind += f" {commands}"
            points += drawn
        elif name == "href" and (found := PNG.match(value)):
            mark.pixels = read_pixels(found[1])
        elif name in PLACES:
            # One number a point: lengths are not moved, which only matters inside a label.
            points += [(float(v), 0.0) for v in re.findall(r"[-+.\deE]+", value)]
            mark.kind += f" {name}"
        elif name in MEASURES:
            mark.measures[name] = float(value.removesuffix("px"))
        elif name not in {"id", "transform"}:
            mark.look[name] = value
    if tag == "g":
        points.append((0.0, 0.0))
    if points:
        mark.points = _place(points, to_page)
    return mark


def _label(element: ET.Element, to_page: np.ndarray, names: dict[str, str]) -> Mark:
    """A text: each glyph's letter and where its origin is."""
    mark = _mark(element, "g", to_page)
    mark.kind, end = "label", None
    places = [mark.points]
    for child in element:
        if _tag(child) != "use":
            continue
        matrix = to_page @ _transform(child.get("transform", ""))
        href = child.get("href") or child.get("{http://www.w3.org/1999/xlink}href") or ""
        letter = names.get(href, "?")
        places.append(_place([(0.0, 0.0), (1.0, 1.0)], matrix))
        start = (np.linalg.inv(to_page) @ matrix)[0, 2]
        mark.words += (" " if end is not None and start - end > 15 else "") + letter
        end = start + advance(letter)
    mark.points = np.concatenate(places)
    return mark


def _place(points: list[tuple[float, float]], to_page: np.ndarray) -> np.ndarray:
    return (np.column_stack([np.array(points, float), np.ones(len(points))]) @ to_page.T)[:, :2]


def _transform(text: str) -> np.ndarray:
    matrix = np.eye(3)
    for kind, listed in MOVE.findall(text):
        v = [float(x) for x in re.findall(r"[-+.\deE]+", listed)]
        step = np.eye(3)
        if kind == "translate":
            step[:2, 2] = v if len(v) == 2 else (v[0], 0.0)
        elif kind == "scale":
            step[0, 0], step[1, 1] = v if len(v) == 2 else v * 2
        elif kind == "rotate" and len(v) == 1:
            c, s = np.cos(np.radians(v[0])), np.sin(np.radians(v[0]))
            step[:2, :2] = [[c, -s], [s, c]]
        elif kind == "matrix":
            step[:2] = np.reshape(v, (3, 2)).T
        else:
            raise ValueError(f"transform {kind}({listed}) is not read here")
        matrix = matrix @ step
    return matrix


def _path(text: str) -> tuple[str, list[tuple[float, float]]]:
    """The commands of a path, numbers that repeat a command included, and its points from the page's corner."""
    letters, points = [], []
    letter, numbers, here, start = "", [], (0.0, 0.0), (0.0, 0.0)
    for command, digits in PIECE.findall(text):
        if command:
            letter, numbers = command, []
            letters.append(command)
            if command in "Zz":
                here = start
            continue
        numbers.append(float(digits))
        if len(numbers) < {"H": 1, "V": 1, "A": 7, "C": 6, "S": 4, "Q": 4}.get(letter.upper(), 2):
            continue
        dx, dy = here if letter.islower() else (0.0, 0.0)
        if letter in "HhVv":
            new = (numbers[0] + dx, here[1]) if letter in "Hh" else (here[0], numbers[0] + dy)
            points.append(new)
        elif letter in "Aa":
            letters.append(":".join(f"{v:g}" for v in numbers[2:5]))
            new = (numbers[5] + dx, numbers[6] + dy)
            points += [(numbers[0], numbers[1]), new]
        else:
            drawn = [(x + dx, y + dy) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            points += drawn
            new = drawn[-1]
        start = new if letter in "Mm" and len(letters) and not numbers[2:] else start
        here, numbers = new, []
        letters.append(".")
    return "".join(letters), points


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


_LETTERS: list[tuple[str, str, np.ndarray]] = []
"""Letter, commands and points of every outline seen so far."""


@lru_cache(maxsize=4096)
def alphabet(drawn: str) -> str:
    """The letter that an outline shows; one that no font of the course has gets a private one."""
    if not _LETTERS:
        for letter in map(chr, [*range(0x21, 0x7F), *range(0x391, 0x3CA), *map(ord, "−×∂∇∘→←·≈²³✓…ℝᵀ½°–√∞≤≥")]):
            for glyph in typeset(letter).glyphs[:1]:
                _LETTERS.append((letter, *_outline(outline(glyph.key))))
    commands, points = _outline(drawn)
    for letter, known, places in _LETTERS:
        if known == commands and np.abs(places - points).max(initial=0.0) <= OUTLINE_REACH:
            return letter
    letter = chr(0xE000 + len(_LETTERS))
    _LETTERS.append((letter, commands, points))
    return letter


def _outline(drawn: str) -> tuple[str, np.ndarray]:
    commands, points = _path(drawn)
    return commands, np.array(points, float).reshape(-1, 2)


@lru_cache(maxsize=1024)
def advance(letter: str) -> float:
    """How far a letter moves the next one, in hundredths of the font's size."""
    return typeset(letter).width if ord(letter) < 0xE000 else 50.0
