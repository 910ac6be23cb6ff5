"""The factors of a product as rectangles, so that a wrong order is seen to have a wrong shape."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from lecture_lib.show.canvas.scene import Scene
from lecture_lib.show.widgets.controls import Choice, Steps
from lecture_lib.show.widgets.frames import Frame, State
from lecture_lib.show.widgets.widget import Widget

LARGEST = 12
COURSE = (100, 250)
SHAPE, JACOBIAN = "shape convention", "Jacobian form"
Size = tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """A candidate for a gradient: whose it would be, and its factors with their sizes in n and m."""

    target: str
    factors: tuple[tuple[str, str, Size], ...]


D, DT, X, XT, W, WT = (
    (r"$\delta$", "δ", ("n", "1")), (r"$\delta^{\!\!\top\!}$", "δᵀ", ("1", "n")), ("$x$", "x", ("m", "1")),
    (r"$x^{\!\!\top\!}$", "xᵀ", ("1", "m")), ("$W$", "W", ("n", "m")), (r"$W^{\!\!\top\!}$", "Wᵀ", ("m", "n")),
)  # fmt: skip
KRON = (r"$I\otimes x^{\!\!\top\!}$", "(I⊗xᵀ)", ("n", "n·m"))
PRODUCTS = {
    "δ xᵀ": Product("W", (D, XT)), "x δᵀ": Product("W", (X, DT)), "δ x": Product("W", (D, X)),
    "δᵀ (I⊗xᵀ)": Product("W", (DT, KRON)), "Wᵀ δ": Product("x", (WT, D)), "W δ": Product("x", (W, D)),
    "δᵀ W": Product("x", (DT, W)), "δ": Product("b", (D,)), "δᵀ": Product("b", (DT,)),
}  # fmt: skip
WANTED = {
    ("W", SHAPE): ("n", "m"), ("x", SHAPE): ("m", "1"), ("b", SHAPE): ("n", "1"),
    ("W", JACOBIAN): ("1", "n·m"), ("x", JACOBIAN): ("1", "m"), ("b", JACOBIAN): ("1", "n"),
}  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """A product beside the shape that is wanted, for some n and m.

    Attributes:
        product: the candidate.
        form: "shape convention" or "Jacobian form".
        n: outputs.
        m: inputs.
    """

    product: Product
    form: str
    n: int
    m: int

    def _number(self, name: str) -> int:
        return {"1": 1, "n": self.n, "m": self.m, "n·m": self.n * self.m}[name]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Rows and columns of every factor."""
        return [(self._number(rows), self._number(columns)) for _, _, (rows, columns) in self.product.factors]

    @property
    def result(self) -> tuple[int, int]:
        """Rows and columns of the product, if it exists."""
        return self.sizes[0][0], self.sizes[-1][1]

    @property
    def wanted(self) -> tuple[int, int]:
        """Rows and columns that the gradient must have."""
        rows, columns = WANTED[self.product.target, self.form]
        return self._number(rows), self._number(columns)

    @property
    def exists(self) -> bool:
        """Whether the inner sizes agree."""
        return all(left[1] == right[0] for left, right in itertools.pairwise(self.sizes))

    @property
    def fits(self) -> bool:
        """Whether the product has the wanted shape, be it by luck."""
        return self.exists and self.result == self.wanted

    @property
    def by_luck(self) -> bool:
        """Whether it fits for these n and m alone."""
        names = [shape for _, _, shape in self.product.factors]
        chained = all(left[1] == right[0] for left, right in itertools.pairwise(names))
        return self.fits and not (chained and (names[0][0], names[-1][1]) == WANTED[self.product.target, self.form])

    @property
    def verdict(self) -> str:
        """What is to be said of it."""
        if not self.exists:
            return f"the product does not even exist, since {self.sizes[0][1]} and {self.sizes[1][0]} differ"
        if self.by_luck:
            return "it fits only because sizes happen to agree; try unequal n and m"
        if self.fits:
            return "it fits"
        return "it does not fit" + ("; transposed it would" if self.result == self.wanted[::-1] else "")


class ShapeDock(Widget):
    """Does this product have the gradient's shape? For z = Wx + b with δ = ∇_z s.

    Args:
        n: outputs, 1 to 12.
        m: inputs, 1 to 12.

    Attributes:
        product: the candidate, such as "δ xᵀ".
        form: "shape convention" (a gradient has its parameter's shape) or "Jacobian form" (a row).
        n: outputs.
        m: inputs.

    Raises:
        ValueError: n or m is not an integer from 1 to 12.

    Example:
        >>> dock = ShapeDock(n=2, m=3)
        >>> dock.product = "x δᵀ"
        >>> dock
        x δᵀ is 3×1 times 1×2 = 3×2, but ∇_W s must be 2×3: it does not fit; transposed it would.
    """

    product: str
    form: str
    n: int
    m: int

    def __init__(self, n: int = 4, m: int = 7) -> None:
        names = tuple(PRODUCTS)
        super().__init__([
            Choice("product", "candidate", names, names[0]), Choice("form", "form", (SHAPE, JACOBIAN), SHAPE),
            Steps("n", "n (outputs)", LARGEST, 1, default=min(max(n, 1), LARGEST)),
            Steps("m", "m (inputs)", LARGEST, 1, default=min(max(m, 1), LARGEST)),
        ])  # fmt: skip
        self.n, self.m = n, m

    def frame(self, state: State) -> Frame:
        product, form = PRODUCTS[state["product"]], state["form"]
        fit = Fit(product, form, state["n"], state["m"])
        gradient = f"∇_{product.target} s" if form == SHAPE else f"∂s/∂{product.target}"
        factors = " times ".join(f"{rows}×{columns}" for rows, columns in fit.sizes)
        if fit.exists:
            middle = f"is {factors} = {fit.result[0]}×{fit.result[1]}" if len(fit.sizes) > 1 else f"is {factors}"
        else:
            middle = f"would be {factors}"
        must = f"{'and' if fit.fits else 'but'} {gradient} must be {fit.wanted[0]}×{fit.wanted[1]}"
        return Frame(self._draw(fit), f"{state['product']} {middle}, {must}: {fit.verdict}.")

    def _draw(self, fit: Fit) -> Scene:
        scene = Scene(860, 360)
        product, sizes, wanted, result = fit.product, fit.sizes, fit.wanted, fit.result
        right = fit.fits and not fit.by_luck
        total = sum(columns for _, columns in sizes) + (result[1] if fit.exists else 0) + wanted[1]
        unit = min(16.0, 560 / max(total, 1), 150 / max([rows for rows, _ in sizes] + [wanted[0], result[0]]))
        x, middle = 24.0, 130.0

        def box(label: str, size: tuple[int, int], fill: str, stroke: str = "ink", dash: bool = False) -> None:
            nonlocal x
            width, height = max(size[1] * unit, 5.0), max(size[0] * unit, 5.0)
            left = x + max(0.0, (58 - width) / 2)
            scene.rectangle(left, middle - height / 2, width, height, stroke, fill=fill, dash=dash, thick=1.8)
            top = middle - height / 2
            for i in range(1, size[0] if unit >= 7 else 1):
                scene.line([(left, top + i * unit), (left + width, top + i * unit)], stroke, thick=0.5)
            for j in range(1, size[1] if unit >= 7 else 1):
                scene.line([(left + j * unit, top), (left + j * unit, top + height)], stroke, thick=0.5)
            scene.text(label, left + width / 2, middle - 92, 19, "ink", "middle")
            scene.text(f"{size[0]}×{size[1]}", left + width / 2, middle + 106, 16, "ink", "middle")
            x += max(width, 58.0) + 12

        for k, ((label, _, _), size) in enumerate(zip(product.factors, sizes, strict=True)):
            if k:
                scene.centered("·", x + 2, middle, 26)
                x += 16
            box(label, size, "leaf")
        scene.centered("=" if fit.exists else "≠", x + 8, middle, 24, "ink" if fit.exists else "wrong")
        x += 32
        if fit.exists:
            box("product", result, "note" if right else "shade", "ink" if right else "wrong")
            scene.centered("✓" if right else "✗", x + 10, middle, 28, "third" if right else "wrong")
            x += 40
        gradient = rf"\nabla_{{{product.target}}}\,s" if fit.form == SHAPE else rf"\partial s/\partial {product.target}"
        box(f"${gradient}$", wanted, "paper", "forward", dash=True)
        scene.text("dashed: the shape that is wanted", 24, 268, 15, "forward")
        if product.target == "W":
            big_n, big_m = COURSE
            outer = r"$\delta\,x^{\!\!\top\!}$"
            n, m = fit.n, fit.m
            small = f"{outer} is {n}×{m}: {8 * n * m:,} bytes."
            scene.text(f"∂z/∂W in full is {n}×{n}×{m}: {8 * n * n * m:,} bytes;  {small}", 24, 300, 16)
            large = f"{8 * big_n**2 * big_m:,} bytes against {8 * big_n * big_m:,}"
            scene.text(f"With n = {big_n}, m = {big_m}: {large}.", 24, 328, 16)
        return scene
