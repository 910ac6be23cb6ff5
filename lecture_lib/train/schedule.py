"""Learning-rate schedules: plain functions from the epoch to the rate.

The epoch is counted from 0 and may be a fraction: `fit` asks at every batch, so 2.5 is the middle of the third epoch.
An array of epochs gives an array of rates, which is what a plot needs:
`plt.plot(epochs, rate(epochs))`. Schedules are built from numbers, and from other schedules.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.train.settings import non_negative, positive, whole

Schedule = Callable[[Any], Any]


def constant(lr: float) -> Schedule:
    """The same rate throughout.

    Args:
        lr: the rate.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr is not above 0.
        TypeError: an argument is not a number.

    >>> float(constant(0.1)(7))
    0.1
    """
    lr = positive(lr, "lr")
    return lambda epoch: np.full(np.shape(epoch), lr)[()]


def halve(lr: float, every: int) -> Schedule:
    """Half the rate after every k epochs: lr·2^(-⌊epoch/k⌋).

    Args:
        lr: the first rate.
        every: k.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr is not above 0, or `every` is not at least 1.
        TypeError: an argument is not a number.

    >>> [float(halve(0.8, every=2)(epoch)) for epoch in (0, 1.9, 2, 4)]
    [0.8, 0.8, 0.4, 0.2]
    """
    return step(lr, every, factor=0.5)


def step(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """The rate times a factor after every k epochs: lr·factor^⌊epoch/k⌋.

    Args:
        lr: the first rate.
        every: k.
        factor: what each drop multiplies by.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr or factor is not above 0, or `every` is not at least 1.
        TypeError: an argument is not a number.

    >>> float(step(1.0, every=10)(25).round(6))
    0.01
    """
    lr, every, factor = positive(lr, "lr"), whole(every, "every"), positive(factor, "factor")
    return lambda epoch: lr * factor ** np.floor(np.asarray(epoch) / every)


def exponential(lr: float, k: float) -> Schedule:
    """Smooth decay: lr·e^(-k·epoch).

    Args:
        lr: the first rate.
        k: the speed; after 1/k epochs the rate is lr/e.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr is not above 0, or k is negative.
        TypeError: an argument is not a number.

    >>> float(exponential(1.0, k=0.5)(2).round(4))
    0.3679
    """
    lr, k = positive(lr, "lr"), non_negative(k, "k")
    return lambda epoch: lr * np.exp(-k * np.asarray(epoch))


def linear(lr: float, epochs: float, last: float = 0.0) -> Schedule:
    """A straight line: lr + (last - lr)·epoch/epochs over the given epochs, then `last`.

    Args:
        lr: the first rate.
        epochs: how long the descent takes.
        last: the last rate.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr or epochs is not above 0, or `last` is negative.
        TypeError: an argument is not a number.

    >>> [float(linear(1.0, 4)(epoch)) for epoch in (0, 1, 4, 5)]
    [1.0, 0.75, 0.0, 0.0]
    """
    lr, epochs, last = positive(lr, "lr"), positive(epochs, "epochs"), non_negative(last, "last")
    return lambda epoch: lr + (last - lr) * np.clip(np.asarray(epoch) / epochs, 0, 1)


def cosine(lr: float, epochs: float, last: float = 0.0) -> Schedule:
    """Half a cosine: last + (lr - last)·(1 + cos(π·epoch/epochs))/2 over the given epochs, then `last`.

    Source: I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, equation 5.

    Args:
        lr: the first rate.
        epochs: how long the descent takes.
        last: the last rate.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: lr or epochs is not above 0, or `last` is negative.
        TypeError: an argument is not a number.

    >>> [float(cosine(1.0, 4)(epoch).round(4)) for epoch in (0, 2, 4)]
    [1.0, 0.5, 0.0]
    """
    lr, epochs, last = positive(lr, "lr"), positive(epochs, "epochs"), non_negative(last, "last")
    return lambda epoch: last + (lr - last) * (1 + np.cos(np.pi * np.clip(np.asarray(epoch) / epochs, 0, 1))) / 2


def cyclic(low: float, high: float, period: float) -> Schedule:
    """A triangle wave: from `low` up to `high` and back, once a period.

    Source: L. Smith, Cyclical learning rates for training neural networks, 2017, the policy "triangular".

    Args:
        low: the rate at the beginning and end of a period.
        high: the rate in its middle.
        period: its length in epochs.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: high or period is not above 0, low is negative, or low is above high.
        TypeError: an argument is not a number.

    >>> [float(cyclic(0.1, 0.3, period=4)(epoch).round(4)) for epoch in (0, 1, 2, 3, 4)]
    [0.1, 0.2, 0.3, 0.2, 0.1]
    """
    low, high, period = non_negative(low, "low"), positive(high, "high"), positive(period, "period")
    if low > high:
        raise ValueError(f"low is {low} and high is {high}; expected low <= high")
    return lambda epoch: high - (high - low) * np.abs(1 - 2 * (np.asarray(epoch) / period % 1))


def warmup(schedule: Schedule, epochs: float, start: float = 0.1) -> Schedule:
    """Another schedule with a gentle beginning: its rate times a factor that rises from `start` to 1.

    Source: P. Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.

    Args:
        schedule: a function from epoch to rate.
        epochs: how long the rise takes.
        start: the first factor.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: epochs is not above 0, or start is negative.
        TypeError: schedule is not a function, or another argument is not a number.

    >>> gentle = warmup(constant(1.0), epochs=2, start=0.0)
    >>> [float(gentle(epoch)) for epoch in (0, 1, 2, 3)]
    [0.0, 0.5, 1.0, 1.0]
    """
    schedule, epochs, start = checked(schedule), positive(epochs, "epochs"), non_negative(start, "start")
    return lambda epoch: schedule(epoch) * (start + (1 - start) * np.clip(np.asarray(epoch) / epochs, 0, 1))


def warmup_cosine(lr: float, warmup_epochs: float, epochs: float, last: float = 0.0) -> Schedule:
    """A straight rise from `lr`/10 to `lr`, then half a cosine down to `last`; sources as for `warmup` and `cosine`.

    Args:
        lr: the highest rate.
        warmup_epochs: how long the rise takes.
        epochs: rise and descent together.
        last: the last rate.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: a number is out of its range, or the rise takes as long as the whole.
        TypeError: an argument is not a number.

    >>> rate = warmup_cosine(1.0, warmup_epochs=1, epochs=5)
    >>> [float(rate(epoch).round(4)) for epoch in (0, 1, 3, 5)]
    [0.1, 1.0, 0.5, 0.0]
    """
    lr = positive(lr, "lr")
    if not positive(warmup_epochs, "warmup_epochs") < positive(epochs, "epochs"):
        raise ValueError(f"warmup_epochs is {warmup_epochs} of {epochs} epochs; expected fewer")
    return sequence((warmup_epochs, linear(lr / 10, warmup_epochs, lr)), cosine(lr, epochs - warmup_epochs, last))


def sequence(*parts: tuple[float, Schedule] | Schedule) -> Schedule:
    """Schedules one after another, each counting its epochs from its own beginning.

    Args:
        parts: pairs of a number of epochs and a schedule, and at the end a schedule alone, which goes on.

    Returns:
        A function from epoch to rate, for a number or an array of any shape.

    Raises:
        ValueError: a part before the last has no length, or the last one has.
        TypeError: a schedule is not a function, or a length is not a number.

    >>> rate = sequence((2, constant(0.5)), halve(0.4, every=1))
    >>> [float(rate(epoch)) for epoch in (0, 1, 2, 3)]
    [0.5, 0.5, 0.4, 0.2]
    """
    timed = [part for part in parts[:-1] if isinstance(part, tuple)]
    if not parts or isinstance(parts[-1], tuple) or len(timed) != len(parts) - 1:
        raise ValueError("expected pairs (epochs, schedule), and at the end a schedule alone, which goes on")
    starts = np.cumsum([0.0, *(positive(length, "epochs") for length, _ in timed)])
    schedules = [*(checked(schedule) for _, schedule in timed), checked(parts[-1])]

    def rate(epoch: Any) -> Any:
        epoch = np.asarray(epoch, dtype=float)
        part = np.searchsorted(starts, epoch, side="right") - 1
        since = [np.maximum(epoch - start, 0) for start in starts]
        return np.select(
            [part == k for k in range(len(starts))], [schedule(s) for schedule, s in zip(schedules, since, strict=True)]
        )[()]

    return rate


def checked(schedule: Any) -> Schedule:
    """The schedule itself, if it is a function.

    Args:
        schedule: a function from epoch to rate.

    Returns:
        It.

    Raises:
        TypeError: it is something else.

    >>> checked(abs)(2)
    2
    """
    if not callable(schedule):
        raise TypeError(
            f"schedule is {schedule!r}; expected a function from epoch to rate, such as schedule.halve(0.1, every=5)"
        )
    return schedule
