"""Text as outlines of glyphs, so that mathematics looks the same in every browser and without one.

A text may hold formulas between dollar signs. Plain text is set character by character, formulas by matplotlib's
mathtext; both come from fonts that matplotlib ships, so nothing has to be installed. Words of a script that these fonts
lack, or that runs from right to left, are left to the fonts and the shaping of whoever shows the picture.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import ft2font
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.textpath import TextToPath

DESIGN_SIZE = 100.0
ROOM_ABOVE, ROOM_BELOW = 88.0, 24.0
"""Of words in another font, at the design size."""
FORMULA = re.compile(r"\$([^$]+)\$")
_SETTER = TextToPath()
_FONT = FontProperties(family="STIXGeneral", size=DESIGN_SIZE, math_fontfamily="stix")
_SPARE = FontProperties(family="DejaVu Sans", size=DESIGN_SIZE)

Outline = tuple[Any, Any]
"""Vertices and codes of a matplotlib Path, at the design size, y upward."""


@dataclass(frozen=True)
class Glyph:
    """One glyph of a text: which one, and where its origin and how large it is, at the design size, y upward."""

    key: str
    x: float
    y: float
    scale: float


@dataclass(frozen=True)
class Words:
    """Words that the viewer's own fonts write: what, where they begin, and the room they are given."""

    text: str
    x: float
    width: float
    leftward: bool


@dataclass(frozen=True)
class Run:
    """A text ready to be drawn, at the design size.

    Attributes:
        glyphs: what it is made of.
        bars: filled rectangles (x, y, width, height), such as the bar of a fraction.
        width: from its origin to where a next text would start.
        ascent: how far it reaches above the baseline.
        descent: how far it reaches below, not negative.
        words: what is written in the viewer's own fonts.
    """

    glyphs: tuple[Glyph, ...]
    bars: tuple[tuple[float, float, float, float], ...]
    width: float
    ascent: float
    descent: float
    words: tuple[Words, ...] = ()


OUTLINES: dict[str, Outline] = {}
# The flag has its class since Matplotlib 3.10.
_FLAGS: Any = ft2font
NO_HINTING = _FLAGS.LoadFlags.NO_HINTING if hasattr(ft2font, "LoadFlags") else _FLAGS.LOAD_NO_HINTING


def as_outline(vertices: Any, codes: Any) -> Outline:
    """An outline as arrays."""
    return np.asarray(vertices, float).reshape(-1, 2), np.asarray(codes, np.uint8)


@lru_cache(maxsize=1)
def _fonts() -> tuple[ft2font.FT2Font, ft2font.FT2Font]:
    """The font of formulas and the one for what it lacks, opened here, so that no one else sets their size."""
    main, spare = (ft2font.FT2Font(findfont(font)) for font in (_FONT, _SPARE))
    for font in (main, spare):
        font.set_size(DESIGN_SIZE, _SETTER.DPI)
    return main, spare


@lru_cache(maxsize=4096)
def _character(character: str) -> tuple[str, float, float, float]:
    """The key of a character's glyph, its advance, ascent and descent."""
    main, spare = _fonts()
    font = next((f for f in (main, spare) if f.get_char_index(ord(character))), None)
    if font is None:
        return _character("□")
    glyph = font.load_char(ord(character), flags=NO_HINTING)
    # Mathtext numbers its keys by glyph; these go by character.
    key = f"U-{font.postscript_name}-{ord(character):x}"
    if key not in OUTLINES:
        OUTLINES[key] = as_outline(*font.get_path())
    _, low, _, high = glyph.bbox
    return key, glyph.linearHoriAdvance / 65536, max(high / 64, 0.0), max(-low / 64, 0.0)


def in_mathematics(character: str) -> bool:
    """Whether the font of formulas has a character."""
    return _character(character)[0].startswith("U-STIX")


@lru_cache(maxsize=4096)
def _formula(text: str) -> Run:
    placed, outlines, rectangles = _SETTER.get_glyphs_mathtext(_FONT, f"${text}$")
    width, height, descent, _, _ = _SETTER.mathtext_parser.parse(f"${text}$", 72, _FONT)
    glyphs = []
    for key, x, y, scale in placed:
        if str(key) not in OUTLINES:
            OUTLINES[str(key)] = as_outline(*outlines[key])
        glyphs.append(Glyph(str(key), float(x), float(y), float(scale)))
    bars = []
    for corners, _ in rectangles:
        xs, ys = [float(c[0]) for c in corners[:4]], [float(c[1]) for c in corners[:4]]
        bars.append((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return Run(tuple(glyphs), tuple(bars), float(width), float(height - descent), float(descent))


def _parted(piece: str) -> list[tuple[str, bool]]:
    """A text in stretches of words that these fonts can write and of words that they cannot."""
    if piece.isascii():
        return [(piece, False)]
    parts: list[tuple[str, bool]] = []
    for word in re.split("( +)", piece):
        foreign = any(_is_foreign(character) for character in word)
        # A space between two foreign words is one of theirs, so that the order of the words is the viewer's too.
        if len(parts) > 1 and foreign and parts[-1][0].isspace() and parts[-2][1]:
            space, _ = parts.pop()
            before, _ = parts.pop()
            parts.append((before + space + word, True))
        elif word:
            parts.append((word, foreign))
    return parts


@lru_cache(maxsize=4096)
def _is_foreign(character: str) -> bool:
    missing = not any(font.get_char_index(ord(character)) for font in _fonts())
    return missing or unicodedata.bidirectional(character) in ("R", "AL")


def _is_leftward(text: str) -> bool:
    """Whether it runs from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _room(text: str) -> float:
    """About how wide a text is in a font that is not at hand."""
    kinds = ((unicodedata.east_asian_width(c) in "WF", unicodedata.category(c)) for c in text)
    return sum(100.0 if wide else 0.0 if kind in ("Mn", "Me", "Cf") else 58.0 for wide, kind in kinds)


@lru_cache(maxsize=8192)
def typeset(text: str) -> Run:
    """Set a text.

    Example:
        >>> run = typeset("upstream $u^\\\\top$")
        >>> len(run.glyphs), run.width > 300
        (10, True)
    """
    glyphs: list[Glyph] = []
    bars: list[tuple[float, float, float, float]] = []
    words: list[Words] = []
    x = ascent = descent = 0.0
    for k, piece in enumerate(FORMULA.split(text)):
        if k % 2:
            run = _formula(piece)
            glyphs += [Glyph(g.key, g.x + x, g.y, g.scale) for g in run.glyphs]
            bars += [(bx + x, by, w, h) for bx, by, w, h in run.bars]
            x, ascent, descent = x + run.width, max(ascent, run.ascent), max(descent, run.descent)
            continue
        for part, foreign in _parted(unicodedata.normalize("NFC", piece)):
            if foreign:
                words.append(Words(part, x, _room(part), _is_leftward(part)))
                x, ascent, descent = x + words[-1].width, max(ascent, ROOM_ABOVE), max(descent, ROOM_BELOW)
                continue
            for character in part:
                key, advance, up, down = _character(character)
                if character != " ":
                    glyphs.append(Glyph(key, x, 0.0, 1.0))
                x, ascent, descent = x + advance, max(ascent, up), max(descent, down)
    return Run(tuple(glyphs), tuple(bars), x, ascent, descent, tuple(words))


def measure(text: str, size: float) -> tuple[float, float, float]:
    """How much room a text takes."""
    run = typeset(text)
    return tuple(v * size / DESIGN_SIZE for v in (run.width, run.ascent, run.descent))  # type: ignore[return-value]
