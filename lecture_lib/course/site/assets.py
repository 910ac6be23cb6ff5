"""The style sheet, the fonts and the scripts that all pages share."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from lecture_lib.show.canvas.palette import PALETTE
from lecture_lib.show.canvas.svg import CLASSES, FIXED, FLIP, flipped

STATIC = Path(__file__).parent / "static"
SCRIPTS = (
    "memory.js", "theme.js", "math.js", "widgets.js", "live.js", "search.js", "lens.js", "page.js", "predict.js",
    "reading.js", "answers.js", "progress.js", "python.js", "editor.js", "outputs.js", "cells.js",
)  # fmt: skip
PLATE = (1, 0.9)
"""How bright the white behind a plot is that does not follow the theme: on a light page and on a dark one."""

MAPS = ("none", FLIP)
"""What becomes of a color map inside a picture, on a light page and on a dark one."""

FONT = re.compile(r"src:url\(([^)]+\.woff2)\)[^;}]*")
FONTS = (STATIC / "fonts", STATIC / "katex" / "fonts")


def stylesheet(*, whole: bool = False) -> str:
    """KaTeX's rules, the fonts, the colors of the palette, and the course's own rules.

    Args:
        whole: the fonts are inside, for a page that is one file; else they are files beside the style sheet, and a
            browser takes those that a page uses.
    """
    rules = [STATIC / "katex" / "katex.min.css", STATIC / "fonts.css"]
    texts = [_with_fonts(path.read_text(encoding="utf-8"), path.parent if whole else None) for path in rules]
    return "\n".join([*texts, colors(), (STATIC / "site.css").read_text(encoding="utf-8")])


def colors() -> str:
    """The palette as variables: light, and on screens dark as the system or the reader prefers."""
    light, dark = (
        ";".join(
            [
                *(f"--{CLASSES[role]}:{pair[theme]}" for role, pair in PALETTE.items()),
                *(f"--{_variable(pair[0])}:{pair[theme]}" for pair in FIXED.items()),
                f"--plate:{PLATE[theme]};--map:{MAPS[theme]}",
            ]
        )
        for theme in (0, 1)
    )
    pictures = "".join(
        f".lecture-lib-svg .{kind[0]}-{name}{{{kind}:var(--{name})}}"
        for name in CLASSES.values()
        for kind in ("fill", "stroke")
    ) + flipped("", "var(--map)", {ink: f"var(--{_variable(ink)})" for ink in FIXED})
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n{pictures}\n"
    )


def _variable(ink: str) -> str:
    return f"on-map-{ink[1:].lower()}"


def katex() -> str:
    """KaTeX, which sets the formulas."""
    return (STATIC / "katex" / "katex.min.js").read_text(encoding="utf-8")


def script() -> str:
    """The course's own script: theme, formulas, widgets, search, keyboard."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)


def write_assets(folder: Path) -> None:
    """Write style sheet, fonts, scripts and licenses."""
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    for font in (path for place in FONTS for path in place.glob("*.woff2")):
        (folder / "fonts" / font.name).write_bytes(font.read_bytes())
    for name, text in {"site.css": stylesheet(), "katex.js": katex(), "site.js": script()}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for name in ("katex", "fonts"):
        (folder / f"LICENSE-{name}.txt").write_bytes((STATIC / name / "LICENSE").read_bytes())


def _with_fonts(sheet: str, folder: Path | None) -> str:
    """Rules that name one format of each font, inside the rules where its folder is given. Text never waits for it."""

    def named(found: re.Match[str]) -> str:
        if folder is None:
            return f'src:url({found[1]}) format("woff2")'
        data = base64.b64encode((folder / found[1]).read_bytes()).decode()
        return f'src:url(data:font/woff2;base64,{data}) format("woff2")'

    return FONT.sub(named, sheet.replace("font-display:block", "font-display:swap"))
