"""The lab opens, with a browser or without."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest


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
