"""Every rule is needed: a mutant of any of them is caught by the proof of some line."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lecture_lib import ShapeError
from lecture_lib import matcalc as mc
from lecture_lib.matcalc import rules, simplify
from lecture_lib.matcalc.expressions import make
from lecture_lib.matcalc.functions import FUNCTIONS


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


def all_lines_hold() -> bool:
    try:
        return all(mc.derive(e).prove(1).ok for e in corpus())
    except (ShapeError, ValueError, RuntimeError):
        return False


def test_the_rules_as_they_are_hold():
    assert all_lines_hold()


def changed(table: dict[str, Any], key: str, i: int, mutant: Callable[..., Any]) -> tuple[dict[str, Any], str, Any]:
    entry = table[key]
    return table, key, (*entry[:i], mutant, *entry[i + 1 :]) if isinstance(entry, tuple) else mutant


D, T = rules.DIFFERENTIALS, rules.TRANSPOSES
MUTANTS = {
    "sum forgets a sign": lambda: changed(D, "add", 1, lambda d, y, a, b: -d),
    "minus forgotten": lambda: changed(D, "neg", 0, lambda d, y, a: d),
    "product drops its left factor": lambda: changed(
        D, "matmul", 1, lambda d, y, a, b: d if a.shape[0] == a.shape[1] else a @ d
    ),
    "product twice": lambda: changed(D, "matmul", 0, lambda d, y, a, b: 2 * (d @ b)),
    "∘ with the wrong factor": lambda: changed(D, "mul", 0, lambda d, y, a, b: d * a),
    "scale without its number": lambda: changed(D, "scale", 1, lambda d, y, c, a: d),
    "no chain through f": lambda: changed(D, "elem", 0, lambda d, y, z: d),
    "f for f′": lambda: changed(D, "elem", 0, lambda d, y, z: y * d),
    "quotient upside down": lambda: changed(D, "div", 0, lambda d, y, a, b: d * b),
    "quotient's sign": lambda: changed(D, "div", 1, lambda d, y, a, b: rules._quotient(d, y, a, b)),
    "power not lowered": lambda: changed(D, "power", 0, lambda d, y, a, b: (b * make("power", a, b)) * d),
    "the smaller wins": lambda: changed(D, "maximum", 0, lambda d, y, a, b: rules._larger(b, a) * d),
    "softmax is elementwise": lambda: changed(D, "softmax", 0, lambda d, y, q: y * (1 - y) * d),
    "log softmax keeps its first term alone": lambda: changed(D, "log_softmax", 0, lambda d, y, q: d),
    "logsumexp has slope 1": lambda: changed(D, "logsumexp", 0, lambda d, y, q: rules.sum_of(d)),
    "cross-entropy's sign": lambda: changed(
        D, "cross_entropy", 0, lambda d, y, q, t: -rules._cross_entropy_logits(d, y, q, t)
    ),
    "cross-entropy without 1/N": lambda: changed(
        D, "cross_entropy", 0, lambda d, y, q, t: rules._inner(rules.softmax_of(q) - t, d)
    ),
    "cross-entropy by targets": lambda: changed(
        D, "cross_entropy", 1, lambda d, y, q, t: -rules._cross_entropy_targets(d, y, q, t)
    ),
    "length not divided": lambda: changed(D, "norm", 0, lambda d, y, a: rules._inner(a, d)),
    "squared length without 2": lambda: changed(D, "sqnorm", 0, lambda d, y, a: rules._inner(a, d)),
    "inverse without minus": lambda: changed(D, "inv", 0, lambda d, y, a: y @ d @ y),
    "inverse on one side": lambda: changed(D, "inv", 0, lambda d, y, a: -(y @ d)),
    "log det without inverse": lambda: changed(D, "logdet", 0, lambda d, y, a: make("trace", a @ d)),
    "trace of the transpose": lambda: changed(D, "trace", 0, lambda d, y, a: 2 * make("trace", d)),
    "pull without transpose, right": lambda: changed(T, "matmul", 0, lambda g, i, node: _square(g, i, node, 1)),
    "pull without transpose, left": lambda: changed(T, "matmul", 0, lambda g, i, node: _square(g, i, node, 0)),
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
    "pull of ∘": lambda: changed(T, "mul", 0, lambda g, i, node: g),
    "pull of scale": lambda: changed(T, "scale", 0, lambda g, i, node: g if i else rules._inner(node.args[1], g)),
    "pull of trace": lambda: changed(T, "trace", 0, lambda g, i, node: 2 * g * mc.eye(node.args[0].shape[0])),
}


def _square(g, i, node, side):
    other = node.args[1 - i]
    if i == 1 - side and other.shape[0] == other.shape[1] and not other.is_scalar and not g.is_scalar:
        return g @ other if i == 0 else other @ g
    right = rules._back(g, node.args[1]) if i == 0 else rules._forth(node.args[0], g)
    return right


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


SIMPLIFICATIONS = {
    "_diagonal": lambda e: (
        make("T", make("mul", e.args[1].args[0], e.args[1].args[0]))
        if e.op == "matmul" and e.args[1].op == "diag" and e.args[0].op == "T"
        else None
    ),
    "_cut": lambda e: None if simplify._cut(e) is None else 2 * simplify._cut(e),
    "_multiply_out": lambda e: None if simplify._multiply_out(e) is None else e.args[0],
}


@pytest.mark.parametrize("name", SIMPLIFICATIONS)
def test_mutant_of_a_simplification_is_killed(name, monkeypatch):
    ideas = [(said, SIMPLIFICATIONS[name] if rule.__name__ == name else rule) for said, rule in simplify.IDEAS]
    assert any(rule.__name__ == "<lambda>" for _, rule in ideas)
    monkeypatch.setattr(simplify, "IDEAS", ideas)
    assert not all_lines_hold()
