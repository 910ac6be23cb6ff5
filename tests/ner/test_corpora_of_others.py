"""Corpora as they are found: each kind is read rightly, or refused with the argument that decides. All wording is ours."""

import gzip
import lzma
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lecture_lib.ner import DataError, DataWarning, NERWindowModel, Sentence, Vectors, describe, read_conll

TOKENS = [["Mira", "Kol", "left", "Oslo", "."], ["Rain", "in", "Bergen"]]
BIO = [["B-PER", "I-PER", "O", "B-LOC", "O"], ["O", "O", "B-LOC"]]


def rows(line, tags=BIO, tokens=TOKENS, before=lambda k: "", end="\n"):
    """A file with one line for every token: `line(token, tag, number from 1)`."""
    text = ""
    for k, (words, labels) in enumerate(zip(tokens, tags, strict=True)):
        text += before(k) + "".join(line(w, t, n) + end for n, (w, t) in enumerate(zip(words, labels, strict=True), 1))
        text += end
    return text


def mapped(**names):
    return [[names.get(tag, tag) for tag in row] for row in BIO]


IOB1 = mapped(**{"B-PER": "I-PER", "B-LOC": "I-LOC"})
BIOES = mapped(**{"I-PER": "E-PER", "B-LOC": "S-LOC"})
BILOU = mapped(**{"I-PER": "L-PER", "B-LOC": "U-LOC"})
BARE = [[tag.partition("-")[2] or "O" for tag in row] for row in BIO]
MISC = {"O": "_", "B-PER": "NER=B-PER|SpaceAfter=No", "I-PER": "NER=I-PER", "B-LOC": "NER=B-LOC"}

CERTAIN = {
    "CoNLL-2003": "-DOCSTART- -X- -X- O\n\n" + rows(lambda w, t, n: f"{w} NNP {'I-NP' if n < 3 else 'O'} {t}", IOB1),
    "CoNLL-2003, all entities in chunks": rows(lambda w, t, n: f"{w} NN {'B-NP' if n == 1 else 'I-NP'} {t}"),
    "mixed tabs and spaces": rows(lambda w, t, n: f"{w} NNP I-NP\t{t}"),
    "WikiNEuRal": rows(lambda w, t, n: f"{n - 1}\t{w}\t{t}"),
    "a counter through the file": rows(lambda w, t, n: f"{n if w in TOKENS[0] else n + 5}\t{w}\t{t}"),
    "MultiCoNER": rows(lambda w, t, n: f"{w} _ _ {t}", before=lambda k: f"# id 5fa{k}-9c\tdomain=dev\n"),
    "comments of two kinds": rows(lambda w, t, n: f"{w}\t{t}", before=lambda k: f"# sent_id = {k}\n# text = Rain O\n"),
    "WNUT 2017": rows(lambda w, t, n: f"{w}\t{t}").replace("\n\n", "\n\t\n"),
    "Universal NER": rows(
        lambda w, t, n: f"{n}\t{w}\t{t}\t-\tpenelope", before=lambda k: f"# sent_id = {k}\n# text = …\n"
    ),
    "BIOES": rows(lambda w, t, n: f"{w} {t}", BIOES),
    "BILOU": rows(lambda w, t, n: f"{w} {t}", BILOU),
    "IO, bare": rows(lambda w, t, n: f"{w}\t{t}", BARE),
    "MIT movies, tag first": rows(lambda w, t, n: f"{t}\t{w}"),
    "tag first and a counter": rows(lambda w, t, n: f"{n} {t} {w}"),
    "a lemma and a link behind the tag": rows(lambda w, t, n: f"{n}\t{w}\t{w.lower()}\t{t}\tbn:0{n}"),
    "a first line of names": "word\tpos\tner\n" + rows(lambda w, t, n: f"{w}\tX\t{t}"),
    "names in another order": "Tag Token\n" + rows(lambda w, t, n: f"{t} {w}"),
    "Windows line ends and a mark": "\ufeff" + rows(lambda w, t, n: f"{w}\t{t}", end="\r\n"),
    "a tab behind every tag": rows(lambda w, t, n: f"{w}\t{t}\t"),
    "CoNLL-U with MISC": rows(
        lambda w, t, n: f"{n}\t{w}\t{w.lower()}\tNOUN\tNN\t_\t0\troot\t_\t{MISC[t]}", before=lambda k: "# text = a b\n"
    ),
    "CoNLL-U with contractions": rows(
        lambda w, t, n: (
            (f"{n}-{n + 1}\tx\t" + "_\t" * 7 + "_\n" if n == 1 else "")
            + f"{n}\t{w}\t{w}\tNOUN\tNN\t_\t0\troot\t_\t{MISC[t]}"
        )
    ),
    "CoNLL-U Plus": "# global.columns = ID FORM UPOS NER\n" + rows(lambda w, t, n: f"{n}\t{w}\tX\t{t}"),
    "GMB": "Sentence #,Word,POS,Tag\n"
    + "".join(
        f"{f'Sentence: {k + 1}' if n == 0 else ''},{w},NN,{t}\n"
        for k, (words, tags) in enumerate(zip(TOKENS, BIO, strict=True))
        for n, (w, t) in enumerate(zip(words, tags, strict=True))
    ),
}


def write(folder: Path, text: str | bytes, name: str = "text.conll") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("kind", CERTAIN)
def test_what_is_certain_is_understood(kind: str, tmp_path: Path) -> None:
    found = read_conll(write(tmp_path, CERTAIN[kind]))
    assert [(s.tokens, s.tags) for s in found] == list(zip(TOKENS, BIO, strict=True))


GERMEVAL = rows(lambda w, t, n: f"{n}\t{w}\t{t}\t{'B-LOCderiv' if w == 'Kol' else 'O'}")

UNCERTAIN = {
    "a second layer": (GERMEVAL, r"columns 3 \(3 entities\) and 4 \(1 entities\) both hold tags: pass tag_column=3"),
    "numbers that do not count": (rows(lambda w, t, n: f"{7 * n}\t{w}\t{t}"), r"column 1 holds.*token_column=2"),
    "a counter and no words": (rows(lambda w, t, n: f"{n}\t{t}"), r"column 1 counts 1, 2, 3 …"),
    "one word after a number": ("1 Oslo B-LOC\n", "token_column=2"),
    "a document's name first": (rows(lambda w, t, n: f"doc/a\t{w}\t{t}"), "on every line: pass token_column=2"),
    "parts of speech": (rows(lambda w, t, n: f"{w}\t{'NOUN' if n % 2 else 'VERB'}"), "no tag is O.*parts of speech"),
    "parts of speech behind chunks": (rows(lambda w, t, n: f"{w} B-NP NN"), "column 2 holds chunks"),
    "numbers for tags": (rows(lambda w, t, n: f"{w} {n}"), "'1' is not a tag"),
    "the prefix last": (rows(lambda w, t, n: f"{w} {'O' if t == 'O' else t[2:] + '-' + t[0]}"), "'PER-B' is not a tag"),
    "an underscore": (rows(lambda w, t, n: f"{w} {t.replace('-', '_')}"), "'B_PER' is not a tag"),
    "no type": (rows(lambda w, t, n: f"{w} {t[0]}"), "'B' is not a tag.*entity_type"),
    "BMES": (rows(lambda w, t, n: f"{w} {t.replace('I-', 'M-')}"), "'M-PER' is not a tag.*scheme='BMES'"),
    "CoNLL-U without names": (
        rows(lambda w, t, n: f"{n}\t{w}\t{w}\tNOUN\tNN\t_\t0\troot\t_\tSpaceAfter=No"),
        "CoNLL-U.*no NER= among SpaceAfter",
    ),
    "a comment in a sentence": ("a O\n# text = b c\nb O\n", "line 2: a comment within a sentence"),
    "brackets": (rows(lambda w, t, n: f"d 0 {n} {w} NN (LOC) (0)"), "is not a tag|on every line"),
    "tokens of tabs and spaces": ("EU NNP I-NP\tB-ORG\nleft V\tO\n", "the token would be 'EU NNP I-NP'"),
    "Latin-1": ("Málaga B-LOC\n".encode("latin-1"), "0xe1 is not UTF-8"),
}


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_what_is_not_certain_is_refused_with_the_way_out(kind: str, tmp_path: Path) -> None:
    text, message = UNCERTAIN[kind]
    with pytest.raises(DataError, match=message):
        read_conll(write(tmp_path, text))


def test_an_argument_decides(tmp_path: Path) -> None:
    def tags(text, **arguments):
        return [s.tags for s in read_conll(write(tmp_path, text), **arguments)]

    assert tags(GERMEVAL, tag_column=3) == BIO
    assert tags(GERMEVAL, tag_column=-2) == BIO
    assert tags(GERMEVAL, tag_column=4) == [["O", "B-LOCderiv", "O", "O", "O"], ["O"] * 3]
    assert tags(UNCERTAIN["numbers that do not count"][0], token_column=2) == BIO
    assert tags(UNCERTAIN["BMES"][0], scheme="BMES") == BIO
    assert tags(rows(lambda w, t, n: f"{w} {t[0]}"), entity_type="Gene")[1] == ["O", "O", "B-Gene"]
    assert tags(UNCERTAIN["parts of speech"][0], scheme="IO")[1] == ["B-NOUN", "B-VERB", "B-NOUN"]
    assert tags("Málaga B-LOC\n".encode("latin-1"), encoding="latin-1") == [["B-LOC"]]
    misc = CERTAIN["CoNLL-U with MISC"].replace("NER=", "Dict=")
    assert tags(misc, tag_column="Dict") == BIO
    assert tags("a\tlabel2\ttoken\nO\tB-X\tOslo\n", tag_column="label2") == [["B-X"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tag_column": 5}, "tag_column is 5, but the lines have 2 columns"),
        ({"token_column": 0}, "token_column is 0"),
        ({"token_column": 2}, "column 2 cannot hold both"),
        ({"tag_column": "NER"}, "tag_column is 'NER', but no first line"),
        ({"scheme": "BIEO"}, "no scheme named 'BIEO'"),
        ({"scheme": "BIOES", "on_error": "ignore"}, "on_error is 'ignore'"),
        ({"scheme": "BILOU"}, "'I-PER' is not a tag of BILOU|BILOU"),
    ],
)
def test_arguments_are_checked(arguments: dict, message: str, tmp_path: Path) -> None:
    text = rows(lambda w, t, n: f"{w} {t}", BIOES)
    with pytest.raises(ValueError, match=message):
        read_conll(write(tmp_path, text), **arguments)


def test_a_number_sign_that_is_a_token_stays_one(tmp_path: Path) -> None:
    text = "# O\n1 O\nin O\nOslo B-LOC\n\n#rain O\n\n# B-X\n"
    assert [s.tokens for s in read_conll(write(tmp_path, text))] == [["#", "1", "in", "Oslo"], ["#rain"], ["#"]]


def test_a_no_break_space_stays_in_its_token(tmp_path: Path) -> None:
    text = "10\u00a0000\tO\n\u00a0\tO\nOslo\tB-LOC\n"
    assert read_conll(write(tmp_path, text))[0].tokens == ["10\u00a0000", "\u00a0", "Oslo"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, None])
def test_compressed_files_are_read(pack, tmp_path: Path) -> None:
    text = rows(lambda w, t, n: f"{w} {t}").encode()
    path = tmp_path / "packed"
    if pack is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("train.txt", text)
            archive.writestr("__MACOSX/._train.txt", b"\0")
    else:
        path.write_bytes(pack(text))
    assert [s.tags for s in read_conll(path)] == BIO


def test_errors_may_be_collected(tmp_path: Path) -> None:
    text = b"a O\n\nb\n\nOslo B-LOC\n\nc\xff O\nd O\n\ne X-?\n"
    path = write(tmp_path, text)
    with pytest.raises(DataError, match="line 7: byte 0xff"):
        read_conll(path)
    with pytest.warns(DataWarning, match=r"left out 3 of 5 sentences; the first for this: .*line 3: 1 column") as said:
        found = read_conll(path, on_error="skip")
    assert len(said) == 1 and [s.tokens for s in found] == [["a"], ["Oslo"]] and found.left_out == 3
    assert describe(found).endswith("; 3 left out")
    with pytest.raises(DataError, match="1 column"):
        read_conll(write(tmp_path, "a\n\nb\n"), on_error="skip")


def test_a_summary_says_what_was_read(tmp_path: Path) -> None:
    found = read_conll(write(tmp_path, rows(lambda w, t, n: f"{n}\t{w}\t{t}", IOB1)))
    assert describe(found[:1]) == "1 sentence, 5 tokens, 2 entities (LOC 1, PER 1)"
    for kind, scheme in {"BIOES": "BIOES", "BILOU": "BILOU", "IO, bare": "IO", "CoNLL-2003": "IO"}.items():
        text = describe(read_conll(write(tmp_path, CERTAIN[kind])))
        assert text.endswith(f"scheme {scheme}") and text.startswith("2 sentences, 8 tokens, 3 entities (LOC 2, PER 1)")
    follows = rows(lambda w, t, n: f"{w} {t}", [["I-LOC", "B-LOC", "O", "I-PER", "O"], ["O"] * 3])
    assert describe(read_conll(write(tmp_path, follows))).endswith("scheme IOB1")


def test_many_types_or_no_o_are_questioned(tmp_path: Path) -> None:
    many = "".join(f"w{k} {'O' if k % 2 else f'person-{k}'}\n" for k in range(60))
    with pytest.warns(DataWarning, match="30 types: are these entities"):
        assert "30 types" in describe(read_conll(write(tmp_path, many)))
    with pytest.warns(DataWarning, match="no token is O"):
        read_conll(write(tmp_path, "a B-NP\nb I-NP\n" * 15))
    assert "no token is O" in describe([Sentence(["a"], ["B-X"])])


NAMES = [
    "person",
    "Chemical",
    "geo-loc",
    "X",
    "B",
    "I",
    "corporation",
    "creative work",
    "E-mail",
    "人名",
    "O-type",
    "2",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("several", [True, False])
def test_any_type_name_trains_predicts_and_is_scored(name: str, several: bool, tmp_path: Path) -> None:
    tags = [f"B-{name}", f"I-{name}", "O", f"B-{name}"]
    train = [Sentence(["ana", "silva", "left", "oslo"], tags)] * 30
    vectors = Vectors(["ana", "silva", "left", "oslo"], np.eye(4))
    model = NERWindowModel(vectors, ("O", name) if several else name, hidden=6, window=1)
    model.fit(train, epochs=8, lr=0.05, dev=train, progress=False)
    assert model.predict([train[0].tokens]) == [tags]
    assert model.history["dev_f1"][-1] == 1.0
    bare = [Sentence(s.tokens, [tag[2:] or "O" for tag in s.tags]) for s in train]
    assert model.fit(bare, epochs=8, lr=0.05, dev=bare, progress=False).history["dev_f1"][-1] == 1.0
    model.save(tmp_path / "model.npz")
    assert NERWindowModel.load(tmp_path / "model.npz").predict([train[0].tokens]) == [tags]
