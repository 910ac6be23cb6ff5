"""The library reads itself: every line that `derive` prints is accepted, every mutant of a gradient is refused."""

import random

import pytest
from networks import NETWORKS, derived, names_of

from lecture_lib import matcalc as mc
from lecture_lib.matcalc.mistakes import candidates
from lecture_lib.matcalc.printing import text

# What one and the same slip may be called: what is missing, what stands in the wrong place.
ALIKE = [
    {"missing slope", "missing upstream", "missing factor"},
    {"slope at output", "slope of input", "slope at the wrong place"},
    {"order", "missing transpose", "transposed", "convention", "symmetric"},
    {"overwritten", "path", "missing term"},
    {"averaged", "missing 1/N"},
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_every_line_of_a_derivation_is_accepted(network):
    D = derived(network)
    lines = mc.check_derivation(D.output, "\n".join(step.text for step in D.steps), names_of(D))
    assert len(lines) == len(D.steps)
    assert [(line.text, line.message) for line in lines if not line.ok] == []
    assert not [line.text for line in lines if line.kind == "jump"]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_every_latex_line_of_a_derivation_is_accepted(network):
    D = derived(network)
    rows = [step.left.latex * (not step.again) + f" {step.sign} " + mc_latex(step) for step in D.steps]
    lines = mc.check_derivation(D.output, "\n".join(rows), names_of(D))
    assert [(line.text, line.message) for line in lines if not line.ok] == []


def mc_latex(step):
    from lecture_lib.matcalc.printing import latex

    return latex(step.body)


def mutants(D, most=8):
    """Lines with a wrong gradient, and the name of the mistake that led to each."""
    found = {}
    for v in D.wanted:
        for c in candidates(D[v]):
            found.setdefault(f"∇_{text(v)} {D.output.name} = {text(c.gradient)}", (v, c))
    rows = [(line, v, c) for line, (v, c) in found.items() if not mc.explain(D[v], guess=c.gradient).correct]
    return random.Random(1).sample(rows, min(most, len(rows)))


def test_every_mutant_is_refused_and_most_are_named_rightly():
    named, missed = 0, []
    for network in NETWORKS:
        D = derived(network)
        for line, v, c in mutants(D):
            found = mc.check_derivation(D.output, line, names_of(D))[0]
            assert not found.ok, line
            right = {c.mistake, mc.explain(D[v], guess=c.gradient).mistake}
            alike = set().union(*(group for group in ALIKE if group & right)) | right
            named += found.mistake in alike
            missed += [] if found.mistake in alike else [(line, c.mistake, found.mistake)]
    assert named >= 0.8 * (named + len(missed)), missed
