"""Lines of a plain or gzip-compressed text file, in blocks, with their line numbers."""

import gzip
import zlib
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import BinaryIO, cast

from lecture_lib.ner.errors import DataError, MissingDataError

BLOCK_BYTES = 1 << 18
# A longer line is not text of this kind, and reading on would fill the memory.
MAX_LINE_BYTES = 1 << 20

UTF8_MARK = b"\xef\xbb\xbf"
FOREIGN_STARTS = {
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"\xfd7zXZ": "an xz archive; unpack it first",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
}


def line_blocks(path: str | PathLike[str]) -> Iterator[tuple[int, list[bytes]]]:
    r"""Yield the lines of a file in blocks of about 256 kB, so that memory stays small.

    Gzip is recognized by its first bytes, a UTF-8 byte-order mark is dropped, and lines end at `\n` alone:
    other characters that Unicode counts as line ends may be part of a word.

    Args:
        path: a plain or gzip-compressed text file.

    Yields:
        The number of the block's first line, counted from 1, and the lines without their `\n`.

    Raises:
        MissingDataError: there is no such file.
        DataError: it is a folder, not a text file, damaged, or has a line of more than a megabyte.
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
    try:
        with _open(path) as stream:
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
            "the gzip data break off here; the file was not copied to its end, get it again", path, line
        ) from None
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"the gzip data are damaged from here ({error}); get the file again", path, line) from None
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror or error})", path, line) from None
    if rest:
        yield line, [rest]


def decoded(raw: bytes, path: str | PathLike[str], line: int) -> str:
    """The text of UTF-8 bytes.

    Args:
        raw: the bytes of one line or word.
        path: the file, for the message.
        line: the line, for the message.

    Returns:
        The text.

    Raises:
        DataError: the bytes are not UTF-8.

    >>> decoded(b"caf\\xc3\\xa9", "words.txt", 1)
    'café'
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte 0x{raw[error.start]:02x} is not UTF-8 here; save the file as UTF-8", path, line
        ) from None


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzip else path.open("rb")


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
