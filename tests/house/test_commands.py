"""The commands of the course, and what they say to wrong use."""

import os
import subprocess
import sys


def lecture_lib_command(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lecture_lib", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_unknown_notebook_gets_one_line():
    run = lecture_lib_command("run", "99")
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert "99" in run.stderr or "There is no notebook" in run.stderr


def test_missing_extra_gets_one_line(tmp_path):
    (tmp_path / "ipykernel.py").write_text("raise ModuleNotFoundError('no', name='ipykernel')", encoding="utf-8")
    run = lecture_lib_command("run", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert run.returncode == 2
    assert run.stderr.startswith("This command needs ipykernel: python -m pip install -e '.[course]'")


def test_unknown_option_is_refused():
    run = lecture_lib_command("test", "--fast")
    assert run.returncode == 2
    assert "unknown arguments: --fast" in run.stderr
