"""Word counts of reviews, and the retraining pitfall that they show."""

from pathlib import Path

import numpy as np
import pytest

from lecture_lib import data
from lecture_lib.data.sentiment import count_words, read_word_counts
from lecture_lib.ner import DataError, Vectors, WordClassifier

PROBES = ["tv", "telly", "television"]
HEAD = "word\tpositive\tnegative\tpart\n"


def trained(vectors: Vectors, counts: data.WordCounts, fine_tune: bool) -> WordClassifier:
    return WordClassifier(vectors, fine_tune=fine_tune).fit(counts.words, counts.positive, counts.negative)


def test_the_pitfall_shows_on_what_ships() -> None:
    vectors, words = data.vectors("default"), data.sentiment("default")
    assert {"tv", "telly"} <= set(words.train.words) and words.held_out.words == ("television",)
    counts = words.train.among(vectors)
    assert len(counts) >= 200
    frozen, tuned = (trained(vectors, counts, fine_tune) for fine_tune in (False, True))

    together = frozen.predict_proba(PROBES)
    assert np.ptp(together) <= 0.05 and (together < 0.5).all(), together
    assert [frozen.moved(word) for word in PROBES] == [0, 0, 0]

    tv, telly, television = tuned.predict_proba(PROBES)
    assert television - tv >= 0.4 and television - telly >= 0.4, (tv, telly, television)
    assert television > 0.5, "after fine-tuning, the held-out word is on the wrong side"
    assert words.held_out.share[0] < 0.5
    assert tuned.moved("television") == 0.0
    assert tuned.moved("tv") > 1 and tuned.moved("telly") > 1


def test_the_same_code_runs_on_real_data(real_data: Path) -> None:
    vectors, words = data.vectors("glove-50k"), data.sentiment("rt-polarity")
    counts = words.train.among(vectors)
    assert len(counts) > 4000 and "television" not in counts.words
    assert "telly" not in vectors, "GloVe's 50,000 words have no telly: the pitfall is shown on tv alone"
    frozen, tuned = (trained(vectors, counts, fine_tune) for fine_tune in (False, True))
    with pytest.raises(KeyError, match="no vector for 'telly'"):
        tuned.predict_proba(PROBES)
    tv, television = frozen.predict_proba(["tv", "television"])
    assert abs(tv - television) <= 0.05
    tv, television = tuned.predict_proba(["tv", "television"])
    assert television - tv >= 0.35
    assert tuned.moved("television") == 0.0 < tuned.moved("tv")


def test_frozen_and_tuned_agree_with_a_direct_solution() -> None:
    vectors = Vectors(["a", "b", "c"], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model = WordClassifier(vectors, decay=0.0).fit(["a", "b"], [3, 1], [1, 3], steps=20_000, lr=0.5)
    np.testing.assert_allclose(model.predict_proba(["a", "b", "c"]), [0.75, 0.25, 0.5], atol=1e-3)


def test_fitting_twice_starts_afresh() -> None:
    vectors = Vectors(["a", "b"], [[1.0, 0.0], [0.0, 1.0]])
    model = WordClassifier(vectors, fine_tune=True).fit(["a", "b"], [3, 1], [1, 3], steps=50)
    first = model.predict_proba(["a", "b"])
    assert (model.fit(["a", "b"], [3, 1], [1, 3], steps=50).predict_proba(["a", "b"]) == first).all()


@pytest.mark.parametrize(
    ("words", "positive", "negative", "error", "message"),
    [
        ("ab", [1, 1], [1, 1], TypeError, "not the string 'ab'"),
        (["a", "b"], [1], [1, 1], ValueError, "positive has shape"),
        (["a", "b"], [1, 1], [1, -1], ValueError, "negative holds a number that is not a count"),
        (["a", "b"], [1, float("nan")], [1, 1], ValueError, "positive holds"),
        (["a", "b"], [0, 0], [0, 0], ValueError, "all counts are 0"),
        (["a", "zzz"], [1, 1], [1, 1], KeyError, "no vector for 'zzz'"),
    ],
)
def test_bad_training_data_are_errors(
    words: list[str], positive: list, negative: list, error: type, message: str
) -> None:
    model = WordClassifier(Vectors(["a", "b"], [[1.0, 0.0], [0.0, 1.0]]))
    with pytest.raises(error, match=message):
        model.fit(words, positive, negative)


def test_a_negative_decay_is_an_error() -> None:
    with pytest.raises(ValueError, match="decay is -1"):
        WordClassifier(Vectors(["a"], [[1.0]]), decay=-1)


def test_counting_counts_a_snippet_once() -> None:
    train, held_out = count_words([(["tv", "tv", "ok"], 0), (["ok"], 1), (["television"], 0)], least=1)
    assert train.words == ("ok", "tv") and train.negative.tolist() == [1, 1] and train.positive.tolist() == [1, 0]
    assert held_out.words == ("television",)
    with pytest.raises(ValueError, match="snippet 1 has the label 2"):
        count_words([(["ok"], 2)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no word in the file"),
        (HEAD, "no word in the file"),
        ("word\tcount\n", "line 1: the columns are"),
        (HEAD + "joy\t3\t1\n", "line 2: 3 columns"),
        (HEAD + "joy\t3\t1\ttest\n", "line 2: 'joy' with the part 'test'"),
        (HEAD + "joy\tmany\t1\ttrain\n", "line 2: 'many' and '1' are not counts"),
        (HEAD + "joy\t-3\t1\ttrain\n", "line 2: '-3' and '1' are not counts"),
        (HEAD + "joy\t0\t0\ttrain\n", "line 2: 'joy' has 0 good and 0 bad"),
        (HEAD + "joy\t3\t1\ttrain\n# twice\njoy\t3\t1\ttrain\n", "line 4: the word 'joy' comes twice"),
        (HEAD + "\t3\t1\ttrain\n", "line 2: ''"),
    ],
)
def test_malformed_tables_are_errors(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "counts.tsv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DataError, match=message):
        read_word_counts(path)


@pytest.mark.parametrize(
    ("words", "positive", "negative", "message"),
    [
        (["a", "a"], [1, 1], [1, 1], "'a' comes twice"),
        (["a"], [1, 1], [1], "positive has shape"),
        (["a"], [0], [0], "'a' has 0 good and 0 bad"),
        (["a"], [1.5], [0], "positive holds float64"),
        (["a"], [1], [-1], "negative holds"),
    ],
)
def test_bad_counts_are_errors(words: list[str], positive: list, negative: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        data.WordCounts(words, positive, negative)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sentiment data named 'imdb'; expected one of default, rt-polarity"):
        data.sentiment("imdb")
