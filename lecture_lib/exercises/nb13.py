"""Exercises of notebook 13: nonlinearities."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "13-steepness",
        "How many times steeper tanh is at 0 than σ: tanh'(0) / σ'(0).",
        4,
        (
            Mistake("one factor of two", "tanh(z) = 2σ(2z) - 1 stretches in two directions.", 2),
            Mistake("only tanh", "That is tanh'(0). What is σ'(0)?", 1),
            Mistake("upside down", "Which of the two is the steeper one?", 0.25),
        ),
        "Differentiate tanh(z) = 2σ(2z) - 1 with the chain rule.",
        "Twice as high and twice as fast: four times as steep.",
    ),
)
