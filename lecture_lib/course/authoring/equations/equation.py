"""A displayed equation and the numbers that prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_lib.exercises.printed.latex_check import Setting, errors_of

TRIALS = 3


@dataclass(frozen=True)
class Equation:
    """A displayed derivative.

    Attributes:
        id: its name in the notebooks.
        latex: the text between the dollar signs; white space does not matter.
        setting: draws the numbers for its symbols.
    """

    id: str
    latex: str
    setting: Callable[[np.random.Generator], Setting]

    def error(self, trials: int = TRIALS) -> float:
        """The largest difference between two sides, in units of what is allowed."""
        rng = np.random.default_rng(0)
        return max(error for _ in range(trials) for error in errors_of(self.latex, self.setting(rng)))
