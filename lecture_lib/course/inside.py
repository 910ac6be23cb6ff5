"""Within the kernel of a hand-in: `check` also writes down what each answer came to, and solutions are withheld.

What is written down is compared with the solution elsewhere, in a process that runs no code of the hand-in.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from lecture_lib.course.child import Check, in_a_child
from lecture_lib.exercises import bank, checking
from lecture_lib.exercises.errors import UnknownExerciseError, WrongAnswer
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.outcomes import UNTOUCHED, Failure, observe
from lecture_lib.exercises.own import MODULE as OWN
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
BANK, PAPER = "lecture_lib.exercises.bank.nb", "lecture_lib.exercises.bank.paper"
SOLVED = (BANK, PAPER)
CHILDREN = sys.platform == "linux"
"""Whether answers are judged in a child: a fork elsewhere may break what a threaded library holds."""

WITHHELD = "solutions are withheld while a notebook is graded"


class WithheldError(PermissionError, RuntimeError):
    """The hand-in asked for what it should find itself."""


def begin(folder: str, wanted: Sequence[str], own: str | None = None, code: str = "") -> None:
    """Make this process one in which a hand-in runs."""
    _limit_resources()
    exercises = _exercises(wanted, own, code)
    _withhold(exercises)
    check: Check
    if CHILDREN:
        # The solutions leave this process: each answer is judged in a child of it.
        exercises.clear()
        gc.collect()
        guard = _Guard(own)
        guard.stand()

        def judge_alone(name: str, answer: Any) -> None:
            guard.step_aside()
            with _room():
                _judge(_exercises([name], own, code) if name in wanted else {}, Path(folder), wanted, name, answer)

        check = in_a_child(judge_alone)
    else:

        def check(name: str, answer: Any) -> None:
            with _room():
                _judge(dict(exercises), Path(folder), wanted, name, answer)

    package = sys.modules["lecture_lib.exercises"]
    for module in (checking, package):
        vars(module)["check"] = check
    # The exercises are known already, and the file is not where the notebook looks for it.
    vars(package)["add_exercises"] = lambda path: None


def _exercises(wanted: Sequence[str], own: str | None, code: str) -> dict[str, Exercise | PaperExercise]:
    """The exercises that are asked for, with their solutions, freshly imported."""
    found: dict[str, Exercise | PaperExercise] = (
        {e.id: varied(e, code) for e in own_exercises(Path(own)) if e.id in wanted} if own else {}
    )
    papers = (
        {e.id: e for e in importlib.import_module(PAPER).PAPERS} if any("-paper-" in name for name in wanted) else {}
    )
    for name in wanted:
        if name in papers:
            found[name] = papers[name]
        elif name not in found:
            module = importlib.import_module(f"{BANK}{name[:2]}")
            found |= {e.id: varied(e, code) for e in module.EXERCISES if e.id == name}
    return found


class _Guard:
    """Refuses to open the files that hold the solutions, and to kill those who grade.

    `import`, `open` and `os.kill` alike ask here, and nobody can take it away.
    """

    def __init__(self, own: str | None) -> None:
        # Beside a module of one's own Python keeps what it compiled of it.
        files = (own, importlib.util.cache_from_source(own)) if own else ()
        self.places = (os.path.realpath(Path(bank.__file__).parent) + os.sep, *map(os.path.realpath, files))
        # Whoever runs the kernel costs its own row only; those above it are the grader and the teacher's own.
        above = {process.pid for process in psutil.Process().parents()[1:]}
        self.spared = {-1, *above, *map(os.getpgid, above)}
        self.stands = False

    def stand(self) -> None:
        """Begin to refuse."""
        self.stands = True
        sys.addaudithook(self.hear)

    def step_aside(self) -> None:
        """Let this process, the child of the one that stays guarded, read the solutions."""
        self.stands = False
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _NoSolutions)]

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Judge what Python is about to do."""
        if event == "open" and self.stands and isinstance(args[0], (str, bytes)):
            path = os.path.realpath(os.fsdecode(args[0]))
        else:
            path = ""
        if path.startswith(self.places):
            raise WithheldError(WITHHELD)
        if event in ("os.kill", "os.killpg") and args[0] in self.spared:
            raise PermissionError("a hand-in may end itself, and nobody else")


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


def _judge(
    exercises: dict[str, Exercise | PaperExercise], folder: Path, wanted: Sequence[str], name: str, answer: Any
) -> None:
    def note(name: str, **said: Any) -> None:
        # A kernel that was started anew writes after what the one before it wrote.
        free = (folder / f"{number:04d}.npz" for number in count())
        save_state(next(path for path in free if not path.exists()), {"id": name, **said})

    exercise = exercises.get(name)
    if exercise is None:
        raise UnknownExerciseError(f"There is no exercise {name!r} in this notebook. There are: {', '.join(wanted)}")
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
    # What is called here has no solution to look for among those who call it.
    bare = replace(exercise, **withheld()) if exercise.is_function else exercise
    del exercise
    exercises.clear()
    note(name, said="right", outcomes=as_state(observe(bare, checking.formed(bare, answer)).outcomes))


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


def withheld() -> dict[str, Any]:
    """What takes the place of an exercise's solution."""

    def solution(*args: Any, **options: Any) -> Any:
        raise WithheldError(WITHHELD)

    return {"solution": solution, "mistakes": (), "way": None, "also": None, "variants": None}


def _withhold(exercises: dict[str, Exercise | PaperExercise]) -> None:
    papers = {n: replace(e, solutions=(), mistakes=()) for n, e in exercises.items() if isinstance(e, PaperExercise)}
    hidden = {**withheld(), "inputs": None, "measure": len, "demands": ()}
    shown = {name: replace(e, **hidden) for name, e in exercises.items() if isinstance(e, Exercise)}

    def find_exercise(name: str) -> Exercise:
        if name not in shown:
            raise UnknownExerciseError(f"There is no exercise {name!r} in this notebook.")
        return shown[name]

    def exercises_of(notebook: str) -> tuple[Exercise, ...]:
        return tuple(exercise for name, exercise in shown.items() if name[:2] == notebook)

    bank.exercises_of.cache_clear()
    FINDERS[:] = [papers.get]
    vars(checking).update(find_exercise=find_exercise, find_paper=papers.get)
    vars(bank).update(find_exercise=find_exercise, exercises_of=exercises_of, all_exercises=lambda: [*shown.values()])
    for name in [name for name in sys.modules if name.startswith(SOLVED)]:
        del sys.modules[name]
        if hasattr(bank, name.rpartition(".")[2]):
            delattr(bank, name.rpartition(".")[2])
    sys.modules.pop(OWN, None)
    sys.meta_path.insert(0, _NoSolutions())


class _NoSolutions:
    """Refuses to import the modules that hold the solutions."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> None:
        if name.startswith(SOLVED):
            raise WithheldError(WITHHELD)


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
