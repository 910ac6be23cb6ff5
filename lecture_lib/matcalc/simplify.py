"""Simplification as recorded steps: every rewriting has a name, because the steps are the lesson.

A rule looks at one node and returns what it becomes, or None. Rules never look into what a name stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lecture_lib.matcalc.expressions import (
    Expr,
    chain,
    eye,
    factors,
    make,
    number,
    summands,
    topological,
    total,
)
from lecture_lib.matcalc.functions import lookup, slope_of
from lecture_lib.matcalc.sizes import ONE, ZERO

Rule = Callable[[Expr], Expr | None]
TIDY = "tidy up"


@dataclass(frozen=True)
class Rewriting:
    """One recorded step.

    Attributes:
        rule: the name of the rule.
        result: what the expression became.
    """

    rule: str
    result: Expr


def simplify(e: Expr, names: dict[Expr, Expr] | None = None) -> list[Rewriting]:
    """Rewrite an expression until no rule applies.

    Args:
        e: the expression.
        names: which name stands for a node, so that 1 − tanh²(z) is written 1 − h∘h.

    Returns:
        The rewritings in order; empty when there is nothing to do. Bookkeeping (numbers, double transposes,
        the identity) is one rewriting called "tidy up" and joins the one before it.

    Raises:
        RuntimeError: the rules undo each other, which is a fault of the rules.

    >>> from lecture_lib import matcalc as mc
    >>> u, v = mc.symbols("u:n v:n")
    >>> [(r.rule, r.result) for r in simplify(u.T @ mc.diag(v))]
    [('a row times a diagonal matrix: multiply entry by entry', (u∘v)ᵀ)]
    """
    steps: list[Rewriting] = []
    current = e
    for _ in range(200):
        tidied = _exhaust(current, TIDYING)
        if tidied != current:
            current = tidied
            rule = steps.pop().rule if steps else TIDY
            steps.append(Rewriting(rule, current))
        for name, rule_of in IDEAS:
            changed = _everywhere(current, _naming(rule_of, names or {}))
            if changed != current:
                steps.append(Rewriting(_meaning(current) if rule_of is _slope else name, changed))
                current = changed
                break
        else:
            return [r for r in steps if r.result != e]
    raise RuntimeError(f"simplifying {e} does not end: at {current}")


def simplified(e: Expr, names: dict[Expr, Expr] | None = None) -> Expr:
    """The last form of an expression.

    Args:
        e: the expression.
        names: which name stands for a node; see `simplify`.

    Returns:
        An expression of the same shape and value.
    """
    steps = simplify(e, names)
    return steps[-1].result if steps else e


def tidy(e: Expr) -> Expr:
    """An expression after bookkeeping alone.

    Args:
        e: the expression.

    Returns:
        An expression of the same shape and value.
    """
    return _exhaust(e, TIDYING)


def transposed_once(e: Expr) -> Expr:
    """An expression without double transposes.

    Args:
        e: the expression.

    Returns:
        An expression of the same shape and value.
    """
    return _exhaust(e, [_transposes])


def substitute(e: Expr, names: dict[Expr, Expr]) -> Expr:
    """Write names for the nodes that they stand for.

    Args:
        e: the expression.
        names: which name stands for a node.

    Returns:
        An expression of the same shape.
    """
    return _everywhere(e, lambda node: names.get(node)) if names else e


def _naming(rule: Rule, names: dict[Expr, Expr]) -> Rule:
    if not names:
        return rule

    def applied(node: Expr) -> Expr | None:
        result = rule(node)
        return None if result is None else substitute(result, names)

    return applied


def _exhaust(e: Expr, rules: Iterable[Rule]) -> Expr:
    rules = list(rules)
    for _ in range(100):
        before = e
        for rule in rules:
            e = _everywhere(e, rule)
        if e == before:
            return e
    raise RuntimeError(f"tidying {e} does not end")


def _everywhere(e: Expr, rule: Rule) -> Expr:
    """Apply a rule to every node once, arguments first."""
    new: dict[Expr, Expr] = {}
    for node in topological([e], into_lets=False):
        if node.op == "let":
            new[node] = _changed(rule, node)
            continue
        args = tuple(new[a] for a in node.args)
        rebuilt = node if args == node.args else make(node.op, *args, data=node.data)
        new[node] = _changed(rule, rebuilt)
    return new[e]


def _changed(rule: Rule, node: Expr) -> Expr:
    result = rule(node)
    return node if result is None else result


def is_number(e: Expr, value: float | None = None) -> bool:
    """Is it a plain number (or filled with it), and this one?

    Args:
        e: the expression.
        value: the number; None for any.

    Returns:
        Whether it is.
    """
    return e.op == "number" and (value is None or e.data == value)


def _transposes(e: Expr) -> Expr | None:
    if e.op != "T":
        return None
    (a,) = e.args
    if a.is_scalar or a.op in ("diag", "eye"):
        return a
    match a.op:
        case "T":
            return a.args[0]
        case "matmul":
            return chain([make("T", part) for part in reversed(factors(a))])
        case "neg" | "add":
            return make(a.op, *(make("T", x) for x in a.args))
        case "scale":
            return make("scale", a.args[0], make("T", a.args[1]))
        case "div" if a.args[1].is_scalar:
            return make("div", make("T", a.args[0]), a.args[1])
        case "mul" if all(x.op == "T" for x in a.args):
            return make("mul", *(x.args[0] for x in a.args))
        case "number" if a.data == 0:
            return number(0, (a.shape[1], a.shape[0]))
        case "kron":
            return make("kron", *(make("T", x) for x in a.args))
    return None


def _neutral(e: Expr) -> Expr | None:
    """The identity matrix, ones and zeros in products and sums."""
    if e.op == "matmul":
        a, b = e.args
        if a.op == "eye":
            return b
        if b.op == "eye":
            return a
        if is_number(a, 0) or is_number(b, 0):
            return number(0, e.shape)
        if a.is_scalar:
            return make("scale", a, b)
        if b.is_scalar:
            return make("scale", b, a)
    if e.op in ("mul", "scale"):
        a, b = e.args
        if is_number(a, 1):
            return b
        if is_number(b, 1) and e.op == "mul":
            return a
        if is_number(a, 0) or is_number(b, 0):
            return number(0, e.shape)
        if e.op == "scale" and b.is_scalar and (is_number(b, 1) or b.op == "eye"):
            return a
        if e.op == "mul" and e.is_scalar:
            return make("scale", a, b)
    if e.op == "add":
        kept = [t for t in summands(e) if not is_number(t, 0)]
        if len(kept) < len(summands(e)):
            return total(kept) if kept else number(0, e.shape)
    if e.op == "eye" and e.is_scalar:
        return number(1)
    if e.op == "div" and is_number(e.args[1], 1):
        return e.args[0]
    if e.op == "diag" and is_number(e.args[0], 1):
        return eye(e.shape[0])
    if e.op == "power" and is_number(e.args[1], 1):
        return e.args[0]
    if e.op in ("trace", "diag", "diagpart") and e.args[0].is_scalar:
        return e.args[0]
    return None


def _signs(e: Expr) -> Expr | None:
    """Minus signs and numbers move to the front and merge."""
    if e.op == "neg":
        (a,) = e.args
        if a.op == "neg":
            return a.args[0]
        if is_number(a, 0):
            return a
        if a.op == "number" and a.is_scalar:
            return number(-a.data)
        if a.op == "scale" and is_number(a.args[0]) and a.args[0].data < 0:
            return make("scale", number(-a.args[0].data), a.args[1])
        if a.op == "add" and any(t.op == "neg" for t in summands(a)):
            kept = [t.args[0] if t.op == "neg" else make("neg", t) for t in summands(a)]
            return total(sorted(kept, key=lambda t: t.op == "neg"))
        return None
    if e.op == "scale" and is_number(e.args[0], -1):
        return make("neg", e.args[1])
    if e.op in ("matmul", "mul", "scale", "div"):
        a, b = e.args
        if a.op == "neg":
            return make("neg", make(e.op, a.args[0], b))
        if b.op == "neg":
            return make("neg", make(e.op, a, b.args[0]))
    if e.op in ("diag", "diagpart", "trace", "rows", "vec") and e.args[0].op == "neg":
        return make("neg", make(e.op, e.args[0].args[0], data=e.data))
    return None


def _scales(e: Expr) -> Expr | None:
    """Single numbers move out of products."""
    if e.op == "scale":
        c, a = e.args
        if is_number(c) and is_number(a):
            return number(c.data * a.data, a.shape) if a.is_scalar else None
        if is_number(a) and a.is_scalar:
            return make("scale", a, c)
        if is_number(c) and a.op == "scale" and a.args[0].op == "div" and is_number(a.args[0].args[1]):
            top, below = a.args[0].args
            return make("scale", make("scale", number(c.data / below.data), top), a.args[1])
        if a.op == "scale" and is_number(a.args[0]):
            if is_number(c):
                return make("scale", number(c.data * a.args[0].data), a.args[1])
            return make("scale", a.args[0], make("scale", c, a.args[1]))
        if c.op == "scale" and is_number(c.args[0]):
            return make("scale", c.args[0], make("scale", c.args[1], a))
        if a.op == "scale" and not is_number(c):
            return make("scale", make("scale", c, a.args[0]), a.args[1])
        if is_number(c) and a.op == "div" and is_number(a.args[0]) and a.is_scalar:
            return make("div", number(c.data * a.args[0].data), a.args[1])
        return None
    if e.op in ("matmul", "mul"):
        a, b = e.args
        if a.op == "scale" and not a.args[1].is_scalar:
            return make("scale", a.args[0], make(e.op, a.args[1], b))
        if b.op == "scale" and not b.args[1].is_scalar:
            return make("scale", b.args[0], make(e.op, a, b.args[1]))
        if e.op == "matmul":
            for k, x in enumerate(e.args):
                if x.op == "div" and x.args[1].is_scalar:
                    pair = [x.args[0] if j == k else y for j, y in enumerate(e.args)]
                    return make("div", make("matmul", *pair), x.args[1])
    if e.op in ("diag", "diagpart", "rows", "trace", "vec") and e.args[0].op == "scale":
        c, a = e.args[0].args
        return make("scale", c, make(e.op, a, data=e.data))
    if e.op == "div" and e.args[0].op == "scale" and is_number(e.args[0].args[0]):
        c, a = e.args[0].args
        return make("scale", c, make("div", a, e.args[1])) if not a.is_scalar else None
    return None


def _associate(e: Expr) -> Expr | None:
    """Products are written without inner brackets."""
    if e.op == "matmul" and e.args[1].op == "matmul":
        return chain([*factors(e.args[0]), *factors(e.args[1])])
    return None


def _scalar_product(e: Expr) -> Expr | None:
    """1/y times a is a/y."""
    if e.op == "scale":
        c, a = e.args
        if c.op == "div" and is_number(c.args[0], 1):
            return make("div", a, c.args[1])
        if a.op == "div" and is_number(a.args[0], 1) and a.is_scalar:
            return make("div", c, a.args[1])
    if e.op == "mul":
        for k in (0, 1):
            x, other = e.args[k], e.args[1 - k]
            if x.op == "div" and is_number(x.args[0], 1) and x.args[1].shape == x.shape:
                return make("div", other, x.args[1])
    if e.op == "scale" and e.args[1].op == "div" and e.args[1].args[1].is_scalar:
        c, (top, below) = e.args[0], e.args[1].args
        return make("div", make("scale", c, top), below)
    return None


def _zero_blocks(e: Expr) -> Expr | None:
    """Stacks of zeros alone, rows of a stack, rows of zeros."""
    if e.op == "rows" and is_number(e.args[0]):
        return number(e.args[0].data, e.shape)
    if e.op == "rows" and e.data[0] == ZERO and e.shape == e.args[0].shape:
        return e.args[0]
    if e.op == "rows" and e.args[0].op == "concat":
        start = ZERO
        for part in e.args[0].args:
            if (start, part.shape[0]) == e.data:
                return part
            start += part.shape[0]
    if e.op == "concat" and len(e.args) == 1:
        return e.args[0]
    return _added_blocks(e) if e.op == "add" else None


def _added_blocks(e: Expr) -> Expr | None:
    """[0; I; 0] + [0; 0; I] = [0; I; I]."""
    terms = summands(e)
    if not all(t.op == "concat" for t in terms):
        return None
    shapes = [[a.shape for a in t.args] for t in terms]
    if any(s != shapes[0] for s in shapes):
        return None
    return make("concat", *(total(parts) for parts in zip(*(t.args for t in terms), strict=True)))


def _same_terms(e: Expr) -> Expr | None:
    """a + a = 2a, and a − a = 0."""
    if e.op != "add":
        return None
    counts: dict[Expr, float] = {}
    terms = summands(e)
    for term in terms:
        factor, rest = _counted(term)
        counts[rest] = counts.get(rest, 0) + factor
    if len(counts) == len(terms):
        return None
    kept = [_times(k, rest) for rest, k in counts.items() if k]
    return total(kept) if kept else number(0, e.shape)


def _counted(term: Expr) -> tuple[float, Expr]:
    if term.op == "neg":
        factor, rest = _counted(term.args[0])
        return -factor, rest
    if term.op == "scale" and is_number(term.args[0]):
        return term.args[0].data, term.args[1]
    if term.op == "number":
        return term.data, number(1, term.shape)
    return 1, term


def _times(k: float, e: Expr) -> Expr:
    if e.op == "number":
        return number(k * e.data, e.shape)
    return e if k == 1 else make("neg", e) if k == -1 else make("scale", number(k), e)


TIDYING: list[Rule] = [
    _transposes,
    _neutral,
    _signs,
    _scales,
    _associate,
    _scalar_product,
    _zero_blocks,
    _same_terms,
]


def _slope(e: Expr) -> Expr | None:
    if e.op != "elem" or e.data[1] != 1:
        return None
    return None if lookup(e.data[0]).slope is None else slope_of(e)


def _meaning(e: Expr) -> str:
    """Which slopes are written out."""
    names = dict.fromkeys(n.data[0] for n in topological([e], into_lets=False) if n.op == "elem" and n.data[1] == 1)
    return "; ".join(lookup(name).meaning for name in names if lookup(name).slope is not None)


def _diagonal(e: Expr) -> Expr | None:
    """uᵀ diag(v) = (u ∘ v)ᵀ, also at the end of a longer product."""
    if e.op != "matmul":
        return None
    parts = factors(e)
    if parts[-1].op == "diag" and e.shape[0] == ONE:
        column = tidy(make("T", chain(parts[:-1])))
        return make("T", make("mul", column, parts[-1].args[0]))
    return None


def _diagonal_column(e: Expr) -> Expr | None:
    """diag(v) y = v ∘ y."""
    if e.op == "matmul" and e.shape[1] == ONE:
        parts = factors(e)
        if len(parts) >= 2 and parts[-2].op == "diag":
            return chain([*parts[:-2], make("mul", parts[-2].args[0], parts[-1])])
    return None


def _multiply_out(e: Expr) -> Expr | None:
    """A row times a sum that holds a diagonal matrix or the identity."""
    if e.op != "matmul" or e.shape[0] != ONE:
        return None
    parts = factors(e)
    last = parts[-1]
    if last.op != "add" or not any(_bare(t).op in ("diag", "eye") for t in summands(last)):
        return None
    row = parts[:-1]
    terms = []
    for t in summands(last):
        product = chain([*row, _bare(t)])
        terms.append(make("neg", product) if t.op == "neg" else product)
    return total(terms)


def _bare(t: Expr) -> Expr:
    return t.args[0] if t.op == "neg" else t


def _cut(e: Expr) -> Expr | None:
    """A row times [0; I; 0] cuts out the columns under I."""
    if e.op != "matmul" or e.shape[0] != ONE:
        return None
    parts = factors(e)
    if parts[-1].op != "concat" or not any(a.op == "eye" or is_number(a, 1) for a in parts[-1].args):
        return None
    if not all(a.op == "eye" or is_number(a, 0) or (is_number(a, 1) and a.is_scalar) for a in parts[-1].args):
        return None
    column = tidy(make("T", chain(parts[:-1])))
    start, cuts = ZERO, []
    for a in parts[-1].args:
        if not is_number(a, 0):
            cuts.append(make("rows", column, data=(start, a.shape[0])))
        start += a.shape[0]
    return make("T", total(cuts))


def _cancel(e: Expr) -> Expr | None:
    """(t/p) ∘ p = t, and (t/p)ᵀ p = tᵀ 1."""
    if e.op in ("mul", "scale"):
        for k in (0, 1):
            x, other = e.args[k], e.args[1 - k]
            if x.op == "div" and x.args[1] == other and (e.op == "mul" or other.is_scalar):
                return x.args[0]
    if e.op == "div" and e.args[0].op == "scale":
        c, a = e.args[0].args
        if c == e.args[1] and e.args[1].is_scalar:
            return a
        if a == e.args[1] and a.is_scalar:
            return c
        if a.op == "scale" and a.args[0] == e.args[1]:
            return make("scale", c, a.args[1])
    return _cancel_in_product(e)


def _cancel_in_product(e: Expr) -> Expr | None:
    if e.op != "matmul":
        return None
    parts = factors(e)
    for k in range(len(parts) - 1):
        row, column = parts[k], parts[k + 1]
        if row.op == "T" and row.args[0].op == "div" and row.args[0].args[1] == column and column.shape[1] == ONE:
            top = row.args[0].args[0]
            return chain([*parts[:k], make("T", top), number(1, column.shape), *parts[k + 2 :]])
    return None


def _outer_diagonal(e: Expr) -> Expr | None:
    """The diagonal of a bᵀ is a ∘ b."""
    if e.op != "diagpart" or e.args[0].op != "matmul":
        return None
    parts = factors(e.args[0])
    for k in range(1, len(parts)):
        if parts[k].shape[0] == ONE:
            return make("mul", chain(parts[:k]), tidy(make("T", chain(parts[k:]))))
    return None


IDEAS: list[tuple[str, Rule]] = [
    ("a row times a diagonal matrix: multiply entry by entry", _diagonal),
    ("a diagonal matrix times a column: multiply entry by entry", _diagonal_column),
    ("write the slope out", _slope),
    ("multiply out", _multiply_out),
    ("cut out the block", _cut),
    ("the diagonal of an outer product: multiply entry by entry", _outer_diagonal),
    ("cancel", _cancel),
]
