"""The factors of a product as rectangles, so that a wrong order is seen to have a wrong shape."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from lecture_lib.show.scene import Scene
from lecture_lib.show.widget import Choice, Frame, State, Steps, Widget

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
        product, form, n, m = PRODUCTS[state["product"]], state["form"], state["n"], state["m"]
        number = {"1": 1, "n": n, "m": m, "n·m": n * m}
        sizes = [(number[f[2][0]], number[f[2][1]]) for f in product.factors]
        names = [f[2] for f in product.factors]
        possible = all(a[1] == b[0] for a, b in itertools.pairwise(sizes))
        named_possible = all(a[1] == b[0] for a, b in itertools.pairwise(names))
        result = (sizes[0][0], sizes[-1][1])
        wanted_names = WANTED[product.target, form]
        wanted = (number[wanted_names[0]], number[wanted_names[1]])
        fits = possible and result == wanted
        by_luck = fits and not (named_possible and (names[0][0], names[-1][1]) == wanted_names)
        verdict = self._verdict(possible, fits, by_luck, result, wanted, sizes)
        scene = self._draw(state["product"], product, form, sizes, possible, fits and not by_luck, result, wanted, n, m)
        gradient = f"∇_{product.target} s" if form == SHAPE else f"∂s/∂{product.target}"
        factors = " times ".join(f"{a}×{b}" for a, b in sizes)
        if possible:
            middle = f"is {factors} = {result[0]}×{result[1]}" if len(sizes) > 1 else f"is {factors}"
        else:
            middle = f"would be {factors}"
        must = f"{'and' if fits else 'but'} {gradient} must be {wanted[0]}×{wanted[1]}"
        text = f"{state['product']} {middle}, {must}: {verdict}."
        return Frame(scene, text)

    def _verdict(self, possible: bool, fits: bool, by_luck: bool, result: tuple[int, int], wanted: tuple[int, int],
                 sizes: list[tuple[int, int]]) -> str:  # fmt: skip
        if not possible:
            return f"the product does not even exist, since {sizes[0][1]} and {sizes[1][0]} differ"
        if by_luck:
            return "it fits only because sizes happen to agree; try unequal n and m"
        if fits:
            return "it fits"
        return "it does not fit" + ("; transposed it would" if result == wanted[::-1] else "")

    def _draw(self, name: str, product: Product, form: str, sizes: list[tuple[int, int]], possible: bool, right: bool,
              result: tuple[int, int], wanted: tuple[int, int], n: int, m: int) -> Scene:  # fmt: skip
        scene = Scene(860, 360)
        total = sum(s[1] for s in sizes) + (result[1] if possible else 0) + wanted[1]
        unit = min(16.0, 560 / max(total, 1), 150 / max([s[0] for s in sizes] + [wanted[0], result[0]]))
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
        scene.centered("=" if possible else "≠", x + 8, middle, 24, "ink" if possible else "wrong")
        x += 32
        if possible:
            box("product", result, "note" if right else "shade", "ink" if right else "wrong")
            scene.centered("✓" if right else "✗", x + 10, middle, 28, "third" if right else "wrong")
            x += 40
        gradient = rf"$\nabla_{{{product.target}}}\,s$" if form == SHAPE else rf"$\partial s/\partial {product.target}$"
        box(gradient, wanted, "paper", "forward", dash=True)
        scene.text("dashed: the shape that is wanted", 24, 268, 15, "forward")
        if product.target == "W":
            big_n, big_m = COURSE
            outer = r"$\delta\,x^{\!\!\top\!}$"
            small = f"{outer} is {n}×{m}: {8 * n * m:,} bytes."
            scene.text(f"∂z/∂W in full is {n}×{n}×{m}: {8 * n * n * m:,} bytes;  {small}", 24, 300, 16)
            large = f"{8 * big_n**2 * big_m:,} bytes against {8 * big_n * big_m:,}"
            scene.text(f"With n = {big_n}, m = {big_m}: {large}.", 24, 328, 16)
        return scene
