"""The list of checks, and what the sanitizer of the notebooks hides."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_checks_compare_notebooks_on_shipped_data(tmp_path):
    from lecture_lib.course.authoring.suite import checks

    assert "notebooks" not in [check.name for check in checks(tmp_path)]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00.ipynb").touch()
    (comparison,) = [check for check in checks(tmp_path) if check.name == "notebooks"]
    assert comparison.shipped_data
    assert "--nbval" in comparison.module
    assert "--dist=loadscope" in comparison.module


def test_run_checks_reports_the_failing_one(monkeypatch, tmp_path, capsys):
    from lecture_lib.course.authoring import suite

    (tmp_path / "good.py").write_text("import os; assert 'LECTURE_LIB_DATA' not in os.environ", encoding="utf-8")
    (tmp_path / "bad.py").write_text("raise SystemExit(3)", encoding="utf-8")
    listed = [suite.Check("first", ("good",), shipped_data=True), suite.Check("second", ("bad",))]
    monkeypatch.setattr(suite, "checks", lambda root: listed)
    monkeypatch.setenv("LECTURE_LIB_DATA", str(tmp_path))
    assert not suite.run_checks(tmp_path)
    first, second = capsys.readouterr().out.splitlines()[-2:]
    assert first.startswith("first") and first.endswith("passed")
    assert second.startswith("second") and second.endswith("failed (exit code 3)")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "epoch: 100%|##########| 6/6 [00:12<00:00,  1.93s/it] loss [0.25, 12:30]",
            "epoch: 100%|##########| 6/6 [time] loss [0.25, 12:30]",
        ),
        ("| chain rule | ✓ 3e-13 |", "| chain rule | ✓ |"),
        ("| chain rule | ✓≈ 3e-13 |", "| chain rule | ✓≈ |"),
        ("at 2 random points (worst error 3e-13).", "at 2 random points (worst error [rounding])."),
        ("16 lines, worst relative error 1.0e-12", "16 lines, worst relative error [rounding]"),
        ("✗ 3e-01, error 3e-13, worst error 3e-02", "✗ 3e-01, error 3e-13, worst error 3e-02"),
    ],
)
def test_sanitizer_hides_times_and_rounding_and_nothing_else(text, left):
    import configparser

    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "sanitize.cfg")
    for rule in rules.sections():
        text = re.sub(rules.get(rule, "regex"), rules.get(rule, "replace"), text)
    assert text == left
