"""How every operation is written: one record each, which code, formulas, labels and sentences are printed from.

An operation without a record is written by its name, as a function.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lecture_lib.autograd import linalg, linear, nn, products, rules
from lecture_lib.autograd.custom import Primitive
from lecture_lib.autograd.families import Elementwise, Implicit, Reduction
from lecture_lib.autograd.operation import Array, Operation
from lecture_lib.autograd.tensor import UFUNCS
from lecture_lib.graph import forms
from lecture_lib.graph.forms import (
    AND,
    ATOM,
    COMPARE,
    OR,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Form,
    Printed,
    applied,
    infix,
    literal,
    texts,
    written,
)
from lecture_lib.graph.trace import Node, values

REGISTRIES = (rules, nn, linear, products, linalg)
LENGTH = 7
Shape = tuple[int | None, ...]


class Sample(NamedTuple):
    """What an operation can be shown and tried on.

    Attributes:
        shapes: of the operands; None stands for a length that may be any.
        settings: what it takes besides operands.
        constants: what it takes after the operands: indices, conditions.
        span: between which numbers the operands lie.
    """

    shapes: tuple[Shape, ...]
    settings: dict[str, Any] = {}  # noqa: RUF012 - nobody writes into it
    constants: tuple[Any, ...] = ()
    span: tuple[float, float] = (0.2, 0.8)

    def operands(self, length: int = LENGTH) -> list[Array]:
        """Arrays of these shapes, each with other numbers; square matrices have an inverse."""
        made = []
        for k, shape in enumerate(self.shapes):
            sizes = tuple(length if n is None else n for n in shape)
            numbers = np.roll(np.linspace(*self.span, math.prod(sizes)), k).reshape(sizes)
            made.append(numbers + 2 * np.eye(sizes[0]) if len(sizes) == 2 and len(set(sizes)) == 1 else numbers)
        return made


@dataclass(frozen=True)
class Notation:
    """How one operation is written; what is left out follows from its name.

    Attributes:
        numpy: as NumPy code; a call of the function if left out.
        latex: as a formula, in a template or, if it is a text, by a function's name.
        picture: as a formula within a picture, where that is another one.
        sign: what stands in its circle in a picture.
        between: what stands between its operands in a sentence, of what is written so.
        module: where printed code imports its function from.
        function: what that function is called, if not as the operation.
        sample: operands to show it on, where its family does not tell.
    """

    numpy: Form | None = None
    latex: Form | str = ""
    picture: Form | str = ""
    sign: str = ""
    between: str = ""
    module: str = ""
    function: str = ""
    sample: Sample | None = None


def relation(sign: str, latex: str, shown: str = "") -> Notation:
    return Notation(infix(sign, COMPARE), Printed(f"{{0:sum}} {latex} {{1:sum}}", COMPARE), sign=shown or sign)


def reduced(name: str, **more: Any) -> Notation:
    return Notation(forms.reduction(f"{{np}}.{name}"), **more)


def logical(sign: str, binds: forms.Strength, latex: str) -> Notation:
    return Notation(infix(sign, binds), Printed(rf"{{0:power}} {latex} {{1:power}}", binds))


SAME: dict[str, Any] = {"picture": forms.same, "sample": Sample(((3,),))}
ALONG = Sample(((None,),), {"axis": (-1,), "keepdims": False})
SPREAD = ALONG._replace(settings={**ALONG.settings, "ddof": 0})
OWN = Notation(module="lecture_lib")
RULE = Notation(module="lecture_lib.autograd.linalg")

NOTATION: dict[str, Notation] = {
    "add": Notation(infix("+", SUM), forms.add_formula, sign="+", between="+"),
    "subtract": Notation(infix("-", SUM), Printed("{0:sum} - {1:product}", SUM), sign="−", between="−"),
    "multiply": Notation(forms.multiply, forms.product, forms.multiply_formula, sign="×", between="×"),
    "divide": Notation(
        infix("/", PRODUCT), Printed(r"\frac{{{0}}}{{{1}}}"), Printed("{0:product} / {1:unary}", PRODUCT), sign="÷",
        between="÷",
    ),
    "over": Notation(
        Printed("{np}.where({1:or} == 0, 0, {0:product} / {np}.where({1:or} == 0, 1, {1}))"),
        Printed(r"\begin{{cases}} 0 & [{1} = 0] \\ \frac{{{0}}}{{{1}}} & \text{{else}} \end{{cases}}"),
        Printed("{0:product} / {1:unary}", PRODUCT),
    ),
    "negative": Notation(Printed("-{0:unary}", UNARY), forms.negated, sign="−"),
    "power": Notation(infix("**", POWER), Printed("{0:atom}^{{{1}}}", POWER)),
    "float_power": Notation(latex=Printed("{0:atom}^{{{1}}}", POWER)),
    "square": Notation(latex=Printed("{0:atom}^{{2}}", POWER), sign="$( )^2$"),
    "reciprocal": Notation(latex=Printed("{0:atom}^{{-1}}", POWER)),
    "remainder": Notation(infix("%", PRODUCT), sign="mod", between="mod"),
    "floor_divide": Notation(
        infix("//", PRODUCT), Printed(r"\left\lfloor \tfrac{{{0}}}{{{1}}} \right\rfloor"),
        Printed(r"\lfloor {0:product} / {1:unary} \rfloor"),
    ),
    "positive": Notation(picture=forms.same),
    "absolute": Notation(latex=Printed("|{0}|"), sign="| |"),
    "sqrt": Notation(latex=Printed(r"\sqrt{{{0}}}"), sign="$\\sqrt{\\ }$"),
    "exp": Notation(latex=forms.exp_formula),
    "exp2": Notation(latex=Printed("2^{{{0}}}", POWER)),
    "log": Notation(latex=r"\ln", picture=r"\log"),
    **{name: Notation(latex=rf"\{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan")},
    "arccosh": Notation(sample=Sample(((None,),), span=(1.3, 3))),
    "sign": Notation(latex=r"\operatorname{sgn}", picture=r"\mathrm{sign}"),
    "isnan": Notation(latex=r"\operatorname{isnan}", picture=r"\mathrm{isnan}"),
    "maximum": Notation(latex=r"\max", sign="max"),
    "minimum": Notation(latex=r"\min", sign="min"),
    "less": relation("<", "<"),
    "less_equal": relation("<=", r"\leq", "≤"),
    "greater": relation(">", ">"),
    "greater_equal": relation(">=", r"\geq", "≥"),
    "equal": relation("==", "=", "="),
    "not_equal": relation("!=", r"\neq", "≠"),
    "bitwise_and": logical("&", AND, r"\wedge"),
    "bitwise_or": logical("|", OR, r"\vee"),
    "logical_and": Notation(latex=Printed(r"{0:power} \wedge {1:power}", AND)),
    "logical_or": Notation(latex=Printed(r"{0:power} \vee {1:power}", OR)),
    "logical_not": Notation(sign="not"),
    "sigmoid": Notation(latex=r"\sigma", sign="$\\sigma$", module="lecture_lib"),
    "relu": OWN, "hard_tanh": OWN, "softplus": OWN,
    "leaky_relu": Notation(sign="leaky", module="lecture_lib"),
    "one_hot": Notation(Printed("({0:atom}[..., None] == {np}.arange({classes}))")),
    "round": Notation(module="numpy"),
    "sum": reduced("sum", latex=Printed(r"\sum {0:product}", PRODUCT), sign="Σ", sample=ALONG),
    "mean": reduced("mean", sample=ALONG),
    "max": reduced("max", latex=r"\max"),
    "min": reduced("min", latex=r"\min"),
    "prod": reduced("prod", latex=Printed(r"\prod {0:product}", PRODUCT)),
    "var": reduced("var", sample=SPREAD),
    "std": reduced("std", sample=SPREAD),
    "norm": Notation(forms.norm, latex=Printed(r"\Vert {0}\Vert"), sign="‖ ‖"),
    "logsumexp": Notation(
        forms.reduction("logsumexp"), r"\mathrm{logsumexp}", r"\mathrm{lse}", sign="lse", module="lecture_lib"
    ),
    "broadcast_to": Notation(
        Printed("{np}.broadcast_to({0}, {shape})"), picture=forms.same, sign="copy",
        sample=Sample(((3,),), {"shape": (2, 3)}),
    ),
    "reshape": Notation(forms.reshape, picture=forms.reshape_formula, sample=Sample(((2, 3),), {"shape": (3, 2)})),
    "transpose": Notation(
        forms.transpose, Printed(r"{0:atom}^{{\top}}", POWER), lambda node, parts, module: forms.transposed(parts[0]),
        sign="$( )^{\\top}$", sample=Sample(((2, 3),), {"axes": (-1, -2)}),
    ),
    "getitem": Notation(
        forms.getitem, picture=forms.getitem_formula, sign="[ ]", sample=Sample(((3,),), {}, (np.array([0, 2]),))
    ),
    "scatter_add": Notation(
        forms.scatter, picture=forms.scatter_formula, sample=Sample(((2,),), {"shape": (3,)}, (np.array([0, 2]),))
    ),
    "row_sparse": Notation(
        forms.row_sparse, picture=forms.scatter_formula, module="lecture_lib", function="RowSparse"
    ),
    "concatenate": Notation(forms.concatenate, sign="concat", sample=Sample(((2,), (3,)), {"axis": -1})),
    "cumsum": Notation(Printed("{np}.cumsum({0}, axis={axis})"), sample=Sample(((3,),), {"axis": -1})),
    "astype": Notation(
        forms.astype, picture=forms.same, sign="cast", sample=Sample(((3,),), {"dtype": np.dtype("float32")})
    ),
    "copy": Notation(**SAME),
    "alias": Notation(**SAME),
    "where": Notation(
        Printed("{np}.where({2}, {0}, {1})"),
        Printed(r"\begin{{cases}} {0} & {2} \\ {1} & \text{{else}} \end{{cases}}"),
        forms.where_formula, sample=Sample(((3,), (3,)), {}, (np.array([True, False, True]),)),
    ),
    "matmul": Notation(
        forms.matmul, forms.product, forms.matmul_formula, sign="·", between="@",
        sample=Sample(((2, 3), (3, 4))),
    ),
    "outer": Notation(module="numpy", picture=forms.outer_formula, sample=Sample(((2,), (3,)))),
    "einsum": Notation(forms.einsum, sample=Sample(((2, 3), (3, 4)), {"subscripts": "ij,jk->ik"})),
    "inv": Notation(latex=Printed("{0:atom}^{{-1}}", POWER), sign="$( )^{-1}$"),
    "solve": Notation(latex=Printed(r"{0:atom}^{{-1}}\,{1:product}", PRODUCT)),
    "det": Notation(latex=r"\det"),
    "adjugate": RULE, "singular_vectors": RULE,
    "logabsdet": Notation(Printed("{np}.linalg.slogdet({0})[1]")),
    "sign_of_det": Notation(Printed("{np}.linalg.slogdet({0})[0]")),
    "eigenvectors": Notation(Printed("{np}.linalg.eigh({0})[1]")),
}  # fmt: skip

PLAIN = Notation()
NUMPY = {"numpy": "{np}", "numpy.linalg": "{np}.linalg"}
"""NumPy's modules as they are called in printed code."""
IMPORTED = {record.function or name for name, record in NOTATION.items() if record.module not in ("", *NUMPY)}
"""The functions that printed code may import."""


def registry() -> list[Operation]:
    """Every operation with a derivative, in the order of the rules."""
    found = list(UFUNCS.values())
    for module in REGISTRIES:
        found += [value for value in vars(module).values() if isinstance(value, Operation)]
    return list({operation.name: operation for operation in found if operation.differentiable}.values())


def notation(operation: Operation) -> Notation:
    """How an operation is written: by its record, or by its name."""
    return PLAIN if isinstance(operation, Primitive) else NOTATION.get(operation.name, PLAIN)


def formula_of(node: Node, parts: Sequence[Printed]) -> Printed:
    """The formula of a node within a picture."""
    assert node.op is not None
    record = notation(node.op)
    form = record.picture or record.latex or in_latex(node.op.name)
    if not isinstance(form, str):
        return written(form, node, parts)
    if form == f"\\{node.op.name}" and len(parts) == 1 and parts[0].binds == ATOM:
        return Printed(rf"{form}\,{parts[0]}", PRODUCT)
    return applied(form, parts)


def in_latex(name: str) -> str:
    """The name of an operation as a function's name in a formula."""
    plain = re.sub(r"[^\w .+-]", "", name) or "f"
    return r"\mathrm{" + plain.replace("_", r"\_").replace(" ", r"\ ") + "}"


def numpy_text(node: Node, parts: Sequence[Printed], module: str, function: str = "") -> Printed:
    """The expression that computes a node; ``function`` is what printed code calls its operation."""
    assert node.op is not None
    form = notation(node.op).numpy
    if form is not None:
        return written(form, node, parts, module)
    settings = [f"{key}={literal(value)}" for key, value in node.settings.items()]
    return Printed(f"{function.format(np=module)}({', '.join([*texts(parts), *settings])})")


def home(node: Node) -> str:
    """The module from which printed code can take the function that computes a node; empty if there is none."""
    assert node.op is not None
    operation, record = node.op, notation(node.op)
    if record.module or record.numpy:
        return record.module
    for module in (np, np.linalg):
        if getattr(module, operation.name, None) is operation.forward:
            return module.__name__
    made = getattr(operation, "run", operation.forward)
    where = str(getattr(made, "__module__", ""))
    function = getattr(sys.modules.get(where), operation.name, None)
    return where if where != "__main__" and function is not None and computes(function, node) else ""


def computes(function: Any, node: Node) -> bool:
    """Whether a function that has an operation's name computes what the operation does."""
    try:
        found = function(*values(node.args), **node.settings)
        return bool(np.array_equal(found, node.value, equal_nan=node.value.dtype.kind == "f"))
    except Exception:
        return False  # It is another function, which takes other arguments.


def sample_of(operation: Operation) -> Sample | None:
    """Operands and settings on which an operation runs: those of its record, or of its family."""
    record = notation(operation).sample
    return record or next((sample for sample in candidates(operation) if runs(operation, sample)), None)


def candidates(operation: Operation) -> Iterator[Sample]:
    """Samples that operations of a family run on as a rule."""
    if isinstance(operation, Elementwise):
        yield Sample(((None,),) * len(operation.slopes))
    elif isinstance(operation, Reduction):
        yield from (ALONG, SPREAD)
    elif isinstance(operation, Implicit):
        yield Sample(((2, 2),) * len(operation.differentials))
    else:
        for shape in ((3,), (3, 3)):
            for settings in ({}, {"axis": -1}):
                yield Sample((shape,) * (operation.operands or 2), settings)


def runs(operation: Operation, sample: Sample) -> bool:
    """Whether an operation takes a sample."""
    try:
        operation.forward(*sample.operands(), *sample.constants, **sample.settings)
    except Exception:
        return False  # It takes other operands, or settings of its own.
    return True
