"""The numbers of the live window: the course's plain network as a page holds it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib import data
from lecture_lib.course.site.live.patterns import token_rules
from lecture_lib.ner import NERWindowModel, Vocabulary, tokenize
from lecture_lib.ner.vocabulary import FIRST_WORD, UNKNOWN

WORDS = 8000
"""How many vectors the page holds."""

LEVELS = 127
"""The largest number of a signed byte."""

SENTENCES = (
    ("Paris Hilton is a celebrity", 0),
    ("Museums in Paris are amazing", 2),
    ("Her sister Paris called yesterday", 2),
)
"""What the reader may try, and the word in the middle of the first window. The first is a mistake to be mended."""

LIKELY = (
    "Adam Adams Alex Alexander Alice Amanda Amy Andrea Andrew Anna Anne Anthony Barbara Ben Betty Bill Bob Brian "
    "Carlos Carol Catherine Charles Charlie Chris Christine Clara Daniel David Diana Donald Dorothy Edward "
    "Elizabeth Ella Emily Emma Eric Eva Frank Fred Gary George Grace Greg Hannah Harry Helen Henry Howard Ian "
    "Isabella Jack Jacob James Jane Jason Jennifer Jessica Jim Joe John Jonathan Joseph Joshua Julia Julie Karen "
    "Kate Kelly Kevin Kim Larry Laura Lee Leo Linda Lisa Louis Lucy Luke Maria Marie Mark Martha Martin Mary "
    "Matthew Max Michael Michelle Miguel Mike Monica Nancy Nick Nicole Nina Oliver Oscar Pablo Patricia Patrick "
    "Paul Peter Philip Rachel Ralph Rebecca Richard Robert Roger Rose Ruth Ryan Sam Samuel Sandra Sarah Scott Sean "
    "Sharon Simon Sophia Stephen Steve Steven Susan Teresa Thomas Tim Tom Tony Victor Victoria Walter William Yusuf "
    "Anderson Baker Brown Campbell Carter Clark Clinton Davis Evans Garcia Green Hill Jackson Johnson Jones King "
    "Lewis Lopez Martinez Miller Mitchell Moore Morgan Nelson Obama Parker Roberts Robinson Rodriguez Smith Taylor "
    "Thompson Turner Walker Washington White Wilson Wright Young Amazon Apple Boeing Disney Facebook Ford Google "
    "Harvard Honda Hyundai IBM Intel Microsoft NASA Nokia Oxford Pepsi Samsung Siemens Sony Stanford Starbucks "
    "Toyota Volkswagen Walmart Yahoo Yale Amsterdam Athens Bangkok Barcelona Beijing Berlin Boston Cairo Cambridge "
    "Chicago Copenhagen Dallas Delhi Dublin Edinburgh Florence Geneva Hamburg Helsinki Istanbul Jerusalem Lisbon "
    "Liverpool London Madrid Manchester Melbourne Miami Milan Moscow Mumbai Munich Naples Oslo Prague Rome Salzburg "
    "Seattle Seoul Shanghai Singapore Stockholm Sydney Tokyo Toronto Venice Vienna Warsaw Zurich"
)
"""Names that readers try; those that have a vector come along."""

MEANINGS = {"O": "no name", "PER": "person", "LOC": "place", "ORG": "organization"}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
RATE = 0.01


def packed(model: NERWindowModel) -> dict[str, Any]:
    """The network as the page holds it: W, U and the vectors in bytes, what has few numbers as it is."""
    vocabulary, params = model.vocabulary, model.params
    words, ids = vocabulary.words, chosen(vocabulary)
    # The vectors that ship are bytes with a scale for each column, so they come out unchanged.
    every = vocabulary.matrix[FIRST_WORD:]
    scale = np.abs(every).max(axis=0) / LEVELS
    return {
        "classes": [[name, MEANINGS[name]] for name in model.classes],
        "words": " ".join(words[i] for i in ids),
        "vectors": _text(np.rint(vocabulary.matrix[ids] / scale)),
        "scale": _plain(scale),
        "unknown": _plain(vocabulary.matrix[UNKNOWN]),
        "W": _rows(params["W"]),
        "b": _plain(params["b"]),
        "U": _rows(params["U"]),
        "c": _plain(params["c"]),
        "rules": token_rules(),
        "sentences": SENTENCES,
        "rates": RATES,
        "rate": RATE,
    }


def chosen(vocabulary: Vocabulary) -> list[int]:
    """The ids of the page's words: of its sentences, likely names, those twice in the corpus, and frequent ones."""
    corpus = data.corpus("default")
    tokens = [token for part in (corpus.train, corpus.dev, corpus.test) for row in part for token in row.tokens]
    found, counts = np.unique(vocabulary.ids(tokens), return_counts=True)
    asked = vocabulary.ids([token for text, _ in SENTENCES for token in tokenize(text)] + LIKELY.split())
    first = dict.fromkeys([*asked.tolist(), *found[counts > 1].tolist(), *range(FIRST_WORD, len(vocabulary))])
    return sorted([i for i in first if i >= FIRST_WORD][:WORDS])


def unpacked(numbers: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """The parameters by name as the page computes with them, and E, whose first two rows are padding and unknown."""
    bytes_of = {name: _bytes(numbers[name]["bytes"]) for name in ("W", "U")}
    params = {name: _bytes_by_row(flat, numbers[name]["scale"]) for name, flat in bytes_of.items()}
    vectors = _bytes(numbers["vectors"]).reshape(-1, len(numbers["scale"])) * np.array(numbers["scale"])
    E = np.vstack([np.zeros_like(vectors[:1]), [numbers["unknown"]], vectors])
    return {**params, "b": np.array(numbers["b"]), "c": np.array(numbers["c"]), "E": E}


def _rows(matrix: NDArray[Any]) -> dict[str, Any]:
    """A matrix in bytes, with a scale for each row."""
    scale = np.abs(matrix).max(axis=1) / LEVELS
    return {"bytes": _text(np.rint(matrix / scale[:, None])), "scale": _plain(scale)}


def _bytes_by_row(flat: NDArray[np.float64], scale: list[float]) -> NDArray[np.float64]:
    rows = np.array(scale)[:, None]
    return flat.reshape(len(rows), -1) * rows


def _text(numbers: NDArray[Any]) -> str:
    return base64.b64encode(numbers.astype(np.int8).tobytes()).decode()


def _bytes(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), np.int8).astype(np.float64)


def _plain(numbers: NDArray[Any]) -> list[float]:
    return [float(f"{value:.6g}") for value in numbers]
