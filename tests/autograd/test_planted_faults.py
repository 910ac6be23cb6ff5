"""One fault for each seam, planted in memory: the tests of ``test_seams`` and its neighbors must notice it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import test_checks
import test_seams as seams
import test_sparse
from special_points import check_all

from lecture_lib.autograd import checks, engine, rules, saved, slopes, sparse, tensor, transforms
from lecture_lib.autograd.families import Elementwise
from lecture_lib.autograd.numpy import indexing, reduce, register
from lecture_lib.autograd.tensor import Tensor
from lecture_lib.graph import compile as compiled
from lecture_lib.graph import simplify, source

Change = tuple[Any, str, Any]


def plain_copy(self: Tensor, memo: Any = None) -> Tensor:
    """A copy as Python makes it: with the serial number of the original."""
    other = Tensor.__new__(Tensor)
    for name in ("data", "grad", "name", "op", "args", "arrays", "settings", "serial", "saved"):
        setattr(other, name, getattr(self, name))
    return other


def without_older(outputs: Any, oldest: int = 0, ancestors: Any = engine.ancestors) -> Any:
    """The nodes, and no word about older ones."""
    return ancestors(outputs, oldest)[0], False


def silent(*args: Any, **settings: Any) -> None:
    """Nothing happens."""


def each(test: Callable[..., Any], *values: Any) -> Callable[[], None]:
    """A test on some of its parameters."""

    def run() -> None:
        for value in values:
            test(*value) if isinstance(value, tuple) else test(value)

    return run


def integers(f: Any = seams.SMALL) -> None:
    """Integers on every road, for one norm."""
    seams.assert_one_number(lambda w, x: np.sum(w) * np.linalg.norm(x), seams.A[:2], seams.SMALL)


OLD_CLIP = Elementwise(
    "clip", np.clip, rules.CLIP.slopes[0], lambda y, a, low, high: a < low, lambda y, a, low, high: a > high
)
OLD_ARCTAN2 = (lambda y, a, b: b / (a * a + b * b), lambda y, a, b: -a / (a * a + b * b))

FAULTS: dict[str, tuple[list[Change], Callable[[], Any]]] = {
    "an identity transpose counts as .T": (
        [(simplify, "shortened_transpose", lambda node, first: simplify.turned(first, node))],
        each(seams.test_a_transpose_of_a_square_matrix_moves_the_axes_that_it_names, "tensordot"),
    ),
    "a copy keeps its serial number": (
        [(Tensor, "__deepcopy__", plain_copy)],
        each(seams.test_a_copy_is_a_new_leaf, seams.copy.deepcopy),
    ),
    "constants of another kind take part": (
        [(tensor, "no_subclass", lambda data, taker="": data)],
        each(seams.test_constants_with_another_arithmetic_are_refused, lambda x: np.sum(x * seams.MASKED)),
    ),
    "an argument that must be plain stops the trace": (
        [(compiled, "NUMBERS", ())],
        seams.test_numbers_that_must_be_plain_are_constants_of_a_program,
    ),
    "an outer variable is forgotten": (
        [(engine, "ancestors", without_older)],
        each(seams.test_a_function_may_return_the_variable_of_an_outer_transform, "value"),
    ),
    "jumps are not told": (
        [(transforms.Recording, "_warn_of_zeros", silent)],
        each(seams.test_a_result_that_only_jumps_gives_zeros_and_says_through_what, "accuracy"),
    ),
    "integers are let through": (
        [(transforms, "refuse_whole_numbers", silent)],
        each(seams.test_results_that_are_no_real_numbers_are_refused, np.argmax),
    ),
    "changed arrays are not looked at": (
        [(engine, "refuse_change", silent)],
        each(seams.test_an_array_changed_after_an_operation_kept_it_is_reported, ("multiply", 3)),
    ),
    "any change is reported": (
        [(saved, "matters", lambda *args: True)],
        each(seams.test_what_an_operation_does_not_keep_may_change, "add"),
    ),
    "arguments are not held": (
        [(transforms.Recording, "hold", silent)],
        each(seams.test_an_argument_changed_between_vjp_and_pull_is_reported, lambda x: x * x),
    ),
    "integers are computed as they are": ([(reduce, "real", register.array)], integers),
    "a slope of 0 by agreement has the slope 0": (
        [(slopes, "inverse", lambda b: np.where(b == 0, 0.0, 1 / np.where(b == 0, 1.0, b)))],
        check_all,
    ),
    "a Tensor closed over is a constant": (
        [(engine, "ancestors", without_older)],
        each(
            seams.test_a_tensor_closed_over_by_a_transform_gets_its_gradient,
            (lambda t: seams.grad(lambda x: x * t * t)(1.0), 5.0),
        ),
    ),
    "a step that vanishes": (
        [(checks, "held_step", lambda entry, scheme="central", eps=1e-4: eps)],
        each(test_checks.test_a_numeric_gradient_takes_a_step_that_its_dtype_holds, (np.float32, 1e4)),
    ),
    "one step for every function": (
        [(checks, "RUNGS", 1)],
        each(test_checks.test_the_step_follows_the_scale_of_the_function, 0, 5),
    ),
    "crossed bounds of clip": ([(rules.CLIP, "slopes", OLD_CLIP.slopes)], check_all),
    "arctan2 under- and overflows": ([(rules.UFUNCS[np.arctan2], "slopes", OLD_ARCTAN2)], check_all),
    "a dense copy is filled": (
        [(sparse, "into", lambda out, result: out)],
        each(test_sparse.test_what_changes_an_array_in_place_changes_a_row_sparse_one, ("g.fill(0)", np.float64)),
    ),
    "Python's numbers are strong": (
        [(compiled.Program, "_has_numbers", lambda self, args: False)],
        each(
            seams.test_a_compiled_gradient_takes_numbers_as_value_and_grad_does,
            (lambda w, c: np.sum(w * c), np.float32, 2),
        ),
    ),
    "printed numbers lose their point": (
        [(source.Printer, "_operand", lambda self, a, node: self._expression(a))],
        lambda: seams.assert_one_number(lambda w, x: np.sum(w * np.reciprocal(x + 1.0)), seams.A[:2], seams.SMALL),
    ),
    "the differences of booleans": (
        [(indexing.np, "not_equal", np.subtract)],
        lambda: seams.assert_one_number(lambda w, x: np.sum(w[:, 1:] * np.diff(x)), seams.A[:2], seams.SMALL > 100),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str) -> None:
    """The test passes as things are, and fails with the fault in place."""
    changes, test = FAULTS[name]
    test()
    with ExitStack() as faults:
        for owner, attribute, new in changes:
            faults.enter_context(patch.object(owner, attribute, new))
        with pytest.raises(BaseException):  # noqa: B017 - an assertion, a missing error or warning, or a crash
            test()
