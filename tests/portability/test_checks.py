"""The check list: one check alone, another processor, and what was skipped."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from lecture_lib.__main__ import main
from lecture_lib.course.authoring import processors
from lecture_lib.course.authoring import suite as checks
from lecture_lib.course.authoring.processors import PROCESSORS, processor_environment


@pytest.fixture
def house(monkeypatch, tmp_path):
    """Two checks that write their name and what they compute with."""
    for name in ("one", "two", "asked"):
        text = f"import os; print({name!r}, os.environ.get('OPENBLAS_CORETYPE'), os.environ['OPENBLAS_NUM_THREADS'])"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    listed = [checks.Check(name, (name,), always=name != "asked") for name in ("one", "two", "asked")]
    monkeypatch.setattr(checks, "checks", lambda root: listed)
    return tmp_path


def test_one_check_alone(house, capfd):
    assert checks.run_checks(house, ["two"])
    out = capfd.readouterr().out
    assert "two None 1" in out and "one None" not in out
    assert checks.run_checks(house, ["two", "asked"])
    out = capfd.readouterr().out
    assert "two None 1" in out and "asked None 1" in out


def test_what_must_be_asked_for_is_left_out(house, capfd):
    assert checks.run_checks(house)
    out = capfd.readouterr().out
    assert "one None 1" in out and "two None 1" in out and "asked None" not in out


def test_an_unknown_check_lists_the_names(house, capfd):
    assert main(["test", "--only", "three"]) == 2
    assert capfd.readouterr().err == "There is no check 'three'. There are: one, two, asked.\n"


def test_an_unknown_processor_lists_the_names(house, capfd):
    assert main(["test", "--only", "one", "--processor", "pdp11"]) == 2
    assert capfd.readouterr().err.startswith("There is no processor 'pdp11'. There are: native, threads, haswell")


def pretend(monkeypatch, machine, blas, found):
    config = {"Build Dependencies": {"blas": {"name": blas}}, "SIMD Extensions": {"found": found}}
    monkeypatch.setattr(processors.np, "show_config", lambda mode: config)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.delenv("NPY_DISABLE_CPU_FEATURES", raising=False)


@pytest.mark.parametrize(
    ("name", "found", "kernel", "off"),
    [
        ("haswell", ["X86_V3", "X86_V4", "AVX512_ICL"], "Haswell", "AVX512_ICL X86_V4"),
        ("sse", ["X86_V3", "X86_V4"], "Prescott", "X86_V3 X86_V4"),
        ("nehalem", ["SSE42", "AVX", "F16C", "FMA3", "AVX2", "AVX512F"], "Nehalem", "AVX AVX2 AVX512F F16C FMA3"),
        ("sandybridge", ["SSE42", "AVX", "AVX2", "FMA3"], "Sandybridge", "AVX2 FMA3"),
        ("prescott", ["SSE42", "AVX"], "Prescott", "AVX SSE42"),
        ("zen", [], "Zen", ""),
    ],
)
def test_kernels_are_chosen(monkeypatch, name, found, kernel, off):
    pretend(monkeypatch, "AMD64", "scipy-openblas", found)
    variables, remark = processor_environment(name)
    assert remark is None
    assert variables["OPENBLAS_CORETYPE"] == kernel
    assert variables["NPY_DISABLE_CPU_FEATURES"] == off
    assert "OPENBLAS_L2_SIZE" not in variables


@pytest.mark.parametrize(
    ("machine", "blas"), [("aarch64", "scipy-openblas"), ("arm64", "accelerate"), ("x86_64", "accelerate")]
)
def test_a_machine_that_cannot_says_so_and_goes_on(monkeypatch, house, capfd, machine, blas):
    pretend(monkeypatch, machine, blas, ["ASIMDHP"])
    assert main(["test", "--only", "one", "--processor", "sse"]) == 0
    first, *_ = capfd.readouterr().out.splitlines()
    assert first == f"Processor sse: NumPy computes with {blas} on {machine}; going on with its own kernels."
    assert processor_environment("threads") == ({"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}, None)


@pytest.mark.parametrize("name", PROCESSORS)
def test_numpy_starts_as_every_processor(name):
    variables, _ = processor_environment(name)
    show = "import numpy as np; print(np.show_config(mode='dicts')['SIMD Extensions'].get('found', []))"
    environment = os.environ | variables
    run = subprocess.run([sys.executable, "-c", show], env=environment, capture_output=True, text=True, check=True)
    hidden = variables.get("NPY_DISABLE_CPU_FEATURES", "").split()
    assert not any(repr(feature) in run.stdout for feature in hidden)
    assert np.show_config(mode="dicts")


def test_the_list_ends_with_what_was_skipped(monkeypatch, tmp_path, capfd):
    (tmp_path / "test_small.py").write_text(
        "import pytest\n"
        "needs = pytest.mark.skipif(True, reason='no Chromium is installed (Debian: apt install chromium)')\n"
        "@needs\ndef test_one(): pass\n@needs\ndef test_two(): pass\n"
        "def test_three(): pytest.skip('no real data')\n"
        "@pytest.mark.xfail\ndef test_four(): assert False\n"
        "def test_five(): pass\n",
        encoding="utf-8",
    )
    listed = [checks.Check("tests", ("pytest", "-q", "-p", "no:cacheprovider", "test_small.py"))]
    monkeypatch.setattr(checks, "checks", lambda root: listed)
    assert checks.run_checks(tmp_path)
    assert capfd.readouterr().out.splitlines()[-3:] == [
        "skipped  because",
        "      2  no Chromium is installed (Debian: apt install chromium)",
        "      1  no real data",
    ]
