"""Exercises of notebook 14: how large the first weights are."""

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "14-xavier",
        "A function of n_in and n_out that returns Xavier's r for weights drawn from Uniform(-r, r).",
        lambda n_in, n_out: np.sqrt(6 / (n_in + n_out)),
        (
            Mistake(
                "the variance as r",
                "2/(n_in + n_out) is the variance. What is the variance of Uniform(-r, r)?",
                lambda n_in, n_out: 2 / (n_in + n_out),
            ),
            Mistake(
                "the standard deviation as r",
                "A uniform variable reaches further than its standard deviation.",
                lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
            ),
            Mistake(
                "the width as r", "From -r to r the width is 2r.", lambda n_in, n_out: 2 * np.sqrt(6 / (n_in + n_out))
            ),
            Mistake(
                "inputs only", "The gradients come back through the outputs.", lambda n_in, n_out: np.sqrt(3 / n_in)
            ),
        ),
        "Set r²/3 equal to the variance that Xavier asks for.",
        "The variance of Uniform(-r, r) is r²/3, and the 6 is 2 times 3.",
        inputs=lambda rng: (int(rng.integers(20, 60)), int(rng.integers(100, 300))),
        arguments=("n_in", "n_out"),
    ),
)
