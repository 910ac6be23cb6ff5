"""Measure frozen, fine-tuned and random word vectors over training-set size: writes `data/learning_curve.tsv`.

    python data/build/learning_curve.py                              # the sentences that ship, ten minutes or more
    LECTURE_LIB_DATA=… python data/build/learning_curve.py ewt       # real text with GloVe, half an hour or more

Either replaces its own lines of the file and keeps the other's. Every point is one network of notebook 16: the seed
draws which training sentences it sees, its first weights and the order of its batches. The learning rate (of `RATES`)
and the epoch are those with the best F1 on dev, chosen for every point alone, so that no way of using vectors is helped
by a rate that suits it; F1 and recall are then measured on test. Run it with one BLAS thread (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lecture_lib import data
from lecture_lib.data.learning_curve import COLUMNS, MODES, Point, read_points
from lecture_lib.ner import NERWindowModel, Sentence, Vectors, Vocabulary, entity_f1, spans

OUT = Path(__file__).resolve().parents[1] / "learning_curve.tsv"
CLASSES = ("O", "PER", "LOC", "ORG")
SEEDS = (0, 1, 2)
RATES = (0.001, 0.003, 0.01, 0.03)
BATCH = 64
SOURCES = {"default": "default", "ewt": "glove-50k"}
SIZES = {"default": (100, 250, 600, 1500, 3700), "ewt": (200, 600, 1600, 4500, 12543)}
EPOCHS = {"default": 20, "ewt": 12}
REMARK = "# F1 and recall on the test part, by data/build/learning_curve.py; see README.md."


def measure(corpus: data.Corpus, vectors: Vectors, mode: str, size: int, seed: int, epochs: int) -> Point:
    """One point: train with every rate, keep the best on dev, and measure it on test."""
    rows = np.random.default_rng(seed).permutation(len(corpus.train))[:size]
    train = [corpus.train[row] for row in rows]
    words = Vocabulary(_random(train, vectors.dim, seed) if mode == "random" else vectors)
    best: tuple[float, NERWindowModel] | None = None
    for rate in RATES:
        model = NERWindowModel(words, CLASSES, fine_tune=mode != "frozen", seed=seed)
        model.fit(train, epochs=epochs, lr=rate, batch_size=BATCH, dev=corpus.dev, progress=False)
        f1 = float(model.history["dev_f1"].max())
        if best is None or f1 > best[0]:
            best = f1, model
    assert best is not None
    predicted = best[1].predict(corpus.test)
    known, new = _recalls(train, corpus.test, predicted)
    return Point(corpus.name, mode, size, seed, entity_f1(corpus.test, predicted)["micro"].f1, known, new)


def _random(train: Sequence[Sentence], dim: int, seed: int) -> Vectors:
    """Random vectors for the words of the training sentences; all others are unknown and share one vector."""
    words = sorted({token.lower() for sentence in train for token in sentence.tokens})
    return Vectors(words, np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32))


def _recalls(train: Sequence[Sentence], gold: Sequence[Sentence], predicted: list[list[str]]) -> tuple[float, float]:
    """The share of names found: of those with a word that occurs in `train`, and of those without."""
    seen = {token.lower() for sentence in train for token in sentence.tokens}
    there, found = [0, 0], [0, 0]
    for sentence, tags in zip(gold, predicted, strict=True):
        answer = set(spans(tags))
        for name in spans(sentence.tags):
            new = not any(token.lower() in seen for token in sentence.tokens[name.start : name.end])
            there[new] += 1
            found[new] += name in answer
    return found[0] / max(there[0], 1), found[1] / max(there[1], 1)


def write(path: Path, points: Sequence[Point]) -> None:
    """Write all points, one a line."""
    rows = sorted(points, key=lambda p: (p.corpus, MODES.index(p.mode), p.sentences, p.seed))
    lines = [REMARK, "\t".join(COLUMNS)]
    lines += [
        f"{p.corpus}\t{p.mode}\t{p.sentences}\t{p.seed}\t{p.f1:.4f}\t{p.recall_known:.4f}\t{p.recall_new:.4f}"
        for p in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Measure all points of one corpus and put them into the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", choices=tuple(SIZES), default="default")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    corpus, vectors = data.corpus(options.corpus), data.vectors(SOURCES[options.corpus])
    points, started = [], time.perf_counter()
    for size in SIZES[options.corpus]:
        for mode in MODES:
            for seed in SEEDS:
                points.append(measure(corpus, vectors, mode, size, seed, EPOCHS[options.corpus]))
                print(f"{time.perf_counter() - started:5.0f} s  {points[-1]}", flush=True)
    kept = [p for p in read_points(options.out) if p.corpus != options.corpus] if options.out.exists() else []
    write(options.out, [*kept, *points])


if __name__ == "__main__":
    main()
