"""Three questions from before, closed book, with which a notebook begins: three numbers are handed over together."""

from __future__ import annotations

from lecture_lib.exercises.exercise import Exercise, Mistake

Slip = tuple[int, float, str, str]
"""Which of the three answers is another one, that answer, the misconception behind it, and a nudge."""


def retrieval(notebook: str, solution: tuple[float, float, float], labels: tuple[str, ...], *slips: Slip) -> Exercise:
    """Make the exercise of three questions.

    Args:
        notebook: its two digits.
        solution: the three numbers.
        labels: what each of them is.
        slips: wrong answers to single questions.

    Returns:
        The exercise, whose mistakes have one wrong number each.

    Example:
        >>> retrieval("03", (1, 2, 3), ("one", "two", "three"), (1, 4, "doubled", "Once is enough.")).mistakes[0].answer
        (1, 4, 3)
    """
    mistakes = tuple(
        Mistake(name, nudge, (*solution[:place], value, *solution[place + 1 :])) for place, value, name, nudge in slips
    )
    return Exercise(
        f"{notebook}-before",
        "Three numbers: " + ", ".join(labels) + ".",
        solution,
        mistakes,
        "Leave the question that you are unsure of, look it up where the hint says, and come back.",
        "What you recall without looking, you keep.",
        labels=labels,
    )
