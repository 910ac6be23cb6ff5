"""The comparison of outputs: what a reader would call the same passes, and every planted change is caught."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.portability.drawings import alphabet, compare_drawings
from tests.portability.outputs import compare_outputs
from tests.portability.planted import in_cell, unseen
from tests.portability.texts import COURSE, EXACT, Tolerance, compare_texts, tolerance

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><title>loss 0.1234</title>{}</svg>'


def stored(path: Path) -> list[dict]:
    """The cells with outputs, in the form in which nbformat reads them."""
    found = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell.get("outputs")]
    for output in (output for cell in found for output in cell["outputs"]):
        if "text" in output:
            output["text"] = "".join(output["text"])
        for mime, value in output.get("data", {}).items():
            output["data"][mime] = "".join(value) if isinstance(value, list) else value
    return found


SAME = [
    ("loss 0.1234", "loss 0.1235"),
    ("loss -0.1234", "loss -0.1235"),
    ("1.234e+05 and 2.5e-07", "1.235e+05 and 2.5e-07"),
    # Rounding changed a width, and with it the padding of all.
    ("[ 9.9996 3.    ]", "[10.0004  3.    ]"),
    ("[0.14   0.2   ]", "[0.1401 0.2   ]"),
    ("a       9.9996\nb      10.0000", "a      10.0004\nb      10.0000"),
    ("error 3e-12", "error -2e-13"),
    ("error 0.0", "error 1e-17"),
    ("rate 25 Hz", "rate 25.01 Hz"),
]
OTHER = [
    ("loss 0.1234", "loss 0.1236"),
    ("loss 0.1234", "loss -0.1234"),
    ("−0.5", "0.5"),
    ("loss 0.1234", "loss +0.1234"),
    ("0.0", "-0.0"),
    ("0.5", "0.50"),
    ("25", "25.0"),
    ("0.50", "0.5001"),
    ("100 words", "101 words"),
    ("1000000 words", "1000001 words"),
    ("(10000, 50)", "(10001, 50)"),
    ("is 1000. Then", "is 1001. Then"),
    ("W1.5000", "W1.5001"),
    ("version 3.1100.2", "version 3.1101.2"),
    ("2.5·10⁻³", "2.5·10⁻⁴"),
    ("1e-05", "1e-06"),
    ("1000.0", "1e+03"),
    ("a 1.0  b 2.0", "a 1.0 b 2.0"),
    ("a 1.0 b 2.0", "b 1.0 a 2.0"),
    ("a 1.0\nb 2.0", "b 2.0\na 1.0"),
    ("a 1.0\n", "a 1.0"),
    ("nan", "0.0"),
    ("inf", "-inf"),
    ("Loss", "loss"),
    ("a  9.9996 words", "a 10.0004 word"),
    (r"\frac{0.1234}{2}", r"\frac{0.1236}{2}"),
    ("<td>0.1234</td>", "<th>0.1234</th>"),
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_the_same_to_a_reader(expected, got):
    assert compare_texts(expected, got) == []
    assert compare_texts(got, expected) == []


@pytest.mark.parametrize(("expected", "got"), OTHER)
def test_not_the_same(expected, got):
    assert compare_texts(expected, got)
    assert compare_texts(got, expected)


def test_a_tag_asks_for_more():
    assert tolerance(["slow", "timing"]) == COURSE
    assert tolerance(["exact"]) == EXACT
    assert tolerance(["rtol-1e-6"]) == Tolerance(1e-6, COURSE.absolute)
    assert compare_texts("0.12345", "0.12346", tolerance(["rtol-1e-6"]))
    assert compare_texts("1e-12", "2e-12", EXACT)
    assert compare_texts("0.5", "0.5", EXACT) == []


@pytest.mark.parametrize("tag", ["rtol-1e-2", "rtol-1", "rtol-0.0011", "rtol", "rtol-", "rtol-small", "rtol--1e-6"])
def test_a_looser_tag_is_refused(tag):
    with pytest.raises(ValueError, match="a cell may ask for less"):
        tolerance([tag])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_tags_of_the_course_are_understood(path):
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        tolerance(cell["metadata"].get("tags", []))


def test_a_difference_is_told_in_few_words():
    stream = [{"output_type": "stream", "name": "stdout", "text": "a 1\nloss 0.0470\n"}]
    other = [{"output_type": "stream", "name": "stdout", "text": "a 1\nloss 0.0496\n"}]
    (remark,) = compare_outputs(stream, other)
    assert remark.splitlines() == [
        "output 1 of 1, stdout: line 2",
        "  expected  loss 0.0470",
        "  got       loss 0.0496",
        "  number    0.0470 → 0.0496, relative difference 5.5e-02",
    ]


def test_a_report_holds_no_base64():
    curve, gone = FIGURE.format('<path d="M0 0L50 50"/>' * 40), FIGURE.format("")
    html = [f'<img src="data:image/svg+xml;base64,{base64.b64encode(s.encode()).decode()}">' for s in (curve, gone)]
    cells = [[{"output_type": "display_data", "data": {"text/html": text}}] for text in html]
    (report,) = ["\n".join(compare_outputs(*cells))]
    assert "missing: path" in report
    assert len(report) < 1000
    assert base64.b64encode(curve.encode()).decode()[:40] not in report
    assert "iVBOR" not in "\n".join(compare_texts("a iVBOR" + "A" * 400, "b iVBOR" + "A" * 400))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('<path d="M0 0L50 50"/>', '<path d="M1.9 0L50 48.1"/>', True),
        ('<path d="M0 0L50 50"/>', '<path d="M0 0L50 47.9"/>', False),
        ('<path d="M0 0l50 50l0 -9"/>', '<path d="M1 0l50 50l1 -9"/>', True),
        ('<path d="M0 0h5v5h-5z"/>', '<path d="M0 0h5v-5h-5z"/>', False),
        ('<path d="M0 0A5 5 0 0 1 9 9"/>', '<path d="M0 0A5 5 0 0 0 9 9"/>', False),
        ('<circle cx="5" cy="5" r="9"/>', '<circle cx="6" cy="5" r="9"/>', True),
        ('<circle cx="5" cy="5" r="9"/>', '<circle cx="5" cy="5" r="12"/>', False),
        ('<g transform="translate(5 5)"><path d="M0 0"/></g>', '<g><path d="M5 5"/></g>', False),
        ('<g transform="scale(9)"><path d="M1 1"/></g>', '<g transform="scale(9)"><path d="M1.3 1"/></g>', False),
        ("<text>0.1234</text>", "<text>0.1235</text>", True),
        ("<text>epoch</text>", "<text>batch</text>", False),
        ('<path d="M0 0" fill="#808080"/>', '<path d="M0 0" fill="#828080"/>', True),
        ('<path d="M0 0" fill="#808080"/>', '<path d="M0 0" fill="#908080"/>', False),
        ('<path d="M0 0" stroke-width="2"/>', '<path d="M0 0" stroke-width="3"/>', False),
        ('<path d="M0 0"/><path d="M50 50"/>', '<path d="M50 50"/><path d="M0 0"/>', False),
        ('<path d="M0 0"/>', '<path d="M0 0"/><path d="M0 0"/>', False),
    ],
)
def test_drawings(one, other, same):
    assert bool(compare_drawings(FIGURE.format(one), FIGURE.format(other))) != same
    assert compare_drawings(FIGURE.format(one), FIGURE.format(one)) == []


def test_labels_are_read_back():
    from lecture_lib.show.canvas.glyphs import typeset
    from lecture_lib.show.canvas.svg import outline

    text = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "$")
    assert "".join(alphabet(outline(glyph.key)) for glyph in typeset(text).glyphs) == text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_planted_changes_are_caught(path):
    missed, planted = Counter(), Counter()
    for cell in stored(path):
        for name, outputs in in_cell(cell["outputs"]):
            planted[name] += 1
            if not compare_outputs(cell["outputs"], outputs):
                missed[f"{cell['id']}: {name}"] += 1
    print(f"\n{path.stem}: {planted.total()} changes planted")
    assert planted.total() > 50
    assert not missed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_no_reader_sees_passes(path):
    rng = np.random.default_rng(0)
    for cell in stored(path):
        assert compare_outputs(cell["outputs"], unseen(cell["outputs"], rng)) == []
