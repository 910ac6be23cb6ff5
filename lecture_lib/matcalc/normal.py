"""One normal form: numbers and powers collected, transposes on the factors, like terms together, the identity gone.

Every node, its arguments being in normal form, is brought into it by one rule of its kind. Names are not looked into.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lecture_lib.matcalc.expr import (
    Expr,
    Number,
    Power,
    chain,
    entries,
    exact,
    hadamard,
    make,
    number,
    parts,
    product,
    rebuilt,
    total,
)
from lecture_lib.matcalc.rules import flipped
from lecture_lib.matcalc.sizes import ONE, ZERO
from lecture_lib.matcalc.symbols import eye, length, ones
from lecture_lib.matcalc.walk import is_number, mapped, topological

Rule = Callable[[Expr], Expr | None]
LINEAR = ("diag", "diagpart", "rows", "trace", "vec", "unvec")


def tidy(e: Expr) -> Expr:
    """An expression after bookkeeping alone."""
    done: dict[Expr, Expr] = {}
    for node in topological([e], into_lets=False):
        result = _TIDIED.get(node)
        if result is None:
            again = node if node.op == "let" else rebuilt(node, [done[a] for a in node.args])
            result = normal(again)
            if result not in (node, again):
                result = tidy(result)
            # A rule may tidy too: what the caller needs stays with it, whoever empties the memory.
            if len(_TIDIED) >= MOST:
                _TIDIED.clear()
            _TIDIED[node] = result
        done[node] = result
    return done[e]


MOST = 50_000
_TIDIED: dict[Expr, Expr] = {}
"""What tidying made of a node: derivations meet the same ones again and again."""


def transposed_once(e: Expr) -> Expr:
    """An expression without double transposes."""
    return mapped(e, lambda node: _transpose(node) if node.op == "T" else None)


def normal(node: Expr) -> Expr:
    """One node in normal form, its arguments being so."""
    rule = NORMAL.get(node.op)
    result = rule(node) if rule else None
    return node if result is None else result


def symmetric(e: Expr) -> bool:
    """Is it known to be its own transpose?"""
    match e.op:
        case "symbol":
            return e.is_scalar or e.fact in ("sym", "diag")
        case "eye" | "diag":
            return True
        case "number":
            return e.shape[0] == e.shape[1]
        case "let" | "inv" | "expm":
            return symmetric(e.args[0])
        case "product" | "sum" | "hadamard":
            return e.shape[0] == e.shape[1] and (e.is_scalar or tidy(flipped(e)) == e)
    return e.is_scalar


def transposed(e: Expr) -> Expr:
    """The transpose of something in normal form."""
    result = _transpose(e.T)
    return e.T if result is None else result


def _transpose(e: Expr) -> Expr | None:
    (a,) = e.args
    if a.is_scalar or (a.op != "product" and a.op != "sum" and symmetric(a)):
        return a
    match a.op:
        case "T":
            return a.args[0]
        case "product" | "sum":
            return flipped(a)
        case "hadamard" if all(x.op == "T" for x in a.args):
            return flipped(a)
        case "number" if a.data != 1 or ONE not in a.shape:
            return number(a.data, a.shape[::-1])
        case "kron":
            return make("kron", *(x.T for x in a.args))
    return None


def collected(powers: Sequence[Power]) -> list[Power]:
    """Powers of one base as one power; uᵀv and vᵀu are one base."""
    tops: dict[Expr, tuple[Expr, Number]] = {}
    for base, top in powers:
        shown, before = tops.get(orientation(base), (base, 0))
        tops[orientation(base)] = shown, exact(before + top)
    return [(base, top) for base, top in tops.values() if top]


def _product(e: Expr) -> Expr:
    coefficient, scalars, links = parts(e)
    outside: list[Power] = list(scalars)
    kept: list[Expr] = []
    for link in links:
        if link.op == "sum" and all(_factor(t) < 0 for t in link.args):
            coefficient, link = -coefficient, total([product(-1, (), [t]) for t in link.args])
        value = link.data if link.op == "number" else link.args[0].data if _is_row_of_numbers(link) else 1
        if value == 0 or coefficient == 0:
            return number(0, e.shape)
        if value != 1:
            coefficient, link = (
                coefficient * value,
                mapped(link, lambda x: number(1, x.shape) if x.args == () else None),
            )
        if link.op == "eye" and not link.is_scalar and len(links) > 1 and (kept or link is not links[-1]):
            continue
        meeting = _meeting(kept[-1], link) if kept else None
        if meeting is None:
            kept.append(link)
        else:
            kept.pop()
            if meeting.is_scalar:
                outside.append((meeting, 1))
            elif meeting.op != "eye" or (not kept and link is links[-1]):
                kept.append(meeting)
    if not coefficient:
        return number(0, e.shape)
    if len(kept) > 1 and kept[-1].op == "eye":
        kept.pop()
    columns, kept = _columns(kept)
    made = product(coefficient, collected([*outside, *columns]), kept)
    if made.op == "product" and len(made.args) == 1 and made.data[0] == -1 and made.data[1] in ((), (1,)):
        return _turned(made)
    if made.op == "product" and not parts(made).scalars and len(kept) == 1 and kept[0].op == "number":
        return number(made.data[0] * kept[0].data, e.shape)
    return made


def _is_row_of_numbers(link: Expr) -> bool:
    return link.op == "T" and link.args[0].op == "number"


def _meeting(a: Expr, b: Expr) -> Expr | None:
    """What two neighbors in a chain become: a matrix and its inverse, an orthogonal one and its transpose, 1ᵀ1, eᵢᵀx"""
    if a.op == "rows" and a.args[0].op == "eye" and b.is_column:
        return tidy(make("rows", b, data=a.data))
    if b.op == "T" and b.args[0].op == "rows" and b.args[0].args[0].op == "eye" and a.shape[0] == ONE:
        return tidy(make("rows", tidy(a.T), data=b.args[0].data).T)
    if (a.op == "inv" and a.args[0] == b) or (b.op == "inv" and b.args[0] == a):
        return eye(a.shape[0])
    flat = a if a.op == "symbol" else a.args[0] if a.op == "T" else None
    if flat is not None and flat.op == "symbol" and flat.fact == "orthogonal" and {a, b} == {flat, flat.T}:
        return eye(a.shape[0])
    if a.op == "T" and a.args[0].op == "hadamard" and b.is_column and (b, -1) in entries(a.args[0]):
        rest = [(base, top) for base, top in entries(a.args[0]) if base != b]
        return chain([hadamard(rest, b.shape).T, ones(b.shape[0])])
    if _is_row_of_numbers(a) and is_number(b, 1) and a.is_scalar is False and a.shape[0] == ONE and b.shape[1] == ONE:
        return length(b.shape[0])
    return None


def _columns(links: list[Expr]) -> tuple[list[Power], list[Expr]]:
    """A chain a·(bᵀc) split where its inner size is 1: the rows times columns in it are single numbers."""
    if len(links) < 3:
        return [], links
    runs: list[list[Expr]] = [[]]
    for link in links:
        runs[-1].append(link)
        if link.shape[1] == ONE:
            runs.append([])
    outside: list[Power] = []
    kept: list[Expr] = []
    for run in runs:
        if run and (run[0].shape[0], run[-1].shape[1]) == (ONE, ONE) and len(run) < len(links):
            outside.append((chain(run), 1))
        else:
            kept += run
    return outside, kept


def _turned(made: Expr) -> Expr:
    """−(a − b) = b − a."""
    (e,) = made.args
    if e.op != "sum" or not any(_factor(t) < 0 for t in e.args):
        return made
    return total(sorted((product(-1, (), [t]) for t in e.args), key=lambda t: _factor(t) < 0))


def _factor(t: Expr) -> Number:
    return t.data if t.op == "number" else parts(t).coefficient


def counted(t: Expr) -> tuple[Number, Expr]:
    """A term as a number times the rest."""
    if t.op == "number":
        return t.data, number(1, t.shape)
    coefficient, scalars, links = parts(t)
    return coefficient, product(1, scalars, links)


def _sum(e: Expr) -> Expr:
    """Like terms together, zeros gone, stacks added block by block."""
    totals: dict[Expr, tuple[Expr, Number]] = {}
    for t in e.args:
        factor, rest = counted(t)
        key = orientation(rest)
        shown, before = totals.get(key, (rest, 0))
        totals[key] = shown, exact(before + factor)
    kept = [_multiple(factor, rest) for rest, factor in totals.values() if factor]
    kept = [t for t in kept if not is_number(t, 0)]
    if not kept:
        return number(0, e.shape)
    first = next((t for t in kept if _factor(t) > 0), kept[0])
    kept = [first, *(t for t in kept if t is not first)]
    if len(kept) > 1 and all(t.op == "concat" for t in kept):
        shapes = [[a.shape for a in t.args] for t in kept]
        if all(s == shapes[0] for s in shapes):
            return make("concat", *(total(blocks) for blocks in zip(*(t.args for t in kept), strict=True)))
    return total(kept)


def _multiple(factor: Number, rest: Expr) -> Expr:
    return number(factor * rest.data, rest.shape) if rest.op == "number" else product(factor, (), [rest])


def orientation(e: Expr) -> Expr:
    """One of the ways to write what has several: uᵀAv and vᵀAᵀu, tr(AB) and tr(BA), numbers in any order."""
    if e.op == "trace":
        _, scalars, links = parts(e.args[0])
        turns = [e.args[0]]
        if not scalars and len(links) > 1:
            turns = [chain([*links[k:], *links[:k]]) for k in range(len(links))]
        return min((*turns, *map(transposed, turns)), key=lambda t: t.key)
    coefficient, scalars, links = parts(e)
    if e.op != "product":
        return e
    if not scalars:
        return min((e, tidy(flipped(e))), key=lambda t: t.key) if e.is_scalar else e
    powers = sorted(((orientation(b), top) for b, top in scalars), key=lambda x: x[0].key)
    return product(coefficient, powers, links)


def _entries(e: Expr) -> Expr:
    if any(is_number(a, 0) for a in e.args):
        return number(0, e.shape)
    return hadamard(collected(entries(e)), e.shape)


def _out_of(e: Expr) -> Expr | None:
    """Numbers come out of what is linear."""
    (a,) = e.args
    coefficient, scalars, links = parts(a)
    if a.op == "number" and e.op in ("rows", "vec", "unvec"):
        return number(a.data, e.shape)
    if is_number(a, 0):
        return number(0, e.shape)
    if a.is_scalar and e.op != "unvec":
        return a
    if a.op == "product" and (coefficient != 1 or scalars):
        return product(coefficient, scalars, [make(e.op, chain(links), data=e.data)])
    match e.op:
        case "diag" if is_number(a, 1):
            return eye(e.shape[0])
        case "diagpart" if a.op == "diag":
            return a.args[0]
        case "diagpart" if a.op == "eye":
            return ones(a.shape[0])
        case "trace" if a.op == "eye":
            return length(a.shape[0])
        case "vec" if ONE in a.shape:
            return a if a.is_column else transposed(a)
        case "unvec" if a.op == "vec" and a.args[0].shape == e.shape:
            return a.args[0]
        case "unvec" if a.shape == e.shape:
            return a
        case "rows":
            return _rows(e, a)
    return None


def _rows(e: Expr, a: Expr) -> Expr | None:
    """Rows of everything, of a stack, of rows."""
    start, height = e.data
    if start == ZERO and e.shape == a.shape:
        return a
    if a.op == "rows":
        return make("rows", a.args[0], data=(start + a.data[0], height))
    if a.op == "concat":
        top = ZERO
        for part in a.args:
            if (top, part.shape[0]) == e.data:
                return part
            top += part.shape[0]
    return None


def _inverse(e: Expr) -> Expr | None:
    (a,) = e.args
    match a.op:
        case "inv":
            return a.args[0]
        case "eye":
            return a
        case "T":
            return make("inv", a.args[0]).T
        case "diag":
            return make("diag", 1 / a.args[0])
        case "symbol" if a.fact == "orthogonal":
            return a.T
        case "product" if len(parts(a).chain) == 1:
            coefficient, scalars, links = parts(a)
            return product(exact(1) / coefficient, [(b, -top) for b, top in scalars], [make("inv", links[0])])
    return 1 / a if a.is_scalar else None


def _kron(e: Expr) -> Expr | None:
    a, b = e.args
    if a.is_scalar or b.is_scalar:
        return product(1, (), [a, b] if a.is_scalar else [b, a])
    if a.op == b.op == "eye":
        return eye(e.shape[0])
    (first, scalars, links), (second, more, others) = parts(a), parts(b)
    if (first, second) != (1, 1) or scalars or more:
        return product(first * second, [*scalars, *more], [make("kron", chain(links), chain(others))])
    return number(0, e.shape) if is_number(a, 0) or is_number(b, 0) else None


def _frechet(e: Expr) -> Expr | None:
    """A multiple of the identity commutes: the change of e^A along it is e^A times it."""
    a, d = e.args
    coefficient, scalars, links = parts(d)
    if links and links[0].op == "eye" and len(links) == 1:
        return product(coefficient, scalars, [make("expm", a)])
    if d.op == "product" and (coefficient != 1 or scalars):
        return product(coefficient, scalars, [make("frechet", a, chain(links))])
    return None


def _constant(e: Expr) -> Expr | None:
    return number(1) if e.op == "eye" and e.is_scalar else None


NORMAL: dict[str, Rule] = {
    "T": _transpose,
    "product": _product,
    "hadamard": _entries,
    "sum": _sum,
    **dict.fromkeys(LINEAR, _out_of),
    "inv": _inverse,
    "expm": lambda e: make("expm", e.args[0].args[0]).T if e.args[0].op == "T" else None,
    "kron": _kron,
    "frechet": _frechet,
    "eye": _constant,
    "concat": lambda e: e.args[0] if len(e.args) == 1 else None,
    "size": lambda e: None if e.data.labels else number(e.data.value({})),
}
