"""Closed forms: the names put back in, and the result written as short as it can be.

Two forms compete, the one with everything multiplied out (where like terms meet and cancel) and the one with common
factors before brackets; the shorter one is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

from lecture_lib.matcalc.expr import Expr, Power, chain, entries, exact, hadamard, make, parts, product, total
from lecture_lib.matcalc.normal import Rule, counted, tidy, transposed
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.simplify import simplified
from lecture_lib.matcalc.sizes import ONE
from lecture_lib.matcalc.symbols import clean_name, eye, ones
from lecture_lib.matcalc.walk import is_number, mapped, topological

# Beyond so many nodes, shared ones counted each time, an expression is not multiplied out, nor a sum of more terms.
LARGE = 160
MANY = 12


def closed_form(e: Expr, keep: Iterable[Expr | str] = ()) -> Expr:
    """An expression without names, but for those to keep, simplified."""
    kept = list(keep)
    stay = {clean_name(k) if isinstance(k, str) else k.data for k in kept}
    bare = mapped(e, lambda node: node.args[0] if node.op == "let" and node.data not in stay else None, into_lets=True)
    done = simplest(bare)
    for k in kept:
        if isinstance(k, Expr) and k.op == "let":
            done = simplest(_folded(done, k, closed_form(k.args[0])))
    return done


def weight(*roots: Expr) -> dict[Expr, int]:
    """How many nodes each expression has when it is written out, names put back in."""
    sizes: dict[Expr, int] = {}
    for node in topological(roots):
        sizes[node] = (node.op != "let") + sum(sizes[a] for a in node.args)
    return sizes


def simplest(e: Expr) -> Expr:
    """The shortest way to write an expression that the rules find."""
    plain = finished(e)
    if weight(plain)[plain] > LARGE:
        return plain
    wide = finished(spread(plain))
    best = min([factored(wide), factored(plain), wide, plain], key=cost)
    return mapped(mapped(best, _gathered), _names_first)


def _names_first(e: Expr) -> Expr | None:
    """k det(X), not det(X) k."""
    if e.op != "product":
        return None
    coefficient, scalars, links = parts(e)
    return product(coefficient, sorted(scalars, key=lambda power: power[0].op not in ("symbol", "let")), links)


def _gathered(e: Expr) -> Expr | None:
    """xᵀ − yᵀ = (x − y)ᵀ where that saves a sign."""
    turned = transposed(e).T if e.op == "sum" and not e.is_scalar else e
    return turned if cost(turned) < cost(e) else None


def _powers(e: Expr) -> Sequence[Power]:
    return parts(e).scalars if e.op == "product" else entries(e) if e.op == "hadamard" else ()


@lru_cache(100_000)
def cost(e: Expr) -> float:
    """How much there is to read: names, numbers and functions; a fraction inside a fraction counts double."""
    powers = _powers(e)
    inside = () if e.op == "let" else e.args
    price = sum(map(cost, inside)) + PRICES.get(e.op, 0.5) + (0.3 if _big(e) else 0)
    price += 0.3 * sum(top not in (1, -1) for _, top in powers)
    price += 0.5 if e.op == "product" and abs(e.data[0]) != 1 else 0
    return price + (3 if any(top < 0 for _, top in powers) and any(map(_has_fraction, inside)) else 0)


@lru_cache(100_000)
def _has_fraction(e: Expr) -> bool:
    powers = _powers(e)
    return any(top < 0 and base.op != "size" for base, top in powers) or (
        e.op != "let" and any(map(_has_fraction, e.args))
    )


def _big(node: Expr) -> bool:
    return node.op == "number" and abs(node.data) != 1


PRICES = {"symbol": 1, "let": 1, "sum": 0.1, "product": 0, "hadamard": 0.1, "T": 0.2, "number": 0.5, "eye": 0.5}


def finished(e: Expr) -> Expr:
    """Everything simplified that needs no choice."""
    for _ in range(20):
        before = e
        nodes = topological([e], into_lets=False)
        for rule in FINISHING:
            if any(rule(node) is not None for node in nodes):
                e = mapped(e, rule)
        e = simplified(tidy(e))
        if e == before:
            break
    return e


def _trace(e: Expr) -> Expr | None:
    """tr(A b cᵀ) = cᵀA b, tr(A + B) = tr(A) + tr(B)."""
    if e.op != "trace":
        return None
    (a,) = e.args
    if a.op == "sum":
        return total([make("trace", t) for t in a.args])
    coefficient, scalars, links = parts(a)
    for k, link in enumerate(links):
        if link.shape[0] == ONE:
            return product(coefficient, [*scalars, (chain([*links[k:], *links[:k]]), 1)])
    return None


def _ones_times(e: Expr) -> Expr | None:
    """1ᵀ(a ∘ b) = aᵀb, and (a ∘ b)ᵀ1."""
    coefficient, scalars, links = parts(e)
    if e.op != "product" or len(links) < 2 or not e.is_scalar:
        return None
    flipped = [transposed(link) for link in reversed(links)]
    for row in (links, flipped):
        first, second = row[0], row[1]
        if first.op == "T" and is_number(first.args[0], 1) and second.op == "hadamard" and len(row) == 2:
            (a, top), *rest = entries(second)
            left = hadamard([(a, top)], second.shape)
            return product(coefficient, scalars, [left.T, hadamard(rest, second.shape)] if rest else row)
    return None


def _logistic(e: Expr) -> Expr | None:
    """e^z / (1 + e^z) = σ(z), and 1 / (1 + e^z) = σ(−z)."""
    if e.op not in ("product", "hadamard"):
        return None
    powers = list(parts(e).scalars) if e.op == "product" else entries(e)
    for base, top in powers:
        growth = _growth(base)
        if top != -1 or growth is None:
            continue
        rest = [(b, p) for b, p in powers if b != base]
        over = (growth, 1) in rest
        z = growth.args[0]
        slope = make("elem", z if over else tidy(-z), data=("sigmoid", 0))
        rest = [(b, p) for b, p in rest if not over or b != growth] + [(slope, 1)]
        return product(parts(e).coefficient, rest, parts(e).chain) if e.op == "product" else hadamard(rest, e.shape)
    return None


def _growth(e: Expr) -> Expr | None:
    """The e^z of 1 + e^z."""
    if e.op != "sum" or len(e.args) != 2 or not any(is_number(a, 1) for a in e.args):
        return None
    other = e.args[1] if is_number(e.args[0], 1) else e.args[0]
    return other if other.op == "elem" and other.data[:2] == ("exp", 0) else None


def _of_ones(e: Expr) -> Expr | None:
    """log e^z = z; entry by entry 1·1ᵀ says nothing."""
    if e.op == "hadamard":
        kept = [(b, top) for b, top in entries(e) if not (b.op == "product" and all(map(_is_ones, b.args)))]
        return hadamard(kept, e.shape) if len(kept) < len(e.args) else None
    if e.op == "elem" and e.data == ("log", 0) and e.args[0].op == "elem" and e.args[0].data == ("exp", 0):
        return e.args[0].args[0]
    return None


def _is_ones(e: Expr) -> bool:
    return is_number(e.args[0] if e.op == "T" else e, 1)


def _of_one_diagonal(e: Expr) -> Expr | None:
    """diag(u) diag(v) = diag(u ∘ v)."""
    if e.op != "product":
        return None
    coefficient, scalars, links = parts(e)
    for k in range(len(links) - 1):
        a, b = links[k], links[k + 1]
        if a.op == b.op == "diag":
            return product(coefficient, scalars, [*links[:k], make("diag", a.args[0] * b.args[0]), *links[k + 2 :]])
    return None


FINISHING: list[Rule] = [_trace, _ones_times, _logistic, _of_ones, _of_one_diagonal]


def spread(e: Expr) -> Expr:
    """Everything multiplied out."""
    for _ in range(12):
        before = e
        e = tidy(mapped(e, _spread_node))
        if e == before:
            break
    return e


def _spread_node(e: Expr) -> Expr | None:
    if e.op == "product":
        coefficient, scalars, links = parts(e)
        for k, (base, top) in enumerate(scalars):
            if base.op == "sum" and top in (1, 2) and len(base.args) <= MANY:
                others = [*scalars[:k], *scalars[k + 1 :], *([(base, 1)] if top == 2 else [])]
                return total([product(coefficient, [*others, (t, 1)], links) for t in base.args])
        for k, link in enumerate(links):
            if link.op == "sum" and (len(links) > 1 or scalars or coefficient != 1) and len(link.args) <= MANY:
                return total([product(coefficient, scalars, [*links[:k], t, *links[k + 1 :]]) for t in link.args])
            if link.op == "T" and link.args[0].op == "hadamard":
                wide = _spread_node(link.args[0])
                if wide is not None:
                    return product(coefficient, scalars, [*links[:k], tidy(wide.T), *links[k + 1 :]])
    if e.op == "hadamard":
        for k, (base, top) in enumerate(entries(e)):
            if base.op == "sum" and top in (1, 2) and len(base.args) <= MANY:
                others = [x for j, x in enumerate(entries(e)) if j != k] + ([(base, 1)] if top == 2 else [])
                return total([hadamard([*others, (t, 1)], e.shape) for t in base.args])
    if e.op == "diag" and e.args[0].op == "sum":
        return total([make("diag", t) for t in e.args[0].args])
    return None


def factored(e: Expr) -> Expr:
    """Common factors before brackets wherever that makes it shorter."""
    for _ in range(4):
        before, e = e, tidy(mapped(e, lambda node: _best_sum(node) if node.op == "sum" else None))
        if e == before:
            break
    return e


def _best_sum(e: Expr) -> Expr:
    if len(e.args) > MANY:
        return e
    for _ in range(6):
        found = [tidy(x) for x in _groupings(e)]
        best = min(found, key=cost, default=e)
        if cost(best) >= cost(e):
            return e
        e = best
        if e.op != "sum":
            return e
    return e


def _groupings(e: Expr) -> Iterator[Expr]:
    """The sum with a common factor of two or more of its terms before a bracket."""
    for take in PUT:
        groups: dict[object, list[tuple[Expr, Expr]]] = {}
        for t in e.args:
            for key, rest in take(t):
                groups.setdefault(key, []).append((t, rest))
        for key, members in groups.items():
            if len(members) < 2:
                continue
            used = [t for t, _ in members]
            if len(set(used)) < len(used):
                continue
            inside = tidy(total([rest for _, rest in members]))
            bracket = PUT[take](key, inside)
            at = e.args.index(used[0])
            yield total([bracket if k == at else t for k, t in enumerate(e.args) if k == at or t not in used])


Found = Iterator[tuple[object, Expr]]


def _common_number(t: Expr) -> Found:
    coefficient, rest = counted(t)
    if abs(coefficient) != 1:
        yield abs(coefficient), product(1 if coefficient > 0 else -1, (), [rest])


def _first_link(t: Expr) -> Found:
    coefficient, scalars, links = parts(t)
    if len(links) > 1:
        yield links[0], product(coefficient, scalars, links[1:])
    elif links and links[0].shape[0] == links[0].shape[1] and links[0].op != "eye":
        yield links[0], product(coefficient, scalars, [eye(links[0].shape[1])])


def _last_link(t: Expr) -> Found:
    coefficient, scalars, links = parts(t)
    if len(links) > 1:
        yield links[-1], product(coefficient, scalars, links[:-1])
    elif links and links[0].shape[0] == links[0].shape[1] and links[0].op != "eye":
        yield links[0], product(coefficient, scalars, [eye(links[0].shape[0])])


def _whole_chain(t: Expr) -> Found:
    """c·x with a number c before it."""
    coefficient, scalars, links = parts(t)
    if links and not t.is_scalar:
        yield chain(links), product(coefficient, scalars)


def _scalar_powers(t: Expr) -> Found:
    """Every choice of its single numbers, each with its whole power; of a power also its first part."""
    coefficient, scalars, links = parts(t)
    for size in range(1, min(len(scalars), 3) + 1):
        for chosen in combinations(scalars, size):
            yield frozenset(chosen), product(coefficient, [x for x in scalars if x not in chosen], links)
    for base, top in scalars:
        for higher in range(-1, int(top), -1) if top < 0 else range(1, math.ceil(top)):
            kept = [(b, exact(p - higher) if b == base else p) for b, p in scalars]
            yield frozenset([(base, higher)]), product(coefficient, kept, links)


def _diagonal(t: Expr) -> Found:
    """diag(u) + diag(v) = diag(u + v)."""
    coefficient, scalars, links = parts(t)
    if len(links) == 1 and links[0].op in ("diag", "eye"):
        inside = links[0].args[0] if links[0].op == "diag" else ones(links[0].shape[0])
        yield "diag", product(coefficient, scalars, [inside])


def _common_entries(t: Expr) -> Found:
    coefficient, scalars, links = parts(t)
    if t.is_scalar or len(links) != 1:
        return
    found = entries(links[0])
    for k, (base, top) in enumerate(found):
        for taken in {top, 1 if top > 1 else top}:
            rest = [*found[:k], (base, exact(top - taken)), *found[k + 1 :]]
            if base.op != "number":
                yield (base, taken), hadamard([x for x in rest if x[1]], t.shape, coefficient, scalars)


def _before(key: Expr, inside: Expr) -> Expr:
    return product(1, (), [key, inside])


def _behind(key: Expr, inside: Expr) -> Expr:
    return product(1, (), [inside, key])


def _times_powers(key: frozenset[Power], inside: Expr) -> Expr:
    return product(1, sorted(key, key=lambda x: x[0].serial), [inside])


def _times_entry(key: Power, inside: Expr) -> Expr:
    return hadamard([key, (inside, 1)], inside.shape)


PUT: dict[Callable[[Expr], Found], Callable[[Any, Expr], Expr]] = {
    _common_number: lambda key, inside: product(key, (), [inside]),
    _first_link: _before,
    _last_link: _behind,
    _whole_chain: _behind,
    _scalar_powers: _times_powers,
    _common_entries: _times_entry,
    _diagonal: lambda key, inside: make("diag", inside),
}


def _folded(e: Expr, name: Expr, body: Expr) -> Expr:
    """A kept name written wherever what it stands for is a factor."""
    again = mapped(e, lambda node: name if node == body else None)
    coefficient, scalars, links = parts(body)
    if not links or body.is_scalar:
        return again

    def fold(node: Expr) -> Expr | None:
        if node.op != "product":
            return None
        first, powers, chained = parts(node)
        for pattern, put in ((list(links), name), ([transposed(x) for x in reversed(links)], name.T)):
            for k in range(len(chained) - len(pattern) + 1):
                if list(chained[k : k + len(pattern)]) == pattern:
                    rest = [*powers, *((b, -p) for b, p in scalars)]
                    made = product(
                        first * exact(1) / coefficient, rest, [*chained[:k], put, *chained[k + len(pattern) :]]
                    )
                    made = tidy(made)
                    if len(text(made)) <= len(text(node)):
                        return made
        return None

    for _ in range(8):
        before, again = again, tidy(mapped(again, fold))
        if again == before:
            break
    return again
