"""Answers to the exercises of notebook 00."""

import numpy as np

from answers import Tries
from lecture_lib import Tensor

STORE = []


def remembers(x):
    STORE.append(x)
    return np.outer(STORE[0], STORE[0]) if STORE[0].size != x.size else np.outer(STORE[-1], STORE[0])


def by_columns(x):
    return [x * value for value in x]


def by_rows(x):
    table = np.zeros((x.size, x.size))
    for i in range(x.size):
        for j in range(x.size):
            table[i, j] = x[i] * x[j]
    return table


def upper_half(x):
    table = np.zeros((x.size, x.size))
    for i in range(x.size):
        for j in range(i, x.size):
            table[i, j] = x[i] * x[j]
    return table


def in_place(x):
    x *= 1
    table = x[:, None] * x
    x[0] = 0
    return table


ANSWERS = {
    "00-product": Tries(
        [
            (4,),
            [4],
            np.array([4]),
            "(4,)",
            (np.int64(4),),
            (4.0,),
            np.zeros((4, 7)).__matmul__(np.zeros(7)).shape,
            [(4,)],
        ],
        [
            (4, "a number, not a shape"),
            ((7,), "the size that vanishes"),
            ((4, 1), "a column"),
            ((1, 4), "axes"),
            ((4, 7), "nothing was summed"),
            ((7, 4), "2 axes"),
            ((), "0 axes"),
            ({4}, "a set"),
            ("four", "a text"),
            (np.zeros((4, 7)), "an array, not its shape"),
            (None, "None"),
        ],
    ),
    "00-transpose": Tries(
        [(), [], np.array([]), "()", np.float64(3).shape, np.zeros(3)[0].shape],
        [
            ((5, 5), "an outer product"),
            ((1, 1), "a matrix with one entry"),
            ((5,), "nothing was summed"),
            ((1,), "axis|axes"),
            ((5, 1), "axes"),
            ((1, 5), "axes"),
            (1, "a number, not a shape"),
            (0, "a number, not a shape"),
            (None, "None"),
        ],
    ),
    "00-column": Tries(
        [(4, 2), [4, 2], np.array([4, 2]), "(4, 2)", "4x2", "4 × 2", (np.ones((4, 1)) * np.ones(2)).shape],
        [
            ((2, 4), "turned"),
            ((4, 1), "no stretching"),
            ((2,), "no stretching"),
            ((4,), "1 axis"),
            ((), "a dot product"),
            ((8,), "1 axis"),
            ((4, 1, 2), "3 axes"),
            ({4, 2}, "a set"),
            (8, "a number, not a shape"),
            ((1, 2), "1 of 2 sizes right"),
        ],
    ),
    "00-outer": Tries(
        [
            lambda x: np.outer(x, x),
            lambda x: x[:, None] * x,
            lambda x: x[:, None] @ x[None, :],
            lambda x: np.einsum("i,j->ij", x, x),
            lambda x: np.multiply.outer(x, x).tolist(),
            lambda x: Tensor(np.outer(x, x)),
            lambda x: np.matrix(np.outer(x, x)),
            by_columns,
            by_rows,
        ],
        [
            (lambda x: x @ x.T, "an inner product"),
            (lambda x: x * x, "entry by entry"),
            (lambda x: np.diag(x * x), "the diagonal alone"),
            (lambda x: np.outer(x, x).T * 2, "twice|factor"),
            (lambda x: x[:, None] + x, "added|outer|operation|product"),
            (lambda x: np.outer(x, np.ones(x.size)), "."),
            (lambda x: np.outer(x, x)[None], "shape"),
            (lambda x: x.reshape(-1, 1) @ x.reshape(-1, 1), "inner lengths"),
            (upper_half, "right|places"),
            (lambda x: -np.outer(x, x), "wrong sign"),
            (lambda x: print(end=""), "returns nothing"),
            (lambda x: np.outer(x, x)[0], "."),
        ],
        [(in_place, "it changes x"), (lambda x: np.outer(x, x) if x.size == 9 else np.outer(x, x) * 0, ".")],
    ),
}
