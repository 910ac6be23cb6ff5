"""The house stands: packaging, set-up, commands, and what every tracked file must and must not hold."""

import ast
import dataclasses
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
import yaml

import lecture_lib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MACHINE_MADE = {".git", ".venv", "build", "dist", "__pycache__", ".ipynb_checkpoints", ".hypothesis"}
needs_make = pytest.mark.skipif(
    shutil.which("make") is None or sys.platform == "win32", reason="there is no make on this system"
)


def requirement_names(lines: list[str]) -> set[str]:
    """The package names of requirement lines, in lower case with dashes."""
    return {re.split(r"[<>=!~;\[ ]", line)[0].lower().replace("_", "-") for line in lines}


# Packaging


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


def test_environment_agrees_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, last = environment["dependencies"]
    (python,) = [line.partition("=")[2] for line in conda if line.startswith("python=")]
    assert f"Programming Language :: Python :: {python}" in PROJECT["project"]["classifiers"]
    assert "pip" in conda
    constraints, package = last["pip"]
    assert constraints == "-c constraints.txt"
    extras = re.fullmatch(r"-e \.\[([\w,]+)\]", package).group(1).split(",")
    assert set(extras) <= set(PROJECT["project"]["optional-dependencies"])


def test_constraints_cover_every_requirement():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"[\w.-]+==[\w.+!]+( ; .+)?$", line) for line in lines)
    pinned = requirement_names(lines)
    asked = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked += extra
    assert requirement_names(asked) - {"lecture-lib"} <= pinned
    assert not pinned & {"torch", "jax", "jaxlib"}


def test_versions_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["url"] == PROJECT["project"]["urls"]["Source"]
    assert citation["version"] == lecture_lib.__version__
    assert " AND ".join(citation["license"]) == PROJECT["project"]["license"]


def test_readme_lists_the_notebooks():
    linked = re.findall(r"\]\(notebooks/([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert linked == [path.name for path in NOTEBOOKS]


def test_readme_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert "://" in link or (ROOT / link).exists(), link


def test_readme_code_runs():
    program = "".join(re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S))
    assert "lecture_lib" in program
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)


def text_files() -> list[Path]:
    """Every file of the checkout that can be read as text and that no program made."""
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = inside.parts[0] in MACHINE_MADE and inside.parts[:2] != ("data", "build")
        if hidden or "__pycache__" in inside.parts or inside.parts[0].endswith("_cache") or not path.is_file():
            continue
        if b"\0" not in path.read_bytes()[:4096]:
            found.append(path)
    return found


def test_no_machine_path_in_any_file():
    forbidden = {f"{ROOT}{os.sep}", f"{Path.home()}{os.sep}", f"{sys.prefix}{os.sep}"}
    offenders = [
        str(path.relative_to(ROOT))
        for path in text_files()
        if any(name in path.read_text(encoding="utf-8", errors="replace") for name in forbidden)
    ]
    assert not offenders


def test_no_registry_host_in_the_configuration():
    for name in ("constraints.txt", "pyproject.toml", "environment.yml", "Makefile", ".ci/run"):
        addresses = set(re.findall(r"\w+://[^\s\"']+", (ROOT / name).read_text(encoding="utf-8")))
        assert addresses <= set(PROJECT["project"]["urls"].values()), name


# Docstrings


PACKAGES = [
    "lecture_lib",
    *(f"lecture_lib.{name}" for name in ("data", "exercises", "matcalc", "ner", "show", "train")),
]


def public_things(module, path):
    """Every public function and class of a module, with its path; modules among its names are entered."""
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    for name in getattr(module, "__all__", [name for name in own if not name.startswith("_")]):
        thing = getattr(module, name)
        if inspect.ismodule(thing):
            yield from public_things(thing, f"{path}.{name}")
        elif inspect.isclass(thing) or inspect.isfunction(thing):
            yield f"{path}.{name}", thing


def own_nodes(function):
    """The syntax of what a function itself executes, without the functions that it makes."""
    waiting = list(ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def raises(nodes):
    """Whether an error of its own is raised; an abstract method's refusal is none."""
    made = [node.exc for node in nodes if isinstance(node, ast.Raise) and node.exc is not None]
    return any(ast.unparse(error) != "NotImplementedError" for error in made)


def untold(words, parameters):
    """The parameters that neither "Args:" nor "Attributes:" of a docstring lists."""
    parts = re.findall(r"^(?:Args|Attributes):\n((?:[ \t]+.*\n?|\n(?=[ \t]))+)", words, flags=re.M)
    told = {
        name.strip("* ")
        for part in parts
        for names in re.findall(r"^ +([\w*, ]+):", part, re.M)
        for name in names.split(",")
    }
    return [name for name in parameters if name not in told | {"self", "cls"} and not name.startswith("_")]


def faults_of_function(path, function, words):
    """What the docstring of a function does not tell."""
    nodes = list(own_nodes(function))
    if missing := untold(words, inspect.signature(function).parameters):
        yield f"{path}: no Args for {', '.join(missing)}"
    given = [node.value for node in nodes if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom)]
    if any(value and ast.unparse(value) != "None" for value in given) and not re.search(r"(Returns|Yields):", words):
        yield f"{path}: no Returns"
    if raises(nodes) and "Raises:" not in words:
        yield f"{path}: no Raises"


def faults_of_class(path, thing, words):
    """What the docstrings of a class and of its methods do not tell."""
    maker = vars(thing).get("__init__") or vars(thing).get("__new__")
    is_record = dataclasses.is_dataclass(thing) or hasattr(thing, "_fields")
    told = words + "\n" + (inspect.getdoc(maker) or "" if inspect.isfunction(maker) and not is_record else "")
    if (maker or is_record) and (missing := untold(told, inspect.signature(thing).parameters)):
        yield f"{path}: no Args for {', '.join(missing)}"
    checks = [vars(thing)[name] for name in ("__init__", "__post_init__", "__new__") if name in vars(thing)]
    # What a NamedTuple or a dataclass makes itself has no file.
    written = [check for check in checks if inspect.isfunction(check) and check.__code__.co_filename.endswith(".py")]
    if any(raises(own_nodes(check)) for check in written) and "Raises:" not in told:
        yield f"{path}: no Raises"
    for name, member in vars(thing).items():
        function = getattr(member, "__func__", member)
        # A method that a loop makes after one of NumPy's is told by NumPy.
        if not name.startswith("_") and inspect.isfunction(function) and "<locals>" not in function.__qualname__:
            inherited = [inspect.getdoc(getattr(base, name, None)) or "" for base in thing.__mro__]
            yield from faults_of_function(f"{path}.{name}", inspect.unwrap(function), "\n\n".join(inherited))


def docstring_faults(package):
    """What the docstrings of a package's public names do not tell."""
    for path, thing in public_things(import_module(package), package):
        words = inspect.getdoc(thing) or ""
        if ">>>" not in words and not (inspect.isclass(thing) and issubclass(thing, Exception)):
            yield f"{path}: no example"
        if inspect.isclass(thing):
            yield from faults_of_class(path, thing, words)
        else:
            yield from faults_of_function(path, inspect.unwrap(thing), words)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_docstrings_are_complete(package):
    """Args for every parameter, Returns where something comes back, Raises where something is raised, an example."""
    assert not list(docstring_faults(package))


# Notebooks


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_as_executed(path):
    """nbval compares no cell without an execution count, so every code cell has one, counting from 1."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_in_its_stable_form(path):
    from lecture_lib.course.authoring.reexecute import stable_bytes
    from lecture_lib.course.execute import read_notebook

    assert stable_bytes(read_notebook(path)) == path.read_bytes(), "run `make notebooks`"


# Commands


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


def wait_for(pattern: str, log: Path, seconds: float = 60) -> str:
    """The first match of a pattern in a file that a running program writes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found.group()
        time.sleep(0.1)
    pytest.fail(f"no {pattern} after {seconds} s in: {log.read_text(encoding='utf-8')}")


def fetch(address: str, seconds: float = 30) -> bytes:
    """A page from a server that prints its address a moment before it listens."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=seconds) as page:
                return page.read()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="pretends to be a Linux without a screen")
def test_lab_without_a_browser_prints_an_address_that_works(tmp_path, monkeypatch):
    from lecture_lib.course import lab

    first = tmp_path / "course" / lab.FIRST
    first.parent.mkdir()
    first.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    options = lab.lab_options(first)
    assert "--no-browser" in options
    program = "import sys; from lecture_lib.course import lab; lab.LabApp.launch_instance(argv=sys.argv[1:])"
    command = [sys.executable, "-c", program, *options, "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"]
    settings = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    log = tmp_path / "log"
    with log.open("w") as stderr:
        server = subprocess.Popen(command, env=os.environ | settings, stderr=stderr)
    try:
        address = wait_for(r"http://127\.0\.0\.1:[1-9]\d*/lab/tree/\S+\?token=\w+", log)
        assert f"/lab/tree/{lab.FIRST}?" in address
        assert fetch(address)
        token = address.partition("?")[2]
        contents = address.partition("/lab/tree/")[0] + f"/api/contents/{lab.FIRST}?{token}"
        assert json.loads(fetch(contents))["content"]["cells"] == []
    finally:
        server.kill()
        server.wait()


def test_lab_without_first_notebook_says_so(tmp_path, monkeypatch):
    from lecture_lib.course import lab

    monkeypatch.setattr(lab, "checkout", lambda: tmp_path)
    monkeypatch.setattr(lab, "find_notebooks", list)
    with pytest.raises(FileNotFoundError, match=r"first notebook is missing: expected .*00_start_here\.ipynb"):
        lab.lab()


@pytest.mark.parametrize("path", sorted((ROOT / "lecture_lib").rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_is_read_in_one_go(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
