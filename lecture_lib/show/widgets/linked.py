"""One weight, followed: its edge, what moves behind it, and its own cell in the matrix of slopes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.show.canvas.heat import heat, legend
from lecture_lib.show.canvas.numbers import short, subscript
from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.game import B, U, X, score_and_slopes
from lecture_lib.show.widgets.widget import Widget

W = np.array([[0.2, -0.4, 0.1], [0.5, 0.3, -0.2]])
NUDGES = (-1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0)
SLOPE, CHAIN, DELTA = "slope", "chain", "delta"
TITLES = {
    SLOPE: "how fast $s$ moves with each weight",
    CHAIN: r"$\partial s/\partial W_{ij}=u_i\,f'(z_i)\,x_j$",
    DELTA: r"$\nabla_{\!W}\,s=\delta\,x^{\!\top}$: cell $ij$ is $\delta_i\,x_j$",
}
WIDE, HIGH = 520.0, 510.0
COLUMNS = {"x": 44.0, "z": 196.0, "h": 330.0, "s": 468.0}
RADIUS = 21.0
LEFT, TOP, CELL = 170.0, 336.0, 58.0


class LinkedWeight(Widget):
    """Nudge one weight of s = uᵀ tanh(Wx + b): its edge, the values that move, and its cell of ∇_W s light up.

    The network has three inputs and two units, those of notebooks 02, 05 and 06.

    Args:
        told: what is said of a cell: "slope", its number alone; "chain", the three slopes along the weight's path;
            "delta", that it is δᵢxⱼ.

    Attributes:
        i: the unit that the weight leads to, counted from 1.
        j: the input that it comes from, counted from 1.
        nudge: by how much the weight is moved.

    Raises:
        ValueError: ``told`` is another word.

    Example:
        >>> linked = LinkedWeight("delta")
        >>> linked.nudge = 0.1
        >>> linked
        W₂₃ moves by 0.1, from −0.2 to −0.1. z₂ moves by −0.05, h₂ by −0.0218, s by 0.0218, and nothing else moves.
        The cell in row 2, column 3 is δ₂x₃ = −0.42 × −0.5 = 0.21, and foretells a move of s by 0.021.
    """

    i: int
    j: int
    nudge: float

    def __init__(self, told: str = SLOPE) -> None:
        if told not in TITLES:
            raise ValueError(f"told is {told!r}; expected one of {', '.join(map(repr, TITLES))}")
        self.told = told
        n, m = W.shape
        super().__init__([
            Choice("nudge", "nudge the weight by", NUDGES, 0.5), Steps("i", "unit i", n, 1, default=2),
            Steps("j", "input j", m, 1, default=3),
        ])  # fmt: skip
        self.z = W @ X + B
        self.h = np.tanh(self.z)
        self.s, self.gradient = score_and_slopes(W)
        self.delta = U * (1 - self.h**2)

    def frame(self, state: State) -> Frame:
        i, j, nudge = state["i"] - 1, state["j"] - 1, state["nudge"]
        moved = W.copy()
        moved[i, j] += nudge
        # Rounded, so that what adds up to 0 is 0.
        z = np.round(moved @ X + B, 12)
        h = np.tanh(z)
        after = {"x": X, "z": z, "h": h, "s": np.array([U @ h])}
        scene = Scene(WIDE, HIGH)
        self._edges(scene, i, j, nudge)
        for letter, values in after.items():
            for k, value in enumerate(values):
                self._node(scene, letter, k, value)
        self._matrix(scene, i, j)
        factors = self._factors(i, j)
        name = f"$W_{{{i + 1}{j + 1}}}$"
        scene.text(f"{name} = {short(W[i, j])}", 20, 30, 18, "forward")
        if nudge:
            scene.text(f"nudged to {short(moved[i, j])}", 150, 30, 16, "forward")
        foretold, happened = self.gradient[i, j] * nudge, after["s"][0] - self.s
        scene.text(f"the cell: {factors}", 20, TOP + 2 * CELL + 30, 16, "backward")
        line = f"× nudge {short(nudge)} = {short(foretold)} foretold; $s$ moves by {short(happened)}"
        scene.text(line, 20, TOP + 2 * CELL + 54, 16)
        return Frame(scene, self._words(i, j, nudge, z, h, happened))

    def _place(self, letter: str, k: int) -> tuple[float, float]:
        """The middle of a node."""
        if letter == "s":
            return COLUMNS["s"], 148.0
        return COLUMNS[letter], 78.0 + 70 * k if letter == "x" else 98.0 + 100 * k

    def _edges(self, scene: Scene, i: int, j: int, nudge: float) -> None:
        n, m = W.shape
        pairs = [(("x", b), ("z", a)) for a in range(n) for b in range(m)]
        pairs += [(("z", a), ("h", a)) for a in range(n)] + [(("h", a), ("s", 0)) for a in range(n)]
        behind = {(("z", i), ("h", i)), (("h", i), ("s", 0))} if nudge else set()
        for start, end in pairs:
            if (start, end) != (("x", j), ("z", i)):
                lit = (start, end) in behind
                ends = [self._place(*start), self._place(*end)]
                scene.line(ends, "forward" if lit else "line", thick=2.6 if lit else 1.4)
        ends = [self._place("x", j), self._place("z", i)]
        scene.line(ends, "halo", thick=14)
        scene.line(ends, "forward", thick=4.5)
        scene.text("$f$", (COLUMNS["z"] + COLUMNS["h"]) / 2, 90, 16, "muted", "middle")
        scene.text("$u$", (COLUMNS["h"] + COLUMNS["s"]) / 2, 106, 16, "muted", "middle")

    def _node(self, scene: Scene, letter: str, k: int, value: float) -> None:
        x, y = self._place(letter, k)
        before = {"x": X, "z": self.z, "h": self.h, "s": [self.s]}[letter][k]
        change = value - before
        lit = abs(change) > 1e-12
        scene.circle(
            x, y, RADIUS, "forward" if lit else "ink", fill="halo" if lit else "paper", thick=3 if lit else 1.4
        )
        scene.centered("$s$" if letter == "s" else f"${letter}_{k + 1}$", x, y, 18)
        said = f"{short(before)} → {short(value)}" if lit else short(before)
        # Lines come up to z from the left: its numbers begin to the right of them.
        place, anchor = (x - 24, "start") if letter == "z" else (x, "middle")
        scene.text(said, place, y + RADIUS + 18, 15, "forward" if lit else "muted", anchor)
        if lit:
            length, sign = 13 + 15 * min(abs(change), 1.0), -np.sign(change)
            middle = y - RADIUS - 20
            tail, tip = middle - sign * length / 2, middle + sign * length / 2
            scene.line([(x, tail), (x, tip - 6 * sign)], "forward", thick=2.6)
            scene.arrow((x, tip), (0.0, sign), "forward", 9)

    def _matrix(self, scene: Scene, i: int, j: int) -> None:
        n, m = W.shape
        scene.text(TITLES[self.told], 20, TOP - 44, 17)
        scene.rectangle(LEFT + j * CELL - 8, TOP + i * CELL - 8, CELL + 16, CELL + 16, None, 8, fill="halo")
        heat(scene, self.gradient, LEFT, TOP, CELL)
        scene.rectangle(LEFT + j * CELL, TOP + i * CELL, CELL, CELL, "backward", thick=4.5)
        for k in range(m):
            label = f"$x_{k + 1}$" + (f" = {short(X[k])}" if self.told != SLOPE else "")
            color = "backward" if k == j else "muted"
            scene.text(label, LEFT + (k + 0.5) * CELL, TOP - 12, 15 if self.told == SLOPE else 13, color, "middle")
        for k in range(n):
            label = {SLOPE: f"unit {k + 1}", CHAIN: f"$u_{k + 1}f'(z_{k + 1})$", DELTA: rf"$\delta_{k + 1}$"}[self.told]
            if self.told != SLOPE:
                label += f" = {short(self.delta[k], 2)}"
            scene.text(label, LEFT - 16, TOP + (k + 0.5) * CELL + 5, 15, "backward" if k == i else "muted", "end")
        legend(scene, LEFT + m * CELL + 24, TOP, float(np.abs(self.gradient).max()), n * CELL)

    def _factors(self, i: int, j: int, plain: bool = False) -> str:
        """What the cell is the product of, as mathematics or in plain signs."""
        a, b, low, slope = i + 1, j + 1, subscript(i + 1), short(self.gradient[i, j], 2)
        u, bend, x, delta = (short(v, 2) for v in (U[i], 1 - self.h[i] ** 2, X[j], self.delta[i]))
        if self.told == SLOPE:
            return slope
        if self.told == CHAIN:
            product = f"u{low}f′(z{low})x{subscript(b)}" if plain else rf"$u_{a}\,f'(z_{a})\,x_{b}$"
            return f"{product} = {u} × {bend} × {x} = {slope}"
        product = f"δ{low}x{subscript(b)}" if plain else rf"$\delta_{a}\,x_{b}$"
        return f"{product} = {delta} × {x} = {slope}"

    def _words(self, i: int, j: int, nudge: float, z: Any, h: Any, happened: float) -> str:
        name, unit = f"W{subscript(i + 1)}{subscript(j + 1)}", subscript(i + 1)
        foretold = self.gradient[i, j] * nudge
        cell = f"The cell in row {i + 1}, column {j + 1} is {self._factors(i, j, plain=True)}"
        if not nudge:
            return f"{name} = {short(W[i, j])} is not nudged, and s = {short(self.s)}. {cell}."
        return (
            f"{name} moves by {short(nudge)}, from {short(W[i, j])} to {short(W[i, j] + nudge)}. "
            f"z{unit} moves by {short(z[i] - self.z[i])}, h{unit} by {short(h[i] - self.h[i])}, "
            f"s by {short(happened)}, and nothing else moves. {cell}, and foretells a move of s by {short(foretold)}."
        )
