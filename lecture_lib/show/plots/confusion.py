"""Which entity types are taken for which, and how well each is found."""

from __future__ import annotations

from typing import Any

import numpy as np

from lecture_lib.ner import entity_f1
from lecture_lib.ner.metrics import Labeled
from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import to_types
from lecture_lib.show.canvas.heat import colors_of, ink_on
from lecture_lib.show.canvas.numbers import short
from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.canvas.scene import Scene

CELL = 58.0


def confusion(gold: Labeled, predicted: Labeled) -> Picture:
    """Draw a confusion matrix of tokens by type, and precision, recall and F1 of whole entities by type.

    Args:
        gold: the true tags: sentences, or lists of tags in BIO, IOB1 or IO.
        predicted: the predicted tags, as many sentences with as many tokens.

    Returns:
        A Picture. A row is a true type, a column a predicted one; colors show the share of the row.

    Raises:
        ValueError: the two sides do not align, or a tag is malformed.

    Example:
        >>> confusion([["B-PER", "O", "B-LOC"]], [["B-PER", "O", "B-PER"]])
        F1 of entities: LOC 0 (1 true), PER 0.667 (1 true), all 0.5. Most frequent mistake: LOC taken for PER, 1 token.
    """
    scores = entity_f1(gold, predicted)
    true, found = ([kind for row in side for kind in to_types(_tags(row))] for side in (gold, predicted))
    types = ["O", *(t for t in scores if t != "micro")]
    place = {t: k for k, t in enumerate(types)}
    counts = np.zeros((len(types), len(types)), int)
    for a, b in zip(true, found, strict=True):
        counts[place[a], place[b]] += 1
    left, top, n = 96.0, 70.0, len(types)
    scene = Scene(left + CELL * n + 400, max(top + CELL * n + 30, top + 46 * n + 70))
    _matrix(scene, counts, types, left, top)
    _bars(scene, scores, left + CELL * n + 80, top)
    listed = ", ".join(f"{t} {short(s.f1)} ({s.support} true)" for t, s in scores.items() if t != "micro")
    text = f"F1 of entities: {listed or 'none'}, all {short(scores['micro'].f1)}. {_mistake(counts, types)}"
    return Picture(scene, text)


def _tags(row: Any) -> Any:
    return row.tags if isinstance(row, Sentence) else row


def _mistake(counts: Any, types: list[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return "No token is mistaken."
    a, b = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    number = int(wrong[a, b])
    return f"Most frequent mistake: {types[a]} taken for {types[b]}, {number} token{'s' if number > 1 else ''}."


def _matrix(scene: Scene, counts: Any, types: list[str], left: float, top: float) -> None:
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    colors = colors_of("PuOr")[128 + (share * 127).round().astype(int)]
    n = len(types)
    scene.pixels(colors, left, top, CELL * n, CELL * n)
    scene.rectangle(left, top, CELL * n, CELL * n, "ink", thick=1.2)
    scene.text("predicted", left + CELL * n / 2, top - 36, 15, "ink", "middle")
    scene.text("true", left - 74, top + CELL * n / 2, 15, "ink", "middle", turned=True)
    for k, name in enumerate(types):
        scene.text(name, left + CELL * (k + 0.5), top - 10, 14, "ink", "middle")
        scene.text(name, left - 8, top + CELL * (k + 0.5) + 5, 14, "ink", "end")
        for j in range(n):
            middle = left + CELL * (j + 0.5), top + CELL * (k + 0.5)
            scene.centered(f"{counts[k, j]:,}", *middle, 14, ink_on(colors[k, j]))


def _bars(scene: Scene, scores: Any, left: float, top: float) -> None:
    scene.text("F1 of entities (precision, recall)", left, top - 36, 15)
    for k, (name, score) in enumerate(scores.items()):
        y = top + 46 * k - 14
        name = "all" if name == "micro" else name
        scene.text(f"{name}", left, y + 14, 15)
        parts = f"({short(score.precision, 2)}, {short(score.recall, 2)}), {score.support} true"
        scene.text(f"{short(score.f1, 2)}  {parts}", left + 70, y + 14, 14, "muted")
        scene.rectangle(left, y + 20, 280, 11, "line", fill="shade")
        if score.f1:
            scene.rectangle(left, y + 20, 280 * score.f1, 11, None, fill="ink" if name == "all" else "forward")
