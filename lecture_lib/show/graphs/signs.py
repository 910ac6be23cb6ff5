"""What stands inside the circle of an operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.graph.forms import TOP
from lecture_lib.graph.notation import notation
from lecture_lib.graph.trace import Node, values
from lecture_lib.show.canvas.letters import formula, shortened
from lecture_lib.show.canvas.numbers import short


def sign(node: Node) -> str:
    """The label of an operation, with the constants it takes: ``×``, ``× 3``, ``1 −``, ``max``; formulas in dollars."""
    assert node.op is not None
    name, record = node.op.name, notation(node.op)
    if name == "power":
        exponent = node.args[1]
        shown = "c" if np.size(exponent) != 1 or isinstance(exponent, Node) else short(exponent).replace("−", "-")
        if not isinstance(node.args[0], Node):
            return f"${constant(node.args[0])}^{{( )}}$"
        return f"$( )^{{{shown}}}$"
    if name == "multiply" and node.value.ndim and all(map(np.ndim, values(node.args))):
        return "∘"
    if name == "matmul" and node.value.ndim == 0 and all(isinstance(a, Node) and a.name for a in node.args):
        return f"${formula(node.args[0].name)}{TOP}{formula(node.args[1].name)}$"
    if record.between:
        left, right = ("" if isinstance(a, Node) else constant(a) for a in node.args)
        return " ".join(part for part in (left, record.sign, right) if part)
    if name in ("maximum", "minimum"):
        fixed = [constant(a) for a in node.args if not isinstance(a, Node)]
        return f"{record.sign}(·, {fixed[0]})" if fixed else record.sign
    return record.sign or shortened(name.replace("_", " ").replace("$", ""), 12)


def constant(value: Any) -> str:
    """A constant operand in few characters: the number, or ``const`` for anything larger."""
    return short(value) if np.size(value) == 1 and np.asarray(value).dtype.kind in "biuf" else "const"
