"""Progress: kept in one small file, whole or not at all, and never a reason to stop."""

import json
import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from lecture_lib.exercises import check, progress, records
from lecture_lib.exercises.bank import all_exercises


def solve(name):
    check(name, next(exercise for exercise in all_exercises() if exercise.id == name).solution)


def table(capsys) -> dict[str, str]:
    capsys.readouterr()
    progress()
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "notebook  solved  still open"
    return {line[:2]: line for line in lines}


def test_solved_exercises_are_counted_and_kept(progress_file, capsys, monkeypatch):
    before = table(capsys)
    assert "03-shape" in before["03"]
    solve("03-shape")
    monkeypatch.setattr(records, "_solved_now", set())
    after = table(capsys)
    assert "03-shape" not in after["03"]
    assert after["03"].split()[1] == "1"
    assert {key: line for key, line in after.items() if key != "03"} == {
        k: line for k, line in before.items() if k != "03"
    }
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": ["03-shape"]}
    assert [path.name for path in progress_file.parent.iterdir()] == ["progress.json"]


def test_reset_forgets_everything(progress_file, capsys):
    solve("03-shape")
    progress(reset=True)
    assert "03-shape" in table(capsys)["03"]
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": []}


def test_wrong_answers_are_not_counted(progress_file):
    with pytest.raises(AssertionError):
        check("03-shape", (5, 3))
    assert not progress_file.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"solved": 3}', b'{"other": []}', b"\xff\xfe", b"null"])
def test_a_damaged_file_counts_as_empty(progress_file, capsys, content):
    progress_file.parent.mkdir()
    progress_file.write_bytes(content)
    assert "03-shape" in table(capsys)["03"]
    solve("03-shape")
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": ["03-shape"]}


def test_ids_of_another_edition_are_kept(progress_file, capsys):
    progress_file.parent.mkdir()
    progress_file.write_text('{"solved": ["99-later", 5]}', "utf-8")
    solve("03-shape")
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": ["03-shape", "99-later"]}


def test_where_nothing_can_be_written_this_session_counts(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LECTURE_LIB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    solve("03-shape")
    progress()
    *lines, last = capsys.readouterr().out.splitlines()
    assert "03-shape" not in " ".join(lines[1:])
    assert last.startswith("This is not kept: ")
    assert "LECTURE_LIB_PROGRESS" in last
    progress(reset=True)
    assert "03-shape" in capsys.readouterr().out


def test_a_write_that_fails_midway_leaves_the_old_file(progress_file, monkeypatch):
    solve("03-shape")

    def refuse(source, target):
        raise PermissionError("busy")

    monkeypatch.setattr(os, "replace", refuse)
    solve("03-tanh")
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": ["03-shape"]}
    assert [path.name for path in progress_file.parent.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    ("system", "variables", "parts"),
    [
        ("win32", {"LOCALAPPDATA": "there"}, ("there", "lecture_lib", "progress.json")),
        ("win32", {"LOCALAPPDATA": ""}, ("AppData", "Local", "lecture_lib", "progress.json")),
        ("darwin", {}, ("Library", "Application Support", "lecture_lib", "progress.json")),
        ("linux", {"XDG_DATA_HOME": "there"}, ("there", "lecture_lib", "progress.json")),
        ("linux", {"XDG_DATA_HOME": ""}, (".local", "share", "lecture_lib", "progress.json")),
    ],
)
def test_three_systems_have_their_own_folder(monkeypatch, system, variables, parts):
    monkeypatch.delenv("LECTURE_LIB_PROGRESS")
    monkeypatch.setattr(sys, "platform", system)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert records.progress_file().parts[-len(parts) :] == parts


def test_the_named_file_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_LIB_PROGRESS", str(tmp_path / "mine.json"))
    assert records.progress_file() == Path(tmp_path / "mine.json")


def write_many(path):
    os.environ["LECTURE_LIB_PROGRESS"] = path
    for number in range(40):
        records.record(f"00-{os.getpid()}-{number}")


def test_the_file_is_whole_at_every_moment(progress_file):
    progress_file.parent.mkdir()
    writers = [multiprocessing.get_context("spawn").Process(target=write_many, args=(str(progress_file),))]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if progress_file.exists():
            json.loads(progress_file.read_text("utf-8"))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(json.loads(progress_file.read_text("utf-8"))["solved"]) == 40
