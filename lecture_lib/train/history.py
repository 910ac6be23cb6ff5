"""What a run of training was: one number an epoch for every figure, one a batch for the loss."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class History:
    """The course of a training run, as plain arrays.

    Args:
        gradient: how gradients were computed: "compiled", "given", or "recorded at every step" and why.
        stopped: why training ended.
        interrupted: whether Ctrl-C ended it.
        best_epoch: the epoch, counted from 1, whose parameters were kept; None without a validation figure.
        state: everything that is needed to go on where training ended: `fit(…, resume=history.state)`.
        columns: what was recorded, by name: one number an epoch.
        batches: the loss of every batch.

    >>> history = History()
    >>> history.append(loss=0.5, rate=0.1)
    >>> history.loss
    array([0.5])
    >>> history["rate"], len(history)
    (array([0.1]), 1)
    """

    gradient: str = ""
    stopped: str = ""
    interrupted: bool = False
    best_epoch: int | None = None
    state: dict[str, Any] = field(default_factory=dict, repr=False)
    columns: dict[str, list[float]] = field(default_factory=dict, repr=False)
    batches: list[float] = field(default_factory=list, repr=False)

    @property
    def loss(self) -> NDArray[np.float64]:
        """The mean training loss of every epoch, shape (epochs,)."""
        return self["loss"]

    @property
    def rate(self) -> NDArray[np.float64]:
        """The learning rate at the end of every epoch, shape (epochs,)."""
        return self["rate"]

    @property
    def batch_loss(self) -> NDArray[np.float64]:
        """The loss of every batch before its step, shape (steps,)."""
        return np.array(self.batches, dtype=np.float64)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the figures that were recorded."""
        return tuple(self.columns)

    def append(self, **figures: float) -> None:
        """Record one epoch.

        Args:
            figures: a number for every name.
        """
        for name, figure in figures.items():
            self.columns.setdefault(name, []).append(float(figure))

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        if name not in self.columns:
            if self.columns or name not in ("loss", "rate"):
                raise KeyError(f"no figure named {name!r}; recorded are {', '.join(self.columns) or 'none'}")
            return np.zeros(0)
        return np.array(self.columns[name], dtype=np.float64)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __len__(self) -> int:
        return max((len(column) for column in self.columns.values()), default=0)
