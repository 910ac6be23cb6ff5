"""Ids, windows and case features."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture_lib.ner import (
    CASE_FEATURES,
    Sentence,
    Vectors,
    Vocabulary,
    case_features,
    case_matrix,
    window_matrix,
    windows,
)

VECTORS = Vectors(["in", "paris", "US", "us", "."], [[1, 0], [0, 1], [2, 0], [0, 2], [2, 2]])


def test_ids_follow_the_stated_policy() -> None:
    vocabulary = Vocabulary(VECTORS, rms=None)
    ids = vocabulary.ids(["In", "PARIS", "US", "Us", ".", "zebra"])
    np.testing.assert_array_equal(ids, [2, 3, 4, 5, 6, 1])
    assert [vocabulary.words[i] for i in ids] == ["in", "paris", "US", "us", ".", "<unknown>"]
    assert len(vocabulary) == 7 and vocabulary.dim == 2
    assert "Paris" in vocabulary and "zebra" not in vocabulary and 3 not in vocabulary
    assert vocabulary.coverage(["in", "zebra"]) == 0.5 and vocabulary.coverage([]) == 1.0


def test_padding_is_zero_and_unknown_is_the_mean() -> None:
    vocabulary = Vocabulary(VECTORS, rms=None)
    np.testing.assert_array_equal(vocabulary.matrix[0], [0, 0])
    np.testing.assert_allclose(vocabulary.matrix[1], [1, 1])
    np.testing.assert_array_equal(vocabulary.matrix[2:], VECTORS.matrix)


@pytest.mark.parametrize("rms", [0.25, 1.0])
def test_scaling_sets_the_root_mean_square(rms: float) -> None:
    matrix = Vocabulary(VECTORS, rms=rms).matrix
    assert matrix.dtype == np.float32
    assert np.sqrt(np.mean(matrix[2:] ** 2)) == pytest.approx(rms)
    np.testing.assert_allclose(matrix[1], matrix[2:].mean(axis=0), rtol=1e-6)


def test_the_matrix_is_the_vocabularys_own() -> None:
    vocabulary = Vocabulary(VECTORS, rms=None)
    vocabulary.matrix[2] = 9
    np.testing.assert_array_equal(VECTORS["in"], [1, 0])


@pytest.mark.parametrize("rms", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_not_positive_is_refused(rms: float) -> None:
    with pytest.raises(ValueError, match="expected a positive number"):
        Vocabulary(VECTORS, rms=rms)


def test_wrong_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="all vectors are zero"):
        Vocabulary(Vectors(["a"], [[0.0]]))
    with pytest.raises(TypeError, match="expected Vectors, not list"):
        Vocabulary([[1.0]])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not the string 'Paris'"):
        Vocabulary(VECTORS).ids("Paris")
    with pytest.raises(TypeError, match="7 is not a token"):
        Vocabulary(VECTORS).ids(["a", 7])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="not the string 'a b'"):
        window_matrix(["a b"], Vocabulary(VECTORS))
    with pytest.raises(TypeError, match="not one Sentence"):
        window_matrix(Sentence(["a"], ["O"]), Vocabulary(VECTORS))  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 99), max_size=8), st.integers(0, 4))
def test_a_window_holds_the_neighbors(ids: list[int], size: int) -> None:
    rows = windows(ids, size=size, pad=-1)
    assert rows.shape == (len(ids), 2 * size + 1)
    for i, row in enumerate(rows):
        for j, found in enumerate(row):
            place = i + j - size
            assert found == (ids[place] if 0 <= place < len(ids) else -1)


def test_windows_of_tokens_and_of_nothing() -> None:
    assert windows(["Museums", "in", "Paris"], size=1).tolist() == [
        ["<padding>", "Museums", "in"],
        ["Museums", "in", "Paris"],
        ["in", "Paris", "<padding>"],
    ]
    assert windows([], size=2).shape == (0, 5)


def test_windows_are_a_copy() -> None:
    ids = np.array([1, 2, 3])
    rows = windows(ids)
    rows[:] = 0
    np.testing.assert_array_equal(ids, [1, 2, 3])


@pytest.mark.parametrize(
    ("items", "options", "error", "message"),
    [
        ("Paris", {}, TypeError, "not the string 'Paris'"),
        ([1.5], {}, TypeError, "dtype float64"),
        ([[1, 2]], {}, ValueError, r"shape \(1, 2\)"),
        ([1, "a"], {}, TypeError, "mix strings and numbers"),
        ([1], {"size": -1}, ValueError, "window size is -1"),
        ([1], {"size": 1.5}, TypeError, "window size is 1.5"),
        ([1], {"pad": "x"}, TypeError, "pad is 'x'"),
        (["a"], {"pad": 0}, TypeError, "pad is 0"),
    ],
)
def test_bad_windows_are_refused(items: object, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        windows(items, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [0, 1, 2, 4])
def test_the_window_matrix_is_the_windows_of_every_sentence(window: int) -> None:
    vocabulary = Vocabulary(VECTORS)
    sentences = [["In", "Paris", "."], ["zebra"], [], ["us", "US"]]
    expected = np.concatenate([windows(vocabulary.ids(tokens), size=window) for tokens in sentences])
    np.testing.assert_array_equal(window_matrix(sentences, vocabulary, window), expected)
    labeled = [Sentence(tokens, ["O"] * len(tokens)) for tokens in sentences]
    np.testing.assert_array_equal(window_matrix(labeled, vocabulary, window), expected)


def test_the_window_matrix_of_no_sentence_is_empty() -> None:
    assert window_matrix([], Vocabulary(VECTORS)).shape == (0, 5)
    assert case_matrix([]).shape == (0, 5 * len(CASE_FEATURES))


def test_two_hundred_thousand_windows_take_under_a_second() -> None:
    sentences = [["In", "Paris", "zebra", "us", "."] * 4] * 10_000
    start = time.process_time()
    assert window_matrix(sentences, Vocabulary(VECTORS)).shape == (200_000, 5)
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    ("token", "features"),
    [
        ("paris", {"lower"}),
        ("Paris", {"capitalized"}),
        ("A", {"capitalized"}),
        ("NATO", {"upper"}),
        ("U.S.", {"upper"}),
        ("iPhone", {"mixed"}),
        ("McDonald", {"mixed"}),
        ("2026", {"digit"}),
        ("3.5", {"digit"}),
        ("AK47", {"upper", "digit"}),
        ("5th", {"lower", "digit"}),
        (".", {"symbol"}),
        ("--", {"symbol"}),
        ("Élan", {"capitalized"}),
        ("'s", {"lower"}),
        ("O'Brien", {"mixed"}),
        ("E-mail", {"capitalized"}),
    ],
)
def test_case_features_by_hand(token: str, features: set[str]) -> None:
    row = case_features([token])[0]
    assert {name for name, value in zip(CASE_FEATURES, row, strict=True) if value} == features


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=6))
def test_every_token_differs_from_padding(token: str) -> None:
    row = case_features([token])[0]
    assert row.any() and row[:4].sum() <= 1


def test_the_case_matrix_lies_like_the_window_matrix() -> None:
    rows = case_matrix([["In", "Paris"], ["NATO"]], window=1)
    assert rows.dtype == np.float32
    one = case_features(["In", "Paris", "NATO"])
    zero = np.zeros(len(CASE_FEATURES))
    np.testing.assert_array_equal(rows[0], np.concatenate([zero, one[0], one[1]]))
    np.testing.assert_array_equal(rows[2], np.concatenate([zero, one[2], zero]))
