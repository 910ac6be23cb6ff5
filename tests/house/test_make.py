"""The Makefile, on whole and on bare machines."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
needs_make = pytest.mark.skipif(
    shutil.which("make") is None or sys.platform == "win32", reason="there is no make on this system"
)


@needs_make
def test_make_help_lists_the_commands():
    run = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    for target in ("lab", "run", "site", "test", "bench", "notebooks", "clean"):
        assert f"make {target} " in run.stdout


@pytest.fixture
def bare_house(tmp_path):
    """A folder with the Makefile alone and a PATH that holds only what a test puts there."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cat", "rm", "test", "echo"):
        (tools / name).symlink_to(shutil.which(name))

    def make() -> subprocess.CompletedProcess[str]:
        command = [shutil.which("make"), "SHELL=" + shutil.which("sh"), "run"]
        return subprocess.run(command, cwd=tmp_path, env={"PATH": str(tools)}, capture_output=True, text=True)

    def python(name: str, body: str) -> None:
        script = tools / name
        script.write_text(f"#!{shutil.which('sh')}\n{body}\n", encoding="utf-8")
        script.chmod(0o755)

    make.python = python
    return make


def only_line(run: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error, make's own report of the failed target aside."""
    assert run.returncode != 0
    (line,) = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    return line


@needs_make
def test_missing_python_gets_one_line(bare_house):
    assert only_line(bare_house()) == (
        "python3 is missing or older than 3.11: install Python 3.11 or later "
        "(Debian, Ubuntu: apt install python3 python3-venv)."
    )


@needs_make
def test_old_python_gets_one_line(bare_house):
    # An older Python answers the question about its version with exit code 1.
    bare_house.python("python3", "exit 1")
    assert "older than 3.11" in only_line(bare_house())


@needs_make
def test_missing_venv_gets_one_line(bare_house):
    bare_house.python("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert only_line(bare_house()) == (
        "python3 has no venv module: install it (Debian, Ubuntu: apt install python3-venv), or install uv."
    )
