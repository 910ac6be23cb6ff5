"""Swapping names: what changes, what stays, what is refused."""

import numpy as np
import pytest

from lecture_lib import data
from lecture_lib.ner import Sentence, spans, swap_names


@pytest.fixture(scope="module")
def train() -> list[Sentence]:
    return data.corpus("default", dates=True).train


def outside(sentence: Sentence) -> list[str]:
    return [token for token, tag in zip(sentence.tokens, sentence.tags, strict=True) if tag == "O"]


def texts(sentences: list[Sentence], kind: str) -> list[str]:
    return [
        " ".join(sentence.tokens[span.start : span.end])
        for sentence in sentences
        for span in spans(sentence.tags)
        if span.type == kind
    ]


def test_types_stay_and_names_come_from_the_same_sentences(train: list[Sentence], rng: np.random.Generator) -> None:
    swapped = swap_names(train, rng)
    assert [[span.type for span in spans(one.tags)] for one in swapped] == [
        [span.type for span in spans(one.tags)] for one in train
    ]
    assert [outside(one) for one in swapped] == [outside(one) for one in train]
    for kind in ("PER", "LOC", "ORG"):
        old, new = texts(train, kind), texts(swapped, kind)
        assert {name.lower() for name in new} <= {name.lower() for name in old}
        assert np.mean([first != second for first, second in zip(old, new, strict=True)]) > 0.9
    assert texts(swapped, "DATE") == texts(train, "DATE")


def test_the_input_is_left_alone_and_the_generator_decides(train: list[Sentence]) -> None:
    before = [(list(one.tokens), list(one.tags)) for one in train]
    first, again, other = (swap_names(train, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert [(one.tokens, one.tags) for one in train] == before
    assert first == again != other


def test_case_is_kept(rng: np.random.Generator) -> None:
    sentences = [Sentence(["in", "rome"], ["O", "B-LOC"]), Sentence(["IN", "OSLO"], ["O", "B-LOC"])]
    for _ in range(10):
        lower, upper = swap_names(sentences, rng)
        assert lower.tokens[1].islower() and upper.tokens[1].isupper()


def test_neighboring_names_stay_apart(rng: np.random.Generator) -> None:
    tags = ["B-PER", "B-PER", "I-PER", "B-LOC"]
    (swapped,) = swap_names([Sentence(["Ana", "Bo", "Li", "Rome"], tags)], rng)
    assert [span.type for span in spans(swapped.tags)] == ["PER", "PER", "LOC"]


def test_bad_arguments_are_errors(train: list[Sentence]) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="rng is 0"):
        swap_names(train, 0)
    with pytest.raises(TypeError, match="types is the string 'LOC'"):
        swap_names(train, rng, "LOC")
    with pytest.raises(TypeError, match="item 1 is list"):
        swap_names([["In", "Rome"]], rng)
