"""Notebook 16: penalties and dropout on few sentences; the NER model with and without spelling."""

from functools import cache
from typing import Any

import numpy as np

from lecture_lib import cross_entropy, data
from lecture_lib.ner import NERWindowModel, Vocabulary, entity_f1, spans, to_types
from lecture_lib.ner.network import window_loss
from lecture_lib.ner.tags import types_to_bio
from lecture_lib.train import dropout_mask, fit, optim

CLASSES = ("O", "PER", "LOC", "ORG")
PENALTIES = (0.0, 0.003, 0.01, 0.1)
SMALL = 200


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(data.vectors("default"))


def _examples(sentences: Any) -> Any:
    X = NERWindowModel(_vocabulary(), CLASSES).windows(sentences)
    return X, np.array([CLASSES.index(kind) for sentence in sentences for kind in to_types(sentence.tags)])


def _chosen(seed: int) -> Any:
    corpus = data.corpus("default")
    rows = np.random.default_rng(seed).choice(len(corpus.train), SMALL, replace=False)
    return _examples([corpus.train[row] for row in rows]), _examples(corpus.dev)


def _measured(params: Any, train: Any, dev: Any) -> dict[str, float]:
    X, _ = dev
    classes = (np.tanh(X @ params["W"].T + params["b"]) @ params["U"].T + params["c"]).argmax(axis=1)
    sentences = data.corpus("default").dev
    ends = np.cumsum([len(sentence) for sentence in sentences])[:-1]
    tags = [types_to_bio([CLASSES[k] for k in part]) for part in np.split(classes, ends)]
    f1 = entity_f1(sentences, tags)["micro"].f1
    return {"train": float(window_loss(params, *train)), "dev": float(window_loss(params, *dev)), "F1": f1}


def few_sentences(seed: int) -> dict[str, float]:
    """200 sentences drawn by the seed, 50 hidden units, 12 epochs of Adam at 0.01: four λ, and dropout of a half."""
    train, dev = _chosen(seed)
    figures = {}
    for name, lam, rate in (*((f"λ {lam:g}", lam, 0.0) for lam in PENALTIES), ("dropout", 0.0, 0.5)):
        params = NERWindowModel(_vocabulary(), CLASSES, hidden=50, seed=seed).initial_params(train[1])

        def loss(params: Any, X: Any, y: Any, mask: Any, lam: float = lam) -> Any:
            H = np.tanh(X @ params["W"].T + params["b"]) * mask
            data_loss = cross_entropy(H @ params["U"].T + params["c"], y)
            return data_loss + lam * (np.sum(params["W"] ** 2) + np.sum(params["U"] ** 2))

        def masked(batch: Any, rng: Any, rate: float = rate) -> Any:
            mask = dropout_mask((len(batch[1]), 50), rate, rng) if rate else np.ones((len(batch[1]), 50))
            return *batch, mask

        fit(loss, params, train, optimizer=optim.Adam(0.01), epochs=12, batch_size=128, prepare=masked, seed=seed,
            progress=False)  # fmt: skip
        figures |= {f"{name} {what}": value for what, value in _measured(params, train, dev).items()}
    return figures


def names(seed: int) -> dict[str, float]:
    """The NER model on the whole corpus, with and without spelling: F1, recalls, and the words before Zorblax."""
    corpus, vectors = data.corpus("default"), data.vectors("default")
    seen = {token for sentence in corpus.train for token in sentence.tokens}
    figures: dict[str, float] = {}
    for name, case, epochs in (("plain", False, 8), ("spelling", True, 6)):
        model = NERWindowModel(vectors, CLASSES, hidden=100, case_features=case, seed=seed)
        model.fit(corpus.train, epochs=epochs, batch_size=128, lr=0.003, dev=corpus.dev, progress=False)
        for part in ("dev", "test"):
            sentences = getattr(corpus, part)
            predicted = model.predict(sentences)
            for kind, score in entity_f1(sentences, predicted).items():
                figures[f"{name} {part} {kind} F1"] = score.f1
            found: dict[str, list[bool]] = {"new": [], "known": [], "new of one word": [], "known of one word": []}
            for sentence, tags in zip(sentences, predicted, strict=True):
                for span in spans(sentence.tags):
                    words = sentence.tokens[span.start : span.end]
                    kind = "new" if not seen & set(words) else "known"
                    hit = span in spans(tags)
                    found[kind].append(hit)
                    if len(words) == 1:
                        found[f"{kind} of one word"].append(hit)
            figures |= {f"{name} {part} recall {kind}": float(np.mean(hits)) for kind, hits in found.items()}
        if not case:
            for front in ("in", "near", "said", "Mr.", "and", "with"):
                (row,) = model.predict_proba([f"They met again {front} Zorblax last week."])
                figures |= {f"{front} {kind}": float(p) for kind, p in zip(CLASSES, row[4], strict=True)}
    return figures


EXPERIMENTS = {"few-sentences": few_sentences, "names": names}
