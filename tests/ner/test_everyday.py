"""Sixty sentences such as a reader types first: what the network that ships finds in them, as notebook 00 says."""

import json
import re
from pathlib import Path

import pytest

from lecture_lib import data
from lecture_lib.ner import entity_f1
from lecture_lib.ner.errors import MissingDataError
from lecture_lib.ner.tags import spans

ROOT = Path(__file__).resolve().parents[2]
TEXT = (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").splitlines()


def read(line):
    """`[PER Paris Hilton] slept .` as tokens and tags."""
    tokens, tags = [], []
    for kind, name, word in re.findall(r"\[(\w+) ([^]]+)\]|(\S+)", line):
        words = name.split() or [word]
        tokens += words
        tags += [f"{'I' if k else 'B'}-{kind}" if kind else "O" for k in range(len(words))]
    return tokens, tags


SENTENCES = [read(line) for line in TEXT]


@pytest.fixture(scope="module")
def predicted():
    return data.model("default").predict([tokens for tokens, _ in SENTENCES])


def test_names_found_and_words_taken_for_names(predicted):
    pairs = [
        pair for (_, tags), told in zip(SENTENCES, predicted, strict=True) for pair in zip(tags, told, strict=True)
    ]
    wanted = [set(spans(tags)) for _, tags in SENTENCES]
    found = sum(len(names & set(spans(told))) for names, told in zip(wanted, predicted, strict=True))
    taken, words = sum(told != "O" for tag, told in pairs if tag == "O"), sum(tag == "O" for tag, _ in pairs)
    assert len(SENTENCES) == 60
    assert taken <= 0.01 * words
    notebook = json.loads((ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    prose = " ".join("".join(cell["source"]) for cell in notebook["cells"])
    names = sum(map(len, wanted))
    assert f"Of the {names} names in 60 everyday sentences, written to test it, it finds {found}." in prose
    assert f"In {words} words that are no names it sees {['none', 'one', 'two', 'three'][taken]}." in prose


def test_no_more_is_claimed_of_it_than_it_does(predicted):
    assert entity_f1([tags for _, tags in SENTENCES], predicted)["micro"].f1 > 0.7


def test_a_network_that_is_not_there():
    with pytest.raises(MissingDataError, match="no network named 'mine'; there are: default"):
        data.model("mine")
