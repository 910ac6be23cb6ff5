"""Data by name: what ships, and the reader's own folder."""

import bz2
import io
import os
from pathlib import Path

import numpy as np
import pytest

from lecture_lib import data
from lecture_lib.data.shipped import read_packed
from lecture_lib.data.wikiner import read_wikiner
from lecture_lib.ner import DataError, MissingDataError, spans

REAL = Path(os.environ.get("LECTURE_LIB_DATA", "")) / "ner_uner_ewt"
needs_real_data = pytest.mark.skipif(
    not os.environ.get("LECTURE_LIB_DATA") or not REAL.is_dir(), reason="LECTURE_LIB_DATA has no ner_uner_ewt"
)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("LECTURE_LIB_DATA", str(folder))
    monkeypatch.setenv("LECTURE_LIB_CACHE", str(tmp_path / "cache"))
    return folder


def kinds(sentences: list) -> set[str]:
    return {span.type for sentence in sentences for span in spans(sentence.tags)}


def test_the_default_corpus_has_dates_only_when_asked() -> None:
    plain, dated = data.corpus(), data.corpus("default", dates=True)
    assert kinds(plain.train) == kinds(plain.test) == {"PER", "LOC", "ORG"}
    assert kinds(dated.train) == {"PER", "LOC", "ORG", "DATE"}
    assert [s.tokens for s in plain.dev] == [s.tokens for s in dated.dev]
    assert plain.name == "default" and plain.source
    assert repr(plain).startswith("Corpus('default': train ")


def test_a_corpus_belongs_to_its_caller() -> None:
    first = data.corpus()
    first.train[0].tokens[0] = "changed"
    first.train.clear()
    assert data.corpus().train[0].tokens[0] != "changed"


def test_the_default_vectors_are_read_once_and_cannot_be_changed() -> None:
    vectors = data.vectors()
    assert data.vectors("default") is vectors
    assert vectors.dim == 50 and "paris" in vectors
    with pytest.raises(ValueError, match="read-only"):
        vectors.matrix[0] = 0


@needs_real_data
def test_the_real_corpus_has_the_published_size() -> None:
    ewt = data.corpus("ewt")
    assert [len(part) for part in (ewt.train, ewt.dev, ewt.test)] == [12_543, 2_001, 2_077]
    assert sum(map(len, ewt.train)) == 204_579
    assert sum(span.type == "LOC" for s in ewt.test for span in spans(s.tags)) == 317


@needs_real_data
def test_the_real_vectors_and_snippets_have_the_published_size() -> None:
    assert data.vectors("glove-50k").matrix.shape == (50_000, 50)
    assert data.vectors("glove-10k").matrix.shape == (10_244, 50)
    np.testing.assert_allclose(data.vectors("glove-10k")["the"][:3], [0.418, 0.24968, -0.41242], rtol=1e-6)
    snippets = data.polarity("rt-polarity")
    assert len(snippets) == 10_662 and sum(label for _, label in snippets) == 5_331


def test_a_changed_file_is_read_again(own_folder: Path) -> None:
    path = own_folder / "vectors" / "glove.6B.50d.exact10k.txt.gz"
    path.parent.mkdir()
    path.write_text("a 1 2\n")
    assert data.vectors("glove-10k").words == ("a",)
    path.write_text("b 1 2\nc 3 4\n")
    assert data.vectors("glove-10k").words == ("b", "c")


def test_snippets_keep_their_labels(own_folder: Path) -> None:
    folder = own_folder / "sentiment_rt"
    folder.mkdir()
    (folder / "rt-polarity.pos").write_text("a joy \n")
    (folder / "rt-polarity.neg").write_text("dull\nvery dull\n\n")
    assert data.polarity() == [(["a", "joy"], 1), (["dull"], 0), (["very", "dull"], 0)]
    (folder / "rt-polarity.neg").write_text("dull\n\ndull\n")
    with pytest.raises(DataError, match=r"rt-polarity\.neg, line 2: an empty line"):
        data.polarity()
    (folder / "rt-polarity.neg").write_text("")
    with pytest.raises(DataError, match="no snippet"):
        data.polarity()


def test_a_missing_file_is_named_with_the_variable(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "ner_uner_ewt/train.tsv": lambda: data.corpus("ewt"),
        "vectors/glove.6B.50d.top50k.unit-q8.txt.gz": lambda: data.vectors("glove-50k"),
        "sentiment_rt/rt-polarity.pos": data.polarity,
    }
    for file, call in wanted.items():
        with pytest.raises(MissingDataError) as caught:
            call()
        message = str(caught.value)
        assert file in message and "LECTURE_LIB_DATA" in message and "\n" not in message
    monkeypatch.delenv("LECTURE_LIB_DATA")
    for file, call in wanted.items():
        with pytest.raises(MissingDataError) as caught:
            call()
        assert file in str(caught.value) and "set the environment variable LECTURE_LIB_DATA" in str(caught.value)


def test_a_variable_that_names_no_folder_is_reported(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "file").write_text("")
    for wrong in (own_folder / "file", own_folder / "none"):
        monkeypatch.setenv("LECTURE_LIB_DATA", str(wrong))
        with pytest.raises(DataError, match=r"LECTURE_LIB_DATA is .*, which is not a folder"):
            data.corpus("ewt")


def test_unknown_names_bring_the_known_ones(own_folder: Path) -> None:
    with pytest.raises(ValueError, match="no corpus named 'conll'; expected one of conll2003, default, ewt"):
        data.corpus("conll")
    with pytest.raises(ValueError, match="no vectors named 'glove'; expected one of default, glove-50k"):
        data.vectors("glove")
    with pytest.raises(ValueError, match="no polarity data named 'imdb'"):
        data.polarity("imdb")
    with pytest.raises(ValueError, match="nothing named 'glove' can be fetched"):
        data.fetch("glove")
    with pytest.raises(ValueError, match="no class DATE"):
        data.corpus("ewt", dates=True)
    with pytest.raises(MissingDataError, match=r"call data\.fetch\('glove-6b-50d'\) first \(862\.2 MB\)"):
        data.vectors("glove-6b-50d")


def packed(**changes: object) -> dict[str, np.ndarray]:
    arrays: dict = {
        "words": np.frombuffer("tv\ncafé".encode(), np.uint8),
        "matrix": np.array([[1, -2], [127, 0]], np.int8),
        "scale": np.array([0.5, 2], np.float32),
    }
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def save(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def test_packed_vectors_are_the_product_of_numbers_and_scale(tmp_path: Path) -> None:
    vectors = read_packed(save(tmp_path / "v.npz", packed()))
    assert vectors.words == ("tv", "café")
    np.testing.assert_array_equal(vectors.matrix, np.array([[0.5, -4], [63.5, 0]], np.float32))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scale": None}, "no array named scale"),
        ({"words": np.frombuffer(b"tv", np.uint8)}, "1 words but a matrix"),
        ({"words": np.frombuffer(b"tv\ntv", np.uint8)}, "'tv' comes twice"),
        ({"words": np.frombuffer(b"tv\n", np.uint8)}, "'' is not a word"),
        ({"words": np.frombuffer(b"tv\n\xff", np.uint8)}, "not UTF-8 at byte 3"),
        ({"words": np.array(["tv", "x"])}, "words is <U2"),
        ({"words": np.array([{}], dtype=object)}, "not a readable file"),
        ({"matrix": np.zeros((2, 2), np.float32)}, "matrix is float32"),
        ({"matrix": np.zeros(4, np.int8)}, "matrix is int8 of shape"),
        ({"scale": np.ones(3, np.float32)}, "scale is float32 of shape"),
        ({"scale": np.array([1, np.nan], np.float32)}, "nan or inf"),
    ],
)
def test_packed_vectors_of_another_form_are_refused(changes: dict, message: str, tmp_path: Path) -> None:
    path = save(tmp_path / "v.npz", packed(**changes))
    with pytest.raises(DataError, match=message) as caught:
        read_packed(path)
    assert str(path) in str(caught.value)


def test_damaged_packed_files_are_refused(tmp_path: Path) -> None:
    whole = save(tmp_path / "v.npz", packed()).read_bytes()
    single = io.BytesIO()
    np.save(single, np.zeros(3))
    for content in (b"", b"tv 1 2\n", whole[:-30], whole[:60], single.getvalue(), b"\x80\x04N."):
        path = tmp_path / "damaged.npz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"damaged\.npz"):
            read_packed(path)
    flipped = bytearray(whole)
    flipped[whole.index(b"words.npy") + 40] ^= 0xFF
    path.write_bytes(flipped)
    with pytest.raises(DataError, match=r"damaged\.npz"):
        read_packed(path)
    with pytest.raises(DataError, match="folder"):
        read_packed(tmp_path)
    with pytest.raises(MissingDataError, match="no such file"):
        read_packed(tmp_path / "none.npz")


def test_wikiner_is_read_a_sentence_a_line(tmp_path: Path) -> None:
    path = tmp_path / "w.bz2"
    path.write_bytes(bz2.compress(b"Ana|NNP|I-PER met|VBD|O |||SYM|O\n\nOslo|NNP|I-LOC Bergen|NNP|B-LOC\n"))
    sentences = read_wikiner(path)
    assert [s.tokens for s in sentences] == [["Ana", "met", "||"], ["Oslo", "Bergen"]]
    assert [s.tags for s in sentences] == [["B-PER", "O", "O"], ["B-LOC", "B-LOC"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bz2.compress(b"a|N|O\nb|O\n"), "line 2: 'b|O'; expected token"),
        (bz2.compress(b"a|N|O\nb|N|X-Y\n"), "line 2: 'X-Y' is not a tag"),
        (bz2.compress(b"a|N|O\n\xff|N|O\n"), "line [12]: not UTF-8"),
        (bz2.compress(b"a|N|O\n" * 99)[:-9], "damaged from here"),
        (b"a|N|O\n", "line 1: the bzip2 data are damaged"),
        (bz2.compress(b""), "no sentence"),
    ],
)
def test_damaged_wikiner_is_reported_with_file_and_line(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "w.bz2"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message.replace("|", r"\|")) as caught:
        read_wikiner(path)
    assert str(path) in str(caught.value)
