"""Exercises of notebook 15: learning rates."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "15-stability",
        "The largest stable rate of plain descent on a bowl whose Hessian has the eigenvalues 1 and 20.",
        0.1,
        (
            Mistake(
                "1/λ",
                "At that rate the steep direction arrives in one step. How much further before it diverges?",
                0.05,
            ),
            Mistake("the flat direction", "Which direction blows up first?", 2),
            Mistake("half the Hessian", "For ½ λ x² the slope is λx. Is the ½ still there?", 0.2),
        ),
        "One direction alone: x becomes (1 - rate · λ) x. When does that stop shrinking?",
        "The steepest direction sets the limit: 2/λmax.",
    ),
)
