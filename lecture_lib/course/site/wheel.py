"""The browser's Python and the course's own wheel as scripts, which a page opened from a disk may load."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lecture_lib.course.site.distribution import CORE, LOCK, packages
from lecture_lib.places import PACKAGE, data_folder

HERE = Path(__file__).parent
VERSION = version("lecture_lib")
WHEEL = f"lecture_lib-{VERSION}-py3-none-any.whl"
DATA = "lecture_lib_data.zip"
LEVEL = 6
SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive: what is packed does not depend on when."""


def write_python(distribution: Path, folder: Path) -> str:
    """Write a script for each file and return the list of them for the pages, as JSON: what is needed for what.

    Args:
        distribution: the folder of the browser's Python.
        folder: where the scripts go.

    Returns:
        JSON with the groups "core", "data" and "matplotlib", each a list of files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wheels = packages()
    own = {WHEEL: _archive(_sources()), DATA: _archive(_data()), "inside.py": (HERE / "inside.py").read_bytes(),
           "worker.js": (HERE / "static" / "worker.js").read_bytes(), LOCK.name: LOCK.read_bytes()}  # fmt: skip
    groups = {
        "core": [*CORE, LOCK.name, *wheels["numpy"], WHEEL, "inside.py", "worker.js"],
        "data": [DATA],
        "matplotlib": [*wheels["matplotlib"]],
    }
    for name in (name for group in groups.values() for name in group):
        content = own[name] if name in own else (distribution / name).read_bytes()
        text = base64.b64encode(zlib.compress(content, LEVEL)).decode()
        script = f"course.python.take({json.dumps(name)},{json.dumps(text)});\n"
        (folder / f"{name}.js").write_text(script, encoding="ascii", newline="\n")
    return json.dumps(groups)


def _sources() -> Iterator[tuple[str, bytes]]:
    """The library, without what only builds these pages, and the few lines that make it a wheel."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[:2] != ("course", "site") and place.parts[0] != "shipped":
            yield f"lecture_lib/{place.as_posix()}", path.read_bytes()
    info = f"lecture_lib-{VERSION}.dist-info"
    yield f"{info}/METADATA", f"Metadata-Version: 2.1\nName: lecture_lib\nVersion: {VERSION}\n".encode()
    yield f"{info}/WHEEL", b"Wheel-Version: 1.0\nGenerator: lecture_lib\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{info}/RECORD", b""


def _data() -> Iterator[tuple[str, bytes]]:
    for path in sorted(data_folder().rglob("*")):
        place = path.relative_to(data_folder())
        if path.is_file() and place.parts[0] != "build":
            yield f"lecture_lib/shipped/data/{place.as_posix()}", path.read_bytes()


def _archive(files: Iterator[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, SAME_DAY), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
