"""The engine of usual slips: each kind of change is named when it is made, in any exercise, without a hand-written entry."""

import ast
import dataclasses

import numpy as np
import pytest
from bank_suite import said

from lecture_lib.exercises import search
from lecture_lib.exercises.bank import all_exercises, find_exercise
from lecture_lib.exercises.checking import judge
from lecture_lib.exercises.edits import EDITS, IN_THE_CODE
from lecture_lib.exercises.outcomes import Failure, all_same, outcomes
from lecture_lib.exercises.programs import program_of, written_out
from lecture_lib.exercises.search import tried

FUNCTIONS = [exercise for exercise in all_exercises() if exercise.form == "function"]
EACH = 6
"""Slips that are made in each solution, spread over all that can be."""


def planted(exercise):
    """The solution with a slip, several times: programs that run, and come to something else."""
    right = outcomes(exercise, exercise.solution)
    for edit, function, _ in tried(written_out(program_of(exercise.solution)), EDITS, "slip"):
        found = outcomes(exercise, function)
        if not any(isinstance(part, Failure) for part in found) and not all_same(found, right):
            yield edit, function


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_planted_slips_are_named_without_the_bank(exercise):
    bare = dataclasses.replace(exercise, mistakes=())
    slips = list(planted(exercise))
    for edit, function in slips[:: max(1, len(slips) // EACH)]:
        verdict = judge(bare, function)
        # Some slips change no result, and a demand may be what is broken.
        assert verdict.state == "right" or verdict.mistake, edit.slip


@pytest.mark.parametrize("exercise", all_exercises(), ids=lambda exercise: exercise.id)
def test_every_solution_can_be_read(exercise):
    """Its source is found, and what was read does the same."""
    if exercise.form in ("function", "class"):
        program = program_of(exercise.solution)
        assert all_same(outcomes(exercise, program.run()), outcomes(exercise, exercise.solution))
    elif exercise.way is not None:
        assert np.isclose(float(program_of(exercise.way).run()()), float(exercise.solution))


def test_lambdas_on_one_line_are_told_apart():
    first, second = (lambda x: x + 1), (lambda x: x - 1)
    assert ast.unparse(program_of(first).module).endswith("x + 1")
    assert ast.unparse(program_of(second).module).endswith("x - 1")


def test_a_program_without_source_or_that_may_not_end_is_left_alone():
    def waits(x):
        while True:
            x += 1

    assert program_of(np.outer) is None
    assert program_of(eval("lambda x: x")) is None
    assert program_of(waits) is None


def test_changes_leave_the_program_as_it_was():
    program = program_of(find_exercise("05-delta").solution)
    before = ast.unparse(program.module)
    assert len(list(tried(program, EDITS + IN_THE_CODE, "repair"))) > 50
    assert ast.unparse(program.module) == before


def test_what_a_program_prints_is_kept_from_the_page(capsys):
    def outer(delta, x):
        print("here I am")
        return np.outer(x, delta) * 1.3

    said(find_exercise("06-outer"), outer)
    assert capsys.readouterr().out == ""


def test_the_search_ends_in_time(monkeypatch):
    monkeypatch.setattr(search, "SECONDS", 0.0)
    assert said(find_exercise("05-delta"), lambda x, W, b, u: u * (1 - np.tanh(W @ x + b) ** 3)).startswith(
        "05-delta: not yet"
    )


def test_an_engine_that_is_switched_off_is_noticed(monkeypatch):
    def answer(x):
        return 3 * (x**2 + 1) * 2 * x

    assert "a power is lost" in said(find_exercise("04-scalar"), answer)
    monkeypatch.setattr(search, "EDITS", ())
    assert "a power is lost" not in said(find_exercise("04-scalar"), answer)


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ("one_line = lambda x, W, b, u: u * 1 - np.tanh(W @ x + b) ** 2", "brackets are missing"),
        ("def one_line(x, W, b, u):\n    h = np.tanh(W @ x + b)\n    return u * (1 - h * 2)", "."),
    ],
)
def test_programs_of_a_notebook_are_read(names, word):
    """As IPython keeps them: the cell's text stands in linecache."""
    import linecache

    source = names + "\n"
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
    space = {"np": np}
    exec(compile(source, "<cell>", "exec"), space)
    text = said(find_exercise("05-delta"), space["one_line"])
    assert word in text
    assert "not yet" not in text
