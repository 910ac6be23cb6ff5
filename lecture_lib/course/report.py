"""Grades as tables: for a spreadsheet, for Moodle and Canvas, and joined from several machines."""

from __future__ import annotations

import codecs
import csv
import io
import math
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO

from lecture_lib.course.errors import CourseError

FIXED = ("file", "student", "notebook", "points", "of", "right", "exercises", "status", "note", "seconds")
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
INVISIBLE = " \xa0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
FORMATS = ("csv", "moodle", "canvas")
NAMES = ("full name", "student", "name", "participant")
FIRST_NAMES, LAST_NAMES = ("first name", "firstname"), ("last name", "surname", "lastname")
NO_STUDENTS = ("points possible", "student, test")
"""Lines of a Canvas export that are none of the class."""
PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)?", re.IGNORECASE)
"""What Windows takes for a device, and no name at all."""
LONGEST_NAME = 60
KEYS = ("sis login id", "username", "login", "email address", "email", "e-mail", "identifier", "id number", "id")


class ReportError(CourseError):
    """A file of a teacher's is not what it should be; the message names it."""


@dataclass
class Grade:
    """What the checks of one hand-in said.

    Attributes:
        file: the hand-in, relative to the folder that was graded.
        notebook: the course's notebook that it is a copy of, by its stem; "" when that cannot be told.
        status: "ok", or what kept it from running to its end.
        seconds: how long it took.
        results: exercise id → "right", "wrong: …", "not done", "missing" or "not confirmed".
        nudges: exercise id → the hint that belongs to what is wrong.
        note: what else there is to say, such as that the same was handed in elsewhere.
        student: whose it is, as the roster says.
        worth: exercise id → points, 1 each if nothing else is said.
        time: when it was handed in, in seconds.
        totals: points and their maximum, where a report says them; else they follow from the results.
    """

    file: str
    notebook: str = ""
    status: str = "ok"
    seconds: float = 0.0
    results: dict[str, str] = field(default_factory=dict)
    nudges: dict[str, str] = field(default_factory=dict)
    note: str = ""
    student: str = ""
    worth: Mapping[str, float] = field(default_factory=dict)
    time: float = 0.0
    totals: tuple[float, float] | None = None

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(result == "right" for result in self.results.values())

    @property
    def points(self) -> float:
        """What the right ones are worth."""
        if self.totals is not None:
            return self.totals[0]
        return sum(self.worth.get(name, 1.0) for name, result in self.results.items() if result == "right")

    @property
    def most(self) -> float:
        """What all exercises are worth."""
        if self.totals is not None:
            return self.totals[1]
        return sum(self.worth.get(name, 1.0) for name in self.results)


@dataclass(frozen=True)
class Student:
    """One line of a roster: a name, and all by which a hand-in may name the student, the surest first."""

    name: str
    row: Mapping[str, str]
    keys: tuple[str, ...]

    @property
    def code(self) -> str:
        """What the student's copies name their numbers by."""
        return sha256(self.keys[0].encode("utf-8", "surrogatepass")).hexdigest()[:8]

    @property
    def folder(self) -> str:
        """The name in letters that are allowed in a file's name on every system."""
        name = "".join(c if c in "-_" or _is_of_a_word(c) else " " for c in unicodedata.normalize("NFC", self.name))
        name = " ".join(name.split())[:LONGEST_NAME].strip()
        return f"{name} {self.code}".strip() if RESERVED.fullmatch(name) else name


def absentee(student: Student) -> Grade:
    """The row of a student of whom there is no hand-in."""
    return Grade("", student=student.name, status="not handed in")


class Table:
    """A CSV file that grows row by row beside its place, and takes that place when it is whole."""

    def __init__(self, path: Path, exercises: Sequence[str], part: tuple[int, int] = (1, 1)) -> None:
        self.path, self.exercises = path, list(exercises)
        self.rows = 0
        # The name of a last, empty column says which part of a class it is, so that `merge` misses the others.
        self.last = [] if part[1] == 1 else [f"part {part[0]}/{part[1]}"]
        self.partial = path.with_name(f"{path.name}.partial")
        refuse_unwritable(path)
        try:
            self.file: IO[str] = _opened(self.partial)
            self.writer = csv.writer(self.file)
            self._write([*FIXED, *self.exercises, *self.last])
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ReportError(f"{path} cannot be written ({reason}): name another report.") from None

    def add(self, grade: Grade) -> None:
        """Write one row, to the disk."""
        self._write(row_of(grade, self.exercises))
        self.rows += 1

    def discard(self) -> None:
        """Leave nothing behind: there is nothing to report."""
        self.file.close()
        self.partial.unlink(missing_ok=True)

    def finish(self, grades: Iterable[Grade]) -> None:
        """Replace the report by the rows in their order; a column without any result is left out."""
        listed = list(grades)
        used = {name for grade in listed for name in grade.results}
        names = [name for name in self.exercises if name in used]
        self.file.close()
        replace_table(self.path, [[*FIXED, *names, *self.last], *(row_of(grade, names) for grade in listed)])
        self.partial.unlink(missing_ok=True)

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.file.close()
        if kind is not None and not self.rows:
            self.discard()

    def _write(self, cells: Sequence[str]) -> None:
        self.writer.writerow(cells)
        self.file.flush()
        os.fsync(self.file.fileno())


def platform_table(report: Path, form: str) -> Path:
    """Where the table for a learning platform lies, beside the report."""
    return report.with_name(f"{report.stem}-{form}.csv")


def refuse_unwritable(path: Path) -> None:
    """Say before anything runs that a table cannot take its place."""
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise ReportError(f"{path} is no ordinary file: name another report.")
    if re.search(r"\.(ipynb|zip|py)$", path.name, re.IGNORECASE):
        raise ReportError(
            f"{path} would be a table with the name of a hand-in: name another report, such as grades.csv."
        )
    if path.exists() and not os.access(path, os.W_OK):
        raise ReportError(f"{path} cannot be written to: name another report.")


def replace_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table beside its place, and put it there when it is whole."""
    whole = path.with_name(f"{path.name}.new")
    with _opened(whole) as file:
        csv.writer(file).writerows(rows)
    try:
        whole.replace(path.resolve() if path.is_symlink() else path)
    except OSError as error:
        raise ReportError(f"{path} could not be replaced ({error.strerror}): the whole report is {whole}.") from None


def _opened(path: Path) -> IO[str]:
    # The mark at the beginning tells Excel that this is UTF-8; a name of no encoding must not stop the report.
    return path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")


def row_of(g: Grade, names: Sequence[str]) -> list[str]:
    """A grade as the cells of its row, with the results of the exercises that are named."""
    fixed = [g.file, g.student, g.notebook, f"{g.points:g}", f"{g.most:g}", str(g.right), str(len(g.results)), g.status]
    return [harmless(text) for text in (*fixed, g.note, f"{g.seconds:.1f}", *(g.results.get(n, "") for n in names))]


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("right")
    ("'=1+1", 'right')
    """
    text = text.replace("\n", " ")
    return f"'{text}" if text.lstrip(INVISIBLE).startswith(RISKY) else text


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table parted by commas, semicolons or tabs, the names of its columns in lower case."""
    text = _text(path)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"sep=(.)\s*", first)
    separator = told[1] if told else max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(rest if told else text, newline=""), delimiter=separator)
    try:
        rows = [
            {(k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str)}
            for row in reader
        ]
    except csv.Error as error:
        raise ReportError(f"{path}, line {reader.line_num + 1}: {error}; is it a table saved as CSV?") from None
    if not rows:
        raise ReportError(f"{path} holds no rows; expected a first line of column names and a line for each student.")
    return rows


def _text(path: Path) -> str:
    """The text of a file of a spreadsheet: in UTF-8, in UTF-16 with its mark, or as Western Windows writes."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from None
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252":
            print(
                f"{path} is not UTF-8: read as Windows-1252, as spreadsheets write in Western Europe.", file=sys.stderr
            )
        return text
    raise ReportError(f"{path} is in no encoding that can be told: save it again as CSV in UTF-8.")


def read_roster(path: Path) -> list[Student]:
    """The students of a class, from a table that Moodle or Canvas exports, or one made by hand."""
    found: list[tuple[str, list[str], dict[str, str]]] = []
    for row in read_rows(path):
        first = next((row[name] for name in FIRST_NAMES if row.get(name)), "")
        last = next((row[name] for name in LAST_NAMES if row.get(name)), "")
        name = next((row[name] for name in NAMES if row.get(name)), f"{first} {last}".strip())
        keys = [row[key] for key in KEYS if row.get(key)]
        if (name or keys) and name.lower() not in NO_STUDENTS:
            found.append((name or keys[0], keys, row))
    named = Counter(name for name, _, _ in found)
    known = Counter(simple(keys[0] if keys else name) for name, keys, _ in found)
    students = []
    for name, keys, row in found:
        shown = f"{name} ({keys[0]})" if named[name] > 1 and keys else name
        keys = keys + [key.removeprefix("Participant ") for key in keys if key.startswith("Participant ")]
        keys += [key.partition("@")[0] for key in keys if "@" in key]
        if "," in name:
            family, _, given = name.partition(",")
            keys.append(f"{given.strip()} {family.strip()}")
        keys += [name, " ".join(reversed(name.replace(",", " ").split()))]
        plain = [key for key in map(simple, keys) if key]
        if not plain or known[plain[0]] > 1:
            plain.insert(0, _exact(name))  # Only its accents or signs tell it from another one.
        students.append(Student(shown, row, tuple(dict.fromkeys(plain))))
    if not students:
        expected = ", ".join((*NAMES[:3], *KEYS[:3]))
        raise ReportError(f"{path} names nobody: expected a column such as {expected}.")
    return students


def folders_of(students: Sequence[Student]) -> dict[str, str]:
    """A folder for each student, by whose name the student is known again, and the code of the copies in it."""
    names = Counter(student.folder.casefold() for student in students)
    folders = {s.folder if names[s.folder.casefold()] == 1 else f"{s.folder} {s.keys[0]}": s.code for s in students}
    if len(set(folders.values())) < len(students):
        raise ReportError("Two students of the roster cannot be told apart: give each a name or an id of their own.")
    return folders


def simple(text: str) -> str:
    """A name without accents, case and punctuation, as platforms write it into file names.

    >>> simple("Núñez, Ana"), simple("nunezana")
    ('nunez ana', 'nunezana')
    """
    letters = unicodedata.normalize("NFKD", text).casefold().translate(PLAIN)
    kept = (c if _is_of_a_word(c) else " " for c in letters if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _exact(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _is_of_a_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def student_of(file: str, roster: Sequence[Student]) -> Student | None:
    """Whose hand-in it is: the student of whom a part of its path says most."""
    words = f" {simple(file)} "
    joined = set(words.split())
    best: list[tuple[list[int], Student]] = []
    for student in roster:
        fits = [
            len(key) for key in student.keys if f" {key} " in words or (" " in key and key.replace(" ", "") in joined)
        ]
        if fits:
            best.append((sorted(fits, reverse=True), student))
    most = max((lengths for lengths, _ in best), default=[])
    winners = [student for lengths, student in best if lengths == most]
    if len(winners) > 1:
        winners = [student for student in winners if _exact(student.name) in _exact(file)]
    return winners[0] if len(winners) == 1 else None


def read_points(path: Path, known: Iterable[str]) -> dict[str, float]:
    """What exercises are worth: an id and a number a line, parted by a comma, a tab, spaces or =; # begins a remark."""
    ids = set(known)
    points: dict[str, float] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        parts = [part for part in re.split(r"[\s,;:=\"]+", line.partition("#")[0].strip()) if part]
        if not parts or (number == 1 and not re.search(r"\d", line)):
            continue
        if len(parts) != 2 or not re.fullmatch(r"\d+(\.\d+)?", parts[1]) or math.isinf(float(parts[1])):
            raise ReportError(
                f"{path}, line {number}: {line!r}; expected an exercise and its points, such as 06-outer 2."
            )
        if parts[0] not in ids:
            raise ReportError(f"{path}, line {number}: these notebooks have no exercise {parts[0]!r}.")
        if parts[0] in points:
            raise ReportError(f"{path}, line {number}: {parts[0]} has its points already in a line above.")
        points[parts[0]] = float(parts[1])
    if not points:
        raise ReportError(f"{path} gives no points; expected an exercise and its points a line, such as 06-outer 2.")
    return points


def write_platform(grades: Sequence[Grade], roster: Sequence[Student], form: str, path: Path) -> None:
    """Write grades in the columns that Moodle or Canvas takes in, a line for each student of the roster.

    Moodle: Identifier, Full name, Email address, Grade, Maximum grade, Feedback comments (an offline grading
    worksheet). Canvas: Student, ID, SIS User ID, SIS Login ID, Section and a column for each notebook, whose second
    line holds the points possible.
    """
    notebooks = sorted({grade.notebook for grade in grades if grade.notebook})
    most = {name: max(g.most for g in grades if g.notebook == name) for name in notebooks}
    with _opened(path) as file:
        writer = csv.writer(file)
        if form == "canvas":
            columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
            writer.writerow([*columns, *notebooks])
            writer.writerow(["    Points Possible", "", "", "", "", *(f"{most[name]:g}" for name in notebooks)])
        else:
            columns = ["Identifier", "Full name", "Email address"]
            writer.writerow([*columns, "Grade", "Maximum grade", "Feedback comments"])
        for student in roster:
            own = {g.notebook: g for g in grades if g.notebook and g.student == student.name}
            start = [harmless(student.row.get(name.lower(), "")) for name in columns]
            place = columns.index("Student" if form == "canvas" else "Full name")
            start[place] = start[place] or harmless(student.name)
            if form == "canvas":
                writer.writerow([*start, *(f"{own[n].points:g}" if n in own else "" for n in notebooks)])
            else:
                total = f"{sum(g.points for g in own.values()):g}" if own else ""
                said = "; ".join(f"{n}: {g.points:g} of {g.most:g}" for n, g in sorted(own.items())) or "not handed in"
                writer.writerow([*start, total, f"{sum(most.values()):g}", said])
