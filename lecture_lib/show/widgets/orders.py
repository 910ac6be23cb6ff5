"""Three Jacobians in a row, multiplied from the left or from the right: what each order costs."""

from __future__ import annotations

from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
VECTOR, FULL = "vector", "matrix"
Cost = tuple[int, int]


def costs(K: int, n: int, m: int, full: bool) -> tuple[Cost, Cost]:
    """Multiplications of (A D) B and of A (D B) for A K×n, D n×n diagonal, B n×m.

    Example:
        >>> costs(1, 100, 250, full=False)
        ((100, 25000), (25000, 25000))
    """
    scale = n if full else 1
    return (K * n * scale, K * n * m), (n * m * scale, K * n * m)


class OrderCost(Widget):
    """∂s/∂h · ∂h/∂z · ∂z/∂x, which are K×n, n×n and n×m: the multiplications of both orders.

    Args:
        n: units, one of 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000.
        m: inputs, one of the same.

    Attributes:
        K: outputs: 1 is a single score.
        n: units.
        m: inputs.
        diagonal: how ∂h/∂z is stored: "vector" (its n diagonal entries) or "matrix" (zeros and all).

    Raises:
        ValueError: n or m is another number.

    Example:
        >>> OrderCost(n=10, m=25)
        From the left 10 + 250 = 260 multiplications, from the right 250 + 250 = 500: the left is 1.92 times cheaper.
    """

    K: int
    n: int
    m: int
    diagonal: str

    def __init__(self, n: int = 100, m: int = 250) -> None:
        super().__init__([
            Choice("n", "units n", SIZES, 100), Choice("m", "inputs m", SIZES, 250),
            Choice("K", "outputs K", SIZES, 1), Choice("diagonal", "∂h/∂z kept as a", (VECTOR, FULL), VECTOR),
        ])  # fmt: skip
        self.n, self.m = n, m

    def frame(self, state: State) -> Frame:
        K, n, m, full = state["K"], state["n"], state["m"], state["diagonal"] == FULL
        left, right = costs(K, n, m, full)
        scene = Scene(760, 402)
        self._factors(scene, K, n, m, full)
        scene.text("filled: the first product; outlined: the second", 330, 222, 14, "muted")
        most = max(sum(left), sum(right))
        head = (
            r"$\left(\frac{\partial s}{\partial h}\,\frac{\partial h}{\partial z}\right)\frac{\partial z}{\partial x}$"
        )
        self._row(scene, 236, "from the left", head, left, most, "backward", f"in between: {K}×{n}")
        head = (
            r"$\frac{\partial s}{\partial h}\left(\frac{\partial h}{\partial z}\,\frac{\partial z}{\partial x}\right)$"
        )
        self._row(scene, 326, "from the right", head, right, most, "forward", f"in between: {n}×{m}")
        return Frame(scene, self._words(left, right))

    def _factors(self, scene: Scene, K: int, n: int, m: int, full: bool) -> None:
        factors = (
            (r"$\partial s/\partial h$", K, n),
            (r"$\partial h/\partial z$", n, n),
            (r"$\partial z/\partial x$", n, m),
        )
        unit = min(120 / max(K, n), 480 / (2 * n + m), 14.0)
        x, middle = 24.0, 112.0
        for k, (name, rows, columns) in enumerate(factors):
            if k:
                scene.centered("·", x + 4, middle, 24)
                x += 18
            width, height = max(columns * unit, 3.0), max(rows * unit, 3.0)
            room = max(width, 82.0)
            left, top = x + (room - width) / 2, middle - height / 2
            empty = k == 1 and not full
            scene.rectangle(left, top, width, height, "ink", fill="paper" if empty else "leaf", thick=1.6)
            if k == 1:
                scene.line([(left, top), (left + width, top + height)], "ink", thick=2.4)
            scene.text(name, x + room / 2, 32, 18, "ink", "middle")
            scene.text(f"{rows}×{columns}", x + room / 2, 194, 15, "ink", "middle")
            x += room + 12

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
