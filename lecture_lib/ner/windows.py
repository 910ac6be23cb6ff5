"""Windows: each word with its neighbors, padded at the ends of the sentence."""

import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.sentences import Sentence, token_lists
from lecture_lib.ner.vocabulary import PADDING, Vocabulary

PADDING_TOKEN = "<padding>"


def windows(items: Sequence[int] | Sequence[str] | NDArray, size: int = 2, pad: object = None) -> NDArray:
    """The window around every position of one sentence: `size` items, the center, `size` items.

    Args:
        items: n word ids (integers), or n tokens (strings).
        size: neighbors on each side.
        pad: an id or a token that stands beyond the ends; by default 0 for ids and `<padding>` for tokens.

    Returns:
        An n×(2·size+1) array of the items' dtype (int64 for ids), row i centered on item i.

    Raises:
        ValueError: size is negative, or items is not one-dimensional.
        TypeError: items are neither integers nor strings, the pad is of another kind than they are, or size is not an
            integer.

    >>> windows([11, 12, 13], size=1)
    array([[ 0, 11, 12],
           [11, 12, 13],
           [12, 13,  0]])
    >>> windows(["In", "Paris"], size=1, pad="·").tolist()
    [['·', 'In', 'Paris'], ['In', 'Paris', '·']]
    """
    size = checked_size(size)
    if isinstance(items, str):
        raise TypeError(f"expected a list of ids or tokens, not the string {items!r}; use tokenize(text)")
    row = np.asarray(items)
    if row.ndim != 1:
        raise ValueError(f"items have shape {row.shape}; expected one sentence's ids or tokens, shape (n,)")
    if row.size == 0:
        row = np.asarray([], dtype=row.dtype if row.dtype.kind in "iuU" else np.intp)
    if row.dtype.kind not in "iuU":
        raise TypeError(f"items have dtype {row.dtype}; expected integers (word ids) or strings (tokens)")
    if row.dtype.kind == "U" and not all(isinstance(item, str) for item in items):
        raise TypeError("items mix strings and numbers; expected word ids only or tokens only")
    if pad is None:
        pad = PADDING_TOKEN if row.dtype.kind == "U" else PADDING
    if isinstance(pad, str) != (row.dtype.kind == "U"):
        raise TypeError(f"pad is {pad!r} but the items are {row.dtype}; expected a pad of the same kind")
    edge = np.full(size, pad, dtype=None if row.dtype.kind == "U" else row.dtype)
    padded = np.concatenate([edge, row, edge])
    return padded[np.arange(len(row))[:, None] + np.arange(2 * size + 1)]


def window_matrix(
    sentences: Sequence[Sentence | Sequence[str]], vocabulary: Vocabulary, window: int = 2
) -> NDArray[np.intp]:
    """The windows of word ids of a whole corpus; no window reaches into the next sentence.

    Args:
        sentences: sentences or lists of tokens, with N tokens in all.
        vocabulary: gives the ids; padding is 0.
        window: neighbors on each side.

    Returns:
        An N×(2·window+1) array of ids, intp, in the order of the tokens.

    Raises:
        ValueError: window is negative.
        TypeError: window is not a whole number, sentences is one sentence rather than a list, or a sentence is a plain
            string.

    >>> from lecture_lib.ner.vectors import Vectors
    >>> vocabulary = Vocabulary(Vectors(["in", "paris"], [[1.0, 0.0], [0.0, 1.0]]))
    >>> window_matrix([["In", "Paris"], ["Paris"]], vocabulary, window=1)
    array([[0, 2, 3],
           [2, 3, 0],
           [0, 3, 0]])
    """
    rows = token_lists(sentences)
    ids = vocabulary.ids(token for tokens in rows for token in tokens)
    places = window_places([len(tokens) for tokens in rows], window)
    return np.concatenate([[PADDING], ids]).astype(np.intp, copy=False)[places]


def window_places(lengths: Sequence[int], window: int = 2) -> NDArray[np.intp]:
    """Where the neighbors of every token of a corpus stand, whatever is looked up there."""
    window = checked_size(window)
    counts = np.asarray(lengths, dtype=np.intp)
    total = int(counts.sum())
    sentence = np.repeat(np.arange(len(counts)), counts)
    center = np.arange(total) + window * (sentence + 1)
    padded = np.zeros(total + window * (len(counts) + 1), dtype=np.intp)
    padded[center] = np.arange(1, total + 1)
    return padded[center[:, None] + np.arange(-window, window + 1)]


def checked_size(size: int) -> int:
    """A window size that is a whole number of at least 0."""
    try:
        size = operator.index(size)
    except TypeError:
        raise TypeError(f"the window size is {size!r}; expected a whole number of neighbors a side") from None
    if size < 0:
        raise ValueError(f"the window size is {size}; expected 0 or more neighbors on each side")
    return size
