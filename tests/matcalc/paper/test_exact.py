"""Lines are proved modulo a prime, and measured in double precision: nothing is right by accident."""

import re

import numpy as np
import pytest
from networks import attention, derived, logistic, softmax_top, two_layers, window

from lecture_lib import matcalc as mc
from lecture_lib.matcalc import display
from lecture_lib.matcalc.paper import exact, worlds
from lecture_lib.matcalc.paper.exact import PRIME, field_world, inverse, residue
from lecture_lib.matcalc.paper.judge import Judge
from lecture_lib.matcalc.paper.problem import problem_of
from lecture_lib.matcalc.paper.worlds import Scene


@pytest.mark.parametrize("digits", [3, 6, 9, 11])
def test_a_factor_near_one_is_refused(digits):
    factor = f"{1 + 10.0**-digits:.{digits}f}"
    (line,) = mc.check_derivation(window(), f"∇_b s = {factor} δ", {"δ": "∇_z s"})
    assert line.kind == "false" and line.mistake in ("unknown", "superfluous factor", "factor")
    (line,) = mc.check_derivation(window(), f"∂s/∂h = u^T + 0.{'0' * (digits - 1)}1 h^T")
    assert line.kind == "false"


def test_marks_tell_exact_from_numeric():
    (line,) = mc.check_derivation(window(), "∂s/∂h = u^T")
    assert line.exact and line.mark == "✓"
    (line,) = mc.check_derivation(softmax_top(), "∇_t J = -log(softmax(q))")
    assert line.ok and not line.exact and line.mark == "✓≈" and "double precision" in line.message


def test_ticks_of_derive_tell_exact_from_numeric():
    text = repr(derived(window))
    assert "≈" not in text and "All are proved without rounding" in text
    D = derived(softmax_top)
    ticks = dict(zip([step.left.text for step in D.steps], re.findall("✓≈?", repr(D)), strict=True))
    assert ticks["∂J/∂t"] == "✓≈" and ticks["∂J/∂q"] == ticks["q"] == "✓" and "Those without ≈ are proved" in repr(D)
    assert "✓≈" in D._repr_markdown_()
    # Without a proof an error shows, and what differs from finite differences stays wrong.
    assert display.tick(1e-12) == "✓≈ 1e-12" and display.tick(0) == "✓" and display.tick(1e-3) == "✗ 1e-03"


def test_identities_of_known_functions_hold_in_double_precision():
    s, y = mc.symbols("s y")
    p = mc.let("p", mc.sigmoid(s))
    J = mc.let("J", y * p)
    (line,) = mc.check_derivation(J, "∂p/∂s = σ(s) σ(-s)")
    assert line.kind == "rule" and not line.exact
    (line,) = mc.check_derivation(J, "∂p/∂s = p (1 - p)")
    assert line.kind == "rule" and line.exact
    # A generic f has no relations: what whole numbers refuse is false.
    z = mc.symbols("z:n")
    out = mc.let("s", mc.sum(mc.f(z)))
    assert not mc.check_derivation(out, "s = 1^T f(-z)")


@pytest.mark.parametrize("network", [window, two_layers, logistic, attention, softmax_top], ids=lambda f: f.__name__)
def test_the_local_derivatives_of_both_arithmetics_are_one_rule(network):
    """Products of residues and of reals come from the same table: the chain rule holds in both."""
    problem = problem_of(network())
    world = field_world(problem)
    assert world is not None
    for edge in problem.edges(problem.pieces.order):
        local = world.local(edge)
        assert local.shape == (world.count(edge.user), world.count(edge.parent))
        assert all(isinstance(x, int) for x in (local % PRIME).ravel().tolist())


def test_true_local_derivatives_agree_with_differences():
    for network in (window, two_layers, logistic, attention, softmax_top):
        judge = Judge(problem_of(network()))
        world = judge.worlds[0]
        for edge in judge.problem.edges(judge.problem.pieces.order):
            at = world.values.get(edge.parent)
            at = world.numbers.point.values[edge.parent] if at is None else at
            step = 1e-6 * np.eye(at.size).reshape(at.size, *at.shape)
            known = {k: v for k, v in world.values.items() if k != edge.user}
            up, down = (
                world.numbers.value(edge.user.args[0], {**known, edge.parent: at + sign * step}) for sign in (1, -1)
            )
            slopes = np.broadcast_to((up - down) / 2e-6, (at.size, *up.shape[-2:])).reshape(at.size, -1).T
            assert np.allclose(world.local(edge), slopes, atol=1e-5), edge.name


def test_stand_ins_are_used_where_an_edge_is_closed():
    problem = problem_of(window())
    judge = Judge(problem)
    h, z = problem.names["h"], problem.names["z"]
    closed = Scene(judge.worlds[0], frozenset())
    assert not np.allclose(closed.total(h, z), Scene(judge.worlds[0]).total(h, z))
    assert np.allclose(
        Scene(judge.worlds[0], frozenset(problem.edges())).total(h, z), Scene(judge.worlds[0]).total(h, z)
    )


def test_inverses_and_fractions_modulo_the_prime():
    rng = np.random.default_rng(0)
    a = np.array([[int(x) for x in row] for row in rng.integers(1, PRIME, size=(4, 4))], dtype=object)
    found, det = inverse(a)
    assert not np.any((a @ found - np.array(np.eye(4, dtype=int), dtype=object)) % PRIME) and det
    with pytest.raises(ZeroDivisionError):
        inverse(np.array([[1, 2], [2, 4]], dtype=object))
    assert 3 * residue(exact.Fraction(1, 3)) % PRIME == 1


def test_sizes_are_unequal_in_every_world():
    for network in (window, two_layers, attention):
        problem = problem_of(network())
        for world in [*worlds.real_worlds(problem), field_world(problem)]:
            assert len(set(world.lengths.values())) == len(world.lengths)


@pytest.mark.parametrize("seed", range(20))
def test_no_false_line_holds_by_accident(seed):
    """Other draws, other sizes: a line that is false stays false."""
    judge = Judge(problem_of(window()))
    judge.__dict__["worlds"] = worlds.real_worlds(judge.problem, draws=1, seed=seed)
    judge.__dict__["field"] = None
    for line in ("∇_b s = u ∘ f(z)", "∇_W s = u x^T", "∂s/∂x = u^T W", "∂h/∂z = diag(h)", "∇_x s = W^T f'(z)"):
        equation = judge.problem.read(line)
        assert judge.step(*equation.sides) is None
    for line in ("∇_b s = u ∘ f'(z)", "∇_W s = (u ∘ f'(z)) x^T"):
        equation = judge.problem.read(line)
        assert len(judge.step(*equation.sides).uses) == 3


def test_single_entries_stay_whole_numbers():
    """An entry by digits alone is one number: it must not wrap around as a machine integer would."""
    (line,) = mc.check_derivation(window(), "∂s/∂z_2 = u_2 f'(z_2)")
    assert line.ok and line.exact
    (line,) = mc.check_derivation(window(), "∂s/∂W_23 = u_2 f'(z_2) x_3")
    assert line.ok and line.exact
