"""Exercises of notebook 17: what moves when word vectors are fine-tuned."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "17-moves",
        "Which change when a model is fine-tuned on tv, three times True or False: tv's vector, television's vector, "
        "P(television).",
        (True, False, True),
        (
            Mistake(
                "all change",
                "television is not in the training data. Which gradient would reach its vector?",
                (True, True, True),
            ),
            Mistake(
                "only the first",
                "television's vector stays. Does everything else that its probability needs stay too?",
                (True, False, False),
            ),
            Mistake(
                "none changes",
                "Fine-tuning means that word vectors learn. Which words are looked up?",
                (False, False, False),
            ),
        ),
        "Ask of each: does a gradient reach it, or something that it is computed from?",
        "The vector stands still while the boundary moves past it.",
    ),
)
