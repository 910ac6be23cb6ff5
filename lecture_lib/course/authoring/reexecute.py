"""Renew the stored outputs of notebooks so that running twice gives the same bytes."""

import base64
import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from lecture_lib.course.execute import CELL_TIMEOUT, execute_notebooks, read_notebook

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that name the program, its version or the time: nothing of the picture.
PNG_REMARKS = {b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"}


def reexecute(paths: Sequence[Path], cell_timeout: float = CELL_TIMEOUT) -> bool:
    """Execute notebooks on the data that ship and store their outputs in place.

    A notebook that fails, or whose outputs cannot be stable, keeps the bytes it has.
    """
    sound = True
    with tqdm(total=len(paths), unit="notebook", mininterval=0.5) as bar:
        for result in execute_notebooks(paths, shipped_data=True, cell_timeout=cell_timeout):
            bar.update()
            if result.notebook is None or result.error is not None:
                outcome = f"failed: {result.error}"
            elif remark := unstable_output(result.notebook):
                outcome = f"refused: {remark}"
            else:
                outcome = store(result.notebook, result.path)
            sound = sound and outcome in {"renewed", "unchanged"}
            bar.write(f"{result.path.stem}: {outcome}")
    return sound


def store(notebook: NotebookNode, path: Path) -> str:
    """Write an executed notebook in its stable form, if that differs from what the file holds."""
    if path.is_file():
        keep_timings(notebook, read_notebook(path))
    new = stable_bytes(notebook)
    if path.is_file() and path.read_bytes() == new:
        return "unchanged"
    # An interrupted write must leave the old notebook, never half of the new one.
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_bytes(new)
    unfinished.replace(path)
    return "renewed"


def keep_timings(notebook: NotebookNode, stored: NotebookNode) -> None:
    """Leave the outputs of cells with the tag "timing" as they are stored, unless the cell itself changed.

    How long something took is never the same twice; a new picture of it at every execution would tell nobody anything.
    The cell's metadata say which source was timed.
    """
    old = {cell.id: cell for cell in stored.cells}
    for cell in notebook.cells:
        if "timing" not in cell.metadata.get("tags", []):
            continue
        source = hashlib.sha256(cell.source.encode()).hexdigest()[:16]
        if cell.id in old and old[cell.id].metadata.get("timed") == source:
            cell.outputs = old[cell.id].outputs
        cell.metadata["timed"] = source


def stable_bytes(notebook: NotebookNode) -> bytes:
    """Bring a notebook into its stable form and lay it out as a file."""
    stabilize(notebook)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def unstable_output(notebook: NotebookNode) -> str | None:
    """Name the first output that would differ on another machine.

    Standard error carries warnings with paths and process numbers, and its place among the other outputs
    is a matter of luck.
    """
    number = 0
    for cell in notebook.cells:
        number += cell.cell_type == "code"
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                first = output.text.strip().partition("\n")[0]
                return f"cell {number} writes to standard error, which is not stable: {first}"
    return None


def stabilize(notebook: NotebookNode) -> None:
    """Remove from a notebook, in place, what differs from one execution to the next.

    Cell ids and execution counts stay. Widget state, timings and the kernel's version go; a widget's model is
    named after its cell; a picture keeps its pixels alone; an expected error keeps its last line alone.

    Example:
        >>> notebook = nbformat.v4.new_notebook(metadata={"widgets": {}})
        >>> stabilize(notebook)
        >>> sorted(notebook.metadata)
        ['kernelspec', 'language_info']
    """
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = NotebookNode(KERNEL)
    # Without the ending, `nbconvert --to script` writes a file that nobody knows.
    notebook.metadata["language_info"] = NotebookNode(file_extension=".py", name="python")
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        models: dict[str, str] = {}
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output["traceback"] = [f"{output.ename}: {output.evalue}"]
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _plain_png(data["image/png"])
            if WIDGET in data:
                model = data[WIDGET]["model_id"]
                data[WIDGET]["model_id"] = models.setdefault(model, f"{cell.id}-{len(models)}")


def _plain_png(text: str) -> str:
    return base64.b64encode(strip_png(base64.b64decode(text))).decode()


def strip_png(picture: bytes) -> bytes:
    """Remove remarks (program, version, time) from a PNG file; every pixel stays."""
    if not picture.startswith(PNG_SIGNATURE):
        raise ValueError(f"This is no PNG file: it starts with {picture[:8]!r}.")
    kept = [PNG_SIGNATURE]
    place = len(PNG_SIGNATURE)
    while place < len(picture):
        head = picture[place : place + 8]
        if len(head) < 8:
            raise ValueError(f"This PNG file ends inside a chunk, at byte {place}.")
        length, kind = struct.unpack(">I4s", head)
        end = place + 12 + length
        if end > len(picture):
            raise ValueError(f"This PNG file ends inside a chunk, at byte {place}.")
        if kind not in PNG_REMARKS:
            kept.append(picture[place:end])
        place = end
    return b"".join(kept)
