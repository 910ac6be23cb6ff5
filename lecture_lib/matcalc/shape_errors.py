"""Say which shapes do not fit, where, and what the nearest fix is."""

from __future__ import annotations

from collections.abc import Callable

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.expr import CHECKS, Expr
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.sizes import ONE, show_shape

SIGNS = {"matmul": "@", "mul": "∘", "add": "+", "div": "/", "power": "**"}
WORDS = {"maximum": "max", "minimum": "min"}


def describe(e: Expr) -> str:
    """An expression with its shape in words: ``W is n×m``."""
    return f"{e} is {show_shape(e.shape)}"


def misfit(op: str, a: Expr, b: Expr, why: str) -> ShapeError:
    """The error for two operands that do not fit: the place marked, both shapes, the nearest fix if there is one."""
    shown = _sketch(op, a, b)
    lines = [
        f"{shown} does not fit: {_shape_story(a)} and {_shape_story(b)}; {why}",
        f"    {shown}",
        "    " + "^" * len(shown),
    ]
    fix = nearest_fix(op, a, b)
    return ShapeError("\n".join([*lines, f"did you mean {fix}?"] if fix else lines))


def wants(op: str, e: Expr, what: str) -> ShapeError:
    """The error for one operand of the wrong shape."""
    return ShapeError(f"{op}({e}) needs {what}, but {describe(e)}")


def _shape_story(e: Expr) -> str:
    """The shape of an operand; of a transpose also the shape it comes from."""
    return f"{describe(e.args[0])}, {describe(e)}" if e.op == "T" and e.args[0].op != "T" else describe(e)


def _sketch(op: str, a: Expr, b: Expr) -> str:
    left, right = text(a), text(b)
    if op in WORDS:
        return f"{WORDS[op]}({left}, {right})"
    left = f"({left})" if a.op == "sum" and op != "add" else left
    right = f"({right})" if b.op == "sum" and op != "add" else right
    return f"{left} {SIGNS[op]} {right}"


def nearest_fix(op: str, a: Expr, b: Expr) -> str | None:
    """The smallest change that makes two operands fit, written out, or None.

    Tried in this order: transpose the second, transpose the first, swap them, the entry-by-entry product for the matrix
    product and the other way round, and a product with a column of ones for a bias in a batch.
    """
    tries = [(op, a, b.T), (op, a.T, b)]
    if op == "matmul":
        tries = [(op, a.T, b), (op, a, b.T), (op, b, a), ("mul", a, b)]
    elif op == "mul":
        tries += [("matmul", a, b), ("matmul", b, a)]
    for name, left, right in tries:
        if left.shape[1] == right.shape[0] if name == "matmul" else left.shape == right.shape:
            return _sketch(name, _tidy(left), _tidy(right))
    if op == "add":
        return _ones_fix(a, b) or _ones_fix(b, a)
    if op == "matmul" and (a.is_scalar or b.is_scalar):
        return f"{a} * {b}"
    return None


def _tidy(e: Expr) -> Expr:
    return e.args[0].args[0] if e.op == "T" and e.args[0].op == "T" else e


def _ones_fix(a: Expr, b: Expr) -> str | None:
    """A number or a bias that should be repeated down the rows or along the columns of a."""
    if b.is_scalar:
        size = f'"{a.shape[0]}"' if a.shape[1] == ONE else f'"{a.shape[0]}", "{a.shape[1]}"'
        return f"{a} + {b} * ones({size})"
    if b.shape == (a.shape[1], ONE):
        return f'{a} + ones("{a.shape[0]}") @ {b}ᵀ'
    if b.shape == (a.shape[0], ONE):
        return f'{a} + {b} @ ones("{a.shape[1]}")ᵀ'
    return None


def _equal_shapes(op: str, why: str) -> Callable[[Expr, Expr], None]:
    def check(a: Expr, b: Expr) -> None:
        if a.shape != b.shape:
            raise misfit(op, a, b, why)

    return check


def _check_matmul(a: Expr, b: Expr) -> None:
    if a.shape[1] != b.shape[0]:
        raise misfit("matmul", a, b, f"the inner sizes {a.shape[1]} and {b.shape[0]} differ")


def _check_power(a: Expr, b: Expr) -> None:
    if not b.is_scalar and a.shape != b.shape:
        raise misfit("power", a, b, "** goes entry by entry and needs equal shapes, or a single number on top")
    if b.op != "number" and a.shape != b.shape:
        raise misfit("power", a, b, "an exponent that is not a plain number needs the shape of its base")


CHECKS.update(
    matmul=_check_matmul,
    mul=_equal_shapes("mul", "∘ needs equal shapes"),
    add=_equal_shapes("add", "a sum needs equal shapes"),
    div=_equal_shapes("div", "/ goes entry by entry and needs equal shapes, or a single number below"),
    power=_check_power,
)
