"""Lines of a plain or compressed text file, in blocks, with their line numbers."""

import bz2
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import IO, Any

from lecture_lib.ner.errors import DataError, MissingDataError

try:
    import lzma
except ImportError:  # as in a browser's Python
    lzma = None  # type: ignore[assignment]

BLOCK_BYTES = 1 << 18
# A longer line is not text of this kind, and reading on would fill the memory.
MAX_LINE_BYTES = 1 << 20

UTF8_MARK = b"\xef\xbb\xbf"
FOREIGN_STARTS = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
}


def line_blocks(path: str | PathLike[str]) -> Iterator[tuple[int, list[bytes]]]:
    r"""Yield the lines of a file in blocks of about 256 kB, so that memory stays small.

    Compression is recognized by its first bytes, a UTF-8 byte-order mark is dropped, and lines end at `\n` alone:
    other characters that Unicode counts as line ends may be part of a word.
    """
    path = Path(path)
    if not path.exists():
        raise MissingDataError("there is no such file", path)
    if path.is_dir():
        raise DataError("this is a folder; expected a text file", path)
    if not path.is_file():
        raise DataError("this is not a regular file; expected a text file", path)
    line = 1
    rest = b""
    packing = ""
    try:
        magic = _magic(path)
        packing, opener = PACKINGS[magic]
        with opener(path, "rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                if line == 1 and not rest:
                    block = _checked_start(block, path)
                lines = (rest + block).split(b"\n")
                _refuse_binary(block, lines, path, line)
                rest = lines.pop()
                if lines:
                    yield line, lines
                    line += len(lines)
                if len(rest) > MAX_LINE_BYTES:
                    raise DataError(
                        f"this line is longer than {MAX_LINE_BYTES:,} bytes; expected one token or one word a line",
                        path,
                        line,
                    )
    except EOFError:
        raise DataError(
            f"the {packing} data break off here; the file was not copied to its end, get it again", path, line
        ) from None
    except DAMAGE as error:
        raise DataError(f"the {packing} data are damaged from here ({error}); get the file again", path, line) from None
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror or error})", path, line) from None
    if rest:
        yield line, [rest]


def decoded(raw: bytes, path: str | PathLike[str], line: int) -> str:
    """The text of UTF-8 bytes."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8 here; save the file as UTF-8", path, line
        ) from None


def _magic(path: Path) -> bytes:
    """The first bytes that tell a compression, none for plain text."""
    with path.open("rb") as stream:
        start = stream.read(max(map(len, PACKINGS)))
    return max((magic for magic in PACKINGS if start.startswith(magic)), key=len)


def _only_file_in(path: Path, mode: str) -> IO[bytes]:
    """The one file of a zip archive."""
    with zipfile.ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if not name.startswith("__MACOSX/") and not name.endswith("/")]
        if len(inside) != 1:
            shown = ", ".join(inside[:5])
            raise DataError(
                f"a zip archive with {len(inside)} files ({shown}); unpack it and name one of them", path, 1
            )
        return archive.open(inside[0])


def _checked_start(block: bytes, path: Path) -> bytes:
    for start, meaning in FOREIGN_STARTS.items():
        if block.startswith(start):
            raise DataError(f"this is {meaning}", path, 1)
    return block.removeprefix(UTF8_MARK)


def _refuse_binary(block: bytes, lines: list[bytes], path: Path, line: int) -> None:
    if b"\0" not in block:
        return
    for offset, text in enumerate(lines):
        if b"\0" in text:
            raise DataError("a zero byte: this is a binary file; expected UTF-8 text", path, line + offset)


PACKINGS: dict[bytes, tuple[str, Callable[[Path, str], Any]]] = {
    b"": ("", open),
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2 archive", bz2.open),
    b"PK\x03\x04": ("zip archive", _only_file_in),
}
DAMAGE: tuple[type[Exception], ...] = (
    zlib.error,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
if lzma is not None:
    PACKINGS[b"\xfd7zXZ\x00"] = ("xz archive", lzma.open)
    DAMAGE += (lzma.LZMAError,)
