"""Notebook 15: schedules, each at its best rate, and warm-up."""

from typing import Any

import numpy as np
from networks import deep, locations, start

from lecture_lib.train import fit, init, optim, schedule

EPOCHS = 8
RATES = (0.1, 0.3)
PLANS: dict[str, Any] = {
    "constant": schedule.constant,
    "halve every 2": lambda lr: schedule.halve(lr, every=2),
    "cyclic": lambda lr: schedule.cyclic(lr / 10, lr, period=4),
    "cosine": lambda lr: schedule.cosine(lr, EPOCHS),
    "warm-up, cosine": lambda lr: schedule.warmup_cosine(lr, 1, EPOCHS),
}


def schedules(seed: int) -> dict[str, float]:
    """Each schedule with two largest rates: the loss over all training windows, and on dev, after eight epochs."""
    (X, y), held_out, loss = locations("train", 300), locations("dev", 300), deep(np.tanh)
    figures = {}
    for name, plan in PLANS.items():
        for rate in RATES:
            params = start(y, init.xavier_uniform, seed, 1, n=20)
            fit(loss, params, (X, y), optimizer=optim.SGD(rate), epochs=EPOCHS, batch_size=8, schedule=plan(rate),
                seed=seed, progress=False)  # fmt: skip
            for part, windows in (("train", (X, y)), ("dev", held_out)):
                figures[f"{name} {rate} {part}"] = float(loss(params, *windows))
    return figures


EXPERIMENTS = {"schedules": schedules}
