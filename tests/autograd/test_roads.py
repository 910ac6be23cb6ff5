"""Every operation and every NumPy name of the registry has a sample, and all roads to a gradient agree on it."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from gradient_cases import CASES, Case
from roads import compare, rows_agree, weighted

from lecture_lib import Tensor
from lecture_lib.autograd.operation import Opaque
from lecture_lib.autograd.tensor import FUNCTIONS, UFUNCS

pytestmark = pytest.mark.filterwarnings("ignore:the gradient with respect to")
"""A sample or a program may depend on an argument through steps alone (a count of what is not 0)."""

REFUSED = {"unique"}
"""Cases whose result has a shape that depends on the numbers, which a trace refuses."""

PLAIN = {
    "argmax", "argmin", "argsort", "argpartition", "argwhere", "nonzero", "flatnonzero", "count_nonzero", "searchsorted",
    "digitize", "any", "all", "isclose", "allclose", "array_equal", "isin", "isposinf", "isneginf", "fix", "round",
    "around", "zeros_like", "ones_like", "empty_like", "shape", "ndim", "size", "result_type", "may_share_memory",
    "shares_memory", "iscomplexobj", "isrealobj",
}  # fmt: skip
"""Names whose results have no derivative; they pass through, which other tests see to."""


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda d: d.__name__)
@pytest.mark.parametrize("case", [c for c in CASES if c.name not in REFUSED], ids=str)
def test_all_roads_agree(case: Case, dtype, rng):
    """Traced, printed and compiled once; run on these numbers and on others of the same shapes."""
    args = tuple(a.astype(dtype) for a in case.args)
    others = tuple(np.flip(a).copy() for a in args)
    tolerance = 1e-10 if dtype == np.float64 else 2e-3
    compare(weighted(case.f, args, rng), args, others, rng, tolerance)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rows_of_the_jacobian_agree(case: Case, rng):
    rows_agree(case.f, case.args, rng, 1e-10)


@contextmanager
def noted(registry: dict, used: set) -> Iterator[None]:
    """Note which entries of a registry are asked for."""
    real = dict(registry)

    def noting(key, function):
        def run(*args, **settings):
            used.add(key)
            return function(*args, **settings)

        return run

    registry.update({key: noting(key, function) for key, function in real.items()})
    try:
        yield
    finally:
        registry.update(real)


def without_a_sample() -> list[str]:
    """The NumPy names that no case calls on a Tensor."""
    used: set = set()
    with noted(FUNCTIONS, used):
        for case in CASES:
            case.f(*map(Tensor, case.args))
    names = [f.__name__ for f in FUNCTIONS if f not in used and f.__name__ not in PLAIN]
    called = {t.op for case in CASES for t in made_by(case)}
    return names + [u.__name__ for u, op in UFUNCS.items() if not isinstance(op, Opaque) and op not in called]


def made_by(case: Case) -> list[Tensor]:
    """Every Tensor that a case makes."""
    y = case.f(*map(Tensor, case.args))
    waiting = [t for t in (y if isinstance(y, (tuple, list)) else [y]) if isinstance(t, Tensor)]
    seen = {id(t): t for t in waiting}
    for t in waiting:
        for parent in t.parents:
            if id(parent) not in seen:
                seen[id(parent)] = parent
                waiting.append(parent)
    return waiting


def test_every_numpy_name_has_a_sample():
    """A name that is registered without one fails here."""
    assert without_a_sample() == []


def test_a_new_name_without_a_sample_is_noticed(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, np.nancumsum, np.cumsum)
    assert without_a_sample() == ["nancumsum"]
