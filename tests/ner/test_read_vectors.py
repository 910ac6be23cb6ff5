"""`read_vectors` and `Vectors`: the forms they read, the damage they report, speed and memory."""

import bz2
import gzip
import io
import lzma
import re
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lecture_lib.ner import DataError, DataWarning, MissingDataError, Vectors, Vocabulary, read_vectors
from lecture_lib.ner.decimals import parse_decimals

GOOD = b"tv 0.5 -1 2\nU.S. 1 2 3\n3.5 0 0 1\n"


def write(folder: Path, content: bytes, name: str = "vectors.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


FORMS = {
    "GloVe": GOOD,
    "word2vec": b"3 3\n" + GOOD,
    "word2vec with spaces at line ends": b"3 3 \n" + GOOD.replace(b"\n", b" \n"),
    "Windows line ends": GOOD.replace(b"\n", b"\r\n"),
    "no final newline": GOOD[:-1],
    "empty lines at the end": GOOD + b"\n\n",
    "byte-order mark": b"\xef\xbb\xbf" + GOOD,
    "tabs": GOOD.replace(b" ", b"\t"),
    "double spaces": GOOD.replace(b" ", b"  "),
    "exponents": b"tv 5e-1 -1.0E0 +2\nU.S. 1. 2 3\n3.5 0 .0 1\n",
    "gzip": gzip.compress(GOOD),
    "bzip2": bz2.compress(GOOD),
    "xz": lzma.compress(GOOD),
    "zip": zipped({"made.txt": GOOD}),
    "zip with a Macintosh's extra": zipped({"made/": b"", "made/made.txt": GOOD, "__MACOSX/._made.txt": b"\0"}),
    "gzip in two members": gzip.compress(GOOD[:15]) + gzip.compress(GOOD[15:]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_vectors(form: str, tmp_path: Path) -> None:
    vectors = read_vectors(write(tmp_path, FORMS[form]))
    assert vectors.words == ("tv", "U.S.", "3.5")
    assert vectors.matrix.dtype == np.float32
    np.testing.assert_array_equal(vectors.matrix, [[0.5, -1, 2], [1, 2, 3], [0, 0, 1]])


def test_words_may_hold_spaces_numbers_and_rare_characters(tmp_path: Path) -> None:
    content = "tv 1 2\n. . . 3 4\nat name@domain.com 5 6\n\u00a0 7 8\n\u0085 9 1\n1990 1 1\nnan 2 2\n".encode()
    vectors = read_vectors(write(tmp_path, content))
    assert vectors.words == ("tv", ". . .", "at name@domain.com", "\u00a0", "\u0085", "1990", "nan")
    np.testing.assert_array_equal(vectors[". . ."], [3, 4])


def test_lines_that_span_blocks_are_read_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    matrix = np.round(rng.normal(size=(5000, 20)), 5).astype(np.float32)
    text = "".join(f"w{i} {' '.join(f'{x:.5f}' for x in row)}\n" for i, row in enumerate(matrix))
    vectors = read_vectors(write(tmp_path, text.encode()))
    np.testing.assert_array_equal(vectors.matrix, matrix)
    assert vectors.index("w4999") == 4999


DAMAGED = {
    "empty": (b"", 1, "empty"),
    "empty lines": (b"\n\n", 1, "expected a word"),
    "only a header": (b"3 3\n", 1, "promises 3 words, but the file holds 0"),
    "header of nothing": (b"0 3\n", 1, "promises no vectors"),
    "only comments": (b"# one\n# two\n", 1, "'one' is not a number"),
    "header promises more": (b"4 3\n" + GOOD, 4, "promises 4 words, but the file holds 3"),
    "header promises fewer": (b"2 3\n" + GOOD, 4, "promises 2 words, but the file holds 3"),
    "header of another width": (b"3 4\n" + GOOD, 2, "only 3 numbers; expected a word and 4"),
    "word alone": (b"tv\n", 1, "expected a word and its numbers"),
    "too few numbers": (GOOD + b"x 1 2\n", 4, "only 2 numbers; expected a word and 3"),
    "too many numbers": (GOOD + b"x 1 2 3 4\n", 4, "at least 4 numbers; expected a word and 3"),
    "too many and too few": (b"a 1 2 3\nb 1 2 3 4\nc 1 2\n", 2, "at least 4 numbers"),
    "glued numbers and a double space": (b"a 1 2 3\nb 1  2-3\n", 2, "not a number|only"),
    "no word": (GOOD + b" 1 2 3\n", 4, "no word before 3 numbers"),
    "not a number": (GOOD + b"x 1 two 3\n", 4, "'two' is not a number"),
    "number with a tail": (GOOD + b"x 1 2 3x\n", 4, "'3x' is not a number"),
    "two points": (GOOD + b"x 1 2 3.4.5\n", 4, "is not a number"),
    "decimal comma": (b"x 0,5 0,25\n", 1, "is not a number"),
    "underscore": (GOOD + b"x 1 2 1_0\n", 4, "is not a number"),
    "hexadecimal": (GOOD + b"x 1 2 0x1p3\n", 4, "is not a number"),
    "lone minus": (GOOD + b"x 1 - 3\n", 4, "'-' is not a number"),
    "nan": (GOOD + b"x 1 nan 3\n", 4, "nan is not a finite number"),
    "infinity": (GOOD + b"x 1 2 -inf\n", 4, "-inf is not a finite number"),
    "too large for float32": (GOOD + b"x 1 2 1e300\n", 4, "too large for float32"),
    "digits too large for float32": (GOOD + b"x 1 2 " + b"9" * 60 + b"\n", 4, "too large for float32"),
    "empty line within": (b"tv 1 2\n\nx 1 2\n", 2, "empty line"),
    "Latin-1": (GOOD + b"caf\xe9 1 2 3\n", 4, "0xe9 is not UTF-8"),
    "mixed encodings": ("é 1 2\n".encode() + "è 1 2\n".encode("latin-1"), 2, "not UTF-8"),
    "UTF-16": (GOOD.decode().encode("utf-16"), 1, "UTF-16"),
    "binary": (GOOD + b"\x00\x01\x02\xff" * 20, 4, "binary"),
    "word2vec binary": (b"3 3\ntv " + np.float32([1, 2, 3]).tobytes() + b"\n", 2, "binary"),
    "zip": (b"PK\x03\x04", 1, "zip archive"),
    "zip of two": (zipped({"a.txt": GOOD, "b.txt": GOOD}), 1, r"zip archive with 2 files \(a.txt, b.txt\)"),
    "xz cut": (lzma.compress(GOOD)[:-9], None, "xz archive data break off"),
    "bzip2": (b"BZh91AY", 1, "bzip2 archive"),
    "gigantic line": (GOOD + b"x " + b"1 " * (1 << 20), 4, "longer than"),
    "truncated gzip": (gzip.compress(GOOD * 9)[:-12], None, "break off"),
    "gzip with wrong checksum": (gzip.compress(GOOD)[:-8] + b"\0" * 8, None, "damaged"),
    "gzip with a tail": (gzip.compress(GOOD) + b"tail", None, "damaged"),
    "old Macintosh line ends": (GOOD.replace(b"\n", b"\r"), 1, "is not a number"),
    "last line cut": (GOOD[:-2], 3, "only 2 numbers"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_reported_with_file_and_line(damage: str, tmp_path: Path) -> None:
    content, line, problem = DAMAGED[damage]
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=problem) as caught:
        read_vectors(path)
    assert str(path) in str(caught.value)
    assert caught.value.line is not None
    assert line is None or caught.value.line == line


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folder"):
        read_vectors(tmp_path)
    with pytest.raises(MissingDataError, match="no such file"):
        read_vectors(tmp_path / "none.txt")


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs"]), min_size=1, max_size=5).filter(
    lambda word: not word.startswith("\ufeff")
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(WORDS, min_size=1, max_size=6, unique=True),
    width=st.integers(1, 5),
    header=st.booleans(),
    data=st.data(),
)
def test_what_was_written_is_read(
    words: list[str], width: int, header: bool, data: st.DataObject, tmp_path: Path
) -> None:
    rows = [data.draw(st.lists(NUMBERS, min_size=width, max_size=width)) for _ in words]
    # repr of a float32 reads back as the same float32; a width of 1 needs the header to tell it from one.
    text = f"{len(words)} {width}\n" if header or width == 1 else ""
    text += "".join(
        f"{word} {' '.join(str(np.float32(x)) for x in row)}\n" for word, row in zip(words, rows, strict=True)
    )
    vectors = read_vectors(write(tmp_path, text.encode()))
    assert list(vectors.words) == words
    np.testing.assert_array_equal(vectors.matrix, np.array(rows, dtype=np.float32))


PIECES = [
    b"a",
    b"tv",
    b" ",
    b"  ",
    b"\t",
    b"\n",
    b"\r",
    b"1",
    b"-2.5",
    b"1e-3",
    b"0.5",
    b"nan",
    b"-",
    b".",
    b"\0",
    b"\xff",
    b"3 2\n",
    b"b 1 2\n",
    b"c 3 4\n",
    b"\v",
    b"_",
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(content=b"\x01\t 0 0\n\x01 0 0")
@given(content=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)))
@pytest.mark.filterwarnings("ignore:.*twice:lecture_lib.ner.errors.DataWarning")
def test_any_bytes_are_read_whole_or_refused_by_line(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, content)
    try:
        vectors = read_vectors(path)
    except DataError as error:
        assert str(path) in str(error) and error.line is not None
    else:
        kept = [line for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
        fields = [line.split() for line in kept]
        words = {b" ".join(row[: -vectors.dim]): row[-1] for row in reversed(fields)}
        assert len(words) - len(vectors) in (0, 1)
        for word, row in zip(vectors, vectors.matrix, strict=True):
            assert row[-1] == np.float32(words[b" ".join(word.encode().split())])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.decimals(-(10**6), 10**6, places=6).map(str),
            st.integers(-(10**14), 10**14).map(str),
            st.sampled_from(["-.5", "5.", "-0", "000.250"]),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_fast_decimals_are_the_nearest_floats(numbers: list[str]) -> None:
    parsed = parse_decimals(" ".join(numbers).encode())
    assert parsed is not None
    np.testing.assert_array_equal(parsed, [float(number) for number in numbers])


@settings(max_examples=200, deadline=None)
@given(st.text("0123 .-e+x", max_size=12))
def test_fast_decimals_take_plain_numbers_only(text: str) -> None:
    fields = text.split(" ")
    plain = all(
        field
        and set(field) <= set("0123.-")
        and field.count(".") < 2
        and "-" not in field[1:]
        and set(field) & set("0123")
        for field in fields
    )
    assert (parse_decimals(text.encode()) is not None) == plain


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    rows = [" ".join(row) for row in np.char.mod("%.4f", rng.uniform(-0.4, 0.4, size=(1000, 50))).tolist()]
    text = "\n".join(f"word{i} {rows[i % 1000]}" for i in range(50_000))
    path = tmp_path_factory.mktemp("large") / "large.txt.gz"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1))
    return path


def test_fifty_thousand_vectors_take_a_second(large: Path) -> None:
    seconds = []
    for _ in range(3):
        start = time.process_time()
        vectors = read_vectors(large)
        seconds.append(time.process_time() - start)
    assert vectors.matrix.shape == (50_000, 50)
    assert min(seconds) <= 1.0


def test_the_peak_is_under_three_matrices(large: Path) -> None:
    tracemalloc.start()
    try:
        vectors = read_vectors(large)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * vectors.matrix.nbytes


def test_of_a_word_that_comes_twice_the_first_is_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    names = [f"w{k}" for k in rng.integers(0, 3000, 9000)]
    text = "9000 2\n" + "".join(f"{name} {k} 1\n" for k, name in enumerate(names))
    first = {name: k for k, name in reversed(list(enumerate(names)))}
    with pytest.warns(DataWarning, match=rf"{9000 - len(first):,} words come twice, such as 'w\d+'") as said:
        vectors = read_vectors(write(tmp_path, text.encode()))
    assert len(said) == 1
    assert {word: int(row[0]) for word, row in zip(vectors, vectors.matrix, strict=True)} == first
    assert list(vectors) == sorted(first, key=first.__getitem__)
    assert vectors.matrix.flags.c_contiguous


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    text = b"5 2\nparis 1 2\nNew York 3 4\nOslo 5 6\nbroken\xff 1 x\nNew 7 8\n"
    path = write(tmp_path, text)
    kept = read_vectors(path, keep=["Paris", "New York", "oslo", "Rome"])
    assert kept.words == ("paris", "New York") and kept["New York"].tolist() == [3, 4]
    assert read_vectors(path, keep=Vocabulary(kept)).words == kept.words
    assert read_vectors(path, limit=3).words == ("paris", "New York", "Oslo")
    assert read_vectors(path, limit=2, keep={"Oslo", "paris"}).words == ("paris",)
    with pytest.raises(DataError, match="none of the wanted words is among the 5"):
        read_vectors(path, keep=["Rome"])
    with pytest.raises(TypeError, match="keep is the string 'Oslo'"):
        read_vectors(path, keep="Oslo")
    with pytest.raises(ValueError, match="limit"):
        read_vectors(path, limit=0)


def test_malformed_lines_may_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + b"caf\xe9 1 2 3\nx 1 2\ny 1 2 nan\n. . . 1 2 3\n")
    with pytest.warns(DataWarning, match="left out 3 of 7 lines; the first for this: .*line 4: byte 0xe9") as said:
        vectors = read_vectors(path, on_error="skip")
    assert len(said) == 1 and vectors.words == ("tv", "U.S.", "3.5", ". . .")
    with pytest.raises(ValueError, match="on_error is 'ignore'"):
        read_vectors(path, on_error="ignore")


def test_a_bar_shows_from_a_hundred_thousand_lines_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, b"".join(b"w%d 1 2\n" % k for k in range(120_000)))
    read_vectors(path, limit=90_000)
    assert capsys.readouterr().err == ""
    assert len(read_vectors(path)) == 120_000
    assert "words" in capsys.readouterr().err


WIDE_PEAK = """
import resource, sys
from lecture_lib.ner import read_vectors
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
vectors = read_vectors(sys.argv[1], keep=None if sys.argv[2] == "all" else [f"w{k}" for k in range(0, 60000, 60)])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(vectors), (peak - before) * 1024, vectors.matrix.nbytes)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is told in KiB on Linux only")
def test_the_peak_is_that_of_what_is_kept(tmp_path: Path) -> None:
    rows = [" ".join(f"{x:.4f}" for x in row) for row in np.random.default_rng(0).normal(size=(9, 300))]
    text = "".join(f"w{k} {rows[k % 9]}\n" for k in range(60_000))
    path = write(tmp_path, gzip.compress(text.encode(), compresslevel=1))
    del text
    for what, most in (("all", lambda kept: 1.1 * kept + 12e6), ("some", lambda kept: 20e6)):
        command = [sys.executable, "-c", WIDE_PEAK, str(path), what]
        count, peak, kept = map(int, subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())
        assert count == (60_000 if what == "all" else 1000) and peak <= most(kept), (what, peak, kept)


def test_vectors_know_their_words() -> None:
    vectors = Vectors(["tv", "television", "zero"], [[2, 0], [1, 1], [0, 0]])
    assert "tv" in vectors and "telly" not in vectors and len(vectors) == 3 and vectors.dim == 2
    assert list(vectors) == ["tv", "television", "zero"]
    np.testing.assert_allclose(vectors.mean, [1, 1 / 3])
    (word, cosine), (other, none) = vectors.nearest("tv", 5)
    assert (word, other, none) == ("television", "zero", 0.0)
    assert cosine == pytest.approx(2**-0.5)
    with pytest.raises(ValueError, match="read-only"):
        vectors.matrix[0, 0] = 5


@pytest.mark.parametrize(
    ("word", "message"),
    [("TV", "did you mean 'tv'"), ("televsion", "did you mean 'television'"), ("qqq", "no vector for 'qqq'$")],
)
def test_an_unknown_word_brings_the_nearest_spelling(word: str, message: str) -> None:
    vectors = Vectors(["tv", "television"], [[2, 0], [1, 1]])
    with pytest.raises(KeyError) as caught:
        vectors[word]
    assert re.search(message, caught.value.args[0])


@pytest.mark.parametrize(
    ("words", "matrix", "message"),
    [
        (["a", "b"], [[1, 2]], r"2 words but a matrix of shape \(1, 2\)"),
        (["a"], [1, 2], "expected one row a word"),
        ([], np.zeros((0, 3)), "at least one word"),
        (["a", "a"], [[1], [2]], "'a' comes twice"),
        (["a", "b"], [[1], [np.nan]], "the vector of 'b' .* nan or inf"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(words: list[str], matrix: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Vectors(words, matrix)
