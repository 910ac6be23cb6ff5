"""The Jacobians of a network in a row, multiplied from the left or from the right: what each order costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
LAYERS = (1, 2, 3, 5, 10)
VECTOR, FULL = "vector", "matrix"
Cost = tuple[int, int]


def costs(K: int, n: int, m: int, full: bool, layers: int = 1) -> tuple[Cost, Cost]:
    """Multiplications from the left and from the right of A D (V D) … (V D) B: A is K×n, D and V are n×n, B n×m.

    D is diagonal, and V D comes once for each layer beyond the first. Each order has two numbers: all products but the
    last, and the last.

    Example:
        >>> costs(1, 100, 250, full=False)
        ((100, 25000), (25000, 25000))
        >>> costs(1, 100, 250, full=False, layers=2)
        ((10200, 25000), (2550000, 25000))
    """
    scale = n if full else 1
    left, right = (layers * rows * n * scale + (layers - 1) * n * n * rows for rows in (K, m))
    return (left, K * n * m), (right, K * n * m)


class OrderCost(Widget):
    """∂s/∂h · ∂h/∂z · ∂z/∂x, which are K×n, n×n and n×m: the multiplications of both orders.

    Every layer beyond the first puts two more factors between them, ∂z/∂h and ∂h/∂z of the next layer, both n×n.

    Args:
        n: units, one of 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000.
        m: inputs, one of the same.

    Attributes:
        K: outputs: 1 is a single score.
        n: units.
        m: inputs.
        layers: of n units each.
        diagonal: how ∂h/∂z is stored: "vector" (its n diagonal entries) or "matrix" (zeros and all).

    Raises:
        ValueError: n or m is another number.

    Example:
        >>> OrderCost(n=10, m=25)
        From the left 10 + 250 = 260 multiplications, from the right 250 + 250 = 500: the left is 1.92 times cheaper.
    """

    offline: ClassVar[Mapping[str, Sequence[Any]]] = {
        "n": (5, 25, 100, 500),
        "m": (1, 25, 100, 250, 1000),
        "layers": (1, 2, 5, 10),
    }
    K: int
    n: int
    m: int
    layers: int
    diagonal: str

    def __init__(self, n: int = 100, m: int = 250) -> None:
        super().__init__([
            Choice("n", "units n", SIZES, 100), Choice("m", "inputs m", SIZES, 250),
            Choice("K", "outputs K", SIZES, 1), Choice("layers", "layers", LAYERS, 1),
            Choice("diagonal", "∂h/∂z kept as a", (VECTOR, FULL), VECTOR),
        ])  # fmt: skip
        self.n, self.m = n, m

    def frame(self, state: State) -> Frame:
        K, n, m, layers = (state[name] for name in ("K", "n", "m", "layers"))
        full = state["diagonal"] == FULL
        left, right = costs(K, n, m, full, layers)
        scene = Scene(760, 402)
        self._factors(scene, K, n, m, layers, full)
        halves = "the first product; outlined: the second" if layers == 1 else "all but the last; outlined: the last"
        scene.text(f"filled: {halves}", 330, 222, 14, "muted")
        most = max(sum(left), sum(right))
        rest = "" if layers == 1 else r"\cdots"
        parts = rf"\frac{{\partial s}}{{\partial h}}\,\frac{{\partial h}}{{\partial z}}{rest}"
        head = rf"$\left({parts}\right)\frac{{\partial z}}{{\partial x}}$"
        self._row(scene, 236, "from the left", head, left, most, "backward", f"in between: {K}×{n}")
        parts = rf"{rest}\frac{{\partial h}}{{\partial z}}\,\frac{{\partial z}}{{\partial x}}"
        head = rf"$\frac{{\partial s}}{{\partial h}}\left({parts}\right)$"
        self._row(scene, 326, "from the right", head, right, most, "forward", f"in between: {n}×{m}")
        return Frame(scene, self._words(left, right))

    def _factors(self, scene: Scene, K: int, n: int, m: int, layers: int, full: bool) -> None:
        diagonal = (r"$\partial h/\partial z$", n, n)
        between = [] if layers == 1 else [(r"$\partial z/\partial h$", n, n), diagonal]
        factors = [(r"$\partial s/\partial h$", K, n), diagonal, *between, (r"$\partial z/\partial x$", n, m)]
        room = 480.0 if layers == 1 else 270.0
        unit = min((120 if layers == 1 else 100) / max(K, n), room / ((len(factors) - 1) * n + m), 14.0)
        x, middle = 24.0, 112.0
        places = []
        for k, (name, rows, columns) in enumerate(factors):
            if k:
                scene.centered("·", x + 4, middle, 24)
                x += 18
            width, height = max(columns * unit, 3.0), max(rows * unit, 3.0)
            wide = max(width, 82.0)
            left, top = x + (wide - width) / 2, middle - height / 2
            scene.rectangle(left, top, width, height, "ink", fill="leaf" if name != diagonal[0] or full else "paper",
                            thick=1.6)  # fmt: skip
            if name == diagonal[0]:
                scene.line([(left, top), (left + width, top + height)], "ink", thick=2.4)
            scene.text(name, x + wide / 2, 32, 18, "ink", "middle")
            scene.text(f"{rows}×{columns}", x + wide / 2, 194, 15, "ink", "middle")
            places.append((x, x + wide))
            x += wide + 12
        if layers > 1:
            times = "once" if layers == 2 else f"{layers - 1} times, for {layers} layers"
            first, last = places[2][0], places[3][1]
            scene.line([(first, 44), (first, 40), (last, 40), (last, 44)], "muted", thick=1.4)
            scene.text(times, (first + last) / 2, 57, 14, "muted", "middle")

    def _row(
        self, scene: Scene, y: float, name: str, head: str, cost: Cost, most: int, color: str, between: str
    ) -> None:
        scene.text(name, 24, y + 12, 16, color)
        scene.text(between, 24, y + 34, 14, "muted")
        scene.centered(head, 238, y + 20, 22)
        first, second = (c / most * 400 for c in cost)
        dash = color == "backward"
        scene.rectangle(330, y, max(first, 1.0), 24, color, fill=color, thick=1.4)
        scene.rectangle(330 + max(first, 1.0), y, max(second, 1.0), 24, color, dash=dash, thick=1.4)
        scene.text(f"{cost[0]:,} + {cost[1]:,} = {sum(cost):,}", 330, y + 46, 16, color)

    def _words(self, left: Cost, right: Cost) -> str:
        said = [f"{a:,} + {b:,} = {a + b:,}" for a, b in (left, right)]
        a, b = sum(left), sum(right)
        if a == b:
            end = "both cost the same"
        else:
            side = "left" if a < b else "right"
            times = short(max(a, b) / min(a, b))
            end = f"the {side} is {'a little' if times == '1' else f'{times} times'} cheaper"
        return f"From the left {said[0]} multiplications, from the right {said[1]}: {end}."
