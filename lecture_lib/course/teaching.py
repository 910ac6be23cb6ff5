"""The teacher's commands: `handout` and `grade`."""

from __future__ import annotations

import argparse
import math
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lecture_lib.course.report import Grade, Student

Add = Callable[..., argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    """Describe the commands to the command line."""
    student = add("handout", _handout, "write a copy of the notebooks for students")
    student.add_argument("output", type=Path, metavar="folder", help="where the copies go; nothing is overwritten")
    student.add_argument("--without-solutions", dest="solutions", action="store_false", help="leave the solutions out")
    student.add_argument(
        "--no-links", dest="links", action="store_false", help="leave out the links to the public copy"
    )
    student.add_argument(
        "--seed-from",
        type=Path,
        metavar="roster.csv",
        help="a class: a folder for each student, with numbers of its own",
    )
    student.add_argument("--base-url", help="where the copies will lie on the web; their links lead there")
    returned = add("grade", _grade, "run the checks of returned notebooks; their code runs with your rights")
    returned.add_argument("returned", type=Path, nargs="+", metavar="folder",
                          help="the returned notebooks, also in zip archives; with --merge the reports")  # fmt: skip
    for command, option in ((student, "names"), (returned, "--names")):
        command.add_argument(option, nargs="*", default=[], help="beginnings of names, such as 05 06; none means all")
        command.add_argument("--folder", type=Path, help="folder of the notebooks that are set (the course's own)")
        command.add_argument("--exercises", type=Path, metavar="own.py", help="a module with exercises of your own")
    returned.add_argument("--report", type=Path, help="the CSV file to write (grades.csv in the first folder)")
    returned.add_argument("--seconds", type=positive(float), default=300, help="the time for one notebook (300)")
    returned.add_argument(
        "--cell-seconds", type=positive(float), help="the time for one cell; the cells after it still run"
    )
    returned.add_argument("--jobs", type=positive(int), help="how many notebooks run side by side (one a processor)")
    returned.add_argument("--points", type=Path, help="a file with an exercise and its points a line")
    returned.add_argument("--roster", type=Path, help="the class as a CSV file: who has not handed in gets a row too")
    returned.add_argument("--keep", choices=["best", "latest"], help="of several hand-ins of one student")
    returned.add_argument("--format", choices=["csv", "moodle", "canvas"], default="csv",
                          help="write a second table, in the columns that Moodle or Canvas takes in")  # fmt: skip
    returned.add_argument("--shards", type=_shard, default=(1, 1), metavar="k/n", help="grade the k-th of n parts")
    returned.add_argument("--merge", action="store_true", help="join reports of parts into the one of --report")


def _handout(options: argparse.Namespace) -> int:
    from lecture_lib.course.authoring.stamp import address
    from lecture_lib.course.execute import find_notebooks
    from lecture_lib.course.handout import handout
    from lecture_lib.course.report import read_roster

    found = find_notebooks(options.names, options.folder)
    links = {"links": options.links, "base_url": options.base_url, "address": address()}
    students = read_roster(options.seed_from) if options.seed_from else []
    for path in handout(found, options.output, options.solutions, own=options.exercises, students=students, **links):
        print(path)
    return 0


def _grade(options: argparse.Namespace) -> int:
    from lecture_lib.course.execute import find_notebooks
    from lecture_lib.course.grade import grade
    from lecture_lib.course.report import (
        ReportError,
        platform_table,
        read_points,
        read_roster,
        refuse_unwritable,
    )
    from lecture_lib.course.sets import exercises_of_all

    if options.merge:
        return _merge(options)
    if len(options.returned) > 1:
        raise ReportError(f"{len(options.returned)} folders; expected one (several reports go with --merge).")
    (folder,) = options.returned
    if options.format != "csv" and options.roster is None:
        raise ReportError(f"--format {options.format} needs --roster, the class as {options.format} exports it.")
    if not (folder.is_dir() or (folder.is_file() and folder.suffix.lower() == ".zip")):
        raise ReportError(f"{folder} is no folder with hand-ins, and no zip archive of them.")
    found = find_notebooks(options.names, options.folder)
    report = options.report or (folder.with_name("grades.csv") if folder.is_file() else folder / "grades.csv")
    refuse_unwritable(platform_table(report, options.format))
    worth = read_points(options.points, exercises_of_all(found)) if options.points else None
    roster = read_roster(options.roster) if options.roster else []
    ours = [path for path in (options.points, options.roster) if path]
    with _stopped_once():
        grades = grade(
            folder, found, report, options.seconds, options.jobs, options.cell_seconds, worth, roster, options.keep,
            options.shards, options.exercises, ours,
        )  # fmt: skip
    _for_platform(grades, roster, options.format, report)
    print(f"{len(grades)} notebooks graded, {sum(g.status != 'ok' for g in grades)} with trouble: {report}")
    return 0


def _merge(options: argparse.Namespace) -> int:
    from lecture_lib.course.feedback import feedback_folder, write_summary
    from lecture_lib.course.merge import grades_in, merge
    from lecture_lib.course.report import ReportError, platform_table, read_roster, refuse_unwritable

    if options.report is None:
        raise ReportError("--merge needs --report, the name of the joined report.")
    for name in ("names", "folder", "exercises", "points"):
        if getattr(options, name):
            raise ReportError(f"--{name} belongs to the run that grades: --merge joins what is graded.")
    if options.roster is None and (options.keep or options.format != "csv"):
        raise ReportError("--keep and --format need --roster, the class list, also with --merge.")
    roster = read_roster(options.roster) if options.roster else []
    pages = feedback_folder(options.report)
    refuse_unwritable(platform_table(options.report, options.format))
    print(f"{merge(options.returned, options.report, roster, options.keep)} rows: {options.report}")
    grades = grades_in(options.report, roster)
    pages.mkdir(exist_ok=True)
    write_summary(grades, pages)
    _for_platform(grades, roster, options.format, options.report)
    return 0


def _for_platform(grades: Sequence[Grade], roster: Sequence[Student], form: str, report: Path) -> None:
    """Write the table that a learning platform takes in, if one was asked for."""
    from lecture_lib.course.report import platform_table, write_platform

    if form != "csv":
        table = platform_table(report, form)
        write_platform(grades, roster, form, table)
        print(f"for {form.capitalize()}: {table}")


@contextmanager
def _stopped_once() -> Iterator[None]:
    """Ctrl-C, the end of a batch job and a terminal that closes all stop it as Ctrl-C does; a second one waits."""
    signals = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def stop(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """What turns a word of the command line into a positive, finite number."""

    def read(word: str) -> float:
        number = kind(word)
        if not 0 < number < math.inf:
            raise argparse.ArgumentTypeError(f"{word} is not a positive number")
        return number

    read.__name__ = kind.__name__  # argparse names it where the word is no number at all.
    return read


def _shard(word: str) -> tuple[int, int]:
    part, slash, whole = word.partition("/")
    if not (slash and part.isdecimal() and whole.isdecimal() and 1 <= int(part) <= int(whole)):
        raise argparse.ArgumentTypeError(f"{word!r} is not of the form k/n, such as 3/8")
    return int(part), int(whole)
