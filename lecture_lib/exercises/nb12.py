"""Exercises of notebook 12: batches."""

from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake


def _batch(rng: np.random.Generator) -> tuple[Any, Any]:
    N = int(rng.integers(8, 11))
    return rng.normal(size=(N, int(rng.integers(3, 5)))), rng.normal(size=(N, int(rng.integers(5, 8))))


EXERCISES = (
    Exercise(
        "12-weights",
        "A function of Delta (N, n) and X (N, m) that returns ∇_W J; 1/N is already in Delta.",
        lambda Delta, X: Delta.T @ X,
        (
            Mistake(
                "transposed",
                "W has a row for each output. Which of the two has the outputs?",
                lambda Delta, X: X.T @ Delta,
            ),
            Mistake("1/N twice", "1/N enters once, at the top.", lambda Delta, X: Delta.T @ X / len(X)),
            Mistake(
                "summed before multiplied",
                "Each example pairs its own error with its own input.",
                lambda Delta, X: np.outer(Delta.sum(axis=0), X.sum(axis=0)),
            ),
            Mistake(
                "one example only",
                "Every example contributes an outer product.",
                lambda Delta, X: np.outer(Delta[0], X[0]),
            ),
            Mistake(
                "not summed over the batch",
                "The examples share one W. What becomes of their contributions?",
                lambda Delta, X: Delta[:, :, None] * X[:, None, :],
            ),
        ),
        "A sum of outer products, one for each example: which matrix product is that?",
        "ΔᵀX adds up N outer products in one call.",
        inputs=_batch,
        arguments=("Delta", "X"),
    ),
)
