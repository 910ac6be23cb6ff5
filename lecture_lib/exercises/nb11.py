"""Exercises of notebook 11: adjoints."""

from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "11-adjoint",
        "The adjoint of x₁ for f = ln x₁ + x₁x₂ - sin x₂ at (2, 5).",
        5.5,
        (
            Mistake("one path only", "x₁ also stands inside the logarithm.", 5),
            Mistake("one path only", "x₁ also stands in the product.", 0.5),
            Mistake("paths multiplied", "Two paths lead from x₁ to f. How do they combine?", 2.5),
        ),
        "Write down what arrives at x₁ along each of its two edges.",
        "1/x₁ along one edge, x₂ along the other, and they add.",
    ),
)
