"""Processes and what they leave behind: all that a hand-in started ends with it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

import psutil

CHILD_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux: orphans of this process's descendants become its own children."""

_lock = threading.Lock()
_stopping = threading.Event()
_known: set[int] = set()
_spared: set[int] = set()


def adopt_orphans() -> None:
    """Keep what is left behind by a descendant that ends within reach, where the system can (Linux)."""
    _stopping.clear()
    if sys.platform == "linux":
        _spared.update(child.pid for child in psutil.Process().children())
        ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_below(pid: int | None = None) -> None:
    """Kill every descendant of a process, by default of this one, until there is none."""
    for _ in range(50):
        try:
            below = psutil.Process(pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return
        below = [process for process in below if _is_alive(process)]
        if not below:
            return
        for process in below:
            try:
                process.kill()
            except psutil.Error:
                continue
        psutil.wait_procs(below, timeout=0.2)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def run_alone(command: Sequence[str], seconds: float, environment: dict[str, str]) -> tuple[str, int]:
    """Run a command in a session of its own; when it ends, so does all that it started."""
    with _lock:
        if _stopping.is_set():
            return "", 1
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
        _known.add(process.pid)
    try:
        out, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_below(process.pid)
        process.kill()
        out, _ = process.communicate()
    except BaseException:
        kill_below(process.pid)
        process.kill()
        process.wait()
        raise
    finally:
        with _lock:
            _known.discard(process.pid)
            _kill_orphans()
    return out.decode("utf-8", "replace"), process.returncode


def stop_all() -> None:
    """Kill every process that `run_alone` is waiting for, with all that it started, and start no more."""
    with _lock:
        _stopping.set()
        running = list(_known)
    for pid in running:
        kill_below(pid)
        try:
            psutil.Process(pid).kill()
        except psutil.Error:
            continue


def _kill_orphans() -> None:
    """What was adopted from a process that was killed: every child that came after `adopt_orphans` and is not known."""
    if sys.platform != "linux":
        return
    for child in psutil.Process().children():
        if child.pid in _known or child.pid in _spared:
            continue
        kill_below(child.pid)
        try:
            child.kill()
            os.waitpid(child.pid, 0)
        except (psutil.Error, ChildProcessError):
            continue
