"""Every check that CI runs, as one list."""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lecture_lib.course.authoring.processors import processor_environment
from lecture_lib.course.errors import CourseError

PYTEST = ("pytest", "--quiet", "--maxprocesses=8")
NBVAL = (
    "--nbval",
    "--nbval-current-env",
    "--nbval-sanitize-with=tests/sanitize.cfg",
    # A cell takes a few seconds; a busy machine may take many times as long.
    "--nbval-cell-timeout=300",
    # Outputs are compared as what they are, numbers as numbers.
    "-p",
    "tests.portability.nbval_outputs",
    "--numprocesses=2",
    # One worker for each notebook: its cells share a kernel.
    "--dist=loadscope",
    "notebooks",
)


@dataclass(frozen=True)
class Check:
    """One program of the check list.

    Attributes:
        name: what the table calls it.
        module: the Python module to run, with its arguments.
        shipped_data: whether LECTURE_LIB_DATA is hidden from it.
        always: whether it runs without being asked for.
    """

    name: str
    module: tuple[str, ...]
    shipped_data: bool = False
    always: bool = True


def checks(root: Path) -> list[Check]:
    """List the checks of a checkout."""
    listed = [
        Check("lint", ("ruff", "check", ".")),
        Check("format", ("ruff", "format", "--check", ".")),
        Check("types", ("mypy",)),
        Check("tests", (*PYTEST, "--numprocesses=auto")),
    ]
    if any((root / "notebooks").glob("*.ipynb")):
        # The stored outputs are those of the data that ship.
        listed.append(Check("notebooks", (*PYTEST, *NBVAL), shipped_data=True))
        listed.append(Check("jitter", (*PYTEST, *NBVAL, "--jitter=1"), shipped_data=True, always=False))
    return listed


def run_checks(root: Path, only: Sequence[str] = (), processor: str = "native") -> bool:
    """Run checks of a checkout and print one table, and below it what pytest skipped and why."""
    listed = checks(root)
    names = [check.name for check in listed]
    for name in only:
        if name not in names:
            raise CourseError(f"There is no check {name!r}. There are: {', '.join(names)}.")
    chosen, remark = processor_environment(processor)
    if remark:
        print(remark, flush=True)
    lines, skipped, sound = [], Counter[str](), True
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as settings:
        for check in listed:
            if not (check.name in only if only else check.always):
                continue
            report = Path(settings, f"{check.name}.xml")
            module = (*check.module, f"--junit-xml={report}") if check.module[0] == "pytest" else check.module
            print(f"== {check.name}: {' '.join(check.module)}", flush=True)
            environment = os.environ | chosen | {"IPYTHONDIR": settings}
            if check.shipped_data:
                environment.pop("LECTURE_LIB_DATA", None)
            begun = time.perf_counter()
            code = subprocess.call([sys.executable, "-m", *module], cwd=root, env=environment)
            sound = sound and code == 0
            verdict = "passed" if code == 0 else f"failed (exit code {code})"
            lines.append(f"{check.name:9}  {time.perf_counter() - begun:7.1f}  {verdict}")
            skipped += skip_reasons(report)
    print("check      seconds  result", *lines, sep="\n")
    if skipped:
        print("skipped  because", *(f"{count:7}  {why}" for why, count in skipped.most_common()), sep="\n")
    return sound


def skip_reasons(report: Path) -> Counter[str]:
    """Count the skipped tests of a pytest run by the reasons that they give."""
    if not report.is_file():
        return Counter()
    found = ET.parse(report).iter("skipped")
    return Counter(skip.get("message", "") for skip in found if skip.get("type") == "pytest.skip")
