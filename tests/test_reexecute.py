"""`python -m lecture_lib notebooks`: twice gives the same bytes."""

import base64
import struct
import zlib

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lecture_lib.course.authoring.reexecute import reexecute, stabilize, stable_bytes, strip_png
from lecture_lib.course.execute import read_notebook

EVERYTHING = (
    "import sys\nprint('some text')\nprint('more text')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()",
    "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\nslider",
    "from IPython.display import HTML, display\ndisplay(slider, slider)\nHTML('<b>bold</b>')",
    "import os\n'LECTURE_LIB_DATA' in os.environ",
    "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass",
    "1 / 0",
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEAD = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\x7f"))
END = chunk(b"IEND", b"")
PLAIN = SIGNATURE + HEAD + PIXELS + END
REMARKED = SIGNATURE + HEAD + chunk(b"tEXt", b"Software\0a plotter") + PIXELS + chunk(b"tIME", b"\0" * 7) + END


@pytest.fixture
def everything(tmp_path):
    cells = [new_markdown_cell("# Title", id="title")]
    for number, source in enumerate(EVERYTHING):
        tags = {"tags": ["raises-exception"]} if source == "1 / 0" else {"covers": ["E4"]}
        cells.append(new_code_cell(source, id=f"kept-{number}", metadata=tags))
    path = tmp_path / "00_everything.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"title": "kept"}), path)
    return path


def test_twice_gives_the_same_bytes(everything, monkeypatch, capsys):
    monkeypatch.setenv("LECTURE_LIB_DATA", "/nowhere")
    assert reexecute([everything])
    once = everything.read_bytes()
    assert reexecute([everything])
    assert everything.read_bytes() == once
    assert capsys.readouterr().out.splitlines() == ["00_everything: renewed", "00_everything: unchanged"]

    notebook = read_notebook(everything)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "name": "python"},
        "title": "kept",
    }
    assert [cell.id for cell in notebook.cells] == ["title", *(f"kept-{k}" for k in range(len(EVERYTHING)))]
    code = notebook.cells[1:]
    assert [cell.execution_count for cell in code] == list(range(1, len(EVERYTHING) + 1))
    assert all(set(cell.metadata) <= {"covers", "tags"} for cell in code)
    assert [output.text for output in code[0].outputs] == ["some text\nmore text\n"]
    assert b"Software" not in base64.b64decode(code[1].outputs[0].data["image/png"])
    view = "application/vnd.jupyter.widget-view+json"
    assert code[2].outputs[0].data[view]["model_id"] == "kept-2-0"
    assert [output.data[view]["model_id"] for output in code[3].outputs[:2]] == ["kept-3-0", "kept-3-0"]
    assert code[3].outputs[2].data["text/html"] == "<b>bold</b>"
    assert code[4].outputs[0].data["text/plain"] == "False"
    assert code[6].outputs[0].traceback == ["ZeroDivisionError: division by zero"]


def test_a_failing_or_unstable_notebook_keeps_its_bytes(tmp_path, capsys):
    sources = {
        "00_fails": "undefined",
        "01_warns": "import warnings\nwarnings.warn('careful')",
        "02_good": "1",
    }
    for name, source in sources.items():
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), tmp_path / f"{name}.ipynb")
    paths = sorted(tmp_path.glob("*.ipynb"))
    before = [path.read_bytes() for path in paths]
    assert not reexecute(paths)
    assert [path.read_bytes() for path in paths[:2]] == before[:2]
    assert paths[2].read_bytes() != before[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in paths]
    fails, warns, good = capsys.readouterr().out.splitlines()
    assert fails == "00_fails: failed: cell 1: NameError: name 'undefined' is not defined"
    assert warns.startswith("01_warns: refused: cell 1 writes to standard error, which is not stable: ")
    assert good == "02_good: renewed"


def test_stabilize_is_idempotent():
    picture = new_output("display_data", data={"image/png": base64.b64encode(REMARKED).decode() + "\n"})
    notebook = new_notebook(
        cells=[new_code_cell("x", outputs=[picture], metadata={"execution": {"iopub.status.busy": "now"}})],
        metadata={"widgets": {"state": {}}, "language_info": {"name": "python", "version": "3.11.2"}},
    )
    once = stable_bytes(notebook)
    assert stable_bytes(notebook) == once
    assert b"3.11.2" not in once and b"iopub" not in once and b"widgets" not in once
    assert base64.b64decode(notebook.cells[0].outputs[0].data["image/png"]) == PLAIN


def test_stabilize_numbers_models_by_first_use():
    view = "application/vnd.jupyter.widget-view+json"
    outputs = [new_output("display_data", data={view: {"model_id": name}}) for name in ("b", "a", "b")]
    notebook = new_notebook(cells=[new_code_cell("x", id="cell", outputs=outputs)])
    stabilize(notebook)
    assert [output.data[view]["model_id"] for output in outputs] == ["cell-0", "cell-1", "cell-0"]


def test_strip_png_keeps_the_picture():
    assert strip_png(REMARKED) == PLAIN
    assert strip_png(PLAIN) == PLAIN


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (b"GIF89a", "no PNG file"),
        (PLAIN[:-5], "ends inside a chunk"),
        (PLAIN + b"\0\0", "ends inside a chunk"),
    ],
)
def test_strip_png_refuses_what_is_no_png(picture, message):
    with pytest.raises(ValueError, match=message):
        strip_png(picture)


def test_timings_stay_until_their_cell_changes(tmp_path, capsys):
    path = tmp_path / "00_times.ipynb"
    cell = new_code_cell("import time\nprint(time.time_ns())", id="00-time", metadata={"tags": ["timing"]})
    nbformat.write(new_notebook(cells=[cell]), path)
    assert reexecute([path])
    first = path.read_bytes()
    assert reexecute([path])
    assert path.read_bytes() == first
    path.write_bytes(first.replace(b"time_ns", b"monotonic_ns"))
    assert reexecute([path])
    assert capsys.readouterr().out.count("renewed") == 2
