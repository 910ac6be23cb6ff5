"""Notebook 18: three wrong gradients and one wrong reading of the data, judged on sentences not trained on."""

import numpy as np

from lecture_lib import data
from lecture_lib.exercises import failing_networks as museum
from lecture_lib.ner import NERWindowModel, Vocabulary, to_types

PROGRAMS = {
    "healthy": museum.HEALTHY,
    "transposed": museum.CASES[2],
    "overwritten": museum.CASES[6],
    "no slope": museum.CASES[9],
    "shifted": museum.CASES[10],
}


def faults(seed: int) -> dict[str, float]:
    """The last training loss, and the share of dev's name words that get their own class."""
    sentences = data.corpus("default").dev
    X = NERWindowModel(Vocabulary(data.vectors("default")), museum.CLASSES).windows(sentences)
    y = np.array([museum.CLASSES.index(kind) for sentence in sentences for kind in to_types(sentence.tags)])
    figures = {}
    for name, program in PROGRAMS.items():
        seen = museum.examine(program, seed=seed)
        said = museum.layers(seen.params, X)[-1].argmax(axis=1)
        figures[f"{name} train"] = seen.loss[-1]
        figures[f"{name} names found"] = float(np.mean((said == y)[y > 0]))
        figures[f"{name} dev"] = float(np.mean(museum.losses(seen.params, X, y)))
    return figures


EXPERIMENTS = {"faults": faults}
