"""The corpus that ships: its size and variety, its sources, their linter and their conversion."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lecture_lib import data
from lecture_lib.ner import DataError, Sentence, spans

BUILD = Path(__file__).resolve().parents[2] / "data" / "build"
SPLITS = ("train", "dev", "test")
TYPES = {"PER", "LOC", "ORG", "DATE"}
AMBIGUOUS = (
    "Paris",
    "Hilton",
    "Washington",
    "Jordan",
    "Georgia",
    "Chelsea",
    "Florence",
    "Sydney",
    "Lincoln",
    "Amazon",
    "Apple",
    "Ford",
    "Orange",
    "May",
    "August",
)


@pytest.fixture(scope="module")
def build() -> Iterator[ModuleType]:
    """The linter's module, imported as its command imports it."""
    if not BUILD.is_dir():
        pytest.skip("data/build is not here: it is in the repository alone")
    sys.path.insert(0, str(BUILD))
    try:
        import lint_corpus

        yield lint_corpus
    finally:
        sys.path.remove(str(BUILD))


@pytest.fixture(scope="module")
def corpus() -> data.Corpus:
    return data.corpus("default", dates=True)


@pytest.fixture(scope="module")
def sentences(corpus: data.Corpus) -> list[Sentence]:
    return [*corpus.train, *corpus.dev, *corpus.test]


def names(sentence: Sentence) -> list[tuple[str, str]]:
    return [(" ".join(sentence.tokens[span.start : span.end]), span.type) for span in spans(sentence.tags)]


def frame(sentence: Sentence) -> list[str]:
    """The tokens in lower case, each name replaced by its type."""
    words, done = [], 0
    for span in spans(sentence.tags):
        words += [*sentence.tokens[done : span.start], span.type]
        done = span.end
    return [word if word in TYPES else word.lower() for word in [*words, *sentence.tokens[done:]]]


def test_size_and_labels(corpus: data.Corpus, sentences: list[Sentence]) -> None:
    assert len(sentences) >= 4000
    assert sum(map(len, sentences)) >= 55_000
    for split in SPLITS:
        part = getattr(corpus, split)
        assert {kind for sentence in part for _, kind in names(sentence)} == TYPES
        nameless = sum(not names(sentence) for sentence in part) / len(part)
        assert 0.15 < nameless < 0.45, f"{split}: {nameless:.2f} of the sentences have no name"


def test_without_their_names_all_sentences_are_distinct(sentences: list[Sentence]) -> None:
    frames = Counter(" ".join(frame(sentence)) for sentence in sentences)
    assert [text for text, times in frames.items() if times > 1] == []


def test_no_run_of_five_words_is_common(sentences: list[Sentence]) -> None:
    runs = Counter()
    for sentence in sentences:
        words = frame(sentence)
        runs.update({tuple(words[start : start + 5]) for start in range(len(words) - 4)})
    run, times = runs.most_common(1)[0]
    assert times <= 0.01 * len(sentences), run


def test_many_distinct_words_outside_of_names(sentences: list[Sentence]) -> None:
    words = {
        token.lower()
        for sentence in sentences
        for token, tag in zip(sentence.tokens, sentence.tags, strict=True)
        if tag == "O" and token.isalpha()
    }
    assert len(words) >= 7000


@pytest.mark.parametrize("kind", ["PER", "LOC", "ORG"])
def test_most_test_names_are_unseen_in_training(corpus: data.Corpus, kind: str) -> None:
    known = {name.lower() for sentence in corpus.train for name, type_ in names(sentence) if type_ == kind}
    asked = {name.lower() for sentence in corpus.test for name, type_ in names(sentence) if type_ == kind}
    unseen = len(asked - known) / len(asked)
    assert unseen >= 0.75, f"{unseen:.2f} of the {kind} names of the test split are not in train"


def test_ambiguous_names_occur_in_several_readings(sentences: list[Sentence]) -> None:
    found = defaultdict(set)
    for sentence in sentences:
        for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
            found[token].add(tag[2:] or "O")
    for name in AMBIGUOUS:
        assert len(found[name]) >= 2, f"{name}: {found[name]}"


def test_files_are_what_the_sources_say(build: ModuleType) -> None:
    converter = sys.modules["corpus"]
    for split in SPLITS:
        expected = converter.conll([line.sentence for line in converter.read_split(split)])
        shipped = (BUILD.parent / "corpus" / f"{split}.conll").read_bytes().decode()
        assert shipped == expected, f"{split}.conll is not up to date: run python data/build/corpus.py"


def test_the_linter_finds_nothing(build: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main() == 0, capsys.readouterr().out


def parsed(build: ModuleType, *sources: str) -> list:
    return [build.parse(source, Path("planted.txt"), number) for number, source in enumerate(sources, 1)]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (["We saw [Rome|LOC]."] * 2, "line 2: the same sentence, names aside"),
        (["We saw [Rome|LOC].", "We saw [Oslo|LOC]."], "line 2: the same sentence, names aside"),
        (["Dear [Jordan|PER]:", "[Jordan|LOC] is dry."], "'Jordan' is LOC here and PER on planted.txt line 1"),
        (["She likes [New York|LOC] a lot.", "To New York, then?"], "'New York' has no label here"),
        (["I like [Ana|PER].", "Ana's here."], "'Ana' has no label here"),
        (["See you Monday!"], "'Monday' has no label and is a DATE"),
        (["[the Hague|LOC] is calm."], "'the Hague' begins with 'the'"),
        (["[Dr. Wu|PER] left."], "'Dr. Wu' begins with 'Dr.'"),
        (["I met [Ana's|PER] dog, and [An|PER]a."], "'An' does not end where tokens end"),
    ],
)
def test_the_linter_finds_planted_mistakes(build: ModuleType, sources: list[str], message: str) -> None:
    problems = build.lint(parsed(build, *sources), {})
    assert any(message in problem and "planted.txt" in problem for problem in problems), problems


def test_the_linter_knows_ambiguous_names(build: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "ambiguous.txt"
    path.write_text("# a remark\nJordan: PER LOC\nMay: DATE O\n", encoding="utf-8")
    lines = parsed(build, "Dear [Jordan|PER]:", "[Jordan|LOC] is dry.", "In [May|DATE] it rained.", "May I?")
    assert build.lint(lines, build.read_readings(path)) == []
    assert build.lint(lines[:-1], build.read_readings(path)) == ["ambiguous_names.txt: 'May' never occurs as O"]


@pytest.mark.parametrize("line", ["Jordan PER LOC", "Jordan: PER", "Jordan: PER CITY", "May: DATE O\nMay: DATE O"])
def test_a_malformed_list_of_ambiguous_names_is_an_error(build: ModuleType, tmp_path: Path, line: str) -> None:
    path = tmp_path / "ambiguous.txt"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"ambiguous.txt, line \d"):
        build.read_readings(path)


@pytest.mark.parametrize("source", ["We saw [Rome|LOC.", "We saw Rome|LOC].", "We saw [Rome].", "A [[Rome|LOC]|LOC]."])
def test_unbalanced_brackets_are_an_error(build: ModuleType, source: str) -> None:
    with pytest.raises(DataError, match=r"planted.txt, line 1: '.' does not belong to a name"):
        parsed(build, source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[Rome|CITY] fell.", "'CITY' of 'Rome' is unknown"),
        ("[|LOC] fell.", "is empty"),
        ("[ Rome|LOC] fell.", "blanks"),
    ],
)
def test_unknown_labels_and_empty_names_are_errors(build: ModuleType, source: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        parsed(build, source)


def test_conversion_of_one_line(build: ModuleType) -> None:
    (line,) = parsed(build, "[Paris Hilton|PER]'s at the [Hilton Hotel|LOC] in [Paris|LOC] on [May 3|DATE].")
    assert line.sentence.tokens == [
        "Paris",
        "Hilton",
        "'s",
        "at",
        "the",
        "Hilton",
        "Hotel",
        "in",
        "Paris",
        "on",
        "May",
        "3",
        ".",
    ]
    assert line.sentence.tags == [
        "B-PER",
        "I-PER",
        "O",
        "O",
        "O",
        "B-LOC",
        "I-LOC",
        "O",
        "B-LOC",
        "O",
        "B-DATE",
        "I-DATE",
        "O",
    ]
