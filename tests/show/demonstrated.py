"""The widgets of the demonstration notebook, made here once more: what the browser shows is compared with them."""

from typing import Any

import numpy as np

from lecture_lib import trace
from lecture_lib.show import (
    JacobianMap,
    LearningRateLab,
    NonlinearityExplorer,
    NudgeMeter,
    Ridgelines,
    ShapeDock,
    Stepper,
    WordMap,
)

from .graph_cases import seven

# In the order of the notebook.
STEP_NUMBERS, STEP_ARRAYS, NUDGE, DOCK, RATES, JACOBIAN, RIDGES, EXPLORER, WORDS = range(9)


def score(W, x, b, u):
    z = W @ x + b
    h = np.tanh(z)
    s = u @ h  # The name is shown, so it stands here as in the notebook.
    return s


def fresh(number: int) -> Any:
    """The widget with this number, as the notebook makes it."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in [(2, 3), 3, 2, 2]]
    return {
        STEP_NUMBERS: lambda: Stepper(trace(seven, 1.0, 2.0, 0.0)),
        STEP_ARRAYS: lambda: Stepper(trace(score, *arrays)),
        NUDGE: lambda: NudgeMeter(trace(lambda x, y: x**2 * np.sin(y), 3.0, 1.0)),
        DOCK: lambda: ShapeDock(n=4, m=7),
        RATES: LearningRateLab,
        RIDGES: Ridgelines,
        EXPLORER: NonlinearityExplorer,
        JACOBIAN: lambda: JacobianMap(rng.standard_normal((4, 6)), rng.standard_normal(6), u=rng.standard_normal(4)),
        WORDS: word_map,
    }[number]()


def word_map() -> WordMap:
    words = ["paris", "london", "museum", "tv", "telly", "television"]
    start = np.array([[2, 1], [2.3, 0.6], [1.5, 1.5], [-1.5, -0.8], [-1.9, -0.2], [-1.2, -1.3]])
    push = np.array([[0.1, 0.1], [0.1, 0], [0.1, 0.2], [-0.2, 0.1], [-0.2, 0.1], [0, 0]])
    paths = np.array([start + epoch * push for epoch in range(9)])
    lines = np.array([[-1, -0.4, 0.3 - 0.3 * epoch] for epoch in range(9)])
    return WordMap(words, paths, ["LOC"] * 3 + ["O"] * 3, held_out=["television"], boundary=lines)
