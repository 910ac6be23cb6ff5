"""The table of operations and the table of identities, both read off the library."""

from __future__ import annotations

import html
from itertools import groupby

from lecture_lib.course.site.markdown import linked, markdown
from lecture_lib.graph.table import Row, table
from lecture_lib.matcalc import identities

FAMILIES = {
    "elementwise": (
        "Elementwise",
        "Each entry of the result depends on the same entry of the operands, so the Jacobian is diagonal. The table "
        "states the entries of the diagonal, the slopes: $y$ is the result, $x$ the operand, $a$ and $b$ the two "
        "operands where there are two. $[\\;\\cdot\\;]$ is 1 where the condition holds, and 0 elsewhere.",
    ),
    "linear": (
        "Linear",
        "The operation is its own derivative, and its transpose sends a gradient back. The table states that "
        "transpose: what becomes of $G$, the gradient that arrives at the result.",
    ),
    "bilinear": (
        "Bilinear",
        "Linear in each operand while the other is held fixed. For each operand the table states what becomes of $G$, "
        "the gradient that arrives.",
    ),
    "reduction": (
        "Weighted reduction",
        "Many entries become one, and $\\partial y/\\partial x_i$ is a weight. The table states the weights.",
    ),
    "implicit": (
        "Implicit",
        "The result is known by the equation that it solves. The table states how it moves when an operand moves by a "
        "small matrix; the engine transposes this formula.",
    ),
}


def operations() -> str:
    """Every operation of the engine with its local derivatives, family by family."""
    rows = sorted(table(), key=lambda row: list(FAMILIES).index(row.family))
    pieces = []
    for family, found in groupby(rows, key=lambda row: row.family):
        title, words = FAMILIES[family]
        pieces.append(linked(2, family, title) + f"\n{markdown(words)}{_operations(list(found))}")
    return "\n".join(pieces)


def _operations(rows: list[Row]) -> str:
    most = max(len(row.derivatives) for row in rows)
    head = ["operation", *(["local derivative"] if most == 1 else [f"operand {k + 1}" for k in range(most)])]
    body = []
    for row in rows:
        cells = [
            f'<td><span class="math display">{html.escape(tex, quote=False)}</span></td>' for tex in row.derivatives
        ]
        cells += ["<td></td>"] * (most - len(row.derivatives))
        body.append(f'<tr id="{row.name}"><td><code>{row.name}</code></td>{"".join(cells)}</tr>')
    heads = "".join(f"<th>{name}</th>" for name in head)
    return f'<div class="wide full"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def matrix_identities() -> str:
    """The standard identities of matrix calculus, each with the error of its proof."""
    return markdown(identities()._repr_markdown_()).replace('class="wide"', 'class="wide full"')
