"""The table of operations for the documentation, read off the registry: nothing in it is written twice.

Every rule is run on Tensors named as its operands, and the graph that it leaves behind is printed as LaTeX.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.autograd import linalg, linear, nn, products, rules
from lecture_lib.autograd.families import Elementwise, Implicit, Reduction
from lecture_lib.autograd.operation import Operation
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import UFUNCS, Tensor
from lecture_lib.places import forgive_console

LENGTH = 7
"""The number of entries of the samples; in a fraction it is printed as n."""


class Row(NamedTuple):
    """One operation: its name, its family and its local derivatives in LaTeX, one an operand."""

    name: str
    family: str
    derivatives: tuple[str, ...]


def registry() -> list[Operation]:
    """Every operation with a derivative, in the order of the rules."""
    found = list(UFUNCS.values())
    for module in (rules, nn, linear, products, linalg):
        found += [value for value in vars(module).values() if isinstance(value, Operation)]
    return list({operation.name: operation for operation in found if operation.differentiable}.values())


def table() -> list[Row]:
    """One row for every operation of the registry.

    Example:
        >>> from lecture_lib.graph.table import table
        >>> next(row for row in table() if row.name == "tanh")
        Row(name='tanh', family='elementwise', derivatives=('1 - y^2',))
    """
    with changed(recording=True, tracing=True), np.errstate(all="ignore"):
        return [Row(op.name, type(op).__mro__[-3].__name__.lower(), tuple(derivatives(op))) for op in registry()]


def markdown() -> str:
    """The table as Markdown, for the documentation."""
    lines = ["| operation | family | local derivative |", "|---|---|---|"]
    for row in table():
        shown = ", ".join(f"${latex}$" for latex in row.derivatives)
        lines.append(f"| `{row.name}` | {row.family} | {shown} |")
    return "\n".join(lines) + "\n"


def derivatives(operation: Operation) -> Iterator[str]:
    """The local derivative with respect to every operand, in LaTeX."""
    if isinstance(operation, Elementwise):
        yield from slopes(operation)
    elif operation is rules.PROD:
        entries = np.empty(3, object)  # The rule takes its argument apart, so it is shown on single entries.
        for k in range(3):
            entries[k] = variable(f"x_{k + 1}", ())
        yield ",\\ ".join(latex(part) for part in operation.weight(None, entries, axis=(-1,)))
    elif isinstance(operation, Reduction):
        settings = {"ddof": 0} if operation.name in ("var", "std") else {}
        yield latex(operation.weight(variable("y", (1,)), variable("x", (LENGTH,)), axis=(-1,), **settings))
    elif isinstance(operation, Implicit):
        names = [name.upper() for name in parameters(operation.differentials[0])[2:]]
        operands = [variable(name, (2, 2)) for name in names]
        result = (4, 2) if operation is linalg.SINGULAR_VECTORS else (2, 2)  # U above V
        for name, differential in zip(names, operation.differentials, strict=True):
            yield latex(differential(variable(rf"\mathrm{{d}}{name}", (2, 2)), variable("y", result), *operands))
    else:
        shapes, settings, constants = SAMPLES[operation.name]
        operands = [variable(name, shape) for name, shape in zip("ABC", shapes, strict=False)]
        everything = [*operands, *constants]
        y = operation.forward(*(a.data if isinstance(a, Tensor) else a for a in everything), **settings)
        for i in range(len(operands)):
            yield latex(
                operation.pull_each([i], variable("G", y.shape), variable("Y", y.shape), everything, settings)[0]
            )


def slopes(operation: Elementwise) -> Iterator[str]:
    """The slopes of an elementwise operation: y is the result, the other names are the operands."""
    named = next((slope for slope in operation.slopes if callable(slope)), None)
    names = parameters(named)[1:] if named else ["x", "a", "b"][-len(operation.slopes) :]
    operands = [variable(name, (LENGTH,)) for name in names]
    for slope in operation.slopes:
        yield latex(slope(variable("y", (LENGTH,)), *operands)) if callable(slope) else str(slope)


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of a function's positional parameters."""
    code = function.__code__
    return list(code.co_varnames[: code.co_argcount])


def variable(name: str, shape: tuple[int, ...]) -> Tensor:
    """A leaf that a rule can run on; its numbers do not matter, its name does."""
    shown = rf"\mathrm{{{name}}}" if name.isalpha() and len(name) > 1 else name
    return Tensor(np.linspace(0.2, 0.8, math.prod(shape)).reshape(shape), name=shown)


SAMPLES: dict[str, tuple[Sequence[tuple[int, ...]], dict[str, Any], Sequence[Any]]] = {
    "sum": ([(3,)], {"axis": (-1,), "keepdims": False}, []),
    "mean": ([(LENGTH,)], {"axis": (-1,), "keepdims": False}, []),
    "broadcast_to": ([(3,)], {"shape": (2, 3)}, []),
    "reshape": ([(2, 3)], {"shape": (3, 2)}, []),
    "transpose": ([(2, 3)], {"axes": (-1, -2)}, []),
    "getitem": ([(3,)], {}, [np.array([0, 2])]),
    "scatter_add": ([(2,)], {"shape": (3,)}, [np.array([0, 2])]),
    "concatenate": ([(2,), (3,)], {"axis": -1}, []),
    "cumsum": ([(3,)], {"axis": -1}, []),
    "astype": ([(3,)], {"dtype": np.dtype("float32")}, []),
    "copy": ([(3,)], {}, []),
    "alias": ([(3,)], {}, []),
    "where": ([(3,), (3,)], {}, [Tensor([True, False, True], name="c")]),
    "matmul": ([(2, 3), (3, 4)], {}, []),
    "outer": ([(2,), (3,)], {}, []),
    "einsum": ([(2, 3), (3, 4)], {"subscripts": "ij,jk->ik"}, []),
}
"""Operands, settings and constant arguments on which linear and bilinear rules are shown."""

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly an expression binds."""

CONSTANTS = {math.log(2): r"\ln 2", math.log(10): r"\ln 10", 180 / math.pi: r"\frac{180}{\pi}"}
CONSTANTS[math.pi / 180] = r"\frac{\pi}{180}"
RELATIONS = {"equal": "=", "greater": ">", "less": "<", "greater_equal": r"\geq", "less_equal": r"\leq"}
JOINED = {"bitwise_and": r"\wedge", "bitwise_or": r"\vee", "logical_and": r"\wedge", "logical_or": r"\vee"}
FUNCTIONS = {name: rf"\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan")} | {
    "log": r"\ln", "sign": r"\operatorname{sgn}", "sigmoid": r"\sigma", "isnan": r"\operatorname{isnan}",
}  # fmt: skip


def latex(value: Any) -> str:
    """The LaTeX of a number, or of the graph that ends in a Tensor."""
    return spell(value, ())[0]


def changes_nothing(value: Tensor) -> bool:
    """Whether a reshape or a transpose leaves its argument as it is."""
    name = value.op.name if value.op else ""
    if name == "transpose":
        return value.settings["axes"] == tuple(range(-value.ndim, 0))
    return name == "reshape" and value.args[0].shape == value.shape


def spell(value: Any, excluded: tuple[Tensor, ...]) -> tuple[str, int]:
    """The LaTeX of a value, and how tightly it binds, where the ``excluded`` conditions are known not to hold."""
    if not isinstance(value, Tensor):
        return constant(value), ATOM
    if value.op is None:
        return str(value.name), ATOM
    name, args = value.op.name, [a for a in value.args if a is not Ellipsis]
    if changes_nothing(value):
        return spell(args[0], excluded)
    if name == "where" and any(args[2] is condition for condition in excluded):
        return spell(args[1], excluded)

    def inside(k: int, binding: int = SUM, excluded: tuple[Tensor, ...] = excluded) -> str:
        text, own = spell(args[k], excluded)
        return text if own >= binding else rf"\left({text}\right)"

    if name in ("add", "subtract"):
        return f"{inside(0)} {'+' if name == 'add' else '-'} {inside(1, SUM if name == 'add' else PRODUCT)}", SUM
    if name in ("multiply", "matmul"):
        return product([inside(0, PRODUCT), inside(1, PRODUCT)]), PRODUCT
    if name == "divide":
        return rf"\frac{{{inside(0)}}}{{{inside(1)}}}", ATOM
    if name == "over":
        fraction = rf"\frac{{{inside(0)}}}{{{inside(1)}}}"
        return rf"\begin{{cases}} 0 & [{inside(1)} = 0] \\ {fraction} & \text{{else}} \end{{cases}}", ATOM
    if name == "negative":
        return f"-{inside(0, PRODUCT)}", SUM
    if name == "power":
        return f"{inside(0, ATOM)}^{{{inside(1)}}}", POWER
    if name in ("exp", "exp2"):
        return f"{'e' if name == 'exp' else '2'}^{{{inside(0)}}}", POWER
    if name == "sqrt":
        return rf"\sqrt{{{inside(0)}}}", ATOM
    if name == "floor_divide":
        return rf"\left\lfloor \tfrac{{{inside(0)}}}{{{inside(1)}}} \right\rfloor", ATOM
    if name == "inv":
        return f"{inside(0, ATOM)}^{{-1}}", POWER
    if name == "solve":
        return product([f"{inside(0, ATOM)}^{{-1}}", inside(1, PRODUCT)]), PRODUCT
    if name == "transpose":
        return rf"{inside(0, ATOM)}^{{\top}}", POWER
    if name in RELATIONS:
        return f"[{inside(0)} {RELATIONS[name]} {inside(1)}]", ATOM
    if name in JOINED:
        return f"{inside(0, POWER)} {JOINED[name]} {inside(1, POWER)}", SUM
    if name == "where":
        otherwise = inside(1, excluded=(*excluded, args[2]))
        return rf"\begin{{cases}} {inside(0)} & {inside(2)} \\ {otherwise} & \text{{else}} \end{{cases}}", ATOM
    if name == "getitem" and len(args) == 3 and np.array_equal(args[1], args[2]):
        return rf"\operatorname{{diag}}\left({inside(0)}\right)", ATOM
    if name in ("sum", "prod"):
        return rf"\{name} {inside(0, PRODUCT)}", PRODUCT
    if name in FUNCTIONS:
        return rf"{FUNCTIONS[name]}\left({inside(0)}\right)", ATOM
    return call(name, [inside(k) for k, a in enumerate(args) if isinstance(a, Tensor)], value.settings), ATOM


def product(factors: Sequence[str]) -> str:
    """Factors side by side, without a factor 1, and a factor that comes twice as a square."""
    if len(factors) == 2 and factors[0] == factors[1]:
        return f"{factors[0]}^2"
    return r"\,".join(f for f in factors if f != "1") or "1"


def call(name: str, args: Sequence[str], settings: dict[str, Any]) -> str:
    """A function by its name, for what has no sign of its own."""
    index = f"_{{{settings['subscripts'].replace('->', ' → ')}}}" if "subscripts" in settings else ""
    escaped = name.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}{index}\left({', '.join(args)}\right)"


def constant(value: Any) -> str:
    """A number as one writes it: whole, a fraction, ln 2; an array that does not depend on the operands as C."""
    if np.ndim(value):
        return r"\mathbf{C}"
    number = float(value)
    if number in CONSTANTS:
        return CONSTANTS[number]
    fraction = Fraction(number).limit_denominator(100)
    above, below = (("n" if part == LENGTH else str(part)) for part in fraction.as_integer_ratio())
    return above if below == "1" else rf"\frac{{{above}}}{{{below}}}"


if __name__ == "__main__":
    forgive_console()
    print(markdown(), end="")
