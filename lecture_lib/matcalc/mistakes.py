"""The usual mistakes: wrong gradients, each with its name, made by bending one of the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.derivation import Derivation, Part
from lecture_lib.matcalc.expressions import (
    Expr,
    chain,
    factors,
    free_symbols,
    make,
    number,
    ones,
    summands,
    topological,
    total,
)
from lecture_lib.matcalc.functions import lookup
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.rules import Differential, change, differential, pulled, softmax_of
from lecture_lib.matcalc.simplify import substitute, tidy
from lecture_lib.matcalc.sizes import show_shape


@dataclass(frozen=True)
class Candidate:
    """A wrong gradient.

    Args:
        mistake: its name.
        message: what was done wrong.
        gradient: what it leads to.
    """

    mistake: str
    message: str
    gradient: Expr


@dataclass(frozen=True)
class Bend:
    """How the walk from the output to a quantity goes wrong.

    Args:
        rule: in place of the right differential.
        arriving: ``arriving(piece, gradient)``, what is taken for the gradient that arrives at a piece.
        paths: ``paths(quantity, contributions)``, which contributions are added.
    """

    rule: Differential = differential
    arriving: Callable[[Expr, Expr], Expr] = lambda piece, g: g
    paths: Callable[[Expr, list[Expr]], list[Expr]] = lambda v, parts: parts


def gradient(derivation: Derivation, v: Expr, bend: Bend) -> Expr:
    """The gradient with respect to v as a bent walk gives it.

    Args:
        derivation: the right derivation.
        v: the quantity.
        bend: how the walk goes wrong.

    Returns:
        An expression; a bent rule may give it another shape than v's.
    """
    pieces = derivation.pieces
    parts: dict[Expr, list[Expr]] = {}
    needed = upward(derivation, v)
    for piece in reversed([p for p in pieces.order if p in needed]):
        if piece == pieces.output:
            g: Expr = number(1)
        else:
            g = bend.arriving(piece, total(bend.paths(piece, parts[piece])))
        for parent in pieces.parents(piece):
            if parent in needed or parent == v:
                d = Expr("symbol", (), f"d{parent.name}", parent.shape)
                moved = change(piece.args[0], parent, d, pieces.names, bend.rule)
                parts.setdefault(parent, []).extend(pulled(g, moved, d))
    return total(bend.paths(v, parts[v]))


def upward(derivation: Derivation, v: Expr) -> list[Expr]:
    """The pieces on the paths from v to the output.

    Args:
        derivation: the derivation.
        v: the quantity.

    Returns:
        The pieces in the order in which they are computed, without v.
    """
    found: dict[Expr, None] = {v: None}
    for piece in derivation.pieces.order:
        if any(p in found for p in derivation.pieces.parents(piece)):
            found[piece] = None
    return [p for p in found if p != v]


def candidates(part: Part) -> Iterator[Candidate]:
    """Wrong gradients for one quantity, the most likely mistakes first.

    Args:
        part: the quantity's part of a derivation.

    Yields:
        The candidates; one that equals the right gradient may be among them.
    """
    makers = (
        _slopes,
        _softmaxes,
        _fused,
        _upstream,
        _overwritten,
        _orders,
        _transposes,
        _factors,
        _quantities,
        _signs,
    )
    for maker in makers:
        yield from maker(part)


def _sites(part: Part, ops: tuple[str, ...]) -> list[Expr]:
    pieces = upward(part.derivation, part.by)
    nodes = {n: None for p in pieces for n in topological([p.args[0]], into_lets=False) if n.op in ops}
    return list(nodes)


def _bent(part: Part, rule: Differential) -> Expr:
    return gradient(part.derivation, part.by, Bend(rule=rule))


def _at(sites: list[Expr], wrong: Callable[[Expr, Expr, Expr], Expr]) -> Differential:
    def rule(node: Expr, i: int, d: Expr, y: Expr) -> Expr:
        return wrong(node, d, y) if node in sites else differential(node, i, d, y)

    return rule


def _groups(sites: list[Expr]) -> list[list[Expr]]:
    return [[s] for s in sites] + ([sites] if len(sites) > 1 else [])


def _slopes(part: Part) -> Iterator[Candidate]:
    names = part.derivation.pieces.names
    for sites in _groups(_sites(part, ("elem",))):
        what = " and ".join(text(s) for s in sites)
        slope = " and ".join(_prime(s) for s in sites)
        yield Candidate(
            "missing slope",
            f"the factor {slope} is missing: the chain rule passes through {what}",
            _bent(part, _at(sites, lambda node, d, y: d)),
        )
        yield Candidate(
            "function for slope",
            f"{what} stands where its slope {slope} belongs",
            _bent(part, _at(sites, lambda node, d, y: names.get(node, node) * d)),
        )
        yield Candidate(
            "slope at output",
            f"the slope {slope} is taken at the function's result, not at its argument",
            _bent(part, _at(sites, lambda node, d, y: _slope_at_output(node, y) * d)),
        )
        if all(lookup(s.data[0]).slope is not None for s in sites):
            yield Candidate(
                "slope of input",
                f"the slope of {what} is written with its result, here its argument is put in",
                _bent(part, _at(sites, lambda node, d, y: _slope_of_input(node) * d)),
            )


def _prime(node: Expr) -> str:
    return text(make("elem", node.args[0], data=(node.data[0], node.data[1] + 1)))


def _slope_at_output(node: Expr, y: Expr) -> Expr:
    name, order = node.data
    return make("elem", y, data=(name, order + 1))


def _slope_of_input(node: Expr) -> Expr:
    slope = lookup(node.data[0]).slope
    assert slope is not None
    return slope(node.args[0], node.args[0])


def _softmaxes(part: Part) -> Iterator[Candidate]:
    for site in _sites(part, ("softmax", "log_softmax")):
        p = softmax_of(site.args[0])
        inside = site.op == "softmax"
        wrongs = [
            (
                "p∘(1−p), an elementwise slope, is used for softmax: off the diagonal −pᵢpⱼ is missing",
                p * (1 - p) if inside else 1 - p,
            ),
            (
                "only the diagonal part diag(p) of softmax's Jacobian is used: −ppᵀ is missing",
                p if inside else 1 + 0 * p,
            ),
        ]
        for message, slope in wrongs:
            yield Candidate("softmax elementwise", message, _bent(part, _at([site], _times(slope))))


def _times(slope: Expr) -> Callable[[Expr, Expr, Expr], Expr]:
    return lambda node, d, y: slope * d


def _fused(part: Part) -> Iterator[Candidate]:
    """p − t where (1ᵀt)p − t belongs."""
    full = _expanded(part)
    for node in topological([full]):
        if node.op == "scale" and _is_total(node.args[0]):
            sum_ = text(node.args[0])
            message = f"the fused rule p − t is used, but {sum_} need not be 1: the factor {sum_} is missing"
            yield Candidate("fused", message, substitute(full, {node: node.args[1]}))


def _is_total(e: Expr) -> bool:
    if e.op != "matmul" or not e.is_scalar:
        return False
    parts = factors(e)
    return len(parts) == 2 and any(
        (p.op == "number" and p.data == 1) or (p.op == "T" and p.args[0].op == "number") for p in parts
    )


def _expanded(part: Part) -> Expr:
    """The gradient with every error signal and long row written out."""
    e = part.gradient
    while True:
        inner = {
            n: n.args[0]
            for n in topological([e], into_lets=False)
            if n.op == "let" and getattr(n.data, "kind", "") == "signal"
        }
        if not inner:
            return e
        e = substitute(e, inner)


def _upstream(part: Part) -> Iterator[Candidate]:
    pieces = [p for p in upward(part.derivation, part.by) if p != part.derivation.output]

    for piece in pieces:

        def cut(at: Expr, g: Expr, piece: Expr = piece) -> Expr:
            return ones(*g.shape) if at == piece else g

        yield Candidate(
            "missing upstream",
            f"what arrives at {text(piece)} from above is missing: "
            f"∂{part.derivation.output}/∂{text(piece)} is left out",
            gradient(part.derivation, part.by, Bend(arriving=cut)),
        )


def _overwritten(part: Part) -> Iterator[Candidate]:
    derivation = part.derivation
    counts = _path_counts(part)
    for v in [part.by, *upward(derivation, part.by)]:
        count = counts.get(v, 1)
        for k in range(count if count > 1 else 0):
            for keep in (True, False) if count > 2 else (True,):

                def choose(at: Expr, parts: list[Expr], v: Expr = v, k: int = k, keep: bool = keep) -> list[Expr]:
                    return [p for j, p in enumerate(parts) if (j == k) == keep] if at == v else parts

                kept = f"only path {k + 1} of {count}" if keep else f"all paths but number {k + 1} of {count}"
                yield Candidate(
                    "overwritten",
                    f"{text(v)} reaches the output along {count} paths whose gradients add up; the guess has {kept}",
                    gradient(derivation, part.by, Bend(paths=choose)),
                )


def _path_counts(part: Part) -> dict[Expr, int]:
    """Along how many paths the output is reached from each quantity on the way."""
    counts: dict[Expr, int] = {}

    def count(at: Expr, parts: list[Expr]) -> list[Expr]:
        counts[at] = len(parts)
        return parts

    gradient(part.derivation, part.by, Bend(paths=count))
    return counts


def _orders(part: Part) -> Iterator[Candidate]:
    """The right factors in another order, or with other transposes."""
    sign, parts = _bare_product(part.gradient)
    if not 1 < len(parts) <= 4:
        return
    plain = [p.args[0] if p.op == "T" else p for p in parts]
    for order in permutations(range(len(parts))):
        for flips in product((False, True), repeat=len(parts)):
            used = [plain[k].T if flip else plain[k] for k, flip in zip(order, flips, strict=True)]
            if used == parts:
                continue
            try:
                made = chain(used)
            except ShapeError:
                continue
            in_order = list(order) == sorted(order)
            wrong = [text(plain[k]) for k, flip in zip(order, flips, strict=True) if flip != (parts[k].op == "T")]
            if in_order:
                message = f"a transpose is missing or too many at {' and '.join(wrong)}"
                yield Candidate("missing transpose", message, make("neg", made) if sign else made)
            else:
                message = f"the factors stand in the wrong order: {text(made)} for {text(chain(parts))}"
                yield Candidate("order", message, make("neg", made) if sign else made)


def _bare_product(e: Expr) -> tuple[bool, list[Expr]]:
    sign = e.op == "neg"
    e = e.args[0] if sign else e
    return sign, factors(e)


def _transposes(part: Part) -> Iterator[Candidate]:
    """A for Aᵀ inside, where A is square."""
    full = _expanded(part)
    for node in topological([full], into_lets=False):
        if node.op == "T" and node.shape[0] == node.shape[1] and not node.is_scalar:
            a = node.args[0]
            yield Candidate(
                "missing transpose",
                f"{text(a)} stands where {text(node)} belongs: the backward step multiplies by the transpose",
                substitute(full, {node: a}),
            )
    for a in topological([full], into_lets=False):
        if a.op != "symbol" or a.shape[0] != a.shape[1] or a.is_scalar:
            continue
        turned = tidy(substitute(full, {a: a.T}))
        if turned.shape == full.shape:
            yield Candidate("missing transpose", f"{text(a)} and {text(a)}ᵀ are mixed up", turned)


def _factors(part: Part) -> Iterator[Candidate]:
    """One factor of a product left out."""
    full = _expanded(part)
    for node in topological([full], into_lets=False):
        if node.op == "scale":
            c = node.args[0]
            yield Candidate(
                "missing factor", f"the factor {text(c)} is missing", substitute(full, {node: node.args[1]})
            )
        if node.op == "mul":
            for k in (0, 1):
                yield Candidate(
                    "missing factor",
                    f"the factor {text(node.args[k])} is missing",
                    substitute(full, {node: node.args[1 - k]}),
                )
    sign, parts = _bare_product(part.gradient)
    for k in range(len(parts) if len(parts) > 1 else 0):
        try:
            made = chain(parts[:k] + parts[k + 1 :])
        except ShapeError:
            continue
        yield Candidate(
            "missing factor", f"the factor {text(parts[k])} is missing", make("neg", made) if sign else made
        )


def _quantities(part: Part) -> Iterator[Candidate]:
    """Another quantity of the same shape in place of the right one."""
    e = part.gradient
    inside = [n for n in topological([e], into_lets=False) if n.op in ("symbol", "let")]
    derivation = part.derivation
    known = [*derivation.deltas.values(), *derivation.pieces.order, *free_symbols(derivation.output)]
    for right in inside:
        for other in known:
            if other != right and other.shape == right.shape:
                yield Candidate(
                    "wrong quantity",
                    f"{text(other)} stands where {text(right)} belongs (both are {show_shape(right.shape)})",
                    substitute(e, {right: other}),
                )


def _signs(part: Part) -> Iterator[Candidate]:
    """One term of a sum with the wrong sign."""
    full = _expanded(part)
    for node in topological([full], into_lets=False):
        if node.op != "add":
            continue
        terms = summands(node)
        for k, term in enumerate(terms):
            turned = [*terms[:k], make("neg", term), *terms[k + 1 :]]
            yield Candidate(
                "sign", f"the sign of the term {text(term)} is wrong", substitute(full, {node: total(turned)})
            )
