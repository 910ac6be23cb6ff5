"""Bad input anywhere in the project: the right kind of error, and words that say what was wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lecture_lib as ll
from lecture_lib import data
from lecture_lib.ner import (
    NERWindowModel,
    Sentence,
    Vectors,
    Vocabulary,
    entity_f1,
    read_conll,
    read_vectors,
    tokenize,
    windows,
)
from lecture_lib.train import init, optim, schedule

VECTORS = Vectors(["in", "paris"], np.eye(2, dtype=np.float32))
TRAIN = [Sentence(["in", "Paris"], ["O", "B-LOC"])]
MATRIX = ll.Tensor(np.ones((2, 3)), name="W")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "input.txt"
    path.write_bytes(text.encode())
    return path


BAD: dict[str, tuple[Callable[[Path], Any], type[Exception], str]] = {
    "matmul of misfits": (lambda p: MATRIX @ np.ones((2, 3)), ll.ShapeError, r"W of shape \(2, 3\).*W\.T @"),
    "sum of misfits": (lambda p: MATRIX + np.ones(2), ll.ShapeError, r"\[:, None\]"),
    "transposed sum": (lambda p: MATRIX * ll.Tensor(np.ones((3, 2)), name="V"), ll.ShapeError, r"V\.T"),
    "backward of several numbers": (lambda p: MATRIX.backward(), ll.ShapeError, r"shape \(2, 3\)"),
    "upstream of another shape": (lambda p: MATRIX.backward(np.ones(3)), ll.ShapeError, r"\(3,\).*\(2, 3\)"),
    "gradient of an integer": (lambda p: ll.grad(lambda x: x * x)(3), TypeError, "write 3.0 instead of 3"),
    "gradient of several numbers": (lambda p: ll.grad(lambda x: x)(np.ones(2)), ll.ShapeError, "jacobian"),
    "an argument that is not there": (lambda p: ll.grad(lambda x: x, argnums=2)(1.0), ValueError, "argnums"),
    "float inside a transform": (lambda p: ll.grad(lambda x: float(x) * x)(2.0), TypeError, "drop the gradient"),
    "assignment to an entry": (lambda p: MATRIX.__setitem__(0, 1), TypeError, "np.where"),
    "array of Tensors": (lambda p: np.array([MATRIX, MATRIX]), TypeError, "np.stack"),
    "function without a rule": (lambda p: np.fft.fft(MATRIX), TypeError, "fft"),
    "keyword without a rule": (lambda p: np.exp(MATRIX, where=True), TypeError, "where"),
    "complex numbers": (lambda p: ll.Tensor([1j]), TypeError, "real"),
    "unknown Jacobian mode": (lambda p: ll.jacobian(np.sin, mode="backward"), ValueError, "reverse"),
    "tangent of another shape": (lambda p: ll.jvp(np.sin, (np.ones(2),), (np.ones(3),)), ll.ShapeError, r"\(3,\)"),
    "unknown difference scheme": (lambda p: ll.numeric_gradient(np.sin, 1.0, scheme="both"), ValueError, "central"),
    "a step of 0": (lambda p: ll.numeric_gradient(np.sin, 1.0, eps=0.0), ValueError, "positive"),
    "class id too large": (lambda p: ll.cross_entropy(np.zeros((1, 3)), np.array([3])), IndexError, "0 … 2"),
    "targets of another shape": (lambda p: ll.cross_entropy(np.zeros((2, 3)), np.zeros(3)), ll.ShapeError, "class ids"),
    "branch in a trace": (lambda p: ll.trace(lambda x: x if x > 0 else -x, 1.0), TypeError, "np.where"),
    "random mask compiled": (
        lambda p: ll.compile_gradient(lambda x: x * np.random.default_rng().random(), 1.0),
        TypeError,
        "pass what changes",
    ),
    "kink": (lambda p: ll.check_gradient(np.abs, np.zeros(1)), ll.GradientError, "kink"),
    "wrong gradient": (
        lambda p: ll.check_gradient(
            ll.primitive(lambda x: x**2, pull=lambda g, y, x: (g * x,), push=lambda v, y, x: 2 * x * v[0]), np.ones(2)
        ),
        ll.GradientError,
        "wrong at",
    ),
    "a missing file": (lambda p: read_conll(p / "no.conll"), (OSError, ValueError), "no.conll"),  # type: ignore[dict-item]
    "a line without a tag": (lambda p: read_conll(written(p, "Paris\n")), ValueError, "input.txt.*1"),
    "an unknown tag": (lambda p: read_conll(written(p, "Paris B-LOC\nin X-?\n")), ValueError, "2"),
    "an empty corpus": (lambda p: read_conll(written(p, "")), ValueError, "input.txt"),
    "a vector of another width": (lambda p: read_vectors(written(p, "a 1 2\nb 1\n")), ValueError, "2"),
    "a vector that is no number": (lambda p: read_vectors(written(p, "a 1 x\n")), ValueError, "1"),
    "a word without a vector": (lambda p: VECTORS["pariss"], KeyError, "paris"),
    "tokens without tags": (lambda p: Sentence(["a", "b"], ["O"]), ValueError, "2"),
    "windows of negative size": (lambda p: windows([1, 2], size=-1), ValueError, "-1"),
    "a text that is none": (lambda p: tokenize(3), TypeError, "int"),  # type: ignore[arg-type]
    "a vocabulary of nothing": (lambda p: Vocabulary(None), (TypeError, ValueError), "Vectors"),  # type: ignore[dict-item,arg-type]
    "scores of different lengths": (lambda p: entity_f1([["O"]], [["O", "O"]]), ValueError, "1"),
    "prediction before training": (lambda p: NERWindowModel(VECTORS, ("O", "LOC")).predict(TRAIN), ValueError, "fit"),
    "classes without O": (lambda p: NERWindowModel(VECTORS, ("PER", "LOC")), ValueError, "O"),
    "unknown nonlinearity": (lambda p: NERWindowModel(VECTORS, "LOC", nonlinearity="sine"), ValueError, "tanh"),
    "training on nothing": (lambda p: NERWindowModel(VECTORS, "LOC").fit([]), ValueError, "sentence"),
    "a type the model lacks": (
        lambda p: NERWindowModel(VECTORS, ("O", "PER")).fit(TRAIN, progress=False),
        ValueError,
        "LOC",
    ),
    "an unknown corpus": (lambda p: data.corpus("nowhere"), (ValueError, KeyError), "nowhere"),  # type: ignore[dict-item]
    "a negative rate": (lambda p: optim.SGD(lr=-1.0), ValueError, "lr"),
    "a gradient of another shape": (
        lambda p: optim.SGD(lr=0.1).step({"W": np.ones(2)}, {"W": np.ones(3)}),
        ValueError,
        "W",
    ),
    "a gradient that is NaN": (
        lambda p: optim.SGD(lr=0.1).step({"W": np.ones(2)}, {"W": np.full(2, np.nan)}),
        ValueError,
        "W",
    ),
    "integer parameters": (
        lambda p: optim.SGD(lr=0.1).step({"W": np.array([1, 2])}, {"W": np.ones(2)}),
        TypeError,
        "W",
    ),
    "a shape without entries": (lambda p: init.xavier_uniform((), np.random.default_rng(0)), ValueError, "shape"),
    "a schedule that never halves": (lambda p: schedule.halve(0.1, every=0), ValueError, "0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_has_a_clear_error(name: str, tmp_path: Path) -> None:
    attempt, error, words = BAD[name]
    with pytest.raises(error, match=f"(?s){words}") as caught:
        attempt(tmp_path)
    assert len(str(caught.value)) > 15


@pytest.mark.parametrize("name", BAD)
def test_an_error_leaves_no_state_behind(name: str, tmp_path: Path) -> None:
    attempt, error, _ = BAD[name]
    with pytest.raises(error):
        attempt(tmp_path)
    assert ll.value_and_grad(lambda x: x * x)(3.0) == (9.0, 6.0)
    y = ll.Tensor(2.0) * 3.0
    assert y.parents
    assert float(y) == 6.0
