"""The same experiment with several seeds, and what can be said of all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.train.settings import whole

Experiment = Callable[[int], Mapping[str, Any]]
Condition = Callable[[dict[str, float]], Any]

KEPT = (11, 12)
"""Seeds that no notebook shows: a conclusion drawn from others is held against these."""

_rehearsal: ContextVar[tuple[tuple[int, ...], dict[str, list[bool]]] | None] = ContextVar("rehearsal", default=None)


class Repeated:
    """What an experiment found with each of several seeds; `repeated` makes it.

    Args:
        seeds: one a run.
        figures: name → numbers, one a seed.

    Attributes:
        seeds: as given.
        figures: as given, each of shape (seeds,).

    >>> runs = Repeated((0, 1), {"plain": np.array([0.2, 0.3]), "clipped": np.array([0.1, 0.1])})
    >>> runs
    plain    0.2 to 0.3 over 2 seeds
    clipped  0.1 over 2 seeds
    """

    def __init__(self, seeds: tuple[int, ...], figures: dict[str, NDArray[np.float64]]) -> None:
        self.seeds = seeds
        self.figures = figures

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self.figures[name]

    def only(self, names: Mapping[str, str]) -> "Repeated":
        """Some of the figures, under other names: for a picture or a table.

        Args:
            names: new name → the name of a figure.

        Returns:
            The same runs with these figures only.

        Raises:
            KeyError: there is no such figure.

        >>> Repeated((0,), {"loss after 4 epochs": np.array([0.2])}).only({"loss": "loss after 4 epochs"})
        loss  0.2 over 1 seed
        """
        return Repeated(self.seeds, {new: self.figures[old] for new, old in names.items()})

    def held(self, condition: Condition) -> list[bool]:
        """For each seed, whether something is true of its figures.

        Args:
            condition: a function of one run's figures by name.

        Returns:
            True or False, one a seed.

        >>> Repeated((0, 1), {"loss": np.array([0.2, 0.4])}).held(lambda run: run["loss"] < 0.3)
        [True, False]
        """
        rows = zip(*self.figures.values(), strict=True)
        return [bool(condition({n: float(v) for n, v in zip(self.figures, row, strict=True)})) for row in rows]

    def count(self, condition: Condition) -> str:
        """How often something is true: what an honest sentence says.

        Args:
            condition: a function of one run's figures by name.

        Returns:
            Such as "4 of 5 seeds".

        >>> Repeated((0, 1), {"loss": np.array([0.2, 0.4])}).count(lambda run: run["loss"] < 0.3)
        '1 of 2 seeds'
        """
        return _out_of(self.held(condition))

    def conclude(self, claim: str, condition: Condition) -> str:
        """Count, for a sentence that says "with every seed": refuses when a seed contradicts it.

        Args:
            claim: the sentence's id; the course's tests hold it against seeds that no reader has seen.
            condition: a function of one run's figures by name.

        Returns:
            Such as "5 of 5 seeds".

        Raises:
            ValueError: it is not true with every seed.

        >>> Repeated((0, 1), {"loss": np.array([0.2, 0.4])}).conclude("00-low", lambda run: run["loss"] < 0.5)
        '2 of 2 seeds'
        """
        held = self.held(condition)
        if (rehearsal := _rehearsal.get()) is not None:
            rehearsal[1][claim] = held
        elif not all(held):
            wrong = ", ".join(str(seed) for seed, good in zip(self.seeds, held, strict=True) if not good)
            raise ValueError(f"{claim} holds for {_out_of(held)}, not for seed {wrong}; say how often, with count")
        return _out_of(held)

    def __repr__(self) -> str:
        beside = max((len(name) for name in self.figures), default=0)
        over = f"over {len(self.seeds)} seed{'s' if len(self.seeds) != 1 else ''}"
        return "\n".join(f"{name:{beside}}  {_span(values)} {over}" for name, values in self.figures.items())


def repeated(experiment: Experiment, seeds: Iterable[int]) -> Repeated:
    """Run an experiment once with each seed, and keep the figures side by side.

    Args:
        experiment: a function of a seed that returns its figures by name. Whatever is random in it comes from the seed.
        seeds: whole numbers, each once.

    Returns:
        A `Repeated`; `show.ranges` draws it.

    Raises:
        ValueError: there is no seed, a seed comes twice, or the names of the figures change from run to run.
        TypeError: a seed is not a whole number, or the experiment returns no mapping.

    >>> def sample(seed):
    ...     return {"mean of ten": np.random.default_rng(seed).normal(size=10).mean()}
    >>> repeated(sample, seeds=range(5)).count(lambda run: abs(run["mean of ten"]) < 1)
    '5 of 5 seeds'
    """
    rehearsal = _rehearsal.get()
    chosen = tuple(whole(seed, "a seed", least=0) for seed in seeds) if rehearsal is None else rehearsal[0]
    if not chosen or len(set(chosen)) != len(chosen):
        raise ValueError(f"seeds are {', '.join(map(str, chosen)) or 'none'}; expected one or more, each once")
    rows = [experiment(seed) for seed in chosen]
    for seed, row in zip(chosen, rows, strict=True):
        if not isinstance(row, Mapping):
            raise TypeError(f"the experiment returned {row!r}; expected figures by name, such as {{'loss': 0.1}}")
        if list(row) != list(rows[0]):
            raise ValueError(f"seed {seed} has the figures {', '.join(row)}, seed {chosen[0]} {', '.join(rows[0])}")
    return Repeated(chosen, {name: np.array([float(row[name]) for row in rows]) for name in rows[0]})


@contextmanager
def rehearsal(seeds: tuple[int, ...] = KEPT) -> Iterator[dict[str, list[bool]]]:
    """Within it `repeated` takes these seeds instead, and `conclude` writes down instead of refusing.

    Args:
        seeds: those to use.

    Yields:
        The conclusions met so far: id → whether it held, one a seed.

    >>> with rehearsal((7,)) as verdicts:
    ...     runs = repeated(lambda seed: {"seed": seed}, seeds=range(5))
    ...     _ = runs.conclude("00-small", lambda run: run["seed"] < 5)
    >>> verdicts
    {'00-small': [False]}
    """
    verdicts: dict[str, list[bool]] = {}
    token = _rehearsal.set((seeds, verdicts))
    try:
        yield verdicts
    finally:
        _rehearsal.reset(token)


def _out_of(held: list[bool]) -> str:
    return f"{sum(held)} of {len(held)} seed{'s' if len(held) != 1 else ''}"


def _span(values: NDArray[np.float64]) -> str:
    low, high = f"{values.min():.3g}", f"{values.max():.3g}"
    return low if low == high else f"{low} to {high}"
