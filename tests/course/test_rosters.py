"""Class lists and points as teachers have them: any encoding, any script, equal names."""

import csv
import unicodedata

import pytest

from lecture_lib.__main__ import main
from lecture_lib.course.merge import grades_in, merge
from lecture_lib.course.report import (
    FIXED,
    Grade,
    ReportError,
    Table,
    absentee,
    folders_of,
    harmless,
    read_points,
    read_roster,
    student_of,
    write_platform,
)

NAMES = ["李明", "김민수", "नमस्ते शर्मा", "Ёлкина Анна", "محمد علي", "Łukasz Øre", "!!!", "CON", "../../x", "x" * 300]


def roster_of(tmp_path, text, encoding="utf-8"):
    (tmp_path / "class.csv").write_bytes(text.encode(encoding))
    return read_roster(tmp_path / "class.csv")


def test_names_of_any_script_are_known_again(tmp_path):
    roster = roster_of(tmp_path, "Name\n" + "\n".join(NAMES))
    for name in NAMES[:6]:
        for form in ("NFC", "NFD"):
            found = student_of(f"{unicodedata.normalize(form, name)}/06.ipynb", roster)
            assert found is not None and found.name == name
    folders = folders_of(roster)
    assert len(folders) == len(NAMES) and "नमस्ते शर्मा" in folders and "CON" not in folders
    assert all(name and "/" not in name and "." not in name and len(name) <= 70 for name in folders)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_roster_in_the_encodings_of_spreadsheets(tmp_path, encoding, capsys):
    (student,) = roster_of(tmp_path, 'sep=;\nName;Remark\nAna Núñez;"two\nlines"\n', encoding)
    assert student.name == "Ana Núñez" and ("Windows-1252" in capsys.readouterr().err) == (encoding == "cp1252")


def test_equal_names_stay_two_students(tmp_path):
    head = "Identifier,Full name,Email address\n"
    roster = roster_of(tmp_path, head + "Participant 1,Bo Li,a@x.edu\nParticipant 2,Bo Li,b@x.edu\n")
    names = [student_of(f"Bo Li_{k}_assign/06.ipynb", roster).name for k in (1, 2)]
    assert names == ["Bo Li (a@x.edu)", "Bo Li (b@x.edu)"] and student_of("Bo Li/06.ipynb", roster) is None
    grades = [Grade("a", "03", results={"03-shape": "right"}, student=names[0]), Grade("b", "03", student=names[1])]
    write_platform(grades, roster, "moodle", tmp_path / "moodle.csv")
    with (tmp_path / "moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["Full name"], row["Grade"]) for row in csv.DictReader(file)] == [("Bo Li", "1"), ("Bo Li", "0")]
    accents = roster_of(tmp_path, "Name\nJosé Pena\nJose Peña\nJose Pena\n")
    for student in accents:
        assert student_of(f"{student.name}/06.ipynb", accents) is student
    assert len(folders_of(accents)) == 3


def test_lines_of_a_canvas_export_that_are_no_students(tmp_path):
    text = 'Student,ID,SIS Login ID\n    Points Possible,,\n"Li, Bo",802,bl2\n"Student, Test",,\n'
    assert [student.name for student in roster_of(tmp_path, text)] == ["Li, Bo"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("03-shape 1\n03-shape 2", "line 2: 03-shape has its points already"),
        ("# nothing\n", "gives no points"),
        (f"03-shape {'9' * 400}", "line 1"),
    ],
)
def test_points_that_say_two_things_or_none(tmp_path, text, message):
    (tmp_path / "points").write_text(text)
    with pytest.raises(ReportError, match=message):
        read_points(tmp_path / "points", ["03-shape"])
    (tmp_path / "points").write_text('"03-shape";"2"\n', encoding="utf-16")
    assert read_points(tmp_path / "points", ["03-shape"]) == {"03-shape": 2.0}


def test_no_cell_is_taken_for_a_formula_behind_what_cannot_be_seen():
    risky = ["=1", " =1", "\n=1", "\u200b=1", "\u202e=1", "＝1", "\t=1", "\r=1", "-1", "@a"]
    assert all(harmless(text).startswith("'") for text in risky) and harmless("a = 1") == "a = 1"


def test_a_table_takes_no_place_that_is_not_its_own(tmp_path):
    (tmp_path / "work.ipynb").write_text("{}")
    with pytest.raises(ReportError, match="name of a hand-in"):
        Table(tmp_path / "work.ipynb", [])
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with Table(tmp_path / "link.csv", []) as table:
        table.finish([])
    assert (tmp_path / "link.csv").is_symlink() and "file,student" in (tmp_path / "real.csv").read_text("utf-8-sig")


def test_parts_that_overlap_are_joined_and_those_that_differ_refused(tmp_path):
    def part(name, *rows):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows([[*FIXED, "03-shape"], *rows])
        return tmp_path / name

    def row(file, student, seconds, result="right"):
        return [file, student, "03", "1", "1", "1", "1", "ok", "", seconds, result]

    absent = ["", "Ana", "", "0", "0", "0", "0", "not handed in", "", "0.0", ""]
    first, second = (
        part("1.csv", row("a", "Ana", "1.0"), row("b", "Bo", "1.0")),
        part("2.csv", row("a", "Ana", "2.0"), absent),
    )
    other = [["", "Cy", *absent[2:]], ["", "Di", *absent[2:]]]
    assert merge([first, second, part("3.csv", *other)], tmp_path / "all.csv") == 4
    with pytest.raises(ReportError, match=r"a row each for a, and these are not the same"):
        merge([first, part("4.csv", row("a", "Ana", "1.0", "wrong: x"))], tmp_path / "all.csv")
    (tmp_path / "5.csv").write_text(first.read_text() + "a,b,c,d,e,f,g,h,i,j,k,l,m\n")
    with pytest.raises(ReportError, match="row 4 is none of a report"):
        merge([tmp_path / "5.csv"], tmp_path / "all.csv")


def test_missing_parts_and_students_are_named_and_points_stay(tmp_path, capsys):
    roster = roster_of(tmp_path, "Full name\nAna\nBo\n")
    for k, result in ((1, "right"), (3, "wrong: x")):
        with Table(tmp_path / f"{k}.csv", ["03-shape"], (k, 3)) as table:
            worth = {"03-shape": 2.5}
            table.finish([Grade(f"{k}.ipynb", "03", results={"03-shape": result}, student="Ana", worth=worth)])
    (tmp_path / "points").write_text("03-shape 1")
    command = [
        "grade",
        "--merge",
        str(tmp_path / "1.csv"),
        str(tmp_path / "3.csv"),
        "--report",
        str(tmp_path / "all.csv"),
    ]
    command += ["--roster", str(tmp_path / "class.csv"), "--keep", "best", "--format", "moodle"]
    assert main([*command, "--points", str(tmp_path / "points")]) == 2 and main(command) == 0
    assert "missing, and with them their hand-ins: 2/3." in capsys.readouterr().err
    assert [(g.student, g.points) for g in grades_in(tmp_path / "all.csv")] == [("Ana", 2.5), ("Bo", 0.0)]
    assert "part" not in (tmp_path / "all.csv").read_text("utf-8-sig").partition("\n")[0]
    assert "Ana,,2.5,2.5" in (tmp_path / "all-moodle.csv").read_text("utf-8-sig")
    assert len(roster) == 2


def test_reports_of_other_notebooks_are_joined_and_names_stay_harmless(tmp_path):
    roster = roster_of(tmp_path, "Full name\nAna\n=Bo\n")
    for notebook, exercise in (("05", "05-shape"), ("06", "06-shape")):
        with Table(tmp_path / f"{notebook}.csv", [exercise]) as table:
            done = Grade(f"{notebook}.ipynb", notebook, results={exercise: "right"}, student="Ana")
            table.finish([done, absentee(roster[1])])
    assert merge([tmp_path / "05.csv", tmp_path / "06.csv"], tmp_path / "all.csv", roster) == 3
    text = (tmp_path / "all.csv").read_text("utf-8-sig")
    assert "05-shape,06-shape" in text and text.count("=Bo") == text.count("'=Bo") == 1
    assert [g.student for g in grades_in(tmp_path / "all.csv", roster)] == ["Ana", "Ana", "=Bo"]
