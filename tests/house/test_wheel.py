"""The wheel: what it carries, and what it finds where it is installed."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import lecture_lib

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_import_costs_numpy_and_nothing_else():
    program = (
        "import sys; import numpy; before = set(sys.modules); import lecture_lib; "
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    foreign = set(json.loads(output.replace("'", '"'))) - sys.stdlib_module_names - {"lecture_lib", "numpy"}
    assert not foreign


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without isolation, so without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_carries_data_and_notebooks(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for notebook in NOTEBOOKS:
        assert f"lecture_lib/shipped/notebooks/{notebook.name}" in names
    shipped = [path for path in (ROOT / "data").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in shipped:
        inside = path.relative_to(ROOT / "data")
        assert (f"lecture_lib/shipped/data/{inside.as_posix()}" in names) == (inside.parts[0] != "build"), inside
    assert "lecture_lib/py.typed" in names
    assert {name.split("/")[0] for name in names} == {
        "lecture_lib",
        f"lecture_lib-{lecture_lib.__version__}.dist-info",
    }


def test_wheel_finds_its_folders(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = next(path for path in scripts.iterdir() if path.stem == "python")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            wheel,
        ],
        check=True,
    )
    # NumPy comes from the environment of the tests, its editable lecture_lib does not: no .pth reads another.
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    Path(where.stdout.strip(), "numpy.pth").write_text(sysconfig.get_path("platlib"), encoding="utf-8")
    program = (
        "from lecture_lib.places import checkout, data_folder, notebooks_folder; "
        "print(checkout()); print(data_folder()); print(notebooks_folder())"
    )
    run = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path)
    root, data, notebooks = run.stdout.splitlines()
    assert root == "None"
    for folder, name in ((Path(data), "data"), (Path(notebooks), "notebooks")):
        assert folder.is_relative_to(tmp_path)
        assert folder.parts[-2:] == ("shipped", name)
        assert folder.is_dir()


def test_places_without_folders_say_what_is_missing(monkeypatch, tmp_path):
    from lecture_lib import places

    monkeypatch.setattr(places, "PACKAGE", tmp_path / "lecture_lib")
    with pytest.raises(FileNotFoundError, match=r"folder data/ of the course is missing"):
        places.data_folder()
