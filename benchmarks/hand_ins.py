"""Grade a large class of made hand-ins, four good ones to each bad one, and say what it costs.

    python benchmarks/hand_ins.py [--bad 60] [--good 240] [--jobs N]

Every hand-in has cells of its own, so that each is run. The last line gives the wall time, the peak of the process that
grades and that of all processes together; a hand-in that did not end as its kind should is named, and then the exit
code is 1.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
import psutil

SHAPE = 'from lecture_lib.exercises import check\ncheck("03-shape", {})'
BIAS = 'import numpy as np\ncheck("03-bias", lambda W, b, x: {})'
RIGHT, RIGHT_BIAS = SHAPE.format("(3, 5)"), BIAS.format("np.eye(len(b))")
KILL = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
LEAVE = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(999)"], start_new_session=True)
"""
PATCH = """
import lecture_lib.exercises as e
e.check = lambda *answer: print("03-shape: right. Yes.")
e.check("03-shape", 0)
"""

BAD: dict[str, tuple[list[str] | bytes, str, str]] = {
    "endless": ([RIGHT, "while True: pass", RIGHT_BIAS], "2", "1 cell stopped after 10 seconds"),
    "deaf": (
        ["while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass", RIGHT],
        "1",
        "1 cell",
    ),
    "flood": ([RIGHT, "for _ in range(700): print('x' * 10_000)", RIGHT_BIAS], "1", "a cell prints more than"),
    "memory": ([RIGHT, "b = []\nwhile True: b.append(bytearray(1 << 28))", RIGHT_BIAS], "2", "1 cell "),
    "dead": ([RIGHT, "import os\nos._exit(1)", RIGHT_BIAS], "1", "the kernel died"),
    "killer": ([RIGHT, KILL, RIGHT_BIAS], "1", "it killed the process that ran it"),
    "children": ([LEAVE, RIGHT, RIGHT_BIAS], "2", "ok"),
    "orphans": ([RIGHT, LEAVE, KILL], "1", "it killed the process that ran it"),
    "syntax": ([RIGHT, "def (:", RIGHT_BIAS], "2", "1 cell with an error"),
    "patched": ([PATCH], "0", "ok"),
    "wrong": ([SHAPE.format("(5, 3)"), BIAS.format("b")], "0", "ok"),
    "input": ([RIGHT, "input()", RIGHT_BIAS], "2", "1 cell with an error"),
    "broken": (b"{", "0", "broken"),
    "deep": (b"[" * 200_000, "0", "deep"),
    "binary": (bytes(range(256)), "0", "binary"),
}
GOOD = ([RIGHT, RIGHT_BIAS], "2", "ok")


def notebook(sources: list[str], mark: str) -> bytes:
    """A notebook whose cells no other hand-in has."""
    cells = [nbformat.v4.new_code_cell(f"{source}\n# {mark}", id=f"c{k}") for k, source in enumerate(sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def write_class(folder: Path, bad: int, good: int) -> dict[str, tuple[str, str]]:
    """Write the hand-ins; what is expected of each: how many are right, and how the status begins."""
    kinds = list(BAD)
    chosen = [(kinds[k % len(kinds)], BAD[kinds[k % len(kinds)]]) for k in range(bad)] + [("good", GOOD)] * good
    expected = {}
    for number, (kind, (content, right, status)) in enumerate(chosen):
        name = f"{number:04d}/{kind}.ipynb"
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else notebook(content, name))
        expected[name] = (right, status)
    return expected


def watched(command: list[str]) -> tuple[float, float, float]:
    """Run a command; its wall time, its own peak, and the peak of all its processes together, in MB."""
    begun = time.perf_counter()
    process = psutil.Popen(command)
    alone = together = 0.0
    while process.poll() is None:
        sizes = []
        for part in [process, *process.children(recursive=True)]:
            try:
                sizes.append(part.memory_info().rss / 1e6)
            except psutil.Error:
                continue
        alone, together = max(alone, sizes[0] if sizes else 0.0), max(together, sum(sizes))
        time.sleep(0.5)
    return time.perf_counter() - begun, alone, together


def main() -> int:
    """Write a class, grade it, compare its report with what is expected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bad", type=int, default=60)
    parser.add_argument("--good", type=int, default=240)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder, course = Path(place) / "in", Path(place) / "course"
        course.mkdir()
        (course / "03_jacobians.ipynb").write_bytes(notebook([SHAPE.format("..."), BIAS.format("...")], "course"))
        expected = write_class(folder, options.bad, options.good)
        report = Path(place) / "grades.csv"
        command = [sys.executable, "-m", "lecture_lib", "grade", str(folder), "--folder", str(course)]
        command += ["--report", str(report), "--jobs", str(options.jobs), "--seconds", "60", "--cell-seconds", "10"]
        before = {p.pid for p in psutil.process_iter()}
        seconds, alone, together = watched(command)
        with report.open(encoding="utf-8-sig", newline="") as file:
            rows = {row["file"]: row for row in csv.DictReader(file)}
        left = [p for p in psutil.process_iter(["cmdline"]) if p.pid not in before and "time.sleep(999)" in str(p.info)]
    odd = [
        f"{name}: {rows[name]['right']} right, {rows[name]['status']}"
        for name, (right, status) in expected.items()
        if rows[name]["right"] != right or not rows[name]["status"].startswith(status)
    ]
    print("\n".join([*odd, *(f"left behind: {process.pid}" for process in left)]))
    print(len(rows), "rows:", dict(Counter(row["status"] for row in rows.values()).most_common()))
    print(f"{seconds:.0f} s with {options.jobs} jobs; peak {alone:.0f} MB to grade, {together:.0f} MB all together")
    return int(bool(odd or left) or len(rows) != len(expected))


if __name__ == "__main__":
    sys.exit(main())
