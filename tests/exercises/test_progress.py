"""Progress: kept in one small file, whole or not at all, and never a reason to stop."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lecture_lib.exercises import check, progress, records
from lecture_lib.exercises.bank import all_exercises


def visible(folder):
    """The files beside the one that is locked."""
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]


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
    assert visible(progress_file.parent) == ["progress.json"]


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
    assert visible(progress_file.parent) == ["progress.json"]


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


def write_many(path, numbers):
    os.environ["LECTURE_LIB_PROGRESS"] = path
    for number in numbers:
        records.record(f"00-{number}")


def together(target, shares):
    """Run a function in several processes at once."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=target, args=share) for share in shares]
    for writer in writers:
        writer.start()
    return writers


def test_the_file_is_whole_at_every_moment_and_nothing_is_lost(progress_file):
    progress_file.parent.mkdir()
    numbers = [list(range(k, 160, 4)) for k in range(4)]
    writers = together(write_many, [(str(progress_file), share) for share in numbers])
    while any(writer.is_alive() for writer in writers):
        if progress_file.exists():
            json.loads(progress_file.read_text("utf-8"))
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(json.loads(progress_file.read_text("utf-8"))["solved"]) == 160
    assert visible(progress_file.parent) == ["progress.json"]


def solve_some(path, k):
    os.environ["LECTURE_LIB_PROGRESS"] = path
    for exercise in all_exercises()[k::3]:
        check(exercise.id, exercise.solution)


def test_three_readers_solve_everything_at_once(progress_file):
    """They share a file, as three notebooks of one reader do; each solves a third, at the same time as the others."""
    for writer in (writers := together(solve_some, [(str(progress_file), k) for k in range(3)])):
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert records.solved_in(progress_file) == {exercise.id for exercise in all_exercises()}


def test_a_process_that_dies_holds_nobody_up(progress_file):
    program = (
        "import os; from lecture_lib.exercises import records\n"
        "with records._alone(records.progress_file()): os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", program], timeout=60)
    solve("03-shape")
    assert json.loads(progress_file.read_text("utf-8")) == {"solved": ["03-shape"]}
