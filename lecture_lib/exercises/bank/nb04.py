"""Exercises of notebook 04: the chain rule, and the order of multiplication."""

from typing import Any

import numpy as np

from lecture_lib.exercises.demands import frugal
from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _factors(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    n, m = sizes(rng)
    return rng.normal(size=n), rng.uniform(0.2, 1.0, n), rng.normal(size=(n, m))


def _two_layers(rng: np.random.Generator) -> tuple[Any, Any, Any, Any, Any]:
    n, m = sizes(rng)
    q = m + 3
    v, slopes_a, V = rng.normal(size=q), rng.uniform(0.2, 0.9, q), rng.normal(size=(q, n))
    return v, slopes_a, V, rng.uniform(0.2, 0.9, n), rng.normal(size=(n, m))


def _tall(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    return rng.normal(size=900), rng.normal(size=900), rng.normal(size=(900, 3))


def _wide_middle(rng: np.random.Generator) -> tuple[Any, ...]:
    return _sized(rng, 3, 900, 4)


def _wide_ends(rng: np.random.Generator) -> tuple[Any, ...]:
    return _sized(rng, 900, 3, 800)


def _sized(rng: np.random.Generator, q: int, n: int, m: int) -> tuple[Any, ...]:
    return tuple(rng.normal(size=shape) for shape in (q, q, (q, n), n, (n, m)))


A_MATRIX = ("an n×n matrix is built", "The row is right. Which cheap operation does what a diagonal matrix does?")
TWO_MATRICES = ("a whole matrix is built", "The row is right. Begin at the score: what do you hold after each factor?")

EXERCISES = (
    retrieval(
        "04",
        (8, 0.64, 5),
        ("the rows", "the slope", "the ones"),
        (0, 250, "columns", "Inputs are counted by columns."),
        (1, 0.36, "the square alone", "One minus it."),
        (1, 0.4, "not squared", "It is the square of the output that is taken away."),
        (2, 25, "all entries", "Does the first unit move with the second bias?"),
    ),
    Exercise(
        "04-scalar",
        "A function of x that returns the slope of s = y³ along x, with y = x² + 1.",
        lambda x: 3 * (x**2 + 1) ** 2 * 2 * x,
        (
            Mistake(
                "the outer slope at the wrong place",
                "s moves with y. At which y do you take its slope?",
                lambda x: 3 * x**2 * 2 * x,
            ),
            Mistake(
                "the inner slope is missing",
                "When x moves by a little, how far does y move?",
                lambda x: 3 * (x**2 + 1) ** 2,
            ),
            Mistake(
                "added",
                "A slope of 3 behind a slope of 2: how far does the output move in all?",
                lambda x: 3 * (x**2 + 1) ** 2 + 2 * x,
            ),
            Mistake(
                "a slope of slopes",
                "The inner function stays inside; its slope comes as a factor.",
                lambda x: 3 * (2 * x) ** 2,
            ),
        ),
        "Write the slope of s along y and that of y along x by themselves. How do two slopes in a chain combine?",
        "Slopes in a chain multiply, each taken where its own input stands.",
        inputs=lambda rng: (float(rng.uniform(0.5, 2.0)),),
        arguments=("x",),
    ),
    Exercise(
        "04-shapes",
        "The shapes of the Jacobians ∂s/∂h, ∂h/∂z, ∂z/∂x on paper, as a list, for n = 8 units and m = 250 inputs.",
        [(1, 8), (8, 8), (8, 250)],
        (
            Mistake(
                "a column for ∂s/∂h", "Rows are outputs. How many outputs has a score?", [(8, 1), (8, 8), (8, 250)]
            ),
            Mistake(
                "a vector for ∂h/∂z",
                "It may be stored as a vector, but as a Jacobian it has 8 outputs and 8 inputs.",
                [(1, 8), (8,), (8, 250)],
            ),
            Mistake(
                "a vector for ∂s/∂h",
                "It may be stored like that. On paper a Jacobian has rows and columns: how many has this one?",
                [(8,), (8, 8), (8, 250)],
            ),
            Mistake(
                "∂z/∂x transposed", "Do the inner numbers of your last two shapes agree?", [(1, 8), (8, 8), (250, 8)]
            ),
            Mistake(
                "the other way round", "The output stands on the left, as in uᵀ f(Wx).", [(8, 250), (8, 8), (1, 8)]
            ),
        ),
        "Rows outputs, columns inputs; then check that neighbors fit.",
        "The inner numbers agree, and a 1 × 250 row is left.",
        labels=("∂s/∂h", "∂h/∂z", "∂z/∂x"),
    ),
    Exercise(
        "04-product",
        "A function of u (n,), slopes = f'(z) (n,) and W (n, m) that returns the row uᵀ diag(f'(z)) W, shape (m,).",
        lambda u, slopes, W: (u * slopes) @ W,
        (
            Mistake(
                "not summed",
                "Yours still has a row for each unit. What does the matrix product do with them?",
                lambda u, slopes, W: (u * slopes)[:, None] * W,
            ),
            Mistake(
                "f' is missing",
                "The signal passes through f on its way. What does that cost it?",
                lambda u, slopes, W: u @ W,
            ),
            Mistake("u is missing", "The score weighs each unit. By what?", lambda u, slopes, W: slopes @ W),
            Mistake(
                "summed too early",
                "uᵀ diag(f'(z)) is a row, and not yet a number.",
                lambda u, slopes, W: (u @ slopes) * W.sum(axis=0),
            ),
        ),
        "From the left: a row times a diagonal matrix is again a row.",
        "(u * slopes) @ W takes two cheap steps, and builds no n×n matrix.",
        inputs=_factors,
        arguments=("u", "slopes", "W"),
        demands=(frugal(_tall, 1_000_000, *A_MATRIX),),
    ),
    Exercise(
        "04-multiplications",
        "A function of n and m that counts the multiplications of uᵀ diag(f'(z)) W in the cheapest way.",
        lambda n, m: n + n * m,
        (
            Mistake(
                "the diagonal as a full matrix",
                "How many of the n² entries of diag(f'(z)) are zero? Skip them.",
                lambda n, m: n * n + n * m,
            ),
            Mistake(
                "the wrong order",
                "You scale all of W first. What could you scale that is smaller?",
                lambda n, m: n * m + n * m,
            ),
            Mistake(
                "the wrong order, with a full matrix",
                "diag(f'(z)) W as a full product is the most costly way of all.",
                lambda n, m: n * n * m + n * m,
            ),
            Mistake("the first step is free", "uᵀ diag(f'(z)) costs something too.", lambda n, m: n * m),
            Mistake(
                "multiplied", "One step comes after the other. How do their costs combine?", lambda n, m: n * n * m
            ),
        ),
        "Count uᵀ diag(f'(z)) first, then a row of n entries times W.",
        "From the left it stays a row: n and then n · m.",
        inputs=lambda rng: (int(rng.integers(5, 50)), int(rng.integers(60, 200))),
        arguments=("n", "m"),
    ),
    Exercise(
        "04-deep",
        "A function of v (q,), slopes_a = f'(a) (q,), V (q, n), slopes_z = f'(z) (n,) and W (n, m) that "
        "returns the row vᵀ diag(f'(a)) V diag(f'(z)) W, shape (m,).",
        lambda v, slopes_a, V, slopes_z, W: (((v * slopes_a) @ V) * slopes_z) @ W,
        (
            Mistake(
                "the slopes of the first layer are missing",
                "On its way from W to V everything passes through f once. What does that cost?",
                lambda v, slopes_a, V, slopes_z, W: ((v * slopes_a) @ V) @ W,
            ),
            Mistake(
                "the slopes of the second layer are missing",
                "Between V and the score everything passes through f. What does that cost?",
                lambda v, slopes_a, V, slopes_z, W: ((v @ V) * slopes_z) @ W,
            ),
            Mistake(
                "no slopes at all",
                "This network would be linear. Where are its two nonlinearities?",
                lambda v, slopes_a, V, slopes_z, W: v @ V @ W,
            ),
            Mistake(
                "v is missing",
                "The score weighs the units of the last layer. By what?",
                lambda v, slopes_a, V, slopes_z, W: ((slopes_a @ V) * slopes_z) @ W,
            ),
            Mistake(
                "the last step is missing",
                "Yours ends at z. Which Jacobian leads on to x?",
                lambda v, slopes_a, V, slopes_z, W: ((v * slopes_a) @ V) * slopes_z,
            ),
        ),
        "Begin at the score, and take one factor after the other: after each you hold a row again.",
        "However many layers there are, a row goes in at the left, and a row comes out.",
        inputs=_two_layers,
        arguments=("v", "slopes_a", "V", "slopes_z", "W"),
        demands=(frugal(_wide_middle, 1_000_000, *A_MATRIX), frugal(_wide_ends, 1_000_000, *TWO_MATRICES)),
    ),
)
