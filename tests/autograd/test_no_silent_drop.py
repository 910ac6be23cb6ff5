"""Every public function of NumPy, called with Tensors in every place: no gradient is dropped, no value is frozen."""

import inspect
import warnings
from types import ModuleType

import numpy as np
import pytest

import lecture_lib as ll
from lecture_lib import Tensor, backward_source, compile_gradient, grad, trace
from lecture_lib.autograd.state import changed
from lecture_lib.autograd.tensor import plain

SKIPPED = (
    "set", "show", "save", "load", "get", "test", "info", "err", "print", "memmap", "from", "DataSource", "bmat", "open",
    "empty", "isscalar",
)  # fmt: skip
"""Names (by how they begin) that read or change files and settings, hand out memory as it is, or ask for a type."""


def public(module: ModuleType, prefix: str = "np") -> dict[str, object]:
    """The functions of a module by the names one writes."""
    found = {}
    for name in sorted(getattr(module, "__all__", dir(module))):
        value = getattr(module, name, None)
        if callable(value) and not isinstance(value, type) and not name.startswith(("_", *SKIPPED)):
            found[f"{prefix}.{name}"] = value
    return found


NAMES = {**public(np), **public(np.linalg, "np.linalg"), **public(np.fft, "np.fft")}
V, M = np.array([0.37, -1.21, 2.13]), np.array([[2.06, 0.33, -0.44], [0.12, 1.57, 0.23], [0.35, -0.29, 1.83]])
OTHER_V, OTHER_M = np.array([1.4, 0.6, -0.9]), np.array([[1.2, -0.8, 0.4], [0.6, 2.5, -0.2], [0.2, 0.7, 1.1]])
K = np.array([0.9, -0.4, 1.3])
for _array in (V, M, OTHER_V, OTHER_M, K):
    _array.setflags(write=False)  # Some of the functions write.
CALLS = {
    "f(v)": lambda f, v, m: f(v), "f(v, v)": lambda f, v, m: f(v, v), "f(m)": lambda f, v, m: f(m),
    "f(m, v)": lambda f, v, m: f(m, v), "f([v, v])": lambda f, v, m: f([v, v]), "f(K, v)": lambda f, v, m: f(K, v),
    "f(v, K)": lambda f, v, m: f(v, K), "f(v, 1)": lambda f, v, m: f(v, 1), "f(2, v)": lambda f, v, m: f(2, v),
    "f(v[0])": lambda f, v, m: f(v[0]), "f(3, v[0])": lambda f, v, m: f(3, v[0]), "f(v[0], 3)": lambda f, v, m: f(v[0], 3),
    "f(v > 0)": lambda f, v, m: f(v > 0), "f(v > 0, v)": lambda f, v, m: f(v > 0, v), "f(K > 0, v)": lambda f, v, m: f(K > 0, v),
    "f(v, [0, 1])": lambda f, v, m: f(v, [0, 1]), "f([0, 1], v)": lambda f, v, m: f([0, 1], v),
    "f(K, v, K)": lambda f, v, m: f(K, v, K), "f(v, K, v)": lambda f, v, m: f(v, K, v), "f(K, [-1, 0, 3], v)": lambda f, v, m: f(K, [-1, 0, 3], v),
    "f(v, 0, 1)": lambda f, v, m: f(v, 0, 1), "f(v, v > 0)": lambda f, v, m: f(v, v > 0),
    "f(v, [v > 0], [v, 1])": lambda f, v, m: f(v, [v > 0], [v, 1]), "f([v > 0], [v])": lambda f, v, m: f([v > 0], [v]),
    "f('i,i', v, K)": lambda f, v, m: f("i,i", v, K), "f(lambda u: u, 0, m)": lambda f, v, m: f(lambda u: u, 0, m),
}  # fmt: skip


def by_keyword(function):
    """Calls that hand a Tensor over by keyword, one for every parameter."""
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.kind is not p.POSITIONAL_ONLY]
    except (TypeError, ValueError):
        return {}
    calls = {}
    for name in names:
        calls[f"f(K, {name}=v)"] = lambda f, v, m, name=name: f(K, **{name: v})
        calls[f"f(K, {name}=v[0])"] = lambda f, v, m, name=name: f(K, **{name: v[0]})
        calls[f"f(v, {name}=v > 0)"] = lambda f, v, m, name=name: f(v, **{name: v > 0})
        calls[f"f(v, 3, {name}=v[0])"] = lambda f, v, m, name=name: f(v, 3, **{name: v[0]})
    return calls


def attempt(run):
    """The result of a call; None if it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return run()
        except Exception:
            return None


def numbers(y):
    """All numbers of a result, and whether a Tensor is among its parts."""
    parts = list(y) if isinstance(y, (tuple, list)) else [y]
    arrays = []
    for part in parts:
        array = attempt(lambda part=part: np.asarray(plain(part)))
        if array is not None and array.dtype.kind in "buif":
            arrays.append(array)
    return arrays


def same(a, b):
    return len(a) == len(b) and all(
        x.shape == y.shape and np.allclose(x, y, rtol=1e-9, atol=1e-9, equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


def is_random(function, call):
    """Whether a function gives something else each time, or memory as it happens to be."""
    return not same(numbers(attempt(lambda: call(function, V, M))), numbers(attempt(lambda: call(function, V, M))))


@pytest.mark.parametrize("name", NAMES)
def test_no_gradient_is_dropped(name):
    """What comes back as plain numbers, inside a transform, may not change with the Tensor that went in."""
    function = NAMES[name]
    for text, call in {**CALLS, **by_keyword(function)}.items():
        found = []

        def f(v, m, call=call, found=found):
            found.append(call(function, v, m))
            return np.sum(v)

        if attempt(lambda f=f: grad(f, (0, 1))(V, M)) is None:
            continue
        parts = list(found[0]) if isinstance(found[0], (tuple, list)) else [found[0]]
        for k, part in enumerate(parts):
            if isinstance(part, Tensor):
                continue
            before = numbers(part)
            step = 1e-5 * np.array([0.3, 1.0, 0.7])
            moved = attempt(lambda call=call, step=step: call(function, V + step, M + np.outer(step, [1, 2, 3])))
            others = list(moved) if isinstance(moved, (tuple, list)) else [moved]
            after = numbers(others[k]) if k < len(others) else []
            if moved is None:  # NumPy itself refuses arrays here: a Tensor has a dtype, and may stand for it.
                continue
            if before and not same(before, after) and not is_random(function, call):
                pytest.fail(f"{name} as {text} drops the gradient: a plain {type(part).__name__} came back")


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_frozen_in_a_trace(name):
    """A graph run on other numbers gives what the function gives on them, or it was refused when it was made."""
    function = NAMES[name]
    for text, call in {**CALLS, **by_keyword(function)}.items():
        graph = attempt(lambda call=call: trace(lambda v, m: outcome(call(function, v, m)), V, M))
        if graph is None or is_random(function, call):
            continue
        expected = numbers(attempt(lambda call=call: outcome(call(function, OTHER_V, OTHER_M))))
        found = attempt(lambda graph=graph: graph.forward(OTHER_V, OTHER_M))
        if found is not None and expected and not same(numbers(found), expected):
            pytest.fail(f"{name} as {text} is frozen: {numbers(found)}, expected {expected}")


def outcome(y):
    """What a caller may look at: the numbers, and how many there are."""
    parts = list(y) if isinstance(y, (tuple, list)) else [y]
    lengths = [float(len(part)) for part in parts if np.ndim(part)]
    return (*(part for part in parts if isinstance(part, Tensor) or np.asarray(part).dtype.kind in "buif"), *lengths)


X = np.array([0.5, -1.2, 2.0, -0.3])
FROZEN = [
    lambda x: np.sum(x[np.where(x > 0)]),
    lambda x: np.sum(x) * len(np.where(x > 0)[0]),
    lambda x: np.sum(x) / len(np.flatnonzero(x > 0)),
    lambda x: np.sum(x) / len(np.argwhere(x > 0)),
    lambda x: np.sum(x) * len(np.nonzero(x > 0)[0]),
    lambda x: np.sum(x) * len(np.unique(x > 0)),
    lambda x: np.sum(x) * len(x[x > 0]),
    lambda x: np.mean(x[x > 0]),
    lambda x: np.histogram(x, 3, weights=x)[0] @ np.arange(3.0),
]
TRACED = [
    lambda x: np.sum(x) * np.linalg.slogdet(np.reshape(x, (2, 2)))[0],
    lambda x: np.sum(x) * np.linalg.slogdet(np.reshape(x, (2, 2))).sign,
    lambda x: np.sum(x) / np.count_nonzero(x > 0),
    lambda x: np.sum(x) * round(x[0]),
    lambda x: np.sum(x**2) * np.argmax(x),
    lambda x: np.sum(x) * np.searchsorted(np.sort(x), 0.0),
    lambda x: np.sum(x) * np.sum(np.isposinf(x)) + np.sum(np.floor(x) * x),
    lambda x: np.sum(np.full_like(x, x[0] * 3) * np.arange(4.0)),
    lambda x: np.sum(np.full((2, 2), x[1] ** 2, like=x)),
    lambda x: divmod(x[2], x[0])[0] * x[1] + divmod(x[2], x[0])[1],
    lambda x: np.histogram([0.0, 1.0, 1.0, 5.0], 3, weights=x)[0] @ np.array([1.0, 2.0, -3.0]),
]


@pytest.mark.parametrize("f", FROZEN, ids=range(len(FROZEN)))
def test_shapes_that_depend_on_the_numbers_are_refused(f):
    """On every road that runs again, when it is made; eager mode gives the gradient of this run."""
    for road in (lambda: trace(f, X), lambda: backward_source(f, X), lambda: compile_gradient(f, X)):
        with pytest.raises(TypeError, match=r"depends on the numbers|would freeze"):
            road()
    step = np.array([0.3, 1.0, 0.7, -0.4]) * 1e-6
    slope = (f(X + step) - f(X - step)) / 2
    np.testing.assert_allclose(grad(f)(X) @ step, slope, rtol=1e-6)


@pytest.mark.parametrize("f", TRACED, ids=range(len(TRACED)))
def test_values_that_depend_on_the_numbers_are_traced(f):
    """At other numbers too, in both printed and compiled code and in a graph that runs again."""
    other = np.array([-0.7, 1.9, 0.4, 1.1])
    graph, printed, compiled = trace(f, X), backward_source(f, X).function(), compile_gradient(f, X)
    for x in (X, other):
        value, slope = ll.value_and_grad(f)(x)
        np.testing.assert_allclose(f(x), value, rtol=1e-12)
        np.testing.assert_allclose(graph.forward(x), value, rtol=1e-12)
        np.testing.assert_allclose(graph.backward()["x"], slope, rtol=1e-12)
        for v, g in (compiled(x), (printed(x)[0], printed(x)[1][0])):
            np.testing.assert_allclose(v, value, rtol=1e-12)
            np.testing.assert_allclose(g, slope, rtol=1e-12)


def test_unique_has_a_derivative_and_integers_stay_plain():
    x = np.array([2.0, 1.0, 3.0])
    assert grad(lambda t: np.unique(t) @ np.array([1.0, 10.0, 100.0]))(x).tolist() == [10.0, 1.0, 100.0]
    values, counts = np.unique(Tensor([1, 1, 2]), return_counts=True)
    assert type(values) is np.ndarray and counts.tolist() == [2, 1]
    values, inverse = np.unique(Tensor([3.0, 1.0, 3.0]), return_inverse=True)
    assert isinstance(values, Tensor) and inverse.tolist() == [1, 0, 1]


def test_round_and_divmod_do_as_python_does():
    t = Tensor(2.7)
    assert round(t) == 3 and round(t, 1) == 2.7 and isinstance(round(t).item(), int)
    whole, rest = divmod(t, 0.5)
    assert whole == 5 and abs(rest.item() - 0.2) < 1e-12
    assert grad(lambda x: divmod(x, 0.5)[1] * 3)(2.7) == 3.0
    assert grad(lambda x: divmod(7.0, x)[1])(2.0) == -3.0


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("f", [np.var, np.std], ids=lambda f: f.__name__)
def test_spread_with_no_degrees_of_freedom_is_nan(f, n):
    """As NumPy's value, with NumPy's warning; nothing is divided by 0 in Python."""
    x = np.arange(1.0, n + 1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value, slope = ll.value_and_grad(lambda t: f(t, ddof=n))(x)
        np.testing.assert_array_equal(value, f(x, ddof=n))
        assert np.isnan(slope).all() and slope.shape == x.shape
        with changed(recording=True):
            value, slope = ll.value_and_grad(lambda t: f(t, ddof=n, where=True))(x)
        assert np.isnan(slope).all()


def test_take_along_axis_broadcasts_as_numpy_does():
    x, ids = np.arange(12.0).reshape(3, 4), np.array([[2, 0]])
    assert np.take_along_axis(Tensor(x), ids, 1).data.tolist() == np.take_along_axis(x, ids, 1).tolist()
    expected = np.zeros((3, 4))
    expected[:, [2, 0]] = 1
    assert grad(lambda t: np.sum(np.take_along_axis(t, ids, 1)))(x).tolist() == expected.tolist()
    with pytest.raises(ll.ShapeError, match="needs indices with 2 axes"):
        np.take_along_axis(Tensor(x), np.array([1]), 1)


SINGULAR = [
    np.zeros((2, 2)), np.zeros((3, 3)), np.ones((2, 2)), np.outer([1.0, 2, 3], [1.0, 0, 2]), np.diag([1.0, 2.0, 0.0]),
    np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]), np.array([[0.1, 0.2], [0.3, 0.6]]), np.array([[0.0]]), np.eye(8)[::-1] * np.r_[0.0, np.ones(7)],
]  # fmt: skip


@pytest.mark.parametrize("a", SINGULAR, ids=range(len(SINGULAR)))
def test_the_determinant_of_a_singular_matrix_has_a_gradient(a):
    """The adjugate, which cofactors give: also where the rank is n - 1, or where elimination only nearly fails."""
    n = len(a)
    cofactors = np.array([
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)] for i in range(n)
    ])  # fmt: skip
    np.testing.assert_allclose(grad(np.linalg.det)(a), cofactors, atol=1e-12)
    step = compile_gradient(np.linalg.det, np.eye(n))
    np.testing.assert_allclose(step(a)[1], cofactors, atol=1e-12)
    np.testing.assert_allclose(
        backward_source(lambda a: np.linalg.det(a), np.eye(n)).function()(a)[1][0], cofactors, atol=1e-12
    )
