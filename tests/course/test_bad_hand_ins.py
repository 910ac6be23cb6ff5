"""Hand-ins of every bad kind: each costs its own row at most, and nothing vanishes."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest

from lecture_lib.__main__ import main
from lecture_lib.course.grade import grade
from lecture_lib.course.merge import merge
from lecture_lib.course.report import ReportError, read_points, read_roster, student_of
from lecture_lib.course.sets import original_of

SHAPE = 'from lecture_lib.exercises import check\nanswer = {}\ncheck("03-shape", answer)'
RIGHT = SHAPE.format("(3, 5)")
BIAS = (
    'import numpy as np\nfrom lecture_lib.exercises import check\nanswer = lambda W, b, x: {}\ncheck("03-bias", answer)'
)
RIGHT_BIAS = BIAS.format("np.eye(len(b))")


def notebook(*sources: str, title: str = "# 03 Jacobians") -> bytes:
    cells = [nbformat.v4.new_markdown_cell(title, id="t")]
    cells += [nbformat.v4.new_code_cell(source, id=f"c{k}") for k, source in enumerate(sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


LEFT_BEHIND = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "left-behind-{mark}"], start_new_session=True, env={{}})
"""
PATCHED = """
import lecture_lib.exercises as e, lecture_lib.exercises.outcomes as o, lecture_lib.exercises.checking as c
e.check = lambda name, answer: print(f"{name}: right. Yes.")
o.same = c.all_same = lambda *a: True
e.check("03-shape", None)
"""
HONEST_LOOKING = """
import lecture_lib.exercises.checking as c
c.check_answer = lambda exercise, answer: True
"""
STOLEN = """
from lecture_lib.exercises import check
from lecture_lib.exercises.bank import find_exercise
answer = find_exercise("03-bias").solution
check("03-bias", answer)
"""
IMPORTED = """
from lecture_lib.exercises import check
from lecture_lib.exercises.bank.nb03 import EXERCISES
answer = next(e for e in EXERCISES if e.id == "03-bias").solution
check("03-bias", answer)
"""
WRITTEN = """
import json, os, pathlib
pathlib.Path(os.environ["LECTURE_LIB_PROGRESS"]).write_text(json.dumps({"solved": ["03-shape"]}))
from lecture_lib.exercises.records import record
record("03-bias")
"""
HAND_INS = {
    "ada/group12_06_weights.ipynb": notebook(RIGHT, RIGHT_BIAS, title="# My work"),
    "ben/03.IPYNB": notebook(RIGHT),
    "cy/06.ipynb.txt": notebook(SHAPE.format("(5, 3)"), RIGHT_BIAS),
    "eve/memory.ipynb": notebook(RIGHT, "b = []\nwhile True: b.append(bytearray(1 << 28))", RIGHT_BIAS),
    "fay/children.ipynb": notebook(LEFT_BEHIND.format(mark="x"), RIGHT),
    "gus/killer.ipynb": notebook(
        RIGHT, LEFT_BEHIND.format(mark="y"), "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", RIGHT_BIAS
    ),
    "hal/patched.ipynb": notebook(PATCHED),
    "ida/looks.ipynb": notebook(HONEST_LOOKING, SHAPE.format("(9, 9)"), BIAS.format("b")),
    "jo/stolen.ipynb": notebook(RIGHT, IMPORTED, STOLEN),
    "lee/written.ipynb": notebook(WRITTEN, title="# 03 Jacobians"),
    "mia/slow.ipynb": notebook(RIGHT, "import time\ntime.sleep(100)", RIGHT_BIAS),
    "ned/deaf.ipynb": notebook(
        "import time\nwhile True:\n    try: time.sleep(100)\n    except KeyboardInterrupt: pass", RIGHT
    ),
    "ola/again.ipynb": notebook(RIGHT, RIGHT_BIAS, title="# My work"),
    "pia/broken.ipynb": b"{",
    "pia/deep.ipynb": b"[" * 200_000,
    "pia/notes.pdf": b"%PDF",
    "pia/other.ipynb": notebook("1 + 1", title="Notes"),
    "pia/.ipynb_checkpoints/03.ipynb": notebook(RIGHT),
    "quinn.zip": zipped({"quinn/03.ipynb": notebook(RIGHT), "__MACOSX/._03.ipynb": b"\0", "quinn/a.txt": b"a"}),
    "rob.zip": zipped({"../../escape/03.ipynb": notebook(SHAPE.format("..."))}),
    "sue.zip": b"PK\x03\x04 no archive",
    "tom.zip": zipped({"tom.zip": zipped({"03.ipynb": notebook(RIGHT, title="# 03 Tom")})}),
    "uma.zip": zipped({"bomb.ipynb": bytes(101 << 20)}),
    "=vic/03.ipynb": notebook(RIGHT),
}
posix = pytest.mark.skipif(os.name != "posix", reason="names of bytes, pipes and signals as on Unix")


def course(folder: Path) -> Path:
    path = folder / "course" / "03_jacobians.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook(SHAPE.format("..."), BIAS.format("...")))
    return path


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "returned"
    for name, content in HAND_INS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if os.name == "posix":
        Path(os.fsdecode(os.fsencode(folder) + b"/wo\xebl.ipynb")).write_bytes(notebook(RIGHT, title="# 03 Wo"))
        os.mkfifo(folder / "pipe.ipynb")
    report = folder / "grades.csv"
    report.write_text("the old report")
    grade(folder, [course(folder.parent)], report, seconds=60, cell_seconds=5, jobs=3)
    with report.open(encoding="utf-8", newline="") as file:
        text = file.read()
    assert text.startswith("\ufefffile,student,notebook,points,of,right")
    return {row["file"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}, folder


ROWS = [
    ("ada/group12_06_weights.ipynb", "right", "right", "ok"),
    ("ben/03.IPYNB", "right", "missing", "ok"),
    ("cy/06.ipynb.txt", "wrong: inputs as rows", "right", "ok"),
    ("eve/memory.ipynb", "right", "right", "1 cell "),
    ("fay/children.ipynb", "right", "missing", "ok"),
    ("gus/killer.ipynb", "right", "missing", "it killed the process that ran it"),
    ("hal/patched.ipynb", "not confirmed", "missing", "ok"),
    ("ida/looks.ipynb", "not confirmed", "not confirmed", "ok"),
    ("jo/stolen.ipynb", "right", "wrong: ", "1 cell with an error"),
    ("lee/written.ipynb", "not confirmed", "not confirmed", "ok"),
    ("mia/slow.ipynb", "right", "right", "1 cell stopped after 5 seconds"),
    ("ned/deaf.ipynb", "right", "missing", "1 cell stopped after 5 seconds"),
    ("ola/again.ipynb", "right", "right", "ok"),
    ("pia/broken.ipynb", "", "", "broken.ipynb is not a notebook"),
    ("pia/deep.ipynb", "", "", "deep.ipynb is not a notebook: maximum recursion depth"),
    ("pia/notes.pdf", "", "", "not a notebook"),
    ("pia/other.ipynb", "", "", "which notebook is this?"),
    ("quinn.zip!quinn/03.ipynb", "right", "missing", "ok"),
    ("quinn.zip!quinn/a.txt", "", "", "not a notebook"),
    ("rob.zip!escape/03.ipynb", "not done", "missing", "ok"),
    ("sue.zip", "", "", "a damaged zip archive"),
    ("tom.zip!tom.zip!03.ipynb", "right", "missing", "ok"),
    ("uma.zip!bomb.ipynb", "", "", "unpacks to more than 100 MB"),
    ("'=vic/03.ipynb", "right", "missing", "ok"),
]


@posix
@pytest.mark.parametrize(("file", "shape", "bias", "status"), ROWS)
def test_each_costs_its_own_row(graded, file, shape, bias, status):
    row = graded[0][file]
    assert row["03-shape"].startswith(shape) and row["03-bias"].startswith(bias) and bool(row["03-bias"]) == bool(bias)
    assert row["status"].startswith(status) and row["status"]
    assert row["right"] == str([row["03-shape"], row["03-bias"]].count("right"))


@posix
def test_nothing_vanishes_and_litter_is_no_row(graded):
    rows, folder = graded
    extra = {"wo\\udcebl.ipynb", "pipe.ipynb"}
    assert set(rows) == {file for file, *_ in ROWS} | extra
    assert rows["wo\\udcebl.ipynb"]["03-shape"] == "right"
    assert rows["pipe.ipynb"]["status"].startswith("not a notebook")
    assert rows["ola/again.ipynb"]["note"] == "the same cells as ada/group12_06_weights.ipynb"
    assert not (folder.parent / "escape").exists() and not (folder.parent.parent / "escape").exists()
    assert not list(folder.glob("grades.csv.*"))


@posix
def test_what_a_hand_in_started_ends_with_it(graded):
    left = [p for p in psutil.process_iter(["cmdline"]) if any("left-behind" in a for a in p.info["cmdline"] or ())]
    assert not [p for p in left if p.status() != psutil.STATUS_ZOMBIE]


@posix
def test_feedback_has_a_page_for_each_and_a_summary_without_names(graded):
    _, folder = graded
    pages = {path.name: path.read_text(encoding="utf-8") for path in (folder / "grades-feedback").glob("*.html")}
    (page,) = [text for name, text in pages.items() if name.startswith("cy-")]
    assert "wrong: inputs as rows." in page and "<br>" in page and "03-bias</b>: right" in page
    summary = pages["summary.html"]
    assert "<svg" in summary and "inputs as rows" in summary
    assert not any(name.partition("/")[0].strip("=") + "/" in summary for name in HAND_INS)


def test_a_report_that_cannot_be_written_stops_it_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("lecture_lib.course.grade.run_alone", lambda *job: pytest.fail("a hand-in ran"))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ipynb").write_bytes(notebook(RIGHT))
    for report in (tmp_path, tmp_path / "none" / "grades.csv"):
        with pytest.raises(ReportError, match="name another report"):
            grade(folder, [course(tmp_path)], report)


@posix
def test_ctrl_c_keeps_the_old_report_and_the_rows_until_then(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.ipynb").write_bytes(notebook(RIGHT))
    (folder / "b.ipynb").write_bytes(notebook("import time\ntime.sleep(300)", title="# 03"))
    report = folder / "grades.csv"
    report.write_text("old")
    command = [
        sys.executable,
        "-m",
        "lecture_lib",
        "grade",
        str(folder),
        "--folder",
        str(course(tmp_path).parent),
        "--jobs",
        "2",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    partial = folder / "grades.csv.partial"
    end = time.monotonic() + 120
    while time.monotonic() < end and not (partial.exists() and "a.ipynb" in partial.read_text(encoding="utf-8-sig")):
        time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and report.read_text() == "old"
    assert "a.ipynb,,03_jacobians,1," in partial.read_text(encoding="utf-8-sig") and str(partial) in errors


def test_the_ids_say_which_notebook_it_is():
    exercises = {"03_jacobians": ["03-shape", "03-bias"], "06_weight": ["06-outer"]}

    def which(name, *sources, title="# Mine"):
        return original_of(
            Path(name), nbformat.reads(notebook(*sources, title=title).decode(), as_version=4), exercises
        )

    assert which("group12_06_weights.ipynb", RIGHT) == "03_jacobians"
    assert which("2024-10-06 smith.ipynb", RIGHT, 'check("06-outer", 1)', RIGHT_BIAS) == "03_jacobians"
    assert which("03.ipynb", "    check( '06-outer', f)") == "06_weight"
    assert which("03.ipynb", "1", title="# 06 Weights") == "06_weight"
    assert which("06 mine.ipynb", "1") == "06_weight"
    assert which("x06.ipynb", "1") == ""


ROSTER = "Identifier,Full name,Email address\nParticipant 71,Ana Núñez,nunez@x.edu\nParticipant 72,Bo Li,li@x.edu\nParticipant 73,Cy Wu,wu@x.edu\n"


def test_a_roster_knows_whose_hand_in_it_is(tmp_path):
    (tmp_path / "moodle.csv").write_text(ROSTER, encoding="utf-8-sig")
    (tmp_path / "canvas.csv").write_text('Student,ID,SIS Login ID\n"Nunez, Ana",801,an7\n"Li, Bo",802,bl2\n')
    moodle, canvas = read_roster(tmp_path / "moodle.csv"), read_roster(tmp_path / "canvas.csv")
    for roster, file, name in [
        (moodle, "Ana Núñez_71_assignsubmission_file/06.ipynb", "Ana Núñez"),
        (moodle, "Bo Li_72_assignsubmission_file/06.ipynb", "Bo Li"),
        (moodle, "li/03.ipynb", "Bo Li"),
        (canvas, "nunezana_801_5512_06.ipynb", "Nunez, Ana"),
        (canvas, "class.zip!libo_LATE_802_5513_06.ipynb", "Li, Bo"),
        (canvas, "bl2/03.ipynb", "Li, Bo"),
        (canvas, "else/03.ipynb", None),
    ]:
        found = student_of(file, roster)
        assert (found.name if found else None) == name
    with pytest.raises(ReportError, match="names nobody"):
        (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
        read_roster(tmp_path / "bad.csv")


def test_points_are_read_and_checked(tmp_path):
    path = tmp_path / "points.txt"
    path.write_text("# mine\n03-shape 2\n03-bias, 0.5 # half\n")
    assert read_points(path, ["03-shape", "03-bias"]) == {"03-shape": 2.0, "03-bias": 0.5}
    for text, message in (("x-y 2", "no exercise 'x-y'"), ("03-bias two 2", "line 1"), ("03-bias -1", "line 1")):
        path.write_text(text)
        with pytest.raises(ReportError, match=message):
            read_points(path, ["03-bias"])


def test_shards_are_every_hand_in_once(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for k in range(8):  # Nothing of this runs, and each still has its row.
        (folder / f"{k}.pdf").write_text(f"{k}")
    rows = []
    for part in ("1/3", "2/3", "3/3"):
        report = tmp_path / f"part{part[0]}.csv"
        command = ["grade", str(folder), "--folder", str(course(tmp_path).parent)]
        assert main([*command, "--shards", part, "--report", str(report)]) == 0
        rows.append(report.read_text(encoding="utf-8-sig").count(".pdf"))
    assert sum(rows) == 8 > max(rows)
    assert merge([tmp_path / f"part{k}.csv" for k in (1, 2, 3)], tmp_path / "all.csv") == 8
    (tmp_path / "points").write_text("03-shape 3\n")
    with pytest.raises(ReportError, match="no report of grade"):
        merge([tmp_path / "points"], tmp_path / "all.csv")


def test_platforms_and_the_best_of_two(tmp_path):
    folder = tmp_path / "in"
    for name, content in {
        "Ana Núñez_71_x/a.ipynb": notebook(SHAPE.format("(9, 9)"), RIGHT_BIAS),
        "Ana Núñez_71_y/b.ipynb": notebook(RIGHT, RIGHT_BIAS),
        "Bo Li_72_x/a.ipynb": notebook(SHAPE.format("...")),
    }.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(content)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "points").write_text("03-shape 3\n")
    command = ["grade", str(folder), "--folder", str(course(tmp_path).parent), "--report", str(tmp_path / "g.csv")]
    command += ["--roster", str(tmp_path / "roster.csv"), "--keep", "best"]
    command += ["--points", str(tmp_path / "points"), "--format", "moodle"]
    assert main(command) == 0
    with (tmp_path / "g.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["Ana Núñez"]["points"] == "4" and rows["Ana Núñez"]["note"] == "best of 2 hand-ins"
    assert rows["Cy Wu"]["status"] == "not handed in"
    with (tmp_path / "g-moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        moodle = {row["Identifier"]: row for row in csv.DictReader(file)}
    assert [moodle[f"Participant {k}"]["Grade"] for k in (71, 72, 73)] == ["4", "0", ""]
    assert moodle["Participant 73"]["Feedback comments"] == "not handed in"
