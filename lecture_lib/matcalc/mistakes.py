"""The usual mistakes: wrong gradients, each with its name, made by bending one rule or one place of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from lecture_lib.autograd.errors import ShapeError
from lecture_lib.matcalc.closed import closed_form, finished, weight
from lecture_lib.matcalc.derive import Part
from lecture_lib.matcalc.expr import Expr, chain, entries, hadamard, make, number, parts, rebuilt, total
from lecture_lib.matcalc.expr import product as product_of
from lecture_lib.matcalc.functions import lookup
from lecture_lib.matcalc.printing import text
from lecture_lib.matcalc.record import moving, whole_change
from lecture_lib.matcalc.rules import Differential, change, differential, local_jacobian, pulled, softmax_of
from lecture_lib.matcalc.simplify import simplified
from lecture_lib.matcalc.sizes import ONE, show_shape
from lecture_lib.matcalc.symbols import ones
from lecture_lib.matcalc.walk import depends, free_symbols, is_number, substitute, topological

# A closed form with more nodes is not varied place by place.
LARGE = 150


@dataclass(frozen=True)
class Candidate:
    """A wrong gradient: the name of the mistake, what was done wrong, and what it leads to."""

    mistake: str
    message: str
    gradient: Expr


@dataclass(frozen=True)
class Bend:
    """How the walk from the output to a quantity goes wrong: in a rule, in what arrives, in which paths are added."""

    rule: Differential = differential
    arriving: Callable[[Expr, Expr], Expr] = lambda piece, g: g
    paths: Callable[[Expr, list[Expr]], list[Expr]] = lambda v, found: found


class Bent:
    """Bends the walk of one derivation, and speaks of it in the reader's names."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.pieces = part.derivation.pieces
        self.written: dict[Expr, str] = {}
        self.upward = self._upward()
        self.found = part.derivation.found(part.by)
        self.plain = closed_form(self.found) if weight(self.found)[self.found] <= LARGE else self.found

    def told(self, e: Expr) -> str:
        """An expression in the reader's symbols and names."""
        if e not in self.written:
            bare = e.args[0] if e.op == "let" and e.name not in self.pieces.given else e
            self.written[e] = text(closed_form(bare, self.pieces.given))
        return self.written[e]

    def _upward(self) -> list[Expr]:
        """The pieces on the paths from the quantity to the output, in the order in which they are computed."""
        found = {self.part.by: None}
        for piece in self.pieces.order:
            if any(p in found for p in self.pieces.parents(piece)):
                found[piece] = None
        return [p for p in found if p != self.part.by]

    def gradient(self, bend: Bend) -> Expr:
        """The gradient as a bent walk gives it; a bent rule may give it another shape than the quantity's."""
        arrived: dict[Expr, list[Expr]] = {}
        needed = set(self.upward)
        for piece in reversed(self.upward):
            if piece == self.pieces.output:
                g: Expr = number(1)
            else:
                g = bend.arriving(piece, total(bend.paths(piece, arrived[piece])))
            for parent in self.pieces.parents(piece):
                if parent in needed or parent == self.part.by:
                    d = moving(parent)
                    moved = change(piece.args[0], parent, d, self.pieces.names, bend.rule)
                    arrived.setdefault(parent, []).extend(pulled(g, moved, d))
        return total(bend.paths(self.part.by, arrived[self.part.by]))

    def sites(self, ops: tuple[str, ...]) -> list[Expr]:
        """The places on the way with one of these operations."""
        nodes = [n for p in self.upward for n in topological([p.args[0]], into_lets=False) if n.op in ops]
        return list(dict.fromkeys(nodes))

    def at(self, sites: Sequence[Expr], wrong: Callable[[Expr, Expr, Expr], Expr]) -> Expr:
        """The gradient, or the Jacobian, with a wrong rule at some places."""

        def rule(node: Expr, i: int, d: Expr, y: Expr) -> Expr:
            return wrong(node, d, y) if node in sites else differential(node, i, d, y)

        return self._jacobian(rule) if self.part.derivation.jacobian else self.gradient(Bend(rule=rule))

    def _jacobian(self, rule: Differential) -> Expr:
        """The Jacobian that a bent rule leads to; the right one where matrices cannot state it."""
        d = moving(self.part.by)
        found = local_jacobian(simplified(whole_change(self.pieces, self.part.by, d, rule)), d)
        return self.found if found is None else found


def candidates(part: Part) -> Iterator[Candidate]:
    """Wrong gradients for one quantity, the most likely mistakes first; one that is right may be among them."""
    bent = Bent(part)
    walks = () if part.derivation.jacobian else (_fused, _upstream, _overwritten)
    for maker in (_symmetric, _slopes, _softmaxes, *walks, _orders, _factors, _quantities, _terms):
        yield from maker(bent)


def _symmetric(bent: Bent) -> Iterator[Candidate]:
    """Right only if A = Aᵀ."""
    for a in free_symbols(bent.plain):
        if a.shape[0] != a.shape[1] or a.is_scalar or a.fact:
            continue
        known = Expr("symbol", (), a.data, a.shape, "sym")
        special = substitute(finished(substitute(bent.plain, {a: known})), {known: a})
        message = f"right only if {a} = {a}ᵀ: in general {a} and {a}ᵀ are different"
        for form in (special, substitute(special, {a: a.T})):
            yield Candidate("missing transpose", message, form)
        yield Candidate("missing transpose", f"{a} and {a}ᵀ are mixed up", substitute(bent.plain, {a: a.T}))


def _groups(sites: list[Expr]) -> list[list[Expr]]:
    return [[s] for s in sites] + ([sites] if len(sites) > 1 else [])


def _slopes(bent: Bent) -> Iterator[Candidate]:
    names = bent.pieces.names
    for sites in _groups(bent.sites(("elem",))):
        what = " and ".join(bent.told(s) for s in sites)
        slope = " and ".join(_slope_text(bent, site) for site in sites)
        wrongs: list[tuple[str, str, Callable[[Expr, Expr, Expr], Expr]]] = [
            ("missing slope", f"the factor {slope} is missing: the chain rule passes through {what}", _unsloped),
            (
                "function for slope",
                f"{what} stands where its slope {slope} belongs",
                lambda n, d, y: names.get(n, n) * d,
            ),
            (
                "slope at output",
                f"the slope {slope} is taken at the function's result, not at its argument",
                lambda n, d, y: rebuilt(_prime(n), [y]) * d,
            ),
        ]
        if all(lookup(s.data[0]).slope is not None for s in sites):
            message = f"the slope of {what} is written with its result, here its argument is put in"
            wrongs.append(("slope of input", message, lambda n, d, y: _slope_of_input(n) * d))
        for mistake, message, wrong in wrongs:
            yield Candidate(mistake, message, bent.at(sites, wrong))


def _unsloped(node: Expr, d: Expr, y: Expr) -> Expr:
    return d


def _prime(node: Expr) -> Expr:
    name, order, *settings = node.data
    return make("elem", node.args[0], data=(name, order + 1, *settings))


def _slope_text(bent: Bent, node: Expr) -> str:
    """tanh′(z) in the reader's names; log′(p) as a reader writes it, 1/p."""
    inside = closed_form(node.args[0], bent.pieces.given)
    if node.data[0] == "log":
        return f"1/{inside}" if len(text(inside)) == 1 else f"1/({inside})"
    return text(rebuilt(_prime(node), [inside]))


def _slope_of_input(node: Expr) -> Expr:
    name, _, *settings = node.data
    slope = lookup(name).slope
    assert slope is not None
    return slope(node.args[0], node.args[0], *settings)


def _softmaxes(bent: Bent) -> Iterator[Candidate]:
    for site in bent.sites(("softmax", "log_softmax")):
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
            yield Candidate("softmax elementwise", message, bent.at([site], _sloped(slope)))


def _sloped(slope: Expr) -> Callable[[Expr, Expr, Expr], Expr]:
    return lambda node, d, y: slope * d


def _fused(bent: Bent) -> Iterator[Candidate]:
    """p − t where (1ᵀt)p − t belongs."""
    for node in topological([bent.plain], into_lets=False):
        if node.op != "product":
            continue
        coefficient, scalars, links = parts(node)
        for k, (base, _) in enumerate(scalars):
            if _is_total(base):
                message = f"the fused rule p − t is used, but {base} need not be 1: the factor {base} is missing"
                rest = product_of(coefficient, [*scalars[:k], *scalars[k + 1 :]], links)
                yield Candidate("fused", message, substitute(bent.plain, {node: rest}))


def _is_total(e: Expr) -> bool:
    links = parts(e).chain
    return len(links) == 2 and any(is_number(x.args[0] if x.op == "T" else x, 1) for x in links)


def _upstream(bent: Bent) -> Iterator[Candidate]:
    for piece in bent.upward[:-1]:

        def cut(at: Expr, g: Expr, piece: Expr = piece) -> Expr:
            return ones(*g.shape) if at == piece else g

        yield Candidate(
            "missing upstream",
            f"what arrives at {bent.told(piece)} from above is missing: "
            f"∂{bent.pieces.output}/∂{_beside(bent.told(piece))} is left out",
            bent.gradient(Bend(arriving=cut)),
        )


def _beside(written: str) -> str:
    return written if written.replace("_", "").isalnum() else f"({written})"


def _overwritten(bent: Bent) -> Iterator[Candidate]:
    """Some of the paths into a quantity forgotten."""
    names = _paths(bent)
    for v in [bent.part.by, *bent.upward]:
        through = names.get(v, [])
        count = len(through)
        for k in range(count if count > 1 else 0):
            for keep in (True, False) if count > 2 else (True,):

                def choose(at: Expr, found: list[Expr], v: Expr = v, k: int = k, keep: bool = keep) -> list[Expr]:
                    return [p for j, p in enumerate(found) if (j == k) == keep] if at == v else found

                kept = f"only path {k + 1} of {count}" if keep else f"all paths but number {k + 1} of {count}"
                lost = [x for j, x in enumerate(through) if (j == k) != keep and x and through.count(x) < count]
                yield Candidate(
                    "overwritten",
                    f"{bent.told(v)} reaches the output along {count} paths whose gradients add up; "
                    f"the guess has {kept}"
                    + (f": the path through {' and '.join(dict.fromkeys(lost))} is forgotten" if lost else ""),
                    bent.gradient(Bend(paths=choose)),
                )


def _paths(bent: Bent) -> dict[Expr, list[str]]:
    """For each quantity on the way, through what each of its paths to the output goes."""
    found: dict[Expr, list[str]] = {}
    for piece in reversed(bent.upward):
        body = piece.args[0]
        for parent in bent.pieces.parents(piece):
            if parent not in bent.upward and parent != bent.part.by:
                continue
            d = moving(parent)
            moved = change(body, parent, d, bent.pieces.names)
            count = len(pulled(ones(*piece.shape), moved, d))
            found.setdefault(parent, []).extend(_places(bent, piece, parent, count))
    return found


def _places(bent: Bent, piece: Expr, v: Expr, count: int) -> list[str]:
    """Through which terms of a piece a quantity is felt; through the piece itself where it is felt once."""
    terms = [t for t in (piece.args[0].args if piece.args[0].op == "sum" else [piece.args[0]]) if depends(t, v)]
    if count == 1 or len(terms) != count:
        return [_mean_piece(bent, piece) if piece != bent.pieces.output else ""] * count
    return [_mean(bent, t) for t in terms]


def _mean_piece(bent: Bent, piece: Expr) -> str:
    """A piece in words; a sum that is divided by a size is told as the mean that it belongs to."""
    for user in bent.pieces.order:
        for node in topological([user.args[0]], into_lets=False):
            scalars = parts(node).scalars if node.op == "product" else ()
            sizes = [(base, top) for base, top in scalars if base.op == "size"]
            if (piece, 1) in scalars and sizes:
                return f"the mean {bent.told(product_of(1, [(piece, 1), *sizes]))}"
    return bent.told(piece)


def _mean(bent: Bent, t: Expr) -> str:
    """A term in words, a mean by its name."""
    _, scalars, links = parts(t)
    divided = any(base.op == "size" and top == -1 for base, top in scalars)
    summed = any(_is_total(base) for base, _ in scalars) or (len(links) > 1 and _is_total(t))
    return f"the mean {bent.told(t)}" if divided and summed else bent.told(t)


def _edited(e: Expr, edit: Callable[[Expr], Iterator[tuple[str, str, Expr]]]) -> Iterator[Candidate]:
    """An expression with one of its nodes changed."""
    for node in topological([e], into_lets=False):
        for mistake, message, bent_node in edit(node):
            if bent_node.shape == node.shape:
                yield Candidate(mistake, message, substitute(e, {node: bent_node}))


def _orders(bent: Bent) -> Iterator[Candidate]:
    """The right factors in another order, or with other transposes, in the whole or inside a term."""
    for e in dict.fromkeys([bent.found, bent.plain]):
        for node in topological([e], into_lets=False):
            for c in _reordered(bent, node) if node.op == "product" else ():
                if node == e or c.gradient.shape == node.shape:
                    yield Candidate(c.mistake, c.message, substitute(e, {node: c.gradient}))


def _reordered(bent: Bent, e: Expr) -> Iterator[Candidate]:
    coefficient, scalars, links = parts(e)
    if not 1 < len(links) <= 4:
        return
    plain = [x.args[0] if x.op == "T" else x for x in links]
    for order in permutations(range(len(links))):
        for flips in product((False, True), repeat=len(links)):
            used = [plain[k].T if flip else plain[k] for k, flip in zip(order, flips, strict=True)]
            if used == list(links):
                continue
            try:
                made = chain(used)
            except ShapeError:
                continue
            wrong = [plain[k] for k, flip in zip(order, flips, strict=True) if flip != (links[k].op == "T")]
            whole = product_of(coefficient, scalars, [made])
            if list(order) == sorted(order):
                what = " and ".join(bent.told(x) for x in wrong)
                yield Candidate("missing transpose", f"a transpose is missing or too many at {what}", whole)
            else:
                message = f"the factors stand in the wrong order: {bent.told(made)} for {bent.told(chain(links))}"
                yield Candidate("order", message, whole)


def _factors(bent: Bent) -> Iterator[Candidate]:
    """One factor of a product left out, or a power forgotten."""
    for e in dict.fromkeys([bent.found, bent.plain]):
        yield from _edited(e, lambda node: _without(bent, node))
        coefficient, scalars, links = parts(e)
        for k in range(len(links) if len(links) > 1 else 0):
            try:
                made = product_of(coefficient, scalars, [*links[:k], *links[k + 1 :]])
            except ShapeError:
                continue
            yield Candidate("missing factor", f"the factor {bent.told(links[k])} is missing", made)


def _without(bent: Bent, node: Expr) -> Iterator[tuple[str, str, Expr]]:
    if node.op == "product":
        coefficient, scalars, links = parts(node)
        for k, (base, top) in enumerate(scalars):
            shown = bent.told(product_of(1, [(base, top)]))
            yield (
                "missing factor",
                f"the factor {shown} is missing",
                product_of(coefficient, [*scalars[:k], *scalars[k + 1 :]], links),
            )
            if top != 1:
                other = -2 if top == -1 else top - 1 if top > 0 else top + 1
                right = f"the power of {bent.told(base)} is wrong: {shown} belongs there"
                yield "factor", right, product_of(coefficient, [*scalars[:k], (base, other), *scalars[k + 1 :]], links)
        for k, link in enumerate(links):
            rest = [*links[:k], *links[k + 1 :]]
            if rest and link.shape[0] == link.shape[1] and link.shape[0] != ONE:
                made = product_of(coefficient, scalars, rest)
                yield "missing factor", f"the factor {bent.told(link)} is missing", made
    if node.op == "hadamard":
        found = entries(node)
        for k, power in enumerate(found):
            shown = bent.told(hadamard([power], node.shape))
            less = hadamard([*found[:k], *found[k + 1 :]], node.shape)
            yield "missing factor", f"the factor {shown} is missing", less


def _quantities(bent: Bent) -> Iterator[Candidate]:
    """Another quantity of the same shape in place of the right one."""
    e, derivation = bent.found, bent.part.derivation
    inside = [n for n in topological([e], into_lets=False) if n.op in ("symbol", "let")]
    known = [*derivation.deltas.values(), *derivation.pieces.order, *free_symbols(derivation.output)]
    for right in inside:
        for other in known:
            if other != right and other.shape == right.shape:
                yield Candidate(
                    "wrong quantity",
                    f"{bent.told(other)} stands where {bent.told(right)} belongs (both are {show_shape(right.shape)})",
                    substitute(e, {right: other}),
                )


TIMES = [(2, "twice as large as it should be"), (0.5, "half as large as it should be")]


def _terms(bent: Bent) -> Iterator[Candidate]:
    """One term of a sum with the wrong sign, off by a factor, or forgotten."""

    def edit(node: Expr) -> Iterator[tuple[str, str, Expr]]:
        for k, term in enumerate(node.args if node.op == "sum" else ()):
            before, after, shown = node.args[:k], node.args[k + 1 :], bent.told(term)
            yield "sign", f"the sign of the term {shown} is wrong", total([*before, -term, *after])
            yield "missing term", f"the term {shown} is missing", total([*before, *after])
            for factor, words in TIMES:
                yield "factor", f"the term {shown} is {words}", total([*before, factor * term, *after])

    for e in dict.fromkeys([bent.plain, bent.found]):
        yield from _edited(e, edit)
