"""Downloads that go on where they broke off, for use by pooch."""

import os
import re
import time
from pathlib import Path
from typing import Any

CONNECT_SECONDS = 10.0
STALL_SECONDS = 30.0
PAUSE_SECONDS = 1.0
ATTEMPTS = 4
CHUNK_BYTES = 1 << 16


class DownloadError(OSError):
    """A download failed; the message says why."""


class BrokenTransferError(DownloadError):
    """A download broke off in a way that another attempt may mend."""


class ResumingDownloader:
    """Fetches one file over HTTP, keeping what has arrived in a `.part` file until it is complete.

    A broken or stalled connection is tried again from where it stopped, at most `ATTEMPTS` times without progress,
    and so is the next call. Whether the content is right is for the caller's checksum to say.
    """

    def __init__(self, part: Path, size: int | None, progress: bool, title: str):
        self.part = part
        self.size = size
        self.progress = progress
        self.title = title

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Fetch the file: the form in which pooch calls a downloader."""
        failures = 0
        while True:
            before = self._have()
            try:
                self._transfer(url)
                break
            except BrokenTransferError as error:
                failures = 1 if self._have() > before else failures + 1
                if failures >= ATTEMPTS:
                    raise DownloadError(f"{error}, after {ATTEMPTS} attempts") from None
                time.sleep(PAUSE_SECONDS)
        os.replace(self.part, output_file)

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _transfer(self, url: str) -> None:
        import requests
        import urllib3

        have = self._have()
        if self.size is not None and have == self.size:
            return
        # Without "identity" a server may compress on the way, and the bytes would not be those of the checksum.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, STALL_SECONDS)) as response:
                if response.status_code == 416:
                    self.part.unlink()
                    raise BrokenTransferError("the server has no such part of the file")
                if response.status_code >= 500 or response.status_code == 429:
                    raise BrokenTransferError(f"the server answers {response.status_code} {response.reason}")
                if not response.ok:
                    raise DownloadError(f"the server answers {response.status_code} {response.reason}")
                resumed = response.status_code == 206 and _starts_at(response.headers, have)
                self._receive(response, have if resumed else 0)
        except (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
            raise BrokenTransferError(f"nothing arrived for {STALL_SECONDS:g} seconds") from None
        except requests.ConnectionError as error:
            if error.args and isinstance(error.args[0], urllib3.exceptions.MaxRetryError):
                raise DownloadError("there is no connection to the server") from None
            raise BrokenTransferError("the connection broke off") from None
        except urllib3.exceptions.HTTPError:
            raise BrokenTransferError("the connection broke off") from None
        except requests.RequestException as error:
            raise DownloadError(f"the address cannot be fetched ({error})") from None

    def _receive(self, response: Any, have: int) -> None:
        from tqdm.auto import tqdm

        rest = response.headers.get("Content-Length", "")
        total = have + int(rest) if rest.isdigit() else None
        if self.size is not None and total not in (self.size, None):
            raise DownloadError(f"the server sends another file, of {total:,} bytes")
        total = self.size or total
        with (
            self.part.open("ab" if have else "wb") as file,
            tqdm(
                total=total, initial=have, unit="B", unit_scale=True, desc=self.title, disable=not self.progress
            ) as bar,
        ):
            for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
                have += len(chunk)
                if self.size is not None and have > self.size:
                    break
                file.write(chunk)
                bar.update(len(chunk))
        if self.size is not None and have > self.size:
            self.part.unlink()
            raise DownloadError(f"the server sends another file, of more than {self.size:,} bytes")
        if total is not None and have < total:
            raise BrokenTransferError(f"the connection broke off at {have:,} of {total:,} bytes")


def _starts_at(headers: Any, have: int) -> bool:
    match = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return match is not None and int(match[1]) == have
