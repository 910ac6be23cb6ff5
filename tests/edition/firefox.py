"""Debian's Firefox, driven by WebDriver BiDi, which it speaks itself: one socket, and no driver between."""

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from show.laboratory import running

# Nothing is asked of any host: a proxy that is not there stands before all of them.
PREFERENCES = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "app.normandy.enabled": False, "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False,
    "browser.startup.page": 0, "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False, "extensions.update.enabled": False,
}  # fmt: skip
KEYS = {"ArrowRight": "\ue014", "End": "\ue010", "Home": "\ue011"}


class Firefox:
    """One tab."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.wrong: list[str] = []
        self.say("session.new", capabilities={})
        self.say("session.subscribe", events=["log.entryAdded"])
        self.tab = self.say("browsingContext.getTree")["contexts"][0]["context"]

    def say(self, method: str, **params: Any) -> Any:
        """Send a command and wait for its result; what the console says meanwhile is kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            heard = json.loads(self.socket.recv())
            if heard.get("method") == "log.entryAdded" and heard["params"]["level"] in ("error", "warn"):
                self.wrong.append(heard["params"]["text"])
            if heard.get("id") == number:
                if heard["type"] == "error":
                    raise RuntimeError(f"{method}: {heard['message']}")
                return heard["result"]

    def show(self, page: Path) -> None:
        """Open a page and wait until it has loaded."""
        self.say("browsingContext.navigate", context=self.tab, url=page.as_uri(), wait="complete")

    def value(self, expression: str) -> Any:
        """The value of an expression in the page, a promise's too: a number, a text, a truth or null."""
        target = {"context": self.tab}
        found = self.say("script.evaluate", expression=expression, target=target, awaitPromise=True)
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key."""
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.say("input.performActions", context=self.tab, actions=[source])


@contextmanager
def firefox(program: str, profile: Path, socket: Any) -> Iterator[Firefox]:
    """A headless Firefox with a profile of its own.

    Args:
        program: its path.
        profile: an empty folder.
        socket: the module ``websocket``.
    """
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines), encoding="ascii")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    place = profile / "WebDriverBiDiServer.json"
    with running(command, 20, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not place.exists() or not place.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{program} did not start")
            time.sleep(0.1)
        address = json.loads(place.read_text())
        line = socket.create_connection(
            f"ws://{address['ws_host']}:{address['ws_port']}/session", timeout=60, suppress_origin=True
        )
        try:
            yield Firefox(line)
        finally:
            line.close()


def found() -> str | None:
    """The path of Firefox, if it is installed."""
    return shutil.which("firefox-esr") or shutil.which("firefox")
