"""The table of operations for the documentation, read off the registry: nothing in it is written twice.

Every rule is run on Tensors named as its operands, and the graph that it leaves behind is printed as LaTeX.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.autograd import rules
from lecture_lib.autograd.families import Elementwise, Implicit, Reduction, family
from lecture_lib.autograd.operation import Array, Operation
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.graph.forms import COMPARE, Printed, applied, signed, written
from lecture_lib.graph.notation import in_latex, notation, registry, sample_of
from lecture_lib.places import forgive_console

LENGTHS = (7, 11)
"""Rules are run with both; a number that changes with the length is printed in n."""


class Row(NamedTuple):
    """One operation: its name, its family and its local derivatives in LaTeX, one an operand."""

    name: str
    family: str
    derivatives: tuple[str, ...]


def table() -> list[Row]:
    """One row for every operation of the registry.

    Example:
        >>> from lecture_lib.graph.table import table
        >>> next(row for row in table() if row.name == "tanh")
        Row(name='tanh', family='elementwise', derivatives=('1 - y^2',))
    """
    rows = []
    with changed(recording=True, tracing=True), np.errstate(all="ignore"):
        for operation in registry():
            short, long = ([latex(part) for part in derivatives(operation, n)] for n in LENGTHS)
            rows.append(Row(operation.name, family(operation), tuple(map(in_length, short, long))))
    return rows


def markdown() -> str:
    """The table as Markdown, for the documentation."""
    lines = ["| operation | family | local derivative |", "|---|---|---|"]
    for row in table():
        shown = ", ".join(f"${latex}$" for latex in row.derivatives)
        lines.append(f"| `{row.name}` | {row.family} | {shown} |")
    return "\n".join(lines) + "\n"


def in_length(short: str, long: str) -> str:
    """One text from those for two lengths: a number that differs, as 7 and 11 do, is n."""
    pairs = zip(re.split(r"(\d+)", short), re.split(r"(\d+)", long), strict=True)
    return "".join(a if a == b else length_text(int(a), int(b)) for a, b in pairs)


def length_text(a: int, b: int) -> str:
    """The line in n through a number for each of the two lengths: n, 2n, n - 1."""
    slope = Fraction(b - a, LENGTHS[1] - LENGTHS[0])
    rest = a - slope * LENGTHS[0]
    return f"{slope if slope != 1 else ''}n" + (f" {'-' if rest < 0 else '+'} {abs(rest)}" if rest else "")


def derivatives(operation: Operation, length: int) -> Iterator[Any]:
    """The local derivative with respect to every operand, as the graph that its rule leaves behind."""
    sample = sample_of(operation)
    if sample is None:  # Nothing that it runs on is known, so its derivative is only named.
        yield Tensor(np.zeros(()), name=rf"{in_latex(operation.name)}^{{\prime}}")
        return
    arrays = sample.operands(length)
    if operation is rules.PROD:
        entries = np.empty(3, object)  # The rule takes its argument apart, so it is shown on single entries.
        for k in range(3):
            entries[k] = variable(f"x_{k + 1}", np.ones(()))
        yield list(operation.weight(None, entries, axis=(-1,)))
        return
    operands = [variable(name, array) for name, array in zip(names(operation), arrays, strict=False)]
    constants = [Tensor(c, name="c") if c.dtype == bool else c for c in sample.constants]
    value = np.asarray(operation.forward(*arrays, *sample.constants, **sample.settings))
    y = variable("y", value)
    if isinstance(operation, Elementwise):
        for slope in operation.slopes:
            yield slope(y, *operands) if callable(slope) else slope
    elif isinstance(operation, Reduction):
        more = {k: v for k, v in sample.settings.items() if k != "keepdims"}
        yield operation.weight(variable("y", value.reshape(1)), operands[0], **more)
    elif isinstance(operation, Implicit):
        for operand, differential in zip(operands, operation.differentials, strict=True):
            yield differential(variable(rf"\mathrm{{d}}{operand.name}", operand.data), y, *operands)
    else:
        for i in range(len(operands)):
            everything = [*operands, *constants]
            yield operation.pull_each([i], variable("G", value), variable("Y", value), everything, sample.settings)[0]


def names(operation: Operation) -> list[str]:
    """What to call the operands: as the rule itself does."""
    if isinstance(operation, Elementwise):
        named = next((slope for slope in operation.slopes if callable(slope)), None)
        return parameters(named)[1:] if named else ["x", "a", "b"][-len(operation.slopes) :]
    if isinstance(operation, Implicit):
        return [name.upper() for name in parameters(operation.differentials[0])[2:]]
    return ["x"] if isinstance(operation, Reduction) else list("ABCDE")


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of a function's parameters."""
    return list(inspect.signature(function).parameters)


def variable(name: str, array: Array) -> Tensor:
    """A leaf that a rule can run on."""
    shown = rf"\mathrm{{{name}}}" if name.isalpha() and len(name) > 1 else name
    return Tensor(array, name=shown)


CONSTANTS = {math.log(2): r"\ln 2", math.log(10): r"\ln 10", 180 / math.pi: r"\frac{180}{\pi}"}
CONSTANTS[math.pi / 180] = r"\frac{\pi}{180}"


def latex(value: Any) -> str:
    """The LaTeX of a number, of the graph that ends in a Tensor, or of several."""
    if isinstance(value, list):
        return ",\\ ".join(map(latex, value))
    return spell(value, ()).text.replace("(", r"\left(").replace(")", r"\right)")


def changes_nothing(value: Tensor) -> bool:
    """Whether a reshape or a transpose leaves its argument as it is."""
    name = value.op.name if value.op else ""
    if name == "transpose":
        return bool(value.settings["axes"] == tuple(range(-value.ndim, 0)))
    return name == "reshape" and value.args[0].shape == value.shape


def spell(value: Any, excluded: tuple[Tensor, ...]) -> Printed:
    """The LaTeX of a value where the ``excluded`` conditions are known not to hold."""
    if not isinstance(value, Tensor):
        return constant(value)
    if value.op is None:
        return Printed(str(value.name))
    name, args = value.op.name, [a for a in value.args if a is not Ellipsis]
    if changes_nothing(value):
        return spell(args[0], excluded)
    if name == "where" and any(args[2] is condition for condition in excluded):
        return spell(args[1], excluded)
    parts = [spell(a, excluded) for a in args]
    if name == "where":
        parts[1] = spell(args[1], (*excluded, args[2]))
    if name == "getitem" and len(args) == 3 and np.array_equal(args[1], args[2]):
        return applied(r"\operatorname{diag}", parts[:1])
    form = notation(value.op).latex or in_latex(name)
    if isinstance(form, str):
        index = rf"_{{{value.settings['subscripts'].replace('->', ' → ')}}}" if name == "einsum" else ""
        return applied(form + index, [part for part, a in zip(parts, args, strict=True) if isinstance(a, Tensor)])
    shown = written(form, value, parts)
    return Printed(f"[{shown}]") if shown.binds == COMPARE else shown


def constant(value: Any) -> Printed:
    """A number as one writes it: whole, a fraction, ln 2; an array that does not depend on the operands as C."""
    if not isinstance(value, (int, float, np.ndarray, np.generic)) or np.ndim(value):
        return Printed(r"\mathbf{C}")
    number = float(value)
    if number in CONSTANTS:
        return Printed(CONSTANTS[number])
    above, below = Fraction(number).limit_denominator(100).as_integer_ratio()
    return signed(str(above) if below == 1 else rf"\frac{{{above}}}{{{below}}}")


if __name__ == "__main__":
    forgive_console()
    print(markdown(), end="")
