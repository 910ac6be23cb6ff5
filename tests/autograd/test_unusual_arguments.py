"""Arguments that nobody plans for: dicts in another order, repeated positions, masks, lists, borrowed memory."""

import warnings

import numpy as np
import pytest

from lecture_lib import (
    ShapeError,
    Tensor,
    backward_source,
    compile_gradient,
    grad,
    hessian,
    hvp,
    jvp,
    numeric_gradient,
    primitive,
    trace,
    value_and_grad,
    vjp,
)

X = np.array([1.0, 2.0, 3.0])
PARAMS = {"a": np.array([1.0, 2.0]), "b": np.array([10.0, 20.0])}
TURNED = {"b": PARAMS["b"], "a": PARAMS["a"]}


def loss(p):
    return np.sum(p["a"] ** 2 * p["b"])


def test_a_compiled_gradient_finds_the_entries_of_a_dict_by_key():
    """Two entries of one shape would otherwise change places without a word."""
    step = compile_gradient(loss, PARAMS)
    step(PARAMS)
    value, gradient = step(TURNED)
    assert value == loss(PARAMS) == 90.0
    assert list(gradient) == ["b", "a"]
    assert gradient["a"].tolist() == [20.0, 80.0]


def test_a_graph_runs_again_on_a_dict_in_another_order():
    assert trace(loss, PARAMS).forward(TURNED) == 90.0
    with pytest.raises(ShapeError, match=r"arguments\[0\] must be a dict with the keys \['a', 'b'\]"):
        trace(loss, PARAMS).forward({"a": X, "c": X})


def test_tangents_belong_to_the_keys_they_stand_under():
    _, slope = jvp(lambda p: p["a"] * 2 + p["b"], ({"a": 1.0, "b": 2.0},), ({"b": 10.0, "a": 1.0},))
    assert slope == 12.0


def test_upstream_gradients_belong_to_the_keys_they_stand_under():
    _, pull = vjp(lambda x: {"a": x * 3, "b": x * 5}, 1.0)
    assert pull({"b": 1.0, "a": 10.0}) == (35.0,)
    with pytest.raises(ShapeError, match=r"keys \['a', 'b'\], but one with the keys \['c'\] came"):
        pull({"c": 1.0})


@pytest.mark.parametrize("other", ["word", None, (1, 2)])
def test_a_compiled_gradient_looks_at_arguments_that_are_no_numbers(other):
    """A program traced with one word must not answer for another."""

    def f(x, kind):
        return np.sum(x**2) if kind == "square" else np.sum(x)

    step = compile_gradient(f, X, "square")
    assert step(X, "square")[0] == 14.0
    assert step(X, other)[0] == 6.0
    assert step(X, "square")[0] == 14.0


def test_a_compiled_gradient_tells_a_tuple_from_its_only_entry():
    step = compile_gradient(lambda p, q: np.sum((p[0] if isinstance(p, tuple) else p) * q), X, X)
    assert step((X,), X)[1][0].tolist() == X.tolist()
    assert step(X, X)[1].tolist() == X.tolist()


def test_a_compiled_gradient_with_too_few_arguments_is_python_s_own_error():
    step = compile_gradient(lambda p, q: np.sum(p * q), X, X)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'q'"):
        step(X)


@pytest.mark.parametrize("intruder", ["tanh", b"tanh"])
def test_what_is_no_number_among_parameters_is_named(intruder):
    with pytest.raises(TypeError, match=r"cannot differentiate with respect to argument \"p\['kind'\]\""):
        grad(lambda p: np.sum(p["w"]))({"w": X, "kind": intruder})


def test_source_of_a_function_with_an_argument_that_is_none():
    step = backward_source(lambda w, n: np.sum(w**2), X, None).function()
    assert step(X)[1][0].tolist() == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("argnums", [(0, 0), (0, -2), (1, 0, -1)])
def test_an_argument_asked_for_twice_is_refused(argnums):
    """The second alias would hide the first, whose gradient would be zero."""
    for transform in (grad, value_and_grad, hessian):
        with pytest.raises(ValueError, match="twice"):
            transform(lambda x, y: np.sum(x * y), argnums)(X, X)


@pytest.mark.parametrize("argnums", ["x", 1.0, None, ("x",)])
def test_argnums_that_are_no_positions_are_refused(argnums):
    with pytest.raises(TypeError, match="argnums is a position or a tuple of positions"):
        grad(lambda x, y: np.sum(x * y), argnums)(X, X)


def test_positions_may_count_from_the_end_everywhere():
    def f(x, y):
        return np.sum(x * y * y)

    assert hessian(f, -1)(X, X).tolist() == np.diag(2 * X).tolist()
    assert hvp(f, -1)(X, X, np.ones(3)).tolist() == (2 * X).tolist()
    assert backward_source(f, X, X, argnums=-1).function()(X, X)[1][0].tolist() == (2 * X * X).tolist()
    assert grad(f, np.int64(1))(X, X).tolist() == (2 * X * X).tolist()
    with pytest.raises(ValueError, match="asks for argument 5"):
        hvp(f, 5)(X, X, X)


def test_a_bound_method_names_its_own_arguments():
    class Model:
        def loss(self, w):
            return np.sum(w**2)

    assert "def backward(w):" in backward_source(Model().loss, X)
    with pytest.raises(TypeError, match="argument 'w'"):
        grad(Model().loss)(np.array([1, 2]))


def test_a_condition_and_an_index_are_no_operands():
    """Their position in the list of arguments is not one that a gradient flows to."""
    x = Tensor(X)
    np.sum(np.where(Tensor([True, False, True]), x, 0)).backward()
    assert x.grad.tolist() == [1.0, 0.0, 1.0]
    x = Tensor(X)
    np.sum(x[Tensor([0, 0])]).backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_a_condition_that_is_the_argument_itself_has_no_slope():
    x = np.array([0.0, 2.0])
    assert grad(lambda x: np.sum(np.where(x, x * 2, 7.0)))(x).tolist() == [0.0, 2.0]
    assert jvp(lambda x: np.where(x, x * 2, 7.0), (x,), (x + 1,))[1].tolist() == [0.0, 6.0]
    assert trace(lambda x: np.sum(np.where(x, x * 2, 7.0)), x).backward()["x"].tolist() == [0.0, 2.0]


@pytest.mark.parametrize("numbers", [[1, 2, 4], (1, 2, 4)])
@pytest.mark.parametrize(
    "f",
    [
        lambda x, c: x + c, lambda x, c: c - x, lambda x, c: x * c, lambda x, c: x / c, lambda x, c: c / x,
        lambda x, c: x**c, lambda x, c: c**x, lambda x, c: x @ c, lambda x, c: c @ x, lambda x, c: x % c,
        lambda x, c: np.arctan2(x, c), lambda x, c: np.arctan2(c, x), lambda x, c: np.hypot(x, c),
        lambda x, c: np.where(x > c, x, 0 * x),
    ],
)  # fmt: skip
def test_a_list_of_numbers_counts_as_an_array(f, numbers):
    expected = grad(lambda x: np.sum(f(x, np.array(numbers))))(X)
    assert grad(lambda x: np.sum(f(x, numbers)))(X).tolist() == expected.tolist()


def test_division_by_the_number_zero_is_infinite_as_in_numpy():
    with np.errstate(divide="ignore", invalid="ignore"):
        assert grad(lambda x: x / 0)(1.0) == np.inf
        assert np.isnan(np.mean(Tensor(np.zeros(0))).data)
        assert grad(np.mean)(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("f", [lambda t: t * 1j, lambda t: np.add(t, np.array(1j)), lambda t: np.stack([t, t * 1j])])
def test_complex_numbers_are_refused_where_they_come_in(f):
    """Without that, abs of a complex value gets the slope of abs of a real one."""
    with pytest.raises(TypeError, match="not complex128; split a complex value into real and imaginary part"):
        f(Tensor(X))


def test_arrays_with_an_arithmetic_of_their_own_are_refused():
    """Turned into plain arrays, they would lose their mask, or their product."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        for make in (Tensor, grad(np.sum)):
            with pytest.raises(TypeError, match="no mask"):
                make(np.ma.array(X, mask=[False, True, False]))
            with pytest.raises(TypeError, match=r"is no np\.matrix"):
                make(np.matrix(X))


def test_the_mean_of_many_halves_does_not_overflow():
    many = np.ones(70_000, np.float16)
    mean = np.mean(Tensor(many))
    assert mean.dtype == np.float16
    assert mean.data == np.mean(many) == 1


def test_norms_that_numpy_refuses_are_refused():
    for x, ord, axis, words in (
        (X, "fro", None, "of a vector has no ord='fro'"),
        (np.ones((2, 3)), 3, None, "of a matrix has no ord=3"),
        (np.ones((2, 2, 2)), None, (0, 1, 2), "not 3 axes"),
    ):
        with pytest.raises(ValueError):
            np.linalg.norm(x, ord, axis)
        with pytest.raises(ValueError, match=words):
            np.linalg.norm(Tensor(x), ord, axis)


def test_two_names_for_the_degrees_of_freedom_are_one_too_many():
    with pytest.raises(ValueError, match="two names for one number"):
        np.var(Tensor(X), ddof=1, correction=1)


def test_shapes_are_known_in_a_trace():
    graph = trace(lambda x: x.reshape(np.shape(x)[::-1]) / np.size(x) * np.ndim(x), np.ones((2, 3)))
    assert graph.result().tolist() == np.full((3, 2), 1 / 3).tolist()


def test_a_trace_refuses_what_it_cannot_record():
    with pytest.raises(TypeError, match=r"the shape of np.nonzero depends on the numbers"):
        trace(lambda x: x[np.nonzero(x)], X)
    with pytest.raises(TypeError, match=r"np.searchsorted in a trace takes a Tensor by position"):
        trace(lambda x: np.searchsorted(X, v=x), X)


@pytest.mark.parametrize("f", [lambda x: np.sum(x[x > 1]), lambda x: np.sum(x[np.flatnonzero(x > 1)])])
def test_a_shape_that_depends_on_numbers_cannot_be_compiled(f):
    assert value_and_grad(f)(X)[0] == 5.0
    with pytest.raises(TypeError, match=r"depends on the numbers, so one trace cannot stand for it"):
        compile_gradient(f, X)


def test_a_compiled_gradient_refuses_tensors():
    step = compile_gradient(lambda x: np.sum(x * x), X)
    with pytest.raises(TypeError, match="plain arrays, not Tensors"):
        step(Tensor(X))
    with pytest.raises(TypeError, match="inside another transform use value_and_grad"):
        grad(lambda x: step(x)[0])(X)


def test_arrays_among_the_settings_tell_two_operations_apart():
    """Long arrays are shortened when they are printed, so their text is no key."""
    first, second = np.arange(3000.0), np.arange(3000.0)
    second[1500] = -1.0

    def f(x):
        return np.sum(x * (np.isin(x, test_elements=first) * 1.0 - np.isin(x, test_elements=second) * 1.0))

    x = np.array([1500.0, 7.0])
    assert compile_gradient(f, x)(x)[0] == value_and_grad(f)(x)[0] == 1500.0


def test_a_constant_result_leaves_no_line_unused():
    source = backward_source(lambda x: 3.0, X)
    assert "array(" not in source
    assert source.function()(X)[1][0].tolist() == [0.0, 0.0, 0.0]


def test_a_row_sparse_gradient_has_ids_and_rows_of_its_own():
    """A training loop that fills one array of ids again and again must not change the gradient it already has."""
    ids, w = np.array([0, 1]), np.ones((2, 2))
    _, pull = vjp(lambda E: E[ids], np.ones((3, 2)))
    (g,) = pull(w)
    step = compile_gradient(lambda E, ids: np.sum(E[ids] ** 2), np.ones((3, 2)), ids)
    _, compiled = step(np.ones((3, 2)), ids)
    ids[:], w[:] = 2, 7
    assert np.asarray(g).tolist() == [[1, 1], [1, 1], [0, 0]]
    assert np.asarray(compiled).tolist() == [[2, 2], [2, 2], [0, 0]]


def test_rows_that_are_also_another_gradient_are_copied():
    E_grad, b_grad = vjp(lambda E, b: E[np.array([0, 2])] + b, np.ones((3, 2)), np.ones((2, 2)))[1](np.ones((2, 2)))
    assert not np.shares_memory(E_grad.rows, b_grad)


def test_compiled_rows_that_are_a_view_of_kept_memory_are_copied(rng):
    """Otherwise the next call overwrites the gradient of this one."""
    ids = np.array([0, 2, 1])

    def f(E, M):
        return np.sum(np.tanh(E[ids].T * M) * M)

    E, M = rng.standard_normal((4, 3)), rng.standard_normal((3, 3))
    step = compile_gradient(f, E, M)
    _, g = step(E, M)
    before = np.array(g)
    step(2 * E, 3 * M)
    assert np.array_equal(np.asarray(g), before)
    assert np.allclose(before, np.asarray(grad(f)(E, M)))


def test_a_primitive_may_use_one_array_again_and_again():
    """Its result is what the pull needs later, so the next call must not overwrite it."""
    memory = np.zeros(3)
    double = primitive(lambda a: np.multiply(a, 2, out=memory), pull=lambda g, y, a: y / a * g)
    assert grad(lambda x: np.sum(double(x) * double(x + 1)))(X).tolist() == (8 * X + 4).tolist()


def test_a_primitive_returns_one_array():
    with pytest.raises(TypeError, match="the forward of pair returned a tuple"):
        primitive(lambda a: (a, a), pull=lambda g, y, a: g, name="pair")(Tensor(X))


@pytest.mark.parametrize("x", [np.array([1j]), {"a": 1.0}, ["a"], None])
def test_finite_differences_need_real_numbers(x):
    """A complex argument would lose its imaginary part."""
    with pytest.raises(TypeError, match="finite differences need an array of real numbers"):
        numeric_gradient(lambda x: 0.0, x)
