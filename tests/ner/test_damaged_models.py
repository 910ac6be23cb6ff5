"""Models and data that hold NaN, or claim what they do not hold, are refused with the reason."""

import json
from pathlib import Path

import numpy as np
import pytest

from lecture_lib.ner import NERWindowModel, Sentence, Vectors, Vocabulary
from lecture_lib.train import fit
from lecture_lib.train.loop import DivergenceError
from lecture_lib.train.optim import SGD
from lecture_lib.train.storage import read_archive, write_archive

TRAIN = [Sentence(["Ana", "slept"], ["B-PER", "O"])] * 20


def saved(path: Path, **settings) -> dict:
    model = NERWindowModel(Vectors(["ana", "slept"], np.eye(2)), "PER", hidden=4, window=1)
    model.fit(TRAIN, epochs=1, progress=False).save(path)
    arrays = read_archive(path)
    stored = json.loads(arrays["settings"].tobytes()) | settings
    arrays["settings"] = np.frombuffer(json.dumps(stored).encode(), dtype=np.uint8)
    return arrays


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"hidden": 10**9}, "parameters and settings do not fit"),
        ({"hidden": 1e9}, "hidden"),
        ({"window": 10**9}, "parameters and settings do not fit"),
        ({"hidden": -1}, "hidden"),
        ({"nonlinearity": "step"}, "no nonlinearity named 'step'"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_settings_that_do_not_fit_are_refused_at_once(settings: dict, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    write_archive(path, saved(path, **settings))
    with pytest.raises(ValueError, match=reason):
        NERWindowModel.load(path)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    arrays = saved(path)
    arrays["params.W"] = arrays["params.W"].copy()
    arrays["params.W"][0, :2] = [np.nan, np.inf]
    write_archive(path, arrays)
    with pytest.raises(ValueError, match=r"2 of the 24 numbers of W are NaN or infinite"):
        NERWindowModel.load(path)


def test_settings_nested_too_deep_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    arrays = saved(path) | {"settings": np.frombuffer(b"[" * 200_000, dtype=np.uint8)}
    write_archive(path, arrays)
    with pytest.raises(ValueError, match="nested too deep"):
        NERWindowModel.load(path)


def test_word_vectors_with_holes_are_named() -> None:
    matrix = np.eye(4, dtype=np.float32)
    vectors = Vectors(["ana", "slept", "in", "oslo"], matrix)
    matrix[[0, 2, 3], 1] = np.nan
    with pytest.raises(ValueError, match="word vectors of 3 words hold NaN"):
        NERWindowModel(vectors, "PER", hidden=4).fit(TRAIN, epochs=1, progress=False)
    vocabulary = Vocabulary(Vectors(vectors.words, np.eye(4)))
    vocabulary.matrix[2:] = matrix
    model = NERWindowModel(vocabulary, "PER", hidden=4)
    with pytest.raises(ValueError, match="word vectors of 3 words hold NaN or infinity: 'ana', 'in', 'oslo'"):
        model.fit(TRAIN, epochs=1, progress=False)


def test_data_with_holes_are_named_and_the_rate_is_not_blamed() -> None:
    X = np.ones((9, 2, 2))
    X[[4, 7], 0, 1] = np.nan

    def loss(w, X, t):
        return np.mean((np.sum(X * w, axis=(1, 2)) - t) ** 2)

    with pytest.raises(DivergenceError, match=r"data\[0\] holds NaN in 2 of 9 rows: 4, 7\. Mend") as caught:
        fit(loss, np.ones(()), (X, np.zeros(9)), optimizer=SGD(0.01), epochs=1, batch_size=3, progress=False)
    assert "rate" not in str(caught.value)
