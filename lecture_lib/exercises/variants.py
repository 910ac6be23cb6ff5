"""Exercises with other numbers: every copy that is handed out may have numbers of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from lecture_lib.exercises.exercise import Exercise, Variants
from lecture_lib.exercises.forms import formed
from lecture_lib.exercises.outcomes import all_same, outcomes

DRAWS = 1000
IN_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
PIECE = re.compile(r"\d+(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|[^\W\d_]+|[^\s\w]")
"""A number, a word or a sign."""

_code = ""


def variant(code: str) -> None:
    """Let `check` ask for the numbers of one copy: `handout --seed-from` writes this line into each.

    Args:
        code: what stands in the copy; "" for the course's own numbers.

    Raises:
        TypeError: the code is not a text.

    Example:
        >>> from lecture_lib.exercises import check, variant
        >>> variant("5f0c21ab")
        >>> check("01-window-length", 1500)
        Traceback (most recent call last):
        lecture_lib.exercises.errors.WrongAnswer: 01-window-length: ...
        >>> variant("")
    """
    global _code
    if not isinstance(code, str):
        raise TypeError(f"A variant is named by a text, as variant('5f0c21ab'), not by {code!r}")
    _code = code


def current() -> str:
    """The code of this session's copy."""
    return _code


def varying(build: Callable[..., Exercise], **numbers: Sequence[Any]) -> Exercise:
    """An exercise that can be set with other numbers.

    Args:
        build: makes the exercise; its arguments have the course's numbers as their defaults.
        **numbers: for each argument that varies, the numbers it may be drawn from.

    Returns:
        The exercise with the course's numbers.
    """
    return replace(build(), variants=Variants(build, numbers))


def varied(exercise: Exercise, code: str) -> Exercise:
    """The exercise as one copy sets it: unequal numbers, which no usual mistake turns into the right answer.

    They follow from the code and the exercise's id, on every machine. Without a code, and where an exercise does not
    vary, it is the exercise itself.

    Example:
        >>> from lecture_lib.exercises.bank import find_exercise
        >>> product = find_exercise("00-product")
        >>> varied(product, "ada").task
        'The shape of W @ x in code, for W of shape (..., ...) and x of shape (...,).'
        >>> varied(product, "ada").task == varied(product, "ben").task
        False
    """
    if exercise.variants is None or not code:
        return exercise
    for draw in range(DRAWS):
        numbers = {
            name: values[_hashed(code, exercise.id, name, draw) % len(values)]
            for name, values in exercise.variants.numbers.items()
        }
        other = exercise.variants.build(**numbers)
        if len(set(numbers.values())) == len(numbers) and _tells_apart(other, exercise):
            return other
    raise ValueError(f"{exercise.id}: none of {DRAWS} draws gives numbers whose answer no mistake shares")


def new_words(exercise: Exercise, other: Exercise) -> dict[str, str]:
    """What stands for what in the two tasks: old number → new number, in digits or as a word.

    Example:
        >>> from lecture_lib.exercises.bank import find_exercise
        >>> shape = find_exercise("03-shape")
        >>> new_words(shape, shape.variants.build(inputs=6, outputs=4))
        {'3': '4', '5': '6'}
    """
    old, new = PIECE.findall(exercise.task), PIECE.findall(other.task)
    pairs = set(zip(old, new, strict=True))
    if len(pairs) != len(set(old)):
        raise ValueError(f"{exercise.id}: one number of the task stands for two, which a text cannot tell apart")
    return {before: after for before, after in sorted(pairs) if before != after}


def rewritten(text: str, words: Mapping[str, str]) -> str:
    """A text with other numbers, whole words only.

    Example:
        >>> rewritten("8 rows, 80 columns, `(8,)`", {"8": "6"})
        '6 rows, 80 columns, `(6,)`'
    """
    return PIECE.sub(lambda piece: words.get(piece[0], piece[0]), text)


def _tells_apart(other: Exercise, exercise: Exercise) -> bool:
    """Whether neither a mistake nor the answer to the course's own numbers is right."""
    right = outcomes(other, formed(other, other.solution))
    wrong = [exercise.solution, *(mistake.answer for mistake in other.mistakes)]
    return not any(all_same(outcomes(other, formed(other, answer)), right) for answer in wrong)


def _hashed(*parts: object) -> int:
    return int.from_bytes(sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()[:8], "big")
