"""A test suite is worth what it notices: every wrong rule must be noticed, or be shown to be no fault."""

from collections.abc import Iterable
from functools import cache

import pytest
from mutants import EQUIVALENT, Mutant, edits, explanation, perturbations, shared, survives, uses

# A norm that counts entries is among the cases, and its gradient is zero.
pytestmark = pytest.mark.filterwarnings("ignore::lecture_lib.ZeroGradientWarning")

SHARES = 3
known_uses = cache(uses)


def survivors(mutants: Iterable[Mutant]) -> list[str]:
    """The names of the mutants that no case notices."""
    used = known_uses()
    return [str(mutant) for mutant in mutants if survives(mutant, used[mutant.used])]


def test_every_perturbed_rule_is_noticed():
    """Sign, factor, upstream, operand, transpose: each of them wrong in each rule of the registry."""
    mutants = [*perturbations(), *shared()]
    assert len(mutants) > 400
    assert survivors(mutants) == []


@pytest.mark.parametrize("share", range(SHARES))
def test_every_edit_of_a_rule_is_noticed(share: int):
    """One operator, constant, sign, name or operand changed in the source of the rules."""
    mutants = [mutant for mutant in edits(share, SHARES) if explanation(mutant) is None]
    assert len(mutants) > 150
    assert survivors(mutants) == []


def test_every_explanation_explains_something():
    """A list of excuses must not outlive the code that it excuses."""
    names = [(mutant.name, explanation(mutant)) for mutant in edits()]
    for _, _, why in EQUIVALENT:
        assert any(found == why for _, found in names), why
