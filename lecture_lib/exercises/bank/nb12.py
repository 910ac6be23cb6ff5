"""Exercises of notebook 12: batches."""

from typing import Any

import numpy as np

from lecture_lib.exercises.demands import frugal, without_loop
from lecture_lib.exercises.draws import logistic
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _sizes(rng: np.random.Generator) -> tuple[int, int, int]:
    """N examples, n outputs and m inputs, all different."""
    return int(rng.integers(8, 11)), int(rng.integers(3, 5)), int(rng.integers(5, 8))


def _batch(rng: np.random.Generator) -> tuple[Any, Any]:
    N, n, m = _sizes(rng)
    return rng.normal(size=(N, n)), rng.normal(size=(N, m))


def _errors(rng: np.random.Generator) -> tuple[Any]:
    N, n, _ = _sizes(rng)
    return (rng.normal(size=(N, n)),)


def _answers(rng: np.random.Generator) -> tuple[Any, Any]:
    N, _, _ = _sizes(rng)
    return logistic(rng.normal(size=N)), rng.integers(0, 2, N).astype(float)


def _hidden(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    N, n, _ = _sizes(rng)
    return rng.normal(size=N), rng.normal(size=n), np.tanh(rng.normal(size=(N, n)))


def _pair(rng: np.random.Generator) -> tuple[Any, Any]:
    N, n, _ = _sizes(rng)
    return rng.normal(size=(N, n)), rng.normal(size=(N, n))


def _windows(rng: np.random.Generator) -> tuple[Any, Any, int]:
    """Ids of which some come again, within a window and across windows."""
    N, d, V = int(rng.choice([3, 4, 6])), int(rng.integers(2, 5)), int(rng.integers(8, 12))
    ids = rng.integers(0, V, (N, 5))
    ids[0, 1] = ids[0, 2]
    ids[1, 2] = ids[0, 0]
    return ids, rng.normal(size=(N, 5 * d)), V


def _probabilities(rng: np.random.Generator) -> tuple[Any, Any]:
    size = int(rng.integers(4, 8))
    powers = np.exp(rng.normal(size=size))
    return powers / powers.sum(), rng.normal(size=size)


def _factors(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    n, m, k = int(rng.integers(2, 4)), int(rng.integers(4, 6)), int(rng.integers(6, 8))
    return rng.normal(size=(n, m)), rng.normal(size=(m, k)), rng.normal(size=(n, k))


def _around(rng: np.random.Generator) -> tuple[Any, ...]:
    N, n, m = _sizes(rng)
    W, U = rng.normal(0, 0.5, (n, m)), rng.normal(size=(m, n))
    return rng.normal(size=(N, m)), W, U, rng.normal(size=(N, m))


def _scattered(ids: Any, rows: Any, V: int) -> Any:
    grad_E = np.zeros((V, rows.shape[-1]))
    np.add.at(grad_E, ids, rows)
    return grad_E


def _by_word(ids: Any, G: Any) -> Any:
    return G.reshape(*ids.shape, -1)


def _overwritten(ids: Any, G: Any, V: int) -> Any:
    grad_E = np.zeros((V, G.shape[1] // 5))
    grad_E[ids] += _by_word(ids, G)
    return grad_E


def _averaged(ids: Any, G: Any, V: int) -> Any:
    counts = np.maximum(np.bincount(ids.ravel(), minlength=V), 1)
    return _scattered(ids, _by_word(ids, G), V) / counts[:, None]


def _few_hidden(rng: np.random.Generator) -> tuple[Any, ...]:
    return _sized_hidden(rng, 4)


def _many_hidden(rng: np.random.Generator) -> tuple[Any, ...]:
    return _sized_hidden(rng, 40)


def _sized_hidden(rng: np.random.Generator, k: int) -> tuple[Any, ...]:
    return rng.normal(size=3 * k), rng.normal(size=2 * k), np.tanh(rng.normal(size=(3 * k, 2 * k)))


def _few_pairs(rng: np.random.Generator) -> tuple[Any, Any]:
    return rng.normal(size=(6, 3)), rng.normal(size=(6, 3))


def _many_pairs(rng: np.random.Generator) -> tuple[Any, Any]:
    return rng.normal(size=(60, 12)), rng.normal(size=(60, 12))


A_JACOBIAN = (
    "a Jacobian is built",
    "The gradient is right. Which entries does that matrix let through, and what else does so?",
)

EXERCISES = (
    retrieval(
        "12",
        (3, 5, 250),
        ("the passes", "the tangent", "the stored numbers"),
        (0, 1000, "forward mode", "One pass for each input: that is the other direction."),
        (1, 7, "both moved", "c does not move."),
        (1, 2, "the other factor", "Which of the two moves, and what is it multiplied by?"),
        (2, 100, "the output", "Does the gradient of the weights need what comes out, or what went in?"),
        (2, 25000, "the weights", "The weights are parameters: they are there anyway."),
    ),
    Exercise(
        "12-broadcast",
        "A function of G (N, n), the gradient of Z + c for a column c (N, 1): the gradient of c, shape (N, 1).",
        lambda G: G.sum(axis=1, keepdims=True),
        (
            Mistake(
                "the wrong axis",
                "That sums over the examples, which is right for a bias. Along which axis was c copied?",
                lambda G: G.sum(axis=0),
            ),
            Mistake("not summed", "Each number of c was used n times. What becomes of n gradients?", lambda G: G),
            Mistake("an axis is lost", "The numbers are right. c has two axes.", lambda G: G.sum(axis=1)),
            Mistake(
                "averaged",
                "A number that is used n times moves the loss through all n places.",
                lambda G: G.mean(axis=1, keepdims=True),
            ),
            Mistake("one copy only", "All copies of c count, not the first alone.", lambda G: G[:, :1]),
        ),
        "Sum over the axis along which c was copied, and keep that axis.",
        "Copying forward is summing backward.",
        inputs=_errors,
        arguments=("G",),
    ),
    Exercise(
        "12-top",
        "A function of p and y, both (N,), that returns the gradient of the mean logistic loss by the scores, (N,).",
        lambda p, y: (p - y) / len(y),
        (
            Mistake("1/N is missing", "That is the gradient of the sum. What is the loss here?", lambda p, y: p - y),
            Mistake("wrong sign", "If y = 1 and p is too small, must s rise or fall?", lambda p, y: (y - p) / len(y)),
            Mistake("1/N twice", "How often is the sum divided by N?", lambda p, y: (p - y) / len(y) ** 2),
            Mistake(
                "one number for all",
                "Each score has a slope of its own. Do not take the mean of them.",
                lambda p, y: np.mean(p - y),
            ),
            Mistake(
                "the squared loss",
                "In the logistic loss p(1 - p) cancels.",
                lambda p, y: 2 * (p - y) * p * (1 - p) / len(y),
            ),
        ),
        "As for one example, and then the mean.",
        "1/N enters here, and never again further down.",
        inputs=_answers,
        arguments=("p", "y"),
    ),
    Exercise(
        "12-delta",
        "A function of e (N,), u (n,) and H = tanh(Z), (N, n), that returns Δ, shape (N, n).",
        lambda e, u, H: e[:, None] * u * (1 - H**2),
        (
            Mistake(
                "f' is missing", "Between H and Z there is a nonlinearity.", lambda e, u, H: e[:, None] * u + 0 * H
            ),
            Mistake(
                "the top is missing",
                "That is Δ of the bare scores. What comes down from the loss?",
                lambda e, u, H: u * (1 - H**2),
            ),
            Mistake("the values, not the slopes", "f'(z), not f(z).", lambda e, u, H: e[:, None] * u * H),
            Mistake("the square is missing", "tanh' = 1 - tanh².", lambda e, u, H: e[:, None] * u * (1 - H)),
            Mistake(
                "tanh twice",
                "H has been through tanh already.",
                lambda e, u, H: e[:, None] * u * (1 - np.tanh(H) ** 2),
            ),
            Mistake("u is missing", "How does s move when h moves?", lambda e, u, H: e[:, None] * (1 - H**2)),
        ),
        "For one example it is e · (u ∘ f'(z)). Now e has a number for each row.",
        "Row i is the error signal of example i.",
        inputs=_hidden,
        arguments=("e", "u", "H"),
        demands=(without_loop(_few_hidden, _many_hidden),),
    ),
    Exercise(
        "12-weights",
        "A function of Delta (N, n) and X (N, m) that returns ∇_W J; 1/N is already in Delta.",
        lambda Delta, X: Delta.T @ X,
        (
            Mistake(
                "transposed",
                "W has a row for each output. Which of the two has the outputs?",
                lambda Delta, X: X.T @ Delta,
            ),
            Mistake("1/N twice", "1/N enters once, at the top.", lambda Delta, X: Delta.T @ X / len(X)),
            Mistake(
                "summed before multiplied",
                "Each example pairs its own error with its own input.",
                lambda Delta, X: np.outer(Delta.sum(axis=0), X.sum(axis=0)),
            ),
            Mistake(
                "one example only",
                "Every example contributes an outer product.",
                lambda Delta, X: np.outer(Delta[0], X[0]),
            ),
            Mistake(
                "not summed over the batch",
                "The examples share one W. What becomes of their contributions?",
                lambda Delta, X: Delta[:, :, None] * X[:, None, :],
            ),
        ),
        "A sum of outer products, one for each example: which matrix product is that?",
        "ΔᵀX adds up N outer products in one call.",
        inputs=_batch,
        arguments=("Delta", "X"),
    ),
    Exercise(
        "12-relu",
        "A function of Z and G, both (N, n): the gradient of Z when G arrives at relu(Z), without any Jacobian.",
        lambda Z, G: G * (Z > 0),
        (
            Mistake(
                "the sign of the wrong array",
                "Whether a unit is on, does that depend on what comes back?",
                lambda Z, G: G * (G > 0),
            ),
            Mistake("the values, not the slopes", "The slope of relu is 0 or 1.", lambda Z, G: G * np.maximum(Z, 0)),
            Mistake("the mask alone", "That is the local part. What arrives from above?", lambda Z, G: 1.0 * (Z > 0)),
            Mistake("every unit is on", "Where Z is negative, relu does not move.", lambda Z, G: G),
            Mistake("upside down", "Which units let the gradient through?", lambda Z, G: G * (Z < 0)),
        ),
        "A diagonal of zeros and ones, times G: which entries stay?",
        "A mask takes the place of a matrix with N·n rows and columns.",
        inputs=_pair,
        arguments=("Z", "G"),
        demands=(without_loop(_few_pairs, _many_pairs), frugal(_many_pairs, 200_000, *A_JACOBIAN)),
    ),
    Exercise(
        "12-embedding",
        "A function of ids (N, 5), G = ∇_X J (N, 5d) and V that returns ∇_E J, shape (V, d).",
        lambda ids, G, V: _scattered(ids, _by_word(ids, G), V),
        (
            Mistake(
                "overwritten instead of added",
                "Some word comes twice. What becomes of its first gradient?",
                _overwritten,
            ),
            Mistake(
                "the words are cut wrongly",
                "A row of G is five words, one after the other, each with d numbers.",
                lambda ids, G, V: _scattered(ids, G.reshape(len(ids), -1, 5).transpose(0, 2, 1), V),
            ),
            Mistake("averaged", "A word that is used twice moves the loss through both places.", _averaged),
            Mistake(
                "the middle word only",
                "All five words of a window went into its score.",
                lambda ids, G, V: _scattered(ids[:, 2], _by_word(ids, G)[:, 2], V),
            ),
        ),
        "Cut each row of G into five word gradients, then add each at its word's row.",
        "np.add.at adds every time, however often an id comes.",
        inputs=_windows,
        arguments=("ids", "G", "V"),
    ),
    Exercise(
        "12-softmax-pull",
        "A function of p = softmax(x) and g, both (n,): what softmax sends back to x when g arrives at p.",
        lambda p, g: p * (g - g @ p),
        (
            Mistake(
                "the diagonal alone",
                "When one entry of x grows, all other probabilities shrink. What do they send back?",
                lambda p, g: g * p * (1 - p),
            ),
            Mistake(
                "the shortcut for another case",
                "p minus something belongs to softmax with cross-entropy on top. Here g is any gradient.",
                lambda p, g: p - g,
            ),
            Mistake(
                "the sum where the weighed sum belongs",
                "Each entry of g counts as much as its probability.",
                lambda p, g: p * (g - g.sum()),
            ),
            Mistake(
                "the mean where the weighed sum belongs",
                "A plain mean weighs all entries alike. By what is g weighed here?",
                lambda p, g: p * (g - g.mean()),
            ),
            Mistake(
                "the outer factor is missing",
                "An entry of x whose probability is nearly 0 can move nothing. Does yours send nothing?",
                lambda p, g: g - g @ p,
            ),
        ),
        "The Jacobian is diag(p) - p pᵀ. Multiply it with g, without building it.",
        "softmax subtracts the weighed mean of what arrives, then weighs: its gradients sum to 0.",
        inputs=_probabilities,
        arguments=("p", "g"),
    ),
    Exercise(
        "12-matmul-pull",
        "A function of A (n, m), B (m, k) and G (n, k), the gradient at C = A B: the gradients for A and for B.",
        lambda A, B, G: (G @ B.T, A.T @ G),
        (
            Mistake(
                "the two are swapped",
                "Each gradient has the shape of its own matrix, the first that of A.",
                lambda A, B, G: (A.T @ G, G @ B.T),
            ),
            Mistake(
                "the first is transposed",
                "Which shape has the gradient for A?",
                lambda A, B, G: (B @ G.T, A.T @ G),
            ),
            Mistake(
                "the second is transposed",
                "Which shape has the gradient for B?",
                lambda A, B, G: (G @ B.T, G.T @ A),
            ),
            Mistake(
                "what arrives is ignored",
                "With ones in place of G you differentiate the sum of all entries of C.",
                lambda A, B, G: (np.ones_like(G) @ B.T, A.T @ np.ones_like(G)),
            ),
            Mistake(
                "one gradient only",
                "Two matrices went in, so two gradients come back.",
                lambda A, B, G: G @ B.T,
            ),
        ),
        "G meets the other matrix, on that matrix's own side, transposed. The shapes tell the rest.",
        "A product switches: each side gets G times the other one, transposed.",
        inputs=_factors,
        arguments=("A", "B", "G"),
        labels=("the gradient for A", "the gradient for B"),
    ),
    Exercise(
        "12-residual",
        "A function of X (N, m), W (n, m), U (m, n) and G (N, m), the gradient at X + tanh(XWᵀ)Uᵀ: the one for X.",
        lambda X, W, U, G: G + ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W,
        (
            Mistake(
                "the way around is left out",
                "X reaches the output along two paths. One of them passes the layers.",
                lambda X, W, U, G: ((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W,
            ),
            Mistake(
                "the way through is left out",
                "X also goes through the layers. What comes back from there?",
                lambda X, W, U, G: 1.0 * G,
            ),
            Mistake(
                "the slope of tanh is missing",
                "Between the two matrices stands tanh.",
                lambda X, W, U, G: G + (G @ U) @ W,
            ),
            Mistake(
                "the value of tanh, not its slope",
                "tanh is what went forward. How fast does it move there?",
                lambda X, W, U, G: G + ((G @ U) * np.tanh(X @ W.T)) @ W,
            ),
            Mistake(
                "multiplied where the paths meet",
                "Along a path slopes multiply. What do paths do where they meet?",
                lambda X, W, U, G: G * (((G @ U) * (1 - np.tanh(X @ W.T) ** 2)) @ W),
            ),
        ),
        "Follow both paths from X to the output, and add what comes back along each.",
        "The way around hands G on whole: a deep network of such layers has a path without a single factor.",
        inputs=_around,
        arguments=("X", "W", "U", "G"),
    ),
)
