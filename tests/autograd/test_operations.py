"""Every operation in both modes, to second order, under extra leading axes, against differences."""

import pytest
from gradient_cases import CASES, Case
from gradient_reference import check_first, check_second

# Some norms count entries, and their gradient is zero.
pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_first_derivatives(case: Case):
    """Reverse, forward and both Jacobians agree with differences; push and pull are each other's transpose."""
    check_first(case.f, case.args)


@pytest.mark.parametrize("case", [c for c in CASES if c.second], ids=str)
def test_second_derivatives(case: Case):
    """Rules are made of operations with rules: derivatives of either mode have derivatives in either mode."""
    check_second(case.f, case.args)
