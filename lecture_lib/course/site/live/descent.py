"""Descent by hand: the ravine of notebook 15, a start to drag, a rate to turn, and what each direction makes of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from lecture_lib.autograd.operation import Array
from lecture_lib.course.site.figures import own
from lecture_lib.course.site.live.live import Live
from lecture_lib.show.widgets.rates import ALL, SCHEDULES, STARTS, STEPS, LearningRateLab

SCRIPT = "descent"
CHOICES = ("optimizer", "momentum", "batch", "schedule")


def search() -> Live:
    """The rate alone, for a reader who still looks for its limit."""
    return _descent(bars=False, mark=False, choices=())


def directions() -> Live:
    """The rate, and the factor of each eigendirection."""
    return _descent(bars=True, mark=True, choices=(), rate=0.2)


def lab() -> Live:
    """All that the learning-rate lab offers, and the factors."""
    return _descent(bars=True, mark=True, choices=CHOICES)


@cache
def ravine() -> tuple[Array, Array]:
    """The examples of notebook 15: X of shape (64, 2), with curvatures 0.5 and 9, and their answers, shape (64,)."""
    rng = np.random.default_rng(0)
    columns, _ = np.linalg.qr(rng.normal(size=(64, 2)))
    turn = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    X = 8 * columns @ np.diag(np.sqrt([0.5, 9])) @ turn.T
    return X, X @ [0.8, -0.5] + rng.normal(0, 0.3, 64)


def rows(size: int, count: int) -> list[list[int]]:
    """The examples of each batch, in the lab's order."""
    order = np.random.default_rng(0)
    return [order.choice(count, size, replace=False).tolist() for _ in range(STEPS)]


def _descent(*, bars: bool, mark: bool, choices: tuple[str, ...], rate: float = 0.1) -> Live:
    X, y = ravine()
    made = LearningRateLab(X, y, mark=mark)
    made.rate = rate = min(made.controls["rate"].values(), key=lambda offered: abs(offered - rate))
    values = {name: list(made.controls[name].values()) for name in ("rate", *choices)}
    data: dict[str, Any] = {
        "X": X.tolist(),
        "y": y.tolist(),
        "best": made.best.tolist(),
        "floor": made.loss(made.best),
        "limit": made.limit,
        "curvatures": made.curvatures.tolist(),
        "directions": made.axes_of.T.tolist(),
        "steps": STEPS,
        "start": STARTS["upper left"],
        "highest": 30 * max(made.loss(np.array(start) + made.best) for start in STARTS.values()),
        "values": values,
        "now": {"rate": rate, "optimizer": "SGD", "momentum": 0.0, "batch": ALL, "schedule": SCHEDULES[0]},
        "batches": {str(n): rows(n, len(y)) for n in values.get("batch", []) if n != ALL},
        "bars": bars,
        "mark": mark,
    }
    still = made.frame(made.state).picture
    return Live(SCRIPT, data, own(still.svg, still.alt), still.alt)
