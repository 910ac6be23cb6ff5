"""Each operation's line of NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Opaque
from lecture_lib.graph.trace import Node

ATOM, UNARY = 9, 6
INFIX = {
    "add": ("+", 4), "subtract": ("-", 4), "multiply": ("*", 5), "divide": ("/", 5), "matmul": ("@", 5),
    "power": ("**", 7), "less": ("<", 1), "less_equal": ("<=", 1), "greater": (">", 1), "greater_equal": (">=", 1),
    "equal": ("==", 1), "not_equal": ("!=", 1), "bitwise_and": ("&", 3), "bitwise_or": ("|", 2),
    "remainder": ("%", 5), "floor_divide": ("//", 5),
}  # fmt: skip
OWN = ("sigmoid", "relu", "leaky_relu", "hard_tanh", "softplus")
"""Operations that are functions of this library, not of NumPy."""
LINALG = {"inv", "det", "solve", "cholesky", "eigvalsh", "svdvals", "pinv", "matrix_rank"}
Part = tuple[str, int]


def line(node: Node, parts: Sequence[Part], module: str) -> Part:
    """The expression that computes a node, with its precedence.

    Args:
        node: whose operation and settings are printed.
        parts: its arguments as text, each with its precedence.
        module: what NumPy is called.
    """
    assert node.op is not None
    name, texts = node.op.name, [text for text, _ in parts]
    if name in INFIX and len(parts) == 2:
        return infix(name, parts, node)
    if name == "negative":
        return f"-{wrapped(parts[0], UNARY)}", UNARY
    if name in METHODS:
        return METHODS[name](node, parts, module), ATOM
    settings = [f"{key}={literal(value)}" for key, value in node.settings.items()]
    if name in OWN:
        return f"{name}({', '.join(texts)})", ATOM
    prefix = f"{module}.linalg" if name in LINALG else module
    if isinstance(node.op, Opaque) or hasattr(np, name) or name in LINALG:
        return f"{prefix}.{name}({', '.join([*texts, *settings])})", ATOM
    return f"{name}({', '.join([*texts, *settings])})", ATOM


def infix(name: str, parts: Sequence[Part], node: Node) -> Part:
    """An operator between its operands; parentheses keep the order in which a program would compute."""
    sign, strength = INFIX[name]
    (left, right) = parts
    if name == "multiply":
        divisor = reciprocal(node.args[1])
        if divisor:
            return f"{wrapped(left, 5)} / {divisor}", 5
        if isinstance(node.args[1], (int, float)) and isinstance(node.args[0], Node):
            left, right = right, left
    low = strength + 1 if name == "power" or strength == 1 else strength
    return f"{wrapped(left, low)} {sign} {wrapped(right, strength + 1)}", strength


def reciprocal(factor: Any) -> str | None:
    """``n`` if the factor is 1/n for an integer n above 1."""
    if not isinstance(factor, float) or not 0 < factor < 1:
        return None
    n = round(1 / factor)
    return str(n) if 1 / n == factor else None


def wrapped(part: Part, strength: int) -> str:
    """An operand, in parentheses if its own operator binds less than ``strength``."""
    text, own = part
    return text if own >= strength else f"({text})"


def receiver(part: Part) -> str:
    """An operand in front of a dot or a bracket."""
    return wrapped(part, ATOM)


def axis_text(node: Node, ndim: int) -> str:
    """``axis=`` and ``keepdims=`` of a reduction, as far as they are not the default."""
    axis = sorted(a + ndim for a in node.settings["axis"])
    shown = "" if len(axis) == ndim else f", axis={axis[0] if len(axis) == 1 else tuple(axis)}"
    more = "".join(f", {k}={v!r}" for k, v in node.settings.items() if k not in ("axis", "keepdims") and v)
    return shown + (", keepdims=True" if node.settings["keepdims"] else "") + more


def reduction(function: str) -> Any:
    def text(node: Node, parts: Sequence[Part], module: str) -> str:
        prefix = "" if function == "logsumexp" else f"{module}."
        return f"{prefix}{function}({parts[0][0]}{axis_text(node, node.args[0].value.ndim)})"

    return text


def reshape(node: Node, parts: Sequence[Part], module: str) -> str:
    shape = node.shape
    if len(shape) == 1:
        return f"{receiver(parts[0])}.ravel()"
    return f"{receiver(parts[0])}.reshape({', '.join(map(str, shape)) if shape else '()'})"


def transpose(node: Node, parts: Sequence[Part], module: str) -> str:
    axes = tuple(a + len(node.shape) for a in node.settings["axes"])
    if axes == tuple(range(len(axes)))[::-1]:
        return f"{receiver(parts[0])}.T"
    return f"{receiver(parts[0])}.transpose{axes}"


def getitem(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{receiver(parts[0])}[{index_text(node.args[1:], parts[1:])}]"


def index_text(index: Sequence[Any], parts: Sequence[Part]) -> str:
    shown = [slice_text(i) if isinstance(i, slice) else text for i, (text, _) in zip(index, parts, strict=True)]
    return ", ".join(shown) or "()"


def slice_text(part: slice) -> str:
    """A slice as it stands between brackets."""
    ends = [("" if end is None else str(end)) for end in (part.start, part.stop)]
    return ":".join(ends) + ("" if part.step is None else f":{part.step}")


def scatter(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{module}.zeros({node.shape}{dtype_text(node.value.dtype, module)})"


def scatter_statement(node: Node, parts: Sequence[Part], name: str, module: str) -> str:
    """The statement after ``name = np.zeros(...)`` that puts the entries in."""
    if all(i is None or i is Ellipsis or isinstance(i, (int, slice)) for i in node.args[1:]):
        return f"{name}[{index_text(node.args[1:], parts[1:])}] = {parts[0][0]}"
    spelled = [
        f"slice({i.start}, {i.stop}, {i.step})" if isinstance(i, slice) else text
        for i, (text, _) in zip(node.args[1:], parts[1:], strict=True)
    ]
    index = spelled[0] if len(spelled) == 1 else f"({', '.join(spelled)})"
    return f"{module}.add.at({name}, {index}, {parts[0][0]})"


def dtype_text(dtype: np.dtype[Any], module: str) -> str:
    """``dtype=`` where it is not the default."""
    return "" if dtype == np.float64 else f", dtype={module}.{dtype.name}"


def one_hot(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"({receiver(parts[0])}[..., None] == {module}.arange({node.settings['classes']}))"


def row_sparse(node: Node, parts: Sequence[Part], module: str) -> str:
    rows, ids = parts
    width = node.settings["shape"][1]
    flat = len(node.args[0].shape) == 2 and len(node.args[1].shape if isinstance(node.args[1], Node) else [0]) == 1
    shown = rows[0] if flat else f"{receiver(rows)}.reshape(-1, {width})"
    which = ids[0] if flat else f"{receiver(ids)}.ravel()"
    return f"RowSparse({which}, {shown}, {node.settings['shape']})"


def concatenate(node: Node, parts: Sequence[Part], module: str) -> str:
    axis = node.settings["axis"] + len(node.shape)
    return f"{module}.concatenate([{', '.join(t for t, _ in parts)}]{f', axis={axis}' if axis else ''})"


def where(node: Node, parts: Sequence[Part], module: str) -> str:
    a, b, condition = (text for text, _ in parts)
    return f"{module}.where({condition}, {a}, {b})"


def astype(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{receiver(parts[0])}.astype({module}.{np.dtype(node.settings['dtype']).name})"


def one_of_several(function: str, place: int) -> Any:
    """One of the results of a function that returns several."""

    def text(node: Node, parts: Sequence[Part], module: str) -> str:
        return f"{module}.linalg.{function}({parts[0][0]})[{place}]"

    return text


def norm(node: Node, parts: Sequence[Part], module: str) -> str:
    square = f"{wrapped(parts[0], 8)} ** 2"
    return f"{module}.sqrt({module}.sum({square}{axis_text(node, node.args[0].value.ndim)}))"


def over(node: Node, parts: Sequence[Part], module: str) -> str:
    zero = f"{wrapped(parts[1], 2)} == 0"
    return f"{module}.where({zero}, 0, {wrapped(parts[0], 5)} / {module}.where({zero}, 1, {parts[1][0]}))"


def broadcast_to(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{module}.broadcast_to({parts[0][0]}, {node.shape})"


def cumsum(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{module}.cumsum({parts[0][0]}, axis={node.settings['axis']})"


def einsum(node: Node, parts: Sequence[Part], module: str) -> str:
    return f"{module}.einsum({node.settings['subscripts']!r}, {', '.join(t for t, _ in parts)})".replace("'", '"')


METHODS = {
    "sum": reduction("sum"), "max": reduction("max"), "min": reduction("min"), "prod": reduction("prod"),
    "var": reduction("var"), "std": reduction("std"), "logsumexp": reduction("logsumexp"), "norm": norm,
    "reshape": reshape, "transpose": transpose, "getitem": getitem, "scatter_add": scatter, "row_sparse": row_sparse,
    "concatenate": concatenate, "where": where, "astype": astype, "logabsdet": one_of_several("slogdet", 1),
    "sign_of_det": one_of_several("slogdet", 0), "eigenvectors": one_of_several("eigh", 1), "cumsum": cumsum,
    "broadcast_to": broadcast_to, "over": over, "einsum": einsum, "one_hot": one_hot,
}  # fmt: skip


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
