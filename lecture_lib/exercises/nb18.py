"""Exercises of notebook 18: faults told from their symptoms."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "18-worst",
        "The gradient is exactly 0, and only on the worst examples: 'clipped loss', 'dead ReLU', 'saturation' or "
        "'missing zero_grad'.",
        "clipped loss",
        (
            Mistake("a dead ReLU", "A dead unit is dead on all examples, good and bad.", "dead ReLU"),
            Mistake("saturation", "A saturated unit has a tiny gradient. Is it exactly 0?", "saturation"),
            Mistake("zero_grad is missing", "Then gradients pile up. Do they become 0?", "missing zero_grad"),
        ),
        "What is flat exactly where the loss is largest?",
        "Clip the gradient, never the loss: a flat loss teaches nothing where most is to be learned.",
    ),
)
