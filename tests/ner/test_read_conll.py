"""`read_conll`: the forms it reads, and the damage it reports."""

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lecture_lib.ner import DataError, DataWarning, MissingDataError, Sentence, read_conll

BIO = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC"]
TOKENS = ["Ana", "Silva", "left", "Oslo", "Bergen"]


def write(folder: Path, content: bytes, name: str = "text.conll") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def lines(tags: list[str], separator: str = "\t", end: str = "\n") -> bytes:
    rows = zip(TOKENS, tags, strict=True)
    return (end.join(f"{token}{separator}{tag}" for token, tag in rows) + end).encode()


FORMS = {
    "tabs": lines(BIO),
    "spaces": lines(BIO, " "),
    "several spaces": lines(BIO, "   "),
    "Windows line ends": lines(BIO, end="\r\n"),
    "no final newline": lines(BIO).rstrip(b"\n"),
    "byte-order mark": b"\xef\xbb\xbf" + lines(BIO),
    "empty lines around": b"\n\n \n" + lines(BIO) + b"\n\t\n",
    "spaces at line ends": lines(BIO).replace(b"\n", b"  \n"),
    "IOB1": lines(["I-PER", "I-PER", "O", "I-LOC", "B-LOC"]),
    "three columns": b"Ana N B-PER\nSilva N I-PER\nleft V O\nOslo N B-LOC\nBergen N B-LOC\n",
    "five columns": b"Ana N x y B-PER\nSilva N x y I-PER\nleft V x y O\nOslo N x y B-LOC\nBergen N x y B-LOC\n",
    "four columns": b"Ana N x B-PER\nSilva N x I-PER\nleft V x O\nOslo N x B-LOC\nBergen N x B-LOC\n",
    "document lines": b"-DOCSTART- -X- O O\n\n" + lines(BIO) + b"-DOCSTART-\tO\n",
    "gzip": gzip.compress(lines(BIO)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_sentence(form: str, tmp_path: Path) -> None:
    assert read_conll(write(tmp_path, FORMS[form])) == [Sentence(TOKENS, BIO)]


@pytest.mark.parametrize("tags", [["PER", "PER", "O", "LOC", "LOC"], ["I-PER", "I-PER", "O", "I-LOC", "I-LOC"]])
def test_io_tags_join_neighbors_of_one_type(tags: list[str], tmp_path: Path) -> None:
    assert read_conll(write(tmp_path, lines(tags)))[0].tags == ["B-PER", "I-PER", "O", "B-LOC", "I-LOC"]


def test_sentences_end_at_empty_and_document_lines(tmp_path: Path) -> None:
    content = b"a O\n\nb O\n-DOCSTART- O\nc O\n"
    assert [s.tokens for s in read_conll(write(tmp_path, content))] == [["a"], ["b"], ["c"]]


def test_an_entity_does_not_reach_into_the_next_sentence(tmp_path: Path) -> None:
    content = b"a I-LOC\n\nb I-LOC\n"
    assert [s.tags for s in read_conll(write(tmp_path, content))] == [["B-LOC"], ["B-LOC"]]


def test_unicode_spaces_and_line_ends_stay_inside_a_token(tmp_path: Path) -> None:
    token = "10\u00a0000\u2028\u0085x"
    assert read_conll(write(tmp_path, f"{token} O\n".encode()))[0].tokens == [token]


def test_a_mix_of_schemes_is_read_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, b"a B-LOC\nb O\nc I-LOC\n")
    with pytest.warns(DataWarning, match="line 3: an I- tag begins an entity"):
        assert read_conll(path)[0].tags == ["B-LOC", "O", "B-LOC"]


DAMAGED = {
    "empty": (b"", 1, "no sentence"),
    "only empty lines": (b"\n\n\n", 1, "no sentence"),
    "only document lines": (b"-DOCSTART- O\n\n", 1, "no sentence"),
    "only a byte-order mark": (b"\xef\xbb\xbf", 1, "no sentence"),
    "only comments": (b"# one\n# two\n", 1, "no sentence"),
    "long comment": (b"# this is a long comment\n", 1, "no sentence"),
    "tag missing": (b"a O\nb\n", 2, "1 column"),
    "token missing": (b"a\tO\n\tO\n", 2, "column 1 is empty"),
    "tag empty": (b"a\tO\nb\t\n", 2, "column 2 is empty"),
    "old Macintosh line ends": (b"a O\rb O\r", 1, "carriage return"),
    "columns change": (b"a x O\nb O\n", 2, "2 columns, but the lines before have 3"),
    "unknown prefix": (b"a O\nb X-LOC\n", 2, "'X-LOC' is not a tag"),
    "prefix alone": (b"a B-\n", 1, "'B-' is not a tag"),
    "underscore": (b"a O\nb B_LOC\n", 2, "'B_LOC' is not a tag"),
    "lower case prefix": (b"a b-LOC\n", 1, "is not a tag"),
    "lower case o": (b"a O\nb o\n", 2, "'o' is not a tag"),
    "zero for O": (b"a 0\n", 1, "'0' is not a tag"),
    "B-O": (b"a B-O\n", 1, "'B-O' is not a tag"),
    "bare among prefixed": (b"a B-LOC\n\nb O\nc LOC\n", 4, "line 1 is in another scheme"),
    "prefixed among bare": (b"a LOC\nb B-LOC\n", 2, "line 1 is in another scheme"),
    "Latin-1": (b"a O\ncaf\xe9 O\n", 2, "0xe9 is not UTF-8"),
    "mixed encodings": ("café O\n".encode() + "café O\n".encode("latin-1"), 2, "not UTF-8"),
    "UTF-16": ("a O\n".encode("utf-16"), 1, "UTF-16"),
    "UTF-16 without mark": ("a O\n".encode("utf-16-le"), 1, "binary"),
    "binary": (b"a O\n" + bytes(range(256)), 2, "binary"),
    "zip": (b"PK\x03\x04rest", 1, "zip archive"),
    "gigantic line": (b"a O\n" + b"x" * (3 << 20), 2, "longer than"),
    "truncated gzip": (gzip.compress(lines(BIO) * 2000)[:-20], None, "break off"),
    "gzip with wrong checksum": (gzip.compress(lines(BIO))[:-8] + b"\0" * 8, None, "damaged"),
    "gzip with damage inside": (b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\xff" * 60, None, "damaged"),
    "gzip head alone": (b"\x1f\x8b", None, "break off"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_reported_with_file_and_line(damage: str, tmp_path: Path) -> None:
    content, line, problem = DAMAGED[damage]
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=problem) as caught:
        read_conll(path)
    assert str(path) in str(caught.value)
    assert "line" in str(caught.value)
    assert line is None or caught.value.line == line


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folder"):
        read_conll(tmp_path)
    with pytest.raises(MissingDataError, match=r"no such file"):
        read_conll(tmp_path / "none.conll")
    with pytest.raises(FileNotFoundError):
        read_conll(tmp_path / "none.conll")


WORD = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=6).filter(
    lambda word: word != "-DOCSTART-" and not word.startswith("\ufeff")
)
TAG = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=4),
    separator=st.sampled_from(["\t", " ", "  "]),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
def test_what_was_written_is_read(
    rows: list[list[str]], separator: str, end: str, data: st.DataObject, tmp_path: Path
) -> None:
    text = ""
    for tokens in rows:
        text += "".join(f"{token}{separator}{'O' if data.draw(st.booleans()) else 'B-X'}{end}" for token in tokens)
        text += end
    assert [s.tokens for s in read_conll(write(tmp_path, text.encode()))] == rows


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=80),
        st.lists(
            st.sampled_from(
                [
                    b"a",
                    b"Paris",
                    b"\t",
                    b" ",
                    b"\n",
                    b"\r",
                    b"O",
                    b"B-LOC",
                    b"I-LOC",
                    b"LOC",
                    b"\0",
                    b"\xff",
                    b"\xc3\xa9",
                    b"-DOCSTART-",
                    b"#",
                ]
            ),
            max_size=30,
        ).map(b"".join),
    )
)
@pytest.mark.filterwarnings("ignore::lecture_lib.ner.errors.DataWarning")
def test_any_bytes_are_read_whole_or_refused_by_line(content: bytes, tmp_path: Path) -> None:
    path = write(tmp_path, content)
    try:
        sentences = read_conll(path)
    except DataError as error:
        assert str(path) in str(error) and error.line is not None
    else:
        kept = [
            line
            for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
            if line.strip(b" \t\r") and re.split(b"[ \t]", line.strip(b" \r"))[0] != b"-DOCSTART-"
        ]
        comments = sum(line.strip(b" \r").startswith(b"#") for line in kept)
        assert len(kept) - comments <= sum(len(sentence) for sentence in sentences) <= len(kept)


def test_a_sentence_needs_a_tag_a_token() -> None:
    with pytest.raises(ValueError, match="2 tokens but 1 tags"):
        Sentence(["a", "b"], ["O"])
    with pytest.raises(TypeError, match="tokens is the string 'Paris'"):
        Sentence("Paris", ["O"] * 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tags holds None"):
        Sentence(["a"], [None])  # type: ignore[list-item]
