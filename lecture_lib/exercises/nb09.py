"""Exercises of notebook 09: running a graph backward in the right order."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "09-doubling",
        "dc/da for b = a + a and c = b + b.",
        4,
        (
            Mistake("overwritten instead of added", "Each use of b sends something back. Is the first one kept?", 1),
            Mistake("half the uses", "Each line uses its input twice, and there are two lines.", 2),
            Mistake(
                "partial sums sent on",
                "b sent its first half down, and later its whole. When is b's gradient complete?",
                6,
            ),
            Mistake("one visit for each edge and path", "A node sends its gradient on once, when it is complete.", 8),
        ),
        "How many paths lead from a to c?",
        "Each node waits until everything has arrived, and then sends once.",
    ),
)
