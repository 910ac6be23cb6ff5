"""The word vectors that ship: what they must be able to do, their checksums, and that the build gives these bytes."""

import doctest
import hashlib
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
BUILD = DATA / "build"
WORDNET = Path("/usr/share/wordnet/data.noun")
MODULES = ("borrow", "counts", "factor", "gloss_tokens", "pack", "wordnet")

pytestmark = pytest.mark.skipif(not BUILD.is_dir(), reason="data/build is not here: not a checkout")


@pytest.fixture(scope="module")
def vectors() -> dict[str, np.ndarray]:
    with np.load(DATA / "vectors.npz", allow_pickle=False) as arrays:
        words = arrays["words"].tobytes().decode().split("\n")
        assert arrays["matrix"].dtype == np.int8 and arrays["scale"].dtype == np.float32
        assert arrays["matrix"].shape == (len(words), 50) and arrays["scale"].shape == (50,)
        assert len(set(words)) == len(words), "a word stands twice"
        return dict(zip(words, arrays["matrix"] * arrays["scale"], strict=True))


def cosine(vectors: dict[str, np.ndarray], first: str, second: str) -> float:
    a, b = vectors[first], vectors[second]
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_size_and_number_of_words(vectors: dict[str, np.ndarray]) -> None:
    assert (DATA / "vectors.npz").stat().st_size <= 2_500_000
    assert len(vectors) >= 12_000
    lengths = np.linalg.norm(np.stack(list(vectors.values())), axis=1)
    assert np.all(np.abs(lengths - 1) < 0.05), "quantized unit vectors keep their length"
    assert all(word == word.lower() and word.split() == [word] for word in vectors)


@pytest.mark.parametrize(
    ("first", "second", "least"),
    [
        ("tv", "television", 0.85), ("tv", "telly", 0.85), ("telly", "television", 0.85), ("paris", "london", 0.6),
        ("king", "queen", 0.7), ("museum", "museums", 0.7), ("city", "cities", 0.6), ("walk", "walked", 0.5),
        ("iraq", "iran", 0.6), ("texas", "ohio", 0.6), ("john", "mary", 0.4), ("january", "august", 0.6),
    ],
)  # fmt: skip
def test_words_that_belong_together_are_near(
    vectors: dict[str, np.ndarray], first: str, second: str, least: float
) -> None:
    assert least <= cosine(vectors, first, second) < 0.9999


@pytest.mark.parametrize(
    ("first", "second", "most"),
    [
        ("tv", "banana", 0.15),
        ("paris", "walked", 0.3),
        ("john", "texas", 0.5),
        ("the", "london", 0.5),
        ("dog", "music", 0.3),
    ],
)
def test_words_that_do_not_are_not(vectors: dict[str, np.ndarray], first: str, second: str, most: float) -> None:
    assert cosine(vectors, first, second) <= most


def test_required_words_are_there(vectors: dict[str, np.ndarray]) -> None:
    lines = (BUILD / "required_words.txt").read_text(encoding="utf-8").splitlines()
    required = {word for line in lines if not line.startswith("#") for word in line.split()}
    assert required >= {"tv", "telly", "television", "museum", "museums", "paris", "london", "hilton", "amazing"}
    assert required - vectors.keys() == set()


def test_most_words_of_the_corpus_have_a_vector(vectors: dict[str, np.ndarray]) -> None:
    for split in ("train", "dev", "test"):
        lines = (DATA / "corpus" / f"{split}.conll").read_text(encoding="utf-8").splitlines()
        tokens = [line.split("\t")[0].lower() for line in lines if line]
        assert sum(token in vectors for token in tokens) >= 0.95 * len(tokens), split


def test_every_shipped_file_has_its_checksum() -> None:
    listed = dict(
        reversed(line.split("  ", 1)) for line in (DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    found = {
        path.relative_to(DATA).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in DATA.rglob("*")
        if path.is_file() and path.relative_to(DATA).parts[0] != "build" and path.name != "SHA256SUMS"
    }
    assert listed == found, "after a change of data/ run: python data/build/checksums.py"
    assert {"vectors.npz", "README.md", "LICENSE-WORDNET.txt"} <= listed.keys()


def test_wordnet_notice_is_complete() -> None:
    notice = (DATA / "LICENSE-WORDNET.txt").read_text(encoding="utf-8")
    assert notice.startswith("This software and database is being provided to you, the LICENSEE")
    assert "WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved." in notice
    assert notice.endswith("Princeton University and LICENSEE agrees to preserve same.\n")


@pytest.fixture
def build_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the modules of the build importable by their own names, and forget them afterwards."""
    pytest.importorskip("scipy", reason="the build of the vectors needs SciPy: pip install scipy")
    monkeypatch.syspath_prepend(str(BUILD))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_build(build_modules: None, name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0 or name == "counts"


def test_errors_of_the_build(build_modules: None, tmp_path: Path) -> None:
    borrow = importlib.import_module("borrow")
    wordnet = importlib.import_module("wordnet")
    pack = importlib.import_module("pack")
    broken = tmp_path / "likeness.txt"
    broken.write_text("# ok\nparis london nairobi\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"likeness\.txt, line 2: expected 'known words : new words'"):
        borrow.read_likeness(broken)
    with pytest.raises(ValueError, match=r"'kevin' should be like \['jon'\]"):
        borrow.add_borrowed(np.eye(2), np.ones(2), {"john": 0, "kevin": 1}, {"kevin": ["jon"]}, {})
    with pytest.raises(FileNotFoundError, match="apt-get install wordnet-base"):
        wordnet.read_wordnet(tmp_path)
    (tmp_path / "data.noun").write_text("00001740 03 n 01 entity\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"data\.noun, line 1: not a synset line"):
        wordnet.read_wordnet(tmp_path)
    with pytest.raises(ValueError, match=r"columns \[1\] of the matrix cannot be scaled"):
        pack.quantize(np.array([[1.0, 0.0]]))


def test_inflections_follow_the_rules(build_modules: None) -> None:
    borrow = importlib.import_module("borrow")
    wordnet = importlib.import_module("wordnet")
    lemmas = {"n": ["child", "city", "museum"], "v": ["put", "walk"], "a": ["big", "calm", "most"]}
    synsets = {
        lemma: wordnet.Synset(lemma, part, "noun.Tops", (lemma,), (), "", ())
        for part, words in lemmas.items()
        for lemma in words
    }
    irregular = {"n": {"children": "child"}, "v": {"put": "put", "putting": "put"}, "a": {"bigger": "big"}, "r": {}}
    forms = borrow.inflections(wordnet.WordNet(synsets, {}, irregular), lemmas, seen={"calmer"})
    assert forms == {
        "children": "child", "cities": "city", "museums": "museum", "put": "put", "putting": "put", "puts": "put",
        "walks": "walk", "walked": "walk", "walking": "walk", "bigger": "big", "calmer": "calm",
    }  # fmt: skip


def test_build_gives_the_shipped_bytes(tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="the build of the vectors needs SciPy: pip install scipy")
    if not WORDNET.is_file():
        pytest.skip("WordNet is not here (Debian: apt-get install wordnet-base), so the vectors cannot be rebuilt")
    out = tmp_path / "vectors.npz"
    subprocess.run(
        [sys.executable, BUILD / "vectors.py", "--out", out], check=True, timeout=300, stdout=subprocess.PIPE
    )
    assert out.read_bytes() == (DATA / "vectors.npz").read_bytes(), "run: python data/build/vectors.py"
