"""The package as others get it: what it declares, the wheel without its extras, the lab's copies, any console."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import lecture_lib
from lecture_lib.course.authoring.stamp import address, links, requirement
from lecture_lib.course.copies import RECORD, lay_out, set_aside, unspoiled
from lecture_lib.exercises.bank import all_exercises
from lecture_lib.exercises.failing_networks import CASES as FAILING
from lecture_lib.exercises.gates import GATES

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTRAS = PROJECT["optional-dependencies"]


def distributions(extra: str) -> set[str]:
    """What an extra brings by name, those that it takes over from another included."""
    found = set()
    for line in EXTRAS[extra]:
        name = re.match(r"[\w-]+(\[\w+\])?", line).group().lower()
        found |= distributions(name[12:-1]) if name.startswith("lecture_lib[") else {name.replace("_", "-")}
    return found


def imported(*files: Path) -> dict[str, str]:
    """Every foreign top-level module that files import, anywhere in them, and one of the files."""
    found = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            found |= {name.partition(".")[0]: path.name for name in names}
    # Modules that lie beside a test or a build script are imported by their own names.
    beside = {name for path in files for name in (path.stem, *path.relative_to(ROOT).parts[:-1])}
    beside |= {"lint_corpus", "lecture_lib", "run"}
    return {name: path for name, path in found.items() if name not in sys.stdlib_module_names | beside}


LIBRARY = [path for path in (ROOT / "lecture_lib").rglob("*.py") if "course" not in path.parts]
COURSE = list((ROOT / "lecture_lib" / "course").rglob("*.py"))
PEERS = {"torch", "jax"}
"""What tests and benchmarks compare with where it is installed, and nobody has to install."""


@pytest.mark.parametrize(
    ("files", "extras"),
    [
        (LIBRARY, ("notebooks",)),
        (COURSE, ("course",)),
        (list((ROOT / "tests").rglob("*.py")), ("course", "test")),
        (list((ROOT / "benchmarks").rglob("*.py")), ("bench",)),
        (list((ROOT / "data" / "build").rglob("*.py")), ("test",)),
        ([ROOT / "hatch_build.py"], ("test",)),
    ],
    ids=["library", "course", "tests", "benchmarks", "build", "wheel"],
)
def test_every_import_is_declared(files, extras):
    """What comes along with another package today may stay away tomorrow."""
    declared = {"numpy"}.union(*(distributions(extra) for extra in extras))
    names = packages_distributions()
    undeclared = {
        module: path
        for module, path in imported(*files).items()
        if module not in PEERS
        and not declared & {name.lower().replace("_", "-") for name in [module, *names.get(module, [])]}
    }
    assert not undeclared


def test_the_library_names_what_it_needs(tmp_path):
    """From a wheel with NumPy alone: every package but show is imported, data are listed, and show names its extra."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    (sdist,) = tmp_path.glob("*.tar.gz")
    whole_sdist(sdist)
    python = numpy_and(wheel, tmp_path / "venv")
    program = (
        "from importlib import import_module\n"
        "for name in ('autograd', 'data', 'exercises', 'graph', 'matcalc', 'ner', 'train'):\n"
        "    import_module(f'lecture_lib.{name}')\n"
        "from lecture_lib import data\n"
        "data.available()\n"
        "try:\n    data.fetch('rt-polarity')\nexcept OSError as error:\n    print(error)\n"
        "try:\n    import lecture_lib.show\nexcept ImportError as error:\n    print(error)\n"
    )
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "LECTURE_LIB_CACHE")}
    run = subprocess.run([python, "-c", program], capture_output=True, encoding="utf-8", cwd=tmp_path, env=env)
    assert run.returncode == 0, run.stderr
    *_, missing, fetching, show = run.stdout.splitlines()
    hint = "python -m pip install 'lecture_lib[notebooks]'"
    assert missing == f"data.fetch needs the package pooch: {hint}"
    assert fetching == f"fetching needs the package pooch: {hint}"
    assert show == f"lecture_lib.show needs matplotlib, which is not installed: {hint}"
    commands = {
        "lab": "needs jupyterlab", "run": "needs nbformat", "site": "needs nbformat", "handout x": "needs nbformat",
        "grade x": "needs nbformat", "notebooks": "course's repository", "test": "course's repository",
        "lite": "course's repository", "stamp": "course's repository",
    }  # fmt: skip
    for command, words in commands.items():
        run = subprocess.run(
            [python, "-m", "lecture_lib", *command.split()],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=env,
        )
        assert run.returncode == 2, command
        (line,) = run.stderr.splitlines()
        assert words in line and ("repository" in line or "'lecture_lib[course]'" in line), line


def numpy_and(wheel: Path, folder: Path) -> Path:
    """The Python of a new environment that has a wheel and the NumPy of this one, and nothing else."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = next(
        path for path in (folder / ("Scripts" if os.name == "nt" else "bin")).iterdir() if path.stem == "python"
    )
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    for name in Path(sysconfig.get_path("platlib")).glob("numpy*"):
        Path(site, name.name).symlink_to(name)
    return python


def whole_sdist(sdist: Path) -> None:
    """What is published is what the repository holds, so that its own tests pass in it."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for part in ("tests/conftest.py", ".github/score.svg", ".ci/run", "data/build/vectors.py", "hatch_build.py"):
        assert part in names


def test_commands_and_version():
    assert PROJECT["scripts"] == {"lecture-lib": "lecture_lib.__main__:main"}
    run = subprocess.run([sys.executable, "-m", "lecture_lib", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"lecture_lib {lecture_lib.__version__}"


@pytest.mark.parametrize(
    "arguments", [("grade", ".", "--jobs", "-1"), ("run", "--cell-timeout", "nan"), ("grade", ".", "--seconds", "0")]
)
def test_numbers_that_make_no_sense_are_refused(arguments):
    run = subprocess.run([sys.executable, "-m", "lecture_lib", *arguments], capture_output=True, text=True)
    assert run.returncode == 2
    assert "is not a positive number" in run.stderr.splitlines()[-1]


def test_a_folder_that_cannot_be_written_costs_a_line(tmp_path):
    (tmp_path / "file").touch()
    run = subprocess.run(
        [sys.executable, "-m", "lecture_lib", "run", "00", "--output", str(tmp_path / "file" / "pages")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert str(tmp_path / "file") in line


# The address of the course


def test_the_address_stands_in_one_place():
    source = PROJECT["urls"]["Source"]
    assert address() == source
    assert requirement() == f'"lecture_lib[notebooks] @ git+{source}@main"'
    assert links("00_start_here.ipynb")["Source"] == f"{source}/blob/main/notebooks/00_start_here.ipynb"
    for path in (ROOT / "lecture_lib").rglob("*.py"):
        assert source.partition("://")[2] not in path.read_text(encoding="utf-8"), path
    assert set(re.findall(r"https://github\.com/(?!YOU/)[\w-]+/[\w-]+", README)) == {source}


def test_pypis_readme_has_no_relative_link():
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    text = ProjectMetadata(str(ROOT), PluginManager()).core.readme
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert targets and all(target.startswith("https://") for target in targets)
    for target in targets:
        if found := re.match(rf"{re.escape(address())}/(?:blob|raw)/main/(.+)", target):
            assert (ROOT / found[1]).exists(), target


def test_codespaces_and_binder_install_extras_that_exist():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    for text in (container["postCreateCommand"], (ROOT / "environment.yml").read_text(encoding="utf-8")):
        (extras,) = re.findall(r"\.\[([\w,]+)\]", text)
        assert set(extras.split(",")) <= set(EXTRAS)
        assert "-c constraints.txt" in text


# The reader's copies


def test_copies_are_made_once_and_never_lost(tmp_path):
    folder = tmp_path / "mine"
    assert lay_out({"00.ipynb": b"a", "01.ipynb": b"b", "02.ipynb": b"c"}, folder) == [
        f"Copied to {folder}: 00.ipynb, 01.ipynb, 02.ipynb."
    ]
    (folder / "01.ipynb").write_bytes(b"my work")
    assert lay_out({"00.ipynb": b"a", "01.ipynb": b"b", "02.ipynb": b"c"}, folder) == []
    renewed, beside = lay_out({"00.ipynb": b"a", "01.ipynb": b"B", "02.ipynb": b"C"}, folder)
    assert "02.ipynb" in renewed and "01_new.ipynb" in beside
    found = {path.name: path.read_bytes() for path in folder.glob("*.ipynb")}
    assert found == {"00.ipynb": b"a", "01.ipynb": b"my work", "01_new.ipynb": b"B", "02.ipynb": b"C"}
    assert lay_out({"00.ipynb": b"a", "01.ipynb": b"B", "02.ipynb": b"C"}, folder) == []
    lay_out({"01.ipynb": b"third"}, folder)
    assert (folder / "01_new2.ipynb").read_bytes() == b"third" and (folder / "01_new.ipynb").read_bytes() == b"B"


@pytest.mark.parametrize("record", [b"", b"[]", b"{", b'{"00.ipynb": 3}', b"\xff"])
def test_a_damaged_record_loses_nothing(tmp_path, record):
    lay_out({"00.ipynb": b"a"}, tmp_path)
    (tmp_path / "00.ipynb").write_bytes(b"my work")
    (tmp_path / RECORD).write_bytes(record)
    lay_out({"00.ipynb": b"b"}, tmp_path)
    assert (tmp_path / "00.ipynb").read_bytes() == b"my work"


def test_starting_anew_keeps_what_was(tmp_path):
    assert set_aside(tmp_path / "mine") is None
    for number in (1, 2):
        lay_out({"00.ipynb": b"a"}, tmp_path / "mine")
        assert set_aside(tmp_path / "mine") == tmp_path / f"mine-before-{number}"


def test_the_lab_opens_copies_and_never_the_package(tmp_path, monkeypatch, capsys):
    from lecture_lib.course import lab

    opened = []
    monkeypatch.setattr(lab.LabApp, "launch_instance", lambda argv: opened.append(argv[0]))
    monkeypatch.setattr(lab, "checkout", lambda: None)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("MPLBACKEND", "svg")
    lab.lab()
    lab.lab(folder=tmp_path / "elsewhere")
    mine = tmp_path / lab.HOME_FOLDER
    assert opened == [f"--ServerApp.root_dir={mine}", f"--ServerApp.root_dir={tmp_path / 'elsewhere'}"]
    assert "MPLBACKEND" not in os.environ
    assert len(list(mine.glob("*.ipynb"))) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    (mine / lab.FIRST).write_text("my work", encoding="utf-8")
    lab.lab(fresh=True)
    assert (tmp_path / f"{lab.HOME_FOLDER}-before-1" / lab.FIRST).read_text(encoding="utf-8") == "my work"
    assert (mine / lab.FIRST).read_bytes() == unspoiled((ROOT / "notebooks" / lab.FIRST).read_bytes())
    with pytest.raises(ValueError, match="the course's own notebooks"):
        lab.lab(folder=ROOT / "notebooks")


def test_no_copy_shows_what_it_asks_for():
    """Between a Predict and the next prose no cell of a copy has an output; everything else is as it is stored."""
    asked_for = 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        stored = json.loads(path.read_text(encoding="utf-8"))["cells"]
        copied = json.loads(unspoiled(path.read_bytes()))["cells"]
        asked = False
        for ours, theirs in zip(stored, copied, strict=True):
            if ours["cell_type"] == "markdown":
                asked = "**Predict" in "".join(ours["source"])
            if asked and ours["cell_type"] == "code":
                asked_for += bool(ours["outputs"])
                assert (theirs["outputs"], theirs["execution_count"]) == ([], None)
                assert theirs["source"] == ours["source"]
            else:
                assert theirs == ours
    assert asked_for > 150


def test_a_checkout_opens_copies_that_git_ignores(tmp_path, monkeypatch):
    from lecture_lib.course import lab

    opened = []
    monkeypatch.setattr(lab.LabApp, "launch_instance", lambda argv: opened.append(argv[0]))
    monkeypatch.setattr(lab, "checkout", lambda: tmp_path)
    lab.lab(fresh=True)
    assert opened == [f"--ServerApp.root_dir={tmp_path / lab.CHECKOUT_FOLDER}"]
    assert f"/{lab.CHECKOUT_FOLDER}*/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


# What README says


def test_readmes_numbers_are_those_of_the_code():
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert f"go: {len(notebooks)} of them" in README
    assert len(list(all_exercises())) > 100 and "more than a hundred exercises" in README
    lines = sum(
        len((ROOT / "lecture_lib" / "autograd" / name).read_text(encoding="utf-8").splitlines())
        for name in ("engine.py", "families.py", "rules.py")
    )
    assert f"{round(lines, -1)} lines together" in README
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    assert f"find {words[len(GATES)]} planted bugs" in README
    assert f"diagnose {words[len(FAILING)]} failing networks" in README
    optimizers = re.search(r"each of (\w+) optimizers", (notebooks[15]).read_text(encoding="utf-8"))[1]
    assert f"compare {optimizers} optimizers on the network" in README
    bends = re.search(r"Know (\w+) nonlinearities", (notebooks[13]).read_text(encoding="utf-8"))[1]
    assert f"compare {bends} bends" in README


def test_readmes_minutes_are_those_of_the_notebooks():
    rows = re.findall(r"\(notebooks/([^)]+)\) \|.*\| (\d+) \|", README)
    assert len(rows) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    for name, minutes in rows:
        assert f"about {minutes} minutes" in (ROOT / "notebooks" / name).read_text(encoding="utf-8"), name


def test_slides_load_what_readme_says():
    from nbconvert import SlidesExporter

    page, _ = SlidesExporter().from_filename(str(ROOT / "notebooks" / "05_error_signal.ipynb"))
    asked = {
        "reveal.js": "reveal.js", "mathjax": "MathJax", "jquery": "jQuery", "require.min": "require.js",
        "font-awesome": "Font Awesome",
    }  # fmt: skip
    (said,) = re.findall(r"A page of slides loads (.*?) from the network\s+\((.*?)\)", README, re.DOTALL)
    loaded = set(re.findall(r"(?:src|href)\s*=\s*\"(https://[^\"]+)\"", page))
    loaded = {url for url in loaded if re.search(r"\.(js|css)|mathjax", url, re.IGNORECASE)}
    for url in loaded:
        words = [name for part, name in asked.items() if part in url.lower()]
        assert words and words[0] in said[0] and url.split("/")[2] in said[1], url


def test_data_readme_names_every_file():
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    sums = (ROOT / "data" / "SHA256SUMS").read_text(encoding="utf-8")
    for name in (line.split("  ", 1)[1] for line in sums.splitlines()):
        assert f"`{name}`" in text or name == "README.md", name


# Any console


@pytest.mark.parametrize(
    "console", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}]
)
@pytest.mark.parametrize(
    "program",
    [
        ["-m", "lecture_lib.graph.table"],
        ["-m", "lecture_lib", "coverage"],
        ["data/build/lint_corpus.py"],
        ["-c", "from lecture_lib.exercises import check; import numpy; check('06-outer', numpy.outer)"],
        ["data/build/vectors.py", "--help"],
    ],
    ids=["table", "coverage", "lint", "check", "vectors"],
)
def test_a_console_without_greek_prints(program, console):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))} | console
    run = subprocess.run([sys.executable, *program], cwd=ROOT, env=env, capture_output=True)
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    assert run.stdout


# As the reader's shell may be set


def test_the_hunt_keeps_its_descriptions_without_docstrings():
    program = (
        "from lecture_lib.exercises.gates import GATES; print(*(gate.__doc__ for gate in GATES.values()), sep='|')"
    )
    run = subprocess.run([sys.executable, "-OO", "-c", program], capture_output=True, encoding="utf-8",
                         env=os.environ | {"PYTHONIOENCODING": "utf-8"}, check=True)  # fmt: skip
    assert run.stdout.strip().split("|") == [gate.__doc__ for gate in GATES.values()]
    assert all(gate.__doc__.startswith("y = ") for gate in GATES.values())


def test_a_script_made_of_a_notebook_ends_in_py(tmp_path):
    command = ["nbconvert", "--to", "script", str(ROOT / "notebooks" / "05_error_signal.ipynb")]
    subprocess.run([sys.executable, "-m", *command, "--output-dir", str(tmp_path)], check=True, capture_output=True)
    assert [path.name for path in tmp_path.iterdir()] == ["05_error_signal.py"]


def test_folders_and_broken_files_cost_a_line(tmp_path):
    (tmp_path / "course" / "00_folder.ipynb").mkdir(parents=True)
    (tmp_path / "course" / "01_broken.ipynb").write_text("{", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "lecture_lib",
        "run",
        "--folder",
        str(tmp_path / "course"),
        "--output",
        str(tmp_path),
    ]
    run = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert run.returncode == 1
    assert "01_broken" in run.stdout and "is not a notebook" in run.stdout and "00_folder" not in run.stdout
    assert "Traceback" not in run.stderr
