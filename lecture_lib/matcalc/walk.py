"""Going through expressions: their nodes in order, and the same expression with some nodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lecture_lib.matcalc.expr import Expr, Number, rebuilt


def topological(roots: Iterable[Expr], into_lets: bool = True) -> list[Expr]:
    """All nodes below some expressions, arguments before what uses them, each once."""
    order: dict[Expr, None] = {}
    for root in roots:
        stack: list[tuple[Expr, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            if node in order:
                continue
            if done:
                order[node] = None
                continue
            stack.append((node, True))
            if into_lets or node.op != "let":
                stack.extend((a, False) for a in reversed(node.args) if a not in order)
    return list(order)


def depends(e: Expr, v: Expr) -> bool:
    """Does v occur in e, names not looked into?"""
    return v in topological([e], into_lets=False)


def free_symbols(*roots: Expr) -> list[Expr]:
    """The symbols in some expressions, those inside of names too, in the order in which they were declared."""
    return sorted((e for e in topological(roots) if e.op == "symbol"), key=lambda e: e.serial)


def mapped(e: Expr, rule: Callable[[Expr], Expr | None], into_lets: bool = False) -> Expr:
    """Apply a rule to every node once, arguments first; None leaves a node as it is."""
    new: dict[Expr, Expr] = {}
    for node in topological([e], into_lets):
        again = node if node.op == "let" and not into_lets else rebuilt(node, [new[a] for a in node.args])
        changed = rule(again)
        new[node] = again if changed is None else changed
    return new[e]


def substitute(e: Expr, names: dict[Expr, Expr]) -> Expr:
    """Write names for the nodes that they stand for."""
    return mapped(e, names.get) if names else e


def is_number(e: Expr, value: Number | None = None) -> bool:
    """Is it a plain number (or filled with it), and this one?"""
    return e.op == "number" and (value is None or e.data == value)
