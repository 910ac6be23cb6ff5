"""Every check that CI runs, as one list."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PYTEST = ("pytest", "--quiet", "--maxprocesses=8")
NBVAL = (
    "--nbval",
    "--nbval-current-env",
    "--nbval-sanitize-with=tests/sanitize.cfg",
    "--nbval-cell-timeout=60",
    "--numprocesses=2",
    # One worker for each notebook: its cells share a kernel.
    "--dist=loadscope",
)


ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Workers and kernels run side by side; BLAS threads in each would wait for one another."""


@dataclass(frozen=True)
class Check:
    """One program of the check list.

    Attributes:
        name: what the table calls it.
        module: the Python module to run, with its arguments.
        shipped_data: whether LECTURE_LIB_DATA is hidden from it.
    """

    name: str
    module: tuple[str, ...]
    shipped_data: bool = False


def checks(root: Path) -> list[Check]:
    """List the checks of a checkout.

    Args:
        root: the checkout.

    Returns:
        The checks in the order in which they run; notebooks are compared when there are any.
    """
    listed = [
        Check("lint", ("ruff", "check", ".")),
        Check("format", ("ruff", "format", "--check", ".")),
        Check("types", ("mypy",)),
        Check("tests", (*PYTEST, "--numprocesses=auto")),
    ]
    if any((root / "notebooks").glob("*.ipynb")):
        # The stored outputs are those of the data that ship.
        listed.append(Check("notebooks", (*PYTEST, *NBVAL, "notebooks"), shipped_data=True))
    return listed


def run_checks(root: Path) -> bool:
    """Run every check of a checkout and print one table.

    Args:
        root: the checkout.

    Returns:
        True when all checks passed.
    """
    lines = []
    sound = True
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as settings:
        for check in checks(root):
            print(f"== {check.name}: {' '.join(check.module)}", flush=True)
            environment = os.environ | ONE_THREAD | {"IPYTHONDIR": settings}
            if check.shipped_data:
                environment.pop("LECTURE_LIB_DATA", None)
            begun = time.perf_counter()
            code = subprocess.call([sys.executable, "-m", *check.module], cwd=root, env=environment)
            sound = sound and code == 0
            verdict = "passed" if code == 0 else f"failed (exit code {code})"
            lines.append(f"{check.name:9}  {time.perf_counter() - begun:7.1f}  {verdict}")
    print("check      seconds  result", *lines, sep="\n")
    return sound
