"""Exercises whose answer is a derivation: a text, typed line by line, that ends with what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lecture_lib import matcalc as mc
from lecture_lib.exercises.verdict import NOT_DONE, Verdict


@dataclass(frozen=True)
class Slip:
    """A wrong derivation, and the name of its mistake."""

    name: str
    text: str


@dataclass(frozen=True)
class PaperExercise:
    """A question whose answer is a derivation.

    Attributes:
        id: the notebook's two digits and a name, such as "05-paper-b".
        task: what is asked for, in one or two sentences.
        function: builds the expression that the lines are about.
        goal: the left side of the last line, such as "∇_b s".
        given: the names that the last right side may use.
        names: names that the lines may use beside those of the function, as for `matcalc.check_derivation`.
        jumps: may a line use several rules at once?
        solutions: right derivations, the plainest first.
        mistakes: wrong derivations with the names of their mistakes.
        lesson: what the right answer shows, in one sentence.

    Example:
        >>> from lecture_lib.exercises.bank.paper import find_paper
        >>> find_paper("05-paper-b").goal
        '∇_b s'
    """

    id: str
    task: str
    function: Callable[[], mc.Expr]
    goal: str
    given: tuple[str, ...]
    solutions: tuple[str, ...]
    mistakes: tuple[Slip, ...]
    lesson: str
    names: Mapping[str, str] = field(default_factory=dict)
    jumps: bool = False

    @property
    def solution(self) -> str:
        """The plainest right derivation."""
        return self.solutions[0]

    def read(self, text: str) -> mc.Derived:
        """The lines of a text with their verdicts."""
        return mc.check_derivation(self.function(), text, dict(self.names))

    def said(self, lines: mc.Derived) -> str:
        """What is to be said of lines that have been read."""
        verdict = verdict_of(self, lines)
        return f"{verdict.mistake}. {verdict.text}" if verdict.mistake else f"{verdict.state}. {verdict.text}"


def judge_paper(exercise: PaperExercise, answer: Any) -> Verdict:
    """Judge a derivation, and change nothing.

    Args:
        exercise: what was asked.
        answer: the text.

    Returns:
        The verdict: of the first line that does not hold, or that jumps where no jumps are allowed, or of the last one
        when it is not yet the goal.

    Example:
        >>> from lecture_lib.exercises.bank.paper import find_paper
        >>> judge_paper(find_paper("05-paper-b"), "∇_b s = u ∘ f(z)").mistake
        'function for slope'
    """
    if answer is ... or (isinstance(answer, str) and answer.strip(" .…\n\t") == ""):
        return NOT_DONE
    if not isinstance(answer, str):
        return Verdict("wrong", "not a text", 'Write the lines of your derivation as a text, between """ and """.')
    return verdict_of(exercise, exercise.read(answer))


def verdict_of(exercise: PaperExercise, lines: mc.Derived) -> Verdict:
    """What is to be said of lines that have been read.

    Args:
        exercise: what was asked.
        lines: the lines with their verdicts.

    Returns:
        The verdict.
    """
    for line in lines:
        if not line.ok:
            told = line.message.removeprefix(f"{line.mistake}: ")
            return Verdict("wrong", line.mistake or line.kind, f"Line {line.number}: {told}.")
        if line.kind == "jump" and not exercise.jumps:
            return Verdict("wrong", "jump", f"Line {line.number} is {line.message}.")
    if not len(lines):
        return NOT_DONE
    if not lines.reaches(exercise.goal, exercise.given):
        told = f"All lines hold. The last one is to be {exercise.goal} = …, in {', '.join(exercise.given)} alone."
        return Verdict("wrong", "unfinished", told)
    return Verdict("right", None, exercise.lesson)
