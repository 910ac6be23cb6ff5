"""The rules: one differential an operation, and one transpose for every linear operation.

A differential says how the result y changes when one argument changes by d; it is linear in d. Everything
else follows from it: the local Jacobian by reading off the matrix in front of d, the gradient by transposing
what was done to d.

Source: J. Magnus and H. Neudecker, Matrix differential calculus with applications in statistics and econometrics,
1988, for the method and for the differentials of products, traces, inverses and determinants. Their vec runs down the
columns; here it runs along the rows, as NumPy's ravel does, so that vec(AXB) is (A ⊗ Bᵀ) vec X.
"""

from __future__ import annotations

from collections.abc import Callable

from lecture_lib.matcalc.expr import (
    Expr,
    chain,
    entries,
    exact,
    hadamard,
    make,
    number,
    parts,
    power,
    product,
    summands,
    times,
    total,
)
from lecture_lib.matcalc.functions import SLOPE_OF_SLOPE, applied
from lecture_lib.matcalc.operations import commutation
from lecture_lib.matcalc.sizes import ONE, ZERO, Size
from lecture_lib.matcalc.symbols import eye, length, ones, zeros
from lecture_lib.matcalc.walk import depends, is_number, topological

Differential = Callable[..., Expr]


def elementwise_slope(node: Expr) -> Expr:
    """f′(z), not yet written out."""
    name, order, *settings = node.data
    return make("elem", node.args[0], data=(name, order + 1, *settings))


def softmax_of(q: Expr) -> Expr:
    """softmax(q), the p of the rules."""
    return make("softmax", q)


def spread(sums: Expr, like: Expr) -> Expr:
    """Repeat a sum down a column, or each row's sum along its row: the transpose of `sum_of`."""
    if like.is_column:
        return times(sums, ones(like.shape[0]))
    return chain([sums, ones(like.shape[1]).T])


def sum_of(e: Expr) -> Expr:
    """The sum down a column, or the column of the sums of the rows."""
    return chain([ones(e.shape[0]).T, e]) if e.is_column else chain([e, ones(e.shape[1])])


def inner(g: Expr, d: Expr) -> Expr:
    """The sum of the products of the entries of two arrays of one shape."""
    if g.is_scalar:
        return times(g, d)
    return chain([g.T, d]) if g.is_column else make("trace", chain([g.T, d]))


def _softmax(d: Expr, y: Expr, q: Expr) -> Expr:
    if q.is_column:
        return (make("diag", y) - y @ y.T) @ d
    return y * d - y * spread(sum_of(y * d), q)


def _log_softmax(d: Expr, y: Expr, q: Expr) -> Expr:
    p = softmax_of(q)
    if q.is_column:
        return (eye(q.shape[0]) - ones(q.shape[0]) @ p.T) @ d
    return d - spread(sum_of(p * d), q)


def _logsumexp(d: Expr, y: Expr, q: Expr) -> Expr:
    p = softmax_of(q)
    return p.T @ d if q.is_column else sum_of(p * d)


def _over_batch(e: Expr, q: Expr) -> Expr:
    return e if q.is_column else e / length(q.shape[0])


def _cross_entropy_logits(d: Expr, y: Expr, q: Expr, t: Expr) -> Expr:
    return _over_batch(inner(softmax_of(q) - t, d), q)


def _cross_entropy_targets(d: Expr, y: Expr, q: Expr, t: Expr) -> Expr:
    return -_over_batch(inner(make("log_softmax", q), d), q)


def _base(d: Expr, y: Expr, a: Expr, b: Expr) -> Expr:
    return (b * power(a, b - 1)) * d


def _exponent(d: Expr, y: Expr, a: Expr, b: Expr) -> Expr:
    return (y * applied("log", a)) * d


def _larger(a: Expr, b: Expr) -> Expr:
    """1 where a exceeds b, else 0."""
    return applied("step", a - b)


def _second_slope(d: Expr, y: Expr, a: Expr, e: Expr) -> Expr:
    raise NotImplementedError("the second derivative of expm is not known to matcalc")


DIFFERENTIALS: dict[str, tuple[Differential, ...]] = {
    # linear: the change of the result is the same operation on the change
    "T": (lambda d, y, a: d.T,),
    "trace": (lambda d, y, a: make("trace", d),),
    "diag": (lambda d, y, a: make("diag", d),),
    "diagpart": (lambda d, y, a: make("diagpart", d),),
    "vec": (lambda d, y, a: make("vec", d),),
    # bilinear: each argument with the other held fixed
    "kron": (lambda d, y, a, b: make("kron", d, b), lambda d, y, a, b: make("kron", a, d)),
    # entry by entry: a slope times the change
    "elem": (lambda d, y, z: elementwise_slope(y) * d,),
    "power": (_base, _exponent),
    "maximum": (lambda d, y, a, b: _larger(a, b) * d, lambda d, y, a, b: _larger(b, a) * d),
    "minimum": (lambda d, y, a, b: _larger(b, a) * d, lambda d, y, a, b: _larger(a, b) * d),
    # the rest
    "softmax": (_softmax,),
    "log_softmax": (_log_softmax,),
    "logsumexp": (_logsumexp,),
    "cross_entropy": (_cross_entropy_logits, _cross_entropy_targets),
    "norm": (lambda d, y, a: inner(a, d) / y,),
    "max": (lambda d, y, a: inner(make("winner", a), d),),
    "winner": (lambda d, y, a: 0 * d,),
    "inv": (lambda d, y, a: -(y @ d @ y),),
    "logdet": (lambda d, y, a: make("trace", make("inv", a) @ d),),
    "det": (lambda d, y, a: y * make("trace", make("inv", a) @ d),),
    "expm": (lambda d, y, a: make("frechet", a, d),),
    "frechet": (_second_slope, lambda d, y, a, e: make("frechet", a, d)),
}


def _product(d: Expr, node: Expr, i: int) -> Expr:
    """A product's change: the other factors stay; a power gives its exponent and is lowered by one."""
    coefficient, scalars, links = parts(node)
    if i >= len(scalars):
        k = i - len(scalars)
        return product(coefficient, scalars, [*links[:k], d, *links[k + 1 :]])
    base, top = scalars[i]
    lowered = [(base, exact(top - 1))] if top != 1 else []
    return product(coefficient * top, [*scalars[:i], *lowered, (d, 1), *scalars[i + 1 :]], links)


def _hadamard(d: Expr, node: Expr, i: int) -> Expr:
    found = entries(node)
    base, top = found[i]
    lowered = [(base, exact(top - 1))] if top != 1 else []
    return hadamard([*found[:i], *lowered, (d, 1), *found[i + 1 :]], node.shape, top)


# The products and the sum, by place rather than by argument; a mutant of one is caught like that of any other rule.
BY_PLACE: dict[str, Callable[[Expr, Expr, int], Expr]] = {
    "product": _product,
    "hadamard": _hadamard,
    "sum": lambda d, node, i: d,
}


def differential(node: Expr, i: int, d: Expr, y: Expr) -> Expr:
    """How a node changes when its i-th argument changes by d; y is the node, or the name that stands for it."""
    if node.op in BY_PLACE:
        return BY_PLACE[node.op](d, node, i)
    if node.op == "concat":
        blank = [zeros(*a.shape) for a in node.args]
        return make("concat", *blank[:i], d, *blank[i + 1 :])
    if node.op == "rows":
        return make("rows", d, data=node.data)
    return DIFFERENTIALS[node.op][i](d, node if node.op == "elem" else y, *node.args)


def change(body: Expr, v: Expr, d: Expr, names: dict[Expr, Expr], rule: Differential | None = None) -> Expr:
    """How a body changes when v in it changes by d: a term for each place of v; names are not looked into."""
    return changed(body, {v: d}, names, rule)


def changed(body: Expr, moves: dict[Expr, Expr], names: dict[Expr, Expr], rule: Differential | None = None) -> Expr:
    """How a body changes when several quantities in it do; another rule than `differential` shows where it leads."""
    rule = rule or differential
    moved = dict(moves)
    for node in topological([body], into_lets=False):
        if node.op == "let" or node in moved:
            continue
        found = [rule(node, i, moved[a], names.get(node, node)) for i, a in enumerate(node.args) if a in moved]
        if found:
            moved[node] = total(found)
    return moved[body]


def _slope_of_slope(slope: Expr, z: Expr) -> Expr:
    """The derivative of an expression of z, entry by entry."""
    return change(slope, z, number(1, z.shape), {}) if depends(slope, z) else number(0, z.shape)


SLOPE_OF_SLOPE.append(_slope_of_slope)


def _pull_product(g: Expr, i: int, node: Expr) -> Expr:
    coefficient, scalars, links = parts(node)
    if i < len(scalars):
        rest = product(coefficient, [*scalars[:i], *scalars[i + 1 :]], links)
        return inner(rest, g)
    k = i - len(scalars)
    before, after = ([link.T for link in reversed(side)] for side in (links[:k], links[k + 1 :]))
    return product(coefficient, scalars, [*before, g, *after])


# How each linear operation hands a gradient back to its i-th argument: ``transpose(g, i, node)``.
TRANSPOSES: dict[str, Callable[[Expr, int, Expr], Expr]] = {
    "sum": lambda g, i, node: g,
    "product": _pull_product,
    "hadamard": lambda g, i, node: hadamard([(g, 1), *(x for k, x in enumerate(entries(node)) if k != i)], node.shape),
    "T": lambda g, i, node: g.T,
    "trace": lambda g, i, node: g * eye(node.args[0].shape[0]),
    "diag": lambda g, i, node: make("diagpart", g),
    "diagpart": lambda g, i, node: make("diag", g),
    "rows": lambda g, i, node: _padded(g, node),
    "concat": lambda g, i, node: block(g, node, i),
    "vec": lambda g, i, node: make("unvec", g, data=node.args[0].shape),
    "unvec": lambda g, i, node: make("vec", g),
    "frechet": lambda g, i, node: make("frechet", node.args[0].T, g),
    "kron": lambda g, i, node: make(
        "unvec", chain([kron_jacobian(node, i).T, make("vec", g)]), data=node.args[i].shape
    ),
}


def block(g: Expr, node: Expr, i: int) -> Expr:
    """The rows of g that belong to the i-th part of a stack."""
    start = sum((part.shape[0] for part in node.args[:i]), ZERO)
    return make("rows", g, data=(start, node.args[i].shape[0]))


def _padded(g: Expr, node: Expr) -> Expr:
    start, height = node.data
    rows, columns = node.args[0].shape
    below = rows - (start + height)
    blocks = [zeros(start, columns)] * (start != ZERO) + [g] + [zeros(below, columns)] * (below != ZERO)
    return make("concat", *blocks)


def pulled(g: Expr, linear: Expr, d: Expr) -> list[Expr]:
    """Hand a gradient back through an expression that is linear in d: one contribution for each place of d, or 0."""
    return _pulled(g, linear, d) if depends(linear, d) else [number(0, d.shape)]


def _pulled(g: Expr, linear: Expr, d: Expr) -> list[Expr]:
    if linear == d:
        return [g]
    found: list[Expr] = []
    for i, a in enumerate(linear.args):
        if depends(a, d):
            found += _pulled(TRANSPOSES[linear.op](g, i, linear), a, d)
    return found


def flipped(e: Expr) -> Expr:
    """The transpose, with the transposes moved onto the factors."""
    match e.op:
        case "T":
            return e.args[0]
        case "product":
            coefficient, scalars, links = parts(e)
            return product(coefficient, scalars, [flipped(link) for link in reversed(links)])
        case "sum":
            return total([flipped(a) for a in e.args])
        case "hadamard":
            return hadamard([(flipped(a), top) for a, top in entries(e)], e.shape[::-1])
    return e.T


def count(e: Expr) -> Size:
    """The number of its entries."""
    return e.shape[0] * e.shape[1]


def local_jacobian(linear: Expr, d: Expr) -> Expr | None:
    """The matrix J with ``vec(linear) = J vec(d)``, entries row by row; None when matrices cannot state it."""
    if linear == d:
        return eye(count(d))
    if linear.op == "sum":
        found = [local_jacobian(t, d) for t in summands(linear)]
        return None if None in found else total([p for p in found if p is not None])
    places = [i for i, a in enumerate(linear.args) if depends(a, d)]
    if len(places) != 1:
        return None
    (i,) = places
    if linear.op == "product":
        return _jacobian_of_product(linear, i, d)
    below = local_jacobian(linear.args[i], d)
    if below is None:
        return None
    moving = linear.args[i]
    match linear.op:
        case "vec" | "unvec":
            return below
        case "T":
            vector = ONE in moving.shape
            return below if vector else _matrices(commutation(*moving.shape), below)
        case "trace":
            return _jacobian_of_trace(moving, d)
        case "hadamard":
            others = hadamard([x for k, x in enumerate(entries(linear)) if k != i], linear.shape)
            return _matrices(make("diag", others if others.is_column else make("vec", others)), below)
        case "concat":
            blank = [zeros(count(a), count(d)) for a in linear.args]
            return make("concat", *blank[:i], below, *blank[i + 1 :])
        case "rows":
            start, height = linear.data
            return make("rows", below, data=(start * linear.shape[1], height * linear.shape[1]))
        case "kron":
            return _matrices(kron_jacobian(linear, i), below)
    return None


def _jacobian_of_product(linear: Expr, i: int, d: Expr) -> Expr | None:
    coefficient, scalars, links = parts(linear)
    below = local_jacobian(linear.args[i], d)
    if i < len(scalars):
        rest = product(coefficient, [*scalars[:i], *scalars[i + 1 :]], links)
        column = rest if rest.is_column else make("vec", rest)
        return None if below is None else _matrices(column, below)
    k = i - len(scalars)
    before, moving, after = links[:k], links[k], links[k + 1 :]
    if moving.op == "diag" and after and after[-1].is_column:
        # diag(dv) r = r ∘ dv
        inside = local_jacobian(moving.args[0], d)
        return None if inside is None else product(coefficient, scalars, [*before, make("diag", chain(after)), inside])
    if below is None:
        return None
    rows, columns = moving.shape
    left = chain(before) if before else eye(rows) if rows != ONE else None
    right = flipped(chain(after)) if after else eye(columns) if columns != ONE else None
    sides = [side for side in (left, right) if side is not None]
    factor = make("kron", *sides) if len(sides) == 2 else sides[0] if sides else None
    return product(coefficient, scalars, [below if factor is None else _matrices(factor, below)])


def _jacobian_of_trace(moving: Expr, d: Expr) -> Expr | None:
    """tr(A dX B) = vec((BA)ᵀ)ᵀ vec dX."""
    if moving.op == "sum":
        found = [_jacobian_of_trace(t, d) for t in summands(moving)]
        return None if None in found else total([p for p in found if p is not None])
    coefficient, scalars, links = parts(moving)
    places = [k for k, link in enumerate(links) if depends(link, d)]
    if len(places) == 1 and not any(depends(base, d) for base, _ in scalars):
        k = places[0]
        rest = [*links[k + 1 :], *links[:k]]
        below = local_jacobian(links[k], d)
        weights = flipped(chain(rest)) if rest else eye(moving.shape[0])
        return None if below is None else product(coefficient, scalars, [make("vec", weights).T, below])
    below = local_jacobian(moving, d)
    return None if below is None else chain([make("vec", eye(moving.shape[0])).T, below])


def kron_jacobian(node: Expr, i: int) -> Expr:
    """vec(A ⊗ B) as a matrix times vec A, or times vec B: (I ⊗ K ⊗ I)(I ⊗ vec B)."""
    a, b = node.args
    middle = commutation(a.shape[1], b.shape[0])
    sort = make("kron", make("kron", eye(a.shape[0]), middle), eye(b.shape[1]))
    spread_out = make("kron", eye(count(a)), make("vec", b)) if i == 0 else make("kron", make("vec", a), eye(count(b)))
    return chain([sort, spread_out])


def _matrices(a: Expr, b: Expr) -> Expr:
    """a times b, where an identity says nothing."""
    if a.op == "eye" and not a.is_scalar:
        return b
    if b.op == "eye" and (not b.is_scalar or is_number(a)):
        return a
    return chain([a, b])
