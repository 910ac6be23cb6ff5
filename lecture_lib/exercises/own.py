"""Exercises of one's own, from a module beside the notebooks."""

from __future__ import annotations

import importlib.util
import sys
from os import PathLike
from pathlib import Path

from lecture_lib.exercises.bank import ADDED
from lecture_lib.exercises.exercise import Exercise


def add_exercises(path: str | PathLike[str]) -> None:
    """Let `check` know the exercises of a module of one's own; one with an id of the course takes that one's place.

    Args:
        path: a Python file that assigns `EXERCISES`, a tuple of `Exercise`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it assigns no such tuple.

    Example:
        >>> add_exercises("no_such_file.py")
        Traceback (most recent call last):
        FileNotFoundError: There is no file no_such_file.py with exercises; it lies beside the notebooks.
    """
    ADDED.update({exercise.id: exercise for exercise in own_exercises(Path(path))})


MODULE = "own_exercises"
"""The name under which Python knows the module while it is imported, and after."""


def own_exercises(path: Path) -> tuple[Exercise, ...]:
    """The exercises of a module of one's own."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path} with exercises; it lies beside the notebooks.")
    spec = importlib.util.spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file; expected a module that assigns EXERCISES")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for it
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise ValueError(f"{path}{place} cannot be run: {type(error).__name__}: {error}") from error
    given = getattr(module, "EXERCISES", ())
    found = tuple(given) if isinstance(given, (tuple, list)) else ()
    if not found or not all(isinstance(exercise, Exercise) for exercise in found):
        raise ValueError(f"{path} assigns no EXERCISES; expected a tuple of lecture_lib.exercises.exercise.Exercise")
    return found
