"""The conventions at kinks, and the definitions of the functions that NumPy lacks."""

import numpy as np
import pytest
from special_points import ERRORS, GRADIENTS, HESSIANS, VALUES, check_error, check_gradient_at

from lecture_lib import hessian, hvp


@pytest.mark.parametrize(("f", "args", "expected"), [g[1:] for g in GRADIENTS], ids=[g[0] for g in GRADIENTS])
def test_stated_sub_gradients(f, args, expected):
    """Where no derivative exists, the docstrings state what comes instead."""
    check_gradient_at(f, args, expected)


@pytest.mark.parametrize(("call", "value"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_values_by_definition(call, value):
    """A stable way of computing must still compute the same function, also at ±1000."""
    np.testing.assert_allclose(call(), value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("call", "error", "words"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_bad_targets_are_refused(call, error, words):
    check_error(call, error, words)


@pytest.mark.parametrize(("f", "x", "second"), [h[1:] for h in HESSIANS], ids=[h[0] for h in HESSIANS])
def test_second_derivatives_where_the_first_is_0_by_agreement(f, x, second):
    """There a number would be wrong for some function of the root: the square of a norm has the Hessian 2I, at 0 too."""
    np.testing.assert_allclose(hessian(f)(np.array(x)), second, atol=1e-12)
    np.testing.assert_allclose(hvp(f)(np.array(x), np.ones(len(x))), np.sum(second, axis=1), atol=1e-12)
