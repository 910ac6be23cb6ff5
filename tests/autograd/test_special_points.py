"""The conventions at kinks, and the definitions of the functions that NumPy lacks."""

import numpy as np
import pytest
from special_points import ERRORS, GRADIENTS, VALUES, check_error, check_gradient_at


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
