"""The networks of notebooks 13 to 15, as the experiments train them."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from lecture_lib import data, softplus
from lecture_lib.ner import NERWindowModel, to_types
from lecture_lib.train import init

Array = np.ndarray[Any, Any]


@cache
def locations(part: str, sentences: int) -> tuple[Array, Array]:
    """Windows of the first sentences of a part, and whether the middle word belongs to a location's name."""
    chosen = getattr(data.corpus("default"), part)[:sentences]
    X = NERWindowModel(data.vectors("default"), "LOC").windows(chosen).astype(float)
    return X, np.array([tag == "LOC" for sentence in chosen for tag in to_types(sentence.tags)], float)


def deep(f: Callable[[Any], Any], residual: bool = False) -> Callable[..., Any]:
    """The loss of a network with any number of layers; a residual layer adds its input."""

    def loss(params: Any, X: Any, y: Any) -> Any:
        H = X
        for number, layer in enumerate(params["layers"]):
            step = f(H @ layer["W"].T + layer["b"])
            H = H + step if residual and number else step
        s = H @ params["u"] + params["c"]
        return np.mean(softplus(s) - y * s)

    return loss


def start(y: Array, draw: Callable[..., Array], seed: int, depth: int, n: int = 40, m: int = 250) -> dict[str, Any]:
    """The first parameters of a network of some depth."""
    rng = np.random.default_rng(seed)
    layers = [{"W": draw((n_out, n_in), rng), "b": np.zeros(n_out)} for n_in, n_out in pairwise([m] + [n] * depth)]
    return {"layers": layers, "u": init.xavier_uniform((1, n), rng)[0], "c": init.output_bias(y)}
