"""The floor plan of the house, read off the code: which package imports which, and a picture of it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Point, Scene

ORDER = ("places", "autograd", "graph", "matcalc", "train", "ner", "data", "show", "exercises", "course", "__main__")
"""The packages of the library; each may import those on its left."""

Arrows = Mapping[str, set[str]]
"""What imports what."""

WIDTH, HEIGHT, GAP, STEP = 132.0, 34.0, 28.0, 72.0


def modules_in(package: Path) -> dict[str, Path]:
    """Every module's file by its dotted name; a package goes by its own name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(source: str, name: str, modules: Mapping[str, Path]) -> set[str]:
    """The modules among those given that a module imports, at once, deferred, or for its types alone."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{name}: a relative import is not followed here")
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in modules else str(node.module))
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return (found & set(modules)) - {name}


def arrows_in(package: Path) -> dict[str, set[str]]:
    """For every module of a package the modules of it that it imports."""
    modules = modules_in(package)
    return {name: imports_of(path.read_text(encoding="utf-8"), name, modules) for name, path in modules.items()}


def upward(arrows: Arrows, order: tuple[str, ...] = ORDER) -> list[str]:
    """The imports of a package further right, or of the root, which stands above all but the command line."""
    faults = []
    for name, imported in arrows.items():
        here = room(name)
        for other in sorted(imported):
            there = room(other)
            if here and here != "__main__" and (not there or order.index(there) > order.index(here)):
                faults.append(f"{name} imports {other}")
    return faults


def room(module: str) -> str:
    """The package, or the module at the root, in which a module stands; empty for the root itself."""
    return module.split(".")[1] if "." in module else ""


def between_rooms(arrows: Arrows) -> dict[str, set[str]]:
    """Which rooms import which, without an arrow that others make up: what is reached by a longer way is left out."""
    direct: dict[str, set[str]] = {name: set() for name in ORDER}
    for name, imported in arrows.items():
        if room(name):
            direct[room(name)] |= {room(other) for other in imported if room(other)} - {room(name)}
    reached: dict[str, set[str]] = {}
    for name in ORDER:
        reached[name] = direct[name].union(*(reached[other] for other in direct[name]))
    return {name: below - set().union(*(reached[other] for other in below)) for name, below in direct.items()}


def floor_plan(package: Path) -> Picture:
    """The packages as boxes, what is imported below what imports it."""
    arrows = arrows_in(package)
    below = between_rooms(arrows)
    level: dict[str, int] = {}
    for name in ORDER:
        level[name] = max((level[other] + 1 for other in below[name]), default=0)
    floors = [[name for name in ORDER if level[name] == k] for k in range(max(level.values()) + 1)]
    widest = max(len(floor) for floor in floors)
    scene = Scene(widest * (WIDTH + GAP) + 3 * GAP, (len(floors) - 1) * STEP + HEIGHT + 2 * GAP)
    place = {}
    for k, floor in enumerate(reversed(floors)):
        left = (scene.width - 2 * GAP - len(floor) * (WIDTH + GAP) + GAP) / 2
        for n, name in enumerate(floor):
            place[name] = left + n * (WIDTH + GAP), GAP + k * STEP
    lanes = 0
    for name, under in below.items():
        for other in sorted(under):
            long = level[name] > level[other] + 1
            _arrow(scene, place[name], place[other], scene.width - 10 - 12 * lanes if long else None)
            lanes += long
    for name, (x, y) in place.items():
        scene.rectangle(x, y, WIDTH, HEIGHT, fill="paper")
        scene.centered(name, x + WIDTH / 2, y + HEIGHT / 2, 16.0)
    told = [f"{name} uses {', '.join(sorted(under, key=ORDER.index))}" for name, under in below.items() if under]
    return Picture(scene, f"The packages of lecture_lib, each above those that it uses: {'; '.join(told)}.")


def _arrow(scene: Scene, importer: Point, imported: Point, lane: float | None) -> None:
    """From the foot of one box to the head of another; past other floors in a lane at the side."""
    (x, y), (u, v) = importer, imported
    if lane is None:
        start, end = (x + WIDTH / 2, y + HEIGHT), (u + WIDTH / 2, v - 6)
        middle = (start[1] + end[1]) / 2
        scene.path([("M", *start), ("C", start[0], middle, end[0], middle, *end)], "muted")
        scene.arrow((end[0], v), (0.0, 1.0), "muted")
        return
    start, end = (x + WIDTH, y + HEIGHT / 2), (u + WIDTH + 6, v + HEIGHT / 2)
    scene.line([start, (lane, start[1]), (lane, end[1]), end], "muted")
    scene.arrow((u + WIDTH, end[1]), (-1.0, 0.0), "muted")
