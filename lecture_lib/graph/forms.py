"""The forms in which operations are written: NumPy text and formulas, with one scale for what binds how strongly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.graph.trace import Node


class Strength(IntEnum):
    """How strongly an operator binds its operands, from loose to tight."""

    COMPARE = 1
    OR = 2
    AND = 3
    SUM = 4
    PRODUCT = 5
    UNARY = 6
    POWER = 7
    ATOM = 8


COMPARE, OR, AND, SUM, PRODUCT, UNARY, POWER, ATOM = Strength


class Printed(NamedTuple):
    """A printed expression, and how strongly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def __format__(self, needed: str) -> str:
        """In a template: ``{0:product}`` puts parentheses around what binds less than a product."""
        return self.text if not needed or self.binds >= Strength[needed.upper()] else f"({self.text})"


Maker = Callable[[Node, Sequence[Printed], str], Printed]
Form = Printed | Maker
"""A template for the operands, or a function of a node, its printed operands and the name of NumPy."""


def written(form: Form, node: Any, parts: Sequence[Printed], module: str = "np") -> Printed:
    """An operation on its printed operands; templates know its settings by name."""
    if not isinstance(form, Printed):
        return form(node, parts, module)
    return Printed(form.text.format(*parts, np=module, **node.settings), form.binds)


def infix(sign: str, binds: Strength) -> Printed:
    """An operator between its operands; parentheses keep the order in which a program would compute."""
    right = Strength(binds + 1).name.lower()
    left = right if binds in (COMPARE, POWER) else binds.name.lower()
    return Printed(f"{{0:{left}}} {sign} {{1:{right}}}", binds)


# NumPy


def multiply(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """A product; a factor 1/n is a division, and a number comes first."""
    (left, right), (a, b) = parts, node.args
    divisor = reciprocal(b)
    if divisor:
        return Printed(f"{left:product} / {divisor}", PRODUCT)
    if isinstance(b, (int, float)) and isinstance(a, Node):
        left, right = right, left
    return Printed(f"{left:product} * {right:unary}", PRODUCT)


def matmul(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """A matrix product; of one column and one row the outer product, which NumPy computes faster by that name."""
    left, right = parts
    inner = getattr(node.args[0], "shape", ())[1:]
    # An atom that ends so is the transpose of the whole; a sum may end in a transposed term.
    if len(node.shape) == 2 and inner == (1,) and left.binds == ATOM and left.text.endswith(".T"):
        return Printed(f"{module}.outer({left.text.removesuffix('.T')}, {right.text})")
    return Printed(f"{left:product} @ {right:unary}", PRODUCT)


def reciprocal(factor: Any) -> int | None:
    """The integer n above 1 of which a number is 1/n."""
    if not isinstance(factor, float) or not 0 < factor < 1:
        return None
    n = round(1 / factor)
    return n if 1 / n == factor else None


def axis_text(node: Node) -> str:
    """``axis=`` and ``keepdims=`` of a reduction, as far as they are not the default."""
    ndim = node.args[0].value.ndim
    axis = sorted(a + ndim for a in node.settings["axis"])
    shown = "" if len(axis) == ndim else f", axis={axis[0] if len(axis) == 1 else tuple(axis)}"
    more = "".join(f", {k}={v!r}" for k, v in node.settings.items() if k not in ("axis", "keepdims") and v)
    return shown + (", keepdims=True" if node.settings["keepdims"] else "") + more


def reduction(function: str) -> Maker:
    """The form of a function that reduces along an axis."""
    return lambda node, parts, module: Printed(f"{function.format(np=module)}({parts[0]}{axis_text(node)})")


def norm(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(f"{module}.sqrt({module}.sum({parts[0]:atom} ** 2{axis_text(node)}))")


def reshape(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    if len(node.shape) == 1:
        return Printed(f"{parts[0]:atom}.ravel()")
    return Printed(f"{parts[0]:atom}.reshape({', '.join(map(str, node.shape)) if node.shape else '()'})")


def transpose(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    axes = tuple(a + len(node.shape) for a in node.settings["axes"])
    return Printed(
        f"{parts[0]:atom}.T" if axes == tuple(range(len(axes)))[::-1] else f"{parts[0]:atom}.transpose{axes}"
    )


def getitem(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(f"{parts[0]:atom}[{index_text(node.args[1:], parts[1:])}]")


def index_text(index: Sequence[Any], parts: Sequence[Printed]) -> str:
    """An index as it stands between brackets."""
    shown = [slice_text(i) if isinstance(i, slice) else part.text for i, part in zip(index, parts, strict=True)]
    return ", ".join(shown) or "()"


def slice_text(part: slice) -> str:
    """A slice as it stands between brackets."""
    ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
    return ":".join(ends) + ("" if part.step is None else f":{part.step}")


def scatter(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(f"{module}.zeros({node.shape}{dtype_text(node.value.dtype, module)})")


def scatter_statement(node: Node, parts: Sequence[Printed], name: str, module: str) -> str:
    """The statement after ``name = np.zeros(...)`` that puts the entries in."""
    index = node.args[1:]
    if all(i is None or i is Ellipsis or isinstance(i, (int, slice)) for i in index):
        return f"{name}[{index_text(index, parts[1:])}] = {parts[0]}"
    spelled = [
        f"slice({i.start}, {i.stop}, {i.step})" if isinstance(i, slice) else part.text
        for i, part in zip(index, parts[1:], strict=True)
    ]
    place = spelled[0] if len(spelled) == 1 else f"({', '.join(spelled)})"
    return f"{module}.add.at({name}, {place}, {parts[0]})"


def dtype_text(dtype: np.dtype[Any], module: str) -> str:
    """``dtype=`` where it is not the default."""
    return "" if dtype == np.float64 else f", dtype={module}.{dtype.name}"


def row_sparse(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    rows, ids = parts
    shape = node.settings["shape"]
    if len(node.args[0].shape) == 2 and len(node.args[1].shape if isinstance(node.args[1], Node) else [0]) == 1:
        return Printed(f"RowSparse({ids}, {rows}, {shape})")
    return Printed(f"RowSparse({ids:atom}.ravel(), {rows:atom}.reshape(-1, {shape[1]}), {shape})")


def concatenate(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    axis = node.settings["axis"] + len(node.shape)
    return Printed(f"{module}.concatenate([{', '.join(texts(parts))}]{f', axis={axis}' if axis else ''})")


def astype(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(f"{parts[0]:atom}.astype({module}.{np.dtype(node.settings['dtype']).name})")


def einsum(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(f'{module}.einsum("{node.settings["subscripts"]}", {", ".join(texts(parts))})')


def texts(parts: Sequence[Printed]) -> list[str]:
    """What is printed of several operands, without parentheses."""
    return [part.text for part in parts]


def literal(value: Any) -> str:
    """A constant as Python text: 2.0 as 2, dtypes by name, no NumPy scalars."""
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return repr(np.dtype(value).name).replace("'", '"')
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and np.isfinite(value):
        return str(int(value)) if value == int(value) and abs(value) < 1e6 else repr(value)
    if isinstance(value, float):
        return f'float("{value}")'
    return repr(value).replace("'", '"') if isinstance(value, str) else repr(value)


def signed(text: str) -> Printed:
    """A number as a part: one with a minus binds as its sign does."""
    return Printed(text, UNARY if text.startswith("-") else ATOM)


# Formulas

# Mathtext sets ⊤ as a relation, with space around it.
TOP = r"^{\!\!\top\!\!}"


def transposed(part: Printed) -> Printed:
    """A formula with a raised ⊤; that of a transpose is the formula itself."""
    if part.binds == POWER and part.text.endswith(TOP):
        return Printed(part.text.removesuffix(TOP))
    return Printed(f"{part:atom}{TOP}", POWER)


def same(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """What leaves the numbers as they are is not written."""
    return parts[0]


def applied(function: str, parts: Sequence[Printed]) -> Printed:
    """A function before its arguments."""
    return Printed(f"{function}({', '.join(texts(parts))})")


def add_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    second = f"{parts[1]:sum}"
    return Printed(f"{parts[0]:sum} " + (f"- {second[1:]}" if second.startswith("-") else f"+ {second}"), SUM)


def negated(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """A formula with a minus; two of them cancel."""
    (part,) = parts
    if part.text.startswith("-") and part.binds >= PRODUCT:
        return Printed(part.text[1:], PRODUCT)
    return Printed(f"-{part:product}", PRODUCT)


def product(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """Factors side by side, without a factor 1, and a factor that comes twice as a square."""
    left, right = parts
    if left.text == right.text:
        return Printed(f"{left:atom}^2", POWER)
    shown = [f"{part:product}" for part in parts if part.text != "1"]
    return Printed(r"\,".join(shown) or "1", PRODUCT if len(shown) > 1 else min(left.binds, right.binds))


def multiply_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    """A product, with ∘ between arrays."""
    (left, right), (a, b) = parts, node.args
    if a is b:
        return Printed(f"{left:atom}^{{2}}", POWER)
    divisor = reciprocal(b)
    if divisor:
        return Printed(f"{left:product} / {divisor}", PRODUCT)
    if not isinstance(b, Node) and np.size(b) == 1:
        left, right = right, left
    if all(getattr(getattr(x, "value", x), "ndim", 0) > 0 for x in (a, b)):
        return Printed(rf"{left:product} \circ {right:unary}", PRODUCT)
    if left.text == "1":
        return right
    second = f"{right:unary}"
    return Printed(f"{left:product}" + (r" \times " if second[:1].isdigit() else r"\,") + second, PRODUCT)


def matmul_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    a, b = (getattr(x, "value", x) for x in node.args)
    left, right = parts
    if a.ndim > 1:
        return Printed(rf"{left:product}\,{right:unary}", PRODUCT)
    # A row times a matrix is read as the transposed matrix times a column.
    first, second = (left, right) if b.ndim == 1 else (right, left)
    return Printed(f"{transposed(first):power}{second:unary}", PRODUCT)


def outer_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return Printed(rf"{parts[0]:unary}\,{transposed(parts[1]):power}", PRODUCT)


def where_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    a, b, condition = node.args
    bare = parts[2].text.removeprefix(r"\mathbf{1}")
    if not isinstance(a, Node) and np.size(a) == 1 and np.all(np.equal(a, 0.5)):
        # The slope of max and min: a tie shares, which needs saying only where there is one.
        tied = np.any(getattr(condition, "value", condition))
        return Printed(rf"{parts[1]} + \frac{{1}}{{2}}\mathbf{{1}}{bare}", SUM) if tied else parts[1]
    if isinstance(b, (int, float, np.ndarray)) and not np.any(b):
        return Printed(rf"\mathbf{{1}}{bare}\,{parts[0]:unary}", PRODUCT)
    if isinstance(a, (int, float, np.ndarray)) and not np.any(a):
        return Printed(rf"\mathbf{{1}}[\mathrm{{not}}\ {bare.strip('[]')}]\,{parts[1]:unary}", PRODUCT)
    return applied(r"\mathrm{where}", [parts[2], parts[0], parts[1]])


def reshape_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    source = node.args[0]
    if len(node.shape) == 1 and isinstance(source, Node) and sum(n != 1 for n in source.shape) > 1:
        return Printed(rf"\mathrm{{vec}}\,{parts[0]:atom}", PRODUCT)
    return parts[0]


def getitem_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    index = node.args[1:]
    if only_reshapes(index):
        return parts[0]
    shown = [":" if isinstance(i, slice) else part.text for i, part in zip(index, parts[1:], strict=True)]
    return Printed(f"{parts[0]:atom}[{','.join(shown)}]")


def scatter_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    return parts[0] if only_reshapes(node.args[1:]) else applied(r"\mathrm{scatter}", parts[:1])


def only_reshapes(index: Sequence[Any]) -> bool:
    """Whether an index leaves every entry in its place: new axes and whole slices."""
    return not any(isinstance(i, (Node, np.ndarray)) for i in index) and all(
        i is None or i is Ellipsis or i == slice(None) for i in index
    )


def exp_formula(node: Node, parts: Sequence[Printed], module: str) -> Printed:
    inner = parts[0].text
    taken = inner.partition(" - ")[0]
    if inner == rf"{taken} - \mathrm{{lse}}({taken})":
        return applied(r"\mathrm{softmax}", [Printed(taken)])
    return Printed(f"e^{{{inner}}}", POWER)
