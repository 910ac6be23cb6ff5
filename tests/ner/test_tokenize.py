"""`tokenize`: the convention of the English Web Treebank, case by case."""

import time
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture_lib.ner import Vectors, Vocabulary, tokenize

CASES = {
    "Al-Ani was there.": "Al - Ani was there .",
    "I don't, can't, won't; he's here": "I do n't , ca n't , wo n't ; he 's here",
    "We cannot and dont wanna": "We can not and do nt wan na",
    "Ana's and the students' books": "Ana 's and the students ' books",
    "I'd've said so": "I 'd 've said so",
    "It’s Ana’s": "It ’s Ana ’s",
    "Mr. Bush met Dr. Rice in the U.S. at 5 p.m.": "Mr. Bush met Dr. Rice in the U.S. at 5 p.m.",
    "George W. Bush had Plan B.": "George W. Bush had Plan B .",
    "He sat. I met Ed.": "He sat . I met Ed .",
    "On Sat. we rest, on Sun.": "On Sat. we rest , on Sun .",
    "It costs $3.50, or 10,000 yen (5%).": "It costs $ 3.50 , or 10,000 yen ( 5 % ) .",
    "At 3:30 on 9/11, 2004-11-21 or 01-Feb-02": "At 3:30 on 9/11 , 2004-11-21 or 01-Feb-02",
    "pages 2-3 at 5pm, 10k, the 5th and 1990s": "pages 2 - 3 at 5 pm , 10 k , the 5th and 1990s",
    "Call 555-0199 now": "Call 555-0199 now",
    "See http://example.org/a-b?c=1, or www.example.org.": "See http://example.org/a-b?c=1 , or www.example.org .",
    "Write to ana.silva@example.org!": "Write to ana.silva@example.org !",
    "Read notes.doc and example.com.": "Read notes.doc and example.com .",
    "Well... wait -- what?! No!!!": "Well ... wait -- what ?! No !!!",
    'He said "yes" (twice).': 'He said " yes " ( twice ) .',
    "and/or w/o a 20-year-old": "and / or w/o a 20 - year - old",
    "anti-American e-mail, pre-war, over-the-top": "anti-American e-mail , pre-war , over - the - top",
    "The ex-president's AT&T's offer": "The ex-president 's AT&T 's offer",
    "O'Connell and the Ba'ath": "O'Connell and the Ba'ath",
    "Thanks :) <3 :-(": "Thanks :) <3 :-(",
    "No. 5 said no.": "No. 5 said no .",
    "Paris,London;Rome": "Paris , London ; Rome",
    "São Paulo, Zürich, Łódź": "São Paulo , Zürich , Łódź",
    "東京 2020": "東京 2020",
    "": "",
    "  \n\t ": "",
}


@pytest.mark.parametrize("text", CASES)
def test_the_convention_case_by_case(text: str) -> None:
    assert tokenize(text) == CASES[text].split()


@pytest.mark.parametrize("text", [text for text in CASES.values() if "Plan B" not in text])
def test_tokens_stay_tokens(text: str) -> None:
    assert tokenize(text) == text.split()


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("ab.'-/:@N'tS 3$&’\n", max_size=40)))
def test_no_character_is_lost(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(tokens) == "".join(text.split()) or "\x1c" <= min(text) <= "\x1f"
    assert all(tokens) and not any(character.isspace() for token in tokens for character in token)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "a-" * 5_000,
        "a." * 5_000,
        "." * 20_000,
        "'s" * 5_000,
        "1," * 5_000,
        "a@" * 5_000,
        "www." * 3_000,
        "A&" * 5_000,
    ],
)
def test_long_and_odd_texts_take_no_time(text: str) -> None:
    start = time.process_time()
    assert "".join(tokenize(text)) == text
    assert time.process_time() - start < 2.0


def test_only_text_is_tokenized() -> None:
    with pytest.raises(TypeError, match="expected a string, not list"):
        tokenize(["In", "Paris"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (
            unicodedata.normalize("NFD", "Café in Málaga, Mr. Núñez's."),
            ["Café", "in", "Málaga", ",", "Mr.", "Núñez", "'s", "."],
        ),
        ("राम दिल्ली में रहता है।", ["राम", "दिल्ली", "में", "रहता", "है", "।"]),
        ("שָׁלוֹם עוֹלָם", ["שָׁלוֹם", "עוֹלָם"]),
        ("ภาษาไทย ดี", ["ภาษาไทย", "ดี"]),
        ("می‌خواهم بروم", ["می‌خواهم", "بروم"]),
        ("서울에서 만나요.", ["서울에서", "만나요", "."]),
        ("\u0301a b", ["\u0301", "a", "b"]),
        ("naïve 3.5 %", ["naïve", "3.5", "%"]),
    ],
)
def test_marks_stay_with_their_letters(text: str, tokens: list[str]) -> None:
    found = tokenize(text)
    assert [unicodedata.normalize("NFC", token) for token in found] == [unicodedata.normalize("NFC", t) for t in tokens]
    assert "".join(found) == "".join(text.split())


def test_words_are_looked_up_composed() -> None:
    vocabulary = Vocabulary(Vectors(["málaga", "한국"], np.eye(2)))
    for word in ("Málaga", "MÁLAGA", "한국"):
        assert vocabulary.id(unicodedata.normalize("NFD", word)) == vocabulary.id(word) > 1
