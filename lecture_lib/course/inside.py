"""Within the kernel of a hand-in: `check` also writes down what each answer came to, and solutions are withheld.

What is written down is compared with the solution elsewhere, in a process that runs no code of the hand-in.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from lecture_lib.exercises import bank, checking
from lecture_lib.exercises.errors import UnknownExerciseError, WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import UNTOUCHED, Failure, observe
from lecture_lib.exercises.own import own_exercises
from lecture_lib.exercises.paper import PaperExercise
from lecture_lib.exercises.variants import varied
from lecture_lib.matcalc.paper.tasks import FINDERS
from lecture_lib.train.storage import save_state

MEMORY, ROOM = 4 << 30, 256 << 20
"""Bytes that the cells of a hand-in may take, and what its check may take beyond them."""

LARGEST_FILE = 1 << 30
STARTUP = """\
from lecture_lib.course.inside import begin as _begin
_begin({folder!r}, {wanted!r}, {own!r}, {code!r})
del _begin
"""
SOLVED = ("lecture_lib.exercises.bank.nb", "lecture_lib.exercises.bank.paper")


class WithheldError(RuntimeError):
    """The hand-in asked for what it should find itself."""


def begin(folder: str, wanted: Sequence[str], own: str | None = None, code: str = "") -> None:
    """Make this process one in which a hand-in runs."""
    _limit_resources()
    exercises: dict[str, Exercise | PaperExercise] = (
        {e.id: varied(e, code) for e in own_exercises(Path(own))} if own else {}
    )
    find_paper = vars(checking)["find_paper"]
    exercises |= {
        name: find_paper(name) or varied(bank.find_exercise(name), code) for name in wanted if name not in exercises
    }
    _withhold(exercises)
    check = _recording(exercises, Path(folder))
    package = sys.modules["lecture_lib.exercises"]
    for module in (checking, package):
        vars(module)["check"] = check
    # The exercises are known already, and the file is not where the notebook looks for it.
    vars(package)["add_exercises"] = lambda path: None


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
        return UNTOUCHED if "untouched" in state else Failure(str(state["failure"][0]), str(state["failure"][1]))
    return type(state)(map(from_state, state)) if isinstance(state, (list, tuple)) else state


def _recording(exercises: dict[str, Exercise | PaperExercise], folder: Path) -> Callable[[str, Any], None]:
    numbers = count()

    def note(name: str, **said: Any) -> None:
        save_state(folder / f"{next(numbers):04d}.npz", {"id": name, **said})

    def check(name: str, answer: Any) -> None:
        with _room():
            judge(name, answer)

    def judge(name: str, answer: Any) -> None:
        exercise = exercises.get(name)
        if exercise is None:
            raise UnknownExerciseError(
                f"There is no exercise {name!r} in this notebook. There are: {', '.join(exercises)}"
            )
        try:
            done = checking.check_answer(exercise, answer)
        except WrongAnswer as wrong:
            mistake = wrong.mistake or "not yet"
            note(name, said="wrong", mistake=mistake, nudge=str(wrong).removeprefix(f"{name}: {mistake}. "))
            raise
        if not done:
            note(name, said="not done")
            return
        if isinstance(exercise, PaperExercise):
            note(name, said="right", text=answer)
            return
        note(name, said="right", outcomes=as_state(observe(exercise, checking.formed(exercise, answer)).outcomes))

    return check


@contextmanager
def _room() -> Iterator[None]:
    """Some memory beyond the limit: an answer is judged whatever the cells before it have hoarded."""
    try:
        import resource
    except ImportError:  # as on Windows
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _withhold(exercises: dict[str, Exercise | PaperExercise]) -> None:
    def withheld(*args: Any, **options: Any) -> Any:
        raise WithheldError("solutions are withheld while a notebook is graded")

    papers = {n: replace(e, solutions=(), mistakes=()) for n, e in exercises.items() if isinstance(e, PaperExercise)}
    withhold: dict[str, Any] = {"solution": withheld, "mistakes": (), "way": None, "also": None, "variants": None}
    shown = {name: replace(e, **withhold) for name, e in exercises.items() if isinstance(e, Exercise)}

    def find_exercise(name: str) -> Exercise:
        if name not in shown:
            raise UnknownExerciseError(f"There is no exercise {name!r} in this notebook.")
        return shown[name]

    def exercises_of(notebook: str) -> tuple[Exercise, ...]:
        return tuple(exercise for name, exercise in shown.items() if name[:2] == notebook)

    FINDERS[:] = [papers.get]
    vars(checking).update(find_exercise=find_exercise, find_paper=papers.get)
    vars(bank).update(find_exercise=find_exercise, exercises_of=exercises_of, all_exercises=lambda: [*shown.values()])
    for name in [name for name in sys.modules if name.startswith(SOLVED)]:
        del sys.modules[name]
        if hasattr(bank, name.rpartition(".")[2]):
            delattr(bank, name.rpartition(".")[2])
    sys.meta_path.insert(0, _NoSolutions())


class _NoSolutions:
    """Refuses to import the modules that hold the solutions."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> None:
        if name.startswith(SOLVED):
            raise WithheldError("solutions are withheld while a notebook is graded")


def _limit_resources() -> None:
    """Memory and files have an end, and this process is the first to go when the machine runs out."""
    try:
        import resource
    except ImportError:  # as on Windows
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY, ROOM),
        (resource.RLIMIT_FSIZE, LARGEST_FILE, 0),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, most, room in limits:
        _, hard = resource.getrlimit(kind)
        hard = most + room if hard == resource.RLIM_INFINITY else min(most + room, hard)
        resource.setrlimit(kind, (min(most, hard), hard))
    score = Path("/proc/self/oom_score_adj")
    if score.exists() and os.access(score, os.W_OK):
        score.write_text("1000")
