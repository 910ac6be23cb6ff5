"""Experiments that take too long for a notebook, as measured."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from lecture_lib.data.tables import table_rows
from lecture_lib.ner.errors import DataError
from lecture_lib.places import data_folder

COLUMNS = ("experiment", "seed", "what", "figure")
Figures = dict[tuple[str, int, str], float]


def experiment(name: str) -> Callable[[int], dict[str, float]]:
    """A stored experiment: a function from a seed to its figures, for `train.repeated`.

    `benchmarks/experiments/run.py NAME` measures it again.

    Args:
        name: such as "six-layers".

    Returns:
        A function of a seed that returns each figure by what it is.

    Raises:
        ValueError: there is no such experiment; the function raises it where a seed was not measured.

    >>> sorted(experiment("shipped-reviews")(0))[:2]
    ['fine-tuned held out', 'fine-tuned held out mean distance from ½']
    """
    figures = read_figures(data_folder() / "experiments.tsv")
    if not (seeds := sorted({seed for known, seed, _ in figures if known == name})):
        known = ", ".join(sorted({known for known, _, _ in figures}))
        raise ValueError(f"no stored experiment {name!r}; expected one of {known}")

    def stored(seed: int) -> dict[str, float]:
        found = {what: value for (known, at, what), value in figures.items() if (known, at) == (name, seed)}
        if not found:
            raise ValueError(f"{name} was not measured with seed {seed}; expected one of {', '.join(map(str, seeds))}")
        return found

    return stored


def read_figures(path: str | PathLike[str]) -> Figures:
    """Read a table of figures."""
    found: Figures = {}
    for number, (name, seed, what, figure) in table_rows(Path(path), COLUMNS):
        try:
            found[name, int(seed), what] = float(figure)
        except ValueError:
            raise DataError(f"seed {seed!r}, figure {figure!r}; expected numbers", path, number) from None
    return found
