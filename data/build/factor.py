"""From counts to vectors: positive pointwise mutual information, then a truncated singular value decomposition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

CONTEXT_POWER = 0.75
DIMENSIONS = 50
SINGULAR_POWER = 0.5
LEAST_CONTEXT = 2.0  # contexts rarer than this are noise


def ppmi(counts: sparse.csr_array, context_totals: NDArray[np.float64]) -> sparse.csr_array:
    """Positive pointwise mutual information, with context frequencies smoothed by the power 0.75.

    Source: Levy, Goldberg, Dagan, "Improving distributional similarity with lessons learned from word embeddings",
    TACL 2015, equations 3 and 9.

    Args:
        counts: N×C non-negative.
        context_totals: (C,) frequency of each context.

    Returns:
        N×C, max(0, log(P(w, c) / (P(w) P_0.75(c)))).

    >>> float(ppmi(sparse.csr_array(np.eye(2)), np.ones(2))[0, 0]).__round__(4)
    0.6931
    """
    known = np.flatnonzero(context_totals >= min(LEAST_CONTEXT, context_totals.max()))
    smooth = np.zeros_like(context_totals)
    smooth[known] = context_totals[known] ** CONTEXT_POWER
    rows = counts.sum(axis=1)
    cells = counts.tocoo()
    row, column = cells.coords
    usable = (cells.data > 0) & (smooth[column] > 0)
    row, column, count = row[usable], column[usable], cells.data[usable]
    information = np.log(count * smooth.sum() / (rows[row] * smooth[column]))
    positive = information > 0
    return sparse.csr_array((information[positive], (row[positive], column[positive])), shape=counts.shape)


def axes(information: sparse.csr_array, dimensions: int = DIMENSIONS) -> NDArray[np.float64]:
    """A C×d matrix that turns rows of mutual information into vectors: right singular vectors × s^(0.5 − 1).

    Rows of `information @ axes(information)` are the left singular vectors × s^0.5. Each column's sign is chosen so
    that its largest entry by magnitude is positive: a decomposition leaves signs open, and the file must not.
    """
    start = np.ones(min(information.shape))
    _, values, right = svds(information, k=dimensions, v0=start, tol=0)
    order = np.argsort(-values)
    values, right = values[order], right[order]
    peaks = right[np.arange(dimensions), np.abs(right).argmax(axis=1)]
    return np.asarray((right * np.sign(peaks)[:, None]).T * values ** (SINGULAR_POWER - 1))


def unit_rows(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows divided by their Euclidean length; rows of zeros stay."""
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(length == 0, 1, length)
