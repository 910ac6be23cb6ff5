"""Noise of one unit in the last place on every random draw, on the shipped vectors and on the shipped model.

Another processor adds in another order, and its results differ from ours by about that much from the first step on. What
a notebook prints must not depend on it. A kernel runs this file at its start: it is named by PYTHONSTARTUP, and
LECTURE_LIB_JITTER holds the seed of the noise.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

DRAWS = (
    "beta", "chisquare", "dirichlet", "exponential", "f", "gamma", "gumbel", "laplace", "logistic", "lognormal",
    "noncentral_chisquare", "noncentral_f",
    "multivariate_normal", "normal", "pareto", "power", "random", "rayleigh", "standard_cauchy",
    "standard_exponential", "standard_gamma", "standard_normal", "standard_t", "triangular", "uniform", "vonmises",
    "wald", "weibull",
)  # fmt: skip
"""The methods of a generator that draw real numbers."""


def jittered(values: Any, noise: np.random.Generator) -> Any:
    """The values, each with −1, 0 or 1 unit in its last place added; whole numbers stay."""
    array = np.asarray(values)
    if array.dtype.kind != "f":
        return values
    moved = (array + np.spacing(array) * noise.integers(-1, 2, array.shape)).astype(array.dtype)
    return moved if isinstance(values, np.ndarray) else type(values)(moved)


def _noisy(draw: Callable[..., Any], noise: np.random.Generator) -> Callable[..., Any]:
    @wraps(draw)
    def drawn(*args: Any, **options: Any) -> Any:
        values = jittered(draw(*args, **options), noise)
        if options.get("out") is not None:
            options["out"][...] = values
            return options["out"]
        return values

    return drawn


def install(seed: int) -> None:
    """Put noise on everything that notebooks draw or load from now on."""
    from lecture_lib import data
    from lecture_lib.ner import NERWindowModel, model_files

    noise = np.random.Generator(np.random.PCG64(seed))
    drawn = {name: _noisy(getattr(np.random.Generator, name), noise) for name in DRAWS}
    noisy_generator = type("Generator", (np.random.Generator,), drawn)
    plain_generator, vectors, load, fingerprint = (
        np.random.default_rng,
        data.vectors,
        NERWindowModel.load,
        model_files.fingerprint,
    )

    class Fitting(str):
        """The fingerprint of vectors with noise, which are those of the model all the same."""

        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

    def noisy_vectors(*args: Any, **options: Any) -> Any:
        found = vectors(*args, **options)
        return type(found)(found.words, jittered(found.matrix, noise))

    def noisy_model(*args: Any, **options: Any) -> Any:
        found = load(*args, **options)
        found._params = {name: jittered(values, noise) for name, values in found._params.items()}
        return found

    np.random.default_rng = lambda *seeds: noisy_generator(plain_generator(*seeds).bit_generator)
    data.vectors = noisy_vectors
    NERWindowModel.load = noisy_model
    model_files.fingerprint = lambda vocabulary: Fitting(fingerprint(vocabulary))


if __name__ == "__main__" and "LECTURE_LIB_JITTER" in os.environ:
    install(int(os.environ["LECTURE_LIB_JITTER"]))
