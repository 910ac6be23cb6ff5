"""Random functions: every line of every derivation holds."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lecture_lib import matcalc as mc
from lecture_lib.matcalc import normal
from lecture_lib.matcalc.evaluate import evaluate_at
from lecture_lib.matcalc.prove import EPS, STENCIL, TOLERANCE, Witness, draw, relative_error, slopes_of
from lecture_lib.matcalc.walk import topological

M, A, W = mc.symbols("M:n×n A:n×n W:n×m")
COLUMNS = [*mc.symbols("u:n v:n"), W @ mc.symbols("x:m")]


@st.composite
def columns(draw_, depth=3):
    """A random column of n entries."""
    if depth == 0:
        return draw_(st.sampled_from(COLUMNS))
    inner = columns(depth=depth - 1)
    kind = draw_(st.integers(0, 11))
    a = draw_(inner)
    match kind:
        case 0 | 1:
            return draw_(st.sampled_from([M, A, M.T, A.T])) @ a
        case 2 | 3:
            return draw_(st.sampled_from([mc.tanh, mc.sigmoid, mc.softplus, mc.f, mc.sin]))(a)
        case 4:
            return a + draw_(inner)
        case 5:
            return a * draw_(inner)
        case 6:
            return mc.softmax(a) - draw_(inner)
        case 7:
            return mc.diag(a) @ mc.tanh(draw_(inner))
        case 8:
            return draw_(st.sampled_from([2, -1, 0.5])) * a
        case 9:
            return (a.T @ draw_(inner)) * mc.tanh(a)
        case 10:
            return mc.let("t", mc.tanh(a)) / (2 + mc.norm(a) ** 2) if draw_(st.booleans()) else a / (1 + a.T @ a)
        case _:
            return mc.log_softmax(mc.tanh(a))


@st.composite
def numbers(draw_):
    """A random number made of columns."""
    a, b = draw_(columns()), draw_(columns(depth=2))
    kind = draw_(st.integers(0, 5))
    return [
        lambda: a.T @ b,
        lambda: 0.5 * mc.norm(mc.tanh(a) - b) ** 2,
        lambda: mc.logsumexp(mc.tanh(a)) - mc.sum(b),
        lambda: -(mc.softmax(b).T @ mc.log_softmax(a)),
        lambda: mc.sigmoid(mc.tanh(a).T @ mc.tanh(b)),
        lambda: mc.trace(M @ mc.tanh(a) @ mc.tanh(b).T @ A.T),
    ][kind]()


def same_name_twice(e):
    names = [n.name for n in topological([e]) if n.op == "let"]
    return len(names) != len(set(names))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(numbers())
def test_every_line_of_a_random_derivation_holds(e):
    if same_name_twice(e):
        return
    D = mc.derive(e)
    try:
        proof = D.prove(1)
    except ValueError as error:
        assert "no random point" in str(error)
        return
    assert proof.ok, str(D)
    point = Witness(D.pieces, draw(D.pieces, np.random.default_rng(0), {}), np.random.default_rng(0)).point
    for v in D.wanted:
        closed = evaluate_at(D[v].closed_form, point)
        assert relative_error(closed, evaluate_at(D[v].gradient, point)) <= 1e-8, D[v].closed_form


def test_rounding_of_a_large_number_makes_no_line_wrong():
    """A slope of 0.0002 on a number of 620: its differences are off by more than the tolerance, and by less than they blur."""
    at = np.array([k * EPS for k, _ in STENCIL])
    found, blur = slopes_of(np.broadcast_to((620.473 + 0.0002 * at)[:, None, None], (len(STENCIL), 3, 1)))
    stated = np.full_like(found, 0.0002)
    assert relative_error(stated + 1e-10, stated, blur) <= TOLERANCE < relative_error(stated + 1e-9, stated, blur)
    assert relative_error(found, stated, blur) <= TOLERANCE < relative_error(stated + 2e-10, stated)


def test_a_memory_that_overflows_while_it_is_in_use_changes_nothing(monkeypatch):
    e = mc.sigmoid(mc.tanh(M.T @ M @ mc.diag(COLUMNS[2]) @ mc.tanh(COLUMNS[0])).T @ mc.tanh(M.T @ M.T @ COLUMNS[2]))
    expected = {v: str(mc.derive(e)[v].closed_form) for v in mc.derive(e).wanted}
    for most in (1, 2, 7, 50):
        monkeypatch.setattr(normal, "MOST", most)
        normal._TIDIED.clear()
        assert {v: str(mc.derive(e)[v].closed_form) for v in expected} == expected


def test_what_cancels_has_the_gradient_zero():
    u, Wx = COLUMNS[0], COLUMNS[2]
    D = mc.derive((-(M @ Wx) + M @ u + M @ Wx).T @ M @ mc.log_softmax(mc.tanh(u)))
    assert D.prove(2).ok
    assert [str(v) for v in D.wanted if str(D[v].closed_form) == "0"] == ["W", "x"]
