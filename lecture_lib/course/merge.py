"""Reports of several machines, joined into one."""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from lecture_lib.course.report import (
    FIXED,
    Grade,
    ReportError,
    Student,
    absentee,
    harmless,
    refuse_unwritable,
    replace_table,
    row_of,
)

PART = re.compile(r"part (\d+)/(\d+)")
Row = dict[str, str]


def merge(reports: Sequence[Path], path: Path, roster: Sequence[Student] = (), keep: str | None = None) -> int:
    """Join reports of several machines into one; how many rows it has.

    A row that several reports have is taken once. Parts that are missing are named on the standard error.
    """
    if keep == "latest":
        raise ReportError(
            "--keep latest needs the hand-ins themselves, since reports hold no times: grade without --shards."
        )
    refuse_unwritable(path)
    rows: dict[tuple[str, str], Row] = {}
    columns: dict[str, None] = {}
    for report in reports:
        for row in _rows_of(report):
            key = (row["file"], row["file"] or row["student"])
            before = rows.get(key, row)
            # A report of other notebooks has other columns, which are empty in the rows of this one.
            if any(before.get(name, "") != row.get(name, "") for name in {*before, *row} - {"seconds"}):
                named = row["file"] or row["student"]
                raise ReportError(
                    f"{report} and another report have a row each for {named}, and these are not the same."
                )
            rows[key] = before | row
            columns |= dict.fromkeys(name for name in row if name not in FIXED)
    _miss_parts(reports)
    kept = [rows[key] for key in sorted(rows) if rows[key]["file"]]
    kept = _best(kept) if keep else kept
    there = {row["student"] for row in kept}
    absent = {row["student"]: row for row in rows.values() if not row["file"]}
    for student in roster:
        row = dict(zip(FIXED, row_of(absentee(student), ()), strict=True))
        absent[row["student"]] = row
    kept += [row for name, row in absent.items() if name not in there]
    names = [*FIXED, *sorted(columns)]
    replace_table(path, [names, *([row.get(name, "") for name in names] for row in kept)])
    return len(kept)


def grades_in(report: Path, roster: Sequence[Student] = ()) -> list[Grade]:
    """The grades that a report holds, of students as the roster spells them."""
    spelled = {harmless(student.name): student.name for student in roster}
    return [
        Grade(
            row["file"],
            row["notebook"],
            row["status"],
            results={name: result for name, result in row.items() if name not in FIXED and result},
            student=spelled.get(row["student"], row["student"]),
            totals=(float(row["points"]), float(row["of"])),
        )
        for row in _rows_of(report)
    ]


def _best(rows: Sequence[Row]) -> list[Row]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["student"] or f"\0{row['file']}", row["notebook"]].append(row)
    best = {key: max(group, key=lambda row: float(row["points"])) for key, group in groups.items()}
    return [
        row | {"note": "; ".join(filter(None, (row["note"], f"best of {len(groups[key])} hand-ins")))}
        if len(groups[key]) > 1
        else row
        for key, row in best.items()
    ]


def _miss_parts(reports: Sequence[Path]) -> None:
    found = [tuple(map(int, part.groups())) for report in reports if (part := PART.fullmatch(_header(report)[-1]))]
    for whole in sorted({whole for _, whole in found}):
        missing = sorted(set(range(1, whole + 1)) - {part for part, of in found if of == whole})
        if missing:
            named = ", ".join(f"{part}/{whole}" for part in missing)
            print(f"Parts are missing, and with them their hand-ins: {named}.", file=sys.stderr)


def _header(report: Path) -> list[str]:
    with report.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def _rows_of(report: Path) -> list[Row]:
    try:
        with report.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            if tuple(reader.fieldnames or ())[: len(FIXED)] != FIXED:
                raise ReportError(f"{report} is no report of grade; expected the columns {', '.join(FIXED)}.")
            rows = list(reader)
    except OSError as error:
        raise ReportError(f"{report} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReportError(f"{report} is no report of grade ({error}).") from None
    for number, row in enumerate(rows, 2):
        if "" in row or not re.fullmatch(r"[\d.]+", row["points"]) or not re.fullmatch(r"[\d.]+", row["of"]):
            raise ReportError(f"{report}, row {number} is none of a report: was it changed, or not written to the end?")
    return [{name: cell for name, cell in row.items() if not PART.fullmatch(name)} for row in rows]
