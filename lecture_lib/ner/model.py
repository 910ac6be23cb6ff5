"""The window model: five word vectors, one hidden layer, and a softmax or a logistic on top."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.autograd.nn import cross_entropy, sigmoid, softmax, softplus
from lecture_lib.autograd.operation import Array
from lecture_lib.ner.casing import CASE_FEATURES, case_matrix
from lecture_lib.ner.metrics import MICRO, entity_f1
from lecture_lib.ner.sentences import Sentence, tokens_of
from lecture_lib.ner.tags import to_types, types_to_bio
from lecture_lib.ner.tokens import tokenize
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import FIRST_WORD, PADDING, Vocabulary
from lecture_lib.ner.windows import checked_size, window_matrix
from lecture_lib.train import init, optim
from lecture_lib.train.history import History
from lecture_lib.train.loop import Callback, fit
from lecture_lib.train.nonlinearities import LAYERS
from lecture_lib.train.regularize import EarlyStopping, l2_penalty
from lecture_lib.train.schedule import Schedule, linear
from lecture_lib.train.settings import non_negative, whole
from lecture_lib.train.storage import read_archive, write_archive

Params = dict[str, Array]
Text = Sentence | Sequence[str] | str

# Windows of one forward pass: enough to be fast, few enough for the memory of a laptop.
PREDICTION_ROWS = 8192
OUTSIDE = "O"


class NotFittedError(ValueError, AttributeError):
    """The model was asked for what only training can give it."""


def scores(params: Any, X: Any, f: Callable[[Any], Any] = np.tanh) -> Any:
    """The scores of a batch of windows: s = Uh + c (or uᵀh + c) with h = f(Wx + b), one row a window."""
    H = f(X @ params["W"].T + params["b"])
    if "u" in params:
        return H @ params["u"] + params["c"]
    return H @ params["U"].T + params["c"]


def window_loss(params: Any, X: Any, t: Any, f: Callable[[Any], Any] = np.tanh) -> Any:
    """The mean loss of a batch: -log softmax at the right class, or the logistic loss -log σ(±s) of a single class.

    The logistic loss is written log(1 + eˢ) - t·s, which is -log σ(s) for t = 1 and -log σ(-s) for t = 0.
    """
    s = scores(params, X, f)
    if "u" in params:
        return np.mean(softplus(s) - t * s)
    return cross_entropy(s, t)


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
        self.classes = _checked_classes(classes)
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
        self._check_vectors()
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
        return list(_split(p, tokens))

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
            "vocabulary": _fingerprint(self.vocabulary),
        }
        arrays = {f"params.{name}": array for name, array in self.params.items()}
        arrays["settings"] = _as_bytes(json.dumps(settings))
        if vectors:
            words = self.vocabulary.words[FIRST_WORD:]
            if any("\n" in word for word in words):
                raise ValueError("a word of the vocabulary holds a line break; expected words on one line")
            arrays |= {"words": _as_bytes("\n".join(words)), "vectors": self.vocabulary.matrix[FIRST_WORD:]}
        write_archive(path, arrays)

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
        arrays = read_archive(path)
        try:
            settings = json.loads(arrays["settings"].tobytes().decode("utf-8"))
            fingerprint = settings.pop("vocabulary")
            stored = [name for name in arrays if name.startswith("params.")]
            params = {name.removeprefix("params."): arrays[name] for name in stored}
            if vectors is None and "vectors" in arrays:
                words = arrays["words"].tobytes().decode("utf-8").split("\n")
                vectors = Vocabulary(Vectors(words, arrays["vectors"]), rms=None)
            model = None if vectors is None else cls(vectors, **settings)
            fits = model is None or model._shapes() == {name: (p.shape, p.dtype.name) for name, p in params.items()}
        except RecursionError:
            raise ValueError(f"{path}: not a window model (its settings are nested too deep)") from None
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: not a window model ({error}); expected a file that save wrote") from None
        if model is None:
            raise ValueError(f"{path} holds no word vectors; expected load(path, vectors) with those of its training")
        if _fingerprint(model.vocabulary) != fingerprint:
            raise ValueError(f"{path} was trained with other word vectors; expected load(path, vectors) with the same")
        if not fits:
            raise ValueError(f"{path}: parameters and settings do not fit each other; expected a file that save wrote")
        for name, array in params.items():
            if wrong := int(np.count_nonzero(~np.isfinite(array))):
                raise ValueError(f"{path}: {wrong:,} of the {array.size:,} numbers of {name} are NaN or infinite")
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

    def _check_vectors(self) -> None:
        rows = np.flatnonzero(~np.isfinite(self.vocabulary.matrix[FIRST_WORD:].sum(axis=1, dtype=np.float64)))
        if len(rows):
            words = [self.vocabulary.words[FIRST_WORD + row] for row in rows[:5].tolist()]
            many = f"vector{'s' * (len(rows) > 1)} of {len(rows)} word{'s' * (len(rows) > 1)}"
            shown = ", ".join(map(repr, words)) + (" …" if len(rows) > 5 else "")
            verb = "hold" if len(rows) > 1 else "holds"
            raise ValueError(
                f"word {many} {verb} NaN or infinity: {shown}; leave these words out, or mend their vectors"
            )

    def _data(self, sentences: Sequence[Sentence], name: str) -> tuple[Array, ...]:
        """Window ids, case features (none, if the model does not use them) and targets, one row a token."""
        rows = _checked_list(sentences, name)
        for number, sentence in enumerate(rows, 1):
            if not isinstance(sentence, Sentence):
                raise TypeError(
                    f"{name} {number} is {type(sentence).__name__}, which has no tags; expected a Sentence "
                    "such as data.corpus('default').train holds"
                )
        targets = self._targets(rows, name)
        if not len(targets):
            raise ValueError(f"{name} holds no tokens; expected labeled sentences")
        ids, case = self._features([sentence.tokens for sentence in rows])
        return ids, case, targets

    def _targets(self, sentences: Sequence[Sentence], name: str) -> Array:
        types = []
        for number, sentence in enumerate(sentences, 1):
            try:
                types.append(to_types(self._prefixed(sentence.tags)))
            except ValueError as error:
                raise ValueError(f"{name} {number}: {error}") from None
        if self._is_binary:
            return np.array([kind == self.classes[0] for row in types for kind in row], dtype=np.float32)
        place = {kind: k for k, kind in enumerate(self.classes)}
        for number, row in enumerate(types, 1):
            if strange := [kind for kind in row if kind not in place]:
                raise ValueError(
                    f"{name} {number} has the type {strange[0]!r}, but the classes are "
                    f"{', '.join(self.classes)}; add it to the classes, or turn its tags into O"
                )
        return np.array([place[kind] for row in types for kind in row], dtype=np.intp)

    def _prefixed(self, tags: Sequence[str]) -> Sequence[str]:
        """Bare types as BIO where all are classes of the model, whatever these are called; other tags as they are."""
        return types_to_bio(tags) if set(tags) <= {OUTSIDE, *self.classes} else tags

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
        return [types_to_bio(row.tolist()) for row in _split(found, tokens)]

    def _f1(self, params: Params, gold: Sequence[Sentence]) -> float:
        tags = [self._prefixed(sentence.tags) for sentence in gold]
        found = entity_f1(tags, self._tags(params, [sentence.tokens for sentence in gold]))
        kind = self.classes[0] if self._is_binary else MICRO
        return found[kind].f1 if kind in found else 0.0

    def _token_lists(self, sentences: Sequence[Text]) -> list[Sequence[str]]:
        texts = _checked_list(sentences, "sentences")
        return [tokenize(text) if isinstance(text, str) else tokens_of(text) for text in texts]


def _checked_classes(classes: Sequence[str] | str) -> tuple[str, ...]:
    names = (classes,) if isinstance(classes, str) else tuple(classes)
    for name in names:
        if not isinstance(name, str) or not name:
            raise TypeError(f"classes holds {name!r}; expected types such as 'PER', 'LOC', 'ORG'")
        if name[:2] in ("B-", "I-"):
            raise ValueError(f"classes holds {name!r}; expected types without B- and I-: {name[2:]!r}")
    if MICRO in names:
        raise ValueError(f"classes holds {MICRO!r}, as the score of all types is called; rename the type")
    if len(set(names)) != len(names):
        raise ValueError(f"classes is {names}; expected each type once")
    if not names or names == (OUTSIDE,):
        raise ValueError(f"classes is {names}; expected 'O' and one or more types, or one type alone")
    if len(names) > 1 and OUTSIDE not in names:
        raise ValueError(f"classes is {names}; several classes need {OUTSIDE!r} among them, for words that are no name")
    return names


def _checked_list(sentences: Any, name: str) -> list[Any]:
    if isinstance(sentences, (str, Sentence)):
        raise TypeError(f"{name} is one {type(sentences).__name__}; expected a list: wrap it in [ ]")
    return list(sentences)


def _split(rows: Array, tokens: Sequence[Sequence[str]]) -> Iterator[Array]:
    """Rows of all tokens, cut into sentences."""
    start = 0
    for sentence in tokens:
        yield rows[start : start + len(sentence)]
        start += len(sentence)


def _as_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _fingerprint(vocabulary: Vocabulary) -> str:
    words = "\n".join(vocabulary.words).encode("utf-8")
    return hashlib.sha256(words + vocabulary.matrix.tobytes()).hexdigest()
