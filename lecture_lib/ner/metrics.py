"""Precision, recall and F1 of entities, by type and over all types."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from lecture_lib.ner.sentences import Sentence
from lecture_lib.ner.tags import Span, spans, to_types

MICRO = "micro"

Labeled = Sequence[Sentence | Sequence[str]] | Sequence[Sentence] | Sequence[Sequence[str]]


class Score(NamedTuple):
    """How well entities were found.

    Attributes:
        precision: the share of the predicted entities that are right.
        recall: the share of the true entities that were found.
        f1: 2·precision·recall/(precision + recall), their harmonic mean.
        support: the number of true entities.

    >>> entity_f1([["B-LOC", "O", "B-LOC"]], [["B-LOC", "O", "O"]])["LOC"]
    Score(precision=1.0, recall=0.5, f1=0.6666666666666666, support=2)
    """

    precision: float
    recall: float
    f1: float
    support: int


def entity_f1(gold: Labeled, predicted: Labeled, level: str = "span", scheme: str | None = None) -> dict[str, Score]:
    """Score predicted entities against the true ones.

    At the level `span` an entity counts only when its type, beginning and end are all right. At the level `token`
    every token inside an entity counts by its type alone. `O` is never counted: a tagger that says `O` everywhere
    scores 0. A ratio without a denominator is 0: the precision of a type that was never predicted, the recall of one
    that never occurs, and the F1 when both are 0.
    Source of the level `span`: E. Tjong Kim Sang and F. De Meulder, Introduction to the CoNLL-2003 shared task, 2003.

    Args:
        gold: the true tags: sentences, or lists of tags in any scheme that `spans` reads.
        predicted: the predicted tags, as many sentences with as many tokens.
        level: "span" or "token".
        scheme: as for `spans`; "BMES" has to be said.

    Returns:
        A `Score` for every type that occurs on either side, in alphabetical order, and one for all types
        together under "micro".

    Raises:
        ValueError: the two sides do not align, or a tag is malformed; names the sentence, counted from 1. Or there is
            no such level, or a type is called "micro".
        TypeError: a side is not a list of sentences.

    >>> scores = entity_f1([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "O", "O", "B-LOC"]])
    >>> scores["LOC"]
    Score(precision=1.0, recall=1.0, f1=1.0, support=1)
    >>> scores["micro"].f1
    0.5
    """
    if level not in ("span", "token"):
        raise ValueError(f"level is {level!r}; expected 'span' or 'token'")
    _check_aligned(gold, predicted)
    true: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for number, (gold_row, predicted_row) in enumerate(zip(gold, predicted, strict=True), 1):
        expected = _entities(gold_row, level, scheme, f"gold sentence {number}")
        answer = _entities(predicted_row, level, scheme, f"predicted sentence {number}")
        true.update(entity.type for entity in expected)
        found.update(entity.type for entity in answer)
        right.update(entity.type for entity in expected & answer)
    types = sorted(true.keys() | found.keys())
    if MICRO in types:
        raise ValueError(f"an entity type is called {MICRO!r}, as the overall score is; rename the type")
    scores = {kind: _score(right[kind], found[kind], true[kind]) for kind in types}
    scores[MICRO] = _score(right.total(), found.total(), true.total())
    return scores


def _score(right: int, found: int, true: int) -> Score:
    precision = right / found if found else 0.0
    recall = right / true if true else 0.0
    f1 = 2 * right / (found + true) if right else 0.0
    return Score(precision, recall, f1, true)


def _entities(row: Sentence | Sequence[str], level: str, scheme: str | None, name: str) -> set[Span]:
    try:
        tags = labels(row)
        if level == "span":
            return set(spans(tags, scheme))
        return {Span(kind, place, place + 1) for place, kind in enumerate(to_types(tags, scheme)) if kind != "O"}
    except (ValueError, TypeError) as error:
        raise type(error)(f"{name}: {error}") from None


def labels(row: Sentence | Sequence[str]) -> Sequence[str]:
    """The tags of a sentence, or the tags themselves."""
    return row.tags if isinstance(row, Sentence) else row


def _check_aligned(gold: Labeled, predicted: Labeled) -> None:
    for side, rows in (("gold", gold), ("predicted", predicted)):
        if isinstance(rows, (str, Sentence)) or any(isinstance(row, str) for row in rows):
            raise TypeError(f"{side} is one sentence; expected a list of sentences: wrap it in [ ]")
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold sentences but {len(predicted)} predicted; expected one for one")
    for number, (gold_row, predicted_row) in enumerate(zip(gold, predicted, strict=True), 1):
        gold_count, predicted_count = len(labels(gold_row)), len(labels(predicted_row))
        if gold_count != predicted_count:
            raise ValueError(
                f"sentence {number}: {gold_count} gold tags but {predicted_count} predicted; expected one for one"
            )
        if (
            isinstance(gold_row, Sentence)
            and isinstance(predicted_row, Sentence)
            and gold_row.tokens != predicted_row.tokens
        ):
            raise ValueError(
                f"sentence {number}: the gold and predicted tokens differ; "
                "expected the same sentences in the same order"
            )
