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

from lecture_lib.matcalc.expressions import (
    Expr,
    chain,
    eye,
    factors,
    length,
    make,
    number,
    ones,
    summands,
    topological,
    total,
    zeros,
)
from lecture_lib.matcalc.sizes import ONE, ZERO

Differential = Callable[..., Expr]


def elementwise_slope(node: Expr) -> Expr:
    """f′(z), not yet written out.

    Args:
        node: f(z), or a derivative of f at z.

    Returns:
        The next derivative, of the same shape.
    """
    name, order = node.data
    return make("elem", node.args[0], data=(name, order + 1))


def softmax_of(q: Expr) -> Expr:
    """softmax(q), the p of the rules.

    Args:
        q: a column, or a matrix with one example a row.

    Returns:
        An expression of q's shape.
    """
    return make("softmax", q)


def spread(sums: Expr, like: Expr) -> Expr:
    """Repeat a sum down a column, or each row's sum along its row: the transpose of `sum_of`.

    Args:
        sums: a single number for a column, or a column with one number a row.
        like: whose shape is wanted.

    Returns:
        An expression of that shape.
    """
    if like.is_column:
        return make("scale", sums, ones(like.shape[0]))
    return chain([sums, ones(like.shape[1]).T])


def sum_of(e: Expr) -> Expr:
    """The sum down a column, or the column of the sums of the rows.

    Args:
        e: a column, or a matrix.

    Returns:
        A single number, or a column with one number a row.
    """
    return chain([ones(e.shape[0]).T, e]) if e.is_column else chain([e, ones(e.shape[1])])


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


def _inner(g: Expr, d: Expr) -> Expr:
    """The sum of the products of the entries of two arrays of one shape."""
    if g.is_scalar:
        return g * d
    return chain([g.T, d]) if g.is_column else make("trace", chain([g.T, d]))


def _over_batch(e: Expr, q: Expr) -> Expr:
    return e if q.is_column else (1 / length(q.shape[0])) * e


def _cross_entropy_logits(d: Expr, y: Expr, q: Expr, t: Expr) -> Expr:
    return _over_batch(_inner(softmax_of(q) - t, d), q)


def _cross_entropy_targets(d: Expr, y: Expr, q: Expr, t: Expr) -> Expr:
    return -_over_batch(_inner(make("log_softmax", q), d), q)


def _base(d: Expr, y: Expr, a: Expr, b: Expr) -> Expr:
    lowered = number(b.data - 1) if b.op == "number" and b.is_scalar else make("add", b, number(-1, b.shape))
    return (b * make("power", a, lowered)) * d


def _exponent(d: Expr, y: Expr, a: Expr, b: Expr) -> Expr:
    return (y * make("elem", a, data=("log", 0))) * d


def _larger(a: Expr, b: Expr) -> Expr:
    """1 where a exceeds b, else 0."""
    return make("elem", a - b, data=("step", 0))


DIFFERENTIALS: dict[str, tuple[Differential, ...]] = {
    # linear: the change of the result is the same operation on the change
    "add": (lambda d, y, a, b: d, lambda d, y, a, b: d),
    "neg": (lambda d, y, a: -d,),
    "T": (lambda d, y, a: d.T,),
    "trace": (lambda d, y, a: make("trace", d),),
    "diag": (lambda d, y, a: make("diag", d),),
    "diagpart": (lambda d, y, a: make("diagpart", d),),
    "vec": (lambda d, y, a: make("vec", d),),
    # bilinear: each argument with the other held fixed
    "matmul": (lambda d, y, a, b: d @ b, lambda d, y, a, b: a @ d),
    "mul": (lambda d, y, a, b: d * b, lambda d, y, a, b: a * d),
    "scale": (lambda d, y, c, a: d * a, lambda d, y, c, a: c * d),
    # entry by entry: a slope times the change
    "elem": (lambda d, y, z: elementwise_slope(y) * d,),
    "div": (lambda d, y, a, b: d / b, lambda d, y, a, b: -(_quotient(d, y, a, b))),
    "power": (_base, _exponent),
    "maximum": (lambda d, y, a, b: _larger(a, b) * d, lambda d, y, a, b: _larger(b, a) * d),
    # the rest
    "softmax": (_softmax,),
    "log_softmax": (_log_softmax,),
    "logsumexp": (_logsumexp,),
    "cross_entropy": (_cross_entropy_logits, _cross_entropy_targets),
    "norm": (lambda d, y, a: _inner(a, d) / y,),
    "sqnorm": (lambda d, y, a: 2 * _inner(a, d),),
    "inv": (lambda d, y, a: -(y @ d @ y),),
    "logdet": (lambda d, y, a: make("trace", make("inv", a) @ d),),
}


def _quotient(d: Expr, y: Expr, a: Expr, b: Expr) -> Expr:
    """a d / b², what a quotient loses when its denominator grows by d."""
    below = b * b
    return (d * a) / below if b.is_scalar else (a / below) * d


def differential(node: Expr, i: int, d: Expr, y: Expr) -> Expr:
    """How a node changes when its i-th argument changes by d.

    Args:
        node: the node.
        i: which argument moves.
        d: by how much.
        y: the node, or the name that stands for it.

    Returns:
        An expression of the node's shape, linear in d.
    """
    if node.op == "concat":
        blank = [zeros(*a.shape) for a in node.args]
        return make("concat", *blank[:i], d, *blank[i + 1 :])
    if node.op == "rows":
        return make("rows", d, data=node.data)
    if node.op == "elem":
        return DIFFERENTIALS["elem"][0](d, node, *node.args)
    return DIFFERENTIALS[node.op][i](d, y, *node.args)


def change(body: Expr, v: Expr, d: Expr, names: dict[Expr, Expr], rule: Differential | None = None) -> Expr:
    """How a body changes when the named quantity v in it changes by d: a sum with a term for each place of v.

    Args:
        body: the expression; names inside it are not looked into.
        v: a symbol or a named expression.
        d: its change.
        names: which name stands for a node.
        rule: in place of `differential`, to see what a wrong rule leads to.

    Returns:
        The change, linear in d.
    """
    rule = rule or differential
    moved: dict[Expr, Expr] = {v: d}
    for node in topological([body], into_lets=False):
        if node.op == "let" or node in moved:
            continue
        parts = [rule(node, i, moved[a], names.get(node, node)) for i, a in enumerate(node.args) if a in moved]
        if parts:
            moved[node] = total(parts)
    return moved[body]


# How each linear operation hands a gradient back to its i-th argument: ``transpose(g, i, node)``.
TRANSPOSES: dict[str, Callable[[Expr, int, Expr], Expr]] = {
    "add": lambda g, i, node: g,
    "neg": lambda g, i, node: -g,
    "T": lambda g, i, node: g.T,
    "matmul": lambda g, i, node: _back(g, node.args[1]) if i == 0 else _forth(node.args[0], g),
    "mul": lambda g, i, node: g * node.args[1 - i],
    "scale": lambda g, i, node: _inner(node.args[1], g) if i == 0 else node.args[0] * g,
    "div": lambda g, i, node: g / node.args[1],
    "trace": lambda g, i, node: g * eye(node.args[0].shape[0]),
    "diag": lambda g, i, node: make("diagpart", g),
    "diagpart": lambda g, i, node: make("diag", g),
    "rows": lambda g, i, node: _padded(g, node),
    "concat": lambda g, i, node: block(g, node, i),
}


def _back(g: Expr, b: Expr) -> Expr:
    return g * b.T if g.is_scalar else g @ b.T


def _forth(a: Expr, g: Expr) -> Expr:
    return g * a.T if g.is_scalar else a.T @ g


def block(g: Expr, node: Expr, i: int) -> Expr:
    """The rows of g that belong to the i-th part of a stack.

    Args:
        g: an expression of the stack's shape.
        node: the stack.
        i: which part.

    Returns:
        An expression of that part's shape.
    """
    start = ZERO
    for part in node.args[:i]:
        start += part.shape[0]
    return make("rows", g, data=(start, node.args[i].shape[0]))


def _padded(g: Expr, node: Expr) -> Expr:
    start, height = node.data
    rows, columns = node.args[0].shape
    below = rows - (start + height)
    parts = [zeros(start, columns)] * (start != ZERO) + [g] + [zeros(below, columns)] * (below != ZERO)
    return make("concat", *parts)


def pulled(g: Expr, linear: Expr, d: Expr) -> list[Expr]:
    """Hand a gradient back through an expression that is linear in d.

    Args:
        g: the gradient of the expression, of its shape.
        linear: the expression.
        d: where the gradient should arrive.

    Returns:
        The contributions to d's gradient, one for each place of d; their sum is the gradient.
    """
    if linear == d:
        return [g]
    found: list[Expr] = []
    for i, a in enumerate(linear.args):
        if depends(a, d):
            found += pulled(TRANSPOSES[linear.op](g, i, linear), a, d)
    return found


def depends(e: Expr, v: Expr) -> bool:
    """Does v occur in e, names not looked into?

    Args:
        e: the expression.
        v: a symbol or a named expression.

    Returns:
        Whether it does.
    """
    return v in topological([e], into_lets=False)


def local_jacobian(linear: Expr, d: Expr) -> Expr | None:
    """The matrix J with ``linear = J d``, for columns; for a matrix d, with its entries row by row.

    Args:
        linear: an expression linear in d.
        d: a column, or a matrix.

    Returns:
        The matrix, not yet simplified; None when it cannot be read off.
    """
    if linear == d:
        return eye(d.shape[0]) if d.is_column else None
    if linear.op == "add":
        parts = [local_jacobian(t, d) for t in summands(linear)]
        return None if None in parts else total([p for p in parts if p is not None])
    if not d.is_column:
        return _jacobian_of_matrix(linear, d)
    inner = [a for a in linear.args if depends(a, d)]
    if len(inner) != 1 or not linear.is_column:
        return None
    (moving,) = inner
    return _jacobian_step(linear, moving, d)


def _jacobian_step(linear: Expr, moving: Expr, d: Expr) -> Expr | None:
    i = linear.args.index(moving)
    other = linear.args[1 - i] if len(linear.args) == 2 else None
    if linear.op == "matmul" and other is not None:
        return _jacobian_of_product(linear, i, moving, other, d)
    below = local_jacobian(moving, d) if moving.is_column else None
    if below is None:
        return None
    match linear.op:
        case "T":
            return below
        case "neg":
            return -below
        case "scale":
            assert other is not None
            return other * below if i == 1 else _times(other, below)
        case "mul":
            assert other is not None
            return _times(make("diag", other), below)
        case "div":
            assert other is not None
            return below / other if other.is_scalar else _times(make("diag", 1 / other), below)
        case "concat":
            blank = [zeros(a.shape[0], d.shape[0]) for a in linear.args]
            return make("concat", *blank[:i], below, *blank[i + 1 :])
        case "rows":
            return make("rows", below, data=linear.data)
    return None


def _jacobian_of_product(linear: Expr, i: int, moving: Expr, other: Expr, d: Expr) -> Expr | None:
    if i == 1 or other.is_scalar:
        return _then(other, moving, d)
    if linear.is_scalar:
        return _then(other.T, flipped(moving), d)
    if moving.op == "diag":
        return _then(make("diag", other), moving.args[0], d)
    if moving.op == "matmul":
        first, second = moving.args
        return local_jacobian(first @ (second @ other), d)
    return None


def flipped(e: Expr) -> Expr:
    """The transpose, with the transposes moved onto the factors.

    Args:
        e: the expression, m×n.

    Returns:
        An expression of the shape n×m.
    """
    match e.op:
        case "T":
            return e.args[0]
        case "matmul":
            return flipped(e.args[1]) @ flipped(e.args[0])
        case "neg" | "add" | "mul":
            return make(e.op, *(flipped(a) for a in e.args))
        case "scale" | "div" if e.args[e.op == "div"].is_scalar:
            scalar = e.op == "div"
            return make(e.op, *(a if k == scalar else flipped(a) for k, a in enumerate(e.args)))
    return e.T


def _then(left: Expr, moving: Expr, d: Expr) -> Expr | None:
    below = local_jacobian(moving, d) if moving.is_column else None
    return None if below is None else _times(left, below)


def _times(a: Expr, b: Expr) -> Expr:
    if a.is_scalar:
        return make("scale", a, b)
    if b.is_scalar and b.op != "eye":
        return make("scale", b, a)
    if b.op == "eye":
        return a
    return make("matmul", a, b)


def _jacobian_of_matrix(linear: Expr, d: Expr) -> Expr | None:
    """vec(A dX B) = (A ⊗ Bᵀ) vec(dX), entries row by row."""
    if linear.op == "neg":
        inner = _jacobian_of_matrix(linear.args[0], d)
        return None if inner is None else -inner
    if linear.op != "matmul" or linear.shape[1] != ONE:
        return None
    left, right = split_at(linear, d)
    if left is None and right is None:
        return None
    before = eye(d.shape[0]) if left is None else left
    after = eye(d.shape[1]) if right is None else right
    return make("kron", before, flipped(after))


def split_at(product: Expr, d: Expr) -> tuple[Expr | None, Expr | None]:
    """The factors before and after d in a product A d B.

    Args:
        product: the product.
        d: one of its factors.

    Returns:
        A and B, None for a side that is empty; both None when d is not a factor itself, or is one twice.
    """
    parts = factors(product)
    if parts.count(d) != 1:
        return None, None
    k = parts.index(d)
    return (chain(parts[:k]) if k else None), (chain(parts[k + 1 :]) if k + 1 < len(parts) else None)
