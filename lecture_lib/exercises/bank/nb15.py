"""Exercises of notebook 15: learning rates and optimizers."""

from typing import Any

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import varying


def _momentum(rng: np.random.Generator) -> tuple[Any, Any, Any, float, float]:
    n = int(rng.integers(5, 9))
    theta, v, g = rng.normal(size=(3, n))
    return theta, v, g, float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.6, 0.95))


def _epochs(rng: np.random.Generator) -> tuple[float, int, int]:
    # Before the first drop, at a drop, and between two, where rounding up, rounding down and not rounding differ.
    k = int(rng.integers(3, 6))
    epochs = (k - 1, k * int(rng.integers(2, 4)), k * int(rng.integers(2, 5)) + int(rng.integers(1, k)))
    return float(rng.uniform(0.1, 0.9)), int(rng.choice(epochs)), k


def _stability(steepest: int = 20) -> Exercise:
    return Exercise(
        "15-stability",
        f"The largest stable rate of plain descent on a bowl whose Hessian has the eigenvalues 1 and {steepest}.",
        2 / steepest,
        (
            Mistake(
                "1/λ",
                "At that rate the steep direction arrives in one step. How much further before it diverges?",
                1 / steepest,
            ),
            Mistake("the flat direction", "Which direction blows up first?", 2),
            Mistake("half the Hessian", "For ½λθ² the slope is λθ. Is the ½ still there?", 4 / steepest),
            Mistake("the mean curvature", "Is the steep direction content with a mean?", 4 / (1 + steepest)),
            Mistake("the curvatures added", "Do the two directions know of each other?", 2 / (1 + steepest)),
        ),
        "One direction alone: θ becomes (1 - rate · λ) θ. When does that stop shrinking?",
        "The steepest direction sets the limit: 2/λmax.",
        way=lambda: 2 / steepest,
    )


def _adam(rate: float = 0.01, g: int = 5) -> Exercise:
    return Exercise(
        "15-adam",
        f"How far Adam (rate {rate}, betas 0.9 and 0.999) moves a parameter in its first step, with the gradient {g}.",
        rate,
        (
            Mistake("plain descent", "That is the rate times the gradient. What does Adam divide by?", rate * g),
            Mistake(
                "no correction",
                "Both means begin at 0 and are still too small. What corrects them?",
                rate * 0.1 * g / np.sqrt(0.001 * g**2),
            ),
            Mistake("only the squares corrected", "Is the mean of the gradient right already?", rate * 0.1 * g / g),
            Mistake(
                "only the gradient corrected",
                "Is the mean of the squares right already?",
                rate * g / (0.001 * g**2) ** 0.5,
            ),
            Mistake("no root", "Divide by the root of the mean square.", rate * g / g**2),
            Mistake("the rate forgotten", "That is the quotient. What is it multiplied by?", 1),
        ),
        "Compute v and q, correct each by its 1 - βᵗ, then divide.",
        "Whatever the gradient, the first step is as long as the rate.",
        measure=lambda answer: np.abs(answer),
        way=lambda: rate * (0.1 * g / (1 - 0.9)) / np.sqrt(0.001 * g**2 / (1 - 0.999)),
    )


EXERCISES = (
    retrieval(
        "15",
        (4, 0.01, 1),
        ("the variance", "He's variance", "the rows"),
        (0, 2, "the standard deviation", "That is the root of what is asked for."),
        (0, 0.01, "one term", "400 such terms are added up."),
        (1, 0.1, "the standard deviation", "The variance is asked for, not its root."),
        (1, 0.005, "nothing for ReLU", "A rectifier takes half of the squares away. What makes up for it?"),
        (2, 8, "the symmetry broken", "Equal units see the same, and get the same gradient."),
    ),
    Exercise(
        "15-factor",
        "A function of the rate and the curvature: by what one step on ½λθ² multiplies the distance to the minimum.",
        lambda rate, curvature: 1 - rate * curvature,
        (
            Mistake("uphill", "Which way does the step go?", lambda rate, curvature: 1 + rate * curvature),
            Mistake(
                "half the curvature",
                "The slope of ½λθ²: is the ½ still there?",
                lambda rate, curvature: 1 - rate * curvature / 2,
            ),
            Mistake(
                "the step, not what is left",
                "That share of the distance is taken away. How much of it is left?",
                lambda rate, curvature: rate * curvature,
            ),
            Mistake("the curvature is lost", "The step is the rate times the slope.", lambda rate, curvature: 1 - rate),
            Mistake(
                "divided by the curvature",
                "A steeper valley makes a longer step.",
                lambda rate, curvature: 1 - rate / curvature,
            ),
            Mistake(
                "without its sign",
                "Which side of the minimum does the step end on?",
                lambda rate, curvature: abs(1 - rate * curvature),
            ),
        ),
        "Write the new θ as a number times the old one.",
        "The same factor at every step: below -1 the path diverges.",
        inputs=lambda rng: (float(rng.uniform(0.5, 0.9)), float(rng.uniform(2.5, 4.0))),
        arguments=("rate", "curvature"),
    ),
    varying(_stability, steepest=range(3, 60)),
    Exercise(
        "15-momentum",
        "A function of θ, v, g, all (n,), lr and mu that returns θ after one step with momentum.",
        lambda theta, v, g, lr, mu: theta - lr * (mu * v + g),
        (
            Mistake("the old velocity", "First the velocity is renewed.", lambda theta, v, g, lr, mu: theta - lr * v),
            Mistake("without momentum", "Where is the velocity?", lambda theta, v, g, lr, mu: theta - lr * g),
            Mistake(
                "nothing of the velocity is lost",
                "Only a share of the old velocity is kept.",
                lambda theta, v, g, lr, mu: theta - lr * (v + g),
            ),
            Mistake(
                "a mean instead of a sum",
                "Here the gradient comes in at full size.",
                lambda theta, v, g, lr, mu: theta - lr * (mu * v + (1 - mu) * g),
            ),
            Mistake(
                "the share on the gradient",
                "Which of the two is kept in part: what was, or what comes?",
                lambda theta, v, g, lr, mu: theta - lr * (v + mu * g),
            ),
            Mistake(
                "the rate on the gradient only",
                "The rate multiplies the whole velocity.",
                lambda theta, v, g, lr, mu: theta - (mu * v + lr * g),
            ),
            Mistake("uphill", "The step goes against it.", lambda theta, v, g, lr, mu: theta + lr * (mu * v + g)),
            Mistake("the step alone", "Where does θ end?", lambda theta, v, g, lr, mu: -lr * (mu * v + g)),
            Mistake("the new velocity", "That is v. Now move θ.", lambda theta, v, g, lr, mu: mu * v + g),
        ),
        "Two lines: renew v, then move θ against it.",
        "What points the same way adds up; what changes sign cancels.",
        inputs=_momentum,
        arguments=("theta", "v", "g", "lr", "mu"),
    ),
    varying(_adam, rate=(0.001, 0.002, 0.003, 0.005, 0.02, 0.03, 0.05), g=range(2, 10)),
    Exercise(
        "15-absent",
        "The optimizers that still move a word's vector at step 2, if it had a gradient at step 1 and none at step 2.",
        ("momentum", "Adam"),
        (
            Mistake("one velocity is forgotten", "Adam is not alone in keeping a velocity.", ("Adam",)),
            Mistake("one velocity is forgotten", "Momentum is not alone in keeping one.", ("momentum",)),
            Mistake(
                "every memory",
                "A memory of squares divides the gradient. What is 0 divided by something?",
                ("momentum", "Adagrad", "RMSprop", "Adam"),
            ),
            Mistake(
                "running means",
                "RMSprop's mean changes, but what does it divide?",
                ("momentum", "RMSprop", "Adam"),
            ),
            Mistake(
                "sparse like dense",
                "Which rows does the sparse variant touch at all?",
                ("momentum", "Adam", "SparseAdam"),
            ),
            Mistake(
                "all with their own rates",
                "Put g = 0 into each rule. What is left of the step?",
                ("Adagrad", "RMSprop", "Adam"),
            ),
            Mistake("none", "Put g = 0 into the rules that keep a velocity.", ()),
            Mistake("plain descent", "Its step is the rate times the gradient, which is 0 here.", ("SGD",)),
        ),
        "Put g = 0 into each rule: which step does not become 0?",
        "A velocity outlives its gradient; a memory of squares only divides.",
        choices=("SGD", "momentum", "Adagrad", "RMSprop", "Adam", "SparseAdam"),
    ),
    Exercise(
        "15-halve",
        "A function of lr, epoch (from 0) and every: the rate if it is halved after each `every` epochs.",
        lambda lr, epoch, every: lr * 0.5 ** (epoch // every),
        (
            Mistake(
                "falling smoothly",
                "Between two drops the rate stays.",
                lambda lr, epoch, every: lr * 0.5 ** (epoch / every),
            ),
            Mistake(
                "halved every epoch", "How many epochs lie between two drops?", lambda lr, epoch, every: lr * 0.5**epoch
            ),
            Mistake(
                "one drop too early",
                "Which rate does epoch 0 have?",
                lambda lr, epoch, every: lr * 0.5 ** (epoch // every + 1),
            ),
            Mistake(
                "divided, not halved again",
                "The second drop halves what the first one left.",
                lambda lr, epoch, every: lr / (2 * (epoch // every)),
            ),
            Mistake("the rest", "% is the rest of the division.", lambda lr, epoch, every: lr * 0.5 ** (epoch % every)),
            Mistake(
                "the count as a factor",
                "Two drops: is that a half times two?",
                lambda lr, epoch, every: lr * 0.5 * (epoch // every),
            ),
            Mistake(
                "halved once",
                "And after as many epochs again?",
                lambda lr, epoch, every: lr / 2 if epoch >= every else lr,
            ),
        ),
        "Count the drops so far, then halve that many times.",
        "A staircase: full, half, a quarter, an eighth.",
        inputs=_epochs,
        arguments=("lr", "epoch", "every"),
    ),
)
