"""Exercises of notebook 10: a check that can be trusted, and inputs on which a wrong gradient shows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lecture_lib.exercises.demands import own_work
from lecture_lib.exercises.draws import sizes
from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval


def _two(rng: np.random.Generator) -> tuple[Any, Any]:
    shape = sizes(rng)
    stated = rng.normal(0, 1e-3, shape)
    other = stated + rng.normal(0, 1e-4, shape)
    return stated, float(rng.choice([0.5, 2.0])) * other  # now the one is the larger, now the other


def _largest(a: Any) -> float:
    return float(np.abs(a).max())


def _entry_by_entry(stated: Any, numeric: Any) -> Any:
    return np.abs(stated - numeric) / np.maximum(np.abs(stated), np.abs(numeric))


def _map(rng: np.random.Generator) -> tuple[Callable[[Any], Any], Any, Any, float]:
    n, m = sizes(rng)
    W = rng.normal(0, 0.5, (n, m))
    eps = float(rng.uniform(0.05, 0.2))
    return (lambda x: np.tanh(W @ x) + (W @ x) ** 2), rng.normal(size=m), rng.normal(size=n), eps


def _slopes(f: Callable[[Any], Any], x: Any, upstream: Any, eps: float) -> Any:
    return np.array([upstream @ (f(x + eps * row) - f(x - eps * row)) / (2 * eps) for row in np.eye(x.size)])


def _one_sided(f: Callable[[Any], Any], x: Any, upstream: Any, eps: float) -> Any:
    return np.array([upstream @ (f(x + eps * row) - f(x)) / eps for row in np.eye(x.size)])


def _unweighted(f: Callable[[Any], Any], x: Any, upstream: Any, eps: float) -> Any:
    return _slopes(f, x, np.ones_like(upstream), eps)


def _all_at_once(f: Callable[[Any], Any], x: Any, upstream: Any, eps: float) -> Any:
    return np.full(x.size, upstream @ (f(x + eps) - f(x - eps)) / (2 * eps))


def _jacobian(f: Callable[[Any], Any], x: Any, upstream: Any, eps: float) -> Any:
    return np.stack([(f(x + eps * row) - f(x - eps * row)) / (2 * eps) for row in np.eye(x.size)], axis=1)


def _bugs(W: Any, x: Any, g: Any) -> dict[str, Any]:
    """Wrong ways to send g back through z = Wx, by name."""
    found = {
        "the upstream gradient is ignored for W": (W.T @ g, np.outer(np.ones_like(g), x)),
        "the upstream gradient is ignored for x": (W.T @ np.ones_like(g), np.outer(g, x)),
        "the upstream gradient is averaged for W": (W.T @ g, np.outer(np.full_like(g, g.mean()), x)),
        "the upstream gradient is averaged for x": (W.T @ np.full_like(g, g.mean()), np.outer(g, x)),
        "the input is ignored": (W.T @ g, np.outer(g, np.ones_like(x))),
        "nothing is sent back": (np.zeros_like(x), np.outer(g, x)),
    }
    if W.shape[0] == W.shape[1]:
        # With unequal sizes a missing transpose does not even fit: it is exposed by its error.
        found["the transpose is missing"] = (W @ g, np.outer(g, x))
        found["the outer product is transposed"] = (W.T @ g, np.outer(x, g))
    return found


def still_hidden(answer: Any) -> tuple[str, ...]:
    """The planted bugs that stay hidden on a reader's W, x and upstream gradient g."""
    W, x, g = (np.asarray(part, dtype=float) for part in answer)
    if W.ndim != 2 or x.shape != W.shape[1:] or g.shape != W.shape[:1]:
        raise ValueError(f"W {W.shape}, x {x.shape}, g {g.shape} do not fit: W needs (n, m), x (m,) and g (n,)")
    if min(W.shape) < 2 or not all(np.isfinite(part).all() for part in (W, x, g)):
        raise ValueError("all sizes are at least 2, and all numbers finite")
    right = (W.T @ g, np.outer(g, x))
    hidden = [
        name
        for name, wrong in _bugs(W, x, g).items()
        if all(np.allclose(a, b, rtol=1e-3, atol=0) for a, b in zip(right, wrong, strict=True))
    ]
    return tuple(sorted(hidden))


_rng = np.random.default_rng(10)
_x, _g = _rng.normal(size=3), _rng.normal(size=2)
_S = _rng.normal(size=(3, 3))


def _bowl(rng: np.random.Generator) -> tuple[Any, ...]:
    """A function of third degree, for which the second difference is exact, a point, a direction and a step."""
    m = int(rng.integers(3, 6))
    a, c = rng.normal(size=(2, m))
    return lambda x: np.sum(a * x**3) + (c @ x) ** 2, rng.normal(size=m), rng.normal(size=m), 0.05


def _smooth(rng: np.random.Generator) -> tuple[Any, ...]:
    m = int(rng.integers(3, 6))
    a = rng.normal(size=m)
    return lambda x: np.sum(a * np.sin(x)) + np.exp(0.3 * x[0] * x[1]), rng.normal(size=m), 1e-20


EXERCISES = (
    retrieval(
        "10",
        (40, 4, 20),
        ("the share", "the slope", "the gates run"),
        (0, 30, "not switched", "A product sends each input the other one."),
        (0, 10, "as a sum does", "A sum hands it on unchanged. This is a product."),
        (1, 6, "partial sums sent on", "c sent something on before its gradient was complete."),
        (1, 2, "one doubling", "There are two doublings."),
        (2, 1048576, "once for every path", "So many paths there are. Does the backward pass walk each of them?"),
    ),
    Exercise(
        "10-upstream",
        "A function of F, x, upstream and eps: the two-sided numeric gradient of upstream · F(x), shape (m,).",
        _slopes,
        (
            Mistake(
                "the upstream gradient is left out",
                "That is the gradient of the plain sum of the outputs. What weighs them?",
                _unweighted,
            ),
            Mistake("one-sided", "One side only: the bend does not cancel.", _one_sided),
            Mistake(
                "twice too large",
                "How far apart are the two places that you compare?",
                lambda f, x, upstream, eps: 2 * _slopes(f, x, upstream, eps),
            ),
            Mistake(
                "multiplied by eps",
                "Python works through / and * from left to right. What belongs together?",
                lambda f, x, upstream, eps: eps**2 * _slopes(f, x, upstream, eps),
            ),
            Mistake(
                "one end stands still",
                "The two places are only one eps apart. Where should the other one be?",
                lambda f, x, upstream, eps: _one_sided(f, x, upstream, eps) / 2,
            ),
            Mistake("all inputs at once", "Wiggle one input, and hold the others still.", _all_at_once),
            Mistake(
                "the Jacobian",
                "That has a row for each output. Turn the outputs into one number first.",
                _jacobian,
            ),
        ),
        "Weigh the outputs to one number, then wiggle one input after the other.",
        "Weighed with the upstream gradient, a gate with many outputs becomes a function with one.",
        inputs=_map,
        arguments=("F", "x", "upstream", "eps"),
        demands=(own_work,),
    ),
    Exercise(
        "10-relative",
        "A function of two arrays: their largest difference, relative to the largest magnitude in either of them.",
        lambda stated, numeric: _largest(stated - numeric) / max(_largest(stated), _largest(numeric)),
        (
            Mistake(
                "absolute",
                "Multiply both arrays by 1000. Should the error become 1000 times larger?",
                lambda stated, numeric: _largest(stated - numeric),
            ),
            Mistake(
                "a mean, not the worst",
                "One wrong entry among a million right ones: does your number show it?",
                lambda stated, numeric: (
                    float(np.abs(stated - numeric).mean()) / max(_largest(stated), _largest(numeric))
                ),
            ),
            Mistake(
                "signs cancel or hide",
                "The largest magnitude may be that of a negative number.",
                lambda stated, numeric: (
                    float((stated - numeric).max()) / max(float(stated.max()), float(numeric.max()))
                ),
            ),
            Mistake(
                "relative to one of the two",
                "Swap the two arrays. Should the error change?",
                lambda stated, numeric: _largest(stated - numeric) / _largest(numeric),
            ),
            Mistake(
                "relative to one of the two",
                "Let numeric be a thousand times stated. How large is the error, and how large if you swap them?",
                lambda stated, numeric: _largest(stated - numeric) / _largest(stated),
            ),
            Mistake(
                "relative to the sum of both",
                "Let one array be all zeros: how large is the largest error that there can be, and yours?",
                lambda stated, numeric: _largest(stated - numeric) / (_largest(stated) + _largest(numeric)),
            ),
            Mistake(
                "lengths, not the worst entry",
                "One wrong entry among a million right ones: does a length show it?",
                lambda stated, numeric: (
                    np.linalg.norm(stated - numeric) / max(np.linalg.norm(stated), np.linalg.norm(numeric))
                ),
            ),
            Mistake(
                "one number an entry",
                "Reduce above and below the line before you divide: one number is wanted.",
                _entry_by_entry,
            ),
            Mistake(
                "the worst entry against itself",
                "An entry close to 0 makes your number large, however small the difference is.",
                lambda stated, numeric: _largest(_entry_by_entry(stated, numeric)),
            ),
        ),
        "np.abs and max, above the line and below it.",
        "The scale of the gradient does not matter any more.",
        inputs=_two,
        arguments=("stated", "numeric"),
    ),
    Exercise(
        "10-expose",
        "Arrays (W, x, g) on which every planted bug in the backward step of z = Wx shows; g comes from above.",
        (_rng.normal(size=(2, 3)), _x, _g),
        (
            Mistake(
                "ones from above",
                "If g is all ones, who notices that it was left out?",
                (_rng.normal(size=(2, 3)), _x, np.ones(2)),
            ),
            Mistake("zeros", "A bug times zero is zero.", (np.zeros((2, 3)), np.zeros(3), np.zeros(2))),
            Mistake(
                "zeros as input",
                "What is the gradient for W when x is 0, and what does a gate say that has it wrong?",
                (_rng.normal(size=(2, 3)), np.zeros(3), _g),
            ),
            Mistake(
                "a symmetric matrix",
                "W and Wᵀ are the same here. Who notices that one stands for the other?",
                (_S + _S.T, _x, _rng.normal(size=3)),
            ),
            Mistake(
                "ones as input",
                "If x is all ones, who notices that it was left out?",
                (_rng.normal(size=(2, 3)), np.ones(3), _g),
            ),
        ),
        "Some bug stays hidden on your arrays. Which of them is too regular: the sizes, W, x or g?",
        "Unequal sizes and random numbers hide nothing.",
        measure=still_hidden,
        labels=("W", "x", "g"),
    ),
    Exercise(
        "10-kink",
        "The two-sided numeric slope of relu at a = 0.00004 with eps = 0.0001.",
        0.7,
        (
            Mistake(
                "the true slope",
                "That is what the rule says. But one of the two places lies beyond the kink.",
                1,
            ),
            Mistake("at the kink itself", "That holds for a = 0. Here a is a little to the right.", 0.5),
            Mistake("divided by one step", "How far apart are the two places?", 1.4),
            Mistake("the left side alone", "Left of 0 relu is flat. Only one of the two places is there.", 0),
        ),
        "relu(a + eps) and relu(a - eps), subtracted, over 2 eps.",
        "A step across a kink mixes two slopes; the rule is right and the check is wrong.",
        way=lambda: (0.00004 + 0.0001) / (2 * 0.0001),
    ),
    Exercise(
        "10-hunt",
        "For the gates A to H, in this order, the numbers of their faults in the list.",
        (6, 3, 8, 1, 7, 4, 2, 5),
        (
            Mistake(
                "both hide behind ones",
                "E and G both pass with ones from above. Which of them still fails when all of upstream is 2?",
                (6, 3, 8, 1, 2, 4, 7, 5),
            ),
            Mistake(
                "a sign and a half",
                "Divide what A says by what the differences say. Which of the two faults has that ratio, and for which "
                "input?",
                (3, 6, 8, 1, 7, 4, 2, 5),
            ),
            Mistake(
                "who mixes up what",
                "One of C and F cannot even run unless two sizes agree. Which fault explains that?",
                (6, 3, 4, 1, 7, 8, 2, 5),
            ),
            Mistake(
                "who needs small inputs",
                "D is right near 0, whatever comes from above; G is right for positive upstream, whatever the input.",
                (6, 3, 8, 2, 7, 4, 1, 5),
            ),
            Mistake(
                "the quiet one",
                "H passes alone, on any input. Which fault does harm to somebody else?",
                (6, 3, 8, 5, 7, 4, 2, 1),
            ),
        ),
        "Some gate has another fault. Take its row of the table, and ask of each fault: would it pass there?",
        "Each test lets some faults through; no fault gets through them all.",
        labels=tuple("ABCDEFGH"),
    ),
    Exercise(
        "10-curvature",
        "A function of F, x, a direction d, both (m,), and eps: the second derivative of F along d at x, a number.",
        lambda F, x, d, eps: (F(x + eps * d) - 2 * F(x) + F(x - eps * d)) / eps**2,
        (
            Mistake(
                "the slope, not how it changes",
                "That is the first derivative along d.",
                lambda F, x, d, eps: (F(x + eps * d) - F(x - eps * d)) / (2 * eps),
            ),
            Mistake(
                "divided by the step once",
                "A change of a slope, for a step: how many steps are divided by?",
                lambda F, x, d, eps: (F(x + eps * d) - 2 * F(x) + F(x - eps * d)) / eps,
            ),
            Mistake(
                "the middle counts once",
                "On a straight line it must give 0. Does it?",
                lambda F, x, d, eps: (F(x + eps * d) - F(x) + F(x - eps * d)) / eps**2,
            ),
            Mistake(
                "all to one side",
                "Those three places lie on one side of x. Put x in the middle.",
                lambda F, x, d, eps: (F(x + 2 * eps * d) - 2 * F(x + eps * d) + F(x)) / eps**2,
            ),
        ),
        "Take the slope half a step before x and half a step behind it. By how much do they differ, for one step?",
        "Three values give a second derivative; it is dᵀHd, without the matrix H.",
        also=lambda F, x, d, eps: (F(x + 0.01 * d) - 2 * F(x) + F(x - 0.01 * d)) / 0.01**2,
        inputs=_bowl,
        arguments=("F", "x", "d", "eps"),
    ),
    Exercise(
        "10-complex",
        "A function of F, x (m,) and a tiny eps: the gradient of F at x, shape (m,), by one imaginary step each.",
        lambda F, x, eps: np.array([F(x + 1j * eps * row).imag / eps for row in np.eye(x.size)]),
        (
            Mistake(
                "nothing is left of it",
                "All entries are 0, or next to it. Do two floats cancel, or is the step not divided by?",
                lambda F, x, eps: np.array(
                    [(F(x + eps * row) - F(x - eps * row)) / (2 * eps) for row in np.eye(x.size)]
                ),
            ),
            Mistake(
                "the real part",
                "The real part is F itself. Where has the slope gone?",
                lambda F, x, eps: np.array([F(x + 1j * eps * row).real / eps for row in np.eye(x.size)]),
            ),
            Mistake(
                "all inputs at once",
                "That adds all slopes up. Nudge one input at a time.",
                lambda F, x, eps: np.full(x.size, F(x + 1j * eps).imag / eps),
            ),
            Mistake(
                "divided by two steps",
                "There is one step here, not one to each side.",
                lambda F, x, eps: np.array([F(x + 1j * eps * row).imag / (2 * eps) for row in np.eye(x.size)]),
            ),
        ),
        "F(x + iε) is about F(x) + iεF′(x). What do you take of it?",
        "Nothing is subtracted, so nothing cancels: the left arm of the V is gone.",
        also=lambda F, x, eps: np.array([F(x + 1e-15j * row).imag / 1e-15 for row in np.eye(x.size)]),
        inputs=_smooth,
        arguments=("F", "x", "eps"),
    ),
)
