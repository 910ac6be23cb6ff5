"""Simplification as recorded steps: every rewriting has a name, because the steps are the lesson.

Bookkeeping brings an expression into normal form and is one rewriting; an idea looks at one node and returns what it
becomes, or None.
"""

from __future__ import annotations

from dataclasses import dataclass

from lecture_lib.matcalc.expr import Expr, chain, make, parts, product, summands, total
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.normal import Rule, tidy
from lecture_lib.matcalc.sizes import ONE, ZERO
from lecture_lib.matcalc.walk import is_number, mapped, substitute, topological

TIDY = "tidy up"


@dataclass(frozen=True)
class Rewriting:
    """One recorded step: the name of the rule, and what the expression became."""

    rule: str
    result: Expr


def simplify(e: Expr, names: dict[Expr, Expr] | None = None) -> list[Rewriting]:
    """Rewrite an expression until no rule applies; names are written for the nodes that they stand for."""
    steps: list[Rewriting] = []
    current = e
    for _ in range(200):
        tidied = tidy(current)
        if tidied != current:
            current = tidied
            rule = steps.pop().rule if steps else TIDY
            steps.append(Rewriting(rule, current))
        nodes = topological([current], into_lets=False)
        for name, idea in IDEAS:
            if any(idea(node) is not None for node in nodes):
                found = mapped(current, _naming(idea, names or {}))
                steps.append(Rewriting(_meaning(current) if idea is _slope else name, found))
                current = found
                break
        else:
            return [r for r in steps if r.result != e]
    raise RuntimeError(f"simplifying {e} does not end: at {current}")


def simplified(e: Expr, names: dict[Expr, Expr] | None = None) -> Expr:
    """The last form of an expression."""
    steps = simplify(e, names)
    return steps[-1].result if steps else e


def _naming(rule: Rule, names: dict[Expr, Expr]) -> Rule:
    def applied(node: Expr) -> Expr | None:
        result = rule(node)
        return None if result is None else substitute(result, names)

    return applied if names else rule


def _slope(e: Expr) -> Expr | None:
    """f′(z) written out."""
    if e.op != "elem" or e.data[1] < 1 or lookup(e.data[0]).slope is None:
        return None
    return slope_of(e)


def _meaning(e: Expr) -> str:
    """Which slopes are written out."""
    names = dict.fromkeys(n.data[0] for n in topological([e], into_lets=False) if n.op == "elem" and n.data[1] >= 1)
    return "; ".join(lookup(name).meaning for name in names if lookup(name).slope is not None)


def _diagonal(e: Expr) -> Expr | None:
    """uᵀ diag(v) = (u ∘ v)ᵀ, also at the end of a longer product."""
    coefficient, scalars, links = parts(e)
    if e.op != "product" or len(links) < 2 or links[-1].op != "diag" or links[0].shape[0] != ONE:
        return None
    column = tidy(chain(links[:-1]).T)
    return product(coefficient, scalars, [(column * links[-1].args[0]).T])


def _diagonal_column(e: Expr) -> Expr | None:
    """diag(v) y = v ∘ y."""
    coefficient, scalars, links = parts(e)
    if e.op != "product" or len(links) < 2 or links[-1].shape[1] != ONE or links[-2].op != "diag":
        return None
    return product(coefficient, scalars, [*links[:-2], links[-2].args[0] * links[-1]])


def _multiply_out(e: Expr) -> Expr | None:
    """A row times a sum that holds a diagonal matrix or the identity."""
    coefficient, scalars, links = parts(e)
    if e.op != "product" or len(links) < 2 or links[0].shape[0] != ONE or links[-1].op != "sum":
        return None
    if not any(factor.op in ("diag", "eye") for t in summands(links[-1]) for factor in parts(t).chain[:1]):
        return None
    return total([product(coefficient, scalars, [*links[:-1], t]) for t in summands(links[-1])])


def _cut(e: Expr) -> Expr | None:
    """A row times [0; I; 0] cuts out the columns under I."""
    coefficient, scalars, links = parts(e)
    if e.op != "product" or len(links) < 2 or links[0].shape[0] != ONE or links[-1].op != "concat":
        return None
    stack = links[-1].args
    one = [a.op == "eye" or (is_number(a, 1) and a.is_scalar) for a in stack]
    if not any(one) or not all(is_number(a, 0) or yes for a, yes in zip(stack, one, strict=True)):
        return None
    column = tidy(chain(links[:-1]).T)
    start, cuts = ZERO, []
    for a, yes in zip(stack, one, strict=True):
        if yes:
            cuts.append(make("rows", column, data=(start, a.shape[0])))
        start += a.shape[0]
    return product(coefficient, scalars, [total(cuts).T])


def _outer_diagonal(e: Expr) -> Expr | None:
    """The diagonal of a bᵀ is a ∘ b."""
    if e.op != "diagpart" or e.args[0].op != "product":
        return None
    links = parts(e.args[0]).chain
    for k in range(1, len(links)):
        if links[k].shape[0] == ONE:
            return chain(links[:k]) * tidy(chain(links[k:]).T)
    return None


IDEAS: list[tuple[str, Rule]] = [
    ("a row times a diagonal matrix: multiply entry by entry", _diagonal),
    ("a diagonal matrix times a column: multiply entry by entry", _diagonal_column),
    ("write the slope out", _slope),
    ("multiply out", _multiply_out),
    ("cut out the block", _cut),
    ("the diagonal of an outer product: multiply entry by entry", _outer_diagonal),
]
