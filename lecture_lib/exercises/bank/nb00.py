"""Exercises of notebook 00: shapes, and the trap of `.T`."""

import numpy as np

from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.variants import varying


def _product(rows: int = 4, columns: int = 7) -> Exercise:
    return Exercise(
        "00-product",
        f"The shape of W @ x in code, for W of shape ({rows}, {columns}) and x of shape ({columns},).",
        (rows,),
        (
            Mistake(
                "the size that vanishes",
                "The inner numbers must agree, and then they are gone. Which one is left?",
                (columns,),
            ),
            Mistake(
                "a column",
                "On paper it is a column. How many axes does an array of the course's vectors have?",
                (rows, 1),
            ),
            Mistake(
                "nothing was summed",
                "Each output is a sum over all inputs. Which axis of W is summed away?",
                (rows, columns),
            ),
        ),
        "Write both shapes side by side. Which two numbers meet in the middle?",
        f"The inner {columns}s agree and vanish; the {rows} outputs are left.",
    )


def _column(rows: int = 4, columns: int = 2) -> Exercise:
    return Exercise(
        "00-column",
        f"The shape of column * x, for column of shape ({rows}, 1) and x of shape ({columns},).",
        (rows, columns),
        (
            Mistake("no stretching", "NumPy lines shapes up from the right. What does the 1 meet there?", (rows, 1)),
            Mistake(
                "turned", "The rows of the result come from the array that has rows. Which is it?", (columns, rows)
            ),
            Mistake(
                "no stretching",
                f"NumPy lines shapes up from the right. What becomes of the column's {rows}?",
                (columns,),
            ),
            Mistake("a dot product", "* does not sum. Which sign does?", ()),
        ),
        f"Write ({rows}, 1) above ({columns},), both aligned at the right edge. Which sizes are stretched?",
        "NumPy stretches both, without a word, whatever their lengths: a reason to keep vectors at shape (n,).",
    )


EXERCISES = (
    varying(_product, rows=range(6, 20), columns=range(6, 20)),
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
    varying(_column, rows=range(3, 20), columns=range(3, 20)),
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
