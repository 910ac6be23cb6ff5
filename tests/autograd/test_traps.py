"""The traps of autograd engines: each test's docstring says how engines fall into it."""

import gc
import sys
import threading
import time
import weakref
from contextlib import nullcontext

import numpy as np
import pytest

import lecture_lib as ll
from lecture_lib import Tensor, detect_anomalies, grad, hvp, jacobian, no_grad, value_and_grad, vjp
from lecture_lib.autograd.state import MODE, Mode


def test_one_operand_broadcast_along_every_axis(rng):
    """A rule that forgets to sum over broadcast axes returns a gradient of the result's shape."""
    x, y = rng.standard_normal((3, 1)), rng.standard_normal(4)
    gx, gy = grad(lambda x, y: np.sum(np.where(x > y, x * y, x / (2 + y * y))), (0, 1))(x, y)
    assert gx.shape == x.shape and gy.shape == y.shape


def test_where_sums_the_gradient_of_a_broadcast_branch():
    """where has its own broadcasting, which engines that treat it as special forget to undo."""
    gx, gy = grad(lambda x, y: np.sum(np.where(np.eye(3, dtype=bool), x, y)), (0, 1))(2.0, np.ones(3))
    assert gx == 3.0
    assert gy.tolist() == [2.0, 2.0, 2.0]


def test_where_with_nan_in_the_branch_not_taken():
    """0 times NaN is NaN: a single where masks the value but not the gradient; the double where masks both."""
    x = np.array([-1.0, 4.0])

    def single(x):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))

    def double(x):
        return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0))

    with np.errstate(invalid="ignore"):
        assert np.isnan(grad(single)(x)).tolist() == [True, False]
    assert grad(double)(x).tolist() == [0.0, 0.25]


def test_value_used_twice_gets_both_gradients():
    """An engine that overwrites instead of adding keeps the last path alone."""
    assert grad(lambda x: x * x + x)(3.0) == 7.0
    x = Tensor(3.0)
    (x * x + x).backward()
    assert x.grad == 7.0


def test_value_used_on_both_sides_of_one_operation():
    """Both gradients of x * x go to the same node in one step."""
    assert grad(lambda x: np.sum(x @ x))(np.eye(2)).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_diamond_waits_for_all_paths():
    """A depth-first backward pass visits a shared node before all its consumers have contributed."""

    def f(x):
        a = np.sin(x)
        b = a * 2
        return a * b + np.exp(b) * a

    check = (f(0.7 + 1e-6) - f(0.7 - 1e-6)) / 2e-6
    assert grad(f)(0.7) == pytest.approx(check, rel=1e-8)


def test_doublings_are_linear():
    """18 doublings have 2¹⁸ paths; an engine that walks paths instead of nodes never returns."""
    visited = 0

    def f(x):
        for _ in range(18):
            x = x + x
        return x

    start = time.process_time()
    assert grad(f)(1.0) == 2.0**18
    assert grad(grad(lambda x: f(x * x)))(1.0) == 2.0**19
    assert time.process_time() - start < 1.0
    y = f(Tensor(1.0))
    waiting = [y]
    while waiting and y.parents:
        node = waiting.pop()
        visited += 1
        waiting.extend(set(node.parents))
    assert visited == 19


def test_doubled_value_does_not_alias_gradients():
    """b = a + a hands one array to both sides; adding in place into it would double the gradient again."""
    a = Tensor([1.0, 2.0])
    upstream = np.array([1.0, 10.0])
    (a + a).backward(upstream)
    assert a.grad.tolist() == [2.0, 20.0]
    assert upstream.tolist() == [1.0, 10.0]


def test_gradients_are_arrays_of_their_own():
    """A gradient that shares memory with an upstream array, an argument or another gradient changes behind one's back."""
    x, y, w = np.ones(3), np.ones(3), np.ones(3)
    _, pull = vjp(lambda x, y: x + y, x, y)
    gx, gy = pull(w)
    gx[:] = 7
    assert w.tolist() == [1, 1, 1] and gy.tolist() == [1, 1, 1]
    assert not np.shares_memory(gx, gy)
    a, b = Tensor(x), Tensor(y)
    (a + b).backward(w)
    a.grad[0] = 5
    assert b.grad.tolist() == [1, 1, 1] and w.tolist() == [1, 1, 1]


def test_broadcast_gradients_can_be_written_to():
    """The gradient of a sum is a read-only broadcast view unless it is copied at the end."""
    g = grad(np.sum)(np.ones((2, 3)))
    g += 1
    assert g.tolist() == [[2, 2, 2], [2, 2, 2]]
    x = Tensor(np.ones(3))
    np.sum(x).backward()
    x.grad += 1
    assert x.grad.tolist() == [2, 2, 2]


def test_second_backward_adds():
    """backward twice means two contributions; engines differ, this one says so and leaves upstream values alone."""
    x = Tensor([1.0, 2.0])
    y = np.sum(x * x)
    y.backward()
    first = x.grad
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0]
    assert first.tolist() == [2.0, 4.0]
    x.zero_grad()
    assert x.grad is None


def test_only_leaves_keep_gradients():
    """A gradient kept at every node keeps every activation alive too."""
    x = Tensor(2.0)
    y = x * x
    z = y * y
    z.backward()
    assert x.grad == 32.0 and y.grad is None and z.grad is None


def test_mutating_an_array_after_it_was_saved():
    """An operation saves its operands; a leaf copies them, so that a later change of the original is harmless."""
    data = np.array([1.0, 2.0])
    x = Tensor(data)
    y = np.sum(x * x)
    data[:] = 100.0
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_mutating_a_constant_after_it_was_saved_is_reported():
    """A plain array takes part without a copy; the check finds the change and names the operation that needed it."""
    x, c = Tensor([1.0, 2.0], name="x"), np.array([3.0, 4.0])
    with detect_anomalies():
        y = np.sum(x * c)
        c[0] = 50.0
        with pytest.raises(RuntimeError, match=r"argument 2 = \[50.0, 4.0\] changed after multiply used it"):
            y.backward()
    assert x.grad is None


@pytest.mark.parametrize("watched", [True, False])
def test_new_data_of_a_leaf_leave_an_older_graph_alone(watched):
    """An operation keeps the arrays that it used, so that the gradient is right, and the check finds nothing."""
    x = Tensor([1.0, 2.0])
    with detect_anomalies() if watched else nullcontext():
        y = np.sum(x * x)
        x.data = np.array([50.0, 60.0, 70.0])
        y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_views_are_values():
    """Transposes, slices and reshapes share memory with their source; their gradients must not."""

    def f(x):
        top, bottom = x[:2], x[2:]
        return np.sum(top.T @ bottom) + np.sum(x.reshape(-1)[::2] ** 2)

    x = np.arange(12.0).reshape(4, 3)
    expected = np.zeros(12)
    expected[::2] = 2 * x.reshape(-1)[::2]
    expected = expected.reshape(4, 3)
    expected[:2] += x[2:].sum(axis=1)[:, None]
    expected[2:] += x[:2].sum(axis=1)[:, None]
    np.testing.assert_allclose(grad(f)(x), expected)


def test_numbers_stay_numbers():
    """0-d arrays, NumPy numbers and Python numbers decay into each other; shapes and types must survive."""
    assert isinstance(grad(lambda x: x * x)(3.0), np.float64)
    assert isinstance(grad(lambda x: x * x)(np.float32(3)), np.float32)
    g = grad(lambda x: x * x)(np.array(3.0))
    assert isinstance(g, np.ndarray) and g.shape == ()
    value, _ = value_and_grad(np.sum)(np.ones(3))
    assert value == 3.0 and np.ndim(value) == 0
    x = Tensor(3.0)
    (x * 2).backward()
    assert isinstance(x.grad, np.ndarray) and x.grad.shape == ()


def test_repeated_indices_add():
    """x[ids] += g keeps the last of several equal ids; a gradient needs all of them."""
    ids = np.array([0, 2, 0, 0])
    g = np.asarray(grad(lambda x: np.sum(x[ids] * np.array([1.0, 10.0, 100.0, 1000.0])))(np.zeros(3)))
    assert g.tolist() == [1101.0, 0.0, 10.0]
    rows = np.asarray(grad(lambda e: np.sum(e[ids] * np.arange(4.0)[:, None]))(np.zeros((3, 2))))
    assert rows.tolist() == [[5, 5], [0, 0], [1, 1]]


@pytest.mark.parametrize("big", [1000.0, -1000.0, 50.0, -50.0])
def test_no_overflow(big):
    """exp(1000) is inf, and inf / inf is NaN: the textbook formulas break exactly where networks saturate."""
    x = np.array([big, 0.0])
    for f in (ll.sigmoid, ll.softplus, ll.softmax, ll.log_softmax, ll.logsumexp, np.tanh):
        value, g = value_and_grad(lambda x, f=f: np.sum(f(x)))(x)
        assert np.isfinite(value) and np.isfinite(g).all()
        assert np.isfinite(hvp(lambda x, f=f: np.sum(f(x)))(x, np.ones(2))).all()
    assert np.isfinite(grad(lambda x: ll.cross_entropy(x[None], np.array([1])))(x)).all()


def test_reflected_operators():
    """2 ** t, 1 - t and 1 / t call the right operand's method, which engines forget or get the wrong way round."""
    assert grad(lambda t: 2**t)(3.0) == pytest.approx(8 * np.log(2))
    assert grad(lambda t: 1 - t)(3.0) == -1.0
    assert grad(lambda t: 1 / t)(2.0) == -0.25
    assert grad(lambda t: 7 % t)(3.0) == -2.0
    assert 7 // Tensor(2.0) == 3.0 and Tensor(7.0) // 2 == 3.0
    assert grad(lambda a, b: a**b, (0, 1))(2.0, 3.0) == (12.0, pytest.approx(8 * np.log(2)))


def test_array_and_tensor_in_either_order():
    """ndarray ∘ Tensor reaches NumPy first, which would loop over the entries of an object array."""
    a, t = np.array([1.0, 2.0]), Tensor([3.0, 4.0])
    for result in (a + t, t + a, a * t, np.add(a, t), np.float64(2) * t, a @ t):
        assert type(result) is Tensor
    assert (a < t).tolist() == [True, True] and (t > a).tolist() == [True, True]
    assert (np.float64(5) - t).tolist() == [2.0, 1.0]


def test_array_in_place_with_a_tensor_is_refused():
    """a += t would write numbers into a plain array and lose the gradient."""
    a = np.ones(2)
    with pytest.raises(TypeError, match=r"write a = a \+ t instead of a \+= t"):
        a += Tensor([1.0, 2.0])
    assert a.tolist() == [1.0, 1.0]


def test_tensor_does_not_decay_into_an_array():
    """np.asarray of a Tensor drops the gradient without a word."""
    t = Tensor([1.0, 2.0])
    for lose in (np.asarray, np.array, lambda t: np.array([t, t]), lambda t: np.zeros(2).__iadd__(t)):
        with pytest.raises(TypeError):
            lose(t)
    with pytest.raises(TypeError, match=r"np\.stack"):
        np.asarray(t)


def test_writing_into_an_array_inside_a_function():
    """y[i] = t stores a number in a plain array: the gradient would silently be 0."""

    def f(x):
        y = np.zeros(2)
        y[0] = x[0]
        return np.sum(y)

    with pytest.raises((TypeError, ValueError)) as caught:
        grad(f)(np.ones(2))
    assert "drop the gradient" in str(caught.value) + str(caught.value.__cause__)


def test_writing_into_a_tensor():
    """x[i] = v would overwrite a value that the backward pass needs."""
    t = Tensor([1.0, 2.0])
    with pytest.raises(TypeError, match=r"np\.where, np\.concatenate or np\.stack"):
        t[0] = 3.0
    t += 1
    assert t.tolist() == [2.0, 3.0]


@pytest.mark.parametrize(
    "lose", [float, int, lambda x: x.item(), lambda x: [1, 2, 3][x], lambda x: range(x), lambda x: x.tolist(), lambda x: x.numpy()]
)  # fmt: skip
def test_numbers_taken_out_of_a_transform(lose):
    """float(t) inside a differentiated function makes the rest a constant."""
    with pytest.raises(TypeError, match="drop the gradient"):
        grad(lambda x: x * lose(x))(2.0)
    assert float(Tensor(2.0)) == 2.0 and int(Tensor(2.0)) == 2


def test_choices_on_values_inside_a_transform():
    """A branch is piecewise differentiable: grad follows the one that was taken."""
    f = grad(lambda x: x * x if x > 0 else -x)
    assert f(3.0) == 6.0 and f(-3.0) == -1.0


def test_exception_leaves_no_state_behind():
    """A mode that is set on entry and reset on exit stays set when the function raises in between."""

    def broken(x):
        raise KeyError("mine")

    for call in (
        lambda: grad(broken)(1.0), lambda: jacobian(broken)(np.ones(2)), lambda: hvp(broken)(np.ones(2), np.ones(2)),
        lambda: grad(lambda x: grad(broken)(x))(1.0), lambda: ll.jvp(broken, (1.0,), (1.0,)),
        lambda: ll.check_gradient(broken, np.ones(2)),
    ):  # fmt: skip
        with pytest.raises(KeyError, match="mine"):
            call()
        assert MODE.get() == Mode()
    for block in (no_grad, detect_anomalies):
        with pytest.raises(KeyError), block():
            raise KeyError("mine")
        assert MODE.get() == Mode()
    assert grad(lambda x: x * x)(3.0) == 6.0
    x = Tensor(3.0)
    (x * x).backward()
    assert float(x.grad) == 6.0


def test_failed_backward_changes_no_gradient():
    """A backward pass that fails half-way must not have added half the gradients."""
    bad = ll.primitive(lambda x: x * 1.0, pull=lambda g, y, x: np.ones(7), name="bad")
    x, y = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    z = np.sum(y * 2) + np.sum(bad(x))
    with pytest.raises(ll.ShapeError, match=r"the pull of bad returned shape \(7,\) for argument 1"):
        z.backward()
    assert x.grad is None and y.grad is None


def chain(n):
    """A scalar graph of n operations."""
    y = x = Tensor(0.5)
    for k in range(n):
        y = y + 0.001 if k % 2 else y * 0.9999
    return x, y


def test_long_chains_need_no_recursion():
    """A recursive sort fails at depth 1,000, and a recursive destructor crashes the interpreter when the graph is freed."""
    x, y = chain(100_000)
    y.backward()
    assert float(x.grad) == pytest.approx(0.9999**50_000)
    watched = weakref.ref(y.parents[0])
    del y
    assert watched() is None
    assert grad(lambda x: steps(x, 100_000))(0.5) == pytest.approx(0.9999**50_000)
    assert ll.jvp(lambda x: steps(x, 100_000), (0.5,), (1.0,))[1] == pytest.approx(0.9999**50_000)


def steps(y, n):
    for k in range(n):
        y = y + 0.001 if k % 2 else y * 0.9999
    return y


def test_time_grows_linearly_with_depth():
    """A list of ancestors searched by position, or a set copied a node, makes deep graphs quadratic."""

    def seconds(n):
        best = float("inf")
        for _ in range(5):
            _, y = chain(n)
            gc.collect()
            gc.disable()  # A collection walks everything that the other tests have left in memory, too.
            try:
                start = time.process_time()
                y.backward()
                best = min(best, time.process_time() - start)
            finally:
                gc.enable()
        return best / n

    seconds(100)
    assert seconds(20_000) < 4 * seconds(1_000)


def test_no_reference_cycles():
    """A closure that holds its own node keeps every activation alive until the collector happens to run."""
    gc.collect()
    gc.disable()
    try:
        seen = []

        def f(x):
            h = np.tanh(x @ np.ones((3, 3)))
            seen.append(weakref.ref(h))
            return (
                np.sum(h[np.array([0, 1])] ** 2) + np.linalg.norm(h) + np.max(h) + ll.cross_entropy(h, np.array([0, 1]))
            )

        x = Tensor(np.ones((2, 3)) * 0.1)
        y = f(x)
        y.backward()
        del y
        grad(f)(x.data)
        jacobian(f)(x.data)
        hvp(f)(x.data, x.data)
        vjp(f, x.data)[1](1.0)
        ll.jvp(f, (x.data,), (x.data,))
        assert len(seen) > 4 and all(ref() is None for ref in seen)
    finally:
        gc.enable()


def test_gradients_do_not_keep_the_graph():
    """Thousands of steps of training must not pile up graphs."""
    x = Tensor(np.ones(3))
    refs = []
    for _ in range(3):
        y = np.sum(np.exp(x))
        refs.append(weakref.ref(y))
        y.backward()
    del y
    assert all(ref() is None for ref in refs)


def test_threads_do_not_see_each_others_modes():
    """A global "inside a transform" flag makes one thread's float(t) fail because another differentiates."""
    inside, done, errors = threading.Event(), threading.Event(), []

    def slow(x):
        inside.set()
        done.wait(10)
        return x * x

    def work():
        try:
            assert grad(slow)(3.0) == 6.0
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(10)
    try:
        assert MODE.get() == Mode()
        t = Tensor(2.0)
        assert float(t * t) == 4.0
        (t * t).backward()
        assert t.grad == 4.0
    finally:
        done.set()
        thread.join()
    assert not errors


def test_many_threads_differentiate_at_once():
    """Shared buffers or counters would mix up the graphs."""
    results, previous = {}, sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def work(k):
        x = np.arange(5.0) + k
        results[k] = [grad(lambda x: np.sum(np.sin(x) * x))(x) for _ in range(30)]

    try:
        threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(previous)
    for k, found in results.items():
        x = np.arange(5.0) + k
        for g in found:
            np.testing.assert_allclose(g, np.cos(x) * x + np.sin(x))
    assert len(results) == 6


def test_no_grad_records_nothing():
    """Evaluation under no_grad must neither build a graph nor pass a gradient on."""
    x = Tensor(3.0)
    with no_grad():
        y = x * x
    assert y.parents == () and float(y) == 9.0
    assert grad(lambda x: x * x * x.detach())(2.0) == 8.0

    def half(x):
        with no_grad():
            c = x * x
        return c * x

    assert grad(half)(2.0) == 4.0


def test_leaf_that_was_not_used():
    """An unused argument has gradient 0 in grad, and None stays None after backward."""
    assert grad(lambda x, y: x * 2, (0, 1))(1.0, np.ones(2))[1].tolist() == [0.0, 0.0]
    x, y = Tensor(1.0), Tensor(2.0)
    (x * 2).backward()
    assert y.grad is None


def test_constant_function():
    """A function that ignores its argument has gradient 0, not an error."""
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert jacobian(lambda x: np.ones(2))(np.ones(3)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_integers_are_not_differentiated_silently():
    """A gradient rounded to an integer's dtype is 0 or 1."""
    with pytest.raises(TypeError, match=r"cannot differentiate with respect to argument 'x': it holds int64.*3\.0"):
        grad(lambda x: x * x)(3)
    with pytest.raises(TypeError, match="astype"):
        grad(lambda x: np.sum(x))(np.arange(3))
    with pytest.raises(TypeError, match="bool"):
        np.sum(Tensor([True, False], name="mask") * 2.0).backward()


def test_integer_arguments_pass_through():
    """Word ids are arguments too; only what is differentiated must be real."""
    ids = np.array([0, 1, 0])
    g = grad(lambda e, ids: np.sum(e[ids] ** 2))(np.array([1.0, 2.0]), ids)
    assert np.asarray(g).tolist() == [4.0, 4.0]
    assert np.asarray(grad(lambda e, ids: np.sum(e[ids] ** 2))(np.array([1.0, 2.0]), Tensor(ids))).tolist() == [
        4.0,
        4.0,
    ]


def test_nan_provenance():
    """A NaN in the loss says nothing about where it came from."""
    x = Tensor([4.0, -1.0], name="x")
    with np.errstate(all="ignore"), detect_anomalies():
        with pytest.raises(
            FloatingPointError, match=r"sqrt made nan at \(1,\) out of finite numbers: x = \[4.0, -1.0\]"
        ):
            np.exp(np.sum(np.sqrt(x) * 2))
        with pytest.raises(FloatingPointError, match="divide made inf"):
            1 / Tensor(0.0, name="zero")
        y = np.sqrt(Tensor(0.0, name="z"))
        with pytest.raises(FloatingPointError, match=r"the gradient of sqrt with respect to z = 0\.0 is inf"):
            y.backward()
        with pytest.raises(FloatingPointError, match="log made -inf"):
            grad(lambda p: np.log(p))(0.0)
    big = Tensor(np.full(10, 1000.0), name="scores")
    with (
        np.errstate(all="ignore"),
        detect_anomalies(),
        pytest.raises(FloatingPointError, match=r"scores of shape \(10,\)"),
    ):
        np.exp(big)


def test_anomalies_stay_silent_where_nothing_is_wrong():
    """NaN that came in from outside is not blamed on the first operation that sees it."""
    with detect_anomalies():
        y = Tensor([np.nan, 1.0]) * 2.0
        assert np.isnan(y.data[0])
        x = Tensor([1.0, 2.0])
        np.sum(np.exp(x[np.array([0, 1])]) * 3).backward()
    np.testing.assert_allclose(x.grad, 3 * np.exp([1.0, 2.0]))
