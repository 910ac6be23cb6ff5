"""The learning curve of notebook 17: frozen, fine-tuned and random vectors over training-set size, as measured."""

from os import PathLike
from typing import NamedTuple

from lecture_lib.data.tables import table_rows
from lecture_lib.ner.errors import DataError
from lecture_lib.places import data_folder

MODES = ("frozen", "fine-tuned", "random")


class Point(NamedTuple):
    """One trained network.

    Attributes:
        corpus: "default" or "ewt".
        mode: "frozen" and "fine-tuned" begin with pre-trained vectors, "random" with random ones, which are trained.
        sentences: how many training sentences it saw.
        seed: drew these sentences, the first weights and the order of the batches.
        f1: of all names of the test part.
        recall_known: the share found of the names with a word that occurs in its training sentences.
        recall_new: the share found of the other names.
    """

    corpus: str
    mode: str
    sentences: int
    seed: int
    f1: float
    recall_known: float
    recall_new: float


COLUMNS = Point._fields


def learning_curve(corpus: str = "default") -> list[Point]:
    """The stored measurements of one corpus; `data/build/learning_curve.py` made them.

    Args:
        corpus: "default", or "ewt" for the English Web Treebank with GloVe vectors.

    Returns:
        The points: every mode, five sizes, three seeds.

    Raises:
        ValueError: there is no curve for that corpus.

    >>> points = learning_curve()
    >>> len(points), sorted({point.sentences for point in points})
    (45, [100, 250, 600, 1500, 3700])
    """
    points = read_points(data_folder() / "learning_curve.tsv")
    if not (chosen := [point for point in points if point.corpus == corpus]):
        raise ValueError(f"no learning curve for {corpus!r}; expected one of {sorted({p.corpus for p in points})}")
    return chosen


def read_points(path: str | PathLike[str]) -> list[Point]:
    """Read a table of points."""
    return [_point(fields, path, number) for number, fields in table_rows(path, COLUMNS)]


def _point(fields: list[str], path: str | PathLike[str], number: int) -> Point:
    try:
        corpus, mode, sentences, seed, *shares = fields
        f1, known, new = map(float, shares)
        point = Point(corpus, mode, int(sentences), int(seed), f1, known, new)
    except ValueError:
        raise DataError(f"{' '.join(fields)!r}; expected {', '.join(COLUMNS)}", path, number) from None
    if mode not in MODES or not all(0 <= share <= 1 for share in point[4:]):
        raise DataError(f"{point}; expected one of {', '.join(MODES)}, and shares from 0 to 1", path, number)
    return point
