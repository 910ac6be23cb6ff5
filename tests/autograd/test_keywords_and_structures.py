"""Keyword arguments, a second result, and structures of every kind, through every transform."""

import warnings
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from lecture_lib import (
    GradientError,
    ShapeError,
    Tensor,
    backward_source,
    check_gradient,
    compile_gradient,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    trace,
    value_and_grad,
    vjp,
)
from lecture_lib.graph.compile import KEPT

W = np.array([1.0, -2.0, 0.5])


def loss(w, reg=0.0, power=2):
    return np.sum(np.sin(w)) + reg * np.sum(w**power)


def slope(w, reg):
    return np.cos(w) + 2 * reg * w


def test_keyword_arguments_reach_the_function_through_every_transform():
    expected = slope(W, 0.1)
    np.testing.assert_allclose(grad(loss)(W, reg=0.1), expected)
    value, g = value_and_grad(loss)(W, reg=0.1)
    assert value == loss(W, reg=0.1)
    np.testing.assert_allclose(g, expected)
    y, pull = vjp(loss, W, reg=0.1)
    assert y == value and len(pull(1.0)) == 1
    np.testing.assert_allclose(pull(1.0)[0], expected)
    np.testing.assert_allclose(jvp(loss, (W,), (W,), reg=0.1)[1], expected @ W)
    np.testing.assert_allclose(jacobian(loss)(W, reg=0.1), expected)
    curved = np.diag(-np.sin(W) + 0.2)
    np.testing.assert_allclose(hessian(loss)(W, reg=0.1), curved)
    np.testing.assert_allclose(hvp(loss)(W, W, reg=0.1), curved @ W)
    assert check_gradient(loss, W, reg=0.1).max_error < 1e-6
    assert check_gradient(loss, W, reg=0.1, seed=3, eps=1e-3).max_error < 1e-6


def test_keyword_arguments_in_a_trace_a_printed_and_a_compiled_gradient():
    graph = trace(loss, W, reg=0.1)
    np.testing.assert_allclose(graph.forward(2 * W, reg=0.3), loss(2 * W, reg=0.3))
    assert {node.name for node in graph.leaves} >= {"w", "reg"}
    source = backward_source(loss, W, reg=0.1)
    assert "def backward(w, reg):" in source
    for again, reg in ((W, 0.1), (2 * W, -0.7)):
        np.testing.assert_allclose(source.function()(again, reg=reg)[1][0], slope(again, reg))
    step = compile_gradient(loss, W, reg=0.1)
    for again, reg in ((W, 0.1), (2 * W, -0.7), (3 * W, 0.4)):
        value, g = step(again, reg=reg)
        np.testing.assert_allclose(value, loss(again, reg=reg))
        np.testing.assert_allclose(g, slope(again, reg))
    np.testing.assert_allclose(step(W)[1], np.cos(W))
    np.testing.assert_allclose(step(W, 0.5)[1], slope(W, 0.5))


def test_a_dict_behind_the_arguments_is_no_keyword_argument():
    """A compiled gradient that took one for the other would answer with the wrong program."""

    def f(w, more=None, *, reg=0.0):
        return np.sum(w**2) * (1.0 if more is None else more["reg"] + 10.0) + reg

    step = compile_gradient(f, W, reg=2.0)
    assert step(W, reg=2.0)[0] == 7.25 and step(W, {"reg": 2.0})[0] == 63.0 and step(W, reg=3.0)[0] == 8.25


def test_a_wrong_keyword_is_python_s_own_error():
    for call in (grad(loss), compile_gradient(loss, W), lambda w, **k: trace(loss, w, **k)):
        with pytest.raises(TypeError, match="unexpected keyword argument 'rge'"):
            call(W, rge=0.1)


def test_a_tensor_of_an_outer_transform_as_a_keyword():
    np.testing.assert_allclose(grad(lambda r: np.sum(grad(loss)(W, reg=r) * W))(0.1), 2 * W @ W)


def with_parts(w, scale=1.0):
    logits = w * scale
    return np.sum(logits**2), {"logits": logits, "epoch": 3, "note": "fine", "none": None}


def test_an_auxiliary_result():
    g, aux = grad(with_parts, has_aux=True)(W, scale=2.0)
    np.testing.assert_allclose(g, 8 * W)
    assert aux["logits"].tolist() == (2 * W).tolist() and type(aux["logits"]) is np.ndarray
    assert (aux["epoch"], aux["note"], aux["none"]) == (3, "fine", None)
    (value, aux), (g,) = value_and_grad(with_parts, argnums=(0,), has_aux=True)(W)
    assert value == np.sum(W**2) and aux["logits"].tolist() == W.tolist() and g.tolist() == (2 * W).tolist()


def test_an_auxiliary_result_has_a_derivative_in_an_outer_transform():
    """Also where the differentiated value does not depend on the outer variable."""

    def outer(y):
        g, aux = grad(lambda x: (x * x, y * x), has_aux=True)(2.0)
        return aux * g

    assert grad(outer)(3.0) == 8.0
    assert grad(lambda y: grad(lambda x: (x * y, x), has_aux=True)(2.0)[1])(3.0) == 0.0


@pytest.mark.parametrize("result", [1.0, (1.0,), (1.0, 2.0, 3.0), None])
def test_has_aux_needs_a_pair(result):
    with pytest.raises(TypeError, match="must return a pair"):
        grad(lambda x: result, has_aux=True)(1.0)


class Layer(NamedTuple):
    W: Any
    b: Any = None


@dataclass
class Params:
    W: Any
    layer: Layer
    b: Any = None
    norm: Any = field(init=False)

    def __post_init__(self):
        self.norm = np.sum(self.W**2)


@dataclass(frozen=True, slots=True)
class Frozen:
    W: Any
    b: Any


class Named(dict):
    __getattr__ = dict.__getitem__


class Attributes(dict):
    def __init__(self, *args, **entries):
        super().__init__(*args, **entries)
        self.__dict__ = self


class Made(dict):
    def __init__(self, n):
        super().__init__(W=np.arange(1.0, n + 1), b=np.ones(n))


V = np.array([3.0, 1.0, -1.0])
STRUCTURES = [
    (OrderedDict(W=W, b=V), lambda p: np.sum(p["W"] ** 2 * p["b"])),
    (defaultdict(list, W=W, b=V), lambda p: np.sum(p["W"] ** 2 * p["b"])),
    (Named(W=W, b=V), lambda p: np.sum(p.W**2 * p.b)),
    (Attributes(W=W, b=V), lambda p: np.sum(p.W**2 * p.b)),
    (Made(3), lambda p: np.sum(p["W"] ** 2 * p["b"])),
    (Layer(W, V), lambda p: np.sum(p.W**2 * p.b)),
    (Layer(W), lambda p: np.sum(p.W**3) if p.b is None else 0.0),
    (namedtuple("Pair", "one two")(W, V), lambda p: np.sum(p.one**2 * p.two)),
    (Params(W, Layer(V)), lambda p: p.norm * np.sum(p.layer.W) if p.b is None else 0.0),
    (Frozen(W, V), lambda p: np.sum(p.W**2 * p.b)),
    ({"a": [W, None], "b": (None, Frozen(V, None))}, lambda p: np.sum(p["a"][0] ** 2 * p["b"][1].W)),
]


def numbers(p):
    """All arrays of a structure in one vector, taken apart by hand."""
    if p is None:
        return np.zeros(0)
    if isinstance(p, np.ndarray):
        return p
    parts = p.values() if isinstance(p, dict) else p if isinstance(p, (tuple, list)) else [
        getattr(p, name) for name in p.__dataclass_fields__ if name != "norm"
    ]  # fmt: skip
    return np.concatenate([numbers(part) for part in parts])


@pytest.mark.parametrize(("p", "f"), STRUCTURES, ids=lambda v: type(v).__name__)
def test_structures_keep_their_type_and_their_none(p, f, rng):
    g = grad(f)(p)
    assert type(g) is type(p)
    step, eps = rng.standard_normal(numbers(p).size), 1e-6

    def moved(by):
        parts = iter(np.split(numbers(p) + by * step, range(3, step.size, 3)))

        def put(q):
            if q is None:
                return None
            if isinstance(q, np.ndarray):
                return next(parts)
            if isinstance(q, dict):
                made = Named() if isinstance(q, Named) else Attributes() if isinstance(q, Attributes) else {}
                made.update({k: put(v) for k, v in q.items()})
                return made
            if isinstance(q, (list, tuple)):
                return type(q)(*map(put, q)) if hasattr(q, "_fields") else type(q)(map(put, q))
            return type(q)(*(put(getattr(q, name)) for name in q.__dataclass_fields__ if name != "norm"))

        return put(p)

    slope = numbers(g) @ step
    np.testing.assert_allclose((f(moved(eps)) - f(moved(-eps))) / (2 * eps), slope, rtol=1e-6)
    np.testing.assert_allclose(jvp(f, (p,), (moved(1.0),))[1], numbers(g) @ numbers(moved(1.0)), rtol=1e-12)
    np.testing.assert_allclose(numbers(compile_gradient(f, p)(moved(0.5))[1]), numbers(grad(f)(moved(0.5))), rtol=1e-12)
    np.testing.assert_allclose(trace(f, p).forward(moved(0.5)), f(moved(0.5)), rtol=1e-12)
    assert check_gradient(f, p).max_error < 1e-6
    assert isinstance(jacobian(f)(p), type(p))


def test_results_of_every_kind():
    y, pull = vjp(lambda x: Frozen(x * 2, None), W)
    assert type(y) is Frozen and y.W.tolist() == (2 * W).tolist() and y.b is None
    assert pull(Frozen(V, None))[0].tolist() == (2 * V).tolist()
    with pytest.raises(ShapeError, match="must be None, but one ndarray came"):
        pull(Frozen(V, V))
    with pytest.raises(ShapeError, match="must be a Frozen, but 2 values came"):
        pull((V, None))
    with pytest.raises(ShapeError, match="returns several values"):
        grad(lambda x: Frozen(np.sum(x), None))(W)
    assert type(jvp(lambda x: Layer(x), (W,), (V,))[1]) is Layer


def test_what_is_wrong_in_a_structure_is_named():
    with pytest.raises(TypeError, match=r"argument 'p.W': it holds int64"):
        grad(lambda p: np.sum(p.W))(Frozen(np.array([1, 2]), None))
    with pytest.raises(TypeError, match="argument 'p': it is None"):
        grad(lambda p: 1.0)(None)
    with pytest.raises(GradientError, match=r"p\.W\["):
        check_gradient(lambda p: np.sum(p.W * p.W.data if isinstance(p.W, Tensor) else p.W**2), Frozen(W, None))


def test_a_compiled_gradient_keeps_the_forms_used_last_and_says_so():
    traced = []

    def f(x):
        traced.append(x.shape)
        return np.sum(x**2)

    step = compile_gradient(f, np.ones(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(1, KEPT + 1):
            step(np.ones(n))
    step(np.ones(1))  # the oldest is now the latest
    with pytest.warns(RuntimeWarning, match=f"gradient of f has met more than {KEPT} forms of arguments"):
        step(np.ones(KEPT + 1))
    traced.clear()
    assert step(np.ones(1))[0] == 1.0 and traced == []
    assert step(np.ones(2))[0] == 2.0 and (2,) in traced
