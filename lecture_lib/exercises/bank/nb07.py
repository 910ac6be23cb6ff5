"""Exercises of notebook 07: from score to loss, word gradients, and a step."""

from typing import Any

import numpy as np

from lecture_lib.exercises.draws import layer, logistic, sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _score_and_answer(rng: np.random.Generator) -> tuple[float, int]:
    return float(rng.normal()), int(rng.integers(0, 2))


def _example(rng: np.random.Generator) -> tuple[Any, ...]:
    return (*layer(rng), int(rng.integers(0, 2)))


def _forward(x: Any, W: Any, b: Any, u: Any) -> tuple[Any, Any]:
    h = np.tanh(W @ x + b)
    return h, logistic(u @ h)


def _delta(x: Any, W: Any, b: Any, u: Any, y: int) -> Any:
    h, p = _forward(x, W, b, u)
    return (p - y) * u * (1 - h**2)


def _on_score(x: Any, W: Any, b: Any, u: Any, y: int) -> Any:
    h, _ = _forward(x, W, b, u)
    return u * (1 - h**2)


def _without_slope(x: Any, W: Any, b: Any, u: Any, y: int) -> Any:
    _, p = _forward(x, W, b, u)
    return (p - y) * u


def _score_error(x: Any, W: Any, b: Any, u: Any, y: int) -> Any:
    h, _ = _forward(x, W, b, u)
    return (u @ h - y) * u * (1 - h**2)


def _squared_loss(x: Any, W: Any, b: Any, u: Any, y: int) -> Any:
    _, p = _forward(x, W, b, u)
    return 2 * p * (1 - p) * _delta(x, W, b, u, y)


def _softmax(s: Any) -> Any:
    return np.exp(s) / np.exp(s).sum()


def _one_hot(s: Any, k: int) -> Any:
    return np.eye(s.size)[k]


def _classes(rng: np.random.Generator) -> tuple[Any, int]:
    n = int(rng.integers(4, 7))
    return rng.normal(size=n), int(rng.integers(0, n))


def _window(rng: np.random.Generator) -> tuple[Any, Any, int]:
    """Five word gradients, and ids of which one occurs twice, beside a word that occurs once."""
    V, d = int(rng.integers(8, 12)), int(rng.integers(2, 5))
    ids = rng.permutation(V)[:5]
    ids[rng.choice([0, 1, 3])] = ids[4]
    return rng.normal(size=(5, d)), ids, V


def _scattered(rows: Any, ids: Any, V: int) -> Any:
    grad_E = np.zeros((V, rows.shape[1]))
    np.add.at(grad_E, ids, rows)
    return grad_E


def _overwritten(rows: Any, ids: Any, V: int) -> Any:
    grad_E = np.zeros((V, rows.shape[1]))
    grad_E[ids] = rows
    return grad_E


def _first_kept(rows: Any, ids: Any, V: int) -> Any:
    return _overwritten(rows[::-1], ids[::-1], V)


def _averaged(rows: Any, ids: Any, V: int) -> Any:
    return _scattered(rows, ids, V) / np.maximum(np.bincount(ids, minlength=V), 1)[:, None]


def _center_only(rows: Any, ids: Any, V: int) -> Any:
    return _scattered(rows[2:3], ids[2:3], V)


def _two_layers(rng: np.random.Generator) -> tuple[Any, ...]:
    n, m = sizes(rng)
    return rng.normal(size=(n, m)), rng.normal(size=n), rng.normal(size=(2, n)), rng.normal(size=2)


def _parameter(rng: np.random.Generator) -> tuple[Any, Any, float]:
    shape = sizes(rng)
    return rng.normal(size=shape), rng.normal(size=shape), float(rng.uniform(0.05, 0.5))


def _two_windows(rng: np.random.Generator) -> tuple[Any, ...]:
    """A true window, a false one, and scores for which the margin is kept, nearly kept, or lost."""
    x, W, b, u = layer(rng)
    false = rng.normal(size=x.shape)
    ahead = u @ (np.tanh(W @ x + b) - np.tanh(W @ false + b))
    return x, false, W, b, u * rng.choice([3.0, 0.5, -3.0]) / ahead


def _always(x: Any, false: Any, W: Any, b: Any, u: Any, kept: float = 1.0) -> Any:
    true, wrong = (np.tanh(W @ v + b) for v in (x, false))
    return kept * np.outer(u * (1 - wrong**2), false) - np.outer(u * (1 - true**2), x)


def _pushed(x: Any, false: Any, W: Any, b: Any, u: Any, kept: float) -> Any:
    ahead = u @ (np.tanh(W @ x + b) - np.tanh(W @ false + b))
    return (ahead < 1) * _always(x, false, W, b, u, kept)


def _margin(x: Any, false: Any, W: Any, b: Any, u: Any) -> Any:
    return _pushed(x, false, W, b, u, 1.0)


def _scores_class_share(rng: np.random.Generator) -> tuple[Any, ...]:
    K = int(rng.integers(4, 8))
    return rng.normal(size=K), int(rng.integers(K)), float(rng.uniform(0.1, 0.4))


def _error(s: Any, c: int) -> Any:
    return _softmax(s) - _one_hot(s, c)


EXERCISES = (
    retrieval(
        "07",
        (-1, 2000, 1),
        ("the slope of the weight", "the numbers", "the slope of the input"),
        (0, 1.5, "another unit", "The weight leads to unit 2."),
        (0, -8, "another input", "The weight comes from input 3."),
        (1, 258, "what it is made of", "So many numbers do δ and x hold. There is one slope for each weight."),
        (2, 5, "a sign lost", "One of the two contributions is negative."),
    ),
    Exercise(
        "07-upstream",
        "A function of the score s and the answer y (0 or 1) that returns ∂J/∂s for the logistic loss.",
        lambda s, y: logistic(s) - y,
        (
            Mistake(
                "wrong sign",
                "If y = 1 and p is too small, must s rise or fall? And what does a step against the slope do?",
                lambda s, y: y - logistic(s),
            ),
            Mistake(
                "the squared loss",
                "That is the slope of (p - y)². The log cancels a factor.",
                lambda s, y: 2 * (logistic(s) - y) * logistic(s) * (1 - logistic(s)),
            ),
            Mistake(
                "the slope of σ alone",
                "That is ∂p/∂s. What does the loss make of p?",
                lambda s, y: logistic(s) * (1 - logistic(s)),
            ),
            Mistake(
                "the score is no probability",
                "s may be 8, and y is 0 or 1. What makes them comparable?",
                lambda s, y: s - y,
            ),
            Mistake(
                "the slope in p",
                "That is ∂J/∂p. There is one factor more on the way to s.",
                lambda s, y: (logistic(s) - y) / (logistic(s) * (1 - logistic(s))),
            ),
        ),
        "∂J/∂p times ∂p/∂s; then see what cancels.",
        "What the network said minus what it should have said.",
        inputs=_score_and_answer,
        arguments=("s", "y"),
    ),
    Exercise(
        "07-squared",
        "A function of the score s and the answer y (0 or 1) that returns ∂J/∂s for J = (p - y)², p = σ(s).",
        lambda s, y: 2 * (logistic(s) - y) * logistic(s) * (1 - logistic(s)),
        (
            Mistake("σ' is missing", "That is ∂J/∂p. What lies between p and s?", lambda s, y: 2 * (logistic(s) - y)),
            Mistake("the logistic loss", "There p(1 - p) cancels. Does it here?", lambda s, y: logistic(s) - y),
            Mistake(
                "the 2 is missing",
                "What is the slope of a square?",
                lambda s, y: (logistic(s) - y) * logistic(s) * (1 - logistic(s)),
            ),
            Mistake(
                "s(1 - s)",
                "σ' is written with the output of σ, not with its input.",
                lambda s, y: 2 * (logistic(s) - y) * s * (1 - s),
            ),
        ),
        "Two factors: the slope of the square, and the slope of σ.",
        "Two stops, two slopes: from J to p, and from p to s.",
        inputs=_score_and_answer,
        arguments=("s", "y"),
    ),
    Exercise(
        "07-delta",
        "A function of x, W, b, u and y that returns δ = ∇_z J for the logistic loss, shape (n,).",
        _delta,
        (
            Mistake(
                "the loss is missing", "That is δ of the bare score: it is the same for y = 0 and y = 1.", _on_score
            ),
            Mistake(
                "wrong sign",
                "Is it p - y or y - p that comes down from the logistic loss?",
                lambda x, W, b, u, y: -_delta(x, W, b, u, y),
            ),
            Mistake("f' is missing", "Between h and z there is a nonlinearity.", _without_slope),
            Mistake("the score is no probability", "y is 0 or 1. What makes a score comparable with it?", _score_error),
            Mistake("the squared loss", "p(1 - p) cancels in the logistic loss.", _squared_loss),
        ),
        "Three factors: from J to s, from s to h, from h to z.",
        "The loss adds one number in front: δ = e · (u ∘ f'(z)).",
        inputs=_example,
        arguments=("x", "W", "b", "u", "y"),
    ),
    Exercise(
        "07-softmax",
        "A function of scores (K,) and the right class c: the gradient of -log softmax(scores)[c], shape (K,).",
        lambda s, c: _softmax(s) - _one_hot(s, c),
        (
            Mistake(
                "the correct class is no exception",
                "All your slopes push scores down. Which score should rise?",
                lambda s, c: _softmax(s),
            ),
            Mistake(
                "wrong sign",
                "A step against the gradient must raise the right score.",
                lambda s, c: _one_hot(s, c) - _softmax(s),
            ),
            Mistake(
                "the correct class only",
                "The other scores move the loss as well: they are in the denominator.",
                lambda s, c: _one_hot(s, c) * (_softmax(s) - 1),
            ),
            Mistake(
                "1 taken from every class",
                "Only one class was right. Which of the scores does the term -s_c hold?",
                lambda s, c: _softmax(s) - 1,
            ),
            Mistake(
                "scores, not probabilities",
                "Turn the scores into probabilities first.",
                lambda s, c: s - _one_hot(s, c),
            ),
        ),
        "Two cases: the correct class, and every other one.",
        "Probabilities, with 1 taken from the right one: they sum to 0.",
        inputs=_classes,
        arguments=("scores", "c"),
    ),
    Exercise(
        "07-words",
        "A function of grad_x (5d,) and d that returns the five word gradients, one a row, shape (5, d).",
        lambda grad_x, d: grad_x.reshape(5, d),
        (
            Mistake(
                "every fifth entry",
                "The words lie end to end. Which entries belong to the first?",
                lambda grad_x, d: grad_x.reshape(d, 5).T,
            ),
            Mistake("transposed", "One word a row.", lambda grad_x, d: grad_x.reshape(5, d).T),
            Mistake(
                "rows of five",
                "Each word has d numbers, and there are five words.",
                lambda grad_x, d: grad_x.reshape(d, 5),
            ),
            Mistake(
                "the middle word only", "All five words went into the score.", lambda grad_x, d: grad_x[2 * d : 3 * d]
            ),
        ),
        "x was five rows, laid end to end. Undo that.",
        "What ravel laid end to end, reshape takes apart again.",
        inputs=lambda rng: (rng.normal(size=5 * (d := int(rng.choice([2, 3, 4, 6])))), d),
        arguments=("grad_x", "d"),
    ),
    Exercise(
        "07-repeated",
        "A function of rows (5, d), ids (5,) and V that returns ∇_E J, shape (V, d): each row added at its word's id.",
        _scattered,
        (
            Mistake(
                "overwritten instead of added",
                "One word stands twice in the window. What becomes of its first gradient?",
                _overwritten,
            ),
            Mistake(
                "overwritten instead of added",
                "One word stands twice in the window. What becomes of its last gradient?",
                _first_kept,
            ),
            Mistake("averaged", "A word that is used twice moves the score through both places.", _averaged),
            Mistake("the middle word only", "All five words went into the score.", _center_only),
        ),
        "grad_E[ids] += rows adds only once for an id that comes twice. What adds each time?",
        "Gradients add wherever a value is used; all other rows stay 0.",
        inputs=_window,
        arguments=("rows", "ids", "V"),
    ),
    Exercise(
        "07-step",
        "A function of a parameter θ, its gradient and the rate α that returns θ after one step of descent.",
        lambda theta, gradient, rate: theta - rate * gradient,
        (
            Mistake("uphill", "The gradient points the way up.", lambda theta, gradient, rate: theta + rate * gradient),
            Mistake(
                "the rate is missing",
                "The slope holds for a small step only. What keeps it small?",
                lambda theta, gradient, rate: theta - gradient,
            ),
            Mistake(
                "the step, not the new parameter",
                "Where do you arrive when you take that step from θ?",
                lambda theta, gradient, rate: -rate * gradient,
            ),
            Mistake(
                "the parameter shrinks",
                "The step goes along the gradient, whatever θ is.",
                lambda theta, gradient, rate: theta * (1 - rate * gradient),
            ),
        ),
        "From θ, against the gradient, as far as the rate allows.",
        "One line, for a number, a vector or a matrix.",
        inputs=_parameter,
        arguments=("theta", "gradient", "rate"),
    ),
    Exercise(
        "07-collapse",
        "A function of W1 (n, m), b1 (n,), W2 (q, n), b2 (q,) that returns the pair (W, b) of the one layer that does "
        "the same as W2(W1 x + b1) + b2.",
        lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 + b2),
        (
            Mistake(
                "the factors are in the wrong order",
                "x meets W1 first. Which matrix stands next to x?",
                lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
            ),
            Mistake(
                "the first bias is lost",
                "With x = 0, is the output b2 alone?",
                lambda W1, b1, W2, b2: (W2 @ W1, b2),
            ),
            Mistake(
                "the second bias is lost",
                "What is added at the very end?",
                lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1),
            ),
            Mistake(
                "the first bias does not pass the second layer",
                "b1 has n numbers, b2 has q. What stands between b1 and the output?",
                lambda W1, b1, W2, b2: (W2 @ W1, b1 + b2),
            ),
            Mistake(
                "transposed",
                "W takes m numbers to q. What is its shape?",
                lambda W1, b1, W2, b2: ((W2 @ W1).T, W2 @ b1 + b2),
            ),
        ),
        "Put the first layer into the second, multiply out, and sort: what holds x, and what does not?",
        "Without a bend between them, two layers are one.",
        inputs=_two_layers,
        arguments=("W1", "b1", "W2", "b2"),
        labels=("W", "b"),
    ),
    Exercise(
        "07-margin",
        "A function of x and x_false, both (m,), W (n, m), b and u: the gradient of max(0, 1 - s + s_false) for W.",
        _margin,
        (
            Mistake("never switched off", "Ahead by more than 1, J is 0. What is its slope there?", _always),
            Mistake(
                "the false window is left out",
                "W makes both scores. What does the other one want?",
                lambda x, x_false, W, b, u: _pushed(x, x_false, W, b, u, 0.0),
            ),
            Mistake(
                "one error signal for both windows",
                "Each window has a z of its own, and its slopes are taken there.",
                lambda x, x_false, W, b, u: (
                    (u @ (np.tanh(W @ x + b) - np.tanh(W @ x_false + b)) < 1)
                    * np.outer(u * (1 - np.tanh(W @ x + b) ** 2), x_false - x)
                ),
            ),
        ),
        "Two gradients of a score, one with a minus, and a switch in front: is J above 0 at all?",
        "A loss of two scores sends one error signal into each of them, and none once the order is clear.",
        inputs=_two_windows,
        arguments=("x", "x_false", "W", "b", "u"),
    ),
    Exercise(
        "07-softened",
        "A function of scores (K,), the right class c and a share a: the gradient for the scores with softened labels.",
        lambda scores, c, a: _error(scores, c) + a * ((np.arange(len(scores)) == c) - 1 / len(scores)),
        (
            Mistake(
                "not softened", "That is the slope for a label of 0 and 1. Where is a?", lambda s, c, a: _error(s, c)
            ),
            Mistake(
                "labels that sum to more than 1",
                "What is given to all classes must be taken from the right one.",
                lambda s, c, a: _error(s, c) - a / len(s),
            ),
            Mistake(
                "a share for the others alone",
                "a is spread over all K classes, c among them.",
                lambda s, c, a: _error(s, c) + a * ((np.arange(len(s)) == c) * len(s) - 1) / (len(s) - 1),
            ),
            Mistake(
                "the loss is made smaller, not softer",
                "1 - a stands before the old label. What came in besides?",
                lambda s, c, a: (1 - a) * _error(s, c),
            ),
        ),
        "Write the softened label as an array of K numbers that sum to 1. The slope is p minus that.",
        "Whatever shares the labels are, softmax sends back p minus them.",
        inputs=_scores_class_share,
        arguments=("scores", "c", "a"),
    ),
)
