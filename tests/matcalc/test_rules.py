"""Every rule is needed: a mutant of any of them is caught by the proof of some line."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lecture_lib import ShapeError
from lecture_lib import matcalc as mc
from lecture_lib.matcalc import closed, normal, rules, simplify
from lecture_lib.matcalc.cut import cut_up
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.expr import entries, hadamard, make, parts, product, total
from lecture_lib.matcalc.functions import FUNCTIONS
from lecture_lib.matcalc.prove import draw, relative_error
from lecture_lib.matcalc.walk import topological


def corpus():
    """A few functions that use every rule."""
    W, x, b, u, v, q, t, A, c = mc.symbols("W:n×m x:m b:n u:n v:n q:k t:k A:n×n c:1")
    X, Q, T = mc.symbols("X:N×m Q:N×k T:N×k")
    yield u.T @ mc.tanh(W @ x + b)
    yield c * (u.T @ v) - mc.norm(u) + mc.norm(W) ** 2
    yield mc.trace(A @ A) + mc.logdet(A)
    yield u.T @ mc.inv(A) @ v
    yield -t.T @ mc.log_softmax(q)
    yield t.T @ mc.softmax(q) + mc.logsumexp(q)
    yield mc.cross_entropy(q, t)
    yield mc.cross_entropy(Q, T)
    yield mc.trace(T.T @ mc.softmax(Q)) + mc.sum(mc.logsumexp(Q))
    yield mc.trace(T.T @ mc.log_softmax(Q))
    yield mc.sum(mc.f(X @ W.T + mc.ones("N") @ b.T) ** 2)
    yield mc.sum(u * v / (2 + mc.exp(b))) + u.T @ mc.diag(v) @ b
    yield mc.sum(mc.maximum(u, v)) + mc.sum(u**3) + mc.sum(mc.diagonal(A) * v)
    yield u.T @ mc.tanh(A @ v) + b.T @ mc.relu(u) + v.T @ mc.sigmoid(u)
    yield mc.norm(mc.concat(u, x, u)) ** 2
    yield (u.T @ v) / (b.T @ u) + mc.sum(mc.log(2 + v * v)) + mc.trace(mc.diag(u) @ A)
    yield mc.sum(mc.tanh(mc.diag(u) @ A))
    yield mc.sum(mc.tanh(mc.concat(A, mc.symbols("M:n×n")) @ v))
    yield mc.sum(mc.minimum(u, v)) + mc.max(u) + mc.det(A) + mc.trace(A @ mc.inv(A.T @ A)) - mc.var(v)
    yield mc.trace(A @ mc.expm(A)) + mc.norm(mc.kron(A, u)) ** 2 + mc.vec(A).T @ mc.vec(A @ A)


def all_lines_hold() -> bool:
    try:
        return all(mc.derive(e).prove(1).ok for e in corpus())
    except (ShapeError, ValueError, RuntimeError):
        return False


def forms():
    """Expressions that use every rule of the normal form and of the closed form."""
    u, v, A, B, W, c, Q = mc.symbols("u:n v:n A:n×n B:n×n W:n×m c Q:n×n orthogonal")
    S, G = mc.symbols("S:n×n sym G:n×n diag")
    I, one = mc.eye("n"), mc.ones("n")
    yield mc.diag(2 * u) @ A @ mc.diag(v) @ B @ mc.diag(one)
    yield mc.diagonal(3 * mc.diag(u)) + mc.diagonal(u @ v.T) + mc.diagonal(I) - mc.diagonal(-A)
    yield mc.inv(A.T) @ mc.inv(2 * B) @ mc.inv(mc.inv(A)) @ mc.inv(mc.diag(u)) @ mc.inv(Q) @ mc.inv(I)
    yield mc.inv(A.T) @ B + mc.inv(A).T @ B
    yield mc.expm(A.T) @ B + make("frechet", A, c * I) + make("frechet", A, 3 * B)
    yield mc.trace(A @ u @ v.T) + mc.trace(A @ B) - 2 * mc.trace(B.T @ A.T) + mc.trace(I) + mc.trace(2 * A + B)
    yield mc.sum(u * v) * mc.sum(A * B) + (u * v).T @ one
    yield mc.exp(c) / (1 + mc.exp(c)) * u + u * mc.exp(v) / (1 + mc.exp(v)) - 1 / (1 + mc.exp(u)) + mc.log(mc.exp(v))
    yield mc.diag(u) @ mc.diag(v) @ A + mc.diag(mc.tanh(u)) + 2 * mc.diag(mc.tanh(v)) - A * (one @ one.T)
    yield 2 * A @ u - 2 * B @ v + 4 * u
    yield c * u - mc.sigmoid(c) * u + A @ u + A @ v - B @ v
    yield u / c + v / c - c**2 * u + c * v / mc.norm(u) ** 3 + u / mc.norm(u)
    yield u * mc.tanh(v) - u * u * mc.tanh(v) + mc.sqrt(c) * c**1.5 * u + u / u**2 * v
    yield S.T @ A.T @ S + G.T @ Q.T @ Q @ A + (A @ B).T - (A + B.T).T
    yield (u.T @ A @ v) * u + (v.T @ A.T @ u) * u - (2 * u - 3 * v) + 0 * u + (u * v / v).T.T + 1 * v
    yield mc.kron(2 * A, c * u) + mc.kron(A.T, u.T).T - 3 * mc.kron(I, I) @ mc.kron(A, u)
    yield mc.concat(u, v)[:"n"] + mc.concat(2 * u, v)["n":] - mc.concat(mc.concat(u), v)[0] * one
    yield make("unvec", mc.vec(A), data=A.shape) + make("unvec", 2 * mc.vec(B), data=A.shape)
    yield (one.T @ one) * u + (u / v).T @ v * v - (-u - v) * c + c * (u.T @ mc.diag(v)).T
    yield mc.diag(u) @ v + (W @ W.T @ u) * (c + 1) * (c - 1)


def all_forms_hold() -> bool:
    rng = np.random.default_rng(0)
    for e in forms():
        pieces = cut_up(mc.let("J", e))
        point = draw(pieces, rng, {})
        truth = evaluate_at(e, point)
        for form in (simplify.tidy, simplify.simplified, closed.spread, closed.factored, closed.closed_form):
            try:
                if not relative_error(evaluate_at(form(e), point), truth) < 1e-9:
                    return False
            except (ShapeError, ValueError, RuntimeError, RecursionError):
                return False
        sums = [node for node in topological([closed.spread(e)]) if node.op == "sum"]
        for node in sums:
            truth = evaluate_at(node, point)
            if any(relative_error(evaluate_at(x, point), truth) > 1e-9 for x in closed._groupings(node)):
                return False
    return True


def test_the_rules_as_they_are_hold():
    assert all_lines_hold() and all_forms_hold()


def changed(table: dict[str, Any], key: str, i: int, mutant: Callable[..., Any]) -> tuple[dict[str, Any], str, Any]:
    entry = table[key]
    return table, key, (*entry[:i], mutant, *entry[i + 1 :]) if isinstance(entry, tuple) else mutant


D, T, P = rules.DIFFERENTIALS, rules.TRANSPOSES, rules.BY_PLACE


def _of_product(wrong):
    """A wrong rule for a product: ``wrong(d, coefficient, scalars, links, i)``."""
    return lambda d, node, i: wrong(d, *parts(node), i)


def _left_factor_dropped(d, node, i):
    coefficient, scalars, links = parts(node)
    k = i - len(scalars)
    if k > 0 and links[k - 1].shape[0] == links[k - 1].shape[1]:
        return product(coefficient, scalars, [*links[: k - 1], d, *links[k + 1 :]])
    return rules._product(d, node, i)


def _power_kept(d, node, i):
    coefficient, scalars, links = parts(node)
    if i < len(scalars) and scalars[i][1] != 1:
        return product(coefficient * scalars[i][1], [*scalars, (d, 1)], links)
    return rules._product(d, node, i)


def _power_forgotten(d, node, i):
    scalars = parts(node).scalars
    right = rules._product(d, node, i)
    return product(1, (), [right]) if i >= len(scalars) else right * (1 / Fraction(scalars[i][1]))


MUTANTS = {
    "sum forgets a sign": lambda: changed(P, "sum", 0, lambda d, node, i: -d if i else d),
    "product drops its left factor": lambda: changed(P, "product", 0, _left_factor_dropped),
    "product twice": lambda: changed(P, "product", 0, lambda d, node, i: 2 * rules._product(d, node, i)),
    "minus forgotten": lambda: changed(
        P,
        "product",
        0,
        lambda d, node, i: -rules._product(d, node, i) if parts(node).coefficient < 0 else rules._product(d, node, i),
    ),
    "coefficient forgotten": lambda: changed(
        P, "product", 0, lambda d, node, i: rules._product(d, node, i) * (1 / Fraction(parts(node).coefficient))
    ),
    "power not lowered": lambda: changed(P, "product", 0, _power_kept),
    "exponent forgotten": lambda: changed(P, "product", 0, _power_forgotten),
    "∘ with the wrong factor": lambda: changed(P, "hadamard", 0, lambda d, node, i: d * node.args[i]),
    "∘ without the other factor": lambda: changed(P, "hadamard", 0, lambda d, node, i: d),
    "∘ forgets its exponent": lambda: changed(
        P, "hadamard", 0, lambda d, node, i: rules._hadamard(d, node, i) * (1 / Fraction(node.data[i]))
    ),
    "no chain through f": lambda: changed(D, "elem", 0, lambda d, y, z: d),
    "f for f′": lambda: changed(D, "elem", 0, lambda d, y, z: y * d),
    "the smaller wins": lambda: changed(D, "maximum", 0, lambda d, y, a, b: rules._larger(b, a) * d),
    "the larger wins": lambda: changed(D, "minimum", 0, lambda d, y, a, b: rules._larger(a, b) * d),
    "the largest without its place": lambda: changed(D, "max", 0, lambda d, y, a: mc.sum(d)),
    "softmax is elementwise": lambda: changed(D, "softmax", 0, lambda d, y, q: y * (1 - y) * d),
    "log softmax keeps its first term alone": lambda: changed(D, "log_softmax", 0, lambda d, y, q: d),
    "logsumexp has slope 1": lambda: changed(D, "logsumexp", 0, lambda d, y, q: rules.sum_of(d)),
    "cross-entropy's sign": lambda: changed(
        D, "cross_entropy", 0, lambda d, y, q, t: -rules._cross_entropy_logits(d, y, q, t)
    ),
    "cross-entropy without 1/N": lambda: changed(
        D, "cross_entropy", 0, lambda d, y, q, t: rules.inner(rules.softmax_of(q) - t, d)
    ),
    "cross-entropy by targets": lambda: changed(
        D, "cross_entropy", 1, lambda d, y, q, t: -rules._cross_entropy_targets(d, y, q, t)
    ),
    "length not divided": lambda: changed(D, "norm", 0, lambda d, y, a: rules.inner(a, d)),
    "inverse without minus": lambda: changed(D, "inv", 0, lambda d, y, a: y @ d @ y),
    "inverse on one side": lambda: changed(D, "inv", 0, lambda d, y, a: -(y @ d)),
    "log det without inverse": lambda: changed(D, "logdet", 0, lambda d, y, a: make("trace", a @ d)),
    "det without itself": lambda: changed(D, "det", 0, lambda d, y, a: make("trace", make("inv", a) @ d)),
    "expm as a number's": lambda: changed(D, "expm", 0, lambda d, y, a: y @ d),
    "kron swapped": lambda: changed(D, "kron", 0, lambda d, y, a, b: make("kron", b, d)),
    "trace of the transpose": lambda: changed(D, "trace", 0, lambda d, y, a: 2 * make("trace", d)),
    "pull without transpose": lambda: changed(T, "product", 0, _without_transpose),
    "pull of a product drops its number": lambda: changed(
        T, "product", 0, lambda g, i, node: rules._pull_product(g, i, product(1, *parts(node)[1:]))
    ),
    "pull of T": lambda: changed(T, "T", 0, lambda g, i, node: g if g.shape[0] == g.shape[1] else 2 * g.T),
    "pull of a stack": lambda: changed(
        T,
        "concat",
        0,
        lambda g, i, node: (
            rules.block(g, node, 0) if node.args[0].shape == node.args[i].shape else rules.block(g, node, i)
        ),
    ),
    "pull of diag": lambda: changed(T, "diag", 0, lambda g, i, node: 2 * make("diagpart", g)),
    "pull of diagonal": lambda: changed(T, "diagpart", 0, lambda g, i, node: -make("diag", g)),
    "pull of ∘": lambda: changed(T, "hadamard", 0, lambda g, i, node: g),
    "pull of trace": lambda: changed(T, "trace", 0, lambda g, i, node: 2 * g * mc.eye(node.args[0].shape[0])),
    "pull of expm": lambda: changed(T, "frechet", 0, lambda g, i, node: make("frechet", node.args[0], g)),
    "pull of vec": lambda: changed(T, "vec", 0, lambda g, i, node: 2 * make("unvec", g, data=node.args[0].shape)),
}


def _without_transpose(g, i, node):
    coefficient, scalars, links = parts(node)
    k = i - len(scalars)
    if i >= len(scalars) and all(x.shape[0] == x.shape[1] for x in (*links[:k], *links[k + 1 :])) and len(links) > 1:
        return product(coefficient, scalars, [*links[:k], g, *links[k + 1 :]])
    return rules._pull_product(g, i, node)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_killed(name, monkeypatch):
    table, key, mutant = MUTANTS[name]()
    monkeypatch.setitem(table, key, mutant)
    assert not all_lines_hold(), f"the mutant “{name}” survives"


SLOPES = {
    "tanh": lambda z, y: 1 - y,
    "sigmoid": lambda z, y: y * (1 + y),
    "relu": lambda z, y: make("elem", -z, data=("step", 0)),
    "exp": lambda z, y: z,
    "log": lambda z, y: 1 / y,
}


@pytest.mark.parametrize("name", SLOPES)
def test_mutant_of_a_slope_is_killed(name, monkeypatch):
    monkeypatch.setitem(FUNCTIONS, name, replace(FUNCTIONS[name], slope=SLOPES[name]))
    assert not all_lines_hold()


def _twice(rule):
    return lambda e: None if rule(e) is None else 2 * rule(e)


IDEAS = {rule.__name__: rule for _, rule in simplify.IDEAS}


@pytest.mark.parametrize("name", IDEAS)
def test_mutant_of_an_idea_is_killed(name, monkeypatch):
    wrong = _twice(IDEAS[name])
    ideas = [(said, wrong if rule.__name__ == name else rule) for said, rule in simplify.IDEAS]
    monkeypatch.setattr(simplify, "IDEAS", ideas)
    assert not (all_forms_hold() and all_lines_hold())


# Of each kind of node, a normal form that says something else.
NORMAL_MUTANTS = {
    op: lambda node, rule=rule: (lambda r: None if r is None or r == node else 2 * r)(rule(node))
    for op, rule in normal.NORMAL.items()
    if op not in ("concat", "size")
}
WRONG_FORMS = {
    **{f"{op} off by a factor": (op, wrong) for op, wrong in NORMAL_MUTANTS.items()},
    "like terms counted once": (
        "sum",
        lambda e: total(list(dict.fromkeys(e.args))) if len(set(e.args)) < len(e.args) else None,
    ),
    "powers of one base not added": (
        "product",
        lambda e: product(parts(e).coefficient, dict(parts(e).scalars).items(), parts(e).chain),
    ),
    "powers entry by entry not added": ("hadamard", lambda e: hadamard(dict(entries(e)).items(), e.shape)),
    "a transposed product keeps its order": (
        "T",
        lambda e: (
            product(parts(e.args[0])[0], parts(e.args[0])[1], [x.T for x in parts(e.args[0]).chain])
            if e.args[0].op == "product" and all(x.shape[0] == x.shape[1] for x in parts(e.args[0]).chain)
            else normal._transpose(e)
        ),
    ),
    "a transpose is dropped where it fits": (
        "T",
        lambda e: e.args[0] if e.shape[0] == e.shape[1] else normal._transpose(e),
    ),
    "everything square is symmetric under an inverse": (
        "inv",
        lambda e: make("inv", e.args[0].args[0]) if e.args[0].op == "T" else normal._inverse(e),
    ),
    "a fraction turned over": (
        "product",
        lambda e: product(parts(e)[0], [(b, abs(p)) for b, p in parts(e)[1]], parts(e)[2]),
    ),
}


@pytest.mark.parametrize("name", WRONG_FORMS)
def test_mutant_of_the_normal_form_is_killed(name, monkeypatch):
    op, wrong = WRONG_FORMS[name]
    monkeypatch.setattr(normal, "_TIDIED", {})
    monkeypatch.setitem(normal.NORMAL, op, wrong)
    assert not (all_forms_hold() and all_lines_hold()), f"the mutant “{name}” survives"


FORMS = {rule.__name__: rule for rule in closed.FINISHING}


@pytest.mark.parametrize("name", FORMS)
def test_mutant_of_a_finishing_rule_is_killed(name, monkeypatch):
    wrong = _twice(FORMS[name])
    monkeypatch.setattr(closed, "FINISHING", [wrong if rule.__name__ == name else rule for rule in closed.FINISHING])
    assert not (all_forms_hold() and all_lines_hold()), f"the mutant “{name}” survives"


@pytest.mark.parametrize("take", closed.PUT, ids=lambda take: take.__name__)
def test_mutant_of_a_factoring_is_killed(take, monkeypatch):
    put = closed.PUT[take]
    monkeypatch.setattr(normal, "_TIDIED", {})
    monkeypatch.setitem(closed.PUT, take, lambda key, inside: put(key, inside) + put(key, inside))
    assert not all_forms_hold(), f"the mutant of {take.__name__} survives"
