"""Answers that are checked, with a name for each usual mistake: `check("06-outer", answer)` and `progress()`."""

from lecture_lib.exercises.checking import check
from lecture_lib.exercises.engine import keep, kept
from lecture_lib.exercises.errors import UnknownExerciseError, WrongAnswer
from lecture_lib.exercises.own import add_exercises
from lecture_lib.exercises.records import progress
from lecture_lib.exercises.variants import variant

__all__ = ["UnknownExerciseError", "WrongAnswer", "add_exercises", "check", "keep", "kept", "progress", "variant"]
