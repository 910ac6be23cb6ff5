"""Time what a reader feels: the notebooks' run, and the first paint of pages on a slow line and a slow processor.

    python benchmarks/felt.py [SITE]

SITE is the folder that `make site` wrote, build/site if left out. A page comes from 127.0.0.1, packed by gzip, over
1.6 Mbit/s and 150 ms late, to a processor that is slowed down four times; medians of three loads.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from playwright.sync_api import sync_playwright

PAGES = ("index.html", "05_error_signal.html", "15_optimizers_and_learning_rates.html")
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
"""1.6 Mbit/s, in bytes a second."""

SLOWER = 4
LOADS = 3
NEAR = """() => {
  const pictures = [...document.querySelectorAll("figure:is(.answers, .widget)")];
  pictures.find((picture) => picture.checkVisibility())?.scrollIntoView();
  return document.querySelector("figure[data-live=yes]");
}"""
"""A picture that answers comes when the reader is near: this one goes to the first that is not folded away."""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class Quiet(SimpleHTTPRequestHandler):
    """Files, their texts packed as hosts of pages pack them, without a line for each."""

    def do_GET(self) -> None:
        """Answer with a file."""
        path = Path(self.translate_path(self.path))
        kind = self.guess_type(str(path))
        if not path.is_file() or not kind.startswith("text/"):
            super().do_GET()
            return
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", len(content))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def load(chromium: Any, address: str) -> tuple[float, float]:
    """The seconds to the first paint of a page and to its first picture that moves."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(NEAR, polling=50, timeout=60_000)
    live = time.perf_counter() - begun
    paint = page.evaluate(PAINT) / 1000
    context.close()
    return paint, live


def main() -> None:
    """Measure and print."""
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "build/site")
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "lecture_lib", "run"], check=True, capture_output=True)
    print(f"lecture_lib run: {time.perf_counter() - begun:.0f} s")
    with served(site) as address, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"))
        loads = {name: [load(chromium, f"{address}/{name}") for _ in range(LOADS)] for name in PAGES}
        chromium.close()
    for name, found in loads.items():
        paint, live = (median(times) for times in zip(*found, strict=True))
        print(f"{name}: first paint {paint:.1f} s, first live picture {live:.1f} s")


if __name__ == "__main__":
    main()
