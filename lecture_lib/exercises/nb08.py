"""Exercises of notebook 08: gradients on a graph."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "08-fan-out",
        "∂f/∂y for f = (x + y) · max(y, z) at x = 1, y = 2, z = 0.",
        5,
        (
            Mistake("overwritten instead of added", "That is one path only. y leads to f in two ways.", 3),
            Mistake(
                "overwritten instead of added",
                "That is the path through the sum. By which other way does y reach f?",
                2,
            ),
            Mistake("paths multiplied", "Along a path slopes multiply. What do two paths do?", 6),
            Mistake("a secant", "You nudged y by 0.1 and kept the bend. What does a smaller step give?", 5.1),
        ),
        "Follow each edge that leaves y. What arrives along it?",
        "2 arrives along one edge and 3 along the other, and they add.",
    ),
)
