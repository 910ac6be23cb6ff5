"""Check an answer."""

from __future__ import annotations

import sys
from typing import Any

from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.diagnose import diagnose
from lecture_lib.exercises.errors import WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import UNTOUCHED, all_same, outcomes
from lecture_lib.exercises.records import record


def check(name: str, answer: Any) -> None:
    """Check an answer, and print what it shows when it is right.

    An answer that is still `...`, or a function that returns `...`, prints "not done yet", and the notebook runs on.

    Args:
        name: the exercise's id, such as "06-outer".
        answer: a value, or a function where the exercise asks for one.

    Raises:
        WrongAnswer: the answer is not right; the message names the mistake and gives one nudge.
        UnknownExerciseError: there is no such exercise; names the nearest id.
        TypeError: the id is not a text.

    Example:
        >>> check("06-outer", ...)
        06-outer: not done yet
        >>> import numpy as np
        >>> check("06-outer", lambda delta, x: np.outer(x, delta))
        Traceback (most recent call last):
        lecture_lib.exercises.errors.WrongAnswer: 06-outer: transposed. ...
    """
    if check_answer(find_exercise(name), answer):
        record(name)


def check_answer(exercise: Exercise, answer: Any) -> bool:
    """Check an answer to an exercise at hand, and keep no record of it.

    Args:
        exercise: the exercise.
        answer: what the reader gave.

    Returns:
        True when it is right, False when it is not done yet; either is printed.

    Raises:
        WrongAnswer: the answer is not right.
    """
    if answer is ... or _is_empty(answer):
        print(f"{exercise.id}: not done yet")
        return False
    if exercise.is_function and not callable(answer):
        # Without arguments it is a class: what it makes is tried out.
        kind = "function" if exercise.arguments else "class"
        wanted = f"a function of ({', '.join(exercise.arguments)})" if exercise.arguments else "the class"
        raise WrongAnswer(exercise.id, f"not a {kind}", f"Hand over {wanted} by its name, without calling it.")
    if not exercise.is_function and callable(answer):
        raise WrongAnswer(exercise.id, "a function", "This exercise wants the value itself. Did you forget to call it?")
    found, wanted_outcomes = outcomes(exercise, answer), outcomes(exercise, exercise.solution)
    if any(outcome is UNTOUCHED for outcome in found):
        print(f"{exercise.id}: not done yet")
        return False
    if not all_same(found, wanted_outcomes):
        raise diagnose(exercise, answer, found, wanted_outcomes)
    _say(f"{exercise.id}: right. {exercise.lesson}")
    return True


def _say(text: str) -> None:
    """Print, with "?" for a letter that the console lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def _is_empty(answer: Any) -> bool:
    """Whether a function's body is nothing but dots, or `pass`."""
    code = getattr(answer, "__code__", None)
    return code is not None and not code.co_names and code.co_code == _EMPTY and code.co_consts[-1] is None


_EMPTY = (lambda: None).__code__.co_code
