"""States in files: every bit comes back, nothing runs, a broken file is named."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lecture_lib.train import load_state, save_state
from lecture_lib.train.storage import write_archive

ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]), hnp.array_shapes(min_dims=0, min_side=0)
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(), ARRAYS)
STATES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(), inner, max_size=3),
    ),
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


@given(state=STATES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_state_comes_back(state: Any, tmp_path: Path) -> None:
    save_state(tmp_path / "state.npz", state)
    assert same(load_state(tmp_path / "state.npz"), state)


def test_numpy_numbers_become_plain_ones(tmp_path: Path) -> None:
    save_state(tmp_path / "state.npz", {"lr": np.float32(0.5), "n": np.int64(3)})
    assert load_state(tmp_path / "state.npz") == {"lr": 0.5, "n": 3}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"f": print}, r"state\['f'\] is builtin_function_or_method; expected arrays"),
        ({1: 2}, "state has the key 1; expected strings as keys"),
        ([np.array([object()])], r"state\[0\] is ndarray; expected arrays, numbers"),
    ],
)
def test_what_is_no_data_is_refused_and_no_file_is_left(state: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=message):
        save_state(tmp_path / "state.npz", state)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.npz"
    save_state(path, {"a": 1})

    def full(*_: Any, **__: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="no space left"):
        save_state(path, {"a": 2})
    monkeypatch.undo()
    assert load_state(path) == {"a": 1} and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="permissions of this kind are POSIX")
def test_the_file_has_ordinary_permissions(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        save_state(tmp_path / "state.npz", 1)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "state.npz").stat().st_mode) == 0o644


def test_files_that_are_missing_broken_or_foreign_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.npz: there is no such file"):
        load_state(tmp_path / "gone.npz")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        save_state(tmp_path / "no" / "state.npz", 1)
    with pytest.raises(IsADirectoryError, match="is a folder; expected the name of a file"):
        save_state(tmp_path, 1)
    path = tmp_path / "state.npz"
    save_state(path, {"W": np.arange(1000.0)})
    whole = path.read_bytes()
    for broken in (b"", b"text", whole[: len(whole) // 2], whole[:200] + bytes(20) + whole[220:]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"state\.npz: not a readable archive"):
            load_state(path)
    np.savez(path, W=np.ones(2))
    with pytest.raises(ValueError, match="not a file that save_state wrote"):
        load_state(path)
    with path.open("wb") as file:
        np.save(file, np.ones(2))
    with pytest.raises(ValueError, match="not a readable archive"):
        load_state(path)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "state.npz", layout=np.array([{"evil": print}], dtype=object))
    with pytest.raises(ValueError, match="not a readable archive"):
        load_state(tmp_path / "state.npz")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as on Unix")
def test_saving_goes_through_links_and_stops_at_what_is_no_file(tmp_path):
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far" / "real.npz", tmp_path / "link.npz"
    link.symlink_to(real)
    save_state(link, 1)
    assert link.is_symlink() and load_state(real) == 1
    real.chmod(0o600)
    save_state(link, 2)
    assert link.is_symlink() and load_state(link) == 2 and real.stat().st_mode & 0o777 == 0o600
    pipe, circle, device = tmp_path / "pipe", tmp_path / "circle", tmp_path / "device"
    os.mkfifo(pipe)
    circle.symlink_to(circle)
    device.symlink_to(os.devnull)
    for path in (pipe, circle, device, tmp_path):
        with pytest.raises(OSError, match=r"device, a pipe or a link to itself|is a folder"):
            save_state(path, 1)
        with pytest.raises((ValueError, OSError)):
            load_state(path)
    assert pipe.is_fifo() and stat.S_ISCHR(os.stat(os.devnull).st_mode)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["circle", "device", "far", "link.npz", "pipe"]


def test_what_is_nested_too_deep_is_refused_both_ways(tmp_path):
    state: list = []
    state.append(state)
    with pytest.raises(ValueError, match="holds itself"):
        save_state(tmp_path / "a.npz", state)
    for text in ('{"list":[' * 100_000, '{"list":[' * 2_000 + "]}" * 2_000):
        write_archive(tmp_path / "b.npz", {"layout": np.frombuffer(text.encode(), dtype=np.uint8)})
        with pytest.raises(ValueError, match="not a file that save_state wrote"):
            load_state(tmp_path / "b.npz")
