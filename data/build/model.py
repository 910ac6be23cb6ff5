"""Train a tagger that ships: `python data/build/model.py NAME` writes its file into `data/`.

`default` sees how words are spelled, and its training sentences are more than those that ship: copies with other names,
and everyday sentences (`everyday.py`). `plain` is the network of notebook 16: five word vectors and nothing else.
Neither file holds the vectors. Run it again when vectors or sentences change. One machine writes the same bytes each
time; processors that round in another order write weights that differ in the last digits.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import everyday
import numpy as np

from lecture_lib import data
from lecture_lib.data.models import FILES
from lecture_lib.ner import NERWindowModel, Sentence, entity_f1, swap_names

DATA = Path(__file__).resolve().parents[1]
CLASSES = ("O", "PER", "LOC", "ORG")


@dataclass(frozen=True)
class Recipe:
    """How a tagger is trained, and the F1 on dev below which it is not written."""

    hidden: int
    case_features: bool
    epochs: int
    lr: float
    swapped: int
    everyday: int
    seed: int
    least_f1: float


RECIPES = {
    "default": Recipe(160, True, epochs=12, lr=0.002, swapped=3, everyday=30, seed=1, least_f1=0.75),
    "plain": Recipe(100, False, epochs=8, lr=0.003, swapped=0, everyday=0, seed=0, least_f1=0.6),
}


def training_sentences(recipe: Recipe) -> list[Sentence]:
    """The sentences that ship, their copies with other names, and everyday ones."""
    shipped, rng = data.corpus("default").train, np.random.default_rng(recipe.seed)
    swapped = [sentence for _ in range(recipe.swapped) for sentence in swap_names(shipped, rng)]
    return [*shipped, *swapped, *everyday.sentences(recipe.everyday, rng)]


def main() -> None:
    """Train, judge on dev, and write the file unless it is worse than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=tuple(RECIPES), default="default")
    parser.add_argument("--out", type=Path, help="another file to write")
    options = parser.parse_args()
    recipe, out = RECIPES[options.name], options.out or DATA / FILES[options.name]
    started = time.perf_counter()
    dev = data.corpus("default").dev
    model = NERWindowModel(
        data.vectors("default"), CLASSES, hidden=recipe.hidden, case_features=recipe.case_features, seed=recipe.seed
    )
    sentences = training_sentences(recipe)
    model.fit(sentences, dev=dev, progress=False, epochs=recipe.epochs, batch_size=128, lr=recipe.lr)
    scores = entity_f1(dev, model.predict(dev))
    print(f"trained on {len(sentences):,} sentences in {time.perf_counter() - started:.0f} s; F1 on dev:")
    print(", ".join(f"{name} {score.f1:.3f}" for name, score in scores.items()))
    if scores["micro"].f1 < recipe.least_f1:
        raise SystemExit(f"the micro F1 is below {recipe.least_f1}: {out} was not written")
    model.save(out, vectors=False)
    print(f"{out.name}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
