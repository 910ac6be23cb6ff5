"""A finished picture: how a notebook shows it, how a file holds it."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from lecture_lib.show.canvas.png import png
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.canvas.svg import DARK_PAGES, standalone

# In a dark JupyterLab on a light desktop the image follows the page; where styles are removed, it keeps its paper.
FOLLOW_PAGE = f"<style>{','.join(f'{page} img.lecture-lib' for page in DARK_PAGES)}{{color-scheme:dark}}</style>"


class Picture:
    """A scene with what it shows in words. As the last value of a cell it displays itself.

    Args:
        scene: what is drawn.
        alt: the same in words.
        cuts: the heights at which a sheet of paper may end and the next begin.

    Example:
        >>> scene = Scene(40, 40)
        >>> scene.circle(20, 20, 10)
        >>> Picture(scene, "A circle.")
        A circle.
        >>> Picture(scene, "A circle.").png[1:4]
        b'PNG'
    """

    def __init__(self, scene: Scene, alt: str, cuts: Sequence[float] = ()) -> None:
        self.scene = scene
        self.alt = alt
        self.cuts = tuple(cuts)

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG file, light or dark as the viewer prefers."""
        return standalone(self.scene, self.alt)

    @cached_property
    def png(self) -> bytes:
        """The picture as a PNG file, light, two pixels for one."""
        return png(self.scene)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file.

        Args:
            path: ends in ``.svg`` or ``.png``.

        Raises:
            ValueError: another ending.
        """
        kinds: dict[str, Callable[[], bytes]] = {".svg": lambda: self.svg.encode(), ".png": lambda: self.png}
        ending = Path(path).suffix.lower()
        if ending not in kinds:
            raise ValueError(f"cannot save a picture as {str(path)!r}: its name must end in .svg or .png")
        Path(path).write_bytes(kinds[ending]())

    @property
    def img(self) -> str:
        """The picture as an ``<img>`` that holds the whole SVG: notebooks that are not trusted keep it."""
        data = base64.b64encode(self.svg.encode()).decode()
        size = f'width="{round(self.scene.width)}" height="{round(self.scene.height)}"'
        return (
            f'<div style="overflow-x:auto"><img class="lecture-lib" alt="{html.escape(self.alt)}" {size} '
            f'style="max-width:none" src="data:image/svg+xml;base64,{data}"></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {
            "text/html": FOLLOW_PAGE + self.img,
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": self.alt,
        }
        return data, {"image/png": self.metadata}

    @property
    def metadata(self) -> dict[str, Any]:
        """How large the PNG is to be shown, and its words."""
        return {"width": round(self.scene.width), "height": round(self.scene.height), "alt": self.alt}

    def __repr__(self) -> str:
        return self.alt
