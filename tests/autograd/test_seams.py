"""The seams of the engine: what is traced, copied, closed over or handed in gives the true gradient or an error."""

import copy
import functools
import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from lecture_lib import (
    Tensor,
    ZeroGradientWarning,
    backward_source,
    check_gradient,
    compile_gradient,
    cross_entropy,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    leaky_relu,
    logsumexp,
    no_grad,
    numeric_gradient,
    primitive,
    relu,
    sigmoid,
    softmax,
    trace,
    value_and_grad,
    vjp,
)
from lecture_lib.autograd.trees import leaves

RNG = np.random.default_rng(18)
A, B, W = (RNG.normal(size=(3, 3)) for _ in range(3))
X = np.array([1.0, 2.0, 3.0])


def roads(f: Any, *args: Any) -> dict[str, tuple[Any, Any]]:
    """f's value and its gradient in the first argument on every road that reverse mode can take."""
    rest = tuple(range(len(args)))[:1]
    printed = backward_source(f, *args, argnums=0).function()(*args)
    graph = trace(f, *args)
    graph.forward(*args)
    return {
        "eager": value_and_grad(f)(*args),
        "compiled": compile_gradient(f, *args)(*args),
        "printed": (printed[0], printed[1][rest[0]]),
        "graph": (graph.result(), graph.backward()[graph.inputs[0]]),
    }


def assert_one_number(f: Any, *args: Any, rtol: float = 1e-10) -> None:
    """All roads give the same value and gradient, in the same dtype; other values of the same shapes too."""
    found = roads(f, *args)
    value, gradient = found.pop("eager")
    for road, (v, g) in found.items():
        np.testing.assert_allclose(v, value, rtol=rtol, err_msg=road)
        np.testing.assert_allclose(g, gradient, rtol=rtol, atol=rtol * np.abs(gradient).max(), err_msg=road)
        assert np.asarray(v).dtype == np.asarray(value).dtype, road


SQUARE = {
    "tensordot": lambda a: np.sum(np.tensordot(a, B, 1) * W),
    "inner": lambda a: np.sum(np.inner(a, B) * W),
    "diag": lambda a: np.sum(np.diag(a, 1) * W[0, :2]),
    "trace": lambda a: np.trace(a, 1) * 2.0,
    "prod": lambda a: np.sum(np.prod(a, axis=1) * W[0]),
    "moveaxis": lambda a: np.sum(np.moveaxis(a, 0, 0) * W),
    "transpose to itself": lambda a: np.sum(np.transpose(a, (0, 1)) * W),
    "transpose twice": lambda a: np.sum(np.swapaxes(a.T, 0, 1) * W),
    "three axes, turned round": lambda a: np.sum(
        np.transpose(np.transpose(a[None] * B[:, :, None], (1, 2, 0)), (1, 2, 0)) * np.arange(27.0).reshape(3, 3, 3)
    ),
    "a product turned": lambda a: np.sum(np.transpose(a @ B, (1, 0)) * W) + np.sum(np.transpose(a @ B, (0, 1)) * W),
}


@pytest.mark.parametrize("name", SQUARE)
def test_a_transpose_of_a_square_matrix_moves_the_axes_that_it_names(name: str) -> None:
    f = SQUARE[name]
    assert_one_number(f, A)
    np.testing.assert_allclose(grad(f)(A), numeric_gradient(f, A), rtol=1e-6, atol=1e-8)


def test_two_constant_arrays_of_single_precision_stay_so_where_they_are_numbers() -> None:
    one, none = np.ones(3, np.float32), np.zeros(3, np.float32)
    assert_one_number(lambda x: np.sum(np.where(x > 0, one, none) * x), X.astype(np.float32))


def test_constants_without_axes_are_told_apart_by_all_their_digits() -> None:
    """Their printed form has eight."""
    c, d = np.array(1.1234567891), np.array(1.1234567892)
    f = lambda x: np.sum(x * c - x * d) * 1e10  # noqa: E731
    assert_one_number(f, X, rtol=1e-4)


def test_a_product_is_not_regrouped_where_it_would_overflow() -> None:
    with np.errstate(over="ignore"):
        assert_one_number(lambda x: np.sum(1e200 * (1e200 * x)), X * 1e-300)
    half = (X * 20000).astype(np.float16)
    assert_one_number(lambda x: np.max(0.5 * x + 0.5 * x[::-1]), half)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_a_copy_is_a_new_leaf(copied: Any) -> None:
    a = Tensor([1.0, 1.0], name="a")
    b = copied(a)
    np.sum(3 * a + 5 * b).backward()
    assert (a.grad.tolist(), b.grad.tolist(), b.name) == ([3.0, 3.0], [5.0, 5.0], "a")
    again = copied(b)
    again.grad += 1
    again.data += 1
    assert b.grad.tolist() == [5.0, 5.0]
    assert b.data.tolist() == [1.0, 1.0]
    assert copied(a * b).parents == ()


def test_a_copy_in_another_process_is_a_leaf_there(tmp_path: Any) -> None:
    """Serial numbers start anew in every process, so a stored one would be too old or too young."""
    young = [Tensor(1.0) for _ in range(500)][-1]
    (tmp_path / "tensors").write_bytes(pickle.dumps([young, Tensor(2.0)]))
    code = (
        "import pickle, sys, numpy as np; from lecture_lib import Tensor; c = Tensor(3.0);"
        "a, b = pickle.load(open(sys.argv[1], 'rb')); (a * b * b * c).backward(); print(a.grad, b.grad, c.grad)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "tensors")], capture_output=True, text=True)
    assert ran.stdout.split() == ["12.0", "12.0", "4.0"], ran.stderr


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, Tensor, lambda t: Tensor(t, name="again")])
def test_a_copy_inside_a_transform_passes_the_gradient_on(made: Any) -> None:
    f = lambda x: np.sum(made(x) * x * 3.0)  # noqa: E731
    assert grad(f)(X).tolist() == (6 * X).tolist()
    assert jvp(f, (X,), (np.ones(3),))[1] == 36.0
    assert compile_gradient(f, X)(X)[1].tolist() == (6 * X).tolist()
    assert grad(lambda x: np.sum(grad(f)(x)))(X).tolist() == [6.0, 6.0, 6.0]


def test_a_pickle_inside_a_transform_is_refused() -> None:
    with pytest.raises(TypeError, match="pickled Tensor inside a differentiated function"):
        grad(lambda x: np.sum(pickle.loads(pickle.dumps(x))))(X)


MASKED, MATRIX = np.ma.array(X, mask=[0, 1, 0]), np.eye(3).view(np.matrix)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x * MASKED), lambda x: np.sum(MASKED * x), lambda x: np.multiply(x, MASKED).sum(),
        lambda x: MASKED @ x, lambda x: np.sum(np.where(MASKED > 1, x, 0.0)), lambda x: np.sum(np.stack([x, MASKED])),
        lambda x: np.average(x, weights=MASKED), lambda x: np.sum(x * MATRIX), lambda x: np.sum(MATRIX * x),
        lambda x: np.sum(MATRIX @ x), lambda x: np.sum(x[MASKED > 1]), lambda x: np.sum(np.clip(x, 0, MASKED)),
        lambda x: cross_entropy(x, MASKED), lambda x: np.einsum("i,i->", x, MASKED),
    ],
)  # fmt: skip
def test_constants_with_another_arithmetic_are_refused(f: Any) -> None:
    for transform in (grad(f), lambda x: compile_gradient(f, x), lambda x: f(Tensor(x))):
        with pytest.raises(TypeError, match=r"mask|np\.matrix|does not turn into a plain array"):
            transform(X)


def test_arguments_and_upstream_gradients_with_a_mask_are_refused_too() -> None:
    def product(x: Any, c: Any) -> Any:
        return np.sum(x * c)

    for call in (
        lambda: grad(product)(X, MASKED), lambda: compile_gradient(product, X, MASKED), lambda: grad(product)(MASKED, X),
        lambda: trace(product, X, MASKED), lambda: trace(product, X, X).forward(X, MASKED),
        lambda: vjp(lambda x: x * 2.0, X)[1](MASKED), lambda: jvp(np.sum, (X,), (MASKED,)), lambda: softmax(MASKED),
        lambda: numeric_gradient(np.sum, MASKED), lambda: compile_gradient(product, X, X)(X, MASKED),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="mask"):
            call()


class Labelled(np.ndarray):
    """An array of another class, whose arithmetic is a plain one's."""


class Column:
    """What turns into an array, as a column of a table does, but adds up by labels of its own."""

    __array_ufunc__ = None

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return X[::-1].copy()


@pytest.mark.parametrize("c", [Labelled(3), Column()])
def test_other_arrays_take_part_as_plain_ones(c: Any) -> None:
    if isinstance(c, Labelled):
        c[:] = X[::-1]
    for f in (lambda x: np.sum(x * c), lambda x: np.sum(c * x), lambda x: x @ c, lambda x: np.dot(x, c)):
        for found in (grad(f)(X), compile_gradient(f, X)(X)[1]):
            assert type(found) is np.ndarray
            assert found.tolist() == X[::-1].tolist()
    step = compile_gradient(lambda x, y: np.sum(x * y * y), X, c)
    for found in (step(X, c)[1], step(X, np.asarray(c))[1], grad(lambda x, y: np.sum(x * y * y))(X, c)):
        assert type(found) is np.ndarray
        assert found.tolist() == (X[::-1] ** 2).tolist()


def test_columns_of_a_table_take_part_by_position() -> None:
    pandas = pytest.importorskip("pandas")
    column = pandas.Series(X, index=[2, 1, 0])
    frame = pandas.DataFrame(A)
    for f, expected in (
        (lambda x: np.sum(x * column), X), (lambda x: np.sum(column * x), X), (lambda x: np.dot(column, x), X),
        (lambda x: np.sum(x @ frame), A.sum(axis=1)), (lambda x: np.sum(frame * x), A.sum(axis=0)),
        (lambda x: np.sum(x[column > 1]), [0.0, 1.0, 1.0]), (lambda x: np.sum(column - x), [-1.0, -1.0, -1.0]),
    ):  # fmt: skip
        assert type(grad(f)(X)) is np.ndarray
        np.testing.assert_allclose(grad(f)(X), expected)
    with pytest.raises(TypeError, match=r"np\.asarray\(df\) @ t"):
        grad(lambda x: np.sum(frame @ x))(X)


def test_a_product_written_as_a_method_of_an_array_is_told_how_to_be_written() -> None:
    with pytest.raises(TypeError, match=r"a @ t for a\.dot\(t\)"):
        grad(lambda x: np.sum(A.dot(x)))(X)


@pytest.mark.parametrize("index", [0, slice(None), np.array([0, 1]), [0, 2]])
def test_a_tensor_put_into_an_array_is_told_what_to_use_instead(index: Any) -> None:
    def f(x: Any) -> Any:
        r = np.zeros(3)
        r[index] = x[index] * x[0]
        return np.sum(r)

    for call in (lambda: grad(f)(X), lambda: trace(f, X)):
        with pytest.raises(TypeError, match=r"np\.where"):
            call()


def returning_outer(x: Any) -> dict[str, Any]:
    """What inner transforms return when their function returns the outer variable itself."""
    return {
        "value": value_and_grad(lambda y: x)(2.0)[0],
        "value of no argument": value_and_grad(lambda y: x * 1.0, ())(2.0)[0],
        "vjp": vjp(lambda y: x, 2.0)[0],
        "tuple": vjp(lambda y: (x, y * 2.0), 2.0)[0][0],
        "dict": vjp(lambda y: {"a": x, "b": y}, 2.0)[0]["a"],
        "jvp": jvp(lambda y: x, (2.0,), (1.0,))[0],
        "jvp of a tuple": jvp(lambda y: (y * y, x), (2.0,), (1.0,))[0][1],
        "two levels": value_and_grad(lambda y: value_and_grad(lambda z: x)(y)[0])(2.0)[0],
        "pull": vjp(lambda y: y * 1.0, 2.0)[1](x)[0],
        "push": jvp(lambda y: y * 1.0, (2.0,), (x,))[1],
    }


@pytest.mark.parametrize("road", returning_outer(3.0))
def test_a_function_may_return_the_variable_of_an_outer_transform(road: str) -> None:
    assert grad(lambda x: returning_outer(x)[road] * 1.0)(3.0) == 1.0
    assert jvp(lambda x: returning_outer(x)[road], (3.0,), (1.0,)) == (3.0, 1.0)
    assert grad(lambda x: grad(lambda u: returning_outer(u)[road] ** 3)(x))(3.0) == 18.0


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (lambda t: grad(lambda x: x * t * t)(1.0), 5.0),
        (lambda t: value_and_grad(lambda x: x * t * t)(1.0)[0], 5.0),
        (lambda t: vjp(lambda x: x * t * t, 1.0)[1](1.0)[0], 5.0),
        (lambda t: jvp(lambda x: x * t * t, (1.0,), (1.0,))[1], 5.0),
        (lambda t: jacobian(lambda x: x * t * t)(np.ones(1))[0, 0], 5.0),
        (lambda t: hessian(lambda x: x * x * t * t / 2)(1.0), 5.0),
        (lambda t: hvp(lambda x: x * x * t * t / 2)(1.0, 1.0), 5.0),
        (lambda t: value_and_grad(lambda x: t * t)(1.0)[0], 5.0),
        (lambda t: grad(lambda x: x * (t * 1.0) ** 2)(1.0), 5.0),
    ],
)
def test_a_tensor_closed_over_by_a_transform_gets_its_gradient(transform: Any, expected: float) -> None:
    t = Tensor(2.0)
    (transform(t) + t).backward()
    assert t.grad == expected


def test_what_reads_no_tensor_from_around_it_gives_plain_numbers() -> None:
    assert type(grad(lambda x: x * Tensor(3.0) * Tensor(np.ones(1))[0])(2.0)) is np.float64
    t = Tensor(2.0)
    with no_grad():
        assert type(grad(lambda x: x * t)(2.0)) is np.float64
    assert check_gradient(lambda x: x * t, 2.0).max_error < 1e-9


SMALL = np.array([[200, 7, 3], [250, 100, 1]], np.uint8)


@pytest.mark.parametrize("x", [SMALL, (SMALL.astype(int) - 128).astype(np.int8), SMALL > 100, SMALL.astype(np.int64)])
@pytest.mark.parametrize(
    "f",
    [
        lambda w, x: np.sum(w) * np.linalg.norm(x), lambda w, x: np.sum(w * sigmoid(x)),
        lambda w, x: np.sum(w) * logsumexp(x), lambda w, x: np.sum(w * softmax(x)), lambda w, x: np.sum(w * relu(x)),
        lambda w, x: np.sum(w) * cross_entropy(x, np.array([0, 1])), lambda w, x: np.sum(w * np.average(x, weights=x)),
        lambda w, x: np.sum(np.average(w, axis=1, weights=x[0])), lambda w, x: np.sum(w[:, 1:] * np.diff(x)),
        lambda w, x: np.sum(w) * np.linalg.norm(x, 1, axis=1).sum(), lambda w, x: np.sum(w * np.reciprocal(x + 1.0)),
        lambda w, x: np.sum(w * (0.5 * (x * 3) + 0.5 * (x * 3))), lambda w, x: np.sum(w * np.sum(x, axis=0)),
        lambda w, x: np.sum(w * (x + x)), lambda w, x: np.sum(w @ (x.T @ x)), lambda w, x: np.sum(w * np.mean(x)),
    ],
)  # fmt: skip
def test_integers_are_the_same_numbers_on_every_road(f: Any, x: Any) -> None:
    """What is traced must be computed as NumPy computes it on plain arrays, also where a small integer wraps around."""
    for dtype in (np.float64, np.float32):
        assert_one_number(f, (A[:2] / 10).astype(dtype), x, rtol=1e-10 if dtype == np.float64 else 1e-4)


@pytest.mark.parametrize("c", [2, 0.5, 0.0, 0, True, np.float32(0.5), np.uint8(2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "f",
    [
        lambda w, c: np.sum(w * c), lambda w, c: np.sum(w) / c, lambda w, c: np.sum(w / c), lambda w, c: np.sum(w**c),
        lambda w, c: np.sum(w) * c**2, lambda w, c: np.sum(np.where(w > c, w, c)), lambda w, c: w[1] * c,
        lambda w, c: np.sum(leaky_relu(w - 2, c)), lambda w, c: np.sum(w * sigmoid(c)), lambda w, c: np.max(w * c),
    ],
)  # fmt: skip
def test_a_compiled_gradient_takes_numbers_as_value_and_grad_does(f: Any, dtype: type, c: Any) -> None:
    """Python's numbers take on the dtype of the arrays beside them, and divide by zero as arrays do."""
    step = compile_gradient(f, X.astype(dtype), type(c)(1))
    with np.errstate(all="ignore"):
        for (v, g), (value, gradient) in zip(
            [step(X.astype(dtype), c), step(X.astype(dtype), c)],
            [value_and_grad(f)(X.astype(dtype), c)] * 2,
            strict=True,
        ):
            np.testing.assert_allclose(v, value, rtol=1e-5)
            np.testing.assert_allclose(g, gradient, rtol=1e-5)
            assert (v.dtype, g.dtype) == (value.dtype, gradient.dtype)


def test_numbers_that_must_be_plain_are_constants_of_a_program() -> None:
    """An axis, a choice, an index: one program for every value, and no error."""
    step = compile_gradient(lambda w, axis: np.sum(np.max(w, axis=axis) ** 2), A, 0)
    for axis in (0, 1, -1, 0):
        value, gradient = value_and_grad(lambda w, axis=axis: np.sum(np.max(w, axis=axis) ** 2))(A)
        assert step(A, axis)[0] == value
        assert step(A, axis)[1].tolist() == gradient.tolist()
    chosen = compile_gradient(lambda w, square, c: np.sum(w * w) if square else np.sum(w * c), X, True, 0.5)
    assert [chosen(X, *c)[0] for c in ((True, 0.5), (False, 0.25), (False, 0.5), (True, 1.0))] == [14.0, 1.5, 3.0, 14.0]
    scalar = compile_gradient(lambda x, k: x * X[k], 2.0, 1)
    assert [scalar(x, k)[0] for x, k in ((3.0, 2), (4.0, 2), (4.0, 0))] == [9.0, 12.0, 4.0]
    with pytest.raises(TypeError, match="float"):
        compile_gradient(lambda x, n: float(x) * n * x, 2.0, 3)


Y = np.array([1, 0, 2])

JUMPS = {
    "accuracy": (lambda w: np.mean(np.argmax(w, axis=1) == Y), "argmax"),
    "a threshold": (lambda w: np.mean(np.where(w > 0, 1.0, 0.0)), "greater"),
    "rounding": (lambda w: np.sum(np.round(w) * 2.0), "round"),
    "a count": (lambda w: np.sum(w > 0) * 0.5, "greater"),
    "floor": (lambda w: np.mean(np.floor(w)), "floor"),
    "a choice": (lambda w: 1.0 if w[0, 0] > 0 else 2.0, "greater"),
    "sign of a product": (lambda w: np.sum(np.sign(w @ B) * 1.0), "sign"),
}


@pytest.mark.parametrize("name", JUMPS)
def test_a_result_that_only_jumps_gives_zeros_and_says_through_what(name: str) -> None:
    f, operation = JUMPS[name]
    for call in (lambda: grad(f)(A), lambda: vjp(f, A)[1](np.float64(1.0))[0], lambda: jacobian(f)(A)):
        with pytest.warns(ZeroGradientWarning, match=rf"with respect to w is zero.*through {operation}"):
            assert not np.any(call())


def test_the_warning_names_the_argument_that_is_lost() -> None:
    def f(p: Any, t: Any) -> Any:
        return np.sum(p["w"] * (p["w"] > t)) + np.sum(p["b"] > 0) * 1.0

    with pytest.warns(ZeroGradientWarning) as found:
        grad(f, (0, 1))({"w": X, "b": X}, 2.0)
    named = [str(w.message).partition("respect to ")[2].partition(" is zero")[0] for w in found]
    assert named == ["p['b']", "t"]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x * (x > 0)), lambda x: np.sum(relu(x)), lambda x: np.sum(np.where(x > 1, x, 0.0)),
        lambda x: np.sum(x) + np.argmax(x), lambda x: x[np.argmax(x)], lambda x: np.sum(np.sort(x)), lambda x: 3.0,
        lambda x: np.max(x) * np.sum(x > 0), lambda x: np.sum(np.maximum(x, 0) ** 2), lambda x: np.sum(np.abs(x)),
    ],
)  # fmt: skip
def test_masks_stay_silent(f: Any) -> None:
    """Slopes that jump (of relu, of max) are no loss of a gradient either, also not in second derivatives."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grad(f)(X)
        hessian(f)(X)
        compile_gradient(f, X)(X)


@pytest.mark.parametrize("f", [np.argmax, lambda x: x > 2, lambda x: np.sum(x > 2), lambda x: np.sign(x).astype(int)])
def test_results_that_are_no_real_numbers_are_refused(f: Any) -> None:
    for call in (lambda: grad(f)(X), lambda: vjp(f, X), lambda: jvp(f, (X,), (X,)), lambda: jacobian(f)(X)):
        with pytest.raises(TypeError, match=r"returned (int64|bool), which has no derivative"):
            call()
    with pytest.raises(TypeError, match=r"returned int64.*through argmax"):
        compile_gradient(np.argmax, X)


def zeroed(x: Any, buffer: Any, operation: Any) -> Any:
    """An operation of x and a buffer, which is overwritten afterwards."""
    y = operation(x, buffer)
    buffer *= 0
    return np.sum(y)


KEPT = {
    "multiply": np.multiply, "divide": np.divide, "matmul": lambda x, b: x @ b, "power": np.power,
    "where": lambda x, b: np.where(b > 0, x * b, x), "a view": lambda x, b: x * b[::-1], "maximum": lambda x, b: np.maximum(x, b),
    "einsum": lambda x, b: np.einsum("i,i->", x, b), "a large array": lambda x, b: np.multiply(x[0], np.repeat(b, 1)[:]) * b,
}  # fmt: skip
NOT_KEPT = {
    "add": np.add, "subtract": lambda x, b: b - x, "concatenate": lambda x, b: np.concatenate([x, b]) ** 2,
    "a copy": lambda x, b: x * b.copy(), "stack": lambda x, b: np.stack([b, x]),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("size", [3, 2000])
def test_an_array_changed_after_an_operation_kept_it_is_reported(name: str, size: int) -> None:
    operation, x = KEPT[name], np.linspace(1.0, 3.0, size)
    for call in (
        lambda: grad(lambda x: zeroed(x, np.full(size, 1.5), operation))(x),
        lambda: jvp(lambda x: zeroed(x, np.full(size, 1.5), operation), (x,), (np.ones(size),)),
        lambda: jacobian(lambda x: zeroed(x, np.full(size, 1.5), operation))(x),
        lambda: zeroed(Tensor(x), np.full(size, 1.5), operation).backward(),
    ):
        with pytest.raises(RuntimeError, match=r"changed after [a-z]+ used it"):
            call()


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_an_operation_does_not_keep_may_change(name: str) -> None:
    operation = NOT_KEPT[name]
    found = grad(lambda x: zeroed(x, np.full(3, 1.5), operation))(X)
    assert found.tolist() == grad(lambda x: np.sum(operation(x, np.full(3, 1.5))))(X).tolist()
    t = Tensor(X)
    zeroed(t, np.full(3, 1.5), operation).backward()
    assert t.grad.tolist() == found.tolist()


def test_ids_and_masks_changed_after_a_look_up_are_reported() -> None:
    def f(x: Any) -> Any:
        ids = np.array([2, 1])
        y = np.sum(x[ids] * 2.0)
        ids[:] = 0
        return y

    with pytest.raises(RuntimeError, match=r"argument 2 = .* changed after getitem used it"):
        grad(f)(X)


@pytest.mark.parametrize("f", [lambda x: x * x, np.exp, lambda x: x.T @ A, lambda x: x.reshape(-1) * x.reshape(-1)])
def test_an_argument_changed_between_vjp_and_pull_is_reported(f: Any) -> None:
    x = A.copy()
    y, pull = vjp(f, x)
    expected = pull(np.ones(y.shape))[0]
    y[...] = 0  # The caller's own.
    assert pull(np.ones(y.shape))[0].tolist() == expected.tolist()
    x[0, 0] += 1
    if f in (np.exp,) or "A" in f.__code__.co_names:
        assert pull(np.ones(y.shape))[0].tolist() == expected.tolist()
    else:
        with pytest.raises(RuntimeError, match="changed after multiply used it"):
            pull(np.ones(y.shape))


def test_a_leaf_changed_before_backward_is_reported() -> None:
    w = Tensor(X, name="w")
    loss = np.sum(w * w)
    w.data -= 0.1
    with pytest.raises(RuntimeError, match=r"w = .* changed after multiply used it"):
        loss.backward()


class Loss:
    """A callable object."""

    def __call__(self, w: Any) -> Any:
        return np.sum(w**2)


def product_of_all(*ws: Any) -> Any:
    return np.sum(ws[0] * ws[1])


CUBE = {
    name: primitive(lambda x: x**3, pull=lambda g, y, x: 3 * g * x**2, name=name)
    for name in ("my cube", "<lambda>", "sum", "for")
}

WRITTEN: dict[str, tuple[Any, ...]] = {
    "NumPy's function": (np.sum, X), "NumPy's linalg": (np.linalg.norm, X), "a universal function": (np.exp, np.array(2.0)),
    "a partial": (functools.partial(np.dot, X), X), "a callable": (Loss(), X), "a method": (Loss().__call__, X),
    "*args": (product_of_all, X, X), "a, *b": (lambda a, *b: np.sum(a * b[0]), X, X), "dot": (np.dot, X, X),
    "keys with spaces": (lambda p: np.sum(p["my key"] * p["class"] * p["2"]), {"my key": X, "class": X, "2": X}),
    "a key with a quote": (lambda p: np.sum(p["it's"] ** 2), {"it's": X}),
    "a tuple as key": (lambda p: np.sum(p[1, 2] ** 2) + p[3], {(1, 2): X, 3: 1.0}),
    "nests": (lambda p: np.sum(p["a b"][0]["c-d"] ** 2), {"a b": [{"c-d": X}]}),
    "a parameter called np": (lambda np: (np**2).sum(), X),
    **{f"primitive {name}": (lambda x, f=f: np.sum(f(x) * x), X) for name, f in CUBE.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_every_function_and_structure_can_be_written_as_code(name: str) -> None:
    f, *args = WRITTEN[name]
    if name.startswith("primitive"):
        f = functools.partial(f)
    count = 1 if name.startswith("primitive") else len(args)
    value, gradients = backward_source(f, *args, argnums=tuple(range(count))).function()(*args)
    wanted, expected = value_and_grad(f, tuple(range(count)))(*args)
    np.testing.assert_allclose(value, wanted)
    for (_, g), (_, e) in zip(leaves(gradients), leaves(expected), strict=True):
        np.testing.assert_allclose(g, e)


def test_functions_without_a_rule_are_called_what_they_are() -> None:
    with pytest.raises(TypeError, match=r"^np\.heaviside has no derivative rule"):
        np.heaviside(Tensor(X), X)
    special = pytest.importorskip("scipy.special")
    with pytest.raises(TypeError, match=r"^scipy\.special\.erf has no derivative rule"):
        special.erf(Tensor(X))


def test_astype_without_a_copy_and_with_other_words() -> None:
    t = Tensor(X)
    assert t.astype(float, copy=False) is t
    assert t.astype(np.float32, copy=False).dtype == np.float32
    with pytest.raises(TypeError, match=r"np\.ndarray\.astype on Tensors got an unexpected keyword argument 'casting'"):
        t.astype(np.float32, casting="unsafe")
