"""What is asked of every exercise: a list of its faults, empty when it is sound."""

import contextlib
import io
import re
from collections.abc import Iterator

import numpy as np

from lecture_lib.exercises.checking import check_answer
from lecture_lib.exercises.errors import WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import settled, trials

FEWEST_MISTAKES = 3


def faults(exercise: Exercise) -> list[str]:
    """Everything that is wrong with an exercise and with how it is checked."""
    return list(each_fault(exercise))


def sound(exercise: Exercise) -> bool:
    """Whether there is none; quicker where there is one."""
    return next(each_fault(exercise), None) is None


def each_fault(exercise: Exercise) -> Iterator[str]:
    if not re.fullmatch(r"\d\d(-[a-z0-9]+)+", exercise.id):
        yield "id"
    if len(exercise.mistakes) < FEWEST_MISTAKES:
        yield f"only {len(exercise.mistakes)} wrong answers"
    for args in trials(exercise) if exercise.is_function else ():
        if exercise.form == "function" and len(args) != len(exercise.arguments):
            yield "arguments without names"
            return
        if any(isinstance(arg, np.ndarray) and arg.ndim == 2 and np.shape(arg)[0] == np.shape(arg)[1] for arg in args):
            yield "a square matrix hides a missing transpose"
    if said(exercise, exercise.solution) is not None:
        yield "the solution is rejected"
    messages = [str(WrongAnswer(exercise.id, mistake.name, mistake.nudge)) for mistake in exercise.mistakes]
    if any(tells(exercise, message.removeprefix(exercise.id)) for message in messages):
        yield "a message tells the solution"
    if len(set(messages)) < len(messages):
        yield "two wrong answers share a message"
    for mistake, message in zip(exercise.mistakes, messages, strict=True):
        if said(exercise, mistake.answer) != message:
            yield f"{mistake.name}: {said(exercise, mistake.answer) or 'accepted'}"
    yield from (f"accepts {name}" for name, answer in nearly(exercise) if said(exercise, answer) is None)


def said(exercise: Exercise, answer: object) -> str | None:
    """The message with which an answer is rejected, None when it is accepted."""
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            check_answer(exercise, answer)
    except WrongAnswer as error:
        return str(error)
    return None if ": right." in printed.getvalue() else printed.getvalue()


def tells(exercise: Exercise, text: str) -> bool:
    """Whether a text holds the solution, where that is something one can write down."""
    if exercise.is_function:
        return False
    return re.search(rf"(?<![\w.]){re.escape(str(exercise.solution))}(?!\w|\.\d)", text) is not None


def nearly(exercise: Exercise):
    """Answers that no exercise may accept, made from its solution."""
    if not exercise.is_function:
        yield "nothing", None
        right = settled(exercise.solution)
        if isinstance(right, np.ndarray) and right.size:
            yield "one more", right + 1
        return
    calls = [0]

    def wears_off(*args):
        calls[0] += 1
        return np.multiply(exercise.solution(*args), 1.0 if calls[0] == 1 else 1.5)

    if exercise.form == "class":
        return
    yield "only the first trial right", wears_off
    yield "rounded to 3 digits", lambda *args: np.multiply(exercise.solution(*args), 1.001)
    yield "not a number", lambda *args: np.multiply(exercise.solution(*args), np.nan)
    # A number in a list is the number; two of them are not.
    yield "an axis too many", lambda *args: np.stack([np.asarray(exercise.solution(*args))] * 2)
    yield "an exception", lambda *args: 1 / 0
    yield "nothing returned", lambda *args: print(end="")
    yield "wrong sign", lambda *args: np.multiply(exercise.solution(*args), -1)
