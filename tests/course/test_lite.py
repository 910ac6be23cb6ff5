"""JupyterLite: notebooks that install the course from the site itself."""

import json
import os
import re
import subprocess
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import requires
from pathlib import Path

import pytest

from lecture_lib.course.execute import find_notebooks
from lecture_lib.course.lite import PURE, STAND_INS, lite
from lecture_lib.course.site.distribution import checksums
from lecture_lib.places import checkout


def test_a_site_holds_the_notebooks_and_the_wheel(tmp_path):
    pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: make lite brings it")
    output = lite(checkout(), find_notebooks(["00"]), tmp_path / "site")
    (wheel,) = output.rglob("lecture_lib-*.whl")
    assert wheel.stat().st_size > 2_000_000
    notebook = json.loads((output / "files" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    assert "%pip install --quiet lecture_lib[notebooks]" in "".join(notebook["cells"][2]["source"])


def test_the_steps_and_their_places(tmp_path, monkeypatch):
    calls = []

    def note(command, check, cwd=None):
        calls.append((command[2:], cwd))
        if "jupyter" in command:
            assert (cwd / "contents" / "00_start_here.ipynb").is_file()

    monkeypatch.setattr(subprocess, "run", note)
    assert lite(tmp_path, find_notebooks(["00"]), tmp_path / "site") == tmp_path / "site"
    assert [call[0][0] for call in calls] == ["pip", "jupyter"]
    assert str(tmp_path / "site") in calls[1][0]


def test_with_python_all_that_a_kernel_asks_for_lies_in_the_site(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.mkdir()
    for file in checksums():
        (python / file).write_text(file)
    seen = {}

    def note(command, check, cwd=None):
        if "download" in command:
            (cwd / "pypi" / "micropip-0.9.0-py3-none-any.whl").write_text("micropip")
        if "jupyter" in command:
            folder = cwd / "static" / "pyodide"
            lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
            seen.update({name: folder / entry["file_name"] for name, entry in lock.items()})
            assert all(path.is_file() for path in seen.values())
            assert lock["micropip"]["depends"] == ["packaging"] and not list((cwd / "pypi").glob("micropip*"))
            for name, source in STAND_INS.items():
                with zipfile.ZipFile(seen[name]) as wheel:
                    assert (f"{name}.py" in wheel.namelist()) == bool(source)
            (settings,) = json.loads((cwd / "jupyter-lite.json").read_text())["jupyter-config-data"][
                "litePluginSettings"
            ].values()
            assert settings == {"disablePyPIFallback": True}

    monkeypatch.setattr(subprocess, "run", note)
    lite(checkout(), find_notebooks(["00"]), tmp_path / "site", python)
    # What the notebooks need is there: it is compiled for the browser, or pip was asked for it.
    asked = {re.match(r"[\w-]+", name)[0] for name in PURE}
    extra = [re.match(r"[\w-]+", need)[0].lower() for need in requires("lecture_lib") if "'notebooks'" in need]
    assert len(extra) > 5 and set(extra) <= asked | set(seen)


# Every cell runs; what each has become.
RUN_ALL = """async () => {
    const { commands, shell } = window.jupyterapp;
    await commands.execute("notebook:clear-all-cell-outputs");
    await commands.execute("notebook:run-all-cells");
    return [...shell.currentWidget.content.model.cells].filter((cell) => cell.type === "code").map((cell) => ({
        source: cell.sharedModel.getSource(), count: cell.executionCount, outputs: cell.outputs.toJSON(),
    }));
}"""


@contextmanager
def served(folder):
    """A web server for a folder on this machine; yields its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_notebook_02_runs_in_the_browser_without_a_network(tmp_path, chromium):
    pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: make lite brings it")
    named = os.environ.get("LECTURE_LIB_PYODIDE")
    if not named:
        pytest.skip("no Python for the browser: set LECTURE_LIB_PYODIDE to a folder with it")
    lite(checkout(), find_notebooks(["02"]), tmp_path / "site", Path(named))
    settings = tmp_path / "site" / "jupyter-lite.json"
    configured = json.loads(settings.read_text(encoding="utf-8"))
    configured["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(configured), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    try:
        with served(tmp_path / "site") as address:
            asked = []
            context.on("request", lambda request: asked.append(request.url))
            page = context.new_page()
            page.set_default_timeout(300_000)
            page.goto(f"{address}/lab/index.html?path=02_slopes_and_numeric_gradients.ipynb")
            page.wait_for_function("() => /Idle/.test(document.querySelector('#jp-main-statusbar')?.innerText)")
            cells = page.evaluate(RUN_ALL)
            assert len(cells) > 10 and [cell["source"] for cell in cells if not cell["count"]] == []
            outputs = [output for cell in cells for output in cell["outputs"]]
            assert [output for output in outputs if output["output_type"] == "error"] == []
            shown = {kind for output in outputs for kind in output.get("data", {})}
            assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= shown
            assert {re.match(r"(http://[^/]*|data:|blob:)", url)[0] for url in asked} <= {address, "data:", "blob:"}
    finally:
        context.close()
