"""Check an answer."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.bank.paper import find_paper
from lecture_lib.exercises.diagnose import changed_arguments, diagnose
from lecture_lib.exercises.errors import WrongAnswer
from lecture_lib.exercises.exercise import Exercise, Finding
from lecture_lib.exercises.forms import WrongForm, formed, holds_dots
from lecture_lib.exercises.outcomes import UNTOUCHED, Observed, all_same, fitted, observe, outcomes
from lecture_lib.exercises.paper import PaperExercise, judge_paper
from lecture_lib.exercises.programs import unfinished
from lecture_lib.exercises.records import record
from lecture_lib.exercises.variants import current, varied
from lecture_lib.exercises.verdict import NOT_DONE, Verdict


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
    paper = find_paper(name) if isinstance(name, str) else None
    if check_answer(paper or varied(find_exercise(name), current()), answer):
        record(name)


def check_answer(exercise: Exercise | PaperExercise, answer: Any) -> bool:
    """Check an answer to an exercise at hand, and keep no record of it.

    Args:
        exercise: the exercise.
        answer: what the reader gave.

    Returns:
        True when it is right, False when it is not done yet; either is printed.

    Raises:
        WrongAnswer: the answer is not right.
    """
    verdict = judge_paper(exercise, answer) if isinstance(exercise, PaperExercise) else judge(exercise, answer)
    if verdict.state == "wrong":
        raise WrongAnswer(exercise.id, verdict.mistake, verdict.text)
    _say(f"{exercise.id}: {verdict.state}{'. ' if verdict.text else ''}{verdict.text}")
    return verdict.state == "right"


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Judge an answer, and change nothing: nothing is printed, raised or recorded.

    Args:
        exercise: the exercise.
        answer: what the reader gave.

    Returns:
        The verdict.

    Example:
        >>> from lecture_lib.exercises.bank import find_exercise
        >>> judge(find_exercise("03-shape"), (5, 3)).mistake
        'inputs as rows'
    """
    if holds_dots(answer) or unfinished(answer):
        return NOT_DONE
    if exercise.is_function and not callable(answer):
        return Verdict("wrong", *_not_callable(exercise))
    if not exercise.is_function and callable(answer):
        return Verdict("wrong", "a function", "This exercise wants the value itself. Did you forget to call it?")
    try:
        answer = formed(exercise, answer)
    except WrongForm as form:
        return Verdict("wrong", form.name, form.nudge)
    seen, wanted = observe(exercise, answer), outcomes(exercise, formed(exercise, exercise.solution))
    if any(outcome is UNTOUCHED for outcome in seen.outcomes):
        return NOT_DONE
    if not is_right(exercise, seen.outcomes, wanted):
        return Verdict("wrong", *diagnose(exercise, answer, seen, wanted))
    fault = fault_of(exercise, answer, seen)
    return Verdict("wrong", *fault) if fault is not None else Verdict("right", None, exercise.lesson)


def is_right(exercise: Exercise, found: list[Any], wanted: list[Any]) -> bool:
    """Whether outcomes are those of the solution, or of another right answer, or the solution as a page rounds it.

    Args:
        exercise: the exercise.
        found: the outcomes of an answer.
        wanted: those of the solution.

    Returns:
        True when nothing but rounding and dress differs.
    """
    if all_same([fitted(part, right) for part, right in zip(found, wanted, strict=True)], wanted):
        return True
    if exercise.also is not None and all_same(found, outcomes(exercise, exercise.also)):
        return True
    return exercise.form == "number" and isinstance(found[0], np.ndarray) and _rounds(float(wanted[0]), found[0])


def _rounds(right: float, given: Any) -> bool:
    """Whether a number is another one, cut to two digits or more as a page prints it."""
    printed = {float(f"{right:.{digits}e}") for digits in range(1, 8)}
    return right != round(right, 4) and any(np.isclose(given, value, rtol=1e-9, atol=0) for value in printed)


def fault_of(exercise: Exercise, answer: Any, seen: Observed) -> Finding | None:
    """What is wrong with a function whose results are right: it changes its arguments, remembers, or breaks a demand.

    Args:
        exercise: the exercise.
        answer: the function or class.
        seen: what was observed of it.

    Returns:
        A name and a nudge, None when all is well.
    """
    if seen.changed:
        return changed_arguments(seen.changed)
    if not seen.again:
        return (
            "the second call gives something else",
            "Called again with the same arguments, it gives another result. What is left over from the call before?",
        )
    if not seen.kept:
        return (
            "a later call changes an earlier result",
            "Both results live in the same memory. Make a new array in each call.",
        )
    try:
        return next(filter(None, (demand(exercise, answer) for demand in exercise.demands)), None)
    except Exception as error:
        return "it stops on another example", f"With other sizes it raises {type(error).__name__}: {error}."


def _not_callable(exercise: Exercise) -> Finding:
    # Without arguments it is a class: what it makes is tried out.
    kind = "function" if exercise.arguments else "class"
    wanted = f"a function of ({', '.join(exercise.arguments)})" if exercise.arguments else "the class"
    return f"not a {kind}", f"Hand over {wanted} by its name, without calling it."


def _say(text: str) -> None:
    """Print, with "?" for a letter that the console lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))
