"""Exercises of notebook 17: what moves when word vectors are fine-tuned, and differences against chance."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import logistic, sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _word(rng: np.random.Generator) -> tuple[Any, float, Any, float]:
    d = sizes(rng)[1]
    return rng.normal(size=d), float(rng.uniform(0.1, 0.9)), rng.normal(size=d), float(rng.normal())


def _pairs(rng: np.random.Generator) -> tuple[Any, Any]:
    a = rng.uniform(0.4, 0.6, int(rng.integers(3, 7)))
    return a, a + rng.normal(0.02, 0.05, a.size)


EXERCISES = (
    retrieval(
        "17",
        (0.6, 0.75, -0.1),
        ("the precision", "the recall", "the slope"),
        (0, 0.75, "recall", "That is the share of the true spans that were found."),
        (1, 0.6, "precision", "That is the share of the reported spans that are right."),
        (2, 0.1, "the sign is lost", "The slope of w² has the sign of w."),
        (2, -0.05, "the 2 is missing", "What is the slope of w²?"),
        (2, 0.25, "the penalty itself", "That is what the penalty is. How steep is it?"),
    ),
    Exercise(
        "17-word-gradient",
        "A function of x, y, u and b that returns the gradient of the logistic loss for the vector x, shape (d,).",
        lambda x, y, u, b: (logistic(u @ x + b) - y) * u,
        (
            Mistake(
                "that is the gradient of u",
                "The score is u·x + b. What multiplies x in it?",
                lambda x, y, u, b: (logistic(u @ x + b) - y) * x,
            ),
            Mistake(
                "the loss is forgotten",
                "That is how the score answers to x. How does the loss answer to the score?",
                lambda x, y, u, b: u,
            ),
            Mistake(
                "the wrong side",
                "Take a word with y = 1 and a small p. A step against your gradient: does the score rise?",
                lambda x, y, u, b: (y - logistic(u @ x + b)) * u,
            ),
            Mistake(
                "the squared loss",
                "p(1 - p) comes in with the squared loss. With the logistic loss it cancels.",
                lambda x, y, u, b: 2 * (lambda p: (p - y) * p * (1 - p))(logistic(u @ x + b)) * u,
            ),
            Mistake(
                "u and x multiplied",
                "The slope of u·x in x_i is one number. Does x_i stand in it?",
                lambda x, y, u, b: (logistic(u @ x + b) - y) * u * x,
            ),
        ),
        "Two factors: how the loss answers to the score, and how the score answers to x.",
        "The vector moves along u, toward its own side of the boundary.",
        inputs=_word,
        arguments=("x", "y", "u", "b"),
    ),
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
        labels=("the vector of tv", "the vector of television", "P(television)"),
    ),
    Exercise(
        "17-still",
        "How many of 57,057 word vectors stand exactly still when a model is fine-tuned on 207 of them.",
        57057 - 207,
        (
            Mistake("those that move", "These occur in the training data. Which are asked for?", 207),
            Mistake("all stand still", "That is the frozen model. Do no vectors learn here?", 57057),
            Mistake("none stands still", "Does a loss depend on a word that is in no example?", 0),
            Mistake("only the held-out word", "How many other words are not in the training data either?", 1),
        ),
        "A vector moves only if some loss depends on it.",
        "Nearly all of them: fine-tuning touches the words of the training data alone.",
        way=lambda: 57057 - 207,
    ),
    Exercise(
        "17-paired",
        "A function of first and second, shape (k,) each, entry for entry with the same seeds, that returns the mean "
        "of second - first and its sample standard deviation.",
        lambda first, second: (np.mean(second - first), np.std(second - first, ddof=1)),
        (
            Mistake(
                "divided by k",
                "For a sample of k differences divide by k - 1.",
                lambda first, second: (np.mean(second - first), np.std(second - first)),
            ),
            Mistake(
                "the pairs are torn apart",
                "That is the spread of two separate groups. What do the pairs share, and where does it cancel?",
                lambda first, second: (
                    np.mean(second - first),
                    np.sqrt(np.var(first, ddof=1) + np.var(second, ddof=1)),
                ),
            ),
            Mistake(
                "first minus second",
                "Which of the two should come out ahead when the mean is above 0?",
                lambda first, second: (np.mean(first - second), np.std(first - second, ddof=1)),
            ),
            Mistake(
                "distances without a sign",
                "A seed that favors the first way has to count against the second.",
                lambda first, second: (np.mean(np.abs(second - first)), np.std(np.abs(second - first), ddof=1)),
            ),
        ),
        "First subtract, then compute both figures from the differences.",
        "What a seed does to both ways cancels in the difference.",
        inputs=_pairs,
        arguments=("first", "second"),
        labels=("the mean", "the standard deviation"),
    ),
)
