"""The graph of one layer and its score, as the derivation on rails shows it: a letter a node, a Jacobian an edge."""

from __future__ import annotations

from typing import Any

from lecture_lib.course.site.live.graph_stage import drawn
from lecture_lib.graph.forms import TOP
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Command, Scene
from lecture_lib.show.graphs.draw import LABEL, OFFSET, SMALL

WIDTH, HEIGHT = 344.0, 236.0
HALF = 20.0
NODES = {
    "W": (24.0, 44.0),
    "x": (24.0, 126.0),
    "b": (24.0, 208.0),
    "z": (148.0, 126.0),
    "h": (244.0, 126.0),
    "s": (320.0, 126.0),
}
EDGES = {
    "W": ("W", "z", rf"$I \otimes x{TOP}$", "n×nm", (132.0, 56.0)),
    "x": ("x", "z", "$W$", "n×m", (64.0, 113.0)),
    "b": ("b", "z", "$I$", "n×n", (132.0, 214.0)),
    "z": ("z", "h", r"$\mathrm{diag}(f^{\prime}(z))$", "n×n", (196.0, 92.0)),
    "h": ("h", "s", f"$u{TOP}$", "1×n", (282.0, 113.0)),
}
"""Edge → where it leads from and to, its Jacobian, its shape, and where both are written."""


def curve(source: str, target: str, shift: float) -> list[Command]:
    """An edge, or one of its two lines."""
    (x0, y0), (x1, y1) = NODES[source], NODES[target]
    start, end, middle = x0 + HALF + 1, x1 - HALF - 1, (x0 + x1) / 2 + 6
    # The three edges into z arrive beside each other.
    arrive = y1 + 11 * ((y0 > y1) - (y0 < y1)) + shift
    return [("M", start, y0 + shift), ("C", middle, y0 + shift, middle, arrive, end, arrive)]


def _stroke(key: str, role: str) -> Scene:
    """One of the two lines of an edge, with its arrowhead."""
    source, target, _, _, _ = EDGES[key]
    scene = Scene(1, 1)
    back = role == "backward"
    commands = curve(source, target, OFFSET if back else -OFFSET)
    scene.path(commands, role, thick=2, dash=back)
    tip, way = (commands[0][1:3], -1) if back else (commands[1][5:7], 1)
    scene.arrow(tip, (way, 0), role, 9)
    return scene


def _named(name: str, shape: str, x: float, y: float) -> Scene:
    """A name with its shape above it."""
    scene, sizes = Scene(1, 1), shape.replace("×", r" \times ")
    scene.text(name, x, y, LABEL, "backward", "middle")
    scene.text(f"${sizes}$", x, y - 20, SMALL - 1, "muted", "middle")
    return scene


def _label(key: str) -> Scene:
    _, _, name, shape, place = EDGES[key]
    return _named(name, shape, *place)


def _node(name: str) -> Scene:
    (x, y), scene = NODES[name], Scene(1, 1)
    leaf, output = name in "Wxb", name == "s"
    scene.rectangle(x - HALF, y - HALF, 2 * HALF, 2 * HALF, radius=9 if leaf or output else HALF,
                    fill="leaf" if leaf or output else "paper", thick=3 if output else 1.6)  # fmt: skip
    scene.centered(f"${name}$", x, y, 20)
    return scene


def _error_signal() -> Scene:
    """δ below z, and light around it."""
    (x, y), scene = NODES["z"], Scene(1, 1)
    scene.circle(x, y, HALF + 8, None, fill="halo")
    scene.place(_named(r"$\delta$", "n×1", x + 34, y + 56))
    return scene


def stage() -> dict[str, Any]:
    """The graph as data for the page."""
    edges = {}
    for key, (source, target, _, _, _) in EDGES.items():
        glow = Scene(1, 1)
        glow.path(curve(source, target, 0), None)
        parts = {"glow": glow, "forward": _stroke(key, "forward"), "backward": _stroke(key, "backward")}
        edges[key] = {part: drawn(scene) for part, scene in {**parts, "label": _label(key)}.items()}
    nodes = {name: drawn(_node(name)) for name in NODES}
    return {"size": [WIDTH, HEIGHT], "edges": edges, "nodes": nodes, "delta": drawn(_error_signal())}


def still() -> Picture:
    """The graph with all its Jacobians."""
    scene = Scene(WIDTH, HEIGHT)
    for key in EDGES:
        for part in (_stroke(key, "forward"), _stroke(key, "backward"), _label(key)):
            scene.place(part)
    for name in NODES:
        scene.place(_node(name))
    told = (f"{shape} from {target} to {source}" for source, target, _, shape, _ in EDGES.values())
    return Picture(scene, f"Graph: W, x and b lead to z, z to h, h to s. Shapes of the Jacobians: {', '.join(told)}.")
