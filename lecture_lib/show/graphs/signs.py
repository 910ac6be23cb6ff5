"""What stands inside the circle of an operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.graph.trace import Node
from lecture_lib.show.canvas.letters import formula, shortened
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.graphs.formulas import TOP

INFIX = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "·", "remainder": "mod"}
WORDS = {
    "maximum": "max", "minimum": "min", "sum": "Σ", "sigmoid": "$\\sigma$", "square": "$( )^2$", "sqrt": "$\\sqrt{}$",
    "negative": "−", "absolute": "| |", "norm": "‖ ‖", "getitem": "[ ]", "transpose": "$( )^{\\top}$",
    "logsumexp": "lse", "concatenate": "concat", "astype": "cast", "broadcast_to": "copy", "inv": "$( )^{-1}$",
    "less": "<", "greater": ">", "less_equal": "≤", "greater_equal": "≥", "equal": "=", "not_equal": "≠",
    "leaky_relu": "leaky", "logical_not": "not",
}  # fmt: skip


def sign(node: Node) -> str:
    """The label of an operation, with the constants it takes: ``×``, ``× 3``, ``1 −``, ``max``.

    Args:
        node: not a leaf.

    Returns:
        A text, with formulas between dollar signs.
    """
    assert node.op is not None
    name = node.op.name
    if name == "power":
        exponent = node.args[1]
        shown = "c" if np.size(exponent) != 1 or isinstance(exponent, Node) else short(exponent).replace("−", "-")
        if not isinstance(node.args[0], Node):
            return f"${constant(node.args[0])}^{{( )}}$"
        return f"$( )^{{{shown}}}$"
    if name == "multiply" and node.value.ndim and all(np.ndim(value_of(a)) for a in node.args):
        return "∘"
    if name == "matmul" and node.value.ndim == 0 and all(isinstance(a, Node) and a.name for a in node.args):
        return f"${formula(node.args[0].name)}{TOP}{formula(node.args[1].name)}$"
    if name in INFIX and len(node.args) == 2:
        left, right = ("" if isinstance(a, Node) else constant(a) for a in node.args)
        return " ".join(part for part in (left, INFIX[name], right) if part)
    if name in ("maximum", "minimum"):
        fixed = [constant(a) for a in node.args if not isinstance(a, Node)]
        return f"{WORDS[name]}(·, {fixed[0]})" if fixed else WORDS[name]
    return WORDS.get(name, shortened(name.replace("_", " ").replace("$", ""), 12))


def constant(value: Any) -> str:
    """A constant operand in few characters.

    Args:
        value: a number or an array.

    Returns:
        The number, or ``const`` for anything larger.
    """
    return short(value) if np.size(value) == 1 and np.asarray(value).dtype.kind in "biuf" else "const"


def value_of(arg: Any) -> Any:
    """An argument as an array or constant.

    Args:
        arg: an argument of a node.

    Returns:
        A node's value; anything else as it is.
    """
    return arg.value if isinstance(arg, Node) else arg
