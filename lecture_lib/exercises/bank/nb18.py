"""Exercises of notebook 18: faults told from their symptoms, and mended."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _two_ways(rng: np.random.Generator) -> tuple[Any, Any, Any, Any]:
    n, N = sizes(rng)
    q = N + 2
    return rng.normal(size=(N, 2)), rng.normal(size=(2, n)), rng.normal(size=(N, q)), rng.normal(size=(q, n))


EXERCISES = (
    retrieval(
        "18",
        (-0.6, 0, 7),
        ("the entry", "the distance", "the gradient"),
        (0, 0.6, "the sign is lost", "p is below y, so what is p - y?"),
        (0, 2.4, "y is forgotten", "What arrives at the score is p - y."),
        (1, 1, "it moves", "Does any loss depend on it?"),
        (2, 12, "paths multiplied", "Two ways lead away from it, side by side."),
        (2, 4, "the last way only", "Overwritten: what came back on the other way?"),
    ),
    Exercise(
        "18-suspect",
        "The first layer's gradient is wrong, and right when its Z is tiny: 'transposed', \"missing f'\", "
        "'overwritten' or 'wrong sign'.",
        "missing f'",
        (
            Mistake("a transpose", "It is wrong for a tiny Z too. When would it be right?", "transposed"),
            Mistake("an overwritten sum", "Half of the sum is lost, whatever Z is.", "overwritten"),
            Mistake("the sign", "A wrong sign stays wrong at every point.", "wrong sign"),
        ),
        "Which of the four makes no difference where tanh has slope 1?",
        "Make a suspect harmless: if the check then passes, it was this one.",
        choices=("transposed", "missing f'", "overwritten", "wrong sign"),
    ),
    Exercise(
        "18-fan-out",
        "A function of D, U, D2 and W2 that returns the gradient for H, shape (N, n), which goes two ways.",
        lambda D, U, D2, W2: D @ U + D2 @ W2,
        (
            Mistake("overwritten", "Only one way is left. What became of the other?", lambda D, U, D2, W2: D2 @ W2),
            Mistake(
                "the second way is forgotten",
                "H also feeds another layer. What comes back from it?",
                lambda D, U, D2, W2: D @ U,
            ),
            Mistake(
                "the mean of both ways",
                "A nudge of H acts along both ways at once. Do the effects add, or average?",
                lambda D, U, D2, W2: (D @ U + D2 @ W2) / 2,
            ),
            Mistake(
                "the ways are multiplied",
                "Along one way factors multiply. What do two ways side by side do?",
                lambda D, U, D2, W2: (D @ U) * (D2 @ W2),
            ),
            Mistake(
                "summed over the batch",
                "Each window has its own row of H, and its own gradient.",
                lambda D, U, D2, W2: (D @ U + D2 @ W2).sum(axis=0),
            ),
        ),
        "Find what comes back along each way alone; both have the shape of H.",
        "A value that is used twice gets the sum.",
        inputs=_two_ways,
        arguments=("D", "U", "D2", "W2"),
    ),
    Exercise(
        "18-floor",
        "A function of the number of classes K that returns the lowest loss when softmax is applied twice.",
        lambda K: np.log(1 + (K - 1) / np.e),
        (
            Mistake("no floor", "That needs scores that differ by a lot. By how much can they?", lambda K: 0.0),
            Mistake("the loss of knowing nothing", "That is the first loss, with equal scores.", lambda K: np.log(K)),
            Mistake(
                "the right score is not subtracted",
                "The loss is the log of the sum of all exponentials, minus something.",
                lambda K: np.log(np.e + K - 1),
            ),
            Mistake(
                "the probability itself",
                "That is the probability of the right class. The loss is its negative logarithm.",
                lambda K: np.e / (np.e + K - 1),
            ),
            Mistake(
                "all classes count as wrong ones",
                "How many scores are 0, when one of them is 1?",
                lambda K: np.log(1 + K / np.e),
            ),
        ),
        "The scores are 1 for the right class and 0 for the others. What is the softmax of the right one?",
        "A loss that settles near this number is the fingerprint of a doubled softmax.",
        inputs=lambda rng: (int(rng.integers(3, 30)),),
        arguments=("K",),
    ),
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
        choices=("clipped loss", "dead ReLU", "saturation", "missing zero_grad"),
    ),
    Exercise(
        "18-again",
        "A function of r and t that returns the length of a gradient of length 1 along an eigenvector of eigenvalue r "
        "after t steps back.",
        lambda r, t: r**t,
        (
            Mistake("added, not multiplied", "Two steps multiply by r twice. Is that 2r?", lambda r, t: r * t),
            Mistake("base and power are swapped", "Which of the two is multiplied with itself?", lambda r, t: t**r),
            Mistake("grown like interest from e", "Close only when r is near 1.", lambda r, t: np.exp((r - 1) * t)),
            Mistake("one step too many", "After no step at all the length is 1.", lambda r, t: r ** (t + 1)),
        ),
        "One step multiplies the length by r. And two?",
        "The length is exponential in the number of steps.",
        inputs=lambda rng: (float(rng.uniform(0.7, 1.4)), int(rng.integers(5, 12))),
        arguments=("r", "t"),
    ),
    Exercise(
        "18-misprints",
        "Which of the printed formulas A to F are true, six times True or False.",
        (False, False, True, False, True, False),
        (
            Mistake("all of them", "Begin with the shapes: does each side fit the other?", (True,) * 6),
            Mistake(
                "a sign slipped through",
                "In A, raise p above y. Does the loss rise or fall?",
                (True, False, True, False, True, False),
            ),
            Mistake(
                "a shape slipped through",
                "In B, a row meets a column entry by entry. Do their shapes agree?",
                (False, True, True, False, True, False),
            ),
            Mistake(
                "a prime slipped through",
                "In F, does the error signal hold the value of the nonlinearity, or its slope?",
                (False, False, True, False, True, True),
            ),
            Mistake(
                "an outer product the wrong way round",
                "In D, which shape does the right side have, and which does W have?",
                (False, False, True, True, True, False),
            ),
            Mistake(
                "a true one is suspected",
                "In E, the class is not the right one, so nothing is subtracted from its probability.",
                (False, False, True, False, False, False),
            ),
        ),
        "Check shapes first, then signs, then which f has a prime.",
        "Nobody had run the equations.",
        labels=tuple("ABCDEF"),
    ),
)
