"""Transforms nest in any order, keep structures, and never mistake one variable for another."""

import tracemalloc
from itertools import product

import numpy as np
import pytest

import lecture_lib as ll
from lecture_lib import ShapeError, Tensor, grad, hessian, hvp, jacobian, jvp, numeric_jacobian, value_and_grad, vjp
from lecture_lib.autograd import jacobians

A = np.array([[1.0, 0.3, -0.5], [0.2, 2.0, 0.7], [0.1, -0.4, 1.5]])
X = np.array([0.3, -1.1, 0.8])
V = np.array([1.0, -2.0, 0.5])


def f(x):
    """A smooth function of a vector, with every kind of interaction."""
    return (
        np.sum(np.tanh(A.astype(x.dtype) @ x) * x**2)
        + np.linalg.norm(x) * np.prod(np.cos(x))
        + ll.logsumexp(x * x[::-1])
    )


def df(x):
    """Its gradient, by differences of order eps⁴."""
    return differences(f, x)


def differences(g, x, eps=1e-3):
    """The derivative of any function of a vector, along a last axis."""
    columns = []
    for k in range(x.size):
        e = np.zeros_like(x)
        e[k] = 1.0
        whole = (np.asarray(g(x + eps * e)) - np.asarray(g(x - eps * e))) / (2 * eps)
        half = (np.asarray(g(x + eps / 2 * e)) - np.asarray(g(x - eps / 2 * e))) / eps
        columns.append((4 * half - whole) / 3)
    return np.stack(columns, axis=-1)


H = differences(grad(f), X)

FIRST = {
    "grad": lambda f: grad(f),
    "value_and_grad": lambda f: lambda x: value_and_grad(f)(x)[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "jacobian reverse": lambda f: jacobian(f, mode="reverse"),
    "jacobian forward": lambda f: jacobian(f, mode="forward"),
    "jvp of units": lambda f: lambda x: np.stack([jvp(f, (x,), (e,))[1] for e in np.eye(x.size)], axis=-1),
}
SECOND = {
    "jacobian": lambda g: jacobian(g),
    "jacobian reverse": lambda g: jacobian(g, mode="reverse"),
    "jacobian forward": lambda g: jacobian(g, mode="forward"),
    "vjp of units": lambda g: lambda x: np.stack([vjp(g, x)[1](e)[0] for e in np.eye(x.size)]),
    "jvp of units": lambda g: lambda x: np.stack([jvp(g, (x,), (e,))[1] for e in np.eye(x.size)], axis=-1),
    "grad of entries": lambda g: lambda x: np.stack([grad(lambda x, k=k: g(x)[k])(x) for k in range(x.size)]),
}


@pytest.mark.parametrize("inner", FIRST)
def test_first_order(inner):
    np.testing.assert_allclose(FIRST[inner](f)(X), df(X), atol=1e-9)


@pytest.mark.parametrize(("outer", "inner"), list(product(SECOND, FIRST)))
def test_second_order_in_any_order(outer, inner):
    """Rules are themselves differentiable, whichever mode runs inside and whichever outside."""
    np.testing.assert_allclose(SECOND[outer](FIRST[inner](f))(X), H, atol=1e-7)


@pytest.mark.parametrize("modes", list(product(["reverse", "forward"], repeat=3)))
def test_third_order(modes):
    """Three transforms deep, every choice of modes."""
    one, two, three = (lambda g, m=m: jacobian(g, mode=m) for m in modes)
    found = three(two(one(f)))(X)
    np.testing.assert_allclose(found, differences(hessian(f), X), atol=1e-6)
    for axes in ((1, 0, 2), (2, 1, 0)):
        np.testing.assert_allclose(found, found.transpose(axes), atol=1e-9)


def test_hessian_and_hvp():
    np.testing.assert_allclose(hessian(f)(X), H, atol=1e-7)
    np.testing.assert_allclose(hvp(f)(X, V), H @ V, atol=1e-7)
    matrix = np.arange(6.0).reshape(2, 3)
    assert hessian(lambda x: np.sum(x**3))(matrix).shape == (2, 3, 2, 3)
    np.testing.assert_allclose(
        hessian(lambda x: np.sum(np.sin(x)))(matrix), np.diag(-np.sin(matrix).ravel()).reshape(2, 3, 2, 3)
    )
    np.testing.assert_allclose(hvp(lambda a, x: x @ a @ x, 1)(A, X, V), (A + A.T) @ V)
    np.testing.assert_allclose(hessian(lambda a, x: x @ a @ x, 1)(A, X), A + A.T)


def test_hessian_over_several_arguments():
    blocks = hessian(lambda x, y: np.sum(x**2 * y), (0, 1))(X, V)
    np.testing.assert_allclose(blocks[0][0], np.diag(2 * V))
    np.testing.assert_allclose(blocks[0][1], np.diag(2 * X))
    np.testing.assert_allclose(blocks[1][0], np.diag(2 * X))
    np.testing.assert_allclose(blocks[1][1], np.zeros((3, 3)))


@pytest.mark.parametrize("order", range(1, 7))
def test_repeated_derivatives_of_a_number(order):
    g = np.sin
    for _ in range(order):
        g = grad(g)
    expected = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)][order % 4](0.7)
    assert g(0.7) == pytest.approx(expected, rel=1e-12)


def test_perturbation_confusion():
    """d/dx of x · d/dy (x + y) is 1; an engine with one kind of derivative number says 2."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1] == 1.0
    assert grad(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1])(1.0) == 1.0
    assert jvp(lambda x: x * grad(lambda y: x + y)(1.0), (1.0,), (1.0,))[1] == 1.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x))(3.0) == 12.0
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(2.0) == 4.0
    assert jvp(lambda x: jvp(lambda y: x * y**3, (x,), (1.0,))[1], (2.0,), (1.0,))[1] == 9 * 4.0


def test_inner_derivative_at_the_outer_variable():
    """The alias of the inner transform is a node of its own."""

    def outer(x):
        return np.sum(grad(lambda y: np.sum(x * y**3))(x) * x)

    np.testing.assert_allclose(grad(outer)(X), 12 * X**3)
    np.testing.assert_allclose(jvp(outer, (X,), (V,))[1], np.sum(12 * X**3 * V))


def test_a_gradient_step_is_differentiable():
    """Learning to learn: the derivative of a loss after one step with respect to the step size."""

    def after(rate):
        return f(X - rate * grad(f)(X))

    expected = differences(lambda r: after(float(r[0])), np.array([0.1]))[0]
    assert grad(after)(0.1) == pytest.approx(expected, rel=1e-7)
    assert jvp(after, (0.1,), (1.0,))[1] == pytest.approx(expected, rel=1e-7)


def test_closures_over_tensors():
    """A leaf of the outer program that an inner function closes over still gets its gradient from backward."""
    w = Tensor(2.0, name="w")
    slope = grad(lambda x: w * x * x)(3.0)
    assert float(slope) == 12.0
    y = grad(lambda x: w.detach() * x)(1.0)
    assert y == 2.0


def test_vjp_of_jvp_and_jvp_of_vjp_transpose_each_other():
    def tangent(x):
        return jvp(lambda x: np.tanh(A @ x), (x,), (V,))[1]

    def pulled(x):
        return vjp(lambda x: np.tanh(A @ x), x)[1](V)[0]

    w = np.array([0.4, 1.0, -2.0])
    for g in (tangent, pulled):
        expected = differences(g, X)
        np.testing.assert_allclose(vjp(g, X)[1](w)[0], w @ expected, atol=1e-8)
        np.testing.assert_allclose(jvp(g, (X,), (w,))[1], expected @ w, atol=1e-8)


def test_pull_is_linear_and_can_be_called_often():
    y, pull = vjp(lambda a, x: np.tanh(a @ x), A, X)
    assert y.shape == (3,)
    one, two = pull(V)[0], pull(2 * V)[0]
    np.testing.assert_allclose(two, 2 * one)
    np.testing.assert_allclose(pull(V)[0], one)
    np.testing.assert_allclose(jacobian(lambda w: pull(w)[1])(V), jacobian(lambda x: np.tanh(A @ x))(X).T)


def test_structures_of_arguments():
    """The gradient of a dict is a dict of the same keys; so for lists, tuples and nests."""
    parameters = {"layers": [(A[:2], np.zeros(2)), (np.ones((1, 2)), np.zeros(1))], "scale": 2.0}

    def model(p, x):
        for w, b in p["layers"]:
            x = np.tanh(w @ x + b)
        return np.sum(x) * p["scale"]

    g = grad(model)(parameters, X)
    assert set(g) == {"layers", "scale"} and isinstance(g["layers"][0], tuple)
    assert g["layers"][0][0].shape == (2, 3) and isinstance(g["scale"], float)
    step = 1e-6
    parameters["layers"][0][0][1, 2] += step
    up = model(parameters, X)
    parameters["layers"][0][0][1, 2] -= 2 * step
    assert g["layers"][0][0][1, 2] == pytest.approx((up - model(parameters, X)) / (2 * step), rel=1e-6)
    both = grad(model, (0, 1))(parameters, X)
    assert isinstance(both, tuple) and both[1].shape == (3,)
    _, pull = vjp(model, parameters, X)
    assert set(pull(1.0)[0]) == {"layers", "scale"}
    _, dy = jvp(lambda p: p["a"] * p["b"], ({"a": 2.0, "b": 3.0},), ({"a": 1.0, "b": 10.0},))
    assert dy == 23.0
    blocks = jacobian(lambda p: p["a"] * p["b"])({"a": X, "b": V})
    np.testing.assert_allclose(blocks["a"], np.diag(V))


def test_several_outputs():
    def two(x, y):
        return x @ y, {"sum": np.sum(x) * y}

    y, pull = vjp(two, X, V)
    assert y[0] == pytest.approx(X @ V)
    gx, gy = pull((2.0, {"sum": np.ones(3)}))
    np.testing.assert_allclose(gx, 2 * V + np.sum(V))
    np.testing.assert_allclose(gy, 2 * X + np.sum(X))
    _, (d, rest) = jvp(two, (X, V), (V, X))
    assert d == pytest.approx(V @ V + X @ X)
    np.testing.assert_allclose(rest["sum"], np.sum(V) * V + np.sum(X) * X)
    blocks = jacobian(two, (0, 1))(X, V)
    np.testing.assert_allclose(blocks[0][0], V)
    np.testing.assert_allclose(blocks[1]["sum"][1], np.sum(X) * np.eye(3))


def test_argnums():
    def g(a, b, c):
        return a * b**2 * c**3

    assert grad(g, 2)(1.0, 2.0, 3.0) == 108.0
    assert grad(g, -1)(1.0, 2.0, 3.0) == 108.0
    assert grad(g, (2, 0))(1.0, 2.0, 3.0) == (108.0, 108.0)
    with pytest.raises(ValueError, match="argnums asks for argument 3, but the function was called with 3"):
        grad(g, 3)(1.0, 2.0, 3.0)


@pytest.mark.parametrize("mode", ["auto", "reverse", "forward"])
def test_jacobian_shapes(mode):
    """y.shape + x.shape, for every pair of ranks."""
    for shape_x in ((), (3,), (2, 3), (0,), (2, 0)):
        for shape_y in ((), (4,), (2, 2), (0,)):
            x, weights = np.ones(shape_x), np.ones(shape_y)
            block = jacobian(lambda x, w=weights: np.sum(x * x) * w, mode=mode)(x)
            assert block.shape == shape_y + shape_x
            np.testing.assert_allclose(block, 2 * np.ones(shape_y + shape_x))


def test_jacobian_is_one_pass():
    """The rows are not computed one at a time: the function runs once, whatever the number of outputs."""
    calls = []

    def g(x):
        calls.append(1)
        return np.tanh(x) * x

    for mode in ("reverse", "forward", "auto"):
        calls.clear()
        assert jacobian(g, mode=mode)(np.ones(50)).shape == (50, 50)
        assert len(calls) == 1
    with pytest.raises(ValueError, match="mode must be 'auto', 'reverse' or 'forward', not 'backward'"):
        jacobian(g, mode="backward")


def test_auto_takes_the_cheaper_side(monkeypatch):
    """One row a output or one column an input, whichever are fewer."""
    taken = []
    for name in ("_rows", "_columns"):
        real = getattr(jacobians, name)
        monkeypatch.setattr(jacobians, name, lambda run, n=name, real=real: (taken.append(n), real(run))[1])
    jacobian(lambda x: np.stack([np.sum(x), np.prod(x)]))(np.ones(5))
    jacobian(lambda x: np.outer(x, np.ones(5)))(np.ones(2))
    assert taken == ["_rows", "_columns"]


def test_float32_stays_float32():
    """One float64 constant in a rule makes a whole training run float64."""
    x = X.astype(np.float32)
    for g in (grad(f), hessian(f), jacobian(f, mode="forward")):
        assert g(x).dtype == np.float32
    y, dy = jvp(f, (x,), (V,))
    assert y.dtype == dy.dtype == np.float32
    assert hvp(f)(x, V).dtype == np.float32
    np.testing.assert_allclose(grad(f)(x), df(X), rtol=1e-4, atol=1e-4)


def test_values_are_plain_outside_and_tensors_inside():
    seen = []

    def inner(x):
        g = grad(lambda y: y * y)(x)
        seen.append(type(g))
        return g

    assert isinstance(value_and_grad(lambda x: x * x)(2.0)[0], np.float64)
    grad(inner)(2.0)
    assert seen == [Tensor]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: grad(lambda x: x * 2)(X), r"this one returned shape \(3,\): sum it or take its mean, or use jacobian"),
        (lambda: grad(lambda x: (x, x))(1.0), "returns several values is not defined; vjp or jacobian"),
        (
            lambda: vjp(lambda x: x * 2, X)[1](1.0),
            r"the upstream gradient has shape \(\), but the value has shape \(3,\)",
        ),
        (
            lambda: vjp(lambda x: (x, x), X)[1](X),
            "the upstream gradient must be a tuple or list of 2, but one ndarray came",
        ),
        (lambda: jvp(np.sin, (X,), (1.0,)), r"the tangent of .* has shape \(\), but the argument has shape \(3,\)"),
        (lambda: jvp(np.sin, X, V), "takes a tuple of arguments and a tuple with one tangent"),
        (lambda: jvp(np.multiply, (X, X), (X,)), "takes a tuple of arguments"),
        (
            lambda: jvp(lambda p: p["a"], ({"a": X},), ({},)),
            r"tangents\[0\] must be a dict with the keys \['a'\], but one with the keys \[\] came",
        ),
        (lambda: Tensor(X).backward(), r"backward\(\) needs a value with one entry, but this one has shape \(3,\)"),
        (lambda: (Tensor(X) * 1).backward(np.ones(2)), r"has shape \(2,\), but the value has shape \(3,\)"),
    ],
)
def test_shape_errors(call, words):
    with pytest.raises(ShapeError, match=words):
        call()


def test_other_errors():
    with pytest.raises(TypeError, match="must return numbers or Tensors, not str"):
        grad(lambda x: "no")(1.0)
    with pytest.raises(TypeError, match="must return numbers or Tensors, not None: does it end"):
        grad(lambda x: None)(1.0)
    with pytest.raises(RuntimeError, match="use grad or vjp there, which nest"):
        grad(lambda x: (x * x).backward())(1.0)


def test_upstream_defaults_to_one_for_one_entry_of_any_shape():
    x = Tensor([[2.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[4.0]]
    y = Tensor([1.0, 2.0])
    (y * y).backward([1.0, 10.0])
    assert y.grad.tolist() == [2.0, 40.0]


def stack_of_many(x):
    return np.stack([np.sum(np.sin(x) * k) if k % 3 else x[k] * x[0] for k in range(40)])


@pytest.mark.parametrize("f", [stack_of_many, lambda x: np.concatenate([x**2, np.ones(3), x[:0], 2 * x]),
                               lambda x: np.stack([x, np.cos(x)], axis=1), lambda x: np.stack([x, np.ones(40)])])  # fmt: skip
def test_the_rows_of_a_stack(f, rng):
    """Part by part, all at once and by columns: the same Jacobian, and derivatives of it."""
    x = rng.standard_normal(40)
    expected = numeric_jacobian(f, x)
    for mode in ("auto", "reverse", "forward"):
        np.testing.assert_allclose(jacobian(f, mode=mode)(x), expected, atol=1e-6)
    w = rng.standard_normal(40)
    curve = jvp(lambda x: jacobian(f)(x), (x,), (w,))[1]
    np.testing.assert_allclose(curve, (jacobian(f)(x + 1e-5 * w) - jacobian(f)(x - 1e-5 * w)) / 2e-5, atol=1e-6)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_jacobian_in_blocks_is_the_same_in_bounded_memory(mode, rng, monkeypatch):
    """Blocks of a few rows, the last one shorter; nothing as large as all rows at once is ever made."""
    x, pairs = rng.standard_normal((60, 2)), []

    def kernel(x):
        away = x[:, None] - x
        return np.exp(-np.sum(away * away, axis=-1)).sum(axis=1)

    whole = jacobian(kernel, mode=mode)(x)
    curved = hessian(lambda x: np.sum(kernel(x)))(x)
    for size in (2**14, 2**17, 2**19):
        monkeypatch.setattr(jacobians, "BLOCK_BYTES", size)
        np.testing.assert_allclose(jacobian(kernel, mode=mode)(x), whole, rtol=1e-13)
        tracemalloc.start()
        np.testing.assert_allclose(hessian(lambda x: np.sum(kernel(x)))(x), curved, rtol=1e-10, atol=1e-12)
        pairs.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    held = 120 * 120 * 8 * 3
    assert pairs[0] < pairs[1] < pairs[2] < 12 * 2**19 + held
