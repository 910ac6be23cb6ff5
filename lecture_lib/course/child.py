"""A check that happens in a child of the kernel: what it reads there leaves no trace in the kernel itself."""

from __future__ import annotations

import io
import json
import os
import signal
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from lecture_lib.exercises.errors import UnknownExerciseError, WrongAnswer

Check = Callable[[str, Any], None]


def in_a_child(judge: Check) -> Check:
    """Judge an answer in a child of this process; what it printed and raised there is printed and raised here."""

    def check(name: str, answer: Any) -> None:
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The child runs nothing but this, whatever threads the kernel has.
            child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                with open(writing, "wb") as pipe:
                    pipe.write(json.dumps(_said(judge, name, answer)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        try:
            with open(reading, "rb") as pipe:
                text = pipe.read()
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        finally:
            os.waitpid(child, 0)
        _say_again(json.loads(text or b"null"))

    return check


def _said(judge: Check, name: str, answer: Any) -> dict[str, Any]:
    printed = io.StringIO()
    error: list[Any] = []
    try:
        with redirect_stdout(printed):
            judge(name, answer)
    except WrongAnswer as wrong:
        mistake = wrong.mistake
        error = ["wrong", name, mistake, str(wrong).removeprefix(f"{name}: {mistake or 'not yet'}. ")[:4000]]
    except UnknownExerciseError as unknown:
        error = ["unknown", str(unknown)[:4000]]
    except BaseException as other:
        error = ["other", f"{type(other).__name__}: {other}"[:4000]]
    return {"printed": printed.getvalue()[:4000], "error": error}


def _say_again(said: Any) -> None:
    if said is None:
        raise RuntimeError("the check ended before it said anything")
    print(said["printed"], end="")
    if not said["error"]:
        return
    kind, *words = said["error"]
    if kind == "wrong":
        raise WrongAnswer(*words)
    raise UnknownExerciseError(*words) if kind == "unknown" else RuntimeError(*words)
