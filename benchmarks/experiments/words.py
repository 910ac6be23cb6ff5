"""Notebook 17: the retraining pitfall, on words of real reviews and on the counts that ship."""

import numpy as np

from lecture_lib import data
from lecture_lib.ner import WordClassifier


def _judged(vectors: object, counts: object, seed: int, share: float = 1 / 3) -> dict[str, float]:
    """Train on two thirds of the words, drawn by the seed; the share of each part that lands on its own side."""
    order = np.random.default_rng(seed).permutation(len(counts))
    cut = int(len(order) * share)
    parts = {"held out": np.sort(order[:cut]), "trained": np.sort(order[cut:])}
    rows = parts["trained"]
    figures = {}
    for name, fine_tune in (("frozen", False), ("fine-tuned", True)):
        model = WordClassifier(vectors, fine_tune=fine_tune)
        model.fit([counts.words[i] for i in rows], counts.positive[rows], counts.negative[rows])
        figures[f"{name} length of u"] = float(np.linalg.norm(model.u))
        for part, places in parts.items():
            p = model.predict_proba([counts.words[i] for i in places])
            split = counts.positive[places] != counts.negative[places]
            good = counts.positive[places] > counts.negative[places]
            figures[f"{name} {part}"] = float(np.mean(((p > 0.5) == good)[split]))
            figures[f"{name} {part} mean distance from ½"] = float(np.mean(np.abs(p - 0.5)))
    return figures


def real_reviews(seed: int) -> dict[str, float]:
    """Words of 10,662 film reviews with GloVe vectors; needs LECTURE_LIB_DATA."""
    glove = data.vectors("glove-50k")
    return _judged(glove, data.sentiment("rt-polarity").train.among(glove), seed)


def shipped_reviews(seed: int) -> dict[str, float]:
    """The invented counts with the vectors that ship."""
    vectors = data.vectors("default")
    return _judged(vectors, data.sentiment("default").train.among(vectors), seed)


EXPERIMENTS = {"real-reviews": real_reviews, "shipped-reviews": shipped_reviews}
