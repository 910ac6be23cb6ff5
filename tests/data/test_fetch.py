"""`fetch` against a server on this machine that serves well, and one that truncates, corrupts, stalls, redirects."""

import bz2
import gzip
import hashlib
import io
import socket
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lecture_lib import data
from lecture_lib.data import catalog, downloads, fetching, listing
from lecture_lib.data.catalog import Entry
from lecture_lib.ner import MissingDataError

TEXT = b"tv 0.5 1\nparis 2 -3\n" + b"".join(b"w%d 1 2\n" % i for i in range(20_000))
Misbehavior = Callable[[BaseHTTPRequestHandler, bytes, int], None]


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


class Server(ThreadingHTTPServer):
    """Serves `content`; each of `plan` misbehaves once, in order, and `asked` records the ranges."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = b""
        self.plan: list[Misbehavior] = []
        self.asked: list[str | None] = []
        self.ranges = True
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        content = self.server.content
        start = int(asked[6:-1]) if asked and self.server.ranges else 0
        if self.server.plan:
            self.server.plan.pop(0)(self, content, start)
        else:
            serve(self, content, start)

    def log_message(self, *args: object) -> None:
        pass


def head(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(len(content) - start))
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.end_headers()


def serve(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    head(handler, content, start)
    handler.wfile.write(content[start:])


def truncate(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    head(handler, content, start)
    handler.wfile.write(content[start : start + (len(content) - start) // 2])


def close_at_once(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    handler.close_connection = True


def corrupt(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    serve(handler, bytes([content[0] ^ 1]) + content[1:], start)


def stall(handler: Handler, content: bytes, start: int) -> None:
    head(handler, content, start)
    handler.wfile.write(content[start : start + 100])
    handler.server.stop.wait(20)


def stall_before_answer(handler: Handler, content: bytes, start: int) -> None:
    handler.server.stop.wait(20)


def redirect(handler: Handler, content: bytes, start: int) -> None:
    handler.send_response(302)
    handler.send_header("Location", f"{handler.server.url}/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def status(code: int) -> Misbehavior:
    def answer(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def login_page(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    serve(handler, b"<html>please log in</html>", 0)


def endless(handler: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"x" * (len(content) + 1_000_000))


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("LECTURE_LIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LECTURE_LIB_DATA", raising=False)
    monkeypatch.setattr(downloads, "STALL_SECONDS", 0.4)
    monkeypatch.setattr(downloads, "PAUSE_SECONDS", 0.01)
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.stop.set()
    running.shutdown()
    running.server_close()
    thread.join()


def offer(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str = "glove-6b-50d",
    checksum: bool = True,
    size: bool = True,
) -> Entry:
    """Put the server's content in the place of a catalog entry."""
    server.content = content
    real = catalog.entry(name)
    chosen = Entry(
        name,
        real.what,
        real.license,
        server.url,
        real.file,
        len(content) if size else None,
        f"sha256:{hashlib.sha256(content).hexdigest()}" if checksum else None,
        real.members,
    )
    entries = tuple(chosen if entry.name == name else entry for entry in catalog.ENTRIES)
    monkeypatch.setattr(catalog, "ENTRIES", entries)
    monkeypatch.setattr(listing, "ENTRIES", entries)
    return chosen


@pytest.fixture
def glove(server: Server, monkeypatch: pytest.MonkeyPatch) -> Entry:
    return offer(server, monkeypatch, zipped({"glove.6B.50d.txt": TEXT, "glove.6B.100d.txt": b"x"}))


def cache_files() -> list[str]:
    cache = fetching.cache_folder()
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file())


def test_fetch_prints_the_license_and_vectors_reads_it(
    glove: Entry, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = data.fetch("glove-6b-50d", progress=False)
    assert [path.name for path in paths] == ["glove.6B.50d.txt"] and paths[0].read_bytes() == TEXT
    assert "License: Public Domain Dedication" in capsys.readouterr().out
    assert data.vectors("glove-6b-50d").words[:2] == ("tv", "paris")
    assert data.fetch("glove-6b-50d") == paths and server.asked == [None]
    assert [Path(file).name for file in cache_files()] == ["glove.6B.50d.txt"]


def test_the_license_comes_before_the_download(
    glove: Entry, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plan = [status(404)]
    with pytest.raises(data.FetchError):
        data.fetch("glove-6b-50d", progress=False)
    assert "License:" in capsys.readouterr().out


def test_the_progress_bar_names_the_file(glove: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    data.fetch("glove-6b-50d")
    assert "glove.6B.zip" in capsys.readouterr().err


@pytest.mark.parametrize(
    "plan",
    [
        [truncate],
        [truncate, truncate, truncate],
        [close_at_once],
        [stall],
        [stall_before_answer],
        [redirect],
        [status(503)],
        [status(429)],
        [stall, redirect, truncate],
        [truncate, status(416)],
    ],
    ids=lambda plan: "-".join(getattr(step, "__name__", "") for step in plan),
)
def test_a_download_survives(plan: list[Misbehavior], glove: Entry, server: Server) -> None:
    server.plan = list(plan)
    (path,) = data.fetch("glove-6b-50d", progress=False)
    assert path.read_bytes() == TEXT and not server.plan


def test_a_broken_download_goes_on_where_it_stopped(glove: Entry, server: Server) -> None:
    server.plan = [truncate]
    data.fetch("glove-6b-50d", progress=False)
    assert server.asked == [None, f"bytes={len(server.content) // 2}-"]


def test_the_next_call_goes_on_where_the_last_one_stopped(glove: Entry, server: Server) -> None:
    server.plan = [truncate, *[close_at_once] * downloads.ATTEMPTS]
    with pytest.raises(data.FetchError, match="the connection broke off"):
        data.fetch("glove-6b-50d", progress=False)
    assert cache_files() == ["glove.6B.zip.part"]
    with pytest.raises(MissingDataError, match="not here yet"):
        data.vectors("glove-6b-50d")
    server.plan, server.asked = [], []
    (path,) = data.fetch("glove-6b-50d", progress=False)
    assert server.asked == [f"bytes={len(server.content) // 2}-"] and path.read_bytes() == TEXT


def test_a_server_without_ranges_starts_over(glove: Entry, server: Server) -> None:
    server.ranges = False
    server.plan = [truncate]
    (path,) = data.fetch("glove-6b-50d", progress=False)
    assert path.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ([corrupt], "another checksum than sha256:"),
        ([login_page] * 9, "another file, of 26 bytes"),
        ([endless] * 9, "another file, of more than"),
        ([status(404)], "the server answers 404"),
        ([status(403)], "the server answers 403"),
        ([status(500)] * 9, "the server answers 500 .* after 4 attempts"),
        ([stall_before_answer] * 9, "nothing arrived for 0.4 seconds, after 4 attempts"),
        ([redirect] * 99, "redirects"),
    ],
    ids=["corrupt", "login page", "endless", "404", "403", "500", "stall", "redirects"],
)
def test_a_failed_download_never_looks_like_data(
    plan: list[Misbehavior], message: str, glove: Entry, server: Server
) -> None:
    server.plan = list(plan)
    with pytest.raises(data.FetchError, match=message) as caught:
        data.fetch("glove-6b-50d", progress=False)
    text = str(caught.value)
    assert "\n" not in text and glove.file in text and str(fetching.cache_folder()) in text
    assert glove.checksum and glove.checksum in text
    assert [file for file in cache_files() if not file.endswith(".part")] == []
    server.plan = []
    (path,) = data.fetch("glove-6b-50d", progress=False)
    assert path.read_bytes() == TEXT


def test_without_a_network_one_line_says_what_to_place_where(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = offer(server, monkeypatch, zipped({"glove.6B.50d.txt": TEXT}))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    lost = Entry(**{**vars(chosen), "url": f"http://127.0.0.1:{port}/file"})
    monkeypatch.setattr(catalog, "ENTRIES", (lost,))
    start = time.perf_counter()
    with pytest.raises(data.FetchError, match="there is no connection to the server") as caught:
        data.fetch("glove-6b-50d", progress=False)
    assert time.perf_counter() - start < 5
    assert f"place {chosen.file} ({len(server.content):,} bytes, {chosen.checksum}) in " in str(caught.value)
    cache = fetching.cache_folder()
    (cache / chosen.file).write_bytes(server.content)
    (path,) = data.fetch("glove-6b-50d", progress=False)
    assert path.read_bytes() == TEXT and (cache / chosen.file).exists()


def test_a_placed_file_must_have_the_checksum(
    glove: Entry, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("LECTURE_LIB_DATA", str(own))
    (own / glove.file).write_bytes(b"something else")
    with pytest.raises(data.FetchError, match="is not the right file: its sha256 is"):
        data.fetch("glove-6b-50d", progress=False)
    (own / glove.file).write_bytes(server.content)
    data.fetch("glove-6b-50d", progress=False)
    assert server.asked == []


def test_an_archive_without_its_file_is_reported(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(server, monkeypatch, zipped({"other.txt": b""}))
    with pytest.raises(data.FetchError, match=r"holds no file glove\.6B\.50d\.txt"):
        data.fetch("glove-6b-50d", progress=False)
    offer(server, monkeypatch, b"no archive at all")
    with pytest.raises(data.FetchError, match="is damaged"):
        data.fetch("glove-6b-50d", progress=False)
    assert not (fetching.cache_folder() / "glove-6b-50d").exists()


def test_every_kind_of_archive_is_read_after_fetch(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(server, monkeypatch, gzip.compress(b"2 2\ntv 1 2\nx 3 4\n"), "glove-wiki-gigaword-50")
    data.fetch("glove-wiki-gigaword-50", progress=False)
    assert data.vectors("glove-wiki-gigaword-50").words == ("tv", "x")

    files = dict.fromkeys(("train.txt", "valid.txt", "test.txt"), b"-DOCSTART- -X- -X- O\n\nOslo NNP B-NP B-LOC\n")
    offer(server, monkeypatch, zipped(files), "conll2003", size=False)
    data.fetch("conll2003", progress=False)
    assert data.corpus("conll2003").dev[0].tags == ["B-LOC"]

    snippets = {"rt-polaritydata/rt-polarity.pos": b"caf\xe9 fine\n", "rt-polaritydata/rt-polarity.neg": b"bad\n"}
    offer(server, monkeypatch, tarred(snippets), "rt-polarity")
    data.fetch("rt-polarity", progress=False)
    assert data.polarity() == [(["café", "fine"], 1), (["bad"], 0)]


def test_data_without_a_published_checksum_need_consent(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bz2.compress(b"Oslo|NNP|I-LOC\n" * 10)
    offer(server, monkeypatch, content, "wikiner-en", checksum=False, size=False)
    with pytest.raises(data.FetchError, match=r"no checksum is published .* unverified=True"):
        data.fetch("wikiner-en", progress=False)
    assert server.asked == []
    data.fetch("wikiner-en", unverified=True, progress=False)
    assert f"not verified; its sha256 is {hashlib.sha256(content).hexdigest()}" in capsys.readouterr().out
    corpus = data.corpus("wikiner-en")
    assert [len(part) for part in (corpus.train, corpus.dev, corpus.test)] == [8, 1, 1]


def test_available_prints_a_line_for_everything(glove: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    data.available()
    before = capsys.readouterr().out
    data.fetch("glove-6b-50d", progress=False)
    capsys.readouterr()
    data.available()
    after = capsys.readouterr().out
    assert before.splitlines()[0].split() == ["name", "what", "license", "size", "present"]
    for name in ("default", "ewt", "glove-50k", "glove-10k", *(entry.name for entry in catalog.ENTRIES)):
        assert f"\n{name} " in before

    def line(table: str) -> str:
        return next(line for line in table.splitlines() if line.startswith("glove-6b-50d"))

    assert line(before).endswith("data.fetch") and line(after).endswith("yes")


def test_the_catalog_states_what_is_needed() -> None:
    for entry in catalog.ENTRIES:
        assert entry.url.startswith("https://") and entry.license and entry.members
        if entry.checksum is not None:
            kind, digits = entry.checksum.split(":")
            assert len(digits) == {"sha256": 64, "md5": 32}[kind]
