"""One pair of brackets more or less in a chain of operations: the slip that a missing pair makes."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

from lecture_lib.exercises.programs import Program

MOST_OPERANDS = 12


def brackets(node: Any, program: Program) -> Iterator[ast.AST]:
    """One pair of brackets more or less in a chain of operations."""
    yield from _bracketed(node, more=True)


def without_brackets(node: Any, program: Program) -> Iterator[ast.AST]:
    yield from _bracketed(node, more=False)


def _bracketed(node: Any, more: bool) -> Iterator[ast.AST]:
    if not isinstance(node, ast.BinOp):
        return
    operands: list[ast.expr] = []
    text = _chain(node, operands)
    tokens = re.findall(r"o\d+_|\*\*|//|[-+*/@%()]", text)
    for new in _rebracketed(tokens, more):
        try:
            tree = ast.parse(" ".join(new), mode="eval").body
        except SyntaxError:
            continue
        yield _filled(tree, operands)


def _chain(node: ast.expr, operands: list[ast.expr]) -> str:
    """A chain of operations as text, with a placeholder for each operand."""
    plain = copy.copy(node)

    def hidden(part: ast.expr) -> ast.expr:
        if isinstance(part, ast.BinOp):
            return ast.BinOp(hidden(part.left), part.op, hidden(part.right))
        operands.append(part)
        return ast.Name(f"o{len(operands) - 1}_", ast.Load())

    return ast.unparse(hidden(plain))


def _filled(tree: ast.expr, operands: list[ast.expr]) -> ast.expr:
    if isinstance(tree, ast.BinOp):
        return ast.BinOp(_filled(tree.left, operands), tree.op, _filled(tree.right, operands))
    if isinstance(tree, ast.Name):
        return operands[int(tree.id[1:-1])]
    return tree


def _rebracketed(tokens: list[str], more: bool) -> Iterator[list[str]]:
    """Each chain with one pair of brackets less; and, where asked for, with one pair more."""
    if sum(token[0] == "o" for token in tokens) > MOST_OPERANDS:
        return
    opened: list[int] = []
    for k, token in enumerate(tokens):
        if token == "(":
            opened.append(k)
        elif token == ")":
            start = opened.pop()
            yield [t for i, t in enumerate(tokens) if i not in (start, k)]
    starts = [k for k, token in enumerate(tokens) if token[0] in "o("]
    ends = [k for k, token in enumerate(tokens) if token[0] in "o)"]
    for i, j in ((i, j) for i in starts for j in ends if more and i < j):
        yield [*tokens[:i], "(", *tokens[i : j + 1], ")", *tokens[j + 1 :]]
