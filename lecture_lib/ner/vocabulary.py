"""From words to ids, and the matrix of vectors that the ids look up."""

import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from lecture_lib.ner.vectors import Vectors

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
DEFAULT_RMS = 1.0


class Vocabulary:
    """The ids of words: 0 is padding, 1 stands for every unknown word, the known words follow in their order.

    A token is looked up in its exact form first, then in lower case, each also with its
    accents composed (NFC); digits and punctuation are treated like
    any other word. Padding has the zero vector, and unknown words share the mean of all vectors.

    The vectors are multiplied by one constant, so that the root mean square of their entries is `rms`:
    vectors of length 1 have tiny entries in 50 dimensions (0.14), and a tanh layer learns slowly from
    them.

    Args:
        vectors: the words and their vectors.
        rms: the root mean square of the entries after scaling; None leaves the vectors as they are.

    Attributes:
        matrix: E, one row for every id, of shape (N + 2, d) for N words, float32.
        scale: the constant by which the vectors were multiplied.

    Raises:
        TypeError: `vectors` is not a `Vectors`.
        ValueError: rms is not positive, or all vectors are zero.

    >>> vocabulary = Vocabulary(Vectors(["paris", "london"], [[3, 0], [0, 1]]), rms=None)
    >>> vocabulary.ids(["Paris", "is", "lovely"])
    array([2, 1, 1])
    >>> vocabulary.matrix
    array([[0. , 0. ],
           [1.5, 0.5],
           [3. , 0. ],
           [0. , 1. ]], dtype=float32)
    """

    def __init__(self, vectors: Vectors, rms: float | None = DEFAULT_RMS):
        if not isinstance(vectors, Vectors):
            raise TypeError(
                f"expected Vectors, not {type(vectors).__name__}; "
                "read them with read_vectors(path) or data.vectors(name)"
            )
        self._vectors = vectors
        self.scale = 1.0 if rms is None else _scale(vectors, rms)
        shape = (len(vectors) + FIRST_WORD, vectors.dim)
        self.matrix: NDArray[np.float32] = np.zeros(shape, dtype=np.float32)
        known = self.matrix[FIRST_WORD:]
        np.multiply(vectors.matrix, np.float32(self.scale), out=known)
        self.matrix[UNKNOWN] = known.mean(axis=0, dtype=np.float64)

    @property
    def dim(self) -> int:
        """The length d of a vector."""
        return self._vectors.dim

    @property
    def words(self) -> tuple[str, ...]:
        """The word of every id; the first two are `<padding>` and `<unknown>`."""
        return ("<padding>", "<unknown>", *self._vectors.words)

    def __len__(self) -> int:
        return len(self.matrix)

    def __contains__(self, token: object) -> bool:
        return isinstance(token, str) and self.id(token) != UNKNOWN

    def __repr__(self) -> str:
        return f"Vocabulary({len(self._vectors):,} words, {self.dim} dimensions)"

    def id(self, token: str) -> int:
        """One token's id.

        Args:
            token: any string.

        Returns:
            The id; 1 when neither the token nor its lower-case form is known.

        >>> Vocabulary(Vectors(["paris"], [[1.0, 2.0]])).id("PARIS")
        2
        """
        for form in spellings(token):
            row = self._vectors.get(form)
            if row is not None:
                return row + FIRST_WORD
        return UNKNOWN

    def ids(self, tokens: Iterable[str]) -> NDArray[np.intp]:
        """The ids of tokens.

        Args:
            tokens: n strings.

        Returns:
            Integers of shape (n,), intp.

        Raises:
            TypeError: tokens is one string, or a token is not a string.

        >>> Vocabulary(Vectors(["in", "paris"], [[1.0, 0.0], [0.0, 1.0]])).ids(["In", "Paris", "!"])
        array([2, 3, 1])
        """
        if isinstance(tokens, str):
            raise TypeError(f"expected a list of tokens, not the string {tokens!r}; use tokenize(text)")
        tokens = list(tokens)
        try:
            # A corpus repeats its words, so each distinct one is looked up once.
            known = {token: self.id(token) for token in set(tokens)}
        except (AttributeError, TypeError):
            wrong = next(token for token in tokens if not isinstance(token, str))
            raise TypeError(f"{wrong!r} is not a token; expected strings only") from None
        return np.fromiter(map(known.__getitem__, tokens), dtype=np.intp, count=len(tokens))

    def coverage(self, tokens: Iterable[str]) -> float:
        """The share of tokens that have a vector of their own.

        Args:
            tokens: n strings.

        Returns:
            A number from 0 to 1; 1 when there are no tokens.

        Raises:
            TypeError: tokens is one string, or a token is not a string.

        >>> Vocabulary(Vectors(["in", "paris"], [[1.0, 0.0], [0.0, 1.0]])).coverage(["In", "Rome"])
        0.5
        """
        ids = self.ids(tokens)
        return float(np.mean(ids != UNKNOWN)) if ids.size else 1.0


def spellings(token: str) -> tuple[str, ...]:
    """The forms under which a token is looked up, the best first."""
    if token.isascii():
        return token, token.lower()
    composed = unicodedata.normalize("NFC", token)
    return token, composed, token.lower(), composed.lower()


def _scale(vectors: Vectors, rms: float) -> float:
    if not rms > 0 or not np.isfinite(rms):
        raise ValueError(f"rms is {rms!r}; expected a positive number, or None for the vectors as they are")
    squares = np.square(vectors.matrix, dtype=np.float64)
    present = float(np.sqrt(squares.mean()))
    if not np.isfinite(present):
        # Those vectors alone stay what they are, so that training can name their words.
        present = float(np.sqrt(squares[np.isfinite(squares)].mean()))
    if present == 0:
        raise ValueError("all vectors are zero, so they cannot be scaled; expected vectors that differ")
    return rms / present


def refuse_holes(vocabulary: Vocabulary) -> None:
    """Raise if the vector of a word holds what is no finite number."""
    rows = np.flatnonzero(~np.isfinite(vocabulary.matrix[FIRST_WORD:].sum(axis=1, dtype=np.float64)))
    if len(rows):
        words = [vocabulary.words[FIRST_WORD + row] for row in rows[:5].tolist()]
        many = f"vector{'s' * (len(rows) > 1)} of {len(rows)} word{'s' * (len(rows) > 1)}"
        shown = ", ".join(map(repr, words)) + (" …" if len(rows) > 5 else "")
        verb = "hold" if len(rows) > 1 else "holds"
        raise ValueError(f"word {many} {verb} NaN or infinity: {shown}; leave these words out, or mend their vectors")
