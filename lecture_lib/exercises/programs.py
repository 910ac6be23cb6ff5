"""The syntax tree of a function or class, with its helpers, to be changed in one place and run again."""

from __future__ import annotations

import ast
import copy
import linecache
import textwrap
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lecture_lib.exercises.draws import logistic

ENTRY = "answer_"
HELPERS = "lecture_lib.exercises"
# What a changed program may call though the original did not.
ALWAYS = {"np": np, "logistic_": logistic}


@dataclass
class Program:
    """A function that can be changed.

    Attributes:
        module: its definition, which gives ENTRY, and those of its helpers.
        namespace: all other names.
        arguments: what it is called with.
    """

    module: ast.Module
    namespace: dict[str, Any]
    arguments: tuple[str, ...]

    def run(self) -> Any:
        """The function or class of the module as it is now."""
        space = dict(self.namespace)
        exec(compile(self.module, "<slip>", "exec"), space)
        return space[ENTRY]

    def names(self) -> list[str]:
        """The arguments and local variables."""
        stored = [n.id for n in ast.walk(self.module) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        taken = [n.arg for n in ast.walk(self.module) if isinstance(n, ast.arg) and n.arg != "self"]
        functions = {n.name for n in self.module.body if isinstance(n, ast.FunctionDef)} | {ENTRY}
        return [name for name in dict.fromkeys([*taken, *stored]) if name not in functions]


def program_of(answer: Any) -> Program | None:
    """The program behind a function or class; None where its source cannot be read, or it may run without end."""
    entry = _definition(answer)
    if entry is None:
        return None
    space: dict[str, Any] = dict(ALWAYS)
    body = [_as(ENTRY, entry)]
    seen: set[str] = set()
    waiting = list(_functions(answer))
    home = getattr(waiting[0], "__module__", "") if waiting else ""
    while waiting:
        function = waiting.pop()
        space = {**function.__globals__, **space}
        for name, value in _outside(function):
            space.setdefault(name, value) if name not in function.__globals__ else None
            near = getattr(value, "__module__", None) or ""
            helper = isinstance(value, types.FunctionType) and (near == home or near.startswith(HELPERS))
            if not helper or name in seen:
                continue
            seen.add(name)
            tree = _definition(value)
            if tree is not None:
                body.insert(0, _as(name, tree))
                waiting.append(value)
    module = ast.fix_missing_locations(ast.Module(body, []))
    endless = any(isinstance(node, (ast.While, ast.Global, ast.Nonlocal)) for node in ast.walk(module))
    arguments = tuple(a.arg for a in entry.args.args) if isinstance(entry, (ast.Lambda, ast.FunctionDef)) else ()
    return None if endless else Program(module, space, arguments)


def unfinished(answer: Any) -> bool:
    """Whether the text of a function or class still holds dots where something is asked for, or a body is empty."""
    definition = _definition(answer)
    if definition is None:
        return False
    parts = list(ast.walk(definition))
    in_index = {id(part) for node in parts if isinstance(node, ast.Subscript) for part in ast.walk(node.slice)}
    if any(isinstance(part, ast.Constant) and part.value is ... and id(part) not in in_index for part in parts):
        return True
    body = definition.body if isinstance(definition, ast.FunctionDef) else [definition]
    return all(isinstance(line, ast.Pass) or _is_text(line) for line in body)


def text_of(answer: Any) -> str | None:
    """The text of a function or class as it was written, also in a notebook's cell; None where it is not known."""
    definition = _definition(answer)
    if definition is None:
        return None
    function = next(_functions(answer))
    lines = linecache.getlines(function.__code__.co_filename, function.__globals__)
    above = getattr(definition, "decorator_list", [])
    first = min(line.lineno for line in [definition, *above])
    return textwrap.dedent("".join(lines[first - 1 : definition.end_lineno])).rstrip() + "\n"


def _is_text(line: ast.AST) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def written_out(program: Program) -> Program:
    """The program with each helper that is one expression written out where it is called, as readers do."""
    found = {_name(tree): _expression(tree) for tree in program.module.body[:-1]}
    # σ stays a word: one function in place of another is a slip of its own.
    helpers = {name: body for name, body in found.items() if body is not None and name != logistic.__name__}
    entry = _WrittenOut(helpers).visit(program.module.body[-1])
    module = ast.fix_missing_locations(ast.Module([*program.module.body[:-1], entry], []))
    return Program(module, program.namespace, program.arguments)


class _WrittenOut(ast.NodeTransformer):
    """Puts the bodies of functions in the places of their calls."""

    def __init__(self, helpers: dict[str, ast.Lambda]):
        self.helpers = helpers

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        helper = self.helpers.get(getattr(node.func, "id", ""))
        if helper is None or node.keywords or len(node.args) != len(helper.args.args):
            return node
        return _Filled(dict(zip(_arguments(helper), node.args, strict=True))).visit(copy.deepcopy(helper.body))


class _Filled(ast.NodeTransformer):
    """Puts expressions in the places of names."""

    def __init__(self, values: dict[str, ast.expr]):
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.values.get(node.id, node))


def _name(tree: ast.stmt) -> str:
    if isinstance(tree, ast.Assign) and isinstance(tree.targets[0], ast.Name):
        return tree.targets[0].id
    return tree.name if isinstance(tree, ast.FunctionDef) else ""


def _expression(tree: ast.stmt) -> ast.Lambda | None:
    """A function of one line as a lambda."""
    if isinstance(tree, ast.Assign) and isinstance(tree.value, ast.Lambda):
        return tree.value
    if isinstance(tree, ast.FunctionDef):
        lines = [line for line in tree.body if not isinstance(line, ast.Expr)]
        if len(lines) == 1 and isinstance(lines[0], ast.Return) and lines[0].value is not None:
            return ast.Lambda(tree.args, lines[0].value)
    return None


def _functions(answer: Any) -> Iterator[types.FunctionType]:
    """The functions that an answer is made of: itself, or the methods of a class."""
    found = vars(answer).values() if isinstance(answer, type) else [answer]
    for part in found:
        part = getattr(part, "__func__", part)
        if isinstance(part, types.FunctionType):
            yield part


def _outside(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """The names that a function takes from outside, and what they stand for."""
    codes = [function.__code__]
    for code in codes:
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        for name in code.co_names:
            if name in function.__globals__:
                yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            contents = cell.cell_contents
        except ValueError:
            continue
        # A gate of the bank is a pair of functions in a closure.
        yield name, contents


def _as(name: str, tree: ast.AST) -> ast.stmt:
    if isinstance(tree, ast.Lambda):
        return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], tree), tree)
    assert isinstance(tree, (ast.FunctionDef, ast.ClassDef))
    tree.name, tree.decorator_list = name, []
    return tree


def _definition(answer: Any) -> ast.Lambda | ast.FunctionDef | ast.ClassDef | None:
    """A fresh syntax tree of a function or class."""
    functions = list(_functions(answer))
    if not functions:
        return None
    code = functions[0].__code__
    lines = linecache.getlines(code.co_filename, functions[0].__globals__)
    tree = _parsed("".join(lines))
    if isinstance(answer, type):
        fits = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0)
        ]
        return copy.deepcopy(fits[-1]) if fits else None
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.Lambda, ast.FunctionDef)) and _first_line(node) == code.co_firstlineno
    ]
    return copy.deepcopy(next((node for node in reversed(found) if _holds(node, code)), None))


@lru_cache(maxsize=8)
def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _first_line(node: ast.Lambda | ast.FunctionDef) -> int:
    decorators = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else node.lineno


def _holds(node: ast.Lambda | ast.FunctionDef, code: types.CodeType) -> bool:
    """Whether a function's code lies where a definition stands: several lambdas may share a line."""
    if isinstance(node, ast.FunctionDef):
        return node.name == code.co_name
    if code.co_name != "<lambda>":
        return False
    body = node.body
    first, last = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    places = [(line, column) for line, _, column, _ in code.co_positions() if line is not None and column is not None]
    inner = [place for place in places if place > (code.co_firstlineno, 0)]
    return bool(inner) and all(first <= place <= last for place in inner) and _arguments(node) == _taken(code)


def _arguments(node: ast.Lambda) -> tuple[str, ...]:
    return tuple(a.arg for a in [*node.args.posonlyargs, *node.args.args])


def _taken(code: types.CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount]


def places(module: ast.Module) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Every node of a module, with a way to put another one in its place."""
    for parent in ast.walk(module):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                for k, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        yield child, lambda new, value=value, k=k: value.__setitem__(k, new)  # type: ignore[misc]
            elif isinstance(value, ast.AST):
                yield value, lambda new, parent=parent, field=field: setattr(parent, field, new)  # type: ignore[misc]
