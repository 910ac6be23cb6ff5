"""A scene as PNG, for places that show neither SVG nor HTML."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image

from lecture_lib.show.canvas.glyphs import DESIGN_SIZE, OUTLINES, typeset
from lecture_lib.show.canvas.palette import PALETTE, rgb
from lecture_lib.show.canvas.scene import Scene, Shape, Text

MOST_PIXELS = 4e6
CODES = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4}


@lru_cache(maxsize=2048)
def _paths(text: str) -> tuple[Path, ...]:
    """The outlines of a text as one path, at the design size."""
    run = typeset(text)
    parts = [Path(OUTLINES[g.key][0] * g.scale + (g.x, g.y), OUTLINES[g.key][1]) for g in run.glyphs]
    parts += [Path([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], closed=True) for x, y, w, h in run.bars]
    # Nothing here shapes the scripts of the world: where SVG has words in the viewer's fonts, a PNG has a box a letter.
    (box,) = typeset("□").glyphs
    for word in run.words:
        step = word.width / len(word.text)
        parts += [
            Path(OUTLINES[box.key][0] + (word.x + k * step, 0), OUTLINES[box.key][1]) for k in range(len(word.text))
        ]
    return (Path.make_compound_path(*parts),) if parts else ()


def pixels(scene: Scene, theme: int = 0, scale: float = 2.0) -> np.ndarray[Any, Any]:
    """The pixels of a scene."""
    width, height = round(scene.width * scale), round(scene.height * scale)
    renderer = RendererAgg(width, height, 72)
    # Agg counts y upward, a scene downward.
    page = Affine2D().scale(scale, -scale).translate(0, height)
    paper = Path([(0, 0), (scene.width, 0), (scene.width, scene.height), (0, scene.height), (0, 0)])
    _draw(renderer, paper, page, fill=_rgb("paper", theme))
    for item in scene.items:
        if isinstance(item, Shape):
            _shape(renderer, item, page, theme, scale)
        elif isinstance(item, Text):
            _text(renderer, item, page, theme)
        else:
            w, h = round(item.width * scale), round(item.height * scale)
            rows = np.arange(h) * item.colors.shape[0] // max(h, 1)
            columns = np.arange(w) * item.colors.shape[1] // max(w, 1)
            gc = renderer.new_gc()
            grown = np.ascontiguousarray(item.colors[rows][:, columns][::-1])
            renderer.draw_image(gc, round(item.x * scale), round(height - item.y * scale - h), grown)
    return np.asarray(renderer.buffer_rgba()).copy()


def _rgb(role: str, theme: int) -> tuple[float, float, float]:
    return rgb(PALETTE[role][theme] if role in PALETTE else role)


def _draw(renderer: RendererAgg, path: Path, transform: Any, fill: Any = None, stroke: Any = None, width: float = 0.0,
          dash: tuple[float, ...] = (), opacity: float = 1.0) -> None:  # fmt: skip
    gc = renderer.new_gc()
    gc.set_antialiased(True)
    # Snapping to whole pixels would close the gap in "=".
    gc.set_snap(False)
    gc.set_alpha(opacity)
    gc.set_linewidth(width)
    gc.set_joinstyle("round")
    if stroke is not None:
        gc.set_foreground(stroke)
    if dash:
        gc.set_dashes(0, list(dash))
    renderer.draw_path(gc, path, transform, None if fill is None else (*fill, opacity))


def _shape(renderer: RendererAgg, item: Shape, page: Any, theme: int, scale: float) -> None:
    vertices: list[tuple[float, float]] = []
    codes: list[Any] = []
    for command in item.commands:
        if command[0] == "Z":
            vertices.append(vertices[-1])
            codes.append(Path.CLOSEPOLY)
            continue
        points = list(zip(command[1::2], command[2::2], strict=True))
        vertices += points
        codes += [CODES[command[0]]] * len(points)
    _draw(
        renderer, Path(vertices, codes), page,
        fill=None if item.fill is None else _rgb(item.fill, theme),
        stroke=None if item.stroke is None else _rgb(item.stroke, theme),
        width=item.thick * scale if item.stroke else 0.0,
        dash=(5 * scale, 3 * scale) if item.dash else (),
        opacity=item.opacity,
    )  # fmt: skip


def _text(renderer: RendererAgg, item: Text, page: Any, theme: int) -> None:
    color, scale = _rgb(item.color, theme), item.size / DESIGN_SIZE
    place = Affine2D().scale(scale, -scale)
    if item.turned:
        place = place.rotate_deg(-90)
    place = place.translate(item.x, item.y) + page
    for path in _paths(item.text):
        _draw(renderer, path, place, fill=color, opacity=item.opacity)


def png(scene: Scene, theme: int = 0, scale: float = 2.0) -> bytes:
    """A scene as a PNG file of at most 128 colors, which keeps it small."""
    scale = min(scale, max(1.0, (MOST_PIXELS / (scene.width * scene.height)) ** 0.5))
    image = Image.fromarray(np.ascontiguousarray(pixels(scene, theme, scale)[:, :, :3]))
    file = BytesIO()
    image.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG", compress_level=7)
    return file.getvalue()
