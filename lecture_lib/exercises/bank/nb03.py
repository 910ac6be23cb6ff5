"""Exercises of notebook 03: Jacobians, rows outputs and columns inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.demands import exact, two_sided
from lecture_lib.exercises.draws import layer, sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import varying


def _map(rng: np.random.Generator) -> tuple[Callable[[Any], Any], Any, float]:
    n, m = sizes(rng)
    W = rng.normal(0, 0.5, (n, m))
    return (lambda x: np.tanh(W @ x) + (W @ x) ** 2), rng.normal(size=m), float(rng.uniform(0.05, 0.2))


def _columns(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    return np.stack([(f(x + eps * row) - f(x - eps * row)) / (2 * eps) for row in np.eye(x.size)], axis=1)


def _not_undone(f: Callable[[Any], Any], x: Any, eps: float) -> Any:
    """`x[j] += eps`, then `x[j] -= 2 * eps`, and x stays there when the next column is measured."""
    earlier = eps * np.tri(x.size, k=-1)
    slopes = [(f(x - e + eps * row) - f(x - e - eps * row)) for e, row in zip(earlier, np.eye(x.size), strict=True)]
    return np.stack(slopes, axis=1) / (2 * eps)


def _linear(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    x, W, b, _ = layer(rng)
    return W, b, x


def _weights_and_units(rng: np.random.Generator) -> tuple[Any, Any]:
    n = sizes(rng)[1]
    return rng.normal(size=n), np.tanh(rng.normal(size=n))


def _shape(inputs: int = 5, outputs: int = 3) -> Exercise:
    return Exercise(
        "03-shape",
        f"The shape of the Jacobian of a function with {inputs} inputs and {outputs} outputs.",
        (outputs, inputs),
        (
            Mistake("inputs as rows", "∂y/∂x has one row for each what?", (inputs, outputs)),
            Mistake("outputs only", "Each output reacts to each input. How many slopes are that?", (outputs,)),
            Mistake("inputs only", "That is a gradient: it belongs to a single output.", (inputs,)),
            Mistake("laid out flat", "The number of slopes is right. Which table do they form?", (inputs * outputs,)),
        ),
        "Rows outputs, columns inputs.",
        "One row for each output, one column for each input.",
    )


EXERCISES = (
    retrieval(
        "03",
        (12, 20, 0.02),
        ("the slope", "the evaluations", "the foretold change"),
        (0, 8, "the value", "That is 2³ itself. How fast does it move?"),
        (1, 10, "one side counted", "Two-sided: how often is each input moved?"),
        (1, 11, "one-sided", "So many does a one-sided gradient take, where all slopes share F(x)."),
        (2, 0.14, "a sign lost", "The second entry of the step is negative."),
    ),
    varying(_shape, inputs=range(2, 20), outputs=range(2, 20)),
    Exercise(
        "03-linear",
        "A function of W, b, x that returns the Jacobian of z = Wx + b with respect to x.",
        lambda W, b, x: W,
        (
            Mistake("transposed", "Rows are outputs. How many outputs does Wx + b have?", lambda W, b, x: W.T),
            Mistake(
                "the value, not the slopes",
                "That is z. How fast does z_i move when x_j moves?",
                lambda W, b, x: W @ x + b,
            ),
            Mistake(
                "the terms of the sum", "W_ij x_j is the term itself. What is its slope in x_j?", lambda W, b, x: W * x
            ),
            Mistake("the bias belongs to the value", "b does not move when x moves.", lambda W, b, x: W + b[:, None]),
        ),
        "Write z_i as a sum, and take its slope in one x_j.",
        "z_i moves W_ij times as far as x_j: the Jacobian is W itself.",
        inputs=_linear,
        arguments=("W", "b", "x"),
        demands=(exact,),
    ),
    Exercise(
        "03-bias",
        "A function of W, b, x that returns the Jacobian of z = Wx + b with respect to b.",
        lambda W, b, x: np.eye(b.size),
        (
            Mistake("the Jacobian for x", "Here b moves, and W and x stand still.", lambda W, b, x: W),
            Mistake(
                "a vector of ones",
                "Several outputs, several inputs: that needs a matrix.",
                lambda W, b, x: np.ones(b.size),
            ),
            Mistake("all ones", "Does z_1 move when b_2 moves?", lambda W, b, x: np.ones((b.size, b.size))),
            Mistake("sized by x", "The columns belong to the entries of b, not of x.", lambda W, b, x: np.eye(x.size)),
        ),
        "How far does z_i move when b_j moves: once for i = j, once for i ≠ j?",
        "Each b_i moves its own z_i, one for one, and no other.",
        inputs=_linear,
        arguments=("W", "b", "x"),
    ),
    Exercise(
        "03-tanh",
        "A function of z, shape (n,), that returns the Jacobian of h = tanh(z), shape (n, n).",
        lambda z: np.diag(1 - np.tanh(z) ** 2),
        (
            Mistake(
                "a vector",
                "These are the slopes of the diagonal. What stands in the other places?",
                lambda z: 1 - np.tanh(z) ** 2,
            ),
            Mistake(
                "1 - z²",
                "tanh'(z) = 1 - tanh²(z): the square of the output, not of the input.",
                lambda z: np.diag(1 - z**2),
            ),
            Mistake(
                "the input is squared",
                "tanh²(z) is the square of tanh(z). Which of the two do you do first?",
                lambda z: np.diag(1 - np.tanh(z**2)),
            ),
            Mistake(
                "a full matrix",
                "Does h_1 move when z_2 moves?",
                lambda z: np.outer(np.ones(z.size), 1 - np.tanh(z) ** 2),
            ),
            Mistake(
                "a full matrix",
                "Does h_2 move when z_1 moves?",
                lambda z: np.outer(1 - np.tanh(z) ** 2, np.ones(z.size)),
            ),
            Mistake(
                "the square is missing",
                "At z = 3 the slope of tanh is close to 0. What is yours, and at z = -3?",
                lambda z: np.diag(1 - np.tanh(z)),
            ),
            Mistake("the values, not the slopes", "The diagonal holds f'(z), not f(z).", lambda z: np.diag(np.tanh(z))),
        ),
        "Output i looks at input i alone. What does that say about the places off the diagonal?",
        "An elementwise function has a diagonal Jacobian.",
        inputs=lambda rng: (rng.normal(size=sizes(rng)[1]),),
        arguments=("z",),
        demands=(exact,),
    ),
    Exercise(
        "03-numeric",
        "A function of F, x and eps that returns the numeric Jacobian of F at x, two-sided, shape (n, m).",
        _columns,
        (
            Mistake(
                "transposed",
                "One wiggle of x_j gives the slopes of all outputs. Is that a row or a column?",
                lambda f, x, eps: _columns(f, x, eps).T,
            ),
            Mistake(
                "one-sided",
                "One side only: the bend does not cancel.",
                lambda f, x, eps: np.stack([(f(x + eps * row) - f(x)) / eps for row in np.eye(x.size)], axis=1),
            ),
            Mistake(
                "a nudge is not undone",
                "Column 1 is right. At which point do you measure column 2, and where is x then?",
                _not_undone,
            ),
            Mistake(
                "the step is 1, not eps",
                "How far does a row of np.eye move an entry?",
                lambda f, x, eps: np.stack([(f(x + e) - f(x - e)) / (2 * eps) for e in np.eye(x.size)], axis=1),
            ),
            Mistake(
                "the steps pile up",
                "Column 0 is right. When x_1 is moved, does x_0 stand still?",
                lambda f, x, eps: np.stack([(f(x + e) - f(x - e)) / (2 * eps) for e in eps * np.tri(x.size)], axis=1),
            ),
            Mistake(
                "multiplied by eps",
                "In Python / 2 * eps divides by 2 and then multiplies by eps. What do parentheses change?",
                lambda f, x, eps: _columns(f, x, eps) * eps**2,
            ),
            Mistake(
                "the changes, not the slopes",
                "That is how far the outputs move. How far did the input move, from one end to the other?",
                lambda f, x, eps: _columns(f, x, eps) * (2 * eps),
            ),
            Mistake(
                "all inputs at once",
                "Wiggle one input, and hold the others still.",
                lambda f, x, eps: (f(x + eps) - f(x - eps)) / (2 * eps),
            ),
            Mistake(
                "the outputs are summed",
                "That is the gradient of their sum. Each output has a row of its own.",
                lambda f, x, eps: _columns(f, x, eps).sum(axis=0),
            ),
        ),
        "Wiggle x_j alone: the changes of all outputs, divided by the change of x_j, form column j.",
        "Column j is what the outputs do when input j moves.",
        inputs=_map,
        arguments=("F", "x", "eps"),
        also=lambda g, x, eps: _columns(g, x, 1e-4),
        demands=(two_sided,),
    ),
    Exercise(
        "03-score",
        "A function of u and h, both (n,), that returns the Jacobian of s = uᵀh with respect to h, shape (1, n).",
        lambda u, h: u[None, :],
        (
            Mistake("a column", "Rows are outputs. How many outputs is one score?", lambda u, h: u[:, None]),
            Mistake(
                "not yet a row",
                "The numbers are right. A shape (n,) has no rows; what must the shape of a Jacobian say?",
                lambda u, h: u,
            ),
            Mistake("the Jacobian for u", "Here h moves, and u stands still.", lambda u, h: h[None, :]),
            Mistake(
                "the terms of the sum",
                "u_i h_i is the term itself. What is its slope in h_i?",
                lambda u, h: (u * h)[None, :],
            ),
            Mistake(
                "the value, not the slopes", "That is s. How fast does it move when h_i moves?", lambda u, h: u @ h
            ),
            Mistake(
                "a diagonal matrix",
                "No entry works alone here: all of them feed the same output. How many rows is that?",
                lambda u, h: np.diag(u),
            ),
        ),
        "Write s as a sum, and take its slope in one h_i.",
        "One output, so one row: uᵀ.",
        inputs=_weights_and_units,
        arguments=("u", "h"),
    ),
    Exercise(
        "03-pictures",
        "The numbers of the pictures of tanh, the running sum, flip and softmax, in this order, as a tuple of four.",
        (5, 1, 4, 2),
        (
            Mistake(
                "rows and columns swapped at the running sum",
                "Its first output is x_1 alone. Which picture has a first row like that?",
                (5, 3, 4, 2),
            ),
            Mistake(
                "flip taken for tanh",
                "Which of the two is elementwise: does output 1 of flip look at input 1?",
                (4, 1, 5, 2),
            ),
            Mistake(
                "softmax and the running sum swapped",
                "Does output 1 of the running sum hear of the last input? Does output 1 of softmax?",
                (5, 2, 4, 1),
            ),
            Mistake(
                "the functions of the pictures",
                "You went from picture to function. The order wanted is by function: tanh first.",
                (2, 4, 3, 1),
            ),
        ),
        "Pick one output, and ask which inputs it looks at: these are the entries of its row that are not 0.",
        "The zeros of a Jacobian say who ignores whom.",
        labels=("tanh", "the running sum", "flip", "softmax"),
    ),
)
