"""Real data on request, into the user's cache."""

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO

from lecture_lib.data.catalog import Entry, entry
from lecture_lib.data.downloads import DownloadError, ResumingDownloader
from lecture_lib.data.local import local_folder
from lecture_lib.ner.errors import MissingDataError
from lecture_lib.places import installing

CACHE_VARIABLE = "LECTURE_LIB_CACHE"
COPY_BYTES = 1 << 20


class FetchError(OSError):
    """Data could not be fetched; the message says why, and which file to place where instead."""


def cache_folder() -> Path:
    """The folder for fetched data: the one that LECTURE_LIB_CACHE names, or else the user's cache."""
    if chosen := os.environ.get(CACHE_VARIABLE, ""):
        return Path(chosen).expanduser()
    return Path(_pooch().os_cache("lecture_lib"))


def fetch(name: str, unverified: bool = False, progress: bool = True) -> list[Path]:
    """Fetch real data into the user's cache, once; `corpus`, `vectors` and `polarity` read them from there.

    The license is printed before anything is downloaded. A download that breaks off goes on where it stopped, now
    or at the next call. Files appear in the cache only when they are whole and their checksum is right. Without a
    network, place the archive in the cache folder or in the folder named by LECTURE_LIB_DATA and call again.

    Args:
        name: such as "glove-6b-50d"; `available()` prints them all.
        unverified: accept data for which no checksum is published; its sha256 is then printed.
        progress: show a progress bar.

    Returns:
        The paths of the files that are ready to be read.

    Raises:
        DataError: nothing of that name can be fetched.
        FetchError: it failed; the message says why, and which file to place where.

    >>> fetch("glove-7b")
    Traceback (most recent call last):
    lecture_lib.ner.errors.DataError: nothing named 'glove-7b' can be fetched; expected one of glove-6b-50d, ...
    """
    chosen = entry(name)
    ready = ready_files(chosen)
    if ready is not None:
        return ready
    print(f"{chosen.name}: {chosen.what}\nLicense: {chosen.license}", flush=True)
    cache = cache_folder()
    placed = _placed(chosen, cache)
    if chosen.checksum is None and not unverified:
        raise FetchError(
            f"no checksum is published for {chosen.file}, so it cannot be verified; "
            f"call fetch({name!r}, unverified=True) to accept whatever arrives"
        )
    cache.mkdir(parents=True, exist_ok=True)
    archive = placed or _download(chosen, cache, progress)
    if chosen.checksum is None:
        print(f"{chosen.file} is not verified; its sha256 is {_digest(archive, 'sha256')}", flush=True)
    try:
        _extract(chosen, archive, cache)
    except FetchError:
        if placed is None:
            archive.unlink()
        raise
    if placed is None:
        archive.unlink()
    ready = ready_files(chosen)
    if ready is None:
        raise FetchError(f"{chosen.name} was unpacked into {cache / chosen.name}, but its files are gone; fetch again")
    return ready


def fetched_files(chosen: Entry) -> list[Path]:
    """The files of something that has been fetched."""
    ready = ready_files(chosen)
    if ready is None:
        size = "size unknown" if chosen.size is None else f"{chosen.size / 1e6:,.1f} MB"
        raise MissingDataError(f"{chosen.name} is not here yet; call data.fetch({chosen.name!r}) first ({size})")
    return ready


def ready_files(chosen: Entry) -> list[Path] | None:
    """The files of something that can be fetched, if they are in the cache."""
    folder = cache_folder() / chosen.name
    files = [folder / Path(member).name for member in chosen.members]
    return files if all(file.is_file() for file in files) else None


def _placed(chosen: Entry, cache: Path) -> Path | None:
    """An archive that the reader has placed by hand, if it is the right one."""
    for folder in (local_folder(), cache):
        path = folder / chosen.file if folder else None
        if path is None or not path.is_file():
            continue
        if chosen.checksum is not None:
            kind, expected = chosen.checksum.split(":")
            found = _digest(path, kind)
            if found != expected:
                raise FetchError(
                    f"{path} is not the right file: its {kind} is {found}; expected {expected}; remove it or replace it"
                )
        return path
    return None


def _download(chosen: Entry, cache: Path, progress: bool) -> Path:
    pooch = _pooch()
    part = cache / f"{chosen.file}.part"
    downloader = ResumingDownloader(part, chosen.size, progress, chosen.file)
    remedy = f"to do without the download, place {chosen.demand} in {cache} and call fetch again"
    with _quiet(pooch):
        try:
            return Path(
                pooch.retrieve(chosen.url, chosen.checksum, fname=chosen.file, path=cache, downloader=downloader)
            )
        except DownloadError as error:
            raise FetchError(f"{chosen.name} could not be fetched from {chosen.url}: {error}; {remedy}") from None
        except ValueError:
            raise FetchError(
                f"{chosen.name} arrived from {chosen.url} with another checksum than {chosen.checksum} "
                f"and was thrown away; call fetch again; {remedy}"
            ) from None


def _extract(chosen: Entry, archive: Path, cache: Path) -> None:
    """Unpack beside the goal and rename at the end, so that a folder of that name is always whole."""
    with tempfile.TemporaryDirectory(dir=cache, prefix=f"{chosen.name}.", ignore_cleanup_errors=True) as scratch:
        for member in chosen.members:
            target = Path(scratch) / Path(member).name
            try:
                with _member(archive, member) as source, target.open("wb") as file:
                    shutil.copyfileobj(source, file, COPY_BYTES)
            except KeyError:
                raise FetchError(f"{archive} holds no file {member}; get the archive again") from None
            except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
                raise FetchError(f"{archive} is damaged ({error}); remove it and fetch again") from None
        goal = cache / chosen.name
        if goal.exists():
            shutil.rmtree(goal)
        os.rename(scratch, goal)


@contextmanager
def _member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped, zipped.open(member) as source:
            yield source
    elif archive.name.endswith(".tar.gz"):
        with tarfile.open(archive, "r:gz") as tarred:
            found = tarred.extractfile(member)
            if found is None:
                raise KeyError(member)
            with found:
                yield found
    else:
        with archive.open("rb") as source:
            yield source


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def _pooch() -> ModuleType:
    try:
        import pooch
    except ImportError:
        raise FetchError(f"fetching needs the package pooch: {installing('notebooks')}") from None
    return pooch


@contextmanager
def _quiet(pooch: ModuleType) -> Iterator[None]:
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    try:
        yield
    finally:
        logger.setLevel(level)
