"""A classifier of single words: the smallest model that shows what retraining word vectors does."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lecture_lib.autograd.nn import sigmoid, softplus
from lecture_lib.autograd.transforms import value_and_grad
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import FIRST_WORD, Vocabulary
from lecture_lib.train import optim
from lecture_lib.train.settings import non_negative


class WordClassifier:
    """Logistic regression on one word's vector: P(positive) = σ(u·x + b).

    With `fine_tune` the vectors x of the words in the training data are parameters too, and start from the given
    ones. A word that is not in the training data gets no gradient, so its vector stays exactly as it was: that is
    the retraining pitfall.

    Args:
        vectors: the word vectors; they are copied, and scaled by the rule of `Vocabulary`.
        fine_tune: train the vectors too.
        decay: λ in the penalty ½λ‖u‖².

    Attributes:
        matrix: the vectors by the ids of `Vocabulary`, V×d, float64.
        u: the weights, shape (d,).
        b: the bias, shape ().

    Raises:
        TypeError: `vectors` is not a `Vectors`, or decay is not a number.
        ValueError: decay is negative, or all vectors are zero.

    >>> vectors = Vectors(["tv", "telly", "joy"], [[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]])
    >>> model = WordClassifier(vectors, fine_tune=True).fit(["tv", "joy"], [1, 9], [9, 1])
    >>> model.predict_proba(["tv", "joy"]).round(1)
    array([0.1, 0.9])
    >>> model.moved("telly")
    0.0
    """

    def __init__(self, vectors: Vectors, fine_tune: bool = False, decay: float = 0.03):
        self._vectors = vectors
        self._vocabulary = Vocabulary(vectors)
        self.fine_tune = fine_tune
        self.decay = non_negative(decay, "decay")
        self.matrix: NDArray[np.float64] = self._vocabulary.matrix.astype(np.float64)
        self.u: NDArray[np.float64] = np.zeros(vectors.dim)
        self.b: NDArray[np.float64] = np.zeros(())

    def __repr__(self) -> str:
        return f"WordClassifier({self._vocabulary!r}, fine_tune={self.fine_tune}, decay={self.decay})"

    def fit(
        self,
        words: Sequence[str],
        positive: ArrayLike,
        negative: ArrayLike,
        steps: int = 1000,
        lr: float = 0.05,
        vector_lr: float = 0.3,
    ) -> "WordClassifier":
        """Minimize the mean cross-entropy of the counts, from u = 0 and b = 0, with all words in every step.

        The loss is -Σ(n₊ log σ(s) + n₋ log σ(-s))/Σ(n₊ + n₋) + ½λ‖u‖², summed over the words, with s = u·x + b.
        u and b move by gradient descent. The vectors move by Adagrad, which gives every entry a rate of its own:
        among thousands of words the gradient of one is tiny.

        Args:
            words: n words, each with a vector.
            positive: n₊, the counts of good reviews, shape (n,).
            negative: n₋, the counts of bad reviews, shape (n,).
            steps: the number of gradient steps.
            lr: the rate of u and b.
            vector_lr: the rate of the vectors.

        Returns:
            The model itself.

        Raises:
            KeyError: a word has no vector; names the nearest spellings.
            ValueError: the shapes do not fit, a count is negative, or all are 0; or a rate is not above 0.
            TypeError: words is one string.

        >>> vectors = Vectors(["tv", "joy"], [[1.0, 0.1], [0.0, 1.0]])
        >>> WordClassifier(vectors).fit(["tv", "joy"], [0, 1], [1, 0], steps=100).predict_proba(["joy"]) > 0.5
        array([ True])
        """
        ids = self._ids(words)
        good, bad = _shares(positive, negative, len(words))
        matrix, decay = self._vocabulary.matrix.astype(np.float64), self.decay

        def loss(weights: dict[str, Any], matrix: Any) -> Any:
            score = matrix[ids] @ weights["u"] + weights["b"]
            cross_entropy = (good * softplus(-score) + bad * softplus(score)).sum()
            return cross_entropy + decay / 2 * weights["u"] @ weights["u"]

        weights = {"u": np.zeros_like(self.u), "b": np.zeros(())}
        gradient = value_and_grad(loss, (0, 1) if self.fine_tune else (0,))
        optimizer, vector_optimizer = optim.SGD(lr), optim.Adagrad(vector_lr)
        for _ in range(steps):
            _, gradients = gradient(weights, matrix)
            optimizer.step(weights, gradients[0])
            if self.fine_tune:
                vector_optimizer.step(matrix, gradients[1])
        self.u, self.b, self.matrix = weights["u"], weights["b"], matrix
        return self

    def predict_proba(self, words: Sequence[str]) -> NDArray[np.float64]:
        """P(positive) of words.

        Args:
            words: n words, each with a vector.

        Returns:
            Numbers from 0 to 1, shape (n,), float64.

        Raises:
            KeyError: a word has no vector; names the nearest spellings.
            TypeError: words is one string.

        >>> WordClassifier(Vectors(["tv"], [[1.0, 0.1]])).predict_proba(["tv"])
        array([0.5])
        """
        probability: NDArray[np.float64] = sigmoid(self.matrix[self._ids(words)] @ self.u + self.b)
        return probability

    def moved(self, word: str) -> float:
        """How far training has moved a word's vector.

        Args:
            word: a word that has a vector.

        Returns:
            The Euclidean distance to where it started.

        Raises:
            KeyError: the word has no vector; names the nearest spellings.

        >>> WordClassifier(Vectors(["tv"], [[1.0, 0.1]])).moved("tv")
        0.0
        """
        row = self._ids([word])[0]
        return float(np.linalg.norm(self.matrix[row] - self._vocabulary.matrix[row]))

    def _ids(self, words: Sequence[str]) -> NDArray[np.intp]:
        if isinstance(words, str):
            raise TypeError(f"expected a list of words, not the string {words!r}; write [{words!r}]")
        return np.array([FIRST_WORD + self._vectors.index(word) for word in words], dtype=np.intp)


def _shares(positive: ArrayLike, negative: ArrayLike, length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts = np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)
    for side, values in zip(("positive", "negative"), counts, strict=True):
        if values.shape != (length,):
            raise ValueError(f"{length} words but {side} has shape {values.shape}; expected one count a word")
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"{side} holds a number that is not a count; expected 0 or more")
    total = counts[0].sum() + counts[1].sum()
    if not total:
        raise ValueError("all counts are 0; expected words that occur in reviews")
    return counts[0] / total, counts[1] / total
