"""Exercises of notebook 00: shapes, and the trap of `.T`."""

import numpy as np

from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake

EXERCISES = (
    Exercise(
        "00-product",
        "The shape of W @ x in code, for W of shape (4, 7) and x of shape (7,).",
        (4,),
        (
            Mistake(
                "the size that vanishes",
                "The inner numbers must agree, and then they are gone. Which one is left?",
                (7,),
            ),
            Mistake(
                "a column", "On paper it is a column. How many axes does an array of the course's vectors have?", (4, 1)
            ),
            Mistake(
                "nothing was summed", "Each output is a sum over all inputs. Which axis of W is summed away?", (4, 7)
            ),
        ),
        "Write both shapes side by side. Which two numbers meet in the middle?",
        "The inner sevens agree and vanish; the four outputs are left.",
    ),
    Exercise(
        "00-transpose",
        "The shape of x.T @ x in code, for x of shape (5,); a number has the shape ().",
        (),
        (
            Mistake("an outer product", "On paper, is the row on the left or on the right in that product?", (5, 5)),
            Mistake("a matrix with one entry", "How many axes has x.T, if x has only one?", (1, 1)),
            Mistake("nothing was summed", "@ multiplies entry by entry and then does one thing more. Which?", (5,)),
        ),
        "What does .T do to an array that has one axis?",
        "x.T is x, and @ of two vectors is one number.",
    ),
    Exercise(
        "00-column",
        "The shape of column * x, for column of shape (4, 1) and x of shape (2,).",
        (4, 2),
        (
            Mistake("no stretching", "NumPy lines shapes up from the right. What does the 1 meet there?", (4, 1)),
            Mistake("turned", "The rows of the result come from the array that has rows. Which is it?", (2, 4)),
            Mistake("no stretching", "NumPy lines shapes up from the right. What becomes of the column's 4?", (2,)),
            Mistake("a dot product", "* does not sum. Which sign does?", ()),
        ),
        "Write (4, 1) above (2,), both aligned at the right edge. Which sizes are stretched?",
        "NumPy stretches both, without a word, whatever their lengths: a reason to keep vectors at shape (n,).",
    ),
    Exercise(
        "00-outer",
        "A function of x, shape (n,), that returns the matrix x xᵀ, shape (n, n).",
        lambda x: np.outer(x, x),
        (
            Mistake(
                "an inner product", ".T does nothing to an array with one axis, so this is xᵀx.", lambda x: x @ x.T
            ),
            Mistake("entry by entry", "That is x ∘ x. How many products does an n×n matrix hold?", lambda x: x * x),
            Mistake(
                "the diagonal alone", "Entry (i, j) is x_i x_j, also where i and j differ.", lambda x: np.diag(x * x)
            ),
        ),
        "Every entry times every entry: which function of NumPy does that?",
        "Row i holds x_i times the whole of x.",
        inputs=lambda rng: (rng.normal(size=sum(sizes(rng))),),
        arguments=("x",),
    ),
)
