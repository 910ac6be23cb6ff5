"""Asked of every exercise whose answer is a function: no luck with its inputs, no changed arguments, no memory of earlier calls."""

import dis
import sys

import numpy as np
import pytest
from bank_suite import said

from lecture_lib import Tensor
from lecture_lib.exercises.bank import all_exercises, find_exercise
from lecture_lib.exercises.forms import formed
from lecture_lib.exercises.outcomes import observe, trials

FUNCTIONS = [exercise for exercise in all_exercises() if exercise.form == "function"]
VALUES = [exercise for exercise in all_exercises() if not exercise.is_function]
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
each_value = pytest.mark.parametrize("exercise", VALUES, ids=lambda exercise: exercise.id)


def looked_at(function):
    """The places of the arguments that a function looks at."""
    code = function.__code__
    inner = {name for part in code.co_consts if hasattr(part, "co_freevars") for name in part.co_freevars}
    loads = {step.argval for step in dis.get_instructions(code) if step.opname.startswith("LOAD")}
    names = {name for value in loads for name in (value if isinstance(value, tuple) else (value,))} | inner
    return [k for k, name in enumerate(code.co_varnames[: code.co_argcount]) if name in names]


@each_function
def test_no_argument_can_be_left_out(exercise):
    """A program that puts a constant in an argument's place is right once, and found out."""
    given = list(trials(exercise))
    for k in looked_at(exercise.solution):
        for constant in {id(args[k]): args[k] for args in given}.values():

            def frozen(*args, k=k, constant=constant):
                return exercise.solution(*args[:k], constant, *args[k + 1 :])

            # The step of a numeric slope may be one's own where the exact slope counts as right.
            if not (exercise.also and exercise.arguments[k] == "eps"):
                assert said(exercise, frozen) is not None, exercise.arguments[k]


@each_function
def test_sizes_vary_and_are_never_equal_by_chance(exercise):
    given = list(trials(exercise))
    for k in range(len(exercise.arguments)):
        shapes = {args[k].shape for args in given if isinstance(args[k], np.ndarray)}
        for sizes in zip(*shapes, strict=True):
            fixed = exercise.id in FIXED and set(sizes) == {FIXED[exercise.id]}
            assert len(set(sizes)) > 1 or fixed, (exercise.arguments[k], sizes)


FIXED = {
    "05-row": 1,
    "07-repeated": 5,
    "12-embedding": 5,
    "07-collapse": 2,
    "11-second": 3,
    "16-absent": 10,
    "18-fan-out": 2,
}
"""Sizes that a task states."""


@each_function
def test_an_argument_must_be_as_it_was(exercise):
    for k, args in enumerate(zip(*trials(exercise), strict=True)):
        if not isinstance(args[0], np.ndarray):
            continue

        def spoils(*args, k=k):
            result = np.array(exercise.solution(*args)) if exercise.id == "03-linear" else exercise.solution(*args)
            result = np.copy(result) if isinstance(result, np.ndarray) else result
            args[k].flat[0] += 1
            return result

        assert f"it changes {exercise.arguments[k]}" in (said(exercise, spoils) or "accepted")


@each_function
def test_an_answer_may_not_depend_on_earlier_calls(exercise):
    calls = [0]

    def wears_off(*args):
        calls[0] += 1
        result = exercise.solution(*args)
        return result if calls[0] <= len(list(trials(exercise))) else None

    assert "the second call gives something else" in (said(exercise, wears_off) or "accepted")


@each_function
def test_an_answer_may_not_depend_on_the_random_numbers_of_the_notebook(exercise):
    def wavers(*args):
        result = exercise.solution(*args)
        return None if np.random.random() > 0.72 else result

    text = said(exercise, wavers)
    assert text is not None
    assert "right" not in text.split(".")[0]


def test_results_may_not_live_in_the_same_memory():
    memory = np.zeros((100, 100))

    def outer(delta, x):
        place = memory[: delta.size, : x.size]
        place[:] = np.outer(delta, x)
        return place

    assert "a later call changes an earlier result" in said(find_exercise("06-outer"), outer)


@each_function
def test_checking_leaves_nothing_behind(exercise):
    np.random.seed(5)
    before, trace, exp = np.random.get_state()[1].copy(), sys.gettrace(), np.exp
    assert said(exercise, exercise.solution) is None
    said(exercise, lambda *args: 1.0)
    assert np.array_equal(np.random.get_state()[1], before)
    assert sys.gettrace() is trace
    assert np.exp is exp


@each_function
def test_the_dress_of_a_result_does_not_matter(exercise):
    result = exercise.solution(*next(trials(exercise)))
    if isinstance(result, dict):
        return
    dresses = [lambda value: value if isinstance(value, tuple) else np.asarray(value).tolist()]
    if isinstance(result, tuple):
        dresses.append(list)
    elif np.asarray(result).dtype.kind == "f":
        dresses += [Tensor, lambda value: np.asarray(value, dtype=np.float32)]
    if not isinstance(result, tuple) and np.ndim(result) == 0:
        dresses += [lambda value: [value], lambda value: np.array([[value]]), np.asarray]
    for dress in dresses:
        assert said(exercise, lambda *args, dress=dress: dress(exercise.solution(*args))) is None


@each_value
def test_the_dress_of_a_value_does_not_matter(exercise):
    if exercise.form == "arrays":
        return
    right = formed(exercise, exercise.solution)
    dresses = [lambda value: value, str, lambda value: np.array(value, dtype=object)]
    dresses += {
        "number": [
            lambda value: [value],
            lambda value: (value,),
            lambda value: np.array([[value]]),
            lambda value: {"answer": value},
        ],
        "names": [set, frozenset, list, ", ".join, " and ".join, lambda value: dict.fromkeys(value, True)],
        "texts": [tuple, ", ".join, " ".join, np.array],
        "choice": [lambda value: [value], lambda value: {value}, str.upper, lambda value: f"  {value} "],
        "shape": [list, np.array, lambda value: [value]],
        "shapes": [tuple, lambda value: [list(part) for part in value]],
        "numbers": [list, np.array, lambda value: dict(zip(exercise.labels, value, strict=True))],
        "flags": [list, np.array, lambda value: tuple(map(int, value)), lambda value: tuple(map(str, value))],
    }[exercise.form]
    for dress in dresses:
        assert said(exercise, dress(right)) is None, dress(right)


@each_value
def test_a_fault_of_form_says_nothing_of_the_content(exercise):
    """The same words for a right and a wrong answer in a form that is not asked for."""
    right = exercise.solution
    if exercise.form == "number":
        good, bad = ("a", right), ("a", right + 1)
    elif exercise.form in ("names", "texts"):
        good, bad = [*right, "other"], ["x" if exercise.id == "09-order" else right[0], "other"] if right else ["other"]
    elif exercise.form == "choice":
        good, bad = (right, "other"), ("none", "other")
    elif exercise.form == "shape":
        good, bad = set(right), {10, 20}
    elif exercise.form == "shapes":
        good, bad = [size for shape in right for size in shape], [1, 2, 3]
    elif exercise.form == "numbers":
        good, bad = set(right), set(range(100, 100 + len(set(right))))
    elif exercise.form == "flags":
        good, bad = (*right, True), (*(not part for part in right), True)
    else:
        good, bad = right[:2], right[:1]
    assert said(exercise, good) is not None
    assert said(exercise, good) == said(exercise, bad)


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.id)
def test_the_solution_is_seen_as_sound(exercise):
    seen = observe(exercise, formed(exercise, exercise.solution))
    assert (seen.changed, seen.again, seen.kept) == ((), True, True)
