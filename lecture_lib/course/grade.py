"""Run the checks of returned notebooks, each in a session of its own, and list what was solved."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lecture_lib.course.errors import CourseError
from lecture_lib.course.execute import read_notebook, runs
from lecture_lib.course.feedback import feedback_folder, write_page, write_summary
from lecture_lib.course.hand_in import ANSWERS, GRACE, JOB, MISSING, START, WORK
from lecture_lib.course.opened import open_notebook
from lecture_lib.course.processes import adopt_orphans, run_alone, stop_all
from lecture_lib.course.report import FORMATS, Grade, ReportError, Student, Table, absentee, platform_table, student_of
from lecture_lib.course.returned import Returned, returned
from lecture_lib.course.sets import exercises_in, original_of, own_of, variant_in
from lecture_lib.exercises.bank import exercise_ids, notebooks


def grade(
    folder: Path,
    originals: Sequence[Path],
    report: Path,
    seconds: float = 300.0,
    jobs: int | None = None,
    cell_seconds: float | None = None,
    worth: Mapping[str, float] | None = None,
    roster: Sequence[Student] = (),
    keep: str | None = None,
    shard: tuple[int, int] = (1, 1),
    own: Path | None = None,
    without: Iterable[Path] = (),
) -> list[Grade]:
    """Grade everything that was handed in below a folder, several at a time, and write a row for each into a CSV file.

    A hand-in that is broken, endless, floods its output, kills its parent or leaves processes behind costs its own row
    only. Each row is written to a file beside the report as soon as it is known; the report itself is replaced at the
    end. Beside it comes a folder with a page of feedback for each hand-in and a summary without names. The programs in
    the notebooks run with the rights of whoever calls this. The files of `without` are the teacher's own.
    """
    if keep is not None and not roster:
        raise ReportError(
            f"--keep {keep} needs --roster: without a class list nobody knows which hand-ins are one student's."
        )
    exercises = {path.stem: exercises_in(read_notebook(path)) for path in originals}
    _refuse_unknown(exercises, own)
    pages = feedback_folder(report)
    table_files = {report.with_name(report.name + ending) for ending in ("", ".partial", ".new")}
    table_files |= {platform_table(report, form) for form in FORMATS}
    columns = [name for stem in sorted(exercises) for name in exercises[stem]]
    limits = {"seconds": seconds, "cell_seconds": cell_seconds or seconds, "own": str(own.resolve()) if own else None}
    with (
        Table(report, list(dict.fromkeys(columns)), shard) as table,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True, prefix="grade-") as place,
    ):
        items = returned(folder, frozenset({*table_files, pages, *without, *([own] if own else [])}))
        found = [_read(item, Path(place) / f"{k:05d}", exercises) for k, item in enumerate(items)]
        if not found:
            table.discard()
            raise FileNotFoundError(f"There is no notebook below {folder}.")
        with_variants = any(item.code for item in found)
        found = [item for item in found if int(item.key[:12], 16) % shard[1] == shard[0] - 1]
        for item in found:
            owner = student_of(item.name, roster)
            note = _whose_numbers(item, owner, roster) if with_variants else ""
            item.grade = replace(item.grade, worth=worth or {}, student=owner.name if owner else "", note=note)
        ordered = _kept(_graded(found, table, jobs, exercises, limits), keep)
        ordered += _absent(ordered, roster if shard[1] == 1 else ())
        table.finish(ordered)
    pages.mkdir(exist_ok=True)
    for result in ordered:
        if result.results:
            write_page(result, pages)
    write_summary(ordered, pages)
    return ordered


def _refuse_unknown(exercises: Mapping[str, list[str]], own: Path | None) -> None:
    """Say before anything runs which exercise of the notebooks that are set nobody can check."""
    known = {name for notebook in notebooks() for name in exercise_ids(notebook)}
    known |= {exercise.id for exercise in own_of(own)} if own is not None else set()
    for stem, names in exercises.items():
        if unknown := [name for name in names if name not in known]:
            where = f"{own} does not hold it" if own is not None else "name your module with --exercises"
            raise ReportError(f"{stem}.ipynb checks {unknown[0]}, which is no exercise of the course: {where}.")


def _graded(
    found: Sequence[_HandIn],
    table: Table,
    jobs: int | None,
    exercises: Mapping[str, list[str]],
    limits: Mapping[str, object],
) -> list[Grade]:
    """Run what can be run, several at a time; what has the same cells as another one is run once."""
    first = {item.key: item for item in reversed(found)}
    done = {item: item.grade for item in found if not item.is_ready}
    for early in done.values():
        table.add(early)
    run = [item for item in found if item.is_ready and first[item.key] is item]
    adopt_orphans()
    with (
        ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool,
        tqdm(total=len(run), unit="notebook", mininterval=0.5) as bar,
    ):
        running = {pool.submit(item.run, exercises, limits): item for item in run}
        try:
            for result in as_completed(running):
                done[running[result]] = result.result()
                table.add(result.result())
                bar.update()
        except BaseException:
            stop_all()
            pool.shutdown(wait=False, cancel_futures=True)
            told = f"\nStopped: the rows until now are in {table.partial}; {table.path} is as it was."
            print(told, file=sys.stderr)
            raise
    return [done[item] if item in done else item.copy_of(done[first[item.key]]) for item in found]


class _HandIn:
    """One hand-in on its way: what it holds, and a room to run in."""

    def __init__(self, item: Returned, room: Path) -> None:
        self.name, self.room = item.name, room
        self.grade = Grade(item.name, status=item.problem or "ok", time=item.time)
        self.key = item.key
        self.is_ready = False
        self.cells: list[str] = []
        self.code = ""

    def run(self, exercises: Mapping[str, list[str]], limits: Mapping[str, object]) -> Grade:
        """Run it in a process of its own; whatever goes wrong becomes its status, and what it wrote is removed."""
        try:
            return self._run(exercises, limits)
        except Exception as error:  # such as a disk that it filled
            self.grade.status = " ".join(f"it could not be run ({error})".split())
            return self.grade
        finally:
            shutil.rmtree(self.room, ignore_errors=True)

    def _run(self, exercises: Mapping[str, list[str]], limits: Mapping[str, object]) -> Grade:
        begun = time.perf_counter()
        result = self.grade
        wanted = exercises[result.notebook]
        result.results = dict.fromkeys(wanted, MISSING)
        for inner in (ANSWERS, WORK):
            (self.room / inner).mkdir(parents=True)
        job = {**limits, "wanted": wanted, "cells": self.cells, "code": self.code, "claimed": [], "run": True}
        said, code = self._process(job, float(str(limits["seconds"])) + 2 * START + 2 * GRACE)
        result.status = said.get("status") or (
            "it killed the process that ran it" if code < 0 else f"it could not be run (code {code})"
        )
        if "results" not in said:
            # What was written down before is compared all the same, in a process that the hand-in never touched.
            said |= self._process(job | {"run": False}, START)[0]
        result.results |= said.get("results", {})
        result.nudges = said.get("nudges", {})
        result.seconds = time.perf_counter() - begun
        return result

    def _process(self, job: Mapping[str, object], seconds: float) -> tuple[dict[str, Any], int]:
        (self.room / JOB).write_text(json.dumps(job), encoding="utf-8")
        command = [sys.executable, "-m", "lecture_lib.course.hand_in", str(self.room)]
        text, code = run_alone(command, seconds, dict(os.environ))
        said: dict[str, Any] = {}
        for line in text.splitlines():
            try:
                said |= json.loads(line)
            except (ValueError, TypeError):
                continue
        return said, code

    def copy_of(self, other: Grade) -> Grade:
        """The grade of a hand-in with the same cells."""
        own = self.grade
        note = _joined(own.note, f"the same cells as {other.file}")
        return replace(other, file=self.name, student=own.student, note=note, seconds=0.0, time=own.time)


def _read(item: Returned, room: Path, exercises: Mapping[str, list[str]]) -> _HandIn:
    """Read one hand-in, find out which notebook it is, and lay it into a room."""
    hand_in = _HandIn(item, room)
    if item.problem:
        return hand_in
    base = re.split(r"[/!]", item.name)[-1]
    try:
        notebook = open_notebook(item.content, base)
    except CourseError as error:
        hand_in.grade.status = str(error)
        return hand_in
    hand_in.grade.notebook = original_of(Path(base), notebook, exercises)
    if not hand_in.grade.notebook:
        hand_in.grade.status = "which notebook is this? None of its cells checks an exercise of these notebooks"
        return hand_in
    hand_in.cells = [cell.source for cell in notebook.cells if runs(cell)]
    hand_in.code = variant_in(hand_in.cells)
    hand_in.key = sha256("\0".join(hand_in.cells).encode("utf-8", "surrogatepass")).hexdigest()
    hand_in.is_ready = True
    return hand_in


def _whose_numbers(item: _HandIn, owner: Student | None, roster: Sequence[Student]) -> str:
    """What is to be said of the copy that a hand-in was made in, in a class whose copies have their own numbers."""
    if not item.is_ready or (owner is not None and item.code == owner.code):
        return ""
    if not item.code:
        return "without the line variant(...) of its copy: the numbers of the course"
    other = next((student.name for student in roster if student.code == item.code), "")
    if not roster or (owner is None and other):
        return ""
    return f"the numbers of the copy of {other}" if other else "the numbers of a copy of nobody in the roster"


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _kept(grades: Sequence[Grade], keep: str | None) -> list[Grade]:
    """Of several hand-ins of one student for one notebook the best or the latest; the others are noted there."""
    if keep is None:
        return list(grades)
    groups: dict[tuple[str, str], list[Grade]] = defaultdict(list)
    for g in grades:
        groups[(g.student or f"\0{g.file}", g.notebook)].append(g)
    chosen = []
    for group in groups.values():
        best = max(group, key=lambda g: (g.time, g.points) if keep == "latest" else (g.points, g.time))
        others = len(group) - 1
        note = f"{keep} of {len(group)} hand-ins" if others else ""
        chosen.append(replace(best, note=_joined(best.note, note)))
    return sorted(chosen, key=lambda g: g.file)


def _absent(grades: Sequence[Grade], roster: Iterable[Student]) -> list[Grade]:
    """A row for each student of whom there is no hand-in."""
    there = {g.student for g in grades}
    return [absentee(s) for s in roster if s.name not in there]
