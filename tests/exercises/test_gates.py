"""The planted bugs: what each gate computes is right, what it sends back is wrong where the hunt says so."""

import numpy as np
import pytest

from lecture_lib import numeric_gradient, relu, sigmoid
from lecture_lib.exercises.gates import GATES

RIGHT = {
    "A": lambda a, b: a - b,
    "B": lambda a: np.sum(a * a),
    "C": lambda a, b: a * b,
    "D": np.tanh,
    "E": lambda W, x: W @ x,
    "F": lambda W, x: W @ x,
    "G": relu,
    "H": sigmoid,
}
TWO = ("A", "C")


def inputs_of(name, rng, scale=1.0):
    if name in "EF":
        return rng.normal(size=(3, 3)) * scale, rng.normal(size=3) * scale
    return tuple(rng.normal(size=6) * scale for _ in range(2 if name in TWO else 1))


def errors(name, inputs, upstream):
    gate = GATES[name]()
    gate.forward(*inputs)
    found = []
    for k, stated in enumerate(gate.backward(upstream.copy())):
        numeric = numeric_gradient(
            lambda v, k=k: np.sum(upstream * RIGHT[name](*inputs[:k], v, *inputs[k + 1 :])), inputs[k]
        )
        found.append(float(np.abs(stated - numeric).max()))
    return found


@pytest.mark.parametrize("name", GATES)
def test_forward_is_right_and_backward_is_not(name):
    rng = np.random.default_rng(0)
    inputs = inputs_of(name, rng)
    y = GATES[name]().forward(*inputs)
    assert y == pytest.approx(RIGHT[name](*inputs))
    wrong = [error > 0.01 for error in errors(name, inputs, rng.normal(size=np.shape(y)))]
    assert wrong == {"A": [False, True], "E": [True, False], "F": [False, True], "H": [False]}.get(
        name, [True] * len(wrong)
    )


@pytest.mark.parametrize("name", ["E", "G"])
def test_ones_hide_a_lost_upstream(name):
    inputs = inputs_of(name, np.random.default_rng(0))
    assert max(errors(name, inputs, np.ones_like(RIGHT[name](*inputs)))) < 1e-6


def test_small_inputs_symmetry_and_sizes():
    rng = np.random.default_rng(0)
    assert max(errors("D", inputs_of("D", rng, 0.01), rng.normal(size=6))) < 1e-6
    W, x = inputs_of("F", rng)
    assert max(errors("F", (W + W.T, x), rng.normal(size=3))) < 1e-6
    gate = GATES["F"]()
    gate.forward(rng.normal(size=(2, 3)), x)
    with pytest.raises(ValueError, match="matmul"):
        gate.backward(rng.normal(size=2))


def test_one_gate_changes_what_it_was_given():
    rng = np.random.default_rng(0)
    for name in GATES:
        gate = GATES[name]()
        given = rng.normal(size=np.shape(gate.forward(*inputs_of(name, rng))))
        before = given.copy()
        gate.backward(given)
        assert np.array_equal(before, given) == (name != "H")
