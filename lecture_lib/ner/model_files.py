"""Trained models in files: settings, parameters and, if asked for, the word vectors, in one `.npz` without pickle."""

import hashlib
import json
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.autograd.operation import Array
from lecture_lib.ner.vectors import Vectors
from lecture_lib.ner.vocabulary import FIRST_WORD, Vocabulary
from lecture_lib.train.storage import read_archive, write_archive


def write_model(
    path: str | PathLike[str],
    settings: Mapping[str, Any],
    params: Mapping[str, Array],
    vocabulary: Vocabulary,
    vectors: bool,
) -> None:
    """Write a model, whole or not at all; ``vectors`` says whether its word vectors go into the file too."""
    arrays = {f"params.{name}": array for name, array in params.items()}
    arrays["settings"] = as_bytes(json.dumps({**settings, "vocabulary": fingerprint(vocabulary)}))
    if vectors:
        words = vocabulary.words[FIRST_WORD:]
        if any("\n" in word for word in words):
            raise ValueError("a word of the vocabulary holds a line break; expected words on one line")
        arrays |= {"words": as_bytes("\n".join(words)), "vectors": vocabulary.matrix[FIRST_WORD:]}
    write_archive(path, arrays)


def read_model(
    path: str | PathLike[str],
    vectors: Vectors | Vocabulary | None,
    make: Callable[..., Any],
    shapes: Callable[[Any], dict[str, tuple[tuple[int, ...], str]]],
) -> tuple[Any, dict[str, Array]]:
    """A model as ``make`` makes it from vectors and settings, and its parameters, which fit ``shapes`` of it."""
    arrays = read_archive(path)
    try:
        settings = json.loads(arrays["settings"].tobytes().decode("utf-8"))
        trained_with = settings.pop("vocabulary")
        stored = [name for name in arrays if name.startswith("params.")]
        params = {name.removeprefix("params."): arrays[name] for name in stored}
        if vectors is None and "vectors" in arrays:
            words = arrays["words"].tobytes().decode("utf-8").split("\n")
            vectors = Vocabulary(Vectors(words, arrays["vectors"]), rms=None)
        model = None if vectors is None else make(vectors, **settings)
        fits = model is None or shapes(model) == {name: (p.shape, p.dtype.name) for name, p in params.items()}
    except RecursionError:
        raise ValueError(f"{path}: not a window model (its settings are nested too deep)") from None
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a window model ({error}); expected a file that save wrote") from None
    if model is None:
        raise ValueError(f"{path} holds no word vectors; expected load(path, vectors) with those of its training")
    if fingerprint(model.vocabulary) != trained_with:
        raise ValueError(f"{path} was trained with other word vectors; expected load(path, vectors) with the same")
    if not fits:
        raise ValueError(f"{path}: parameters and settings do not fit each other; expected a file that save wrote")
    for name, array in params.items():
        if wrong := int(np.count_nonzero(~np.isfinite(array))):
            raise ValueError(f"{path}: {wrong:,} of the {array.size:,} numbers of {name} are NaN or infinite")
    return model, params


def as_bytes(text: str) -> NDArray[np.uint8]:
    """A text as numbers."""
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def fingerprint(vocabulary: Vocabulary) -> str:
    """What tells one set of words and vectors from another."""
    words = "\n".join(vocabulary.words).encode("utf-8")
    return hashlib.sha256(words + vocabulary.matrix.tobytes()).hexdigest()
