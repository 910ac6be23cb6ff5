"""The same operations on every dtype, memory layout and shape, empty and without axes included."""

import numpy as np
import pytest
from gradient_cases import CASES, ELEMENTWISE, Case, domains
from gradient_reference import assert_close, check_first, flat, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mutants import operations, uses

import lecture_lib as ll
from lecture_lib import Tensor, grad, jacobian, jvp, vjp
from lecture_lib.autograd.tensor import UFUNCS

# Some cases count entries, and their gradient is zero.
pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")


def test_every_operation_has_a_case():
    """A rule without a case would be a rule without a test."""
    used = uses()
    assert [name for name, operation in operations().items() if operation not in used] == []


def upstream_like(y, rng):
    """A random upstream gradient in the structure of a result."""
    if isinstance(y, (tuple, list)):
        return type(y)(upstream_like(part, rng) for part in y)
    return rng.standard_normal(np.shape(y)).astype(np.asarray(y).dtype)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_float32_stays_float32(case: Case, rng):
    """A float64 constant in a rule doubles the memory of everything after it."""
    args = tuple(a.astype(np.float32) for a in case.args)
    y, pull = vjp(case.f, *args)
    expected = case.f(*args)
    for part, other in zip(leaf_list(y), leaf_list(expected), strict=True):
        assert np.asarray(part).dtype in stays(other)
    w = upstream_like(y, rng)
    for g, wide in zip(pull(w), vjp(case.f, *case.args)[1](w), strict=True):
        assert g.dtype == np.float32
        assert_close(g, wide, 2e-3, "float32 gradient")
    _, dy = jvp(case.f, args, args)
    assert all(np.asarray(d).dtype in stays(e) for d, e in zip(leaf_list(dy), leaf_list(expected), strict=True))


def stays(expected):
    """The dtypes that a result may have: NumPy's, and float32 where NumPy itself widens, as interp and vander do."""
    found = np.asarray(expected).dtype
    return {found, np.dtype(np.float32)} if found == np.float64 else {found}


def leaf_list(y):
    """The arrays of a result."""
    return list(y) if isinstance(y, (tuple, list)) else [y]


def layouts(x):
    """The same numbers in other arrangements of memory."""
    yield np.array(x, order="F")
    yield np.flip(np.flip(x).copy())
    wide = np.zeros((*x.shape, 2))
    wide[..., 1] = x
    yield wide[..., 1]
    yield np.broadcast_to(x, (2, *x.shape))[1, ...]
    frozen = x.copy()
    frozen.setflags(write=False)
    yield frozen


@pytest.mark.parametrize("case", CASES, ids=str)
def test_memory_layout_changes_nothing(case: Case, rng):
    """Fortran order, negative strides, gaps and read-only arrays: a rule that reshapes a view may copy or fail."""
    y, pull = vjp(case.f, *case.args)
    w = upstream_like(y, rng)
    expected = pull(w)
    for args in zip(*(layouts(a) for a in case.args), strict=True):
        before = [a.copy() for a in args]
        z, pull = vjp(case.f, *args)
        assert_close(flat(z), flat(y), 1e-12, "value")
        for g, e in zip(pull(w), expected, strict=True):
            assert_close(g, e, 1e-11, "gradient")
        for a, b in zip(args, before, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("case", [c for c in CASES if not isinstance(c.f(*c.args), (tuple, list))], ids=str)
def test_backward_agrees_with_vjp(case: Case, rng):
    """The object interface and the functional one are one engine."""
    leaves = [Tensor(a) for a in case.args]
    y = case.f(*leaves)
    w = upstream_like(plain(y), rng)
    expected = vjp(case.f, *case.args)[1](w)
    if not isinstance(y, Tensor):  # A count, or a power 0: a plain result, and nothing to walk back through.
        assert all(not np.any(e) for e in expected)
        return
    y.backward(w)
    for x, e in zip(leaves, expected, strict=True):
        found = np.zeros(x.shape) if x.grad is None else np.asarray(x.grad)
        assert_close(found, e, 1e-13, "gradient")
        assert x.grad is None or (found.dtype == x.dtype and not np.shares_memory(found, w))


@pytest.mark.parametrize("ufunc", ELEMENTWISE, ids=lambda u: u.__name__)
def test_elementwise_on_random_shapes(ufunc):
    """Any shapes that broadcast, lengths 0 and 1 included."""
    makers = domains(ufunc)

    @settings(max_examples=12, database=None)
    @given(hnp.mutually_broadcastable_shapes(num_shapes=len(makers), max_dims=3, min_side=0, max_side=3))
    def check(shapes):
        args = tuple(np.asarray(make(*shape)) for make, shape in zip(makers, shapes.input_shapes, strict=True))
        check_first(ufunc, args)

    check()


EMPTY = [
    ("sum", np.sum), ("mean of no columns", lambda x: np.sum(np.mean(x, axis=0))), ("prod", np.prod),
    ("cumsum", np.cumsum), ("reshape", lambda x: x.reshape(3, 0)), ("transpose", lambda x: x.T),
    ("matmul", lambda x: x.T @ np.ones((2, 3))), ("contracted", lambda x: x @ np.ones((0, 3))),
    ("concatenate", lambda x: np.concatenate([x, np.ones((2, 1)), x], axis=1)), ("stack", lambda x: np.stack([x, x])),
    ("index", lambda x: x[1]), ("ids", lambda x: x[np.array([0, 1, 0])]), ("sort", np.sort), ("flip", np.flip),
    ("where", lambda x: np.where(x > 0, x, 1.0)), ("tanh", np.tanh), ("softmax of columns", lambda x: ll.softmax(x, 0)),
    ("norm", np.linalg.norm), ("max along the full axis", lambda x: np.max(x, axis=0)), ("repeat", lambda x: np.repeat(x, 2)),
    ("broadcast", lambda x: x + np.ones((2, 1))), ("einsum", lambda x: np.einsum("ij,kj->ik", x, x)),
    ("pad", lambda x: np.pad(x, 1)), ("tril", np.tril), ("diff", np.diff), ("roll", lambda x: np.roll(x, 1)),
    ("outer", lambda x: np.outer(x, np.ones(2))), ("split", lambda x: np.split(x, 2)[0]),
]  # fmt: skip


@pytest.mark.parametrize("f", [f for _, f in EMPTY], ids=[name for name, _ in EMPTY])
def test_no_entries(f):
    """A batch can be empty; sums over nothing are 0 and gradients keep their shape."""
    x = np.zeros((2, 0))
    check_first(f, (x,))
    assert grad(lambda x: np.sum(f(x)))(x).shape == (2, 0)


def test_max_of_nothing_fails_as_in_numpy():
    with pytest.raises(ValueError, match="zero-size array to reduction operation maximum"):
        grad(lambda x: np.max(x))(np.zeros(0))


@settings(max_examples=60, database=None)
@given(st.data())
def test_indexing_of_every_kind(data):
    """Slices, integers, None, ellipsis, arrays of ids and masks, alone and mixed: gather and scatter-add."""
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4))
    kind = data.draw(st.sampled_from(["basic", "ids", "mask"]))
    if kind == "basic":
        index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    elif kind == "ids":
        index = data.draw(hnp.integer_array_indices(shape))
    else:
        index = data.draw(hnp.arrays(bool, shape))
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    check_first(lambda x: np.sin(x)[index], (x,))


@settings(max_examples=60, database=None)
@given(hnp.array_shapes(min_dims=1, max_dims=3, max_side=3), st.data())
def test_reductions_along_random_axes(shape, data):
    """Every axis and several at once, from either end, keeping them or not."""
    reduce = data.draw(st.sampled_from([np.sum, np.mean, np.max, np.min, np.prod, np.var, ll.logsumexp]))
    axis = data.draw(
        st.one_of(st.none(), hnp.valid_tuple_axes(len(shape), min_size=1), st.integers(-len(shape), len(shape) - 1))
    )
    x = np.random.default_rng(1).permutation(int(np.prod(shape))).reshape(shape) * 0.5 - 1.0
    check_first(lambda x: reduce(x, axis=axis, keepdims=True), (x,))
    check_first(lambda x: reduce(x, axis=axis), (x,))


@settings(max_examples=60, database=None)
@given(st.data())
def test_matmul_of_all_ranks(data):
    """NumPy's own signature draws the shapes."""
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, max_side=3, min_side=1)
    )
    rng = np.random.default_rng(2)
    check_first(np.matmul, tuple(rng.standard_normal(shape) for shape in shapes.input_shapes))


def test_integer_tensors_compute():
    """Any dtype may take part; only differentiating is for real numbers."""
    ids = Tensor(np.array([1, 2]))
    assert (ids + 1).tolist() == [2, 3] and (ids + 1).dtype == np.int64
    assert grad(lambda x: np.sum(x * ids))(np.ones(2)).tolist() == [1.0, 2.0]
    assert (Tensor(np.array([True, False])) | np.array([False, False])).tolist() == [True, False]


def test_extended_and_half_precision():
    """Every floating-point dtype is differentiable in itself."""
    for dtype in (np.float16, np.float32, np.longdouble):
        assert grad(lambda x: np.sum(np.tanh(x) * x))(np.ones(2, dtype)).dtype == dtype
        assert jacobian(np.exp)(np.ones(2, dtype)).dtype == dtype


def test_mixed_precision():
    """Each argument's gradient comes back in its own dtype."""
    a, b = np.ones(2, np.float32), np.ones(2, np.float64)
    ga, gb = grad(lambda a, b: np.sum(a * b), (0, 1))(a, b)
    assert ga.dtype == np.float32 and gb.dtype == np.float64
    assert grad(lambda a: np.sum(a.astype(np.float64) ** 2))(a).dtype == np.float32


def test_no_universal_function_is_forgotten():
    """Every real-valued universal function of NumPy either has an entry or is on this list."""
    left_out = {
        "bitwise_count", "conjugate", "divmod", "float_power", "frexp", "gcd", "heaviside", "isnat", "lcm", "ldexp",
        "left_shift", "matvec", "modf", "nextafter", "right_shift", "spacing", "vecdot", "vecmat", "copysign",
    }  # fmt: skip
    names = {name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)}
    missing = {getattr(np, name).__name__ for name in names if getattr(np, name) not in UFUNCS}
    assert missing <= left_out
