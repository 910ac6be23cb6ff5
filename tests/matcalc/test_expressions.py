"""Shapes, errors, and how expressions are written."""

import numpy as np
import pytest

from lecture_lib import ShapeError
from lecture_lib import matcalc as mc

W, x, b, u, v, A, X, c = mc.symbols("W:n×m x:m b:n u:n v:n A:n×n X:N×m c:1")
q, t = mc.symbols("q:k t:k")


def test_ascii_and_unicode_declarations_are_alike():
    assert mc.symbols("W:n*m") == W
    assert mc.symbols("x1:5d").shape[0] == mc.concat([mc.symbols("y:d")] * 5).shape[0]
    assert mc.symbols("b₂:n") == mc.symbols("b2:n")
    assert mc.symbols("c") == c


@pytest.mark.parametrize("text", ["W:", "W:n×m×k", "W:n×", ":n", "2W:n", "x:n x:n", "x:0", "x:-1", "x:n?"])
def test_bad_declarations_raise(text):
    with pytest.raises(ValueError):
        mc.symbols(text)


MISFITS = {
    "Wb": (
        lambda: W @ b,
        ["W is n×m", "b is n×1", "m and n differ", "W @ b\n    ^^^^^", "did you mean Wᵀ @ b?"],
    ),
    "uᵀ∘f′(z)": (
        lambda: u.T * mc.f.prime(v),
        ["u is n×1", "uᵀ is 1×n", "f′(v) is n×1", "did you mean uᵀ ∘ f′(v)ᵀ?"],
    ),
    "bias in a batch": (
        lambda: X @ W.T + b,
        ["XWᵀ is N×n", "b is n×1", 'did you mean XWᵀ + ones("N") @ bᵀ?'],
    ),
    "number plus column": (lambda: c + b, ["c is 1", "b is n×1", 'did you mean b + c * ones("n")?']),
    "two columns": (lambda: u @ v, ["did you mean uᵀ @ v?"]),
    "no fix": (lambda: x + u, ["x is m×1", "u is n×1"]),
    "inside a longer product": (
        lambda: u.T @ mc.tanh(W @ (b + v)),
        ["W @ (b + v)", "^^^^^^^^^^^", "did you mean Wᵀ @ (b + v)?"],
    ),
    "swapped": (lambda: x @ W, ["did you mean W @ x?"]),
    "diag of a matrix": (lambda: mc.diag(W), ["diag(W)", "a column", "W is n×m"]),
    "trace": (lambda: mc.trace(W), ["trace(W)", "square", "n×m"]),
    "inv": (lambda: mc.inv(W), ["inv(W)", "square"]),
    "logdet": (lambda: mc.logdet(x), ["logdet(x)", "square"]),
    "concat": (lambda: mc.concat(x, u.T), ["equal widths", "x is m×1", "uᵀ is 1×n"]),
    "cross-entropy": (lambda: mc.cross_entropy(q, t.T), ["one shape", "k×1", "1×k", "transposed"]),
    "division": (lambda: u / x, ["u is n×1", "x is m×1", "equal shapes"]),
    "maximum": (lambda: mc.maximum(u, x), ["max(u, x)", "n×1", "m×1"]),
    "gradient of a column": (lambda: mc.derive(W @ x), ["Wx is n×1", "jacobian=True"]),
}


@pytest.mark.parametrize("name", MISFITS)
def test_misfit_says_shapes_place_and_fix(name):
    build, told = MISFITS[name]
    with pytest.raises(ShapeError) as raised:
        build()
    for words in told:
        assert words in str(raised.value), str(raised.value)


REFUSED = {
    "array in an expression": (lambda: W @ np.ones((2, 2)), TypeError, "mc.evaluate"),
    "array on the left": (lambda: np.ones((2, 2)) @ W, TypeError, "mc.evaluate"),
    "text": (lambda: W + "b", TypeError, "symbols"),
    "not a number": (lambda: x * float("nan"), ValueError, "finite"),
    "truth": (lambda: bool(x), TypeError, "neither true nor false"),
    "taken function name": (lambda: mc.function("tanh"), ValueError, "known function"),
    "one name, two things": (
        lambda: mc.derive(mc.let("z", u).T @ mc.let("z", v)),
        ValueError,
        "z stands for two different things",
    ),
    "name with two shapes": (
        lambda: mc.derive(u.T @ u + mc.symbols("u:k").T @ q),
        ValueError,
        "u stands for two",
    ),
    "unknown wrt": (lambda: mc.derive(u.T @ v, wrt=[x]), ValueError, "does not depend on x"),
    "wrt an expression": (lambda: mc.derive(u.T @ v, wrt=[u + v]), ValueError, "mc.let"),
    "empty wrt": (lambda: mc.derive(u.T @ v, wrt=[]), ValueError, "empty"),
    "not derived": (lambda: mc.derive(u.T @ v, wrt=[u])[v], KeyError, "not derived"),
    "bad form": (lambda: mc.derive(u.T @ v).show("pretty"), ValueError, "side by side"),
    "no trials": (lambda: mc.derive(u.T @ v).check(trials=0), ValueError, "at least one"),
    "unknown size": (lambda: mc.derive(u.T @ v).check(m=3), ValueError, "m is no size here"),
    "size below 1": (lambda: mc.derive(u.T @ v).check(n=0), ValueError, "at least 1"),
    "no single δ": (lambda: mc.derive(u.T @ v).delta, ValueError, "no single δ"),
    "undefined everywhere": (lambda: mc.derive(mc.log(-(u.T @ u))).check(), ValueError, "no random point"),
    "missing value": (lambda: mc.evaluate(W @ x, W=np.ones((2, 3))), ValueError, "no value for x"),
    "value without symbol": (lambda: mc.evaluate(u, u=[[1.0]], w=2), ValueError, "w does not occur"),
    "flat array": (lambda: mc.evaluate(u, u=[1.0, 2.0]), ShapeError, r"a\[:, None\]"),
    "sizes that disagree": (
        lambda: mc.evaluate(W @ x, W=np.ones((2, 3)), x=np.ones((2, 1))),
        ShapeError,
        "m = 3",
    ),
    "generic f has no value": (lambda: mc.evaluate(mc.f(u), u=[[1.0]]), ValueError, "generic"),
    "balance without a function": (lambda: mc.balance(W, [u, x]), ValueError, "of=s"),
    "explain without a symbol": (lambda: mc.explain(mc.derive(u.T @ v), u), ValueError, "which one"),
    "numbers without values": (lambda: mc.explain(mc.derive(u.T @ v)[u], [1.0]), ValueError, "values="),
    "guess of unknown symbols": (lambda: mc.explain(mc.derive(u.T @ v)[u], b), ValueError, "does not know"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused(name):
    build, kind, words = REFUSED[name]
    with pytest.raises(kind, match=words):
        build()


class TestFusedRule:
    """The rule p − t holds only when the targets sum to 1."""

    def test_known_not_to_sum_to_one(self):
        for targets in (2 * t, t + t, mc.ones("k"), -t, t - t):
            with pytest.raises(ValueError, match="fused rule p − t"):
                mc.cross_entropy(q, targets)

    def test_mixtures_that_sum_to_one_are_welcome(self):
        r = mc.symbols("r:k")
        D = mc.derive(mc.cross_entropy(q, 0.5 * t + 0.5 * mc.softmax(r)), wrt=[q])
        assert D.check().max_error < 1e-7

    def test_values_that_do_not_sum_to_one(self):
        with pytest.raises(ValueError, match="it sums to 3"):
            mc.evaluate(mc.cross_entropy(q, t), q=[[0.0], [1.0]], t=[[1.0], [2.0]])

    def test_the_general_rule_needs_no_such_thing(self):
        D = mc.derive(-t.T @ mc.log_softmax(q))
        assert str(D[q].gradient) == "(tᵀ1)p − t"
        said = mc.explain(D[q], guess=mc.softmax(q) - t)
        assert said.mistake == "fused" and "need not be 1" in said.message


WRITTEN = {
    "uᵀf(Wx + b)": lambda: u.T @ mc.f(W @ x + b),
    "½‖Wx + b‖²": lambda: 0.5 * mc.norm(W @ x + b) ** 2,
    "[x; x]": lambda: mc.concat(x, x),
    "1 − b∘b": lambda: 1 - b * b,
    "XWᵀ + 1bᵀ": lambda: X @ W.T + mc.ones("N") @ b.T,
    "(u + v)ᵀ": lambda: (u + v).T,
    "u∘(v + b)": lambda: u * (v + b),
    "A⁻¹u": lambda: mc.inv(A) @ u,
    "e^(−b)": lambda: mc.exp(-b),
    "c·log(c)": lambda: c * mc.log(c),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_plain_text(written):
    assert str(WRITTEN[written]()) == written


def test_equal_when_written_alike():
    assert W @ x + b == W @ x + b and hash(W @ x) == hash(W @ x)
    assert W @ x + b != b + W @ x


def test_constructors_do_not_simplify():
    assert str(u.T.T) == "(uᵀ)ᵀ" and str(1 * u) == "1u" and str(0 * u) == "0u"
