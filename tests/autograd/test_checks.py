"""The checker is itself checked: it must pass what is right, and catch what is planted."""

import numpy as np
import pytest
from mutants import patched

import lecture_lib as ll
from lecture_lib import GradientError, Tensor, check_gradient, numeric_gradient, numeric_jacobian, primitive
from lecture_lib.autograd.products import MATMUL

W = np.random.default_rng(1).standard_normal((2, 3))
X = np.random.default_rng(2).standard_normal((4, 3))


def layer(W, X):
    return np.tanh(X @ W.T)


def planted(operation, attribute, value):
    """A context in which a rule is wrong."""

    class Planted:
        def __enter__(self):
            self.restore = patched(operation, attribute, value)()

        def __exit__(self, *_):
            self.restore()

    return Planted()


def test_right_gradients_pass():
    report = check_gradient(layer, W, X)
    assert report.max_error < 1e-7
    assert [row.where.partition("[")[0] for row in report.rows] == ["reverse, W", "reverse, X", "forward, output"]
    assert "largest relative error" in str(report) and repr(report).startswith("GradientReport(max_error=")
    assert "<table>" in report._repr_html_() and "reverse, W" in report._repr_html_()


def test_matmul_that_drops_its_upstream_factor_is_caught():
    """With an all-ones upstream the fault is invisible; the checker draws a random one."""
    right = MATMUL.pulls
    wrong = planted(MATMUL, "pulls", lambda lead, i, g, *rest, **k: right(lead, i, np.ones_like(g), *rest, **k))
    with wrong:  # noqa: SIM117
        with pytest.raises(
            GradientError, match=r"the gradient is wrong at W\[\d, \d\]: the rule says .* entries of W differ"
        ):
            check_gradient(lambda W, X: W @ X.T, W, X)


def test_w_for_its_transpose_is_caught():
    """With a square W both have one shape, so only the numbers tell."""
    right = MATMUL.pulls

    def swapped(lead, i, g, y, operands, **settings):
        a, b = operands
        return right(lead, i, g, y, (a.T, b) if i == 1 else (a, b), **settings)

    square = np.random.default_rng(3).standard_normal((3, 3))
    with planted(MATMUL, "pulls", swapped), pytest.raises(GradientError, match="wrong at X"):
        check_gradient(lambda W, X: W @ X, square, X.T.copy())


def test_a_wrong_forward_rule_is_caught():
    right = MATMUL.pushes
    with planted(MATMUL, "pushes", lambda *a, **k: 2 * right(*a, **k)):  # noqa: SIM117
        with pytest.raises(GradientError, match=r"the tangent is wrong at output\[\d, \d\]: forward mode says"):
            check_gradient(layer, W, X)


def test_a_rule_of_ones_own_is_checked():
    wrong = primitive(np.sin, pull=lambda g, y, x: g * np.sin(x), name="wrong sine")
    with pytest.raises(GradientError, match=r"wrong at x\[0\]"):
        check_gradient(lambda x: wrong(x), np.array([0.3]))
    bad_tangent = primitive(np.sin, pull=lambda g, y, x: g * np.cos(x), push=lambda v, y, x: v[0] * np.nan)
    with pytest.raises(GradientError, match="tangent is wrong"):
        check_gradient(lambda x: bad_tangent(x), np.array([0.3, 0.4]))
    not_a_number = primitive(np.sin, pull=lambda g, y, x: g * np.nan, push=lambda v, y, x: v[0] * np.cos(x))
    with pytest.raises(GradientError, match="the rule says nan"):
        check_gradient(lambda x: not_a_number(x), np.array([0.3]))


@pytest.mark.parametrize(
    ("f", "x", "where"),
    [
        (np.abs, np.array([1.0, 0.0]), r"x\[1\] = 0"),
        (ll.relu, np.array([0.0]), r"x\[0\] = 0"),
        (lambda x: np.max(x), np.array([1.0, 1.0]), r"x\[0\] = 1"),
        (lambda x: np.linalg.norm(x), np.zeros(2), r"x\[0\] = 0"),
    ],
)
def test_a_kink_is_called_a_kink(f, x, where):
    """At a kink the rule is not wrong: there is no derivative to compare it with."""
    with pytest.raises(GradientError, match=f"the function has a kink at {where}: its slope is .* from the left and"):
        check_gradient(lambda x: f(x), x)


def test_a_kink_within_the_step_is_passed_by():
    """The point is differentiable and the rule is right; a step that reaches across the kink is made smaller."""
    assert check_gradient(ll.relu, np.array([0.5, 2e-5])).max_error < 1e-6
    broken = primitive(lambda x: np.maximum(x, 0.0), pull=lambda g, y, x: 3 * g * (x > 0))
    with pytest.raises(GradientError, match=r"the gradient is wrong at x\[0\]"):
        check_gradient(lambda x: broken(x), np.array([2e-5]))


def test_strong_curvature_is_no_kink():
    assert check_gradient(lambda x: np.exp(20 * x), np.array([0.5])).max_error < 1e-5
    assert check_gradient(lambda x: 1e4 * x**4, np.array([3.0, 0.001])).max_error < 1e-5


def test_structures_and_integers():
    """Real leaves are checked wherever they are; ids and masks stay as they are."""

    def model(p, ids):
        return p["E"][ids] @ p["layers"][0], np.sum(p["E"])

    report = check_gradient(model, {"E": W.T, "layers": [np.ones(2)]}, np.array([0, 2, 0]))
    assert {row.where.partition(" ")[2].partition("]")[0] for row in report.rows} >= {"p['E'", "p['layers'"}
    assert check_gradient(lambda x: np.sum(x), np.zeros((0, 2))).max_error == 0.0
    assert check_gradient(lambda x: x * 1.0, np.zeros((0, 2))).rows[-1].where == "forward (empty)"
    assert check_gradient(lambda x: x * x, Tensor([1.0, 2.0])).max_error < 1e-8
    assert check_gradient(lambda x: x * x, np.float32(3)).max_error < 1e-8
    with pytest.raises(TypeError, match=r"at least one argument of real numbers; write 3.0 instead of 3"):
        check_gradient(lambda x: x, 3)


def test_numeric_gradient():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = x.copy()
    np.testing.assert_allclose(numeric_gradient(lambda x: np.sum(x**3), x), 3 * x**2, rtol=1e-7)
    np.testing.assert_array_equal(x, before)
    central = abs(numeric_gradient(np.exp, 1.0) - np.e)
    forward = abs(numeric_gradient(np.exp, 1.0, scheme="forward") - np.e)
    assert central < 1e-7 < forward < 1e-3
    assert numeric_gradient(lambda x: np.sum(x), np.ones(2, np.float32), eps=1e-2).dtype == np.float32
    assert numeric_gradient(lambda x: x * x, 3).dtype == np.float64
    assert numeric_gradient(lambda x: np.sum(x * x), Tensor([1.0])).shape == (1,)
    assert numeric_gradient(lambda x: np.sum(x), np.zeros((0, 3))).shape == (0, 3)


def test_numeric_jacobian():
    np.testing.assert_allclose(numeric_jacobian(lambda x: W @ x, np.ones(3)), W, rtol=1e-7)
    assert numeric_jacobian(lambda x: np.outer(x, x), np.ones(3)).shape == (3, 3, 3)
    assert numeric_jacobian(lambda x: np.ones(4), np.zeros(0)).shape == (4, 0)
    assert numeric_jacobian(np.sin, 0.0).shape == ()


def test_a_function_that_reuses_its_buffer():
    """f(x + eps) and f(x - eps) in one array would differ by 0."""
    buffer = np.empty(2)

    def f(x):
        np.multiply(x, x, out=buffer)
        return buffer

    np.testing.assert_allclose(numeric_jacobian(f, np.array([1.0, 3.0])), np.diag([2.0, 6.0]), rtol=1e-7)


def test_numeric_errors():
    with pytest.raises(ValueError, match="scheme must be one of central, forward, not 'backward'"):
        numeric_gradient(np.sum, np.ones(2), scheme="backward")
    for eps in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="the step eps must be positive"):
            numeric_gradient(np.sum, np.ones(2), eps=eps)
    with pytest.raises(ll.ShapeError, match=r"needs a function that returns one number, not shape \(2,\)"):
        numeric_gradient(lambda x: x, np.ones(2))


SPIKE = {
    "pull": primitive(
        lambda x, y: np.sin(x) * y, pull=lambda g, z, x, y: (g * np.cos(x) * y, g * np.sin(x)), name="spike"
    ),
    "push": primitive(lambda x, y: np.sin(x) * y, push=lambda t, z, x, y: t[0] * np.cos(x) * y + t[1] * np.sin(x)),
    "both": primitive(
        lambda x, y: np.sin(x) * y,
        pull=lambda g, z, x, y: (g * np.cos(x) * y, g * np.sin(x)),
        push=lambda t, z, x, y: t[0] * np.cos(x) * y + t[1] * np.sin(x),
    ),
}


@pytest.mark.parametrize("stated", SPIKE)
def test_primitive_serves_both_modes_to_second_order(stated):
    """One stated direction is enough: the other is its transpose."""
    from gradient_reference import check_first, check_second

    args = (np.array([0.3, -1.0, 2.0]), np.array([1.5, 0.2, -0.7]))
    check_first(SPIKE[stated], args)
    check_second(SPIKE[stated], args)
    assert not isinstance(SPIKE[stated](*args), Tensor)


def test_primitive_errors():
    nothing = primitive(np.sin, name="nothing")
    with pytest.raises(TypeError, match=r"nothing has no derivative: give primitive\(\.\.\.\) a pull or a push"):
        ll.grad(nothing)(1.0)
    few = primitive(lambda a, b: a * b, pull=lambda g, y, a, b: (g * b,), name="few")
    with pytest.raises(ll.ShapeError, match="the pull of few returned 1 gradients for 2 arguments"):
        ll.grad(few)(1.0, 2.0)
    assert few.__name__ == "few"


SCALES = [
    (np.sqrt, 1e-5), (np.sqrt, 1e-9), (np.arcsin, 1 - 1e-6), (np.arcsin, 1 - 1e-10), (np.arccos, -1 + 1e-7), (np.sin, 1e6),
    (np.sin, 1e4), (np.log, 1e-9), (np.log, 1e-15), (np.arccosh, 1 + 1e-7), (np.arctanh, 1 - 1e-7), (np.abs, 2e-5),
    (lambda x: 1 / x, 1e-6), (np.exp, 30.0), (np.square, 1e8), (lambda x: np.cos(1e5 * x), 1.0), (np.tan, 1.5707),
    (lambda x: np.sqrt(x * x + 1e-12), 1e-7), (np.sin, 1e9), (lambda x: 3 * x, 1e13), (lambda x: np.tanh(1e6 * x), 1e-7),
    (np.log, [1e-9, 1.0, 1e6]), (ll.sigmoid, -30.0), (lambda x: 0 * x + 2.0, 1.0), (lambda x: x**0.3, 1e-8),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(SCALES)))
def test_the_step_follows_the_scale_of_the_function(case):
    """A right rule is called right near the end of a domain, at large arguments, and where a function bends sharply."""
    f, x = SCALES[case]
    point = np.atleast_1d(np.array(x, float))
    assert check_gradient(f, point).max_error < 1e-5
    with np.errstate(all="ignore"):
        slope = ll.grad(lambda x: np.sum(f(x)))(point)
    if np.all(np.abs(slope) > 1e-3):
        wrong = primitive(lambda x: f(x), pull=lambda g, y, x: g * slope * 1.001, name="wrong")
        with pytest.raises(GradientError, match="the gradient is wrong"):
            check_gradient(wrong, point)


@pytest.mark.parametrize(
    ("dtype", "x"), [(np.float32, 1e4), (np.float32, -1e20), (np.float64, 1e13), (np.float16, 100.0)]
)
def test_a_numeric_gradient_takes_a_step_that_its_dtype_holds(dtype, x):
    point = np.array([x], dtype)
    for scheme in ("central", "forward"):
        slope = numeric_gradient(lambda x: np.sum(3 * x), point, scheme=scheme)
        np.testing.assert_allclose(slope, 3.0, rtol=1e-3 if dtype != np.float16 else 0.05)
    np.testing.assert_allclose(
        numeric_jacobian(lambda x: 2 * x, point), 2.0, rtol=1e-3 if dtype != np.float16 else 0.05
    )
