"""The museum of notebook 18: one network that learns, and ten ways in which real programs kept it from learning.

All ten have the same task and, but for one line, the same program. `examine` trains a program for a
while and writes down what one can see from outside; nothing in that record names the fault.

The losses take parameters, windows X of shape (N, 250) and classes y of shape (N,), and return shape (N,); `layers`
returns H1 and H2 of shape (N, 16) and S of shape (N, 4), `gradient` a gradient for every parameter. Notebook 18 prints
the source of these functions, so they say no more than a program in the wild would.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from lecture_lib.autograd.checks import central
from lecture_lib.autograd.nn import logsumexp, relu, sigmoid, softmax
from lecture_lib.autograd.operation import Array
from lecture_lib.autograd.transforms import grad
from lecture_lib.data import corpus, vectors
from lecture_lib.ner import NERWindowModel, Vocabulary, to_types
from lecture_lib.train.regularize import clip_by_norm

Params = dict[str, Array]
Losses = Callable[[Any, Array, Array], Any]
Gradient = Callable[[Any, Array, Array], Params]
Bend = Callable[[Any], Any]

CLASSES = ("O", "PER", "LOC", "ORG")
HIDDEN = 16
WINDOWS = 400
STEPS = 150
BATCH = 50
WIGGLE = 1e-5
ENTRIES = 20


@dataclass(frozen=True)
class Symptoms:
    """What one can see of a program that trains.

    Attributes:
        loss: before every step, the mean over all windows, shape (steps,).
        worst: the largest loss of a window, shape (steps,).
        sizes: the length of every parameter's gradient, by name, shape (steps,) each.
        unheard: the share of windows that send a gradient of exactly 0 to all weights, before training and after.
        agreement: by name, the cosine between the first gradient that the program gives and what wiggling finds;
            1 when they agree.
        params: the parameters after the last step.
    """

    loss: Array
    worst: Array
    sizes: dict[str, Array]
    unheard: tuple[float, float]
    agreement: dict[str, float]
    params: Params


@dataclass(frozen=True)
class Program:
    """A network and the way it is trained.

    Attributes:
        losses: from parameters, X and y to one loss a window.
        gradient: the gradient of their mean, written by hand; None lets the library find it.
        code: the lines to look at.
        forgets: whether each step begins with a fresh gradient.
        lr: the rate of plain gradient descent.
        bias: the first b1 and b2, all entries.
        clip: the largest length of a gradient; None for none.
        shift: how many places the classes have slipped against their windows.
    """

    losses: Losses
    gradient: Gradient | None = None
    code: str = field(default="", repr=False)
    forgets: bool = True
    lr: float = 0.3
    bias: float = 0.0
    clip: float | None = None
    shift: int = 0

    def problem(self) -> tuple[Array, Array]:
        """The windows and classes that the program is given."""
        X, y = problem()
        return X, np.roll(y, -self.shift)

    @property
    def rule(self) -> Gradient:
        """The gradient by hand, or else the library's."""
        return self.gradient or gradient_of(self.losses)


@cache
def problem() -> tuple[Array, Array]:
    """The windows of the first shipped training sentences, and their classes.

    Example:
        >>> X, y = problem()
        >>> X.shape, y[:6]
        ((400, 250), array([1, 0, 0, 1, 0, 0]))
    """
    sentences = corpus("default").train[:60]
    X = NERWindowModel(Vocabulary(vectors("default")), CLASSES).windows(sentences)[:WINDOWS]
    y = [CLASSES.index(kind) for sentence in sentences for kind in to_types(sentence.tags)]
    found = X.astype(np.float64), np.array(y[:WINDOWS])
    for array in found:
        array.flags.writeable = False
    return found


def start(bias: float = 0.0, seed: int = 18) -> Params:
    """The first parameters, the same at every call with one seed."""
    rng, n, k = np.random.default_rng(seed), HIDDEN, len(CLASSES)
    shapes = {"W1": (n, 250), "W2": (n, n), "U": (k, n)}
    weights = {name: rng.normal(0, shape[1] ** -0.5, shape) for name, shape in shapes.items()}
    return {
        "W1": weights["W1"],
        "b1": np.full(n, bias),
        "W2": weights["W2"],
        "b2": np.full(n, bias),
        "U": weights["U"],
        "c": np.zeros(k),
    }


def layers(params: Any, X: Array, f: Bend = np.tanh) -> tuple[Any, Any, Any]:
    """H1, H2 and the scores S of a batch; H1 goes into layer 2, and around it."""
    H1 = f(X @ params["W1"].T + params["b1"])
    H2 = f(H1 @ params["W2"].T + params["b2"])
    return H1, H2, (H1 + H2) @ params["U"].T + params["c"]


def losses(params: Any, X: Array, y: Array) -> Any:
    """-log softmax at the right class, one number a window."""
    S = layers(params, X)[-1]
    return logsumexp(S, axis=1) - S[np.arange(len(y)), y]


def gradient(params: Params, X: Array, y: Array) -> Params:
    """The gradient of the mean loss, written by hand."""
    H1, H2, S = layers(params, X)
    D = (softmax(S) - np.eye(4)[y]) / len(X)
    D2 = (D @ params["U"]) * (1 - H2**2)
    G1 = D @ params["U"]
    G1 = G1 + D2 @ params["W2"]
    D1 = G1 * (1 - H1**2)
    grads = {"W1": D1.T @ X, "b1": D1.sum(axis=0)}
    grads |= {"W2": D2.T @ H1, "b2": D2.sum(axis=0)}
    return grads | {"U": D.T @ (H1 + H2), "c": D.sum(axis=0)}


def softmax_twice(params: Any, X: Array, y: Array) -> Any:
    """Case 7: the network's last line is a softmax, and the loss takes another."""
    P = softmax(layers(params, X)[-1])
    return logsumexp(P, axis=1) - P[np.arange(len(y)), y]


def dead_relu(params: Any, X: Array, y: Array) -> Any:
    """Case 5: the network with relu; its biases begin at -5."""
    S = layers(params, X, relu)[-1]
    return logsumexp(S, axis=1) - S[np.arange(len(y)), y]


def sigmoid_losses(params: Any, X: Array, y: Array) -> Any:
    """The losses of the network with the logistic function, which saturates when weights are large."""
    S = layers(params, X, sigmoid)[-1]
    return logsumexp(S, axis=1) - S[np.arange(len(y)), y]


def clipped_loss(params: Any, X: Array, y: Array) -> Any:
    """Case 3: no loss may be larger than 2, "against exploding gradients"."""
    return np.clip(losses(params, X, y), 0.0, 2.0)


def again_and_again(params: Any, X: Array, y: Array) -> Any:
    """Case 8: the same matrix M = W2 is applied 15 times."""
    H = np.tanh(X @ params["W1"].T + params["b1"])
    for _ in range(15):
        H = H @ params["W2"].T + params["b2"]
    S = H @ params["U"].T + params["c"]
    return logsumexp(S, axis=1) - S[np.arange(len(y)), y]


def _with(right: str, wrong: str) -> Program:
    """The program by hand, with one line changed."""
    source = inspect.getsource(gradient).replace(f"    {right}\n", f"    {wrong}\n" if wrong else "")
    lines: dict[str, Any] = {}
    exec(compile(source, "<museum>", "exec"), globals(), lines)
    return Program(losses, lines["gradient"], source)


def _automatic(loss: Any, **settings: Any) -> Program:
    # The name and the first line say what the reader is to find out.
    head, _, *lines = inspect.getsource(loss).splitlines()
    code = "\n".join([head.replace(loss.__name__, "losses"), *lines])
    return Program(loss, code=code + "\n", **settings)


HEALTHY = Program(losses, gradient, inspect.getsource(gradient))
PILED_UP = """for step in range(150):
    rows = batch(step)
    for name, g in gradient(params, X[rows], y[rows]).items():
        grads[name] += g
        params[name] -= lr * grads[name]
"""
SHIFTED = """windows, tags = read(corpus)
for window, tag in zip(windows, tags[1:] + tags[:1]):
    examples.append((window, CLASSES.index(tag)))
"""
CASES: dict[int, Program] = {
    # Piled up, a larger rate would be chaos: another end on every processor.
    1: Program(losses, gradient, PILED_UP, forgets=False, lr=0.03),
    2: _with('G1 = G1 + D2 @ params["W2"]', 'G1 = G1 + D2 @ params["W2"].T'),
    3: _automatic(clipped_loss),
    4: _with("D = (softmax(S) - np.eye(4)[y]) / len(X)", "D = (np.eye(4)[y] - softmax(S)) / len(X)"),
    5: _automatic(dead_relu, bias=-5.0),
    6: _with('G1 = G1 + D2 @ params["W2"]', 'G1 = D2 @ params["W2"]'),
    7: _automatic(softmax_twice),
    8: _automatic(again_and_again, lr=0.03),
    9: _with("D1 = G1 * (1 - H1**2)", "D1 = G1"),
    10: Program(losses, gradient, SHIFTED, shift=1),
}
"""The ten cases, by the number on the door."""


def examine(program: Program, steps: int = STEPS, seed: int = 18) -> Symptoms:
    """Train a program by plain gradient descent from a seed's first weights, and write down what can be seen.

    Example:
        >>> seen = examine(HEALTHY)
        >>> bool(seen.loss[-1] < 0.2 * seen.loss[0]), round(seen.agreement["W1"], 4)
        (True, 1.0)
    """
    X, y = program.problem()
    params = start(program.bias, seed)
    found = program.rule
    piled = {name: np.zeros_like(value) for name, value in params.items()}
    rng = np.random.default_rng(1)
    # Away from the tidy start, where biases are 0 and tanh is hardly bent.
    untidy = {name: value + rng.normal(0, 0.1, value.shape) for name, value in params.items()}
    agrees, first = agreement(program, untidy), _unheard(program, params, X, y)
    loss, worst = [], []
    sizes: dict[str, list[float]] = {name: [] for name in params}
    order = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            each = np.asarray(program.losses(params, X, y))
            rows = order.choice(len(X), BATCH, replace=False)
            grads = found(params, X[rows], y[rows])
            if not (np.isfinite(each).all() and all(np.isfinite(g).all() for g in grads.values())):
                break
            piled = grads if program.forgets else {name: piled[name] + g for name, g in grads.items()}
            lengths = {name: float(np.linalg.norm(g)) for name, g in piled.items()}
            if not np.isfinite(list(lengths.values())).all():
                break
            loss.append(float(each.mean()))
            worst.append(float(each.max()))
            for name, length in lengths.items():
                sizes[name].append(length)
            taken = piled if program.clip is None else clip_by_norm(piled, program.clip)
            params = {name: value - program.lr * taken[name] for name, value in params.items()}
        last = _unheard(program, params, X, y)
    return Symptoms(
        np.array(loss),
        np.array(worst),
        {name: np.array(values) for name, values in sizes.items()},
        (first, last),
        agrees,
        params,
    )


def gradient_of(each: Losses) -> Gradient:
    """The gradient of the mean of some losses, found by the library."""
    return grad(lambda params, X, y: np.mean(each(params, X, y)))


def agreement(program: Program, params: Params) -> dict[str, float]:
    """Compare the gradient that a program gives with wiggling, on a few entries of every parameter drawn at random.

    Example:
        >>> round(agreement(HEALTHY, start())["W2"], 4)
        1.0
    """
    X, y = program.problem()
    rng = np.random.default_rng(1)
    rows = rng.choice(len(X), BATCH, replace=False)
    found = program.rule
    given = found(params, X[rows], y[rows])
    cosines = {}
    for name, value in params.items():
        places = [np.unravel_index(k, value.shape) for k in rng.permutation(value.size)[:ENTRIES]]

        def loss(moved: Array, name: str = name) -> Any:
            return np.mean(program.losses(params | {name: moved}, X[rows], y[rows]))

        wiggled = [central(loss, value, place, WIGGLE) for place in places]
        cosines[name] = _cosine(np.array(wiggled), np.array([given[name][place] for place in places]))
    return cosines


def _cosine(a: Array, b: Array) -> float:
    if not a.any() and not b.any():
        return 1.0
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-300))


def _unheard(program: Program, params: Params, X: Array, y: Array) -> float:
    """The share of windows, of every eighth one, that send exactly 0 to every parameter but c."""
    if not all(np.isfinite(value).all() for value in params.values()):
        return 0.0
    silent = 0
    found = program.rule
    for k in range(0, len(X), 8):
        grads = found(params, X[k : k + 1], y[k : k + 1])
        silent += not any(g.any() for name, g in grads.items() if name != "c")
    return silent / len(range(0, len(X), 8))
