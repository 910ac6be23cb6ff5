"""The nonlinearities of the course, one record each: what the model, the initializers and the pictures know of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture_lib.autograd.nn import hard_tanh, leaky_relu, relu, sigmoid, softplus


@dataclass(frozen=True)
class Nonlinearity:
    """A function of one number that bends."""

    name: str
    function: Callable[[Any], Any]
    steepest: float = 1.0
    gain: float | None = None

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.name.replace("_", " ")


NONLINEARITIES = {
    record.name: record
    for record in (
        Nonlinearity("tanh", np.tanh, gain=5 / 3),
        Nonlinearity("sigmoid", sigmoid, steepest=0.25, gain=1.0),
        Nonlinearity("hard_tanh", hard_tanh, gain=1.0),
        Nonlinearity("relu", relu, gain=math.sqrt(2)),
        Nonlinearity("leaky_relu", leaky_relu, gain=math.sqrt(2)),
        Nonlinearity("softplus", softplus),
        Nonlinearity("sin", np.sin),
    )
}
"""By name, in the order in which the course meets them."""

LAYERS = {name: record for name, record in NONLINEARITIES.items() if record.gain is not None}
"""Those that make a layer of a network."""
