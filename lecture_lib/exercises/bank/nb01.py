"""Exercises of notebook 01: windows, and one pass through the network."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import layer, logistic
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.variants import varying

PAD = "<padding>"


def _window(ids: Any, i: int) -> Any:
    padded = [0, 0, *ids, 0, 0]
    return padded[i : i + 5]


def _wrapped(ids: Any, i: int) -> Any:
    return np.take(ids, range(i - 2, i + 3), mode="wrap")


def _starting(ids: Any, i: int) -> Any:
    return [*ids, 0, 0, 0, 0][i : i + 5]


def _narrow(ids: Any, i: int) -> Any:
    return [0, *ids, 0][i : i + 3]


def _clipped(ids: Any, i: int) -> Any:
    return np.take(ids, range(i - 2, i + 3), mode="clip")


def _sentence(rng: np.random.Generator) -> tuple[Any, int]:
    length = int(rng.integers(6, 10))
    # Near the ends, where windows go wrong.
    return rng.permutation(np.arange(2, 40))[:length], int(rng.choice([0, 1, length - 1]))


def _window_length(d: int = 300) -> Exercise:
    return Exercise(
        "01-window-length",
        f"The number of entries of x for word vectors of {d} numbers and two neighbors on each side.",
        5 * d,
        (
            Mistake("one word only", "How many word vectors lie end to end in x?", d),
            Mistake("the word in the middle is missing", "Two and two neighbors, and who else?", 4 * d),
            Mistake("one neighbor a side", "Two neighbors stand on each side.", 3 * d),
            Mistake("one side only", "There are neighbors to the left and to the right.", 2 * d),
        ),
        "Count the words in a window, then the numbers for each.",
        "x has 5d entries.",
        way=lambda: (2 + 1 + 2) * d,
    )


def _batch_shape(batch: int = 32, m: int = 250, n: int = 8) -> Exercise:
    return Exercise(
        "01-batch-shape",
        f"The shape of X @ W.T + b for {batch} windows as the rows of X ({batch}, {m}), W of shape ({n}, {m}), "
        f"b of shape ({n},).",
        (batch, n),
        (
            Mistake(
                "the batch as columns",
                "The windows are the rows of X. Which axis of a product comes from its left factor?",
                (n, batch),
            ),
            Mistake("nothing was summed", "The inner numbers agree, and then they are gone.", (batch, m)),
            Mistake(
                "nothing was summed",
                "Three axes hold every single product. @ also adds. Over which axis?",
                (batch, m, n),
            ),
            Mistake("the batch is forgotten", "That is one window's z. How many windows went in?", (n,)),
        ),
        "Write the shapes of X and W.T side by side. What do the rows of the result stand for?",
        "One window a row: the batch keeps its axis, and b is added to every row.",
    )


EXERCISES = (
    Exercise(
        "01-first-window",
        'The five tokens of the window around the first word of ["Maria", "flew", "to", "Paris", "today"], '
        f'with "{PAD}" beyond the ends.',
        [PAD, PAD, "Maria", "flew", "to"],
        (
            Mistake(
                "not centered",
                "The word in question belongs in the middle. Who is in the middle of yours?",
                ["Maria", "flew", "to", "Paris", "today"],
            ),
            Mistake(
                "too little padding",
                "How many places are there to the left of the middle?",
                [PAD, "Maria", "flew", "to", "Paris"],
            ),
            Mistake(
                "wrapped around",
                "Does the end of a sentence stand before its beginning?",
                ["Paris", "today", "Maria", "flew", "to"],
            ),
        ),
        "Draw five boxes, put Maria into the middle one, and fill the others from the sentence.",
        "Padding keeps the word in question in the middle, even at the ends.",
        choices=(PAD, "Maria", "flew", "to", "Paris", "today"),
        ordered=True,
        labels=("the first place", "the second", "the third", "the fourth", "the fifth"),
    ),
    Exercise(
        "01-window",
        "A function of ids, shape (N,), and a position i that returns the five ids around it, with 0 beyond the ends.",
        _window,
        (
            Mistake(
                "not centered",
                "Yours begins at position i. Where must a window begin so that i is its middle?",
                _starting,
            ),
            Mistake("wrapped around", "A negative index counts from the end. Pad before you cut.", _wrapped),
            Mistake("one neighbor a side", "Two neighbors on each side make how many ids?", _narrow),
            Mistake(
                "the end is repeated", "Beyond the ends stands padding, id 0, and not the last word again.", _clipped
            ),
        ),
        "Put two zeros before the ids and two behind them. Where does the window begin then?",
        "Pad once, and every window is a plain slice.",
        inputs=_sentence,
        arguments=("ids", "i"),
    ),
    varying(_window_length, d=range(60, 400, 10)),
    Exercise(
        "01-middle",
        "A function of x, shape (5d,), and d that returns the vector of the word in the middle, shape (d,).",
        lambda x, d: x[2 * d : 3 * d],
        (
            Mistake("the word before", "How many words lie before the middle one?", lambda x, d: x[d : 2 * d]),
            Mistake(
                "the word after",
                "Counting starts at 0. How many words lie before the middle one?",
                lambda x, d: x[3 * d : 4 * d],
            ),
            Mistake("the first word", "That is the word two places to the left.", lambda x, d: x[:d]),
            Mistake(
                "every fifth entry", "The vectors lie end to end, one whole word after the other.", lambda x, d: x[2::5]
            ),
        ),
        "Where does the third of five pieces of length d begin, and where does it end?",
        "The word in question always sits in the middle fifth.",
        inputs=lambda rng: (rng.normal(size=5 * (d := int(rng.integers(3, 9)))), d),
        arguments=("x", "d"),
    ),
    varying(_batch_shape, batch=range(16, 64), m=range(100, 400, 10), n=range(5, 13)),
    Exercise(
        "01-forward",
        "A function of x, W, b, u that returns the probability p = σ(uᵀ tanh(Wx + b)).",
        lambda x, W, b, u: logistic(u @ np.tanh(W @ x + b)),
        (
            Mistake(
                "a score, not a probability",
                "A score can be any number. What squeezes it between 0 and 1?",
                lambda x, W, b, u: u @ np.tanh(W @ x + b),
            ),
            Mistake(
                "no nonlinearity",
                "Without f the layers collapse into one. Where does h bend?",
                lambda x, W, b, u: logistic(u @ (W @ x + b)),
            ),
            Mistake(
                "the bias is missing",
                "A unit with inputs 0 need not be at 0.",
                lambda x, W, b, u: logistic(u @ np.tanh(W @ x)),
            ),
            Mistake(
                "the bias after the nonlinearity",
                "Is b part of z, or is it added to h?",
                lambda x, W, b, u: logistic(u @ (np.tanh(W @ x) + b)),
            ),
            Mistake(
                "not summed",
                "u ∘ h is still a vector. The score is one number.",
                lambda x, W, b, u: logistic(u * np.tanh(W @ x + b)),
            ),
        ),
        "One line each for z, h, s and p, with the shape of each beside it.",
        "Four lines are the whole network.",
        inputs=layer,
        arguments=("x", "W", "b", "u"),
    ),
)
