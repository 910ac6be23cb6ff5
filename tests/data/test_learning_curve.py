"""The stored learning curve: complete, well formed, and one point of it measured again."""

import importlib.util
from pathlib import Path

import pytest

from lecture_lib import data
from lecture_lib.data.learning_curve import MODES, read_points
from lecture_lib.ner import DataError

BUILD = Path(__file__).resolve().parents[2] / "data" / "build" / "learning_curve.py"
HEAD = "corpus\tmode\tsentences\tseed\tf1\trecall_known\trecall_new\n"


@pytest.mark.parametrize("corpus", ["default", "ewt"])
def test_the_curve_is_complete(corpus):
    points = data.learning_curve(corpus)
    sizes = {point.sentences for point in points}
    assert len(sizes) == 5 and len(points) == 45
    assert {point[1:4] for point in points} == {(mode, n, seed) for mode in MODES for n in sizes for seed in range(3)}


@pytest.mark.skipif(not BUILD.is_file(), reason="data/build is not here: not a checkout")
def test_a_point_reproduces():
    spec = importlib.util.spec_from_file_location("build_learning_curve", BUILD)
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    corpus, vectors = data.corpus("default"), data.vectors("default")
    assert build.SIZES["default"] == tuple(sorted({point.sentences for point in data.learning_curve()}))
    stored = {point[1:4]: point for point in data.learning_curve()}
    found = build.measure(corpus, vectors, "frozen", 100, 0, build.EPOCHS["default"])
    # Another processor rounds in another order, and may keep the weights of another epoch.
    assert found[4:] == pytest.approx(stored["frozen", 100, 0][4:], abs=0.02)


def test_written_points_are_read_back(tmp_path):
    text = "# a remark\n" + HEAD + "default\trandom\t100\t2\t0.2\t0.1\t0.3\n"
    (tmp_path / "curve.tsv").write_text(text, encoding="utf-8")
    (point,) = read_points(tmp_path / "curve.tsv")
    assert point == ("default", "random", 100, 2, 0.2, 0.1, 0.3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corpus\tmode\n", "the columns are corpus, mode; expected corpus, mode, sentences"),
        (HEAD + "default\tfrozen\t100\n", "3 columns; expected corpus, mode"),
        (HEAD + "default\tfrozen\tmany\t0\t0.1\t0.1\t0.1\n", "'default frozen many 0 0.1 0.1 0.1'; expected"),
        (HEAD + "default\tthawed\t100\t0\t0.1\t0.1\t0.1\n", "expected one of frozen, fine-tuned, random"),
        (HEAD + "default\tfrozen\t100\t0\t1.1\t0.1\t0.1\n", "shares from 0 to 1"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path, text, message):
    path = tmp_path / "curve.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_points(path)


def test_an_unknown_corpus_is_refused():
    with pytest.raises(ValueError, match=r"no learning curve for 'wiki'; expected one of \['default', 'ewt'\]"):
        data.learning_curve("wiki")
