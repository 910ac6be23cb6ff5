"""Exercises of notebook 05: the error signal δ."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import layer, logistic, sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _steep(z: Any) -> Any:
    return 1 - np.tanh(z) ** 2


def _signal_and_weights(rng: np.random.Generator) -> tuple[Any, Any]:
    n, m = sizes(rng)
    return rng.normal(size=n), rng.normal(size=(n, m))


def _two_layers(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    n, m = sizes(rng)
    return rng.normal(size=n), rng.normal(size=(n, m)), rng.normal(size=m)


EXERCISES = (
    retrieval(
        "05",
        (24, 300, 250),
        ("the slope", "the multiplications", "the columns"),
        (0, 12, "the slope at the wrong place", "The second step starts at y, which is 2."),
        (1, 2200, "from the right", "So many does it take if the two matrices are multiplied first."),
        (1, 2000, "one product", "There are two products, and each has a count."),
        (2, 1, "rows and columns swapped", "Inputs are counted by columns."),
    ),
    Exercise(
        "05-delta",
        "A function of x, W, b, u that returns δ = ∇_z s for s = uᵀ tanh(Wx + b), shape (n,).",
        lambda x, W, b, u: u * _steep(W @ x + b),
        (
            Mistake("f' is missing", "That is ∇_h s. What happens between h and z?", lambda x, W, b, u: u),
            Mistake(
                "the upstream gradient is missing",
                "That is f'(z) alone. How much does the score care about each unit?",
                lambda x, W, b, u: _steep(W @ x + b),
            ),
            Mistake(
                "f in place of f'",
                "δ tells how fast h moves with z, not how large h is.",
                lambda x, W, b, u: u * np.tanh(W @ x + b),
            ),
            Mistake(
                "1 - z²",
                "tanh' is one minus the square of the output, not of the input.",
                lambda x, W, b, u: u * (1 - (W @ x + b) ** 2),
            ),
            Mistake(
                "the square is missing",
                "tanh is flat where its output is 1, and also where it is -1. Is your slope 0 at both?",
                lambda x, W, b, u: u * (1 - np.tanh(W @ x + b)),
            ),
            Mistake(
                "summed",
                "δ has one entry for each unit. Which product does not sum?",
                lambda x, W, b, u: u @ _steep(W @ x + b),
            ),
            Mistake("the bias is missing", "At which z do you take the slope?", lambda x, W, b, u: u * _steep(W @ x)),
        ),
        "The signal from above, times the slope of f at z, entry by entry.",
        "Every gradient below this layer begins with this vector.",
        inputs=layer,
        arguments=("x", "W", "b", "u"),
    ),
    Exercise(
        "05-input",
        "A function of delta (n,) and W (n, m) that returns ∇_x s, shape (m,).",
        lambda delta, W: W.T @ delta,
        (
            Mistake(
                "W without its transpose",
                "W takes m numbers to n. Which way does the signal go now?",
                lambda delta, W: W @ delta,
            ),
            Mistake(
                "not summed",
                "x_j feeds every unit. What becomes of the n contributions?",
                lambda delta, W: W * delta[:, None],
            ),
            Mistake(
                "the error signal is lost",
                "That adds up the weights of x_j. By what is each weighed?",
                lambda delta, W: W.sum(axis=0),
            ),
            Mistake(
                "multiplied by a sum",
                "Each unit has its own δ_i. Weigh first, then add.",
                lambda delta, W: W.sum(axis=0) * delta.sum(),
            ),
        ),
        "x_j reaches the score through every unit i, with weight W_ij. Add over i.",
        "What goes forward through W comes back through its transpose.",
        inputs=_signal_and_weights,
        arguments=("delta", "W"),
    ),
    Exercise(
        "05-logistic",
        "A function of z and u, both (n,), that returns δ = ∇_z s for s = uᵀ σ(z).",
        lambda z, u: u * logistic(z) * (1 - logistic(z)),
        (
            Mistake(
                "the slope of tanh",
                "1 - h² belongs to tanh. What is σ' in terms of h?",
                lambda z, u: u * (1 - logistic(z) ** 2),
            ),
            Mistake(
                "the layer still bends with tanh",
                "That is δ for h = tanh(z). Here h = σ(z).",
                lambda z, u: u * _steep(z),
            ),
            Mistake(
                "z(1 - z)", "σ' is written with the output of σ, not with its input.", lambda z, u: u * z * (1 - z)
            ),
            Mistake(
                "the upstream gradient is missing",
                "How much does the score care about each unit?",
                lambda z, u: logistic(z) * (1 - logistic(z)),
            ),
            Mistake("f in place of f'", "That is u ∘ h. Which slope is wanted?", lambda z, u: u * logistic(z)),
            Mistake(
                "half of σ'",
                "At z = 5 the unit is saturated. Does your slope go to 0 there?",
                lambda z, u: u * (1 - logistic(z)),
            ),
        ),
        "Only f' has changed. What is the slope of σ, written with h = σ(z)?",
        "Another nonlinearity changes one factor, and nothing else.",
        inputs=lambda rng: (rng.normal(size=(n := int(rng.integers(3, 7)))), rng.normal(size=n)),
        arguments=("z", "u"),
    ),
    Exercise(
        "05-row",
        "A function of an error signal that is a row, an array of shape (1, n), that returns our delta, shape (n,).",
        lambda row: row[0],
        (
            Mistake("unchanged", "It still has two axes.", lambda row: row),
            Mistake(
                "a column with two axes", "On paper δ is a column. How many axes has the array?", lambda row: row.T
            ),
            Mistake("summed", "Nothing is to be added: the same n numbers, on one axis.", lambda row: row.sum()),
            Mistake("one entry", "A row of two axes: what does its first index choose?", lambda row: row[0, 0]),
        ),
        "The same numbers, with one axis instead of two.",
        "Row, column, array: the same numbers under three habits.",
        inputs=lambda rng: (rng.normal(size=(1, sizes(rng)[0])),),
        arguments=("row",),
    ),
    Exercise(
        "05-shared",
        "A function of n and m that counts the multiplications for ∇_b s and ∇_W s together, with δ computed once.",
        lambda n, m: n + n * m,
        (
            Mistake(
                "δ computed twice", "Both gradients begin with the same vector. Keep it.", lambda n, m: n + n + n * m
            ),
            Mistake("δ is free", "u ∘ f'(z) costs something too, once.", lambda n, m: n * m),
            Mistake("a full diagonal matrix", "u ∘ f'(z) needs no matrix.", lambda n, m: n * n + n * m),
            Mistake(
                "δ is recomputed for every column", "It does not depend on the column.", lambda n, m: n * m + n * m
            ),
        ),
        "Count δ, then ∇_b from δ, then ∇_W from δ and x.",
        "∇_b is δ itself, and costs nothing more.",
        inputs=lambda rng: (int(rng.integers(5, 50)), int(rng.integers(60, 200))),
        arguments=("n", "m"),
    ),
    Exercise(
        "05-below",
        "A function of delta2 (n2,), W2 (n2, n1) and z1 (n1,) that returns delta1, the gradient for z1.",
        lambda delta2, W2, z1: (W2.T @ delta2) * _steep(z1),
        (
            Mistake(
                "f' is missing",
                "That is the gradient for h1. What lies between h1 and z1?",
                lambda delta2, W2, z1: W2.T @ delta2,
            ),
            Mistake(
                "the upstream gradient is missing",
                "That is f'(z1) alone. What arrives at this layer from above?",
                lambda delta2, W2, z1: _steep(z1),
            ),
            Mistake(
                "the error signal is lost",
                "That adds up the weights that leave each unit. By what is each weighed?",
                lambda delta2, W2, z1: W2.sum(axis=0) * _steep(z1),
            ),
            Mistake(
                "W without its transpose",
                "W2 takes n1 numbers to n2. Which way does the signal go now?",
                lambda delta2, W2, z1: (W2 @ delta2) * _steep(z1),
            ),
            Mistake(
                "1 - z²",
                "tanh' is one minus the square of the output, not of the input.",
                lambda delta2, W2, z1: (W2.T @ delta2) * (1 - z1**2),
            ),
            Mistake(
                "the square is missing",
                "tanh is flat where its output is 1, and also where it is -1. Is your slope 0 at both?",
                lambda delta2, W2, z1: (W2.T @ delta2) * (1 - np.tanh(z1)),
            ),
            Mistake(
                "f in place of f'",
                "How fast does h1 move with z1? That is not h1.",
                lambda delta2, W2, z1: (W2.T @ delta2) * np.tanh(z1),
            ),
            Mistake(
                "not summed",
                "A unit of layer 1 feeds every unit of layer 2. What becomes of these contributions?",
                lambda delta2, W2, z1: delta2[:, None] * W2 * _steep(z1),
            ),
        ),
        "Two steps: down through W2 to h1, then through f to z1.",
        "Each error signal is made from the one above it: this line is all there is to going down.",
        inputs=_two_layers,
        arguments=("delta2", "W2", "z1"),
    ),
)
