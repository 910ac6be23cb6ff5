"""Small changes of a node of a syntax tree: each yields what may stand in its place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from functools import reduce
from itertools import combinations
from typing import Any

from lecture_lib.exercises.programs import Program


def factors(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Mult, ast.MatMult)):
            yield from (node.left, node.right)
        elif isinstance(node.op, ast.Div):
            yield node.left
            yield ast.BinOp(ast.Constant(1), ast.Div(), node.right)


def terms(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield node.left
        yield node.right
        if isinstance(node.op, ast.Sub):
            yield ast.UnaryOp(ast.USub(), node.right)


OTHER: dict[type, tuple[type, ...]] = {
    ast.Mult: (ast.Div, ast.MatMult),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
}


def operators(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp):
        for kind in OTHER.get(type(node.op), ()):
            yield ast.BinOp(node.left, kind(), node.right)
            if kind is ast.Div:
                yield ast.BinOp(node.right, kind(), node.left)


def signs(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield ast.AugAssign(node.target, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.value)
    if isinstance(node, ast.Call) and len(node.args) == 1 and _called(node) not in ("range", "len", "reversed"):
        yield ast.Call(node.func, [ast.UnaryOp(ast.USub(), node.args[0])], node.keywords)


def sums(node: Any, program: Program) -> Iterator[ast.AST]:
    factors = _chained(node)
    for k in range(1, len(factors)):
        yield ast.BinOp(reduce(_times, factors[:k]), ast.Add(), reduce(_times, factors[k:]))


def _chained(node: Any) -> list[ast.expr]:
    """The factors of a product of several."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_chained(node.left), node.right]
    return [node]


def _times(left: ast.expr, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, ast.Mult(), right)


def products(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield ast.BinOp(node.left, ast.Mult(), node.right)


PAIRS = ("outer", "kron", "dot", "power", "matmul", "subtract", "divide")


def turned(node: Any, program: Program) -> Iterator[ast.AST]:
    order = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv)
    if isinstance(node, ast.BinOp) and isinstance(node.op, order):
        yield ast.BinOp(node.right, node.op, node.left)
    if isinstance(node, ast.Call) and _called(node) in PAIRS and len(node.args) == 2:
        yield ast.Call(node.func, node.args[::-1], node.keywords)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield ast.Tuple(node.elts[::-1], node.ctx)


def transposes(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif _is_value(node) and isinstance(node, (ast.Name, ast.Call)):
        yield ast.Attribute(node, "T", ast.Load())


def powers(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        yield node.left
        if isinstance(node.right, ast.Constant) and node.right.value == 2:
            yield ast.BinOp(ast.Constant(2), ast.Mult(), node.left)
            yield ast.BinOp(node.left, ast.Pow(), ast.Constant(3))


def squares(node: Any, program: Program) -> Iterator[ast.AST]:
    if _is_value(node) and isinstance(node, (ast.Name, ast.Call, ast.Subscript)):
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2))


def functions(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, (ast.Name, ast.Attribute)):
        yield node.args[0]


SAME_KIND = ("tanh", "logistic_", "sigmoid", "logistic", "exp", "log", "sqrt", "relu", "abs", "maximum", "minimum")
SWAPS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "std": "var",
    "var": "std",
    "exp": "log",
    "log": "exp",
    "ceil": "floor",
    "floor": "ceil",
    "cumsum": "sum",
}


def other_functions(node: Any, program: Program) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call):
        return
    name = _called(node)
    if name in SWAPS:
        yield ast.Call(_renamed(node.func, SWAPS[name]), node.args, node.keywords)
    if name == "tanh":
        yield ast.Call(ast.Name("logistic_", ast.Load()), node.args, [])
    if name in ("logistic", "sigmoid", "logistic_"):
        yield ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "tanh", ast.Load()), node.args, [])


def means(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _called(node) in ("sum", "mean"):
        yield ast.Call(_renamed(node.func, "mean" if _called(node) == "sum" else "sum"), node.args, node.keywords)


REDUCE = ("sum", "mean", "max", "min", "std", "var", "stack", "prod", "softmax", "norm", "argmax")


def axes(node: Any, program: Program) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call) or _called(node) not in REDUCE:
        return
    others = [k for k in node.keywords if k.arg != "axis"]
    for axis in (0, 1):
        yield ast.Call(node.func, node.args, [*others, ast.keyword("axis", ast.Constant(axis))])
    if len(others) < len(node.keywords):
        yield ast.Call(node.func, node.args, others)


def kept(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _called(node) in REDUCE:
        others = [k for k in node.keywords if k.arg != "keepdims"]
        if len(others) < len(node.keywords):
            yield ast.Call(node.func, node.args, others)
        elif others:
            yield ast.Call(node.func, node.args, [*others, ast.keyword("keepdims", ast.Constant(True))])


def freedom(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _called(node) in ("std", "var"):
        others = [k for k in node.keywords if k.arg != "ddof"]
        yield ast.Call(
            node.func,
            node.args,
            others if len(others) < len(node.keywords) else [*others, ast.keyword("ddof", ast.Constant(1))],
        )


def overwritten(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        yield ast.Assign([node.target], node.value)


def added(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Subscript, ast.Name)):
        yield ast.AugAssign(node.targets[0], ast.Add(), node.value)


def places_off(node: Any, program: Program) -> Iterator[ast.AST]:
    """An index, a slice or a range that begins or ends one place further."""
    if isinstance(node, ast.Call) and _called(node) == "range" and len(node.args) == 1:
        stop = node.args[0]
        yield ast.Call(node.func, [ast.Constant(1), stop], [])
        yield ast.Call(node.func, [ast.Constant(1), _one_more(stop, ast.Add())], [])
        yield from (ast.Call(node.func, [end], []) for end in _one_off(stop))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        first, last = node.slice.lower, node.slice.upper
        for lower in (first, *(_one_off(first) if first else ())):
            for upper in (last, *(_one_off(last) if last else ())):
                if lower is not first or upper is not last:
                    yield ast.Subscript(node.value, ast.Slice(lower, upper), node.ctx)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, (ast.Name, ast.BinOp, ast.Constant)):
        yield from (ast.Subscript(node.value, place, node.ctx) for place in _one_off(node.slice))


def _one_off(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, int):
            yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
        return
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value == 1:
        yield node.left
    yield from (_one_more(node, ast.Add()), _one_more(node, ast.Sub()))


def _one_more(node: ast.expr, sign: ast.operator) -> ast.expr:
    return ast.BinOp(node, sign, ast.Constant(1))


def counts(node: Any, program: Program) -> Iterator[ast.AST]:
    """Whole numbers one off, where something is counted."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in COUNTS:
        yield from _one_off(node)


COUNTS = ("n", "m", "N", "K", "t", "k", "bends", "epoch", "n_in", "n_out")


def other_slopes(node: Any, program: Program) -> Iterator[ast.AST]:
    """The slope of σ in place of that of tanh, or the other way round."""
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    if isinstance(node.op, ast.Sub) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
        base = right.left
        yield ast.BinOp(base, ast.Mult(), ast.BinOp(left, ast.Sub(), base))
        if isinstance(base, ast.Call) and base.args:
            value = ast.Call(ast.Name("logistic_", ast.Load()), base.args[:1], [])
            yield ast.BinOp(value, ast.Mult(), ast.BinOp(left, ast.Sub(), value))
    if isinstance(node.op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Sub):
        square = ast.BinOp(right.right, ast.Pow(), ast.Constant(2))
        slope = ast.BinOp(ast.Constant(1), ast.Sub(), square)
        yield slope
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            yield ast.BinOp(left.left, ast.Mult(), slope)


def constants(node: Any, program: Program) -> Iterator[ast.AST]:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value:
        yield from (ast.Constant(other) for other in (1, 2, 0.5, 2 * value, value / 2) if other != value)


COMPARED: dict[type, type] = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}


def sides(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        yield ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)


def renames(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in (known := program.names()):
        for name in known[:12]:
            if name != node.id:
                yield ast.Name(name, ast.Load())


def renamed_everywhere(node: Any, program: Program) -> Iterator[ast.AST]:
    """One argument in place of another in the whole body."""
    for first, second in _pairs(node):
        for old, new in ((first, second), (second, first)):
            yield _with_names(node, {old: new})


def exchanged(node: Any, program: Program) -> Iterator[ast.AST]:
    """Two arguments exchanged in the whole body."""
    for first, second in _pairs(node):
        yield _with_names(node, {first: second, second: first})


def _pairs(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.Lambda, ast.FunctionDef)):
        yield from combinations([a.arg for a in node.args.args], 2)


def _with_names(node: ast.AST, names: dict[str, str]) -> ast.AST:
    new = copy.deepcopy(node)
    for part in ast.walk(new):
        if isinstance(part, ast.Name):
            part.id = names.get(part.id, part.id)
    return new


def more_factors(node: Any, program: Program) -> Iterator[ast.AST]:
    if _is_value(node) and isinstance(node, (ast.Name, ast.Call, ast.Subscript)):
        for name in program.names()[:8]:
            yield ast.BinOp(node, ast.Mult(), ast.Name(name, ast.Load()))


def more_terms(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, (ast.BinOp, ast.Call)):
        for name in program.names()[:8]:
            yield ast.BinOp(node, ast.Add(), ast.Name(name, ast.Load()))


def newaxes(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        if any(isinstance(part, ast.Constant) and part.value is None for part in node.slice.elts):
            yield ast.Subscript(node.value, ast.Tuple(node.slice.elts[::-1], ast.Load()), node.ctx)
            yield node.value
        elif len(node.slice.elts) == 2:
            yield ast.Subscript(node.value, ast.Tuple(node.slice.elts[::-1], ast.Load()), node.ctx)
    elif _is_value(node) and isinstance(node, ast.Name):
        column = ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load())
        yield ast.Subscript(node, column, ast.Load())


def copies(node: Any, program: Program) -> Iterator[ast.AST]:
    """Every second name of an array made a copy."""
    if not isinstance(node, ast.FunctionDef):
        return
    new = copy.deepcopy(node)
    found = [
        part
        for part in ast.walk(new)
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Name) and isinstance(part.targets[0], ast.Name)
    ]
    for part in found:
        part.value = ast.Call(ast.Attribute(part.value, "copy", ast.Load()), [], [])
    if found:
        yield new


def statements(node: Any, program: Program) -> Iterator[ast.AST]:
    if isinstance(node, (ast.AugAssign, ast.Expr)) or (isinstance(node, ast.Assign) and _writes(node)):
        yield ast.Pass()


def undone(node: Any, program: Program) -> Iterator[ast.AST]:
    """Take what is put into an entry back at the end of its loop."""
    if not isinstance(node, ast.For):
        return
    for part in node.body:
        target = (
            part.target
            if isinstance(part, ast.AugAssign)
            else part.targets[0]
            if isinstance(part, ast.Assign)
            else None
        )
        if isinstance(target, ast.Subscript):
            before = ast.Assign([ast.Name("kept_", ast.Store())], _loaded(target))
            after = ast.Assign([copy.deepcopy(target)], ast.Name("kept_", ast.Load()))
            yield ast.For(node.target, node.iter, [before, *node.body, after], node.orelse)


def _loaded(target: Any) -> ast.expr:
    new: ast.expr = copy.deepcopy(target)
    new.ctx = ast.Load()  # type: ignore[attr-defined]
    return new


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _renamed(function: ast.expr, name: str) -> ast.expr:
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, ast.Load())
    return ast.Name(name, ast.Load())


def _is_value(node: Any) -> bool:
    """Whether a node is read as a value, and not a module or what is called."""
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id not in ("np", "math", "self", "range", "len", *SAME_KIND)
    return isinstance(node, (ast.Call, ast.Subscript)) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _writes(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Subscript)
