"""Derivations to put in order: every order in which each line follows is right, the first that does not gets its reason."""

import random

import pytest
from networks import derived, logistic_graph, softmax_top, two_layers, window

from lecture_lib import matcalc as mc

# For notebooks 04 to 07 and 11.
PUZZLES = [(window, "x"), (window, "b"), (window, "W"), (softmax_top, "W"), (logistic_graph, "w")]


@pytest.mark.parametrize("network, name", PUZZLES, ids=lambda value: getattr(value, "__name__", value))
def test_a_puzzle(network, name):
    D = derived(network)
    puzzle = mc.puzzle(D[name])
    right = [k for k, card in enumerate(puzzle.cards) if not card.wrong]
    wrong = [k for k, card in enumerate(puzzle.cards) if card.wrong]
    assert 2 <= len(wrong) <= 3 and len(right) >= 5
    assert puzzle.check(puzzle.solution).startswith("all lines stand")
    assert puzzle.check(puzzle.solution[:2]).startswith("right so far")
    for k in wrong:
        assert puzzle.cards[k].wrong in puzzle.check([k])
        assert not mc.check_derivation(
            D.output, puzzle.cards[k].text, {n: f"∇_{p} {D.output.name}" for p, n in names(D)}
        )
    # Any other order in which each line follows is right as well.
    rng = random.Random(3)
    for _ in range(5):
        order = []
        while len(order) < len(right):
            order.append(rng.choice([k for k in right if k not in order and not puzzle.reason(order, k)]))
        assert puzzle.check(order).startswith("all lines stand")


def names(D):
    return [(place, delta.data.text) for place, delta in D.deltas.items()]


def test_the_reason_of_the_first_line_that_does_not_follow():
    puzzle = mc.puzzle(derived(window)["b"])
    places = {card.text: k for k, card in enumerate(puzzle.cards)}
    jump = puzzle.check([places["∂s/∂z = uᵀdiag(f′(z))"]])
    assert "line 1" in jump and "a jump" in jump and "∂h/∂z" in jump
    assert "no meaning yet" in puzzle.check([places["∂s/∂b = δᵀ"]])
    with pytest.raises(ValueError, match="each once"):
        puzzle.check([0, 0])


def test_shuffled_the_same_way_each_time():
    part = derived(window)["W"]
    assert mc.puzzle(part).cards == mc.puzzle(part).cards
    assert mc.puzzle(part, seed=1).cards != mc.puzzle(part).cards


def test_what_cannot_be_put_in_order():
    with pytest.raises(ValueError, match="say which part"):
        mc.puzzle(derived(two_layers))
    x = mc.symbols("x:n")
    with pytest.raises(ValueError, match="single number"):
        mc.puzzle(mc.derive(mc.tanh(x), wrt=[x], jacobian=True)[x])


def test_as_a_page_without_python():
    page = mc.puzzle(derived(window)["b"]).page("p1")
    assert page.count("<button") == len(mc.puzzle(derived(window)["b"]).cards) and 'id="p1"' in page
    assert "http" not in page
