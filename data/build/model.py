"""Train the tagger that ships: `python data/build/model.py` writes `data/model.npz`.

The network of notebook 16, trained on the sentences and vectors that ship, without the vectors in the file. Run it
again when either changes. One machine writes the same bytes each time; processors that round in another order write
weights that differ in the last digits.
"""

import argparse
import time
from pathlib import Path

from lecture_lib import data
from lecture_lib.ner import NERWindowModel, entity_f1

OUT = Path(__file__).resolve().parents[1] / "model.npz"
CLASSES = ("O", "PER", "LOC", "ORG")
SETTINGS = {"epochs": 8, "batch_size": 128, "lr": 0.003}
LEAST_F1 = 0.6


def main() -> None:
    """Train, judge on dev, and write the file unless it is worse than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    started = time.perf_counter()
    corpus = data.corpus("default")
    model = NERWindowModel(data.vectors("default"), CLASSES, hidden=100, seed=0)
    model.fit(corpus.train, dev=corpus.dev, progress=False, **SETTINGS)
    scores = entity_f1(corpus.dev, model.predict(corpus.dev))
    print(f"trained in {time.perf_counter() - started:.0f} s; F1 on dev:")
    print(", ".join(f"{name} {score.f1:.3f}" for name, score in scores.items()))
    if scores["micro"].f1 < LEAST_F1:
        raise SystemExit(f"the micro F1 is below {LEAST_F1}: {options.out} was not written")
    model.save(options.out, vectors=False)
    print(f"{options.out.name}: {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
