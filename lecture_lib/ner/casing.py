"""Case features: what lower-case word vectors cannot see of a token."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.sentences import Sentence, token_lists, tokens_of
from lecture_lib.ner.windows import window_places

CASE_FEATURES = ("lower", "capitalized", "upper", "mixed", "digit", "symbol")


def case_features(tokens: Sequence[str]) -> NDArray[np.float32]:
    """Six yes-or-no features of every token's spelling, in the order of `CASE_FEATURES`.

    `lower`: letters, all lower case · `capitalized`: the first letter is a capital and no other one ·
    `upper`: two or more letters, all capitals · `mixed`: any other letters (iPhone, McDonald) · `digit`:
    holds a digit · `symbol`: neither letters nor digits. Letters of a script without case (Arabic, Chinese, Hindi,
    Korean …) count as lower, and say nothing about names. Every token has at least one, so all zeros mean
    padding.

    Args:
        tokens: n strings.

    Returns:
        An n×6 array of zeros and ones, float32.

    Raises:
        TypeError: tokens is one string.

    >>> case_features(["Paris", "NATO", "in", "2026"]).astype(int)
    array([[0, 1, 0, 0, 0, 0],
           [0, 0, 1, 0, 0, 0],
           [1, 0, 0, 0, 0, 0],
           [0, 0, 0, 0, 1, 0]])
    """
    rows = [_token_features(token) for token in tokens_of(tokens)]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(CASE_FEATURES))


def case_matrix(sentences: Sequence[Sentence | Sequence[str]], window: int = 2) -> NDArray[np.float32]:
    """The case features of every window of a corpus, side by side, zeros for padding.

    Args:
        sentences: sentences or lists of tokens, with N tokens in all.
        window: neighbors on each side.

    Returns:
        An N×((2·window+1)·6) array, float32, in the order of the tokens.

    Raises:
        ValueError: window is negative.
        TypeError: window is not a whole number, sentences is one sentence rather than a list, or a sentence is a plain
            string.

    >>> case_matrix([["In", "Paris"]], window=1).shape
    (2, 18)
    """
    rows = token_lists(sentences)
    places = window_places([len(tokens) for tokens in rows], window)
    features = case_features([token for tokens in rows for token in tokens])
    padded = np.concatenate([np.zeros_like(features, shape=(1, len(CASE_FEATURES))), features])
    return padded[places].reshape(len(places), places.shape[1] * len(CASE_FEATURES))


@lru_cache(maxsize=100_000)
def _token_features(token: str) -> tuple[bool, ...]:
    letters = [character for character in token if character.isalpha()]
    digit = any(character.isdigit() for character in token)
    text = "".join(letters)
    lower = bool(letters) and text == text.lower()
    upper = len(letters) > 1 and not lower and text == text.upper()
    capitalized = bool(letters) and not lower and not upper and text[1:] == text[1:].lower()
    mixed = bool(letters) and not (lower or upper or capitalized)
    return lower, capitalized, upper, mixed, digit, not letters and not digit
