"""The library reads itself: every line that `derive` prints is accepted, every mutant of a gradient is refused."""

import random

import pytest
from networks import NETWORKS, derived, names_of, two_layers

from lecture_lib import matcalc as mc
from lecture_lib.matcalc.explain import is_right
from lecture_lib.matcalc.mistakes import candidates
from lecture_lib.matcalc.paper import reader, slips, tree
from lecture_lib.matcalc.paper.edits import edits
from lecture_lib.matcalc.printing import latex, text

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
    rows = [step.left.latex * (not step.again) + f" {step.sign} " + latex(step.body) for step in D.steps]
    lines = mc.check_derivation(D.output, "\n".join(rows), names_of(D))
    assert [(line.text, line.message) for line in lines if not line.ok] == []


def mutants(D, most):
    """Lines with a wrong gradient, each with the name of the mistake that led to it."""
    found = {}
    for v in D.wanted:
        for c in candidates(D[v]):
            found.setdefault(f"∇_{text(v)} {D.output.name} = {text(c.gradient)}", (v, c))
    rows = [(line, v, c) for line, (v, c) in found.items()]
    return [
        row for row in random.Random(1).sample(rows, min(most, len(rows))) if not is_right(D[row[1]], row[2].gradient)
    ]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda f: f.__name__)
def test_every_mutant_is_refused(network):
    D = derived(network)
    rows = mutants(D, most=25)
    assert rows
    for line, _, _ in rows:
        (found,) = mc.check_derivation(D.output, line, names_of(D))
        assert not found.ok, line


def test_most_mutants_are_named_rightly():
    named, missed = 0, []
    for network in NETWORKS:
        D = derived(network)
        for line, v, c in mutants(D, most=3):
            found = mc.check_derivation(D.output, line, names_of(D))[0]
            right = {c.mistake, mc.explain(D[v], guess=c.gradient).mistake}
            alike = set().union(*(group for group in ALIKE if group & right)) | right
            named += found.mistake in alike
            missed += [] if found.mistake in alike else [(line, c.mistake, found.mistake)]
    assert named >= 0.8 * (named + len(missed)), missed


def test_the_search_for_a_name_waits_and_builds_little(monkeypatch):
    """A verdict needs no name; of hundreds of changes only those that could be right are built and tried in full."""
    D = derived(two_layers)
    asked, built = [], []
    monkeypatch.setattr(reader, "slip_of", lambda *args: asked.append(args) or slips.slip_of(*args))
    monkeypatch.setattr(slips, "replaced", lambda *args: built.append(args) or tree.replaced(*args))
    line = "∇_W1 s = (W2^T (u ∘ (σ(z2)^2 - σ(z2))) ∘ (1 - tanh(z1)^2)) x^T"
    (found,) = mc.check_derivation(D.output, line + " + W1")
    assert found.kind == "false" and not asked
    assert found.mistake == "unknown" and asked and len(built) < 20
    problem = asked[0][0].problem
    assert sum(1 for _ in edits(problem, problem.read(line).sides[1])) > 500
    (found,) = mc.check_derivation(D.output, line)
    assert found.mistake == "sign" and found.message == found.message and len(asked) == 2
