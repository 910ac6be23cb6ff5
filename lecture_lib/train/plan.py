"""What a training run was asked to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lecture_lib.train.batches import Arrays
from lecture_lib.train.regularize import EarlyStopping
from lecture_lib.train.schedule import Schedule
from lecture_lib.train.steps import Loss, Step

Prepare = Callable[[Arrays, np.random.Generator | None], tuple[Any, ...]]
Metric = Callable[[Any], float]
Callback = Callable[[Any], object]
"""What is called with the `Training` in progress."""

VALIDATION_LOSS = "validation_loss"


@dataclass(frozen=True)
class Plan:
    """What a run was asked to do: the arguments of `fit`, checked, under the same names."""

    loss: Loss
    data: Arrays
    epochs: int
    batch_size: int
    schedule: Schedule | None
    validation: Arrays | None
    metrics: Mapping[str, Metric]
    monitor: str | None
    early_stopping: EarlyStopping | None
    restore_best: bool
    clip_norm: float | None
    clip_value: float | None
    prepare: Prepare | None
    gradient: Step | None
    compiled: bool
    callbacks: Sequence[Callback]
    batch_callbacks: Sequence[Callback]
    shuffle: bool
    seed: int

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return len(self.data[0])

    @property
    def batches(self) -> int:
        """How many batches an epoch has."""
        return -(-self.rows // self.batch_size)

    def select(self, source: Arrays, rows: NDArray[np.intp], rng: np.random.Generator | None) -> tuple[Any, ...]:
        """What the loss gets besides the parameters: rows of the data, prepared."""
        batch = tuple(array[rows] for array in source)
        return batch if self.prepare is None else tuple(self.prepare(batch, rng))


def monitored(plan: Plan) -> str | None:
    """The figure that says which epoch is best."""
    names = (*plan.metrics, *((VALIDATION_LOSS,) if plan.validation is not None else ()))
    for name in plan.metrics:
        if name in ("loss", "rate", VALIDATION_LOSS) or not callable(plan.metrics[name]):
            raise ValueError(f"the metric {name!r} is taken or no function; expected another name → function of params")
    if plan.validation is not None and len(plan.validation) != len(plan.data):
        raise ValueError(
            f"validation has {len(plan.validation)} arrays, but data has {len(plan.data)}; expected the same form"
        )
    if plan.monitor is not None and plan.monitor not in (*names, "loss"):
        raise ValueError(f"no figure named {plan.monitor!r} to monitor; expected one of {', '.join((*names, 'loss'))}")
    chosen = plan.monitor or next(iter(names), None)
    if plan.early_stopping is not None and chosen is None:
        raise ValueError("early_stopping has nothing to watch; expected validation data, metrics, or monitor='loss'")
    return chosen
