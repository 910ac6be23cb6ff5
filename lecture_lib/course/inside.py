"""Within the kernel of a hand-in: `check` also writes down what each answer came to, and solutions are withheld.

What is written down is compared with the solution elsewhere, in a process that runs no code of the hand-in.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from lecture_lib.exercises import bank, checking
from lecture_lib.exercises.errors import WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import UNTOUCHED, Failure, observe
from lecture_lib.train.storage import save_state

MEMORY = 4 << 30
LARGEST_FILE = 1 << 30
STARTUP = "from lecture_lib.course.inside import begin as _begin\n_begin({folder!r}, {own!r})\ndel _begin\n"
BANK = "lecture_lib.exercises.bank.nb"


class WithheldError(RuntimeError):
    """The hand-in asked for what it should find itself."""


def begin(folder: str, own: str | None = None) -> None:
    """Make this process one in which a hand-in runs.

    Args:
        folder: where answers are written down.
        own: a module of a teacher's own exercises.
    """
    _limit_resources()
    exercises = {exercise.id: exercise for exercise in bank.all_exercises()}
    if own is not None:
        exercises |= {exercise.id: exercise for exercise in own_exercises(Path(own))}
    _withhold(exercises)
    checking.check = sys.modules["lecture_lib.exercises"].check = _recording(exercises, Path(folder))  # type: ignore[attr-defined]


def own_exercises(path: Path) -> tuple[Exercise, ...]:
    """The exercises of a teacher's own module.

    Args:
        path: a Python file that assigns `EXERCISES`, a tuple of `Exercise`.

    Returns:
        The exercises.

    Raises:
        ValueError: it assigns no such tuple.
    """
    spec = importlib.util.spec_from_file_location("own_exercises", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file; expected a module that assigns EXERCISES")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = tuple(getattr(module, "EXERCISES", ()))
    if not found or not all(isinstance(exercise, Exercise) for exercise in found):
        raise ValueError(f"{path} assigns no EXERCISES; expected a tuple of lecture_lib.exercises.exercise.Exercise")
    return found


def as_state(outcomes: list[Any]) -> list[Any]:
    """Outcomes as what `save_state` can write."""

    def plain(outcome: Any) -> Any:
        if outcome is UNTOUCHED:
            return {"untouched": True}
        if isinstance(outcome, Failure):
            return {"failure": [outcome.kind, outcome.text]}
        return tuple(map(plain, outcome)) if isinstance(outcome, tuple) else outcome

    return [plain(outcome) for outcome in outcomes]


def from_state(state: Any) -> Any:
    """Outcomes as they were before `as_state`."""
    if isinstance(state, dict):
        return UNTOUCHED if "untouched" in state else Failure(*map(str, state["failure"]))
    return type(state)(map(from_state, state)) if isinstance(state, (list, tuple)) else state


def _recording(exercises: dict[str, Exercise], folder: Path) -> Callable[[str, Any], None]:
    numbers = count()

    def note(name: str, **said: Any) -> None:
        save_state(folder / f"{next(numbers):04d}.npz", {"id": name, **said})

    def check(name: str, answer: Any) -> None:
        exercise = exercises.get(name)
        if exercise is None:
            bank.find_exercise(name)
            return
        try:
            done = checking.check_answer(exercise, answer)
        except WrongAnswer as wrong:
            mistake = wrong.mistake or "not yet"
            note(name, said="wrong", mistake=mistake, nudge=str(wrong).removeprefix(f"{name}: {mistake}. "))
            raise
        if not done:
            note(name, said="not done")
            return
        note(name, said="right", outcomes=as_state(observe(exercise, checking.formed(exercise, answer)).outcomes))

    return check


def _withhold(exercises: dict[str, Exercise]) -> None:
    def withheld(*args: Any, **options: Any) -> Any:
        raise WithheldError("solutions are withheld while a notebook is graded")

    shown = {name: replace(e, solution=withheld, mistakes=(), way=None, also=None) for name, e in exercises.items()}
    finds = bank.find_exercise

    def find_exercise(name: str) -> Exercise:
        return shown[name] if name in shown else finds(name)

    for module in (bank, checking):
        module.find_exercise = find_exercise  # type: ignore[attr-defined]
    bank.all_exercises = lambda: list(shown.values())  # type: ignore[attr-defined]
    bank.exercises_of = lambda notebook: tuple(e for name, e in shown.items() if name[:2] == notebook)  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if name.startswith(BANK)]:
        del sys.modules[name]
        if hasattr(bank, name.rpartition(".")[2]):
            delattr(bank, name.rpartition(".")[2])
    sys.meta_path.insert(0, _NoSolutions())  # type: ignore[arg-type]


class _NoSolutions:
    """Refuses to import the modules that hold the solutions."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> None:
        if name.startswith(BANK):
            raise WithheldError("solutions are withheld while a notebook is graded")


def _limit_resources() -> None:
    """Memory and files have an end, and this process is the first to go when the machine runs out."""
    try:
        import resource
    except ImportError:  # as on Windows
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LARGEST_FILE), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    score = Path("/proc/self/oom_score_adj")
    if score.exists() and os.access(score, os.W_OK):
        score.write_text("1000")
