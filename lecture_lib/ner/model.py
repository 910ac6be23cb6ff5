"""The window model: five word vectors, one hidden layer, and a softmax or a logistic on top."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

from lecture_lib.autograd.nn import sigmoid, softmax
from lecture_lib.autograd.operation import Array
from lecture_lib.ner.casing import CASE_FEATURES, case_matrix
from lecture_lib.ner.classes import OUTSIDE, checked_classes, prefixed, targets
from lecture_lib.ner.metrics import MICRO, entity_f1
from lecture_lib.ner.model_files import read_model, write_model
from lecture_lib.ner.network import scores, window_loss
from lecture_lib.ner.sentences import Sentence, checked_list, split_rows, tokens_of
from lecture_lib.ner.tags import types_to_bio
from lecture_lib.ner.tokens import tokenize
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import PADDING, Vocabulary, refuse_holes
from lecture_lib.ner.windows import checked_size, window_matrix
from lecture_lib.train import init, optim
from lecture_lib.train.history import History
from lecture_lib.train.loop import Callback, fit
from lecture_lib.train.nonlinearities import LAYERS
from lecture_lib.train.regularize import EarlyStopping, l2_penalty
from lecture_lib.train.schedule import Schedule, linear
from lecture_lib.train.settings import non_negative, whole

Params = dict[str, Array]
Text = Sentence | Sequence[str] | str

# Windows of one forward pass: enough to be fast, few enough for the memory of a laptop.
PREDICTION_ROWS = 8192


class NotFittedError(ValueError, AttributeError):
    """The model was asked for what only training can give it."""


class NERWindowModel:
    """Tags every word by the window around it; scikit-learn's manner: `fit`, then `predict`.

    With several classes, which include "O", the top is a softmax; with one class such as "LOC" it is the logistic of
    one score, LOC against the rest. Each window is the word and its neighbors, their vectors side by side, padding
    as zeros, unknown words as the mean vector (see `Vocabulary`).
    Source: the window approach of R. Collobert, J. Weston, L. Bottou, M. Karlen, K. Kavukcuoglu and P. Kuksa, Natural
    language processing (almost) from scratch, 2011, section 3.3.1.

    After `fit`: `params` is a dict of float32 arrays by the course's names: W (n×m), b (n,), U (K×n), c (K,), or u (n,)
    and c () for one class, and E (V×d) when the vectors are fine-tuned; `history` tells how training went.

    Args:
        vectors: the word vectors, or a `Vocabulary`.
        classes: types such as ("O", "PER", "LOC", "ORG"), or one type.
        window: neighbors on each side.
        hidden: units n of the hidden layer.
        nonlinearity: "tanh", "sigmoid", "relu", "leaky_relu" or "hard_tanh".
        case_features: whether the model also sees how each word of the window is spelled (see `case_features`).
        fine_tune: whether training moves the word vectors too.
        seed: of the first weights and of the order of the training data.

    Raises:
        ValueError: an argument is outside its range, or several classes are without "O".
        TypeError: vectors are not `Vectors`, a class is not a string, or a number is not whole.

    >>> vectors = Vectors(["in", "paris", "ana", "slept"], np.eye(4))
    >>> train = [Sentence(["Ana", "slept", "in", "Paris"], ["B-PER", "O", "O", "B-LOC"])] * 20
    >>> model = NERWindowModel(vectors, ("O", "PER", "LOC"), hidden=8).fit(train, epochs=20, lr=0.01, progress=False)
    >>> model.predict(["Ana slept in Paris"])
    [['B-PER', 'O', 'O', 'B-LOC']]
    """

    def __init__(
        self,
        vectors: Vectors | Vocabulary,
        classes: Sequence[str] | str,
        window: int = 2,
        hidden: int = 100,
        nonlinearity: str = "tanh",
        case_features: bool = False,
        fine_tune: bool = False,
        seed: int = 0,
    ) -> None:
        self.vocabulary = vectors if isinstance(vectors, Vocabulary) else Vocabulary(vectors)
        self.classes = checked_classes(classes)
        self.window = checked_size(window)
        self.hidden = whole(hidden, "hidden")
        if nonlinearity not in LAYERS:
            raise ValueError(f"no nonlinearity named {nonlinearity!r}; expected one of {', '.join(LAYERS)}")
        self.nonlinearity = nonlinearity
        self.case_features = bool(case_features)
        self.fine_tune = bool(fine_tune)
        self.seed = whole(seed, "seed", least=0)
        self._params: Params | None = None
        self._history: History | None = None

    @property
    def params(self) -> Params:
        """The parameters by name.

        Raises:
            NotFittedError: before `fit`.
        """
        if self._params is None:
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet; call fit(sentences) first")
        return self._params

    @property
    def history(self) -> History:
        """How training went: `loss`, `rate`, and with dev data "validation_loss" and "dev_f1".

        Raises:
            NotFittedError: before `fit`, and for a model that was loaded.
        """
        if self._history is None:
            raise NotFittedError(f"this {type(self).__name__} has no history; it comes with fit(sentences)")
        return self._history

    @property
    def embeddings(self) -> Array:
        """The matrix E that ids look up, V×d: fine-tuned, or that of the vocabulary."""
        return self.params["E"] if self.fine_tune and self._params is not None else self.vocabulary.matrix

    @property
    def inputs(self) -> int:
        """The length m of a window's vector."""
        each = self.vocabulary.dim + (len(CASE_FEATURES) if self.case_features else 0)
        return (2 * self.window + 1) * each

    @property
    def _is_binary(self) -> bool:
        """Whether the model tells one class from the rest, by one score and the logistic."""
        return len(self.classes) == 1

    def initial_params(self, targets: Array | None = None) -> Params:
        """The parameters before the first step: Xavier weights, zero biases, the output bias that the targets ask for.

        Args:
            targets: class ids, or 0 and 1 for one class, shape (N,); None starts the output bias at 0.

        Returns:
            A dict of float32 arrays, by the names and shapes of `params`.

        >>> model = NERWindowModel(Vectors(["paris"], [[1.0, 2.0]]), ("O", "LOC"), hidden=3)
        >>> {name: array.shape for name, array in model.initial_params().items()}
        {'W': (3, 10), 'b': (3,), 'U': (2, 3), 'c': (2,)}
        """
        rng = np.random.default_rng(self.seed)
        kind = np.float32
        W = init.xavier_uniform((self.hidden, self.inputs), rng, dtype=kind)
        U = init.xavier_uniform((len(self.classes), self.hidden), rng, dtype=kind)
        top = {"u": U[0].copy()} if self._is_binary else {"U": U}
        if targets is None:
            c = init.zeros(() if self._is_binary else len(self.classes), kind)
        else:
            c = init.output_bias(targets, None if self._is_binary else len(self.classes), kind)
        params = {"W": W, "b": init.zeros(self.hidden, kind), **top, "c": c}
        if self.fine_tune:
            params["E"] = self.vocabulary.matrix.copy()
        return params

    def fit(
        self,
        sentences: Sequence[Sentence],
        epochs: int = 6,
        lr: float | None = None,
        batch_size: int = 32,
        optimizer: str | optim.Optimizer | None = None,
        progress: bool = True,
        dev: Sequence[Sentence] | None = None,
        l2: float = 1e-4,
        schedule: Schedule | None = None,
        early_stopping: EarlyStopping | None = None,
        callbacks: Sequence[Callback] = (),
        resume: dict[str, Any] | None = None,
    ) -> "NERWindowModel":
        """Train on labeled sentences, from fresh weights.

        Args:
            sentences: with tags in any scheme that `spans` reads, or bare classes of the model.
            epochs: how often to go through all windows.
            lr: the first rate; None for one that suits the optimizer.
            batch_size: windows a step.
            optimizer: a name or an optimizer; by default "adam", and "sparseadam" when the vectors are fine-tuned, so
                that only the vectors of the batch's words move.
            progress: whether to show a bar.
            dev: held-out sentences. Adds "validation_loss" and "dev_f1" to the history (the F1 of entities, micro over
                the types); the model ends with the parameters of the epoch with the best dev_f1.
            l2: λ of the penalty λΣθ² on the weights W and U.
            schedule: from the epoch to the rate; by default a straight line from lr to 0 at the end.
            early_stopping: when to give up on dev_f1.
            callbacks: called with the `Training` after every epoch.
            resume: `history.state` of a run on the same sentences that ended early.

        Returns:
            The model itself. Ctrl-C ends training early and keeps what was learned; `history.stopped` says so.

        Raises:
            ValueError: word vectors hold NaN, there are no sentences, or a tag is malformed or of no class of this
                model; names the sentence. Or a number is out of range, there is no such optimizer, or early_stopping
                has no dev to watch.
            TypeError: a sentence has no tags, or an argument is of the wrong kind.
            DivergenceError: the loss became nan or infinite.

        >>> train = [Sentence(["Ana", "slept"], ["B-PER", "O"])] * 40
        >>> model = NERWindowModel(Vectors(["ana", "slept"], np.eye(2)), "PER", hidden=4)
        >>> model.fit(train, epochs=3, dev=train, progress=False).history.names
        ('loss', 'rate', 'validation_loss', 'dev_f1')
        """
        refuse_holes(self.vocabulary)
        data = self._data(sentences, "sentences")
        held_out = None if dev is None else self._data(dev, "dev")
        optimizer = optimizer or ("sparseadam" if self.fine_tune else "adam")
        if lr is None and isinstance(optimizer, str) and optimizer.lower() in optim.KINDS:
            lr = optim.KINDS[optimizer.lower()].rate
        chosen = optim.get(optimizer, lr)
        epochs = whole(epochs, "epochs")
        params = self.initial_params(data[-1])
        history = fit(
            self.loss_function(l2),
            params,
            data,
            optimizer=chosen,
            epochs=epochs,
            batch_size=batch_size,
            schedule=schedule or linear(chosen.lr, epochs),
            validation=held_out,
            metrics={} if dev is None else {"dev_f1": lambda now: self._f1(now, dev)},
            prepare=self._prepare,
            early_stopping=early_stopping,
            callbacks=callbacks,
            seed=self.seed,
            progress=progress,
            resume=resume,
        )
        self._params, self._history = params, history
        return self

    def loss_function(self, l2: float = 0.0) -> Callable[..., Any]:
        """The loss that `fit` minimizes, as a plain function of parameters and batch.

        Args:
            l2: λ of the penalty on W and U.

        Returns:
            `loss(params, X, t)`; with fine-tuned vectors `loss(params, ids, present, case, t)`, where the ids look up
            rows of E and `present` is 0 for padding, which stays zero. X is N×m, ids N×(2·window+1), present that with
            a third axis of length 1, case N×(6·(2·window+1)) or N×0, and t as for `window_loss`.

        Raises:
            ValueError: l2 is negative.

        >>> model = NERWindowModel(Vectors(["paris"], [[1.0, 2.0]]), ("O", "LOC"), window=0, hidden=3)
        >>> loss = model.loss_function()
        >>> print(loss(model.initial_params(), np.zeros((1, 2)), np.array([1])).round(4))
        0.6931
        """
        f = LAYERS[self.nonlinearity].function
        l2 = non_negative(l2, "l2")
        weights = ("W", "u" if self._is_binary else "U")

        def loss(params: Any, X: Any, t: Any) -> Any:
            penalty = l2_penalty(params, l2, only=weights) if l2 else 0.0
            return window_loss(params, X, t, f) + penalty

        def fine_tuned_loss(params: Any, ids: Any, present: Any, case: Any, t: Any) -> Any:
            words = params["E"][ids] * present
            X = np.concatenate([words.reshape(words.shape[0], -1), case], axis=1)
            return loss(params, X, t)

        return fine_tuned_loss if self.fine_tune else loss

    def windows(self, sentences: Sequence[Text]) -> Array:
        """The input vectors of every token of some sentences, as rows X of the batch equations.

        Args:
            sentences: sentences, token lists or strings, with N tokens in all.

        Returns:
            Shape (N, m), float32.

        Raises:
            TypeError: sentences is one sentence rather than a list.

        >>> model = NERWindowModel(Vectors(["paris"], [[1.0, 2.0]]), ("O", "LOC"), window=1)
        >>> model.windows(["Paris ."]).shape
        (2, 6)
        """
        ids, case = self._features(self._token_lists(sentences))
        return self._rows(self.embeddings, ids, case)

    def predict_proba(self, sentences: Sequence[Text]) -> list[Array]:
        """The probability of each class for each token.

        Args:
            sentences: sentences, token lists or strings (which are tokenized).

        Returns:
            For each sentence of n tokens an array of shape (n, K), with a column for each of `classes`, float32; for
            one class shape (n, 1).

        Raises:
            NotFittedError: before `fit`.
            TypeError: sentences is one sentence rather than a list.
        """
        params = self.params
        tokens = self._token_lists(sentences)
        s = self._scores(params, *self._features(tokens))
        p = sigmoid(s)[:, None] if self._is_binary else softmax(s)
        return list(split_rows(p, tokens))

    def predict(self, sentences: Sequence[Text]) -> list[list[str]]:
        """The tags of each sentence, in BIO; neighboring tokens of one type make one entity.

        Args:
            sentences: sentences, token lists or strings (which are tokenized).

        Returns:
            A list of tags for each sentence.

        Raises:
            NotFittedError: before `fit`.
            TypeError: sentences is one sentence rather than a list.
        """
        return self._tags(self.params, self._token_lists(sentences))

    def save(self, path: str | PathLike[str], vectors: bool = True) -> None:
        """Write the model to a `.npz` file, whole or not at all, without pickle.

        Args:
            path: the file; an existing one is replaced.
            vectors: whether the file holds the word vectors too; without them it is small, and `load` needs them.

        Raises:
            NotFittedError: before `fit`.
            OSError: the folder does not exist or cannot be written to.
            ValueError: a word of the vocabulary holds a line break.

        >>> import tempfile
        >>> train = [Sentence(["Ana", "slept"], ["B-PER", "O"])] * 40
        >>> model = NERWindowModel(Vectors(["ana", "slept"], np.eye(2)), "PER", hidden=4)
        >>> _ = model.fit(train, epochs=20, lr=0.05, progress=False)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/model.npz")
        ...     NERWindowModel.load(f"{folder}/model.npz").predict(["Ana slept"])
        [['B-PER', 'O']]
        """
        settings = {
            "classes": self.classes,
            "window": self.window,
            "hidden": self.hidden,
            "nonlinearity": self.nonlinearity,
            "case_features": self.case_features,
            "fine_tune": self.fine_tune,
            "seed": self.seed,
        }
        write_model(path, settings, self.params, self.vocabulary, vectors)

    @classmethod
    def load(cls, path: str | PathLike[str], vectors: Vectors | Vocabulary | None = None) -> "NERWindowModel":
        """Read a model that `save` wrote; it predicts the same to the last bit.

        Args:
            path: the file.
            vectors: the vectors the model was trained with, for a file without them.

        Returns:
            The fitted model; its history is not kept.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is damaged or no such model, a number in it is not finite, or the vectors are missing
                or others.
        """
        model, params = read_model(path, vectors, cls, cls._shapes)
        model._params = params
        return model

    def __repr__(self) -> str:
        return (
            f"NERWindowModel({self.vocabulary!r}, classes={self.classes}, window={self.window}, "
            f"hidden={self.hidden}, nonlinearity={self.nonlinearity!r}, case_features={self.case_features}, "
            f"fine_tune={self.fine_tune}, seed={self.seed})"
        )

    def _shapes(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """What shape and dtype each parameter has."""
        n, K = self.hidden, len(self.classes)
        shapes: dict[str, tuple[int, ...]] = {"W": (n, self.inputs), "b": (n,)}
        shapes |= {"u": (n,), "c": ()} if self._is_binary else {"U": (K, n), "c": (K,)}
        if self.fine_tune:
            shapes["E"] = self.vocabulary.matrix.shape
        return {name: (shape, "float32") for name, shape in shapes.items()}

    def _data(self, sentences: Sequence[Sentence], name: str) -> tuple[Array, ...]:
        """Window ids, case features (none, if the model does not use them) and targets, one row a token."""
        rows = checked_list(sentences, name)
        for number, sentence in enumerate(rows, 1):
            if not isinstance(sentence, Sentence):
                raise TypeError(
                    f"{name} {number} is {type(sentence).__name__}, which has no tags; expected a Sentence "
                    "such as data.corpus('default').train holds"
                )
        found = targets(rows, name, self.classes)
        if not len(found):
            raise ValueError(f"{name} holds no tokens; expected labeled sentences")
        ids, case = self._features([sentence.tokens for sentence in rows])
        return ids, case, found

    def _features(self, tokens: Sequence[Sequence[str]]) -> tuple[Array, Array]:
        ids = window_matrix(tokens, self.vocabulary, self.window)
        if self.case_features:
            return ids, case_matrix(tokens, self.window)
        return ids, np.zeros((len(ids), 0), dtype=np.float32)

    def _prepare(self, batch: tuple[Array, ...], rng: np.random.Generator | None) -> tuple[Array, ...]:
        """What the loss gets of a batch."""
        ids, case, targets = batch
        if self.fine_tune:
            return ids, (ids != PADDING)[:, :, None].astype(np.float32), case, targets
        return self._rows(self.vocabulary.matrix, ids, case), targets

    @staticmethod
    def _rows(E: Array, ids: Array, case: Array) -> Array:
        words = E[ids].reshape(len(ids), ids.shape[1] * E.shape[1])
        return np.concatenate([words, case], axis=1) if case.shape[1] else words

    def _scores(self, params: Params, ids: Array, case: Array) -> Array:
        E = params.get("E", self.vocabulary.matrix)
        f = LAYERS[self.nonlinearity].function
        starts = range(0, max(1, len(ids)), PREDICTION_ROWS)
        pieces = [slice(start, start + PREDICTION_ROWS) for start in starts]
        return np.concatenate([scores(params, self._rows(E, ids[piece], case[piece]), f) for piece in pieces])

    def _tags(self, params: Params, tokens: Sequence[Sequence[str]]) -> list[list[str]]:
        s = self._scores(params, *self._features(tokens))
        names = np.array([OUTSIDE, *self.classes] if self._is_binary else self.classes)
        found = names[(s > 0).astype(np.intp) if self._is_binary else s.argmax(axis=1)]
        return [types_to_bio(row.tolist()) for row in split_rows(found, tokens)]

    def _f1(self, params: Params, gold: Sequence[Sentence]) -> float:
        tags = [prefixed(sentence.tags, self.classes) for sentence in gold]
        found = entity_f1(tags, self._tags(params, [sentence.tokens for sentence in gold]))
        kind = self.classes[0] if self._is_binary else MICRO
        return found[kind].f1 if kind in found else 0.0

    def _token_lists(self, sentences: Sequence[Text]) -> list[Sequence[str]]:
        texts = checked_list(sentences, "sentences")
        return [tokenize(text) if isinstance(text, str) else tokens_of(text) for text in texts]
