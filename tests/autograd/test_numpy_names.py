"""Tensors speak NumPy: the same names, keywords and methods, and an error that names what has no rule."""

import inspect

import numpy as np
import pytest

import lecture_lib as ll
from lecture_lib import ShapeError, Tensor, grad
from lecture_lib.autograd.anomalies import finite
from lecture_lib.autograd.operation import Opaque, Operation
from lecture_lib.autograd.tensor import FUNCTIONS, UFUNCS

X = np.array([[0.5, -1.2, 2.0], [1.5, 0.3, -0.7]])


def stand_ins():
    """Every NumPy function with a stand-in whose signature NumPy tells."""
    for function, stand_in in FUNCTIONS.items():
        if function.__name__.startswith("__"):
            continue
        try:
            yield function, stand_in, inspect.signature(function)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("function", "stand_in", "signature"), list(stand_ins()), ids=lambda v: getattr(v, "__name__", "")
)
def test_positional_arguments_mean_what_they_mean_in_numpy(function, stand_in, signature):
    """np.sum(x, 0, float) passes a dtype: a stand-in with keepdims in third place would take it for True."""
    ours = list(inspect.signature(stand_in).parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in ours):
        return
    positional = [p.name for p in ours if p.kind is not p.KEYWORD_ONLY]
    theirs = [p.name for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
    assert positional[1:] == theirs[1 : len(positional)]
    any_keyword = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    assert any_keyword or {p.name for p in ours if p.kind is p.KEYWORD_ONLY} <= set(signature.parameters)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: np.roll(t, 1, where=X > 0), r"unexpected keyword argument 'where'"),
        (lambda t: np.quantile(t, 0.5, weights=X), r"np\.quantile on Tensors got an unexpected keyword .*'weights'; it is"),
        (lambda t: np.median(t, out=X), "out= would overwrite an array"),
        (lambda t: np.sum(t, out=X), "out= would overwrite an array"),
        (lambda t: np.max(t, where=X > 0), "max with where= needs initial="),
        (lambda t: np.linalg.norm(t, "nuk"), r"of a matrix has no ord='nuk': it is 'fro', 'nuc', 1"),
        (lambda t: np.linalg.norm(t[0], "nuc"), r"of a vector has no ord='nuc'"),
        (lambda t: np.linalg.svd(t), "full_matrices=False"),
        (lambda t: np.linalg.eig(t), r"np\.linalg\.eig has no derivative rule; primitive"),
        (lambda t: np.linalg.qr(t), r"np\.linalg\.qr has no derivative rule; primitive"),
        (lambda t: np.full((2, 2), t[0, 0]), "np.stack or np.concatenate"),
        (lambda t: np.piecewise(t, [t > 0], [lambda v: v - v.mean(), 0.0]), "act on each entry by itself"),
        (lambda t: np.interp(t, [0, 1], [0, 1], period=1.0), "has no period="),
        (lambda t: np.select([t], [t]), "select needs conditions that are booleans"),
        (lambda t: np.quantile(t, 1.5), r"quantiles must be in the range \[0, 1\]"),
        (lambda t: np.quantile(t, 0.5, method="hazen"), "knows the methods linear, lower"),
        (lambda t: np.nan_to_num(t, copy=False), "would overwrite an array"),
        (lambda t: np.convolve(t[0], t[0], "most"), "knows the modes full, same and valid"),
        (lambda t: np.take(t, [9], mode="stretch"), "knows the modes raise, wrap and clip"),
        (lambda t: np.copyto(X, t), r"np\.copyto has no derivative rule"),
        (lambda t: np.fill_diagonal(X, t), "does not turn into a plain array"),
        (lambda t: np.fft.fft(t), r"np\.fft\.fft has no derivative rule"),
        (lambda t: np.nancumsum(t), r"np\.nancumsum has no derivative rule"),
        (lambda t: np.ldexp(t, 2), r"np\.ldexp has no derivative rule"),
        (lambda t: np.add(t, 1, where=X > 0), r"np\.add on Tensors does not support the keyword 'where'"),
        (lambda t: np.exp(t, casting="same_kind"), r"np\.exp on Tensors does not support the keyword 'casting'"),
        (lambda t: np.exp(t, out=X), r"np\.exp cannot write into an existing array"),
        (lambda t: np.logaddexp.reduce(t), r"np\.logaddexp\.reduce with these arguments has no derivative rule"),
        (lambda t: np.add.reduceat(t, [0, 1]), r"np\.add\.reduceat with these arguments"),
        (lambda t: np.add.at(X, [0], t[0]), r"np\.add\.at"),
        (lambda t: np.reshape(t, (3, 2), order="F"), "reshape of a Tensor knows only order='C', not 'F'"),
        (lambda t: np.ravel(t, order="F"), "ravel of a Tensor knows only order='C', not 'F'"),
        (lambda t: np.pad(t, 1, mode="empty"), "pad of a Tensor knows the modes constant, .*not 'empty'"),
        (lambda t: t.sum(were=X > 0), "unexpected keyword argument 'were'"),
        (lambda t: t.cumsum(0, None, None, 1), "positional argument"),
        (lambda t: Tensor(1 + 2j), "not complex128; split a complex value into real and imaginary part"),
        (lambda t: Tensor("a"), "holds booleans, integers or real numbers, not <U1"),
        (lambda t: Tensor([1, None]), "real numbers, not object"),
        (lambda t: iter(Tensor(1.0)), "nothing to iterate over"),
    ],
)  # fmt: skip
def test_what_has_no_rule_is_named(call, words):
    """Nothing drops a gradient in silence: an unknown function or keyword raises, by its name."""
    with pytest.raises((TypeError, ValueError), match=words):
        call(Tensor(X, name="t"))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda W, x: W @ x, r"matmul cannot combine W of shape \(2, 3\) and x of shape \(2,\).*did you mean W\.T @ x\?"),
        (lambda W, x: x @ W.T, r"matmul cannot combine x of shape \(2,\)"),
        (lambda W, x: W + x, r"add cannot combine W of shape \(2, 3\) and x of shape \(2,\): .*did you mean x\[:, None\]\?"),
        (lambda W, x: x * W, r"multiply cannot combine x of shape \(2,\) and W .*did you mean x\[:, None\]\?"),
        (lambda W, x: W * W.T, r"the shapes are each other's transpose; did you mean W\.T or"),
        (lambda W, x: np.maximum(W, np.ones(4)), r"maximum cannot combine W of shape \(2, 3\) and argument 2 of shape \(4,\)"),
        (lambda W, x: W.reshape(4, 2), r"reshape cannot turn shape \(2, 3\) \(6 entries\) into \(4, 2\)"),
        (lambda W, x: W.reshape(-1, 4), r"into \(-1, 4\)"),
        (lambda W, x: W.reshape(-2, -3), "reshape cannot turn"),
        (lambda W, x: np.concatenate([W, x]), r"concatenate cannot combine W of shape \(2, 3\) and x of shape \(2,\)"),
        (lambda W, x: np.concatenate([x[0], x[1]]), "np.stack joins numbers"),
        (lambda W, x: np.stack([W, x]), r"stack needs arrays of one shape"),
        (lambda W, x: np.split(W, 2, axis=1), "split cannot cut 3 entries into 2 equal parts; np.array_split can"),
        (lambda W, x: np.squeeze(W, 0), r"shape \(2, 3\) has another length at axis 0"),
        (lambda W, x: np.transpose(W, (0,)), "transpose needs all 2 axes"),
        (lambda W, x: np.broadcast_to(W, (4, 2)), r"broadcast_to cannot combine W of shape \(2, 3\)"),
        (lambda W, x: np.tensordot(W, x, 1), "tensordot cannot contract axes"),
        (lambda W, x: np.linalg.inv(W), r"inv needs a square matrix, or a stack of them, but W has shape \(2, 3\)"),
        (lambda W, x: np.linalg.det(x), r"det needs a square matrix.*x has shape \(2,\)"),
        (lambda W, x: np.linalg.slogdet(W), "slogdet needs a square"),
        (lambda W, x: np.linalg.solve(W, x), "solve needs a square"),
        (lambda W, x: np.linalg.solve(W @ W.T, np.ones(3)), "solve cannot combine"),
        (lambda W, x: np.einsum("ij,jk->ik", W, x), "einsum cannot combine|einstein"),
        (lambda W, x: np.einsum("ij,jk->ik", W), "has 2 terms for 1 operands"),
        (lambda W, x: np.diag(np.ones((2, 2, 2)) * x[0]), r"diag takes a vector or a matrix, not shape \(2, 2, 2\)"),
        (lambda W, x: x[0] @ x[1], r"did you mean \*\?"),
        (lambda W, x: W @ np.ones((4, 3)), r"did you mean W @ argument 2\.T\?"),
        (lambda W, x: np.ones((3, 5, 4)) @ W, r"the last axis of argument 1 \(4\) must equal the first of W \(2\)$"),
        (lambda W, x: W @ np.ones((5, 4, 2)), r"the second-to-last of argument 2 \(4\); did you mean argument 2 @ W\?"),
    ],
)  # fmt: skip
def test_misfits_name_operation_operands_shapes_and_fix(call, words):
    """The first question at a shape error is: which operation, which arrays, and what now."""
    with pytest.raises(ValueError, match=words) as caught:
        call(Tensor(X, name="W"), Tensor([1.0, 2.0], name="x"))
    assert isinstance(caught.value, ShapeError)


def test_other_errors_of_numpy_come_through():
    with pytest.raises(IndexError, match="index 5 is out of bounds"):
        Tensor(X)[5]
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds"):
        np.sum(Tensor(X), axis=2)
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        np.linalg.inv(Tensor(np.ones((2, 2))))


PASSING = [
    (np.argmax, {"axis": 1}), (np.argmin, {}), (np.argsort, {"axis": 0}), (np.floor, {}), (np.ceil, {}), (np.trunc, {}),
    (np.rint, {}), (np.round, {"decimals": 1}), (np.sign, {}), (np.isfinite, {}), (np.isnan, {}), (np.isinf, {}),
    (np.any, {"axis": 0}), (np.all, {}), (np.nonzero, {}), (np.argwhere, {}), (np.count_nonzero, {}),
    (np.zeros_like, {}), (np.ones_like, {}), (np.shape, {}), (np.ndim, {}), (np.size, {}), (np.signbit, {}),
    (np.logical_not, {}), (np.flatnonzero, {}), (np.floor, {}), *([(np.fix, {})] if hasattr(np, "fix") else []),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated")
@pytest.mark.parametrize(("f", "settings"), PASSING, ids=lambda v: getattr(v, "__name__", ""))
def test_functions_without_a_derivative_give_plain_results(f, settings):
    """Where the slope is 0 or undefined everywhere, the result is a constant for every gradient."""
    found, expected = f(Tensor(X), **settings), f(X, **settings)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)


def test_more_functions_without_a_derivative():
    t = Tensor(X)
    assert np.searchsorted(Tensor([1.0, 2.0]), 1.5) == 1 and np.searchsorted(np.array([1.0, 2.0]), Tensor(1.5)) == 1
    assert np.array_equal(t, X) and np.allclose(t, X) and np.isclose(t, X).all()
    assert (t > 0).dtype == bool and (t == X).all() and not (t != X).any()
    assert ((t >= 0) == (X >= 0)).all() and ((t <= 0) == (X <= 0)).all()
    assert np.full_like(t, 2.0).tolist() == np.full_like(X, 2.0).tolist()
    assert [part.tolist() for part in np.where(t > 0)] == [part.tolist() for part in np.where(X > 0)]
    assert [part.tolist() for part in np.where(t)] == [part.tolist() for part in np.where(X)]
    assert (~Tensor([True, False])).tolist() == [False, True]
    assert grad(lambda x: np.sum(np.floor(x) * x))(X).tolist() == np.floor(X).tolist()


METHODS = {
    "sum": {"axis": 0, "keepdims": True}, "mean": {"axis": 1}, "var": {"axis": 0, "ddof": 1}, "std": {"axis": 1},
    "prod": {"axis": 0}, "max": {"axis": 1}, "min": {"axis": 0}, "cumsum": {"axis": 1}, "argmax": {"axis": 1},
    "argmin": {}, "argsort": {"axis": 0}, "any": {"axis": 0}, "all": {"axis": 1}, "round": {"decimals": 1},
    "ravel": {}, "flatten": {}, "squeeze": {}, "copy": {}, "diagonal": {"offset": 1}, "trace": {}, "clip": {"min": 0.0, "max": 1.0},
    "transpose": {}, "tolist": {}, "nonzero": {}, "item": None,
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, settings in METHODS.items() if settings is not None])
def test_methods_do_what_numpy_does(name):
    found, expected = getattr(Tensor(X), name)(**METHODS[name]), getattr(X, name)(**METHODS[name])
    np.testing.assert_allclose(found.data if isinstance(found, Tensor) else found, expected, rtol=1e-14)


def test_methods_with_arguments():
    t = Tensor(X, name="t")
    assert t.reshape(3, 2).shape == t.reshape((3, 2)).shape == (3, 2) and t.reshape(-1).shape == (6,)
    assert (
        t.transpose(1, 0).shape
        == t.transpose((1, 0)).shape
        == t.T.shape
        == t.mT.shape
        == t.swapaxes(0, 1).shape
        == (3, 2)
    )
    assert t.dot(np.ones(3)).tolist() == X.dot(np.ones(3)).tolist()
    assert t.take([0, 5]).tolist() == X.take([0, 5]).tolist()
    assert t.repeat(2, axis=0).shape == (4, 3)
    assert t.astype(np.float32).dtype == np.float32 and t.astype(int).tolist() == X.astype(int).tolist()
    assert isinstance(t.astype(int), np.ndarray) and isinstance(t.astype(np.float32), Tensor)
    assert (t.ndim, t.size, len(t), t.dtype, t.shape) == (2, 6, 2, np.float64, (2, 3))
    assert Tensor([2.5]).item() == 2.5 and t.numpy() is not t.data and t.numpy().tolist() == X.tolist()
    assert t.detach().parents == () and t.detach().name == "t"
    assert bool(Tensor(1.0)) and not bool(Tensor(0.0)) and [1, 2, 3][Tensor(1)] == 2


def test_text():
    """f-strings, print and repr show numbers, not objects."""
    t = Tensor([1.0, 2.0], name="t")
    assert repr(t) == "Tensor([1., 2.], name='t')" and str(t) == "[1. 2.]" and f"{t}" == "[1. 2.]"
    assert f"{Tensor(1.23456):.2f}" == "1.23" and repr(Tensor(2.0)) == "Tensor(2.)"
    assert repr(UFUNCS[np.exp]) == "<elementwise exp>"


def test_logical_operators():
    t, flags = Tensor([True, False]), np.array([True, True])
    assert (t & flags).tolist() == (flags & t).tolist() == [True, False]
    assert (t | flags).tolist() == (flags.tolist() | t).tolist() == [True, True]
    assert (t ^ flags).tolist() == ([True, True] ^ t).tolist() == [False, True]


def test_parts_that_only_a_new_operation_reaches():
    """An operation without a direction says which one it lacks; an index holds no numbers to check."""
    bare = Operation("bare", np.sin)
    for method in (bare.pull, bare.push):
        with pytest.raises(NotImplementedError, match="bare has no rule for"):
            method(0, X, X, (X,), {})
    assert finite(slice(None)) and not finite(np.nan)


def test_equality_keeps_tensors_hashable():
    t = Tensor([1.0, 2.0])
    assert {t: 1}[t] == 1 and (t == np.array([1.0, 3.0])).tolist() == [True, False]
    assert isinstance(UFUNCS[np.less], Opaque)


def test_functions_on_plain_arrays_stay_plain():
    """The library's own functions are NumPy functions for NumPy arrays."""
    for f in (ll.sigmoid, ll.relu, ll.leaky_relu, ll.hard_tanh, ll.softplus, ll.softmax, ll.log_softmax, ll.logsumexp):
        assert type(f(X)) in (np.ndarray, np.float64)
