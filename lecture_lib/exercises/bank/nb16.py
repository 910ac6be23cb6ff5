"""Exercises of notebook 16: scores of a tagger, the penalty, and how many vectors an optimizer moves."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _counts(rng: np.random.Generator) -> tuple[int, int, int]:
    right = int(rng.integers(3, 9))
    reported = right + int(rng.integers(2, 6))
    return right, reported, reported + int(rng.integers(3, 9))


def _penalized(rng: np.random.Generator) -> tuple[Any, Any, float]:
    n, m = sizes(rng)
    return rng.normal(size=(n, m)), rng.normal(size=(n, m)), float(rng.uniform(0.2, 0.4))


def _batches(rng: np.random.Generator) -> tuple[Any]:
    """Batches with repeated words; some words of the last one are old, some new, and some old ones are missing."""
    words, met, fresh, back = (
        rng.permutation(40),
        int(rng.integers(6, 10)),
        int(rng.integers(2, 5)),
        int(rng.integers(1, 4)),
    )
    old, new = words[:met], words[met : met + fresh]
    last = np.resize(np.concatenate([old[:back], new]), 10)
    return (np.array([*(rng.choice(old, 10) for _ in range(int(rng.integers(2, 5)))), np.resize(old, 10), last]),)


EXERCISES = (
    retrieval(
        "16",
        (0.5, 0.01, 0.25),
        ("the limit", "the step", "the probability"),
        (0, 0.25, "one step", "At that rate one step arrives. How far beyond may it go?"),
        (0, 8, "multiplied", "A steeper valley wants a smaller rate."),
        (1, 0.05, "the gradient counted", "Adam divides the gradient by its usual size."),
        (
            1,
            5,
            "the gradient itself",
            "Adam divides the gradient by its usual size. What is left of it, times the rate?",
        ),
        (2, 1, "not shared", "All four together are 1."),
    ),
    Exercise(
        "16-span",
        "The F1 of whole names when the truth is B-LOC I-LOC and the prediction is B-LOC O.",
        0,
        (
            Mistake("token F1", "That counts words. How many whole names are right?", 2 / 3),
            Mistake("token recall", "That is the share of words found. How many whole names are right?", 0.5),
            Mistake("the start only", "A name is right when its type, its start and its end are right.", 1),
        ),
        "Write down the true names and the reported names, each with its start and end. Which are in both lists?",
        "Half a name is no name: nothing reported is right.",
        measure=lambda score: np.round(score, 2),
    ),
    Exercise(
        "16-f1",
        "A function of the numbers of right, of reported and of true spans that returns (precision, recall, F1).",
        lambda right, reported, true: (right / reported, right / true, 2 * right / (reported + true)),
        (
            Mistake(
                "precision and recall are swapped",
                "Precision asks about what was reported, recall about what is there.",
                lambda right, reported, true: (right / true, right / reported, 2 * right / (reported + true)),
            ),
            Mistake(
                "the plain mean",
                "F1 is not halfway between the two: it lies nearer to the smaller one.",
                lambda right, reported, true: (right / reported, right / true, (right / reported + right / true) / 2),
            ),
            Mistake(
                "a factor is missing in F1",
                "If everything is right, F1 must be 1. What is yours?",
                lambda right, reported, true: (right / reported, right / true, right / (reported + true)),
            ),
            Mistake(
                "the share of all spans",
                "You divide by all spans that are true or reported. F1 divides by the mean of the two counts.",
                lambda right, reported, true: (right / reported, right / true, right / (reported + true - right)),
            ),
        ),
        "Compute precision and recall first, then put them into 2pq/(p + q).",
        "F1 is the number of right spans over the mean of reported and true ones.",
        inputs=_counts,
        arguments=("right", "reported", "true"),
        labels=("precision", "recall", "F1"),
    ),
    Exercise(
        "16-penalty",
        "A function of grad_L, W and lam that returns the gradient of J = L + λ‖W‖², shape (n, m).",
        lambda grad_L, W, lam: grad_L + 2 * lam * W,
        (
            Mistake("the 2 is missing", "What is the slope of w² at w = 3?", lambda grad_L, W, lam: grad_L + lam * W),
            Mistake(
                "the penalty, not its gradient",
                "That adds one number everywhere. How does the penalty move when one weight moves?",
                lambda grad_L, W, lam: grad_L + lam * np.sum(W**2),
            ),
            Mistake(
                "the wrong direction",
                "A step goes against the gradient. With your sign, would it make large weights smaller?",
                lambda grad_L, W, lam: grad_L - 2 * lam * W,
            ),
            Mistake(
                "the squares themselves",
                "λw² is the penalty of one weight. What is its slope?",
                lambda grad_L, W, lam: grad_L + lam * W**2,
            ),
            Mistake(
                "the penalty of absolute values",
                "The sign of W belongs to the sum of |w|. Here squares are added up.",
                lambda grad_L, W, lam: grad_L + lam * np.sign(W),
            ),
            Mistake(
                "the same pull on all weights",
                "Does a weight of 3 feel the same pull as one of 0.01?",
                lambda grad_L, W, lam: grad_L + 2 * lam,
            ),
        ),
        "The gradient of a sum is the sum of the gradients.",
        "The penalty pulls every weight toward 0, in proportion to its size.",
        inputs=_penalized,
        arguments=("grad_L", "W", "lam"),
    ),
    Exercise(
        "16-decay",
        "How many times as much L2 inside Adam shrinks a weight of 2 as a weight of 0.5 in the first step, where only "
        "the penalty has a gradient: a tuple (Adam with L2, AdamW).",
        (1, 4),
        (
            Mistake("L2 and decay are one", "Adam divides a gradient by its size. Is the penalty's spared?", (4, 4)),
            Mistake("the two are swapped", "Which of the two sends the penalty through Adam's quotient?", (4, 1)),
            Mistake("both divided", "AdamW shrinks the weight outside of Adam's step, by a share of it.", (1, 1)),
            Mistake("squares compared", "The penalty goes with the square. And its slope?", (1, 16)),
        ),
        "What is left of a gradient in Adam's first step? And what does AdamW multiply the weight by?",
        "Adam makes every first step as long as the rate; AdamW takes the same share of each weight.",
        labels=("Adam with L2", "AdamW"),
    ),
    Exercise(
        "16-absent",
        "A function of an array of word ids, one batch in each row, that returns how many rows of E dense Adam moves "
        "in the last step, and how many SparseAdam moves.",
        lambda batches: (np.unique(batches).size, np.unique(batches[-1]).size),
        (
            Mistake(
                "places, not words",
                "A word that stands in a batch three times is still one row of E.",
                lambda batches: (batches.size, batches[-1].size),
            ),
            Mistake(
                "both Adams move the same rows",
                "They share the rule. Do they apply it to the same rows?",
                lambda batches: (np.unique(batches[-1]).size, np.unique(batches[-1]).size),
            ),
            Mistake(
                "only the absent words",
                "Dense Adam moves the absent words that it remembers. What does it do to those that are present?",
                lambda batches: (np.setdiff1d(batches, batches[-1]).size, np.unique(batches[-1]).size),
            ),
            Mistake(
                "the two are swapped",
                "Which of the two has a memory that it also uses for absent words?",
                lambda batches: (np.unique(batches[-1]).size, np.unique(batches).size),
            ),
            Mistake(
                "counted batch by batch",
                "A word that comes in two batches is still one row of E.",
                lambda batches: (sum(np.unique(ids).size for ids in batches), np.unique(batches[-1]).size),
            ),
        ),
        "Which words does each of the two know a running mean for, and which of these does it move?",
        "Dense Adam moves every word it has met, SparseAdam those of the present batch.",
        inputs=_batches,
        arguments=("batches",),
        labels=("dense Adam", "SparseAdam"),
    ),
)
