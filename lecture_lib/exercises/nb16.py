"""Exercises of notebook 16: scores of a tagger."""

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "16-span",
        "The F1 of whole names when the truth is B-LOC I-LOC and the prediction is B-LOC O.",
        0,
        (
            Mistake("token F1", "That counts words. How many whole names are right?", 2 / 3),
            Mistake("token recall", "That is the share of words found. How many whole names are right?", 0.5),
            Mistake("the start only", "A name is right when its type, its start and its end are right.", 1),
        ),
        "Write down the true names and the reported names, each with its start and end. Which are in both lists?",
        "Half a name is no name: nothing reported is right.",
        measure=lambda score: np.round(score, 2),
    ),
)
