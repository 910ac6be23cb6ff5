"""One hand-in, run in a process of its own: `python -m lecture_lib.course.hand_in ROOM`.

This process starts the kernel, listens to it, and compares the answers that were written down with the solutions. It
runs no code of the hand-in itself, and says what it found on its standard output.
"""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from lecture_lib.course.inside import STARTUP, from_state
from lecture_lib.course.kernels import ThisPython, kernel_environment
from lecture_lib.course.processes import adopt_orphans, kill_below
from lecture_lib.exercises import checking
from lecture_lib.exercises.bank import find_exercise
from lecture_lib.exercises.bank.paper import find_paper
from lecture_lib.exercises.exercise import Exercise
from lecture_lib.exercises.forms import formed
from lecture_lib.exercises.outcomes import outcomes
from lecture_lib.exercises.own import own_exercises
from lecture_lib.exercises.paper import PaperExercise, judge_paper
from lecture_lib.exercises.records import VARIABLE, solved_in
from lecture_lib.exercises.variants import varied
from lecture_lib.train.storage import load_state

FLOOD = 5_000_000
"""Characters of one cell's output after which nobody listens any more."""

LONGEST_ANSWER = 64 << 20
"""Bytes of an answer that was written down; an honest one has a few hundred."""

LONGEST_LINE, LONGEST_NUDGE = 300, 2000
GRACE = 3.0
START = 60.0
"""Seconds that a kernel may take to start, beside those of the notebook."""

JOB, ANSWERS, WORK = "job.json", "answers", "work"
RIGHT, NOT_DONE, MISSING, UNCONFIRMED = "right", "not done", "missing", "not confirmed"


class Stop(Exception):
    """The hand-in is not run any further."""


def main(room: Path) -> None:
    """Run and judge the hand-in in a room; print the status and, at the end, the results, a line of JSON each."""
    adopt_orphans()
    job = json.loads((room / JOB).read_text(encoding="utf-8"))
    if job["run"]:
        run = Run(room, job)
        try:
            status = run.all_cells(job["cells"])
        except Exception as error:
            status = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_LINE]
        finally:
            kill_below()
        print(json.dumps({"status": status}), flush=True)
        job["claimed"] = sorted(run.claimed)
    found, nudges = results(room, job)
    print(json.dumps({"results": found, "nudges": nudges}), flush=True)


class Run:
    """A kernel and what is heard of it."""

    def __init__(self, room: Path, job: dict[str, Any]) -> None:
        self.room = room
        self.end = float("inf")
        self.seconds, self.cell_seconds = job["seconds"], job["cell_seconds"]
        self.claim = re.compile(r"^([\w-]+): right\b", re.MULTILINE)
        self.claimed: set[str] = set()
        self.errors = self.stopped = 0
        self.own, self.wanted, self.code = job["own"], job["wanted"], job["code"]
        self.manager = KernelManager(kernel_spec_manager=ThisPython())
        self.client: BlockingKernelClient | None = None

    def start(self) -> None:
        """Start a fresh kernel."""
        startup = self.room / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True, exist_ok=True)
        begin = STARTUP.format(folder=str(self.room / ANSWERS), wanted=self.wanted, own=self.own, code=self.code)
        (startup / "00-begin.py").write_text(begin, encoding="utf-8")
        environment = kernel_environment(self.room / "ipython", shipped_data=True)
        environment |= {VARIABLE: str(self.room / "progress.json")}
        silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.manager = KernelManager(kernel_spec_manager=ThisPython())
        self.manager.start_kernel(cwd=str(self.room / WORK), env=environment, **silent)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=START)
        except RuntimeError:
            raise Stop("the kernel did not start") from None

    def all_cells(self, cells: Sequence[str]) -> str:
        """Run every cell; a cell that fails or takes too long does not stop the others."""
        try:
            self.start()
            # What counts is the time of the notebook, not that of a busy machine that starts a kernel.
            self.end = time.monotonic() + self.seconds
            for source in cells:
                self.cell(source)
        except Stop as stop:
            return str(stop)
        finally:
            if self.client is not None:
                self.client.stop_channels()
            if self.manager.has_kernel:
                self.manager.shutdown_kernel(now=True)
        said = []
        if self.stopped:
            said.append(f"{self.stopped} cell{'s' * (self.stopped > 1)} stopped after {self.cell_seconds:g} seconds")
        if self.errors:
            said.append(f"{self.errors} cell{'s' * (self.errors > 1)} with an error")
        return ", ".join(said) or "ok"

    @property
    def is_late(self) -> bool:
        """Whether the time of the whole notebook is over."""
        return time.monotonic() >= self.end

    def cell(self, source: str) -> None:
        """Run one cell, up to its limit."""
        assert self.client is not None
        message = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        limit = time.monotonic() + self.cell_seconds
        if self.listen(message, min(limit, self.end)):
            return
        if self.is_late:
            raise Stop(f"stopped after {self.seconds:g} seconds")
        self.stopped += 1
        self.manager.interrupt_kernel()
        if not self.listen(message, time.monotonic() + GRACE):
            # It does not heed the interrupt: the cells after it get a fresh kernel.
            self.client.stop_channels()
            self.manager.shutdown_kernel(now=True)
            self.start()

    def listen(self, message: str, until: float) -> bool:
        """Hear what a cell says until it is done; False when it is not done in time."""
        assert self.client is not None
        heard = 0
        while (left := until - time.monotonic()) > 0:
            try:
                said = self.client.get_iopub_msg(timeout=min(left, 0.5))
            except queue.Empty:
                if not self.manager.is_alive():
                    raise Stop("the kernel died") from None
                continue
            if said["parent_header"].get("msg_id") != message:
                continue
            kind, content = said["msg_type"], said["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return True
            if kind == "error":
                self.errors += content["ename"] not in ("WrongAnswer", "KeyboardInterrupt")
            elif kind == "stream":
                heard += len(content["text"])
                self.claimed.update(self.claim.findall(content["text"][:FLOOD]))
            else:
                heard += len(str(content)) // 10  # A picture or an animation may be larger than a text.
            if heard > FLOOD:
                raise Stop(f"a cell prints more than {FLOOD:,} characters")
        return False


def results(room: Path, job: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What became of each exercise: the answers that were written down, compared with the solutions here."""
    own = {e.id: e for e in own_exercises(Path(job["own"]))} if job["own"] else {}
    found: dict[str, str] = {}
    nudges: dict[str, str] = {}
    for state in _written_down(room / ANSWERS):
        name = str(state.get("id"))
        if name not in job["wanted"] or found.get(name) == RIGHT:
            continue
        if state.get("said") == "right":
            exercise = find_paper(name) or varied(own.get(name) or find_exercise(name), job["code"])
            found[name] = RIGHT if is_confirmed(exercise, state) else UNCONFIRMED
        elif state.get("said") == "wrong":
            found[name] = f"wrong: {state.get('mistake')}"[:LONGEST_LINE]
            nudges[name] = str(state.get("nudge"))[:LONGEST_NUDGE]
        else:
            found.setdefault(name, NOT_DONE)
    claimed = set(job["claimed"]) | solved_in(room / "progress.json")
    for name in job["wanted"]:
        if found.setdefault(name, MISSING) in (MISSING, NOT_DONE) and name in claimed:
            found[name] = UNCONFIRMED
    return found, {name: nudge for name, nudge in nudges.items() if found[name].startswith("wrong")}


def is_confirmed(exercise: Exercise | PaperExercise, state: dict[str, Any]) -> bool:
    """Whether the outcomes that were written down are those of the solution, or the derivation is a right one."""
    try:
        if isinstance(exercise, PaperExercise):
            return judge_paper(exercise, state["text"]).state == "right"
        given = from_state(state["outcomes"])
        return bool(checking.is_right(exercise, given, outcomes(exercise, formed(exercise, exercise.solution))))
    except Exception:  # what a hand-in wrote may be anything
        return False


def _written_down(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.npz"))[:10_000]:
        try:
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= LONGEST_ANSWER:
                state = load_state(path)
                if isinstance(state, dict):
                    yield state
        except (OSError, ValueError):
            continue


if __name__ == "__main__":
    main(Path(sys.argv[1]))
