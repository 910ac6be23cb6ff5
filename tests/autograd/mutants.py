"""Wrong rules on purpose: perturb one rule in memory, and see whether the property tests notice.

Two sorts. *Perturbations* change what a registered rule returns: the sign, a factor dropped or slightly off, an
upstream gradient ignored, operands mixed up, a matrix transposed. *Edits* change one operator, constant or name in the
source of a rule and put the recompiled code in its place. Each mutant is judged by the cases whose graph uses it.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from gradient_cases import CASES, Case
from gradient_reference import check_first, check_second
from special_points import check_all

from lecture_lib.autograd import families, linalg, linear, nn, products, rules, slopes
from lecture_lib.autograd.families import Bilinear, Elementwise, Implicit, Linear, Reduction
from lecture_lib.autograd.operation import Operation
from lecture_lib.autograd.tensor import UFUNCS

SYMMETRIC = (linalg.CHOLESKY, linalg.EIGENVALUES, linalg.EIGENVECTORS)
"""What these are given is symmetric, and so is its tangent: to transpose it changes nothing."""

OF_NESTED = (linalg.DET,)
"""Their rules are made of an operation whose own rule runs in nested transforms alone."""

MODULES = (rules, nn, linear, products, linalg)


def operations() -> dict[str, Operation]:
    """Every differentiable operation of the registry, by name."""
    found = list(UFUNCS.values())
    for module in MODULES:
        found += [value for value in vars(module).values() if isinstance(value, Operation)]
    return {operation.name: operation for operation in found if operation.differentiable}


@dataclass(frozen=True)
class Mutant:
    """One wrong rule: what was changed, which cases can notice, and how to put it in place.

    ``used`` is an operation or a place in the source; None stands for all cases. ``apply`` returns what undoes it.
    """

    name: str
    used: Any
    apply: Callable[[], Callable[[], None]]

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def in_place(self) -> Iterator[None]:
        restore = self.apply()
        # What was computed with the right code must not answer for the wrong one, nor the other way round.
        linear.inverse_order.cache_clear()
        try:
            yield
        finally:
            restore()
            linear.inverse_order.cache_clear()


def patched(owner: Any, attribute: str, value: Any) -> Callable[[], Callable[[], None]]:
    """Set an attribute; the result sets it back."""

    def put() -> Callable[[], None]:
        before = getattr(owner, attribute)
        setattr(owner, attribute, value)
        return lambda: setattr(owner, attribute, before)

    return put


def replaced(items: tuple[Any, ...], i: int, new: Any) -> tuple[Any, ...]:
    """A tuple with one entry changed."""
    return (*items[:i], new, *items[i + 1 :])


def changed_results(rule: Callable[..., Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The ways in which any rule's result can be wrong."""
    yield "sign", lambda *a, **k: -rule(*a, **k)
    yield "off by a thousandth", lambda *a, **k: rule(*a, **k) * 1.001
    yield "zero", lambda *a, **k: rule(*a, **k) * 0.0


def perturbations() -> Iterator[Mutant]:
    """Mutants of every rule object in the registry."""
    for name, operation in operations().items():
        for label, put in perturbed(operation):
            yield Mutant(f"{name}: {label}", operation, put)


def perturbed(operation: Operation) -> Iterator[tuple[str, Callable[[], Callable[[], None]]]]:
    """What can be wrong with one operation, by family."""
    if isinstance(operation, Elementwise):
        for i, slope in enumerate(operation.slopes):
            if callable(slope):
                for label, wrong in changed_results(slope):
                    yield f"slope {i}, {label}", patched(operation, "slopes", replaced(operation.slopes, i, wrong))
                yield f"slope {i} dropped", patched(operation, "slopes", replaced(operation.slopes, i, 1))
            else:
                yield f"slope {i}, sign", patched(operation, "slopes", replaced(operation.slopes, i, -slope))
        if len(operation.slopes) > 1 and not all(slope == 1 for slope in operation.slopes):
            yield "slopes reversed", patched(operation, "slopes", operation.slopes[::-1])
    elif isinstance(operation, Linear):
        for label, wrong in changed_results(operation.transpose):
            yield f"transpose, {label}", patched(operation, "transpose", wrong)
        for label, wrong in changed_results(operation.run):
            yield f"push, {label}", patched(operation, "run", wrong)
        back = operation.transpose
        yield (
            "transpose ignores the upstream",
            patched(operation, "transpose", lambda lead, i, g, *a, **k: back(lead, i, g * 0 + 1, *a, **k)),
        )
    elif isinstance(operation, Bilinear):
        pulls, pushes = operation.pulls, operation.pushes
        for label, wrong in changed_results(pulls):
            yield f"pull, {label}", patched(operation, "pulls", wrong)
        for label, wrong in changed_results(pushes):
            yield f"push, {label}", patched(operation, "pushes", wrong)
        yield (
            "pull ignores the upstream",
            patched(operation, "pulls", lambda lead, i, g, *a, **k: pulls(lead, i, g * 0 + 1, *a, **k)),
        )
        yield "pull, wrong operand held", patched(operation, "pulls", held_wrong(pulls))
        yield "push, wrong operand held", patched(operation, "pushes", held_wrong(pushes))
    elif isinstance(operation, Reduction):
        weight = operation.weight
        for label, wrong in changed_results(weight):
            yield f"weight, {label}", patched(operation, "weight", wrong)
        yield "weight dropped", patched(operation, "weight", lambda y, x, *a, **k: np.ones(x.shape, x.dtype))
        yield "weight reversed", patched(operation, "weight", lambda *a, **k: np.flip(weight(*a, **k), -1))
    elif isinstance(operation, Implicit):
        for i, differential in enumerate(operation.differentials):
            for label, wrong in changed_results(differential):
                yield (
                    f"differential {i}, {label}",
                    patched(operation, "differentials", replaced(operation.differentials, i, wrong)),
                )
            if operation in SYMMETRIC:
                continue
            yield (
                f"differential {i}, transposed",
                patched(
                    operation,
                    "differentials",
                    replaced(operation.differentials, i, lambda v, *a, d=differential: d(v.swapaxes(-1, -2), *a)),
                ),
            )


def held_wrong(rule: Callable[..., Any]) -> Callable[..., Any]:
    """The rule with its operands shifted by a little: what the other operand would give after one step."""

    def wrong(lead: Any, i: int, g: Any, y: Any, operands: Any, **settings: Any) -> Any:
        return rule(lead, i, g, y, [x if k == i else np.flip(x, -1) for k, x in enumerate(operands)], **settings)

    return wrong


def shared() -> Iterator[Mutant]:
    """Mutants of what all families use: the one place that undoes broadcasting, and the alignment under lead axes."""
    undo = families.unbroadcast

    def first_instead_of_sum(g: Any, shape: Any, lead: Any = ()) -> Any:
        if g.shape == lead + shape:
            return g
        whole = undo(g, shape, lead)
        return whole * (whole.size / g.size)

    for module in (families, products, linear):
        if hasattr(module, "unbroadcast"):
            name = module.__name__.rpartition(".")[2]
            yield Mutant(f"{name}: mean instead of sum", None, patched(module, "unbroadcast", first_instead_of_sum))
            yield Mutant(f"{name}: reduction missing", None, patched(module, "unbroadcast", lambda g, s, lead=(): g))
        if hasattr(module, "align"):
            yield Mutant(f"{name}: no alignment", None, patched(module, "align", lambda v, ndim, lead: v))


SOURCES = (rules, slopes, nn, families, linear, products, linalg)
SWAPS: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult,
}  # fmt: skip
OTHER_FUNCTION = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "exp": "exp2", "exp2": "exp",
                  "sqrt": "square", "sign": "positive", "trunc": "ceil", "floor_divide": "remainder"}  # fmt: skip


def edits(share: int = 0, shares: int = 1) -> Iterator[Mutant]:
    """Every edit of one operator, constant, sign, operand or function name in the source of the rules.

    Args:
        share: which part of them to make.
        shares: how many parts there are.
    """
    turn = count()
    for module in SOURCES:
        live = live_functions(module)
        path = str(module.__file__)
        source = Path(path).read_text(encoding="utf-8")
        tree, lines = ast.parse(source), source.splitlines()
        original = compile(tree, path, "exec")
        for node, parameters in sites(tree):
            for label, attribute, new in changes(node, parameters):
                if next(turn) % shares != share:
                    continue
                before = getattr(node, attribute)
                setattr(node, attribute, new)
                edited = compile(ast.fix_missing_locations(tree), path, "exec")
                setattr(node, attribute, before)
                for old_code, new_code in differing(original, edited):
                    for function in live.get(place(old_code), []):
                        line = lines[node.lineno - 1].strip()
                        name = f"{Path(path).stem}.{old_code.co_qualname}, {label} in: {line}"
                        yield Mutant(name, place(old_code), patched(function, "__code__", new_code))


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, list[str]]]:
    """Every node inside a function or lambda that is no forward kernel, with that function's parameters."""

    def inside(node: ast.AST, parameters: list[str] | None) -> Iterator[tuple[ast.AST, list[str]]]:
        for field, child in ast.iter_fields(node):
            for part in child if isinstance(child, list) else [child]:
                if not isinstance(part, ast.AST) or field in ("annotation", "returns", "decorator_list"):
                    continue
                known = parameters
                if isinstance(part, (ast.FunctionDef, ast.Lambda)):
                    if getattr(part, "name", "").endswith(("_forward", "_kernel", "__init__")):
                        continue
                    known = [a.arg for a in part.args.args]
                elif parameters is not None:
                    yield part, parameters
                yield from inside(part, known)

    yield from inside(tree, None)


def changes(node: ast.AST, parameters: list[str]) -> Iterator[tuple[str, str, Any]]:
    """The edits of one node: wording, attribute, new value."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield f"{type(node.op).__name__} → {SWAPS[type(node.op)].__name__}", "op", SWAPS[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        new = SWAPS[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} → {new.__name__}", "ops", [new()]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus dropped", "op", ast.UAdd()
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} → {node.value + 1}", "value", node.value + 1
    elif isinstance(node, ast.Attribute) and node.attr in OTHER_FUNCTION:
        yield f"{node.attr} → {OTHER_FUNCTION[node.attr]}", "attr", OTHER_FUNCTION[node.attr]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in ("y", "x", "a", "b"):
        for other in ("y", "x", "a", "b"):
            if other != node.id and other in parameters:
                yield f"{node.id} → {other}", "id", other


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The innermost functions whose code differs."""
    nested = [
        pair
        for pair in zip(old.co_consts, new.co_consts, strict=False)
        if isinstance(pair[0], CodeType) and isinstance(pair[1], CodeType) and pair[0] != pair[1]
    ]
    if not nested:
        yield old, new
    for one, two in nested:
        yield from differing(one, two)


def place(code: CodeType) -> tuple[Any, ...]:
    """Where a function stands in the source."""
    columns = [start for line, _, start, _ in code.co_positions() if line is not None and start is not None]
    return code.co_filename, code.co_qualname, code.co_firstlineno, max(columns, default=0)


def live_functions(module: ModuleType) -> dict[tuple[Any, ...], list[FunctionType]]:
    """Every function and lambda of a module that is alive, by its place."""
    found: dict[tuple[Any, ...], list[FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == module.__file__:
            found[place(thing.__code__)].append(thing)
    return found


EQUIVALENT = [
    ("rules.<lambda>", ("a → y", "winner("), "y is the larger (smaller) of the two: y > b exactly where a > b"),
    ("rules.<lambda>", ("b → y", "winner("), "y is the larger (smaller) of the two: y > a exactly where b > a"),
    ("slopes.inverse", ("1.0 → 2.0",), "the number under the fraction bar where the quotient is not taken"),
    ("slopes.<lambda>", ("x → y in: SIGN",), "the sign is 0 exactly where its argument is"),
    ("slopes.over_forward", ("1.0 → 2.0",), "the number under the fraction bar where the quotient is not taken"),
    ("slopes.power_slope", ("b → a in: if isinstance",), "the branch for plain exponents only saves time"),
    ("slopes.power_slope", ("a → b in: return b * a ** (b - 1) if b else 0 * a",), "0 times any number"),
    ("slopes.power_slope", ("1.0 → 2.0",), "0 to any positive power is 0"),
    ("slopes._others_in_row", ("Sub → Add in: for _",), "a fold more than needed multiplies by 1"),
    ("slopes._others_in_row", ("0 → 1 in: for _",), "a fold more than needed multiplies by 1"),
    ("nn.<lambda>", ("x → y", "RELU"), "y > 0 exactly where x > 0"),
    ("nn.<lambda>", ("x → y", "HARD_TANH"), "y is strictly between the bounds exactly where x is"),
    ("linear.inverse_order", ("0 → 1",), "every entry of the list is overwritten"),
    ("products.matmul_pull", ("b → y in: if a.ndim == 2",), "a matrix times a vector is a vector"),
    ("products.matmul_pull", ("a → y in: if a.ndim == 1",), "a vector times a matrix is a vector"),
    ("products.matmul_push", ("in: if i == 1 and a.ndim == 2",), "a shortcut: the general road gives the same"),
    ("products.matmul_pull", ("a → y in: if a.ndim == 2",), "beside a matrix b, y has as many axes as a"),
    ("products.matmul_pull", ("→ y in: return laid_out",), "it decides the order in memory alone"),
    ("products.product", ("in: if type(a)",), "a shortcut: the operation computes the same"),
    ("linalg.adjugate", ("Mult → Div in: sign",), "both are 1 or -1"),
    ("linalg.adjugate_differential", ("1 → 2 in: n = a.shape",), "the matrix is square"),
    ("linalg.adjugate_differential", ("a → y in: n = a.shape",), "the adjugate has its matrix's shape"),
    ("linalg.adjugate_differential", ("y → a in: return turned",), "both have the same dtype"),
    ("linalg.adjugate_differential", ("a → y in: minors",), "the minors of a matrix of one number are empty"),
    ("linalg.adjugate_differential", ("Mult → Div in: return turned",), "the signs are 1 or -1"),
    ("linalg.singular_vectors_differential", ("a → y in: if a.shape[-2] > ",), "unless a is tall, what is added is 0"),
    ("linalg.cholesky_differential", ("1 → 2 in: half",), "the matrix is square"),
    ("linalg.cholesky_differential", ("a → y in: half",), "the factor has its matrix's shape and dtype"),
    ("linalg.cholesky_differential", ("y → a in: half",), "the factor has its matrix's shape and dtype"),
    ("linear.spread", ("in: if type(g)",), "a shortcut: both branches hold the same numbers"),
]
"""Edits that change nothing: the function, words in the edit's name, and why no test can notice."""


def explanation(mutant: Mutant) -> str | None:
    """Why a mutant is no fault, if that is known."""
    for function, words, why in EQUIVALENT:
        if mutant.name.startswith(function) and all(word in mutant.name for word in words):
            return why
    return None


def uses() -> dict[Any, list[Case]]:
    """For every operation and every function of the rules the cases that run it, the quick ones first."""
    files = {module.__file__ for module in SOURCES}
    found: dict[Any, list[Case]] = defaultdict(list)
    pulled: set[Any] = set()

    def watch(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            pulled.add(place(frame.f_code))
            if isinstance(frame.f_locals.get("self"), Operation):
                pulled.add(frame.f_locals["self"])

    for case in sorted(CASES, key=lambda c: sum(a.size for a in c.args)):
        pulled.clear()
        sys.setprofile(watch)
        try:
            check_first(case.f, case.args)
            if case.second and any(operation in pulled for operation in OF_NESTED):
                check_second(case.f, case.args)
        finally:
            sys.setprofile(None)
        for key in pulled:
            found[key].append(case)
        found[None].append(case)
    found[linear.ALIAS] = [case for case in found[None] if case.second][:20]  # Nested transforms alone link aliases.
    return found


def survives(mutant: Mutant, cases: list[Case]) -> bool:
    """Whether no case notices."""
    with mutant.in_place(), np.errstate(all="ignore"):
        for check in (check_first, check_second):
            for case in cases:
                if check is check_second and not case.second:
                    continue
                try:
                    check(case.f, case.args)
                except Exception:
                    return False
        try:
            check_all()
        except Exception:
            return False
    return True


def main() -> None:
    """Judge every mutant and print the kill rate, with every survivor."""
    used = uses()
    for make in (perturbations, shared, edits):
        mutants = list(make())
        alive = [mutant for mutant in mutants if survives(mutant, used[mutant.used])]
        unexplained = [mutant for mutant in alive if not explanation(mutant)]
        real = len(mutants) - len(alive) + len(unexplained)
        print(f"{make.__name__}: {len(mutants)} mutants, {len(alive) - len(unexplained)} change nothing, "
              f"{real - len(unexplained)} of the other {real} killed")  # fmt: skip
        for mutant in alive:
            print(
                f"  {'changes nothing' if explanation(mutant) else 'SURVIVES'}: {mutant}: {explanation(mutant) or ''}"
            )


if __name__ == "__main__":
    main()
