"""Schedules: their rates at chosen epochs, on arrays, put together."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lecture_lib.train import schedule

CASES: dict[str, tuple[schedule.Schedule, dict[float, float]]] = {
    "constant": (schedule.constant(0.3), {0: 0.3, 7.5: 0.3}),
    "halve": (schedule.halve(0.8, every=3), {0: 0.8, 2.99: 0.8, 3: 0.4, 5: 0.4, 6: 0.2, 9: 0.1}),
    "step": (schedule.step(1.0, every=2, factor=0.1), {1.9: 1.0, 2: 0.1, 4: 0.01}),
    "exponential": (schedule.exponential(0.5, k=0.2), {0: 0.5, 5: 0.5 * np.exp(-1)}),
    "linear": (schedule.linear(1.0, 10, last=0.2), {0: 1.0, 5: 0.6, 10: 0.2, 20: 0.2}),
    "cosine": (schedule.cosine(1.0, 10, last=0.2), {0: 1.0, 5: 0.6, 10: 0.2, 20: 0.2}),
    "cyclic": (schedule.cyclic(0.1, 0.5, period=4), {0: 0.1, 1: 0.3, 2: 0.5, 3: 0.3, 4: 0.1, 5: 0.3, 41: 0.3}),
    "warm-up": (schedule.warmup(schedule.halve(1.0, every=4), epochs=2, start=0.2), {0: 0.2, 1: 0.6, 2: 1.0, 5: 0.5}),
    "warm-up and cosine": (schedule.warmup_cosine(1.0, 2, 10), {0: 0.1, 1: 0.55, 2: 1.0, 6: 0.5, 10: 0.0, 12: 0.0}),
    "sequence": (
        schedule.sequence((2, schedule.constant(1.0)), (3, schedule.linear(1.0, 3)), schedule.constant(0.5)),
        {0: 1.0, 1.9: 1.0, 2: 1.0, 3.5: 0.5, 4.7: 0.1, 5: 0.5, 50: 0.5},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rates(name: str) -> None:
    rate, expected = CASES[name]
    for epoch, value in expected.items():
        assert float(rate(epoch)) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_an_array_of_epochs_gives_an_array_of_rates(name: str) -> None:
    rate, _ = CASES[name]
    epochs = np.linspace(0, 12, 49)
    found = rate(epochs)
    assert found.shape == epochs.shape
    assert np.allclose(found, [float(rate(epoch)) for epoch in epochs])
    assert (found >= 0).all()


REFUSALS: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (ValueError, "lr is -1", lambda: schedule.constant(-1)),
    (ValueError, "every is 0", lambda: schedule.halve(0.1, every=0)),
    (TypeError, "every is 1.5", lambda: schedule.halve(0.1, every=1.5)),
    (ValueError, "factor is 0", lambda: schedule.step(0.1, every=2, factor=0)),
    (ValueError, "k is -0.1", lambda: schedule.exponential(0.1, k=-0.1)),
    (ValueError, "epochs is 0", lambda: schedule.cosine(0.1, 0)),
    (ValueError, "low is 0.5 and high is 0.1", lambda: schedule.cyclic(0.5, 0.1, 4)),
    (TypeError, "schedule is 0.1; expected a function", lambda: schedule.warmup(0.1, 3)),
    (ValueError, "expected fewer", lambda: schedule.warmup_cosine(0.1, 5, 5)),
    (ValueError, "at the end a schedule alone", lambda: schedule.sequence((2, schedule.constant(1.0)))),
    (ValueError, "at the end a schedule alone", lambda: schedule.sequence()),
    (TypeError, "expected a function", lambda: schedule.sequence((2, 0.1), schedule.constant(1.0))),
]


@pytest.mark.parametrize(("kind", "message", "attempt"), REFUSALS)
def test_bad_arguments_are_refused(kind: type[Exception], message: str, attempt: Callable[[], Any]) -> None:
    with pytest.raises(kind, match=message):
        attempt()
