"""Exercises of notebook 06: the gradient of a weight matrix."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import error_and_input, layer, sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import varying


def _entry(rng: np.random.Generator) -> tuple[Any, Any, int, int]:
    delta, x = error_and_input(rng)
    i, j = rng.permutation(delta.size)[:2]
    return delta, x, int(i), int(j)


def _column(rng: np.random.Generator) -> tuple[Any, int, int, int]:
    n, m = sizes(rng)
    i, j = rng.permutation(n)[:2]
    return rng.normal(size=m), int(i), int(j), n


def _alone(value: Any, place: int, n: int) -> Any:
    result = np.zeros(n)
    result[place] = value
    return result


def _steep(x: Any, W: Any, b: Any) -> Any:
    return 1 - np.tanh(W @ x + b) ** 2


def _jacobian_form(n: int = 8, m: int = 250) -> Exercise:
    return Exercise(
        "06-jacobian-form",
        f"The shape of the Jacobian ∂s/∂vec W on paper, for W of shape {n} × {m}.",
        (1, n * m),
        (
            Mistake(
                "the shape convention", "That is the shape of ∇_W s. A Jacobian has one row for each output.", (n, m)
            ),
            Mistake("a column", "Rows are outputs. How many outputs does a score have?", (n * m, 1)),
            Mistake("the Jacobian of z", "That is ∂z/∂vec W. How many outputs does the score have?", (n, n * m)),
            Mistake("one axis", "On paper a Jacobian has rows and columns, even if there is one row.", (n * m,)),
            Mistake("transposed", "Neither the Jacobian nor the gradient looks like this.", (m, n)),
        ),
        "How many outputs, and how many inputs, if every weight is an input?",
        f"One row of {n * m} slopes: right, and useless for a step until it has W's shape.",
    )


EXERCISES = (
    retrieval(
        "06",
        (1.5, -1, -0.5),
        ("the first error signal", "the second slope of the bias", "the slope of the input"),
        (0, 2, "the slope of tanh left out", "That is u itself. The nonlinearity lies between h and z."),
        (0, 1, "not squared", "The slope of tanh is one minus the square of h."),
        (1, 0, "the unit taken for the slope", "h is 0 there, and tanh is steepest."),
        (2, 3.5, "a sign lost", "One of the two contributions is negative."),
    ),
    Exercise(
        "06-column",
        "A function of x (m,), i, j and n that returns ∂z/∂W_ij for z = Wx + b: n slopes, shape (n,), counted from 0.",
        lambda x, i, j, n: _alone(x[j], i, n),
        (
            Mistake(
                "every unit moves",
                "W_ij stands in row i. Which entries of z use that row?",
                lambda x, i, j, n: np.full(n, x[j]),
            ),
            Mistake("rows and columns exchanged", "Does W_ij feed z_i or z_j?", lambda x, i, j, n: _alone(x[i], j, n)),
            Mistake(
                "the wrong input", "In z_i, which entry of x stands beside W_ij?", lambda x, i, j, n: _alone(x[i], i, n)
            ),
            Mistake(
                "the input is missing", "W_ij is multiplied by something in z_i.", lambda x, i, j, n: _alone(1.0, i, n)
            ),
            Mistake(
                "the wrong unit",
                "The input is right. Which entry of z does it reach through W_ij?",
                lambda x, i, j, n: _alone(x[j], j, n),
            ),
            Mistake(
                "counted from 1",
                "i and j count from 0 already, as indices in Python do.",
                lambda x, i, j, n: _alone(x[j - 1], i - 1, n),
            ),
        ),
        "Write z_i as a sum over j. In which z does W_ij occur, and beside what?",
        "One weight touches one unit, and moves it by its input.",
        inputs=_column,
        arguments=("x", "i", "j", "n"),
    ),
    Exercise(
        "06-entry",
        "A function of delta (n,), x (m,), i and j that returns the one number ∂s/∂W_ij.",
        lambda delta, x, i, j: delta[i] * x[j],
        (
            Mistake(
                "rows and columns exchanged",
                "W_ij leads from input j to unit i.",
                lambda delta, x, i, j: delta[j] * x[i],
            ),
            Mistake("summed over the inputs", "W_ij meets one input only.", lambda delta, x, i, j: delta[i] * x.sum()),
            Mistake(
                "the upstream gradient is missing",
                "That is how far z_i moves. What does the score make of it?",
                lambda delta, x, i, j: x[j],
            ),
            Mistake(
                "the input is missing",
                "That is the slope for b_i. By what is W_ij multiplied?",
                lambda delta, x, i, j: delta[i],
            ),
            Mistake(
                "counted from 1",
                "i and j count from 0 already, as indices in Python do.",
                lambda delta, x, i, j: delta[i - 1] * x[j - 1],
            ),
        ),
        "How far does z_i move with W_ij, and how far the score with z_i?",
        "Error at the receiving end times input at the sending end.",
        inputs=_entry,
        arguments=("delta", "x", "i", "j"),
    ),
    Exercise(
        "06-outer",
        "A function of delta (n,) and x (m,) that returns ∇_W J for z = Wx + b, shape (n, m).",
        lambda delta, x: np.outer(delta, x),
        (
            Mistake(
                "transposed",
                "W has n rows, one for each unit. Which vector labels the rows of yours?",
                lambda delta, x: np.outer(x, delta),
            ),
            Mistake(
                "the upstream gradient is lost",
                "All your rows are alike. What makes unit 1 differ from unit 2?",
                lambda delta, x: np.outer(np.ones(delta.size), x),
            ),
            Mistake(
                "entry by entry",
                "n and m differ, so * cannot pair them. Which product makes all pairs?",
                lambda delta, x: delta * x,
            ),
            Mistake(
                "entry by entry",
                "n and m differ, so * cannot pair them, in either order. Which product makes all pairs?",
                lambda delta, x: x * delta,
            ),
            Mistake(
                "a dot product", "@ sums over pairs. Here every pair is wanted, and no sum.", lambda delta, x: delta @ x
            ),
            Mistake(
                "the input is lost",
                "All your columns are alike. What makes input 1 differ from input 2?",
                lambda delta, x: np.outer(delta, np.ones(x.size)),
            ),
        ),
        "Entry (i, j) is δ_i x_j. Which vector runs down, which across?",
        "Row i is δ_i times the whole input: an outer product in the shape of W.",
        inputs=error_and_input,
        arguments=("delta", "x"),
    ),
    Exercise(
        "06-weights",
        "A function of x, W, b, u that returns ∇_W s for s = uᵀ tanh(Wx + b), shape (n, m).",
        lambda x, W, b, u: np.outer(u * _steep(x, W, b), x),
        (
            Mistake("f' is missing", "Between h and z there is a nonlinearity.", lambda x, W, b, u: np.outer(u, x)),
            Mistake(
                "the upstream gradient is missing",
                "How much does the score care about each unit?",
                lambda x, W, b, u: np.outer(_steep(x, W, b), x),
            ),
            Mistake(
                "transposed",
                "A gradient has the shape of its parameter.",
                lambda x, W, b, u: np.outer(x, u * _steep(x, W, b)),
            ),
            Mistake(
                "1 - z²",
                "tanh' is one minus the square of the output, not of the input.",
                lambda x, W, b, u: np.outer(u * (1 - (W @ x + b) ** 2), x),
            ),
            Mistake(
                "the square is missing",
                "tanh is flat where its output is 1, and also where it is -1. Is your slope 0 at both?",
                lambda x, W, b, u: np.outer(u * (1 - np.tanh(W @ x + b)), x),
            ),
            Mistake(
                "the bias is missing",
                "At which z do you take the slope?",
                lambda x, W, b, u: np.outer(u * _steep(x, W, 0), x),
            ),
            Mistake(
                "f in place of f'",
                "How fast does h move with z? That is not h.",
                lambda x, W, b, u: np.outer(u * np.tanh(W @ x + b), x),
            ),
            Mistake(
                "h in place of x",
                "Which vector does W multiply?",
                lambda x, W, b, u: np.outer(u * _steep(x, W, b), np.tanh(W @ x + b)),
            ),
        ),
        "δ first, in one line. Then its outer product with what W multiplies.",
        "A few lines, and the whole matrix of slopes is there.",
        inputs=layer,
        arguments=("x", "W", "b", "u"),
    ),
    Exercise(
        "06-kron",
        "A function of x (m,) and n that returns ∂z/∂vec W for z = Wx, shape (n, nm), with vec row by row.",
        lambda x, n: np.kron(np.eye(n), x),
        (
            Mistake(
                "column by column",
                "ravel lays W out row by row. Which m weights feed z_0, and where do they stand?",
                lambda x, n: np.kron(x, np.eye(n)),
            ),
            Mistake("transposed", "Rows are outputs.", lambda x, n: np.kron(np.eye(n), x).T),
            Mistake("the zeros are missing", "Does z_0 use the second row of W?", lambda x, n: np.tile(x, (n, n))),
            Mistake(
                "only the blocks",
                "Each row of W is a block of its own among the nm columns.",
                lambda x, n: np.tile(x, (n, 1)),
            ),
        ),
        "Row i is zero but for the m places that belong to row i of W.",
        "Mostly zeros: which is why nobody builds it.",
        inputs=lambda rng: (rng.normal(size=sizes(rng)[1]), sizes(rng)[0]),
        arguments=("x", "n"),
    ),
    varying(_jacobian_form, n=range(5, 13), m=range(100, 400, 10)),
    Exercise(
        "06-other-way",
        "A function of delta (n,) and x (m,) that returns ∇_A s for z = Aᵀx + b, where A has shape (m, n).",
        lambda delta, x: np.outer(x, delta),
        (
            Mistake(
                "the table of the other matrix",
                "Here the parameter has a row for each input. Which vector runs down the side of your table?",
                lambda delta, x: np.outer(delta, x),
            ),
            Mistake(
                "the upstream gradient is lost",
                "All your columns are alike. What makes unit 1 differ from unit 2?",
                lambda delta, x: np.outer(x, np.ones(delta.size)),
            ),
            Mistake(
                "the input is lost",
                "All your rows are alike. What makes input 1 differ from input 2?",
                lambda delta, x: np.outer(np.ones(x.size), delta),
            ),
            Mistake(
                "reshaped instead of transposed",
                "The shape is right, but the numbers stand in the wrong places. Which slope belongs to A_ji?",
                lambda delta, x: np.outer(delta, x).reshape(x.size, delta.size),
            ),
            Mistake(
                "a dot product", "@ sums over pairs. Here every pair is wanted, and no sum.", lambda delta, x: x @ delta
            ),
        ),
        "Entry (j, i) joins input j to unit i. Write down its slope, then the table.",
        "The same slopes, arranged like the parameter that they belong to.",
        inputs=error_and_input,
        arguments=("delta", "x"),
    ),
)
