"""The window model: its equations, training, predictions, files, and what it refuses."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lecture_lib import GradientError, check_gradient, cross_entropy, value_and_grad
from lecture_lib.ner import NERWindowModel, NotFittedError, Sentence, Vectors, Vocabulary, entity_f1
from lecture_lib.ner.network import scores, window_loss
from lecture_lib.train import DivergenceError, EarlyStopping, Training, optim, schedule
from lecture_lib.train.nonlinearities import LAYERS

CLASSES = ("O", "PER", "LOC")
WORDS = ["in", "paris", "london", "ana", "ben", "slept", "left", "for", ".", "cold"]


@pytest.fixture
def vectors(rng: np.random.Generator) -> Vectors:
    return Vectors(WORDS, rng.normal(size=(len(WORDS), 6)))


def corpus() -> list[Sentence]:
    """Sentences in which two names are ambiguous and the words before them decide."""
    lines = [
        "Ana|B-PER slept in London|B-LOC .",
        "Ben|B-PER left for Paris|B-LOC",
        "Paris|B-PER left .",
        "Ana|B-PER Paris|I-PER slept in Ben|B-LOC",
        "cold in Paris|B-LOC .",
        "Ana|B-PER left in Ana|B-LOC .",
    ]
    found = []
    for line in lines * 8:
        pairs = [(*word.split("|"), "O")[:2] for word in line.split()]
        found.append(Sentence([token for token, _ in pairs], [tag for _, tag in pairs]))
    return found


def fitted(vectors: Vectors, classes: Any = CLASSES, epochs: int = 30, **settings: Any) -> NERWindowModel:
    model = NERWindowModel(vectors, classes, hidden=12, **settings)
    return model.fit(corpus(), epochs=epochs, lr=0.01, progress=False)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"nonlinearity": "relu"},
        {"nonlinearity": "sigmoid"},
        {"case_features": True},
        {"fine_tune": True},
        {"fine_tune": True, "case_features": True, "window": 1},
        {"nonlinearity": "hard_tanh", "window": 3},
    ],
)
def test_it_learns_what_the_context_decides(vectors: Vectors, settings: dict[str, Any]) -> None:
    sentences = corpus()
    model = fitted(vectors, epochs=60, **settings)
    assert entity_f1(sentences, model.predict(sentences))["micro"].f1 == 1.0
    assert model.history.gradient == "compiled"
    single = fitted(vectors, "LOC", epochs=60, **settings)
    assert entity_f1(sentences, single.predict(sentences))["LOC"].f1 == 1.0


def test_predictions_are_bio_of_runs_of_a_type(vectors: Vectors) -> None:
    model = fitted(vectors, epochs=60)
    assert model.predict(["Ana Paris slept in Ben", "Ben left", ""]) == [
        ["B-PER", "I-PER", "O", "O", "B-LOC"],
        ["B-PER", "O"],
        [],
    ]
    assert model.predict([]) == [] and model.predict_proba([]) == []


def test_sentences_token_lists_and_strings_are_read_alike(vectors: Vectors) -> None:
    model = fitted(vectors, epochs=3)
    tokens = ["Ana", "left", "for", "Oslo", "."]
    given: list[Any] = [Sentence(tokens, ["O"] * 5), tokens, "Ana left for Oslo."]
    one, two, three = model.predict_proba(given)
    assert np.array_equal(one, two) and np.array_equal(one, three)
    assert model.predict(given)[0] == model.predict(given)[2]


@pytest.mark.parametrize("case", [False, True])
@pytest.mark.parametrize("classes", [CLASSES, "LOC"])
def test_probabilities_follow_from_the_equations(vectors: Vectors, classes: Any, case: bool) -> None:
    model = fitted(vectors, classes, epochs=2, case_features=case)
    sentences = corpus()[:6]
    X, p = model.windows(sentences), model.params
    assert X.dtype == np.float32 and X.shape == (sum(map(len, sentences)), model.inputs)
    H = np.tanh(X @ p["W"].T + p["b"])
    found = np.concatenate(model.predict_proba(sentences))
    if classes == "LOC":
        expected = 1 / (1 + np.exp(-(H @ p["u"] + p["c"])))[:, None]
    else:
        e = np.exp(H @ p["U"].T + p["c"])
        expected = e / e.sum(axis=1, keepdims=True)
    assert found.dtype == np.float32 and np.allclose(found, expected, atol=1e-6)
    assert [len(row) for row in model.predict_proba(sentences)] == [len(row) for row in sentences]


def test_the_windows_are_word_vectors_side_by_side(vectors: Vectors) -> None:
    model, vocabulary = NERWindowModel(vectors, CLASSES, window=1), Vocabulary(vectors)
    X = model.windows(["Ana slept xyzzy"])
    zero, row = (
        np.zeros(6, np.float32),
        {word: vocabulary.matrix[vocabulary.id(word)] for word in ("ana", "slept", "xyzzy")},
    )
    assert np.array_equal(X[0], np.concatenate([zero, row["ana"], row["slept"]]))
    assert np.array_equal(X[2], np.concatenate([row["slept"], row["xyzzy"], zero]))


@pytest.mark.parametrize("name", LAYERS)
def test_the_gradients_of_the_loss_pass_the_check(name: str, rng: np.random.Generator) -> None:
    f = LAYERS[name].function
    X = rng.normal(size=(7, 5))
    params = {
        "W": rng.normal(size=(4, 5)),
        "b": rng.normal(size=4),
        "U": rng.normal(size=(3, 4)),
        "c": rng.normal(size=3),
    }
    t = rng.integers(0, 3, 7)
    check_gradient(lambda params: window_loss(params, X, t, f), params)
    single = {"W": params["W"], "b": params["b"], "u": rng.normal(size=4), "c": np.array(0.3)}
    yes = rng.integers(0, 2, 7).astype(float)
    check_gradient(lambda params: window_loss(params, X, yes, f), single)
    check_gradient(lambda X: np.sum(scores(single, X, f) ** 2), X)


def test_the_check_catches_a_transposed_weight_matrix(rng: np.random.Generator) -> None:
    W, X, t = rng.normal(size=(4, 4)), rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    right = value_and_grad(lambda W: cross_entropy(np.tanh(X @ W.T), t))(W)[1]
    wrong = value_and_grad(lambda W: cross_entropy(np.tanh(X @ W), t))(W)[1]
    assert np.abs(right - wrong).max() > 1e-3
    from lecture_lib import primitive

    swapped = primitive(lambda X, W: X @ W.T, pull=lambda g, y, X, W: (g @ W.T, g.T @ X))
    with pytest.raises(GradientError):
        check_gradient(lambda X: cross_entropy(np.tanh(swapped(X, W)), t), X)


def test_the_first_parameters_have_the_documented_shapes(vectors: Vectors) -> None:
    shapes = {name: array.shape for name, array in NERWindowModel(vectors, CLASSES).initial_params().items()}
    assert shapes == {"W": (100, 30), "b": (100,), "U": (3, 100), "c": (3,)}
    single = NERWindowModel(vectors, ["LOC"], hidden=7, window=1, case_features=True, fine_tune=True).initial_params()
    assert {name: array.shape for name, array in single.items()} == {
        "W": (7, 36),
        "b": (7,),
        "u": (7,),
        "c": (),
        "E": (12, 6),
    }
    assert {array.dtype for array in single.values()} == {np.dtype(np.float32)}


def test_the_output_bias_starts_at_the_frequencies(vectors: Vectors) -> None:
    params = NERWindowModel(vectors, CLASSES).initial_params(np.array([0, 0, 0, 1]))
    assert np.allclose(params["c"], np.log([0.75, 0.25, 0.125]))


def test_training_is_float32_and_the_history_tells(vectors: Vectors) -> None:
    model = NERWindowModel(vectors, CLASSES, hidden=8).fit(corpus(), epochs=4, dev=corpus()[:6], progress=False)
    assert {array.dtype for array in model.params.values()} == {np.dtype(np.float32)}
    assert model.history.names == ("loss", "rate", "validation_loss", "dev_f1")
    assert model.history.loss[-1] < model.history.loss[0]
    best = int(np.argmax(model.history["dev_f1"]))
    assert model.history.best_epoch == best + 1
    found = entity_f1(corpus()[:6], model.predict(corpus()[:6]))["micro"].f1
    assert found == pytest.approx(model.history["dev_f1"][best])


def test_dev_f1_of_one_class_is_that_of_the_class(vectors: Vectors) -> None:
    model = NERWindowModel(vectors, "LOC", hidden=8).fit(corpus(), epochs=30, lr=0.01, dev=corpus(), progress=False)
    assert model.history["dev_f1"].max() == 1.0


def test_one_seed_gives_one_model_and_fit_starts_afresh(vectors: Vectors) -> None:
    first, second, other = fitted(vectors, epochs=2), fitted(vectors, epochs=2), fitted(vectors, epochs=2, seed=1)
    assert first.params["W"].tobytes() == second.params["W"].tobytes() != other.params["W"].tobytes()
    second.fit(corpus(), epochs=2, lr=0.01, progress=False)
    assert first.params["W"].tobytes() == second.params["W"].tobytes()


def test_fine_tuning_moves_only_the_words_of_the_training_data(vectors: Vectors) -> None:
    known = Vocabulary(vectors)
    train = [sentence for sentence in corpus() if "london" not in map(str.lower, sentence.tokens)]
    for optimizer in ("sgd", "adagrad", "sparseadam"):
        model = NERWindowModel(vectors, CLASSES, fine_tune=True).fit(
            train, epochs=2, optimizer=optimizer, progress=False
        )
        moved = np.abs(model.params["E"] - known.matrix).max(axis=1)
        assert moved[known.id("london")] == 0 and moved[0] == 0 and not model.params["E"][0].any()
        assert (moved[[known.id(word) for word in ("paris", "ana", "slept")]] > 0).all()
    frozen = fitted(vectors, epochs=2)
    assert "E" not in frozen.params and np.array_equal(frozen.embeddings, known.matrix)


@pytest.mark.parametrize(
    "settings", [{}, {"case_features": True, "nonlinearity": "relu"}, {"fine_tune": True, "window": 1}]
)
@pytest.mark.parametrize("classes", [CLASSES, "LOC"])
def test_a_saved_model_predicts_the_same_to_the_last_bit(
    vectors: Vectors, classes: Any, settings: dict[str, Any], tmp_path: Path
) -> None:
    model = fitted(vectors, classes, epochs=2, seed=3, **settings)
    text = ["Ana left Oslo for Paris", "cold", ""]
    expected = [p.tobytes() for p in model.predict_proba(text)]
    model.save(tmp_path / "whole.npz")
    model.save(tmp_path / "small.npz", vectors=False)
    for copy in (NERWindowModel.load(tmp_path / "whole.npz"), NERWindowModel.load(tmp_path / "small.npz", vectors)):
        assert [p.tobytes() for p in copy.predict_proba(text)] == expected
        assert copy.classes == model.classes and repr(copy) == repr(model)
        copy.save(tmp_path / "again.npz")
        assert [p.tobytes() for p in NERWindowModel.load(tmp_path / "again.npz").predict_proba(text)] == expected
    with np.load(tmp_path / "whole.npz", allow_pickle=False) as archive:
        assert archive["words"].dtype == np.uint8 and archive["words"].tobytes().decode().split("\n") == WORDS
    with pytest.raises(NotFittedError, match="has no history"):
        print(NERWindowModel.load(tmp_path / "whole.npz").history)


def test_words_of_any_script_survive_the_file(tmp_path: Path) -> None:
    odd = Vectors(["straße", "東京", "a b", "e\u0301", "\u2028"], np.eye(5))
    train = [Sentence(["東京", "straße"], ["B-LOC", "O"])] * 4
    model = NERWindowModel(odd, "LOC", hidden=3).fit(train, epochs=1, progress=False)
    model.save(tmp_path / "model.npz")
    assert NERWindowModel.load(tmp_path / "model.npz").vocabulary.words == model.vocabulary.words


def test_files_that_do_not_fit_are_named(vectors: Vectors, tmp_path: Path, rng: np.random.Generator) -> None:
    model, path = fitted(vectors, epochs=1), tmp_path / "model.npz"
    with pytest.raises(FileNotFoundError, match=r"gone\.npz: there is no such file"):
        NERWindowModel.load(tmp_path / "gone.npz")
    model.save(path, vectors=False)
    with pytest.raises(ValueError, match=r"holds no word vectors; expected load\(path, vectors\)"):
        NERWindowModel.load(path)
    with pytest.raises(ValueError, match="was trained with other word vectors"):
        NERWindowModel.load(path, Vectors(WORDS, rng.normal(size=(len(WORDS), 6))))
    model.save(path)
    whole = path.read_bytes()
    for broken in (b"", whole[:100], whole[: len(whole) // 2], b"PK" + bytes(100)):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"model\.npz: not a readable archive"):
            NERWindowModel.load(path)
    np.savez(path, W=np.ones(3))
    with pytest.raises(ValueError, match=r"not a window model .* expected a file that save wrote"):
        NERWindowModel.load(path)
    path.write_bytes(whole)
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(path, **(arrays | {"params.W": np.ones((2, 2), np.float32)}))
    with pytest.raises(ValueError, match="parameters and settings do not fit"):
        NERWindowModel.load(path)
    np.savez(path, **(arrays | {"words": np.array([{}], dtype=object)}))
    with pytest.raises(ValueError, match="not a readable archive"):
        NERWindowModel.load(path)


def test_ctrl_c_keeps_what_was_learned_and_training_can_go_on(vectors: Vectors) -> None:
    expected = fitted(vectors, epochs=4)

    def interrupt(training: Training) -> None:
        if training.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    model = NERWindowModel(vectors, CLASSES, hidden=12)
    model.fit(corpus(), epochs=4, lr=0.01, progress=False, callbacks=[interrupt])
    assert model.history.interrupted and len(model.history) == 2
    assert len(model.predict(["Ana slept"])[0]) == 2
    model.fit(corpus(), epochs=4, lr=0.01, progress=False, resume=model.history.state)
    assert model.params["W"].tobytes() == expected.params["W"].tobytes()
    assert np.array_equal(model.history.loss, expected.history.loss)


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "rmsprop", "adam", "adamw", optim.SGD(0.1, momentum=0.5)])
def test_every_optimizer_has_a_rate_that_learns(vectors: Vectors, optimizer: Any) -> None:
    model = NERWindowModel(vectors, CLASSES).fit(corpus(), epochs=20, optimizer=optimizer, progress=False)
    assert model.history.loss[-1] < 0.5 * model.history.loss[0]
    assert model.history.rate[-1] < 0.1 * model.history.rate[0]


def test_an_optimizer_has_one_rate_however_it_is_spelled(vectors: Vectors) -> None:
    rates = [
        NERWindowModel(vectors, CLASSES, hidden=4).fit(corpus(), epochs=1, optimizer=name, progress=False).history.rate
        for name in ("sgd", "SGD")
    ]
    assert np.array_equal(*rates)


def test_the_settings_of_fit_are_heard(vectors: Vectors) -> None:
    model = NERWindowModel(vectors, CLASSES, hidden=4)
    model.fit(corpus(), epochs=3, schedule=schedule.constant(0.02), batch_size=10, progress=False)
    assert model.history.rate.tolist() == [0.02] * 3
    assert len(model.history.batch_loss) == 3 * -(-sum(map(len, corpus())) // 10)
    model.fit(corpus(), epochs=50, dev=corpus()[:4], early_stopping=EarlyStopping(patience=1), progress=False)
    assert len(model.history) < 50
    free, held = (NERWindowModel(vectors, CLASSES).fit(corpus(), epochs=10, l2=l2, progress=False) for l2 in (0, 0.05))
    assert np.sum(held.params["W"] ** 2) < 0.8 * np.sum(free.params["W"] ** 2)


def test_iob1_and_bare_types_train_like_bio(vectors: Vectors) -> None:
    bio = [Sentence(["Ana", "slept", "in", "Paris"], ["B-PER", "O", "O", "B-LOC"])] * 5
    iob = [Sentence(["Ana", "slept", "in", "Paris"], ["I-PER", "O", "O", "I-LOC"])] * 5
    bare = [Sentence(["Ana", "slept", "in", "Paris"], ["PER", "O", "O", "LOC"])] * 5
    found = {
        NERWindowModel(vectors, CLASSES).fit(s, epochs=2, progress=False).params["W"].tobytes()
        for s in (bio, iob, bare)
    }
    assert len(found) == 1


V = Vectors(["paris"], [[1.0, 2.0]])
TRAIN = [Sentence(["In", "Paris"], ["O", "B-LOC"])] * 3

REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (TypeError, "expected Vectors, not dict", lambda: NERWindowModel({}, CLASSES)),
    (ValueError, "several classes need 'O' among them", lambda: NERWindowModel(V, ("PER", "LOC"))),
    (ValueError, "expected types without B- and I-: 'LOC'", lambda: NERWindowModel(V, ("O", "B-LOC"))),
    (ValueError, "expected each type once", lambda: NERWindowModel(V, ("O", "LOC", "LOC"))),
    (ValueError, "or one type alone", lambda: NERWindowModel(V, ())),
    (ValueError, "or one type alone", lambda: NERWindowModel(V, "O")),
    (TypeError, "classes holds 1", lambda: NERWindowModel(V, ("O", 1))),
    (ValueError, "window size is -1", lambda: NERWindowModel(V, "LOC", window=-1)),
    (ValueError, "hidden is 0", lambda: NERWindowModel(V, "LOC", hidden=0)),
    (TypeError, "hidden is 1.5", lambda: NERWindowModel(V, "LOC", hidden=1.5)),
    (
        ValueError,
        "no nonlinearity named 'selu'; expected one of tanh",
        lambda: NERWindowModel(V, "LOC", nonlinearity="selu"),
    ),
    (ValueError, "seed is -1", lambda: NERWindowModel(V, "LOC", seed=-1)),
    (
        NotFittedError,
        r"not fitted yet; call fit\(sentences\) first",
        lambda: NERWindowModel(V, "LOC").predict(["Paris"]),
    ),
    (NotFittedError, "not fitted yet", lambda: NERWindowModel(V, "LOC").predict_proba([])),
    (NotFittedError, "not fitted yet", lambda: NERWindowModel(V, "LOC").params),
    (NotFittedError, "not fitted yet", lambda: NERWindowModel(V, "LOC").save("model.npz")),
    (TypeError, "sentences is one Sentence; expected a list", lambda: NERWindowModel(V, "LOC").fit(TRAIN[0])),
    (TypeError, "sentences 1 is list, which has no tags", lambda: NERWindowModel(V, "LOC").fit([["In", "Paris"]])),
    (ValueError, "sentences holds no tokens", lambda: NERWindowModel(V, "LOC").fit([])),
    (ValueError, "dev holds no tokens", lambda: NERWindowModel(V, "LOC").fit(TRAIN, dev=[])),
    (
        ValueError,
        "sentences 2 has the type 'LOC', but the classes are O, PER; add it",
        lambda: NERWindowModel(V, ("O", "PER")).fit([Sentence(["In"], ["O"]), TRAIN[0]]),
    ),
    (
        ValueError,
        "dev 1 has the type 'ORG'",
        lambda: NERWindowModel(V, ("O", "LOC")).fit(TRAIN, dev=[Sentence(["UN"], ["B-ORG"])]),
    ),
    (
        ValueError,
        "sentences 1: 'X-LOC' is not a tag",
        lambda: NERWindowModel(V, "LOC").fit([Sentence(["a"], ["X-LOC"])]),
    ),
    (ValueError, "epochs is 0", lambda: NERWindowModel(V, "LOC").fit(TRAIN, epochs=0)),
    (ValueError, "batch_size is 0", lambda: NERWindowModel(V, "LOC").fit(TRAIN, batch_size=0, progress=False)),
    (ValueError, "lr is -1", lambda: NERWindowModel(V, "LOC").fit(TRAIN, lr=-1)),
    (ValueError, "l2 is -1", lambda: NERWindowModel(V, "LOC").fit(TRAIN, l2=-1)),
    (ValueError, "no optimizer named 'adan'", lambda: NERWindowModel(V, "LOC").fit(TRAIN, optimizer="adan")),
    (
        ValueError,
        "early_stopping has nothing to watch",
        lambda: NERWindowModel(V, "LOC").fit(TRAIN, early_stopping=EarlyStopping(), progress=False),
    ),
    (
        DivergenceError,
        r"in epoch \d+, batch \d+; ",
        lambda: NERWindowModel(V, "LOC").fit(TRAIN, lr=1e36, optimizer="sgd", epochs=20, progress=False),
    ),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()


def test_one_sentence_is_not_a_list_of_them(vectors: Vectors) -> None:
    model = fitted(vectors, epochs=1)
    for given in ("Ana slept", Sentence(["Ana"], ["O"])):
        with pytest.raises(TypeError, match=r"expected a list: wrap it in \[ \]"):
            model.predict(given)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="5 is not a token"):
        model.predict([["Ana", 5]])  # type: ignore[list-item]
